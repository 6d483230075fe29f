"""ArchiveSpider: reads any number of sources side by side, each along its Walk, one request at a time per blog."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from ...pipeline.errors import CorpusError, CrawlError, TipsearchError
from ...pipeline.records import Source
from ...pipeline.store.protocol import PageSeen, PutResult, Store
from ...pipeline.urls import blog_of, site_of
from ..addresses import page_number
from ..channels.records import Answer
from ..charset import in_its_encoding
from ..extract import Extraction, Page
from ..failures import Refused, challenge_error, content_error, exception_error, status_error, unfinished_error
from ..kept_pages import KeptPages, reading_of_page
from ..page_reader import PageReader
from ..report import Progress, SourceReport
from ..sightings import with_asked_address
from ..sites import Sites, Stopped, running_engine
from ..visits import Ahead, Visit, following
from ..walk import Walk
from ..walk_records import Known, Step, WalkOptions

logger = logging.getLogger(__name__)

REFRESH_REQUESTS = 2
"""What a refresh that finds nothing new may cost a source, robots.txt included."""


class _Lane:
    """One source under way: its walk, what it cost, and the pages that were fetched ahead of the walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.requests = 0
        self.started = time.monotonic()
        self.report: SourceReport | None = None
        self.ahead: Ahead | None = None


