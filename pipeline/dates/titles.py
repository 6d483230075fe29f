"""A title and the date that the blog wrote at its end: `split_dated_title`."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from ..records import DateOrder, PublishedDate
from .folding import fold
from .grammar import DAY_MONTH, MONTH_DAY, NUMBERS, YEAR_MONTH, in_equal_steps, month_day_year, numbers_of, read_numbers
from .window import orders_of, plausible
from .words import PUBLISHED, UPDATED, WEEKDAYS, month_number

_TAIL = 100
"""Characters at a title's end in which the date, its separator and what follows it stand."""

_BEFORE = (
    r"(?:(?P<mark0>-{1,3}|:{1,2}|[|~·•»›*>]|&(?:#821[12]|#x201[34]|[nm]dash);|(?<= )//?(?= )) {0,3}"
    r"(?:(?P<open>[(\[]) {0,2}(?:tow ?[-:,] {0,2})?)?|(?P<only>[(\[]) {0,2}(?:tow ?[-:,] {0,2})?)"
    r"(?P<words>(?:[a-z][a-z-]{1,13}[.,:]{0,2} {1,2}){0,4}?)"
)
_TOW = r"(?:tow|t\.o\.w\.?|tip of the week)"
_AFTER = (
    rf"(?: ?(?:r\.|roku))?(?:[ ,;:]{{0,2}}(?<![a-z]){_TOW})? {{0,2}}(?P<close>[)\]])?[ .]{{0,3}}(?:[-|,] {{0,3}})?"
    rf"(?:[(\[]?(?<![a-z]){_TOW}[)\]]? {{0,3}})?$"
)
_NUMERIC = re.compile(f"{_BEFORE}(?P<shape>{NUMBERS}){_AFTER}")
_NAMED = tuple(re.compile(f"{_BEFORE}(?P<shape>{shape}){_AFTER}") for shape in (DAY_MONTH, MONTH_DAY, YEAR_MONTH))
_MONTH_LIKE = re.compile(r"[a-z]{3}[^|]{0,20}$")
_ENDS_DATED = re.compile(r"(?:[0-9]|st|nd|rd|th|\.|-|[)\]]|tow|week|roku) ?$")
_DIGIT = re.compile(r"[0-9]")

_TOW_BEFORE = re.compile(rf"(?: {{1,3}}[-|:·•]{{1,2}} {{0,3}}| {{0,3}}[(\[]){_TOW}[)\]]?$")

_ARTICLES = frozenset(fold("the am vom den der le du el il em op dnia z").split())
_SERIES = re.compile(
    r"(?:#|\b(?:part|parts|episode|ep|top|tip|tips|no|nr|number|vol|volume|lesson|chapter|issue|round|step"
    r"|rule|phase|chapitre|teil|folge|kapitel|parte|capitulo|capitolo|partie|deel|czesc|odcinek)\.?) ?[0-9]+$"
)
_VERSION = re.compile(
    r"(?:^|(?<=[ (\[:/-]))(?:versions?|ver|v|releases?|release notes|firmware|build|update|chapter|section|rev|figure"
    r"|wordpress|ios|macos|os x|php|python)"
    r" ?[0-9.]*$"
)
_OTHER_THING = re.compile(
    r"\b(?:save the date|deadline|due(?: date)?|rsvp(?: by)?|expires|valid until|starts|ends|phone|tel|fax|call|sizes?"
    r"|scores?|record|ratio|odds|isbn|ip|sku|ticket|serial|invoice|model|code|pin|zip|account|combination|numbers?|no\.?)$"
)
_COUNTED = re.compile(r"\b(?:rules?|minutes|hours|ages?|grades?|rooms?|levels?|plan|method|formula)$")
_EVENT = re.compile(r"\b(?:save the date|rsvp by)$")
_DAY_MONTH_END = re.compile(r"(?<![0-9./])([0-9]{1,2})[./-]([0-9]{1,2})$")
_NO_DAY_MONTH = re.compile(r"(?<![0-9./])(?:24/7|9/11|(?:part|parts|teil|parte|partie|deel) [0-9]/[0-9])$")
_LONGEST_RANGE = timedelta(120)
_FULL_DATE_END = re.compile(r"(?<![0-9])([0-9]{1,4})[./-]([0-9]{1,2})[./-]([0-9]{1,4})$")
_NUMBER_END = re.compile(r"(?<![0-9])(?<![0-9]/)([0-9]{1,2})(?:st|nd|rd|th|\.)?$")
_NAMED_END = re.compile(r"(?:(?<![a-z])([a-z]{3,12})\.? ?[0-9]{1,2}(?:st|nd|rd|th)?|[0-9]{1,2}\.? ?([a-z]{3,12})\.?)$")
_YEARED_END = re.compile(
    r"(?:(?<![a-z])([a-z]{3,12})\.? [0-9]{1,2}(?:st|nd|rd|th)?|[0-9]{1,2}\.? (?:de )?([a-z]{3,12})\.?),? (?:de )?"
    r"(?:19|20)[0-9]{2}$"
)


