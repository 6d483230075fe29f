"""What a refresh costs that finds nothing new: requests and seconds of CPU for ten sources, one of each kind and more.

Run: python benchmarks/refresh.py [--sources 10] [--posts 200]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.sites import big_site, blogger_site

KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("wordpress", {}),
    ("wordpress", {"rest": "off"}),
    ("wordpress", {"rest": "off", "feed": "off"}),
    ("blogger", {}),
    ("wordpress", {"rest": "off", "feed": "off", "excerpts": True}),
)


def run(home: str, *args: str) -> tuple[float, float, dict[str, Any]]:
    """Seconds of CPU (the command and its child processes), seconds by the clock, and what the command said."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tipsearch.cli.main", "--home", home, *args, "--format", "json"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env=os.environ | {"TIPSEARCH_BACKOFF": "0.01"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used, time.monotonic() - began, json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=10)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as home:
        sites = []
        for number in range(given.sources):
            kind, options = KINDS[number % len(KINDS)]
            site = big_site(given.posts, seed=number, **options) if kind == "wordpress" else blogger_site(given.posts)
            sites.append(stack.enter_context(site))
        for number, site in enumerate(sites):
            run(home, "crawl", site.url + "/", "--name", f"blog{number}", "--delay", "0")
        for again in range(given.times):
            for site in sites:
                site.forget()
            used, seconds, said = run(home, "refresh")
            requests = [len(site.requests) for site in sites]
            outcomes = {source["outcome"] for source in said["sources"]}
            print(
                f"refresh {again + 1}: {len(sites)} sources, nothing new: {used:.2f} s of CPU, {seconds:.2f} s by the "
                f"clock, requests {requests}, {outcomes}, index {said['index']}"
            )


if __name__ == "__main__":
    main()
