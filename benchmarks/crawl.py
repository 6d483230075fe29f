"""Requests, time and peak memory of a crawl, by the size of the archive and the channel that it is read through.

    python benchmarks/crawl.py [posts ...] [--channel rest|feed|html] [--keep-pages]

Serves made-up blogs in the teaser-plus-full layout (three full posts and the same ten teasers a page) from a process
of their own, crawls each, and prints what the operating system says of its processes: the peak of the one that fetches
and extracts (`crawler`), and that of the largest of all, which also resolves and indexes. 900 and 9,000 posts stand on
300 and 3,000 listing pages. With --keep-pages, what the raw pages take, packed, and when read.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent / "tests"
SERVER = """
import sys
from support.sites import big_site
with big_site(int(sys.argv[1]), delay=float(sys.argv[2])) as site:
    print(site.url, flush=True)
    sys.stdin.read()
    print(len(site.requests), flush=True)
"""
CRAWL = """
import json, resource, sys
from tipsearch.cli.finish import finish, opened_store
from tipsearch.crawler import crawl
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source
home, url, channel, keep = sys.argv[1:]
source = Source(name="blog", urls=(url,), channel=channel or None, keep_pages=keep == "keep")
(report,) = crawl([source], home=home, delay=0).sources
crawler = resource.getrusage(resource.RUSAGE_CHILDREN)
with opened_store(Home.find(home)) as store:
    finish(Home.find(home), store)
own = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "outcome": report.outcome, "posts": report.posts_total, "pages": report.pages, "crawl": report.seconds,
    "crawler_mb": crawler.ru_maxrss / 1024, "peak_mb": max(crawler.ru_maxrss, own.ru_maxrss) / 1024,
    "cpu": sum(used.ru_utime + used.ru_stime for used in (crawler, own)),
}))
"""


@contextmanager
def served(posts: int, delay: float = 0.0) -> Iterator[tuple[str, list[int]]]:
    """A made-up blog in a process of its own, `delay` seconds before each answer: its address, and how many it gave."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(posts), str(delay)],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin
    assert server.stdout
    requests: list[int] = []
    try:
        yield server.stdout.readline().strip(), requests
    finally:
        server.stdin.close()
        requests.append(int(server.stdout.read() or 0))
        server.wait()


def measure(posts: int, channel: str, *, keep_pages: bool = False) -> dict[str, Any]:
    """One crawl: requests as the server counted them, seconds, and peaks of resident memory in MB."""
    with tempfile.TemporaryDirectory() as home:
        started = time.perf_counter()
        with served(posts) as (url, requests):
            command = [sys.executable, "-c", CRAWL, home, f"{url}/", channel, "keep" if keep_pages else ""]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = json.loads(done.stdout or "null")
        if done.returncode or said["outcome"] != "ok":
            raise SystemExit(f"the crawl failed: {said} {done.stderr}")
        kept = sum(path.stat().st_size for path in Path(home, "pages").rglob("*.warc.gz"))
        return {**said, "requests": requests[0], "seconds": time.perf_counter() - started, "kept": kept}


def main() -> None:
    """Measure each size once, smallest first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("posts", nargs="*", type=int, default=[900, 9000])
    parser.add_argument("--channel", action="append", choices=["rest", "feed", "html"])
    parser.add_argument("--keep-pages", action="store_true")
    options = parser.parse_args()
    print(
        f"{'channel':>7} {'posts':>7} {'requests':>9} {'crawl s':>8} {'all s':>7} {'cpu s':>7}"
        f" {'crawler MB':>11} {'peak MB':>8} {'kept MB':>8}"
    )
    for channel in options.channel or ["rest", "feed", "html"]:
        for size in sorted(options.posts):
            m = measure(size, channel, keep_pages=options.keep_pages)
            print(
                f"{channel:>7} {size:>7} {m['requests']:>9} {m['crawl']:>8.1f} {m['seconds']:>7.1f} {m['cpu']:>7.1f}"
                f" {m['crawler_mb']:>11.1f} {m['peak_mb']:>8.1f} {m['kept'] / 2**20:>8.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
