"""Days that a blog's pages show beside its feed's moments: what they tell of its clock, in any order of arrival."""

from __future__ import annotations

import random
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.entries import entry, teaser
from tipsearch.pipeline import Entry, RawDate, Source, open_store, resolve
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.facts import Facts
from tipsearch.pipeline.resolver import known_entries, resolve_source
from tipsearch.pipeline.store import PageSeen, Store
from tipsearch.pipeline.why import explain
from tipsearch.pipeline.written_days import PAIRS, bounds_shown, days_on_pages, labels_on_page, latest_pairs, pairs_of

TIPS = Source(name="tips")
PACIFIC = ZoneInfo("America/Los_Angeles")
EVENING = datetime(2016, 1, 23, 4, 15, tzinfo=UTC)
"""A quarter past eight in the evening of the day before, at the Pacific."""


def at(number: int) -> str:
    return f"https://example.com/tip-{number}/"


def fed(number: int, moment: datetime, title: str = "", **fields: object) -> Entry:
    written = f"{moment:%a, %d %b %Y %H:%M:%S} +0000"
    fields = {"permalink": at(number), "layout": "feed", **fields}
    return entry(title or f"Tip number {number}", f"Words of tip {number}.", dates=((written, "feed"),), **fields)  # type: ignore[arg-type]


def on_page(number: int, label: str, **fields: object) -> Entry:
    fields = {"permalink": at(number), **fields}
    return teaser(f"Tip number {number}", f"Words of tip {number}", dates=((label, "label"),), **fields)  # type: ignore[arg-type]


def label(moment: datetime, zone: ZoneInfo = PACIFIC) -> str:
    local = moment.astimezone(zone)
    return f"{local:%B} {local.day}, {local.year}"


def moments(count: int, *, hours: int = 29) -> list[datetime]:
    return [EVENING + timedelta(days=7 * n, hours=hours * n) for n in range(count)]


def blog(count: int, shown: Iterable[int], zone: ZoneInfo = PACIFIC) -> list[Entry]:
    """Posts of a feed, some of which a page shows with their local day."""
    told = moments(count)
    return [fed(n, told[n]) for n in range(count)] + [on_page(n, label(told[n], zone)) for n in shown]


def facts_of(*entries: Entry, source: Source = TIPS) -> Facts:
    (facts,) = resolve_source(known_entries(entries), source).facts.values()
    return facts


def days_of(*entries: Entry, source: Source = TIPS) -> dict[str, date | None]:
    return {post.title: post.published for post in resolve(entries, sources=[source])}


LATER = fed(99, EVENING + timedelta(days=30, hours=-1))
"""A post that no page shows."""


def shown_late(*labels: str) -> list[Entry]:
    """Posts of as many evenings, with what pages say of their days."""
    told = [EVENING + timedelta(days=n) for n in range(len(labels))]
    return [made for n, said in enumerate(labels) for made in (fed(n, told[n]), on_page(n, said))]


