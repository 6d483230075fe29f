"""What each node of a query matches, and how its score comes about, whatever the matches are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar, assert_never

from ..query import (
    AllOf,
    AnyOf,
    Boosted,
    Clauses,
    Everything,
    Fuzzy,
    Keyword,
    Node,
    Not,
    Pattern,
    Phrase,
    Published,
    State,
    TextField,
    Word,
)
from .algebra import Algebra
from .lexicon import MOST_EXPANSIONS, Lexicon
from .whoosh_postings import Postings
from .whoosh_schema import ANY_DAY, stem

TITLE_WEIGHT = 2.5
"""A word in the title counts so much more than one in the text."""
EXACT_WEIGHT = 0.2
"""What a word in the very form of the query adds to its stem's score: enough to come first among equals."""

S = TypeVar("S")


class Evaluator(Generic[S]):
    """Evaluates queries over one state of the index."""

    def __init__(self, postings: Postings, lexicon: Lexicon, algebra: Algebra[S]) -> None:
        self.postings = postings
        self.lexicon = lexicon
        self.algebra = algebra

    def matches(self, node: Node) -> S:  # noqa: C901 - one case a node
        """The posts that match a node, with their scores."""
        match node:
            case Word(text, field):
                return self._word(text, field)
            case Pattern(pattern, field):
                return self._pattern(pattern, field)
            case Fuzzy():
                return self._fuzzy(node)
            case Phrase(held, slop, field):
                stems = [stem(word) for word in held]
                algebra = self.algebra
                return algebra.unite([(algebra.phrase(name, stems, slop), weight(name)) for name in fields_of(field)])
            case Keyword():
                return self._keyword(node)
            case Published(start, end):
                return self.algebra.published(start.toordinal() if start else 1, end.toordinal() if end else ANY_DAY)
            case State(name):
                return self.algebra.documents("state", [name])
            case AllOf(parts):
                return self.algebra.intersect([self.matches(part) for part in parts])
            case AnyOf(parts):
                return self.algebra.unite([(self.matches(part), 1.0) for part in parts])
            case Clauses():
                return self._clauses(node)
            case Not(part):
                return self.algebra.without(self.algebra.alive(), self.matches(part))
            case Boosted(part, factor):
                return self.algebra.unite([(self.matches(part), factor)])
            case Everything():
                return self.algebra.alive()
            case _:
                assert_never(node)

    def _clauses(self, node: Clauses) -> S:
        wished = [self.matches(part) for part in node.should]
        if node.must:
            scores = self.algebra.favour(self.algebra.intersect([self.matches(part) for part in node.must]), wished)
        elif wished:
            scores = self.algebra.unite([(part, 1.0) for part in wished])
        else:
            scores = self.algebra.alive()
        for unwanted in node.must_not:
            scores = self.algebra.without(scores, self.matches(unwanted))
        return self.algebra.whole_first(scores, wished) if len(wished) > 1 else scores

    def _word(self, text: str, field: TextField | None) -> S:
        parts = []
        term = stem(text)
        for name in fields_of(field):
            stems = self.algebra.term(name, term, name)
            if self.postings.occurrences(name, term) == self.postings.occurrences(f"{name}_words", text):
                # All forms of the word are this one: both lists are the same, and one need not be read.
                parts.append((stems, (1 + EXACT_WEIGHT) * weight(name)))
            else:
                parts.append((stems, weight(name)))
                parts.append((self.algebra.term(f"{name}_words", text, name), EXACT_WEIGHT * weight(name)))
        return self.algebra.unite(parts)

    def stems(self, weighted: Iterable[tuple[str, float]]) -> S:
        """The posts that hold some of the stems, their scores weighted."""
        return self.algebra.unite(
            [
                (
                    self.algebra.unite(
                        [(self.algebra.term(name, term, name), weight(name)) for name in fields_of(None)]
                    ),
                    each,
                )
                for term, each in weighted
            ]
        )

    def _pattern(self, pattern: str, field: TextField | None) -> S:
        return self.algebra.highest(
            (self.algebra.term(f"{name}_words", word, name), weight(name))
            for name in fields_of(field)
            for word in self.lexicon.fitting(f"{name}_words", pattern)
        )

    def _fuzzy(self, node: Fuzzy) -> S:
        near = [
            (self.algebra.term(f"{name}_words", word, name), weight(name) / (1 + distance))
            for word, distance in self.lexicon.near(node)
            for name in fields_of(node.field)
        ]
        return self.algebra.highest([(self._word(node.text, node.field), 1.0), *near])

    def _keyword(self, node: Keyword) -> S:
        if not node.is_pattern:
            return self.algebra.documents(node.field, [node.value])
        limit = None if node.value == "*" else MOST_EXPANSIONS
        return self.algebra.documents(node.field, self.lexicon.fitting(node.field, node.value, limit))


def fields_of(field: TextField | None) -> tuple[TextField, ...]:
    """The fields that are looked through."""
    return (field,) if field else ("text", "title")


def weight(field: TextField) -> float:
    """How much a match in a field counts."""
    return TITLE_WEIGHT if field == "title" else 1.0
