"""What clusters cost, whatever a blog repeats, and what becomes of crowds."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from support.entries import entry, teaser
from tipsearch.pipeline import Entry, Source
from tipsearch.pipeline.pairing import CROWD
from tipsearch.pipeline.resolver import known_entries, resolve_source

WORDS = "when the bell rings open door and smile at whoever stands there rain or shine today always".split()
OPENING = " ".join(random.Random(1).choices(WORDS, k=80))


def text(number: int) -> str:
    return " ".join(random.Random(number).choices(WORDS, k=80))


def on(number: int) -> str:
    day = date(1999, 1, 1) + timedelta(days=2 * number)
    return f"Tip of the Week – {day.month}/{day.day}/{day:%y}"


def undated_halves(n: int) -> list[Entry]:
    fulls = [entry(on(i), f"{OPENING} This is number {i}.") for i in range(n // 2)]
    cuts = [" ".join(OPENING.split()[: 10 + i % 60]) for i in range(n // 2)]
    return fulls + [teaser("Tip of the Week", f"{cut} {i}", tags=(str(i),)) for i, cut in enumerate(cuts)]


BLOGS: dict[str, tuple[Callable[[int], list[Entry]], int | None]] = {
    "one title": (lambda n: [entry(on(i), text(i)) for i in range(n)], 1),
    "one title and opening": (lambda n: [entry(on(i), f"{OPENING} Number {i}.") for i in range(n)], 1),
    "one title and opening, half undated": (undated_halves, None),
    "one title and day, many addresses": (
        lambda n: [entry(on(7), text(i), permalink=f"https://example.com/{i}") for i in range(n)],
        1,
    ),
    "one title and opening, undated": (lambda n: [entry("Tip", f"{OPENING} Number {i}.") for i in range(n)], 1),
    "no title": (lambda n: [entry("", text(i)) for i in range(n)], 1),
    "one canonical address for all": (
        lambda n: [entry(f"T {i}", text(i), permalink=f"https://example.com/{i}", also_at=("https://example.com/b",))
                   for i in range(n)],
        1,
    ),
    "one post edited all the time": (lambda n: [entry(on(7), text(i)) for i in range(n)], 0),
}  # fmt: skip


@pytest.mark.parametrize("name", BLOGS)
def test_cost_grows_with_the_entries_and_no_faster(name: str) -> None:
    make, _ = BLOGS[name]
    times = []
    for size in (400, 3200):
        known = known_entries(make(size))
        started = time.process_time()
        resolve_source(known, Source(name="tips"))
        times.append(time.process_time() - started)
    # Eight times the entries; a quadratic rule would take 64 times as long.
    assert times[1] < 24 * max(times[0], 0.05)


@pytest.mark.parametrize("name", [name for name, (_, a_post_each) in BLOGS.items() if a_post_each is not None])
def test_a_crowd_is_a_post_each_unless_nothing_speaks_against_one(name: str) -> None:
    make, a_post_each = BLOGS[name]
    posts = resolve_source(known_entries(make(3 * CROWD)), Source(name="tips")).posts
    assert len(posts) == (3 * CROWD if a_post_each else 1)


def test_few_that_conflict_name_each_other_and_a_crowd_names_nobody() -> None:
    make, _ = BLOGS["one title and day, many addresses"]
    for size, named in ((5, 4), (CROWD + 1, 0)):
        posts = resolve_source(known_entries(make(size)), Source(name="tips")).posts
        assert {len(one.possibly_same) for one in posts} == {named}


def test_two_runs_of_one_text_name_each_other() -> None:
    posts = resolve_source(known_entries([entry(on(0), OPENING), entry(on(900), OPENING)]), Source(name="tips")).posts
    assert [one.possibly_same for one in posts] == [(posts[1].post.id,), (posts[0].post.id,)]


def test_the_url_is_the_plainest_form_that_was_seen() -> None:
    link = "https://example.com/2018/11/ring-twice/"
    said = [entry("Ring", OPENING, permalink=link + "amp/", at=5), teaser("Ring", "", permalink=link)]
    (one,) = resolve_source(known_entries(said), Source(name="tips")).posts
    assert one.post.url == link


def test_records_without_any_key_of_their_own_keep_answering() -> None:
    """Two blogs print one text on one day: all keys are shared, and the entry itself has to name the second."""
    said = [
        entry("Tip – 6/25/19", OPENING, source="saved", page_url=f"https://{blog}.example.com/", tags=(blog,))
        for blog in ("one", "two")
    ]
    before = resolve_source(known_entries(said), Source(name="saved")).posts
    assert len({one.post.id for one in before}) == 2
    linked = [
        entry("Tip – 6/25/19", OPENING, source="saved", permalink=f"https://{b}.example.com/tip")
        for b in ("one", "two")
    ]
    after = resolve_source(known_entries(said + linked), Source(name="saved")).posts
    assert len(after) == 2
    assert {one.post.id for one in before} <= {alias for one in after for alias in one.aliases}