def split_dated_title(title: str, *, order: DateOrder = "MDY") -> tuple[str, PublishedDate | None]:
    """The title without the date at its end, and that date (origin ``title``); else the title as it is, and None.

    The date has a day, a month and a year (two or four digits, or a month's name in one of eight languages), stands
    last, and a dash, bar, colon, dot or slash parts it from the title, or brackets hold it; ``TOW``, a blog's "tip of
    the week", may follow. A value above 12 decides day or month first whatever the `order`. A month or a year alone
    stays part of the title (without it, "News – March 2018" would share its title with April's), and so does a date
    in a sentence, after a comma, in a range, after "updated", and one that is the whole title.
    `raw` is the date as written. Everything before the separator stays as it is, apart from white space around it.
    Nothing is raised; only the last 100 characters are looked at.
    """
    whole = title.strip()
    tail = whole[-_TAIL:]
    folded = fold(tail)
    if not _DIGIT.search(folded, max(0, len(folded) - 20)) or not _ENDS_DATED.search(folded):
        return whole, None
    if not tail.isascii() and not unicodedata.is_normalized("NFC", tail):
        return _split_decomposed(whole, order)
    match, day = _dated_tail(folded, order)
    if match is None or day is None:
        return whole, None
    kept = whole[: len(whole) - len(tail) + match.start()].rstrip()
    if not _is_title(fold(kept[-_TAIL:]), match, day):
        return whole, None
    marked = _TOW_BEFORE.search(fold(kept[-_TAIL:]))
    if marked is not None and (named := kept[: len(kept) - len(marked[0])].rstrip()):
        kept = named
    return kept, PublishedDate(day, "day", "title", tail[match.start("shape") : match.end("shape")])


def _split_decomposed(title: str, order: DateOrder) -> tuple[str, PublishedDate | None]:
    """The same for a title with combining marks: read in NFC, cut where the original has the same ending."""
    bare, published = split_dated_title(unicodedata.normalize("NFC", title), order=order)
    if published is None:
        return title, None
    cut = len(title)
    composed = unicodedata.normalize("NFC", title)
    while cut > 0 and len(unicodedata.normalize("NFC", title[cut:])) < len(composed) - len(bare):
        cut -= 1
        if len(title) - cut > 4 * _TAIL:
            return title, None
    return title[:cut].rstrip(), published


def _dated_tail(folded: str, order: DateOrder) -> tuple[re.Match[str] | None, date | None]:
    match = _introduced(_NUMERIC, folded)
    if match is not None:
        numbers = numbers_of(match)
        day = read_numbers(numbers, order) if numbers else None
        return (match, day) if day is not None and plausible(day) else (None, None)
    if _MONTH_LIKE.search(folded, max(0, len(folded) - 45)):
        for pattern in _NAMED:
            match = _introduced(pattern, folded)
            said = month_day_year(match) if match else None
            if said and said[0] and plausible(said[0]):
                return match, said[0]
    return None, None


