"""The sitemap against which a feed is counted, and where it is looked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from support.crawls import Case, crawled
from support.faults import html
from support.sites import big_wordpress
from tipsearch.cli.demo.server import Request, Response
from tipsearch.crawler.channels.records import Answer
from tipsearch.crawler.recount import MAX_WRONG, Recount
from tipsearch.crawler.sweep_walk import SweepWalk
from tipsearch.pipeline.errors import NotFoundError, TipsearchError, UnreachableError

HOME = "https://blog.example/"
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://blog.example/2019/03/kettle/</loc></url></urlset>'


class Blog:
    """An archive of a whole blog that came through a feed."""

    wants_recount = True
    closed = None

    def __init__(self, start: str = HOME, *own: str) -> None:
        self.start = start
        self.own = frozenset(own)


def asked(
    named: list[str], answers: dict[str, str | TipsearchError], blog: Blog | None = None
) -> tuple[list[str], list[str]]:
    """What is asked for where the site answers so, and the addresses of posts that were found."""
    recount, archives, seen = Recount(lambda: named), [cast("SweepWalk", blog or Blog())], []
    while (url := recount.following(archives)) is not None:
        seen.append(url)
        assert len(seen) < 9
        said = answers.get(url.removeprefix(HOME), NotFoundError(f"{url} answers 404.", status=404))
        if isinstance(said, TipsearchError):
            recount.failed(said)
        else:
            headers = {"content-type": "application/xml"}
            now = datetime(2024, 5, 1, tzinfo=UTC)
            recount.read(Answer(asked=url, url=url, headers=headers, body=said.encode(), text=said, observed_at=now))
    return [url.removeprefix(HOME) for url in seen], [url for _, url in recount.unlisted(())]


@pytest.mark.parametrize(
    ("named", "answers", "order"),
    [
        pytest.param([], {"wp-sitemap.xml": URLSET}, ["wp-sitemap.xml"], id="WordPress's own"),
        pytest.param([], {"sitemap.xml": URLSET}, ["wp-sitemap.xml", "sitemap.xml"], id="a plugin's"),
        pytest.param([HOME + "map.xml"], {"map.xml": URLSET}, ["map.xml"], id="named in robots.txt"),
    ],
)
def test_a_sitemap_is_found(named: list[str], answers: dict[str, str | TipsearchError], order: list[str]) -> None:
    assert asked(named, answers) == (order, ["https://blog.example/2019/03/kettle/"])


def test_a_site_without_a_sitemap_is_asked_twice_at_most() -> None:
    assert asked([], {}) == (["wp-sitemap.xml", "sitemap.xml"], [])


def test_one_that_robots_txt_names_and_that_is_gone_is_not_sought_elsewhere() -> None:
    assert asked([HOME + "map.xml"], {}) == (["map.xml"], [])


def test_a_site_that_does_not_answer_is_left_alone() -> None:
    assert asked([], {"wp-sitemap.xml": UnreachableError("busy", status=503)}) == (["wp-sitemap.xml"], [])


def urlset(*paths: str) -> str:
    named = "".join(f"<url><loc>{HOME}{path}</loc></url>" for path in paths)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</urlset>'


def test_a_blog_in_a_folder_has_its_own_sitemap_there() -> None:
    blog = Blog(HOME + "journal/", "blog.example/journal/a")
    answers: dict[str, str | TipsearchError] = {"journal/wp-sitemap.xml": urlset("journal/a/", "journal/b/")}
    assert asked([], answers, blog) == (["journal/wp-sitemap.xml"], [f"{HOME}journal/a/", f"{HOME}journal/b/"])


@pytest.mark.parametrize("named", [[], [HOME + "sitemap.xml"]], ids=["guessed", "named in robots.txt"])
def test_other_parts_of_the_site_are_no_posts_of_a_blog_in_a_folder(named: list[str]) -> None:
    blog = Blog(HOME + "journal/", "blog.example/journal/a")
    answers: dict[str, str | TipsearchError] = {"sitemap.xml": urlset("kettles/red/", "journal/b/")}
    assert asked(named, answers, blog)[1] == [f"{HOME}journal/b/"]


def test_a_listing_page_apart_from_its_posts_is_no_folder() -> None:
    blog = Blog(HOME + "blog/", "blog.example/2019/03/kettle")
    answers: dict[str, str | TipsearchError] = {"wp-sitemap.xml": urlset("2019/04/lamp/")}
    assert asked([], answers, blog) == (["wp-sitemap.xml"], [f"{HOME}2019/04/lamp/"])


class Mixed:
    """A blog with names alone for permalinks, whose only sitemap names all its pages, `others` among them."""

    def __init__(self, others: int, **options: Any) -> None:
        self._site = big_wordpress(12, dated_permalinks=False, sitemap=False, **options)
        self._others = others

    def answer(self, request: Request) -> Response:
        if request.path == "/sitemap.xml":
            paths = [f"mill-{n}/" for n in range(self._others)]
            paths += [self._site.permalink(post)[1:] for post in self._site.posts]
            return Response(body=urlset(*paths).replace(HOME, f"{request.base_url}/").encode())
        if request.path.startswith("/mill-"):
            return html(
                '<body class="page page-id-7"><h1>The mill</h1><p>It stands by the river, and grinds.</p></body>'
            )
        answer = self._site.answer(request)
        if request.path.startswith("/wp-json/"):
            kept = {name: value for name, value in answer.headers.items() if not name.lower().startswith("x-wp-")}
            return Response(status=answer.status, body=answer.body, headers=kept)
        return answer


def test_pages_that_a_sitemap_names_among_posts_are_not_missed(tmp_path: Path) -> None:
    cases = {"few": Case(Mixed(3, rest="off")), "many": Case(Mixed(300, rest="off"))}
    told = crawled(cases, tmp_path)
    for one in told.values():
        assert (one.report.outcome, one.report.missing, one.report.problems) == ("ok", (), ())
        assert one.count == (12, 12, "sitemap")
    asked_for = [path for path in told["many"].asked if path.startswith("/mill-")]
    assert len(asked_for) == MAX_WRONG


def test_rest_without_its_totals_is_counted_by_the_sitemap(tmp_path: Path) -> None:
    told = crawled({"blog": Case(Mixed(0))}, tmp_path)["blog"]
    assert (told.report.outcome, told.archive.channel, told.count) == ("ok", "rest", (12, 12, "sitemap"))
