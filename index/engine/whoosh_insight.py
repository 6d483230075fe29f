"""Counts by value and parts of scores, read from a Whoosh index; see `engine.insight`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from ...pipeline.errors import TipsearchError
from ..analysis import keyword
from ..query import KeywordField, Node, TextField, Word
from ..records import UNDATED, FacetField, IndexedPost
from ..stored import unpack
from .insight import WordScore
from .scoring import EXACT_WEIGHT, K1, NEAR, NEAR_WEIGHT, TITLE_WEIGHT, B
from .stemming import stem
from .whoosh_postings import damaged
from .whoosh_schema import ANY_DAY

if TYPE_CHECKING:
    from .whoosh_engine import WhooshSnapshot

_TERMS_OF: dict[FacetField, str] = {"tag": "tag", "source": "source", "category": "category", "author": "byline"}


class WhooshInsight:
    """Questions on one state of a Whoosh index."""

    def __init__(self, snapshot: WhooshSnapshot) -> None:
        self._snapshot = snapshot
        self._postings = snapshot.postings

    @property
    def formula(self) -> str:
        """How a word's score is made, in one line."""
        return (
            f"BM25F: idf × {K1 + 1:g} × x / (1 + x), where x adds up, over title and text,"
            f" weight × times / ({K1:g} × ({1 - B:g} + {B:g} × length / average length));"
            f" weight {TITLE_WEIGHT:g} in the title, 1 in the text; {EXACT_WEIGHT:g} of it again for the very form;"
            f" together: up to {NEAR_WEIGHT:g} more for neighbours of the query within {NEAR} words"
        )

    def identity(self, number: int) -> tuple[str, str]:
        """The source and the id of the post of that number."""
        with self._reading():
            post_id, _, source = self._postings.order(number).decode().partition("\x1f")
            return source, post_id

    def facets(
        self, numbers: Collection[int], fields: Sequence[FacetField]
    ) -> dict[FacetField, list[tuple[str, str, int]]]:
        """How many of these posts have each value."""
        with self._reading():
            matched = frozenset(numbers)
            return {field: self._years(matched) if field == "year" else self._terms(field, matched) for field in fields}

    def values(self, field: KeywordField) -> list[tuple[str, int]]:
        """The values there are, each with its posts."""
        with self._reading():
            held = {term: self._postings.live(field, term) for term in self._postings.terms(field)}
            return [(term, count) for term, count in held.items() if count]

    def scores(self, node: Node, numbers: Collection[int]) -> dict[int, float]:
        """The score that a node gives to each of these posts."""
        with self._reading():
            return self._snapshot.scores_of(node, numbers)

    def word_scores(self, word: str, field: TextField, numbers: Collection[int]) -> tuple[int, dict[int, WordScore]]:
        """A word's posts in a field, and its score in these."""
        whole = self.scores(Word(word, field), numbers)
        with self._reading():
            stems = self._snapshot.stem_scores(stem(word), field, whole)
            told = {n: WordScore(stems.get(n, 0.0), max(0.0, whole[n] - stems.get(n, 0.0))) for n in whole}
            return self._postings.live(field, stem(word)), told

    def _years(self, matched: frozenset[int]) -> list[tuple[str, str, int]]:
        starts, ends = self._postings.column("day_from"), self._postings.column("day_to")
        spans = Counter((starts[number], ends[number]) for number in matched)
        years: Counter[str] = Counter()
        for (start, end), count in spans.items():
            years[_year(start, end)] += count
        return [(year, year, count) for year, count in years.items()]

    def _terms(self, field: FacetField, matched: frozenset[int]) -> list[tuple[str, str, int]]:
        days, name = self._postings.column("day"), _TERMS_OF[field]
        read: dict[int, IndexedPost] = {}
        found = []
        for term in self._postings.terms(name):
            holding = matched.intersection(self._postings.documents(name, term))
            if holding:
                # As the newest of them writes it: whichever is read first depends on how the index came about.
                latest = max(days[number] for number in holding)
                newest = min((n for n in holding if days[n] == latest), key=self._postings.order)
                if newest not in read:
                    read[newest] = unpack(self._postings.stored(newest))
                found.append((term, _as_written(read[newest], field, term), len(holding)))
        return found

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._snapshot.lock:
            try:
                yield
            except TipsearchError:
                raise
            except Exception as error:
                raise damaged(error) from error


@lru_cache(maxsize=1 << 14)
def _year(start: int, end: int) -> str:
    if not start or not 0 < end - 1 < ANY_DAY - 1:
        return UNDATED
    year = date.fromordinal(start).year
    return f"{year:04}" if date.fromordinal(end - 1).year == year else UNDATED


def _as_written(post: IndexedPost, field: FacetField, term: str) -> str:
    written = {"tag": post.tags, "category": post.categories, "source": (post.source,), "author": (post.author or "",)}
    return next((value for value in written[field] if keyword(value) == term), term)
