"""Crawls killed at some page of every channel: the next one goes on there, and the corpus is an undisturbed one's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from support.refreshing import Blogged, said
from support.sites import big_site, blogger_site
from tipsearch.crawler.visits import AHEAD

CRAWL = """
import sys
from tipsearch.crawler import crawl
from tipsearch.pipeline.records import Source
name, home, full, *urls = sys.argv[1:]
def tell(progress): print(progress.url, flush=True)
crawl([Source(name=name, urls=tuple(urls))], home=home, delay=0, backoff=0.01, on_progress=tell, full=full == "full")
"""

STAND_STILL = """
import os, sys, time
if "tipsearch.crawler.child" in sys.orig_argv:
    from tipsearch.crawler.report import Progress
    to_json, left = Progress.to_json, int(os.environ["TIPSEARCH_TEST_PAGES"])
    def counted(progress):
        global left
        left -= 1
        if not left:
            events = sys._getframe(1).f_locals["self"]
            events._write("progress", to_json(progress))
            events._flush()
            time.sleep(600)
        return to_json(progress)
    Progress.to_json = counted
"""
"""Has the process that crawls tell of so many pages and then stand still: it is not to end before it is killed."""

pytestmark = pytest.mark.slow

HTML = {"rest": "off", "feed": "off"}
KINDS: dict[str, tuple[Callable[..., Any], int, str, dict[str, Any], int]] = {
    "rest": (big_site, 40, "/", {"rest_cap": 10}, 2),
    "rest-that-hides-posts": (big_site, 40, "/", {"rest_cap": 10, "rest_shows": 24}, 2),
    "feed": (big_site, 40, "/", {"rest": "off"}, 3),
    "feed-that-repeats": (big_site, 40, "/", {"rest": "off", "feed": "capped"}, 2),
    "pages": (big_site, 40, "/", HTML, 5),
    "posts-of-excerpts": (big_site, 15, "/", {**HTML, "excerpts": True}, 10),
    "blogger": (blogger_site, 40, "/", {"feed_page_cap": 10}, 3),
    "label": (blogger_site, 60, "/search/label/service", {"feed_page_cap": 5}, 2),
}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., Blogged]]:
    with ExitStack() as stack:

        def make(kind: str) -> Blogged:
            build, size, path, options, _ = KINDS[kind]
            return Blogged(stack.enter_context(build(size, delay=0.03, **options)), tmp_path / "home", path)

        yield make


def kill_after(blog: Blogged, pages: int, *, both: bool = True, full: bool = False) -> None:
    """Start a crawl in a process of its own and kill it once so many pages are stored."""
    blog.site.forget()
    hook = blog.home.parent / "hook"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(STAND_STILL, encoding="utf-8")
    paths = os.pathsep.join([str(hook), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-c", CRAWL, "blog", str(blog.home), "full" if full else "", *blog.source.urls]
    env = os.environ | {"PYTHONPATH": paths, "TIPSEARCH_TEST_PAGES": str(pages)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout
        for _ in range(pages):
            assert process.stdout.readline(), "it ended before it could be killed"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.kill()
        for child in children if both else []:
            with suppress(ProcessLookupError):  # It notices by itself that its parent is gone.
                os.kill(int(child), signal.SIGKILL)
        process.wait()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{child}/cmdline").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)


def undisturbed(blog: Blogged, home: Path) -> tuple[dict[str, tuple[Any, ...]], str]:
    """The posts of a crawl that nothing disturbs, and why it says that it read them in that way."""
    other = Blogged(blog.site, home)
    other.source = blog.source
    (archive,) = other.crawl().archives
    return said(other), archive.why


@pytest.mark.parametrize(("kind", "both"), [*((kind, True) for kind in KINDS), ("rest", False), ("pages", False)])
def test_a_killed_first_crawl_goes_on_where_it_stopped(
    served: Callable[..., Blogged], tmp_path: Path, kind: str, both: bool
) -> None:
    blog = served(kind)
    kill_after(blog, KINDS[kind][-1] + 1, both=both)
    before = blog.asked
    stated = blog.states()
    report = blog.crawl()
    again = [path for path in blog.asked if path in before]
    assert report.outcome == "ok", (report, stated)
    whole, why = undisturbed(blog, tmp_path / "other")
    assert said(blog) == whole
    assert report.archives[0].why.partition(", ")[2] == why.partition(", ")[2], "of the ways left, another may be taken"
    if kind not in {"rest-that-hides-posts", "feed-that-repeats"}:
        # What was fetched ahead of the page at hand goes with the process.
        assert len(again) <= 1 + (AHEAD if kind in {"pages", "posts-of-excerpts"} else 0), again
    assert report.archives[0].held == len(whole)


def test_a_sweep_killed_twice_still_says_why_it_was_read_in_this_way(served: Callable[..., Blogged]) -> None:
    blog = served("feed-that-repeats")
    kill_after(blog, 4)
    kill_after(blog, 2)
    (archive,) = blog.crawl().archives
    assert archive.why.startswith("read through its listing pages, because REST answers 404; its feed is not whole")


def test_a_killed_sweep_goes_on_and_takes_nothing_for_gone(served: Callable[..., Blogged]) -> None:
    blog = served("rest")
    blog.crawl()
    (left,) = blog.withdraw(20)
    kill_after(blog, 3, full=True)
    report = blog.crawl()
    assert (report.outcome, report.posts_gone) == ("ok", 1)
    assert blog.gone() == {left.title}


def test_a_sweep_killed_among_single_posts_reads_the_others_anew(served: Callable[..., Blogged]) -> None:
    blog = served("posts-of-excerpts")
    blog.crawl()
    edited = [blog.edit(n, silently=True).title for n in (0, 7, 14)]
    kill_after(blog, 10, full=True)
    before = blog.asked
    assert blog.crawl().outcome == "ok"
    assert len(set(before) & set(blog.asked)) <= 1
    posts = blog.posts()
    assert all("added later on" in posts[title].text for title in edited)


@pytest.mark.parametrize("kind", ["feed", "pages"])
def test_a_killed_refresh_does_not_hide_what_it_had_not_read(served: Callable[..., Blogged], kind: str) -> None:
    blog = served(kind)
    blog.crawl()
    blog.publish(25)
    kill_after(blog, 1)
    report = blog.crawl()
    assert report.outcome == "ok"
    assert len(blog.posts()) == 65
    blog.crawl()
    assert len(blog.asked) == 1
