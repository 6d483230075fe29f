"""ArchiveSpider: reads any number of sources side by side, each along its Walk, one request at a time per blog."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response, TextResponse
from twisted.python.failure import Failure

from ...pipeline.errors import CorpusError, CrawlError, TipsearchError
from ...pipeline.records import Source
from ...pipeline.store.protocol import PageSeen, PutResult, Store
from ...pipeline.urls import blog_of, site_of
from ..channels.records import Answer
from ..charset import in_its_encoding
from ..extract import Extraction, Page, extract
from ..failures import challenge_error, content_error, exception_error, status_error
from ..kept_pages import KeptPages, reading_of_page
from ..report import Progress, SourceReport
from ..sightings import with_asked_address
from ..sites import Sites, Stopped
from ..walk import Walk
from ..walk_records import Known, Step, WalkOptions

logger = logging.getLogger(__name__)

REFRESH_REQUESTS = 2
"""What a refresh that finds nothing new may cost a source, robots.txt included."""


class _Lane:
    """One source under way: its walk, and what it cost."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.requests = 0
        self.started = time.monotonic()
        self.report: SourceReport | None = None


class ArchiveSpider(Spider):
    """Reads sources page by page and puts every page into the store before it asks for the next.

    A source has at most one request under way, and so has a blog's site, however many sources it has: requests wait in
    `_queues` for their site's turn. `on_page` is told of every page stored, `on_source` of every source that ended.
    `kept` says by source where the raw pages go.
    """

    name = "archive"

    def __init__(
        self,
        *,
        sources: Sequence[Source],
        store: Store,
        on_page: Callable[[Progress], None],
        on_source: Callable[[SourceReport], None],
        options: WalkOptions | None = None,
        kept: Mapping[str, KeptPages] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._store = store
        self._on_page = on_page
        self._on_source = on_source
        self._kept = kept
        self.fatal: CorpusError | None = None
        self._stopped_by = "interrupted"
        self._lanes: dict[str, _Lane] = {}
        self._queues: dict[str, deque[tuple[_Lane, Step]]] = {}
        self._busy: set[str] = set()
        for source in sources:
            self._lanes[source.name] = _Lane(self._walk(source, options or WalkOptions()))

    def _walk(self, source: Source, options: WalkOptions) -> Walk:
        store, name = self._store, source.name
        known = Known(
            full_among=lambda addresses: store.full_among(name, addresses),
            posts=lambda: store.known_posts(name),
            excerpts=lambda: store.excerpts(name),
            listed=lambda archive, since: store.listed(name, archive, since),
            shown=lambda since: store.shown_since(name, since),
            sitemaps=lambda: [url for start in source.urls for url in self.sites.sitemaps(site_of(start))],
            spare=lambda: self._lanes[name].requests < REFRESH_REQUESTS,
        )
        return Walk(source, now=datetime.now(UTC), options=options, states=store.archive_states(name), known=known)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ArchiveSpider:
        """Scrapy's way to make a spider; here it learns of what passes the downloader, too."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._count_request, signals.request_reached_downloader)  # noqa: SLF001
        spider.sites = Sites.of(crawler)
        spider.sites.on_note = spider._note  # noqa: SLF001
        return spider

    sites: Sites

    async def start(self) -> AsyncIterator[Request]:
        """The first request of every source whose site is free."""
        for lane in self._lanes.values():
            if not lane.walk.source.obey_robots:
                lane.walk.note("robots.txt is not obeyed (obey_robots = false).")
            for request in self._go_on(lane):
                yield request

    # --- one request at a time ------------------------------------------------------------------------------------

    def _go_on(self, lane: _Lane) -> Iterator[Request]:
        """Queue the source's next step for its site and send what may be sent there; report a source that ended."""
        try:
            step = lane.walk.step()
        except CorpusError as error:
            self._give_up(error)
            return
        if step is None or self.sites.stopping.is_set():
            self._finish(lane, interrupted=step is not None)
            return
        blog = blog_of(step.url)
        self._queues.setdefault(blog, deque()).append((lane, step))
        yield from self._send(blog)

    def _send(self, blog: str) -> Iterator[Request]:
        queue = self._queues.get(blog)
        if blog in self._busy or not queue:
            return
        lane, step = queue.popleft()
        source = lane.walk.source
        meta = {
            "source": source.name,
            "blog": blog,
            "asked": step.url,
            "reader": step.reader,
            "conditional": step.condition is not None,
            "dont_retry": step.probe,
            "download_slot": site_of(step.url),
            "dont_obey_robotstxt": not source.obey_robots,
        }
        try:
            headers = step.condition.headers() if step.condition else None
            request = Request(
                step.url, callback=self.parse, errback=self.failed, dont_filter=True, meta=meta, headers=headers
            )
        except ValueError as error:
            lane.walk.failed(CrawlError(f"{step.url} is no address that can be asked for: {error}"))
            yield from self._go_on(lane)
            yield from self._send(blog)
            return
        self._busy.add(blog)
        yield request

    def _done(self, meta: dict[str, Any]) -> tuple[_Lane, str, str]:
        blog = meta["blog"]
        self._busy.discard(blog)
        return self._lanes[meta["source"]], blog, meta["asked"]

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Store the page and go on from it."""
        response = in_its_encoding(response)
        lane, blog, asked = self._done(response.meta)
        error: TipsearchError | None = status_error(response)
        try:
            if response.status == 304 and response.meta["conditional"]:
                lane.walk.unchanged()
            elif error is not None:
                lane.walk.failed(error)
            elif response.meta["reader"] == "page":
                self._read_page(lane, asked, response)
            else:
                self._read_channel(lane, asked, response)
        except CorpusError as failure:
            self._give_up(failure)
            return
        yield from self._go_on(lane)
        yield from self._send(blog)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Name what kept the page away and go on without it."""
        request: Request = failure.request  # type: ignore[attr-defined]
        lane, blog, asked = self._done(request.meta)
        exception = failure.value or CrawlError("no answer")
        stopped = self.sites.stopping.is_set() and isinstance(exception, Stopped | IgnoreRequest)
        if not stopped:
            timeout, max_size = self.settings.getfloat("DOWNLOAD_TIMEOUT"), self.settings.getint("DOWNLOAD_MAXSIZE")
            lane.walk.failed(exception_error(exception, asked, timeout=timeout, max_size=max_size))
        yield from self._go_on(lane)
        yield from self._send(blog)

    # --- a page ---------------------------------------------------------------------------------------------------

    def _read_page(self, lane: _Lane, asked: str, response: Response) -> None:
        walk, url, moment = lane.walk, response.url, datetime.now(UTC)
        answer = _answer(asked, response, moment)
        error = content_error(response)
        if error is not None and walk.is_feed(answer):
            return
        if error is not None or not isinstance(response, TextResponse):
            walk.failed(error or CrawlError(f"{url} is not a page but binary data."))
            return
        kind = (response.headers.get("Content-Type") or b"").lower()
        page = Page(
            source=walk.source.name,
            url=url,
            text=response.text,
            observed_at=moment,
            markup=not kind.startswith(b"text/plain"),
        )
        try:
            extraction = extract(page)
        except Exception as exception:  # a page that breaks an extractor must not end the other sources
            logger.exception("reading %s failed", url)
            walk.failed(CrawlError(f"{url} could not be understood: {type(exception).__name__}: {exception}"))
            return
        challenge = None if extraction.entries else challenge_error(response)
        if challenge is not None:
            walk.failed(challenge)
            return
        self._taken(lane, url, answer, with_asked_address(extraction, asked, url))

    def _read_channel(self, lane: _Lane, asked: str, response: Response) -> None:
        walk, url = lane.walk, response.url
        answer = _answer(asked, response, datetime.now(UTC))
        try:
            extraction = walk.read(answer)
        except TipsearchError as error:
            walk.broken((challenge_error(response) if isinstance(response, HtmlResponse) else None) or error)
        except Exception as exception:  # an answer that breaks a reader must not end the other sources
            logger.exception("reading %s failed", url)
            walk.broken(CrawlError(f"{url} could not be understood: {type(exception).__name__}: {exception}"))
        else:
            self._taken(lane, asked, answer, extraction)

    def _taken(self, lane: _Lane, url: str, answer: Answer, extraction: Extraction) -> None:
        """Store what was read and where the reading stands, and tell of it."""
        walk, name = lane.walk, lane.walk.source.name
        settled = walk.settled(extraction)
        if (kept := self._kept.get(name)) is not None:
            kept.keep(answer, settled, walk.reading() or reading_of_page(answer, extraction, settled))
        walk.page(url, settled, self._put(name, url, answer.observed_at, settled), answer.headers)
        state = walk.current_state()
        if state is not None:
            self._store.put_archive_state(name, *state)
        self._on_page(walk.progress(url))

    def _put(self, source: str, url: str, moment: datetime, extraction: Extraction) -> PutResult:
        if not extraction.entries:
            return PutResult()
        seen = PageSeen(
            source=source,
            url=url,
            kind=extraction.kind,
            observed_at=moment,
            archive=extraction.archive,
            next_url=extraction.next_url,
        )
        return self._store.put_page(seen, extraction.entries)

    # --- the end --------------------------------------------------------------------------------------------------

    def interrupt(self, reason: str = "interrupted") -> None:
        """Finish the pages at hand, store them, send nothing more. Called in the reactor's thread."""
        self._stopped_by = self._stopped_by if self.sites.stopping.is_set() else reason
        self.sites.stopping.set()
        engine = self.crawler.engine
        if engine is None:
            return
        for slot in list(engine.downloader.slots.values()):
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(Failure(Stopped()))  # type: ignore[no-untyped-call]
        for queue in self._queues.values():
            while queue:
                self._finish(queue.popleft()[0], interrupted=True)

    def _give_up(self, error: CorpusError) -> None:
        """The store can't be written: no page is safe any more."""
        if self.fatal is None:
            logger.error("the store failed: %s", error)
            self.fatal = error
            self.interrupt()

    def _finish(self, lane: _Lane, *, interrupted: bool = False) -> None:
        if lane.report is not None:
            return
        seconds = time.monotonic() - lane.started
        stopped_by = self._stopped_by if interrupted else ""
        try:
            lane.report = lane.walk.report(requests=lane.requests, seconds=seconds, interrupted=stopped_by)
            self._keep(lane.walk, interrupted=interrupted)
        except CorpusError as error:
            # The disk may fill up just here, too. Without a report, the parent makes one of what it was told.
            self._give_up(error)
            if lane.report is None:
                return
            problems = (*lane.report.problems, error.message)
            lane.report = replace(lane.report, outcome="failed", complete=False, problems=problems)
        self._on_source(lane.report)

    def _keep(self, walk: Walk, *, interrupted: bool) -> None:
        """Store what only the end of a walk tells: which posts have left, and what the next run begins with."""
        if self.fatal is not None:
            return
        name = walk.source.name
        for url in [] if interrupted else walk.gone():
            self._store.put_absence(name, url, walk.began)
        for url, state in walk.next_states(interrupted=interrupted).items():
            self._store.put_archive_state(name, url, state)

    def closed(self, reason: str) -> None:
        """Report what had no chance to end."""
        if self.sites.stopping.is_set():
            for lane in self._lanes.values():
                self._finish(lane, interrupted=True)
        logger.info("closed: %s", reason)

    def _count_request(self, request: Request) -> None:
        lane = self._lanes.get(request.meta.get("source", ""))
        if lane is not None:
            lane.requests += 1

    def _note(self, site: str, text: str) -> None:
        for lane in self._lanes.values():
            if any(blog_of(url) == blog_of(site) for url in lane.walk.source.urls):
                lane.walk.note(text)


def _answer(asked: str, response: Response, moment: datetime) -> Answer:
    """The response as channel readers take it."""
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if values
    }
    return Answer(
        asked=asked,
        url=response.url,
        headers=headers,
        body=response.body,
        text=response.text if isinstance(response, TextResponse) else "",
        observed_at=moment,
        encoding=response.encoding if isinstance(response, TextResponse) else "",
    )
