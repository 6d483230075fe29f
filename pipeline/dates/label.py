"""A label read as a date: `parse_date`, a ladder from what blogs write to what only a general parser can read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timezone
from itertools import pairwise
from typing import NamedTuple

from ..records import DateOrder, Origin, Precision, PublishedDate
from .context import Role, follows_well, role_before
from .folding import MAX_LABEL, fold, one_line
from .grammar import Found, clock_after, find_dates, in_equal_steps, instant_of, read_numbers
from .relative import find_relative
from .window import full_year, is_backdated, make_date, orders_of, plausible
from .words import LANGUAGES, WEEKDAYS, month_number, weekday_before

Read = tuple[date, Precision, datetime | None]

_COMPACT = re.compile(r"(?P<date>[0-9]{8})(?:t?(?P<time>[0-9]{6})(?P<zone>z?))?")
_SPACED = re.compile(r"([0-9]{1,2}) ([0-9]{1,2}) ((?:19|20)[0-9]{2})")
_MONTH_YEAR = re.compile(
    r"(?<![a-z0-9])(?P<month>[a-z]{3,12})\.?[ ,./-]{0,3}(?:(?:of|de|del|di|do) )?"
    r"(?:(?P<year>(?:19|20)[0-9]{2})|'(?P<short>[0-9]{2}))(?![0-9])"
)
_MONTH_NUMBER = re.compile(
    r"(?<![0-9./:-])(?:(?P<m>0?[1-9]|1[0-2])[./-](?P<y>(?:19|20)[0-9]{2})|(?P<y1>(?:19|20)[0-9]{2})[./-](?P<m1>0[1-9]|1[0-2]))"
    r"(?![0-9./:-])"
)
_YEAR = re.compile(r"(?<![0-9./:-])(?:19|20)[0-9]{2}(?![0-9./:-])")
_RANGE = re.compile(r"[ ,]*(?:-|to|till|until|through|bis|a|au|al|tot|do|y|e|et|und|and|&)[ ,]*")
_DIGIT = re.compile(r"[0-9]")
_WORD_NEXT = re.compile(r" [a-z]{4}")
_DO_BEFORE = re.compile(r"(?:^| )do $")  # Polish for "until", German and Dutch for Thursday
_THURSDAY = 3
_NOT_BEFORE_COARSE = re.compile(r"[0-9|·•»>~/,-]")

_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}[0-9:.]{0,13}(?:Z|[+-][0-9]{2}:?[0-9]{2})")
"""An instant as programs write it (RFC 3339): a blog that dates a post before there were blogs means it."""

_MAX_SHAPES = 6
"""Dates of one label that are looked at: more make a text, not a label."""

_LONGEST_MORE = 160
"""Characters of a label that is asked for a date in the languages of `more_months`."""


class _Candidate(NamedTuple):
    date: date
    role: Role
    instant: datetime | None


def parse_date(
    text: str,
    *,
    order: DateOrder = "MDY",
    reference: datetime | None = None,
    languages: Iterable[str] | None = None,
    origin: Origin = "label",
) -> PublishedDate | None:
    """The date that a label, a `datetime` attribute or a feed's element gives, or None: nothing is ever guessed.

    Read are ISO 8601 and RFC 3339, RFC 822 and 2822, numbers in the blog's `order` (a value above 12 decides against
    it), month names in eight languages with weekdays, ordinals, times and words such as "Posted on" or "by …"
    around them, a month with its year and a lone year (precision ``month`` and ``year``), and, given a `reference`,
    relative text. `reference` is when the page was fetched, aware or naive: relative text counts back from its own
    calendar date ("2 months ago" is a month, "a year ago" a year), and a date more than a day after it is refused.
    In the further languages of `more_months` (Hindi, Arabic, Russian, Turkish, Czech, …) a day, its month's name and a
    year of four digits are read, where every word around them is known to belong; no relative text, no month alone.
    `languages` are ISO 639-1 codes. Where one beyond the eight is named, only the named languages and English are
    read ("listopad" is November in Polish and October in Croatian), and dateparser is asked for what is left. Where
    none is named, it is asked for dates in Persian, Tamil, Telugu and Malayalam, which their letters tell.

    `date` is the calendar date as written, in the offset that was written with it; `instant` is given for a time
    with an offset. Refused: a day without a year, the date of a change ("Updated …"), of an event or a range, a date
    inside a sentence, two unmarked dates that go back in time, days before 1994 but for a whole RFC 3339 instant of
    1971 or later. Looks at the first 1000 characters, raises nothing, and may be called from any thread.
    """
    line = one_line(text)
    spoken = None if languages is None else _base_languages(languages)
    read = _climb(line, fold(line), order, reference, spoken) if line else None
    if read is None or not plausible(read[0], reference):
        return _backdated(line, text, origin)
    day, precision, instant = read
    return PublishedDate(day, precision, origin, text[:MAX_LABEL], instant)


def _backdated(line: str, text: str, origin: Origin) -> PublishedDate | None:
    if not _STAMP.fullmatch(line):
        return None
    try:
        instant = datetime.fromisoformat(line)
    except ValueError:
        return None
    return (
        PublishedDate(instant.date(), "instant", origin, text[:MAX_LABEL], instant)
        if is_backdated(instant.date())
        else None
    )


def _base_languages(codes: Iterable[str]) -> frozenset[str] | None:
    """None for the eight: no month's name means two months in them. With others, only English is read as well."""
    spoken = frozenset(code.replace("_", "-").partition("-")[0].lower() for code in codes)
    return None if spoken <= frozenset(LANGUAGES) else spoken | {"en"}


