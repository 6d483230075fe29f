"""What a search gives back: Hit, SearchResults and IndexedPost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..pipeline.records import Completeness, Origin, Precision
    from .explain import ScorePart
    from .facets import FacetCount
    from .nothing import WithoutOne

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")

FacetField = Literal["year", "tag", "source", "category", "author"]
FACETS: tuple[FacetField, ...] = ("year", "tag", "source", "category", "author")

UNDATED = "undated"
"""The year of a post that no filter on a single year lets pass."""

HITS_AT_ONCE = 50
"""So many hits are read from the disk in one go, while the results are walked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One post that answers a query.

    `rank` counts from 1 over the whole ranking (with an offset of 10 the first hit has rank 11); `score` never grows
    from one hit to the next by relevance and has no unit. `snippet` is one line of at most 300 characters of the
    post's text, and `snippet_parts` the same text as (piece, does it match) pairs, for whoever wants to mark matches.
    `explanation` holds the parts of the score, where they were asked for.
    """

    rank: int
    score: float
    id: str
    title: str
    published: date | None
    published_precision: Precision | None
    url: str | None
    source: str
    completeness: Completeness
    gone: bool
    snippet: str
    snippet_parts: tuple[tuple[str, bool], ...]
    explanation: tuple[ScorePart, ...] = ()


class _Open:
    """A hit while it is put together."""

    __slots__ = tuple(field.name for field in fields(Hit))


def made_hit(
    post: IndexedPost,
    rank: int,
    score: float,
    snippet: str,
    parts: tuple[tuple[str, bool], ...],
    explanation: tuple[ScorePart, ...],
) -> Hit:
    """A post as a hit, as `Hit(...)` would make it in 1.4 µs: 0.2, ten times a query that takes 300."""
    hit: Any = _Open()
    hit.rank, hit.score, hit.snippet, hit.snippet_parts, hit.explanation = rank, score, snippet, parts, explanation
    hit.id, hit.source, hit.title, hit.url, hit.completeness = (
        post.id,
        post.source,
        post.title,
        post.url,
        post.completeness,
    )
    hit.published, hit.published_precision, hit.gone = post.published, post.published_precision, post.gone
    hit.__class__ = Hit  # the same slots, but frozen from here on
    made: Hit = hit
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPost:
    """One post as the index holds it; the names are those of its JSON form.

    `aliases` are further ids under which it answers, `others` the (source, id) pairs of further posts that answer to
    the id that was asked for. What changes without the post changing (when it was last seen) only the store knows.
    """

    id: str
    source: str
    title: str
    published: date | None
    published_precision: Precision | None
    published_origin: Origin | None
    url: str | None
    author: str | None
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    completeness: Completeness
    text: str
    gone: bool
    aliases: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


class SearchResults:
    """The hits of one search, in order; iterate over it, as often as you like.

    `total` counts all posts that answer, not just the hits asked for; `took_ms` is the time of the search in
    milliseconds; `did_you_mean` is a better spelt query, if one was found; `notes` are sentences on how the query
    was read, where that is not obvious. `facets` holds, for each facet asked for, all its values with their counts
    over all posts that answer; `all_but_one`, where nothing answers that holds all, how many posts hold the rest;
    `formula` says how a word's score is made, where scores are explained.
    """

    def __init__(
        self,
        *,
        total: int,
        count: int,
        started: float,
        did_you_mean: str | None,
        notes: tuple[str, ...],
        load: Callable[[int, int], list[Hit]],
        facets: dict[str, tuple[FacetCount, ...]] | None = None,
        all_but_one: tuple[WithoutOne, ...] = (),
        formula: str | None = None,
    ) -> None:
        self.total = total
        self.did_you_mean = did_you_mean
        self.notes = notes
        self.facets: dict[str, tuple[FacetCount, ...]] = facets or {}
        self.all_but_one = all_but_one
        self.formula = formula
        self._count = count
        self._load = load
        self._first = load(0, min(count, HITS_AT_ONCE))
        self.took_ms = round((perf_counter() - started) * 1000, 3)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Hit]:
        yield from self._first
        for start in range(HITS_AT_ONCE, self._count, HITS_AT_ONCE):
            yield from self._load(start, min(start + HITS_AT_ONCE, self._count))

    def __repr__(self) -> str:
        return f"<SearchResults: {self._count} of {self.total} hits>"
