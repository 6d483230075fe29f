"""Dates in queries: a year, a month or a day, each standing for the span of days it names."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, date, datetime, timedelta
from typing import TYPE_CHECKING

from ..pipeline.errors import QueryError
from .analysis import shown

if TYPE_CHECKING:
    from ..pipeline.records import Precision

_FORM = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?", re.ASCII)
_DATE = r"\d{4}(?:[-/.]\d{1,2}(?:[-/.]\d{1,2})?)?"
_TWO = rf"({_DATE})(?: ?\.\.+ ?| ?[-–—,:;/] ?| (?:(?i:to|and) )?)({_DATE})"
_LENGTH = r"(?:\d{1,4} ?|[a-z]{1,9} )(?:day|week|fortnight|month|year)s?"
HINT = "Write a day, a month or a year: 2018-11-13, 2018-11 or 2018; or say it: yesterday, 3 weeks ago, last March."


def span(first: date, precision: Precision | None) -> tuple[date, date]:
    """The half-open interval [first day, day after the last) that a date of a precision stands for."""
    if precision == "year":
        return date(first.year, 1, 1), _year(first.year + 1)
    if precision == "month":
        following = _year(first.year + 1) if first.month == 12 else date(first.year, first.month + 1, 1)
        return first.replace(day=1), following
    return first, first + timedelta(days=1) if first < date.max else first


def read_span(word: str, *, where: str, today: date | None = None) -> tuple[date, date]:
    """The interval that a date in a query stands for, written in numbers or said in words (`spoken_dates`).

    `today` is the day from which words count, by default the computer's. Raises QueryError naming the word, with the
    nearest right one, where it is no date.
    """
    match = _FORM.fullmatch(word.strip())
    if match is None:
        from .spoken_dates import spoken_span

        found = spoken_span(word, today or date.today()) if any(map(str.isalnum, word)) else None  # noqa: DTZ011
        if found is None:
            raise _no_date(word, where)
        return found
    year, month, day = match.groups()
    precision: Precision = "day" if day else "month" if month else "year"
    try:
        return span(date(int(year), int(month or 1), int(day or 1)), precision)
    except ValueError:
        raise _no_date(word, where) from None


def is_said(word: str) -> bool:
    """Is a date given in words, so that it is worth saying which day it means?"""
    return _FORM.fullmatch(word.strip()) is None


def told(start: date, end: date) -> str:
    """An interval as people read it: ``2018-11-13``, or ``2018-03-01 to 2018-03-31``."""
    last = end - timedelta(days=1)
    return start.isoformat() if last <= start else f"{start} to {last}"


def read_start(value: str | date, *, where: str, today: date | None = None) -> date:
    """The first day of a date given to `after` or `before`: a date object or a word of a query."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else read_span(value, where=where, today=today)[0]


def check_range(start: date | None, end: date | None, *, where: str, hint: str) -> None:
    """Raise QueryError where no day lies in [start, end); the hint names the range that was likely meant."""
    if start is not None and end is not None and start >= end:
        raise QueryError(
            f'"{shown(where, 80)}" is an empty range: no day lies between the two', word=where, hint=shown(hint, 200)
        )


def nearest_range(text: str) -> str | None:
    """What two dates with something between them were likely meant to be: ``2018..2019``, ``2018-2019``."""
    bounds = re.fullmatch(_TWO, " ".join(text.strip("[]{} ").split()), re.ASCII)
    if bounds is None:
        return None
    try:
        low, high = (read_span(bound, where="date:")[0] for bound in bounds.groups())
    except QueryError:
        return None
    return "date:[{} TO {}]".format(*(bounds.groups() if low <= high else reversed(bounds.groups())))


def _no_date(word: str, where: str) -> QueryError:
    near = (nearest_range(word) if where == "date:" else None) or _nearest(word)
    return QueryError(
        f'"{shown(word)}" in {where} is no date',
        word=word,
        hint=f"Did you mean {shown(near)}? {HINT}" if near else HINT,
    )


def _nearest(word: str) -> str | None:
    """The date that a word was likely meant to be: the last day of a short month, day and month swapped, a typo."""
    match = _FORM.fullmatch(word.strip())
    if match is None:
        from .spoken_dates import nearest_spelling, spoken_span

        if _FORM.fullmatch(plain := word.strip("*?-/. ")):
            return plain
        near = f"{word} ago" if re.fullmatch(_LENGTH, word.lower()) else nearest_spelling(word[:60])
        return near if near and spoken_span(near, date(2020, 6, 15)) else None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not 1 <= year <= MAXYEAR:
        return None
    if month > 12 >= day >= 1 and month <= monthrange(year, day)[1]:
        return f"{year:04}-{day:02}-{month:02}"
    if not 1 <= month <= 12:
        return f"{year:04}-{max(1, min(12, month)):02}"
    return f"{year:04}-{month:02}-{monthrange(year, month)[1]:02}" if day > 28 else f"{year:04}-{month:02}"


def _year(year: int) -> date:
    return date(year, 1, 1) if year <= MAXYEAR else date.max
