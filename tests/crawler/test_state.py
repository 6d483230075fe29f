"""What is kept from run to run: there and back as JSON, conditions, and what a plan makes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tipsearch.crawler.plan import Plan
from tipsearch.crawler.state import ArchiveState, SourceState, Sweep, Validators, retry_after
from tipsearch.crawler.walk_records import WalkOptions
from tipsearch.pipeline.records import Source

NOW = datetime(2026, 3, 1, tzinfo=UTC)
URL = "https://blog.example/"
SWEPT = ArchiveState(channel="html", swept=(NOW - timedelta(days=3)).isoformat(), complete=True)


def broken_off(days: float, **state: Any) -> ArchiveState:
    began = (NOW - timedelta(days=days)).isoformat()
    return ArchiveState(channel="html", sweep=Sweep(began=began, channel="html", next_url=f"{URL}page/9/"), **state)


def plan(
    state: ArchiveState, *, source: SourceState | None = None, max_pages: int | None = None, **options: Any
) -> Plan:
    states = {URL: state.to_json(), "": (source or SourceState()).to_json()}
    blog = Source(name="blog", urls=(URL,), max_pages=max_pages, sweep_days=30)
    return Plan(blog, states, now=NOW, options=WalkOptions(**options))


def test_states_survive_json() -> None:
    state = ArchiveState(
        channel="feed",
        held=3,
        reader={"url": URL, "keys": ["a"]},
        validators={URL: Validators(etag='"x"', last_modified="Sun, 01 Mar 2026 00:00:00 GMT")},
        holes=(f"{URL}page/5/",),
        sweep=Sweep(
            began=NOW.isoformat(),
            guests=("ab",),
            holes=(URL,),
            first={"shown": 3},
            tried=("REST lied",),
            closed=("RobotsError", "closed"),
        ),
    )
    assert ArchiveState.from_json(json.loads(json.dumps(state.to_json()))) == state
    source = SourceState(missing=("a page",), unavailable={"b": "why"}, failures=2, retry_at="x", doubted=7)
    assert SourceState.from_json(json.loads(json.dumps(source.to_json()))) == source


def test_keys_of_another_version_are_left_out_and_missing_ones_filled_in() -> None:
    old = {"channel": "rest", "swept": "2026-01-01T00:00:00+00:00", "of_tomorrow": 1, "sweep": {"began": "x", "y": 2}}
    state = ArchiveState.from_json(old)
    assert (state.channel, state.holes, state.depth) == ("rest", (), 0)
    assert state.sweep == Sweep(began="x")
    assert SourceState.from_json({"of_tomorrow": 1}) == SourceState()


@pytest.mark.parametrize(
    ("said", "headers"),
    [
        (Validators(etag='"a"'), {"If-None-Match": '"a"'}),
        (Validators(etag='"a"', last_modified="d"), {"If-None-Match": '"a"', "If-Modified-Since": "d"}),
        (Validators(etag='W/"a"', last_modified="d"), {"If-Modified-Since": "d"}),
        (Validators(etag='W/"a"'), {"If-None-Match": 'W/"a"'}),
        (Validators(), {}),
    ],
)
def test_a_weak_tag_is_not_sent_where_a_date_will_do(said: Validators, headers: dict[str, str]) -> None:
    assert said.headers() == headers


def test_the_wait_after_failures_doubles_up_to_a_day() -> None:
    hours = [retry_after(failures) / timedelta(hours=1) for failures in (0, 1, 2, 3, 6, 7, 1000)]
    assert hours == [0, 0.5, 1, 2, 16, 24, 24]


def test_a_swept_archive_is_refreshed_and_another_is_not() -> None:
    assert plan(SWEPT).refresh(URL) == SWEPT
    assert plan(ArchiveState()).refresh(URL) is None
    assert plan(SWEPT).refresh(f"{URL}other/") is None


def test_what_makes_a_source_be_swept_again() -> None:
    due = ArchiveState(channel="html", swept=(NOW - timedelta(days=30)).isoformat())
    assert plan(due).sweeps
    assert plan(SWEPT, full=True).sweeps
    assert plan(SWEPT, source=SourceState(doubted=9)).sweeps
    assert plan(broken_off(1, swept=SWEPT.swept)).sweeps
    assert not plan(SWEPT).sweeps
    assert not plan(broken_off(1)).sweeps


def test_another_channel_than_before_is_swept() -> None:
    assert plan(SWEPT, channel="rest").refresh(URL) is None
    assert plan(SWEPT, channel="html").refresh(URL) is not None


def test_a_bounded_sweep_is_refreshed_within_its_bound_only() -> None:
    bounded = ArchiveState(channel="html", swept=SWEPT.swept, bounded=True, bound=5)
    assert plan(bounded, max_pages=5).refresh(URL) is not None
    assert plan(bounded, max_pages=6).refresh(URL) is None
    assert plan(bounded).refresh(URL) is None


@pytest.mark.parametrize(("days", "goes_on"), [(0, True), (6.9, True), (7.1, False), (-1, False)])
def test_a_sweep_goes_on_within_a_week(days: float, goes_on: bool) -> None:
    state = plan(broken_off(days)).sweep(URL)
    assert state is not None
    assert (state.sweep is not None) is goes_on
    anew = plan(broken_off(0)).sweep(URL, anew=True)
    assert anew is not None
    assert anew.sweep is None
