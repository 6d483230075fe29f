"""What a refresh costs, counted on the server's side, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from support.refreshing import Blogged
from support.sites import big_site, blogger_site

pytestmark = pytest.mark.slow

HTML = {"rest": "off", "feed": "off"}
KINDS: dict[str, tuple[Callable[..., Any], int, str, dict[str, Any]]] = {
    "rest": (big_site, 40, "/", {}),
    "rest-of-a-tag": (big_site, 40, "/tag/empathy/", {}),
    "feed": (big_site, 40, "/", {"rest": "off"}),
    "feed-with-a-weakened-tag": (big_site, 40, "/", {"rest": "off", "weak_etag_breaks": True}),
    "pages": (big_site, 40, "/", HTML),
    "pages-of-excerpts": (big_site, 40, "/", {**HTML, "excerpts": True}),
    "blogger-label": (blogger_site, 40, "/search/label/service", {}),
    "blogger-home": (blogger_site, 40, "/", {}),
}


@pytest.fixture
def blogged(tmp_path: Path) -> Iterator[Callable[..., Blogged]]:
    with ExitStack() as stack:

        def make(kind: str, *paths: str, **settings: Any) -> Blogged:
            build, size, path, options = KINDS[kind]
            site = stack.enter_context(build(size, **options))
            return Blogged(site, tmp_path / "home", *(paths or (path,)), **settings)

        yield make


def forget_validators(blog: Blogged) -> None:
    blog.change_states(lambda url, state: {**state, "validators": {}} if url else state)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_new_costs_two_requests_at_most_and_changes_no_post(blogged: Callable[..., Blogged], kind: str) -> None:
    blog = blogged(kind)
    assert blog.crawl().outcome == "ok"
    sequence = blog.sequence()
    report = blog.crawl()
    assert len(blog.asked) <= (2 if kind.startswith("rest") else 1), blog.asked
    blog.let_robots_expire()
    again = blog.crawl()
    assert "/robots.txt" in blog.asked
    assert len(blog.asked) <= 2, blog.asked
    assert again.requests == len(blog.asked)
    for one in (report, again):
        assert (one.outcome, one.complete, one.posts_added, one.posts_changed) == ("ok", True, 0, 0)
        assert one.archives[0].refreshed
        assert one.archives[0].held == one.archives[0].stated
    assert blog.sequence() == sequence


def test_blogger_without_validators_is_asked_for_what_was_updated(blogged: Callable[..., Blogged]) -> None:
    blog = blogged("blogger-home")
    blog.crawl()
    forget_validators(blog)
    report = blog.crawl()
    assert len(blog.asked) == 1
    assert "updated-min=" in blog.asked[0]
    assert (report.outcome, report.posts_changed) == ("ok", 0)
    forget_validators(blog)
    blog.edit(30)
    assert blog.crawl().posts_changed == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rest-of-a-tag"])
@pytest.mark.parametrize("count", [1, 20])
def test_new_posts_cost_the_pages_that_hold_them(blogged: Callable[..., Blogged], kind: str, count: int) -> None:
    blog = blogged(kind)
    blog.crawl()
    blog.let_robots_expire()
    new = blog.publish(count)
    report = blog.crawl()
    a_page = {"feed": 10, "feed-with-a-weakened-tag": 10, "pages": 3, "pages-of-excerpts": 3}.get(kind, 100)
    singles = count if kind == "pages-of-excerpts" else 0
    assert len(blog.asked) <= 2 + -(-count // a_page) + singles, blog.asked
    assert (report.outcome, report.posts_added) == ("ok", count)
    stored = blog.posts()
    assert all(stored[post.title].completeness == "full" for post in new)
    blog.crawl()
    assert len(blog.asked) <= 2


# An excerpt shows the edit of its own words alone.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "pages-of-excerpts"])
def test_an_edit_on_the_first_page_is_found_by_the_next_refresh(blogged: Callable[..., Blogged], kind: str) -> None:
    blog = blogged(kind)
    blog.crawl()
    number = next(n for n, post in enumerate(blog.served) if kind != "rest-of-a-tag" or "empathy" in post.tags)
    edited = blog.edit(number, silently=kind == "pages")
    report = blog.crawl()
    assert (report.outcome, report.posts_added, report.posts_changed) == ("ok", 0, 1)
    assert "added later on" in blog.posts()[edited.title].text
    assert len(blog.asked) <= 3


def test_an_edit_of_an_old_post_is_found_at_once_through_rest(blogged: Callable[..., Blogged]) -> None:
    blog = blogged("rest")
    blog.crawl()
    edited = blog.edit(37)
    assert blog.crawl().posts_changed == 1
    assert "added later on" in blog.posts()[edited.title].text


@pytest.mark.parametrize("kind", ["feed", "pages", "pages-of-excerpts", "blogger-label"])
def test_an_edit_of_an_old_post_is_found_by_the_next_sweep(blogged: Callable[..., Blogged], kind: str) -> None:
    blog = blogged(kind, sweep_days=30)
    blog.crawl()
    edited = blog.edit(37, silently=True)
    blog.crawl()
    blog.make_due()
    assert blog.crawl().posts_changed == 1
    assert "added later on" in blog.posts()[edited.title].text
    blog.crawl()
    assert len(blog.asked) <= 2


@pytest.mark.parametrize("robots", ["kept", "expired"])
def test_a_scheduled_post_with_an_old_time_of_change_is_found(blogged: Callable[..., Blogged], robots: str) -> None:
    blog = blogged("rest")
    blog.crawl()
    blog.crawl()
    if robots == "expired":
        blog.let_robots_expire()
    old = datetime(2019, 1, 1, tzinfo=UTC)
    blog.publish(1, modified=old)
    report = blog.crawl()
    assert (report.outcome, report.posts_added) == ("ok", 1)
    assert report.archives[0].refreshed


def test_a_site_that_ignores_modified_after_is_read_by_its_order_of_change(
    blogged: Callable[..., Blogged], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tipsearch.cli.demo.rest_params import Params

    monkeypatch.setattr(Params, "moment", lambda *_: None)
    blog = blogged("rest")
    blog.crawl()
    blog.edit(37)
    assert blog.crawl().posts_changed == 1
    blog.edit(35)
    assert blog.crawl().posts_changed == 1
    assert len(blog.asked) == 2
    assert not any("modified_after" in path for path in blog.asked)
    blog.crawl()
    assert len(blog.asked) == 1


@pytest.mark.parametrize("kind", ["rest", "rest-of-a-tag"])
def test_a_post_that_left_is_found_by_the_count(blogged: Callable[..., Blogged], kind: str) -> None:
    blog = blogged(kind)
    blog.crawl()
    number = max(n for n, post in enumerate(blog.served) if kind != "rest-of-a-tag" or "empathy" in post.tags)
    (left,) = blog.withdraw(number)
    report = blog.crawl()
    assert (report.outcome, report.posts_gone) == ("ok", 1)
    assert blog.gone() == {left.title}
    blog.crawl()
    assert len(blog.asked) <= 2


def test_a_post_of_the_past_is_found_by_the_count_or_by_the_sweep(blogged: Callable[..., Blogged]) -> None:
    blog = blogged("pages")
    blog.crawl()
    blog.publish(1, day=date(2025, 3, 1))
    assert blog.crawl().posts_added == 0
    blog.make_due()
    assert blog.crawl().posts_added == 1
