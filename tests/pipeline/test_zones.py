"""The blog's clock: what shows its offset, and on which day of its calendar a moment in UTC is."""

import json
import random
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.entries import entry
from tipsearch.pipeline import Entry, Post, RawDate, Source, open_store, resolve
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.facts import Facts
from tipsearch.pipeline.reading import date_candidates, read_entry
from tipsearch.pipeline.resolver import known_entries, resolve_source
from tipsearch.pipeline.store import PageSeen, Store
from tipsearch.pipeline.why import explain
from tipsearch.pipeline.written_days import Bounds
from tipsearch.pipeline.zones import Clock, offsets_shown, possible_days, zone_shown

TIPS = Source(name="tips")
LATE = "Wed, 14 Nov 2018 04:15:00 +0000"
LATE_DAY = "Wed, 14 Nov 2018 18:00:00 +0000"


def clock_of(*raws: tuple[str, str, str]) -> Clock:
    shown: dict[str, str] = {}
    for text, origin, place in raws:
        for name, raw in offsets_shown([RawDate(text, origin, place)]):  # type: ignore[arg-type]
            shown[name] = min(raw, shown.get(name, raw))
    return zone_shown(shown).clock


def rest(text: str) -> tuple[str, str, str]:
    return text, "rest", "date and date_gmt"


def of_theme(text: str) -> tuple[str, str, str]:
    return text, "time", "time.entry-date[datetime]"


def fed(title: str, moment: str = LATE, **fields: object) -> Entry:
    return entry(title, f"Words about {title}.", dates=((moment, "feed"),), layout="feed", **fields)  # type: ignore[arg-type]


def dated(title: str, moment: str, origin: str = "time", **fields: object) -> Entry:
    return entry(title, f"Words about {title}.", dates=((moment, origin),), **fields)  # type: ignore[arg-type]


def day_of(title: str, *entries: Entry) -> date | None:
    return {post.title: post.published for post in resolve(entries)}[title]


