"""Entries and pages as they can be stored: with U+FFFD for what UTF-8 can't hold."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from ..records import Entry, RawDate
from .protocol import PageSeen

_LONE = str.maketrans(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def storable_entry(entry: Entry) -> Entry:
    """An entry whose strings UTF-8 can hold: a lone surrogate can come from a broken page or a hand-made record."""
    addresses = (entry.permalink or "", entry.platform_id or "", entry.page_url or "", *entry.also_at)
    labels = (entry.author or "", *entry.categories, *entry.tags, entry.listed_in, entry.layout)
    dates = (said for raw in entry.dates for said in (raw.text, raw.place))
    if _is_whole(entry.title, entry.body, *addresses, *labels, *dates):
        return entry
    return replace(entry, **{one.name: _whole(getattr(entry, one.name)) for one in fields(entry)})


def storable_page(page: PageSeen) -> PageSeen:
    """A page whose addresses and archive UTF-8 can hold."""
    if _is_whole(page.url or "", page.next_url or "", page.archive):
        return page
    return replace(page, url=_whole(page.url), next_url=_whole(page.next_url), archive=_whole(page.archive))


def _is_whole(*said: str) -> bool:
    try:
        "".join(said).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _whole(value: Any) -> Any:
    """A value of an entry with U+FFFD for every lone surrogate in it."""
    match value:
        case str():
            return value.translate(_LONE)
        case tuple():
            return tuple(map(_whole, value))
        case RawDate():
            return RawDate(_whole(value.text), value.origin, _whole(value.place))
        case _:
            return value
