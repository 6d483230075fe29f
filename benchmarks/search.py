"""What searching costs: tipsearch beside plain Whoosh, SQLite's FTS5 and tantivy, on the same posts and queries.

    python benchmarks/search.py                             # 1,000 and 10,000 generated posts
    python benchmarks/search.py --sizes 1000 10000 100000   # the plain Whoosh index of 100,000 takes ten minutes
    python benchmarks/search.py --posts posts.jsonl         # an export of one's own (`tipsearch export`)

Posts are generated from a seed: words by Zipf's law, in several forms each, posts of 20 to 3,000 words. 200 queries of
six kinds (common word, rare word, OR, AND, phrase, date filter) ask for 10 hits with snippets. Every engine builds and
searches in processes of its own, so that memory is its own; all answer in turn, a round of all queries at a time, and a
query's time is the median of its rounds. Plain Whoosh searches by its own `search` and `highlights`, FTS5 by `bm25` and
`snippet`; tantivy runs where it is installed. `first` is the p95 of queries that the process was never asked before,
and text the UTF-8 size of titles and texts.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from search_engines import KINDS, Query, read_posts

ENGINES = ("tipsearch", "whoosh", "fts5", "tantivy")
SEED = 20181113
VOCABULARY = 30_000
FORMS = ("",) * 9 + ("s", "ed", "ing")
FIRST_DAY = date(2005, 1, 1)


def vocabulary(rng: random.Random) -> list[str]:
    """Words of one to three syllables, each once, most frequent first."""
    heads, cores, tails = (
        "b c d f g h l m n p r s t v w br cl st tr".split(),
        "a e i o u ea ou".split(),
        "l m n r t nd rk".split(),
    )
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        syllables = 1 + (len(found) > 100) + (len(found) > 4000)
        tail = rng.choice(tails) if rng.random() < 0.7 else ""
        found["".join(rng.choice(heads) + rng.choice(cores) for _ in range(syllables)) + tail] = None
    return list(found)


def generated(count: int) -> Iterator[dict[str, Any]]:
    """Posts in the form of an export's lines, as far as the index needs them."""
    rng = random.Random(SEED)
    lemmas = vocabulary(rng)
    cumulated = []
    total = 0.0
    for place in range(len(lemmas)):
        total += 1 / (place + 2.7) ** 1.25
        cumulated.append(total)
    tags = lemmas[300:340]
    for number in range(count):
        length = min(3000, max(20, int(rng.lognormvariate(math.log(280), 0.7))))
        drawn = rng.choices(lemmas, cum_weights=cumulated, k=length + 8)
        forms = rng.choices(FORMS, k=length + 8)
        told = [word + form for word, form in zip(drawn, forms, strict=True)]
        sentences, start = [], 8
        while start < len(told):
            end = start + rng.randint(5, 25)
            sentences.append(" ".join(told[start:end]).capitalize() + rng.choice(".....?!"))
            start = end
        breaks = range(0, len(sentences), 5)
        yield {
            "id": f"post-{number:06}",
            "title": " ".join(told[: rng.randint(2, 8)]).capitalize(),
            "text": "\n".join(" ".join(sentences[at : at + 5]) for at in breaks),
            "published": (FIRST_DAY + timedelta(days=rng.randint(0, 7000))).isoformat(),
            "tags": rng.sample(tags, 2),
        }


