"""Facets: counts over all posts that answer, consistent with the filters of the same names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.feeds import DictFeed, post
from tipsearch.index import FacetCount, QueryError, SearchIndex, open_index, sync_index
from tipsearch.index.records import FACETS

POSTS = (
    post("a", "Empathy", "apple", published="2018-03-02", tags=("Phone Calls", "Anger"), author="Ann Lee"),
    post("b", "Patience", "apple", published="2019-03-02", tags=("phone-calls",), categories=("Tips",)),
    post("c", "Undated", "apple berry", tags=("anger",), source="sayings", author="ann lee"),
    post("d", "A year", "apple", published="2018-01-01", published_precision="year"),
    post("e", "Bounded", "apple", not_before=date(2019, 2, 1), not_after=date(2019, 5, 1)),
    post("f", "Half bounded", "apple", not_after=date(2019, 5, 1)),
    post("g", "Across", "apple", not_before=date(2018, 12, 1), not_after=date(2019, 1, 5)),
    post("gone", "Gone", "apple", published="2018-01-01", tags=("anger",), gone=True),
    post("else", "Other", "cherry", published="2017-01-01", tags=("cherries",)),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    home = tmp_path_factory.mktemp("home")
    sync_index(home, DictFeed(*POSTS))
    with open_index(home) as opened:
        yield opened


def counts(index: SearchIndex, query: str, facet: str, **options: object) -> list[tuple[str, int]]:
    found = index.search(query, facets=facet, **options).facets  # type: ignore[arg-type]
    return [(each.value, each.count) for values in found.values() for each in values]


def test_years_stand_in_order_and_the_undated_last(index: SearchIndex) -> None:
    assert counts(index, "apple", "year") == [("2018", 2), ("2019", 2), ("undated", 3)]


def test_values_stand_by_count_as_the_newest_post_writes_them(index: SearchIndex) -> None:
    assert counts(index, "apple", "tag") == [("Anger", 2), ("phone-calls", 2)]
    assert counts(index, "apple", "category") == [("Tips", 1)]
    assert counts(index, "apple", "source") == [("blog", 6), ("sayings", 1)]
    assert counts(index, "apple", "author") == [("Ann Lee", 2)]


def test_posts_that_are_gone_count_where_they_are_asked_for(index: SearchIndex) -> None:
    assert counts(index, "apple", "tag", include_gone=True)[0] == ("Anger", 3)


def test_all_posts_count_whatever_is_shown(index: SearchIndex) -> None:
    found = index.search("apple", facets=("year", "tag"), limit=1, offset=3)
    assert list(found.facets) == ["year", "tag"]
    assert sum(each.count for each in found.facets["year"]) == found.total == 7
    assert found.facets["tag"][0] == FacetCount("Anger", 2)


def test_nothing_found_has_nothing_to_count(index: SearchIndex) -> None:
    assert index.search("zebra", facets="year").facets == {"year": ()}
    assert index.search("apple").facets == {}


@pytest.mark.parametrize(("given", "near"), [("tags", "Did you mean tag?"), ("banana", "The facets are")])
def test_an_unknown_facet_is_named(index: SearchIndex, given: str, near: str) -> None:
    with pytest.raises(QueryError, match=near.replace("?", r"\?")) as refused:
        index.search("apple", facets=given)
    assert refused.value.word == given


def test_an_index_without_posts_has_empty_facets(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed())
    with open_index(tmp_path) as empty:
        assert empty.search("", facets=FACETS).facets == dict.fromkeys(FACETS, ())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["apple", "berry", "-cherry", "empathy", "tag:anger", "date:2018", "(a OR apple)"]), max_size=4
    ),
    st.sampled_from(FACETS),
)
def test_each_count_is_the_total_of_the_query_narrowed_to_it(index: SearchIndex, words: list[str], facet: str) -> None:
    query = " ".join(words)
    for each in index.search(query, facets=facet).facets[facet]:
        if each.value != "undated":
            field = "date" if facet == "year" else facet
            assert index.search(f'({query or "-zebra"}) +{field}:"{each.value}"').total == each.count
