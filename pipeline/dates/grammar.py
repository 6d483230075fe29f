"""The shapes in which blogs write a full date, found in folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

from ..records import DateOrder
from .window import choose, full_year, make_date, orders_of
from .words import month_number


class Found(NamedTuple):
    """A shape of a full date: where it stands, what it says (None: no such day), the numbers in doubt if any."""

    start: int
    end: int
    date: date | None
    numbers: tuple[str, str, str] | None = None
    short_year: bool = False
    clock: time | None = None
    year_last: bool = True


class Clock(NamedTuple):
    """A time of day after a date: where it ends, and its zone where that is told without doubt."""

    end: int
    time: time
    zone: timezone | None


NUMBERS = (
    r"(?<![0-9$€£#])(?<![0-9][./:,-])(?P<a>[0-9]{1,4}) {0,2}(?P<mark>[./·-]) {0,2}(?P<b>[0-9]{1,2}) {0,2}(?P=mark)"
    r" {0,2}(?P<c>[0-9]{1,4})(?![0-9])(?![./:-][0-9])"
)
_DAY = r"(?P<day>[0-9]{1,2})(?:(?:st|nd|rd|th|er|ro|ste|de|eme|\.?[ao]|e)(?![a-z])|\.|°)?"
_OF = r"(?:(?:of|de|del|di|do|van) {1,2}|d')?"
_YEAR = (
    r"(?:(?P<year>(?:19|20)[0-9]{2})|(?P<quote>')? ?(?P<short>[0-9]{2})(?![:.h][0-9]|,? ?(?:19|20)[0-9]{2}))"
    r"(?![0-9])(?!(?:[.:-]|/(?![0-9]{1,3} [a-z]{3}))[0-9])"
)
_GAP = r"[ ,./-]{0,3}"
DAY_MONTH = rf"(?<![0-9])(?<![0-9][./:]){_DAY}{_GAP}{_OF}(?P<month>[a-z]{{3,12}})\.?{_GAP}{_OF}{_YEAR}"
MONTH_DAY = rf"(?<![a-z])(?P<month>[a-z]{{3,12}})\.?{_GAP}(?:the )?{_DAY}(?:[ ,./-]{{1,3}}|(?=')){_OF}{_YEAR}"
YEAR_MONTH = (
    rf"(?<![0-9])(?P<year>(?:19|20)[0-9]{{2}})[ ,./-]{{1,3}}(?P<month>[a-z]{{3,12}})\.?{_GAP}{_DAY}(?![0-9])"
    r"(?P<short>(?!))?(?P<quote>(?!))?"
)
_CLOCK_LAST = re.compile(
    r"(?<![a-z])(?P<month>[a-z]{3,9}) {1,2}(?P<day>[0-9]{1,2}) (?P<hour>[0-2]?[0-9]):(?P<minute>[0-5][0-9])"
    r"(?::(?P<second>[0-5][0-9]))?(?: (?P<zone>utc|gmt|[a-z]{3,4}|[+-][0-9]{4}))? (?P<year>(?:19|20)[0-9]{2})(?![0-9])"
)
_NUMBERS = re.compile(rf"(?P<shape>{NUMBERS})")
_NAMED = tuple(re.compile(rf"(?P<shape>{shape})") for shape in (DAY_MONTH, MONTH_DAY, YEAR_MONTH))
_EAST_ASIAN = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일]")
_LETTERS = re.compile(r"[a-z]{3}")

# RFC 822, section 5.1: the zones that mean one offset each, in hours. Other abbreviations are ambiguous.
_ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6}
_ZONES |= {"pst": -8, "pdt": -7}

_CLOCK = re.compile(
    r"[ ,|·•@(-]{0,4}(?:t(?=[0-9])|(?:at|a las|a la|as|a|um|alle ore|alle|ore|om|o godz\.?|godz\.?|o|kl\.?|at:) ?)?"
    r"(?P<hour>[0-9]{1,2})(?: ?[:.h] ?(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?(?![0-9])"
    r"|(?= ?(?:[ap]\.? ?m\b|uhr\b|h\b|hs\b|hrs?\b)))"
    r"(?: ?(?P<half>[ap])\.? ?m\b\.?| ?(?:uhr|hrs?|hs|h)\b\.?)?"
    r"(?P<zone> ?(?P<named>(?:z|utc?|gmt|[ecmp][sd]t)(?![a-z]))? ?"
    r"(?:(?P<sign>[+-])(?P<oh>[0-9]{2})(?::?(?P<om>[0-9]{2}))?(?![0-9:]))?)"
)


def month_day_year(match: re.Match[str], languages: frozenset[str] | None = None) -> tuple[date | None, bool] | None:
    """What a match of a shape with a named month says: its date and whether its year was short.

    None where the word is no month, or where a dash parts two of the three but not the others: "Nov 12 - 16" is a
    range, and "13 – November 2018" may be the thirteenth issue.
    """
    month = month_number(match["month"], languages)
    if month is None or not _even_marks(match):
        return None
    year = match["year"] or match["short"]
    return make_date(full_year(year), month, int(match["day"])), not match["year"] and not match["quote"]


def _even_marks(match: re.Match[str]) -> bool:
    first, second, third = sorted(match.span(part) for part in ("day", "month", "year" if match["year"] else "short"))
    one, two = match.string[first[1] : second[0]], match.string[second[1] : third[0]]
    if "-" in one or "-" in two:
        return one.strip(".") == "-" == two.strip(".")
    return bool(match["year"]) or two not in ("/", ".") or one.endswith(two)  # "Nov 12/16" is two days


def numbers_of(match: re.Match[str]) -> tuple[str, str, str] | None:
    """The three numbers of a numeric shape, None where they can't be a day, a month and a year in any order."""
    a, b, c = match["a"], match["b"], match["c"]
    if len(a) == 4:
        return (a, b, c) if len(c) <= 2 else None
    if len(c) == 2 and match["mark"] == "-" and " " in match["shape"]:
        return None  # "10 - 7 - 14" is a score sooner than a date
    return (a, b, c) if len(a) <= 2 and len(c) in (2, 4) else None


