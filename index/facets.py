"""Facets: how many of the posts that answer fall into each year, tag, source, category or author."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..pipeline.errors import QueryError
from .records import FACETS, UNDATED, FacetField

if TYPE_CHECKING:
    from .engine import Snapshot


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet and how many of the posts that answer have it.

    Values are written as the newest such post writes them; the year of a post without one is ``undated``.
    """

    value: str
    count: int


def facet_fields(given: str | Sequence[str]) -> tuple[FacetField, ...]:
    """The facets that were named, each once; raises QueryError for one that there is not."""
    known: dict[str, FacetField] = {field: field for field in FACETS}
    wanted: dict[FacetField, None] = {}
    for name in [given] if isinstance(given, str) else given:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name.lower(), FACETS, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise QueryError(
                f'there is no facet "{name}"', word=name, hint=f"{hint}The facets are {', '.join(FACETS)}."
            )
        wanted[known[name]] = None
    return tuple(wanted)


def count_facets(
    snapshot: Snapshot, numbers: Collection[int], fields: Sequence[FacetField]
) -> dict[str, tuple[FacetCount, ...]]:
    """All values of each facet with their counts among these posts: years in order, others by count, then by name."""
    if not fields:
        return {}
    counted = snapshot.insight.facets(numbers, fields)
    facets: dict[str, tuple[FacetCount, ...]] = {}
    for field in fields:
        if field == "year":
            ordered = sorted(counted[field], key=lambda found: (found[0] == UNDATED, found[0]))
        else:
            ordered = sorted(counted[field], key=lambda found: (-found[2], found[0]))
        facets[field] = tuple(FacetCount(written, count) for _, written, count in ordered)
    return facets
