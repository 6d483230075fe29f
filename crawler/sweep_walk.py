"""A sweep of one archive: read to its end, and gone on with where an earlier run was broken off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from ..pipeline.errors import (
    BlockedError,
    CrawlError,
    NoPostsError,
    NotFoundError,
    RobotsError,
    TipsearchError,
    UnreachableError,
)
from ..pipeline.records import Channel, Entry, Source
from ..pipeline.store.protocol import PutResult
from .archive_walk import ArchiveWalk
from .channels import verdict
from .channels.discover import Choice, is_further_page
from .channels.feed import FeedReader
from .channels.records import Archive
from .channels.rest import RestReader
from .extract.records import Extraction, PageLinks
from .listing import own_entries
from .report import SITEMAP, ArchiveReport
from .state import ArchiveState, Sweep


class SweepWalk(ArchiveWalk):
    """An `ArchiveWalk` that knows what earlier runs left, and says what is to be kept for the next one.

    `state` is the archive's; `listed` gives what pages of an archive of that name listed since a moment. `began` is
    when the sweep began, in an earlier run perhaps, and `again` says that the archive was swept before.
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
        self.closed: RobotsError | None = None
        """What keeps the further pages of a Blogger blog away."""
        self.began = now
        self.again = bool(self._before.swept)
        self._holes: list[str] = []
        self._broke_at = ""
        self._last: Sweep | None = None
        self._promise: dict[str, Any] = {}
        if self._before.sweep is not None:
            self._resume(self._before.sweep, listed)

    def _resume(self, sweep: Sweep, listed: Callable[[str, datetime], Collection[str]]) -> None:
        """Go on where a sweep stopped that was not finished."""
        before = self._before
        archive = Archive(**{**before.archive, "source": self.source.name, "url": self.start})
        began = datetime.fromisoformat(sweep.began)
        try:
            if sweep.read:
                self._done, self.ended = True, "read before"
                self._listing = self._listing_at(self.start, sweep.guests)
                self.complete, self.bounded = before.complete, before.bounded
                self.has_failed = bool(sweep.holes)
                self.stated, self.stated_by = before.stated, before.stated_by
            elif sweep.channel == "rest":
                self._reader = RestReader.from_state(archive, sweep.reader)
            elif sweep.channel == "feed":
                self._reader = FeedReader.from_state(archive, sweep.reader)
            elif sweep.next_url:
                last = sweep.first.get("last_page")
                self._listing.go_on_at(sweep.next_url, pages=sweep.pages, guests=sweep.guests, last_page=last)
            else:
                return
            self._promise = dict(sweep.first)
            self._first = _promised(self._promise, archive)
        except (ValueError, KeyError, TypeError):
            self._reader = None
            return
        if self._promise.get("pages_left"):
            self._choices.append(Choice("html"))
        self.channel, self.why, self._tried = sweep.channel, before.why, list(sweep.tried)
        self._first_error = _error_of(sweep.closed)
        self._archive, self.began, self._at_first, self._resumed = archive, began, False, True
        self._validators = dict(before.validators)
        self._holes, self._last, self._reader_pages = list(sweep.holes), sweep, max(1, sweep.pages)
        self.own.update(listed(archive.listed_in, began))
        self._given |= self.own
        self.yielded = bool(self.own)
        self._note(f"Goes on where an earlier crawl of {self.start} stopped.")

    @property
    def resumed(self) -> bool:
        """Whether a part of it was read by an earlier run."""
        return self._resumed

    def page(self, url: str, extraction: Extraction, put: PutResult, headers: Mapping[str, str]) -> None:
        """The request's answer was read and stored; a numbered page of the listing may hold no post to read."""
        asked, missing = self._listing_page(), len(self._listing.missing)
        super().page(url, extraction, put, headers)
        if len(self._listing.missing) > missing:
            self._mark(asked)

    def failed(self, error: TipsearchError) -> None:
        """The request could not be had; a numbered page of the listing may be passed over."""
        asked, missing = self._listing_page(), len(self._listing.missing)
        super().failed(error)
        if len(self._listing.missing) > missing:
            self._mark(asked)
        if isinstance(error, RobotsError) and asked and is_further_page(asked) and self._max_pages is None:
            self.closed = error

    @property
    def wants_recount(self) -> bool:
        """Whether the whole blog came through a channel that states no number, or its further pages are closed."""
        return super().wants_recount or (self._is_closed() and self._archive.scope == "blog")

    def _is_closed(self) -> bool:
        """Whether the listing was all that was left to read, and is closed behind its first page."""
        return self.closed is not None and self.channel == "html"

    def counted(self, named: Collection[str], *, whole: bool) -> None:
        """The sitemap names these posts, by canonical address, where the pages that show them are closed."""
        self.own.update(named)
        self.stated, self.stated_by = len(self.own), SITEMAP
        if self.closed is not None:
            self.why = verdict.why_by_sitemap(self.closed, self._tried)
        if whole:
            self.problems = [problem for problem in self.problems if not isinstance(problem, RobotsError)]
            self._listing.missing.clear()
            self.ended, self.complete, self.has_failed = "all posts that its sitemap names", True, False

    def _listing_page(self) -> str | None:
        """The page after the first that the listing asks for; None where another is under way."""
        is_page = self._reader is None and not self._at_first and not self._checking
        return self._listing.following() if is_page else None

    def _mark(self, url: str | None) -> None:
        """Remember a page that could not be had: where the listing broke off, or a hole in it."""
        if url is not None and self._reader is None and self._listing.following() is not None:
            self._holes.append(url)
        elif url is not None and self._reader is None and self._listing.failed:
            self._broke_at = url

    def _is_settled(self) -> bool:
        """Whether all was read that can be: to read it once more would bring nothing else.

        Pages that could not be had where all others could are asked for by themselves, by every refresh.
        """
        return self._done and (self.complete or not self.has_failed or bool(self._holes and not self._broke_at))

    def next_state(self, now: datetime, report: ArchiveReport, *, finished: bool) -> ArchiveState:
        """What is to be kept for the next run; `finished` says that the posts' own pages were read as well."""
        before, swept = self._before, finished and self._is_settled()
        return ArchiveState.of_report(
            report,
            listed=len(self.own),
            checked=now.isoformat() if swept else before.checked,
            swept=self.began.isoformat() if swept else before.swept,
            reader=self._reader_state(),
            archive={name: getattr(self._archive, name) for name in _OF_ARCHIVE},
            validators=self._validators,
            holes=tuple(self._holes) if swept else before.holes,
            guests=self._guests() if swept else before.guests,
            bound=(self._max_pages or 0) if swept and self.bounded else 0 if swept else before.bound,
            sweep=None if swept else self._position(),
        )

    def _reader_state(self) -> dict[str, Any]:
        """What a refresh begins with; a feed's own state names all its items, of which it needs none."""
        if self._reader is None:
            return {}
        return self._reader.position() if self._reader.channel == "feed" else self._reader.to_state()

    def _position(self) -> Sweep | None:
        """Where a later run goes on; None where nothing was read yet, the user bounded it, or its pages are closed."""
        if self._is_closed():
            return None
        sweep = Sweep(
            began=self.began.isoformat(),
            channel=self.channel,
            holes=tuple(self._holes),
            guests=self._guests(),
            tried=tuple(self._tried),
            closed=_plain_error(self._first_error),
        )
        if self._is_settled():
            return replace(sweep, read=True)
        if self.bounded or self._at_first:
            return None
        reader, first = self._reader, self._promise or _promise(self._first, pages_left=self._has_pages_left())
        if reader is not None:
            if not reader.ended and not self._checking:
                position, pages = reader.position(), self._reader_pages
                self._last = replace(
                    sweep, channel=reader.channel, holes=(), guests=(), reader=position, pages=pages, first=first
                )
            # What the reader's end is worth is still to be seen: its last page is read once more.
            return self._last if not self._done else None
        listing = self._listing
        url = self._broke_at or listing.following()
        if not url or not listing.pages:
            return None
        guests = listing.guests()
        return replace(sweep, channel="html", next_url=url, pages=listing.pages, guests=guests, first=first)

    def _guests(self) -> tuple[str, ...]:
        """The teasers that may stand alone on a page that could not be had."""
        return self._listing.guests() if self._holes else ()


