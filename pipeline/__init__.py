"""Entries in, posts out: text, dates, identity, duplicates and the store.

Everything is fetched when it is first asked for (PEP 562), so that `tipsearch.index` can use what it needs without
dateparser, Beautiful Soup or SQLAlchemy; the records alone take 7 ms from a cold shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dates import parse_date as parse_date
    from .dates import split_dated_title as split_dated_title
    from .records import Change as Change
    from .records import Entry as Entry
    from .records import KnownEntry as KnownEntry
    from .records import Post as Post
    from .records import PublishedDate as PublishedDate
    from .records import RawDate as RawDate
    from .records import Source as Source
    from .resolver import resolve as resolve
    from .store import open_store as open_store

__all__ = [
    "Change",
    "Entry",
    "KnownEntry",
    "Post",
    "PublishedDate",
    "RawDate",
    "Source",
    "open_store",
    "parse_date",
    "resolve",
    "split_dated_title",
]

_LAZY = {
    **dict.fromkeys(("Change", "Entry", "KnownEntry", "Post", "PublishedDate", "RawDate", "Source"), ".records"),
    "parse_date": ".dates",
    "split_dated_title": ".dates",
    "resolve": ".resolver",
    "open_store": ".store",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_LAZY[name], __name__), name)
    globals()[name] = value
    return value
