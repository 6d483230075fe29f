"""Trends: how many posts of each year answer a query, and how many posts there are in that year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .records import UNDATED

if TYPE_CHECKING:
    from .facets import FacetCount
    from .search import SearchIndex

MOST_YEARS = 200
"""Years without a post are left out of a longer stretch: one post is misdated then."""


@dataclass(frozen=True, slots=True)
class YearCount:
    """So many `posts` of a year answer a query, `of` all that the year has."""

    year: int
    posts: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 in a year without posts."""
        return self.posts / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How many posts answer a query, by year: every year from the first to the last that has any post.

    Those without a single year (undated, or dated across two) count in `total` and `undated` alone.
    """

    query: str
    total: int
    undated: int
    years: tuple[YearCount, ...]
    did_you_mean: str | None
    notes: tuple[str, ...]


def trends(index: SearchIndex, queries: Sequence[str], filters: Mapping[str, Any]) -> tuple[Trend, ...]:
    """The trend of each query, all over the same years: from the first to the last year that has a post."""
    every = _by_year(index.search("", limit=0, facets="year", **filters).facets["year"])
    dated = [int(year) for year in every if year != UNDATED]
    years: Sequence[int] = sorted(dated)
    if dated and max(dated) - min(dated) < MOST_YEARS:
        years = range(min(dated), max(dated) + 1)
    found = []
    for query in queries:
        results = index.search(query, limit=0, facets="year", **filters)
        held = _by_year(results.facets["year"])
        found.append(
            Trend(
                query=query,
                total=results.total,
                undated=held.get(UNDATED, 0),
                years=tuple(YearCount(year, held.get(f"{year:04}", 0), every.get(f"{year:04}", 0)) for year in years),
                did_you_mean=results.did_you_mean,
                notes=results.notes,
            )
        )
    return tuple(found)


def _by_year(counts: Sequence[FacetCount]) -> dict[str, int]:
    return {each.value: each.count for each in counts}
