"""The sitemaps of both blogs: WordPress's index with its children, and Blogger's pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from .blog import Blog
from .server import Request, Response, redirect

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

WORDPRESS_PAGE = 2000
"""How many addresses one of WordPress's sitemaps holds (wp_sitemaps_get_max_urls)."""

BLOGGER_PAGE = 150
"""Blogger's sitemap becomes an index of pages of so many addresses when it has more (its change of 2014)."""

Place = tuple[str, datetime | None]


def wordpress_sitemap(blog: Blog, request: Request) -> Response | None:
    """The answer of WordPress's own sitemaps, None where the address is none of theirs or they are switched off."""
    base, path = request.base_url, request.path
    if not blog.channels.sitemap or "sitemap" not in path:
        return None
    if path == "/sitemap.xml":
        return redirect(f"{base}/wp-sitemap.xml")
    posts = [(base + link, blog.modified(post)) for link, post in reversed(blog.by_path.items())]
    children: dict[str, list[Place]] = {"posts-post": [*posts], "posts-page": [(f"{base}/", blog.last_modified)]}
    for name, kind in (("taxonomies-category", "category"), ("taxonomies-post_tag", "tag"), ("users", "author")):
        places: list[Place] = [(base + term.path, None) for term in blog.terms.values() if term.kind == kind]
        if places:
            children[name] = places
    if path == "/wp-sitemap.xml":
        pages = [
            (f"{base}/wp-sitemap-{name}-{number + 1}.xml", None)
            for name, places in children.items()
            for number in range(max(1, -(-len(places) // WORDPRESS_PAGE)))
        ]
        return _sent(_listed("sitemapindex", "sitemap", pages, style=f"{base}/wp-sitemap-index.xsl"))
    asked = re.fullmatch(r"/wp-sitemap-([a-z_-]{1,40})-([1-9][0-9]{0,4})\.xml", path)
    some = children.get(asked[1], [])[(int(asked[2]) - 1) * WORDPRESS_PAGE :][:WORDPRESS_PAGE] if asked else []
    return _sent(_listed("urlset", "url", some, style=f"{base}/wp-sitemap.xsl")) if some else None


def blogger_sitemap(request: Request, places: Sequence[Place]) -> Response:
    """The answer at Blogger's ``/sitemap.xml``: all addresses, or above 150 of them an index of ``?page=N``."""
    asked = request.query.get("page", "")
    number = int(asked) if re.fullmatch(r"[1-9][0-9]{0,4}", asked) else 0
    if not number and len(places) > BLOGGER_PAGE:
        pages = range(1, -(-len(places) // BLOGGER_PAGE) + 1)
        index: list[Place] = [(f"{request.base_url}/sitemap.xml?page={page}", None) for page in pages]
        return _sent(_listed("sitemapindex", "sitemap", index))
    return _sent(_listed("urlset", "url", places[max(number - 1, 0) * BLOGGER_PAGE :][:BLOGGER_PAGE], zulu=True))


def _listed(root: str, each: str, places: Iterable[Place], *, style: str = "", zulu: bool = False) -> str:
    sheet = f'<?xml-stylesheet type="text/xsl" href="{style}" ?>\n' if style else ""
    entries = "".join(
        f"<{each}><loc>{escape(where)}</loc>{_changed(moment, zulu=zulu)}</{each}>" for where, moment in places
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{sheet}<{root} xmlns="{_SPACE}">{entries}</{root}>\n'


def _changed(moment: datetime | None, *, zulu: bool) -> str:
    if moment is None:
        return ""
    at = moment.astimezone(UTC).isoformat(timespec="seconds")
    return f"<lastmod>{at.replace('+00:00', 'Z') if zulu else at}</lastmod>"


def _sent(xml: str) -> Response:
    return Response(
        body=xml.encode("utf-8", "surrogatepass"), headers={"Content-Type": "application/xml; charset=UTF-8"}
    )
