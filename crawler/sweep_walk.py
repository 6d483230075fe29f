"""A sweep of one archive: read to its end, and gone on with where an earlier run was broken off."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime

from ..pipeline.records import Channel, Source
from .archive_walk import ArchiveWalk
from .channels.feed import FeedReader
from .channels.records import Archive
from .channels.rest import RestReader
from .report import ArchiveReport
from .state import ArchiveState, Sweep


class SweepWalk(ArchiveWalk):
    """An `ArchiveWalk` that knows what earlier runs left, and says what is to be kept for the next one.

    `state` is the archive's; `listed` gives what pages of an archive of that name listed since a moment.
    """

    def __init__(
        self,
        source: Source,
        start: str,
        *,
        visited: set[str],
        note: Callable[[str], None],
        now: datetime,
        channel: Channel | None = None,
        max_pages: int | None = None,
        state: ArchiveState | None = None,
        listed: Callable[[str, datetime], Collection[str]] = lambda _, __: (),
    ) -> None:
        super().__init__(source, start, visited=visited, note=note, channel=channel, max_pages=max_pages)
        self._before = state or ArchiveState()
        self._began = now
        if self._before.sweep is not None:
            self._resume(self._before.sweep, listed)

    def _resume(self, sweep: Sweep, listed: Callable[[str, datetime], Collection[str]]) -> None:
        """Go on where a sweep stopped that was not finished."""
        before = self._before
        archive = Archive(**{**before.archive, "source": self.source.name, "url": self.start})
        began = datetime.fromisoformat(sweep.began)
        try:
            if sweep.read:
                self._done = self.complete = True
                self.ended = "read before"
                self.stated, self.stated_by = before.stated, before.stated_by
            elif sweep.channel == "rest":
                self._reader = RestReader.from_state(archive, sweep.reader)
            elif sweep.channel == "feed":
                self._reader = FeedReader.from_state(archive, sweep.reader)
            elif sweep.next_url:
                self._listing.go_on_at(sweep.next_url, pages=sweep.pages, guests=sweep.guests)
            else:
                return
        except (ValueError, KeyError, TypeError):
            return
        self.channel, self.why = sweep.channel, before.why
        self._archive, self._began, self._at_first, self._resumed = archive, began, False, True
        self.own.update(listed(archive.listed_in, began))
        self._given |= self.own
        self.yielded = bool(self.own)
        self._note(f"Goes on where an earlier crawl of {self.start} stopped.")

    def next_state(self, now: datetime, report: ArchiveReport, *, finished: bool) -> ArchiveState:
        """What is to be kept for the next run; `finished` says that the posts' own pages were read as well."""
        before, swept = self._before, finished and self.complete
        archive = asdict(self._archive)
        return ArchiveState.of_report(
            report,
            listed=len(self.own),
            checked=now.isoformat() if swept else before.checked,
            swept=self._began.isoformat() if swept else before.swept,
            reader=self._reader.to_state() if self._reader is not None else {},
            archive={name: archive[name] for name in archive.keys() - {"source", "url"}},
            validators=self._validators,
            sweep=None if swept else self._position(),
        )

    def _position(self) -> Sweep | None:
        """Where a later run goes on; None where nothing was read yet, or the user bounded it."""
        began = self._began.isoformat()
        if self.complete:
            return Sweep(began=began, channel=self.channel, read=True)
        if self.bounded or self._at_first or self._checking:
            return None
        reader = self._reader
        if reader is not None:
            going_on = Sweep(began=began, channel=reader.channel, reader=reader.position())
            return None if reader.ended else going_on
        listing = self._listing
        url = listing.failed_url or listing.following()
        if url and listing.pages:
            return Sweep(began=began, channel="html", next_url=url, pages=listing.pages, guests=listing.guests())
        return None
