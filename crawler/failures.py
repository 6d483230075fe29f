"""Every way in which a page can't be had, as an error with a name and a sentence."""

from __future__ import annotations

import re

from scrapy import exceptions as scrapy_errors
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from twisted.internet.error import ConnectError, ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.web.client import ResponseFailed

from ..pipeline.errors import (
    BlockedError,
    CrawlError,
    NoPostsError,
    NotFoundError,
    TipsearchError,
    UnreachableError,
)
from ..pipeline.urls import site_of
from .extract.faults import FAULTS
from .extract.interstitials import MAINTENANCE, interstitial

_FOUND_NOTHING = ("a removed blog", "a suspended account", "a parked domain")
"""What `interstitial` names where there is no blog (any more); what else it names keeps a blog from being read."""

_PASSING = (*FAULTS, MAINTENANCE)
"""What it names where the site fails for now, as it does with a status of 500 and more."""

_ENDS = re.compile(r"</(?:body|html|frameset)\b", re.IGNORECASE)


class Refused(IgnoreRequest):
    """A request that is not made, or not answered, for a reason with a name: `error`."""

    def __init__(self, error: TipsearchError) -> None:
        super().__init__(error.message)
        self.error = error


def status_error(response: Response) -> CrawlError | None:
    """The error that an answer's status stands for, None for a page to be read."""
    status, url = response.status, response.url
    if status in {404, 410}:
        return NotFoundError(f"{url} answers {status}: there is no such page.", status=status)
    if status == 429:
        return BlockedError(
            f"{url} answers 429: too many requests.",
            hint="Try again later, with a longer delay for this source.",
            status=status,
        )
    if status in {401, 403, 407, 451} or response.headers.get("cf-mitigated") == b"challenge":
        return _blocked(response)
    if status >= 500:
        tries = response.request.meta.get("retry_times", 0) + 1 if response.request else 1
        return UnreachableError(f"{url} answers {status}, an error of the site's own, {times(tries)}.", status=status)
    if not 200 <= status < 300:
        return CrawlError(f"{url} answers {status}, which is no page.", status=status)
    return None


def content_error(response: Response) -> CrawlError | None:
    """The error that an answer's content stands for (an image, an archive, a feed), None for text."""
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
    if not isinstance(response, TextResponse):
        return CrawlError(f"{response.url} is not a page but {kind or 'binary data'}.")
    if kind in {"application/rss+xml", "application/atom+xml", "application/json"}:
        return CrawlError(
            f"{response.url} is not a page but {kind}.", hint="Give the address of a listing page, as a reader sees it."
        )
    return None


def challenge_error(response: TextResponse) -> CrawlError | None:
    """The error for a page without posts that stands in a blog's place: a challenge, a parked domain, a fault …."""
    shown = interstitial(response.text)
    if shown is None:
        return None
    if shown in _FOUND_NOTHING:
        return NoPostsError(f"{response.url} shows {shown}; no post is left there.", status=response.status)
    if shown in _PASSING:
        return CrawlError(
            f"{response.url} shows {shown} in place of posts (status {response.status}).",
            hint="Try again later; what the corpus holds stays.",
            status=response.status,
        )
    return BlockedError(
        f"{response.url} is closed to tipsearch: it shows {shown} (status {response.status}).",
        hint="Open it in a browser to see what it asks for.",
        status=response.status,
    )


def unfinished_error(response: TextResponse) -> CrawlError | None:
    """The error for a numbered page without posts that is none of the blog's: empty, or broken off by a fault.

    What a theme shows past an archive's last page is a whole document.
    """
    if not response.text.strip():
        return CrawlError(f"{response.url} is empty (status {response.status}).", status=response.status)
    if _ENDS.search(response.text) is None:
        return CrawlError(
            f"{response.url} shows no post and breaks off before a page's end (status {response.status}).",
            hint="Open it in a browser; it may show an error of the site's own.",
            status=response.status,
        )
    return None


def _blocked(response: Response) -> BlockedError:
    return BlockedError(
        f"{response.url} is closed to tipsearch (status {response.status}).",
        hint="The site refuses, or asks for a login or a proof of being human; open it in a browser to see which.",
        status=response.status,
    )


def exception_error(exception: BaseException, url: str, *, timeout: float, max_size: int) -> TipsearchError:
    """The error that a failed request stands for; `timeout` in seconds and `max_size` in bytes are the limits set."""
    if isinstance(exception, Refused):
        return exception.error
    host = site_of(url).partition("://")[2].rpartition(":")[0]
    if isinstance(exception, scrapy_errors.CannotResolveHostError):
        return UnreachableError(
            f"{url}: the name {host} does not resolve.", hint="Check the spelling, and the connection to the network."
        )
    if isinstance(exception, scrapy_errors.DownloadTimeoutError):
        return UnreachableError(f"{url} did not answer in full within {timeout:g} seconds.")
    if isinstance(exception, scrapy_errors.DownloadConnectionRefusedError):
        return UnreachableError(f"{url}: nothing listens there; the connection was refused.")
    if isinstance(exception, scrapy_errors.DownloadCancelledError):
        return CrawlError(f"{url} is larger than {max_size // 2**20} MB, which is no listing page of a blog.")
    if isinstance(exception, IgnoreRequest) and "redirection" in str(exception):
        return CrawlError(f"{url} redirects again and again, without an end.")
    if isinstance(exception, IgnoreRequest):
        return CrawlError(f"{url} could not be read: {exception}")
    if is_tls(exception):
        return UnreachableError(
            f"no secure connection to {site_of(url)}: {_reason(exception)}.",
            hint="Its certificate does not hold, or it speaks no TLS; look at it in a browser.",
        )
    return _connection_error(exception, url)


def _connection_error(exception: BaseException, url: str) -> TipsearchError:
    chain = _chain(exception)
    if isinstance(exception, scrapy_errors.ResponseDataLossError | ConnectionDone):
        return UnreachableError(f"{url} broke off in the middle of its answer.")
    if any(isinstance(e, ConnectionAborted) for e in chain):
        return UnreachableError(f"{url} sends headers without an end.")
    if any(isinstance(e, ConnectionLost) for e in chain):
        return UnreachableError(f"{url} gave no answer: the connection was reset.")
    if isinstance(exception, scrapy_errors.DownloadFailedError | ConnectError | ResponseFailed | OSError):
        return UnreachableError(f"{url} could not be read: {_reason(exception)}")
    return CrawlError(f"{url} could not be read: {type(exception).__name__}: {exception}")


def times(count: int) -> str:
    """``once``, ``twice``, ``3 times``."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _chain(exception: BaseException) -> list[BaseException]:
    """The exception, its causes, and the reasons that Twisted keeps inside, at most ten."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [exception]
    while waiting and len(found) < 10:
        current = waiting.pop(0)
        found.append(current)
        waiting += [f.value for f in getattr(current, "reasons", None) or [] if getattr(f, "value", None) is not None]
        if current.__cause__ is not None:
            waiting.append(current.__cause__)
    return found


def is_tls(exception: BaseException) -> bool:
    """Whether no secure connection came about."""
    return any(
        type(e).__module__.startswith(("OpenSSL", "service_identity", "ssl")) or "certificate" in str(e).lower()
        for e in _chain(exception)
    )


def _reason(exception: BaseException) -> str:
    deepest = _chain(exception)[-1]
    return " ".join(str(deepest).split())[:200] or type(deepest).__name__
