"""`tipsearch trends`."""

import csv
from pathlib import Path

import pytest

from .conftest import Run, on_a_terminal, tipsearch


def test_years_add_up_to_the_hits(ask: Run) -> None:
    answer = ask("trends", "empathy", "patience", "--format", "json").json
    for trend in answer["trends"]:
        found = ask("query", trend["query"], "--format", "json").json
        assert sum(year["posts"] for year in trend["years"]) + trend["undated"] == trend["total"] == found["total"]
    first, second = (trend["years"] for trend in answer["trends"])
    assert [(year["year"], year["of"]) for year in first] == [(year["year"], year["of"]) for year in second]


def test_csv_has_a_line_for_each_query_and_year(ask: Run) -> None:
    done = ask("trends", "empathy", "=1+1", "--format", "csv", "--after", "2024", "--before", "2026")
    rows = list(csv.DictReader(done.out.splitlines()))
    assert [(row["query"], row["year"]) for row in rows] == [
        ("empathy", "2024"),
        ("empathy", "2025"),
        ("'=1+1", "2024"),
        ("'=1+1", "2025"),
    ]
    assert all(float(row["share"]) == pytest.approx(int(row["posts"]) / int(row["of"]), abs=1e-6) for row in rows)


def test_bars_are_drawn_to_one_scale_and_fit(corpus: Path) -> None:
    shown = on_a_terminal("--home", str(corpus), "trends", "empathy", "apology", COLUMNS="60", NO_COLOR="1")
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 60
    bars = {line.split()[1]: line.count("█") for line in lines if "█" in line}
    assert len(set(bars.values())) == len(bars)
    assert "\x1b" in on_a_terminal("--home", str(corpus), "trends", "empathy")


def test_shares_are_of_the_years_posts(ask: Run) -> None:
    done = ask("trends", "source:tips", "--share", "--source", "tips")
    assert done.out.count("100.0 %") == len(done.out.splitlines()) - 1


def test_what_is_nowhere_is_said_and_exit_1(ask: Run) -> None:
    done = ask("trends", "empthy")
    assert (done.status, done.out) == (1, "")
    assert 'no post answers; did you mean "empathy"?' in done.err
    assert ask("trends", "empthy", "empathy").status == 0


@pytest.mark.parametrize(
    "args", [(), ("",), ("x", " "), ("titel:x",), ("x", "--after", "banana"), ("x", "--format", "xml")], ids=str
)
def test_what_cannot_be_answered_is_exit_2(ask: Run, args: tuple[str, ...]) -> None:
    done = ask("trends", *args)
    assert (done.status, done.out) == (2, "")


def test_bars_are_of_signs_that_the_output_can_hold(corpus: Path) -> None:
    done = tipsearch("trends", "empathy", home=corpus, PYTHONIOENCODING="latin-1")
    assert done.status == 0
    assert "\\u" not in done.out
    assert " #" in done.out
