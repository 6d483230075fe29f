"""Which dates can be a post's: the plausible window, two-digit years, and the day-or-month-first question."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ..records import DateOrder

EARLIEST = date(1994, 1, 1)
"""The first weblogs are of 1994; what is dated before is not the date of a blog's post."""

EARLIEST_STAMPED = date(1971, 1, 1)
"""Archives put older texts into a blog under the day they were written (measured on 2 of 100 blogs); the days about
the first of 1970 are what programs write where they know none."""

LATEST = date(2099, 12, 31)
"""The last date taken where no reference says when the page was fetched."""


def plausible(day: date, reference: datetime | None = None) -> bool:
    """Whether a post can be of that day: not before blogs were, not more than a day after the page was fetched."""
    if not EARLIEST <= day <= LATEST:
        return False
    return reference is None or day <= reference.date() + timedelta(days=min(1, (date.max - reference.date()).days))


def is_backdated(day: date) -> bool:
    """Whether a day lies before blogs were, and yet can be one that a blog's own program gives its post."""
    return EARLIEST_STAMPED <= day < EARLIEST


def full_year(digits: str) -> int | None:
    """The year that two or four digits stand for: 94 to 99 are 1994 to 1999, 00 to 49 are 2000 to 2049, else None."""
    year = int(digits)
    if len(digits) == 4:
        return year
    if len(digits) != 2 or 50 <= year < 94:
        return None
    return year + (1900 if year >= 94 else 2000)


def make_date(year: int | None, month: int, day: int) -> date | None:
    """The date, or None where there is no such day."""
    if year is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def orders_of(first: str, second: str, third: str) -> dict[DateOrder, date]:
    """Every reading of three numbers as a plausible date, by order; four digits in front can only be the year."""
    a, b, c = int(first), int(second), int(third)
    if len(first) > 2:
        candidates: tuple[tuple[DateOrder, date | None], ...] = (
            ("YMD", make_date(full_year(first), b, c) if len(first) == 4 and len(third) <= 2 else None),
        )
    else:
        year = full_year(third)
        early = full_year(first) if len(third) == 2 and len(first) == 2 else None
        candidates = (
            ("MDY", make_date(year, a, b)),
            ("DMY", make_date(year, b, a)),
            ("YMD", make_date(early, b, c)),
        )
    return {order: day for order, day in candidates if day is not None and plausible(day)}


def choose(readings: dict[DateOrder, date], order: DateOrder, *, year_first: bool) -> date | None:
    """The reading under the blog's order, else the only one that is left when that order is impossible."""
    if year_first or order == "YMD":
        if "YMD" in readings:
            return readings["YMD"]
    elif order in readings:
        return readings[order]
    rest = {day for name, day in readings.items() if name != "YMD"}
    return rest.pop() if len(rest) == 1 else None