class TestEvidence:
    @pytest.mark.parametrize(
        "other",
        [
            dated("Shown", "2018-11-10T08:00:00-05:00"),
            dated("Shown", "2018-11-10T08:00:00-05:00", "rest", layout="rest"),
            fed("Shown", "2018-11-10T08:00:00.000-05:00"),
        ],
        ids=["a time element", "REST", "a Blogger feed"],
    )
    def test_an_offset_that_another_post_shows_makes_the_local_day(self, other: Entry) -> None:
        assert day_of("Fed", fed("Fed"), other) == date(2018, 11, 13)

    @pytest.mark.parametrize(
        "others",
        [[], [fed("Shown")], [dated("Shown", "2018-11-10T13:00:00Z")], [dated("Shown", "November 10, 2018", "label")]],
        ids=["nothing", "a feed's +0000", "a theme's Z", "a day without an offset"],
    )
    def test_without_evidence_the_day_is_as_written(self, others: list[Entry]) -> None:
        assert day_of("Fed", fed("Fed"), *others) == date(2018, 11, 14)

    def test_rest_shows_that_a_blog_lives_in_utc_and_a_feed_does_not(self) -> None:
        (known,) = resolve_source(known_entries([dated("A", "2018-11-10T08:00:00+00:00", "rest")]), TIPS).facts.values()
        (assumed,) = resolve_source(known_entries([fed("A")]), TIPS).facts.values()
        assert (known.zone_from, assumed.zone_from) == ("evidence", "assumption")
        assert known.clock.day(datetime(2018, 11, 14, 4, tzinfo=UTC)) == date(2018, 11, 14)

    def test_rest_that_tells_utc_alone_is_no_evidence_and_is_moved(self) -> None:
        alone = Entry(
            source="tips",
            form="content",
            title="Fed",
            body="Words.",
            dates=(RawDate("2018-11-14T04:15:00+00:00", "rest", "date_gmt"),),
            observed_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
        assert day_of("Fed", alone) == date(2018, 11, 14)
        assert day_of("Fed", alone, dated("Shown", "2018-11-10T08:00:00-05:00")) == date(2018, 11, 13)

    def test_a_theme_that_prints_utc_is_read_as_utc_where_another_place_shows_the_offset(self) -> None:
        by_plugin = entry("Fed", "Words.", dates=(("2018-11-14T04:15:00+00:00", "time"),))
        assert day_of("Fed", by_plugin, dated("Shown", "2018-11-10T08:00:00-05:00", "rest")) == date(2018, 11, 13)

    def test_in_london_the_winter_zero_of_a_theme_is_local_time(self) -> None:
        clock = clock_of(of_theme("2018-07-10T08:00:00+01:00"), of_theme("2018-11-10T08:00:00+00:00"))
        assert clock.day(datetime(2018, 7, 13, 23, 30, tzinfo=UTC)) == date(2018, 7, 14)
        assert clock.day(datetime(2018, 12, 13, 23, 30, tzinfo=UTC)) == date(2018, 12, 13)

    def test_what_an_import_left_at_zero_does_not_make_a_blog_of_new_york_one_of_utc(self) -> None:
        clock = clock_of(rest("2018-11-10T08:00:00-05:00"), rest("2009-11-10T08:00:00+00:00"))
        assert clock.day(datetime(2018, 11, 14, 4, 15, tzinfo=UTC)) == date(2018, 11, 13)

    def test_one_odd_offset_among_many_is_left_out(self) -> None:
        usual = [rest(f"2018-{month:02}-10T08:00:00-0{4 if 4 <= month <= 10 else 5}:00") for month in range(1, 13)]
        assert clock_of(*usual, rest("2018-06-20T08:00:00+09:00")).zone == "America/New_York"

    @pytest.mark.parametrize(
        "text", ["2018-11-10T08:00:00-04:56", "2018-11-10T08:00:00+23:00", "+05:00", "at 8:00", ""]
    )
    def test_what_no_clock_on_earth_shows_is_no_evidence(self, text: str) -> None:
        assert offsets_shown([RawDate(text, "time", "time[datetime]")]) == []

    def test_configuration_comes_before_evidence_and_leaves_rest_alone(self) -> None:
        tokyo = Source(name="tips", time_zone="Asia/Tokyo")
        in_rest = dated("Told", "2018-11-13T23:00:00+00:00", "rest")
        posts = resolve([fed("Fed", "Tue, 13 Nov 2018 20:00:00 +0000"), in_rest], sources=[tokyo])
        assert {p.title: p.published for p in posts} == {"Fed": date(2018, 11, 14), "Told": date(2018, 11, 13)}


class TestSummerTime:
    @pytest.mark.parametrize(
        "name",
        "America/New_York America/Toronto Europe/Paris Europe/London Australia/Melbourne America/Bogota Asia/Kolkata"
        " America/Phoenix Pacific/Auckland America/Sao_Paulo America/Mexico_City Asia/Tokyo".split(),
    )
    def test_a_year_of_posts_tells_the_day_of_every_moment_in_fifteen(self, name: str) -> None:
        zone = ZoneInfo(name)
        start = datetime(2008, 1, 1, 3, tzinfo=UTC)
        weekly = [(start + timedelta(days=7 * n, hours=5 * n)).astimezone(zone) for n in range(780)]
        clock = clock_of(*(of_theme(moment.isoformat()) for moment in weekly))
        hourly = [start + timedelta(hours=37 * n) for n in range(3500)]
        assert all(clock.day(moment) == moment.astimezone(zone).date() for moment in hourly)

    def test_where_no_zone_fits_the_offset_seen_nearest_in_the_year_counts(self) -> None:
        by_hand = [rest(f"2018-{month:02}-{d}T08:00:00+07:00") for month in (1, 2, 3) for d in (10, 20)]
        by_hand += [rest(f"2018-{month:02}-{d}T08:00:00+09:00") for month in (6, 7, 8) for d in (10, 20)]
        clock = clock_of(*by_hand)
        assert clock.zone is None
        assert clock.day(datetime(2019, 2, 1, 16, tzinfo=UTC)) == date(2019, 2, 1)
        assert clock.day(datetime(2019, 8, 1, 16, tzinfo=UTC)) == date(2019, 8, 2)
        assert clock.day(datetime(2019, 12, 20, 16, tzinfo=UTC)) == date(2019, 12, 20)

    def test_further_months_of_the_same_offset_change_nothing(self) -> None:
        assert clock_of(rest("2018-01-10T08:00:00+09:00")) == clock_of(
            rest("2018-01-10T08:00:00+09:00"), rest("2018-07-10T08:00:00+09:00")
        )


def clock_shown(*entries: Entry) -> Clock:
    (facts,) = resolve_source(known_entries(entries), TIPS).facts.values()
    return facts.clock


def addressed(day: str, moment: str, title: str = "Shown", **fields: object) -> Entry:
    return fed(title, moment, permalink=f"https://example.com/{day}/{title.replace(' ', '-').lower()}/", **fields)


class TestWrittenDays:
    def test_the_day_in_an_address_is_the_posts_own(self) -> None:
        assert day_of("Shown", addressed("2018/11/13", LATE)) == date(2018, 11, 13)

    def test_another_post_is_moved_where_every_offset_left_gives_one_day(self) -> None:
        shown = addressed("2018/11/13", LATE)  # west of UTC-04:15
        assert day_of("Fed", shown, fed("Fed", "Mon, 05 Nov 2018 03:10:00 +0000")) == date(2018, 11, 4)
        assert day_of("Fed", shown, fed("Fed", "Mon, 05 Nov 2018 12:10:00 +0000")) == date(2018, 11, 5)

    @pytest.mark.parametrize("day", ["2018-11-05", "2018-07-05"], ids=["of winter", "of summer"])
    def test_an_hour_of_summer_time_is_reckoned_with(self, day: str) -> None:
        clock = clock_shown(addressed("2018/11/13", LATE))
        assert len(clock.days(datetime.fromisoformat(f"{day}T03:00:00+00:00"))) == 1
        assert len(clock.days(datetime.fromisoformat(f"{day}T03:30:00+00:00"))) == 2

    def test_a_clock_that_was_changed_between_two_posts_is_not_taken_for_the_earlier_one(self) -> None:
        # New York, two hours after its clocks were put forward; the address of the other post is of two days before.
        before = addressed("2018/03/09", "Sat, 10 Mar 2018 04:59:00 +0000", "Before")
        after = fed("Fed", "Mon, 12 Mar 2018 04:20:00 +0000")
        assert clock_shown(before).days(datetime(2018, 3, 12, 4, 20, tzinfo=UTC)) == (
            date(2018, 3, 11),
            date(2018, 3, 12),
        )
        assert day_of("Before", before, after) == date(2018, 3, 9)

    def test_where_utc_itself_is_impossible_a_doubtful_day_is_that_of_the_middle(self) -> None:
        evening = addressed("2018/11/13", "Wed, 14 Nov 2018 03:15:00 +0000")
        midday = addressed("2018/11/14", LATE_DAY, "Noon")
        assert clock_shown(evening, midday).bounds == (-12 * 60, -150)
        assert day_of("Fed", evening, midday, fed("Fed")) == date(2018, 11, 13)
        assert day_of("Fed", evening, midday, fed("Fed", "Wed, 14 Nov 2018 08:00:00 +0000")) == date(2018, 11, 14)
        early = addressed("2018/11/14", "Tue, 13 Nov 2018 16:30:00 +0000")  # east of UTC+07:30
        assert day_of("Fed", early, fed("Fed", "Tue, 13 Nov 2018 14:30:00 +0000")) == date(2018, 11, 14)

    def test_a_blog_that_is_west_of_utc_in_some_season_is_not_taken_for_one_of_utc_in_another(self) -> None:
        # St. John's: two hours and a half behind in summer, when the first of these was written.
        shown = addressed("2018/08/02", "Fri, 03 Aug 2018 00:07:00 +0000"), addressed("2018/10/03", "2018-10-03T02:37Z")
        assert clock_shown(*shown).bounds == (-210, 45)
        assert day_of("Fed", *shown, fed("Fed", "Wed, 19 Dec 2018 00:20:00 +0000")) == date(2018, 12, 18)

    def test_where_utc_is_possible_a_doubtful_day_is_that_of_utc(self) -> None:
        noon = addressed("2018/11/14", LATE_DAY, "Noon")
        assert day_of("Fed", noon, fed("Fed", "Wed, 14 Nov 2018 00:15:00 +0000")) == date(2018, 11, 14)

    @pytest.mark.parametrize("day", ["2018/11/13", "2018/11/14", "2018/11/15"])
    def test_a_doubtful_day_is_the_one_in_the_posts_own_address(self, day: str) -> None:
        (own,) = known_entries([addressed(day, "Wed, 14 Nov 2018 11:00:00 +0000")])
        anywhere = Clock(bounds=Bounds(-12 * 60, 14 * 60))
        (told,) = (c for c in date_candidates(read_entry(own), "MDY", anywhere) if c.found.origin == "feed")
        assert told.found.date.isoformat() == day.replace("/", "-")

    def test_evidence_of_both_seasons_agrees(self) -> None:
        winter = addressed("2018/11/13", "Wed, 14 Nov 2018 04:50:00 +0000", "Winter")
        summer = addressed("2018/07/05", "Thu, 05 Jul 2018 04:10:00 +0000", "Summer")
        found = {post.title: post.published for post in resolve([winter, summer])}
        assert found == {"Winter": date(2018, 11, 13), "Summer": date(2018, 7, 5)}

    @pytest.mark.parametrize(
        "other",
        [
            addressed("2018/11/11", "Sat, 10 Nov 2018 11:00:00 +0000", "East"),
            addressed("2018/11/01", "Sat, 10 Nov 2018 11:00:00 +0000", "Moved"),
        ],
        ids=["days of two zones", "a day of no zone"],
    )
    def test_days_that_contradict_each_other_leave_utc(self, other: Entry) -> None:
        assert day_of("Shown", addressed("2018/11/13", LATE), other) == date(2018, 11, 14)

    @pytest.mark.parametrize(
        "other",
        [
            fed("Shown", permalink="https://example.com/2018/11/shown.html"),
            entry("Shown", "Words.", dates=((LATE, "time"),), permalink="https://example.com/2018/11/13/shown/"),
            addressed("2018/11/13", "Wed, 14 Nov 2018 04:15:00 +0900"),
        ],
        ids=["a month's", "a page's", "one that is told with its offset"],
    )
    def test_other_days_are_no_evidence(self, other: Entry) -> None:
        (facts,) = resolve_source(known_entries([other]), TIPS).facts.values()
        assert facts.clock.bounds is None

    def test_an_offset_that_is_shown_and_a_configured_zone_come_before(self) -> None:
        tokyo = Source(name="tips", time_zone="Asia/Tokyo")
        entries = [addressed("2018/11/13", LATE), fed("Fed", "Mon, 05 Nov 2018 03:10:00 +0000")]
        assert {p.title: p.published for p in resolve(entries, sources=[tokyo])}["Fed"] == date(2018, 11, 5)
        assert day_of("Fed", *entries, dated("Told", "2018-11-10T08:00:00+09:00")) == date(2018, 11, 5)

    def test_titles_show_a_blog_west_of_utc_where_several_agree(self) -> None:
        evenings = [
            fed(f"Tip {month} – {month}/12/18", f"2018-{month:02}-13T04:15:00+00:00", at=month) for month in (2, 5, 9)
        ]
        late = fed("Fed", "Mon, 05 Nov 2018 03:10:00 +0000")
        assert day_of("Fed", late, *evenings) == date(2018, 11, 4)
        assert day_of("Fed", late, *evenings[:2]) == date(2018, 11, 5), "two are not enough"
        on_the_eve = fed("Tip – 3/14/18", "2018-03-13T20:00:00+00:00")
        assert day_of("Fed", late, *evenings, on_the_eve) == date(2018, 11, 5)
        of_an_event = fed("Come and see – 12/24/18", "2018-11-10T20:00:00+00:00")
        assert day_of("Fed", late, *evenings, of_an_event) == date(2018, 11, 5)
        assert day_of("Fed", late, *evenings, addressed("2018/11/07", "2018-11-06T23:00:00+00:00")) == date(2018, 11, 5)

    def test_titles_never_show_a_blog_east_of_utc(self) -> None:
        eves = [fed(f"Tip {m} – {m}/13/18", f"2018-{m:02}-12T20:00:00+00:00", at=m) for m in range(1, 10)]
        assert day_of("Fed", fed("Fed", "Mon, 05 Nov 2018 21:10:00 +0000"), *eves) == date(2018, 11, 5)

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(
            "America/New_York Europe/London Asia/Kolkata Australia/Adelaide Pacific/Auckland Pacific/Kiritimati"
            " Pacific/Pago_Pago America/Caracas Asia/Kathmandu Australia/Lord_Howe UTC".split()
        ),
        st.lists(st.integers(0, 6 * 365 * 1440), min_size=1, max_size=40),
        st.lists(st.integers(0, 6 * 365 * 1440), min_size=1, max_size=10),
    )
    def test_the_blogs_own_day_is_never_ruled_out(self, name: str, posts: list[int], others: list[int]) -> None:
        zone, start = ZoneInfo(name), datetime(2018, 1, 1, tzinfo=UTC)
        moments = [start + timedelta(minutes=n) for n in posts]
        entries = [
            addressed(f"{m.astimezone(zone):%Y/%m/%d}", m.isoformat(), f"Post {n}") for n, m in enumerate(moments)
        ]
        clock = clock_shown(*entries)
        assert clock.bounds
        for moment in (start + timedelta(minutes=n) for n in (*posts, *others)):
            assert moment.astimezone(zone).date() in clock.days(moment)
            assert clock.day(moment) in clock.days(moment)
        days = {post.title: post.published for post in resolve(entries)}
        assert days == {f"Post {n}": m.astimezone(zone).date() for n, m in enumerate(moments)}


