"""Queries while a crawl, a sync and a rebuild are at work: each answers at once, and shows a whole state."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.sites import big_site
from support.stress import CRAWL, Running, program, rounds
from tipsearch.index import open_index
from tipsearch.pipeline import open_store

pytestmark = pytest.mark.slow

QUICK = 20.0
"""Seconds: a query takes a few milliseconds, and a busy machine some more; locks are waited for longer than this."""
HELD = 5.0
"""Seconds before each answer to a crawl, so that it goes on for minutes while others are to get theirs."""


def test_queries_never_wait_for_a_crawl_and_always_see_a_whole_state(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with big_site(60, rest="off", feed="off", delay=0.01) as site:
        first, whole = (
            json.dumps({"name": "blog", "urls": [url], "channel": "html", "max_pages": pages})
            for url, pages in ((f"{site.url}/", 4), (f"{site.url}/", None))
        )
        assert Running(CRAWL, home, first).end()[0] == 0
        with open_index(home) as index:
            before = total(index)
        assert before
        seen: list[int] = []
        slowest: list[float] = []
        failures: list[BaseException] = []
        stop = threading.Event()

        def ask() -> None:
            try:
                with open_index(home) as index, closing(open_store(home, read_only=True)) as store:
                    while not stop.is_set():
                        began = time.monotonic()
                        seen.append(total(index))
                        assert sum(1 for _ in store.posts()) >= before
                        slowest.append(time.monotonic() - began)
            except BaseException as error:  # noqa: BLE001  (told by the test's own thread)
                failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        commands: list[tuple[int, int, float]] = []
        try:
            for code, *arguments in [(CRAWL, whole), *[(program(stage),) for stage in ("reindex", "sync", "resolve")]]:
                for _ in range(rounds(1)):
                    site.site.delay = HELD  # type: ignore[attr-defined]
                    run = Running(code, home, *arguments)
                    commands.append(query(home))
                    if code is CRAWL:
                        run.wait_for_begin()
                        commands.append(query(home))
                        answered, began = len(seen), time.monotonic()
                        while len(seen) < answered + 4 and time.monotonic() < began + QUICK:
                            time.sleep(0.01)
                        assert not run.is_over()
                        assert len(seen) >= answered + 4
                    site.site.delay = 0.01  # type: ignore[attr-defined]
                    status, said = run.end()
                    assert status == 0, said
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert failures == []
    with open_index(home) as index:
        after = total(index)
    assert after > before
    # A state is shown whole, and none is shown that was over: the reader that stayed open has followed.
    assert set(seen) <= {before, after}
    assert seen[-1] == after
    assert max(slowest) < QUICK
    assert {(status, posts) for status, posts, _ in commands} <= {(0, before), (0, after)}
    assert max(seconds for *_, seconds in commands) < QUICK + 2


def total(index: object) -> int:
    return int(index.search("shelf", limit=1).total)  # type: ignore[attr-defined]


def query(home: Path) -> tuple[int, int, float]:
    """`tipsearch query` in a process of its own: its status, how many it found, and its seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tipsearch.cli.main", "--home", str(home), "query", "shelf", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)["total"], time.monotonic() - began
