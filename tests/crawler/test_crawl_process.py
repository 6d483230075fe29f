"""The crawl's processes: killed, interrupted and locked out, and what is on the disk afterwards."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tipsearch.crawler import crawl, crawl_lock, locks
from tipsearch.pipeline import open_store
from tipsearch.pipeline.errors import LockedError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def long_blog(blog: Any, html: Any) -> Iterator[Any]:
    """Eighty posts on forty pages, of which those after the tenth wait until the test says `go_on.set()`.

    So no crawl comes to its end before the test has done what it means to do in its middle.
    """
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(40)])
    blog.go_on = threading.Event()

    def held(page: str) -> Any:
        return lambda: blog.go_on.wait(100) and html.Reply(page, wait=0.1)

    blog.routes = {
        path: held(page) if number > 10 else html.Reply(page, wait=0.1)
        for number, (path, page) in enumerate(blog.routes.items(), 1)
    }
    yield blog
    blog.go_on.set()


def read_pages(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def child_of(parent: int) -> int:
    """The process id of a process's crawl (Linux)."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[0])


def state_of(pid: int) -> str:
    """The letter that stands for its state (proc(5)), X for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def stands_still(pid: int, seconds: float = 60) -> bool:
    """Wait until a stopped process has stopped, and what it sent has arrived."""
    for _ in range(int(seconds * 20)):
        time.sleep(0.05)
        if state_of(pid) == "T":
            time.sleep(0.3)
            return True
    return False


def gone(pid: int, seconds: float = 60) -> bool:
    for _ in range(int(seconds * 20)):
        if state_of(pid) in "XZ":
            return True
        time.sleep(0.05)
    return False


def pages_stored(home: Path) -> set[str | None]:
    store = open_store(home)
    try:
        return {known.entry.page_url for known in store.entries("blog")}
    finally:
        store.close()


def test_a_killed_crawl_leaves_no_orphan_and_loses_no_page(long_blog: Any, start_crawl: Start, tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = start_crawl(long_blog.url(), home=home)
    told = read_pages(process, 5)
    child = child_of(process.pid)
    process.kill()
    process.wait()
    assert gone(child)
    long_blog.go_on.set()
    asked = len(long_blog.asked)
    time.sleep(0.4)
    assert len(long_blog.asked) <= asked + 1
    assert set(told) <= pages_stored(home)

    # The lock of the killed process is free, and the same command completes the corpus.
    (report,) = crawl([Source(name="blog", urls=(long_blog.url(),))], home=home, delay=0).sources
    assert (report.outcome, report.complete, report.posts_total) == ("ok", True, 80)
    assert report.entries_repeated <= 2  # what it has is not fetched again
    store = open_store(home)
    runs = store.runs("blog")
    store.close()
    assert [run.outcome for run in runs] == ["ok", "running"]


def test_a_crawl_whose_child_is_killed_fails_by_name(
    long_blog: Any, start_crawl: Start, last_json: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    process = start_crawl(long_blog.url(), home=home)
    read_pages(process, 3)
    os.kill(child_of(process.pid), signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    (report,) = last_json(output)["sources"]
    assert (report["outcome"], report["error"], report["complete"]) == ("failed", "CrawlError", False)
    assert str(home / "logs" / "crawl.log") in report["problems"][0]
    assert report["posts_total"] >= 6


def test_a_crawl_whose_reading_process_is_killed_goes_on_with_a_new_one(
    long_blog: Any, start_crawl: Start, last_json: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    process = start_crawl(long_blog.url(), home=tmp_path / "home")
    read_pages(process, 3)
    os.kill(child_of(child_of(process.pid)), signal.SIGKILL)
    long_blog.go_on.set()
    output, _ = process.communicate(timeout=60)
    (report,) = last_json(output)["sources"]
    # It may have died between two pages; then nothing was lost with it but its place.
    assert report["posts_total"] >= 76
    assert all("the process that was reading it ended (status -9)" in problem for problem in report["problems"])
    assert len(set(long_blog.pages_asked)) == 40 or report["problems"]


def test_an_interrupt_stores_the_page_at_hand_and_stops(
    long_blog: Any, start_crawl: Start, last_json: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    process = start_crawl(long_blog.url(), home=tmp_path / "home")
    read_pages(process, 3)
    process.send_signal(signal.SIGINT)
    long_blog.go_on.set()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    report = last_json(output)
    (source,) = report["sources"]
    assert report["interrupted"] is True
    assert (source["outcome"], source["complete"]) == ("interrupted", False)
    assert len(long_blog.pages_asked) == source["pages"] < 40
    assert source["posts_total"] == 2 * source["pages"]


def test_an_interrupt_does_not_wait_for_a_delay(
    long_blog: Any, start_crawl: Start, last_json: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    process = start_crawl(long_blog.url(), home=tmp_path / "home", delay=100)
    while not long_blog.asked:
        time.sleep(0.02)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert time.monotonic() - began < 60
    assert last_json(output)["sources"][0]["outcome"] == "interrupted"
    assert long_blog.asked == ["/robots.txt"]


def test_a_second_crawl_of_the_home_is_refused_with_the_holders_name(
    long_blog: Any, start_crawl: Start, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    process = start_crawl(long_blog.url(), home=home)
    read_pages(process, 1)
    with pytest.raises(LockedError, match=rf"crawl, process {process.pid}, since 2"):
        crawl([Source(name="blog", urls=(long_blog.url(),))], home=home)


def test_the_lock_is_given_back_and_a_stale_note_means_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with crawl_lock(home, "ingest"), pytest.raises(LockedError, match="ingest"), crawl_lock(home, "crawl"):
        pass
    home.lock.with_name("lock.holder").write_text("not json")
    with crawl_lock(home, "resolve"):
        assert json.loads(home.lock.with_name("lock.holder").read_text())["command"] == "resolve"
    assert not home.lock.with_name("lock.holder").exists()


def test_who_only_looks_whether_the_lock_is_held_keeps_no_command_from_its_work(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with crawl_lock(home, "crawl"):
        pass
    looking = os.open(home.lock, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    timer = threading.Timer(locks.GRACE_SECONDS / 10, os.close, (looking,))
    timer.start()
    with crawl_lock(home, "crawl"):
        assert home.lock.with_name("lock.holder").exists()
    timer.join()


def test_an_interrupt_ends_a_pause_before_a_repeated_try(
    blog: Any, html: Any, start_crawl: Start, last_json: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    blog.routes["/tag/x/"] = html.Reply("later", 503, {"Retry-After": "60"})
    process = start_crawl(blog.url(), home=tmp_path / "home")
    while "/tag/x/" not in blog.asked:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=50)
    (source,) = last_json(output)["sources"]
    assert (source["outcome"], source["problems"]) == ("interrupted", [])
    assert blog.pages_asked == ["/tag/x/"]


def test_no_crawl_runs_beside_the_child_of_a_killed_one(
    long_blog: Any, start_crawl: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    process = start_crawl(long_blog.url(), home=home)
    read_pages(process, 2)
    child = child_of(process.pid)
    os.kill(child, signal.SIGSTOP)
    try:
        # Until then one of its threads may still notice that its parent is gone.
        assert stands_still(child)
        process.kill()
        process.wait()
        monkeypatch.setattr(locks, "ORPHAN_SECONDS", 0.3)
        asked = len(long_blog.asked)
        with pytest.raises(LockedError, match="left a process that does not end"):
            crawl([Source(name="blog", urls=(long_blog.url(),))], home=home, delay=0)
        assert len(long_blog.asked) == asked
        monkeypatch.setattr(locks, "ORPHAN_SECONDS", 60)
        long_blog.go_on.set()
    finally:
        os.kill(child, signal.SIGCONT)
    (report,) = crawl([Source(name="blog", urls=(long_blog.url(),))], home=home, delay=0).sources
    assert (report.outcome, report.posts_total) == ("ok", 80)
    assert gone(child, 1)


@pytest.mark.parametrize("module", ["queue", "tipsearch"])
def test_modules_in_the_working_folder_are_not_run(
    module: str, blog: Any, html: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "stands here"
    folder.mkdir()
    (folder / f"{module}.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(folder)
    blog.archive([[html.article(1)], [html.article(2)]])
    report = crawl([Source(name="blog", urls=(blog.url(),))], home=tmp_path / "home", delay=0).sources[0]
    assert (report.outcome, report.posts_total) == ("ok", 2)


def test_a_crawl_goes_on_where_no_reading_process_can_be_started_at_first(
    blog: Any, html: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import subprocess, sys\n"
        "start = subprocess.Popen\n"
        "def popen(*args, **options):\n"
        "    if 'crawler.reading' in str(args) and not refused:\n"
        "        refused.append(1)\n"
        "        raise BlockingIOError(11, 'Resource temporarily unavailable')\n"
        "    return start(*args, **options)\n"
        "refused = []\n"
        "subprocess.Popen = popen\n",
        encoding="utf-8",
    )
    paths = [str(hook), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    blog.archive([[html.article(1)], [html.article(2)]])
    report = crawl([Source(name="blog", urls=(blog.url(),))], home=tmp_path / "home", delay=0).sources[0]
    assert (report.outcome, report.posts_total) == ("ok", 2)
    assert report.seconds < 30


def test_a_page_that_kills_its_reader_each_time_does_not_keep_a_listing_from_its_end(
    blog: Any, html: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if 'tipsearch.crawler.reading' in sys.orig_argv:\n"
        "    from tipsearch.crawler import extract as room\n"
        "    extract = room.extract\n"
        "    def troubled(page):\n"
        "        if 'it breaks' in page.text:\n"
        "            os.kill(os.getpid(), 9)\n"
        "        return extract(page)\n"
        "    room.extract = troubled\n",
        encoding="utf-8",
    )
    paths = [str(hook), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    blog.archive([[html.article(2 * n), html.article(2 * n + 1)] for n in range(9)])
    blog.routes["/tag/x/page/6/"] += "<p>it breaks</p>"
    source = Source(name="blog", urls=(blog.url(),), channel="html")
    for _ in range(2):
        report = crawl([source], home=tmp_path / "home", delay=0, backoff=0).sources[0]
        assert (report.outcome, report.complete, report.posts_total) == ("failed", False, 16)
        assert any("page/6/" in said and "ended (status -9)" in said for said in report.problems)
