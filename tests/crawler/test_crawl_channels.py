"""Which channel a crawl takes, what makes it take another, and what it says of that; by real crawls on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.crawls import Case, Crawled, crawled, said, served
from support.sites import big_wordpress, blogger_posts
from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.cli.demo.server import Request, Response
from tipsearch.pipeline.records import Channel

LABEL = "/search/label/service?max-results=20"
N = 20


def wordpress(n_posts: int = N, *, path: str = "/", settings: Any = None, **options: Any) -> Case:
    return Case(big_wordpress(n_posts, **options), paths=(path,), settings=settings or {})


def blogger(n_posts: int = N, *, path: str = "/", settings: Any = None, **options: Any) -> Case:
    return Case(
        BloggerSite(blogger_posts(n_posts), title="Shelf Marks", **options), paths=(path,), settings=settings or {}
    )


def closing(path: str) -> str:
    return f"User-agent: *\nDisallow: {path}\n"


TAKEN: dict[str, tuple[Case, Channel, str]] = {
    "all is on": (wordpress(), "rest", "REST, the cheapest way that it offers"),
    "REST that no page names": (wordpress(rest="hidden"), "rest", "REST, the cheapest"),
    "REST without pretty permalinks": (wordpress(rest_route=True), "rest", "REST, the cheapest"),
    "REST that gives ten posts a page": (wordpress(60, rest_cap=10), "rest", "REST, the cheapest"),
    "REST off": (wordpress(rest="off"), "feed", "its feed, because REST answers 404"),
    "REST wants a login": (wordpress(rest="login"), "feed", "because REST answers 401"),
    "REST answers a page": (wordpress(rest="broken"), "feed", "because REST answers a page called “Welcome”"),
    "REST closed": (wordpress(robots=closing("/wp-json/")), "feed", "REST is closed by robots.txt (Disallow: /wp-json"),
    "REST tells 94 of 120": (wordpress(120, rest_shows=94), "feed", "REST shows 94 posts, and the pages more"),
    "REST tells all but one": (wordpress(rest_shows=N - 1), "feed", "REST shows 19 posts, and the pages more"),
    "REST tells 94 of 120, and the pages are numbered": (
        wordpress(120, rest_shows=94, page_numbers=True),
        "feed",
        "REST shows 94 posts, and the pages more",
    ),
    "REST tells half": (wordpress(rest_shows=10, page_numbers=True), "feed", "REST shows 10 posts, the archive's"),
    "feed short": (wordpress(rest="off", feed="summary"), "html", "REST answers 404; its feed holds only excerpts"),
    "feed capped": (wordpress(rest="off", feed="capped"), "html", "its feed is not whole: the feed shows only its"),
    "feed off": (wordpress(rest="off", feed="off"), "html", "REST answers 404; its feed answers 404"),
    "feed closed": (wordpress(rest="off", robots=closing("/feed/")), "html", "its feed is closed by robots.txt"),
    "sitemap off": (wordpress(rest="off", sitemap=False), "feed", "REST answers 404"),
    "tag pages closed": (wordpress(path="/tag/trust/", robots=closing("/tag/")), "rest", "robots.txt closes http"),
    "the URL is a feed's": (wordpress(path="/feed/"), "feed", "because the address is a feed's"),
    "the URL is a tag's feed": (wordpress(path="/tag/trust/feed/"), "feed", "because the address is a feed's"),
    "the URL is Blogger's feed": (blogger(path="/feeds/posts/default"), "feed", "because the address is a feed's"),
    "the URL is a label's feed": (blogger(path="/feeds/posts/default/-/service"), "feed", "the address is a feed's"),
    "forced to REST": (wordpress(settings={"channel": "rest"}), "rest", "REST, as asked"),
    "forced to the feed": (wordpress(settings={"channel": "feed"}), "feed", "its feed, as asked"),
    "forced to the pages": (wordpress(settings={"channel": "html"}), "html", "its listing pages, as asked"),
    "Blogger": (blogger(), "feed", "its feed, the cheapest way"),
    "Blogger in small pages": (blogger(60, feed_page_cap=25), "feed", "its feed, the cheapest way"),
    "Blogger, feed off": (blogger(feed="off", robots="open"), "html", "its feed answers 404"),
    "Blogger, feed short": (blogger(feed="short", robots="open"), "html", "its feed holds only excerpts"),
    "Blogger, feed short, pages closed": (blogger(feed="short"), "feed", "page 2 of its listing is closed by robots"),
    "Blogger label": (blogger(path=LABEL), "feed", "the label's feed, because robots.txt closes http"),
    "Blogger label, feed short": (blogger(path=LABEL, feed="short"), "feed", "the label's feed, because robots.txt"),
    "Blogger label, one's own": (blogger(path=LABEL, settings={"obey_robots": False}), "feed", "the cheapest way"),
}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Crawled]:
    """Every case, crawled side by side."""
    return crawled({name: case for name, (case, _, _) in TAKEN.items()}, tmp_path_factory.mktemp("taken"))


@pytest.mark.slow
@pytest.mark.parametrize("name", TAKEN)
def test_the_cheapest_channel_that_holds_is_taken_and_the_summary_says_why(
    taken: dict[str, Crawled], name: str
) -> None:
    case, channel, why = TAKEN[name]
    told = taken[name]
    assert (told.report.outcome, told.report.complete) == ("ok", True), told.report
    assert told.archive.channel == channel
    assert why in told.archive.why
    assert (told.report.missing, told.report.problems, told.archive.lacks) == ((), (), 0)
    assert {post.completeness for post in told.posts} == {"full"}
    if case.paths[0] in {"/", "/feed/", LABEL}:
        assert len(told.posts) == len(case.site.posts)  # type: ignore[attr-defined]
    if told.archive.stated is not None:
        assert told.archive.held == told.archive.stated
    assert len(told.asked) == told.report.requests


def test_a_closed_address_is_not_asked_for(taken: dict[str, Crawled]) -> None:
    for name, path in {"REST closed": "/wp-json", "feed closed": "/feed", "tag pages closed": "/tag"}.items():
        assert not [asked for asked in taken[name].asked if asked.startswith(path)]
    for name in ("Blogger label", "Blogger label, feed short", "Blogger, feed short, pages closed"):
        assert not [asked for asked in taken[name].asked if asked.startswith("/search")]


def test_a_blog_that_is_read_in_spite_of_robots_txt_says_so(taken: dict[str, Crawled]) -> None:
    (note,) = taken["Blogger label, one's own"].report.notes
    assert "robots.txt is not obeyed (obey_robots = false)" in note


NOT_THERE: dict[str, tuple[Case, str, str]] = {
    "REST off": (wordpress(rest="off"), "rest", "can't be read through REST, as asked: it answers 404"),
    "REST wants a login": (wordpress(rest="login"), "rest", "can't be read through REST, as asked: it answers 401"),
    "REST of Blogger": (blogger(), "rest", "offers no REST interface to read it through"),
    "feed off": (wordpress(feed="off"), "feed", "can't be read through its feed, as asked: it answers 404"),
    "Blogger's feed off": (blogger(feed="off"), "feed", "can't be read through its feed, as asked: it answers 404"),
    "pages closed": (wordpress(robots=closing("/")), "html", "robots.txt closes http"),
}


def test_a_forced_channel_that_is_not_there_is_named_and_the_corpus_stays(tmp_path: Path) -> None:
    known = {name: wordpress(6) for name in NOT_THERE}
    before = crawled(known, tmp_path)
    cases = {
        name: Case(case.site, case.paths, settings={"channel": forced}) for name, (case, forced, _) in NOT_THERE.items()
    }
    for name, told in crawled(cases, tmp_path).items():
        assert (told.report.outcome, told.report.complete) == ("failed", False)
        assert NOT_THERE[name][2] in told.report.problems[0]
        assert told.report.error in {"NotFoundError", "BlockedError", "CrawlError", "RobotsError"}
        assert said(before[name].posts).items() <= said(told.posts).items()


TERMS = {
    "tag": "/tag/trust/",
    "category": "/category/business-advice/",
    "category with children": "/category/world-of-service/",
    "child category": "/category/world-of-service/business-advice/",
    "author": "/author/robin-vale/",
    "year": "/2025/",
    "month": "/2025/03/",
    "day": "/2025/09/30/",
}


@pytest.mark.slow
def test_term_archives_are_the_same_through_every_channel(tmp_path: Path) -> None:
    parents = {"Business Advice": "World of Service"}
    cases = {
        name: wordpress(45, path=path, teasers=2, category_parents=parents if "ch" in name else {})
        for name, path in TERMS.items()
    }
    with served(cases) as sites:
        by = {c: sites.crawl(tmp_path / c, channel=c) for c in ("rest", "feed", "html")}
    for name, path in TERMS.items():
        told = {channel: found[name] for channel, found in by.items()}
        listed = len(cases[name].site.blog.archives[path].posts)  # type: ignore[attr-defined]
        for one in told.values():
            assert one.report.outcome == "ok", (name, one.report)
            assert one.archive.held == listed, (name, one.archive)
        assert said(told["rest"].posts) == said(told["html"].posts) == said(told["feed"].posts), name


def test_a_blogger_year_is_the_same_through_feed_and_pages(tmp_path: Path) -> None:
    with served({"year": blogger(70, path="/2024/", robots="open")}) as sites:
        feed = sites.crawl(tmp_path / "feed")["year"]
        pages = sites.crawl(tmp_path / "html", channel="html")["year"]
    assert said(feed.posts) == said(pages.posts)
    assert feed.archive.held == pages.archive.held


class Unknown:
    """A blog of no known platform: nothing but its listing pages, and posts without classes."""

    def __init__(self, pages: int = 4, each: int = 3) -> None:
        self.pages, self.each = pages, each

    def answer(self, request: Request) -> Response:
        number = int(request.query.get("page", "1")) if request.path == "/journal/" else 0
        if not 1 <= number <= self.pages:
            return Response(status=404, body=b"<title>nothing</title><p>Nothing here.</p>")
        entries = "".join(self._entry(self.each * (number - 1) + n) for n in range(self.each))
        older = f'<a rel="next" href="/journal/?page={number + 1}">Earlier notes</a>' if number < self.pages else ""
        html = (
            f"<!DOCTYPE html><html><head><title>Notes</title></head><body><main>{entries}</main>{older}</body></html>"
        )
        return Response(body=html.encode())

    @staticmethod
    def _entry(number: int) -> str:
        body = " ".join(f"Line {line} of note {number} tells of the harbour and its boats." for line in range(6))
        return (
            f'<article><h2><a href="/note-{number}/">Note {number} from the harbour</a></h2>'
            f'<time datetime="2020-03-{28 - number:02d}">then</time><p>{body}</p></article>'
        )


def test_a_platform_that_nobody_knows_is_read_by_its_pages_alone(tmp_path: Path) -> None:
    told = crawled({"notes": Case(Unknown(), paths=("/journal/",))}, tmp_path)["notes"]
    assert (told.report.outcome, len(told.posts), told.archive.channel) == ("ok", 12, "html")
    assert told.archive.why.endswith("the only way that it offers")
    assert told.pages == ["/journal/", *(f"/journal/?page={n}" for n in range(2, 5))]


@pytest.fixture
def two_urls() -> Case:
    return Case(big_wordpress(30, teasers=0), paths=("/", "/tag/trust/"))


def test_each_archive_of_a_source_has_its_own_count(two_urls: Case, tmp_path: Path) -> None:
    told = crawled({"blog": two_urls}, tmp_path)["blog"]
    home, tag = told.report.archives
    listed = len(two_urls.site.blog.archives["/tag/trust/"].posts)  # type: ignore[attr-defined]
    assert (home.held, home.stated, tag.held, tag.stated) == (30, 30, listed, listed)
    assert [home.url, tag.url] == [f"{told.url}/", f"{told.url}/tag/trust/"]


@pytest.mark.parametrize("path", ["/tag/trust/", "/tag/trust/feed/"], ids=["a tag", "its feed's address"])
def test_a_feed_of_a_tag_is_counted_by_the_pages_of_the_tag(tmp_path: Path, path: str) -> None:
    cases = {f"{n} posts": wordpress(n, path=path, rest="off", teasers=0) for n in (40, 60, 90)}
    for name, told in crawled(cases, tmp_path).items():
        listed = len(cases[name].site.blog.archives["/tag/trust/"].posts)  # type: ignore[attr-defined]
        stated = (listed, "page numbers") if path == "/tag/trust/" else (None, "")
        assert (told.archive.channel, told.archive.complete) == ("feed", True)
        assert told.count == (listed, *stated), name