def mixed_queries(file: Path) -> list[Query]:
    """200 queries from the corpus's own words: frequent ones, rare ones, and pairs that stand side by side in it."""
    rng = random.Random(SEED)
    counts: dict[str, int] = {}
    pairs: list[tuple[str, str]] = []
    for number, post in enumerate(read_posts(file)):
        if number >= 5000:
            break
        told = [word.strip(".,?!\"'").lower() for word in post["text"].split()]
        told = [word for word in told if word.isascii() and word.isalpha() and len(word) > 3]
        for word in set(told):
            counts[word] = counts.get(word, 0) + 1
        if len(told) > 20:
            at = rng.randrange(len(told) - 1)
            pairs.append((told[at], told[at + 1]))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    common = ranked[5:200]
    middle = ranked[200:3000]
    rare = [word for word in ranked if counts[word] <= 3] or ranked[-100:]
    queries: list[Query] = []
    for number in range(200):
        kind = ("common", "rare", "or", "and", "phrase", "dates")[number % 6]
        if kind == "common":
            words = [rng.choice(common)]
        elif kind == "rare":
            words = [rng.choice(rare)]
        elif kind == "or":
            words = [rng.choice(common), rng.choice(middle), rng.choice(middle)]
        elif kind == "and":
            words = [rng.choice(common), rng.choice(common)]
        elif kind == "phrase":
            words = list(rng.choice(pairs))
        else:
            words = [rng.choice(common)]
        year = rng.randint(2006, 2022)
        span = (f"{year}-01-01", f"{year + 2}-01-01") if kind == "dates" else None
        queries.append({"kind": kind, "words": words, "span": span})
    return queries


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    """What the process holds now; where the system does not say, its peak."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        return peak_mb()


def work(name: str, job: str, folder: Path, file: Path) -> None:
    """One engine's process: builds, adds, or answers rounds of queries; it prints a line of JSON for each."""
    engine = KINDS[name]()
    if job == "build":
        started = time.perf_counter()
        engine.build(folder, file)
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(json.dumps({"seconds": time.perf_counter() - started, "peak": peak_mb(), "children": children}))
    elif job == "add":
        print(json.dumps({"seconds": engine.add_ten(folder, file), "peak": peak_mb()}))
    else:
        queries = json.loads(sys.stdin.readline())
        ask = engine.open(folder)
        for _ in sys.stdin:
            times, found = [], []
            for query in queries:
                started = time.perf_counter()
                found.append(ask(query))
                times.append((time.perf_counter() - started) * 1000)
            print(
                json.dumps({"times": times, "found": found, "resident": resident_mb(), "peak": peak_mb()}), flush=True
            )


def command(name: str, job: str, folder: Path, file: Path) -> list[str]:
    return [sys.executable, __file__, "--work", name, job, str(folder), str(file)]


