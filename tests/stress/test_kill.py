"""`kill -9` at random instants of every stage: what was told is kept, and the next run completes the corpus."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from support.corpus import assert_same, corpus, is_whole
from support.sites import big_site, blogger_site
from support.stress import CRAWL, STAGES, Running, answers, answers_if_any, chance, prepared, program, rounds
from tipsearch.crawler import ingest_paths
from tipsearch.pipeline import open_store
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.records import Source

pytestmark = pytest.mark.slow

KILLS = 5
"""So often one crawl is killed before it may end."""

MIXES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "REST": lambda: big_site(120, delay=0.1),
    "feeds": lambda: big_site(30, rest="off", delay=0.03),
    "listing pages": lambda: big_site(30, rest="off", feed="off", delay=0.01),
    "excerpts and single posts": lambda: big_site(15, rest="off", feed="off", excerpts=True, teasers=0, delay=0.01),
    "Blogger": lambda: blogger_site(160, delay=0.1),
}


def pages_stored(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "corpus.sqlite3")) as db:
        return {url for (url,) in db.execute("SELECT url FROM pages")}


@pytest.mark.parametrize("mix", MIXES)
def test_a_crawl_killed_again_and_again_gives_the_corpus_of_one_left_alone(mix: str, tmp_path: Path) -> None:
    pick = chance(f"crawl {mix}")
    reference = tmp_path / "reference"
    with MIXES[mix]() as site:
        source = json.dumps({"name": "blog", "urls": [f"{site.url}/"], "keep_pages": True})
        run = Running(CRAWL, reference, source)
        began = run.wait_for_begin()
        assert run.end()[0] == 0
        seconds = time.monotonic() - began
        for number in range(max(1, rounds(KILLS) // KILLS)):
            home = tmp_path / f"home-{number}"
            for _ in range(KILLS):
                run = Running(CRAWL, home, source)
                run.wait_for_begin()
                time.sleep(pick.uniform(0, seconds))
                run.kill(pick.choice(["parent", "parent", "children", "all"]))
                if run.pages_told():
                    assert run.pages_told() - pages_stored(home) == set()
                if (home / "corpus.sqlite3").exists():
                    is_whole(home)
                answers_if_any(home)
            run = Running(CRAWL, home, source)
            status, said = run.end()
            assert status == 0, said
            assert run.told[-1]["sources"][0]["outcome"] == "ok", run.told[-1]
            assert_same(home, reference)
            # The pages that were kept meanwhile make it once more.
            store = open_store(tmp_path / f"again-{number}")
            report = ingest_paths([home / "pages" / "blog"], source="blog", store=store)
            resolve_corpus(store, Source(name="blog"))
            store.close()
            assert report.ok, report.problems
            assert corpus(tmp_path / f"again-{number}") == corpus(home)
            shutil.rmtree(home)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_killed_at_any_instant_is_made_up_for(stage: str, made: Path, tmp_path: Path) -> None:
    pick = chance(stage)
    pages = made / "pages" / "blog"
    prepared(stage, made, tmp_path / "timed")
    run = Running(program(stage), tmp_path / "timed", pages)
    began = run.wait_for_begin()
    assert run.end()[0] == 0
    seconds = time.monotonic() - began
    for number in range(rounds(2)):
        home = tmp_path / f"home-{number}"
        prepared(stage, made, home)
        run = Running(program(stage), home, pages)
        run.wait_for_begin()
        time.sleep(pick.uniform(0, seconds))
        run.kill()
        is_whole(home)
        if stage != "ingest":
            assert corpus(home) == corpus(made)
        if stage == "reindex":
            assert answers(home) == answers(made)
        else:
            answers_if_any(home)
        run = Running(program("ingest" if stage == "ingest" else "sync"), home, pages)
        run.wait_for_begin()
        status, said = run.end()
        assert status == 0, said
        assert_same(home, made)
        shutil.rmtree(home)
