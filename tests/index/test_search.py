"""What a search answers: matching, ranking, filters, dates, ids, spelling."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.feeds import DictFeed, post
from tipsearch.index import QueryError, SearchIndex, open_index, sync_index
from tipsearch.index.analysis import words
from tipsearch.pipeline.records import Post

POSTS = (
    post(
        "anger",
        "When tempers run high",
        "An angry caller wants empathy first, a remedy second. The remedy can wait a minute.",
        published="2018-11-13",
        tags=("Empathy", "Phone Calls"),
        categories=("Tips",),
        author="Ann O'Dell",
    ),
    post(
        "empathy",
        "Empathy in three steps",
        "Step into the caller's shoes. Then say what you see. We kept running this exercise for a year.",
        published="2018-03-02",
        tags=("empathy",),
    ),
    post(
        "hamlet",
        "To be or not to be on hold",
        "Nobody enjoys the line: to be or not to be helped, that is the question. We run a café 24/7.",
        published="2019-06-30",
        completeness="excerpt",
        source="stage",
    ),
    post("undated", "Colours of a voice", "A voice has colours. Callers hear a smile; empathic people answer in kind."),
    post(
        "month",
        "Spring cleaning",
        "Clear your desk, then clear the queue of callers.",
        published="2018-03-01",
        published_precision="month",
    ),
    post(
        "year",
        "A year of thanks",
        "Thank every customer once more.",
        published="2018-01-01",
        published_precision="year",
        tags=("customer-service",),
    ),
    post("old", "Withdrawn empathy", "This post about empathy has left its blog.", published="2017-05-05", gone=True),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    home = tmp_path_factory.mktemp("home")
    feed = DictFeed(*POSTS)
    feed.put(post("moved", "Moved", "A post that changed its key."), aliases=("formerly", "shared"))
    feed.put(post("copy", "Copied", "Another post.", source="stage"), aliases=("shared",))
    sync_index(home, feed)
    with open_index(home) as opened:
        yield opened


def ids(index: SearchIndex, query: str = "", **options: object) -> list[str]:
    return [hit.id for hit in index.search(query, **{"limit": None, **options})]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("remedy", ["anger"]),
        ("empathy", ["empathy", "anger"]),
        ("caller", ["anger", "empathy", "month", "undated"]),
        ("cafe", ["hamlet"]),
        ("CAFÉ", ["hamlet"]),
        ("caller's", ["anger", "empathy", "month", "undated"]),
        ('"angry caller"', ["anger"]),
        ('"caller angry"', []),
        ('"remedy caller"', []),
        ('"remedy caller"~4', ["anger"]),
        ('"to be or not to be"', ["hamlet"]),
        ("to be or not to be", ["hamlet"]),
        ("24/7", ["hamlet"]),
        ("empathy AND exercise", ["empathy"]),
        ("remedy OR exercise", ["anger", "empathy"]),
        ("caller -remedy -desk", ["empathy", "undated"]),
        ("NOT caller NOT hold NOT moved NOT another", ["year"]),
        ("title:empathy", ["empathy"]),
        ("text:empathy", ["anger"]),
        ("tag:empathy", ["anger", "empathy"]),
        ('tag:"customer service"', ["year"]),
        ("tag:phone*", ["anger"]),
        ("category:tips", ["anger"]),
        ("author:o'dell", ["anger"]),
        ("source:stage -copied", ["hamlet"]),
        ("is:excerpt", ["hamlet"]),
        ("is:gone", ["old"]),
        ("empath*", ["empathy", "anger", "undated"]),
        ("colour?", ["undated"]),
        ("col?urs", ["undated"]),
        ("*mper*", ["anger"]),
        ("rmeedy~", ["anger"]),
        ("date:2018-11", ["anger"]),
        ("date:[2018-03-02 TO 2018-11]", ["anger", "empathy"]),
        ("date:2018", ["anger", "empathy", "month", "year"]),
        ("date:2018-03", ["empathy", "month"]),
        ("date:<2018-03", []),
        ("date:>=2019", ["hamlet"]),
    ],
)
def test_a_query_finds(index: SearchIndex, query: str, found: list[str]) -> None:
    assert sorted(ids(index, query)) == sorted(found)


def test_the_title_counts_more_than_the_text(index: SearchIndex) -> None:
    assert ids(index, "empathy") == ["empathy", "anger"]


def test_the_very_form_of_a_word_comes_before_its_other_forms(index: SearchIndex) -> None:
    assert ids(index, "text:run") == ["hamlet", "empathy"]
    assert ids(index, "text:running") == ["empathy", "hamlet"]


def test_posts_that_hold_all_words_come_first(index: SearchIndex) -> None:
    results = index.search("callers smile")
    assert next(iter(results)).id == "undated"
    assert results.total == 4
    scores = [hit.score for hit in results]
    assert scores == sorted(scores, reverse=True)


def test_all_words_demands_every_word(index: SearchIndex) -> None:
    assert ids(index, "callers smile", all_words=True) == ["undated"]
    assert ids(index, "the callers smile", all_words=True) == ["undated"]


def test_a_boost_turns_the_order(index: SearchIndex) -> None:
    assert ids(index, "remedy^9 exercise")[0] == "anger"
    assert ids(index, "remedy exercise^9")[0] == "empathy"


def test_an_empty_query_gives_the_newest_posts(index: SearchIndex) -> None:
    assert ids(index)[:5] == ["hamlet", "anger", "empathy", "month", "year"]
    assert ids(index, tag="empathy") == ["anger", "empathy"]
    assert ids(index, source=["blog", "stage"], before="2018-03") == []
    assert set(ids(index)[5:]) == {"undated", "moved", "copy"}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"after": "2018-03"}, ["hamlet", "anger", "empathy", "month"]),
        ({"after": "2018-03-02"}, ["hamlet", "anger", "empathy"]),
        ({"after": date(2018, 11, 13)}, ["hamlet", "anger"]),
        ({"after": datetime(2018, 11, 13, 9)}, ["hamlet", "anger"]),
        ({"before": "2018-11-13"}, ["empathy", "month"]),
        ({"before": "2018-03-15"}, ["empathy"]),
        ({"before": "2019"}, ["anger", "empathy", "month", "year"]),
        ({"after": "2018", "before": "2018-04"}, ["empathy", "month"]),
    ],
    ids=str,
)
def test_dates_filter_whole_intervals(index: SearchIndex, options: dict[str, object], found: list[str]) -> None:
    assert ids(index, **options) == found


@pytest.mark.parametrize(
    "options", [{"after": "soon"}, {"before": "2018-02-30"}, {"after": "2019", "before": "2018"}], ids=str
)
def test_a_bad_date_or_an_empty_range_is_an_error(index: SearchIndex, options: dict[str, str]) -> None:
    with pytest.raises(QueryError) as raised:
        index.search("empathy", **options)  # type: ignore[arg-type]
    assert raised.value.hint


def test_sorting_by_date_puts_undated_posts_last(index: SearchIndex) -> None:
    assert ids(index, "caller", sort="newest") == ["anger", "empathy", "month", "undated"]
    assert ids(index, "caller", sort="oldest") == ["month", "empathy", "anger", "undated"]
    with pytest.raises(QueryError, match="sideways"):
        index.search("caller", sort="sideways")  # type: ignore[arg-type]


def test_gone_posts_show_on_request_only(index: SearchIndex) -> None:
    assert "old" not in ids(index, "empathy")
    assert "old" in ids(index, "empathy", include_gone=True)
    assert ids(index, "empathy is:gone") == ["old"]


def test_paging_walks_through_the_same_ranking(index: SearchIndex) -> None:
    whole = ids(index, "caller")
    assert ids(index, "caller", limit=2) == whole[:2]
    assert [(hit.rank, hit.id) for hit in index.search("caller", limit=2, offset=2)] == list(
        enumerate(whole[2:], start=3)
    )
    assert len(index.search("caller", offset=100)) == 0
    assert index.search("caller", limit=0).total == 4
    with pytest.raises(ValueError, match="negative"):
        index.search("caller", limit=-1)
    with pytest.raises(ValueError, match="negative"):
        index.similar("anger", limit=-1)
    assert len(index.similar("anger", limit=0)) == 0
    with pytest.raises(TypeError):
        index.search("caller", limit=2.5)  # type: ignore[arg-type]


def test_a_hit_carries_what_a_result_list_needs(index: SearchIndex) -> None:
    results = index.search("remedy")
    (hit,) = results
    assert (hit.rank, hit.id, hit.title, hit.source, hit.completeness) == (1, "anger", POSTS[0].title, "blog", "full")
    assert (hit.published, hit.published_precision, hit.url) == (date(2018, 11, 13), "day", POSTS[0].url)
    assert [piece for piece, marked in hit.snippet_parts if marked] == ["remedy", "remedy"]
    assert results.took_ms > 0


def test_results_can_be_walked_more_than_once(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(*(post(f"p{n:03}", "Same", "word") for n in range(130))))
    results = open_index(tmp_path).search("word", limit=None)
    first, second = [hit.id for hit in results], [hit.id for hit in results]
    assert first == second == [f"p{n:03}" for n in range(130)]


def test_get_answers_ids_and_aliases(index: SearchIndex) -> None:
    found = index.get("anger")
    assert found is not None
    assert (found.title, found.tags, found.text) == (POSTS[0].title, POSTS[0].tags, POSTS[0].text)
    renamed = index.get("formerly")
    assert renamed is not None
    assert renamed.id == "moved"
    assert index.get("nothing") is None


def test_get_names_the_others_that_share_an_alias(index: SearchIndex) -> None:
    found = index.get("shared")
    assert found is not None
    assert (found.id, found.others) == ("moved", (("stage", "copy"),))


def test_two_sources_may_hold_the_same_id(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(post("same", "One"), post("same", "Two", source="other")))
    found = open_index(tmp_path).get("same")
    assert found is not None
    assert (found.title, found.others) == ("One", (("other", "same"),))


def test_similar_posts_share_telling_words(index: SearchIndex) -> None:
    similar = [hit.id for hit in index.similar("anger")]
    assert "anger" not in similar
    assert "old" not in similar
    assert "empathy" in similar
    with pytest.raises(QueryError, match="nothing"):
        index.similar("nothing")


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("empthy", "empathy"),
        ("EMPTHY", "empathy"),
        ("colurs", "colours"),
        ("empathy", None),
        ("zzzzzz", None),
        ("", None),
    ],
)
def test_suggest_gives_a_word_of_the_corpus(index: SearchIndex, word: str, suggestion: str | None) -> None:
    assert index.suggest(word) == suggestion


@pytest.mark.parametrize(
    ("query", "better"),
    [
        ("empthy", "empathy"),
        ("caller AND empthy", "caller AND empathy"),
        ("Caler remedy", "caller remedy"),
        ('"angry caler" remedy', '"angry caller" remedy'),
        ("empath?", None),
        ("empthy?", "empathy?"),
        ("remedy", None),
        ('"remedy empathy"', None),
    ],
)
def test_did_you_mean_keeps_the_rest_of_the_query(index: SearchIndex, query: str, better: str | None) -> None:
    assert index.search(query).did_you_mean == better


def test_a_tag_that_no_post_has_is_said(index: SearchIndex) -> None:
    assert index.search("caller", tag="empaty").notes == ("no post has the tag “empaty”; did you mean “empathy”?",)
    assert index.search("caller", tag="xylophone").notes == ("no post has the tag “xylophone”",)
    assert index.search("caller tag:empathy").notes == ()


def test_a_pattern_that_fits_too_many_words_is_refused(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(post("p", "Many", " ".join(f"word{n}" for n in range(6000)))))
    with pytest.raises(QueryError, match="6,000 words"):
        open_index(tmp_path).search("*or*")


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*b", "a?*?*?*?*?*?*?*z"])
def test_no_pattern_backtracks(tmp_path: Path, pattern: str) -> None:
    sync_index(tmp_path, DictFeed(post("p", "Long", " ".join("a" * n for n in range(1, 64)))))
    assert open_index(tmp_path).search(pattern).total == 0


def test_hostile_text_is_searchable_and_harmless(tmp_path: Path) -> None:
    hostile = "lone \ud800 surrogate\x1b[31m red \u202e turned\x00 nul " + "x" * 5000
    sync_index(tmp_path, DictFeed(post("p", hostile, hostile, tags=(hostile,), author=hostile)))
    index = open_index(tmp_path)
    (hit,) = index.search("surrogate")
    assert hit.snippet.isprintable()
    assert ids(index, "xxx*") == ["p"]
    assert index.search("\ud800 \x00 red").total == 1


def test_threads_share_an_index(index: SearchIndex) -> None:
    queries = ["empathy", "caller", '"angry caller"', "empath*", "run", "date:2018"]
    expected = {query: ids(index, query) for query in queries}
    wrong: list[str] = []

    def search() -> None:
        wrong.extend(query for _ in range(15) for query in queries if ids(index, query) != expected[query])

    threads = [threading.Thread(target=search) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(*POSTS))
    with open_index(tmp_path) as index:
        kept = index.search("empathy", limit=None)
    with pytest.raises(ValueError, match="closed"):
        index.search("empathy")
    assert [hit.id for hit in kept] == ["empathy", "anger"]


VOCABULARY = ["ash", "birch", "cedar", "elm", "fir", "the", "oaks", "oak"]


def _generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[SearchIndex, list[Post]]:
    posts = [
        post(
            f"p{n:03}",
            " ".join(VOCABULARY[(n * k) % 8] for k in (1, 3)),
            " ".join(VOCABULARY[(n * n + k * (n % 5)) % 8] for k in range(n % 11)),
            published=f"20{10 + n % 9}-0{1 + n % 8}-11" if n % 4 else None,
            tags=(VOCABULARY[n % 3],),
        )
        for n in range(240)
    ]
    home = tmp_path_factory.mktemp("generated")
    feed = DictFeed(*posts[:150])
    sync_index(home, feed)
    for each in posts[150:]:
        feed.put(each)
    feed.drop("p000")
    sync_index(home, feed)  # several segments, and deletions in one
    return open_index(home), posts[1:]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[SearchIndex, list[Post]]:
    return _generated(tmp_path_factory)


ATOMS = st.sampled_from(
    [*VOCABULARY, '"ash birch"', '"oak elm"~3', "o*", "cedar^3", "title:elm", "tag:ash", "date:2012", "fri~"]
)
QUERIES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " NOT ", " -"]), inner).map(
            lambda t: f"({t[0]}{t[1]}{t[2]})"
        ),
        inner.map(lambda query: f"+({query})"),
    ),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None)
@given(QUERIES, st.sampled_from(["relevance", "newest", "oldest"]), st.integers(0, 30))
def test_the_first_hits_are_the_first_of_the_full_ranking(
    generated: tuple[SearchIndex, list[Post]], query: str, sort: str, limit: int
) -> None:
    index, _ = generated
    whole = [(hit.id, hit.score) for hit in index.search(query, limit=None, sort=sort)]  # type: ignore[arg-type]
    first = index.search(query, limit=limit, sort=sort)  # type: ignore[arg-type]
    assert [(hit.id, hit.score) for hit in first] == whole[:limit]
    assert first.total == len(whole)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["ash", "birch", "cedar", "elm", "fir"]), min_size=1, max_size=4, unique=True))
def test_words_find_exactly_the_posts_that_hold_them(
    generated: tuple[SearchIndex, list[Post]], wanted: list[str]
) -> None:
    index, posts = generated
    held = {each.id: set(words(f"{each.title} {each.text}")) for each in posts}
    query = " ".join(wanted)
    found = ids(index, query)
    whole = {post_id for post_id, words_held in held.items() if words_held.issuperset(wanted)}
    assert set(found) == {post_id for post_id, words_held in held.items() if not words_held.isdisjoint(wanted)}
    assert set(found[: len(whole)]) == whole
    assert set(ids(index, query, all_words=True)) == whole
    assert set(ids(index, " ".join(f"-{word}" for word in wanted))) == held.keys() - set(found)
