"""Scrapy's middlewares where Scrapy's own are not polite or not strict enough: retries, redirects, throttling."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.settings import BaseSettings
from w3lib.url import safe_url_string

from ..pipeline.errors import BlockedError, CrawlError
from ..pipeline.urls import same_site, site_of
from .failures import Refused, is_tls
from .sites import Sites, Stopped


def retry_after(response: Response, *, now: datetime | None = None) -> float | None:
    """Seconds that an answer asks to wait (RFC 9110, 10.2.3: a number, or a date), None where it does not say."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, with a pause before each: what Retry-After says, else one that doubles each time.

    A source has one request under way and a site one source, so nothing else goes to the site meanwhile. A site that
    asks for more than ``TIPSEARCH_MAX_RETRY_AFTER`` seconds gets no further request in this crawl.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._backoff = settings.getfloat("TIPSEARCH_BACKOFF")
        self._longest = settings.getfloat("TIPSEARCH_MAX_RETRY_AFTER")

    @property
    def _sites(self) -> Sites:
        return Sites.of(self.crawler)

    def process_request(self, request: Request) -> None:
        """Raise Refused while the site is paused for longer than the crawl waits, Stopped once it is interrupted."""
        if self._sites.stopping.is_set():
            raise Stopped
        error = self._sites.closed(site_of(request.url))
        if error is not None:
            raise Refused(BlockedError(error.message, hint=error.hint))

    async def process_response(  # type: ignore[override]
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002
    ) -> Request | Response:
        """Wait and try again after an answer that says "later"."""
        if response.status not in self.retry_http_codes:
            return response
        asked = retry_after(response)
        if asked is not None and asked > self._longest:
            site = site_of(request.url)
            error = BlockedError(
                f"{site} asked to come back in {math.ceil(asked)} seconds (status {response.status} at {request.url}).",
                hint="Nothing more was asked of it; try again then.",
            )
            self._sites.close(site, asked, error)
            raise Refused(error)
        again = super().process_response(request, response)
        if isinstance(again, Request):
            await self._sites.wait(max(asked or 0.0, self._pause(again)))
        return again

    async def process_exception(  # type: ignore[override]
        self,
        request: Request,
        exception: Exception,
        spider: Spider | None = None,  # noqa: ARG002
    ) -> Request | Response | None:
        """Wait and try again after a time-out or a connection that broke."""
        if self._sites.unreachable(exception) or is_tls(exception):
            return None
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await self._sites.wait(self._pause(again))
        return again

    def _pause(self, again: Request) -> float:
        return self._backoff * float(2 ** (int(again.meta["retry_times"]) - 1))


class SameSiteRedirectMiddleware(RedirectMiddleware):
    """Scrapy's redirects, as long as they stay on the site; one that leaves it is an error with the new address."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002
    ) -> Request | Response:
        """Follow, or raise Refused."""
        location = response.headers.get("Location")
        if location is None or not 300 <= response.status < 400:
            return response
        target = urljoin(request.url, safe_url_string(location))
        if urlsplit(target).scheme not in {"http", "https"}:
            raise Refused(CrawlError(f"{request.url} redirects to {target[:200]}, which is no web page; not followed."))
        if not same_site(request.url, target):
            raise Refused(
                CrawlError(
                    f"{request.url} redirects to another site, {target[:500]}; not followed.",
                    hint="If the blog has moved, crawl its new address.",
                )
            )
        following = super().process_response(request, response)
        if isinstance(following, Request):
            following.meta["download_slot"] = site_of(following.url)
            Sites.of(self.crawler).same_delay(site_of(request.url), site_of(following.url))
        return following


class SiteThrottle(AutoThrottle):
    """Scrapy's AutoThrottle, never faster than each site's own delay (its source's, or robots.txt's Crawl-delay)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._sites = Sites.of(crawler)

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        self.mindelay = self._sites.delay(str(request.meta.get("download_slot", "")))
        if self.mindelay > 0:
            super()._response_downloaded(response, request, spider)

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        # A Crawl-delay may lie above AutoThrottle's longest delay.
        self.maxdelay = max(self._max_delay(), self.mindelay)
        super()._adjust_delay(slot, latency, response)
