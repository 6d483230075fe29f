"""Every way in which a site can fail, against a server on loopback: named, bounded, and nothing lost."""

from __future__ import annotations

import itertools
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tipsearch.crawler import Progress, SourceReport, crawl
from tipsearch.pipeline.errors import StoreError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source


def run(home: Path, *sources: Source, **options: Any) -> dict[str, SourceReport]:
    options = {"delay": 0, "backoff": 0.05, **options}
    return {report.name: report for report in crawl(sources, home=home, **options).sources}


def at(blog: Any, path: str, name: str | None = None, **settings: Any) -> Source:
    return Source(name=name or path, urls=(blog.url(path),), **settings)


def test_each_bad_answer_has_its_name(blog: Any, html: Any, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed_port = free.getsockname()[1]
    blog.routes |= {
        "/410": html.Reply("gone", 410),
        "/403": html.Reply("no", 403),
        "/401": html.Reply("who are you", 401),
        "/500": html.Reply("oh dear", 500),
        "/image": html.Reply(b"\x89PNG\r\n\x1a\n" + bytes(200), headers={"Content-Type": "image/png"}),
        "/feed": html.Reply("<rss><channel/></rss>", headers={"Content-Type": "application/rss+xml"}),
        "/not-a-blog": "<html><head><title>Opening hours</title></head><body><p>9 to 5.</p></body></html>",
        "/challenge": html.Reply("<html><head><title>Just a moment...</title></head><body>Wait</body></html>"),
        "/nowhere": html.Reply(status=302),
        "/a-post-of-that-title": html.listing([html.article(1), html.article(2)], title="Just a moment – the desk"),
    }
    expected = {
        "/404": ("NotFoundError", "404"),
        "/410": ("NotFoundError", "410"),
        "/403": ("BlockedError", "403"),
        "/401": ("BlockedError", "401"),
        "/500": ("UnreachableError", "500"),
        "/image": ("CrawlError", "image/png"),
        "/feed": ("NoPostsError", "the feed holds no post"),
        "/not-a-blog": ("NoPostsError", "Opening hours"),
        "/challenge": ("BlockedError", "closed to tipsearch"),
        "/nowhere": ("CrawlError", "302"),
    }
    others = [
        Source(name="no name", urls=("http://no-such-host.invalid/tag/x/",)),
        Source(name="no port", urls=(f"http://127.0.0.1:{closed_port}/",)),
        Source(name="no tls", urls=(blog.url("/").replace("http:", "https:"),)),
    ]
    reports = run(tmp_path, *[at(blog, path) for path in (*expected, "/a-post-of-that-title")], *others)
    assert reports["/a-post-of-that-title"].outcome == "ok"
    for path, (error, said) in expected.items():
        assert (reports[path].outcome, reports[path].error) == ("failed", error), reports[path]
        assert said in reports[path].problems[0]
        assert reports[path].urls_read == ()
    assert {reports[s.name].error for s in others} == {"UnreachableError"}
    assert "no-such-host.invalid does not resolve" in reports["no name"].problems[0]
    assert "refused" in reports["no port"].problems[0]
    assert blog.asked.count("/500") == 5


def test_a_page_of_thirty_megabytes_is_refused_by_name_and_a_time_out_is_one(
    blog: Any, html: Any, tmp_path: Path
) -> None:
    blog.routes["/big/"] = lambda: html.Reply(b"<p>" + b"x" * 30_000_000)
    blog.routes["/fine/"] = html.listing([html.article(1), html.article(2)])
    blog.routes["/slow/"] = html.Reply("late", wait=3)
    reports = run(tmp_path, at(blog, "/big/"), at(blog, "/fine/"))
    reports |= run(tmp_path, at(blog, "/slow/"), timeout=0.6, backoff=0.01)
    assert "larger than 20 MB" in reports["/big/"].problems[0]
    assert blog.asked.count("/big/") == 1
    assert reports["/fine/"].outcome == "ok"
    assert (reports["/slow/"].error, "within 0.6 seconds" in reports["/slow/"].problems[0]) == (
        "UnreachableError",
        True,
    )


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_robots_txt_that_is_not_there_allows(status: int, blog: Any, html: Any, tmp_path: Path) -> None:
    blog.routes |= {"/robots.txt": html.Reply(status=status), "/x/": html.listing([html.article(1), html.article(2)])}
    assert run(tmp_path, at(blog, "/x/"))["/x/"].outcome == "ok"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_robots_txt_that_cannot_be_read_means_not_now(status: int, blog: Any, html: Any, tmp_path: Path) -> None:
    blog.routes |= {"/robots.txt": html.Reply(status=status), "/x/": html.listing([html.article(1)])}
    report = run(tmp_path, at(blog, "/x/"))["/x/"]
    assert (report.outcome, report.error) == ("failed", "RobotsError")
    assert str(status) in report.problems[0]
    assert blog.pages_asked == []


def test_a_robots_txt_without_an_answer_means_not_now(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.routes |= {"/robots.txt": html.Reply(wait=3), "/x/": html.listing([html.article(1)])}
    report = run(tmp_path, at(blog, "/x/"), timeout=0.3, backoff=0.01)["/x/"]
    assert report.error == "RobotsError"
    assert blog.pages_asked == []


def test_what_robots_txt_closes_is_not_read(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.routes |= {
        "/robots.txt": html.Reply(
            "User-agent: *\nDisallow: /search\nDisallow: /2015/02\n", headers={"Content-Type": "text/plain"}
        ),
        "/search/label/x": html.listing([html.article(1), html.article(2)]),
        "/home/": html.listing([html.article(1, full=False), html.article(2)], "/search?updated-max=2015"),
    }
    label = at(blog, "/search/label/x", name="label")
    closed = run(tmp_path / "a", label, at(blog, "/home/"))
    assert (closed["label"].error, closed["label"].pages) == ("RobotsError", 0)
    assert "Blogger" in closed["label"].problems[0]
    assert "obey_robots = false" in closed["label"].problems[0]
    home = closed["/home/"]
    assert (home.outcome, home.pages, home.complete, home.posts_total) == ("failed", 1, False, 2)
    assert "page 2 of the listing" in home.problems[0]
    assert html.slug(1) not in blog.asked
    assert any(html.slug(1) in problem for problem in home.problems)

    own = run(tmp_path / "b", at(blog, "/search/label/x", name="label", obey_robots=False))["label"]
    assert own.outcome == "ok"
    assert any("robots.txt is not obeyed" in note for note in own.notes)


def test_crawl_delay_is_honoured_over_a_shorter_delay(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.routes["/robots.txt"] = html.Reply("User-agent: *\nCrawl-delay: 0.6\n", headers={"Content-Type": "text/plain"})
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(3)])
    report = run(tmp_path, at(blog, "/tag/x/"))["/tag/x/"]
    assert min(b - a for a, b in itertools.pairwise(blog.moments[1:])) > 0.5
    assert any("0.6 seconds" in note for note in report.notes)


def test_retry_after_is_waited_for_and_nothing_else_is_asked_meanwhile(blog: Any, html: Any, tmp_path: Path) -> None:
    page = html.listing([html.article(1), html.article(2)])
    answers = iter([html.Reply("later", 429, {"Retry-After": "1"}), html.Reply("later", 503), html.Reply(page)])
    blog.routes |= {"/x/": lambda: next(answers), "/y/": page}
    reports = run(tmp_path, at(blog, "/x/"), at(blog, "/y/"))
    assert {r.outcome for r in reports.values()} == {"ok"}
    assert blog.asked == ["/robots.txt", "/x/", "/x/", "/x/", "/y/"]
    assert blog.moments[2] - blog.moments[1] > 0.95
    assert reports["/x/"].requests == 4


def test_a_site_that_asks_for_a_long_pause_fails_by_name_and_is_left_alone(
    blog: Any, html: Any, tmp_path: Path
) -> None:
    blog.routes |= {"/x/": html.Reply("later", 429, {"Retry-After": "3600"}), "/y/": html.listing([html.article(1)])}
    reports = run(tmp_path, at(blog, "/x/"), at(blog, "/y/"))
    assert {r.error for r in reports.values()} == {"BlockedError"}
    assert "come back in 3600 seconds" in reports["/y/"].problems[0]
    assert blog.pages_asked == ["/x/"]


def test_a_page_that_fails_later_keeps_what_was_read(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(3)])
    blog.routes["/tag/x/page/2/"] = html.Reply("oh dear", 502)
    report = run(tmp_path, at(blog, "/tag/x/"))["/tag/x/"]
    assert (report.outcome, report.complete, report.pages, report.posts_total) == ("failed", False, 2, 4)
    assert "page 2 of the listing" in report.problems[0]
    second = blog.url("/tag/x/page/2/")
    assert report.missing == (f"page 2: {second} answers 502, an error of the site's own, 5 times.",)
    (archive,) = report.archives
    assert (archive.held, archive.stated, archive.stated_by) == (4, 6, "page numbers, about")


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/html,hello", "javascript:alert(1)"]
)
def test_a_redirect_to_what_is_no_web_page_is_not_followed(target: str, blog: Any, html: Any, tmp_path: Path) -> None:
    blog.routes["/x/"] = html.Reply(status=302, headers={"Location": target})
    report = run(tmp_path, at(blog, "/x/"))["/x/"]
    assert (report.outcome, report.error) == ("failed", "CrawlError")
    assert "not followed" in report.problems[0]


