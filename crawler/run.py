"""crawl(): Scrapy in a child process, so that it can be called again, and from any thread."""

from __future__ import annotations

import json
import logging
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from ..pipeline import errors
from ..pipeline.errors import CorpusError, CrawlError, StoreError, TipsearchError, UsageError
from ..pipeline.home import Home
from ..pipeline.records import Channel, Source
from ..pipeline.store.protocol import ApplyResult, Store
from .events import BACKOFF, MAX_SECONDS, STOP, TIMEOUT, Job
from .locks import crawl_lock
from .programs import own_program
from .report import CrawlReport, Progress, SourceReport

LOG_SIZE = 5_000_000
"""Bytes after which the log begins anew; the one before is kept as ``crawl.log.1``."""


def crawl(
    sources: Sequence[Source],
    *,
    home: str | Path | Home | None = None,
    full: bool = False,
    max_pages: int | None = None,
    channel: Channel | None = None,
    accept_loss: bool = False,
    delay: float | None = None,
    command: str = "crawl",
    on_progress: Callable[[Progress], None] | None = None,
    timeout: float = TIMEOUT,
    backoff: float | None = None,
    max_seconds: float = MAX_SECONDS,
) -> CrawlReport:
    """Crawl `sources` side by side into the store of `home`, and resolve each that stored something.

    Only the URLs in ``source.urls`` are crawled. An archive that was read to its end is refreshed: only what is new is
    asked for, until ``sweep_days`` have passed. `full` reads everything anew; `accept_loss` has it mark as gone even
    more than a tenth of the posts. `max_pages` bounds each archive; `channel` forces a way to read them (``rest``,
    ``feed``, ``html``). `delay` is in seconds between two requests to one site and overrides every source's own;
    `timeout` is in seconds a page; `backoff` in seconds before a first repeated try, ``$TIPSEARCH_BACKOFF`` or 1.
    After `max_seconds` the sources still under way end as ``interrupted``, and the next run goes on with them.
    `on_progress` is called in the caller's thread after every page stored.

    What fails is in the report, a source each. An interrupt (Ctrl-C) finishes the pages at hand; the report says
    ``interrupted``. The index is not touched: that is the caller's next step.

    Raises UsageError (a source without URLs), LockedError, StoreError (a home or a store that can't be used).
    """
    place = home if isinstance(home, Home) else Home.find(home)
    _check(sources)
    started = time.monotonic()
    with crawl_lock(place, command):
        from ..pipeline.store import open_store

        store = open_store(place)
        try:
            _take_up(store, sources)
            begun = datetime.now(UTC)
            runs = {source.name: store.start_run(source.name, command, begun) for source in sources}
            job = Job(
                home=str(place.path),
                sources=tuple(sources),
                full=full,
                max_pages=max_pages,
                delay=delay,
                backoff=_backoff() if backoff is None else backoff,
                timeout=timeout,
                channel=channel,
                accept_loss=accept_loss,
                max_seconds=max_seconds,
            )
            child = _Child(_log(place), on_progress)
            try:
                if sources:
                    child.run(job)
            finally:
                reports = [_resolved(store, source, child.report(source)) for source in sources]
                for report in reports:
                    _close_run(store, runs[report.name], report)
            if child.fatal is not None:
                raise child.fatal
        finally:
            store.close()
    return CrawlReport(
        sources=tuple(reports),
        interrupted=child.interrupted,
        seconds=round(time.monotonic() - started, 3),
        log=str(place.logs / "crawl.log"),
    )


def _check(sources: Sequence[Source]) -> None:
    names = [source.name for source in sources]
    for source in sources:
        if not source.urls:
            raise UsageError(f"the source {source.name} has no urls.", hint="Give it some in tipsearch.toml.")
        if names.count(source.name) > 1:
            raise UsageError(f"the source {source.name} was given twice.")


def _backoff() -> float:
    given = os.environ.get("TIPSEARCH_BACKOFF", "")
    try:
        return max(0.0, float(given)) if given else BACKOFF
    except ValueError as error:
        raise UsageError(f"TIPSEARCH_BACKOFF={given} is no number of seconds.") from error


def _log(home: Home) -> Path:
    path = home.logs / "crawl.log"
    try:
        home.logs.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_SIZE:
            path.replace(path.with_name("crawl.log.1"))
    except OSError as error:
        raise StoreError(f"the log {path} can't be written: {error.strerror or error}") from error
    return path


def _take_up(store: Store, sources: Sequence[Source]) -> None:
    """Make posts of what a killed crawl left: a walk that goes on asks for the posts of which there are excerpts."""
    left = set(store.unresolved())
    for source in sources:
        if source.name in left:
            _resolve(store, source)


