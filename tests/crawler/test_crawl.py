"""Real crawls of a real server on loopback: what is read, in which order, and what is stored."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tipsearch.crawler import Progress, crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.errors import UsageError
from tipsearch.pipeline.records import Entry, Source


def stored(home: Path, source: str = "blog") -> list[Entry]:
    store = open_store(home)
    try:
        return [known.entry for known in store.entries(source)]
    finally:
        store.close()


def source_of(blog: Any, *paths: str, **settings: Any) -> Source:
    name = settings.pop("name", "blog")
    return Source(name=name, urls=tuple(blog.url(path) for path in paths or ("/tag/x/",)), **settings)


def test_teasers_that_listings_show_in_full_are_not_fetched_and_the_others_once_at_the_end(
    blog: Any, html: Any, tmp_path: Path
) -> None:
    teasers = [html.article(n, full=False, teaser=True) for n in range(1, 8)]
    pages = [[*teasers, *(html.article(n) for n in range(3 * p + 1, 3 * p + 4))] for p in range(2)]
    blog.archive(pages)
    blog.archive([pages[0]], base="/tag/y/")
    for number in range(1, 8):
        blog.routes[html.slug(number)] = html.single(number)
    seen: list[Progress] = []
    report = crawl([source_of(blog, "/tag/x/", "/tag/y/")], home=tmp_path, delay=0, on_progress=seen.append)
    assert blog.asked == ["/robots.txt", "/tag/x/", "/tag/x/page/2/", "/tag/y/", html.slug(7)]
    (told,) = report.sources
    assert (told.outcome, told.complete, told.pages, told.requests, told.posts_fetched) == ("ok", True, 4, 5, 1)
    assert (told.posts_added, told.posts_total, told.problems) == (7, 7, ())
    assert [p.url for p in seen] == [blog.url(path) for path in blog.pages_asked]
    assert seen[-1].phase == "posts"
    assert len({e.permalink for e in stored(tmp_path) if e.form == "content"}) == 7

    again = crawl([source_of(blog, "/tag/x/", "/tag/y/")], home=tmp_path, delay=0).sources[0]
    assert (again.posts_fetched, again.entries_new, again.posts_added, again.posts_changed) == (0, 0, 0, 0)
    assert html.slug(7) not in blog.asked[5:]


def test_full_fetches_posts_again(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(1, full=False), html.article(2, full=False)]])
    blog.routes |= {html.slug(1): html.single(1), html.slug(2): html.single(2)}
    crawl([source_of(blog)], home=tmp_path, delay=0)
    report = crawl([source_of(blog)], home=tmp_path, delay=0, full=True)
    assert report.sources[0].posts_fetched == 2
    assert blog.asked.count(html.slug(1)) == 2


def test_sources_side_by_side_never_have_two_requests_at_one_site(
    blog: Any, other_blog: Any, html: Any, tmp_path: Path
) -> None:
    for served, base in itertools.product((blog, other_blog), ("/tag/x/", "/tag/y/", "/tag/z/")):
        first = 100 * "xyz".index(base[5])
        served.archive([[html.article(first + 2 * p), html.article(first + 2 * p + 1)] for p in range(3)], base=base)
    for served in (blog, other_blog):
        served.routes = {path: html.Reply(page, wait=0.05) for path, page in served.routes.items()}
    sources = [
        source_of(served, f"/tag/{tag}/", name=f"{label}-{tag}")
        for (label, served), tag in itertools.product((("a", blog), ("b", other_blog)), "xyz")
    ]
    report = crawl(sources, home=tmp_path, delay=0)
    assert [s.name for s in report.sources] == [s.name for s in sources]
    assert report.ok
    assert all(s.pages == 3 for s in report.sources)
    assert blog.most_under_way == other_blog.most_under_way == 1
    assert blog.asked.count("/robots.txt") == 1
    # The two sites are read at the same time.
    assert blog.moments[2] < other_blog.moments[-1]
    assert other_blog.moments[2] < blog.moments[-1]


def test_one_second_lies_between_two_requests_unless_the_source_says_otherwise(
    blog: Any, other_blog: Any, html: Any, tmp_path: Path
) -> None:
    for served in (blog, other_blog):
        served.archive([[html.article(number)] for number in range(1, 5)])
    crawl([source_of(blog), source_of(other_blog, name="quick", delay=0.3)], home=tmp_path)
    gaps = [b - a for a, b in itertools.pairwise(blog.moments)]
    quick = [b - a for a, b in itertools.pairwise(other_blog.moments)]
    assert len(gaps) == len(quick) == 4
    # Measured where requests arrive: a busy machine may take note of one late, and then the next gap is shorter.
    assert sorted(gaps)[1] > 0.6
    assert sorted(quick)[1] > 0.1
    assert sum(gaps) > 3
    assert sum(quick) > 0.9
    assert sum(quick) < sum(gaps)


def test_the_callers_process_knows_nothing_of_scrapy() -> None:
    code = "import sys, tipsearch.crawler as c; c.crawl, c.ingest_paths; print('scrapy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_it_says_who_it_is(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(1), html.article(2)]])
    crawl([source_of(blog)], home=tmp_path, delay=0)
    (agent,) = blog.agents
    assert agent.startswith("tipsearch/")


def test_every_end_of_a_listing(blog: Any, html: Any, tmp_path: Path) -> None:
    one, two = [html.article(1), html.article(2)], [html.article(3), html.article(4)]
    pages = {
        "/tag/gone/": html.listing(one, "/tag/gone/page/2/"),
        "/tag/again/": html.listing(one, "/tag/again/page/2/"),
        "/tag/again/page/2/": html.listing(one, "/tag/again/page/3/"),
        "/tag/empty/": html.listing(one, "/tag/empty/page/2/"),
        "/tag/empty/page/2/": html.listing([]),
        "/tag/circle/": html.listing(one, "/tag/circle/more/"),
        "/tag/circle/more/": html.listing(two, "/tag/circle/"),
    }
    blog.routes |= pages
    names = ("gone", "again", "empty", "circle")
    report = crawl([source_of(blog, f"/tag/{n}/", name=n) for n in names], home=tmp_path, delay=0)
    reasons = {s.name: s.stop_reason for s in report.sources}
    assert report.ok
    assert "not there" in reasons["gone"]
    assert "repeated page" in reasons["again"]
    assert "without posts" in reasons["empty"]
    assert "read before" in reasons["circle"]
    assert all(s.complete for s in report.sources)
    assert "/tag/again/page/3/" not in blog.asked


def test_max_pages_and_single_posts(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(5)])
    blog.routes[html.slug(30)] = html.single(30)
    sources = [source_of(blog), source_of(blog, html.slug(30), name="one post")]
    many, one = crawl(sources, home=tmp_path, delay=0, max_pages=2).sources
    assert (many.pages, many.outcome, many.complete) == (2, "ok", False)
    assert (one.pages, one.outcome, one.posts_total) == (1, "ok", 1)


def test_a_post_behind_a_redirect_is_known_under_both_addresses(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(1, full=False, link="/?p=1"), html.article(2)]])
    blog.routes["/?p=1"] = html.Reply(status=301, headers={"Location": html.slug(1)})
    blog.routes[html.slug(1)] = html.single(1, link=blog.url(html.slug(1)))
    (told,) = crawl([source_of(blog)], home=tmp_path, delay=0).sources
    (entry,) = [e for e in stored(tmp_path) if e.form == "content" and "number 1 " in e.title]
    assert entry.page_url == blog.url(html.slug(1))
    assert blog.url("/?p=1") in (entry.permalink, *entry.also_at)
    assert (told.posts_total, told.requests) == (2, 4)


def test_a_page_in_a_compressed_old_encoding_is_read(blog: Any, html: Any, tmp_path: Path) -> None:
    page = html.listing([html.article(1), html.article(2)]).replace("Somebody", "Zoë's café")
    page = page.replace('<meta charset="utf-8">', '<meta charset="iso-8859-1">')
    from gzip import compress

    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    body = compress(page.encode("iso-8859-1"))
    blog.routes["/tag/x/"] = html.Reply(body, headers={**headers, "Content-Length": str(len(body))})
    crawl([source_of(blog)], home=tmp_path, delay=0)
    assert all("Zoë's café" in entry.body for entry in stored(tmp_path))


def test_it_can_be_called_again_and_from_any_thread(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(1), html.article(2)]])
    outcomes: list[str] = []

    def work(number: int) -> None:
        outcomes.append(crawl([source_of(blog)], home=tmp_path / str(number), delay=0).sources[0].outcome)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(0)
    assert outcomes == ["ok"] * 3


def test_runs_are_kept(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(1), html.article(2)]])
    crawl([source_of(blog), source_of(blog, "/tag/none/", name="none")], home=tmp_path, delay=0, command="refresh")
    store = open_store(tmp_path)
    runs = {run.source: run for run in store.runs()}
    store.close()
    assert (runs["blog"].outcome, runs["blog"].complete, runs["blog"].command) == ("ok", True, "refresh")
    assert runs["blog"].counts["posts_added"] == 2
    assert (runs["none"].outcome, runs["none"].complete) == ("failed", False)
    assert "404" in runs["none"].problems[0]
    assert runs["none"].finished is not None


def test_a_listener_that_fails_ends_the_crawl_and_what_was_stored_stays(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(30)])
    blog.routes = {path: html.Reply(page, wait=0.1) for path, page in blog.routes.items()}

    def listener(_: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crawl([source_of(blog)], home=tmp_path, delay=0, on_progress=listener)
    asked = len(blog.asked)
    time.sleep(0.5)
    assert len(blog.asked) <= asked + 1
    assert stored(tmp_path)


@pytest.mark.parametrize("sources", [[Source(name="empty")], [Source(name="a", urls=("http://a.invalid/",))] * 2])
def test_sources_that_cannot_be_crawled_are_refused(sources: list[Source], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        crawl(sources, home=tmp_path)