def test_redirects_stay_on_the_site_and_end(blog: Any, other_blog: Any, html: Any, tmp_path: Path) -> None:
    blog.routes |= {
        "/moved/": html.Reply(status=301, headers={"Location": other_blog.url("/x/")}),
        "/old/": html.Reply(status=308, headers={"Location": "/new/"}),
        "/new/": html.listing([html.article(1), html.article(2)]),
        "/round/": html.Reply(status=302, headers={"Location": "/round/"}),
    }
    other_blog.routes["/x/"] = html.listing([html.article(1)])
    reports = run(tmp_path, *[at(blog, path) for path in ("/moved/", "/old/", "/round/")])
    assert other_blog.asked == []
    assert other_blog.url("/x/") in reports["/moved/"].problems[0]
    assert reports["/old/"].outcome == "ok"
    assert "without an end" in reports["/round/"].problems[0]


def test_links_to_other_sites_are_never_requested(blog: Any, other_blog: Any, html: Any, tmp_path: Path) -> None:
    there = other_blog.url(html.slug(1))
    blog.routes["/x/"] = html.listing(
        [html.article(1, full=False, link=there), html.article(2)], other_blog.url("/x/page/2/")
    )
    report = run(tmp_path, at(blog, "/x/"))["/x/"]
    assert (report.outcome, report.posts_total) == ("ok", 2)
    assert other_blog.asked == []


