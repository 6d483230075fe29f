"""What the crawler reads out of addresses: the key of a listing page, and its number."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from w3lib.url import canonicalize_url

from ..pipeline.urls import blog_of, tidy_path

# How WordPress, Blogger and common themes number the pages of an archive. `start` counts posts, which rises as well.
_PATH_NUMBER = re.compile(r"/page[/-](\d{1,6})(?:/|$)", re.IGNORECASE)
_PAGE_COUNTERS = ("paged", "page", "pg")
_QUERY_NUMBERS = (*_PAGE_COUNTERS, "start", "offset")


@lru_cache(maxsize=4096)
def listing_key(url: str) -> str:
    """The form in which listing pages are compared.

    Scheme, ``www.``, fragment, trailing slash and the order of parameters make no difference. Unlike a permalink's key
    it keeps every parameter: ``/?m=201811`` is a month's archive.
    """
    tidy = tidy_path(url)
    if tidy is not None:
        return blog_of(url) + tidy.rstrip("/")
    parts = urlsplit(canonicalize_url(url))
    return blog_of(url) + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")


def page_number(url: str) -> tuple[str, int] | None:
    """Which counter an address carries and what it says (``("page", 3)``), None where it carries none."""
    parts = urlsplit(url)
    found = _PATH_NUMBER.search(parts.path)
    if found:
        return "page", int(found[1])
    query = dict(parse_qsl(parts.query))
    for name in _QUERY_NUMBERS:
        value = query.get(name, "")
        if value.isascii() and value.isdigit() and len(value) <= 6:
            return name, int(value)
    return None


def with_number(url: str, number: int) -> str | None:
    """The address of another page of the same archive, where `url` is numbered; None where it is not."""
    counted = page_number(url)
    if counted is None or counted[0] in {"start", "offset"}:
        return None
    parts = urlsplit(url)
    found = _PATH_NUMBER.search(parts.path)
    if found:
        path = f"{parts.path[: found.start(1)]}{number}{parts.path[found.end(1) :]}"
        return parts._replace(path=path).geturl()
    query = [(k, str(number) if k == counted[0] else v) for k, v in parse_qsl(parts.query)]
    return parts._replace(query=urlencode(query)).geturl()


def with_next_number(url: str) -> str | None:
    """The address of the page after this one, where it is numbered; None where it is not."""
    counted = page_number(url)
    return with_number(url, counted[1] + 1) if counted else None


def goes_down(current: str, following: str) -> bool:
    """Whether the page number of the next page is not above that of the current one.

    A counter that ends (page 3 leads to an address without a number) goes down, too: that is the first page again.
    """
    here, there = page_number(current), page_number(following)
    if here is None:
        # Themes number a listing's first page 1, by leaving the number out; a count of posts begins at 0.
        return there is not None and there[1] <= (1 if there[0] in _PAGE_COUNTERS else 0)
    if there is None:
        return here[0] in _PAGE_COUNTERS and here[1] > 1
    return there[0] == here[0] and there[1] <= here[1]
