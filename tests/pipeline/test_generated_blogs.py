"""Whatever a blog does over the years: no two of its posts are ever one, in whatever order they are read."""

import random
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.blogs import long_blog, made_blog
from support.entries import tricky_blog
from support.sites import big_posts, big_site, marker
from tipsearch.crawler import crawl
from tipsearch.pipeline import Entry, Source, open_store, resolve
from tipsearch.pipeline.clusters import block_keys
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.reading import Reading, date_candidates, read_entry
from tipsearch.pipeline.resolver import Resolution, known_entries, resolve_block, resolve_source
from tipsearch.pipeline.store import PageSeen

BLOG = Source(name="blog")
SEEDS = st.integers(0, 10**9)


def resolved(entries: list[Entry], source: Source = BLOG) -> Resolution:
    return resolve_source(known_entries(entries), source)


def members(resolution: Resolution) -> list[list[str]]:
    return [[digest for digest, _ in one.members] for one in resolution.posts]


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.integers(2, 12), st.integers(2, 40))
def test_no_two_posts_are_ever_taken_for_one(seed: int, posts: int, entries: int) -> None:
    blog = made_blog(seed, posts, entries)
    assert blog.merged(members(resolved(blog.entries))) == []


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(2, 24), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_posts_and_ids(seed: int, entries: int, pick: random.Random) -> None:
    said = made_blog(seed, 6, entries).entries
    shuffled = said[:]
    pick.shuffle(shuffled)
    assert resolved(shuffled) == resolved(said)
    assert resolve(shuffled + shuffled[: entries // 3]) == resolve(said)


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(2, 24), st.randoms(use_true_random=False))
def test_any_batching_through_the_store_gives_the_same_posts_and_ids(
    seed: int, entries: int, pick: random.Random
) -> None:
    said = made_blog(seed, 6, entries).entries
    shuffled = said[:]
    pick.shuffle(shuffled)
    answered: set[str] = set()
    with TemporaryDirectory() as home, closing(open_store(Path(home))) as store:
        while shuffled:
            batch = [shuffled.pop() for _ in range(min(len(shuffled), pick.randrange(1, 9)))]
            for one in batch:
                store.put_page(PageSeen(source="blog", url=None, kind="listing", observed_at=one.observed_at), [one])
            resolve_corpus(store, BLOG)
            answered |= {post.id for post in store.posts()}
            assert all(store.find(own) for own in answered), "an id that answered once always answers"
        expected = resolved(said).posts
        assert {p.id: p for p in store.posts()} == {one.post.id: one.post for one in expected}
        for one in expected:
            (found,) = [f for f in store.find(one.post.id) if f.post.id == one.post.id]
            assert set(found.aliases) == set(one.aliases)
            assert found.possibly_same == one.possibly_same
        before = store.sequence()
        again = resolve_corpus(store, BLOG, anew=True)
        assert (again.added, again.changed, again.withdrawn) == ((), (), ())
        assert store.sequence() == before


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(2, 24), st.booleans())
def test_an_added_entry_leaves_no_id_without_an_answer(seed: int, entries: int, tricky: bool) -> None:
    source = Source(name="tips") if tricky else BLOG
    said = tricky_blog(seed, entries) if tricky else made_blog(seed, 6, entries).entries
    answered: set[str] = set()
    for size in range(1, len(said) + 1):
        posts = resolved(said[:size], source).posts
        answered |= {one.post.id for one in posts}
        assert answered <= {alias for one in posts for alias in one.aliases}
        assert len({one.post.id for one in posts}) == len(posts)


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.integers(2, 30), st.booleans())
def test_blocks_hold_all_that_could_be_of_one_post(seed: int, entries: int, tricky: bool) -> None:
    source = Source(name="tips") if tricky else BLOG
    said = tricky_blog(seed, entries) if tricky else made_blog(seed, 6, entries).entries
    whole = resolved(said, source)
    blocks = connected([read_entry(known) for known in known_entries(said)])
    parts = [one for block in blocks for one in resolve_block(block, whole.facts)]
    assert sorted(parts, key=lambda one: one.post.id) == list(whole.posts)


def connected(readings: list[Reading]) -> list[list[Reading]]:
    holders = defaultdict(list)
    for i, reading in enumerate(readings):
        orders = ("MDY", "DMY", "YMD")
        days = {c.found.date for order in orders for c in date_candidates(reading, order)}  # type: ignore[arg-type]
        for key in block_keys(reading, days):
            holders[key].append(i)
    near = defaultdict(set)
    for group in holders.values():
        for i in group:
            near[i].update(group)
    blocks, seen = [], set[int]()
    for start in range(len(readings)):
        if start not in seen:
            found, todo = {start}, [start]
            while todo:
                fresh = near[todo.pop()] - found
                found |= fresh
                todo += fresh
            seen |= found
            blocks.append([readings[i] for i in sorted(found)])
    return blocks


def test_teasers_without_permalinks_find_their_posts_on_a_blog_of_800_posts() -> None:
    blog, pairs = long_blog(800)
    posts = members(resolved(blog.entries))
    post_of = {digest: i for i, digests in enumerate(posts) for digest in digests}
    found = sum(post_of[teaser] == post_of[full] for teaser, full in pairs)
    assert blog.merged(posts) == []
    assert found >= 0.99 * len(pairs), f"{found} of {len(pairs)}"


@pytest.mark.slow
def test_teasers_without_permalinks_find_their_posts_through_real_extraction(tmp_path: Path) -> None:
    with big_site(800, teasers_with_permalinks=False) as site:
        crawl([Source(name="big", urls=(site.url,))], home=tmp_path, delay=0)
    number_of = {post.title: number for number, post in enumerate(big_posts(800))}
    with closing(open_store(tmp_path)) as store:
        posts = list(store.posts())
        forms = [{known.entry.form for known, _ in store.entries_of("big", post.id)} for post in posts]
        teasers = [known for known in store.entries("big") if known.entry.form == "summary"]
    assert len(posts) == 800, "one record a post"
    assert all(marker(number_of[post.title]) in post.text for post in posts), "and its text is its own full text"
    assert len(teasers) >= 10
    assert not [known for known in teasers if known.entry.permalink]
    assert {"summary"} not in forms, "every teaser found its post"