@given(st.datetimes(datetime(1995, 1, 1), datetime(2030, 1, 1)), st.integers(-48, 56))
def test_whatever_the_offset_the_day_is_among_those_that_are_possible(moment: datetime, quarters: int) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    days = possible_days(moment.isoformat())
    assert (moment + timedelta(minutes=15 * quarters)).date() in days
    assert len(days) in {2, 3}


@pytest.mark.parametrize("text", ["2018-11-13T08:00:00-05:00", "11/13/18", "", "Z", "9" * 5000, "1:00 " + "x " * 4000])
def test_a_date_that_is_not_in_utc_has_no_other_days(text: str) -> None:
    assert possible_days(text) == ()


def test_bounds_survive_the_store() -> None:
    (facts,) = resolve_source(known_entries([addressed("2018/11/13", LATE)]), TIPS).facts.values()
    assert facts.clock.bounds
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_facts_survive_the_store_and_those_of_an_older_version_know_no_offset() -> None:
    (facts,) = resolve_source(
        known_entries([dated("A", "2018-07-10T08:00:00+07:00"), dated("B", "2018-01-10T08:00:00+09:00")]), TIPS
    ).facts.values()
    assert facts.clock.offsets
    assert Facts.from_json(facts.to_json()) == facts
    old = facts.to_json()
    for key in ("offsets", "local", "bounds", "zone_from", "zone_evidence"):
        del old[key]
    assert Facts.from_json(old).clock == Clock()


