"""Properties of the date readers: every form parses back, and no input raises."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tipsearch.pipeline.dates import (
    date_readings,
    is_relative,
    local_date,
    parse_date,
    settles_order,
    split_dated_title,
    url_date,
)
from tipsearch.pipeline.dates.words import MONTH_NAMES

DAYS = st.dates(min_value=date(1994, 1, 1), max_value=date(2049, 12, 31))
ORDERS = st.sampled_from(("MDY", "DMY", "YMD"))
NAMED = (
    "{d} {m} {y}",
    "{d}. {m} {y}",
    "{d} de {m} de {y}",
    "{m} {d}, {y}",
    "{m}. {d}, {y}",
    "{d}-{m}-{y}",
    "{y} {m} {d}",
    "{d:02} {m} {y}",
    "{d} {m} '{s:02}",
)
AROUND = (
    "{}",
    "Posted on {}",
    "by Nora Field on {}",
    "Publié le {} par Jeanne Roux",
    "Veröffentlicht am {} um 10:30 Uhr",
    "{} | Nora Field",
    "Nora Field · {}",
    "{} at 8:05 am",
)
SEPARATORS = (" – ", " - ", "–", " — ", " | ", ": ", " −\u00a0", "\u00a0–\u00a0", " · ", " -- ")
# Words of a title: letters, with what stands between them, never a digit at the end.
TITLES = st.from_regex(r"\A[A-Za-zÀ-ÿ]{1,12}(?:[ ,’'&…-]{1,2}[A-Za-zÀ-ÿ]{1,12}){0,6}[?!…]?\Z")
NUMBERED = frozenset("v ver ip no tel fax call rsvp rev php ios isbn sku due".split())  # no date follows
ANY_TEXT = st.one_of(
    st.text(alphabet=st.characters(), max_size=200),
    st.text(alphabet="0123456789/.-–: ()|'novtday,ago\u00a0\u200e\ud800T+Z", max_size=60),
)


def numeric(day: date, order: str, mark: str, *, short: bool) -> str:
    year = f"{day.year % 100:02}" if short else f"{day.year}"
    if short and order == "YMD":
        return f"{year}{mark}{day.month:02}{mark}{day.day:02}"  # a year of two digits in front comes with zeros
    parts = {"MDY": (day.month, day.day, year), "DMY": (day.day, day.month, year), "YMD": (year, day.month, day.day)}
    return mark.join(str(part) for part in parts[order])


@given(
    DAYS,
    st.sampled_from(sorted(MONTH_NAMES)),
    st.data(),
    st.sampled_from(NAMED),
    st.sampled_from(AROUND),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_named_months_parse_back_in_every_language(day, language, data, form, around, capital):
    name = data.draw(st.sampled_from(MONTH_NAMES[language][day.month - 1]))
    written = form.format(d=day.day, m=name.title() if capital else name, y=day.year, s=day.year % 100)
    found = parse_date(around.format(written))
    assert found is not None
    assert (found.date, found.precision) == (day, "day")


@given(DAYS, ORDERS, st.sampled_from("/.-"), st.booleans(), st.sampled_from(AROUND))
@settings(max_examples=400, deadline=None)
def test_numbers_parse_back_in_every_order(day, order, mark, short, around):
    found = parse_date(around.format(numeric(day, order, mark, short=short)), order=order)
    assert found is not None
    assert found.date == day


@given(st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2049, 12, 30)), st.integers(-56, 56))
@settings(deadline=None)
def test_iso_and_rfc_moments_parse_back(moment, quarters):
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    for written in (aware.isoformat(), aware.isoformat(" "), aware.strftime("%Y-%m-%dT%H:%M:%S%z")):
        found = parse_date(written)
        assert found is not None
        assert (found.instant, found.date) == (aware, aware.date())
    from email.utils import format_datetime

    found = parse_date(format_datetime(aware))
    assert found is not None
    assert (found.instant, found.date) == (aware, aware.date())


@given(DAYS, st.sampled_from(sorted(MONTH_NAMES)), st.data())
@settings(deadline=None)
def test_months_and_years_parse_back_with_their_precision(day, language, data):
    name = data.draw(st.sampled_from(MONTH_NAMES[language][day.month - 1]))
    found = parse_date(f"{name} {day.year}")
    assert found is not None
    assert (found.date, found.precision) == (day.replace(day=1), "month")
    found = parse_date(f"{day.year}")
    assert found is not None
    assert (found.date, found.precision) == (day.replace(month=1, day=1), "year")


@given(
    TITLES,
    DAYS,
    ORDERS,
    st.sampled_from("/."),
    st.booleans(),
    st.sampled_from(SEPARATORS),
    st.sampled_from(("", " TOW")),
)
@settings(max_examples=400, deadline=None)
def test_a_numeric_suffix_comes_off_and_leaves_the_title(title, day, order, mark, short, separator, ending):
    said = re.findall(r"\w+", title.lower())
    assume(said and said[-1] not in NUMBERED)
    written = numeric(day, order, mark, short=short)
    bare, found = split_dated_title(f"{title}{separator}{written}{ending}", order=order)
    assert bare == title
    assert found is not None
    assert (found.date, found.raw) == (day, written)


@given(DAYS, st.sampled_from(sorted(MONTH_NAMES)), st.data(), st.sampled_from(SEPARATORS), st.sampled_from(NAMED))
@settings(max_examples=300, deadline=None)
def test_a_named_suffix_comes_off_and_leaves_the_title(day, language, data, separator, form):
    name = data.draw(st.sampled_from(MONTH_NAMES[language][day.month - 1]))
    written = form.format(d=day.day, m=name, y=day.year, s=day.year % 100)
    bare, found = split_dated_title(f"Ask Twice, Wait Once{separator}{written}")
    assert bare == "Ask Twice, Wait Once"
    assert found is not None
    assert found.date == day


@given(TITLES)
def test_a_title_of_words_keeps_every_word(title):
    assert split_dated_title(title) == (title, None)


@given(ANY_TEXT, ORDERS, st.one_of(st.none(), st.datetimes(), st.datetimes(timezones=st.just(UTC))))
@example("٣/١١/٢٠١٨", "MDY", None)
@example("²/¹¹/2018", "MDY", None)
@example("A – \ud83d 11/13/18", "MDY", None)
@settings(max_examples=400, deadline=None)
def test_no_text_raises(text, order, reference):
    found = parse_date(text, order=order, reference=reference)
    assert found is None or found.raw == text[:1000]
    bare, dated = split_dated_title(text, order=order)
    assert text.strip().startswith(bare)
    assert dated is not None or bare == text.strip()
    date_readings(text)
    settles_order(text)
    url_date(text)
    is_relative(text)


@given(DAYS, st.sampled_from("/.-"))
@settings(deadline=None)
def test_the_readings_hold_the_truth_and_a_settled_order_is_right(day, mark):
    for order in ("MDY", "DMY"):
        written = numeric(day, order, mark, short=False)
        assert day in date_readings(written)
        assert settles_order(written) in {None, order}


@given(st.datetimes(timezones=st.just(UTC)), st.text(max_size=20))
@settings(deadline=None)
def test_no_zone_name_raises(instant, name):
    local_date(instant, name)
