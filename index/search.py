"""open_index and SearchIndex: the reading side, for the command line and for other programs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from operator import index
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..pipeline.errors import IndexUnusableError, QueryError
from ..pipeline.home import Home
from .analysis import fold
from .folder import REINDEX, IndexFolder
from .grammar import parse_query
from .narrowing import having, narrowed, published, said_dates
from .notes import better_spelt, empty_filters, holds_no_word, nothing_asked, only_labels
from .query import AnyOf, KeywordField, Node, State, TextNode, asks_for_gone, wanted
from .records import SORTS, Hit, IndexedPost, SearchResults, Sort, made_hit

if TYPE_CHECKING:
    from .engine import Engine, Ranking, Snapshot
    from .facets import FacetCount
    from .nothing import WithoutOne
    from .synonyms import Synonyms
    from .trends import Trend

ATTEMPTS = 5
"""So often the pointer is read again when the generation it names has just been replaced."""


def open_index(home: str | os.PathLike[str] | Home | None = None) -> SearchIndex:
    """Open the index of a home for reading: a folder, else ``$TIPSEARCH_HOME``, else the user's data folder.

    Raises IndexUnusableError where there is no index or it can't be used; its hint names the command that helps.
    """
    return SearchIndex(home if isinstance(home, Home) else Home.find(home))


class SearchIndex:
    """A corpus, open for searching. A context manager; any thread may use it; it follows every sync and rebuild.

    All methods raise IndexUnusableError where the index turns out to be damaged.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._folder = IndexFolder(home.index)
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._mark = (0, 0)
        self._closed = False
        self._known_synonyms: tuple[tuple[int, int], Synonyms] | None = None
        self._snapshot()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files; results that are still held can be read on."""
        with self._lock:
            self._closed = True
            if self._engine is not None:
                self._engine.close()
                self._engine = None

    def search(
        self,
        query: str = "",
        *,
        limit: int | None = 10,
        offset: int = 0,
        after: str | date | None = None,
        before: str | date | None = None,
        source: str | Sequence[str] = (),
        tag: str | Sequence[str] = (),
        category: str | Sequence[str] = (),
        sort: Sort = "relevance",
        all_words: bool = False,
        include_gone: bool = False,
        today: date | None = None,
        facets: str | Sequence[str] = (),
        explain: bool = False,
        synonyms: bool = True,
        seen: Collection[tuple[str, str]] = (),
    ) -> SearchResults:
        """The posts that answer a query, best first; an empty query gives the newest posts that pass the filters.

        So does one in which nothing can be looked for (``!!!``) beside filters; alone it finds nothing.

        `after` keeps posts published on or after the first day of a date, `before` those strictly before it (a date,
        or ``2018-11-13``, ``2018-11``, ``2018``, ``3 weeks ago``, ``last March``, counted back from `today`, which is
        the computer's day unless given); posts dated to a month or a year pass where all of it does.
        `source`, `tag` and `category` keep posts that have one of the values given. `limit` None gives all hits.
        `facets` names what to count (``year``, ``tag``, ``source``, ``category``, ``author``) over all posts that
        answer; with `explain`, each hit says which parts its score is made of. Without `synonyms`, the home's file of
        them is left aside. Posts in `seen`, (source, id) pairs, are left out and not counted among the hits.
        Raises QueryError for a query that can't be answered, ConfigError for a broken synonyms file, ValueError for a
        negative limit or offset.
        """
        started = time.perf_counter()
        if index(offset) < 0 or (limit is not None and index(limit) < 0):
            raise ValueError(f"limit and offset count hits and can't be negative: {limit}, {offset}")
        if sort not in SORTS:
            raise QueryError(f'"{sort}" is no order', word=str(sort), hint=f"The orders are {', '.join(SORTS)}.")
        count = _facet_counter(facets)
        parsed = parse_query(query, all_words=all_words, today=today)
        given: dict[KeywordField, str | Sequence[str]] = {"source": source, "tag": tag, "category": category}
        filters = [*published(after, before, today), *having(given)]
        gone = [] if include_gone or asks_for_gone(parsed.node) else [State("gone")]
        snapshot = self._snapshot()
        known = self._synonyms() if synonyms else None
        meant, added = known.apply(parsed.node, snapshot.stem) if known else (parsed.node, ())
        left = bool(filters) or not holds_no_word(query, parsed)
        node = narrowed(meant, filters, gone) if left else AnyOf(())
        top = None if limit is None else offset + limit
        ranking = _unseen(snapshot, snapshot.rank(node, sort=sort, top=None if seen or facets else top), seen)
        return SearchResults(
            total=ranking.total,
            count=max(0, len(ranking.top[:top]) - offset),
            did_you_mean=better_spelt(query, wanted(parsed.node), snapshot),
            notes=(
                *parsed.notes,
                *added,
                *said_dates(after, before, today),
                *nothing_asked(query, parsed, left=left),
                *empty_filters(filters, parsed, snapshot),
                *(() if ranking.total else only_labels(query, parsed, snapshot, filters, gone)),
            ),
            load=_Loader(snapshot, ranking, wanted(meant), offset, explained=node if explain else None),
            started=started,
            facets=count(snapshot, ranking),
            all_but_one=() if ranking.total else _all_but_one(snapshot, meant, parsed.node, [*filters, *gone]),
            formula=snapshot.insight.formula if explain else None,
        )

    def get(self, post_id: str) -> IndexedPost | None:
        """The post of an id, else the one of which it is an alias; `others` names further posts that answer to it."""
        found = self._snapshot().find(post_id)
        if not found:
            return None
        first = found[0]
        others = dict.fromkeys((post.source, post.id) for post in found)
        return replace(first, others=tuple(pair for pair in others if pair != (first.source, first.id)))

    def similar(self, post_id: str, limit: int = 5) -> SearchResults:
        """The posts most like one, without itself; raises QueryError where no post answers to the id.

        ValueError for a negative limit.
        """
        started = time.perf_counter()
        if index(limit) < 0:
            raise ValueError(f"limit counts hits and can't be negative: {limit}")
        snapshot = self._snapshot()
        found = snapshot.find(post_id)
        if not found:
            raise QueryError(
                f'no post answers to the id "{post_id}"',
                word=post_id,
                hint="Ids stand in the results of a search; an id's first letters are not enough.",
            )
        ranking = snapshot.similar(found[0], top=limit)
        return SearchResults(
            total=ranking.total,
            count=len(ranking.top),
            did_you_mean=None,
            notes=(),
            load=_Loader(snapshot, ranking, (), 0),
            started=started,
        )

    def trends(self, queries: str | Sequence[str], **filters: Any) -> tuple[Trend, ...]:
        """How many posts of each year answer each query, all counted in one state of the index.

        `filters` and what is raised are those of `search`.
        """
        from .trends import trends

        at_once = _Unchanging(self._home, self._snapshot())
        return trends(at_once, [queries] if isinstance(queries, str) else queries, filters)

    def suggest(self, word: str) -> str | None:
        """The corpus's own word that `word` was likely meant to be; None where it occurs, or none is near."""
        folded = fold(word.strip())
        snapshot = self._snapshot()
        if not folded or snapshot.count(folded):
            return None
        return snapshot.nearest_word(folded)

    def values(self, field: KeywordField) -> dict[str, int]:
        """The tags, categories, sources or authors' names there are, in comparison form, each with its posts.

        Comparison form is lower case, without accents, with spaces for hyphens: what a filter takes as the same.
        """
        return dict(self._snapshot().insight.values(field))

    def _synonyms(self) -> Synonyms | None:
        """The home's synonyms, read again once the file is another; None where there are none."""
        try:
            status = (self._home.path / "synonyms").stat()
        except OSError:
            return None
        mark, known = (status.st_size, status.st_mtime_ns), self._known_synonyms
        if known is None or known[0] != mark:
            from .synonyms import read_synonyms

            known = self._known_synonyms = (mark, read_synonyms(self._home.path))
        return known[1]

    def _snapshot(self) -> Snapshot:
        with self._lock:
            if self._closed:
                raise ValueError("the index was closed")
            for _ in range(ATTEMPTS):
                mark = self._folder.mark()
                try:
                    if self._engine is None or mark != self._mark:
                        self._engine, self._mark = self._open(), mark
                    return self._engine.snapshot()
                except IndexUnusableError:
                    self._engine = None
                    if self._folder.mark() == mark:
                        raise
            raise IndexUnusableError("the index is replaced faster than it can be opened", hint="Try again.")

    def _open(self) -> Engine:
        if not self._folder.exists():
            if self._home.store.exists():
                raise IndexUnusableError(f"the posts in {self._home.path} are not indexed", hint=REINDEX)
            raise IndexUnusableError(f"{self._home.path} holds nothing yet", hint="Begin with: tipsearch crawl URL")
        from .engine.whoosh_engine import WhooshEngine
        from .engine.whoosh_schema import fingerprint

        generation = self._folder.current()
        self._folder.meta(generation, fingerprint=fingerprint())
        return WhooshEngine(generation)


class _Unchanging(SearchIndex):
    """The index in one state, whatever is written meanwhile; for several searches whose counts must agree."""

    def __init__(self, home: Home, snapshot: Snapshot) -> None:
        self._held = snapshot
        super().__init__(home)

    def _snapshot(self) -> Snapshot:
        return self._held


class _Loader:
    """Reads the hits of a ranking, some at a time, from the state that was searched."""

    def __init__(
        self,
        snapshot: Snapshot,
        ranking: Ranking,
        looked_for: Iterable[TextNode],
        offset: int,
        *,
        explained: Node | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.ranking = ranking
        self.offset = offset
        self.explained = explained
        self.forms = snapshot.forms(node for node in looked_for if node.field != "title")

    def __call__(self, start: int, end: int) -> list[Hit]:
        from .snippets import Cutter

        places = range(self.offset + start, self.offset + end)
        posts = self.snapshot.load([self.ranking.top[place][0] for place in places])
        parts_of = {}
        if self.explained is not None:
            from .explain import explain

            parts_of = explain(self.snapshot, self.explained, posts)
        snippets = Cutter(self.forms, self.snapshot.stem).all([post.text for post in posts.values()])
        hits = []
        for place, (line, parts) in zip(places, snippets, strict=True):
            number, score = self.ranking.top[place]
            post = posts[number]
            hits.append(made_hit(post, place + 1, score, line, parts, parts_of.get(number, ())))
        return hits


def _facet_counter(names: str | Sequence[str]) -> Callable[[Snapshot, Ranking], dict[str, tuple[FacetCount, ...]]]:
    if not names:
        return lambda _snapshot, _ranking: {}
    from .facets import count_facets, facet_fields

    fields = facet_fields(names)
    return lambda snapshot, ranking: count_facets(snapshot, [number for number, _ in ranking.top], fields)


def _all_but_one(snapshot: Snapshot, node: Node, typed: Node, filters: Sequence[Node]) -> tuple[WithoutOne, ...]:
    from .nothing import all_but_one

    return all_but_one(snapshot, node, typed, filters)


def _unseen(snapshot: Snapshot, ranking: Ranking, seen: Collection[tuple[str, str]]) -> Ranking:
    if not seen:
        return ranking
    known = frozenset(seen)
    left = [(number, score) for number, score in ranking.top if snapshot.insight.identity(number) not in known]
    return ranking._replace(total=len(left), top=left)