# --- through the store ------------------------------------------------------------------------------------------------


def put(store: Store, *entries: Entry) -> None:
    for one in entries:
        page = PageSeen(source=one.source, url=None, kind="listing", observed_at=one.observed_at)
        store.put_page(page, [one])


def posts_of(store: Store) -> dict[str, Post]:
    return {post.id: post for post in store.posts()}


def test_an_offset_that_becomes_known_moves_the_posts_that_it_touches_and_no_others(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        put(store, fed("Fed"), fed("By day", "Wed, 14 Nov 2018 15:00:00 +0000"), dated("Old", "May 3, 2017", "label"))
        resolve_corpus(store, TIPS)
        before = posts_of(store)
        put(store, dated("Shown", "2018-11-10T08:00:00-05:00", at=5))
        done = resolve_corpus(store, TIPS)
        after = {post.title: post for post in store.posts()}
        assert after["Fed"].published == date(2018, 11, 13)
        assert [after[t].published for t in ("By day", "Old")] == [date(2018, 11, 14), date(2017, 5, 3)]
        assert len(done.added) - len(done.withdrawn) == 1
        (fed_before,) = [post for post in before.values() if post.title == "Fed"]
        assert [found.post.title for found in store.find(fed_before.id)] == ["Fed"], "its old id still answers"
        assert after["Fed"].last_changed == fed_before.last_changed, "the blog changed nothing"
        sequence = store.sequence()
        put(store, dated("Shown too", "2018-12-10T08:00:00-05:00", at=6))
        resolve_corpus(store, TIPS)
        assert store.sequence() == sequence + 1, "the same offset in another month touches nothing"


def test_bounds_that_narrow_move_a_day_and_those_that_stay_touch_nothing(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        put(store, fed("Fed"), addressed("2018/11/14", LATE_DAY, "Noon"))
        resolve_corpus(store, TIPS)
        assert {post.title: post.published for post in store.posts()}["Fed"] == date(2018, 11, 14)
        put(store, addressed("2018/11/13", "Wed, 14 Nov 2018 05:40:00 +0000", "Later"))
        resolve_corpus(store, TIPS)
        assert {post.title: post.published for post in store.posts()}["Fed"] == date(2018, 11, 13)
        sequence = store.sequence()
        put(store, addressed("2018/12/13", "Thu, 13 Dec 2018 18:00:00 +0000", "Noon"))
        resolve_corpus(store, TIPS)
        assert store.sequence() == sequence + 1


def test_evidence_that_is_forgotten_gives_the_day_back(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        put(store, fed("Fed"), dated("Shown", "2018-11-10T08:00:00-05:00"))
        resolve_corpus(store, TIPS)
        (shown,) = [post for post in store.posts() if post.title == "Shown"]
        store.forget("tips", shown.id)
        resolve_corpus(store, TIPS)
        assert [post.published for post in store.posts()] == [date(2018, 11, 14)]


def test_posts_that_only_the_local_day_makes_one_are_found_by_an_incremental_resolve_too(tmp_path: Path) -> None:
    by_hand = entry("Fed", "In which the lamps are mended.", form="summary", dates=(("November 13, 2018", "label"),))
    said = [fed("Fed"), by_hand, dated("Shown", "2018-11-10T08:00:00-05:00")]
    assert len(resolve(said)) == 2
    with closing(open_store(tmp_path)) as store:
        for one in reversed(said):
            put(store, one)
            resolve_corpus(store, TIPS)
        assert posts_of(store) == {post.id: post for post in resolve(said)}


def test_an_id_made_of_a_day_still_answers_in_another_zone(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        put(store, fed("Fed", "Wed, 14 Nov 2018 20:15:00 +0000"))
        ids = []
        for zone in ("Asia/Tokyo", "America/New_York"):
            resolve_corpus(store, Source(name="tips", time_zone=zone))
            ids += posts_of(store)
        assert len(set(ids)) == 2
        assert all(store.find(own) for own in ids)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 14), st.booleans(), st.randoms(use_true_random=False))
def test_any_batching_gives_the_days_of_all_evidence_at_once(
    seed: int, size: int, by_feed: bool, pick: random.Random
) -> None:
    rng = random.Random(seed)
    zone = ZoneInfo(rng.choice(["America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Sydney"]))
    said = []
    for number in range(size):
        moment = datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(365 * 1440))
        local = moment.astimezone(zone)
        link = rng.choice([None, f"https://example.com/{number}", f"https://example.com/{local:%Y/%m/%d}/{number}-th"])
        told = rng.choice(
            [(moment.isoformat(), "feed")]
            if by_feed
            else [
                (moment.isoformat(), "feed"),
                (local.isoformat(), "time"),
                (local.isoformat(), "rest"),
                (moment.isoformat(), "time"),
            ]
        )
        said.append(dated(f"Tip {rng.randrange(3)}", *told, permalink=link, at=number))
    expected = {one.post.id: one.post for one in resolve_source(known_entries(said), TIPS).posts}
    pick.shuffle(said)
    answered: set[str] = set()
    with TemporaryDirectory() as home, closing(open_store(home)) as store:
        while said:
            put(store, *[said.pop() for _ in range(min(len(said), pick.randrange(1, 5)))])
            resolve_corpus(store, TIPS)
            answered |= set(posts_of(store))
            assert all(store.find(own) for own in answered)
        assert posts_of(store) == expected


# --- why --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("others", "source", "said"),
    [
        ([], TIPS, ["UTC, assumed", "2018-11-14 is the day in UTC"]),
        (
            [dated("Shown", "2018-11-10T08:00:00-05:00")],
            TIPS,
            ["UTC-05:00, from '2018-11-10T08:00:00-05:00'", "summer"],
        ),
        (
            [dated("Shown", "2018-11-10T08:00:00-05:00"), dated("Too", "2018-07-10T08:00:00-04:00")],
            TIPS,
            ["as in America/New_York, from '2018-11-10T08:00:00-05:00', '2018-07-10T08:00:00-04:00'"],
        ),
        ([], Source(name="tips", time_zone="Asia/Tokyo"), ["Asia/Tokyo, as configured"]),
        (
            [addressed("2018/11/13", "Wed, 14 Nov 2018 05:15:00 +0000"), addressed("2018/11/14", LATE_DAY, "Noon")],
            TIPS,
            [
                "between UTC-12:00 and UTC-04:30, inferred from days that the blog writes",
                "'Wed, 14 Nov 2018 05:15:00 +0000 in 2018/11/13'",
                "2018-11-13 is the day with all of them",
            ],
        ),
        (
            [addressed("2018/11/13", "Wed, 14 Nov 2018 03:15:00 +0000"), addressed("2018/11/14", LATE_DAY, "Noon")],
            TIPS,
            [
                "UTC-07:15, the middle, assumed: between UTC-12:00 and UTC-02:30",
                "more than one day, and 2018-11-13 is the day with it",
            ],
        ),
        (
            [addressed("2018/11/14", "Wed, 14 Nov 2018 18:00:00 +0000", "Noon")],
            TIPS,
            ["UTC, assumed: between", "more than one day, and 2018-11-14 is the day with it"],
        ),
        (
            [dated("Shown", "2018-07-10T08:00:00+07:00"), dated("Too", "2018-01-10T08:00:00+09:00")],
            TIPS,
            ["UTC+07:00 or UTC+09:00, whichever was seen nearest"],
        ),
    ],
    ids=[
        "assumed",
        "one offset",
        "a zone",
        "configured",
        "by addresses",
        "by addresses, open",
        "by addresses, UTC",
        "several offsets",
    ],
)
def test_why_says_from_what_the_zone_is_known(
    tmp_path: Path, others: list[Entry], source: Source, said: list[str]
) -> None:
    with closing(open_store(tmp_path)) as store:
        put(store, fed("Fed", LATE, permalink="https://example.com/fed"), *others)
        resolve_corpus(store, source)
        (post,) = [post for post in store.posts() if post.title == "Fed"]
        (resolved,) = store.find(post.id)
        evidence = explain(store, resolved)
        assert all(words in evidence.zone for words in said), evidence.zone
        assert evidence.to_json()["time_zone"] == evidence.zone
