"""What the crawler reads out of addresses: the key of a listing page, and its number."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from w3lib.url import canonicalize_url

from ..pipeline.urls import blog_of

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
