"""Commands killed, starved and watched at random instants: how many rounds, from which seed, and the program they run.

TIPSEARCH_STRESS is the number of rounds a stage (default: few), TIPSEARCH_STRESS_SEED the seed of all that is random:
another one each time, but the same in CI unless rounds are asked for, as Hypothesis draws the same examples there.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tipsearch.index import open_index
from tipsearch.pipeline.errors import IndexUnusableError, StoreError

_SAME = bool(os.environ.get("CI")) and "TIPSEARCH_STRESS" not in os.environ
SEED = int(os.environ.get("TIPSEARCH_STRESS_SEED") or (1 if _SAME else random.randrange(10**6)))
QUERIES = ("door", "shelf mark", "empathy", '"blue cabinet"', "customer OR bell", "tag:empathy")

CRAWL = """
import json, os, resource, sys
if limit := int(os.environ.get("TIPSEARCH_TEST_FILE_SIZE", 0)):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from tipsearch.cli.finish import finish
from tipsearch.crawler import crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source
settings = json.loads(sys.argv[2])
source = Source(**{**settings, "urls": tuple(settings["urls"])})
entries = 0
def tell(progress):
    # Some answers only count, and hold no post.
    global entries
    if entries < (entries := progress.entries_new + progress.entries_repeated):
        print(json.dumps(progress.url), flush=True)
print(json.dumps("begin"), flush=True)
report = crawl([source], home=sys.argv[1], delay=0, backoff=0, on_progress=tell)
store = open_store(sys.argv[1])
finish(Home.find(sys.argv[1]), store)
store.close()
print(json.dumps(report.to_json()), flush=True)
"""
"""Crawls one source as `tipsearch crawl` does, and tells each page as it is told."""


STAGES = {
    "resolve": """
        from tipsearch.pipeline.corpus import resolve_corpus
        for _ in range(2): resolve_corpus(store, Source(name="blog"), anew=True)
    """,
    "reindex": "rebuild_index(home, store)",
    "sync": "sync_index(home, store)",
    "ingest": """
        from tipsearch.cli.finish import finish
        from tipsearch.crawler import ingest_paths
        ingest_paths([sys.argv[2]], source="blog", store=store)
        finish(home, store)
    """,
}
STAGE = """
import json, os, resource, sys
if limit := int(os.environ.get("TIPSEARCH_TEST_FILE_SIZE", 0)):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from tipsearch.crawler import crawl_lock, ingest_paths
from tipsearch.index import rebuild_index, sync_index
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline import open_store
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source
import tipsearch.index.engine.whoosh_writer, tipsearch.pipeline.resolver
home = Home.find(sys.argv[1])
store = open_store(home)
print(json.dumps("begin"), flush=True)
with crawl_lock(home, "stage"):
{body}
store.close()
"""


def rounds(default: int) -> int:
    """How many rounds a stage has."""
    return int(os.environ.get("TIPSEARCH_STRESS") or default)


def chance(stage: str) -> random.Random:
    """The chance of one stage; its seed is printed, and pytest shows that where the stage fails."""
    print(f"{stage}: TIPSEARCH_STRESS_SEED={SEED}")
    return random.Random(f"{SEED} {stage}")


class Running:
    """A Python program under way, in a process group of its own; each line that it prints is JSON."""

    def __init__(self, code: str, *args: object, env: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
        self.told: list[Any] = []

    def wait_for_begin(self) -> float:
        """Wait until it says ``begin``; gives the moment."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.strip() == '"begin"', (line, self._process.communicate())
        return time.monotonic()

    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return self._process.poll() is not None

    def end(self) -> tuple[int, str]:
        """Let it end; gives its status and what it said on stderr."""
        out, err = self._process.communicate(timeout=120)
        self._take(out)
        return self._process.returncode, err

    def kill(self, which: str = "all") -> None:
        """Kill it (``parent``), its children, or all, and take what it told before."""
        children = _children(self._process.pid)
        if which != "parent":
            for child in children:
                _kill(child)
        if which != "children":
            _kill(self._process.pid)
        out, _ = self._process.communicate(timeout=60)
        self._take(out)

    def _take(self, out: str) -> None:
        for line in out.splitlines(keepends=True):
            if line.endswith("\n"):
                self.told.append(json.loads(line))

    def pages_told(self) -> set[str]:
        """The addresses of the pages that it told of."""
        return {told for told in self.told if isinstance(told, str) and told != "begin"}


def _children(pid: int) -> list[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in found.split()]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def answers(home: Path, queries: Sequence[str] = QUERIES) -> dict[str, list[str]]:
    """What a home's index answers, without scores: they depend on how its segments came about."""
    with open_index(home) as index:
        return {query: sorted(hit.id for hit in index.search(query, limit=1000)) for query in queries}


def answers_if_any(home: Path) -> dict[str, list[str]] | None:
    """The same, None where there is no index yet; one that is there must open."""
    if not (home / "index" / "current").exists():
        return None
    try:
        return answers(home)
    except (IndexUnusableError, StoreError) as error:
        raise AssertionError(f"the index can't be read: {error}") from error


def program(stage: str) -> str:
    lines = STAGES[stage].strip("\n").splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    return STAGE.replace("{body}", "\n".join(f"    {line[indent:]}" for line in lines))


def prepared(stage: str, made: Path, home: Path) -> None:
    """A home that has the stage before it."""
    if stage == "ingest":
        return
    shutil.copytree(made, home)
    if stage == "sync":
        shutil.rmtree(home / "index")
