"""A site without a delay: the next page of a numbered listing is fetched meanwhile, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tipsearch.crawler import crawl
from tipsearch.crawler.visits import AHEAD
from tipsearch.pipeline.records import Source

PAGES = 14


@pytest.fixture
def numbered(blog: Any, html: Any) -> Any:
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(PAGES)])
    return blog


def read(blog: Any, home: Path, **options: Any) -> Any:
    source = Source(name="blog", urls=(blog.url(),), channel="html")
    return crawl([source], home=home, delay=0, backoff=0, **options).sources[0]


def asked(count: int) -> list[str]:
    return ["/tag/x/", *(f"/tag/x/page/{n}/" for n in range(2, count + 1))]


def test_every_page_is_asked_for_once_in_order_and_one_at_a_time(numbered: Any, tmp_path: Path) -> None:
    report = read(numbered, tmp_path)
    assert numbered.pages_asked == asked(PAGES)
    assert numbered.most_under_way == 1
    assert (report.outcome, report.pages, report.requests, report.posts_total) == ("ok", PAGES, PAGES + 1, 2 * PAGES)


@pytest.mark.parametrize("bound", [1, 2, 3, 4, 9])
def test_no_page_is_fetched_beyond_max_pages(numbered: Any, tmp_path: Path, bound: int) -> None:
    report = read(numbered, tmp_path, max_pages=bound)
    assert numbered.pages_asked == asked(bound)
    assert report.pages == bound


def test_a_page_that_fails_is_tried_again_before_the_next_is_asked_for(
    numbered: Any, html: Any, tmp_path: Path
) -> None:
    numbered.routes["/tag/x/page/6/"] = html.Reply("down", 503)
    report = read(numbered, tmp_path)
    order = numbered.pages_asked
    assert order == [*asked(5), *["/tag/x/page/6/"] * 5, *asked(PAGES)[6:]]
    assert report.posts_total == 2 * (PAGES - 1)
    assert any("page 6" in line and "503" in line for line in report.missing)


def test_a_page_that_came_late_is_still_the_walks_next(numbered: Any, html: Any, tmp_path: Path) -> None:
    numbered.routes["/tag/x/page/5/"] = html.Reply(numbered.routes["/tag/x/page/5/"], wait=0.4)
    assert read(numbered, tmp_path).posts_total == 2 * PAGES
    assert numbered.pages_asked == asked(PAGES)


def test_a_listing_that_repeats_itself_costs_no_more_than_what_was_under_way(
    blog: Any, html: Any, tmp_path: Path
) -> None:
    for number in range(1, 30):
        shown = [html.article(min(number, 6))]
        path = "/tag/x/" if number == 1 else f"/tag/x/page/{number}/"
        blog.routes[path] = html.listing(shown, f"/tag/x/page/{number + 1}/")
    report = read(blog, tmp_path)
    assert report.posts_total == 6
    # Page 7 shows what page 6 did.
    assert 7 <= len(blog.pages_asked) <= 7 + AHEAD


def test_two_archives_of_one_blog_take_turns(numbered: Any, html: Any, tmp_path: Path) -> None:
    numbered.archive([[html.article(100 + n)] for n in range(PAGES)], base="/tag/y/")
    sources = [Source(name=tag, urls=(numbered.url(f"/tag/{tag}/"),), channel="html") for tag in "xy"]
    reports = crawl(sources, home=tmp_path, delay=0).sources
    assert [report.pages for report in reports] == [PAGES, PAGES]
    assert numbered.most_under_way == 1
    assert [path for path in numbered.pages_asked if path.startswith("/tag/x/")] == asked(PAGES)