_ERRORS = (BlockedError, NoPostsError, NotFoundError, RobotsError, UnreachableError)


def _plain_error(error: TipsearchError | None) -> tuple[str, ...]:
    """An error as the plain values of a state; none as none."""
    return () if error is None else (type(error).__name__, error.message)


def _error_of(plain: Sequence[str]) -> TipsearchError | None:
    """The reverse of `_plain_error`."""
    if len(plain) != 2:
        return None
    kind = next((kind for kind in _ERRORS if kind.__name__ == plain[0]), CrawlError)
    return kind(plain[1])


_OF_ARCHIVE = tuple(f.name for f in fields(Archive) if f.name not in {"source", "url"})


def _promise(first: Extraction | None, *, pages_left: bool) -> dict[str, Any]:
    """What the archive's first page says of its size, as plain values: by it a channel is judged at its end."""
    if first is None:
        return {}
    return {
        "kind": first.kind,
        "shown": len(list(own_entries(first))),
        "last_page": first.links.last_page,
        "next_url": first.next_url,
        "pages_left": pages_left,
    }


def _promised(said: dict[str, Any], archive: Archive) -> Extraction | None:
    """A first page that promises as much as the one that was read."""
    if not said:
        return None
    blank = Entry(
        source=archive.source,
        page_url=archive.url,
        form="summary",
        title="",
        body="",
        observed_at=datetime.fromtimestamp(0, UTC),
    )
    return Extraction(
        layout="",
        kind=said["kind"],
        entries=(blank,) * int(said["shown"]),
        next_url=said["next_url"],
        links=PageLinks(last_page=said["last_page"]),
    )
