"""How complete a crawl says that it is: its counts, what it names as missing, what it keeps of a site that changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.crawls import Case, Crawled, crawled, said, served
from support.faults import html
from support.sites import big_posts, big_wordpress, blogger_posts
from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.cli.demo.server import Request, Response, Site

N = 30
SLUGS = [post.slug for post in big_posts(N)]
PATHS = [big_wordpress(N).permalink(post) for post in big_posts(N)]
HTML_ALONE = {"rest": "off", "feed": "off"}
SECOND_PAGE_OF_FEED = "/feeds/posts/default?start-index=26&max-results=150"


def wordpress(n_posts: int = N, *, settings: Any = None, fail_at: Any = None, **options: Any) -> Case:
    return Case(big_wordpress(n_posts, **options), settings=settings or {}, fail_at=fail_at or {})


def locked(**options: Any) -> Case:
    return wordpress(protected={SLUGS[4], SLUGS[12]}, **options)


class RestBreaks:
    """The made-up blog whose REST interface fails from a page on, with any number of posts a page."""

    def __init__(self, n_posts: int, broken: int, **options: Any) -> None:
        self._site = big_wordpress(n_posts, **options)
        self.posts = self._site.posts
        self._broken = broken

    def answer(self, request: Request) -> Response:
        if request.path.startswith("/wp-json/wp/v2/posts") and int(request.query.get("page", "1")) >= self._broken:
            return html("<title>Error</title>", status=500)
        return self._site.answer(request)


CASES = {
    "REST": wordpress(),
    "feed": wordpress(rest="off"),
    "feed, nothing to count by": wordpress(rest="off", sitemap=False),
    "pages": wordpress(**HTML_ALONE),
    "pages with numbers": wordpress(**HTML_ALONE, page_numbers=True),
    "Blogger's feed": Case(BloggerSite(blogger_posts(N), title="Shelf")),
    "locked, REST": locked(),
    "locked, feed": locked(rest="off"),
    "locked, pages": locked(**HTML_ALONE),
    "dropped": wordpress(**HTML_ALONE, dropped={SLUGS[7]}, excerpts=True),
    "dropped from Blogger": Case(
        BloggerSite(blogger_posts(N), title="Shelf", feed="short", dropped={blogger_posts(N)[4].slug})
    ),
    "a page fails": wordpress(**HTML_ALONE, excerpts=True, teasers=0, fail_at={"/page/4/": 503}),
    "the last page fails": wordpress(**HTML_ALONE, page_numbers=True, fail_at={"/page/10/": 503}),
    "a page fails for a while": wordpress(**HTML_ALONE, fail_at={"/page/4/": (503, 4)}),
    "pages are closed": wordpress(**HTML_ALONE, robots="User-agent: *\nDisallow: /page/\n"),
    "a feed page fails": wordpress(rest="off", fail_at={"/feed/?paged=2": 503}),
    "a feed page fails for a while": wordpress(rest="off", fail_at={"/feed/?paged=2": (503, 4)}),
    "a feed page fails, nothing else": wordpress(settings={"channel": "feed"}, fail_at={"/feed/?paged=2": 503}),
    "REST breaks": Case(RestBreaks(501, 4, teasers=0)),
    "REST breaks, nothing else": Case(RestBreaks(501, 4, teasers=0), settings={"channel": "rest"}),
    "a page of Blogger's feed fails": Case(
        BloggerSite(blogger_posts(60), title="Shelf", feed_page_cap=25), fail_at={SECOND_PAGE_OF_FEED: 503}
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Crawled]:
    return crawled(CASES, tmp_path_factory.mktemp("told"))


@pytest.mark.parametrize(
    ("name", "stated_by"),
    [
        ("REST", "X-WP-Total"),
        ("feed", "sitemap"),
        ("pages", "its last page"),
        ("pages with numbers", "page numbers"),
        ("Blogger's feed", "openSearch:totalResults"),
    ],
)
def test_a_whole_archive_is_counted_against_what_the_site_says(
    told: dict[str, Crawled], name: str, stated_by: str
) -> None:
    assert told[name].count == (N, N, stated_by)
    assert (told[name].report.outcome, told[name].report.missing) == ("ok", ())


@pytest.mark.parametrize("name", ["locked, REST", "locked, feed", "locked, pages"])
def test_posts_behind_a_password_have_their_own_titles_in_every_channel(told: dict[str, Crawled], name: str) -> None:
    titles = {post.title for post in told[name].posts}
    assert titles == {post.title for post in told["REST"].posts}


def test_where_a_site_says_no_number_none_is_made_up(told: dict[str, Crawled]) -> None:
    assert told["feed, nothing to count by"].count == (N, None, "")
    assert told["feed, nothing to count by"].report.outcome == "ok"


@pytest.mark.parametrize("name", ["locked, REST", "locked, feed", "locked, pages"])
def test_posts_behind_a_password_are_named_and_not_taken_for_texts(told: dict[str, Crawled], name: str) -> None:
    blog = told[name]
    assert (blog.report.outcome, blog.report.complete, blog.report.problems) == ("incomplete", True, ())
    assert (blog.archive.held, blog.archive.stated) == (N - 2, N)
    assert len(blog.report.missing) == 2
    for line, path in zip(sorted(blog.report.missing), sorted((PATHS[4], PATHS[12])), strict=True):
        assert line.startswith("behind a password: ")
        assert line.endswith(path.rstrip("/"))
    assert not [post for post in blog.posts if post.completeness == "full" and "password" in post.text.lower()]


def test_a_post_whose_page_is_not_there_stays_an_excerpt_and_is_named(told: dict[str, Crawled]) -> None:
    blog = told["dropped"]
    (line,) = blog.report.missing
    assert line == f"excerpt only: {blog.url}{PATHS[7]} answers 404: there is no such page"
    assert (blog.report.outcome, blog.archive.held, blog.archive.stated) == ("incomplete", N - 1, N)
    assert [post.url for post in blog.posts if post.completeness == "excerpt"] == [blog.url + PATHS[7]]
    (line,) = told["dropped from Blogger"].report.missing
    assert line.startswith("excerpt only: ")
    assert "answers 404" in line


def test_a_page_that_fails_for_ever_is_named_the_others_and_their_posts_are_read(told: dict[str, Crawled]) -> None:
    blog = told["a page fails"]
    (line,) = blog.report.missing
    assert line.startswith("page 4: ")
    assert "503" in line
    assert "5 times" in line
    assert (blog.report.outcome, blog.report.error, blog.report.complete) == ("failed", "UnreachableError", False)
    assert blog.count == (N - 3, N, "page numbers, about")
    assert blog.asked.count("/page/4/") == 5
    assert {post.completeness for post in blog.posts} == {"full"}
    last = told["the last page fails"]
    assert (last.count, len(last.report.missing)) == ((N - 3, N, "page numbers, about"), 1)


def test_a_trouble_that_passes_is_waited_for(told: dict[str, Crawled]) -> None:
    pages, feed = told["a page fails for a while"], told["a feed page fails for a while"]
    assert (pages.report.outcome, pages.archive.held, pages.asked.count("/page/4/")) == ("ok", N, 5)
    assert (feed.report.outcome, feed.archive.channel, feed.archive.held) == ("ok", "feed", N)


def test_pages_that_are_closed_are_named_and_their_number_is_not_guessed(told: dict[str, Crawled]) -> None:
    blog = told["pages are closed"]
    (line,) = blog.report.missing
    assert line.startswith("page 2: robots.txt closes ")
    assert (blog.report.outcome, blog.report.error, blog.archive.stated) == ("failed", "RobotsError", None)
    assert not [path for path in blog.asked if path.startswith("/page/")]


@pytest.mark.parametrize(
    ("name", "channel", "why"),
    [
        ("a feed page fails", "html", "REST answers 404; its feed answers 503"),
        ("REST breaks", "feed", "REST answers 500"),
    ],
)
def test_a_channel_that_fails_midway_gives_way_and_what_it_gave_is_kept(
    told: dict[str, Crawled], name: str, channel: str, why: str
) -> None:
    blog = told[name]
    assert (blog.report.outcome, blog.archive.channel, blog.report.missing) == ("ok", channel, ())
    assert why in blog.archive.why
    assert blog.archive.held == len(CASES[name].site.posts)  # type: ignore[attr-defined]


def test_a_channel_that_fails_midway_with_nothing_to_give_way_to_is_an_error_by_name(told: dict[str, Crawled]) -> None:
    feed = told["a feed page fails, nothing else"]
    assert (feed.report.outcome, feed.report.error, feed.archive.held) == ("failed", "UnreachableError", 10)
    assert "/feed/?paged=2 answers 503" in feed.report.problems[0]
    rest = told["REST breaks, nothing else"]
    assert rest.report.outcome == "failed"
    assert rest.archive.stated == 501
    assert 300 <= rest.archive.held < 501
    assert any("are missing (501 by X-WP-Total" in line for line in rest.report.missing)
    blogger = told["a page of Blogger's feed fails"]
    assert (blogger.report.outcome, blogger.archive.held, blogger.archive.stated) == ("failed", 25, 60)
    assert blogger.report.missing


class Changing:
    """A site that is another one from now on, once `then` is set."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.then: Any = None

    def answer(self, request: Request) -> Response:
        if self.then is None or request.path == "/robots.txt":
            return self.site.answer(request)
        return self.then(request) if callable(self.then) else self.then


