"""A blog seen through its pages, REST and its feed, in any order, is the same blog as through any one of them."""

import random
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.pipeline import Entry, Post, RawDate, Source, open_store, resolve
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.store import PageSeen, Store

SHELF = Source(name="shelf")
ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 3, 1, tzinfo=UTC)
HOST = "https://shelf.example.org"
CLOSING = "Write to us &amp; we write back."
CHANNELS = ("html", "rest", "feed")
TITLES = (
    "Lamps &#038; Ledgers",
    "Open the Door&#8230;",
    "Who&#8217;s There?",
    "Ring Twice &#8211; 11/13/18 TOW",
    "Poem",
)
WORDS = (
    "when the bell rings look up before you speak and smile at whoever stands there because a promise in green ink "
    "keeps itself while nobody reads the ledger by the harbour where lamps are mended"
).split()


@dataclass(frozen=True)
class Shown:
    """A post as WordPress holds it."""

    number: int
    title: str
    moment: datetime
    paragraphs: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def link(self) -> str:
        return f"{HOST}/{self.moment.astimezone(ZONE):%Y/%m}/post-{self.number}/"


def made(seed: int, count: int) -> list[Shown]:
    pick = random.Random(seed)
    posts = []
    for number in range(count):
        moment = datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=pick.randrange(730 * 1440))
        said = [" ".join(pick.choices(WORDS, k=12)).capitalize() + f", {number}{n}." for n in range(2)]
        posts.append(
            Shown(
                number=number + 1,
                title=pick.choice(TITLES),
                moment=moment.replace(second=7),
                paragraphs=(*said, CLOSING),
                categories=("Tips",) if pick.random() < 0.8 else ("News", "Tips"),
                tags=tuple(sorted(pick.sample(["empathy", "phone", "zeal"], pick.randrange(3)))),
            )
        )
    return posts


def through(channel: str, post: Shown, hours: int, *, cut: bool = False) -> Entry:
    """The post as a channel shows it: the same words in other white space, with what each prints around them."""
    seen = Entry(source="shelf", form="content", title=post.title, body="", observed_at=START + timedelta(hours=hours))
    local = post.moment.astimezone(ZONE)
    if channel == "rest":
        return replace(
            seen,
            body="\n\n\n\n".join(f"<p>{p}</p>" for p in post.paragraphs),
            permalink=post.link,
            platform_id=f"shelf.example.org?p={post.number}",
            dates=(RawDate(local.isoformat(), "rest", "date and date_gmt"),),
            author="Ann Lee",
            categories=post.categories,
            tags=post.tags,
            layout="rest",
            page_url=f"{HOST}/wp-json/wp/v2/posts?page=1",
        )
    if channel == "feed":
        credit = f'<p>The post <a href="{post.link}">{post.title}</a> appeared first on <a href="{HOST}">Shelf</a>.</p>'
        text = f"<p>{' '.join(post.paragraphs[0].split()[:8])} [&#8230;]</p>" if cut else _paragraphs(post, "<br />")
        return replace(
            seen,
            form="summary" if cut else "content",
            body=f'{text}\n{credit}<img src="{HOST}/pixel" width="1" height="1" alt="">',
            permalink=f"{post.link}?utm_source=rss&utm_medium=rss&utm_campaign=post-{post.number}",
            platform_id=f"shelf.example.org?p={post.number}",
            dates=(RawDate(f"{post.moment:%a, %d %b %Y %H:%M:%S} +0000", "feed", "pubDate"),),
            author="Ann Lee",
            categories=(post.categories + post.tags)[:1],
            tags=(post.categories + post.tags)[1:],
            layout="feed",
            page_url=f"{HOST}/feed/?paged=1",
        )
    sharing = '<div class="sharedaddy"><h3 class="sd-title">Share this:</h3><ul><li>Twitter</li></ul></div>'
    text = f'<p>{" ".join(post.paragraphs[0].split()[:8])} <a class="more-link" href="{post.link}">Read more</a></p>'
    return replace(
        seen,
        form="summary" if cut else "content",
        body=text if cut else f"<div>\n\t{_paragraphs(post)}\n\t{sharing}</div>",
        permalink=post.link.replace("https://", "http://www."),
        platform_id=None if cut else f"shelf.example.org?p={post.number}",
        dates=(RawDate(local.isoformat(), "time", "time.entry-date[datetime]"),),
        author=None if cut else "Ann Lee",
        categories=() if cut else post.categories,
        tags=() if cut else post.tags,
        layout="wordpress",
        page_url=f"{HOST}/",
    )


