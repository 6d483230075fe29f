"""parse_date against the truth table of labels, and what a table can't say: instants, references, languages."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tipsearch.pipeline.dates import is_relative, parse_date
from tipsearch.pipeline.dates.words import LANGUAGES

TABLE = Path(__file__).parents[2] / "fixtures" / "dates" / "labels.tsv"
FETCHED = datetime(2018, 11, 20, 15, 0, tzinfo=UTC)


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def read(row: dict[str, str]) -> str:
    reference = datetime.fromisoformat(row["reference"]) if row["reference"] else None
    found = parse_date(row["text"], order=row["order"] or "MDY", reference=reference)
    if found is None:
        return ""
    written = {"year": f"{found.date:%Y}", "month": f"{found.date:%Y-%m}"}.get(found.precision, f"{found.date}")
    return f"{written} {found.precision}"


def test_the_table_is_large_enough_and_says_where_each_row_is_from():
    table = rows()
    dated = [row for row in table if row["date"]]
    assert len(dated) >= 400
    assert {row["language"] for row in dated} >= set(LANGUAGES)
    assert all(row["origin"] for row in table)
    assert len({(row["text"], row["order"], row["reference"]) for row in table}) == len(table)


def test_labels_are_read_right_and_no_miss_is_a_wrong_date():
    outcome = [(row, f"{row['date']} {row['precision']}".strip(), read(row)) for row in rows()]
    misses = [(row["text"], expected, got) for row, expected, got in outcome if got != expected]
    wrong = [miss for miss in misses if miss[2]]
    print(f"{len(outcome) - len(misses)} of {len(outcome)} labels; misses: {misses}")
    assert not wrong
    assert len(misses) <= 0.01 * len(outcome)


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_and_weekdays_of_cldr_are_known(language):
    """dateparser's data are generated from CLDR: an independent list of names."""
    from importlib import import_module

    cldr = import_module(f"dateparser.data.date_translation_data.{language}").info
    months = "january february march april may june july august september october november december".split()
    days = "monday tuesday wednesday thursday friday saturday sunday".split()
    for number, month in enumerate(months, start=1):
        for name in cldr[month]:
            for label in (f"13 {name} 2018", f"{name} 13, 2018", f"13 {name.upper()}. 2018"):
                assert getattr(parse_date(label), "date", None) == date(2018, number, 13), label
    for day in days:
        for name in cldr[day]:
            if len(name) > 3:
                assert parse_date(f"{name}, 13 {cldr['november'][-1]} 2018") is not None, name


@pytest.mark.parametrize(
    ("text", "offset", "utc"),
    [
        ("2018-11-13T23:15:00-05:00", timedelta(hours=-5), datetime(2018, 11, 14, 4, 15, tzinfo=UTC)),
        ("Tue, 13 Nov 2018 08:00:00 +0100", timedelta(hours=1), datetime(2018, 11, 13, 7, 0, tzinfo=UTC)),
        ("Tue, 13 Nov 2018 08:00:00 EST", timedelta(hours=-5), datetime(2018, 11, 13, 13, 0, tzinfo=UTC)),
        ("Tue Nov 13 08:00:00 +0530 2018", timedelta(hours=5, minutes=30), datetime(2018, 11, 13, 2, 30, tzinfo=UTC)),
        ("20181113T080000Z", timedelta(0), datetime(2018, 11, 13, 8, 0, tzinfo=UTC)),
        ("Posted on Nov 13, 2018 8:05 PM GMT", timedelta(0), datetime(2018, 11, 13, 20, 5, tzinfo=UTC)),
    ],
)
def test_a_time_with_an_offset_is_an_instant_and_keeps_the_date_as_written(text, offset, utc):
    found = parse_date(text)
    assert found is not None
    assert found.precision == "instant"
    assert found.date == date(2018, 11, 13)
    assert found.instant == utc
    assert found.instant.utcoffset() == offset


@pytest.mark.parametrize(
    "text", ["2018-11-13T08:00:00", "November 13, 2018 at 8:05 am", "Nov 13, 2018 8:05 am IST", "13.11.2018 10:30 Uhr"]
)
def test_a_time_without_a_clear_offset_is_a_day(text):
    found = parse_date(text, order="DMY")
    assert found is not None
    assert (found.precision, found.instant) == ("day", None)


