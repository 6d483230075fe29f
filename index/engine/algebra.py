"""What the evaluation of a query needs of lists of matches, whatever they are made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Protocol, TypeVar

from ..records import Sort
from . import Ranking
from .combine import Scores

S = TypeVar("S")
"""Documents with their scores."""


class Algebra(Protocol[S]):
    """Makes and combines matches. Nothing it is given is changed, and what it gives back must not be either."""

    def shares(self, field: str, term: str, length_of: str) -> S:
        """How often a term stands in each document, by its length normalisation in `length_of`."""
        ...

    def saturated(self, shares: S, idf: float) -> S:
        """The BM25 scores of shares: see `scoring.saturated`."""
        ...

    def kept(self, key: Hashable, make: Callable[[], S]) -> S:
        """What `make` gives, or what it gave for that key before."""
        ...

    def documents(self, field: str, terms: Iterable[str]) -> S:
        """Those that hold one of the terms, with the score 0."""
        ...

    def alive(self) -> S:
        """Every document that is not deleted, with the score 0."""
        ...

    def published(self, first: int, end: int) -> S:
        """Those whose whole date lies between two ordinals, the second excluded, with the score 0."""
        ...

    def phrase(self, field: str, stems: Sequence[str], slop: int) -> S:
        """The shares of those where the stems follow each other, or with a slop stand within reach."""
        ...

    def leading(self, scores: S) -> S:
        """Those of the documents that are worth a closer look: see `scoring.leading`."""
        ...

    def nearness(self, field: str, first: str, second: str, wanted: S) -> S:
        """The shares of those of the wanted documents that hold both stems, from `scoring.nearness`."""
        ...

    def raised(self, scores: S, gains: Sequence[S], weight: float) -> S:
        """The same documents, with what each of them gains, weighted, added in the order of the parts."""
        ...

    def scores_at(self, matches: S, numbers: Collection[int]) -> Scores:
        """The scores of those of the documents that match."""
        ...

    def unite(self, parts: Sequence[tuple[S, float]]) -> S:
        """Those that some part holds, with the sum of their weighted scores, in the order of the parts."""
        ...

    def highest(self, parts: Iterable[tuple[S, float]]) -> S:
        """Those that some part holds, with the highest of their weighted scores."""
        ...

    def intersect(self, parts: Sequence[S]) -> S:
        """Those that all parts hold, with the sum of their scores, in the order of the parts."""
        ...

    def favour(self, scores: S, parts: Sequence[S]) -> S:
        """The same documents; what the parts give them is added."""
        ...

    def without(self, scores: S, unwanted: S) -> S:
        """Those that the second does not hold."""
        ...

    def whole_first(self, scores: S, wished: Sequence[S]) -> S:
        """Those that match all parts lifted above those that don't; the order within both is kept."""
        ...

    def ranking(self, scores: S, sort: Sort, top: int | None) -> Ranking:
        """The first of them, in order: ties by relevance go to the newer post, and all last ones by id and source."""
        ...