def _paragraphs(post: Shown, space: str = "\n") -> str:
    first, *rest = post.paragraphs
    return "".join(f"<p>{p}</p>\n" for p in (first.replace(" ", space, 1), *rest))


ZONE_SHOWN = [
    Entry(
        source="shelf",
        form="summary",
        title=f"Shown {moment:%m}",
        body="",
        permalink=f"{HOST}/shown-{moment:%m}/",
        dates=(RawDate(moment.astimezone(ZONE).isoformat(), "time", "time.entry-date[datetime]"),),
        observed_at=START,
    )
    for moment in (datetime(2019, month, 20, 15, tzinfo=UTC) for month in (1, 7))
]
"""What the first listing page shows: a winter's post and a summer's."""


def essence(posts: list[Post]) -> dict[str, tuple[object, ...]]:
    return {p.id: (p.title, p.published, " ".join(p.text.split()), p.completeness, p.author) for p in posts}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 7), st.randoms(use_true_random=False))
def test_any_channels_in_any_order_give_the_posts_of_any_one(seed: int, count: int, pick: random.Random) -> None:
    blog = made(seed, count)
    alone = [essence(resolve([through(c, p, 0) for p in blog] + ZONE_SHOWN)) for c in CHANNELS]
    assert alone[0] == alone[1] == alone[2]
    mixed = list(ZONE_SHOWN)
    for post in blog:
        channels = pick.sample(CHANNELS, pick.randrange(1, 4))
        mixed += [through(channel, post, pick.randrange(50)) for channel in channels]
        mixed += [through(pick.choice(["html", "feed"]), post, pick.randrange(50), cut=True)]
    if count >= 3:  # less than three posts do not show what a closing line is
        assert all("write back" not in told[2] for told in alone[0].values()) or len({p.title for p in blog}) < 3
    assert essence(resolve(mixed)) == alone[0]


def put(store: Store, entries: list[Entry]) -> None:
    by_page: dict[str | None, list[Entry]] = {}
    for one in entries:
        by_page.setdefault(one.page_url, []).append(one)
    for url, shown in by_page.items():
        page = PageSeen(source="shelf", url=url, kind="listing", observed_at=shown[0].observed_at)
        store.put_page(page, [replace(one, position=n) for n, one in enumerate(shown)])


def steady(posts: list[Post]) -> dict[str, tuple[object, ...]]:
    return {p.id: (p.title, p.published, p.text, p.author, p.categories, p.tags, p.url, p.last_changed) for p in posts}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.permutations(CHANNELS))
def test_another_channel_adds_nothing_and_changes_no_words(seed: int, channels: list[str]) -> None:
    blog = made(seed, 5)
    with TemporaryDirectory() as home, closing(open_store(home)) as store:
        put(store, ZONE_SHOWN)
        known = None
        for hour, channel in enumerate(channels):
            put(store, [through(channel, post, hour) for post in blog])
            done = resolve_corpus(store, SHELF)
            if hour == 0:
                known = steady(list(store.posts()))
                continue
            assert (done.added, done.withdrawn, done.redated) == ((), (), ())
            now = steady(list(store.posts()))
            assert known is not None
            for own, told in known.items():
                # Title, day and text; a feed alone can only guess which of its labels are tags.
                assert (now[own][:3], now[own][-1]) == (told[:3], told[-1])
        sequence = store.sequence()
        for hour, channel in enumerate(channels * 2, 10):
            put(store, [through(channel, post, hour) for post in blog])
            done = resolve_corpus(store, SHELF)
            assert (done.added, done.changed, done.withdrawn) == ((), (), ())
        assert store.sequence() == sequence, "seen again through every channel, nothing changes"


