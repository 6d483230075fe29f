"""Dates that are said: in `date:`, and in `after` and `before`."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.feeds import DictFeed, post
from tipsearch.index import QueryError, open_index, sync_index
from tipsearch.index.dates import read_span
from tipsearch.index.grammar import parse_query
from tipsearch.index.query import Published

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("said", "first", "end"),
    [
        ("today", "2026-11-22", "2026-11-23"),
        ("Yesterday", "2026-11-21", "2026-11-22"),
        ("the day before yesterday", "2026-11-20", "2026-11-21"),
        ("3 weeks ago", "2026-11-01", "2026-11-02"),
        ("about two weeks ago", "2026-11-08", "2026-11-09"),
        ("2 months ago", "2026-09-22", "2026-09-23"),
        ("a year ago", "2025-11-22", "2025-11-23"),
        ("last March", "2026-03-01", "2026-04-01"),
        ("last december", "2025-12-01", "2026-01-01"),
        ("last November", "2025-11-01", "2025-12-01"),
        ("november", "2026-11-01", "2026-12-01"),
        ("Sept", "2026-09-01", "2026-10-01"),
        ("last monday", "2026-11-16", "2026-11-17"),
        ("sunday", "2026-11-22", "2026-11-23"),
        ("last sunday", "2026-11-15", "2026-11-16"),
        ("last week", "2026-11-09", "2026-11-16"),
        ("past week", "2026-11-15", "2026-11-23"),
        ("the last 3 months", "2026-08-22", "2026-11-23"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("this year", "2026-01-01", "2027-01-01"),
        ("March 2018", "2018-03-01", "2018-04-01"),
        ("13 March 2018", "2018-03-13", "2018-03-14"),
        ("Nov 13, 2018", "2018-11-13", "2018-11-14"),
        ("hace 3 días", "2026-11-19", "2026-11-20"),
        ("2018", "2018-01-01", "2019-01-01"),
    ],
)
def test_what_people_say_is_a_span_of_days(said: str, first: str, end: str) -> None:
    assert read_span(said, where="after", today=TODAY) == (date.fromisoformat(first), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("banana", None),
        ("tomorrow", None),
        ("9999 years ago", None),
        ("!", None),
        ("2018-13", "2018-12"),
        ("2018-00-40", "2018-01"),
        ("3 weeks", "3 weeks ago"),
        ("a week", "a week ago"),
        ("-7d", None),
        ("201*", None),
        ("2018*", "2018"),
        ("2018-03-*", "2018-03"),
        ("2018-13-11", "2018-11-13"),
        ("2018-02-30", "2018-02-28"),
        ("yesteday", "yesterday"),
        ("3 weks ago", "3 weeks ago"),
    ],
)
def test_what_is_no_date_is_named_and_the_nearest_one_offered(said: str, near: str | None) -> None:
    with pytest.raises(QueryError) as refused:
        read_span(said, where="after", today=TODAY)
    assert refused.value.word == said
    assert said in refused.value.message
    offered = (refused.value.hint or "").partition("Did you mean ")[2].partition("?")[0]
    assert offered == (near or "")


@pytest.mark.parametrize(
    ("query", "first", "end"),
    [
        ('date:"last March"', date(2026, 3, 1), date(2026, 4, 1)),
        ("date:yesterday", date(2026, 11, 21), date(2026, 11, 22)),
        ('date:["3 weeks ago" TO *]', date(2026, 11, 1), None),
        ('date:["last March" TO yesterday]', date(2026, 3, 1), date(2026, 11, 22)),
        ('date:>"last March"', date(2026, 4, 1), None),
        ("date:<yesterday", None, date(2026, 11, 21)),
    ],
)
def test_the_field_takes_them_too_and_a_note_says_which_day_it_is(
    query: str, first: date | None, end: date | None
) -> None:
    parsed = parse_query(query, today=TODAY)
    assert parsed.node == Published(first, end)
    assert any(" is 2026-" in note for note in parsed.notes)


def test_dates_in_numbers_need_no_note() -> None:
    assert parse_query("date:[2018 TO 2019-06] date:>2018-11-13").notes == ()


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("date:[2019 TO 2018]", "date:[2018 TO 2019]"),
        ("date:{2018 TO 2019}", "date:[2018 TO 2019]"),
        ("date:{2018 TO 2018]", "date:[2018 TO 2018]"),
        ("date:{2019-03 TO 2018}", "date:[2018 TO 2019-03]"),
    ],
)
def test_an_empty_range_is_named_as_it_was_typed_and_offers_the_right_one(query: str, right: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse_query(query)
    assert query in refused.value.message
    assert right in (refused.value.hint or "")
    parse_query(right)


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("date:2018-2019", "date:[2018 TO 2019]"),
        ("date:2018..2019-06", "date:[2018 TO 2019-06]"),
        ("date:2019,2018", "date:[2018 TO 2019]"),
        ("date:[2018 2019]", "date:[2018 TO 2019]"),
        ("date:[2018-2019]", "date:[2018 TO 2019]"),
        ("date:[2018-01-02 - 2019-03-04]", "date:[2018-01-02 TO 2019-03-04]"),
        ("date:[2018 TO", "date:[2018 TO 2019-06]"),
        ("date:2018..2019-15", None),
    ],
)
def test_two_dates_that_are_no_range_offer_one(query: str, right: str | None) -> None:
    with pytest.raises(QueryError) as refused:
        parse_query(query)
    if right:
        assert right in (refused.value.hint or "")
    else:
        assert "date:[" not in (refused.value.hint or "")


def test_a_limit_that_leaves_its_own_year_out_names_the_one_that_does_not(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(post("p", "A day", published="2018-03-01")))
    with open_index(tmp_path) as index:
        with pytest.raises(QueryError, match="did you mean before 2019-01-01"):
            index.search("", after="2018", before="2018")
        with pytest.raises(QueryError, match="leaves that day out"):
            index.search("", after=date(2018, 1, 1), before=date(2018, 1, 1))
        assert index.search("", after="2018", before="2019-01-01").total == 1


def test_after_and_before_count_back_from_the_day_given(tmp_path: Path) -> None:
    days = ("2026-11-21", "2026-11-01", "2026-10-31", "2026-03-31")
    sync_index(tmp_path, DictFeed(*(post(f"p{day}", "A day", published=day) for day in days)))
    with open_index(tmp_path) as index:
        recent = index.search("", after="3 weeks ago", today=TODAY)
        assert [hit.id for hit in recent] == ["p2026-11-21", "p2026-11-01"]
        assert recent.notes == ("after “3 weeks ago” is from 2026-11-01",)
        assert [hit.id for hit in index.search("", before="last april", today=TODAY)] == ["p2026-03-31"]
        with pytest.raises(QueryError, match="after 2018, before yesterday"):
            index.search("", after="yesterday", before="2018", today=TODAY)


@given(st.text(max_size=40), st.dates())
def test_any_text_is_a_span_or_a_query_error(said: str, today: date) -> None:
    try:
        first, end = read_span(said, where="after", today=today)
    except QueryError as error:
        refused: QueryError | None = error
    else:
        refused = None
        assert first <= end
    assert refused is None or refused.hint


@given(st.integers(1, 400), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_days_ago_are_days(count: int, today: date) -> None:
    assert read_span(f"{count} days ago", where="after", today=today)[0] == today - timedelta(count)
