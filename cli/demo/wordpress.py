"""A WordPress-like blog: archive pages with the latest teasers on top and full posts below, and its channels."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from .blog import Archive, Blog, Channels, Feed, Layout
from .blog import Rest as RestMode
from .content import DemoPost, post_number
from .feeds import Feeds
from .heads import link_header
from .rest import Rest
from .server import Request, Response, page, plain_text, redirect, style_sheet
from .sitemaps import wordpress_sitemap
from .theme import STYLE, Theme

ROBOTS = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n"
"""What WordPress answers for robots.txt when nobody changed it (do_robots), but for the line of the sitemap."""


class WordPressSite:
    """The blog as a site for `serve`.

    Archives stand at ``/``, ``/tag/<slug>/``, ``/category/<slug>/``, ``/author/<slug>/`` and ``/2014/12/09/``, further
    pages at ``page/N/`` below them; on top of every archive page stand the blog's `teasers` latest posts, below them
    `per_page` full posts of the archive. Posts stand at ``/2014/12/<slug>/``, or at ``/<slug>/`` with
    ``dated_permalinks=False``. Nothing but feeds carries ETag or Last-Modified.

    Pages: `teaser_links=False` leaves the teasers without any link; `posted_dates=False` leaves the date out of the
    "Posted on" line; `time_elements` puts a ``time[datetime]`` with the blog's offset around it; `excerpts` shows
    the posts of an archive as 55 words instead of in full; `page_numbers` puts numbers, the last page's among them, in
    the place of "Older posts" alone; `category_parents` maps a category's name to that of the one above it, whose
    archive then lists its posts as well. Posts whose slug is among `protected` are behind a password; those
    among `dropped` are listed, but their own page is a 404. `robots` is the text of robots.txt, None for a 404; the
    default one names the sitemap.

    Channels: `rest` is ``on``, ``off`` (404), ``login`` (named in the pages, 401), ``hidden`` (works, named nowhere) or
    ``broken`` (named, answers an HTML page); `rest_route` is the form of a blog without pretty permalinks, where
    ``/wp-json/`` is a 404; ``rest_embed=False`` ignores ``_embed``; `rest_cap` is the most posts a page, whatever is
    asked for; `rest_shows` how many posts, the latest, it admits to. `feed` is ``full``, ``summary`` (no
    content:encoded), ``off`` or ``capped`` (``?paged=N`` shows the latest ten for any N); `feed_credit` ends its
    texts with "The post … appeared first on …."; `weak_etag_breaks` is a compressing server that weakens the ETag,
    so that If-None-Match gets a 200. `sitemap=False` switches ``/wp-sitemap.xml`` off. `time_zone` is the
    blog's own: the posts' hours of the day are in it, some so late that it is the next day in UTC.
    """

    def __init__(
        self,
        posts: Iterable[DemoPost],
        *,
        title: str,
        tagline: str = "",
        per_page: int = 3,
        teasers: int = 10,
        teaser_words: int = 50,
        teaser_links: bool = True,
        posted_dates: bool = True,
        dated_permalinks: bool = True,
        excerpts: bool = False,
        time_elements: bool = False,
        page_numbers: bool = False,
        protected: Collection[str] = (),
        dropped: Collection[str] = (),
        category_parents: Mapping[str, str] | None = None,
        robots: str | None = ROBOTS,
        rest: RestMode = "on",
        rest_route: bool = False,
        rest_embed: bool = True,
        rest_cap: int | None = None,
        rest_shows: int | None = None,
        feed: Feed = "full",
        feed_credit: bool = False,
        weak_etag_breaks: bool = False,
        sitemap: bool = True,
        time_zone: str = "America/New_York",
    ) -> None:
        self.robots = robots
        self._layout = Layout(
            title=title,
            tagline=tagline,
            per_page=per_page,
            teasers=teasers,
            teaser_words=teaser_words,
            teaser_links=teaser_links,
            posted_dates=posted_dates,
            dated_permalinks=dated_permalinks,
            excerpts=excerpts,
            time_elements=time_elements,
            page_numbers=page_numbers,
            protected=protected,
            dropped=dropped,
            category_parents=category_parents or {},
        )
        self._channels = Channels(
            rest=rest,
            rest_route=rest_route,
            rest_embed=rest_embed,
            rest_cap=rest_cap,
            rest_shows=rest_shows,
            feed=feed,
            feed_credit=feed_credit,
            weak_etag_breaks=weak_etag_breaks,
            sitemap=sitemap,
            time_zone=time_zone,
        )
        self.publish(posts)

    def publish(self, posts: Iterable[DemoPost]) -> None:
        """Makes these, and no others, the blog's posts. Raises ValueError where two would share an address.

        An edit that REST and the feeds are to show as one needs the post's `modified`.
        """
        blog = Blog(posts, self._layout, self._channels)
        self._now = _State(blog, Theme(blog), Rest(blog), Feeds(blog))

    @property
    def posts(self) -> tuple[DemoPost, ...]:
        """The blog's posts, the newest first."""
        return self._now.blog.posts

    @property
    def blog(self) -> Blog:
        """The blog as it is now: when its posts came out, their bodies as HTML, the numbers of its terms."""
        return self._now.blog

    def permalink(self, post: DemoPost) -> str:
        """The path of the post's own page."""
        return self._layout.permalink(post)

    def pages(self, archive: str = "/") -> int:
        """How many pages the archive at this path has. Raises KeyError where there is none."""
        return max(1, -(-len(self._now.blog.archives[archive].posts) // self._layout.per_page))

    @property
    def archives(self) -> tuple[str, ...]:
        """The paths of all archives, the home page first."""
        return tuple(self._now.blog.archives)

    def answer(self, request: Request) -> Response:
        """Answers like WordPress: redirects to the trailing slash and from page 1, 404 past the last page."""
        now, base, path = self._now, request.base_url, request.path
        if path == "/robots.txt" and self.robots is not None:
            named = self.robots == ROBOTS and self._channels.sitemap
            return plain_text(f"{self.robots}\nSitemap: {base}/wp-sitemap.xml\n" if named else self.robots)
        if path == STYLE:
            return style_sheet()
        route = now.rest.route(request)
        if route is not None:
            return now.rest.answer(request, route) or self._missing(now, base)
        other = now.feeds.answer(request) or wordpress_sitemap(now.blog, request)
        return other or self._page(now, request)

    def _page(self, now: _State, request: Request) -> Response:
        blog, base, path = now.blog, request.base_url, request.path
        if path == "/" and "s" in request.query:
            found = self._search(blog, request.query["s"])
            return self._shown(now, base, now.theme.archive(base, found, 1), found)
        if path == "/" and "p" in request.query:  # the short link, which is also the guid
            for link, post in blog.by_path.items():
                if request.query["p"] == str(post_number(post)):
                    return redirect(base + link)
        if f"{path}/" in blog.by_path or f"{path}/" in blog.archives:
            return redirect(f"{base}{path}/")
        at = blog.by_path.get(path)
        if at is not None and at.slug not in self._layout.dropped:
            return self._shown(now, base, now.theme.single(base, at), at)
        paged = re.fullmatch(r"(/(?:.{1,400}/)?)page/([0-9]{1,6})/", path)
        archive = blog.archives.get(paged[1] if paged else path)
        number = int(paged[2]) if paged else 1
        if archive is None or not 1 <= number <= self.pages(archive.path):
            return self._missing(now, base)
        if paged and number == 1:
            return redirect(base + archive.path)
        return self._shown(now, base, now.theme.archive(base, archive, number), archive)

    @staticmethod
    def _shown(now: _State, base: str, html: str, at: Archive | DemoPost | None, status: int = 200) -> Response:
        shown = page(html, status)
        return Response(status=status, body=shown.body, headers={**shown.headers, **link_header(now.blog, base, at)})

    def _missing(self, now: _State, base: str) -> Response:
        return self._shown(now, base, now.theme.missing(base), None, 404)

    def _search(self, blog: Blog, words: str) -> Archive:
        wanted = words.lower().split()
        found = tuple(p for p in blog.posts if all(word in f"{p.title} {p.body}".lower() for word in wanted))
        shown = found[: self._layout.per_page]
        return Archive(f"/?s={quote(words)}", f"Search Results for: {words}", words, "search search-results", shown)


@dataclass(frozen=True, slots=True)
class _State:
    """The blog between two changes, and what answers for it."""

    blog: Blog
    theme: Theme
    rest: Rest
    feeds: Feeds
