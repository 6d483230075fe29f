"""Scrapy's middlewares where its own are not polite or strict enough: retries, redirects, compression, throttling."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import HtmlResponse, Response
from scrapy.settings import BaseSettings
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from w3lib.url import safe_url_string

from ..pipeline.errors import BlockedError, CrawlError, UnreachableError
from ..pipeline.urls import same_site, site_of
from .clocks import http_date
from .compression import DamagedError, TooLargeError, unpacked
from .failures import Refused, is_tls, times
from .settings import MAX_SIZE
from .sites import Sites, Stopped


def retry_after(response: Response, *, now: datetime | None = None) -> float | None:
    """Seconds that an answer asks to wait (RFC 9110, 10.2.3: a number, or a date), None where it does not say.

    A date is one of the site's clock, which may go wrong: it is held against the answer's own date where that stands.
    """
    value = _header(response, "Retry-After")
    if value.isascii() and value.isdigit():
        return float(value[:9])
    moment = http_date(value)
    if moment is None:
        return None
    said = http_date(_header(response, "Date"))
    return max(0.0, (moment - (said or now or datetime.now(UTC))).total_seconds())


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1").strip()


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
        """Wait and try again after an answer that says "later", or came damaged."""
        damage = _damage(response)
        if damage:
            following = None if request.meta.get("dont_retry") else self._retry(request, damage)
            if following is None:
                tries = times(int(request.meta.get("retry_times", 0)) + 1)
                raise Refused(UnreachableError(f"{request.url} came broken, {tries}: {damage}."))
            await self._sites.wait(self._pause(following))
            return following
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


DAMAGED = "damaged"
"""The flag of an answer whose content could not be decompressed; the reason is the flag behind it."""


def _damage(response: Response) -> str:
    """What of an answer did not arrive, in words; empty for a whole one.

    Of an answer whose length nobody said, Scrapy can't tell the end from a connection that broke ("partial"): there an
    HTML page must come to its own end.
    """
    if DAMAGED in response.flags:
        return response.flags[-1]
    if "partial" in response.flags and isinstance(response, HtmlResponse) and response.status == 200:
        tail = response.body[-_TAIL:].lower()
        if b"</html" not in tail and b"</body" not in tail:
            return "the connection broke off before the end of the page"
    return ""


_TAIL = 20_000
"""Bytes at the end of a page among which its last tags are looked for; caches write comments behind them."""


class NamedHostsMiddleware:
    """Lets no name lead to a private or loopback address but those that the user named.

    A source is read at its own host, with or without ``www.``: a name that the user did not write may be anything's.
    Scrapy keeps what a name resolved to for the whole crawl, so the connection goes to the address looked at here.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._known = {str(host).lower() for host in crawler.settings.getlist("TIPSEARCH_NAMED_HOSTS")}
        self._private: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> NamedHostsMiddleware:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:  # noqa: ARG002
        """Raise Refused for a name that leads into the user's own network."""
        host = (urlsplit(request.url).hostname or "").lower()
        if host not in self._known:
            self._known.add(host)
            address = await resolved(host)
            if is_private(address):
                self._private[host] = address
        if host in self._private:
            raise Refused(
                CrawlError(
                    f"{request.url} leads to {self._private[host]}, an address of a private network; not followed.",
                    hint="If that is meant, crawl that address itself.",
                )
            )


async def resolved(host: str) -> str:
    """The address of a name; empty where there is none (the request will say so)."""
    from twisted.internet import reactor
    from twisted.internet.error import DNSLookupError

    try:
        # Twisted's stub has the wrong type for a name.
        found: Deferred[Any] = reactor.resolve(host)  # type: ignore[arg-type]
        return str(await maybe_deferred_to_future(found))
    except (DNSLookupError, OSError, UnicodeError):
        return ""


def is_private(address: str) -> bool:
    """Whether an address is not one of the public Internet's (RFC 6890): loopback, private, link-local, shared …."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return not parsed.is_global or parsed.is_multicast


class StrictCompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression, which gives what it could read of a broken answer; here half a page is none.

    Only gzip and deflate are asked for: every server has them.
    """

    def process_request(self, request: Request, spider: Spider | None = None) -> None:  # noqa: ARG002
        """Say which encodings are taken."""
        request.headers.setdefault("Accept-Encoding", "gzip, deflate")

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002
    ) -> Request | Response:
        """Decompress; a damaged answer comes back empty and flagged, one that grows too large raises Refused."""
        try:
            return super().process_response(request, response)
        except DamagedError as error:
            headers = response.headers.copy()
            headers.pop("Content-Encoding", None)
            return response.replace(body=b"", headers=headers, flags=[*response.flags, DAMAGED, str(error)])
        except TooLargeError as error:
            raise Refused(CrawlError(f"{request.url} is {error}, which is no page of a blog.")) from error

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        return unpacked(body, encoding.decode("latin-1"), max_size or MAX_SIZE)


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
