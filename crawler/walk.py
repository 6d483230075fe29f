"""The way through one source, step by step: every archive to its end, then the posts never shown in full."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from ..pipeline.errors import CrawlError, TipsearchError
from ..pipeline.records import Source
from ..pipeline.store.protocol import PutResult
from ..pipeline.text import clean_line
from .addresses import listing_key
from .channels.records import Answer
from .extract.records import Extraction
from .kept_pages import reading_of_channel
from .losses import Losses
from .missing import Missing
from .plan import Plan
from .posts_walk import PostsWalk
from .recount import Recount
from .refresh_walk import RefreshWalk
from .report import ArchiveReport, Outcome, Progress, SourceReport
from .seen import Seen
from .single_pages import SinglePages
from .state import SOURCE, SourceState, retry_after
from .sweep_walk import SweepWalk
from .walk_records import PASSWORD_NOTE, Known, Step, WalkOptions

MAX_PROBLEMS = 20
"""So many problems of a source are named one by one; the others are counted."""


class Walk:
    """Which page of a source comes next, what each page brought, and how it ended.

    It makes no requests and writes nothing: `step()` says what to fetch, and one of `page()`, `unchanged()`, `failed()`
    and `broken()` says what came of it. Memory holds keys and addresses, never a page.

    `states` are the archives' states of earlier runs, by address: with them an archive that was swept is refreshed, and
    a sweep that was broken off goes on. A full crawl (or `sweep_days` since the last one) reads everything anew: every
    archive to its end, the single posts once more, and every known post that nothing showed.
    """

    def __init__(
        self,
        source: Source,
        *,
        now: datetime,
        options: WalkOptions | None = None,
        states: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
        known: Known | None = None,
    ) -> None:
        options, known = options or WalkOptions(), known or Known()
        self.source = source
        self._now = now
        self._known = known
        self._plan = Plan(source, states, now=now, options=options)
        self._before = self._plan.before
        self._recount = Recount(known.sitemaps)
        self._seen = Seen(source, known)
        self._losses = Losses(source.name, accept=options.accept_loss)
        self._starts = deque(source.urls)
        self._current: Step | None = None
        self._archive: SweepWalk | RefreshWalk | None = None
        self._archives: list[SweepWalk | RefreshWalk] = []
        self._visited: set[str] = set()
        self._single_pages = SinglePages()
        self._posts: PostsWalk | None = None
        self._down: CrawlError | None = None
        self._missing = Missing()
        self._failed = False
        self._problems: list[TipsearchError] = []
        self._unnamed = 0
        self._notes: dict[str, None] = {}
        self._pages = self._new = self._repeated = 0
        self._ended = now

    # --- where to -------------------------------------------------------------------------------------------------

    def step(self) -> Step | None:
        """The next page to fetch, None at the end; the same one until it is told what came of it."""
        if self._current is None:
            self._current = self._find_step()
        return self._current

    def _find_step(self) -> Step | None:
        while (archive := self._current_archive()) is not None:
            request = archive.request()
            if request is not None:
                return Step(request.url, "listing", request.reader, request.probe, request.condition, request.further)
            self._archive_ended(archive)
        if self._posts is None:
            swept = [archive for archive in self._archives if isinstance(archive, SweepWalk)]
            url = self._recount.following(swept) if self._down is None else None
            if url is not None:
                return Step(url, "listing", "sitemap", probe=True)
            self._recount.told()
            for archive in [archive for archive in swept if archive.wants_recount]:
                self._account(archive)
            self._posts = self._single_posts()
        url = self._posts.following()
        return Step(url, "posts") if url is not None else None

    def _current_archive(self) -> SweepWalk | RefreshWalk | None:
        while self._archive is None and self._starts:
            start = self._starts.popleft()
            if self._down is None and listing_key(start) not in self._visited:
                self._archive = self._open(start)
                self._archives.append(self._archive)
            elif self._down is not None:
                self._failed = True
        return self._archive

    def _open(self, start: str, *, anew: bool = False) -> SweepWalk | RefreshWalk:
        """The way to read an archive: only what is new where a sweep has completed, else all of it."""
        state = None if anew else self._plan.refresh(start)
        if state is not None:
            return RefreshWalk(
                self.source,
                start,
                state,
                visited=self._visited,
                note=self.note,
                listed=lambda: self._seen.listed_by(state.archive.get("listed_in", ""), state),
                spare=self._known.spare,
                max_pages=self._plan.max_pages,
            )
        sweep = SweepWalk(
            self.source,
            start,
            visited=self._visited,
            note=self.note,
            now=self._now,
            channel=self._plan.forced,
            max_pages=self._plan.max_pages,
            state=self._plan.sweep(start, anew=anew),
            listed=self._known.listed,
        )
        if sweep.resumed and sweep.again:
            self._seen.take_up(sweep)
        return sweep

    def _archive_ended(self, archive: SweepWalk | RefreshWalk) -> None:
        self._archive = None
        if isinstance(archive, RefreshWalk) and archive.needs_sweep:
            self.note(f"{archive.start} is read anew: {archive.needs_sweep.rstrip('.')}.")
            self._visited.discard(listing_key(archive.start))
            self._archives.remove(archive)
            self._archive = self._open(archive.start, anew=True)
            self._archives.append(self._archive)
            return
        self._down = self._down or archive.down
        if not archive.wants_recount:
            self._account(archive)

    def _account(self, archive: SweepWalk | RefreshWalk) -> None:
        """Note what an archive lacks."""
        for problem in archive.problems:
            self._problem(problem)
        self._failed |= archive.has_failed
        for page in archive.missing_pages():
            self._missing.page(page)
        self._missing.locked(archive.locked)

    def _single_posts(self) -> PostsWalk:
        again = self._plan.sweeps
        but = self._missing.behind_password.union(() if again else self._before.unavailable)
        wanted = self._seen.wanted(self._recount.unlisted(self._seen.told), but=but, again=again)
        if self._down is not None:
            if wanted:
                self.note("The posts of which only excerpts were seen are left for the next crawl.")
            wanted = {}
        elif not self._failed:
            wanted = {**self._seen.unseen(self._archives, self._losses, again=again), **wanted}
        return PostsWalk(wanted.values(), self._missing, self._losses, self.note, self._recount.guesses)

    # --- what came of it ------------------------------------------------------------------------------------------

    def read(self, answer: Answer) -> Extraction:
        """What a channel's or a sitemap's answer says; raises CrawlError where it says something else."""
        if self._archive is not None:
            return self._archive.read(answer)
        return self._recount.read(answer)

    def reading(self) -> dict[str, Any] | None:
        """What a channel's answer must be kept with to be read again by itself; None where a page is read."""
        read_by = self._archive.reader if self._archive is not None else None
        if self._archive is None or read_by is None:
            return None
        return reading_of_channel(self._archive.archive, read_by.position(), read_by.channel)

    def is_feed(self, answer: Answer) -> bool:
        """Whether the address that the user gave turns out to be a feed's; the next step reads it as one."""
        if self._archive is None or not self._archive.is_feed(answer):
            return False
        self._under_way()
        return True

    def settled(self, extraction: Extraction) -> Extraction:
        """The extraction as it is to be stored; to be asked for before it is."""
        step = self.step()
        if self._archive is not None:
            return self._archive.settled(extraction)
        return self._single_pages.settled(step.url, extraction) if step and step.phase == "posts" else extraction

    def page(
        self, url: str, extraction: Extraction, put: PutResult, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """The step's page was read and stored; `url` is its address after redirects, `headers` in lower case."""
        step = self._under_way()
        self._new += put.new
        self._repeated += put.repeated
        for note in extraction.notes:
            if not note.endswith(PASSWORD_NOTE):
                self.note(note)
        self._seen.page(extraction.entries)
        if self._posts is not None:
            self._pages += 1
            self._posts.page(step.url, url, extraction)
        elif self._archive is not None:
            self._pages += bool(extraction.entries)
            for entry in extraction.entries:
                self._single_pages.listed(entry)
            if not self._seen.excerpts(url, extraction.entries):
                self.note("Excerpts whose posts stand on another site stay excerpts.")
            self._archive.page(url, extraction, put, headers)

    def unchanged(self) -> None:
        """The site says that the step's page has not changed since it was read last (status 304)."""
        self._under_way()
        if self._archive is not None:
            self._archive.unchanged()

    def failed(self, error: TipsearchError) -> None:
        """The step's page could not be had."""
        step = self._under_way()
        if self._posts is not None:
            self._posts.failed(step.url, error)
        elif step.reader == "sitemap":
            self._recount.failed(error)
        elif self._archive is not None:
            self._archive.failed(error)

    def broken(self, error: TipsearchError) -> None:
        """The channel's answer is not what was asked for."""
        if self._under_way().reader == "sitemap":
            self._recount.failed(error)
        elif self._archive is not None:
            self._archive.broken(error)

    def _under_way(self) -> Step:
        """The step that was under way, now behind us."""
        step, self._current = self.step(), None
        if step is None:
            raise RuntimeError("no step is under way")
        return step

    # --- the report -----------------------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        """Keep something that the summary should say, once."""
        if len(self._notes) < MAX_PROBLEMS:
            self._notes[text] = None

    def _problem(self, error: TipsearchError) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(error)
        else:
            self._unnamed += 1

    def progress(self, url: str) -> Progress:
        """Where the walk stands after the page at `url`."""
        return Progress(
            source=self.source.name,
            url=url,
            phase="listing" if self._posts is None else "posts",
            pages=self._pages,
            posts_fetched=self._posts.fetched if self._posts else 0,
            posts_wanted=self._posts.left if self._posts else 0,
            entries_new=self._new,
            entries_repeated=self._repeated,
        )

    def gone(self) -> list[str]:
        """Addresses of the posts that have left the blog, once all was read; none where they are too many."""
        return self._losses.believed()

    @property
    def began(self) -> datetime:
        """When the reading began, in an earlier run perhaps: a post that was shown since has not left."""
        return min((archive.began for archive in self._archives if isinstance(archive, SweepWalk)), default=self._now)

    def report(self, *, requests: int, seconds: float, interrupted: str = "") -> SourceReport:
        """How it ended; `interrupted` says why, where it was stopped before its end."""
        gone = [] if interrupted else self.gone()
        self._ended = self._now + timedelta(seconds=seconds)
        if self._posts is not None:
            self._failed |= self._posts.gave_up
            for problem in self._posts.take_problems():
                self._problem(problem)
        if not interrupted and (refused := self._losses.refused()) is not None:
            self._problem(refused)
            self._failed = True
        problems = [clean_line(str(error)) for error in self._problems]
        if self._unnamed:
            problems.append(f"… and {self._unnamed} more.")
        archives = self._archive_reports()
        missing = self._missing.named(archives, self._lasting())
        outcome: Outcome = "failed" if self._failed else "incomplete" if missing else "ok"
        complete = not self._failed and all(archive.complete for archive in self._archives)
        return SourceReport(
            name=self.source.name,
            urls=self.source.urls,
            outcome="interrupted" if interrupted else outcome,
            complete=complete and not interrupted,
            stop_reason=interrupted or clean_line("; ".join(a.ended for a in self._archives)),
            error=type(self._problems[0]).__name__ if self._problems else None,
            pages=self._pages,
            requests=requests,
            posts_fetched=self._posts.fetched if self._posts else 0,
            posts_gone=len(gone),
            entries_new=self._new,
            entries_repeated=self._repeated,
            urls_read=tuple(archive.start for archive in self._archives if archive.yielded),
            archives=tuple(archives),
            missing=tuple(map(clean_line, missing)),
            problems=tuple(problems),
            notes=tuple(map(clean_line, self._notes)),
            seconds=round(seconds, 3),
        )

    def _only_refreshed(self) -> bool:
        return bool(self._archives) and all(isinstance(archive, RefreshWalk) for archive in self._archives)

    def _archive_reports(self) -> list[ArchiveReport]:
        reports = [self._archive_report(archive) for archive in self._archives]
        return self._recount.added_to(reports, self._seen.held)

    def _archive_report(self, archive: SweepWalk | RefreshWalk) -> ArchiveReport:
        if isinstance(archive, SweepWalk):
            return archive.report(self._seen.held)
        return archive.report(self._seen.held, self._seen.listed_in(archive) if archive.pages else ())

    # --- what is kept for the next run ----------------------------------------------------------------------------

    def current_state(self) -> tuple[str, dict[str, Any]] | None:
        """The archive that is being read and where it stands, to be kept after every page; None where none is."""
        archive = self._archive
        self.step()
        if archive is None:
            return None
        if isinstance(archive, RefreshWalk):
            return None if self._archive is not archive else (archive.start, archive.position().to_json())
        report = archive.report(lambda _: ())
        return archive.start, archive.next_state(self._now, report, finished=False).to_json()

    def next_states(self, *, interrupted: bool = False) -> dict[str, dict[str, Any]]:
        """The states of all archives, and under `SOURCE` that of the source, once the walk was reported on."""
        finished = not interrupted and self._down is None and self._posts is not None
        given_up = {*self._before.unavailable, *self._missing.unavailable}
        states: dict[str, dict[str, Any]] = {}
        for archive, report in zip(self._archives, self._archive_reports(), strict=True):
            if isinstance(archive, SweepWalk):
                owes = self._recount.owes(archive, self._seen.held, given_up)
                states[archive.start] = archive.next_state(self._now, report, finished=finished and not owes).to_json()
            else:
                states[archive.start] = archive.next_state(self._now, report).to_json()
        if interrupted:
            return states
        unavailable = {} if self._plan.sweeps else self._still_unavailable()
        failures = self._before.failures + 1 if self._failed else 0
        states[SOURCE] = SourceState(
            missing=(*self._lasting(), *(line for line in self._missing.lines if line not in self._lasting())),
            unavailable={**unavailable, **self._missing.unavailable},
            failures=failures,
            retry_at=(self._ended + retry_after(failures)).isoformat() if failures else "",
            doubted=self._losses.doubted,
        ).to_json()
        return states

    def _still_unavailable(self) -> dict[str, str]:
        """The posts that could not be had before, and have not come since."""
        before = self._before.unavailable
        held = self._seen.held(before) if before else set()
        return {key: reason for key, reason in before.items() if key not in held}

    def _lasting(self) -> list[str]:
        """What was missing before and is not asked for again before the next sweep."""
        if not self._only_refreshed():
            return []
        ends = tuple(end for key, reason in self._still_unavailable().items() for end in (key, reason))
        return [line for line in self._before.missing if ends and line.endswith(ends)]
