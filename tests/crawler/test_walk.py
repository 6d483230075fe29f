"""The way through a source, without a crawler: each page is told to the walk as it would have been read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.crawler.extract.records import Extraction
from tipsearch.crawler.sightings import with_asked_address
from tipsearch.crawler.walk import Walk
from tipsearch.crawler.walk_records import Known, WalkOptions
from tipsearch.pipeline.errors import BlockedError, NotFoundError, RobotsError, UnreachableError
from tipsearch.pipeline.records import Entry, Form, Source
from tipsearch.pipeline.store.protocol import PutResult

NOW = datetime(2020, 1, 1, tzinfo=UTC)
SITE = "https://blog.example"


def entry(number: int, form: Form = "content", *, own: bool = True, host: str = SITE) -> Entry:
    return Entry(
        source="blog",
        form=form,
        title=f"Tip {number}",
        body=f"<p>Body {number}</p>",
        permalink=f"{host}/tip-{number}/",
        listed_in="tag:x" if own else "",
        observed_at=NOW,
    )


def page(*entries: Entry, following: str | None = None) -> Extraction:
    kind = "listing" if entries else "none"
    return Extraction(layout="html", kind=kind, entries=entries, next_url=following, archive="tag:x")


def post(*entries: Entry) -> Extraction:
    return Extraction(layout="html", kind="post", entries=entries)


def start(*urls: str, max_pages: int | None = None, known: Collection[str] = ()) -> Walk:
    source = Source(name="blog", urls=urls or (f"{SITE}/tag/x/",))
    options = WalkOptions(max_pages=max_pages, channel="html")
    return Walk(source, now=NOW, options=options, known=Known(full_among=lambda some: set(some) & set(known)))


def read(walk: Walk, extraction: Extraction, url: str | None = None) -> None:
    step = walk.step()
    assert step is not None
    walk.page(url or step.url, extraction, PutResult(new=len(extraction.entries)))


def report_of(walk: Walk):
    assert walk.step() is None
    return walk.report(requests=0, seconds=0)


def test_a_listing_is_read_to_its_last_page() -> None:
    walk = start()
    read(walk, page(entry(1), following=f"{SITE}/tag/x/page/2/"))
    read(walk, page(entry(2)))
    report = report_of(walk)
    assert (report.outcome, report.complete, report.pages) == ("ok", True, 2)
    assert "last page" in report.stop_reason


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        pytest.param(page(entry(1), following=f"{SITE}/tag/x/page/3/"), "repeated page", id="the same page again"),
        pytest.param(page(), "without posts", id="a page without posts"),
        pytest.param(page(entry(2), following=f"{SITE}/tag/x/"), "read before", id="a cycle"),
        pytest.param(page(entry(2), following=f"{SITE}/tag/x/page/1/"), "goes down", id="a number that goes down"),
        pytest.param(page(entry(2), following="https://elsewhere.example/p/3"), "another site", id="another site"),
    ],
)
def test_reading_stops(second: Extraction, reason: str) -> None:
    walk = start()
    read(walk, page(entry(1), following=f"{SITE}/tag/x/page/2/"))
    read(walk, second)
    report = report_of(walk)
    assert reason in report.stop_reason
    assert report.outcome == "ok"
    assert report.complete == ("another site" not in reason)


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_after_the_last_is_the_end(status: int) -> None:
    walk = start()
    read(walk, page(entry(1), following=f"{SITE}/tag/x/page/2/"))
    walk.failed(NotFoundError(f"answers {status}"))
    report = report_of(walk)
    assert (report.outcome, report.complete, report.problems) == ("ok", True, ())


def test_teasers_on_every_page_do_not_end_a_listing_and_a_page_of_them_alone_does() -> None:
    teasers = [entry(n, "summary", own=False) for n in range(90, 100)]
    walk = start(known=[f"blog.example/tip-{n}" for n in range(90, 100)])
    for number in range(1, 5):
        read(walk, page(*teasers, entry(number), following=f"{SITE}/tag/x/page/{number + 1}/"))
    read(walk, page(*teasers, following=f"{SITE}/tag/x/page/6/"))
    report = report_of(walk)
    assert (report.pages, report.complete) == (5, True)
    assert "without posts of its own" in report.stop_reason


def test_teasers_that_change_do_not_keep_a_listing_alive() -> None:
    walk = start(known=[f"blog.example/tip-{n}" for n in range(90, 100)])
    read(walk, page(entry(90, "summary", own=False), entry(1), following=f"{SITE}/tag/x/page/2/"))
    read(walk, page(entry(91, "summary", own=False), following=f"{SITE}/tag/x/page/3/"))
    assert "without posts of its own" in report_of(walk).stop_reason


def test_a_page_whose_posts_stood_as_teasers_before_is_not_a_repeated_one() -> None:
    walk = start()
    read(walk, page(entry(1, "summary", own=False), entry(2), following=f"{SITE}/tag/x/page/2/"))
    read(walk, page(entry(1, "summary", own=False), entry(1), following=f"{SITE}/tag/x/page/3/"))
    step = walk.step()
    assert step is not None
    assert step.url.endswith("/page/3/")


def test_an_excerpt_is_fetched_once_and_only_after_all_listings() -> None:
    walk = start(f"{SITE}/tag/x/", f"{SITE}/tag/y/")
    read(walk, page(entry(1, "summary"), entry(2, "summary"), following=f"{SITE}/tag/x/page/2/"))
    read(walk, page(entry(1, "summary"), entry(3, "summary")))
    read(walk, page(entry(2)))
    fetched = []
    while (step := walk.step()) is not None:
        assert step.phase == "posts"
        fetched.append(step.url)
        read(walk, post(entry(9 if "3" in step.url else 1), entry(7, "summary", own=False)))
    assert fetched == [f"{SITE}/tip-1/", f"{SITE}/tip-3/"]


def test_what_the_store_holds_in_full_is_not_fetched() -> None:
    walk = start(known={"blog.example/tip-1"})
    read(walk, page(entry(1, "summary")))
    assert walk.step() is None


def test_an_excerpt_of_another_site_is_never_fetched() -> None:
    walk = start()
    read(walk, page(entry(1, "summary", host="https://elsewhere.example")))
    assert any("another site" in note for note in report_of(walk).notes)


def test_a_post_that_is_gone_is_a_problem_and_not_the_end() -> None:
    walk = start()
    read(walk, page(entry(1, "summary"), entry(2, "summary")))
    walk.failed(NotFoundError("https://blog.example/tip-1/ answers 404"))
    read(walk, post(entry(2)))
    report = report_of(walk)
    assert (report.outcome, report.complete, report.posts_fetched) == ("incomplete", True, 1)
    assert report.problems == ("https://blog.example/tip-1/ answers 404",)
    assert report.missing == ("excerpt only: https://blog.example/tip-1/ answers 404",)
    assert (report.archives[0].held, report.archives[0].stated) == (1, 2)


def test_a_site_that_goes_down_among_the_posts_is_given_up() -> None:
    walk = start()
    read(walk, page(*[entry(n, "summary") for n in range(9)]))
    for _ in range(3):
        walk.failed(UnreachableError("no answer"))
    report = report_of(walk)
    assert (report.outcome, report.error) == ("failed", "UnreachableError")
    assert any("6 more posts" in note for note in report.notes)


def test_a_failure_later_in_the_listing_keeps_what_was_read_and_names_the_page() -> None:
    walk = start()
    read(walk, page(entry(1, "summary"), following=f"{SITE}/tag/x/page/2/"))
    walk.failed(UnreachableError(f"{SITE}/tag/x/page/2/ answers 503"))
    report = report_of(walk)
    assert (report.outcome, report.complete, report.pages) == ("failed", False, 1)
    assert report.problems[0].startswith("page 2 of the listing: ")


def test_other_listings_are_read_after_one_that_failed() -> None:
    walk = start(f"{SITE}/tag/x/", f"{SITE}/tag/y/")
    walk.failed(RobotsError("closed"))
    read(walk, page(entry(1)))
    report = report_of(walk)
    assert (report.outcome, report.error, report.urls_read) == ("failed", "RobotsError", (f"{SITE}/tag/y/",))


def test_nothing_more_is_asked_of_a_site_that_refuses() -> None:
    walk = start(f"{SITE}/tag/x/", f"{SITE}/tag/y/")
    walk.failed(BlockedError("come back later"))
    assert report_of(walk).outcome == "failed"


def test_a_page_reached_by_two_addresses_is_read_once() -> None:
    walk = start(f"{SITE}/tag/x/", f"{SITE}/tag/x", "http://www.blog.example/tag/x/#top")
    read(walk, page(entry(1)))
    assert report_of(walk).pages == 1


def test_months_kept_in_a_parameter_are_different_pages() -> None:
    walk = start(f"{SITE}/?m=201811", f"{SITE}/?m=201812")
    read(walk, page(entry(1)))
    read(walk, page(entry(2)))
    assert report_of(walk).pages == 2


def test_a_redirect_back_to_the_first_page_is_the_end() -> None:
    walk = start()
    read(walk, page(entry(1), following=f"{SITE}/tag/x/page/2/"))
    read(walk, page(entry(1), entry(2), following=f"{SITE}/tag/x/page/3/"), url=f"{SITE}/tag/x/")
    assert "leads back" in report_of(walk).stop_reason


def test_max_pages_bounds_each_listing_and_leaves_it_incomplete() -> None:
    walk = start(max_pages=2)
    read(walk, page(entry(1), following=f"{SITE}/tag/x/page/2/"))
    read(walk, page(entry(2), following=f"{SITE}/tag/x/page/3/"))
    report = report_of(walk)
    assert (report.outcome, report.complete) == ("ok", False)
    assert "max_pages" in report.stop_reason


def test_a_first_page_without_posts_is_an_error_with_a_name() -> None:
    walk = start()
    read(walk, page())
    report = report_of(walk)
    assert (report.outcome, report.error, report.urls_read) == ("failed", "NoPostsError", ())


def test_a_single_post_is_read_as_such() -> None:
    walk = start(f"{SITE}/tip-1/")
    read(walk, post(entry(1)))
    report = report_of(walk)
    assert (report.outcome, report.pages) == ("ok", 1)
    assert "single post" in report.stop_reason


def test_a_redirected_post_is_known_under_both_addresses() -> None:
    moved = with_asked_address(post(entry(1)), f"{SITE}/?p=1", f"{SITE}/tip-1/")
    assert moved.entries[0].also_at == (f"{SITE}/?p=1",)
    same = with_asked_address(post(entry(1)), f"{SITE}/tip-1", f"{SITE}/tip-1/")
    assert same.entries[0].also_at == ()


@given(
    links=st.lists(st.integers(0, 6), min_size=7, max_size=7),
    posts=st.lists(st.sets(st.integers(0, 5)), min_size=7, max_size=7),
)
def test_a_walk_ends_whatever_pages_link_to_and_asks_for_no_page_twice(links: list[int], posts: list[set[int]]) -> None:
    addresses = [f"{SITE}/archive-{n}/" for n in range(7)]
    walk = start(addresses[0])
    asked = []
    while (step := walk.step()) is not None:
        asked.append(step.url)
        assert len(asked) <= 7 + 6
        if step.phase == "posts":
            read(walk, post(entry(int(step.url.rstrip("/")[-1]))))
            continue
        here = addresses.index(step.url)
        read(walk, page(*[entry(n, "summary") for n in sorted(posts[here])], following=addresses[links[here]]))
    assert len(set(asked)) == len(asked)


def test_teasers_alone_past_the_end_do_not_become_the_archives_own() -> None:
    walk = start()
    teasers = [entry(n, "summary", own=False) for n in (8, 9)]
    read(walk, walk.settled(page(*teasers, entry(1), following=f"{SITE}/tag/x/page/2/")))
    past = walk.settled(page(entry(8, "summary"), entry(9, "summary"), following=f"{SITE}/tag/x/page/3/"))
    assert [e.listed_in for e in past.entries] == ["", ""]
    read(walk, past)
    step = walk.step()
    assert step is not None
    assert step.phase == "posts"


def test_a_listing_of_teasers_alone_keeps_them_its_own() -> None:
    walk = start()
    first = walk.settled(page(entry(1, "summary"), entry(2, "summary"), following=f"{SITE}/tag/x/page/2/"))
    read(walk, first)
    second = walk.settled(page(entry(3, "summary"), entry(2, "summary")))
    assert {e.listed_in for e in (*first.entries, *second.entries)} == {"tag:x"}
