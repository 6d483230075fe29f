"""Counts a blog against its sitemap, where nothing else says how many posts it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

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
    Of a Blogger blog without feeds, whose further pages robots.txt closes, the sitemap names the posts.
    `sitemaps` gives the addresses that robots.txt names, once it was read.
    """

    def __init__(self, sitemaps: Callable[[], Sequence[str]]) -> None:
        self._sitemaps = sitemaps
        self._reader: SitemapReader | None = None
        self._archive: SweepWalk | None = None
        self._addresses: dict[str, str] = {}
        self._usual: list[str] = []
        self._begun = False
        self._platform: Literal["wordpress", "blogger"] = "wordpress"
        self.guesses = Guesses()

    def following(self, archives: Sequence[SweepWalk]) -> str | None:
        """The next sitemap to fetch; None where none is needed, or all were read."""
        if not self._begun:
            self._begun = True
            self._archive = next((a for a in archives if a.wants_recount), None)
            if self._archive is not None:
                start = self._archive.start
                parts = urlsplit(start)
                named = list(self._sitemaps())
                self._platform = "blogger" if self._archive.closed is not None else "wordpress"
                if not named:
                    site = f"{parts.scheme}://{parts.netloc}/"
                    roots = dict.fromkeys((site + _folder(self._archive), site))
                    self._usual = [root + name for root in roots for name in _USUAL[self._platform]]
                    named = [self._usual.pop(0)]
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
        if self._usual and isinstance(error, NotFoundError):
            self._open([self._usual.pop(0)], self._archive.start)

    def _open(self, named: Sequence[str], start: str) -> None:
        platform = self._platform
        self._reader = SitemapReader(named, start, platform=platform, max_requests=_REQUESTS[platform])

    def told(self) -> None:
        """Tell an archive whose pages are closed what the sitemap names, once that was read."""
        archive, named = self._archive, self._addresses.keys()
        if archive is not None and archive.closed is not None and named and self._reader is not None:
            archive.counted(named, whole=self._reader.complete)

    def owes(
        self, archive: SweepWalk, is_held: Callable[[Collection[str]], Collection[str]], given_up: Collection[str]
    ) -> bool:
        """Whether posts of an archive that only the sitemap names are still to be had, by the next crawl."""
        if archive is not self._archive or archive.closed is None:
            return False
        left = self._addresses.keys() - set(given_up)
        return len(set(is_held(left))) < len(left)

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
            replace(a, held=len(is_held(own)), stated=len(own), stated_by=SITEMAP)
            if a.url == start and a.stated is None
            else a
            for a in archives
        ]


def _folder(archive: SweepWalk) -> str:
    """The folder of its site in which a blog stands with all its posts, as ``blog/``; empty where there is none."""
    path = urlsplit(archive.start).path.strip("/")
    if "." in path.rpartition("/")[2]:
        path = path.rpartition("/")[0]
    within = canonical_permalink(urljoin(archive.start, f"/{path}")) + "/"
    return f"{path}/" if path and all(key.startswith(within) for key in archive.own) else ""