def _climb(
    line: str, folded: str, order: DateOrder, reference: datetime | None, spoken: frozenset[str] | None
) -> Read | None:
    if _DIGIT.search(folded):
        shapes = sorted(find_dates(folded, order, spoken), key=lambda found: found.start)[:_MAX_SHAPES]
        if shapes:
            if any(_RANGE.fullmatch(folded, a.end, b.start) for a, b in pairwise(shapes)):
                return None
            return _best(_candidates(line, folded, shapes)) or _more(line, folded, order, spoken)
        read = _unspaced(folded, order) or _coarse(line, folded, spoken)
        if read is not None:
            return read
    more = _more(line, folded, order, spoken)
    if more is not None:
        return more
    if reference is not None:
        relative = find_relative(line, folded, reference, spoken)
        if relative is not None:
            return (*relative, None)
    from .fallback import ask_dateparser, worth_asking

    if worth_asking(folded, reference, spoken):
        answer = ask_dateparser(line, order, reference, spoken)
        if answer is not None:
            return (*answer, None)
    return None


def _more(line: str, folded: str, order: DateOrder, spoken: frozenset[str] | None) -> Read | None:
    if len(line) > _LONGEST_MORE or (folded.isascii() and "20" not in folded and "19" not in folded):
        return None
    from .more_labels import read_more

    day = read_more(line, folded, order, spoken)
    return None if day is None else (day, "day", None)


def _candidates(line: str, folded: str, shapes: list[Found]) -> list[_Candidate]:
    """The dates that can be the post's; none where one is said to be published and yet can't be read whole."""
    known: list[_Candidate] = []
    for index, found in enumerate(shapes):
        beside = index > 0 and not folded[shapes[index - 1].end : found.start].strip()
        role: Role | None = "plain" if beside else role_before(line, folded, found.start)
        candidate = _candidate(line, folded, found, role) if role else None
        if candidate is not None:
            known.append(candidate)
        elif role == "published" and found.date is not None:
            return []
    return known


