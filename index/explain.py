"""Why a post answers a query: which words matched where, and which parts its score is the sum of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .analysis import words
from .query import (
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
    TextNode,
    Word,
    children,
    described,
)
from .records import IndexedPost

if TYPE_CHECKING:
    from .engine import Snapshot

_NOTHING = 1e-9
"""What is left of a score by rounding alone, as a share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePart:
    """A share of a hit's score; the shares of a hit add up to its score.

    `kind` is ``word`` (any form of it), ``exact form`` (what is added for the very form of the query), ``phrase``,
    ``pattern``, ``fuzzy``, ``together`` (what a post gets for how the parts stand in it) or ``filter`` (which adds
    nothing). Of a word in title and text each has a share of what both count
    together. `what` is the part of the query, `field` ``title`` or ``text`` where that matters, `forms` the words that
    match there (folded) with how often each stands there, `posts` in how many posts of the corpus the word does.
    """

    kind: str
    what: str
    field: str | None = None
    forms: tuple[tuple[str, int], ...] = ()
    posts: int | None = None
    score: float = 0.0


def explain(snapshot: Snapshot, node: Node, posts: Mapping[int, IndexedPost]) -> dict[int, tuple[ScorePart, ...]]:
    """For each of these posts (by number) that answer: the parts of its score, which add up to it, in query order.

    What only lets a post pass (a tag, a date) is a part that adds nothing.
    """
    return _Explainer(snapshot, posts).parts(node)


class _Explainer:
    def __init__(self, snapshot: Snapshot, posts: Mapping[int, IndexedPost]) -> None:
        self.snapshot = snapshot
        self.insight = snapshot.insight
        self.posts = posts
        self.held: dict[tuple[int, TextField], Counter[str]] = {}
        for number, post in posts.items():
            self.held[number, "title"] = Counter(words(post.title))
            self.held[number, "text"] = Counter(words(post.text))

    def parts(self, node: Node) -> dict[int, tuple[ScorePart, ...]]:
        match node:
            case Word():
                return self.word(node)
            case Pattern() | Fuzzy() | Phrase():
                return self.text(node)
            case Boosted(part, factor):
                return {
                    number: tuple(replace(each, score=each.score * factor) for each in held)
                    for number, held in self.parts(part).items()
                }
            case AllOf() | AnyOf() | Clauses():
                return self.together(node)
            case Everything():
                return dict.fromkeys(self.posts, ())
            case Keyword() | Published() | State() | Not():
                passed = ScorePart(kind="filter", what=described(node))
                return dict.fromkeys(self.insight.scores(node, self.posts), (passed,))

    def together(self, node: AllOf | AnyOf | Clauses) -> dict[int, tuple[ScorePart, ...]]:
        below = [self.parts(part) for part in children(node)]
        explained = {}
        for number, score in self.insight.scores(node, self.posts).items():
            held = [part for each in below for part in each.get(number, ())]
            rest = score - sum(part.score for part in held)
            if abs(rest) > _NOTHING * max(1.0, abs(score)):
                held.append(ScorePart(kind="together", what=self.reason(node, number, below), score=rest))
            explained[number] = tuple(held)
        return explained

    @staticmethod
    def reason(node: Node, number: int, below: list[dict[int, tuple[ScorePart, ...]]]) -> str:
        """Why a post's score is more than the sum of its parts."""
        if isinstance(node, Clauses) and all(number in each for each in below):
            return "holds everything that was asked for, and is put above all posts that do not; neighbours count more"
        return "how the parts stand together"

    def word(self, node: Word) -> dict[int, tuple[ScorePart, ...]]:
        explained: dict[int, tuple[ScorePart, ...]] = {}
        for field in fields_of(node):
            posts, scores = self.insight.word_scores(node.text, field, self.posts)
            for number, score in scores.items():
                forms = self.forms(number, field, _same_stem(self.snapshot, node.text))
                stem = ScorePart(kind="word", what=node.text, field=field, forms=forms, posts=posts, score=score.stem)
                explained[number] = (*explained.get(number, ()), stem)
                if score.exact:
                    very = tuple(found for found in forms if found[0] == node.text)
                    part = ScorePart(kind="exact form", what=node.text, field=field, forms=very, score=score.exact)
                    explained[number] = (*explained[number], part)
        return self.shared(node, explained)

    def text(self, node: Pattern | Fuzzy | Phrase) -> dict[int, tuple[ScorePart, ...]]:
        explained: dict[int, tuple[ScorePart, ...]] = {}
        kind = {Pattern: "pattern", Fuzzy: "fuzzy", Phrase: "phrase"}[type(node)]
        for field in fields_of(node):
            within = node.but(field=field)
            told = self.snapshot.forms([within])
            matches = _any_of(self.snapshot, told.stems, told.words)
            for number, score in self.insight.scores(within, self.posts).items():
                part = ScorePart(
                    kind=kind,
                    what=described(node),
                    field=field,
                    forms=self.forms(number, field, matches),
                    score=score,
                )
                explained[number] = (*explained.get(number, ()), part)
        return self.shared(node, explained)

    def shared(self, node: TextNode, explained: dict[int, tuple[ScorePart, ...]]) -> dict[int, tuple[ScorePart, ...]]:
        """What counts in title and text saturates together (BM25F): each has its share of the score."""
        if node.field is not None:
            return explained
        whole = self.insight.scores(node, self.posts)
        scaled = {}
        for number, parts in explained.items():
            alone = sum(part.score for part in parts)
            share = whole.get(number, alone) / alone if alone else 1.0
            scaled[number] = tuple(replace(part, score=part.score * share) for part in parts)
        return scaled

    def forms(self, number: int, field: TextField, matches: Callable[[str], bool]) -> tuple[tuple[str, int], ...]:
        """The words of a post's field that match, as they stand there (folded), most frequent first."""
        found = [(word, times) for word, times in self.held[number, field].items() if matches(word)]
        return tuple(sorted(found, key=lambda each: (-each[1], each[0])))


def fields_of(node: TextNode) -> tuple[TextField, ...]:
    """The fields that a node is looked for in."""
    return (node.field,) if node.field else ("title", "text")


def _same_stem(snapshot: Snapshot, text: str) -> Callable[[str], bool]:
    return _any_of(snapshot, frozenset((snapshot.stem(text),)), frozenset())


def _any_of(snapshot: Snapshot, stems: Collection[str], forms: Collection[str]) -> Callable[[str], bool]:
    return lambda word: word in forms or snapshot.stem(word) in stems
