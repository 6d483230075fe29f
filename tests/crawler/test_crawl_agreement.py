"""The channels agree: the same blog read through each gives the same posts, and one after another adds nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields
from itertools import permutations
from pathlib import Path

import pytest

from support.crawls import Case, Crawled, Sites, said, served
from support.sites import big_wordpress, blogger_posts
from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Channel, Post

N = 16
LABEL = "/search/label/service?max-results=20"
CHANNELS: tuple[Channel, ...] = ("rest", "feed", "html")
PAIRS = list(permutations(CHANNELS, 2))


def blogger(**options: object) -> BloggerSite:
    return BloggerSite(blogger_posts(N), title="Shelf Marks", robots="open", **options)  # type: ignore[arg-type]


# A feed tells moments in UTC; where neither titles nor REST nor a page tell the blog's clock, its owner must.
NEW_YORK, AUCKLAND = {"time_zone": "America/New_York"}, {"time_zone": "Pacific/Auckland"}
FAR_EAST = big_wordpress(N, undated_before=9999, time_zone="Pacific/Auckland")

WORDPRESS = {
    "teasers and full posts": Case(big_wordpress(N)),
    "no dates in titles": Case(big_wordpress(N, undated_before=9999), settings=NEW_YORK),
    "no dates in titles, far east": Case(FAR_EAST, settings=AUCKLAND),
    "time elements": Case(big_wordpress(N, undated_before=9999, time_elements=True)),
    "dates in titles alone": Case(big_wordpress(N, posted_dates=False, dated_permalinks=False)),
    "feed credit": Case(big_wordpress(N, feed_credit=True)),
    "no closing lines": Case(big_wordpress(N, closing=())),
    "excerpts": Case(big_wordpress(N, excerpts=True, undated_before=9999), settings=NEW_YORK),
    "page numbers": Case(big_wordpress(N, page_numbers=True)),
    "a tag": Case(big_wordpress(2 * N, teasers=2), paths=("/tag/trust/",)),
}
BLOGGER = {
    "contempo label": Case(blogger(), paths=(LABEL,)),
    "contempo home": Case(blogger()),
    "simple label": Case(blogger(theme="simple"), paths=(LABEL,)),
    "simple home": Case(blogger(theme="simple")),
}
LAYOUTS = WORDPRESS | BLOGGER


def having(*channels: Channel) -> list[str]:
    """The layouts that can be read through all of these."""
    return list(WORDPRESS if "rest" in channels else LAYOUTS)


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    with served(LAYOUTS) as running:
        yield running


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[Channel, Path]:
    return {channel: tmp_path_factory.mktemp(channel) for channel in CHANNELS}


@pytest.fixture(scope="module")
def by(sites: Sites, homes: dict[Channel, Path]) -> dict[Channel, dict[str, Crawled]]:
    """Every layout through every channel that it has, each channel into a home of its own."""
    return {channel: sites.crawl(homes[channel], *having(channel), channel=channel) for channel in CHANNELS}


@pytest.mark.slow
class TestAgreement:
    @pytest.mark.parametrize(
        ("channel", "layout"), [(channel, layout) for channel in CHANNELS for layout in having(channel)]
    )
    def test_a_channel_gives_every_post_in_full(
        self, by: dict[Channel, dict[str, Crawled]], channel: Channel, layout: str
    ) -> None:
        told = by[channel][layout]
        assert (told.report.outcome, told.report.complete, told.report.missing) == ("ok", True, ())
        assert (told.archive.channel, told.archive.lacks) == (channel, 0)
        assert {post.completeness for post in told.posts} == {"full"}

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_all_channels_give_the_same_posts(self, by: dict[Channel, dict[str, Crawled]], layout: str) -> None:
        posts = {channel: said(by[channel][layout].posts) for channel in CHANNELS if layout in having(channel)}
        pages = posts.pop("html")
        assert len(pages) >= 4
        for channel, same in posts.items():
            assert same == pages, channel

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_the_days_are_those_of_the_blogs_own_clock(
        self, by: dict[Channel, dict[str, Crawled]], sites: Sites, layout: str
    ) -> None:
        site = LAYOUTS[layout].site
        days = {post.title: str(post.day) for post in site.posts}  # type: ignore[attr-defined]
        for channel in CHANNELS:
            if layout in having(channel):
                told = {post.title: str(post.published) for post in by[channel][layout].posts}
                assert told == {title: days[title] for title in told}, channel

    @pytest.mark.parametrize(("first", "then"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
    def test_one_channel_after_another_adds_no_post_and_unsays_nothing(
        self,
        by: dict[Channel, dict[str, Crawled]],
        sites: Sites,
        homes: dict[Channel, Path],
        tmp_path: Path,
        first: Channel,
        then: Channel,
    ) -> None:
        home = tmp_path / "home"
        shutil.copytree(homes[first], home)
        second = sites.crawl(home, *having(first, then), channel=then)
        for name, told in second.items():
            known = by[first][name].posts
            assert (told.report.posts_added, said(told.posts)) == (0, said(known)), name
            assert learned(known, told.posts) <= NEWS.get((first, then), set()), name
            assert NEWS.get((first, then)) or not told.report.posts_changed
        # From here on both are known, and neither has anything to say.
        before = sequence(home)
        for channel in (first, then):
            again = sites.crawl(home, *having(first, then), channel=channel)
            assert not [name for name, told in again.items() if told.report.posts_changed or told.report.posts_added]
        assert sequence(home) == before


TEXT_DATES = {
    zone: big_wordpress(
        40, seed=9, undated_before=9999, dated_permalinks=False, rest="off", per_page=10, teasers=0, time_zone=zone
    )
    for zone in ("America/Los_Angeles", "Asia/Kolkata", "Australia/Sydney")
}
"""Blogs of which only the first page, beside the feed, tells the clock: it writes the days of its posts in words."""


@pytest.mark.slow
def test_without_rest_the_days_that_the_first_page_writes_tell_the_clock(tmp_path: Path) -> None:
    homes = {channel: tmp_path / channel for channel in ("feed", "html")}
    with served({zone: Case(site) for zone, site in TEXT_DATES.items()}) as sites:
        feed, pages = sites.crawl(homes["feed"]), sites.crawl(homes["html"], channel="html")
        for zone, site in TEXT_DATES.items():
            assert (feed[zone].archive.channel, feed[zone].report.complete, len(feed[zone].posts)) == ("feed", True, 40)
            assert said(feed[zone].posts) == said(pages[zone].posts)
            days = {post.title: post.day for post in site.posts}
            assert {post.title: post.published for post in feed[zone].posts} == days
        for home, then in ((homes["feed"], "html"), (homes["html"], "feed")):
            for zone, told in sites.crawl(home, channel=then).items():
                assert (told.report.posts_added, said(told.posts)) == (0, said(pages[zone].posts))
            before = sequence(home)
            sites.crawl(home, channel=then)
            assert sequence(home) == before


NEWS = {
    ("feed", "rest"): {"published_origin", "published_precision", "tags"},
    ("feed", "html"): {"published_origin", "published_precision", "tags"},
    ("html", "rest"): {"published_origin", "published_precision", "author"},
    ("html", "feed"): {"published_origin", "published_precision", "author", "tags"},
}
"""What the second channel knows of a post that the first did not, or knows from a place that counts for more."""


def learned(before: tuple[Post, ...], after: tuple[Post, ...]) -> set[str]:
    """The names of the fields that differ, but for those that every sighting moves."""
    known = {post.id: post for post in before}
    moved = {"entries", "last_seen", "last_changed"}
    names = {field.name for field in fields(Post)} - moved
    return {name for post in after for name in names if getattr(post, name) != getattr(known[post.id], name)}


def sequence(home: Path) -> int:
    store = open_store(home)
    try:
        return store.sequence()
    finally:
        store.close()
