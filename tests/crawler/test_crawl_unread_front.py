"""Archives whose own first page shows no post that can be read: what else the page names is tried, and counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.crawls import Case, Crawled, crawled
from support.faults import Spoilt, html, spoilt
from support.sites import big_wordpress
from tipsearch.cli.demo.server import Request, Response
from tipsearch.crawler.channels.discover import archive_at
from tipsearch.crawler.channels.rest import RestReader

N = 24
TAG = "/tag/trust/"


def drawn_by_script(page: str) -> str:
    """The page with its head, and nothing in its body."""
    return re.sub(
        r"(<body[^>]*>).*</body>", r'\1<div id="app"></div><script>draw()</script></body>', page, flags=re.DOTALL
    )


def unread(path: str, **options: str) -> Case:
    site = big_wordpress(N, teasers=0, **options)
    return Case(Spoilt(site, {path: spoilt(site, drawn_by_script)}), paths=(path,))


CASES = {
    "home": unread("/"),
    "home, REST off": unread("/", rest="off"),
    "home, nothing else": unread("/", rest="off", feed="off"),
    "tag": unread(TAG),
    "tag, REST off": unread(TAG, rest="off"),
}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Crawled]:
    return crawled(CASES, tmp_path_factory.mktemp("unread"))


@pytest.mark.parametrize(
    ("name", "channel"), [("home", "rest"), ("home, REST off", "feed"), ("tag", "rest"), ("tag, REST off", "feed")]
)
def test_what_the_page_names_is_read_instead_of_its_posts(taken: dict[str, Crawled], name: str, channel: str) -> None:
    told = taken[name]
    site = CASES[name].site.inner  # type: ignore[attr-defined]
    listed = site.blog.archives[CASES[name].paths[0]].posts
    assert (told.report.outcome, told.archive.channel) == ("ok", channel), told.report
    assert sorted(post.title for post in told.posts) == sorted(post.title for post in listed)
    assert "found no post" in told.archive.why


def test_a_page_that_leaves_nothing_else_is_named(taken: dict[str, Crawled]) -> None:
    told = taken["home, nothing else"]
    assert (told.report.outcome, told.report.error, told.posts) == ("failed", "NoPostsError", ())


class WithEmptyCategory:
    """The made-up blog, and a category without posts, as WordPress shows it."""

    def __init__(self, **options: str) -> None:
        self._site = big_wordpress(N, **options)

    def answer(self, request: Request) -> Response:
        if request.path == "/category/quiet/":
            shown = "<h1>Nothing Found</h1><p>Nothing was published here so far.</p>"
            root = f'<link rel="https://api.w.org/" href="{request.base_url}/wp-json/">'
            return html(f'<html><head>{root}</head><body class="archive category category-99">{shown}</body></html>')
        if request.path == "/wp-json/wp/v2/posts" and request.query.get("categories") == "99":
            totals = {"X-WP-Total": "0", "X-WP-TotalPages": "0"}
            return Response(body=b"[]", headers={"Content-Type": "application/json", **totals})
        if request.path == "/wp-json/wp/v2/categories":
            quiet = b'[{"id": 99, "name": "Quiet", "slug": "quiet", "parent": 0}]'
            return Response(body=quiet, headers={"Content-Type": "application/json", "X-WP-TotalPages": "1"})
        return self._site.answer(request)


def test_an_archive_without_posts_is_an_error_through_any_channel(tmp_path: Path) -> None:
    cases = {name: Case(WithEmptyCategory(rest=name), paths=("/category/quiet/",)) for name in ("on", "off")}
    for told in crawled(cases, tmp_path).values():
        assert (told.report.outcome, told.report.error) == ("failed", "NoPostsError")


@pytest.mark.parametrize(
    ("query", "scope", "number"),
    [
        ("?cat=6", "category", 6),
        ("?author=2&paged=3", "author", 2),
        ("?cat=6&m=2016", "other", None),
        ("?cat=-6", "other", None),
        ("?cat=6,7", "other", None),
        ("?m=201603", "other", None),
    ],
)
def test_plain_permalinks_name_a_term_by_its_number(query: str, scope: str, number: int | None) -> None:
    archive = archive_at("tips", f"https://blog.example/{query}")
    assert (archive.scope, archive.term_id) == (scope, number)
    assert RestReader.can_read(archive) is (number is not None)
