"""The embedded engine: Whoosh's index and its BM25, with every query node evaluated over whole posting lists.

Whoosh's own search is left aside: its top-n search loses hits where one side of a match is optional (the matcher skips
that side to the document asked for, not to where the other side landed), and a list of all matches with their scores
makes any first n of the ranking the same.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, assert_never

from ...pipeline.errors import TipsearchError
from ..analysis import STOP_WORDS, words
from ..query import (
    Clauses,
    Everything,
    Fuzzy,
    KeywordField,
    Node,
    Not,
    Pattern,
    Phrase,
    Published,
    TextField,
    TextNode,
    Word,
    children,
)
from ..records import IndexedPost, Sort
from ..stored import unpack
from . import Forms, Ranking
from .combine import Scores
from .evaluate import Evaluator, fields_of
from .lexicon import Lexicon
from .plain import PlainAlgebra
from .scoring import TITLE_WEIGHT
from .stemming import stem
from .whoosh_postings import Postings, damaged
from .whoosh_schema import key_of, open_files

if TYPE_CHECKING:
    from .whoosh_insight import WhooshInsight

EASY = 100_000
"""Postings that are read as fast without numpy as numpy is imported: 0.05 s of a processor's time, or 0.1."""

MOST_LOADED = 4 << 20
"""Characters of the posts that are kept once read: to inflate and parse one takes 0.02 ms, ten times that a query."""

SETTLED_NS = 2_000_000_000
"""A folder whose last change is older is listed again only after the next one; each query spent 0.01 ms on that."""

_has_ranked = False

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")


