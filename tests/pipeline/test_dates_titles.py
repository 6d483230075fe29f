"""split_dated_title against the two truth tables of titles."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from tipsearch.pipeline.dates import split_dated_title

FOLDER = Path(__file__).parents[2] / "fixtures" / "dates"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


DATED = rows("dated_titles.tsv")
UNDATED = rows("undated_titles.tsv")


def test_the_tables_are_large_enough_and_say_where_each_row_is_from():
    assert len(DATED) >= 80
    assert len(UNDATED) >= 80
    assert all(row["origin"] for row in (*DATED, *UNDATED))


@pytest.mark.parametrize("row", DATED, ids=lambda row: f"{row['title']} {row['order']}".strip())
def test_the_date_is_taken_off_the_title(row):
    bare, published = split_dated_title(row["title"], order=row["order"] or "MDY")
    assert bare == row["bare"]
    assert published is not None
    assert published.date == date.fromisoformat(row["date"])
    assert (published.origin, published.precision, published.instant) == ("title", "day", None)
    assert published.raw in row["title"]


@pytest.mark.parametrize("order", ["MDY", "DMY", "YMD"])
@pytest.mark.parametrize("row", UNDATED, ids=lambda row: row["title"])
def test_a_number_that_is_no_date_stays_in_the_title(row, order):
    assert split_dated_title(row["title"], order=order) == (row["title"], None)


@pytest.mark.parametrize("row", DATED, ids=lambda row: row["title"])
def test_what_is_left_of_the_title_does_not_depend_on_the_order(row):
    if row["order"] != "YMD":
        assert {split_dated_title(row["title"], order=order)[0] for order in ("MDY", "DMY")} == {row["bare"]}


def test_a_value_above_twelve_decides_against_the_order():
    for order in ("MDY", "DMY"):
        _, published = split_dated_title("Ask Twice – 25/6/19", order=order)
        assert published is not None
        assert published.date == date(2019, 6, 25)


def test_the_title_is_trimmed_and_else_unchanged():
    assert split_dated_title("  Two  Spaces\u00a0Stay \n")[0] == "Two  Spaces\u00a0Stay"
    assert split_dated_title("  Two  Spaces\u00a0Stay \u00a0–\u00a0 4/19/16 \n")[0] == "Two  Spaces\u00a0Stay"


def test_combining_accents_stay_as_they_are():
    title = "Le cafe\u0301 d’abord – 13 de\u0301cembre 2018"
    bare, published = split_dated_title(title)
    assert bare == "Le cafe\u0301 d’abord"
    assert published is not None
    assert published.date == date(2018, 12, 13)


def test_a_title_of_any_length_is_split_at_its_end():
    long = "Wait " * 20_000 + "No More"
    bare, published = split_dated_title(f"{long} – 4/19/16")
    assert bare == long
    assert published is not None


@pytest.mark.parametrize(
    ("title", "year"),
    [("A – 1/2/94", 1994), ("A – 1/2/99", 1999), ("A – 1/2/00", 2000), ("A – 1/2/49", 2049), ("A – 1/2/50", None)],
)
def test_two_digits_are_a_year_since_the_first_weblogs(title, year):
    _, published = split_dated_title(title)
    assert (published.date.year if published else None) == year
