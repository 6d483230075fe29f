"""A WordPress-like blog: archive pages with the latest teasers on top and full posts below, and single posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import quote

from .content import DemoPost, newest_first, slugify
from .server import Request, Response, page, plain_text, redirect, style_sheet
from .theme import STYLE, Archive, Layout, Theme

ROBOTS = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n"
"""What WordPress answers for robots.txt when nobody changed it (do_robots)."""


class WordPressSite:
    """The blog as a site for `serve`.

    Archives stand at ``/``, ``/tag/<slug>/`` and ``/category/<slug>/``, further pages at ``page/N/`` below them; on
    top of every archive page stand the blog's `teasers` latest posts, below them `per_page` full posts of the
    archive. Posts stand at ``/2014/12/<slug>/``, or at ``/<slug>/`` with ``dated_permalinks=False``.

    `teaser_links=False` leaves the teasers without any link; `posted_dates=False` leaves the date out of the
    "Posted on" line; `robots` is the text of robots.txt, None for a 404.
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
        robots: str | None = ROBOTS,
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
        )
        self.publish(posts)

    def publish(self, posts: Iterable[DemoPost]) -> None:
        """Makes these, and no others, the blog's posts. Raises ValueError where two would share an address."""
        ordered = newest_first(posts)
        by_path = {self.permalink(post): post for post in ordered}
        if len(by_path) != len(ordered):
            raise ValueError("two posts share an address: give one of them another slug")
        by_archive = {archive.path: archive for archive in _archives(ordered)}
        self._now = _State(ordered, by_path, by_archive, Theme(self._layout, ordered, by_archive))

    @property
    def posts(self) -> tuple[DemoPost, ...]:
        """The blog's posts, the newest first."""
        return self._now.posts

    def permalink(self, post: DemoPost) -> str:
        """The path of the post's own page."""
        return self._layout.permalink(post)

    def pages(self, archive: str = "/") -> int:
        """How many pages the archive at this path has. Raises KeyError where there is none."""
        return max(1, -(-len(self._now.archives[archive].posts) // self._layout.per_page))

    @property
    def archives(self) -> tuple[str, ...]:
        """The paths of all archives, the home page first."""
        return tuple(self._now.archives)

    def answer(self, request: Request) -> Response:
        """Answers like WordPress: redirects to the trailing slash and from page 1, 404 past the last page."""
        now, base, path = self._now, request.base_url, request.path
        if path == "/robots.txt" and self.robots is not None:
            return plain_text(self.robots)
        if path == STYLE:
            return style_sheet()
        if path == "/" and "s" in request.query:
            return page(now.theme.archive(base, self._search(now, request.query["s"]), 1))
        if f"{path}/" in now.by_path or f"{path}/" in now.archives:
            return redirect(f"{base}{path}/")
        if path in now.by_path:
            return page(now.theme.single(base, now.by_path[path]))
        paged = re.fullmatch(r"(/(?:.{1,400}/)?)page/([0-9]{1,6})/", path)
        archive = now.archives.get(paged[1] if paged else path)
        number = int(paged[2]) if paged else 1
        if archive is None or not 1 <= number <= self.pages(archive.path):
            return page(now.theme.missing(base), 404)
        if paged and number == 1:
            return redirect(base + archive.path)
        return page(now.theme.archive(base, archive, number))

    def _search(self, now: _State, words: str) -> Archive:
        wanted = words.lower().split()
        found = tuple(p for p in now.posts if all(word in f"{p.title} {p.body}".lower() for word in wanted))
        shown = found[: self._layout.per_page]
        return Archive(f"/?s={quote(words)}", f"Search Results for: {words}", words, "search search-results", shown)


@dataclass(frozen=True, slots=True)
class _State:
    """The blog between two changes: its posts, what stands at which path, and the theme that renders it."""

    posts: tuple[DemoPost, ...]
    by_path: dict[str, DemoPost]
    archives: dict[str, Archive]
    theme: Theme


def _archives(posts: tuple[DemoPost, ...]) -> Iterator[Archive]:
    yield Archive("/", "", "", "home blog", posts)
    kinds = (("tag", "Tag", attrgetter("tags")), ("category", "Category", attrgetter("categories")))
    for kind, label, names_of in kinds:
        members: dict[str, list[DemoPost]] = {}
        for post in posts:
            for name in names_of(post):
                members.setdefault(name, []).append(post)
        for name, some in members.items():
            slug = slugify(name)
            heading, body_class = f"{label} Archives: {name}", f"archive {kind} {kind}-{slug}"
            yield Archive(f"/{kind}/{slug}/", heading, name, body_class, tuple(some))
