"""A Blogger-like blog in a new theme (Contempo: snippets) or an old one (Simple: full posts under date headers)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from html import escape
from itertools import groupby
from typing import Literal
from urllib.parse import quote, unquote, urlencode

from .atom import BloggerFeeds, instant, instant_of, updated
from .content import DemoPost, newest_first, post_number
from .markup import paragraphs, snippet
from .server import Request, Response, page, plain_text, redirect, style_sheet
from .sitemaps import blogger_sitemap

CLOSED_ROBOTS = (
    "User-agent: Mediapartners-Google\nDisallow: \n\n"
    "User-agent: *\nDisallow: /search\nDisallow: /share-widget\nAllow: /\n"
)
"""What Blogger answers for robots.txt when nobody changed it: label pages and "older" links are closed."""

OPEN_ROBOTS = "User-agent: *\nDisallow:\n"
"""A blog whose owner switched custom robots.txt on and opened everything."""

STYLE = "/style.css"


class BloggerSite:
    """The blog as a site for `serve`.

    Lists stand at ``/``, ``/2024/``, ``/2024/03/`` and ``/search/label/<Label>?max-results=20``, older ones behind
    ``updated-max``; posts at ``/2024/03/<slug>.html``; feeds at ``/feeds/posts/default`` and, of a label, behind
    ``/-/<Label>``. `robots` is ``blogger`` (the default: ``/search`` is closed, as on every Blogger blog whose owner
    changed nothing) or ``open``. `theme` is ``contempo`` or ``simple``. `feed` is ``full``, ``short`` (the first 400
    characters) or ``off``; `feed_page_cap` the most entries a page of it, whatever is asked for. Posts whose slug
    is among `dropped` are listed, but their own page is a 404.
    """

    def __init__(
        self,
        posts: Iterable[DemoPost],
        *,
        title: str,
        tagline: str = "",
        theme: Literal["contempo", "simple"] = "contempo",
        robots: Literal["blogger", "open"] = "blogger",
        per_page: int = 7,
        feed: Literal["full", "short", "off"] = "full",
        feed_page_cap: int = 150,
        dropped: Collection[str] = (),
    ) -> None:
        self.title = title
        self.tagline = tagline
        self.theme = theme
        self.robots: Literal["blogger", "open"] = robots
        self.dropped = dropped
        self._feed_options: tuple[Literal["full", "short", "off"], int] = (feed, feed_page_cap)
        self.per_page = per_page
        self.publish(posts)

    def publish(self, posts: Iterable[DemoPost]) -> None:
        """Makes these, and no others, the blog's posts. Raises ValueError where two would share an address."""
        ordered = newest_first(posts)
        by_path = {self.permalink(post): post for post in ordered}
        if len(by_path) != len(ordered):
            raise ValueError("two posts share an address: give one of them another slug")
        self.posts = ordered
        self._by_path = by_path
        self.feeds = BloggerFeeds(self.title, self.tagline, ordered, self.permalink, *self._feed_options)

    @staticmethod
    def permalink(post: DemoPost) -> str:
        """The path of the post's own page."""
        return f"/{post.day:%Y/%m}/{post.slug}.html"

    def label_url(self, label: str, max_results: int = 20) -> str:
        """The path and query of the first page of a label's archive."""
        return f"/search/label/{quote(label)}?max-results={max_results}"

    def answer(self, request: Request) -> Response:
        """Answers like Blogger: an unknown label is an empty list, an unknown address a 404."""
        path = unquote(request.path)
        if path == "/robots.txt":
            closed = f"{CLOSED_ROBOTS}\nSitemap: {request.base_url}/sitemap.xml\n"
            return plain_text(closed if self.robots == "blogger" else OPEN_ROBOTS)
        if path == "/sitemap.xml":
            return blogger_sitemap(
                request, [(request.base_url + link, updated(p)) for link, p in self._by_path.items()]
            )
        feed = self.feeds.answer(request)
        if feed is not None:
            return feed
        if path == STYLE:
            return style_sheet()
        if path == "/index.html":
            return redirect(f"{request.base_url}/")
        if path in self._by_path and self._by_path[path].slug not in self.dropped:
            return page(self._single(request.base_url, self._by_path[path]))
        label = path.removeprefix("/search/label/") if path.startswith("/search/label/") else ""
        dated = re.fullmatch(r"/([0-9]{4})/(?:([0-9]{2})/)?", path)
        if dated:
            chosen = [p for p in self.posts if path.startswith(f"/{p.day:%Y/%m}/"[: len(path)])]
            return page(self._list(request, chosen, label=""))
        if label or path in ("/", "/search"):
            return page(self._list(request, [p for p in self.posts if not label or label in p.tags], label=label))
        return page(
            self._frame(request.base_url, "Page not found", "<p>Sorry, there is no such page here.</p>", ""), 404
        )

    def _list(self, request: Request, posts: list[DemoPost], *, label: str) -> str:
        query = request.query
        before = instant_of(query.get("updated-max", ""))
        asked = query.get("max-results", "")
        size = min(int(asked), 150) if re.fullmatch(r"[0-9]{1,5}", asked) else self.per_page
        start = int(query["start"]) if re.fullmatch(r"[0-9]{1,6}", query.get("start", "")) else 0
        left = [post for post in posts if before is None or instant(post) < before]
        shown, more = left[: max(size, 1)], left[max(size, 1) :]
        older = ""
        if more:
            at = f"/search/label/{quote(label)}" if label else "/search"
            params = {"updated-max": instant(shown[-1]).isoformat(), "max-results": size, "start": start + len(shown)}
            older = f"{request.base_url}{at}?{urlencode({**params, 'by-date': 'false'})}"
        body = (
            self._contempo(request.base_url, shown)
            if self.theme == "contempo"
            else self._simple(request.base_url, shown)
        )
        status = ""
        if label:
            status = (
                '<div class="status-msg-wrap"><div class="status-msg-body">Showing posts with the label '
                f'<span class="search-label">{escape(label)}</span></div></div>\n'
            )
        name = f"Posts with the label {label}" if label else ""
        return self._frame(request.base_url, name, status + body, self._pager(older))

    def _pager(self, older: str) -> str:
        if not older:
            return ""
        words = "More posts" if self.theme == "contempo" else "Older Posts"
        return (
            f'<div class="blog-pager" id="blog-pager"><a class="blog-pager-older-link flat-button"'
            f' id="Blog1_blog-pager-older-link" href="{escape(older)}" title="{words}">{words}</a></div>'
        )

    def _contempo(self, base: str, posts: list[DemoPost]) -> str:
        return "\n".join(
            f'<article class="post-outer-container"><div class="post-outer"><div class="post">'
            f'<a name="{post_number(post)}"></a>\n'
            f"{self._heading(base, post)}{self._timestamp(base, post)}"
            f'<div class="container post-body entry-content" id="post-snippet-{post_number(post)}">'
            '<div class="post-snippet snippet-container r-snippet-container">'
            f'<div class="snippet-item r-snippetized">{escape(snippet(post.body), quote=False)}</div>'
            f'<a class="snippet-fade r-snippet-fade hidden" href="{base}{self.permalink(post)}"></a></div></div>\n'
            f'<div class="post-footer container">{self._share(base, post)}</div></div></div></article>'
            for post in posts
        )

    def _simple(self, base: str, posts: list[DemoPost]) -> str:
        groups = []
        for day, some in groupby(posts, key=lambda post: post.day):
            inner = "\n".join(
                f'<div class="post-outer"><div class="post hentry uncustomized-post-template">'
                f'<a name="{post_number(post)}"></a>\n'
                f"{self._heading(base, post)}"
                f'<div class="post-body entry-content" id="post-body-{post_number(post)}">\n{paragraphs(post.body)}\n'
                f'<div style="clear: both;"></div></div>\n'
                f'<div class="post-footer">{self._labels(base, post)}</div></div></div>'
                for post in some
            )
            groups.append(
                f'<div class="date-outer"><h2 class="date-header">'
                f"<span>{day:%A, %B} {day.day}, {day.year}</span></h2>\n"
                f'<div class="date-posts">\n{inner}\n</div></div>'
            )
        return "\n".join(groups)

    def _heading(self, base: str, post: DemoPost) -> str:
        if not post.title:
            return ""
        title = escape(post.title, quote=False)
        return f'<h3 class="post-title entry-title"><a href="{base}{self.permalink(post)}">{title}</a></h3>\n'

    def _timestamp(self, base: str, post: DemoPost) -> str:
        return (
            '<div class="post-header"><span class="byline post-timestamp">'
            f'<a class="timestamp-link" href="{base}{self.permalink(post)}" rel="bookmark" title="permanent link">'
            f'<time class="published" datetime="{instant(post).isoformat()}">{post.day:%B %d, %Y}</time>'
            "</a></span></div>\n"
        )

    def _share(self, base: str, post: DemoPost) -> str:
        link = base + self.permalink(post)
        return (
            '<div class="byline post-share-buttons"><button class="sharing-button" type="button">Share</button>'
            '<ul class="share-buttons hidden"><li>Get link</li><li>Email</li><li>Other Apps</li></ul></div>'
            f'<div class="byline jump-link"><a href="{link}" title="{escape(post.title)}">Read more</a></div>'
        )

    def _labels(self, base: str, post: DemoPost) -> str:
        links = ", ".join(f'<a href="{base}/search/label/{quote(t)}" rel="tag">{escape(t)}</a>' for t in post.tags)
        return f'<span class="byline post-labels"><span class="byline-label">Labels:</span> {links}</span>'

    def _single(self, base: str, post: DemoPost) -> str:
        title = f'<h3 class="post-title entry-title">{escape(post.title, quote=False)}</h3>\n' if post.title else ""
        body = (
            f'<article class="post-outer-container"><div class="post-outer"><div class="post">'
            f'<a name="{post_number(post)}"></a>\n'
            f"{title}{self._timestamp(base, post)}"
            f'<div class="post-body entry-content float-container" id="post-body-{post_number(post)}">\n'
            f"{paragraphs(post.body)}\n</div>\n"
            f'<div class="post-footer">{self._labels(base, post)}</div></div></div></article>\n'
            '<section class="comments" id="comments"><h3 class="title">Comments</h3>'
            '<p class="comment-footer"><a href="https://www.blogger.com/">Post a Comment</a></p></section>'
        )
        return self._frame(base, post.title, body, "", post)

    def _frame(self, base: str, name: str, main: str, pager: str, post: DemoPost | None = None) -> str:
        title = f"{self.title}: {name}" if name else self.title
        view = "item-view" if post else "feed-view"
        link = f'<link rel="canonical" href="{escape(base + self.permalink(post))}" />\n' if post else ""
        recent = "".join(
            f'<li><a href="{base}{self.permalink(p)}">{escape(p.title, quote=False)}</a></li>\n' for p in self.posts[:5]
        )
        labels = sorted({tag for post in self.posts for tag in post.tags})
        listed = "".join(f'<li><a href="{base}/search/label/{quote(t)}">{escape(t)}</a></li>\n' for t in labels)
        return (
            f'<!DOCTYPE html>\n<html dir="ltr" lang="en">\n<head>\n<meta charset="UTF-8" />\n'
            f"<title>{escape(title)}</title>\n"
            f'<meta content="blogger" name="generator" />\n{link}{self.feeds.head_links(base, post)}'
            f'<link rel="stylesheet" href="{base}{STYLE}" />\n</head>\n'
            f'<body class="{self.theme} {view}">\n'
            '<a class="skip-navigation" href="#main">Skip to main content</a>\n'
            f'<div class="widget Header" id="Header1"><p class="title"><a href="{base}/">{escape(self.title)}</a></p>'
            f'<p class="description">{escape(self.tagline)}</p></div>\n<div class="section" id="main">\n'
            f'<div class="widget Blog" id="Blog1"><h3 class="title">Posts</h3>\n{main}\n{pager}\n</div></div>\n'
            f'<div class="sidebar"><div class="widget PopularPosts"><h3 class="title">Lately</h3><ul>\n'
            f"{recent}</ul></div>\n"
            f'<div class="widget Label"><h3 class="title">Labels</h3><ul>\n{listed}</ul></div></div>\n'
            '<div class="widget Attribution">Powered by Blogger</div>\n</body>\n</html>\n'
        )
