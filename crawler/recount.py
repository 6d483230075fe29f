"""Counts a blog against its sitemap, where nothing else says how many posts it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from ..pipeline.errors import NotFoundError, TipsearchError
from ..pipeline.urls import canonical_permalink
from .archive_walk import ArchiveWalk
from .channels.records import Answer
from .channels.sitemap import SitemapReader
from .extract.records import Extraction
from .report import ArchiveReport

_USUAL: Final = ("wp-sitemap.xml", "sitemap.xml")
"""Where the sitemap of a WordPress blog is that robots.txt does not name: WordPress's own, then that of plugins."""

MAX_WRONG: Final = 20
"""After so many addresses in a row that are no post's, a sitemap of all sorts of pages is not followed any further."""


class Guesses:
    """Addresses, canonical ones, that only a sitemap of all sorts of pages names: posts perhaps."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.wrong: set[str] = set()
        self._in_row = 0

    def confirm(self) -> None:
        """What was looked at last is a post."""
        self._in_row = 0

    def is_wrong(self, key: str) -> bool:
        """What stands there is no post; whether that had only been guessed."""
        if key not in self.keys:
            return False
        self.wrong.add(key)
        self._in_row += 1
        return True

    def dismisses(self, key: str) -> bool:
        """Whether an address need not be looked at any more, so many before it having been no post's."""
        if key not in self.keys or self._in_row < MAX_WRONG:
            return False
        self.wrong.add(key)
        return True


class Recount:
    """Reads the sitemap after an archive of the whole blog came through a channel that states no number.

    That is WordPress's feed, and REST where its headers are lost on the way. A listing that was read to its last page
    needs no second witness. What a sitemap of all sorts of pages names is a guess (`guesses`) until it was looked at.
    `sitemaps` gives the addresses that robots.txt names, once it was read.
    """

    def __init__(self, sitemaps: Callable[[], Sequence[str]]) -> None:
        self._sitemaps = sitemaps
        self._reader: SitemapReader | None = None
        self._archive: ArchiveWalk | None = None
        self._addresses: dict[str, str] = {}
        self._usual: list[str] = []
        self._begun = False
        self.guesses = Guesses()

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
                    site = f"{parts.scheme}://{parts.netloc}/"
                    roots = dict.fromkeys((site + _folder(self._archive), site))
                    self._usual = [root + name for root in roots for name in _USUAL]
                    named = [self._usual.pop(0)]
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
        if self._usual and isinstance(error, NotFoundError):
            self._reader = SitemapReader([self._usual.pop(0)], self._archive.start, platform="wordpress")

    def unlisted(self, listed: Collection[str]) -> Iterator[tuple[str, str]]:
        """The posts that only the sitemap names, by canonical address."""
        self._leave_out_other_parts()
        surely = self._reader is not None and self._reader.posts_only
        for key, url in self._addresses.items():
            if key not in listed:
                if not surely:
                    self.guesses.keys.add(key)
                yield key, url

    def _leave_out_other_parts(self) -> None:
        """Of a blog in a folder of its site no post stands elsewhere."""
        if self._archive is not None and (folder := _folder(self._archive)):
            within = canonical_permalink(urljoin(self._archive.start, f"/{folder}")) + "/"
            self._addresses = {key: url for key, url in self._addresses.items() if key.startswith(within)}

    def added_to(
        self, archives: list[ArchiveReport], is_held: Callable[[Collection[str]], Collection[str]]
    ) -> list[ArchiveReport]:
        """The reports again, that of the whole blog with the sitemap's number."""
        if self._archive is None or not self._addresses:
            return archives
        start, own = self._archive.start, self._archive.own | (self._addresses.keys() - self.guesses.wrong)
        return [
            replace(a, held=len(is_held(own)), stated=len(own), stated_by="sitemap")
            if a.url == start and a.stated is None
            else a
            for a in archives
        ]


def _folder(archive: ArchiveWalk) -> str:
    """The folder of its site in which a blog stands with all its posts, as ``blog/``; empty where there is none."""
    path = urlsplit(archive.start).path.strip("/")
    if "." in path.rpartition("/")[2]:
        path = path.rpartition("/")[0]
    within = canonical_permalink(urljoin(archive.start, f"/{path}")) + "/"
    return f"{path}/" if path and all(key.startswith(within) for key in archive.own) else ""
