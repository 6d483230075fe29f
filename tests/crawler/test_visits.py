"""Pages fetched ahead of the walk: which, how many, and in whose order they are taken."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scrapy.http import HtmlResponse

from tipsearch.crawler.visits import AHEAD, Ahead, Visit, following
from tipsearch.crawler.walk_records import Step

BLOG = "https://desk.example"


async def visit_to(url: str, body: str, *, further: int = 100, at: str | None = None) -> Visit:
    reading: Any = asyncio.get_running_loop().create_future()
    response = HtmlResponse(at or url, body=body.encode(), encoding="utf-8")
    return Visit(Step(url, "listing", further=further), response, reading=reading)


@pytest.mark.parametrize(
    ("url", "body", "expected"),
    [
        ("/tag/x/page/3/", '<a href="https://desk.example/tag/x/page/4/">older</a>', "/tag/x/page/4/"),
        ("/tag/x/page/3/", "<a href='/tag/x/page/4'>older</a>", "/tag/x/page/4/"),
        ("/tag/x/page/3/", "<a href='/tag/x/page/4#top'>older</a>", "/tag/x/page/4/"),
        ("/?tag=x&paged=3", '<a href="/?tag=x&#038;paged=4">older</a>', "/?tag=x&paged=4"),
        ("/?tag=x&paged=3", '<a href="/?tag=x&amp;paged=4">older</a>', "/?tag=x&paged=4"),
        ("/tag/x/page/3/", '<a href="/tag/x/page/44/">last</a>', None),
        ("/tag/x/page/3/", '<a href="/tag/x/page/2/">newer</a>', None),
        ("/tag/x/", '<a href="/tag/x/page/2/">older</a>', None),
        ("/search?updated-max=2018", '<a href="/search?updated-max=2017">older</a>', None),
    ],
)
def test_the_next_number_is_asked_for_where_the_page_links_to_it(url: str, body: str, expected: str | None) -> None:
    async def found() -> Step | None:
        return following(await visit_to(BLOG + url, body))

    step = asyncio.run(found())
    assert (step.url if step else None) == (BLOG + expected if expected else None)
    assert step is None or step.further == 99


@pytest.mark.parametrize("case", ["bounded", "redirected", "not read"])
def test_nothing_is_asked_for_that_the_walk_may_not_want(case: str) -> None:
    async def found() -> Step | None:
        url, link = f"{BLOG}/page/3/", '<a href="/page/4/">older</a>'
        if case == "bounded":
            return following(await visit_to(url, link, further=0))
        if case == "redirected":
            return following(await visit_to(url, link, at=f"{BLOG}/other/page/3/"))
        return following(Visit(Step(url, "listing", further=9), HtmlResponse(url, body=link.encode())))

    assert asyncio.run(found()) is None


class Fetched:
    """A listing of numbered pages, up to `last`, and what was asked of it."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.asked: list[int] = []

    async def visit(self, step: Step) -> Visit:
        number = int(step.url.rstrip("/").rpartition("/")[2])
        self.asked.append(number)
        await asyncio.sleep(0)
        link = f'<a href="/page/{number + 1}/">older</a>' if number < self.last else ""
        return await visit_to(step.url, link, further=step.further)


async def settled() -> None:
    """Let all that is ready to run come as far as it can; by the clock, a busy machine might give it no time."""
    for _ in range(100):
        await asyncio.sleep(0)


def step_to(number: int) -> Step:
    return Step(f"{BLOG}/page/{number}/", "listing", further=50)


def test_pages_are_taken_in_the_walks_order_and_no_more_are_fetched_than_there_is_room_for() -> None:
    async def tried() -> None:
        site = Fetched(last=9)
        ahead = Ahead(await site.visit(step_to(2)), site.visit)
        for number in range(3, 10):
            await settled()
            assert site.asked == list(range(2, min(number + AHEAD, 10)))
            assert ahead.has(step_to(number))
            assert not ahead.has(step_to(number + 1))
            taken = await ahead.take(step_to(number))
            assert taken.step == step_to(number)
            assert taken.response is not None
            assert taken.response.url == step_to(number).url
        await settled()
        assert not ahead.has(step_to(10))
        assert site.asked == list(range(2, 10))
        await ahead.drop()

    asyncio.run(tried())


def test_what_is_dropped_asks_for_nothing_more() -> None:
    async def tried() -> None:
        site = Fetched(last=9)
        ahead = Ahead(await site.visit(step_to(2)), site.visit)
        await settled()
        await ahead.drop()
        await settled()
        assert site.asked == [2, 3, 4]

    asyncio.run(tried())


def test_a_walk_that_allows_one_page_more_gets_one() -> None:
    async def tried() -> None:
        site = Fetched(last=9)
        first = await site.visit(Step(f"{BLOG}/page/2/", "listing", further=1))
        ahead = Ahead(first, site.visit)
        await settled()
        assert site.asked == [2, 3]
        await ahead.drop()

    asyncio.run(tried())


def test_a_visit_that_breaks_is_told_to_the_walk() -> None:
    async def tried() -> None:
        site = Fetched(last=9)

        async def broken(step: Step) -> Visit:
            raise ValueError(step.url)

        ahead = Ahead(await site.visit(step_to(2)), broken)
        await settled()
        taken = await asyncio.wait_for(ahead.take(step_to(3)), 5)
        assert isinstance(taken.exception, ValueError)
        assert taken.step == step_to(3)
        await ahead.drop()

    asyncio.run(tried())
