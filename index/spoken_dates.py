"""Dates as people say them in a query: yesterday, 3 weeks ago, last March; each stands for a span of days."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches

Span = tuple[date, date]

_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
_UNITS = {"day": 1, "week": 7, "fortnight": 14}
_COUNT = re.compile(r"(?:the )?(?:last|past) (?P<n>\d{1,4}|[a-z]+) (?P<unit>[a-z]+?)s?")
_AGO = re.compile(r"(?:(?:about|around|some) )?(?P<n>\d{1,4}|[a-z]+) ?(?P<unit>[a-z]+?)s? ago")
_NAMED = re.compile(r"(?:(?P<which>last|past|this) )?(?P<name>[a-z]+)")
_VOCABULARY = ["today", "yesterday", "last", "this", "ago", "days", "weeks", "months", "years", *_MONTHS, *_DAYS]


def spoken_span(text: str, today: date) -> Span | None:
    """The days [first, day after the last) that a date in words means as seen from `today`; None where it is none.

    What is counted back gives a day ("2 months ago" the day of that number two months before); "last March" is the
    latest one that began before this month, "March" this month itself where it is March. What this small English
    grammar does not know, the labels' own reader is asked: "13 March 2018", "hace 3 días".
    """
    said = " ".join(text.lower().replace(",", " ").split())
    try:
        return _said(said, today) or _labelled(text, today)
    except (ValueError, OverflowError):  # a day outside of Python's calendar
        return None


def nearest_spelling(text: str) -> str | None:
    """The text with its misspelt words put right, if that makes a difference: ``yesteday`` gives ``yesterday``."""
    words = text.lower().split()[:6]
    near = [word if word.isdigit() else (get_close_matches(word, _VOCABULARY, 1, 0.75) or [word])[0] for word in words]
    return " ".join(near) if near != words else None


def _said(said: str, today: date) -> Span | None:
    if said in {"now", "today"}:
        return _days(today, 1)
    if said == "yesterday":
        return _days(today - timedelta(1), 1)
    if said in {"day before yesterday", "the day before yesterday"}:
        return _days(today - timedelta(2), 1)
    if counted := _AGO.fullmatch(said):
        day = _back(today, counted["n"], counted["unit"])
        return _days(day, 1) if day else None
    if counted := _COUNT.fullmatch(said):
        day = _back(today, counted["n"], counted["unit"])
        return (day, today + timedelta(1)) if day else None
    named = _NAMED.fullmatch(said)
    return _named(named["which"] or "", named["name"], today) if named else None


def _named(which: str, name: str, today: date) -> Span | None:
    """A week, month or year, this one or the last; a month or a weekday by its name."""
    if which == "past":  # "the past week" is the last seven days
        day = _back(today, "a", name)
        return (day, today + timedelta(1)) if day else None
    last = which == "last"
    if name == "week" and which:
        monday = today - timedelta(today.weekday() + (7 if last else 0))
        return _days(monday, 7)
    if name == "month" and which:
        first = today.replace(day=1)
        return _month(first - timedelta(1) if last else first)
    if name == "year" and which:
        year = today.year - last
        return date(year, 1, 1), date(year + 1, 1, 1)
    month = _place(name, _MONTHS)
    if month is not None:
        began = (month + 1) < today.month or (month + 1 == today.month and not last)
        return _month(date(today.year if began else today.year - 1, month + 1, 1))
    weekday = _place(name, _DAYS)
    if weekday is not None:
        back = (today.weekday() - weekday) % 7
        return _days(today - timedelta(7 if last and not back else back), 1)
    return None


def _labelled(text: str, today: date) -> Span | None:
    from ..pipeline.dates import parse_date
    from .dates import span

    found = parse_date(text, reference=datetime.combine(today, time(12)))
    return span(found.date, found.precision) if found else None


def _back(today: date, count: str, unit: str) -> date | None:
    number = 1 if count in {"a", "an"} else _NUMBERS.index(count) + 1 if count in _NUMBERS else None
    if count.isdigit():
        number = int(count)
    if number is None:
        return None
    if unit in _UNITS:
        return today - timedelta(number * _UNITS[unit])
    if unit in {"month", "year"}:
        year, month = divmod(today.year * 12 + today.month - 1 - number * (12 if unit == "year" else 1), 12)
        return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    return None


def _place(name: str, names: list[str]) -> int | None:
    """The place of a name, or of its first letters (three at least), in a list of names."""
    fitting = [place for place, known in enumerate(names) if known.startswith(name)] if len(name) >= 3 else []
    return fitting[0] if len(fitting) == 1 else None


def _days(first: date, count: int) -> Span:
    return first, first + timedelta(count)


def _month(day: date) -> Span:
    first = day.replace(day=1)
    return first, (first + timedelta(31)).replace(day=1)
