"""The made-up sites: as many pages, teasers, titles and markers as they promise, and fast."""

from __future__ import annotations

import re
import time
from datetime import date
from html import unescape

from parsel import Selector

from support.asking import ask, fetched, get
from support.sites import big_posts, big_site, big_wordpress, blogger_posts, blogger_site, marker
from tipsearch.cli.demo.markup import excerpt, plain
from tipsearch.cli.demo.server import Request
from tipsearch.cli.demo.wordpress import WordPressSite


def test_800_posts_make_267_pages_with_the_same_ten_teasers_and_every_post_once() -> None:
    site = big_wordpress(800)
    assert site.pages() == 267
    links: list[str] = []
    teasers = set()
    for number in range(1, 268):
        _, page = ask(site, "/" if number == 1 else f"/page/{number}/")
        teasers.add(tuple(page.css(".tip-teaser .entry-title a::text").getall()))
        links += page.css(".type-post .entry-title a::attr(href)").getall()
    assert len(links) == len(set(links)) == 800
    assert [len(one) for one in teasers] == [10]
    assert ask(site, "/page/268/")[0] == 404


def test_each_post_has_a_title_and_a_marker_that_no_other_has() -> None:
    posts = big_posts(800)
    assert len({post.title for post in posts}) == 800
    assert len({post.slug for post in posts}) == 800
    for number, post in enumerate(posts):
        assert re.findall(r"shelf mark (\d+)", post.body) == [f"{number:06d}"]
        assert marker(number) in post.body
        assert marker(number)[:20] not in excerpt(post.body, 50)


def test_the_same_arguments_give_the_same_posts_and_another_seed_gives_others() -> None:
    assert big_posts(50) == big_posts(50)
    assert {post.title for post in big_posts(50)} != {post.title for post in big_posts(50, seed=8)}


def test_titles_carry_no_date_before_the_year_asked_for() -> None:
    for post in big_posts(800, undated_before=2015):
        assert bool(post.title_date) is (post.day >= date(2015, 1, 1))


def test_many_posts_stay_within_the_years_of_blogs() -> None:
    posts = big_posts(5000)
    assert posts[-1].day.year >= 2009
    assert len({post.title for post in posts}) == 5000
    assert WordPressSite(posts, title="x").pages() == 1667


def test_a_page_is_rendered_fast_enough_for_tests_of_hundreds() -> None:
    site = big_wordpress(800)
    started = time.process_time()
    for number in range(2, 202):
        site.answer(Request(method="GET", target=f"/page/{number}/", base_url="http://blog.test", headers={}))
    assert (time.process_time() - started) / 200 < 0.01


def test_served_with_trouble_where_the_test_wants_it() -> None:
    trouble = {"/page/3/": 500, "/page/4/": (503, 2)}
    closed = "User-agent: *\nDisallow: /\n"
    with big_site(30, fail_at=trouble, teasers_with_permalinks=False, robots=closed) as served:
        assert [get(f"{served.url}/page/{n}/")[0] for n in (2, 3, 3, 4, 4, 4)] == [200, 500, 500, 503, 503, 200]
        page = Selector(text=get(f"{served.url}/")[1])
        assert page.css(".tip-teaser a").getall() == []
        assert len(page.css(".tip-teaser")) == 10
        assert get(f"{served.url}/robots.txt")[1] == closed


def test_a_delay_is_waited_before_each_answer() -> None:
    with big_site(6, delay=0.1) as served:
        started = time.monotonic()
        get(served.url)
        assert time.monotonic() - started >= 0.1


def test_a_made_up_blogger_blog_has_posts_longer_than_a_snippet() -> None:
    assert [len(plain(post.body)) > 1000 for post in blogger_posts(10)] == [False] * 4 + [True] + [False] * 4 + [True]
    with blogger_site(45) as served:
        page = Selector(text=get(f"{served.url}/search/label/service?max-results=20")[1])
        cut = page.css(".snippet-item::text").re(r"\.\.\.$")
        assert len(cut) == 4
        older = page.css(".blog-pager-older-link::attr(href)").get("")
        assert len(Selector(text=get(unescape(older))[1]).css("article")) == 20
        assert "Disallow: /search\n" in get(f"{served.url}/robots.txt")[1]


def test_the_channels_cost_as_many_requests_as_they_should() -> None:
    with big_site(801) as served:
        rest = [fetched(f"{served.url}/wp-json/wp/v2/posts?per_page=100&page={n}").status for n in range(1, 11)]
        feed = [fetched(f"{served.url}/feed/?paged={n}").status for n in range(1, 84)]
    assert rest == [200] * 9 + [400]
    assert feed == [200] * 81 + [404] * 2
    with blogger_site(300) as served:
        pages = [f"{served.url}/feeds/posts/default/-/service?start-index={n}&max-results=150" for n in (1, 151, 301)]
        assert [fetched(page).text.count("<entry>") for page in pages] == [150, 150, 0]


def test_options_reach_the_sites_channels() -> None:
    with big_site(12, rest="login", feed="off", robots=None) as served:
        assert [get(served.url + path)[0] for path in ("/wp-json/", "/feed/", "/robots.txt")] == [401, 404, 404]
    with blogger_site(12, feed="off") as served:
        assert get(f"{served.url}/feeds/posts/default")[0] == 404
