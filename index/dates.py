"""Dates in queries: a year, a month or a day, each standing for the span of days it names."""

from __future__ import annotations

import re
from datetime import MAXYEAR, date, datetime, timedelta

from ..pipeline.errors import QueryError
from ..pipeline.records import Precision
from .analysis import shown

_FORM = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?", re.ASCII)
HINT = "Write a day, a month or a year: 2018-11-13, 2018-11 or 2018."


def span(first: date, precision: Precision | None) -> tuple[date, date]:
    """The half-open interval [first day, day after the last) that a date of a precision stands for."""
    if precision == "year":
        return date(first.year, 1, 1), _year(first.year + 1)
    if precision == "month":
        following = _year(first.year + 1) if first.month == 12 else date(first.year, first.month + 1, 1)
        return first.replace(day=1), following
    return first, first + timedelta(days=1) if first < date.max else first


def read_span(word: str, *, where: str) -> tuple[date, date]:
    """The interval that a date in a query stands for; raises QueryError naming the word where it is no date."""
    match = _FORM.fullmatch(word.strip())
    year, month, day = match.groups() if match else (None, None, None)
    precision: Precision = "day" if day else "month" if month else "year"
    try:
        return span(date(int(year or 0), int(month or 1), int(day or 1)), precision)
    except ValueError:
        raise QueryError(f'"{shown(word)}" in {where} is no date', word=word, hint=HINT) from None


def read_start(value: str | date, *, where: str) -> date:
    """The first day of a date given to `after` or `before`: a date object or a word of a query."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else read_span(value, where=where)[0]


def check_range(start: date | None, end: date | None, *, where: str) -> None:
    """Raise QueryError where no day lies in [start, end)."""
    if start is not None and end is not None and start >= end:
        raise QueryError(
            f'"{shown(where, 80)}" is an empty range: no day lies between the two',
            word=where,
            hint="The earlier date comes first.",
        )


def _year(year: int) -> date:
    return date(year, 1, 1) if year <= MAXYEAR else date.max
