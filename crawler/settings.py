"""The Scrapy settings of a crawl: one request at a time per site, honest about who asks, bounded in every direction."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from ..pipeline.records import Source
from ..pipeline.urls import site_of
from .events import BACKOFF, TIMEOUT
from .robots import USER_AGENT_TOKEN

DEFAULT_DELAY = 1.0
"""Seconds between two requests to one site."""

MAX_SIZE = 20 * 1024 * 1024
"""Bytes of a page; the largest of 59 real listing pages measured had under half a megabyte."""

RETRIES = 4
"""Further tries after one that failed for a passing reason: with pauses of 1, 2, 4 and 8 seconds, a quarter minute."""

MAX_RETRY_AFTER = 120.0
"""Seconds that a crawl waits where a site asks it to; beyond that the source fails by name."""


def user_agent() -> str:
    """Who asks: the program, its version, and what it does."""
    try:
        number = version("tipsearch")
    except PackageNotFoundError:
        number = "0"
    return f"tipsearch/{number} (blog archive search; one request at a time)"


def scrapy_settings(
    sources: Sequence[Source],
    *,
    delay: float | None = None,
    backoff: float = BACKOFF,
    timeout: float = TIMEOUT,
    cache: str = "",
) -> dict[str, Any]:
    """Settings for crawling `sources` side by side; `delay` in seconds overrides every source's own.

    `cache` is the folder in which robots.txt files are kept for a day, empty for none.
    """
    room = __package__
    return {
        "USER_AGENT": user_agent(),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": USER_AGENT_TOKEN,
        "CONCURRENT_REQUESTS": max(16, len(sources)),
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": DEFAULT_DELAY if delay is None else delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_SLOTS": site_delays(sources, delay=delay),
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": DEFAULT_DELAY,
        "AUTOTHROTTLE_MAX_DELAY": 30.0,
        "EXTENSIONS": {
            "scrapy.extensions.telnet.TelnetConsole": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.corestats.CoreStats": None,
            "scrapy.extensions.remote_control.RemoteControl": None,
            "scrapy.extensions.throttle.AutoThrottle": None,
            f"{room}.middlewares.SiteThrottle": 0,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{room}.middlewares.NamedHostsMiddleware": 90,
            f"{room}.robots.RobotsMiddleware": 100,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            f"{room}.middlewares.PatientRetryMiddleware": 550,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            f"{room}.middlewares.StrictCompressionMiddleware": 590,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            f"{room}.middlewares.SameSiteRedirectMiddleware": 600,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
        },
        "SPIDER_MIDDLEWARES": {
            # They drop requests without a word, and the source would wait for its answer.
            "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
        },
        # The walks count for themselves.
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "STATS_DUMP": False,
        "DOWNLOAD_HANDLERS": {
            "http": f"{room}.bounded.BoundedHandler",
            "https": f"{room}.bounded.BoundedHandler",
            **dict.fromkeys(("file", "ftp", "s3", "data")),
        },
        "DOWNLOAD_MAXSIZE": MAX_SIZE,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "RETRY_TIMES": RETRIES,
        "RETRY_GIVE_UP_LOG_LEVEL": "WARNING",
        "REDIRECT_MAX_TIMES": 5,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        # It reads the source of the callback again after every page.
        "WARN_ON_GENERATOR_RETURN_VALUE": False,
        "HTTPCACHE_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "LOG_LEVEL": "INFO",
        "TIPSEARCH_BACKOFF": backoff,
        "TIPSEARCH_CACHE": cache,
        "TIPSEARCH_MAX_RETRY_AFTER": MAX_RETRY_AFTER,
        "TIPSEARCH_NAMED_HOSTS": sorted({urlsplit(url).hostname or "" for s in sources for url in s.urls}),
    }


def source_delay(source: Source, delay: float | None = None) -> float:
    """Seconds between two requests for `source`: what the caller says, else its own, else the default."""
    if delay is not None:
        return delay
    return DEFAULT_DELAY if source.delay is None else source.delay


def site_delays(sources: Sequence[Source], *, delay: float | None = None) -> dict[str, dict[str, Any]]:
    """Scrapy's DOWNLOAD_SLOTS: for each site the longest delay of its sources, one request at a time."""
    slots: dict[str, dict[str, Any]] = {}
    for source in sources:
        for site in {site_of(url) for url in source.urls}:
            slot = slots.setdefault(site, {"concurrency": 1, "delay": 0.0})
            slot["delay"] = max(slot["delay"], source_delay(source, delay))
    return slots