def writing_bytecode() -> dict[str, str]:
    """The environment, but that Python may write its compiled modules, as installing would.

    Otherwise each process compiled ours, but not Whoosh.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(name: str, job: str, folder: Path, file: Path) -> dict[str, float]:
    words = command(name, job, folder, file)
    done = subprocess.run(words, env=writing_bytecode(), stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def side_by_side(engines: list[str], folders: dict[str, Path], file: Path, rounds: int) -> dict[str, dict[str, Any]]:
    """All engines in turn, a round at a time; the one that warms them is only told of: `first` is its p95."""
    queries = mixed_queries(file)
    workers = {}
    for name in engines:
        pipe = subprocess.PIPE
        workers[name] = subprocess.Popen(command(name, "ask", folders[name], file), stdin=pipe, stdout=pipe, text=True)
        workers[name].stdin.write(json.dumps(queries) + "\n")
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in engines}
    for _ in range(rounds + 1):
        for name, worker in workers.items():
            worker.stdin.write("go\n")
            worker.stdin.flush()
            told[name].append(json.loads(worker.stdout.readline()))
    for worker in workers.values():
        worker.communicate()
    results: dict[str, dict[str, Any]] = {}
    for name, answers in told.items():
        medians = [statistics.median(times) for times in zip(*(one["times"] for one in answers[1:]), strict=True)]
        cuts = statistics.quantiles(medians, n=20)
        kinds: dict[str, list[float]] = {}
        for query, median in zip(queries, medians, strict=True):
            kinds.setdefault(query["kind"], []).append(median)
        by_kind = {kind: max(values) for kind, values in kinds.items()}
        first = statistics.quantiles(answers[0]["times"], n=20)[18]
        results[name] = {"p50": cuts[9], "p95": cuts[18], "first": first, "kinds": by_kind, **answers[-1]}
    return results


def cold(home: Path, word: str, rounds: int) -> tuple[float, float]:
    """Milliseconds of a whole `tipsearch query` process and of the imports it is measured by, in turn."""
    shell = [sys.executable, "-c", "from tipsearch.cli.main import main; main()", "query", word]
    imports = [sys.executable, "-c", "import click, whoosh.index"]
    env = {**writing_bytecode(), "TIPSEARCH_HOME": str(home)}
    times: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(rounds + 1):
        for place, words in enumerate((shell, imports)):
            started = time.perf_counter()
            subprocess.run(words, env=env, stdout=subprocess.DEVNULL, check=True)
            times[place].append((time.perf_counter() - started) * 1000)
    return statistics.median(times[0][1:]), statistics.median(times[1][1:])


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(size: int, engines: list[str], posts: Path | None, rounds: int, below: Path) -> None:
    file = below / f"posts-{size}.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for number, post in enumerate(read_posts(posts) if posts else generated(size)):
            if number < size:
                lines.write(json.dumps(post) + "\n")
    count = sum(1 for _ in file.open("rb"))
    text = sum(len((post["title"] + post["text"]).encode("utf-8", "replace")) for post in read_posts(file))
    print(f"\n{count:,} posts, {text / 1e6:.1f} MB of text, {rounds} rounds of 200 queries")
    folders, built = {}, {}
    for name in engines:
        folders[name] = below / f"{name}-{size}"
        folders[name].mkdir()
        built[name] = run(name, "build", folders[name], file)
    sizes = {name: size_of(folder) for name, folder in folders.items()}
    found = side_by_side(engines, folders, file, rounds)
    heads = ("p50 ms", "p95 ms", "first", "resident", "posts/s", "peak MB", "size/text")
    print(f"{'':10}" + "".join(f"{head:>10}" for head in heads) + "  slowest of each kind")
    for name in engines:
        told, made = found[name], built[name]
        kinds = " ".join(f"{kind} {value:.1f}" for kind, value in told["kinds"].items())
        rate, peak = count / made["seconds"], made["peak"] + made["children"]
        print(
            f"{name:10}{told['p50']:10.2f}{told['p95']:10.2f}{told['first']:10.2f}{told['resident']:10.0f}"
            f"{rate:10.0f}{peak:10.0f}{sizes[name] / text:10.2f}  {kinds}"
        )
    if "tipsearch" in engines:
        for other in engines[1:]:
            print(f"p95 of {other} × {found['tipsearch']['p95'] / found[other]['p95']:.3f}")
        word = next(query["words"][0] for query in mixed_queries(file) if query["kind"] == "common")
        whole, imports = cold(folders["tipsearch"], word, rounds)
        print(f"cold shell: {whole:.0f} ms, imports {imports:.0f} ms: × {whole / imports:.2f}")
        added = [run("tipsearch", "add", _copy(folders["tipsearch"]), file)["seconds"] for _ in range(3)]
        print(f"10 more posts: {statistics.median(added):.2f} s")
    for folder in folders.values():
        shutil.rmtree(folder)


def _copy(folder: Path) -> Path:
    fresh = folder.with_name(folder.name + "-more")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh)
    return fresh


def main() -> None:
    if sys.argv[1:2] == ["--work"]:
        name, job, folder, file = sys.argv[2:]
        work(name, job, Path(folder), Path(file))
        return
    parser = argparse.ArgumentParser(description="tipsearch beside Whoosh, FTS5 and tantivy")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--posts", type=Path, help="a JSON Lines export to measure instead of generated posts")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    from importlib.util import find_spec

    engines = [name for name in given.engines if name != "tantivy" or find_spec("tantivy")]
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as below:
            measure(size, engines, given.posts, given.rounds, Path(below))


if __name__ == "__main__":
    main()