class TestEvidence:
    def test_days_on_pages_move_the_posts_that_no_page_shows(self) -> None:
        days = days_of(*shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016"), LATER)
        assert days["Tip number 99"] == date(2016, 2, 21)

    @pytest.mark.parametrize("name", ["America/Los_Angeles", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata"])
    def test_days_on_some_pages_give_the_days_of_all_posts_but_some_about_midnight(self, name: str) -> None:
        zone = ZoneInfo(name)
        own = [moment.astimezone(zone) for moment in moments(60)]
        said = blog(60, range(24), zone)
        clock = facts_of(*said).clock
        assert all(moment.date() in clock.days(moment.astimezone(UTC)) for moment in own)
        days = days_of(*said)
        wrong = [moment for n, moment in enumerate(own) if days[f"Tip number {n}"] != moment.date()]
        assert all(moment.hour in {22, 23, 0} for moment in wrong)
        assert len(wrong) <= 1 < sum(moment.date() != moment.astimezone(UTC).date() for moment in own)

    def test_two_posts_are_not_enough(self) -> None:
        assert facts_of(*shown_late("January 22, 2016", "January 23, 2016"), LATER).clock.bounds is None

    def test_several_labels_and_sightings_of_a_post_are_one(self) -> None:
        many = [on_page(0, "Jan 22, 2016"), on_page(0, "Friday, January 22, 2016"), fed(0, EVENING, title="Tip 0")]
        assert facts_of(*shown_late("January 22, 2016", "January 23, 2016"), *many).clock.bounds is None

    @pytest.mark.parametrize(
        "other",
        [
            on_page(2, "Updated January 24, 2016"),
            on_page(2, "2 days ago"),
            on_page(2, "January 2016"),
            on_page(2, "January 24"),
            on_page(2, "2016-01-24T20:15:00+01:00"),
            on_page(2, "1/2/2016"),
            on_page(2, "January 24, 2016", permalink="https://example.com/other/"),
            on_page(2, "January 24, 2016", permalink=None),
            on_page(2, "January 24, 2016", layout="feed"),
            on_page(2, "January 24, 2016", layout="rest"),
            on_page(2, "January 24, 2016 " + "and so on " * 20),
        ],
        ids=[
            "an update",
            "a relative day",
            "a month",
            "a day without a year",
            "a moment",
            "a day that can be read in two ways",
            "another post's",
            "no post's address",
            "a feed's",
            "REST's",
            "a text",
        ],
    )
    def test_what_is_no_unmistakable_day_of_a_page_does_not_count(self, other: Entry) -> None:
        two = shown_late("January 22, 2016", "January 23, 2016")
        third = fed(2, EVENING + timedelta(days=2))
        assert not any("on a page" in told for told in facts_of(*two, third, other).zone_evidence)
        assert facts_of(*two, third, on_page(2, "January 24, 2016")).clock.bounds

    def test_days_in_numbers_count_once_the_source_settles_their_order(self) -> None:
        told = [datetime(2016, 2, day, 4, tzinfo=UTC) for day in (2, 4, 6)]
        said = [fed(n, one) for n, one in enumerate(told)]
        said += [on_page(n, f"{one.day - 1}/2/2016") for n, one in enumerate(told)]
        assert facts_of(*said).clock.bounds is None
        settled = facts_of(*said, on_page(7, "25/1/2016"))
        assert (settled.date_order, settled.clock.bounds) == ("DMY", (-720, -195))
        configured = facts_of(*said, source=Source(name="tips", date_order="DMY"))
        assert configured.clock == settled.clock

    def test_days_are_read_in_the_configured_languages(self) -> None:
        said = shown_late("22. listopadu 2015", "23. listopadu 2015", "24. listopadu 2015")
        czech = [fed(n, EVENING - timedelta(days=61 - n)) for n in range(3)] + said[1::2]
        assert facts_of(*czech, source=Source(name="tips", languages=("cs",))).clock.bounds

    @pytest.mark.parametrize("odd", ["January 25, 2016", "January 28, 2016"], ids=["of another zone", "of no zone"])
    def test_days_that_contradict_each_other_settle_nothing(self, odd: str) -> None:
        said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016")
        noon = [fed(8, datetime(2016, 1, 24, 12, tzinfo=UTC)), on_page(8, odd)]
        facts = facts_of(*said, *noon)
        assert (facts.clock.bounds, facts.zone_from, facts.zone_evidence) == (None, "assumption", ())

    @pytest.mark.parametrize(
        "again",
        [on_page(3, "January 12, 2016"), fed(3, EVENING - timedelta(days=40))],
        ids=["another day on a page", "another moment in the feed"],
    )
    def test_a_post_that_was_dated_anew_says_nothing(self, again: Entry) -> None:
        said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016", "January 25, 2016")
        assert facts_of(*said).clock == facts_of(*said, again).clock
        assert facts_of(*said[2:]).clock.bounds
        assert facts_of(*said[2:], again).clock.bounds is None

    def test_they_count_beside_days_in_addresses_and_before_those_in_titles(self) -> None:
        said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016")
        own = fed(9, datetime(2016, 2, 2, 5, 15, tzinfo=UTC), permalink="https://example.com/2016/02/01/tip-9/")
        assert facts_of(*said).clock.bounds == (-720, -210)
        assert facts_of(*said, own).clock.bounds == (-720, -270)
        eve = [fed(n, datetime(2016, 3, n, 20, tzinfo=UTC), title=f"Eve {n} – 3/{n + 1}/16") for n in range(10, 14)]
        assert facts_of(*said, *eve).clock.bounds == (-720, -210)

    def test_offsets_that_dates_show_and_configuration_come_before(self) -> None:
        said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016")
        shown = entry("Shown", "Words.", dates=(("2016-01-10T08:00:00+09:00", "time"),))
        assert facts_of(*said, shown).clock.offsets == ((540, 0),)
        tokyo = facts_of(*said, source=Source(name="tips", time_zone="Asia/Tokyo"))
        assert (tokyo.clock.zone, tokyo.clock.bounds) == ("Asia/Tokyo", None)

    def test_the_latest_posts_count_where_there_are_many(self) -> None:
        pairs = [
            pair
            for n in range(PAIRS + 50)
            for pair in pairs_of(at(n), (EVENING + timedelta(days=n), "as fed"), [label(EVENING + timedelta(days=n))])
        ]
        latest = latest_pairs(reversed(pairs))
        assert (len(latest), latest) == (PAIRS, pairs[:-201:-1])
        assert bounds_shown(days_on_pages(latest, "MDY"))[0] == (-720, -210)

    @pytest.mark.parametrize("text", ["\x1b[31m\n", "9" * 3000, "\ud800 1", "١٢٣", "]\"[,'\\ 1", "0/0/0"])
    def test_hostile_labels_are_no_days(self, text: str) -> None:
        labels = labels_on_page("html", [RawDate(text, "label")])
        pairs = [pair for n in range(5) for pair in pairs_of(at(n), (EVENING, text), labels)]
        assert days_on_pages(latest_pairs(pairs), "MDY") == {}


# --- through the store ------------------------------------------------------------------------------------------------


def put(store: Store, *entries: Entry) -> None:
    for one in entries:
        page = PageSeen(source=one.source, url=None, kind="listing", observed_at=one.observed_at)
        store.put_page(page, [one])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 16), st.randoms(use_true_random=False))
def test_any_batching_gives_the_facts_and_posts_of_all_entries_at_once(
    seed: int, size: int, pick: random.Random
) -> None:
    rng = random.Random(seed)
    zone = ZoneInfo(rng.choice(["America/Los_Angeles", "Asia/Kolkata", "Australia/Sydney"]))
    shapes = rng.choice([["{0:%B} {0.day}, {0.year}"], ["{0.day}/{0.month}/{0.year}", "{0:%B} {0.day}, {0.year}"]])
    said: list[Entry] = []
    for number in range(size):
        moment = datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(365 * 1440))
        local = moment.astimezone(zone)
        if rng.random() < 0.9:
            said.append(fed(number, moment))
        if rng.random() < 0.8:
            said.append(on_page(number, rng.choice(shapes).format(local)))
        if rng.random() < 0.1:
            said.append(on_page(number, rng.choice(shapes).format(local + timedelta(days=rng.randrange(2)))))
        if rng.random() < 0.05:
            said.append(entry(f"Tip number {number}", "Words.", dates=((local.isoformat(), "time"),)))
    expected = resolve_source(known_entries(said), TIPS)
    pick.shuffle(said)
    with TemporaryDirectory() as home, closing(open_store(home)) as store:
        while said:
            put(store, *[said.pop() for _ in range(min(len(said), pick.randrange(1, 6)))])
            resolve_corpus(store, TIPS)
        assert store.facts("tips") == {scope: facts.to_json() for scope, facts in expected.facts.items()}
        assert {post.id: post for post in store.posts()} == {one.post.id: one.post for one in expected.posts}
        before = store.sequence()
        assert resolve_corpus(store, TIPS, anew=True).changed == ()
        assert store.sequence() == before


