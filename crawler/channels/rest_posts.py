"""Turns one post, as WordPress's REST interface describes it, into an Entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from ...pipeline.furniture import unprotected
from ...pipeline.records import Entry, RawDate
from ...pipeline.urls import is_web_address, same_site
from .records import Answer, Archive
from .rest_json import number_of, numbers_of, shown, words_of
from .terms import Names

PROTECTED_NOTE: Final = "is behind a password"
"""How the note about a post that only its password opens ends; the permalink stands before it."""

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_MAX_DATE: Final = 100
_MAX_ADDRESS: Final = 4000
# Every zone since 1972 lies a multiple of 15 minutes from UTC, at most 14 hours (IANA tz). Anything else between
# `date` and `date_gmt` is what an import or an edit of one of them left behind.
_STEP: Final = timedelta(minutes=15)
_FARTHEST: Final = timedelta(hours=14)


def read_post(
    item: Mapping[str, Any], number: int, names: Names, archive: Archive, answer: Answer, position: int
) -> tuple[Entry, list[str]]:
    """The entry of a post with that number, and notes about what it lacks.

    `item` is the post as JSON has it; values of the wrong type count as missing. `names` knows its terms and author.
    """
    notes = []
    permalink = _permalink(item, archive)
    if permalink is None and words_of(item.get("link")):
        notes.append(f"{shown(item.get('link'))} is not an address of {archive.url}; the post is kept without it")
    content = item.get("content")
    body = words_of(content)
    known = isinstance(content, str) or (isinstance(content, Mapping) and isinstance(content.get("rendered"), str))
    protected = isinstance(content, Mapping) and content.get("protected") is True and not body.strip()
    if protected:
        notes.append(f"{permalink or f'post {number}'} {PROTECTED_NOTE}")
    elif not known:
        notes.append(f"{permalink or f'post {number}'} came without its content")
    title = words_of(item.get("title"))
    entry = Entry(
        source=archive.source,
        # A site may keep its texts from REST: what is not there is no post's whole text.
        form="content" if body.strip() else "summary",
        title=unprotected(title) if protected else title,
        body="" if protected else body,
        permalink=permalink,
        platform_id=wordpress_id(permalink or archive.url, number),
        dates=tuple(read_dates(item.get("date"), item.get("date_gmt"))),
        author=next(iter(names.of("users", numbers_of([item.get("author")]))), None),
        categories=tuple(names.of("categories", numbers_of(item.get("categories")))),
        tags=tuple(names.of("tags", numbers_of(item.get("tags")))),
        layout="rest",
        page_url=answer.asked,
        position=position,
        listed_in=archive.listed_in,
        observed_at=answer.observed_at,
    )
    return entry, notes


def is_published_post(item: Mapping[str, Any]) -> bool:
    """Whether an item is a post that everybody may read; what is left out counts as the default."""
    return (item.get("type", "post"), item.get("status", "publish")) == ("post", "publish")


def wordpress_id(url: str, number: int) -> str:
    """WordPress's number of a post made unique across sites (``example.org?p=17``), as its pages give it, too."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    return f"{host}{port}?p={number}"


def _permalink(item: Mapping[str, Any], archive: Archive) -> str | None:
    # On another site it would not be this blog's post: so the extractor of pages takes it as well.
    link = words_of(item.get("link")).strip()
    usable = len(link) <= _MAX_ADDRESS and is_web_address(link) and same_site(link, archive.url)
    return link if usable else None


def read_dates(local: object, universal: object) -> list[RawDate]:
    """The date of a post: `date`, in the site's own time, with the offset that `date_gmt` shows, where it shows one."""
    here, there = _moment(local), _moment(universal)
    if here is not None and there is not None:
        offset = here - there
        if abs(offset) <= _FARTHEST and not offset % _STEP:
            minutes = abs(offset) // timedelta(minutes=1)
            sign = "-" if offset < timedelta(0) else "+"
            text = f"{here.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
            return [RawDate(text, "rest", "date and date_gmt")]
    text = words_of(local).strip()
    if text and len(text) <= _MAX_DATE and not text.startswith("0000"):
        return [RawDate(text, "rest", "date")]
    if there is not None:
        return [RawDate(f"{there.isoformat()}+00:00", "rest", "date_gmt")]
    return []


def modified_at(item: Mapping[str, Any]) -> datetime | None:
    """When a post was last changed, as an aware moment; None where it does not say."""
    found = _moment(item.get("modified_gmt"))
    return found.replace(tzinfo=UTC) if found else None


def _moment(value: object) -> datetime | None:
    text = words_of(value).strip()
    if _MOMENT.fullmatch(text):
        with suppress(ValueError):  # 0000-00-00T00:00:00, a draft's
            return datetime.fromisoformat(text)
    return None


def post_number(item: object) -> int | None:
    """The number of a post, None where an item has none."""
    return number_of(item.get("id")) if isinstance(item, Mapping) else None
