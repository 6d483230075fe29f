"""open_index and SearchIndex: the reading side, for the command line and for other programs."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..pipeline.errors import IndexUnusableError, QueryError
from ..pipeline.home import Home
from .analysis import STOP_WORDS, fold, keyword, tokens
from .dates import check_range, read_start
from .folder import REINDEX, IndexFolder
from .grammar import ParsedQuery, parse_query
from .query import (
    AllOf,
    AnyOf,
    Clauses,
    Everything,
    Keyword,
    KeywordField,
    Node,
    Not,
    Published,
    State,
    TextNode,
    Word,
    asks_for_gone,
    children,
    wanted,
)
from .records import SORTS, Hit, IndexedPost, SearchResults, Sort

if TYPE_CHECKING:
    from .engine import Engine, Ranking, Snapshot

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
    ) -> SearchResults:
        """The posts that answer a query, best first; an empty query gives the newest posts that pass the filters.

        `after` keeps posts published on or after the first day of a date, `before` those strictly before it (a date,
        or ``2018-11-13``, ``2018-11``, ``2018``); posts dated to a month or a year pass where all of it does.
        `source`, `tag` and `category` keep posts that have one of the values given. `limit` None gives all hits.
        Raises QueryError for a query that can't be answered, ValueError for a negative limit or offset.
        """
        started = time.perf_counter()
        if offset < 0 or (limit is not None and limit < 0):
            raise ValueError(f"limit and offset count hits and can't be negative: {limit}, {offset}")
        if sort not in SORTS:
            raise QueryError(f'"{sort}" is no order', word=str(sort), hint=f"The orders are {', '.join(SORTS)}.")
        parsed = parse_query(query, all_words=all_words)
        given: dict[KeywordField, str | Sequence[str]] = {"source": source, "tag": tag, "category": category}
        filters = [*_published(after, before), *_keywords(given)]
        gone = [] if include_gone or asks_for_gone(parsed.node) else [State("gone")]
        snapshot = self._snapshot()
        node = _narrowed(parsed.node, filters, gone)
        top = None if limit is None else offset + limit
        ranking = snapshot.rank(node, sort=sort, top=top)
        looked_for = wanted(parsed.node)
        return SearchResults(
            total=ranking.total,
            count=max(0, len(ranking.top) - offset),
            did_you_mean=_better_spelt(query, looked_for, snapshot),
            notes=(*parsed.notes, *_nothing_asked(query, parsed), *_empty_filters(filters, parsed, snapshot)),
            load=_Loader(snapshot, ranking, looked_for, offset),
            started=started,
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
        """The posts most like one, without itself; raises QueryError where no post answers to the id."""
        started = time.perf_counter()
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

    def suggest(self, word: str) -> str | None:
        """The corpus's own word that `word` was likely meant to be; None where it occurs, or none is near."""
        folded = fold(word.strip())
        snapshot = self._snapshot()
        if not folded or snapshot.count(folded):
            return None
        return snapshot.nearest_word(folded)

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


class _Loader:
    """Reads the hits of a ranking, some at a time, from the state that was searched."""

    def __init__(self, snapshot: Snapshot, ranking: Ranking, looked_for: Iterable[TextNode], offset: int) -> None:
        self.snapshot = snapshot
        self.ranking = ranking
        self.offset = offset
        self.forms = snapshot.forms(node for node in looked_for if node.field != "title")

    def __call__(self, start: int, end: int) -> list[Hit]:
        from .snippets import Cutter

        cut = Cutter(self.forms, self.snapshot.stem)
        hits = []
        for place in range(self.offset + start, self.offset + end):
            number, score = self.ranking.top[place]
            post = self.snapshot.load(number)
            line, parts = cut(post.text)
            hits.append(
                Hit(
                    rank=place + 1,
                    score=score,
                    id=post.id,
                    title=post.title,
                    published=post.published,
                    published_precision=post.published_precision,
                    url=post.url,
                    source=post.source,
                    completeness=post.completeness,
                    gone=post.gone,
                    snippet=line,
                    snippet_parts=parts,
                )
            )
        return hits


def _published(after: str | date | None, before: str | date | None) -> list[Node]:
    if after is None and before is None:
        return []
    start = read_start(after, where="after") if after is not None else None
    end = read_start(before, where="before") if before is not None else None
    check_range(start, end, where=f"after {after} and before {before}")
    return [Published(start, end)]


def _keywords(given: dict[KeywordField, str | Sequence[str]]) -> list[Node]:
    filters: list[Node] = []
    for field, values in given.items():
        listed = [values] if isinstance(values, str) else list(values)
        if listed:
            parts = tuple(Keyword(field, keyword(value)) for value in listed)
            filters.append(parts[0] if len(parts) == 1 else AnyOf(parts))
    return filters


def _narrowed(node: Node, filters: Sequence[Node], excluded: Sequence[Node]) -> Node:
    if not filters and not excluded:
        return node
    demanded = (node, *filters) if node != Everything() else tuple(filters)
    return Clauses((), demanded, tuple(excluded)) if excluded else AllOf(demanded)


def _better_spelt(query: str, looked_for: Sequence[TextNode], snapshot: Snapshot) -> str | None:
    """The query with every word that is nowhere in the corpus replaced by the nearest one that is."""
    words = {node.text for node in looked_for if isinstance(node, Word)} - STOP_WORDS
    # A number is never a misspelling: 2018 is no better way to write 2019.
    missing = {word for word in words if not any(map(str.isdecimal, word)) and not snapshot.count(word)}
    better = {word: near for word in sorted(missing)[:5] if (near := snapshot.nearest_word(word))}
    if not better:
        return None
    pieces, position = [], 0
    for start, end, word in tokens(query):
        if word in better:
            pieces.append(query[position:start] + better[word])
            position = end
    return re.sub(r"\s+", " ", "".join(pieces) + query[position:]).strip()


def _nothing_asked(query: str, parsed: ParsedQuery) -> list[str]:
    if query.strip() and parsed.node == Everything():
        return ["no word is left of the query: these are the newest posts"]
    return []


def _empty_filters(filters: Sequence[Node], parsed: ParsedQuery, snapshot: Snapshot) -> list[str]:
    """A sentence for each tag, category, source or author that no post has."""
    named = dict.fromkeys(found for node in (*filters, parsed.node) for found in _all_keywords(node))
    return [
        f"no post has the {node.field} “{node.value}”"
        for node in named
        if not node.is_pattern and not snapshot.count_keyword(node.field, node.value)
    ]


def _all_keywords(node: Node) -> list[Keyword]:
    if isinstance(node, Keyword):
        return [node]
    parts = (node.part,) if isinstance(node, Not) else children(node)
    return [found for part in parts for found in _all_keywords(part)]
