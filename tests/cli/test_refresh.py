"""`tipsearch refresh` as cron runs it: what it costs, prints and leaves alone, and the status it ends with."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.faults import hang, serve_pages
from support.refreshing import files_of
from support.sites import big_site
from tipsearch.cli.demo.server import Request, Response
from tipsearch.crawler import crawl_lock
from tipsearch.pipeline import open_store
from tipsearch.pipeline.home import Home

from .conftest import ENVIRONMENT, POST, Run


def register(home: Path, **urls: str) -> None:
    home.mkdir(exist_ok=True)
    lines = [f'[[sources]]\nname = "{name}"\nurls = ["{url}"]\ndelay = 0\n' for name, url in urls.items()]
    (home / "tipsearch.toml").write_text("\n".join(lines))


def source_state(home: Path, name: str) -> dict[str, Any]:
    store = open_store(home)
    try:
        return store.archive_states(name)[""]
    finally:
        store.close()


def pass_time(home: Path, name: str) -> None:
    """As if the source had been left alone for long enough."""
    store = open_store(home)
    try:
        before = datetime.now(UTC) - timedelta(minutes=1)
        store.put_archive_state(name, "", {**store.archive_states(name)[""], "retry_at": before.isoformat()})
    finally:
        store.close()


def test_nothing_new_is_one_line_a_source_and_leaves_the_index_untouched(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with big_site(12) as one, big_site(12, rest="off") as other:
        register(home, one=f"{one.url}/", other=f"{other.url}/")
        assert run("refresh").status == 0
        index = files_of(Home(home).index)
        assert index
        done = run("refresh")
    assert done.status == 0
    first, _, second, _ = done.out.splitlines()
    assert first.startswith("one: ok – 12 posts (0 new, 0 changed)")
    assert second.startswith("other: ok – 12 posts (0 new, 0 changed)")
    assert "nothing to do" in done.err
    assert files_of(Home(home).index) == index
    assert (home / "logs" / "crawl.log").stat().st_size


def test_a_failing_source_is_left_alone_and_the_others_are_refreshed(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with big_site(6) as good, serve_pages({"/": 500}) as bad:
        register(home, good=f"{good.url}/", bad=f"{bad.url}/")
        assert run("refresh").status == 3
        assert source_state(home, "bad")["failures"] == 1
        good.forget(), bad.forget()
        done = run("refresh")
        assert done.status == 3
        assert not bad.requests
        assert good.requests
        (line,) = (line for line in done.out.splitlines() if line.startswith("bad"))
        assert line.startswith("bad: left alone – failed 1 time in a row, tried again after 20")

        said = run("refresh", "--format", "json").json
        assert [source["name"] for source in said["sources"]] == ["good"]
        assert [(one["name"], one["failures"]) for one in said["waiting"]] == [("bad", 1)]

        assert run("refresh", "bad").status == 3
        assert bad.requests
        assert source_state(home, "bad")["failures"] == 2

        bad.forget()
        pass_time(home, "bad")
        run("refresh")
        assert bad.requests
        bad.site.pages["/"] = POST
        assert run("refresh", "bad").status == 0
        assert source_state(home, "bad")["retry_at"] == ""
        assert run("refresh").status == 0


def test_with_every_source_left_alone_nothing_is_asked_and_the_lock_still_counts(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serve_pages({"/": 500}) as bad:
        register(home, bad=f"{bad.url}/")
        run("refresh")
        bad.forget()
        done = run("refresh")
        assert (done.status, bad.requests) == (3, [])
        with crawl_lock(Home(home), "crawl"):
            began = time.monotonic()
            refused = run("refresh")
        assert refused.status == 4
        assert "crawl, process" in refused.err
        assert time.monotonic() - began < 60


def test_a_hanging_site_delays_no_other(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code = (
        "import sys, json, time\n"
        "from tipsearch.crawler import crawl\n"
        "from tipsearch.pipeline.records import Source\n"
        "home, *urls = sys.argv[1:]\n"
        "began = time.monotonic()\n"
        "at = {}\n"
        "def tell(p): at[p.source] = time.monotonic() - began\n"
        "sources = [Source(name=f's{n}', urls=(url,), delay=0) for n, url in enumerate(urls)]\n"
        "report = crawl(sources, home=home, timeout=4, backoff=0.01, on_progress=tell)\n"
        "print(json.dumps([at, report.to_json()]))\n"
    )
    tries: list[float] = []

    def hanging(request: Request) -> Response:
        tries.append(time.monotonic())
        return hang(30)(request)

    with big_site(12, delay=0.05) as fast, big_site(12, delay=0.05) as other, serve_pages({"/": hanging}) as slow:
        command = [sys.executable, "-c", code, str(home), f"{slow.url}/", f"{fast.url}/", f"{other.url}/"]
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=True)
        at, report = json.loads(done.stdout)
        first, second = ({logged.at for logged in site.log} for site in (fast, other))
        assert min(first) < max(second)
        assert min(second) < max(first)
        # Both are asked and answer while the first try waits for the site that hangs.
        given_up = tries[1]
        assert max(sorted(times)[1] for times in (first, second)) < given_up
        hung, quick, _ = report["sources"]
        assert (hung["outcome"], quick["outcome"]) == ("failed", "ok")
        assert quick["seconds"] < hung["seconds"] > 4
        assert max(at.values()) < hung["seconds"]
        assert report["seconds"] < 2 * hung["seconds"]


def test_a_source_of_which_no_posts_can_be_made_keeps_no_other_from_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tipsearch.cli.main import run as command
    from tipsearch.pipeline import corpus

    home = tmp_path / "home"
    real = corpus.resolve_corpus

    def breaks(store: Any, source: Any, **options: Any) -> Any:
        if source.name == "bad":
            raise ZeroDivisionError("a rule broke")
        return real(store, source, **options)

    monkeypatch.setattr(corpus, "resolve_corpus", breaks)
    with big_site(6) as good, big_site(6) as bad:
        register(home, bad=f"{bad.url}/", good=f"{good.url}/")
        assert command(["--home", str(home), "refresh"]) == 3
        assert command(["--home", str(home), "query", "is:full", "source:good", "--format", "json"]) == 0
        monkeypatch.undo()
        assert command(["--home", str(home), "refresh"]) == 0
        assert command(["--home", str(home), "query", "is:full", "source:bad", "--format", "json"]) == 0
