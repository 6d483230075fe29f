"""The embedded engine: Whoosh's index and its BM25, with every query node evaluated over whole posting lists.

Whoosh's own search is left aside: its top-n search loses hits where one side of a match is optional (the matcher skips
that side to the document asked for, not to where the other side landed), and a list of all matches with their scores
makes any first n of the ranking the same.
"""

from __future__ import annotations

import heapq
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, wraps
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar, assert_never

from ...pipeline.errors import QueryError, TipsearchError
from ..analysis import STOP_WORDS, words
from ..query import (
    AllOf,
    AnyOf,
    Boosted,
    Clauses,
    Everything,
    Fuzzy,
    Keyword,
    KeywordField,
    Node,
    Not,
    Pattern,
    Phrase,
    Published,
    State,
    TextField,
    TextNode,
    Word,
)
from ..records import IndexedPost, Sort
from ..spelling import likeliest, within
from ..stored import unpack
from . import Forms, Ranking
from .combine import Scores, add, compile_pattern, in_order, intersect, near_together, raise_to, unite, whole_first
from .scoring import (
    EXACT_WEIGHT,
    NEAR_PAIRS,
    NEAR_WEIGHT,
    TITLE_WEIGHT,
    leading,
    nearness,
    saturated,
)
from .whoosh_postings import Postings, damaged
from .whoosh_schema import ANY_DAY, key_of, open_files, stem

if TYPE_CHECKING:
    from .whoosh_insight import WhooshInsight

MOST_EXPANSIONS = 1000
"""Words that one pattern may stand for."""

_KEYWORDS = frozenset({"tag", "category", "source", "author"})

