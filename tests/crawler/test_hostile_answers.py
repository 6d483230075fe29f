"""Answers that fail, drip, hang, break or swell: each has its name, ends at a limit, and costs the corpus nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.faults import (
    Answer,
    bomb,
    cut_short,
    endless,
    hang,
    headers_without_end,
    html,
    packed,
    reset,
    serve_pages,
    slow,
    stream,
)
from tipsearch.crawler import SourceReport, crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Source
from tipsearch.pipeline.why import explain

TRIES = 5
SECONDS = 0.8


def crawled(home: Path, *sources: Source, **options: Any) -> dict[str, SourceReport]:
    options = {"delay": 0, "backoff": 0.01, "timeout": 20, **options}
    return {report.name: report for report in crawl(sources, home=home, **options).sources}


def broken(answers: dict[str, Answer], page: Any, home: Path, **options: Any) -> tuple[dict[str, SourceReport], Any]:
    """Reports and the served site, where pages that were read well once have turned into `answers`."""
    good = {f"/{name}/": page([2 * i, 2 * i + 1]) for i, name in enumerate(answers)}
    with serve_pages(good) as site:
        sources = [Source(name=name, urls=(f"{site.url}/{name}/",)) for name in answers]
        first = crawled(home, *sources)
        assert {(r.outcome, r.posts_total) for r in first.values()} == {("ok", 2)}
        site.site.pages.update({f"/{name}/": answer for name, answer in answers.items()})
        site.forget()
        reports = crawled(home, *sources, **options)
    for report in reports.values():
        assert (report.outcome, report.complete, report.posts_total, report.posts_gone) == ("failed", False, 2, 0)
        assert len(report.problems) == 1
    return reports, site


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Any:
    made = request.getfixturevalue("html")  # the room's builders of pages; `html` here is an answer
    return lambda numbers, following=None: made.listing([made.article(n) for n in numbers], following)


@pytest.mark.parametrize("full", [False, True], ids=["refresh", "full"])
def test_each_refusal_has_its_name_and_its_number_of_tries(full: bool, page: Any, tmp_path: Path) -> None:
    answers: dict[str, Answer] = {
        "500": 500,
        "502": 502,
        "503": 503,
        "504": 504,
        "500 now": html("later", status=500, Retry_After="0"),
        "503 now": html("later", status=503, Retry_After="0"),
        "503 then": html("later", status=503, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"),
        "429": 429,
        "403": 403,
        "401": 401,
        "410": 410,
        "404": 404,
    }
    answers = {name.replace(" ", "-"): answer for name, answer in answers.items()}
    reports, site = broken(answers, page, tmp_path, full=full)
    asked = [request.path for request in site.requests]
    for name, report in reports.items():
        status = name[:3]
        assert status in report.problems[0]
        passing = status in {"500", "502", "503", "504", "429"}
        assert asked.count(f"/{name}/") == (TRIES if passing else 1)
    errors = {name: report.error for name, report in reports.items()}
    assert {errors[name] for name in answers if name[0] == "5"} == {"UnreachableError"}
    assert {errors["429"], errors["403"], errors["401"]} == {"BlockedError"}
    assert {errors["410"], errors["404"]} == {"NotFoundError"}
    assert "5 times" in reports["503"].problems[0]


def test_a_site_whose_clock_is_ahead_is_waited_for_by_its_own_clock(page: Any, tmp_path: Path) -> None:
    stamps = {"Date": "Sat, 01 Jan 2050 00:00:00 GMT", "Retry_After": "Sat, 01 Jan 2050 00:00:01 GMT"}
    with serve_pages({"/x/": [html("later", status=503, **stamps), page([1, 2])]}) as site:
        report = crawled(tmp_path, Source(name="x", urls=(f"{site.url}/x/",)))["x"]
    assert report.outcome == "ok"


@pytest.mark.parametrize("full", [False, True], ids=["refresh", "full"])
def test_what_breaks_off_or_comes_damaged_is_no_page(full: bool, page: Any, tmp_path: Path) -> None:
    whole = page([100, 101, 102, 103])
    answers: dict[str, Answer] = {
        "reset": reset(),
        "reset-inside": reset(after=whole[: len(whole) // 2]),
        "too-short": cut_short(whole[: len(whole) // 2]),
        "gzip-cut": packed(whole, missing=60),
        "gzip-cut-twice": packed(whole, missing=1),
        "no-gzip": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, whole),
        "bad-gzip": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"\x1f\x8b\x08\x00" + b"bad" * 99),
        "bad-deflate": (200, {"Content-Type": "text/html", "Content-Encoding": "deflate"}, b"x\x9c" + b"bad" * 99),
        "brotli": (200, {"Content-Type": "text/html", "Content-Encoding": "br"}, b"\x0b\x02\x80abc" * 20),
    }
    reports, site = broken(answers, page, tmp_path, full=full, timeout=5)
    said = {name: report.problems[0] for name, report in reports.items()}
    assert {report.error for report in reports.values()} == {"UnreachableError"}
    assert "the connection was reset" in said["reset"]
    assert "broke off before the end of the page" in said["reset-inside"]
    assert "broke off in the middle" in said["too-short"]
    assert all("can't be decompressed" in said[name] for name in ("gzip-cut", "no-gzip", "bad-gzip", "bad-deflate"))
    assert "not asked for" in said["brotli"]
    asked = [request.path for request in site.requests]
    assert {asked.count(f"/{name}/") for name in answers} == {TRIES}


def test_a_trouble_that_passes_is_none(page: Any, tmp_path: Path) -> None:
    whole = page([1, 2])
    passing: list[Answer] = [503, reset(), reset(after=whole[:400]), packed(whole, missing=9), whole]
    with serve_pages({"/x/": passing}) as site:
        report = crawled(tmp_path, Source(name="x", urls=(f"{site.url}/x/",)), timeout=5)["x"]
    assert (report.outcome, report.posts_total, report.problems) == ("ok", 2, ())


def test_compressed_pages_are_read(page: Any, tmp_path: Path) -> None:
    twice = packed(packed(page([5, 6])).body, encoding="gzip, gzip")  # type: ignore[arg-type]
    with serve_pages(
        {"/x/": packed(page([1, 2])), "/y/": packed(page([3, 4]), encoding="x-gzip"), "/z/": twice}
    ) as site:
        reports = crawled(tmp_path, *[Source(name=n, urls=(f"{site.url}/{n}/",)) for n in "xyz"])
    assert {(r.outcome, r.posts_total) for r in reports.values()} == {("ok", 2)}


def test_what_never_ends_ends_at_the_time_limit(page: Any, tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"drip": endless(), "hang": hang(3), "slow-headers": slow(3, "late")}
    started = time.monotonic()
    reports, _ = broken(answers, page, tmp_path, timeout=SECONDS)
    assert {report.error for report in reports.values()} == {"UnreachableError"}
    for report in reports.values():
        assert f"in full within {SECONDS:g} seconds" in report.problems[0]
    assert time.monotonic() - started < len(answers) * (TRIES * SECONDS + 3) + 60


PEAK = """
import json, resource, sys, tempfile
from tipsearch.crawler import crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Source
from tipsearch.pipeline.why import explain
report = crawl([Source(name="x", urls=(sys.argv[1],))], home=sys.argv[2], delay=0, backoff=0.01, timeout=20).sources[0]
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([report.to_json(), peak]))
"""


def peak_of(url: str, home: Path) -> tuple[dict[str, Any], int]:
    """The report of a crawl, and the bytes of memory that its process took at most."""
    command = [sys.executable, "-c", PEAK, url, str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    report, peak = json.loads(done.stdout)
    return report, peak


MOST_MEMORY = 250 * 2**20
"""Bytes that the crawl's process may take: about 95 MB for any page, and twice the largest page that is read."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gzip", "gzip of gzip", "50 MB", "50 MB unannounced", "headers"])
def test_what_swells_is_refused_by_name_in_bounded_memory(kind: str, tmp_path: Path) -> None:
    swelling: dict[str, Callable[[], Answer]] = {
        "gzip": lambda: bomb(500_000_000),
        "gzip of gzip": lambda: bomb(500_000_000, layers=2),
        "50 MB": lambda: (200, {"Content-Type": "text/html"}, b"<p>x</p>" * 6_250_000),
        "50 MB unannounced": lambda: stream(50_000_000),
        "headers": lambda: 404,
    }
    with serve_pages({"/": swelling[kind]()}) as site, headers_without_end() as other:
        url = f"{other if kind == 'headers' else site.url}/"
        report, peak = peak_of(url, tmp_path)
    assert (report["outcome"], report["posts_total"]) == ("failed", 0)
    assert ("headers without an end" if kind == "headers" else "larger than 20 MB") in report["problems"][0]
    assert peak < MOST_MEMORY, f"{peak / 2**20:.0f} MB"


