"""The fast ways to the same answer: arrays against dicts, bit for bit; merged segments, long posts, many segments."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.feeds import DictFeed, post
from tipsearch.index import IndexUnusableError, open_index, rebuild_index, sync_index
from tipsearch.index.engine import whoosh_engine, whoosh_merge, whoosh_segments
from tipsearch.index.engine.whoosh_engine import WhooshEngine, WhooshSnapshot
from tipsearch.index.query import (
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
    Word,
)

VOCABULARY = "apple apples berry berries cherry dates elder fig figs the of".split()
STATES = ("full", "excerpt")


def corpus(feed: DictFeed, numbers: range, *, words: int = 30) -> None:
    for n in numbers:
        rng = random.Random(n)
        text = " ".join(rng.choices(VOCABULARY, weights=range(11, 0, -1), k=rng.randint(0, words)))
        day = date(2018, 1, 1) + timedelta(days=rng.randint(0, 9)) if n % 5 else None
        feed.put(
            post(
                f"p{n:04}",
                " ".join(rng.choices(VOCABULARY, k=rng.randint(0, 3))),
                text,
                published=day.isoformat() if day else None,
                tags=tuple(rng.sample(["red", "green", "blue"], n % 3)),
                completeness=rng.choice(STATES),
                gone=n % 11 == 0,
            )
        )


def engine_of(home: Path) -> WhooshEngine:
    return WhooshEngine(home / "index" / (home / "index" / "current").read_text())


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> WhooshSnapshot:
    """Several segments with deletions, and many posts that tie."""
    home: Path = tmp_path_factory.mktemp("home")
    feed = DictFeed()
    for start in range(0, 600, 200):
        corpus(feed, range(start, start + 200))
        for n in range(start, start + 60, 7):
            feed.drop(f"p{n // 2:04}")
        sync_index(home, feed)
    found = engine_of(home).snapshot()
    assert len(found.postings.leaves) > 1
    assert any(found.postings.deleted)
    return found


FIELDS = st.sampled_from([None, "title", "text"])
WORDS = st.sampled_from([*VOCABULARY, "grape"])
DAYS = st.none() | st.integers(0, 12).map(lambda n: date(2017, 12, 31) + timedelta(days=n))
LEAVES = st.one_of(
    st.builds(Word, WORDS, FIELDS),
    st.builds(Word, WORDS, FIELDS),
    st.builds(Pattern, st.sampled_from(["a*", "*s", "b?rry", "q*"]), FIELDS),
    st.builds(Fuzzy, WORDS, st.sampled_from([1, 2]), FIELDS),
    st.builds(Phrase, st.lists(WORDS, min_size=1, max_size=3).map(tuple), st.sampled_from([0, 0, 1, 4]), FIELDS),
    st.builds(Keyword, st.just("tag"), st.sampled_from(["red", "green", "grey"])),
    st.builds(Keyword, st.just("tag"), st.just("*e*"), st.just(True)),
    st.builds(Published, DAYS, DAYS),
    st.builds(State, st.sampled_from(["full", "excerpt", "gone"])),
    st.just(Everything()),
)


def branches(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(parts, min_size=1, max_size=3).map(tuple)
    few = st.lists(parts, max_size=2).map(tuple)
    return st.one_of(
        st.builds(AllOf, some),
        st.builds(AnyOf, some),
        st.builds(Clauses, some, few, few),
        st.builds(Clauses, some, few, few),
        st.builds(Not, parts),
        st.builds(Boosted, parts, st.sampled_from([0.0, 0.5, 3.0])),
    )


NODES = st.recursive(LEAVES, branches, max_leaves=8)


def agree(snapshot: WhooshSnapshot, node: Node, sort: whoosh_engine.Sort, top: int) -> None:
    plain = snapshot._rank(snapshot.plain, node, sort, None)
    arrays = snapshot._rank(snapshot.arrays, node, sort, None)
    assert arrays == plain
    assert arrays.total == len(arrays.top)
    for evaluator in (snapshot.plain, snapshot.arrays):
        first = snapshot._rank(evaluator, node, sort, top)
        assert (first.total, list(first.top)) == (plain.total, list(plain.top)[:top])


ASKED = (NODES, st.sampled_from(["relevance", "newest", "oldest"]), st.sampled_from([0, 1, 3, 10, 50]))


@settings(max_examples=300, deadline=None)
@given(*ASKED)
def test_arrays_find_what_dicts_find_with_the_same_scores_in_the_same_order(
    snapshot: WhooshSnapshot, node: Node, sort: whoosh_engine.Sort, top: int
) -> None:
    agree(snapshot, node, sort, top)


@pytest.mark.slow
@settings(max_examples=2500, deadline=None)
@given(*ASKED)
def test_they_do_so_for_thousands_of_queries(
    snapshot: WhooshSnapshot, node: Node, sort: whoosh_engine.Sort, top: int
) -> None:
    agree(snapshot, node, sort, top)


def listed(home: Path) -> list[tuple[str, float, str]]:
    with open_index(home) as index:
        queries = ["apple", '"apple berry"', "fig OR dates", "the -elder", "tag:red", "b*", '"apple fig"~3']
        return [(hit.id, hit.score, hit.snippet) for query in queries for hit in index.search(query, limit=None)]


def test_many_syncs_answer_as_one_build_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_merge, "FACTOR", 3)
    feed = DictFeed()
    for start in range(0, 120, 10):
        corpus(feed, range(start, start + 10))
        if start > 20:
            feed.drop(f"p{start - 15:04}")
            corpus(feed, range(start - 12, start - 10))
        sync_index(tmp_path, feed)
    snapshot = engine_of(tmp_path).snapshot()
    assert 1 < len(snapshot.postings.leaves) < 6
    before = listed(tmp_path)
    rebuild_index(tmp_path, feed)
    # Deleted posts count for the statistics until they are merged away, as in Whoosh and Lucene.
    assert {(name, snippet) for name, _, snippet in before} == {
        (name, snippet) for name, _, snippet in listed(tmp_path)
    }


def test_segments_merged_without_deletions_score_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_merge, "FACTOR", 2)
    feed = DictFeed()
    for start in range(0, 60, 10):
        corpus(feed, range(start, start + 10))
        sync_index(tmp_path / "grown", feed)
    sync_index(tmp_path / "built", feed)
    assert listed(tmp_path / "grown") == listed(tmp_path / "built")


def test_what_is_deleted_for_the_most_part_is_written_anew(tmp_path: Path) -> None:
    feed = DictFeed()
    corpus(feed, range(40))
    sync_index(tmp_path, feed)
    for n in range(30):
        feed.drop(f"p{n:04}")
    sync_index(tmp_path, feed)
    snapshot = engine_of(tmp_path).snapshot()
    assert not any(snapshot.postings.deleted)
    assert snapshot.postings.size == 10
    for n in range(30, 40):
        feed.drop(f"p{n:04}")
    sync_index(tmp_path, feed)
    assert not engine_of(tmp_path).snapshot().postings.leaves
    with open_index(tmp_path) as index:
        assert index.search("apple").total == 0


def test_a_build_of_several_segments_answers_as_one_of_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = DictFeed()
    corpus(feed, range(300))
    sync_index(tmp_path / "one", feed)
    monkeypatch.setattr(whoosh_segments, "MOST_WORDS", 500)
    monkeypatch.setattr(whoosh_merge, "FACTOR", 100)
    sync_index(tmp_path / "many", feed)
    assert len(engine_of(tmp_path / "many").snapshot().postings.leaves) > 5
    assert listed(tmp_path / "many") == listed(tmp_path / "one")


def test_words_far_into_a_long_post_are_found_in_their_places(tmp_path: Path) -> None:
    feed = DictFeed(
        post("long", "Long", "filler " * 70_000 + "needle in the haystack"),
        post("short", "Short", "a haystack in a needle"),
    )
    sync_index(tmp_path, feed)
    snapshot = engine_of(tmp_path).snapshot()
    for evaluator in (snapshot.plain, snapshot.arrays):
        assert snapshot._rank(evaluator, Phrase(("needle", "in", "the", "haystack")), "newest", None).total == 1
        assert snapshot._rank(evaluator, Word("filler"), "newest", None).total == 1
    assert snapshot.postings.occurrences("text", "filler") == (1, 70_000)
    # ... and still so after a merge.
    feed.put(post("more", "More", "needle in the haystack"))
    sync_index(tmp_path, feed)
    feed.drop("short")
    sync_index(tmp_path, feed)
    snapshot = engine_of(tmp_path).snapshot()
    assert snapshot._rank(snapshot.arrays, Phrase(("needle", "in", "the", "haystack")), "newest", None).total == 2


def test_a_first_query_goes_without_numpy(tmp_path: Path) -> None:
    import subprocess
    import sys

    feed = DictFeed()
    corpus(feed, range(50))
    sync_index(tmp_path, feed)
    code = (
        "import sys; from tipsearch.index import open_index; index = open_index(sys.argv[1]); "
        "first = [hit.score for hit in index.search('apple')]; assert 'numpy' not in sys.modules; "
        "assert first == [hit.score for hit in index.search('apple')]; assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


def test_lists_that_are_not_what_the_vocabulary_says_are_damage(tmp_path: Path) -> None:
    feed = DictFeed()
    corpus(feed, range(100))
    sync_index(tmp_path, feed)
    (segment,) = (tmp_path / "index").rglob("*.seg")
    whole = segment.read_bytes()
    rng = random.Random(1)
    for _ in range(60):
        broken = bytearray(whole)
        at = rng.randrange(len(broken))
        broken[at : at + 40] = rng.randbytes(40)
        segment.unlink()
        segment.write_bytes(broken)
        with suppress(IndexUnusableError), open_index(tmp_path) as index:
            for query in ("apple", '"apple berry"', "b*", "elder~1 OR tag:red"):
                list(index.search(query))
                list(index.search(query, sort="newest"))


def test_one_index_may_be_searched_by_many_threads_while_it_grows(tmp_path: Path) -> None:
    feed = DictFeed()
    corpus(feed, range(100))
    sync_index(tmp_path, feed)
    with open_index(tmp_path) as index, ThreadPoolExecutor(4) as pool:

        def ask(_: int) -> int:
            results = index.search("apple OR berry OR fig", limit=None)
            assert len(list(results)) == results.total
            return results.total

        before = ask(0)
        answers = pool.map(ask, range(60))
        for start in range(100, 140, 10):
            corpus(feed, range(start, start + 10))
            sync_index(tmp_path, feed)
        assert all(before <= total <= ask(0) for total in answers)
        assert ask(0) > before


def test_a_word_that_stands_in_titles_alone_is_no_obstacle_to_similar_posts(tmp_path: Path) -> None:
    ice = post("a", "Penguins", "Thick ice floats.")
    sync_index(
        tmp_path, DictFeed(ice, post("b", "More", "Floats of ice."), *(post(f"c{n}", text="Sand.") for n in range(9)))
    )
    with open_index(tmp_path) as index:
        assert [hit.id for hit in index.similar("a")] == ["b"]