P = ParamSpec("P")
R = TypeVar("R")


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

    @_guarded
    def rank(self, node: Node, *, sort: Sort, top: int | None) -> Ranking:
        """The posts that match, best first."""
        return self._ranking(self._evaluate(node), sort, top)

    @_guarded
    def similar(self, post: IndexedPost, *, top: int) -> Ranking:
        """More like this: Whoosh's key terms (its Bo1 model) of title and text, searched for with their weights."""
        from whoosh.classify import Expander

        expander = Expander(self.postings.reader, "text")
        told = words(post.title) * int(TITLE_WEIGHT) + words(post.text)
        expander.add(Counter(stem(word) for word in told if word not in STOP_WORDS).items())
        scores: Scores = {}
        for term, weight in expander.expanded_terms(20) if self.postings.size else ():
            if weight > 0:
                add(scores, self._stem_scores(term, None), weight)
        own = self.postings.documents("key", key_of(post.source, post.id))
        for number in (*own, *self.postings.documents("state", "gone")):
            scores.pop(number, None)
        return self._ranking(scores, "relevance", top)

    @_guarded
    def load(self, number: int) -> IndexedPost:
        """The post of that number."""
        return unpack(self.postings.stored(number))

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
        return max(self.postings.frequency(field, stem(word)) for field in ("title", "text"))

    @_guarded
    def count_keyword(self, field: KeywordField, value: str) -> int:
        """How many posts have a tag, category, source or author."""
        return self.postings.frequency(field, value)

    @_guarded
    def nearest_word(self, word: str) -> str | None:
        """The corpus's own word that is nearest."""
        return likeliest(word, self._vocabulary, lambda near: self.postings.frequency("text_words", near))

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
                    forms.update(word for name in _fields(field) for word in self._fitting(f"{name}_words", pattern))
                case Fuzzy(text):
                    stems.add(stem(text))
                    forms.update(word for word, _ in self._near(node))
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

    def _evaluate(self, node: Node) -> Scores:  # noqa: C901 - one case a node
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
            case Published():
                return self._published(node)
            case State(name):
                return dict.fromkeys(self.postings.documents("state", name), 0.0)
            case AllOf(parts):
                scores = intersect([self._evaluate(part) for part in parts])
                return self._with_nearness(scores, parts)
            case AnyOf(parts):
                return unite(self._evaluate(part) for part in parts)
            case Clauses():
                return self._clauses(node)
            case Not(part):
                excluded = self._evaluate(part)
                return {number: 0.0 for number in self.postings.alive if number not in excluded}
            case Boosted(part, factor):
                return {number: score * factor for number, score in self._evaluate(part).items()}
            case Everything():
                return dict(self.postings.alive)
            case _:
                assert_never(node)

    def _clauses(self, node: Clauses) -> Scores:
        wished = [self._evaluate(part) for part in node.should]
        if node.must:
            scores = intersect([self._evaluate(part) for part in node.must])
            for part in wished:
                for number in scores.keys() & part.keys():
                    scores[number] += part[number]
        elif wished:
            scores = unite(wished)
        else:
            scores = dict(self.postings.alive)
        for unwanted in node.must_not:
            for number in self._evaluate(unwanted):
                scores.pop(number, None)
        self._with_nearness(scores, (*node.must, *node.should))
        return whole_first(scores, wished) if len(wished) > 1 else scores

    def _with_nearness(self, scores: Scores, parts: Sequence[Node]) -> Scores:
        """Add to the best scores what neighbours among the plain words give where they stand close together."""
        plain = [stem(part.text) for part in parts if isinstance(part, Word) and part.field is None]
        pairs = list(pairwise(plain[: NEAR_PAIRS + 1]))
        wanted = leading(scores) if pairs else set()
        for first, second in pairs:
            shares: Scores = {}
            for name in _fields(None):
                places = self.postings.positions(name, first, wanted)
                others = self.postings.positions(name, second, set(places))
                near = {number: nearness(places[number], others[number]) for number in others}
                add(shares, self.postings.shares_of(name, near), _weight(name))
            add(scores, saturated(shares, min(self._idf(first, None), self._idf(second, None))), NEAR_WEIGHT)
        return scores

    def _word(self, text: str, field: TextField | None) -> Scores:
        term = stem(text)
        scores = self._stem_scores(term, field)
        if all(
            self.postings.occurrences(name, term) == self.postings.occurrences(f"{name}_words", text)
            for name in _fields(field)
        ):
            # All forms of the word are this one: both lists are the same, and one need not be read.
            return {number: (1 + EXACT_WEIGHT) * score for number, score in scores.items()}
        add(scores, self._form_scores(text, field), EXACT_WEIGHT)
        return scores

    def _stem_scores(self, term: str, field: TextField | None) -> Scores:
        shares: Scores = {}
        for name in _fields(field):
            add(shares, self.postings.shares(name, term), _weight(name))
        return saturated(shares, self._idf(term, field))

    def _form_scores(self, word: str, field: TextField | None) -> Scores:
        shares: Scores = {}
        for name in _fields(field):
            add(shares, self.postings.shares(f"{name}_words", word, length_of=name), _weight(name))
        return saturated(shares, self._idf(word, field, "_words"))

    def _idf(self, term: str, field: TextField | None, kind: str = "") -> float:
        """That of the field which holds the term most often."""
        return min(self.postings.idf(name + kind, term) for name in _fields(field))

    def _pattern(self, pattern: str, field: TextField | None) -> Scores:
        scores: Scores = {}
        for word in dict.fromkeys(word for name in _fields(field) for word in self._fitting(f"{name}_words", pattern)):
            raise_to(scores, self._form_scores(word, field), 1.0)
        return scores

    def _fuzzy(self, node: Fuzzy) -> Scores:
        scores = self._word(node.text, node.field)
        for word, distance in self._near(node):
            raise_to(scores, self._form_scores(word, node.field), 1 / (1 + distance))
        return scores

    def _phrase(self, node: Phrase) -> Scores:
        shares: Scores = {}
        stems = [stem(word) for word in node.words]
        for name in _fields(node.field):
            holding = [set(self.postings.documents(name, term)) for term in dict.fromkeys(stems)]
            wanted = set.intersection(*holding)
            if not wanted:
                continue
            places = {term: self.postings.positions(name, term, wanted) for term in dict.fromkeys(stems)}
            counts = {}
            for number in sorted(wanted):
                held = [places[term][number] for term in stems]
                count = near_together(stems, held, node.slop) if node.slop else in_order(held)
                if count:
                    counts[number] = count
            add(shares, self.postings.shares_of(name, counts), _weight(name))
        return saturated(shares, sum(self._idf(term, node.field) for term in stems))

    def _keyword(self, node: Keyword) -> Scores:
        if not node.is_pattern:
            return dict.fromkeys(self.postings.documents(node.field, node.value), 0.0)
        limit = None if node.value == "*" else MOST_EXPANSIONS
        terms = self._fitting(node.field, node.value, limit)
        return {number: 0.0 for term in terms for number in self.postings.documents(node.field, term)}

    def _published(self, node: Published) -> Scores:
        starts, ends = self.postings.column("day_from"), self.postings.column("day_to")
        low = node.start.toordinal() if node.start else 1
        high = node.end.toordinal() if node.end else ANY_DAY
        return {number: 0.0 for number in self.postings.alive if starts[number] >= low and 0 < ends[number] <= high}

    def _fitting(self, field: str, pattern: str, limit: int | None = MOST_EXPANSIONS) -> list[str]:
        prefix = re.split(r"[*?]", pattern, maxsplit=1)[0]
        fits = compile_pattern(pattern).fullmatch
        vocabulary = self.postings.terms(field, prefix) if prefix or field in _KEYWORDS else self._forms_of(field)
        found = [word for word in vocabulary if fits(word)]
        if limit is not None and len(found) > limit:
            raise QueryError(
                f'"{pattern}" fits {len(found):,} words of the corpus, more than {limit:,}',
                word=pattern,
                hint="Write more of its letters.",
            )
        return found

    def _near(self, node: Fuzzy) -> list[tuple[str, int]]:
        return [(word, distance) for word, distance in within(node.text, self._vocabulary, node.distance) if distance]

    @cached_property
    def _vocabulary(self) -> list[str]:
        """The words of titles and texts as they were written."""
        return list(dict.fromkeys((*self._forms_of("text_words"), *self._forms_of("title_words"))))

    def _forms_of(self, field: str) -> Iterable[str]:
        if field not in self._lexicons:
            self._lexicons[field] = list(self.postings.terms(field))
        return self._lexicons[field]

    @cached_property
    def _lexicons(self) -> dict[str, list[str]]:
        return {}

    def _ranking(self, scores: Scores, sort: Sort, top: int | None) -> Ranking:
        days = self.postings.column("day") if len(scores) > 1 else dict.fromkeys(scores, 0)
        keyed: list[tuple[float, float, int]]
        if sort == "relevance":
            keyed = [(-score, -days[number], number) for number, score in scores.items()]
        elif sort == "newest":
            keyed = [(-days[number], -score, number) for number, score in scores.items()]
        else:
            keyed = [(days[number] or ANY_DAY, -score, number) for number, score in scores.items()]
        if top is not None and len(keyed) > top:
            last = heapq.nsmallest(top, keyed)[-1][:2] if top else (float("-inf"), 0)
            keyed = [key for key in keyed if key[:2] <= last]
        ties = Counter(key[:2] for key in keyed)
        order = self.postings.order
        keyed.sort(key=lambda key: (key[0], key[1], order(key[2]) if ties[key[:2]] > 1 else b""))
        first = keyed if top is None else keyed[:top]
        return Ranking(len(scores), [(number, scores[number]) for _, _, number in first])


class WhooshEngine:
    """A folder with a Whoosh index, open for reading; see `engine.Engine`."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._index = open_files(folder)
            self._snapshot = WhooshSnapshot(Postings(self._index.reader()))
            self._generation = self._snapshot.postings.reader.generation()
        except Exception as error:
            raise damaged(error) from error

    def snapshot(self) -> WhooshSnapshot:
        """The latest state; one listing of the folder where nothing changed."""
        with self._lock:
            try:
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


def _fields(field: TextField | None) -> tuple[TextField, ...]:
    return (field,) if field else ("text", "title")


def _weight(field: TextField) -> float:
    return TITLE_WEIGHT if field == "title" else 1.0
