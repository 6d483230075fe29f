"""Listing pages in the middle of an archive on which no post can be read: passed over, named, and asked for again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.faults import Spoilt, spoilt
from support.sites import big_wordpress
from tipsearch.cli.demo.server import Running, serve
from tipsearch.crawler import crawl
from tipsearch.crawler.report import GUESSED, SourceReport
from tipsearch.crawler.visits import AHEAD
from tipsearch.pipeline import Source

N = 30
POSTS = re.compile(r'<div id="post-\d.*?(?=<(?:nav class="navigation|div id="nav-below))', re.DOTALL)


def without_posts(page: str) -> str:
    """The page as a plugin has it that draws the posts by script."""
    return POSTS.sub('<div class="canvas" data-posts="7,8,9"></div>\n', page)


@contextmanager
def blog(*unreadable: int, **options: Any) -> Iterator[Running]:
    """Ten pages of three posts, of which some can't be read."""
    site = big_wordpress(N, rest="off", feed="off", **{"page_numbers": True, "teasers": 0, **options})
    with serve(Spoilt(site, {f"/page/{n}/": spoilt(site, without_posts) for n in unreadable})) as running:
        yield running


def crawled(running: Running, home: Path) -> SourceReport:
    running.forget()
    (report,) = crawl([Source(name="blog", urls=(f"{running.url}/",))], home=home, delay=0, backoff=0.01).sources
    return report


def pages_asked(running: Running) -> list[str]:
    return [request.path for request in running.requests if request.path.startswith("/page/")]


@pytest.mark.parametrize("teasers", [0, 10], ids=["nothing else", "teasers alone"])
def test_a_page_without_readable_posts_is_passed_over_named_and_asked_for_again(tmp_path: Path, teasers: int) -> None:
    with blog(4, teasers=teasers) as running:
        report = crawled(running, tmp_path)
        assert pages_asked(running) == [f"/page/{n}/" for n in range(2, 11)]
        assert (report.outcome, report.complete, report.error) == ("failed", False, "NoPostsError")
        assert report.problems == (f"page 4 of the listing: read {running.url}/page/4/ and found no post of its own.",)
        assert any(line.startswith("page 4: no post of its own could be read") for line in report.missing)
        held = report.archives[0].held
        assert held in {N - 3, N - 2}, "a teaser may be one of them"
        again = crawled(running, tmp_path)
        assert pages_asked(running) == ["/page/4/"]
        assert (again.outcome, again.complete) == ("failed", False)
        assert any("found no post of its own" in line for line in again.missing)
        running.site.paths.clear()  # type: ignore[attr-defined]
        mended = crawled(running, tmp_path)
        assert pages_asked(running) == ["/page/4/", "/page/5/"]
        assert (mended.outcome, mended.complete, mended.missing, mended.posts_total) == ("ok", True, (), N)


def test_a_page_is_mended_though_its_posts_were_read_elsewhere(tmp_path: Path) -> None:
    categories = ("business-advice", "customer-service-tip-of-the-week", "world-of-service")
    with blog(4, excerpts=True) as running:
        urls = (f"{running.url}/", *(f"{running.url}/category/{name}/" for name in categories))
        source = Source(name="blog", urls=urls)
        (report,) = crawl([source], home=tmp_path, delay=0, backoff=0.01).sources
        assert (report.outcome, report.posts_total, report.archives[0].held) == ("failed", N, N - 3)
        running.site.paths.clear()  # type: ignore[attr-defined]
        (mended,) = crawl([source], home=tmp_path, delay=0, backoff=0.01).sources
        assert (mended.outcome, mended.missing, mended.archives[0].held) == ("ok", (), N)


def test_a_guess_that_came_true_is_no_guess_any_more(tmp_path: Path) -> None:
    with blog(4, 8) as running:
        (guessed,) = crawled(running, tmp_path).archives
        assert (guessed.held, guessed.stated, guessed.stated_by) == (N - 6, N, GUESSED)
        running.site.paths.popitem()  # type: ignore[attr-defined]
        (still,) = crawled(running, tmp_path).archives
        assert (still.held, still.stated, still.stated_by) == (N - 3, N, GUESSED)
        running.site.paths.clear()  # type: ignore[attr-defined]
        for _ in range(2):
            (known,) = crawled(running, tmp_path).archives
            assert (known.held, known.stated, known.stated_by) == (N, N, "page numbers")


def test_three_such_pages_in_a_row_end_the_listing_and_the_next_run_goes_on_there(tmp_path: Path) -> None:
    with blog(4, 5, 6, 7) as running:
        report = crawled(running, tmp_path)
        assert pages_asked(running)[:5] == [f"/page/{n}/" for n in range(2, 7)]
        assert len(pages_asked(running)) <= 5 + AHEAD, "some may be fetched ahead"
        assert (report.outcome, report.complete, report.posts_total) == ("failed", False, 9)
        again = crawled(running, tmp_path)
        assert pages_asked(running)[0] == "/page/6/"
        assert (again.outcome, again.complete) == ("failed", False)
        running.site.paths.clear()  # type: ignore[attr-defined]
        mended = crawled(running, tmp_path)
        assert pages_asked(running) == [f"/page/{n}/" for n in range(4, 9)]
        assert (mended.outcome, mended.complete, mended.posts_total) == ("ok", True, N)


def test_the_last_page_may_be_the_one(tmp_path: Path) -> None:
    with blog(10) as running:
        report = crawled(running, tmp_path)
        assert pages_asked(running)[-1] == "/page/10/"
        assert (report.outcome, report.complete, report.posts_total) == ("failed", False, N - 3)
        assert any(line.startswith("page 10: ") for line in report.missing)


def test_where_no_pager_names_the_last_page_such_a_page_is_the_end(tmp_path: Path) -> None:
    with blog(9, 10, page_numbers=False) as running:
        report = crawled(running, tmp_path)
        assert (report.outcome, report.complete) == ("ok", True)
        assert f"a page without posts ({running.url}/page/9/)" in report.stop_reason
