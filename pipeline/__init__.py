"""Entries in, posts out: text, dates, identity, duplicates and the store.

The records come at once and bring nothing heavy; everything else is fetched when it is first asked for (PEP 562),
so that `tipsearch.index` can use the records without dateparser, Beautiful Soup or SQLAlchemy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import Change, Entry, KnownEntry, Post, PublishedDate, RawDate, Source

if TYPE_CHECKING:
    from .dates import parse_date as parse_date
    from .dates import split_dated_title as split_dated_title
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

_LAZY = {"parse_date": ".dates", "split_dated_title": ".dates", "resolve": ".resolver", "open_store": ".store"}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_LAZY[name], __name__), name)
    globals()[name] = value
    return value
