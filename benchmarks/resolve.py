"""What it costs to store and resolve posts seen many times, and to add one more page, by the size of the corpus.

    python benchmarks/resolve.py [posts ...]

Each post of a made-up blog is seen fifteen times: as a teaser, in full on a listing, in full on its own page. Pages
hold twenty entries; each size runs in a process of its own, so that its peak memory is its own. `one page` is the
median over nine further pages, each with one new post, one edit and eighteen entries seen before: stored and resolved.
`facts change` is the time in which all posts are made again because the order of day and month became known.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from tipsearch.pipeline import Entry, Source, open_store
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.store import PageSeen, Store

SEEN = 15
A_PAGE = 20
START = datetime(2026, 1, 5, tzinfo=UTC)
WORDS = "when the bell rings twice open door and smile at whoever stands there rain or shine ask what they need".split()


def body(number: int, edit: int = 0) -> str:
    """Some 120 words that no other post has in this order."""
    words = [WORDS[(number * 7 + i * (number % 5 + 1)) % len(WORDS)] for i in range(110)]
    return f"<p>Case {number} of the day: {' '.join(words[:60])}.</p><p>{' '.join(words[60:])} edit {edit}.</p>"


def entry(number: int, form: str, seen: datetime, *, edit: int = 0) -> Entry:
    """One sighting of a post."""
    day = date(2006, 1, 2) + timedelta(days=number * 7000 // 100_000)
    # No day above 12: nothing settles the order of day and month before the benchmark wants it settled.
    title = f"Tip of case {number} – {day.month}/{day.day % 12 + 1}/{day:%y}"
    link = f"https://blog.example/{day.year}/{number}/"
    teaser = form == "summary"
    text = body(number, edit)
    return Entry(
        source="bench",
        form="summary" if teaser else "content",
        title=title.replace("–", "-") if teaser else title,
        body=f"{text[:250]} <a class='more-link' href='{link}'>Read more</a></p>" if teaser else text,
        permalink=link,
        categories=("Tips",) if form == "listed" else (),
        layout="wordpress",
        page_url=link if form == "own" else "https://blog.example/",
        observed_at=seen,
    )


def sightings(posts: int) -> Iterator[list[Entry]]:
    """Pages: every post seen fifteen times, each round an hour after the last."""
    forms = ["summary", "listed", "own"]
    for turn in range(SEEN):
        seen = START + timedelta(hours=turn)
        for first in range(0, posts, A_PAGE):
            numbers = range(first, min(first + A_PAGE, posts))
            yield [entry(number, forms[turn % 3], seen) for number in numbers]


def put(store: Store, entries: list[Entry]) -> None:
    """Store a page."""
    page = PageSeen(
        source="bench",
        url=f"https://blog.example/{entries[0].title}",
        kind="listing",
        observed_at=entries[0].observed_at,
    )
    store.put_page(page, entries)


def measure(posts: int) -> dict[str, float]:
    """All figures of one size; times in seconds, memory in MB."""
    source = Source(name="bench")
    with tempfile.TemporaryDirectory() as home:
        store = open_store(home)
        started = time.perf_counter()
        for page in sightings(posts):
            put(store, page)
        stored = time.perf_counter() - started
        started = time.perf_counter()
        resolve_corpus(store, source)
        resolved = time.perf_counter() - started
        assert store.count("bench") == posts
        pages = []
        for turn in range(9):
            seen = START + timedelta(days=10, hours=turn)
            old = [entry(number, "listed", seen) for number in range(turn * 40, turn * 40 + A_PAGE - 2)]
            page = [entry(posts + turn, "listed", seen), entry(turn * 40 + 30, "listed", seen, edit=1), *old]
            started = time.perf_counter()
            put(store, page)
            resolve_corpus(store, source)
            pages.append(time.perf_counter() - started)
        assert store.count("bench") == posts + 9
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        settling = Entry(
            source="bench",
            form="content",
            title="Settled – 13/2/19",
            body="<p>Now.</p>",
            observed_at=START + timedelta(days=20),
        )
        put(store, [settling])
        started = time.perf_counter()
        resolve_corpus(store, source)
        changed = time.perf_counter() - started
        store.close()
    return {
        "posts": posts,
        "put": posts * SEEN / stored,
        "resolve": posts * 3 / resolved,
        "page": statistics.median(pages),
        "changed": changed,
        "peak": peak,
    }


def main() -> None:
    """Measure each size in a process of its own, smallest first."""
    if os.environ.get("TIPSEARCH_BENCH_ONE"):
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    sizes = sorted(int(size) for size in sys.argv[1:]) or [1_000, 10_000, 100_000]
    print(f"{'posts':>7} {'stored/s':>9} {'resolved/s':>10} {'one page ms':>12} {'facts change s':>15} {'peak MB':>8}")
    for size in sizes:
        done = subprocess.run(
            [sys.executable, __file__, str(size)],
            env=os.environ | {"TIPSEARCH_BENCH_ONE": "1"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        m = json.loads(done.stdout)
        print(
            f"{size:>7} {m['put']:>9.0f} {m['resolve']:>10.0f} {m['page'] * 1000:>12.1f}"
            f" {m['changed']:>15.1f} {m['peak']:>8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