def renamed(site: Site) -> Any:
    """The site in new clothes, in which no post can be made out, and no channel is named."""

    def answer(request: Request) -> Response:
        if request.path != "/":
            return html("<title>Moved on</title><p>Nothing here.</p>", status=404)
        links = "".join(f'<div class="zq"><b>Tile {n}</b></div>' for n in range(12))
        return html(f"<!DOCTYPE html><title>The Long Shelf</title><body><div id='root'>{links}</div></body>")

    return answer


CHANGES = {
    "redesign": (renamed, "NoPostsError", "found no post"),
    "login": (html("<title>Log in</title><form action='/login'><input name='password'></form>"), "NoPostsError", ""),
    "login wanted": (html("<title>Log in</title>", status=401), "BlockedError", "status 401"),
    "challenge": (html("<title>Just a moment...</title><p>Checking.</p>", status=403), "BlockedError", "status 403"),
    "challenge with 200": (html("<title>Just a moment...</title><p>Checking.</p>"), "BlockedError", "closed to"),
    "empty page": (html(""), "NoPostsError", "found no post"),
    "server error": (html("oh dear", status=500), "UnreachableError", "500"),
    "gone": (html("<title>Gone</title>", status=410), "NotFoundError", "410"),
}


@pytest.mark.parametrize("full", [False, True], ids=["refresh", "sweep"])
def test_a_site_that_has_changed_is_an_error_by_name_and_the_corpus_stays(tmp_path: Path, full: bool) -> None:
    sites = {name: Changing(big_wordpress(12, **HTML_ALONE)) for name in CHANGES}
    with served({name: Case(site) for name, site in sites.items()}) as running:
        before = running.crawl(tmp_path)
        for name, (change, _, _) in CHANGES.items():
            sites[name].then = change(sites[name].site) if change is renamed else change
        after = running.crawl(tmp_path, full=full)
    for name, (_, error, words) in CHANGES.items():
        report = after[name].report
        assert (report.outcome, report.error, report.complete) == ("failed", error, False), (name, report)
        assert words in report.problems[0]
        assert (report.posts_added, report.posts_changed, report.posts_gone) == (0, 0, 0)
        assert said(after[name].posts) == said(before[name].posts)
        assert not [post for post in after[name].posts if post.gone]
