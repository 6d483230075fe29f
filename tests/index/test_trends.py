"""Trends: hits by year, over all years that the corpus has."""

from pathlib import Path
from typing import Any

import pytest

from support.feeds import DictFeed, post
from tipsearch.index import QueryError, SearchIndex, SearchResults, YearCount, open_index, sync_index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    home = tmp_path_factory.mktemp("home")
    sync_index(
        home,
        DictFeed(
            post("a", "Apple", published="2016-05-01"),
            post("b", "Apple and berry", published="2018-05-01", tags=("fruit",)),
            post("c", "Berry", published="2018-06-01"),
            post("d", "Apple", "Withdrawn.", published="2018-06-01", gone=True),
            post("e", "Apple, some time"),
        ),
    )
    return open_index(home)


def test_every_year_between_the_first_and_the_last_is_there(index: SearchIndex) -> None:
    apple, berry = index.trends(["apple", "berry"])
    assert (apple.total, apple.undated) == (3, 1)
    assert apple.years == (YearCount(2016, 1, 1), YearCount(2017, 0, 0), YearCount(2018, 1, 2))
    assert [year.share for year in apple.years] == [1.0, 0.0, 0.5]
    assert [year.posts for year in berry.years] == [0, 0, 2]


def test_filters_narrow_the_posts_and_the_years(index: SearchIndex) -> None:
    (apple,) = index.trends("apple", after="2017", tag="fruit")
    assert apple.years == (YearCount(2018, 1, 1),)
    assert (apple.total, apple.undated) == (1, 0)


def test_a_word_that_is_nowhere_has_empty_years(index: SearchIndex) -> None:
    (nothing,) = index.trends("aple")
    assert nothing.total == 0
    assert nothing.did_you_mean == "apple"
    assert {year.posts for year in nothing.years} == {0}


def test_counts_are_of_one_state_whatever_is_written_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = DictFeed(post("a", "Apple", published="2016-05-01"))
    sync_index(tmp_path, feed)
    search = SearchIndex.search

    def search_and_write(index: SearchIndex, *args: Any, **kwargs: Any) -> SearchResults:
        results = search(index, *args, **kwargs)
        feed.put(post(f"more{feed.sequence()}", "Apple", published="2016-05-01"))
        sync_index(tmp_path, feed)
        return results

    monkeypatch.setattr(SearchIndex, "search", search_and_write)
    with open_index(tmp_path) as opened:
        for posts in (1, 4):
            first, second = opened.trends(["apple", "appl*"])
            assert first.years == second.years == (YearCount(2016, posts, posts),)


def test_a_query_that_cannot_be_answered_is_an_error(index: SearchIndex) -> None:
    with pytest.raises(QueryError):
        index.trends("titel:apple")


def test_without_dated_posts_there_are_no_years(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(post("a", "Apple")))
    with open_index(tmp_path) as opened:
        assert opened.trends("apple")[0].years == ()


def test_a_stray_year_does_not_fill_pages(tmp_path: Path) -> None:
    sync_index(
        tmp_path, DictFeed(post("a", "Apple", published="0019-01-01"), post("b", "Pear", published="2019-01-01"))
    )
    with open_index(tmp_path) as opened:
        assert opened.trends("apple")[0].years == (YearCount(19, 1, 1), YearCount(2019, 0, 1))
