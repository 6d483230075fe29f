"""Sweeps: what they find that a refresh does not, what they take for gone, and what they doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.refreshing import Blogged
from support.sites import big_site, blogger_site

pytestmark = pytest.mark.slow

HTML = {"rest": "off", "feed": "off"}


@pytest.fixture
def blogged(tmp_path: Path) -> Iterator[Callable[..., Blogged]]:
    with ExitStack() as stack:

        def make(build: Callable[..., Any], size: int, *paths: str, options: dict[str, Any] | None = None) -> Blogged:
            return Blogged(stack.enter_context(build(size, **(options or {}))), tmp_path / "home", *paths)

        yield make


def in_future(stamp: str) -> bool:
    return datetime.fromisoformat(stamp) > datetime.now(UTC)


@pytest.mark.parametrize(
    ("build", "options"), [(big_site, {}), (big_site, {"rest": "off"}), (big_site, HTML), (blogger_site, {})]
)
def test_a_sweep_finds_the_posts_that_left(
    blogged: Callable[..., Blogged], build: Callable[..., Any], options: dict[str, Any]
) -> None:
    blog = blogged(build, 30, options=options)
    blog.crawl()
    left = blog.withdraw(12, 29)
    report = blog.crawl(full=True)
    assert (report.outcome, report.posts_gone) == ("ok", 2)
    assert blog.gone() == {post.title for post in left}
    blog.publish(1)
    report = blog.crawl()
    assert (report.outcome, report.posts_gone, report.posts_added) == ("ok", 0, 1)


def test_a_post_that_lost_its_tag_has_not_left(blogged: Callable[..., Blogged]) -> None:
    blog = blogged(big_site, 40, "/tag/empathy/")
    blog.crawl()
    posts = blog.served
    number = max(n for n, post in enumerate(posts) if "empathy" in post.tags)
    posts[number] = replace(posts[number], tags=("quiet",), modified=datetime.now(UTC))
    blog._inner.publish(posts)
    for options in ({}, {"full": True}):
        report = blog.crawl(**options)
        assert (report.outcome, report.posts_gone) == ("ok", 0), options
        assert blog.gone() == set()


@pytest.mark.parametrize("options", [{}, HTML], ids=["rest", "pages"])
def test_too_many_losses_are_not_believed_unless_they_are_accepted(
    blogged: Callable[..., Blogged], options: dict[str, Any]
) -> None:
    blog = blogged(big_site, 40, options=options)
    blog.crawl()
    all_posts = blog.served
    blog.withdraw(*range(20, 30))
    report = blog.crawl(full=True)
    assert (report.outcome, report.posts_gone, blog.gone()) == ("failed", 0, set())
    assert "10 of 40 posts seem to have left" in report.problems[0]
    assert "tipsearch refresh blog --accept-loss" in report.problems[0]
    state = blog.states()[""]
    assert (state["doubted"], state["failures"]) == (10, 1)
    assert in_future(state["retry_at"])
    # It is looked into again, and said again, as long as it is so.
    assert blog.crawl().outcome == "failed"
    report = blog.crawl(accept_loss=True)
    assert (report.outcome, report.posts_gone, len(blog.gone())) == ("ok", 10, 10)
    assert (blog.states()[""]["doubted"], blog.states()[""]["failures"]) == (0, 0)
    # And they come back to life where they come back.
    blog._inner.publish(all_posts)
    blog.crawl(full=True)
    assert blog.gone() == set()


def test_a_doubt_ends_where_the_posts_are_back(blogged: Callable[..., Blogged]) -> None:
    blog = blogged(big_site, 40)
    blog.crawl()
    all_posts = blog.served
    blog.withdraw(*range(20, 30))
    assert blog.crawl().outcome == "failed"
    blog._inner.publish(all_posts)
    report = blog.crawl()
    assert (report.outcome, blog.states()[""]["retry_at"]) == ("ok", "")
    blog.crawl()
    assert len(blog.asked) <= 2


def test_a_page_that_fails_for_ever_is_asked_for_alone_and_new_posts_are_found_meanwhile(
    blogged: Callable[..., Blogged],
) -> None:
    blog = blogged(big_site, 40, options={**HTML, "fail_at": {"/page/5/": 503}})
    first = blog.crawl()
    assert first.outcome == "failed"
    assert len(blog.posts()) == 37
    blog.publish(1)
    report = blog.crawl()
    assert (report.outcome, report.posts_added) == ("failed", 1)
    assert any("/page/5/" in line for line in report.missing)
    assert set(blog.asked) == {"/", "/page/2/", "/page/5/"}
    assert blog.states()[""]["failures"] == 2
    blog.site.site.fail_at.clear()
    report = blog.crawl()
    assert (report.outcome, report.missing) == ("ok", ())
    assert len(blog.posts()) == 41
    blog.crawl()
    assert len(blog.asked) <= 2


def test_a_bounded_crawl_is_refreshed_within_its_bound_and_read_on_beyond_it(blogged: Callable[..., Blogged]) -> None:
    blog = blogged(big_site, 40, options={**HTML, "teasers": 0})
    blog.crawl(max_pages=4)
    assert len(blog.posts()) == 12
    blog.crawl(max_pages=4)
    assert len(blog.asked) == 1
    blog.crawl()
    assert len(blog.posts()) == 40


def test_pages_that_never_read_the_same_twice_cost_two_requests(blogged: Callable[..., Blogged]) -> None:
    blog = blogged(big_site, 30, options=HTML)
    blog.crawl()
    for _ in range(2):
        for number in range(30):
            words = blog.served[number].body.split("\n\nSeen by ")[0]
            blog.edit(number, silently=True, body=f"{words}\n\nSeen by {datetime.now(UTC).microsecond} people.")
        assert blog.crawl().outcome == "ok"
        assert len(blog.asked) <= 2


def test_back_off_doubles_up_to_a_day_and_success_resets_it(blogged: Callable[..., Blogged]) -> None:
    blog = blogged(big_site, 5, options={"fail_at": {"/robots.txt": 500}})
    waits = []
    for _ in range(8):
        began = datetime.now(UTC)
        assert blog.crawl(backoff=0).outcome == "failed"
        retry_at = datetime.fromisoformat(blog.states()[""]["retry_at"])
        waits.append(round((retry_at - began) / timedelta(minutes=30)))
    assert waits == [1, 2, 4, 8, 16, 32, 48, 48]
    blog.site.site.fail_at.clear()
    assert blog.crawl().outcome == "ok"
    assert (blog.states()[""]["failures"], blog.states()[""]["retry_at"]) == (0, "")


def test_what_is_incomplete_has_not_failed(blogged: Callable[..., Blogged]) -> None:
    blog = blogged(big_site, 20, options={**HTML, "excerpts": True})
    slug = blog.served[3].slug
    path = blog._inner.permalink(blog.served[3])
    blog.site.site.fail_at[path] = 404
    report = blog.crawl()
    assert report.outcome == "incomplete"
    assert blog.states()[""]["failures"] == 0
    assert any(slug in line for line in blog.crawl().missing)
    assert path not in blog.asked
    blog.site.site.fail_at.clear()
    assert blog.crawl(full=True).outcome == "ok"
    assert blog.crawl().missing == ()


def test_a_post_that_could_not_be_had_for_a_moment_is_no_longer_missing_once_it_came(
    blogged: Callable[..., Blogged],
) -> None:
    blog = blogged(big_site, 20, options={**HTML, "excerpts": True})
    blog.site.site.fail_at[blog._inner.permalink(blog.served[3])] = 503
    assert blog.crawl().outcome == "incomplete"
    blog.site.site.fail_at.clear()
    report = blog.crawl()
    assert (report.outcome, report.missing) == ("ok", ())
    assert blog.crawl().outcome == "ok"
