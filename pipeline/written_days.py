"""The offsets that a blog's clock can have, told from days in addresses, pages and titles beside its feed's moments."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from .dates import date_readings, parse_date, split_dated_title, url_date
from .records import DateOrder, RawDate
from .text import clean_line

_ADDRESS, _PAGE, _TITLE = "day", "page", "said"
"""How the names of this evidence begin, among those of the offsets that dates show."""

_TITLES = 3
"""So many times at least titles have to name the day before that of UTC: people may date a post as they like."""

_PAGES = 3
"""So many posts at least have to show a day on a page beside their feed's moment: one may have been dated anew."""

PAIRS = 200
"""So many pairs of a feed's moment and a page's label are looked at, those of the latest moments."""

_LABEL = 100
"""Characters in a label at most; what is longer is text."""

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
    fed = moment_fed(dates)
    if not fed:
        return []
    (instant, raw), shown = fed, []
    in_url = url_date(permalink) if permalink else None
    if in_url and in_url.precision == "day":
        shown.append((_name(_ADDRESS, instant, in_url.date), f"{raw} in {in_url.raw}"))
    bare, in_title = split_dated_title(title)
    if in_title and in_title.precision == "day":
        days = date_readings(title[len(bare) :]) or (in_title.date,)
        nearest = min(days, key=lambda day: (abs((day - instant.date()).days), day))
        shown.append((_name(_TITLE, instant, nearest), f"{raw} in “{title[-60:]}”"))
    return shown


def moment_fed(dates: Iterable[RawDate]) -> tuple[datetime, str] | None:
    """The moment that a feed gives in UTC, and how it is written."""
    raw = next((raw for raw in dates if raw.origin == "feed"), None)
    told = parse_date(raw.text, origin="feed") if raw else None
    if not raw or not told or not told.instant or told.instant.utcoffset():
        return None
    return told.instant, raw.text


# --- days on pages ----------------------------------------------------------------------------------------------------


def labels_on_page(layout: str, dates: Iterable[RawDate]) -> tuple[str, ...]:
    """The labels of an entry of a page that may hold a day, as written; none of a feed's or REST's entry."""
    if layout in {"feed", "rest"}:
        return ()
    labels = (clean_line(raw.text) for raw in dates if raw.origin == "label" and len(raw.text) <= _LABEL)
    return tuple(dict.fromkeys(label for label in labels if any(sign.isdigit() for sign in label)))


def pairs_of(address: str, fed: tuple[datetime, str], labels: Iterable[str]) -> list[str]:
    """A post's moment in its feed beside each label of its page, as text that sorts by the moment."""
    moment, raw = fed[0].astimezone(UTC).isoformat(), clean_line(fed[1])[:_LABEL]
    return [json.dumps([moment, address, raw, label]) for label in labels]


def latest_pairs(pairs: Iterable[str]) -> list[str]:
    """The pairs of `pairs_of` that count as evidence, the latest moments first."""
    return sorted(set(pairs), reverse=True)[:PAIRS]


def days_on_pages(
    pairs: Iterable[str], order: DateOrder, languages: Collection[str] = (), *, settled: bool = False
) -> dict[str, str]:
    """What `latest_pairs` say of the blog's offset: evidence as that of `days_shown`, by name; nothing from too few.

    `order` reads days in numbers, those that have two readings only where it is `settled`. A post that shows several
    moments or several days was dated anew, and says nothing. Pure.
    """
    by_address: defaultdict[str, set[tuple[datetime, date]]] = defaultdict(set)
    written: dict[str, str] = {}
    for pair in pairs:
        moment, address, raw, label = json.loads(pair)
        day = _day_of(label, order, languages, settled=settled)
        if day:
            by_address[address].add((datetime.fromisoformat(moment), day))
            told = f"{raw} on a page as “{label}”"
            written[address] = min(told, written.get(address, told))
    sure = {address: shown.pop() for address, shown in by_address.items() if len(shown) == 1}
    if len(sure) < _PAGES:
        return {}
    evidence: dict[str, str] = {}
    for address, (instant, day) in sure.items():
        name = _name(_PAGE, instant, day)
        evidence[name] = min(written[address], evidence.get(name, written[address]))
    return evidence


def _day_of(label: str, order: DateOrder, languages: Collection[str], *, settled: bool) -> date | None:
    found = parse_date(label, order=order, languages=languages or None)
    if found is None or found.precision != "day":
        return None
    return found.date if settled or len(date_readings(label)) < 2 else None


# --- what follows -----------------------------------------------------------------------------------------------------


def _name(kind: str, instant: datetime, day: date) -> str:
    least = -((instant - datetime.combine(day, time(), UTC)) // _QUARTER)
    # What is further away than any zone is only ever a contradiction.
    return f"{kind} {half_of(instant.date()):02d} {max(-999, min(999, least)):+04d}"


def bounds_shown(shown: Mapping[str, str]) -> tuple[Bounds | None, tuple[str, ...]]:
    """The bounds of the offset, and what drew them, as written; nothing where evidence contradicts.

    `shown` are the names of evidence, each with what was written. One standard offset has to fit all of it, with or
    without an hour of summer time; what fits beside it stays possible all the year, for on which day clocks are
    changed nobody knows. Pure.

    Where neither an address nor a page shows a day, titles count: but people write on the eve what they date for the
    morrow, so that titles never show that a blog lives east of UTC, and west of it only several times and without a
    contradiction.
    """
    found = _least_offsets(shown, _ADDRESS) + _least_offsets(shown, _PAGE)
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