def read_numbers(numbers: tuple[str, str, str], order: DateOrder) -> date | None:
    """The date under an order; a value above 12 decides against it."""
    return choose(orders_of(*numbers), order, year_first=len(numbers[0]) == 4)


def in_equal_steps(numbers: tuple[str, str, str]) -> bool:
    """Whether three short numbers count on evenly ("5/10/15", "10-20-30"), as in lists and rules of thumb."""
    a, b, c = (int(number) for number in numbers)
    return len(numbers[2]) == 2 and b - a == c - b


def find_dates(text: str, order: DateOrder, languages: frozenset[str] | None = None) -> Iterator[Found]:
    """Every shape of a full date in folded text; none overlaps one that was given before."""
    for match in _NUMBERS.finditer(text):
        numbers = numbers_of(match)
        if numbers is not None:
            yield Found(
                match.start(), match.end(), read_numbers(numbers, order), numbers, year_last=len(numbers[2]) == 4
            )
    if not text.isascii():
        for match in _EAST_ASIAN.finditer(text):
            yield Found(match.start(), match.end(), make_date(*(int(part) for part in match.groups())))
    if _LETTERS.search(text):
        yield from _named_dates(text, languages)


def _named_dates(text: str, languages: frozenset[str] | None) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for last in _CLOCK_LAST.finditer(text) if ":" in text else ():
        month = month_number(last["month"], languages)
        if month is not None:
            taken.append(last.span())
            day = make_date(int(last["year"]), month, int(last["day"]))
            clock = _time_of(last["hour"], last["minute"], last["second"], None)
            zone = _zone(last["zone"] or "")
            yield Found(*last.span(), day, clock=clock.replace(tzinfo=zone) if clock else None)
    for pattern in _NAMED:
        position = 0
        while (match := pattern.search(text, position)) is not None:
            said = month_day_year(match, languages)
            if said is None or any(match.start() < end and start < match.end() for start, end in taken):
                position = match.start() + 1  # a word that is no month may hide the day of a date that begins inside
                continue
            taken.append(match.span())
            position = match.end()
            yield Found(*match.span(), said[0], short_year=said[1], year_last=pattern is not _NAMED[2])


def clock_after(text: str, position: int) -> Clock | None:
    """The time of day that follows a date directly, None where there is none or it is no time."""
    match = _CLOCK.match(text, position)
    if match is None:
        return None
    clock = _time_of(match["hour"], match["minute"], match["second"], match["half"])
    if clock is None:
        return None
    if not match["sign"]:
        return Clock(match.end(), clock, _zone(match["named"] or ""))
    if match["om"] is None and not match["named"] and match["zone"].startswith(" "):
        return Clock(match.start("zone"), clock, None)  # "10:30 -12 …" is no offset
    return Clock(match.end(), clock, _offset(match["sign"], int(match["oh"]), int(match["om"] or 0)))


def instant_of(day: date, clock: time, zone: timezone | None) -> datetime | None:
    """The aware moment, None without a zone."""
    return datetime.combine(day, clock, tzinfo=zone) if zone is not None else None


def _time_of(hour: str, minute: str | None, second: str | None, half: str | None) -> time | None:
    hours = int(hour)
    if half and 1 <= hours <= 12:
        hours = hours % 12 + (12 if half == "p" else 0)
    try:
        return time(hours, int(minute or 0), min(int(second or 0), 59) if second != "60" else 59)
    except ValueError:
        return None


def _zone(name: str) -> timezone | None:
    if name[:1] in ("+", "-") and len(name) == 5:
        return _offset(name[0], int(name[1:3]), int(name[3:]))
    hours = _ZONES.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))


def _offset(sign: str, hours: int, minutes: int) -> timezone | None:
    if hours > 15 or minutes > 59:  # the widest in use are +14:00 and -12:00
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset)
