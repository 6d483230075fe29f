"""From entries to posts: what is one post, what is two, and what each of them says."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.entries import MOMENT, entry, teaser, tricky_blog
from tipsearch.pipeline import Entry, Post, Source, resolve
from tipsearch.pipeline.resolver import known_entries, resolve_source

LONG = "When the bell rings twice open the door and smile at whoever stands there, rain or shine."
EXCERPT = "When the bell rings twice open the door and smile […]"


def only(*entries: Entry) -> Post:
    posts = resolve(entries)
    assert len(posts) == 1, [p.title for p in posts]
    return posts[0]


class TestOnePost:
    def test_teasers_and_the_full_post_are_one_and_its_text_is_the_full_text(self) -> None:
        post = only(
            teaser("Open...the Door - 6/25/19", EXCERPT, at=3),
            entry("Open…the Door – 6/25/19 TOW", LONG, at=1, categories=("Tips",)),
            teaser("Open...the Door - 6/25/19", EXCERPT, at=0),
        )
        assert (post.title, post.published, post.published_origin) == ("Open…the Door", date(2019, 6, 25), "title")
        assert (post.completeness, post.text, post.categories) == ("full", LONG, ("Tips",))
        assert post.entries == 2
        assert (post.first_seen, post.last_seen) == (MOMENT, MOMENT.replace(hour=15))

    def test_a_permalink_joins_whatever_the_titles_say(self) -> None:
        post = only(
            entry("Old Title", LONG, permalink="http://example.com/tip/", at=0),
            entry("New Title", LONG, permalink="https://www.example.com/tip?utm_source=x", at=5),
        )
        assert post.title == "New Title"

    def test_a_redirect_or_canonical_link_joins_two_addresses(self) -> None:
        only(
            entry("Tip", LONG, permalink="https://example.com/?p=17"),
            entry("Tip", LONG, permalink="https://example.com/tip", also_at=("https://example.com/?p=17",)),
        )

    def test_a_renamed_post_stands_at_its_new_address_and_keeps_its_id(self) -> None:
        was = entry("Tip", LONG, permalink="https://example.com/tip", platform_id="example.com?p=17", at=0)
        now = entry("Tip", LONG, permalink="https://example.com/the-tip", platform_id="example.com?p=17", at=9)
        assert (only(was).url, only(was, now).url) == ("https://example.com/tip", "https://example.com/the-tip")
        assert only(now, was) == only(was, now)
        again = entry("Tip", LONG, permalink="https://example.com/tip", platform_id="example.com?p=17", at=10)
        assert only(was, now, again).url == "https://example.com/tip", "both addresses live"

    @pytest.mark.parametrize("later", ["https://example.com/?p=17", "https://other.example/tip"])
    def test_a_short_link_or_a_copy_elsewhere_is_no_new_address(self, later: str) -> None:
        was = entry("Tip", LONG, permalink="https://example.com/tip", platform_id="example.com?p=17", at=0)
        now = entry("Tip", LONG, permalink=later, platform_id="example.com?p=17", at=9)
        assert only(was, now).url == "https://example.com/tip"

    def test_an_undated_teaser_finds_the_text_that_it_heads(self) -> None:
        assert only(teaser("Open the Door", EXCERPT), entry("Open the Door", LONG)).text == LONG

    def test_a_dated_teaser_finds_the_undated_post(self) -> None:
        post = only(teaser("Open the Door - 6/25/19", EXCERPT), entry("Open the Door", LONG))
        assert (post.published, post.completeness) == (date(2019, 6, 25), "full")

    def test_a_dated_edit_replaces_the_text(self) -> None:
        post = only(
            entry("Tip – 6/25/19", LONG, at=0), entry("Tip – 6/25/19", "All new words stand here today now.", at=9)
        )
        assert post.text == "All new words stand here today now."
        assert post.last_changed == MOMENT.replace(hour=21)

    def test_a_listing_that_cuts_without_saying_so_does_not_shorten_the_post(self) -> None:
        own = entry("Tip", LONG, at=0, permalink="https://example.com/tip", page_url="https://example.com/tip")
        cut = entry("Tip", LONG[:50], at=9, permalink="https://example.com/tip", page_url="https://example.com/")
        assert only(own, cut).text == LONG

    def test_the_posts_own_page_may_shorten_it(self) -> None:
        cut = entry("Tip", LONG[:50], at=9, permalink="https://example.com/tip", page_url="https://example.com/tip/")
        listed = entry("Tip", LONG, at=0, permalink="https://example.com/tip", page_url="https://example.com/")
        assert only(listed, cut).text == LONG[:50].strip()


class TestTwoPosts:
    @pytest.mark.parametrize(
        "pair",
        [
            pytest.param((entry("Holiday Poem – 12/18/18", LONG), entry("Holiday Poem – 12/19/23", LONG)), id="years"),
            pytest.param((entry("Tip – 6/4/19", LONG), entry("Tip – 6/25/19", LONG)), id="twice in a month"),
            pytest.param(
                (entry("Tell Them? The Clerk’s Side", LONG), entry("Tell Them? The Caller’s Side", LONG)), id="series"
            ),
            pytest.param(
                (
                    entry("Tip", LONG, permalink="https://example.com/tip"),
                    entry("Tip", LONG, permalink="https://example.com/tip-2"),
                ),
                id="two permalinks",
            ),
            pytest.param((entry("Tip", LONG), entry("Tip", LONG + " And more.")), id="undated edit"),
            pytest.param((entry("", LONG), entry("", "Other words are here.")), id="untitled"),
            pytest.param(
                (teaser("Tip", "One two three"), entry("Tip", "One two three and then some more words.")),
                id="an excerpt too short to prove anything",
            ),
            pytest.param(
                (
                    entry("Tip", LONG, dates=(("2019-06-25T08:00:00-04:00", "time"),)),
                    teaser("Tip - 6/25/14", EXCERPT),
                ),
                id="dates of two kinds, years apart",
            ),
        ],
    )
    def test_evidence_is_not_enough(self, pair: tuple[Entry, Entry]) -> None:
        assert len(resolve(pair)) == 2

    def test_an_undated_teaser_that_fits_two_posts_stays_alone_and_they_name_each_other(self) -> None:
        entries = [entry("Poem – 12/18/18", LONG), entry("Poem – 12/19/23", LONG), teaser("Poem", EXCERPT)]
        resolved = resolve_source(known_entries(entries), Source(name="tips")).posts
        assert len(resolved) == 3
        alone = next(r for r in resolved if r.post.completeness == "excerpt")
        assert set(alone.possibly_same) == {r.post.id for r in resolved if r is not alone}

    def test_a_teaser_that_fits_two_permalinks_by_date_goes_where_its_text_stands(self) -> None:
        posts = resolve(
            [
                entry("Tip – 6/25/19", LONG, permalink="https://example.com/a"),
                entry("Tip – 6/25/19", "Quite another text is here.", permalink="https://example.com/b"),
                teaser("Tip - 6/25/19", EXCERPT),
            ]
        )
        assert sorted((p.url, p.entries) for p in posts) == [("https://example.com/a", 2), ("https://example.com/b", 1)]

    def test_sources_are_kept_apart(self) -> None:
        assert len(resolve([entry("Tip", LONG), entry("Tip", LONG, source="other")])) == 2

    def test_a_rel_canonical_that_names_the_site_joins_nothing(self) -> None:
        home = "https://example.com/"
        assert len(resolve([entry("A", LONG, permalink=home), entry("B", LONG, permalink=home)])) == 2


class TestDates:
    def test_the_title_beats_the_time_element_and_the_url(self) -> None:
        post = only(
            entry(
                "Tip – 6/25/19",
                LONG,
                permalink="https://example.com/2018/01/02/tip",
                dates=(("2019-06-24T23:00:00-04:00", "time"),),
            )
        )
        assert (post.published, post.published_origin) == (date(2019, 6, 25), "title")

    def test_the_local_calendar_date_of_an_instant_is_kept(self) -> None:
        assert only(entry("Tip", LONG, dates=(("2018-11-13T23:15:00-05:00", "time"),))).published == date(2018, 11, 13)

    def test_a_utc_instant_is_moved_to_the_configured_zone(self) -> None:
        late = entry("Tip", LONG, dates=(("2018-11-14T04:15:00Z", "feed"),))
        (post,) = resolve([late], sources=[Source(name="tips", time_zone="America/New_York")])
        assert post.published == date(2018, 11, 13)

    @pytest.mark.parametrize(
        ("label", "permalink", "day"),
        [
            ("Dic 04", "https://a.test/2008/12/wait/", "2008-12-04"),
            ("August 11", "https://a.test/2009/08/wait/", "2009-08-11"),
            ("04 Dez", "https://a.test/2010/12/04/wait/", "2010-12-04"),
            ("August 11", "https://a.test/2009/07/wait/", "2009-07-01"),
            ("August 11", "https://a.test/2009/08/12/wait/", "2009-08-12"),
            ("August 11", "https://a.test/wait/", None),
            ("3 comments", "https://a.test/2009/08/wait/", "2009-08-01"),
        ],
    )
    def test_a_label_without_its_year_takes_it_from_an_address_of_that_month(
        self, label: str, permalink: str, day: str | None
    ) -> None:
        post = only(entry("Wait", LONG, permalink=permalink, dates=((label, "label"),)))
        assert (str(post.published) if post.published else None) == day

    def test_a_date_after_the_page_was_fetched_is_none(self) -> None:
        assert only(entry("Tip – 6/25/31", LONG)).published is None

    def test_the_order_that_one_post_settles_holds_for_all(self) -> None:
        posts = resolve([entry("A – 5/6/19", LONG), entry("B – 13/6/19", "Other words.")])
        assert {p.title: p.published for p in posts} == {"A": date(2019, 6, 5), "B": date(2019, 6, 13)}


class TestIds:
    def test_an_id_still_answers_when_a_stronger_key_comes_along(self) -> None:
        weak = entry("Tip – 6/25/19", LONG)
        (before,) = resolve([weak])
        strong = entry("Tip – 6/25/19", LONG, permalink="https://example.com/tip")
        (after,) = resolve_source(known_entries([weak, strong]), Source(name="tips")).posts
        assert after.post.id != before.id
        assert before.id in after.aliases

    def test_an_id_still_answers_when_the_date_order_becomes_known(self) -> None:
        ambiguous = entry("A – 5/6/19", LONG)
        (before,) = resolve([ambiguous])
        after = resolve_source(known_entries([ambiguous, entry("B – 13/6/19", "Other.")]), Source(name="tips")).posts
        assert before.id in next(r for r in after if r.post.title == "A").aliases

    def test_records_kept_apart_have_ids_of_their_own(self) -> None:
        posts = resolve([entry("", LONG), entry("", "Other words."), entry("Tip", LONG), entry("Tip", LONG + " More.")])
        assert len({p.id for p in posts}) == 4


class TestLabels:
    def test_archives_that_list_a_post_give_it_their_name_and_a_page_of_another_archive_gives_none(self) -> None:
        post = only(
            entry("Tip – 6/25/19", LONG, tags=("Being Kind",), listed_in="tag:being-kind"),
            entry("Tip – 6/25/19", LONG, tags=("Being Kind",), listed_in="tag:phone", at=1),
            teaser("Tip - 6/25/19", EXCERPT, page_url="https://example.com/tag/other/"),
        )
        assert post.tags == ("Being Kind", "phone")

    def test_labels_come_from_the_best_witness_not_the_last(self) -> None:
        post = only(
            entry("Tip – 6/25/19", LONG, categories=("Tips",)),
            teaser("Tip - 6/25/19", EXCERPT, categories=("Uncategorized",), at=9),
        )
        assert post.categories == ("Tips",)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 14), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_posts_with_the_same_ids(seed: int, size: int, shuffler: random.Random) -> None:
    entries = tricky_blog(seed, size)
    posts = resolve(entries)
    shuffled = entries[:]
    shuffler.shuffle(shuffled)
    assert resolve(shuffled + shuffled[: size // 2]) == posts
    assert len({p.id for p in posts}) == len(posts)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 14))
def test_an_id_that_answered_once_always_answers(seed: int, size: int) -> None:
    entries = tricky_blog(seed, size)
    before = resolve(entries[: size // 2])
    after = resolve_source(known_entries(entries), Source(name="tips")).posts
    assert {p.id for p in before} <= {alias for r in after for alias in r.aliases}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 14))
def test_two_permalinks_are_never_one_post(seed: int, size: int) -> None:
    resolved = resolve_source(known_entries(tricky_blog(seed, size)), Source(name="tips"))
    by_digest = {k.digest: k.entry for k in known_entries(tricky_blog(seed, size))}
    for one in resolved.posts:
        links = {
            (e.permalink or "").rstrip("/")[-1:] for digest, _ in one.members if (e := by_digest[digest]).permalink
        }
        assert len(links) <= 1


def test_a_post_that_is_a_picture_is_full_without_words() -> None:
    picture = entry("Holiday", '<p><img src="a.jpg"></p>', permalink="https://b.example/holiday/", body_type="html")
    (post,) = resolve([picture])
    assert (post.completeness, post.text) == ("full", "")
