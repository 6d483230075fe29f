"""How the crawler treats each site: its delay, its pauses, and what the summary should say of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError

from ..pipeline.errors import BlockedError

MAX_SITEMAPS = 10
"""So many sitemaps of a robots.txt are looked at; a blog names one or two."""


def running_engine(crawler: Crawler) -> ExecutionEngine:
    """The crawler's engine, which is there as long as requests are."""
    if crawler.engine is None:
        raise RuntimeError("the crawl has not begun")
    return crawler.engine


class Stopped(Exception):  # noqa: N818  (a state, not an error)
    """The crawl was interrupted while a request waited."""


class Sites:
    """What the middlewares of one crawl know of the sites together.

    A site is scheme, host and port, the key of Scrapy's download slots.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._closed_until: dict[str, tuple[float, BlockedError]] = {}
        self._notes: list[tuple[str, str]] = []
        self._sitemaps: dict[str, tuple[str, ...]] = {}
        self.stopping = asyncio.Event()
        self.on_note: Callable[[str, str], None] = lambda site, text: self._notes.append((site, text))

    @classmethod
    def of(cls, crawler: Crawler) -> Sites:
        """The one of this crawl."""
        if crawler not in _OF_CRAWLERS:
            _OF_CRAWLERS[crawler] = cls(crawler)
        return _OF_CRAWLERS[crawler]

    def delay(self, site: str) -> float:
        """Seconds between two requests to `site`, before AutoThrottle."""
        slots = self._slot_settings()
        return float(slots.get(site, {}).get("delay", self._crawler.settings.getfloat("DOWNLOAD_DELAY")))

    def slow_down(self, site: str, delay: float) -> None:
        """Wait at least `delay` seconds between two requests to `site` from now on."""
        self._slot_settings().setdefault(site, {"concurrency": 1})["delay"] = delay
        slot = running_engine(self._crawler).downloader.slots.get(site)
        if slot is not None:
            slot.delay = max(slot.delay, delay)

    def same_delay(self, site: str, other: str) -> None:
        """Treat `other`, to which `site` redirects (http to https, ``www.``), no faster than `site`."""
        self._slot_settings().setdefault(other, {"concurrency": 1, "delay": self.delay(site)})

    def _slot_settings(self) -> dict[str, dict[str, Any]]:
        return running_engine(self._crawler).downloader.per_slot_settings

    def close(self, site: str, seconds: float, error: BlockedError) -> None:
        """The site asked for a pause longer than a crawl waits: no request to it before that."""
        self._closed_until[site] = (time.monotonic() + seconds, error)

    def closed(self, site: str) -> BlockedError | None:
        """Why no request may go to `site` now."""
        until, error = self._closed_until.get(site, (0.0, None))
        return error if until > time.monotonic() else None

    def name_sitemaps(self, site: str, urls: Iterable[str]) -> None:
        """Keep the sitemaps that the site's robots.txt names."""
        self._sitemaps[site] = tuple(urls)[:MAX_SITEMAPS]

    def sitemaps(self, site: str) -> tuple[str, ...]:
        """The sitemaps that the site's robots.txt names, as far as it was read."""
        return self._sitemaps.get(site, ())

    def note(self, site: str, text: str) -> None:
        """Something that the summary of the site's sources should say."""
        self.on_note(site, text)

    async def wait(self, seconds: float) -> None:
        """Sleep, or raise Stopped as soon as the crawl is interrupted."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopped

    @staticmethod
    def unreachable(exception: BaseException) -> bool:
        """Whether nobody is there: no such name, or nothing that listens."""
        return isinstance(exception, CannotResolveHostError | DownloadConnectionRefusedError)


_OF_CRAWLERS: WeakKeyDictionary[Crawler, Sites] = WeakKeyDictionary()