def test_more_posts_than_count_give_the_same_facts_page_by_page(tmp_path: Path) -> None:
    said = blog(PAIRS + 40, range(PAIRS + 40))
    random.Random(1).shuffle(said)
    expected = resolve_source(known_entries(said), TIPS)
    with closing(open_store(tmp_path)) as store:
        for start in range(0, len(said), 120):
            with store.together():
                put(store, *said[start : start + 120])
            resolve_corpus(store, TIPS)
        assert store.facts("tips") == {"": expected.facts[""].to_json()}


def test_days_that_become_known_touch_the_feeds_posts_alone_and_seen_again_nothing(tmp_path: Path) -> None:
    said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016")
    by_label = on_page(50, "May 3, 2015")
    with closing(open_store(tmp_path)) as store:
        put(store, *said[:-1], LATER, by_label)
        resolve_corpus(store, TIPS)
        before = {post.title: post for post in store.posts()}
        assert before["Tip number 99"].published == date(2016, 2, 22)
        put(store, said[-1])
        done = resolve_corpus(store, TIPS)
        after = {post.title: post for post in store.posts()}
        assert after["Tip number 99"].published == date(2016, 2, 21)
        assert after["Tip number 50"] == before["Tip number 50"]
        assert after["Tip number 99"].last_changed == before["Tip number 99"].last_changed
        assert set(done.redated) == {after["Tip number 99"].id, after["Tip number 2"].id}
        sequence = store.sequence()
        put(store, *said, LATER)
        resolve_corpus(store, TIPS)
        put(store, fed(7, EVENING + timedelta(days=40, hours=-8)), on_page(7, "March 2, 2016"))
        resolve_corpus(store, TIPS)
        assert store.sequence() == sequence + 1, "a day that says nothing new touches no other post"


