"""The way through one source, step by step: every archive to its end, then the posts never shown in full."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from ..pipeline.errors import CrawlError, TipsearchError
from ..pipeline.records import Entry, Source
from ..pipeline.store.protocol import PutResult
from ..pipeline.text import clean_line
from ..pipeline.urls import canonical_permalink, same_site
from .addresses import listing_key
from .archive_walk import PASSWORD_NOTE
from .channels.records import Answer
from .extract.records import Extraction
from .losses import Losses
from .missing import Missing
from .posts_walk import PostsWalk
from .recount import Recount
from .refresh_walk import RefreshWalk
from .report import ArchiveReport, Outcome, Progress, SourceReport
from .sightings import addresses_of
from .state import SOURCE, ArchiveState, SourceState, Sweep, moment
from .sweep_walk import SweepWalk
from .walk_records import Known, Step, WalkOptions

MAX_PROBLEMS = 20
"""So many problems of a source are named one by one; the others are counted."""

RESUME_WITHIN = timedelta(days=7)
"""A sweep that was broken off longer ago begins anew: too much may have moved since."""


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
        self._max_pages = options.max_pages or source.max_pages
        self._forced = options.channel or source.channel
        self._known = known
        self._states = {url: ArchiveState.from_json(state) for url, state in states.items() if url != SOURCE}
        self._before = SourceState.from_json(states.get(SOURCE, {}))
        self._sweeps = options.full or self._is_due()
        self._recount = Recount(known.sitemaps)
        self._seen: set[str] = set()
        self._losses = Losses(accept=options.accept_loss)
        self._starts = deque(source.urls)
        self._current: Step | None = None
        self._archive: SweepWalk | RefreshWalk | None = None
        self._archives: list[SweepWalk | RefreshWalk] = []
        self._visited: set[str] = set()
        self._excerpts: dict[str, str] = {}
        self._full: set[str] = set()
        self._posts: PostsWalk | None = None
        self._down: CrawlError | None = None
        self._missing = Missing()
        self._failed = False
        self._problems: list[TipsearchError] = []
        self._unnamed = 0
        self._notes: dict[str, None] = {}
        self._pages = self._new = self._repeated = 0

    def _is_due(self) -> bool:
        """Whether an archive's last finished sweep lies `sweep_days` back."""
        last = [moment(state.swept) for url, state in self._states.items() if url in self.source.urls and state.swept]
        return any(when is not None and self._now - when >= timedelta(days=self.source.sweep_days) for when in last)

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
                return Step(request.url, "listing", request.reader, request.probe, request.condition)
            self._archive_ended(archive)
        if self._posts is None:
            swept = [archive for archive in self._archives if isinstance(archive, SweepWalk)]
            url = self._recount.following(swept) if self._down is None else None
            if url is not None:
                return Step(url, "listing", "sitemap", probe=True)
            self._posts = self._posts_to_fetch()
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
        state = self._states.get(start)
        as_before = self._forced is None or state is None or state.channel == self._forced
        if state is not None and state.swept and state.sweep is None and as_before and not self._sweeps and not anew:
            return RefreshWalk(
                self.source,
                start,
                state,
                visited=self._visited,
                note=self.note,
                known=self._known.known_among,
                spare=self._known.spare,
                max_pages=self._max_pages,
            )
        if state is not None and state.sweep is not None and (anew or not as_before or self._is_stale(state.sweep)):
            state = replace(state, sweep=None)
        return SweepWalk(
            self.source,
            start,
            visited=self._visited,
            note=self.note,
            now=self._now,
            channel=self._forced,
            max_pages=self._max_pages,
            state=state,
            listed=self._known.listed,
        )

    def _is_stale(self, sweep: Sweep) -> bool:
        began = moment(sweep.began)
        return began is None or not timedelta(0) <= self._now - began <= RESUME_WITHIN

    def _archive_ended(self, archive: SweepWalk | RefreshWalk) -> None:
        self._archive = None
        if isinstance(archive, RefreshWalk) and archive.needs_sweep:
            self.note(f"{archive.start} is read anew: {archive.needs_sweep.rstrip('.')}.")
            self._visited.discard(listing_key(archive.start))
            self._archives.remove(archive)
            self._archive = self._open(archive.start, anew=True)
            self._archives.append(self._archive)
            return
        for problem in archive.problems:
            self._problem(problem)
        self._failed |= archive.has_failed
        self._down = self._down or archive.down
        for page in archive.missing_pages():
            self._missing.page(page)
        self._missing.locked(archive.locked)

    def _posts_to_fetch(self) -> PostsWalk:
        wanted = dict(self._excerpts)
        for key, url in self._recount.unlisted(self._full | self._excerpts.keys()):
            wanted.setdefault(key, url)
        if not self._sweeps:
            left = {key: url for key, url in self._known.excerpts().items() if self._is_own(url)}
            wanted = {key: url for key, url in {**left, **wanted}.items() if key not in self._before.unavailable}
        for key in self._full | self._missing.behind_password:
            wanted.pop(key, None)
        if not self._sweeps:
            for key in self._known.full_among(wanted):
                wanted.pop(key, None)
        if self._down is not None:
            if wanted:
                self.note("The posts of which only excerpts were seen are left for the next crawl.")
            return PostsWalk([], self._missing, self._losses, self.note)
        return PostsWalk([*wanted.values(), *self._posts_unseen()], self._missing, self._losses, self.note)

    def _posts_unseen(self) -> list[str]:
        """Known posts that no archive showed, once all were read to the end: they may have left the blog.

        Where a channel told the whole blog, they have. Where not, each is asked after.
        """
        whole = all(isinstance(archive, SweepWalk) and archive.complete for archive in self._archives)
        if not self._sweeps or self._failed or not whole:
            return []
        known = {key: url for key, url in self._known.posts().items() if self._is_own(url)}
        self._losses.known = len(known)
        unseen = {key: url for key, url in known.items() if key not in self._seen}
        if any(isinstance(archive, SweepWalk) and archive.tells_whole_blog for archive in self._archives):
            self._losses.add(unseen.values())
            return []
        self._losses.asked = set(unseen)
        return [unseen[key] for key in sorted(unseen)]

    def _is_own(self, url: str) -> bool:
        return any(same_site(url, start) for start in self.source.urls)

    # --- what came of it ------------------------------------------------------------------------------------------

    def read(self, answer: Answer) -> Extraction:
        """What a channel's or a sitemap's answer says; raises CrawlError where it says something else."""
        if self._archive is not None:
            return self._archive.read(answer)
        return self._recount.read(answer)

    def is_feed(self, answer: Answer) -> bool:
        """Whether the address that the user gave turns out to be a feed's; the next step reads it as one."""
        return self._archive is not None and self._archive.is_feed(answer)

    def settled(self, extraction: Extraction) -> Extraction:
        """The extraction as it is to be stored; to be asked for before it is."""
        self.step()
        return self._archive.settled(extraction) if self._archive is not None else extraction

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
        for entry in extraction.entries:
            self._seen.update(map(canonical_permalink, addresses_of(entry)))
            if entry.form == "content":
                self._full.update(map(canonical_permalink, addresses_of(entry)))
        if self._posts is not None:
            self._pages += 1
            self._posts.page(step.url, url, extraction)
        elif self._archive is not None:
            self._pages += bool(extraction.entries)
            self._note_excerpts(url, extraction.entries)
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

    def _note_excerpts(self, url: str, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.form != "summary" or not entry.permalink:
                continue
            if same_site(url, entry.permalink):
                self._excerpts.setdefault(canonical_permalink(entry.permalink), entry.permalink)
            else:
                self.note("Excerpts whose posts stand on another site stay excerpts.")

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

    def report(self, *, requests: int, seconds: float, interrupted: bool = False) -> SourceReport:
        """How it ended; `interrupted` where the user stopped it before its end."""
        gone = [] if interrupted else self.gone()
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
        missing = self._missing.named(archives, self._before.missing if self._only_refreshed() else ())
        outcome: Outcome = "failed" if self._failed else "incomplete" if missing else "ok"
        complete = not self._failed and all(archive.complete for archive in self._archives)
        return SourceReport(
            name=self.source.name,
            urls=self.source.urls,
            outcome="interrupted" if interrupted else outcome,
            complete=complete and not interrupted,
            stop_reason="interrupted" if interrupted else clean_line("; ".join(a.ended for a in self._archives)),
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
        return self._recount.added_to(reports, self._held)

    def _archive_report(self, archive: SweepWalk | RefreshWalk) -> ArchiveReport:
        if isinstance(archive, SweepWalk):
            return archive.report(self._held)
        since = moment(archive.state.swept) if archive.pages else None
        listed = self._known.listed(archive.archive.listed_in, since) if since is not None else ()
        return archive.report(self._held, listed)

    def _held(self, keys: Collection[str]) -> set[str]:
        """Those of some posts that are stored in full."""
        full = self._full.intersection(keys)
        return full | set(self._known.full_among([key for key in keys if key not in full]))

    # --- what is kept for the next run ----------------------------------------------------------------------------

    def current_state(self) -> tuple[str, dict[str, Any]] | None:
        """The archive that is being swept and where it stands, to be kept after every page; None between archives."""
        archive = self._archive
        if not isinstance(archive, SweepWalk):
            return None
        report = ArchiveReport(url=archive.start, channel=archive.channel, why=archive.why)
        return archive.start, archive.next_state(self._now, report, finished=False).to_json()

    def next_states(self, *, interrupted: bool = False) -> dict[str, dict[str, Any]]:
        """The states of all archives, and under `SOURCE` that of the source, once the walk has ended."""
        finished = not interrupted and self._down is None and self._posts is not None and not self._posts.gave_up
        states: dict[str, dict[str, Any]] = {}
        for archive, report in zip(self._archives, self._archive_reports(), strict=True):
            if isinstance(archive, SweepWalk):
                states[archive.start] = archive.next_state(self._now, report, finished=finished).to_json()
            else:
                states[archive.start] = archive.next_state(self._now, report).to_json()
        if interrupted:
            return states
        before = {} if self._sweeps else self._before.unavailable
        states[SOURCE] = SourceState(
            missing=tuple(self._missing.lines) or (self._before.missing if self._only_refreshed() else ()),
            unavailable={**before, **self._missing.unavailable},
        ).to_json()
        return states
