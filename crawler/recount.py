"""Counts a blog against its sitemap, where nothing else says how many posts it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal
from urllib.parse import urlsplit

from ..pipeline.errors import NotFoundError, TipsearchError
from ..pipeline.urls import canonical_permalink
from .channels.records import Answer
from .channels.sitemap import SitemapReader
from .extract.records import Extraction
from .report import SITEMAP, ArchiveReport
from .sweep_walk import SweepWalk

_USUAL: Final = {"wordpress": ("wp-sitemap.xml", "sitemap.xml"), "blogger": ("sitemap.xml",)}
"""Where a blog's sitemap is that robots.txt does not name: WordPress's own, then that of plugins; Blogger's."""

_REQUESTS: Final = {"wordpress": 10, "blogger": 100}
"""Sitemaps read at most: WordPress has the posts of a blog in files of 1,000 or more, Blogger in many small ones."""


class Recount:
    """Reads the sitemap after an archive of the whole blog came through a feed, which states no number.

    A listing that was read to its last page needs no second witness, and REST and Blogger's feeds state a number.
    Of a Blogger blog without feeds, whose further pages robots.txt closes, the sitemap names the posts.
    `sitemaps` gives the addresses that robots.txt names, once it was read.
    """

    def __init__(self, sitemaps: Callable[[], Sequence[str]]) -> None:
        self._sitemaps = sitemaps
        self._reader: SitemapReader | None = None
        self._archive: SweepWalk | None = None
        self._addresses: dict[str, str] = {}
        self._guesses: list[str] = []
        self._begun = False
        self._platform: Literal["wordpress", "blogger"] = "wordpress"

    def following(self, archives: Sequence[SweepWalk]) -> str | None:
        """The next sitemap to fetch; None where none is needed, or all were read."""
        if not self._begun:
            self._begun = True
            self._archive = next((a for a in archives if a.wants_recount), None)
            if self._archive is not None:
                start = self._archive.start
                parts = urlsplit(start)
                named = list(self._sitemaps())
                self._platform = "blogger" if self._archive.is_closed else "wordpress"
                if not named:
                    self._guesses = [f"{parts.scheme}://{parts.netloc}/{name}" for name in _USUAL[self._platform]]
                    named = [self._guesses.pop(0)]
                self._open(named, start)
        return self._reader.following() if self._reader is not None else None

    def read(self, answer: Answer) -> Extraction:
        """Take a sitemap's addresses; raises CrawlError where it is none."""
        if self._reader is None:
            raise RuntimeError("no sitemap was asked for")
        for url in self._reader.read(answer):
            self._addresses.setdefault(canonical_permalink(url), url)
        return Extraction(layout="sitemap", kind="none")

    def failed(self, error: TipsearchError) -> None:
        """There is no such sitemap."""
        if self._reader is None or self._reader.failed(error) or self._archive is None:
            return
        if self._guesses and isinstance(error, NotFoundError):
            self._open([self._guesses.pop(0)], self._archive.start)

    def _open(self, named: Sequence[str], start: str) -> None:
        platform = self._platform
        self._reader = SitemapReader(named, start, platform=platform, max_requests=_REQUESTS[platform])

    def told(self) -> None:
        """Tell an archive whose pages are closed what the sitemap names, once that was read."""
        archive, named = self._archive, self._addresses.keys()
        if archive is not None and archive.is_closed and named and self._reader is not None:
            archive.counted(named, whole=self._reader.complete)

    def owes(
        self, archive: SweepWalk, is_held: Callable[[Collection[str]], Collection[str]], given_up: Collection[str]
    ) -> bool:
        """Whether posts of an archive that only the sitemap names are still to be had, by the next crawl."""
        if archive is not self._archive or not archive.is_closed:
            return False
        left = self._addresses.keys() - set(given_up)
        return len(set(is_held(left))) < len(left)

    def unlisted(self, listed: Collection[str]) -> Iterator[tuple[str, str]]:
        """The posts that only the sitemap names, by canonical address."""
        for key, url in self._addresses.items():
            if key not in listed:
                yield key, url

    def added_to(
        self, archives: list[ArchiveReport], is_held: Callable[[Collection[str]], Collection[str]]
    ) -> list[ArchiveReport]:
        """The reports again, that of the whole blog with the sitemap's number."""
        if self._archive is None or not self._addresses:
            return archives
        start, own = self._archive.start, self._archive.own | self._addresses.keys()
        return [
            replace(a, held=len(is_held(own)), stated=len(own), stated_by=SITEMAP)
            if a.url == start and a.stated is None
            else a
            for a in archives
        ]
