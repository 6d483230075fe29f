"""The sitemap against which a feed is counted, and where it is looked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from tipsearch.crawler.channels.records import Answer
from tipsearch.crawler.recount import Recount
from tipsearch.crawler.sweep_walk import SweepWalk
from tipsearch.pipeline.errors import NotFoundError, TipsearchError, UnreachableError

HOME = "https://blog.example/"
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://blog.example/2019/03/kettle/</loc></url></urlset>'


class Blog:
    """An archive of a whole blog that came through a feed."""

    start = HOME
    wants_recount = True
    is_closed = False
    own: frozenset[str] = frozenset()


def asked(named: list[str], answers: dict[str, str | TipsearchError]) -> tuple[list[str], list[str]]:
    """What is asked for where the site answers so, and the addresses of posts that were found."""
    recount, archives, seen = Recount(lambda: named), [cast("SweepWalk", Blog())], []
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
