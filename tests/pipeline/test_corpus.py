"""Resolving what is new gives what resolving everything would give, and touches nothing else."""

import itertools
import random
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.entries import MOMENT, entry, teaser, tricky_blog
from tipsearch.pipeline import Entry, Source, open_store, resolve
from tipsearch.pipeline.corpus import resolve_corpus, resolve_pending
from tipsearch.pipeline.facts import Facts
from tipsearch.pipeline.reading import Reading
from tipsearch.pipeline.resolver import known_entries, resolve_block, resolve_source
from tipsearch.pipeline.store import PageSeen, ResolvedPost, Store
from tipsearch.pipeline.tallies import facts_from

TIPS = Source(name="tips")


def put(store: Store, *entries: Entry) -> None:
    for one in entries:
        page = PageSeen(source=one.source, url=one.page_url, kind="listing", observed_at=one.observed_at)
        store.put_page(page, [one])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 16), st.randoms(use_true_random=False))
def test_any_batching_gives_the_posts_of_all_entries_at_once(seed: int, size: int, pick: random.Random) -> None:
    entries = tricky_blog(seed, size)
    pick.shuffle(entries)
    with_closing = [
        entry(f"Closing {n}", f"Words of number {n} stand here.\nAsk us. -- ann lee", at=n)
        for n in range(pick.randrange(5))
    ]
    entries = entries[: size // 2] + with_closing + entries[size // 2 :]
    with TemporaryDirectory() as home, closing(open_store(home)) as store:
        rest = entries[:]
        while rest:
            batch = [rest.pop() for _ in range(min(len(rest), pick.randrange(1, 6)))]
            put(store, *batch)
            resolve_corpus(store, TIPS)
        expected = resolve_source(known_entries(entries), TIPS)
        held = {post.id: post for post in store.posts()}
        assert held == {resolved.post.id: resolved.post for resolved in expected.posts}
        for resolved in expected.posts:
            (found,) = [f for f in store.find(resolved.post.id) if f.post.id == resolved.post.id]
            assert set(found.aliases) == set(resolved.aliases)
            assert found.possibly_same == resolved.possibly_same
            assert {digest for digest, _ in found.members} == {digest for digest, _ in resolved.members}
        assert store.facts("tips") == {scope: facts.to_json() for scope, facts in expected.facts.items()}
        before = store.sequence()
        assert resolve_corpus(store, TIPS, anew=True).changed == ()
        assert store.sequence() == before


def test_a_new_page_touches_only_the_posts_it_could_belong_to(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, *(entry(f"Tip {n} – 6/25/19", f"The words of tip {n} are these.") for n in range(30)))
    resolve_corpus(store, TIPS)
    put(store, entry("Tip 3 – 6/25/19", "An edit with other words.", at=2), entry("Tip 30 – 6/25/19", "New.", at=2))
    resolved: list[str] = []

    def recorded(readings: list[Reading], *facts: object) -> list[ResolvedPost]:
        resolved.extend(reading.bare_title for reading in readings)
        return resolve_block(readings, *facts)  # type: ignore[arg-type]

    monkeypatch.setattr("tipsearch.pipeline.corpus.resolve_block", recorded)
    result = resolve_corpus(store, TIPS)
    assert sorted(resolved) == ["Tip 3", "Tip 3", "Tip 30"]
    assert (len(result.added), len(result.changed)) == (1, 1)


def test_facts_are_counted_again_only_where_something_is_new(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, entry("Tip", "Words of a tip."), entry("Poem", "Words of a poem.", position=1))
    resolve_corpus(store, TIPS)
    facts = store.facts("tips")
    counted: list[str] = []

    def recorded(*given: object) -> Facts:
        counted.append("again")
        return facts_from(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("tipsearch.pipeline.corpus.facts_from", recorded)
    resolve_corpus(store, TIPS)
    put(store, entry("Tip", "Words of a tip.", at=1))
    resolve_corpus(store, TIPS)
    assert (counted, store.facts("tips")) == ([], facts)
    put(store, entry("Song", "Words of a song.", at=2))
    resolve_corpus(store, TIPS)
    resolve_corpus(store, Source(name="tips", time_zone="Asia/Tokyo"))
    resolve_corpus(store, TIPS, anew=True)
    (song,) = [post for post in store.posts() if post.title == "Song"]
    store.forget("tips", song.id)
    resolve_corpus(store, TIPS)
    assert len(counted) == 4


def test_a_changed_fact_reworks_what_it_touches_and_is_no_change_of_the_posts(store: Store) -> None:
    put(store, *(entry(f"Tip {n} – 5/6/19", f"The words of tip {n}.\nAsk us.") for n in range(2)))
    resolve_corpus(store, TIPS)
    before = {p.title: p for p in store.posts()}
    assert before["Tip 0"].text.endswith("Ask us.")
    put(store, entry("Tip 2 – 13/6/19", "The words of tip 2.\nAsk us.", at=5))
    result = resolve_corpus(store, TIPS)
    after = {p.title: p for p in store.posts()}
    assert len(result.added) == 1 + 2, "a date read otherwise gives another id"
    for title in ("Tip 0", "Tip 1"):
        assert after[title].text == before[title].text.removesuffix("\nAsk us.")
        assert str(after[title].published) == "2019-06-05"
        assert after[title].last_changed == before[title].last_changed
        assert store.find(before[title].id)[0].post.id == after[title].id


def test_a_configured_order_or_zone_reworks_the_source(store: Store) -> None:
    put(store, entry("Tip – 5/6/19", "Words."))
    resolve_corpus(store, TIPS)
    resolve_corpus(store, Source(name="tips", date_order="DMY"))
    assert [str(p.published) for p in store.posts()] == ["2019-06-05"]


def test_an_old_text_that_is_shown_again_is_the_text_again(store: Store) -> None:
    link = "https://example.com/tip"
    first = entry("Tip", "The old text of this tip.", permalink=link)
    second = entry("Tip", "The new text of this tip.", permalink=link, at=2)
    put(store, first, second)
    resolve_corpus(store, TIPS)
    assert [p.text for p in store.posts()] == ["The new text of this tip."]
    put(store, entry("Tip", "The old text of this tip.", permalink=link, at=4))
    assert store.unresolved() == ["tips"]
    resolve_corpus(store, TIPS)
    assert [p.text for p in store.posts()] == ["The old text of this tip."]


def test_what_would_change_can_be_asked_without_changing_it(store: Store) -> None:
    put(store, entry("Tip – 6/25/19", "Words."))
    would = resolve_corpus(store, TIPS, keep=False)
    assert len(would.added) == 1
    assert list(store.posts()) == []
    assert store.unresolved() == ["tips"]
    assert resolve_corpus(store, TIPS) == would


def test_what_a_killed_run_left_is_resolved_by_the_next(store: Store) -> None:
    put(store, entry("A", "Words."), entry("B", "Words.", source="other"), teaser("C", "", source="other"))
    assert set(resolve_pending(store, [TIPS])) == {"tips", "other"}
    assert store.unresolved() == []
    assert len(list(store.posts())) == 3


def test_forgetting_a_post_takes_its_contribution_to_the_facts_back(store: Store) -> None:
    put(store, *(entry(f"Tip {n}", f"The words of tip {n}.\nAsk us.") for n in range(3)))
    resolve_corpus(store, TIPS)
    assert not [p for p in store.posts() if p.text.endswith("Ask us.")]
    store.forget("tips", next(p.id for p in store.posts() if p.title == "Tip 0"))
    resolve_corpus(store, TIPS)
    assert [p.text.endswith("Ask us.") for p in store.posts()] == [True, True]


def test_an_entry_of_nothing_is_no_post(store: Store) -> None:
    put(store, entry("", ""), entry(" ", "<p> </p>", body_type="html"))
    resolve_corpus(store, TIPS)
    assert list(store.posts()) == []
    assert store.unresolved() == []


def listing(store: Store, url: str, *posts: Entry, next_url: str | None = None) -> None:
    """Store a listing page of its own posts, from top to bottom."""
    shown = [
        replace(post, page_url=url, position=place, listed_in="tag:x", observed_at=posts[0].observed_at)
        for place, post in enumerate(posts)
    ]
    page = PageSeen(source="tips", url=url, kind="listing", observed_at=posts[0].observed_at, next_url=next_url)
    store.put_page(page, shown)


class TestBounds:
    def test_an_undated_post_is_bounded_by_its_neighbours_on_the_page_and_beyond(self, store: Store) -> None:
        one, two, three = (f"https://example.com/page/{n}/" for n in (1, 2, 3))
        listing(store, one, entry("A – 6/25/19", "Aa."), entry("B – 6/18/19", "Bb."), next_url=two)
        listing(store, two, entry("C", "Cc."), entry("D", "Dd."), next_url=three)
        resolve_corpus(store, TIPS)
        bounds = {p.title: (p.not_before, p.not_after) for p in store.posts()}
        assert bounds["C"] == bounds["D"] == (None, date(2019, 6, 18))
        sequence = store.sequence()
        listing(store, three, entry("E – 6/4/19", "Ee.", at=1))
        result = resolve_corpus(store, TIPS)
        assert (len(result.added), result.changed) == (1, ())
        bounds = {p.title: (p.not_before, p.not_after) for p in store.posts()}
        assert bounds["C"] == bounds["D"] == (date(2019, 6, 4), date(2019, 6, 18))
        assert bounds["A"] == bounds["E"] == (None, None)
        told = [c.post.title for c in store.changes(since=sequence) if c.post]
        assert sorted(told) == ["C", "D", "E"]

    def test_pages_in_any_order_give_the_same_bounds(self, store: Store, tmp_path: Path) -> None:
        urls = [f"https://example.com/page/{n}/" for n in range(5)]
        pages = [
            (urls[0], [entry("A – 6/25/19", "Aa.")]),
            (urls[1], [entry("B", "Bb.")]),
            (urls[2], [entry("C", "Cc."), entry("D – 6/4/19", "Dd."), entry("E", "Ee.")]),
            (urls[3], [entry("F", "Ff.")]),
            (urls[4], [entry("G – 5/7/19", "Gg."), entry("H", "Hh.")]),
        ]
        found = []
        for number, order in enumerate(itertools.permutations(range(5))):
            if number % 17:
                continue
            fresh = open_store(tmp_path / str(number))
            for place in order:
                url, posts = pages[place]
                listing(fresh, url, *posts, next_url=urls[place + 1] if place < 4 else None)
                resolve_corpus(fresh, TIPS)
            found.append({p.title: (p.not_before, p.not_after) for p in fresh.posts()})
            fresh.close()
        assert len(found) > 5
        assert all(one == found[0] for one in found)
        assert found[0]["F"] == found[0]["E"] == (date(2019, 5, 7), date(2019, 6, 4))
        assert found[0]["B"] == found[0]["C"] == (date(2019, 6, 4), date(2019, 6, 25))

    def test_old_posts_at_the_end_of_an_archive_are_bounded_however_many_pages_they_fill(self, store: Store) -> None:
        urls = [f"https://example.com/page/{n}/" for n in range(6)]
        listing(store, urls[0], entry("A – 6/25/19", "Aa."), entry("B – 6/18/19", "Bb."), next_url=urls[1])
        for number in range(1, 6):
            following = urls[number + 1] if number < 5 else None
            listing(store, urls[number], entry(f"Old {number}", f"Words {number}."), next_url=following)
        resolve_corpus(store, TIPS)
        old = [(p.not_before, p.not_after) for p in store.posts() if p.published is None]
        assert old == [(None, date(2019, 6, 18))] * 5

    def test_a_listing_that_is_not_sorted_bounds_nothing(self, store: Store) -> None:
        posts = [
            entry("Sticky – 1/1/10", "Ss."),
            entry("A – 6/25/19", "Aa."),
            entry("B", "Bb."),
            entry("C – 6/4/19", "Cc."),
        ]
        listing(store, "https://example.com/", *posts)
        resolve_corpus(store, TIPS)
        assert {(p.not_before, p.not_after) for p in store.posts()} == {(None, None)}

    def test_a_date_found_later_ends_the_bounds(self, store: Store) -> None:
        link = "https://example.com/b"
        posts = [entry("A – 6/25/19", "Aa."), entry("B", "Bb.", permalink=link), entry("C – 6/4/19", "Cc.")]
        listing(store, "https://example.com/", *posts)
        resolve_corpus(store, TIPS)
        put(store, entry("B – 6/11/19", "Bb.", permalink=link, at=1))
        resolve_corpus(store, TIPS)
        (post,) = [p for p in store.posts() if p.title == "B"]
        assert (post.published, post.not_before, post.not_after) == (date(2019, 6, 11), None, None)


class TestOrderOfListings:
    def test_a_sorted_listing_settles_day_and_month_for_the_source(self, store: Store) -> None:
        put(store, entry("Before – 5/6/19", "Words."))
        resolve_corpus(store, TIPS)
        days = ("2/7/19", "11/6/19", "4/6/19")
        listing(store, "https://example.com/", *(entry(f"At {d[0]} – {d}", f"Words of {d}.", at=1) for d in days))
        resolve_corpus(store, TIPS)
        facts = store.facts("tips")[""]
        assert (facts["date_order"], facts["order_from"]) == ("DMY", "evidence")
        assert "2/7/19" in facts["order_evidence"][0]
        (before,) = [p for p in store.posts() if p.title == "Before"]
        assert before.published == date(2019, 6, 5)

    def test_it_is_the_same_for_all_entries_at_once(self) -> None:
        days = ("2/7/19", "11/6/19", "4/6/19")
        shown = [
            entry(f"Tip – {d}", f"Words of {d}.", page_url="https://example.com/", listed_in="home", position=n)
            for n, d in enumerate(days)
        ]
        assert {str(p.published) for p in resolve(shown[::-1])} == {"2019-07-02", "2019-06-11", "2019-06-04"}

    def test_a_value_above_twelve_counts_before_any_order(self, store: Store) -> None:
        put(store, entry("Sure – 6/25/19", "Words."))
        days = ("2/7/19", "11/6/19", "4/6/19")
        listing(store, "https://example.com/", *(entry(f"At {d[0]} – {d}", f"Words of {d}.", at=1) for d in days))
        resolve_corpus(store, TIPS)
        assert store.facts("tips")[""]["date_order"] == "MDY"


class TestGone:
    def test_a_post_whose_address_answers_404_is_gone_until_it_is_seen_again(self, store: Store) -> None:
        link = "https://example.com/tip"
        put(store, entry("Tip", "Words.", permalink=link))
        resolve_corpus(store, TIPS)
        store.put_absence("tips", "http://www.example.com/tip/", MOMENT + timedelta(hours=2))
        assert store.unresolved() == ["tips"]
        assert len(resolve_corpus(store, TIPS).changed) == 1
        assert [p.gone for p in store.posts()] == [True]
        put(store, entry("Tip", "Words.", permalink=link, at=5))
        assert len(resolve_corpus(store, TIPS).changed) == 1
        assert [p.gone for p in store.posts()] == [False]

    def test_an_absence_before_the_last_sighting_says_nothing(self, store: Store) -> None:
        put(store, entry("Tip", "Words.", permalink="https://example.com/tip", at=3))
        store.put_absence("tips", "https://example.com/tip", MOMENT)
        resolve_corpus(store, TIPS)
        assert [p.gone for p in store.posts()] == [False]


class TestWhatChanged:
    def test_a_date_read_otherwise_is_told(self, store: Store) -> None:
        put(store, entry("A – 5/6/19", "Words.", permalink="https://example.com/a"))
        resolve_corpus(store, TIPS)
        put(store, entry("B – 13/6/19", "Other words.", permalink="https://example.com/b"))
        result = resolve_corpus(store, TIPS)
        (redated,) = result.redated
        assert store.find(redated)[0].post.title == "A"
        assert result.changed == result.redated

    def test_two_posts_that_a_new_address_shows_to_be_one_are_merged(self, store: Store) -> None:
        put(store, entry("Old", "Words.", permalink="https://example.com/?p=17"))
        put(store, entry("New", "Words.", permalink="https://example.com/new"))
        resolve_corpus(store, TIPS)
        put(store, entry("New", "Words.", permalink="https://example.com/new", also_at=("https://example.com/?p=17",)))
        result = resolve_corpus(store, TIPS)
        assert len(result.merged) == 1
        assert len(result.withdrawn) == 1
