"""What the order of a listing tells: bounds for posts without a date, and which of day and month comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from .dates import date_readings, parse_date
from .records import DateOrder


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which days a post was published, both included; None where nothing is known on that side."""

    not_before: date | None = None
    not_after: date | None = None

    def __bool__(self) -> bool:
        return self.not_before is not None or self.not_after is not None


def newest_first(days: Sequence[date | None]) -> bool:
    """Whether the dated ones of a listing never become newer from top to bottom."""
    dated = [day for day in days if day is not None]
    return all(above >= below for above, below in pairwise(dated))


def proves_order(days: Sequence[date | None]) -> bool:
    """Whether a listing is seen to be sorted by date: newest first, with at least two different days."""
    return newest_first(days) and len({day for day in days if day is not None}) > 1


def bounds_in_listing(
    days: Sequence[date | None], above: date | None = None, below: date | None = None, *, proven: bool = False
) -> list[Bounds]:
    """The bounds of each place of a listing, newest first; nothing for dated places.

    `above` is the last date on the pages before, `below` the first on the pages after; `proven` says that a
    neighbouring page shows the listing to be sorted by date. One that is not sorted, or not seen to be, or that
    contradicts what stands before or after, bounds nothing.
    """
    whole = [above, *days, below]
    if not (proves_order(whole) or (proven and newest_first(whole))):
        return [Bounds()] * len(days)
    bounds = []
    for place, day in enumerate(days, 1):
        if day is not None:
            bounds.append(Bounds())
            continue
        not_after = next((d for d in reversed(whole[:place]) if d is not None), None)
        not_before = next((d for d in whole[place + 1 :] if d is not None), None)
        bounds.append(Bounds(not_before, not_after))
    return bounds


def narrowed(all_bounds: Sequence[Bounds]) -> Bounds:
    """What several listings say together; nothing where they contradict each other."""
    lower = max((b.not_before for b in all_bounds if b.not_before), default=None)
    upper = min((b.not_after for b in all_bounds if b.not_after), default=None)
    if lower and upper and lower > upper:
        return Bounds()
    return Bounds(lower, upper)


AMBIGUOUS = 3
"""So many dates that can be read in two ways must stand in a row before their order proves which way is right."""


def order_of_listing(raws: Sequence[str]) -> DateOrder | None:
    """Which order of day and month makes a listing newest first, where the other does not.

    `raws` are the dates as written, from top to bottom; fewer than three that can be read in two ways prove nothing.
    Nor does a listing that the other order makes oldest first: some are.
    """
    if sum(len(date_readings(raw)) == 2 for raw in raws) < AMBIGUOUS:
        return None
    readings = {order: _read(raws, order) for order in _ORDERS}
    for order, other in (_ORDERS, _ORDERS[::-1]):
        either_way = newest_first(readings[other]) or newest_first(readings[other][::-1])
        if proves_order(readings[order]) and not either_way:
            return order
    return None


_ORDERS: tuple[DateOrder, DateOrder] = ("MDY", "DMY")


def _read(raws: Sequence[str], order: DateOrder) -> list[date | None]:
    return [found.date if (found := parse_date(raw, order=order)) else None for raw in raws]
