"""What an engine tells of a search besides its hits: counts by value, the values there are, and parts of scores."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from ..query import KeywordField, Node, TextField
from ..records import FacetField


class WordScore(NamedTuple):
    """A word's share of one post's score in one field: its stem's, and what is added for the very form."""

    stem: float
    exact: float


class Insight(Protocol):
    """Questions on one snapshot; any thread may ask. All raise IndexUnusableError where the index is damaged."""

    @property
    def formula(self) -> str:
        """How a word's score is made, in one line."""
        ...

    def identity(self, number: int) -> tuple[str, str]:
        """The source and the id of the post of that number."""
        ...

    def facets(
        self, numbers: Collection[int], fields: Sequence[FacetField]
    ) -> dict[FacetField, list[tuple[str, str, int]]]:
        """How many of these posts have each value: (comparison form, as a post writes it, count).

        In no order; years are those in which the whole of a post's date lies, all other posts are ``undated``.
        """
        ...

    def values(self, field: KeywordField) -> list[tuple[str, int]]:
        """The tags, categories, sources or authors' names there are, in comparison form, each with its posts."""
        ...

    def scores(self, node: Node, numbers: Collection[int]) -> dict[int, float]:
        """The score that a node gives to each of these posts; those that it does not match are left out."""
        ...

    def word_scores(self, word: str, field: TextField, numbers: Collection[int]) -> tuple[int, dict[int, WordScore]]:
        """In how many posts any form of a word stands in a field, and its score in those of `numbers` that hold it."""
        ...
