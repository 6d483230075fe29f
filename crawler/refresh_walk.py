"""The way through an archive of which a sweep has completed: asks only for what is new, and stops where it is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..pipeline.errors import BlockedError, CrawlError, TipsearchError, UnreachableError
from ..pipeline.records import Channel, Source
from ..pipeline.store.protocol import PutResult
from ..pipeline.urls import canonical_permalink
from .archive_walk import PASSWORD_NOTE, Request
from .channels.feed import FeedReader
from .channels.records import Answer, Archive, ChannelReader
from .channels.rest import RestReader
from .channels.verdict import CHANNEL_NAMES, in_short
from .extract.records import Extraction
from .listing import Listing, own_entries
from .report import ArchiveReport
from .sightings import own_key
from .state import ArchiveState, Validators, moment

OVERLAP = timedelta(days=1)
"""So far before its last check a site is asked for changes: clocks differ, and a time zone may be taken wrongly."""


class RefreshWalk:
    """One archive while it is refreshed. It makes no requests: it says what to fetch, and is told what came.

    A feed's or a listing's first page is asked for on condition that it changed; reading stops at the first page that
    holds nothing unknown and nothing changed. REST is asked for what was modified, and where `spare` says that a
    request is left, how many posts there are: a post that was scheduled is published with an old time of modification.
    Where the number that the site states does not agree with what is known, `needs_sweep` says so in words.
    """

    def __init__(
        self,
        source: Source,
        start: str,
        state: ArchiveState,
        *,
        visited: set[str],
        note: Callable[[str], None],
        known: Callable[[Collection[str]], Collection[str]],
        spare: Callable[[], bool] = lambda: True,
        max_pages: int | None = None,
    ) -> None:
        self.source = source
        self.start = start
        self.state = state
        self.own: set[str] = set()
        self.locked: set[str] = set()
        self.yielded = False
        self.problems: list[TipsearchError] = []
        self.down: CrawlError | None = None
        self.pages = 0
        self.ended = ""
        self.complete = self.has_failed = self.bounded = False
        self.needs_sweep = ""
        self.channel: Channel | None = state.channel
        self.wants_recount = False
        self.archive = Archive(**{**state.archive, "source": source.name, "url": start})
        self.validators = dict(state.validators)
        self._known = known
        self._spare = spare
        self._unknown: set[str] = set()
        self._gained = 0
        self._stated: int | None = None
        self._listing: Listing | None = None
        self._reader: ChannelReader | None = None
        self._rest: RestReader | None = None
        self._counting = self._newest_first = False
        self._conditional = True
        self._done = False
        self._open(visited, note, max_pages)

    def _open(self, visited: set[str], note: Callable[[str], None], max_pages: int | None) -> None:
        state = self.state
        since = moment(state.checked or state.swept)
        try:
            if state.channel == "rest":
                self._rest = RestReader.from_state(
                    self.archive, state.reader, modified_after=since - OVERLAP if since else None
                )
                self._reader = self._rest
                self._newest_first = self._rest.knows_modified_after is False
            elif state.channel == "feed":
                self._reader = _feed_again(self.archive, state.reader, None if state.validators else since)
            else:
                self._listing = Listing(self.start, max_pages=max_pages, visited=visited, note=note)
        except (ValueError, KeyError, TypeError):
            self._sweep("what was kept of its last sweep can't be used")

    # --- where to -------------------------------------------------------------------------------------------------

    def request(self) -> Request | None:
        """The next request; None at the end."""
        while not self._done:
            if self._counting and self._rest is not None:
                return Request(self._rest.count_url(), "channel")
            if self._reader is not None:
                url = self._reader.following()
                if url is not None:
                    return Request(url, "channel", condition=self._condition(url))
                self._reader_ended(self._reader)
            elif self._listing is not None:
                url = self._listing.following()
                if url is not None:
                    return Request(url, "page", condition=self._condition(url))
                self._listing_ended(self._listing)
        return None

    def _condition(self, url: str) -> Validators | None:
        return self.validators.get(url) if self._conditional else None

    # --- what came of it ------------------------------------------------------------------------------------------

    def read(self, answer: Answer) -> Extraction:
        """What the channel's answer says; raises CrawlError where it says something else."""
        if self._counting:
            self._stated = RestReader.count(answer)
            return Extraction(layout="rest", kind="none")
        if self._reader is None:
            raise RuntimeError("no channel is being read")
        return self._reader.read(answer)

    def is_feed(self, answer: Answer) -> bool:  # noqa: ARG002
        """A listing page that turns out to be a feed is one that changed."""
        return False

    def settled(self, extraction: Extraction) -> Extraction:
        """The extraction as it is to be stored; what is unknown in it is looked up before that."""
        settled = self._listing.settled(extraction) if self._listing is not None else extraction
        keys = {own_key(entry) for entry in self._own(settled)}
        self._unknown = keys - set(self._known(keys))
        return settled

    def _own(self, extraction: Extraction) -> Collection[Any]:
        return list(extraction.entries if self._listing is None else own_entries(extraction))

    def page(self, url: str, extraction: Extraction, put: PutResult, headers: Mapping[str, str]) -> None:
        """The request's answer was read and stored; `url` is its address after redirects."""
        if self._counting:
            self._counting = False
            self._compare()
            return
        if self._conditional:
            self._conditional = False
            self._keep_validators(self.start if self._listing is not None else url, headers)
        if extraction.entries:
            self.pages += 1
            self.yielded = True
        self.own.update(own_key(entry) for entry in self._own(extraction))
        locked = (n.removesuffix(PASSWORD_NOTE) for n in extraction.notes if n.endswith(PASSWORD_NOTE))
        self.locked.update(map(canonical_permalink, locked))
        self._gained += len(self._unknown) + put.relisted
        quiet = not (self._unknown or put.said or put.relisted)
        if self._listing is not None:
            self._listing_read(self._listing, url, extraction, quiet=quiet)
        elif self._reader is not None and extraction.entries and self._stops_where_known():
            self._note_stated(self._reader)
            if quiet or (self._newest_first and self._surplus() == 0):
                self._stop("nothing new")

    def _keep_validators(self, url: str, headers: Mapping[str, str]) -> None:
        said = Validators.of(headers)
        self.validators = {url: said} if said.headers() else {}

    def _stops_where_known(self) -> bool:
        """Whether the pages come newest first, so that what follows a page of known posts is known."""
        return self._reader is not self._rest or self._newest_first

    def _listing_read(self, listing: Listing, url: str, extraction: Extraction, *, quiet: bool) -> None:
        problem = listing.page(url, extraction)
        if problem is not None:
            self.problems.append(problem)
        elif quiet and extraction.entries:
            self._stop("nothing new")

    def unchanged(self) -> None:
        """The site says that the page is the one that was read last (status 304)."""
        self._conditional = False
        self._stop("not modified")

    def failed(self, error: TipsearchError) -> None:
        """The request could not be had."""
        if self._counting:
            self._counting = False
            self._finish("nothing new")
        elif self._listing is not None:
            problem = self._listing.failed_at(error)
            if problem is not None:
                self.problems.append(problem)
                self.down = error if isinstance(error, UnreachableError | BlockedError) else None
        elif self._reader is not None and not self._reader.failed(error):
            self._give_up(error)

    def broken(self, error: TipsearchError) -> None:
        """The answer was no such thing as was asked for."""
        if self._counting:
            self.failed(error)
        else:
            self._give_up(error)

    def _give_up(self, error: TipsearchError) -> None:
        """The channel is no longer what it was: look at all of them again, unless the site does not answer."""
        no_answer = isinstance(error, UnreachableError) and error.status is None
        if no_answer or (isinstance(error, BlockedError) and error.status == 429):
            self.problems.append(error)
            self.down = error if isinstance(error, CrawlError) else None
            self.has_failed, self._done, self.ended = True, True, error.message
        elif self.channel is not None:
            self._sweep(f"{CHANNEL_NAMES[self.channel]} {in_short(error)}")

    # --- the end --------------------------------------------------------------------------------------------------

    def _listing_ended(self, listing: Listing) -> None:
        self.ended, self.complete, self.has_failed = listing.ended, listing.complete, listing.failed
        self.bounded = listing.bounded
        self._done = True

    def _reader_ended(self, reader: ChannelReader) -> None:
        if reader is self._rest and not self._newest_first:
            if self._rest.knows_modified_after is False:
                self._read_newest()
            elif not reader.complete:
                self._sweep(reader.ended)
            elif self._spare():
                self._counting = True
            else:
                self._finish("nothing new" if not self._gained else reader.ended)
            return
        self._note_stated(reader)
        if reader.complete:
            self._stop(reader.ended)
        else:
            self._sweep(reader.ended)

    def _read_newest(self) -> None:
        """Read REST from its newest post on, for it does not tell what was modified, or not all of it."""
        known = {**self.state.reader, "modified_after": False}
        self._rest = RestReader.from_state(self.archive, known)
        self._reader, self._newest_first = self._rest, True

    def _note_stated(self, reader: ChannelReader) -> None:
        if reader.stated is not None:
            self._stated = reader.stated

    def _stop(self, why: str) -> None:
        self.ended = why
        self._reader, self._listing = None, None
        if self._stated is None:
            self._finish(why)
        else:
            self._compare()

    def _compare(self) -> None:
        """Hold what the site states against what is known, as far as they agreed after the last sweep."""
        surplus = self._surplus()
        if not surplus:
            self._finish(self.ended or "nothing new")
        elif surplus > 0 and self._rest is not None and not self._newest_first:
            self._read_newest()
        else:
            known = (self.state.stated or 0) + self._gained
            self._sweep(f"the site states {self._stated:,} posts, where {known:,} are known")

    def _surplus(self) -> int | None:
        """How many posts more the site states than are known now; None where it does not state a number."""
        if self._stated is None or self.state.stated is None:
            return None
        return self._stated - self.state.stated - self._gained

    def _sweep(self, why: str) -> None:
        self.needs_sweep, self._done = why or "it ended before its end", True

    def _finish(self, why: str) -> None:
        self.ended, self.complete, self._done = why, True, True

    def missing_pages(self) -> list[str]:
        """The listing pages that could not be had, each with why."""
        return list(self._listing.missing) if self._listing is not None else []

    def report(self, is_held: Callable[[Collection[str]], Collection[str]], listed: Collection[str]) -> ArchiveReport:
        """How it ended, with how many of its posts are held in full; `listed` are those known since its last sweep."""
        state = self.state
        own = self.own | set(listed)
        untouched = not self.pages or not own
        stated = self._stated
        if stated is None and state.stated is not None:
            stated = state.stated + self._gained
        return ArchiveReport(
            url=self.start,
            channel=self.channel,
            why=state.why,
            pages=self.pages,
            held=state.held if untouched else len(is_held(own)),
            stated=stated,
            stated_by=state.stated_by,
            complete=self.complete,
            bounded=self.bounded,
            refreshed=True,
        )

    def next_state(self, now: datetime, report: ArchiveReport) -> ArchiveState:
        """What is to be kept for the next run."""
        if not self.complete:
            return self.state
        return replace(
            self.state,
            held=report.held,
            stated=report.stated,
            listed=self.state.listed + self._gained,
            checked=now.isoformat(),
            validators=self.validators,
        )


def _feed_again(archive: Archive, state: dict[str, Any], since: datetime | None) -> FeedReader:
    """A reader of the feed from its first page; of Blogger's, where no validators are known, of what was changed."""
    platform = state["platform"]
    updated = since - OVERLAP if since is not None and platform == "blogger" else None
    return FeedReader(archive, state["url"], platform=platform, page_size=state["page_size"], updated_min=updated)