def test_evidence_that_is_forgotten_gives_the_day_back(tmp_path: Path) -> None:
    said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016")
    with closing(open_store(tmp_path)) as store:
        put(store, *said, LATER)
        resolve_corpus(store, TIPS)
        (gone,) = [post for post in store.posts() if post.title == "Tip number 1"]
        store.forget("tips", gone.id)
        resolve_corpus(store, TIPS)
        expected = resolve_source(known_entries([*said[:2], *said[4:], LATER]), TIPS)
        assert store.facts("tips") == {"": expected.facts[""].to_json()}
        assert {post.title: post.published for post in store.posts()}["Tip number 99"] == date(2016, 2, 22)


def test_another_post_of_the_same_address_that_is_forgotten_takes_its_day_along(tmp_path: Path) -> None:
    said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016")
    own = fed(7, EVENING + timedelta(days=9), platform_id="example.com?p=7")
    other = entry(
        "Of the same slug",
        "Other words altogether stand here.",
        dates=(("March 24, 2011", "label"),),
        permalink=at(7),
        platform_id="example.com?p=2",
    )
    with closing(open_store(tmp_path)) as store:
        put(store, *said, own, other)
        resolve_corpus(store, TIPS)
        assert Facts.from_json(store.facts("tips")[""]).clock.bounds is None, "a contradiction"
        (gone,) = [post for post in store.posts() if post.title == "Of the same slug"]
        store.forget("tips", gone.id)
        resolve_corpus(store, TIPS)
        expected = resolve_source(known_entries([*said, own]), TIPS)
        assert store.facts("tips") == {"": expected.facts[""].to_json()}
        assert expected.facts[""].clock.bounds


def test_saved_pages_of_several_blogs_tell_each_its_own_clock(tmp_path: Path) -> None:
    said = shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016")
    other = [
        made
        for n in range(3)
        for made in (
            fed(n, EVENING + timedelta(days=n), permalink=f"https://other.org/{n}-th/"),
            on_page(n, f"January {n + 23}, 2016", permalink=f"http://www.other.org/{n}-th"),
        )
    ]
    saved = [replace(one, source="saved") for one in [*said, *other]]
    expected = resolve_source(known_entries(saved), Source(name="saved")).facts
    bounds = {scope: facts.clock.bounds for scope, facts in expected.items()}
    assert len(bounds) == 2
    assert {bound[0] < 0 and bound[1] > 0 for bound in bounds.values() if bound} == {True, False}
    with closing(open_store(tmp_path)) as store:
        put(store, *saved)
        resolve_corpus(store, Source(name="saved"))
        assert store.facts("saved") == {scope: facts.to_json() for scope, facts in expected.items()}


def test_why_names_the_days_on_pages(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        put(store, *shown_late("January 22, 2016", "January 23, 2016", "January 24, 2016"), LATER)
        resolve_corpus(store, TIPS)
        (post,) = [post for post in store.posts() if post.title == "Tip number 99"]
        (resolved,) = store.find(post.id)
        zone = explain(store, resolved).zone
    assert "between UTC-12:00 and UTC-03:30, inferred from days that the blog writes" in zone
    assert "+0000 on a page as “January 2" in zone
    assert "2016-02-21 is the day with all of them" in zone
