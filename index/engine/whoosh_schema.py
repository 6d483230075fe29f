"""The Whoosh schema: which fields a post becomes, and what goes into them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import columns, fields, formats
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from ..analysis import ANALYSIS_VERSION, keyword, printable, words
from ..dates import span
from ..stored import KEPT, pack

if TYPE_CHECKING:
    from ...pipeline.records import Change, Post

FORMAT_VERSION = 3
"""Raise it with every change of the fields or of what goes into them."""


def _field(kind: formats.Format, **more: bool) -> fields.FieldType:
    """A field whose terms `whoosh_segments` makes; Whoosh only needs to know the form of its postings."""
    return fields.FieldType(kind, None, **more)  # type: ignore[arg-type]


def schema() -> fields.Schema:
    """A fresh schema object."""
    return fields.Schema(
        key=_field(formats.Existence(), unique=True),
        id=_field(formats.Existence()),
        alias=_field(formats.Existence()),
        source=_field(formats.Existence()),
        tag=_field(formats.Existence()),
        category=_field(formats.Existence()),
        author=_field(formats.Existence()),
        byline=_field(formats.Existence()),
        state=_field(formats.Existence()),
        title=_field(formats.Positions(), scorable=True),
        text=_field(formats.Positions(), scorable=True),
        title_words=_field(formats.Frequency()),
        text_words=_field(formats.Frequency()),
        # As proleptic ordinals: the days [day_from, day_to) between which the post was published, 0 and 0 where nothing
        # is known of them, and the day by which it is sorted.
        day=fields.COLUMN(columns.NumericColumn("i")),  # type: ignore[no-untyped-call]
        day_from=fields.COLUMN(columns.NumericColumn("i")),  # type: ignore[no-untyped-call]
        day_to=fields.COLUMN(columns.NumericColumn("i")),  # type: ignore[no-untyped-call]
        order=fields.COLUMN(columns.VarBytesColumn()),  # type: ignore[no-untyped-call]
        post=fields.STORED(),
    )


def fingerprint() -> str:
    """Changes whenever an index written by other code can't be trusted to answer the same way."""
    made_of = (FORMAT_VERSION, ANALYSIS_VERSION, KEPT, [(name, type(kind).__name__) for name, kind in schema().items()])
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]


def open_files(folder: Path, *, create: bool = False) -> Any:
    """The FileIndex of a folder. Its schema is ours, not the pickled one. (Whoosh types half of its methods.)"""
    storage = FileStorage(str(folder))  # type: ignore[no-untyped-call]
    if create:
        return FileIndex.create(storage, schema())  # type: ignore[no-untyped-call]
    return FileIndex(storage, schema=schema())  # type: ignore[no-untyped-call]


def key_of(source: str, post_id: str) -> str:
    """The term that is a document's own: two sources may hold posts of the same id."""
    return printable(f"{source}\x1f{post_id}")


def keywords_of(change: Change, post: Post) -> dict[str, list[str]]:
    """The terms of a post that stand for themselves, by field."""
    return {
        "key": [key_of(post.source, post.id)],
        "id": [printable(post.id)],
        "alias": [printable(alias) for alias in change.aliases if alias != post.id],
        "source": _keywords([post.source]),
        "tag": _keywords(post.tags),
        "category": _keywords(post.categories),
        "author": words(post.author) if post.author else [],
        "byline": _keywords([post.author]) if post.author else [],
        "state": [post.completeness, "gone"] if post.gone else [post.completeness],
    }


def columns_of(change: Change, post: Post) -> dict[str, Any]:
    """The stored post, and what it is sorted and filtered by."""
    day, day_from, day_to = _days(post)
    return {
        "day": day,
        "day_from": day_from,
        "day_to": day_to,
        "order": printable(f"{post.id}\x1f{post.source}").encode(),
        "post": pack(change, post),
    }


ANY_DAY = 1 << 30
"""Beyond every day that Python knows; it fits into the column's 32 bits."""


def _days(post: Post) -> tuple[int, int, int]:
    """The day to sort by, and the interval that a filter on the date must hold whole.

    An undated post has the bounds that the order of listings gives it, open on one side where only one is known.
    """
    if post.published:
        first, end = span(post.published, post.published_precision)
        return first.toordinal(), first.toordinal(), end.toordinal()
    nearest = post.not_after or post.not_before
    if nearest is None:
        return 0, 0, 0
    return (
        nearest.toordinal(),
        post.not_before.toordinal() if post.not_before else 1,
        post.not_after.toordinal() + 1 if post.not_after else ANY_DAY,
    )


def _keywords(values: Sequence[str]) -> list[str]:
    return [folded for value in values if (folded := keyword(value))]
