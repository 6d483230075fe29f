"""Undated posts that the order of listings bounds: found and sorted by their bounds, never shown with a date."""

from datetime import date
from pathlib import Path

import pytest

from support.feeds import DictFeed, post
from tipsearch.index import SearchIndex, open_index, sync_index


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    feed = DictFeed(
        post("new", published="2019-06-25"),
        post("between", not_before=date(2019, 6, 4), not_after=date(2019, 6, 18)),
        post("dated", published="2019-06-11"),
        post("before", not_after=date(2011, 1, 4)),
        post("after", not_before=date(2021, 1, 4)),
        post("unknown"),
    )
    sync_index(tmp_path, feed)
    return open_index(tmp_path)


def ids(index: SearchIndex, **filters: object) -> list[str]:
    return [hit.id for hit in index.search("", **filters)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after", "before", "found"),
    [
        ("2019-06-04", "2019-06-19", {"between", "dated"}),
        ("2019-06-05", "2019-06-19", {"dated"}),
        ("2019-06-04", "2019-06-18", {"dated"}),
        (None, "2011-01-05", {"before"}),
        (None, "2011-01-04", set()),
        ("2021-01-04", None, {"after"}),
        ("2021-01-05", None, set()),
        ("1999", "2030", {"new", "between", "dated"}),
    ],
)
def test_a_filter_must_hold_the_whole_interval(
    index: SearchIndex, after: str | None, before: str | None, found: set[str]
) -> None:
    assert set(ids(index, after=after, before=before)) == found


def test_they_are_sorted_where_they_belong_and_the_unknown_come_last(index: SearchIndex) -> None:
    assert ids(index, sort="newest") == ["after", "new", "between", "dated", "before", "unknown"]


def test_they_show_no_date(index: SearchIndex) -> None:
    shown = {hit.id: hit.published for hit in index.search("")}
    assert [name for name, day in shown.items() if day is None] == ["after", "between", "before", "unknown"]
