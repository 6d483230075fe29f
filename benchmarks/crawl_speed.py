"""Pages a second of a crawl on loopback, beside a bare Scrapy spider that extracts nothing.

    python benchmarks/crawl_speed.py [pages] [runs] [--latency MS] [--profile FILE]

Both read the same listing pages (three full posts and ten teasers each) from a server in a process of its own, one
request at a time and without a delay. The bare spider has Scrapy's own settings, knows the addresses beforehand and
looks at no answer; the crawl extracts, stores every page in a transaction, keeps where it stands, and follows the
links. They take turns; the ratio is that of the medians. Starting the interpreter is counted on neither side, nor is
making posts of what was stored, once all pages are read. The crawl uses two processors, as does the server beside the
bare spider: on a machine that is busy otherwise the ratio falls. --profile writes cProfile's figures of the crawl's
process.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile

from crawl import served

BARE = """
import json, sys, time
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
url, pages = sys.argv[1], int(sys.argv[2])

class Bare(Spider):
    name = "bare"
    got = 0
    async def start(self):
        self.began = time.monotonic()
        yield Request(url)
    def parse(self, response):
        assert response.status == 200
        self.got += 1
        if self.got < pages:
            yield Request(f"{url}page/{self.got + 1}/")
        else:
            print(json.dumps([self.got, time.monotonic() - self.began]))

process = AsyncCrawlerProcess({"ROBOTSTXT_OBEY": True, "LOG_LEVEL": "ERROR"})
process.crawl(Bare)
process.start()
"""
CRAWL = """
import json, sys
from tipsearch.crawler import crawl
from tipsearch.pipeline.records import Source
source = Source(name="blog", urls=(sys.argv[1],), channel="html")
(report,) = crawl([source], home=sys.argv[2], delay=0).sources
assert report.outcome == "ok", report
print(json.dumps([report.pages, report.seconds]))
"""
PROFILED = """
import cProfile, os
from tipsearch.crawler import child
profile = cProfile.Profile()
send = child._Events.send
def sent(events, event, values):
    # With its end told, the process is ended.
    if event == "end":
        profile.disable()
        profile.dump_stats(os.environ["TIPSEARCH_PROFILE"])
    send(events, event, values)
child._Events.send = sent
profile.enable()
os._exit(child.main())
"""


def pages_a_second(code: str, *arguments: str) -> float:
    """One run in a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
        # Scrapy looks at the source of a spider's methods.
        program.write(code)
        program.flush()
        command = [sys.executable, "-P", program.name, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        raise SystemExit(done.stderr)
    pages, seconds = json.loads(done.stdout)
    return float(pages / seconds)


def profiled(url: str, file: str) -> None:
    """One crawl with its child process under cProfile."""
    code = f"import os\nos.environ['TIPSEARCH_PROFILE'] = {file!r}\n" + "\n".join(
        [
            "import tipsearch.crawler.run as run, subprocess, sys",
            "popen = subprocess.Popen",
            f"run.subprocess.Popen = lambda command, **more: popen([sys.executable, '-c', {PROFILED!r}], **more)",
            CRAWL,
        ]
    )
    with tempfile.TemporaryDirectory() as home:
        print(f"under the profiler: {pages_a_second(code, url, home):.1f} pages a second")


def main() -> None:
    """Measure, print every run and the ratio of the medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="?", type=int, default=200)
    parser.add_argument("runs", nargs="?", type=int, default=5)
    parser.add_argument(
        "--latency", type=float, default=0.0, metavar="MS", help="what the server waits before an answer"
    )
    parser.add_argument("--profile", metavar="FILE")
    options = parser.parse_args()
    with served(options.pages * 3, options.latency / 1000) as (url, _):
        if options.profile:
            profiled(f"{url}/", options.profile)
            return
        bare, ours = [], []
        for _ in range(options.runs):
            bare.append(pages_a_second(BARE, f"{url}/", str(options.pages)))
            with tempfile.TemporaryDirectory() as home:
                ours.append(pages_a_second(CRAWL, f"{url}/", home))
            print(f"bare {bare[-1]:7.1f}  crawl {ours[-1]:7.1f} pages a second", flush=True)
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"median: bare {statistics.median(bare):.1f}, crawl {statistics.median(ours):.1f}, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
