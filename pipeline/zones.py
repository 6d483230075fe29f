"""The blog's own clock: the offsets that its dates show, and the calendar day of a moment that is told in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .dates import local_date, parse_date
from .records import PublishedDate, RawDate
from .written_days import Bounds, bounds_shown, half_of

_UTC = timedelta(0)
_EAST, _WEST = timedelta(hours=14), timedelta(hours=-12)
"""The offsets in use, Kiribati's and Baker Island's (tz database)."""

# What ends a date with a clock and an offset, and one that is told in UTC.
_OFFSET = re.compile(r"\d{1,2}:\d{2}.{0,12}?(?:[+-]\d{2}:?\d{2}|Z|GMT|UTC?)\s*$", re.IGNORECASE)
_IN_UTC = re.compile(r"\d{1,2}:\d{2}.{0,12}?(?:[+-]00:?00|Z|GMT|UTC?)\s*$", re.IGNORECASE)
_WRITER = re.compile(r"[A-Za-z][\w:-]{0,30}")

Pair = tuple[int, int]
"""An offset in minutes east of UTC, and the half-month (0 to 23) in which a date shows it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How a blog's moments in UTC become days of its calendar.

    With a `zone` (an IANA name) by that zone; else by the offset that was seen nearest in the year, of `offsets`; else
    by the offsets within the `bounds`, as `day` says; with none of them as they are written. `local` names the writers
    (see `writer_of`) whose ``+00:00`` is the blog's own time.
    """

    zone: str | None = None
    offsets: tuple[Pair, ...] = ()
    local: frozenset[str] = frozenset()
    bounds: Bounds | None = None

    def day(self, instant: datetime) -> date:
        """The blog's calendar day of a moment told in UTC.

        Where the bounds leave several days, it is UTC's as long as UTC lies well within them, for many blogs never set
        their clock; else the day of the offset in their middle.
        """
        if self.bounds:
            return _shifted(instant, timedelta(minutes=0 if self.may_be_utc else self.bounds.middle))
        if self.zone or not self.offsets:
            return local_date(instant, self.zone)
        half = half_of(instant.date())
        minutes, _ = min(self.offsets, key=lambda pair: (_apart(pair[1], half), pair))
        return _shifted(instant, timedelta(minutes=minutes))

    @property
    def may_be_utc(self) -> bool:
        """Whether the clock may be UTC's in winter; in summer alone it is so on the Azores only."""
        return self.bounds is not None and self.bounds.least <= 0 <= self.bounds.greatest - 60

    def days(self, instant: datetime) -> tuple[date, ...]:
        """The days of a moment told in UTC that the offsets within the bounds give, at most three."""
        if self.bounds is None:
            return (self.day(instant),)
        first, last = (_shifted(instant, timedelta(minutes=minutes)) for minutes in self.bounds)
        return _from_to(first, last)

    def moved(self, found: PublishedDate, raw: RawDate, addressed: date | None = None) -> PublishedDate:
        """A date on the blog's calendar: a moment in UTC is moved, and any other offset is the blog's own.

        `addressed` is the day in the post's address: it counts where the clock leaves it possible beside another.
        """
        if found.instant is None or found.instant.utcoffset() != _UTC:
            return found
        writer = writer_of(raw)
        if writer in self.local or _is_rest(writer) or (self.bounds and raw.origin != "feed"):
            return found
        day = addressed if addressed and addressed in self.days(found.instant) else self.day(found.instant)
        return found if day == found.date else replace(found, date=day)


AS_WRITTEN = Clock()
"""The clock of a blog of which nothing is known."""


def writer_of(raw: RawDate) -> str:
    """What wrote a date: its origin with the first name of its place (``time:time``, ``feed:published``)."""
    name = _WRITER.match(raw.place)
    return f"{raw.origin}:{name[0].lower()}" if name else raw.origin


def _is_rest(writer: str) -> bool:
    """Whether a date is REST's, which tells local time and UTC apart, and not the UTC alone."""
    return writer.startswith("rest") and writer != "rest:date_gmt"


# --- evidence ---------------------------------------------------------------------------------------------------------


def offsets_shown(dates: Iterable[RawDate]) -> list[tuple[str, str]]:
    """What an entry's dates show of the blog's offset: pairs of a name for the evidence and the date as written.

    The names (``-300 21 rest:date``) are few, whatever the number of entries: an offset, a half-month, a writer.
    """
    shown = []
    for raw in dates:
        if _OFFSET.search(raw.text[-60:]) and (found := parse_date(raw.text, origin=raw.origin)) and found.instant:
            offset = found.instant.utcoffset() or _UTC
            # Offsets are in quarters of an hour since the 1970s; local mean time and typing errors are not.
            if _WEST <= offset <= _EAST and offset % timedelta(minutes=15) == _UTC:
                minutes = offset // timedelta(minutes=1)
                shown.append((f"{minutes:+04d} {half_of(found.date):02d} {writer_of(raw)}", raw.text))
    return list(dict.fromkeys(shown))


def touched(name: str, before: Clock, after: Clock) -> bool:
    """Whether a change of the clock touches the entries that show this evidence: it may be of a moment in UTC."""
    return before != after and _is_offset(name) and not _parsed(name)[0]


@dataclass(frozen=True, slots=True)
class ZoneFact:
    """The clock that the evidence of a source gives, and the dates that it was taken from."""

    clock: Clock
    evidence: tuple[str, ...] = ()


