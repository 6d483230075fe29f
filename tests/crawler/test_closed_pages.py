"""A Blogger blog without feeds whose further pages robots.txt closes: read post by post, as its sitemap names them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.crawls import Case, served
from support.sites import blogger_posts
from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.cli.demo.server import Request, Response, plain_text
from tipsearch.crawler import Progress

N = 20
FRONT = 7
POSTS = blogger_posts(N)
PATHS = [BloggerSite.permalink(post) for post in POSTS]
NS = "http://www.sitemaps.org/schemas/sitemap/0.9"


class Sitemaps:
    """The blog with other sitemaps: `maps` by path, each a list of paths; an index where they name ``.xml`` files."""

    def __init__(self, maps: dict[str, list[str]], site: BloggerSite) -> None:
        self.maps = maps
        self._site = site

    def answer(self, request: Request) -> Response:
        named = request.path + (f"?page={request.query['page']}" if "page" in request.query else "")
        if "sitemap" not in request.path:
            return self._site.answer(request)
        if named not in self.maps:
            return replace(plain_text("not here"), status=404)
        links = self.maps[named]
        inner, outer = ("sitemap", "sitemapindex") if all(".xml" in link for link in links) else ("url", "urlset")
        items = "".join(f"<{inner}><loc>{request.base_url}{link}</loc></{inner}>" for link in links)
        xml = f'<?xml version="1.0"?><{outer} xmlns="{NS}">{items}</{outer}>'
        return Response(body=xml.encode(), headers={"Content-Type": "application/xml"})


def blog(**options: Any) -> BloggerSite:
    return BloggerSite(POSTS, title="Shelf Marks", feed="off", **options)


def test_the_posts_that_the_sitemap_names_are_read_one_by_one(tmp_path: Path) -> None:
    with served({"blog": Case(blog())}) as sites:
        first = sites.crawl(tmp_path, "blog")["blog"]
        again = sites.crawl(tmp_path, "blog")["blog"]
    assert (first.report.outcome, first.report.complete, first.count) == ("ok", True, (N, N, "sitemap"))
    assert (first.report.problems, first.report.missing) == ((), ())
    assert len(first.posts) == N
    assert {post.completeness for post in first.posts} == {"full"}
    assert first.archive.why == (
        "read through its front page and the pages of the posts that its sitemap names, because its feed answers 404; "
        "page 2 of its listing is closed by robots.txt (Disallow: /search)"
    )
    assert not [path for path in first.asked if path.startswith("/search")]
    assert first.asked.count("/sitemap.xml") == 1
    posts = [path for path in first.asked if path in PATHS]
    assert len(posts) == len(set(posts)) <= N - FRONT + 2
    assert (again.report.outcome, again.count, again.asked) == ("ok", (N, N, "sitemap"), ("/",))


def test_a_refresh_finds_what_is_new_and_asks_for_nothing_that_is_held(tmp_path: Path) -> None:
    site = BloggerSite(POSTS[FRONT + 2 :], title="Shelf Marks", feed="off")
    with served({"blog": Case(site)}) as sites:
        before = sites.crawl(tmp_path, "blog")["blog"]
        site.publish(POSTS)
        after = sites.crawl(tmp_path, "blog")["blog"]
        quiet = sites.crawl(tmp_path, "blog")["blog"]
    assert before.count == (N - FRONT - 2, N - FRONT - 2, "sitemap")
    assert (after.report.outcome, after.count, len(after.posts)) == ("ok", (N, N, "sitemap"), N)
    held = {BloggerSite.permalink(post) for post in POSTS[FRONT + 2 :]}
    assert not held.intersection(after.asked)
    assert (quiet.report.outcome, quiet.count, quiet.asked) == ("ok", (N, N, "sitemap"), ("/",))


def test_a_post_that_can_not_be_had_is_named_and_asked_for_again(tmp_path: Path) -> None:
    with served({"blog": Case(blog(), fail_at={PATHS[12]: 503})}) as sites:
        first = sites.crawl(tmp_path, "blog")["blog"]
        again = sites.crawl(tmp_path, "blog")["blog"]
    assert (first.report.outcome, first.count) == ("incomplete", (N - 1, N, "sitemap"))
    assert [PATHS[12] in line for line in first.report.missing] == [True]
    assert {path for path in again.asked if path in PATHS} - set(PATHS[:FRONT]) == {PATHS[12]}
    assert (again.report.outcome, again.count) == ("incomplete", (N - 1, N, "sitemap"))


def test_a_post_that_is_not_there_is_named_once_and_left_alone(tmp_path: Path) -> None:
    with served({"blog": Case(blog(dropped={POSTS[12].slug}))}) as sites:
        first = sites.crawl(tmp_path, "blog")["blog"]
        again = sites.crawl(tmp_path, "blog")["blog"]
    assert (first.report.outcome, first.count) == ("incomplete", (N - 1, N, "sitemap"))
    assert (again.report.outcome, again.count, again.asked) == ("incomplete", (N - 1, N, "sitemap"), ("/",))


def test_many_sitemaps_of_which_some_name_no_posts(tmp_path: Path) -> None:
    maps = {f"/sitemap.xml?page={number + 1}": PATHS[number::14] for number in range(14)}
    maps["/sitemap-pages.xml"] = ["/p/about.html", "/p/contact.html"]
    maps["/sitemap.xml"] = [*maps]
    with served({"blog": Case(Sitemaps(maps, blog()))}) as sites:
        told = sites.crawl(tmp_path, "blog")["blog"]
    assert (told.report.outcome, told.count, len(told.posts)) == ("ok", (N, N, "sitemap"), N)
    assert not [path for path in told.asked if path.startswith("/p/") or "sitemap-pages" in path]


def test_a_sitemap_of_which_a_part_is_missing_counts_and_is_no_whole(tmp_path: Path) -> None:
    maps = {"/sitemap.xml": ["/sitemap.xml?page=1", "/sitemap.xml?page=2"], "/sitemap.xml?page=1": PATHS[:12]}
    with served({"blog": Case(Sitemaps(maps, blog()))}) as sites:
        told = sites.crawl(tmp_path, "blog")["blog"]
    assert (told.report.outcome, told.report.complete, told.count) == ("failed", False, (12, 12, "sitemap"))
    assert len(told.posts) == 12
    assert "Disallow: /search" in told.report.problems[0]


def test_without_a_sitemap_the_front_page_is_what_there_is(tmp_path: Path) -> None:
    with served({"blog": Case(Sitemaps({}, blog()))}) as sites:
        first = sites.crawl(tmp_path, "blog")["blog"]
        again = sites.crawl(tmp_path, "blog")["blog"]
    for told in (first, again):
        assert (told.report.outcome, told.count, len(told.posts)) == ("failed", (FRONT, None, ""), FRONT)
        assert "Disallow: /search" in told.report.problems[0]
        assert "/" in told.asked


@pytest.mark.parametrize("options", [{"robots": "open"}, {}], ids=["pages are open", "bounded by the user"])
def test_the_sitemap_is_left_alone_where_it_is_not_needed(tmp_path: Path, options: Any) -> None:
    with served({"blog": Case(blog(**options))}) as sites:
        told = sites.crawl(tmp_path, "blog", max_pages=None if options else 1)["blog"]
    assert not [path for path in told.asked if "sitemap" in path]


def test_a_label_is_not_read_through_the_sitemap(tmp_path: Path) -> None:
    with served({"blog": Case(blog(), ("/search/label/service",))}) as sites:
        told = sites.crawl(tmp_path, "blog")["blog"]
    assert told.report.outcome == "failed"
    assert not [path for path in told.asked if "sitemap" in path]


def test_a_month_is_not_read_through_the_sitemap(tmp_path: Path) -> None:
    with served({"blog": Case(blog(), (f"/{POSTS[0].day:%Y/%m}/",))}) as sites:
        told = sites.crawl(tmp_path, "blog")["blog"]
    assert not [path for path in told.asked if "sitemap" in path]


def test_a_crawl_that_broke_off_among_the_posts_is_gone_on_with(tmp_path: Path) -> None:
    def break_off(progress: Progress) -> None:
        if progress.posts_fetched == 5:
            raise RuntimeError("the listener failed")

    with served({"blog": Case(blog())}) as sites:
        with pytest.raises(RuntimeError, match="the listener failed"):
            sites.crawl(tmp_path, "blog", on_progress=break_off)
        read = {asked.path for asked in sites.running["blog"].requests}.intersection(PATHS)
        told = sites.crawl(tmp_path, "blog")["blog"]
    assert (told.report.outcome, told.count, len(told.posts)) == ("ok", (N, N, "sitemap"), N)
    assert len(read) >= 5
    assert len(read.intersection(told.asked)) <= 1
