"""What a sweep and a refresh of one archive have in common: what was read of it, and how that ended."""

from __future__ import annotations

from collections.abc import Callable

from ..pipeline.errors import CrawlError, TipsearchError
from ..pipeline.records import Channel, Source
from .listing import Listing


class ArchiveReading:
    """One archive of a source while it is read.

    `own` holds the canonical addresses of the posts that were read as the archive's (of one without an address, a
    hash), `locked` those behind a password; `yielded` says that some page held an entry, `pages` counts those that did.
    `ended` says in words why reading stopped, `complete` whether that was the archive's own end, `has_failed` whether
    something went wrong, `bounded` whether it was the caller's ``max_pages``, and `down` is the error of a site that
    does not answer at all. `channel` is the one that is read. `visited` holds the listing pages of the whole source.
    """

    def __init__(
        self,
        source: Source,
        start: str,
        *,
        visited: set[str],
        note: Callable[[str], None],
        max_pages: int | None = None,
    ) -> None:
        self.source = source
        self.start = start
        self.own: set[str] = set()
        self.locked: set[str] = set()
        self.yielded = False
        self.problems: list[TipsearchError] = []
        self.down: CrawlError | None = None
        self.pages = 0
        self.ended = ""
        self.complete = self.has_failed = self.bounded = False
        self.channel: Channel | None = None
        self._visited, self._note, self._max_pages = visited, note, max_pages
        self._done = False

    def _listing_at(self, url: str) -> Listing:
        return Listing(url, max_pages=self._max_pages, visited=self._visited, note=self._note)