HALVES = ("&#xD800;", "&#57343;", "\\ud800", "%ED%A0%80")


@pytest.mark.parametrize("half", HALVES)
def test_half_characters_on_a_page_end_no_crawl(half: str, tmp_path: Path) -> None:
    told = {"@type": "BlogPosting", "datePublished": "2019-01-01", "author": {"name": "Ann"}, "url": "/x/"}
    linked = json.dumps(told).replace('"}', f'{half}"}}').replace('-01"', f'-01 {half}"')
    post = (
        f"<html><head><title>Lamps {half}</title><link rel='canonical' href='/2019/01/lamps-{half}/'>"
        f"<script type='application/ld+json'>{linked}</script></head><body class='single postid-1{half}'>"
        f"<article class='post hentry tag-t{half}' id='post-1{half}'><h1 class='entry-title'>Lamps {half}</h1>"
        f"<div class='entry-content'><p>Trim the wick {half} before it smokes.</p></div>"
        f"<a rel='tag' href='/tag/t{half}/'>t{half}</a></article></body></html>"
    )
    listing = (
        f"<html><body class='archive tag-x{half}'><main><article class='post hentry' id='post-1'>"
        f"<h2 class='entry-title'><a href='/2019/01/lamps-{half}/?p={half}#{half}'>Lamps {half}</a></h2>"
        f"<time datetime='2019-01-01 {half}'>1</time>"
        f"<div class='entry-summary'><p>Trim the wick {half}…</p></div></article></main>"
        f"<a class='next' rel='next' href='/tag/x-{half}/page/2/'>Older posts</a></body></html>"
    )
    with serve_pages({"/lamps/": post, "/tag/": listing}) as site:
        sources = [Source(name=name, urls=(f"{site.url}/{name}/",)) for name in ("lamps", "tag")]
        reports = crawled(tmp_path, *sources, timeout=10)
        again = crawled(tmp_path, *sources, timeout=10)
    assert (reports["lamps"].outcome, reports["lamps"].posts_total) == ("ok", 1)
    assert reports["tag"].posts_total == 1
    assert {name: report.posts_total for name, report in again.items()} == {"lamps": 1, "tag": 1}
    with closing(open_store(tmp_path)) as store:
        for post_said in store.posts():
            json.dumps(post_said.to_json(), ensure_ascii=False).encode("utf-8")
            (resolved,) = store.find(post_said.id)
            json.dumps(explain(store, resolved).to_json(), ensure_ascii=False).encode("utf-8")
