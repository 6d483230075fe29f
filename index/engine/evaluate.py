"""What each node of a query matches, and how its score comes about, whatever the matches are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
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
from .scoring import EXACT_WEIGHT, NEAR_PAIRS, NEAR_WEIGHT, TITLE_WEIGHT
from .stemming import stem
from .whoosh_postings import Postings
from .whoosh_schema import ANY_DAY

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
            case Phrase():
                return self._phrase(node)
            case Keyword():
                return self._keyword(node)
            case Published(start, end):
                return self.algebra.published(start.toordinal() if start else 1, end.toordinal() if end else ANY_DAY)
            case State(name):
                return self.algebra.documents("state", [name])
            case AllOf(parts):
                scores = self.algebra.intersect([self.matches(part) for part in parts])
                return self._with_nearness(scores, parts)
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
        scores = self._with_nearness(scores, (*node.must, *node.should))
        return self.algebra.whole_first(scores, wished) if len(wished) > 1 else scores

    def _with_nearness(self, scores: S, parts: Sequence[Node]) -> S:
        """Add to the best scores what neighbours among the plain words give where they stand close together."""
        plain = [stem(part.text) for part in parts if isinstance(part, Word) and part.field is None]
        pairs = list(pairwise(plain[: NEAR_PAIRS + 1]))
        if not pairs:
            return scores
        wanted = self.algebra.leading(scores)
        return self.algebra.raised(scores, [self._near(*pair, wanted) for pair in pairs], NEAR_WEIGHT)

    def _near(self, first: str, second: str, wanted: S) -> S:
        shares = [(self.algebra.nearness(name, first, second, wanted), weight(name)) for name in fields_of(None)]
        return self.algebra.saturated(self.algebra.unite(shares), min(self._idf(first, None), self._idf(second, None)))

    def _word(self, text: str, field: TextField | None) -> S:
        return self.algebra.kept(("word", text, field), lambda: self._scored(text, field))

    def _scored(self, text: str, field: TextField | None) -> S:
        term = stem(text)
        stems = self._saturated(term, field)
        if all(
            self.postings.occurrences(name, term) == self.postings.occurrences(f"{name}_words", text)
            for name in fields_of(field)
        ):
            # All forms of the word are this one: both lists are the same, and one need not be read.
            return self.algebra.unite([(stems, 1 + EXACT_WEIGHT)])
        return self.algebra.unite([(stems, 1.0), (self._saturated(text, field, "_words"), EXACT_WEIGHT)])

    def stem_scores(self, term: str, field: TextField | None) -> S:
        """The posts that hold a stem."""
        return self.algebra.kept(("stem", term, field), lambda: self._saturated(term, field))

    def _form_scores(self, word: str, field: TextField | None) -> S:
        return self.algebra.kept(("form", word, field), lambda: self._saturated(word, field, "_words"))

    def _saturated(self, term: str, field: TextField | None, kind: str = "") -> S:
        shares = [(self.algebra.shares(name + kind, term, name), weight(name)) for name in fields_of(field)]
        return self.algebra.saturated(self.algebra.unite(shares), self._idf(term, field, kind))

    def _idf(self, term: str, field: TextField | None, kind: str = "") -> float:
        """That of the field which holds the term most often."""
        return min(self.postings.idf(name + kind, term) for name in fields_of(field))

    def stems(self, weighted: Iterable[tuple[str, float]]) -> S:
        """The posts that hold some of the stems, their scores weighted."""
        return self.algebra.unite([(self.stem_scores(term, None), each) for term, each in weighted])

    def _phrase(self, node: Phrase) -> S:
        stems = [stem(word) for word in node.words]
        shares = [(self.algebra.phrase(name, stems, node.slop), weight(name)) for name in fields_of(node.field)]
        return self.algebra.saturated(self.algebra.unite(shares), sum(self._idf(term, node.field) for term in stems))

    def _pattern(self, pattern: str, field: TextField | None) -> S:
        fitting = (word for name in fields_of(field) for word in self.lexicon.fitting(f"{name}_words", pattern))
        return self.algebra.highest((self._form_scores(word, field), 1.0) for word in dict.fromkeys(fitting))

    def _fuzzy(self, node: Fuzzy) -> S:
        near = [(self._form_scores(word, node.field), 1 / (1 + each)) for word, each in self.lexicon.near(node)]
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
