"""What the own grammar can't read, asked of one reused dateparser, and kept only where every part was written."""

from __future__ import annotations

import re
import threading
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..records import DateOrder, Precision
from .words import LANGUAGES

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_MAX_LENGTH = 80
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_DAY = re.compile(r"(?<![0-9:.])[0-9]{1,2}(?![0-9:])")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?")
_NUMBER = re.compile(r"[0-9]+")
_LETTER = re.compile(r"[^\W\d_]")

_OTHER_SCRIPT = re.compile(r"[\u0600-\u06ff\u0b80-\u0bff\u0c00-\u0c7f\u0d00-\u0d7f]")
# Blocks of 128 code points of the Unicode standard, and the language of blogs written in them, as ISO 639-1 code: those
# of which our tables know no months, and dateparser does.
_SCRIPTS: dict[int, tuple[str, ...]] = {
    0x0600: ("fa",),
    0x0680: ("fa",),
    0x0B80: ("ta",),
    0x0C00: ("te",),
    0x0D00: ("ml",),
}

# dateparser keeps state between calls (the locale tried last); its parsers are shared between threads under this lock.
_LOCK = threading.Lock()


def worth_asking(folded: str, reference: datetime | None, languages: frozenset[str] | None) -> bool:
    """Whether folded text can hold a date at all: a day, a year and letters, or other languages' relative text."""
    if len(folded) > _MAX_LENGTH or not _LETTER.search(folded):
        return False
    if _YEAR.search(folded):
        return _DAY.search(folded) is not None
    return reference is not None and _others(languages) and folded.count(" ") <= 4


def ask_dateparser(
    line: str, order: DateOrder, reference: datetime | None, languages: frozenset[str] | None
) -> tuple[date, Precision] | None:
    """What dateparser reads, kept only where every number of the date stands in the text; None otherwise.

    Where no `languages` are named, letters of another script say which it may be: month names of the eight have none.
    """
    spoken = tuple(sorted(languages)) if languages is not None else _languages_of(line)
    absolute = _YEAR.search(line) is not None
    base = None if absolute or reference is None else reference.replace(tzinfo=None)
    try:
        with _LOCK:
            data = _parser(spoken, order, base).get_date_data(line)
    except Exception:  # noqa: BLE001 - a general parser on hostile text: whatever it raises, there is no date
        return None
    moment = data.date_obj
    if not isinstance(moment, datetime):
        return None
    if absolute:
        return (moment.date(), "day") if _is_written(line, moment.date()) else None
    if data.period == "month":
        return moment.date().replace(day=1), "month"
    if data.period == "year":
        return moment.date().replace(month=1, day=1), "year"
    return moment.date(), "day"


def _languages_of(line: str) -> tuple[str, ...]:
    letter = _OTHER_SCRIPT.search(line)
    block = ord(letter[0]) & ~0x7F if letter else 0
    return _SCRIPTS.get(block, LANGUAGES)


def _others(languages: frozenset[str] | None) -> bool:
    return languages is not None and not languages <= frozenset(LANGUAGES)


def _is_written(line: str, day: date) -> bool:
    numbers = {int(number) for number in _NUMBER.findall(_TIME.sub(" ", line)) if len(number) <= 4}
    return numbers == {day.day, day.year}


@lru_cache(maxsize=8)
def _parser(languages: tuple[str, ...], order: DateOrder, base: datetime | None) -> DateDataParser:
    from dateparser.date import DateDataParser

    settings: dict[str, Any] = {
        "DATE_ORDER": order,
        "PREFER_LOCALE_DATE_ORDER": False,
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
        # A fixed base keeps the reading of absolute text the same on every day.
        "RELATIVE_BASE": base or datetime(2030, 1, 1),  # noqa: DTZ001 - dateparser wants a naive one
    }
    if base is None:
        settings |= {"PARSERS": ["absolute-time"], "STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"]}
    else:
        settings |= {"PARSERS": ["relative-time"]}
    return DateDataParser(languages=list(languages), settings=settings)