def zone_shown(shown: Mapping[str, str], on_pages: Callable[[], Mapping[str, str]] = dict) -> ZoneFact:
    """The clock that evidence gives; `shown` are its names, each with one date as written. Pure.

    `on_pages` gives what days on pages show beside the feed's moments; it is asked where no date shows an offset.

    An offset other than zero is the blog's. Zero is what a WordPress feed writes for every blog: it counts from REST,
    which tells local time beside UTC, and from a writer that shows other offsets too, as long as all others lie within
    an hour of it (London in winter). One offset is taken for the whole year; several are compared with the rules of
    the zones that people live in, and where none fits, the one seen nearest in the year counts. Where no date shows an
    offset, the days that the blog writes bound it (see `bounds_shown`).
    """
    read = {name: _parsed(name) for name in sorted(shown) if _is_offset(name)}
    others = {name: one for name, one in read.items() if one[0]}
    near = all(abs(minutes) <= 60 for minutes, _, _ in others.values())
    local = {writer for _, _, writer in others.values()} if near else set()
    own = dict(others)
    if near:
        own |= {name: one for name, one in read.items() if one[2] in local or _is_rest(one[2])}
    pairs = tuple(sorted({(minutes, half) for minutes, half, _ in own.values()}))
    if not pairs:
        bounds, deciding = bounds_shown({**shown, **on_pages()})
        return ZoneFact(Clock(bounds=bounds), deciding)
    clock = _clock(pairs, frozenset(local))
    examples = {own[name][0]: shown[name] for name in sorted(own, reverse=True)}
    return ZoneFact(clock, tuple(examples[minutes] for minutes in sorted(examples)[:3]))


def _is_offset(name: str) -> bool:
    return name.startswith(("+", "-"))


def _parsed(name: str) -> tuple[int, int, str]:
    minutes, half, writer = name.split(" ", 2)
    return int(minutes), int(half), writer


def _clock(pairs: tuple[Pair, ...], local: frozenset[str]) -> Clock:
    offsets = {minutes for minutes, _ in pairs}
    if len(offsets) > 1:
        zone = next((name for name in _ZONES if _fits(name, pairs)), None)
        if zone:
            return Clock(zone, (), local)
        # What one half-month alone shows may be an import's: the rest is asked again.
        common = tuple(pair for pair in pairs if sum(pair[0] == minutes for minutes, _ in pairs) > 1)
        return _clock(common, local) if common and len(common) < len(pairs) else Clock(None, pairs, local)
    # One offset counts all the year: in which months it was seen makes no difference.
    return Clock(None, tuple((minutes, 0) for minutes in offsets), local)


def _apart(a: int, b: int) -> int:
    return min((a - b) % 24, (b - a) % 24)


def _shifted(instant: datetime, offset: timedelta) -> date:
    try:
        return (instant + offset).date()
    except OverflowError:
        return instant.date()


# --- zones ------------------------------------------------------------------------------------------------------------

# A zone for each rule of summer time that was in force since there are blogs, the most peopled first (tz database).
_ZONES = (
    "America/New_York", "Europe/Berlin", "America/Chicago", "Europe/London", "America/Los_Angeles", "America/Denver",
    "Europe/Athens", "Australia/Sydney", "Europe/Moscow", "America/Sao_Paulo", "America/Mexico_City", "America/Toronto",
    "Pacific/Auckland", "Australia/Adelaide", "America/Halifax", "America/St_Johns", "America/Anchorage",
    "Europe/Istanbul", "Asia/Jerusalem", "Africa/Cairo", "Asia/Tehran", "America/Santiago", "America/Asuncion",
    "America/Montevideo", "America/Argentina/Buenos_Aires", "America/Havana", "Asia/Amman", "Asia/Beirut",
    "Africa/Casablanca", "Asia/Karachi", "Asia/Dhaka", "Australia/Lord_Howe", "Pacific/Chatham", "Atlantic/Azores",
)  # fmt: skip

_YEARS = range(1998, 2031)


def _fits(name: str, pairs: Collection[Pair]) -> bool:
    """Whether a zone has had each offset in that half-month of some year."""
    return {minutes for minutes, _ in pairs} <= _offsets_of(name) and set(pairs) <= _pairs_of(name)


@lru_cache(maxsize=64)
def _offsets_of(name: str) -> frozenset[int]:
    return frozenset(minutes for minutes, _ in _sampled(name, months=(1, 7), days=(1,)))


@lru_cache(maxsize=64)
def _pairs_of(name: str) -> frozenset[Pair]:
    # A day of each week, and the edges of the half-months.
    return _sampled(name, months=range(1, 13), days=(1, 8, 15, 16, 24, 28, 30))


def _sampled(name: str, months: Iterable[int], days: Collection[int]) -> frozenset[Pair]:
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a system without the tz database
        return frozenset()
    moments = [
        datetime(year, month, day, 12, tzinfo=UTC).astimezone(zone)
        for month in months
        for day in days
        if day <= 28 or month != 2
        for year in _YEARS
    ]
    return frozenset(((m.utcoffset() or _UTC) // timedelta(minutes=1), half_of(m.date())) for m in moments)


@lru_cache(maxsize=4096)
def possible_days(text: str) -> tuple[date, ...]:
    """Every day that a moment told in UTC can be on a blog's own calendar, wherever the blog is; else nothing."""
    if not _IN_UTC.search(text[-60:]) or not (found := parse_date(text)) or not found.instant:
        return ()
    first, last = _shifted(found.instant, _WEST), _shifted(found.instant, _EAST)
    return _from_to(first, last)


def _from_to(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
