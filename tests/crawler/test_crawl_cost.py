"""What a first crawl costs in requests, counted by the server, channel by channel."""

from __future__ import annotations

from typing import Any

import pytest

from support.crawls import Case, Crawled, crawled
from support.sites import big_posts, big_wordpress, blogger_posts
from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.cli.demo.content import DemoPost
from tipsearch.cli.demo.server import Request, Response
from tipsearch.cli.demo.wordpress import WordPressSite

LABEL = "/search/label/service?max-results=20"
POSTS = 801


class Cut:
    """The made-up blog as its theme cuts five posts short on archive pages, with a link to the whole."""

    def __init__(self, site: WordPressSite) -> None:
        self._site = site
        self.posts: tuple[DemoPost, ...] = site.posts
        self._cut = [site.permalink(post) for post in site.posts[40:45]]

    def answer(self, request: Request) -> Response:
        response = self._site.answer(request)
        if not isinstance(response.body, bytes) or request.path in self._cut:
            return response
        html = response.body.decode()
        for path in self._cut:
            link = f"{request.base_url}{path}"
            head, found, tail = html.partition(f'<h2 class="entry-title"><a href="{link}" rel="bookmark">')
            if found and '<div class="entry-content">' in tail:
                before, content, after = tail.partition('<div class="entry-content">')
                body, end, rest = after.partition("</div>")
                more = f'{body.partition("</p>")[0]} <a class="more-link" href="{link}">Continue reading</a></p>'
                html = head + found + before + content + more + end + rest
        return Response(status=response.status, body=html.encode(), headers=response.headers)


def wordpress(**options: Any) -> WordPressSite:
    return big_wordpress(POSTS, **options)


CASES: dict[str, tuple[Case, int, str, int]] = {
    "REST": (Case(wordpress()), 14, "rest", POSTS),
    "REST without embedding": (Case(wordpress(rest_embed=False)), 14, "rest", POSTS),
    "REST and numbered pages": (Case(wordpress(rest_embed=False, page_numbers=True)), 14, "rest", POSTS),
    "feeds": (Case(wordpress(rest="off")), 90, "feed", POSTS),
    "feeds and numbered pages": (Case(wordpress(rest="off", page_numbers=True)), 90, "feed", POSTS),
    "pages": (Case(wordpress(rest="off", feed="off")), 275, "html", POSTS),
    "pages, five posts cut": (Case(Cut(wordpress(rest="off", feed="off"))), 275, "html", POSTS),
    "a label": (Case(BloggerSite(blogger_posts(300), title="Shelf"), paths=(LABEL,)), 4, "feed", 300),
    "an open label": (Case(BloggerSite(blogger_posts(300), title="Shelf", robots="open"), (LABEL,)), 4, "feed", 300),
}


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Crawled]:
    return crawled({name: case for name, (case, _, _, _) in CASES.items()}, tmp_path_factory.mktemp("costs"))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_whole_blog_costs_few_requests(costs: dict[str, Crawled], name: str) -> None:
    case, at_most, channel, n_posts = CASES[name]
    told = costs[name]
    assert (told.report.outcome, told.archive.channel) == ("ok", channel), told.report
    assert (told.archive.held, told.archive.stated, told.report.posts_total) == (n_posts, n_posts, n_posts)
    assert {post.completeness for post in told.posts} == {"full"}
    assert len(told.asked) <= at_most
    assert len(told.asked) == told.report.requests
    assert len(set(told.asked)) == len(told.asked)
    titles = sorted(post.title for post in told.posts)
    assert titles == sorted(post.title for post in case.site.posts)  # type: ignore[attr-defined]


@pytest.mark.slow
def test_five_posts_that_are_cut_short_cost_five_requests_more(costs: dict[str, Crawled]) -> None:
    whole, cut = costs["pages"], costs["pages, five posts cut"]
    assert cut.report.posts_fetched == 5
    assert len(cut.asked) == len(whole.asked) + 5
    texts = {post.title: post.text for post in cut.posts}
    for post in big_posts(POSTS)[40:45]:
        assert post.body.split("\n\n")[-1].split()[-1] in texts[post.title]
