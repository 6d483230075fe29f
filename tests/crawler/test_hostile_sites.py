"""Sites that send the crawler elsewhere, close themselves, never end, or turn into something else overnight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from support.entries import entry
from support.faults import Answer, drip, hang, html, serve_pages
from tipsearch.cli.demo.server import Request as Asked
from tipsearch.cli.demo.server import Response, redirect
from tipsearch.crawler import SourceReport, crawl, listing, middlewares
from tipsearch.crawler.extract.records import Extraction
from tipsearch.crawler.failures import Refused
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Post, Source

TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def crawled(home: Path, *sources: Source, **options: Any) -> dict[str, SourceReport]:
    options = {"delay": 0, "backoff": 0.01, "timeout": 20, **options}
    return {report.name: report for report in crawl(sources, home=home, **options).sources}


def corpus(home: Path) -> dict[str, Post]:
    """The posts by title."""
    store = open_store(home)
    try:
        return {post.title: post for post in store.posts()}
    finally:
        store.close()


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Any:
    """The room's builders of pages; `html` here is an answer."""
    return request.getfixturevalue("html")


@pytest.fixture
def page(made: Any) -> Callable[..., str]:
    def build(numbers: list[int], following: str | None = None, **options: Any) -> str:
        return str(made.listing([made.article(n, **options) for n in numbers], following))

    return build


# --- elsewhere --------------------------------------------------------------------------------------------------------


def test_no_redirect_leads_off_the_site_or_to_a_private_address(page: Any, tmp_path: Path) -> None:
    with serve_pages({"/secret/": page([8, 9])}) as other:
        port = other.url.rpartition(":")[2]
        targets = {
            "other-port": f"{other.url}/secret/",
            "localhost": f"http://localhost:{port}/secret/",
            "decimal": f"http://2130706433:{port}/secret/",
            "hex": f"http://0x7f.1:{port}/secret/",
            "v6": f"http://[::1]:{port}/secret/",
            "any": f"http://0.0.0.0:{port}/secret/",
            "metadata": "http://169.254.169.254/latest/meta-data/",
            "intranet": "http://10.0.0.1/",
            "public": "http://blog.example/",
            "file": "file:///etc/passwd",
            "ftp": f"ftp://127.0.0.1:{port}/secret/",
            "data": "data:text/html,<article class=hentry>",
            "no-scheme": f"//localhost:{port}/secret/",
        }
        pages: dict[str, Any] = {f"/{name}/": page([2 * i + 20, 2 * i + 21]) for i, name in enumerate(targets)}
        with serve_pages(pages) as site:
            sources = [Source(name=name, urls=(f"{site.url}/{name}/",)) for name in targets]
            assert {r.outcome for r in crawled(tmp_path, *sources).values()} == {"ok"}
            site.site.pages.update({f"/{name}/": redirect(target, 302) for name, target in targets.items()})  # type: ignore[attr-defined]
            for full in (False, True):
                reports = crawled(tmp_path, *sources, full=full)
                for report in reports.values():
                    assert (report.outcome, report.error, report.posts_total) == ("failed", "CrawlError", 2)
                    assert "not followed" in report.problems[0]
        assert other.requests == []


