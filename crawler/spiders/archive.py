"""ArchiveSpider: reads any number of sources side by side, each along its Walk, one request at a time per blog."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from ...pipeline.errors import CorpusError, CrawlError, TipsearchError
from ...pipeline.records import Source
from ...pipeline.store.protocol import PageSeen, PutResult, Store
from ...pipeline.urls import blog_of, site_of
from ..extract import Extraction, Page, extract
from ..failures import challenge_error, content_error, exception_error, status_error
from ..report import Progress, SourceReport
from ..sightings import with_asked_address
from ..sites import Sites, Stopped
from ..walk import Step, Walk

logger = logging.getLogger(__name__)


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
    """

    name = "archive"

    def __init__(
        self,
        *,
        sources: Sequence[Source],
        store: Store,
        on_page: Callable[[Progress], None],
        on_source: Callable[[SourceReport], None],
        full: bool = False,
        max_pages: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._store = store
        self._on_page = on_page
        self._on_source = on_source
        self.fatal: CorpusError | None = None
        self._lanes: dict[str, _Lane] = {}
        self._queues: dict[str, deque[tuple[_Lane, Step]]] = {}
        self._busy: set[str] = set()
        for source in sources:
            self._lanes[source.name] = _Lane(self._walk(source, max_pages, full=full))

    def _walk(self, source: Source, max_pages: int | None, *, full: bool) -> Walk:
        """The way through a source; a full crawl also asks after every post, in full or not seen, that is known."""
        name = source.name
        if full:
            return Walk(source, max_pages=max_pages, known_posts=lambda: self._store.known_posts(name))
        return Walk(source, max_pages=max_pages, known_full=lambda: self._store.known_full(name))

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
            "download_slot": site_of(step.url),
            "dont_obey_robotstxt": not source.obey_robots,
        }
        try:
            request = Request(step.url, callback=self.parse, errback=self.failed, dont_filter=True, meta=meta)
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
        lane, blog, asked = self._done(response.meta)
        error: TipsearchError | None = status_error(response) or content_error(response)
        try:
            if error is None and isinstance(response, TextResponse):
                self._read(lane, asked, response)
            elif error is not None:
                self._lost(lane, error)
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

    def _lost(self, lane: _Lane, error: TipsearchError) -> None:
        left = lane.walk.failed(error)
        if left is not None:
            self._store.put_absence(lane.walk.source.name, left, datetime.now(UTC))

    # --- a page ---------------------------------------------------------------------------------------------------

    def _read(self, lane: _Lane, asked: str, response: TextResponse) -> None:
        walk, url, moment = lane.walk, response.url, datetime.now(UTC)
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
        extraction = walk.settled(with_asked_address(extraction, asked, url))
        walk.page(url, extraction, self._put(walk.source.name, url, moment, extraction))
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

    def interrupt(self) -> None:
        """Finish the pages at hand, store them, send nothing more. Called in the reactor's thread."""
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
        if lane.report is None:
            seconds = time.monotonic() - lane.started
            lane.report = lane.walk.report(requests=lane.requests, seconds=seconds, interrupted=interrupted)
            self._on_source(lane.report)

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