def _guarded(
    method: Callable[Concatenate[WhooshSnapshot, P], R],
) -> Callable[Concatenate[WhooshSnapshot, P], R]:
    """One thread at a time, and whatever damaged files make Whoosh raise becomes one error with a way out."""

    @wraps(method)
    def guarded(self: WhooshSnapshot, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            try:
                return method(self, *args, **kwargs)
            except TipsearchError:
                raise
            except Exception as error:
                raise damaged(error) from error

    return guarded


class WhooshSnapshot:
    """One state of a Whoosh index; see `engine.Snapshot`."""

    def __init__(self, postings: Postings) -> None:
        self.lock = threading.RLock()
        self.postings = postings
        self.lexicon = Lexicon(postings)
        self._loaded: OrderedDict[int, IndexedPost] = OrderedDict()
        self._loaded_size = 0

    @_guarded
    def rank(self, node: Node, *, sort: Sort, top: int | None) -> Ranking:
        """The posts that match, best first."""
        return self._rank(self._evaluator(node), node, sort, top)

    def _rank(self, evaluator: Evaluator[S], node: Node, sort: Sort, top: int | None) -> Ranking:
        return evaluator.algebra.ranking(evaluator.matches(node), sort, top)

    def _evaluator(self, node: Node) -> Evaluator[Any]:
        """The one that answers first: a process's first query, if it is an easy one, goes without numpy."""
        global _has_ranked  # noqa: PLW0603 - what is imported is the process's, not the snapshot's
        if _has_ranked or "numpy" in sys.modules or self._effort(node) > EASY:
            return self.arrays
        _has_ranked = True
        return self.plain

    def _effort(self, node: Node) -> int:
        """About how many postings are read; a word for each of a pattern's or a phrase's is enough to know."""
        if isinstance(node, Word):
            return sum(self.postings.frequency(field, stem(node.text)) for field in fields_of(node.field))
        if isinstance(node, Phrase):
            return sum(5 * self._effort(Word(word, node.field)) for word in node.words)
        if isinstance(node, Clauses):
            return sum(self._effort(part) for part in node.should + node.must + node.must_not)
        if isinstance(node, Everything | Published | Not):
            return self.postings.size // 2
        return sum(self._effort(part) for part in children(node))

    @cached_property
    def plain(self) -> Evaluator[Scores]:
        """Evaluates without numpy."""
        return Evaluator(self.postings, self.lexicon, PlainAlgebra(self.postings))

    @cached_property
    def arrays(self) -> Evaluator[Any]:
        """Evaluates with numpy, to the same documents and scores."""
        from .arrays import ArrayAlgebra

        return Evaluator(self.postings, self.lexicon, ArrayAlgebra(self.postings))

    @_guarded
    def similar(self, post: IndexedPost, *, top: int) -> Ranking:
        """More like this: Whoosh's key terms (its Bo1 model) of title and text, searched for with their weights."""
        from whoosh.classify import Expander

        expander = Expander(self.postings.reader, "text")
        told = words(post.title) * int(TITLE_WEIGHT) + words(post.text)
        expander.add(Counter(stem(word) for word in told if word not in STOP_WORDS).items())
        terms = expander.expanded_terms(20) if self.postings.size else ()
        evaluator = self.arrays
        algebra = evaluator.algebra
        scores = evaluator.stems((term, weight) for term, weight in terms if weight > 0)
        scores = algebra.without(scores, algebra.documents("key", [key_of(post.source, post.id)]))
        return algebra.ranking(algebra.without(scores, algebra.documents("state", ["gone"])), "relevance", top)

    @_guarded
    def load(self, numbers: Iterable[int]) -> dict[int, IndexedPost]:
        """The posts of some numbers; what was read last is kept."""
        return {number: self._load(number) for number in numbers}

    def _load(self, number: int) -> IndexedPost:
        post = self._loaded.get(number)
        if post is None:
            post = self._loaded[number] = unpack(self.postings.stored(number))
            self._loaded_size += len(post.text)
            while self._loaded_size > MOST_LOADED and len(self._loaded) > 1:
                self._loaded_size -= len(self._loaded.popitem(last=False)[1].text)
        else:
            self._loaded.move_to_end(number)
        return post

    @_guarded
    def find(self, post_id: str) -> list[IndexedPost]:
        """The posts of an id, then those of which it is an alias."""
        found: list[IndexedPost] = []
        for field in ("id", "alias"):
            posts = [unpack(self.postings.stored(number)) for number in self.postings.documents(field, post_id)]
            found.extend(sorted(posts, key=lambda post: (post.source, post.id)))
        return found

    @_guarded
    def count(self, word: str) -> int:
        """How many posts hold a word in any of its forms."""
        term = stem(word)
        return max(self.postings.frequency("title", term), self.postings.frequency("text", term))

    @_guarded
    def count_keyword(self, field: KeywordField, value: str) -> int:
        """How many posts have a tag, category, source or author."""
        return self.postings.frequency(field, value)

    @_guarded
    def nearest_word(self, word: str) -> str | None:
        """The corpus's own word that is nearest."""
        return self.lexicon.nearest(word)

    @_guarded
    def forms(self, nodes: Iterable[TextNode]) -> Forms:
        """What these nodes match in a text."""
        stems: set[str] = set()
        forms: set[str] = set()
        phrases: set[tuple[tuple[str, ...], int]] = set()
        for node in nodes:
            match node:
                case Word(text):
                    stems.add(stem(text))
                case Phrase(held, slop):
                    phrases.add((tuple(map(stem, held)), slop))
                    stems.update(stem(word) for word in held)
                case Pattern(pattern, field):
                    forms.update(
                        word for name in fields_of(field) for word in self.lexicon.fitting(f"{name}_words", pattern)
                    )
                case Fuzzy(text):
                    stems.add(stem(text))
                    forms.update(word for word, _ in self.lexicon.near(node))
                case _:
                    assert_never(node)
        return Forms(frozenset(stems), frozenset(forms), frozenset(phrases))

    def stem(self, word: str) -> str:
        """The stem of a folded word."""
        return stem(word)

    @property
    def insight(self) -> WhooshInsight:
        """Counts by value and parts of scores."""
        from .whoosh_insight import WhooshInsight

        return WhooshInsight(self)

    def scores_of(self, node: Node, numbers: Collection[int]) -> Scores:
        """The scores of those of the posts that a node matches; the caller holds the lock."""
        return self._scores(self._evaluator(node), node, numbers)

    def _scores(self, evaluator: Evaluator[S], node: Node, numbers: Collection[int]) -> Scores:
        return evaluator.algebra.scores_at(evaluator.matches(node), numbers)

    def stem_scores(self, term: str, field: TextField, numbers: Collection[int]) -> Scores:
        """The scores of those of the posts that hold a stem in a field; the caller holds the lock."""
        evaluator = self._evaluator(Word(term, field))
        return evaluator.algebra.scores_at(evaluator.stem_scores(term, field), numbers)


class WhooshEngine:
    """A folder with a Whoosh index, open for reading; see `engine.Engine`."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._folder = folder
        self._seen = 0
        try:
            self._index = open_files(folder)
            self._snapshot = WhooshSnapshot(Postings(self._index.reader()))
            self._generation = self._snapshot.postings.reader.generation()
        except Exception as error:
            raise damaged(error) from error

    def snapshot(self) -> WhooshSnapshot:
        """The latest state; a look at the folder where nothing changed."""
        with self._lock:
            try:
                changed = self._folder.stat().st_mtime_ns
                if changed == self._seen:
                    return self._snapshot
                # A change may leave the time as it is where it follows within a tick of the file system's clock.
                self._seen = changed if time.time_ns() - changed > SETTLED_NS else 0
                latest = self._index.latest_generation()
                if latest != self._generation:
                    self._snapshot = WhooshSnapshot(Postings(self._index.reader()))
                    self._generation = latest
            except Exception as error:
                raise damaged(error) from error
            return self._snapshot

    def close(self) -> None:
        """Let go of the files: they are mapped, and go with the last snapshot that is held."""
        self._index.close()