def _resolved(store: Store, source: Source, report: SourceReport) -> SourceReport:
    """Make posts of what was stored, and count them."""
    if report.entries or report.posts_gone:
        applied = _resolve(store, source)
        if isinstance(applied, str):
            problems = (*report.problems, applied)
            report = replace(report, outcome="failed", error=report.error or StoreError.__name__, problems=problems)
        else:
            report = replace(report, posts_added=len(applied.added), posts_changed=len(applied.changed))
    return replace(report, posts_total=store.count(source.name))


def _resolve(store: Store, source: Source) -> ApplyResult | str:
    """What became of the source's posts, or why none could be made; one source must not keep others from theirs."""
    from ..pipeline.corpus import resolve_corpus

    try:
        return resolve_corpus(store, source)
    except StoreError:
        raise
    except Exception as error:  # whatever a page holds that breaks a rule
        logging.getLogger(__name__).exception("resolving %s failed", source.name)
        return f"its pages are kept, but no posts could be made of them: {type(error).__name__}: {error}"


def _close_run(store: Store, run: int, report: SourceReport) -> None:
    store.finish_run(
        run,
        finished=datetime.now(UTC),
        outcome=report.outcome,
        complete=report.complete,
        counts=report.counts(),
        problems=report.problems,
    )


@dataclass(slots=True)
class _Child:
    """The child process, what it told so far, and how it ended."""

    log: Path
    on_progress: Callable[[Progress], None] | None
    reports: dict[str, SourceReport] = field(default_factory=dict)
    latest: dict[str, Progress] = field(default_factory=dict)
    interrupted: bool = False
    ended: bool = False
    status: int | None = None
    fatal: TipsearchError | None = None

    def run(self, job: Job) -> None:
        """Start it, hear it out. A first interrupt asks it to stop, a second ends it."""
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module)
                own_program("child"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        orders, events = cast("tuple[IO[str], IO[str]]", (process.stdin, process.stdout))
        threading.Thread(target=_pump, args=(events, lines), daemon=True, name="crawl events").start()
        try:
            _tell(orders, json.dumps(job.to_json()))
            self._listen(orders, lines)
        finally:
            if not self.ended:
                process.kill()
            with suppress(OSError):
                orders.close()
            self.status = process.wait()

    def _listen(self, orders: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
        while True:
            try:
                line = lines.get()
                if line is None:
                    return
                self._hear(json.loads(line))
            except KeyboardInterrupt:
                if self.interrupted:
                    return
                self.interrupted = True
                _tell(orders, STOP)
            if self.ended:
                return

    def _hear(self, event: Mapping[str, Any]) -> None:
        values = dict(event)
        match values.pop("event"):
            case "progress":
                progress = Progress(**values)
                self.latest[progress.source] = progress
                if self.on_progress is not None:
                    self.on_progress(progress)
            case "source":
                report = SourceReport.from_json(values)
                self.reports[report.name] = report
            case "fatal":
                kind = getattr(errors, values["error"], StoreError)
                self.fatal = kind(values["message"], hint=values["hint"])
                self.ended = True
            case "end":
                self.ended = True

    def report(self, source: Source) -> SourceReport:
        """The source's report; one that the child did not live to give is made from its last progress."""
        if source.name in self.reports:
            return self.reports[source.name]
        last = self.latest.get(source.name)
        if self.interrupted:
            problems: tuple[str, ...] = ()
        elif isinstance(self.fatal, CorpusError):
            problems = (self.fatal.message,)
        else:
            problems = (f"the crawl's process ended before its time (status {self.status}); its log is {self.log}.",)
        return SourceReport(
            name=source.name,
            urls=source.urls,
            outcome="interrupted" if self.interrupted else "failed",
            stop_reason="interrupted" if self.interrupted else "the crawl's process ended",
            error=None if self.interrupted else CrawlError.__name__,
            pages=last.pages if last else 0,
            posts_fetched=last.posts_fetched if last else 0,
            entries_new=last.entries_new if last else 0,
            entries_repeated=last.entries_repeated if last else 0,
            urls_read=source.urls
            if last and len(source.urls) == 1 and last.entries_new + last.entries_repeated
            else (),
            problems=problems,
        )


def _pump(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    with suppress(ValueError, OSError):
        for line in stream:
            # A child that is killed may leave half a line.
            if line.endswith("\n"):
                lines.put(line)
    lines.put(None)


def _tell(orders: IO[str], line: str) -> None:
    """Write an order; a child that is gone can't be told, and its silence is noticed elsewhere."""
    with suppress(BrokenPipeError, ValueError):
        orders.write(line + "\n")
        orders.flush()
