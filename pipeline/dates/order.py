"""Day or month first: all readings of a date in numbers, and the order that a value above 12 settles."""

from __future__ import annotations

from datetime import date, datetime

from ..records import DateOrder
from .folding import fold, one_line
from .grammar import find_dates
from .window import orders_of, plausible
from .words import weekday_before


def date_readings(text: str, *, reference: datetime | None = None) -> tuple[date, ...]:
    """Every plausible date that the numbers of `text` mean with month or day first, earliest first.

    `text` is a label or a title's tail. One date where a value above 12, a month's name or a year in front leaves no
    doubt; empty where no full date stands. With a `reference` days after the page was fetched are left out.
    """
    found: set[date] = set()
    for readings, _ in _readings(text):
        found |= {day for day in readings.values() if plausible(day, reference)}
    return tuple(sorted(found))


def settles_order(text: str, *, reference: datetime | None = None, by_weekday: bool = False) -> DateOrder | None:
    """The order (``MDY`` or ``DMY``) that `text` proves, None where both fit, none does, or no order is in question.

    The year in front says nothing on the other two. With a `reference` an order is also disproved by a day more than
    a day after the page was fetched, and `by_weekday` by the weekday written before the date, which software never
    gets wrong (people do). Dates in one text that contradict each other prove nothing.
    """
    settled: set[DateOrder] = set()
    for readings, weekday in _readings(text):
        left = {name: day for name, day in readings.items() if name != "YMD" and plausible(day, reference)}
        if by_weekday and weekday is not None and len(left) > 1:
            left = {name: day for name, day in left.items() if day.weekday() == weekday}
        if len(left) == 1:
            settled |= left.keys()
    return settled.pop() if len(settled) == 1 else None


def _readings(text: str) -> list[tuple[dict[DateOrder, date], int | None]]:
    """Each date of a text with its readings, and the weekday that stands before it."""
    all_readings: list[tuple[dict[DateOrder, date], int | None]] = []
    folded = fold(one_line(text))
    for found in find_dates(folded, "MDY"):
        if found.numbers is not None:
            readings = orders_of(*found.numbers)
            if len(found.numbers[0]) < 4:
                readings.pop("YMD", None)
            all_readings.append((readings, weekday_before(folded, found.start)))
        elif found.date is not None and plausible(found.date):
            all_readings.append(({"YMD": found.date}, None))
    return all_readings