class ArchiveSpider(Spider):
    """Reads sources page by page, side by side, and puts every page into the store before the walk asks for the next.

    A source has at most one request under way, and so has a blog's site, however many sources it has: they take turns.
    `on_page` is told of every page stored, `on_source` of every source that ended. `kept` says by source where the raw
    pages go. Scrapy's downloader fetches, with all its middlewares; its scheduler has nothing to do.
    """

    name = "archive"

    def __init__(
        self,
        *,
        sources: Sequence[Source],
        store: Store,
        reader: PageReader,
        on_page: Callable[[Progress], None],
        on_source: Callable[[SourceReport], None],
        options: WalkOptions | None = None,
        kept: Mapping[str, KeptPages] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._store = store
        self._reader = reader
        self._on_page = on_page
        self._on_source = on_source
        self._kept = kept
        self.fatal: CorpusError | None = None
        self._stopped_by = "interrupted"
        self._lanes: dict[str, _Lane] = {}
        self._turns: dict[str, asyncio.Lock] = {}
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
        """Read all sources; Scrapy holds the spider for busy until this has ended. No request is left to Scrapy."""
        await asyncio.gather(*map(self._run, self._lanes.values()))
        none: tuple[Request, ...] = ()
        for request in none:
            yield request

    # --- one request at a time ------------------------------------------------------------------------------------

    async def _run(self, lane: _Lane) -> None:
        """Go the way of one source to its end."""
        lane.started = time.monotonic()
        if not lane.walk.source.obey_robots:
            lane.walk.note("robots.txt is not obeyed (obey_robots = false).")
        try:
            try:
                while (step := lane.walk.step()) is not None and not self._stops_before(lane, step):
                    await self._take(lane, await self._next_visit(lane, step))
            finally:
                if lane.ahead is not None:
                    await lane.ahead.drop()
            self._finish(lane, interrupted=step is not None)
        except CorpusError as error:
            self._give_up(error)
        except Exception:  # the other sources go on; the report of this one says that it broke off
            logger.exception("the crawl of %s broke off", lane.walk.source.name)

    def _stops_before(self, lane: _Lane, step: Step) -> bool:
        """Whether the crawl was interrupted; what has been fetched by then is still stored."""
        fetched = lane.ahead is not None and lane.ahead.has(step)
        return self.sites.stopping.is_set() and (self.fatal is not None or not fetched)

    async def _next_visit(self, lane: _Lane, step: Step) -> Visit:
        if lane.ahead is not None and not lane.ahead.has(step):
            await lane.ahead.drop()
            lane.ahead = None
        if lane.ahead is not None:
            return await lane.ahead.take(step)
        visit = await self._visit(lane, step)
        if self.sites.delay(site_of(step.url)) == 0 and following(visit) is not None:
            # Where nothing else holds up a crawl, the time that reading takes would.
            lane.ahead = Ahead(visit, partial(self._visit, lane))
        return visit

    async def _visit(self, lane: _Lane, step: Step) -> Visit:
        """Fetch the step's page, and hand it to the reader."""
        try:
            response = in_its_encoding(await self._fetch(lane, step))
        except Exception as exception:  # noqa: BLE001  (each is named where the step is taken)
            return Visit(step, exception=exception)
        answer = _answer(step.url, response, datetime.now(UTC))
        readable = step.reader == "page" and isinstance(response, TextResponse)
        if not readable or status_error(response) is not None or content_error(response) is not None:
            return Visit(step, response, answer)
        kind = (response.headers.get("Content-Type") or b"").lower()
        page = Page(
            source=lane.walk.source.name,
            url=response.url,
            text=answer.text,
            observed_at=answer.observed_at,
            markup=not kind.startswith(b"text/plain"),
        )
        return Visit(step, response, answer, self._reader.read(page))

    async def _fetch(self, lane: _Lane, step: Step) -> Response:
        """The answer to a request, once it is the source's turn at the blog's site."""
        source = lane.walk.source
        meta = {
            "source": source.name,
            "dont_retry": step.probe,
            "download_slot": site_of(step.url),
            "dont_obey_robotstxt": not source.obey_robots,
        }
        headers = step.condition.headers() if step.condition else None
        try:
            request = Request(step.url, callback=NO_CALLBACK, dont_filter=True, meta=meta, headers=headers)
        except ValueError as error:
            raise Refused(CrawlError(f"{step.url} is no address that can be asked for: {error}")) from error
        async with self._turns.setdefault(blog_of(step.url), asyncio.Lock()):
            if self.sites.stopping.is_set():
                raise Stopped
            return await running_engine(self.crawler).download_async(request)

    # --- a page ---------------------------------------------------------------------------------------------------

    async def _take(self, lane: _Lane, visit: Visit) -> None:
        """Tell the walk what came of its step, and store what was read."""
        walk, step, response, answer = lane.walk, visit.step, visit.response, visit.answer
        if response is None or answer is None:
            self._failed(walk, step, visit.exception or CrawlError("no answer"))
        elif response.status == 304 and step.condition is not None:
            walk.unchanged()
        elif (error := status_error(response)) is not None:
            walk.failed(error)
        elif step.reader == "page":
            await self._take_page(lane, visit, response, answer)
        else:
            self._take_channel(lane, step, response, answer)

    def _failed(self, walk: Walk, step: Step, exception: Exception) -> None:
        """Name what kept the page away; an interruption is no failure of the page's."""
        if self.sites.stopping.is_set() and isinstance(exception, Stopped | IgnoreRequest):
            return
        timeout, max_size = self.settings.getfloat("DOWNLOAD_TIMEOUT"), self.settings.getint("DOWNLOAD_MAXSIZE")
        walk.failed(exception_error(exception, step.url, timeout=timeout, max_size=max_size))

    async def _take_page(self, lane: _Lane, visit: Visit, response: Response, answer: Answer) -> None:
        walk, url = lane.walk, response.url
        error = content_error(response)
        if error is not None and walk.is_feed(answer):
            return
        if error is not None or visit.reading is None or not isinstance(response, TextResponse):
            walk.failed(error or CrawlError(f"{url} is not a page but binary data."))
            return
        try:
            extraction = await visit.reading
        except CrawlError as failure:
            # The site did answer: it is this page that costs something, and not what follows it.
            walk.failed(CrawlError(failure.message, hint=failure.hint, status=response.status))
            return
        if not extraction.entries and (shown := self._instead_of_posts(visit.step, response)) is not None:
            walk.failed(shown)
            return
        self._store_page(lane, url, answer, with_asked_address(extraction, visit.step.url, url))

    def _instead_of_posts(self, step: Step, response: TextResponse) -> CrawlError | None:
        """What stands where posts should, if it is no page of the blog's."""
        numbered = step.phase == "listing" and page_number(step.url) is not None
        return challenge_error(response) or (unfinished_error(response) if numbered else None)

    def _take_channel(self, lane: _Lane, step: Step, response: Response, answer: Answer) -> None:
        walk, url = lane.walk, response.url
        try:
            extraction = walk.read(answer)
        except TipsearchError as error:
            walk.broken((challenge_error(response) if isinstance(response, HtmlResponse) else None) or error)
        except Exception as exception:  # an answer that breaks a reader must not end the other sources
            logger.exception("reading %s failed", url)
            walk.broken(CrawlError(f"{url} could not be understood: {type(exception).__name__}: {exception}"))
        else:
            self._store_page(lane, step.url, answer, extraction)

    def _store_page(self, lane: _Lane, url: str, answer: Answer, extraction: Extraction) -> None:
        """Store what was read and where the reading stands, and tell of it."""
        walk, name = lane.walk, lane.walk.source.name
        settled = walk.settled(extraction)
        if (kept := self._kept.get(name)) is not None:
            kept.keep(answer, settled, walk.reading() or reading_of_page(answer, extraction, settled))
        # The walk may ask for what is stored, this page included.
        with self._store.together():
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
