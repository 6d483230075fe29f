"""Where the WordPress-like blog names its machine-readable channels: in the head of a page, and in its Link header."""

from __future__ import annotations

from html import escape

from .blog import Archive, Blog
from .content import DemoPost, post_number
from .rest_items import TAXONOMIES, Items


def head_links(blog: Blog, base: str, at: Archive | DemoPost | None) -> str:
    """The ``link`` elements of a page that shows `at`: feeds, REST, short link (feed_links)."""
    lines = []
    for title, path in _feeds(blog, at):
        name = escape(f"{blog.layout.title} » {title}").replace("»", "&raquo;")
        lines.append(f'<link rel="alternate" type="application/rss+xml" title="{name}" href="{base}{path}" />')
    if _advertised(blog):
        items = Items(blog)
        lines.append(f'<link rel="https://api.w.org/" href="{escape(items.url(base, "/"))}" />')
        own = _own_route(at)
        if own:
            href = escape(items.url(base, own))
            lines.append(f'<link rel="alternate" title="JSON" type="application/json" href="{href}" />')
    if isinstance(at, DemoPost):
        lines.append(f'<link rel="shortlink" href="{base}/?p={post_number(at)}" />')
    return "".join(f"{line}\n" for line in lines)


def link_header(blog: Blog, base: str, at: Archive | DemoPost | None) -> dict[str, str]:
    """The header Link of such a page, none where the interface is not advertised."""
    if not _advertised(blog):
        return {}
    items, own = Items(blog), _own_route(at)
    links = [f'<{items.url(base, "/")}>; rel="https://api.w.org/"']
    if own:
        links.append(f'<{items.url(base, own)}>; rel="alternate"; title="JSON"; type="application/json"')
    if isinstance(at, DemoPost):
        links.append(f"<{base}/?p={post_number(at)}>; rel=shortlink")
    return {"Link": ", ".join(links)}


def _advertised(blog: Blog) -> bool:
    return blog.channels.rest in ("on", "login", "broken")


def _own_route(at: Archive | DemoPost | None) -> str:
    """The route of the post, term or author that the page shows; empty for other pages."""
    if isinstance(at, DemoPost):
        return f"/wp/v2/posts/{post_number(at)}"
    if at is None or at.term is None:
        return ""
    kinds = {kind: route for route, (kind, _) in TAXONOMIES.items()}
    return f"/wp/v2/{kinds.get(at.term.kind, 'users')}/{at.term.number}"


def _feeds(blog: Blog, at: Archive | DemoPost | None) -> list[tuple[str, str]]:
    if blog.channels.feed == "off":
        return []
    feeds = [("Feed", "/feed/"), ("Comments Feed", "/comments/feed/")]
    if isinstance(at, DemoPost):
        feeds.append((f"{at.heading} Comments Feed", f"{blog.layout.permalink(at)}feed/"))
    elif at is not None and at.term is not None:
        kind = {"tag": f"{at.name} Tag Feed", "category": f"{at.name} Category Feed"}.get(at.term.kind)
        feeds.append((kind or f"Posts by {at.name} Feed", f"{at.path}feed/"))
    return feeds
