"""robots.txt as RFC 9309 has it: 4xx allows, an error or no answer means not now, Crawl-delay is honoured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from protego import Protego
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import StopDownload
from scrapy.http.request import NO_CALLBACK

from ..pipeline.errors import RobotsError
from ..pipeline.urls import same_site, site_of
from .failures import Refused, exception_error, is_tls
from .robots_cache import RobotsCache
from .sites import Sites, Stopped, running_engine

USER_AGENT_TOKEN = "tipsearch"  # noqa: S105
"""The product token that robots.txt is asked for (RFC 9309, 2.2.1)."""

MAX_SIZE = 500 * 1024
"""Bytes of a robots.txt that are read (RFC 9309, 2.5: at least 500 kibibytes)."""

MAX_CRAWL_DELAY = 60.0
"""Seconds; a longer Crawl-delay is cut to this, and the summary says so."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one site's robots.txt says to tipsearch."""

    parsed: Protego
    text: str

    @classmethod
    def of(cls, body: bytes) -> Rules:
        """Read the first 500 KiB; a line cut there is left out."""
        if len(body) > MAX_SIZE:
            body = body[:MAX_SIZE].rpartition(b"\n")[0]
        text = body.decode("utf-8-sig", errors="ignore")
        return cls(Protego.parse(text), text)

    def allows(self, url: str) -> bool:
        """Whether tipsearch may fetch `url`."""
        return bool(self.parsed.can_fetch(url, USER_AGENT_TOKEN))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests that the site asks for."""
        delay = self.parsed.crawl_delay(USER_AGENT_TOKEN)
        return None if delay is None else float(delay)

    def closing_rule(self, url: str) -> str:
        """The longest rule of our group that closes `url`, as ``Disallow: /search``; empty where none is found."""
        closing = [path for path in self._disallowed() if not _alone(path).can_fetch(url, USER_AGENT_TOKEN)]
        return f"Disallow: {max(closing, key=len)}" if closing else ""

    def _disallowed(self) -> list[str]:
        """The paths that the group for tipsearch disallows, else those of the group for everybody."""
        groups: dict[str, list[str]] = {USER_AGENT_TOKEN: [], "*": []}
        agents: list[str] = []
        in_rules = False
        for line in self.text.splitlines():
            key, _, value = line.partition("#")[0].partition(":")
            key, value = key.strip().lower(), value.strip()
            if key == "user-agent":
                agents = [value.lower()] if in_rules else [*agents, value.lower()]
                in_rules = False
            elif key in {"allow", "disallow"}:
                in_rules = True
                if key == "disallow" and value:
                    for agent in groups.keys() & set(agents):
                        groups[agent].append(value)
        return groups[USER_AGENT_TOKEN] or groups["*"]


def _alone(path: str) -> Protego:
    return Protego.parse(f"User-agent: *\nDisallow: {path}")


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, strict where it is lenient: without a readable robots.txt nothing is fetched.

    A site's rules are read once a crawl. Scrapy's own keeps them by host and port; here http and https are two sites.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rules: dict[str, Rules | RobotsError] = {}
        self._sites = Sites.of(crawler)
        self._cache = RobotsCache(crawler.settings.get("TIPSEARCH_CACHE", ""))
        self._received: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        crawler.signals.connect(self._enough, signals.bytes_received)

    def _enough(self, data: bytes, request: Request) -> None:
        """Hang up once more of a robots.txt has come than is read."""
        if request.meta.get("robots"):
            self._received[request] = self._received.get(request, 0) + len(data)
            if self._received[request] > MAX_SIZE:
                raise StopDownload(fail=False)

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:  # noqa: ARG002
        """Raise Refused for an address that robots.txt closes."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        site = site_of(request.url)
        if site not in self._rules:
            self._rules[site] = await self._read(request)
            self._slow_down(site)
        rules = self._rules[site]
        if isinstance(rules, RobotsError):
            raise Refused(RobotsError(rules.message, hint=rules.hint))
        if not rules.allows(request.url):
            raise Refused(closed_error(request.url, rules.closing_rule(request.url)))

    async def _read(self, request: Request) -> Rules | RobotsError:
        site = site_of(request.url)
        body = self._cache.get(site)
        if body is not None:
            return self._rules_of(site, body)
        parts = urlsplit(request.url)
        url = f"{parts.scheme}://{parts.netloc}/robots.txt"
        kept: dict[str, Any] = {
            k: request.meta[k]
            for k in ("download_slot", "source", "autothrottle_dont_adjust_delay")
            if k in request.meta
        }
        meta = {**kept, "dont_obey_robotstxt": True, "robots": True, "download_maxsize": 0}
        plain = {"Accept-Encoding": "identity"}  # what is cut in the middle could not be decompressed
        asked = Request(url, priority=1000, callback=NO_CALLBACK, meta=meta, headers=plain)
        engine = running_engine(self.crawler)
        hint = "RFC 9309 has a crawler stay away then. Try again later."
        try:
            response = await engine.download_async(asked)
        except Stopped:
            raise
        except Exception as exception:
            settings = self.crawler.settings
            nobody_there = self._sites.unreachable(exception) or is_tls(exception)
            error = exception_error(
                exception,
                request.url if nobody_there else url,
                timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
                max_size=settings.getint("DOWNLOAD_MAXSIZE"),
            )
            if nobody_there:
                # Nothing is there at all: the page's own request will say so by its right name, without a second wait.
                raise Refused(error) from exception
            return RobotsError(f"robots.txt could not be read: {error.message}", hint=error.hint or hint)
        status = response.status
        # 429 is a 4xx that says "not now", which is what RFC 9309 asks for where a server can't answer.
        if 200 <= status < 300 or (400 <= status < 500 and status != 429):
            body = response.body[: MAX_SIZE + 1] if status < 300 else b""
            self._cache.put(site, body)
            return self._rules_of(site, body)
        return RobotsError(f"robots.txt could not be read: {url} answers {status}.", hint=hint)

    def _rules_of(self, site: str, body: bytes) -> Rules:
        rules = Rules.of(body)
        self._sites.name_sitemaps(site, (url for url in rules.parsed.sitemaps if same_site(url, site)))
        return rules

    def _slow_down(self, site: str) -> None:
        rules = self._rules[site]
        wanted = rules.crawl_delay if isinstance(rules, Rules) else None
        if wanted is None or wanted <= self._sites.delay(site):
            return
        self._sites.slow_down(site, min(wanted, MAX_CRAWL_DELAY))
        cut = f", cut to {MAX_CRAWL_DELAY:g}" if wanted > MAX_CRAWL_DELAY else ""
        self._sites.note(site, f"robots.txt of {site} asks for {wanted:g} seconds between requests{cut}.")


def closed_error(url: str, rule: str) -> RobotsError:
    """What to say of an address that robots.txt closes with `rule`; Blogger's label pages by their name."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    said = f" ({rule})" if rule else ""
    if parts.path.startswith("/search") and (rule == "Disallow: /search" or host.endswith(".blogspot.com")):
        return RobotsError(
            f"{url} is closed to crawlers: Blogger's robots.txt bars label and search pages{said}.",
            hint="If the blog is your own, set obey_robots = false for it in tipsearch.toml. Open to all are its home "
            f"page, {parts.scheme}://{parts.netloc}/, and its archives, such as {parts.scheme}://{parts.netloc}/2024/.",
        )
    return RobotsError(
        f"robots.txt closes {url}{said}.",
        hint="If the site is your own, set obey_robots = false for it in tipsearch.toml.",
    )