def _candidate(line: str, folded: str, found: Found, role: Role) -> _Candidate | None:
    day = _day_of(folded, found)
    if day is None or (_DO_BEFORE.search(folded, 0, found.start) and day.weekday() != _THURSDAY):
        return None
    clock = clock_after(folded, found.end)
    end = clock.end if clock else found.end
    if clock is None and found.numbers and in_equal_steps(found.numbers) and _WORD_NEXT.match(folded, end):
        return None
    if not follows_well(
        line, folded, end, short_year=found.short_year and clock is None, year_last=found.year_last or clock is not None
    ):
        return None
    instant = instant_of(day, clock.time, clock.zone) if clock else None
    if found.clock is not None and isinstance(found.clock.tzinfo, timezone):
        instant = datetime.combine(day, found.clock)
    return _Candidate(day, role, instant)


def _day_of(folded: str, found: Found) -> date | None:
    """The date; of two readings in numbers the one that falls on the weekday written before it, if one does."""
    if found.numbers is None or found.date is None or len(found.numbers[0]) == 4:
        return found.date
    weekday = weekday_before(folded, found.start)
    if weekday is None or found.date.weekday() == weekday:
        return found.date
    fitting = {day for name, day in orders_of(*found.numbers).items() if name != "YMD" and day.weekday() == weekday}
    return fitting.pop() if len(fitting) == 1 else found.date


def _best(candidates: list[_Candidate]) -> Read | None:
    """The date marked as published, else the only one, else the first of two: WordPress writes the later change behind.

    Two dates that go back in time are no pair of that kind.
    """
    own = [candidate for candidate in candidates if candidate.role != "updated"]
    marked = [candidate for candidate in own if candidate.role == "published"]
    pool = marked or own
    if not pool or (not marked and any(other.date < pool[0].date for other in pool)):
        return None
    day = pool[0].date
    instant = next((c.instant for c in pool if c.instant is not None and c.date == day), None)
    return day, "instant" if instant else "day", instant


def _unspaced(folded: str, order: DateOrder) -> Read | None:
    """ISO 8601's basic form, and three numbers parted by spaces: only as the whole label."""
    compact = _COMPACT.fullmatch(folded)
    if compact:
        digits = compact["date"]
        day = make_date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if day is None or not compact["time"]:
            return None if day is None else (day, "day", None)
        hours = compact["time"]
        clock = clock_after(f"{hours[:2]}:{hours[2:4]}:{hours[4:]}{compact['zone']}", 0)
        if clock is None:
            return None
        instant = instant_of(day, clock.time, clock.zone)
        return day, "instant" if instant else "day", instant
    spaced = _SPACED.fullmatch(folded)
    if spaced:
        day = read_numbers((spaced[1], spaced[2], spaced[3]), order)
        return None if day is None else (day, "day", None)
    return None


def _coarse(line: str, folded: str, spoken: frozenset[str] | None) -> Read | None:
    """A month with its year, or a lone year, where nothing else is said."""
    for named in _MONTH_YEAR.finditer(folded):
        month = month_number(named["month"], spoken)
        if month is not None:
            day = make_date(full_year(named["year"] or named["short"]), month, 1)
            return (day, "month", None) if day and _is_whole(line, folded, named) else None
    numbered = _MONTH_NUMBER.search(folded)
    if numbered is not None:
        day = make_date(int(numbered["y"] or numbered["y1"]), int(numbered["m"] or numbered["m1"]), 1)
        return (day, "month", None) if day and _is_whole(line, folded, numbered) else None
    year = _YEAR.search(folded)
    if year is None or "|" in folded or not _is_whole(line, folded, year):
        return None
    if any(word.strip(".,") in WEEKDAYS for word in folded[: year.start()].split()):
        return None
    return date(int(year[0]), 1, 1), "year", None


def _is_whole(line: str, folded: str, match: re.Match[str]) -> bool:
    if _NOT_BEFORE_COARSE.search(folded, 0, match.start()):
        return False
    if role_before(line, folded, match.start(), strict=True) not in ("plain", "published"):
        return False
    tail = folded[match.end() :].lstrip()
    return not tail or tail[0] in "|·•" or tail in (".", "r.", "roku")
