"""Day or month first: all readings of a date in numbers, and the order that a value above 12 settles."""

from __future__ import annotations

from datetime import date, datetime

from ..records import DateOrder
from .folding import fold, one_line
from .grammar import find_dates
from .window import orders_of, plausible


def date_readings(text: str, *, reference: datetime | None = None) -> tuple[date, ...]:
    """Every plausible date that the numbers of `text` mean with month or day first, earliest first.

    `text` is a label or a title's tail. One date where a value above 12, a month's name or a year in front leaves no
    doubt; empty where no full date stands. With a `reference` days after the page was fetched are left out.
    """
    found: set[date] = set()
    for readings in _readings(text):
        found |= {day for day in readings.values() if plausible(day, reference)}
    return tuple(sorted(found))


def settles_order(text: str, *, reference: datetime | None = None) -> DateOrder | None:
    """The order (``MDY`` or ``DMY``) that `text` proves, None where both fit, none does, or no order is in question.

    The year in front says nothing on the other two. With a `reference` an order is also disproved by a day more than
    a day after the page was fetched. Dates in one text that contradict each other prove nothing.
    """
    settled: set[DateOrder] = set()
    for readings in _readings(text):
        left = {name: day for name, day in readings.items() if name != "YMD" and plausible(day, reference)}
        if len(left) == 1:
            settled |= left.keys()
    return settled.pop() if len(settled) == 1 else None


def _readings(text: str) -> list[dict[DateOrder, date]]:
    all_readings: list[dict[DateOrder, date]] = []
    for found in find_dates(fold(one_line(text)), "MDY"):
        if found.numbers is not None:
            readings = orders_of(*found.numbers)
            if len(found.numbers[0]) < 4:
                readings.pop("YMD", None)
            all_readings.append(readings)
        elif found.date is not None and plausible(found.date):
            all_readings.append({"YMD": found.date})
    return all_readings