def _introduced(pattern: re.Pattern[str], folded: str) -> re.Match[str] | None:
    """The first match whose words between separator and date only introduce the date."""
    match = pattern.search(folded)
    while match is not None and not _introduces(match["words"]):
        match = pattern.search(folded, match.start() + 1)  # "Follow-up: 11/13/18" has its separator further on
    return match


def _introduces(words: str) -> bool:
    """Whether the words between separator and date only introduce it: a weekday, an article, "posted on"."""
    spoken = [word.strip(" .,:") for word in words.split()]
    if spoken == ["tip", "of", "the", "week"]:
        return True
    posted = any(word in PUBLISHED for word in spoken)
    return all(
        word in WEEKDAYS or word in PUBLISHED or word in _ARTICLES or (posted and word == "on") for word in spoken
    )


def _is_title(kept: str, match: re.Match[str], day: date) -> bool:
    """Whether what is left is a title of its own, and the date no part of it."""
    if not kept.strip(" -|:~·•»›*>/([."):
        return False
    mark, opened, closed = match["mark0"], match["open"] or match["only"], match["close"]
    if bool(opened) != bool(closed):
        return False
    words = kept.rstrip(" .,:;!?)]\"'-")
    last = words.rpartition(" ")[2].strip("([")
    update = last in UPDATED and not (last in ("update", "updates") and mark and mark[0] == "-")
    if update or _EVENT.search(words):
        return False
    if mark is None:
        return True
    said = match["shape"]
    tight = match.start() > 0 and match.string[match.start() - 1] != " " and match.string[match.end("mark0")] != " "
    if tight and (kept[-1].isdigit() or (mark == "-" and re.fullmatch(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{2}", said))):
        return False
    if "." in said and not re.search(r"[0-9]{4}|[a-z]", said) and _VERSION.search(words):
        return False
    numbers = numbers_of(match) if "a" in match.re.groupindex else None
    short_numbers = re.fullmatch(r"[0-9]{1,2}[.-][0-9]{1,2}[.-][0-9]{2}", said) is not None
    if (mark[0] == ":" or short_numbers) and numbers and in_equal_steps(numbers) and _COUNTED.search(words):
        return False
    if (mark[0] == ":" or short_numbers) and _OTHER_THING.search(words):
        return False
    return not (mark[0] in "-&" and _is_range(kept, match["words"] + said, day))


def _is_range(kept: str, said: str, day: date) -> bool:
    """Whether the title ends in the first day of a range of which the date is the last."""
    whole = _FULL_DATE_END.search(kept)
    if whole:
        return any(timedelta(0) < day - start <= _LONGEST_RANGE for start in orders_of(*whole.groups()).values())
    if re.search(r"[a-z]{3}", said):
        ending = _NAMED_END.search(kept) or _YEARED_END.search(kept)
        if ending and any(word and month_number(word) for word in ending.groups()):
            return True
        number = _NUMBER_END.search(kept)
        return bool(
            number
            and re.match(r"[0-9]{1,2}(?![0-9-])", said)
            and 0 < int(number[1]) < day.day
            and not _SERIES.search(kept)
        )
    ending = _DAY_MONTH_END.search(kept)
    if ending and not _NO_DAY_MONTH.search(kept):
        starts = _same_order(ending[1], ending[2], said, day)
        return any(timedelta(0) <= day - start <= timedelta(31) for start in starts)
    return False


def _same_order(first: str, second: str, said: str, day: date) -> list[date]:
    """Two numbers in the year of `day`, read in the orders in which `said` is that day."""
    parts = re.split(r"[^0-9]+", said)[-3:]
    read = [name for name, found in orders_of(*parts).items() if found == day] if len(parts) == 3 else []
    readings = orders_of(first, second, f"{day.year}")
    return [start for name, start in readings.items() if name in read or "YMD" in read]
