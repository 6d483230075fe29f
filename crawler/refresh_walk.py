"""The way through an archive of which a sweep has completed: asks only for what is new, and stops where it is known."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..pipeline.errors import BlockedError, CrawlError, NoPostsError, RobotsError, TipsearchError, UnreachableError
from ..pipeline.records import Source
from ..pipeline.store.protocol import PutResult
from .addresses import listing_key
from .archive_reading import ArchiveReading
from .channels.feed import FeedReader
from .channels.records import Answer, Archive, ChannelReader
from .channels.verdict import CHANNEL_NAMES, in_short
from .extract.records import Extraction
from .listing import MAX_PAGES, Listing, own_entries
from .report import GUESSED, SITEMAP, ArchiveReport
from .rest_changes import OVERLAP, RestChanges
from .sightings import own_key
from .state import ArchiveState, Validators, moment
from .walk_records import Request, behind_password


class RefreshWalk(ArchiveReading):
    """One archive while it is refreshed. It makes no requests: it says what to fetch, and is told what came.

    A feed's or a listing's first page is asked for on condition that it changed; reading stops at the first page that
    holds nothing unknown. One that only says something else than before leads on while `spare` says that a request is
    left: pages that never read the same twice must not make every refresh read them all.

    REST is asked first how many posts there are and when one was changed last, and only then for what was modified. A
    post that was scheduled is published with an old time of modification, so that the number alone tells of it.
    Where the number that the site states does not agree with what is known, `needs_sweep` says so in words.

    Pages that the last sweep could not have (`ArchiveState.holes`) are asked for at the end.
    """

    def __init__(
        self,
        source: Source,
        start: str,
        state: ArchiveState,
        *,
        visited: set[str],
        note: Callable[[str], None],
        listed: Callable[[], Collection[str]],
        spare: Callable[[], bool] = lambda: True,
        max_pages: int | None = None,
    ) -> None:
        super().__init__(source, start, visited=visited, note=note, max_pages=max_pages)
        self.state = state
        self.needs_sweep = ""
        self.channel = state.channel
        self.wants_recount = False
        self.archive = Archive(**{**state.archive, "source": source.name, "url": start})
        self.validators = dict(state.validators)
        self._listed = listed
        self._known: set[str] | None = None
        self._spare = spare
        self._unknown = self._nameless = self._gained = self._mended = 0
        self._stated: int | None = None
        self._since = moment(state.checked or state.swept)
        self._listing: Listing | None = None
        self._reader: ChannelReader | None = None
        self._changes: RestChanges | None = None
        self._owed = state.depth
        self._conditional = not state.depth
        self._holes = deque(state.holes)
        self._still_holes: list[str] = []
        self._missing: list[str] = []
        self._reached = False
        self._open()

    def _open(self) -> None:
        state = self.state
        try:
            if state.channel == "rest":
                self._changes = RestChanges(self.archive, state.reader, latest=moment(state.latest), since=self._since)
            elif state.channel == "feed":
                since = None if state.validators or self._since is None else self._since - OVERLAP
                self._reader = FeedReader.anew(self.archive, state.reader, changed_since=since)
            else:
                self._listing = self._listing_at(self.start)
        except (ValueError, KeyError, TypeError):
            self._sweep("what was kept of its last sweep can't be used")

    # --- where to -------------------------------------------------------------------------------------------------

    def request(self) -> Request | None:
        """The next request; None at the end."""
        while not self._done:
            if self._changes is not None and self._changes.glancing:
                return Request(self._changes.glance_url(), "channel")
            if self._reader is not None:
                url = self._reader.following()
                if url is not None and self.pages >= MAX_PAGES:
                    self._sweep(f"{CHANNEL_NAMES[self._reader.channel]} went on for {MAX_PAGES:,} pages")
                elif url is not None:
                    return Request(url, "channel", condition=self._condition(url))
                else:
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
        if self._changes is not None and self._changes.glancing:
            self._stated = self._changes.glance(answer)
            return Extraction(layout="rest", kind="none")
        if self._reader is None:
            raise RuntimeError("no channel is being read")
        return self._reader.read(answer)

    def is_feed(self, answer: Answer) -> bool:  # noqa: ARG002
        """Only a first look at an archive can find that it is a feed."""
        return False

    def settled(self, extraction: Extraction) -> Extraction:
        """The extraction as it is to be stored; what the archive had not listed before is counted."""
        settled = self._listing.settled(extraction) if self._listing is not None else extraction
        own = self._own(settled)
        keys = {own_key(entry) for entry in own if entry.permalink}
        if self._known is None and keys:
            self._known = set(self._listed())
        self._unknown = len(keys - (self._known or set()))
        self._nameless = sum(not entry.permalink for entry in own)
        self._known = (self._known or set()) | keys if keys else self._known
        return settled

    def _own(self, extraction: Extraction) -> Collection[Any]:
        return list(extraction.entries if self._listing is None else own_entries(extraction))

    def page(self, url: str, extraction: Extraction, put: PutResult, headers: Mapping[str, str]) -> None:
        """The request's answer was read and stored; `url` is its address after redirects."""
        if self._changes is not None and self._changes.glancing:
            self._glanced(self._changes)
            return
        if self._conditional:
            self._conditional = False
            said, at = Validators.of(headers), self.start if self._listing is not None else url
            self.validators = {at: said} if said.headers() else {}
        if extraction.entries:
            self.pages += 1
            self.yielded = True
        self.own.update(own_key(entry) for entry in self._own(extraction))
        self.locked |= behind_password(extraction.notes)
        # A post without an address is told by its words, so that new words are a new post.
        unknown = self._unknown + min(put.said, self._nameless)
        self._gained += unknown
        self._mended += unknown if self._reached else 0
        quiet = not (unknown or (put.said and self._spare()))
        if quiet and self._owed:
            # A refresh that broke off made the top of the archive known, and nothing below it.
            self._owed, quiet = self._owed - 1, False
        if self._listing is not None:
            self._listing_read(self._listing, url, extraction, quiet=quiet)
        elif self._reader is not None and extraction.entries and not self._asks_since():
            # The pages come newest first: what follows a page of known posts is known.
            self._stated = self._stated if self._reader.stated is None else self._reader.stated
            newest_first = self._changes is not None and self._changes.newest_first
            if quiet or (newest_first and self._surplus() == 0):
                self._stop("nothing new")

    def _listing_read(self, listing: Listing, url: str, extraction: Extraction, *, quiet: bool) -> None:
        hole = self._hole_at(url) if self._reached else None
        problem = listing.page(url, extraction)
        if hole and (problem or listing.is_of_guests(extraction)):
            problem = NoPostsError(f"read {url} again and found no post of its own.")
            self._still_holes.append(hole)
            self._missing.append(problem.message)
            self.problems.append(problem)
            self._stop(listing.ended)
        elif problem is not None:
            self.problems.append(problem)
        elif quiet and extraction.entries:
            self._stop("nothing new")

    def _hole_at(self, url: str) -> str | None:
        """The page among those that could not be had, to which the hole before it may have led."""
        hole = next((hole for hole in self.state.holes if listing_key(hole) == listing_key(url)), None)
        self._holes = deque(other for other in self._holes if other != hole)
        return hole

    def unchanged(self) -> None:
        """The site says that the page is the one that was read last (status 304)."""
        self._conditional = False
        self._stop("not modified")

    def failed(self, error: TipsearchError) -> None:
        """The request could not be had."""
        if self._changes is not None and self._changes.glancing:
            self._glance_failed(self._changes, error)
        elif self._listing is not None:
            self._listing_failed(self._listing, error)
        elif self._reader is not None and not self._reader.failed(error):
            if self._changes is not None and self._changes.is_deaf_to_since():
                self._reader = self._changes.modified()
            else:
                self._give_up(error)

    def _listing_failed(self, listing: Listing, error: TipsearchError) -> None:
        if self._reached and not listing.pages:
            self._still_holes.append(listing.start)
            self._missing.append(error.message)
        if isinstance(error, RobotsError) and self.state.stated_by == SITEMAP:
            self._sweep(f"page 2 of its listing {in_short(error)}")
            return
        problem = listing.failed_at(error)
        if problem is not None:
            self.problems.append(problem)
            if isinstance(error, UnreachableError | BlockedError) and not self._reached:
                self.down = error

    def broken(self, error: TipsearchError) -> None:
        """The answer was no such thing as was asked for."""
        if self._changes is not None and self._changes.glancing:
            self._glance_failed(self._changes, error)
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

    @property
    def reader(self) -> ChannelReader | None:
        """Who reads the answer under way; None for a page."""
        return self._reader

    def _glanced(self, changes: RestChanges) -> None:
        """Go on from how many posts there are and when one was changed last."""
        if changes.found() or self._surplus():
            self._reader = changes.modified()
        else:
            self._finish("nothing new")

    def _glance_failed(self, changes: RestChanges, error: TipsearchError) -> None:
        """Some sites know no order by change: what was modified can be asked for all the same."""
        changes.glancing = False
        if isinstance(error, CrawlError) and error.status == 400:
            self._reader = changes.modified()
        else:
            self._give_up(error)

    def _asks_since(self) -> bool:
        return self._changes is not None and self._changes.asks_since

    # --- the end --------------------------------------------------------------------------------------------------

    def _listing_ended(self, listing: Listing) -> None:
        if self._reached or not listing.failed:
            self._stop(listing.ended)
            self.bounded |= listing.bounded
        else:
            self.ended, self.has_failed, self._done = listing.ended, True, True

    def _reader_ended(self, reader: ChannelReader) -> None:
        if self._changes is not None and self._changes.is_deaf_to_since():
            self._reader = self._changes.modified()
            return
        self._stated = self._stated if reader.stated is None else reader.stated
        if reader.complete:
            self._stop(reader.ended)
        else:
            self._sweep(reader.ended)

    def _stop(self, why: str) -> None:
        self.ended = self.ended or why
        self._reader, self._listing = None, None
        self._reached = True
        if self._holes:
            self._listing = self._listing_at(self._holes.popleft(), self.state.guests)
        elif self._stated is None:
            self._finish(self.ended)
        else:
            self._compare()

    def _compare(self) -> None:
        """Hold what the site states against what is known, as far as they agreed after the last sweep."""
        surplus = self._surplus()
        if not surplus:
            self._finish(self.ended or "nothing new")
        elif surplus > 0 and self._changes is not None and not self._changes.newest_first:
            self._reader = self._changes.newest()
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
        self.ended, self._reached, self._done = why, True, True
        self.has_failed = bool(self._still_holes)
        self.complete = not self._still_holes and (self.state.complete or bool(self.state.holes))

    def missing_pages(self) -> list[str]:
        """The listing pages that could not be had, each with why."""
        return [*self._missing, *(self._listing.missing if self._listing is not None else ())]

    def report(self, is_held: Callable[[Collection[str]], Collection[str]], listed: Collection[str]) -> ArchiveReport:
        """How it ended, with how many of its posts are held in full; `listed` are those known since its last sweep."""
        state = self.state
        own = self.own | set(listed)
        by_sitemap = state.channel == "html" and state.stated_by == SITEMAP and not self._gained
        untouched = not self.pages or not own or by_sitemap
        stated, stated_by = self._stated, state.stated_by
        if stated_by == GUESSED and self.complete:
            stated, stated_by = len(own), "page numbers"
        elif stated is None and state.stated is not None:
            # What stands on pages that could not be had is counted in a guess already.
            stated = state.stated + self._gained - (self._mended if stated_by == GUESSED else 0)
        return ArchiveReport(
            url=self.start,
            channel=self.channel,
            why=state.why,
            pages=self.pages,
            held=state.held if untouched else len(is_held(own)),
            stated=stated,
            stated_by=stated_by,
            complete=self.complete,
            bounded=self.bounded,
            refreshed=True,
        )

    def position(self) -> ArchiveState:
        """What is to be kept while it is not at its end: how deep what is known now may hide what is not."""
        hides = self._changes is None or not (self._changes.asks_since or self._changes.glancing)
        return replace(self.state, depth=self.state.depth + self.pages) if hides else self.state

    def next_state(self, now: datetime, report: ArchiveReport) -> ArchiveState:
        """What is to be kept for the next run."""
        cut_short = not (self._done and self._reached) or (self.bounded and not self.state.bound)
        if cut_short or self.needs_sweep:
            return self.position()
        latest = self._changes.latest if self._changes is not None else moment(self.state.latest)
        return replace(
            self.state,
            held=report.held,
            stated=report.stated,
            stated_by=report.stated_by,
            complete=self.complete,
            listed=self.state.listed + self._gained,
            checked=now.isoformat(),
            reader=self.state.reader if self._changes is None else self._changes.said,
            validators=self.validators,
            holes=tuple(self._still_holes),
            depth=0,
            latest=latest.isoformat() if latest else "",
        )
