"""The Whoosh engine against plain Whoosh: the same posts with the same BM25 scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.query import And, Every, Or, Phrase, Query, Term
from whoosh.scoring import BM25F

from support.feeds import DictFeed, post
from tipsearch.index import sync_index
from tipsearch.index.engine.algebra import Algebra, S
from tipsearch.index.engine.stemming import stem
from tipsearch.index.engine.whoosh_engine import WhooshEngine, WhooshSnapshot
from tipsearch.index.engine.whoosh_schema import open_files

VOCABULARY = ["apple", "berry", "cherries", "dates", "elder", "fig", "the"]
Scored = dict[str, float]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[WhooshSnapshot, Callable[[Query], Scored]]:
    """Our snapshot, and a function that asks plain Whoosh; the index has three segments and deletions."""
    home: Path = tmp_path_factory.mktemp("home")
    feed = DictFeed()
    for part in range(3):
        for n in range(part * 70, part * 70 + 70 - part * 20):
            text = " ".join(VOCABULARY[(n * n + 3 * k * (n % 7)) % 7] for k in range(n % 13))
            feed.put(post(f"p{n:03}", VOCABULARY[n % 7], text))
        if part == 2:
            for n in range(0, 60, 3):
                feed.drop(f"p{n:03}")
        sync_index(home, feed)
    folder = home / "index" / (home / "index" / "current").read_text()
    searcher = open_files(folder).searcher(weighting=BM25F(B=0.75, K1=1.2))
    numbers = dict(searcher.reader().iter_docs())

    def ask(query: Query) -> Scored:
        return {
            numbers[number]["post"].split('"')[3]: score
            for number, score in ((hit.docnum, hit.score) for hit in searcher.search(query, limit=None))
        }

    return WhooshEngine(folder).snapshot(), ask


def ours(snapshot: WhooshSnapshot, scores: dict[int, float]) -> Scored:
    return {post.id: scores[number] for number, post in snapshot.load(scores).items()}


def bm25(snapshot: WhooshSnapshot, algebra: Algebra[S], field: str, term: str) -> S:
    """The scores of a term in one field: there our formula is BM25."""
    return algebra.saturated(algebra.shares(field, term, field), snapshot.postings.idf(field, term))


@pytest.mark.parametrize("field", ["text", "title", "text_words"])
@pytest.mark.parametrize("word", VOCABULARY)
def test_a_word_scores_as_whoosh_scores_it(
    both: tuple[WhooshSnapshot, Callable[[Query], Scored]], field: str, word: str
) -> None:
    snapshot, ask = both
    term = word if field == "text_words" else stem(word)
    scores = ours(snapshot, bm25(snapshot, snapshot.plain.algebra, field, term))
    expected = ask(Term(field, term))
    assert scores.keys() == expected.keys()
    if field != "text_words":
        assert scores == pytest.approx(expected, rel=1e-6)


TERMS = st.sampled_from(VOCABULARY).map(lambda word: Term("text", stem(word)))


@settings(max_examples=80, deadline=None)
@given(st.lists(TERMS, min_size=1, max_size=4, unique_by=str))
def test_words_together_score_as_whoosh_scores_them(
    both: tuple[WhooshSnapshot, Callable[[Query], Scored]], wished: list[Term]
) -> None:
    snapshot, ask = both
    scores: dict[int, float] = {}
    for term in wished:
        for number, score in bm25(snapshot, snapshot.plain.algebra, "text", term.text).items():
            scores[number] = scores.get(number, 0.0) + score
    assert ours(snapshot, scores) == pytest.approx(ask(Or(wished)), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=4))
def test_phrases_match_where_whoosh_matches_them(
    both: tuple[WhooshSnapshot, Callable[[Query], Scored]], words: list[str]
) -> None:
    from tipsearch.index.query import Phrase as PhraseNode

    snapshot, ask = both
    stems = [stem(word) for word in words]
    ranking = snapshot.rank(PhraseNode(tuple(words), 0, "text"), sort="relevance", top=None)
    assert {post.id for post in snapshot.load(number for number, _ in ranking.top).values()} == ask(
        Phrase("text", stems)
    ).keys()


def evaluated(snapshot: WhooshSnapshot, algebra: Algebra[S], query: Query) -> S:
    """A query of Whoosh's by our own means."""
    if isinstance(query, Term):
        return bm25(snapshot, algebra, query.fieldname, query.text)
    parts = [evaluated(snapshot, algebra, part) for part in query.subqueries]
    return algebra.intersect(parts) if isinstance(query, And) else algebra.unite([(part, 1.0) for part in parts])


def trees(parts: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    # Nothing is excluded: Whoosh's AndNot does not always look whether its first document is.
    some = st.lists(parts, min_size=2, max_size=3)
    return st.builds(And, some) | st.builds(Or, some)


ANYWHERE = st.builds(Term, st.sampled_from(["title", "text"]), st.sampled_from(VOCABULARY).map(stem))


@settings(max_examples=1000, deadline=None)
@given(st.recursive(ANYWHERE, trees, max_leaves=6))
def test_whole_queries_find_and_score_what_whoosh_finds_and_scores(
    both: tuple[WhooshSnapshot, Callable[[Query], Scored]], query: Query
) -> None:
    snapshot, ask = both
    expected = ask(query)
    for evaluator in (snapshot.plain, snapshot.arrays):
        ranking = evaluator.algebra.ranking(evaluated(snapshot, evaluator.algebra, query), "relevance", None)
        assert ours(snapshot, dict(ranking.top)) == pytest.approx(expected, rel=1e-6)


def test_every_live_post_is_there(both: tuple[WhooshSnapshot, Callable[[Query], Scored]]) -> None:
    snapshot, ask = both
    assert {post.id for post in snapshot.load(snapshot.postings.alive).values()} == ask(Every()).keys()


@given(st.text(max_size=30))
def test_every_word_has_a_stem(word: str) -> None:
    assert isinstance(stem(word), str)