def test_labels_and_author_are_the_pages_not_the_feeds() -> None:
    post = replace(made(1, 1)[0], categories=("News", "Tips"), tags=("empathy", "phone"))
    fed = replace(through("feed", post, 9), author="Desk", categories=("News",), tags=("Tips", "empathy", "phone"))
    for channel in ("rest", "html"):
        (found,) = resolve([fed, through(channel, post, 0)])
        assert (found.categories, found.tags, found.author) == (("News", "Tips"), ("empathy", "phone"), "Ann Lee")
    (found,) = resolve([fed, replace(through("html", post, 0, cut=True), author="Ann Lee")])
    assert (found.completeness, found.author) == ("full", "Ann Lee"), "though the text is the feed's"
    (alone,) = resolve([fed])
    assert (alone.categories, alone.tags, alone.author) == (("News",), ("Tips", "empathy", "phone"), "Desk")


def test_where_a_page_knows_only_one_kind_of_labels_the_rest_of_the_feeds_are_of_the_other() -> None:
    post = replace(made(1, 1)[0], categories=("News", "Tips"), tags=())
    fed = replace(through("feed", post, 9), categories=("News",), tags=("Tips", "empathy"))
    (found,) = resolve([fed, through("html", post, 0)])
    assert (found.categories, found.tags) == (("News", "Tips"), ("empathy",))
    (listed,) = resolve([replace(fed, listed_in="category:tips")])
    assert (set(map(str.lower, listed.categories)), listed.tags) == ({"news", "tips"}, ("empathy",))


class TestKnownCategories:
    """A feed that lists categories and tags in one order: which is which, other posts of the blog may tell."""

    def fed(self, *labels: str) -> Entry:
        post = made(1, 2)[1]
        return replace(through("feed", post, 9), categories=labels[:1], tags=labels[1:])

    def told(self, channel: str, *categories: str) -> Entry:
        return through(channel, replace(made(1, 2)[0], categories=categories, tags=("zeal",)), 0)

    def labels(self, *entries: Entry) -> tuple[tuple[str, ...], tuple[str, ...]]:
        posts = resolve(entries)
        (post,) = [post for post in posts if post.title == resolve([self.fed("A")])[0].title]
        return post.categories, post.tags

    @pytest.mark.parametrize("channel", ["rest", "html"])
    def test_names_that_pages_or_rest_call_categories_are_some(self, channel: str) -> None:
        fed = self.fed("News", "Tips", "zeal")
        assert self.labels(fed) == (("News",), ("Tips", "zeal"))
        assert self.labels(fed, self.told(channel, "Tips")) == (("News", "Tips"), ("zeal",))
        assert self.labels(fed, self.told(channel, "News")) == (("News",), ("Tips", "zeal"))

    def test_where_the_order_begins_anew_the_tags_begin(self) -> None:
        one = replace(self.fed("Tips", "News", "zeal"), categories=("Tips",), tags=("News", "zeal"))
        assert self.labels(one, self.told("rest", "News")) == (("Tips",), ("News", "zeal"))

    def test_what_becomes_known_later_touches_the_feeds_posts_alone(self, tmp_path: Path) -> None:
        with closing(open_store(tmp_path)) as store:
            put(store, [self.fed("News", "Tips", "zeal")])
            resolve_corpus(store, SHELF)
            (before,) = store.posts()
            put(store, [self.told("rest", "Tips")])
            done = resolve_corpus(store, SHELF)
            after = {post.id: post for post in store.posts()}[before.id]
            assert (after.categories, after.tags) == (("News", "Tips"), ("zeal",))
            assert (after.last_changed, done.changed) == (before.last_changed, (before.id,))
            sequence = store.sequence()
            put(store, [self.told("html", "Tips")])
            resolve_corpus(store, SHELF)
            assert {p.id: p for p in store.posts()}[before.id] == after
            assert store.sequence() <= sequence + 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 14))