def test_the_raw_string_and_the_origin_are_kept():
    found = parse_date("  Posted on 13/11/2018 ", origin="time")
    assert found is not None
    assert (found.raw, found.origin) == ("  Posted on 13/11/2018 ", "time")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Posted on\n\tNovember\n13,\u00a02018\n", date(2018, 11, 13), id="white space of markup"),
        pytest.param("13\nNov\n2018", date(2018, 11, 13), id="a box of three lines"),
        pytest.param("Posted on November 13, 2018November 15, 2018by admin", date(2018, 11, 13), id="hidden change"),
        pytest.param("Nov 13, 2018 · Updated Nov 15, 2018", date(2018, 11, 13), id="change behind"),
        pytest.param("Updated Nov 15, 2018 · Published Nov 13, 2018", date(2018, 11, 13), id="change in front"),
        pytest.param("November 15, 2018 | November 13, 2018", None, id="two dates back in time"),
        pytest.param("De\u0301cembre 13, 2018", date(2018, 12, 13), id="combining accent"),
        pytest.param("\u200eNov 13, 2018\u200e", date(2018, 11, 13), id="direction marks"),
        pytest.param("１１/１３/２０１８", date(2018, 11, 13), id="full-width digits"),
        pytest.param("٢٠١٨-١١-١٣", None, id="other digits"),
        pytest.param("November 13, 2018" + " by Nora" * 1000, date(2018, 11, 13), id="far too long"),
        pytest.param(" by Nora" * 1000 + "November 13, 2018", None, id="beyond what is looked at"),
    ],
)
def test_context(text, expected):
    assert getattr(parse_date(text), "date", None) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("sv", "13 november 2018", date(2018, 11, 13)),
        ("ru", "13 ноября 2018", date(2018, 11, 13)),
        ("tr", "13 Kasım 2018", date(2018, 11, 13)),
        ("hr", "13 listopada 2018", date(2018, 10, 13)),
        ("pl", "13 listopada 2018", date(2018, 11, 13)),
        ("pt-BR", "13 de novembro de 2018", date(2018, 11, 13)),
        ("pt_PT", "13 de novembro de 2018", date(2018, 11, 13)),
        ("es", "November 13, 2018", date(2018, 11, 13)),
        ("sv", "för 3 dagar sedan", date(2018, 11, 17)),
        ("no such code", "13 foo 2018", None),
    ],
)
def test_languages(language, text, expected):
    assert getattr(parse_date(text, languages=[language], reference=FETCHED), "date", None) == expected


def test_what_dateparser_reads_is_kept_only_where_every_number_was_written():
    assert parse_date("13 ноября", languages=["ru"]) is None
    assert parse_date("ноябрь 2018", languages=["ru"]) is None
    assert parse_date("7 13 ноября 2018", languages=["ru"]) is None


def test_relative_text_counts_back_on_the_calendar_of_the_reference():
    new_york = timezone(timedelta(hours=-5))
    late = datetime(2018, 11, 20, 23, 30, tzinfo=new_york)
    for reference, expected in ((late, 19), (late.astimezone(UTC), 20), (late.replace(tzinfo=None), 19)):
        found = parse_date("Yesterday", reference=reference)
        assert found is not None
        assert found.date == date(2018, 11, expected)


def test_a_month_ago_is_a_month_and_never_a_day_of_it():
    found = parse_date("1 month ago", reference=datetime(2018, 3, 31, tzinfo=UTC))
    assert found is not None
    assert (found.date, found.precision) == (date(2018, 2, 1), "month")


@pytest.mark.parametrize("text", ["3 days ago", "gestern", "il y a 2 semaines", "Posted 5 hours ago"])
def test_relative_text_is_told_apart(text):
    assert is_relative(text)
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["November 13, 2018", "Tips", "3 comments", ""])
def test_other_text_is_not_relative(text):
    assert not is_relative(text)


def test_a_reference_at_the_ends_of_time_raises_nothing():
    for reference in (datetime.min, datetime.max, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        for text in ("3 days ago", "999 years ago", "999 months ago", "November 13, 2018", "Yesterday"):
            parse_date(text, reference=reference)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 يناير 2022", date(2022, 1, 20)),
        ("जून 05, 2024", date(2024, 6, 5)),
        ("Δευτέρα, 1 Οκτωβρίου 2018", date(2018, 10, 1)),
        ("воскресенье, 5 июня 2011 г.", date(2011, 6, 5)),
        ("понеділок, 4 червня 2012 р.", date(2012, 6, 4)),
        ("יום שני, 1 באוקטובר 2018", date(2018, 10, 1)),
        ("3 กรกฎาคม 2018", date(2018, 7, 3)),
    ],
)
def test_another_script_says_its_languages(text, expected):
    assert getattr(parse_date(text), "date", None) == expected


@pytest.mark.parametrize(
    "text",
    ["Обновлено 5 мая 2010", "до 5 мая 2010", "5 мая 2010 - 7 мая 2010", "حدث في 20 يناير 2022 في المدينة", "мая 2010"],
)
def test_another_scripts_words_around_a_date_make_it_none(text):
    assert parse_date(text) is None
