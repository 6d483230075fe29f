"""A full disk, and one that can no longer be written, at every stage: an error with a name, and nothing lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from support.corpus import assert_same, corpus, is_whole
from support.sites import big_site
from support.stress import CRAWL, STAGES, Running, answers, answers_if_any, chance, prepared, program, rounds

pytestmark = pytest.mark.slow

NAMED = ("StoreError", "IndexUnusableError")
"""What a command turns into a message and exit status 5."""

READ_ONLY = """
import os
after = int(os.environ["TIPSEARCH_TEST_READ_ONLY_AFTER"])
import sqlalchemy.event
from sqlalchemy.engine import Engine
count = 0
@sqlalchemy.event.listens_for(Engine, "before_cursor_execute")
def refuse(db, cursor, statement, *more):
    global count
    if statement.startswith("BEGIN IMMEDIATE"):
        count += 1
        if count > after:
            db.connection.dbapi_connection.execute("PRAGMA query_only=ON")
"""
"""Makes SQLite refuse to write (SQLITE_READONLY) after so many transactions, in every process that imports it."""


def largest_file(home: Path) -> int:
    return max(path.stat().st_size for path in home.rglob("*") if path.is_file())


def failed_by_name(run: Running) -> bool:
    """Whether it failed; with any error that has no name, the test fails."""
    status, said = run.end()
    if status == 0:
        last = run.told[-1]
        return isinstance(last, dict) and last["sources"][0]["outcome"] == "failed"
    error = said.strip().splitlines()[-2:] if said.strip() else []
    assert any(name in line for line in said.splitlines()[-3:] for name in NAMED), error or said
    return True


@pytest.mark.parametrize("channel", ["rest", "feed", "html"])
def test_a_crawl_onto_a_full_disk_is_completed_once_there_is_room(channel: str, tmp_path: Path) -> None:
    pick = chance(f"full disk, crawl {channel}")
    reference = tmp_path / "reference"
    with big_site(45) as site:
        settings = {"name": "blog", "urls": [f"{site.url}/"], "keep_pages": True, "channel": channel}
        run = Running(CRAWL, reference, json.dumps(settings))
        assert run.end()[0] == 0
        size = largest_file(reference)
        for number in range(rounds(1)):
            home = tmp_path / f"home-{number}"
            limit = pick.randrange(4096, size)
            run = Running(CRAWL, home, json.dumps(settings), env={"TIPSEARCH_TEST_FILE_SIZE": str(limit)})
            failed_by_name(run)
            assert "Traceback" not in crash_in_log(home)
            stored = pages_stored(home)
            assert run.pages_told() <= stored
            answers_if_any(home)
            status, said = Running(CRAWL, home, json.dumps(settings)).end()
            assert status == 0, said
            is_whole(home)
            assert_same(home, reference)
            shutil.rmtree(home)


def crash_in_log(home: Path) -> str:
    log = home / "logs" / "crawl.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


def pages_stored(home: Path) -> set[str]:
    if not (home / "corpus.sqlite3").exists():
        return set()
    with closing(sqlite3.connect(home / "corpus.sqlite3")) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        return {url for (url,) in db.execute("SELECT url FROM pages")} if "pages" in tables else set()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_on_a_full_disk_fails_by_name_and_is_made_up_for(stage: str, made: Path, tmp_path: Path) -> None:
    pick = chance(f"full disk, {stage}")
    pages = made / "pages" / "blog"
    sizes = [p.stat().st_size for p in (made / "index").rglob("*") if p.is_file()]
    # A resolve that changes nothing writes little; the others write files of nearly the same sizes again.
    top = {"resolve": 40_000, "ingest": largest_file(made) * 9 // 10}.get(stage, max(sizes) * 9 // 10)
    failures = 0
    for number in range(rounds(1)):
        home = tmp_path / f"home-{number}"
        prepared(stage, made, home)
        limit = pick.randrange(2048, top)
        run = Running(program(stage), home, pages, env={"TIPSEARCH_TEST_FILE_SIZE": str(limit)})
        failures += failed_by_name(run)
        if stage != "ingest":
            is_whole(home)
            assert corpus(home) == corpus(made)
        if stage == "reindex":
            assert answers(home) == answers(made)
        status, said = Running(program("ingest" if stage == "ingest" else "sync"), home, pages).end()
        assert status == 0, said
        assert_same(home, made)
        shutil.rmtree(home)
    assert failures


@pytest.mark.parametrize("stage", ["crawl", "resolve", "ingest"])
def test_a_store_made_read_only_half_way_fails_by_name_and_is_made_up_for(
    stage: str, made: Path, tmp_path: Path
) -> None:
    pick = chance(f"read only, {stage}")
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(textwrap.dedent(READ_ONLY))
    pages = made / "pages" / "blog"
    with big_site(45, rest="off", feed="off") as site:
        source = json.dumps({"name": "blog", "urls": [f"{site.url}/"], "keep_pages": True})
        reference = made
        if stage == "crawl":
            reference = tmp_path / "reference"
            assert Running(CRAWL, reference, source).end()[0] == 0
        for number in range(rounds(1)):
            home = tmp_path / f"home-{number}"
            after = pick.randrange(1, 12) if stage != "resolve" else 0
            env = {"TIPSEARCH_TEST_READ_ONLY_AFTER": str(after), "PYTHONPATH": str(tmp_path / "hook")}
            if stage == "crawl":
                run = Running(CRAWL, home, source, env=env)
            else:
                prepared(stage, made, home)
                run = Running(program(stage), home, pages, env=env)
            assert failed_by_name(run)
            assert run.pages_told() <= pages_stored(home)
            again = Running(CRAWL, home, source) if stage == "crawl" else Running(program(stage), home, pages)
            status, said = again.end()
            assert status == 0, said
            if stage == "resolve":
                assert Running(program("sync"), home, pages).end()[0] == 0
            is_whole(home)
            assert_same(home, reference)
            shutil.rmtree(home)