def test_any_batching_of_edits_seen_through_channels_gives_the_posts_of_all_at_once(seed: int, size: int) -> None:
    pick = random.Random(seed)
    post = made(seed, 1)[0]
    longer = replace(post, paragraphs=(*post.paragraphs, "And one thing more."))
    versions = [
        post,
        longer,
        replace(longer, paragraphs=(*longer.paragraphs, "And another.")),
        replace(post, paragraphs=("Quite another beginning.", *post.paragraphs[1:])),
    ]
    sightings = []
    for _ in range(size):
        one = through(pick.choice(CHANNELS), pick.choice(versions), pick.randrange(12), cut=pick.random() < 0.1)
        own_page = one.layout == "wordpress" and pick.random() < 0.3
        sightings.append(replace(one, page_url=one.permalink) if own_page else one)
    rest = sightings[:]
    with TemporaryDirectory() as home, closing(open_store(home)) as store:
        while rest:
            for one in [rest.pop() for _ in range(min(len(rest), pick.randrange(1, 4)))]:
                put(store, [one])
            resolve_corpus(store, SHELF)
        assert [replace(p, entries=0) for p in store.posts()] == [replace(p, entries=0) for p in resolve(sightings)]


class TestEdits:
    """A post that is edited while several channels show it."""

    POST = made(3, 1)[0]
    EDITED = replace(POST, paragraphs=("Quite another beginning stands here.", *POST.paragraphs[1:]))

    def text(self, *entries: Entry) -> str:
        (post,) = resolve(entries)
        return " ".join(post.text.split())

    def test_an_edit_that_one_channel_shows_later_counts(self) -> None:
        for first, second in (("rest", "html"), ("html", "rest"), ("rest", "feed"), ("feed", "html")):
            said = through(first, self.POST, 0), through(second, self.EDITED, 5)
            assert self.text(*said).startswith("Quite another beginning stands here.")

    def test_a_channel_that_always_prints_other_words_does_not_flap(self) -> None:
        with_advert = replace(self.POST, paragraphs=("Buy lamps.", *self.POST.paragraphs))
        seen = [through("html", with_advert, 0), through("rest", self.POST, 1)]
        before = resolve(seen)
        for hour in range(2, 8):
            seen.append(through("html", with_advert, hour))
            assert [p.text for p in resolve(seen)] == [p.text for p in before]

    def test_after_an_edit_that_a_page_showed_first_rest_counts_again(self) -> None:
        again = replace(self.POST, paragraphs=("A third beginning.", *self.POST.paragraphs[1:]))
        seen = through("rest", self.POST, 0), through("html", self.EDITED, 5), through("rest", again, 7)
        assert self.text(*seen).startswith("A third beginning.")

    def test_a_listing_that_cuts_a_post_does_not_shorten_what_the_feed_has_in_full(self) -> None:
        cut = replace(self.POST, paragraphs=self.POST.paragraphs[:1])
        assert self.text(through("feed", self.POST, 0), through("html", cut, 5)).endswith("we write back.")


def test_a_title_with_entities_is_one_in_every_channel() -> None:
    post = replace(made(5, 1)[0], title="Lamps &#038; &#8220;Ledgers&#8221; &#8211; 11/13/18")
    titles = {p.title for channel in CHANNELS for p in resolve([through(channel, post, 0)])}
    assert titles == {"Lamps & “Ledgers”"}


def test_the_id_is_that_of_the_permalink_whichever_channel_is_first(tmp_path: Path) -> None:
    post = made(6, 1)[0]
    ids = set()
    for number, channel in enumerate(CHANNELS):
        with closing(open_store(tmp_path / str(number))) as store:
            for one in (channel, *CHANNELS):
                put(store, [through(one, post, 0)])
                resolve_corpus(store, SHELF)
                ids |= {p.id for p in store.posts()}
    assert len(ids) == 1
