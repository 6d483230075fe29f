"""What reading a date costs: microseconds a string over the truth tables, beside dateparser, and growth with length.

    python benchmarks/dates.py

Figures depend on the machine; the columns of one run can be compared.
"""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from tipsearch.pipeline.dates import parse_date, split_dated_title
from tipsearch.pipeline.dates.words import LANGUAGES

TABLES = Path(__file__).parents[1] / "fixtures" / "dates"
LENGTHS = (1_000, 10_000, 100_000)


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def best_of(work: Callable[[], object], rounds: int) -> float:
    """The least time of some rounds, in microseconds: what the work costs when nothing else runs."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - started)
    return min(times) / 1000


def line(name: str, times: Sequence[float], right: int | None = None) -> str:
    ordered = sorted(times)
    correct = "" if right is None else f"{right / len(times):9.1%}"
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return f"{name:34}{len(times):6}{statistics.median(ordered):11.1f}{p95:11.1f}{ordered[-1]:11.1f}{correct}"


def labels(reader: Callable[[dict[str, str]], str], rounds: int) -> tuple[list[float], int]:
    table = rows("labels.tsv")
    right = sum(reader(row) == row["date"] for row in table)
    return [best_of(lambda row=row: reader(row), rounds) for row in table], right


def reference_of(row: dict[str, str]) -> datetime | None:
    return datetime.fromisoformat(row["reference"]) if row["reference"] else None


def ours(row: dict[str, str]) -> str:
    found = parse_date(row["text"], order=row["order"] or "MDY", reference=reference_of(row))  # type: ignore[arg-type]
    if found is None:
        return ""
    return {"year": f"{found.date:%Y}", "month": f"{found.date:%Y-%m}"}.get(found.precision, f"{found.date}")


def theirs(row: dict[str, str]) -> str:
    import dateparser

    settings = {"DATE_ORDER": row["order"] or "MDY"}
    reference = reference_of(row)
    if reference is not None:
        settings["RELATIVE_BASE"] = reference.replace(tzinfo=None)
    found = dateparser.parse(row["text"], languages=list(LANGUAGES), settings=settings)
    return f"{found.date()}"[: len(row["date"])] if found and row["date"] else f"{found.date()}" if found else ""


def import_cost(module: str) -> float:
    code = f"import time; t = time.perf_counter(); import {module}; print((time.perf_counter() - t) * 1000)"
    command = [sys.executable, "-c", code]
    return min(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(5))


def growth() -> None:
    hostile = {
        "label: 11/13/18 again and again": (parse_date, "11/13/18 "),
        "label: words": (parse_date, "november lessons "),
        "label: day after day": (parse_date, "13 nov 13 nov, "),
        "label: spaces": (parse_date, " "),
        "title: dashes": (split_dated_title, "– "),
        "title: words, then a date": (split_dated_title, "Wait – 1/2 "),
        "title: combining accents": (split_dated_title, "e\u0301 – "),
    }
    print("\nµs by length" + " " * 22 + "".join(f"{length:>12,}" for length in LENGTHS))
    for name, (read, unit) in hostile.items():
        texts = [(unit * (length // len(unit) + 1))[: length - 10] + " – 11/13/18" for length in LENGTHS]
        costs = [best_of(lambda text=text, read=read: read(text), 20) for text in texts]
        print(f"{name:34}" + "".join(f"{cost:12.1f}" for cost in costs))


def main() -> None:
    print(f"{'µs a string':34}{'rows':>6}{'median':>11}{'95%':>11}{'worst':>11}{'right':>9}")
    times, right = labels(ours, 20)
    print(line("parse_date, labels", times, right))
    times, right = labels(theirs, 2)
    print(line("dateparser.parse, the same labels", times, right))
    for name in ("dated_titles.tsv", "undated_titles.tsv"):
        texts = [row["title"] for row in rows(name)]
        print(line(f"split_dated_title, {name[:-11]}", [best_of(lambda t=t: split_dated_title(t), 50) for t in texts]))
    growth()
    print(f"\nimport: tipsearch.pipeline.dates {import_cost('tipsearch.pipeline.dates'):.0f} ms", end="")
    print(f", dateparser {import_cost('dateparser'):.0f} ms")


if __name__ == "__main__":
    main()