def test_no_link_leads_off_the_site_whoever_names_it(page: Any, made: Any, tmp_path: Path) -> None:
    with serve_pages({"/": page([8, 9])}) as other:
        head = (
            f'<link rel="https://api.w.org/" href="{other.url}/wp-json/">'
            f'<link rel="alternate" type="application/rss+xml" href="{other.url}/feed/">'
        )
        listing = made.listing([made.article(1, full=False, link=f"{other.url}/one/"), made.article(2)], other.url)
        feed = (
            '<rss version="2.0"><channel><title>Desk</title><link>http://a.example/</link><item><title>One</title>'
            f"<link>{other.url}/one/</link><description>In short […]</description></item></channel></rss>"
        )
        sitemap = f"<urlset><url><loc>{other.url}/one/</loc></url></urlset>"
        pages: dict[str, Any] = {
            "/robots.txt": (200, TEXT, f"Sitemap: {other.url}/sitemap.xml\n"),
            "/": listing.replace("</head>", head + "</head>"),
            "/feed/": (200, {"Content-Type": "application/rss+xml"}, feed),
            "/wp-sitemap.xml": (200, {"Content-Type": "text/xml"}, sitemap),
        }
        with serve_pages(pages) as site:
            crawled(tmp_path / "a", Source(name="x", urls=(f"{site.url}/",)))
            crawled(tmp_path / "b", Source(name="x", urls=(f"{site.url}/feed/",)))
            assert {request.path for request in site.requests} >= {"/", "/feed/"}
        assert other.requests == []


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("93.184.216.34", False),
    ],
)
def test_a_name_that_the_user_did_not_write_may_not_lead_into_their_network(
    address: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolved(host: str) -> str:
        assert host == "www.blog.example"
        return address

    monkeypatch.setattr(middlewares, "resolved", resolved)
    crawler = Crawler(_NoSpider, Settings({"TIPSEARCH_NAMED_HOSTS": ["blog.example"]}))
    middleware = middlewares.NamedHostsMiddleware(crawler)
    asyncio.run(middleware.process_request(Request("http://blog.example/")))
    for _ in range(2):
        if not refused:
            asyncio.run(middleware.process_request(Request("http://www.blog.example/")))
            continue
        with pytest.raises(Refused, match=address):
            asyncio.run(middleware.process_request(Request("http://www.blog.example/")))


class _NoSpider:
    """Stands where Scrapy wants a spider's class."""

    name = "none"

    @classmethod
    def update_settings(cls, settings: Settings) -> None:
        """Changes nothing."""


# --- robots.txt -------------------------------------------------------------------------------------------------------

ROBOTS: dict[str, tuple[Answer, str]] = {
    "closes": ((200, TEXT, "User-agent: *\nDisallow: /\n"), "Disallow: /"),
    "500": (500, "answers 500"),
    "hangs": (hang(2), "in full within 0.8 seconds"),
    "drips": (drip("# drop\n" * 1000, seconds=0.05), "in full within 0.8 seconds"),
    "closes, 10 MB": ((200, TEXT, "User-agent: *\nDisallow: /x/\n" + "# filler\n" * 1_200_000), "Disallow: /x/"),
    "moved": (redirect("/moved"), "Disallow: /x/"),
    "moved five times": (redirect("/hop2"), "Disallow: /x/"),
    "moved for ever": (redirect("/robots.txt"), "without an end"),
    "moved elsewhere": (redirect("http://127.0.0.1:9/robots.txt"), "another site"),
}


def test_a_robots_txt_that_closes_or_cannot_be_read_keeps_the_site_unread(page: Any, tmp_path: Path) -> None:
    rules = (200, TEXT, "User-agent: *\nDisallow: /x/\n")
    with ExitStack() as stack:
        sites = {}
        for name in ROBOTS:
            pages: dict[str, Any] = {"/x/": page([1, 2]), "/moved": rules, "/hop6": rules}
            pages |= {f"/hop{n}": redirect(f"/hop{n + 1}") for n in range(2, 6)}
            sites[name] = stack.enter_context(serve_pages(pages))
        sources = {n: Source(name=n, urls=(f"{site.url}/x/",), obey_robots=False) for n, site in sites.items()}
        assert {r.posts_total for r in crawled(tmp_path, *sources.values()).values()} == {2}
        for name, site in sites.items():
            site.forget()
            site.site.pages["/robots.txt"] = ROBOTS[name][0]  # type: ignore[attr-defined]
        obeying = [replace(source, obey_robots=True) for source in sources.values()]
        # On a busy machine an answer may take longer than that by itself.
        late = [source for source in obeying if "within 0.8 seconds" in ROBOTS[source.name][1]]
        reports = crawled(tmp_path, *late, timeout=0.8)
        reports |= crawled(tmp_path, *[source for source in obeying if source not in late], timeout=20)
        assert not [r for site in sites.values() for r in site.requests if r.path == "/x/"]
    for name, report in reports.items():
        assert (report.outcome, report.error, report.posts_total) == ("failed", "RobotsError", 2), name
        assert ROBOTS[name][1] in report.problems[0]


@pytest.mark.parametrize(
    "robots",
    [
        html("<!DOCTYPE html><title>Home</title><p>User-agent: * Disallow: /"),
        (200, TEXT, "# filler\n" * 1_200_000 + "User-agent: *\nDisallow: /x/\n"),
        (200, TEXT, b"# filler\n" * 5_600_000),
        (200, TEXT, "User-agent: *\nCrawl-delay: nan\nCrawl-delay: -1\n"),
    ],
    ids=["a page", "10 MB, closes at its end", "50 MB", "no delay that is one"],
)
def test_a_robots_txt_that_says_nothing_in_its_first_500_kilobytes_allows(
    robots: Answer, page: Any, tmp_path: Path
) -> None:
    with serve_pages({"/robots.txt": robots, "/x/": page([1, 2])}) as site:
        report = crawled(tmp_path, Source(name="x", urls=(f"{site.url}/x/",)))["x"]
    assert (report.outcome, report.posts_total) == ("ok", 2)


# --- without an end ---------------------------------------------------------------------------------------------------


def calendar(page: Any) -> Callable[[Asked], Response]:
    """A listing whose every page is new and names a next one."""

    def answer(request: Asked) -> Response:
        n = int(request.query.get("n", "1"))
        return html(page([2 * n, 2 * n + 1], f"/calendar/?n={n + 1}"))

    return answer


def test_a_listing_without_an_end_is_read_up_to_max_pages(page: Any, tmp_path: Path) -> None:
    with serve_pages({"/calendar/": calendar(page)}) as site:
        report = crawled(tmp_path, Source(name="x", urls=(f"{site.url}/calendar/",), max_pages=7))["x"]
        assert len(site.requests) <= 9
    assert (report.complete, report.pages, report.posts_total) == (False, 7, 14)
    assert "max_pages reached (7)" in report.stop_reason


def test_a_run_ends_when_its_time_is_over_and_the_next_one_goes_on(page: Any, tmp_path: Path) -> None:
    with serve_pages({"/calendar/": calendar(page), "/short/": page([1, 2])}) as site:
        sources = [Source(name=name, urls=(f"{site.url}/{name}/",)) for name in ("short", "calendar")]
        first = crawled(tmp_path, *sources, max_seconds=5)
        assert first["short"].outcome == "ok"
        report = first["calendar"]
        assert (report.outcome, report.complete, report.error) == ("interrupted", False, None)
        assert "the run's time, 5 seconds, is over" in report.stop_reason
        assert report.posts_total == 2 * report.pages > 0
        site.forget()
        second = crawled(tmp_path, sources[1], max_seconds=5)["calendar"]
        asked = [request.path for request in site.requests if request.path.startswith("/calendar")]
        assert asked[0] == f"/calendar/?n={report.pages + 1}"
        assert second.posts_total == report.posts_total + second.entries_new


def test_pages_past_the_last_that_repeat_or_are_empty_end_a_listing(page: Any, made: Any, tmp_path: Path) -> None:
    def past(last: int, beyond: Callable[[int], str]) -> Callable[[Asked], Response]:
        def answer(request: Asked) -> Response:
            n = int(request.query.get("n", "1"))
            return html(page([2 * n, 2 * n + 1], f"?n={n + 1}") if n <= last else beyond(n))

        return answer

    not_found = "<!DOCTYPE html><title>Not found</title><body class='error404'><h1>Nothing found</h1><p>Sorry.</p>"
    pages: dict[str, Any] = {
        "/repeats/": past(3, lambda n: page([2, 3], f"?n={n + 1}")),
        "/empty/": past(3, lambda n: made.listing([], f"?n={n + 1}")),
        "/not-found/": past(3, lambda _: not_found),
    }
    with serve_pages(pages) as site:
        reports = crawled(tmp_path, *[Source(name=p, urls=(site.url + p,)) for p in pages])
        assert max(sum(r.path.startswith(p) for r in site.requests) for p in pages) <= 6
    for report in reports.values():
        assert (report.outcome, report.complete, report.posts_total) == ("ok", True, 6)


# --- something else in its place --------------------------------------------------------------------------------------

CHALLENGE = (
    "<!DOCTYPE html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>"
    "<noscript>Enable JavaScript and cookies to continue</noscript>"
)
LOGIN = (
    "<!DOCTYPE html><title>Log In</title><body class='login'><form id='loginform' action='/wp-login.php'>"
    "<input name='log'><input type='password' name='pwd'></form>"
)
PARKED = "<!DOCTYPE html><title>desk.example</title><p>This domain is for sale."
SCRIPTS = "<!DOCTYPE html><title>Desk</title><div id='app'></div><script src='/a.js'></script>"
CARDS = "".join(f"<div class='k2'><p class='k3'><a href='/2015/0{n}/tip/'>Tip {n}</a></p></div>" for n in (2, 3))
RENAMED = f"<!DOCTYPE html><title>Desk</title><div class='k1'>{CARDS}</div>"
IN_ITS_PLACE = {
    "challenge": (CHALLENGE, "BlockedError", "a challenge of Cloudflare"),
    "login": (LOGIN, "BlockedError", "a login"),
    "parked": (PARKED, "NoPostsError", "parked domain"),
    "scripts": (SCRIPTS, "NoPostsError", "found no post"),
    "renamed": (RENAMED, "NoPostsError", "found no post"),
}


@pytest.mark.parametrize("full", [False, True], ids=["refresh", "full"])
def test_a_listing_that_turned_into_something_else_is_an_error_never_nothing_new(
    full: bool, page: Any, tmp_path: Path
) -> None:
    pages: dict[str, Any] = {f"/{name}/": page([2 * i, 2 * i + 1]) for i, name in enumerate(IN_ITS_PLACE)}
    with serve_pages(pages) as site:
        sources = [Source(name=name, urls=(f"{site.url}/{name}/",)) for name in IN_ITS_PLACE]
        crawled(tmp_path, *sources)
        site.site.pages.update({f"/{name}/": given[0] for name, given in IN_ITS_PLACE.items()})  # type: ignore[attr-defined]
        reports = crawled(tmp_path, *sources, full=full)
    for name, (_, error, said) in IN_ITS_PLACE.items():
        assert (reports[name].outcome, reports[name].error, reports[name].posts_total) == ("failed", error, 2)
        assert said in reports[name].problems[0]


def test_not_found_told_with_status_200_is_no_posts_text(page: Any, made: Any, tmp_path: Path) -> None:
    apology = "It looks like nothing was found at this location. Maybe try one of the links below, or search for it."
    as_post = (
        "<!DOCTYPE html><title>{0}</title><body class='single'><article class='post hentry'>"
        "<h1 class='entry-title'>{0}</h1><div class='entry-content'><p>" + apology + "</p></div></article>"
    )
    pages: dict[str, Any] = {
        "/x/": page([1, 2, 3, 4, 5], full=False),
        made.slug(1): f"<!DOCTYPE html><title>Page not found</title><body class='error404'><p>{apology}</p>",
        made.slug(2): as_post.format("Nothing Here"),
        made.slug(3): as_post.format("Oops! That page can’t be found."),
        made.slug(4): page([50, 51]),
        made.slug(5): made.single(5),
    }
    with serve_pages(pages) as site:
        report = crawled(tmp_path, Source(name="x", urls=(f"{site.url}/x/",)))["x"]
    posts = corpus(tmp_path)
    kinds = {n: posts[f"Tip number {n} of the desk"].completeness for n in range(1, 6)}
    assert kinds == {1: "excerpt", 2: "excerpt", 3: "excerpt", 4: "excerpt", 5: "full"}
    assert not any("nothing was found" in post.text for post in posts.values())
    assert report.outcome == "incomplete"
    assert sum("shows no full post" in line for line in report.missing) == 4


def test_a_post_that_is_called_not_found_is_one(page: Any, made: Any, tmp_path: Path) -> None:
    called = "Tip number 1 of the desk", "Page Not Found"
    pages = {"/x/": page([1, 2], full=False).replace(*called), made.slug(1): made.single(1).replace(*called)}
    with serve_pages({**pages, made.slug(2): made.single(2)}) as site:
        report = crawled(tmp_path, Source(name="x", urls=(f"{site.url}/x/",)))["x"]
    assert (report.outcome, corpus(tmp_path)["Page Not Found"].completeness) == ("ok", "full")


CANONICAL = ("/", "{4}", "{6}", "", "/x/", "../", "?p=1", "//", "http://other.example/x", "http://[bad", "javascript:1")


def test_a_canonical_address_that_all_pages_share_merges_no_posts(page: Any, made: Any, tmp_path: Path) -> None:
    pages: dict[str, Any] = {}
    for number, canonical in enumerate(CANONICAL):
        numbers = range(10 * number + 1, 10 * number + 5)
        pages[f"/{number}/"] = page(list(numbers), full=False)
        link = canonical.format(*map(made.slug, range(10 * number, 10 * number + 10)))
        pages |= {made.slug(n): made.single(n, link=link) for n in numbers}
    with serve_pages(pages) as site:
        sources = [Source(name=str(n), urls=(f"{site.url}/{n}/",)) for n in range(len(CANONICAL))]
        for full in (False, True):
            crawled(tmp_path, *sources, full=full)
        store = open_store(tmp_path)
        for number, canonical in enumerate(CANONICAL):
            posts = [post for post in store.posts() if post.source == str(number)]
            numbers = range(10 * number + 1, 10 * number + 5)
            assert sorted(p.title for p in posts) == sorted(f"Tip number {n} of the desk" for n in numbers), canonical
            assert {post.completeness for post in posts} == {"full"}
            if canonical not in {"../", "?p=1", "{6}", "/x/"}:
                assert {p.url for p in posts} == {site.url + made.slug(n) for n in numbers}, canonical
        store.close()


# --- text and time that are not what they are called ------------------------------------------------------------------

TITLES = ("Café “naïve” Grüße – 日本", "Čaj a žluťoučký kůň")
WESTERN = ("Café “naïve” Grüße – 5", "Señor Ibáñez’s desk")


CLAIMS = [
    ("iso-8859-1", "utf-8", "utf-8", TITLES),
    ("iso-8859-1", "", "utf-8", TITLES),
    ("", "iso-8859-1", "utf-8", TITLES),
    ("windows-1252", "", "utf-8-sig", TITLES),
    ("", "", "utf-8", TITLES),
    ("x-none", "", "utf-8", TITLES),
    ("utf-16", "", "utf-16", TITLES),
    ("", "", "cp1252", WESTERN),
    ("utf-8", "", "cp1252", WESTERN),
    ("iso-8859-1", "", "cp1252", WESTERN),
    ("windows-1250", "", "cp1250", ("Žluťoučký kůň", "Čaj")),
    ("shift_jis", "", "shift_jis", ("日本のカウンター", "鈴が鳴る")),
]
"""What the header says, what the meta element says, and what it is."""


def test_titles_come_out_right_whatever_charset_is_claimed(page: Any, tmp_path: Path) -> None:
    pages: dict[str, Any] = {}
    for number, (header, meta, encoding, titles) in enumerate(CLAIMS):
        text = page([1, 2]).replace('<meta charset="utf-8">', f'<meta charset="{meta}">' if meta else "")
        for post, title in enumerate(titles, 1):
            text = text.replace(f"Tip number {post} of the desk", title)
        kind = {"Content-Type": "text/html" + (f"; charset={header}" if header else "")}
        pages[f"/{number}/"] = (200, kind, text.encode(encoding))
    with serve_pages(pages) as site:
        crawled(tmp_path, *[Source(name=path, urls=(site.url + path,)) for path in pages])
    store = open_store(tmp_path)
    found = {(post.source, post.title) for post in store.posts()}
    store.close()
    assert found == {(f"/{n}/", title) for n, (*_, titles) in enumerate(CLAIMS) for title in titles}


def test_a_last_modified_of_tomorrow_hides_nothing_new(page: Any, tmp_path: Path) -> None:
    """A server that compares dates says "not modified" to any date at or behind its own."""
    far = "Fri, 01 Jan 2100 00:00:00 GMT"

    def dated(text: str) -> Callable[[Asked], Response]:
        def answer(request: Asked) -> Response:
            if request.headers.get("If-Modified-Since") == far:
                return Response(status=304, headers={"Last-Modified": far})
            return html(text, Last_Modified=far)

        return answer

    with serve_pages({"/x/": dated(page([1, 2]))}) as site:
        source = Source(name="x", urls=(f"{site.url}/x/",))
        assert crawled(tmp_path, source)["x"].posts_total == 2
        site.site.pages["/x/"] = dated(page([1, 2, 3]))  # type: ignore[attr-defined]
        assert crawled(tmp_path, source)["x"].posts_total == 3


def test_a_listing_is_given_up_by_name_at_its_last_possible_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_PAGES", 3)
    reading = listing.Listing("http://a.example/c/?n=1", max_pages=None, visited=set())
    problem, pages = None, 0
    while (url := reading.following()) is not None:
        pages += 1
        shown = entry(f"Post {pages}", "A text.", permalink=f"http://a.example/2015/post-{pages}/", listed_in="c")
        following = f"http://a.example/c/?n={pages + 1}"
        problem = reading.page(
            url, Extraction(layout="test", kind="listing", entries=(shown,), next_url=following, archive="c")
        )
    assert (pages, reading.complete, reading.failed, reading.bounded) == (3, False, True, False)
    assert problem is not None
    assert "never to end" in problem.message
