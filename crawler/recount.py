"""Counts a blog against its sitemap, where nothing else says how many posts it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from ..pipeline.errors import NotFoundError, TipsearchError
from ..pipeline.urls import canonical_permalink
from .archive_walk import ArchiveWalk
from .channels.records import Answer
from .channels.sitemap import SitemapReader
from .extract.records import Extraction
from .report import ArchiveReport

_USUAL: Final = ("wp-sitemap.xml", "sitemap.xml")
"""Where the sitemap of a WordPress blog is that robots.txt does not name: WordPress's own, then that of plugins."""


class Recount:
    """Reads the sitemap after an archive of the whole blog came through a feed, which states no number.

    A listing that was read to its last page needs no second witness, and REST and Blogger's feeds state a number.
    `sitemaps` gives the addresses that robots.txt names, once it was read.
    """

    def __init__(self, sitemaps: Callable[[], Sequence[str]]) -> None:
        self._sitemaps = sitemaps
        self._reader: SitemapReader | None = None
        self._archive: ArchiveWalk | None = None
        self._addresses: dict[str, str] = {}
        self._guesses: list[str] = []
        self._begun = False

    def following(self, archives: Sequence[ArchiveWalk]) -> str | None:
        """The next sitemap to fetch; None where none is needed, or all were read."""
        if not self._begun:
            self._begun = True
            self._archive = next((a for a in archives if a.wants_recount), None)
            if self._archive is not None:
                start = self._archive.start
                parts = urlsplit(start)
                named = list(self._sitemaps())
                if not named:
                    self._guesses = [f"{parts.scheme}://{parts.netloc}/{name}" for name in _USUAL]
                    named = [self._guesses.pop(0)]
                self._reader = SitemapReader(named, start, platform="wordpress")
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
            self._reader = SitemapReader([self._guesses.pop(0)], self._archive.start, platform="wordpress")

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
            replace(a, held=len(is_held(own)), stated=len(own), stated_by="sitemap")
            if a.url == start and a.stated is None
            else a
            for a in archives
        ]