def test_a_home_that_is_a_file_and_a_store_that_is_none_are_named(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(1)]])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        run(tmp_path / "file", at(blog, "/tag/x/"))
    Home(tmp_path).store.write_bytes(b"this is no database at all, whatever its name says" * 40)
    with pytest.raises(StoreError):
        run(tmp_path, at(blog, "/tag/x/"))
    assert blog.asked == []


def test_a_store_that_breaks_under_the_crawl_ends_it(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(20)])
    blog.routes = {path: html.Reply(page, wait=0.05) for path, page in blog.routes.items()}

    def break_it(_: Progress) -> None:
        with closing(sqlite3.connect(Home(tmp_path).store, timeout=5)) as connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if not table.startswith("sqlite_"):
                    connection.execute(f'DROP TABLE IF EXISTS "{table}"')
            connection.commit()

    with pytest.raises(StoreError):
        run(tmp_path, at(blog, "/tag/x/"), on_progress=break_it)
    assert len(blog.asked) < 20


def test_a_listing_that_ran_out_of_time_goes_on_there_also_where_its_way_is_forced(
    blog: Any, html: Any, tmp_path: Path
) -> None:
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(9)])
    page = blog.routes["/tag/x/page/6/"]
    blog.routes["/tag/x/page/6/"] = html.Reply(page, wait=9)
    source = Source(name="blog", urls=(blog.url(),), channel="html")
    first = crawl([source], home=tmp_path, delay=0, backoff=0, max_seconds=8).sources[0]
    assert (first.outcome, first.posts_total) == ("interrupted", 12)
    blog.asked.clear()
    report = crawl([source], home=tmp_path, delay=0, backoff=0).sources[0]
    assert (report.outcome, report.posts_total) == ("ok", 18)
    assert blog.pages_asked == [f"/tag/x/page/{n}/" for n in (7, 8, 9)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(" \n", "is empty", id="empty"),
        pytest.param(
            "<html><body><h1>Error establishing a database connection</h1></body></html>",
            "shows a database error in place of posts (status 200)",
            id="a database",
        ),
        pytest.param(
            "<html><body><p>Briefly unavailable for scheduled maintenance. Come back soon.</p></body></html>",
            "shows a maintenance page",
            id="maintenance",
        ),
        pytest.param(
            "<b>Fatal error</b>: Uncaught Error in /var/www/index.php:33<br>", "error of PHP's", id="PHP's error"
        ),
        pytest.param(
            '<!DOCTYPE html><html><head><title>Tag: x</title></head><body><div class="', "breaks off", id="cut"
        ),
    ],
)
def test_a_page_of_the_middle_that_is_no_whole_page_is_named_and_passed_over(
    blog: Any, html: Any, tmp_path: Path, body: str, said: str
) -> None:
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(9)])
    whole = blog.routes["/tag/x/page/6/"]
    blog.routes["/tag/x/page/6/"] = body
    source = Source(name="blog", urls=(blog.url(),), channel="html")
    report = crawl([source], home=tmp_path, delay=0, backoff=0).sources[0]
    assert (report.outcome, report.complete, report.posts_total) == ("failed", False, 16)
    (missing,) = report.missing
    assert missing.startswith("page 6: ")
    assert said in missing
    blog.routes["/tag/x/page/6/"] = whole
    report = crawl([source], home=tmp_path, delay=0, backoff=0).sources[0]
    assert (report.outcome, report.missing, report.posts_total) == ("ok", (), 18)


def test_a_fault_that_is_shown_as_the_first_page_is_named_and_takes_nothing(
    blog: Any, html: Any, tmp_path: Path
) -> None:
    fault = "<html><body><h1>Error establishing a database connection</h1></body></html>"
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(3)])
    source, whole = Source(name="blog", urls=(blog.url(),), channel="html"), dict(blog.routes)
    assert crawl([source], home=tmp_path, delay=0, backoff=0).sources[0].posts_total == 6
    for again in ({}, {"full": True}):
        blog.routes = dict.fromkeys(whole, fault)
        report = crawl([source], home=tmp_path, delay=0, backoff=0, **again).sources[0]
        assert (report.outcome, report.error, report.posts_total) == ("failed", "CrawlError", 6)
        assert any("shows a database error" in problem for problem in report.problems)
    blog.routes = whole
    assert crawl([source], home=tmp_path, delay=0, backoff=0).sources[0].outcome == "ok"
