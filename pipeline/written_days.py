"""The offsets that a blog's clock can have, told from the days in addresses and titles beside its feed's moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from .dates import date_readings, parse_date, split_dated_title, url_date
from .records import RawDate

_ADDRESS, _TITLE = "day", "said"
"""How the names of this evidence begin, among those of the offsets that dates show."""

_TITLES = 3
"""So many times at least titles have to name the day before that of UTC: people may date a post as they like."""

_QUARTER = timedelta(minutes=15)
_DAY = 96
"""Quarters of an hour in a day: offsets are in quarters of an hour since the 1970s."""

_WEST, _EAST = -12 * 4, 14 * 4
"""The offsets in use, Baker Island's and Kiribati's (tz database), in quarters of an hour."""

_SUMMER = 4
"""By so much the offset may be larger in some part of the year (all zones but Lord Howe's and Troll's: one hour)."""


class Bounds(NamedTuple):
    """The least and the greatest offset that a clock can have at some time of the year, in minutes east of UTC."""

    least: int
    greatest: int

    @property
    def middle(self) -> int:
        """The offset in the middle, in quarters of an hour, told in minutes."""
        return (self.least + self.greatest) // 30 * 15


def half_of(day: date) -> int:
    """The half-month of a day, 0 to 23."""
    return (day.month - 1) * 2 + (day.day > 15)


def days_shown(dates: Iterable[RawDate], permalink: str | None, title: str) -> list[tuple[str, str]]:
    """What the day in a post's address and title says of the blog's offset, beside the moment in UTC of its feed.

    Pairs of a name for the evidence and both as written. A name (``day 21 -020``) holds the half-month and the least
    offset, in quarters of an hour, with which the moment falls on that day; a day less a quarter more is the greatest.
    """
    raw = next((raw for raw in dates if raw.origin == "feed"), None)
    told = parse_date(raw.text, origin="feed") if raw else None
    if not raw or not told or not told.instant or told.instant.utcoffset():
        return []
    instant, shown = told.instant, []
    in_url = url_date(permalink) if permalink else None
    if in_url and in_url.precision == "day":
        shown.append((_name(_ADDRESS, instant, in_url.date), f"{raw.text} in {in_url.raw}"))
    bare, in_title = split_dated_title(title)
    if in_title and in_title.precision == "day":
        days = date_readings(title[len(bare) :]) or (in_title.date,)
        nearest = min(days, key=lambda day: (abs((day - instant.date()).days), day))
        shown.append((_name(_TITLE, instant, nearest), f"{raw.text} in “{title[-60:]}”"))
    return shown


def _name(kind: str, instant: datetime, day: date) -> str:
    least = -((instant - datetime.combine(day, time(), UTC)) // _QUARTER)
    # What is further away than any zone is only ever a contradiction.
    return f"{kind} {half_of(instant.date()):02d} {max(-999, min(999, least)):+04d}"


def bounds_shown(shown: Mapping[str, str]) -> tuple[Bounds | None, tuple[str, ...]]:
    """The bounds of the offset, and what drew them, as written; nothing where evidence contradicts.

    `shown` are the names of evidence, each with what was written. One standard offset has to fit all of it, with or
    without an hour of summer time; what fits beside it stays possible all the year, for on which day clocks are
    changed nobody knows. Pure.

    Where no address holds a day, titles count: but people write on the eve what they date for the morrow, so that
    titles never show that a blog lives east of UTC, and west of it only several times and without a contradiction.
    """
    found = _least_offsets(shown, _ADDRESS)
    if not found:
        found = _least_offsets(shown, _TITLE)
        told = [least for least, _ in found]
        if max(told, default=1) > 0 or sum(least + _DAY <= 0 for least in told) < _TITLES:
            return None, ()
    latest, earliest = max(found), min(found)
    # The larger offset reaches the latest beginning of a day, the smaller one lies before the earliest end.
    first, last = max(_WEST, latest[0] - _SUMMER), min(_EAST, earliest[0] + _DAY - 1)
    if first > last:
        return None, ()
    deciding = {latest[1]: None, earliest[1]: None}
    return Bounds(first * 15, min(last + _SUMMER, _EAST) * 15), tuple(shown[name] for name in deciding)


def _least_offsets(shown: Mapping[str, str], kind: str) -> list[tuple[int, str]]:
    """The least offsets of one kind of evidence, each with its name."""
    return [(int(name.rpartition(" ")[2]), name) for name in sorted(shown) if name.startswith(kind)]
