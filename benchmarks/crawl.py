"""Requests, time and peak memory of a whole crawl, by the size of the archive.

    python benchmarks/crawl.py [posts ...]

Serves made-up blogs in the teaser-plus-full layout (three full posts and the same ten teasers a page) from a process
of their own, runs `tipsearch crawl` on each, and prints what the operating system says of its processes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
SERVER = """
import sys, time
from support.sites import big_site
with big_site(int(sys.argv[1])) as site:
    print(site.url, flush=True)
    sys.stdin.read()
    print(len(site.requests), flush=True)
"""


def measure(posts: int) -> dict[str, float]:
    """One crawl: requests as the server counted them, seconds, and the largest process's peak resident MB."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(posts)],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin
    assert server.stdout
    url = server.stdout.readline().strip()
    with tempfile.TemporaryDirectory() as home:
        code = (
            "import json, resource, subprocess, sys\n"
            "done = subprocess.run([sys.executable, '-m', 'tipsearch.cli.main', *sys.argv[1:]], capture_output=True)\n"
            "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
            "print(json.dumps([done.returncode, used.ru_maxrss, used.ru_utime + used.ru_stime]))"
        )
        command = ["--home", home, "crawl", f"{url}/", "--delay", "0"]
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - started
        status, peak, cpu = json.loads(done.stdout)
        assert status == 0, done
    server.stdin.close()
    requests = int(server.stdout.read())
    server.wait()
    return {"posts": posts, "requests": requests, "seconds": seconds, "cpu": cpu, "peak_mb": peak / 1024}


def main() -> None:
    """Measure each size once, smallest first."""
    sizes = [int(size) for size in sys.argv[1:]] or [100, 800, 3000]
    print(f"{'posts':>7} {'requests':>9} {'seconds':>8} {'cpu s':>7} {'peak MB':>8}")
    for size in sorted(sizes):
        m = measure(size)
        print(f"{size:>7} {m['requests']:>9.0f} {m['seconds']:>8.1f} {m['cpu']:>7.1f} {m['peak_mb']:>8.0f}", flush=True)


if __name__ == "__main__":
    main()
