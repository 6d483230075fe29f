"""Rows of the store turned into records and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Row, Select, func, select

from ..records import Entry, KnownEntry, Post, RawDate
from ..urls import canonical_permalink, is_web_address
from . import tables as t
from .protocol import Run

AT_ONCE = 500
"""Values in one SQL list; SQLite takes up to 32,766 (https://www.sqlite.org/limits.html)."""

T = TypeVar("T")


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists short enough for one statement."""
    listed = list(values)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


ENTRY_COLUMNS = (
    *("source", "digest", "form", "title", "body", "body_type", "permalink", "address", "platform_id"),
    *("also_at", "dates", "author", "categories", "tags", "layout"),
)


def entry_values(entry: Entry, digest: str) -> tuple[str | None, ...]:
    """What an entry says, as the `ENTRY_COLUMNS` of its row; the columns of its sightings are not among them."""
    address = canonical_permalink(entry.permalink) if entry.permalink and is_web_address(entry.permalink) else None
    return (
        *(entry.source, digest, entry.form, entry.title, entry.body, entry.body_type, entry.permalink, address),
        entry.platform_id,
        json.dumps(entry.also_at) if entry.also_at else "[]",
        json.dumps([[d.text, d.origin, d.place] for d in entry.dates]),
        entry.author,
        json.dumps(entry.categories) if entry.categories else "[]",
        json.dumps(entry.tags) if entry.tags else "[]",
        entry.layout,
    )


def known_entry(row: Row[Any]) -> KnownEntry:
    """The distinct entry of a row."""
    first = t.moment(row.first_seen)
    entry = Entry(
        source=row.source,
        form=row.form,
        title=row.title,
        body=row.body,
        body_type=row.body_type,
        permalink=row.permalink,
        platform_id=row.platform_id,
        also_at=tuple(row.also_at),
        dates=tuple(RawDate(*d) for d in row.dates),
        author=row.author,
        categories=tuple(row.categories),
        tags=tuple(row.tags),
        layout=row.layout,
        page_url=row.page_url,
        position=row.position,
        observed_at=first,
    )
    return KnownEntry(
        entry=entry,
        digest=row.digest,
        first_seen=first,
        last_seen=t.moment(row.last_seen),
        times=row.times,
        listed_in=frozenset(row.listed_in),
    )


def posts_query() -> Select[Any]:
    """Posts with what their entries' sightings say of them, which moves without the posts' changing."""
    p, m, e = t.posts.c, t.members.c, t.entries.c
    seen = (
        select(func.count())
        .select_from(t.members.join(t.entries, e.digest == m.digest))
        .where(m.source == p.source, m.post == p.id)
    )
    counted = seen.scalar_subquery().label("entries")
    first = seen.with_only_columns(func.min(e.first_seen)).scalar_subquery().label("first_seen")
    last = seen.with_only_columns(func.max(e.last_seen)).scalar_subquery().label("last_seen")
    return select(t.posts, counted, first, last)


def post_row(post: Post) -> dict[str, Any]:
    """What a post says, as the columns of its row: two posts of equal columns have equal content."""
    return {
        "title": post.title,
        "published": post.published.isoformat() if post.published else None,
        "published_precision": post.published_precision,
        "published_origin": post.published_origin,
        "url": post.url,
        "author": post.author,
        "categories": list(post.categories),
        "tags": list(post.tags),
        "completeness": post.completeness,
        "text": post.text,
        "gone": post.gone,
    }


def post_of_row(row: Row[Any]) -> Post:
    """The post of a row of `posts_query`."""
    return Post(
        id=row.id,
        source=row.source,
        title=row.title,
        published=date.fromisoformat(row.published) if row.published else None,
        published_precision=row.published_precision,
        published_origin=row.published_origin,
        url=row.url,
        author=row.author,
        categories=tuple(row.categories),
        tags=tuple(row.tags),
        completeness=row.completeness,
        text=row.text,
        entries=row.entries,
        first_seen=t.moment(row.first_seen),
        last_seen=t.moment(row.last_seen),
        last_changed=t.moment(row.last_changed),
        gone=row.gone,
        not_before=date.fromisoformat(row.not_before) if row.not_before else None,
        not_after=date.fromisoformat(row.not_after) if row.not_after else None,
    )


def run_of_row(row: Row[Any]) -> Run:
    """The run of a row."""
    return Run(
        id=row.id,
        source=row.source,
        command=row.command,
        started=t.moment(row.started),
        finished=t.moment(row.finished) if row.finished else None,
        outcome=row.outcome,
        complete=row.complete,
        counts=dict(row.counts),
        problems=tuple(row.problems),
    )
