"""What narrows a search besides its query: dates and values given as options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from .analysis import keyword
from .dates import check_range, is_said, read_span, read_start
from .query import AllOf, AnyOf, Clauses, Everything, Keyword, KeywordField, Node, Published


def published(after: str | date | None, before: str | date | None, today: date | None) -> list[Node]:
    """The filter on dates that `after` and `before` make; raises QueryError where one is none, or no day is left."""
    if after is None and before is None:
        return []
    start = read_start(after, where="after", today=today) if after is not None else None
    end = read_start(before, where="before", today=today) if before is not None else None
    hint = f"The earlier date comes first: after {before}, before {after}."
    if start == end and isinstance(before, str):
        after_it = read_span(before, where="before", today=today)[1]
        hint = f"before {before} leaves that out; did you mean before {after_it}?"
    elif start == end:
        hint = f"before {before} leaves that day out."
    check_range(start, end, where=f"after {after} and before {before}", hint=hint)
    return [Published(start, end)]


def said_dates(after: str | date | None, before: str | date | None, today: date | None) -> list[str]:
    """A sentence for each limit that was said in words."""
    limits = (("after", after), ("before", before))
    return [
        f"{name} “{said}” is {name if name == 'before' else 'from'} {read_start(said, where=name, today=today)}"
        for name, said in limits
        if isinstance(said, str) and is_said(said)
    ]


def having(given: Mapping[KeywordField, str | Sequence[str]]) -> list[Node]:
    """A filter for each field of which values are given: one of them must hold."""
    filters: list[Node] = []
    for field, values in given.items():
        listed = [values] if isinstance(values, str) else list(values)
        if listed:
            parts = tuple(Keyword(field, keyword(value)) for value in listed)
            filters.append(parts[0] if len(parts) == 1 else AnyOf(parts))
    return filters


def narrowed(node: Node, filters: Sequence[Node], excluded: Sequence[Node]) -> Node:
    """The query with filters that must hold, and what must not."""
    if not filters and not excluded:
        return node
    demanded = (node, *filters) if node != Everything() else tuple(filters)
    return Clauses((), demanded, tuple(excluded)) if excluded else AllOf(demanded)
