"""The crawl's child process: ``python -m tipsearch.crawler.child``, started by crawl() and by nobody else."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import ExitStack, suppress
from typing import Any, TextIO

from ..pipeline.errors import TipsearchError
from ..pipeline.home import Home
from .events import STOP, Job, time_is_over
from .page_reader import PageReader
from .report import Progress, SourceReport


class _Events:
    """Writes events to the parent, a JSON line each."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, event: str, values: dict[str, Any]) -> None:
        self._stream.write(json.dumps({"event": event, **values}) + "\n")
        self._stream.flush()

    def page(self, progress: Progress) -> None:
        self.send("progress", progress.to_json())

    def source(self, report: SourceReport) -> None:
        self.send("source", report.to_json())

    def fatal(self, error: TipsearchError) -> None:
        self.send("fatal", {"error": type(error).__name__, "message": error.message, "hint": error.hint})


def _take_stdout() -> TextIO:
    """The real stdout, for events alone; whatever else prints goes to stderr, which is the log."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8")


def main() -> int:
    """Read the job, crawl, tell. Ends at once when the parent is gone, whatever ended it."""
    # The parent hears Ctrl-C and passes it on as a line; a signal of one's own would race with that.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    events = _Events(_take_stdout())
    orders = sys.stdin
    job = Job.from_json(json.loads(orders.readline()))
    home = Home.find(job.home)
    held = ExitStack()
    from ..pipeline.store import open_store
    from .kept_pages import KeptPages, folder_name
    from .locks import child_lock

    try:
        # Until this process ends, however that comes.
        held.enter_context(child_lock(home))
        store = open_store(job.home)
        kept = {s.name: KeptPages(home.pages / folder_name(s.name), s) for s in job.sources if s.keep_pages}
    except TipsearchError as error:
        events.fatal(error)
        return error.exit_status
    reader = PageReader()
    if job.full or not all(store.archive_states(source.name) for source in job.sources):
        # It loads while Scrapy does. A refresh may come without a page to read.
        with suppress(OSError):  # it is tried again, and named, where a page comes
            reader.start()
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.utils.reactor import install_reactor

    from .settings import scrapy_settings
    from .walk_records import WalkOptions

    settings = scrapy_settings(
        job.sources, delay=job.delay, backoff=job.backoff, timeout=job.timeout, cache=str(home.cache)
    )
    install_reactor(settings["TWISTED_REACTOR"])
    from twisted.internet import reactor

    from .spiders.archive import ArchiveSpider

    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(ArchiveSpider)
    done = process.crawl(
        crawler,
        sources=job.sources,
        store=store,
        reader=reader,
        on_page=events.page,
        on_source=events.source,
        kept=kept,
        options=WalkOptions(max_pages=job.max_pages, channel=job.channel, full=job.full, accept_loss=job.accept_loss),
    )

    def stop(reason: str = "interrupted") -> None:
        if isinstance(crawler.spider, ArchiveSpider):
            crawler.spider.interrupt(reason)
        else:
            reactor.callLater(0.05, stop, reason)  # type: ignore[arg-type]

    def listen() -> None:
        for line in orders:
            if line.strip() == STOP:
                reactor.callFromThread(stop)
        # A parent that was killed closes the pipe; every page stored so far is a transaction of its own.
        os._exit(1)

    threading.Thread(target=listen, daemon=True, name="orders").start()
    reactor.callLater(job.max_seconds, stop, time_is_over(job.max_seconds))  # type: ignore[arg-type]
    try:
        process.start(install_signal_handlers=False)
        if done.done() and not done.cancelled():
            done.result()
    finally:
        reader.close()
        store.close()
        for archive in kept.values():
            archive.close()
        held.close()
    spider = crawler.spider
    fatal = getattr(spider, "fatal", None)
    if isinstance(fatal, TipsearchError):
        events.fatal(fatal)
        return fatal.exit_status
    events.send("end", {})
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: the thread that reads the orders would hold the interpreter's lock on stdin at shutdown.
    os._exit(code)
