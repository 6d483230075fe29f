"""Whole labels in the languages of `more_months`: a date, and around it nothing but words that are known to belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from ..records import DateOrder
from . import more_months as m
from .context import SEPARATOR, USERS, Role
from .grammar import find_dates
from .words import CONNECTING, FOREIGN, MONTHS, PUBLISHED, UPDATED, WEEKDAYS, month_number

_MAX_SHAPES = 2
_MAX_PHRASE = 3
_MAX_NAME = 4

_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09cd\u09d7\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)  # of the table's scripts; Python's \w leaves them out
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_{_MARKS}]|[{_MARKS}])*")
_LETTERS = re.compile(r"[a-z]+")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_TIME = re.compile(r"(?<![0-9])[0-9]{1,2}[:.][0-9]{2}(?::[0-9]{2})?(?![0-9])")
_NO_DAY = re.compile(rf"{_TIME.pattern}|(?<![a-z])thu [2-7](?![0-9])")  # Vietnamese numbers its weekdays
_CLOCK = re.compile(rf"[ .:]{{1,2}}{_TIME.pattern}")
_MONTH_OF = re.compile(r" ?(1[0-2]|0?[1-9])(?![0-9])")
_RANGE = re.compile(r"[ ,.]*(?:[-/&]|[^\W\d_]{1,5})[ ,.]*")
_SUFFIX = re.compile(r"\.?['-][^\W\d_]")
_BREAK = re.compile(r"[|·•»>~‣←-⇿⌀-➿]| [-/] ")
_NAME_END = re.compile(rf"{_BREAK.pattern}|[0-9,(]")
_COUNT = re.compile(r"[0-9]{1,4}\+? ?(?=[^\W\d_])")
_NAMES = "january february march april may june july august september october november december".split()

_DIGITS = {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for digit in range(10)} | {
    0x60C: ","
}
_MORE = frozenset(m.MORE_LANGUAGES)
_CODES = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}
_COMMENTS = m.MORE_COMMENTS | {"comment", "comments"}
_PUBLISHED = m.MORE_PUBLISHED | PUBLISHED
_UPDATED = m.MORE_UPDATED | {m.level(word) for word in UPDATED}
_WEEKDAYS = m.MORE_WEEKDAYS | WEEKDAYS
_AUTHOR = m.MORE_BY | {"by", "author"}
_CONNECTING = m.MORE_CONNECTING | {"on", "at", "the"}
_BESIDE = _CONNECTING | _WEEKDAYS | m.MORE_CLOCK
_IN = frozenset(("i", "in", "di", "v", "в", "у", "la", "u", "a"))
_PHRASES = (
    frozenset(m.MORE_MONTHS) | m.MORE_WEEKDAYS | m.MORE_PUBLISHED | m.MORE_UPDATED | m.MORE_BY | m.MORE_CONNECTING
) | m.MORE_COMMENTS
_LONG = frozenset(phrase for phrase in _PHRASES if " " in phrase)
_TELLING = frozenset(
    phrase.partition(" ")[0]
    for phrase in (*m.MORE_MONTHS, *m.MORE_WEEKDAYS, *m.MORE_PUBLISHED, *m.MORE_DATE, *m.MORE_BY, *m.MORE_BY_BEHIND)
)
_NEW = _TELLING - MONTHS.keys() - WEEKDAYS - PUBLISHED - CONNECTING
"""Without one of these the eight languages' own grammar has said all there is to say."""
_MANY = frozenset(phrase.partition(" ")[0] for phrase in _LONG)


class _Word(NamedTuple):
    """A word or a known phrase: where it stands in the text, its levelled form, and whether it has a capital."""

    start: int
    end: int
    form: str
    capital: bool


def read_more(line: str, folded: str, order: DateOrder, spoken: frozenset[str] | None) -> date | None:
    """The day that a label gives in a language of the table, None where anything in it is not known to belong.

    `line` and `folded` are the same text, character for character; `spoken` are the languages that may be read
    (None: all). Needed are a day, a month and a year of four digits; of two days the first, unless it is the later or
    the second one is marked as the day of publishing. Digits of any script are read beside a word of the table.
    """
    read, folded = folded, folded if folded.isascii() else folded.translate(_DIGITS)
    words = _LETTERS.findall(folded) if folded.isascii() else [m.level(word) for word in _WORD.findall(folded)]
    if (_NEW if spoken is None and read == folded else _TELLING).isdisjoint(words) or not _YEAR.search(folded):
        return None
    if spoken is not None and _MORE.isdisjoint(_codes(spoken)):
        return None
    line, text = _with_english_months(line, folded, None if spoken is None else _codes(spoken))
    shapes = sorted(find_dates(text, order, spoken), key=lambda found: found.start)
    if not 0 < len(shapes) <= _MAX_SHAPES:
        return None
    days: list[tuple[date, Role]] = []
    position = 0
    for found in shapes:
        role = _role(line, text, position, found.start)
        if role is None or found.date is None or not _YEAR.search(text[found.start : found.end]):
            return None
        if found.numbers and role == "plain" and not any(_said(line, text, position, found.start)):
            return None
        days.append((found.date, role))
        position = found.end
    if any(_RANGE.fullmatch(text, a.end, b.start) for a, b in pairwise(shapes)):
        return None
    if not _ends_well(line, text, position, published=days[-1][1] == "published"):
        return None
    return _own(days)


def _own(days: list[tuple[date, Role]]) -> date | None:
    own = [day for day, role in days if role != "updated"]
    marked = [day for day, role in days if role == "published"]
    pool = marked or own
    return pool[0] if pool and pool[0] <= pool[-1] else None


def _codes(spoken: frozenset[str]) -> frozenset[str]:
    return frozenset(_CODES.get(code, code) for code in spoken)


def _with_english_months(line: str, folded: str, spoken: frozenset[str] | None) -> tuple[str, str]:
    """Line and folded text with the table's month names in English, still character for character."""
    lines, texts, position = [], [], 0
    for word in _words(line, folded, 0, len(folded)):
        number, end = _month(folded, word, spoken)
        if number is None or word.start < position:
            continue
        name = _NAMES[number - 1]
        lines += [line[position : word.start], name]
        texts += [folded[position : word.start], name]
        position = end
    return "".join((*lines, line[position:])), "".join((*texts, folded[position:]))


def _month(folded: str, word: _Word, spoken: frozenset[str] | None) -> tuple[int | None, int]:
    known = m.MORE_MONTHS.get(word.form)
    if known is not None and (spoken is None or known[1] & spoken):
        end = word.end
        if "vi" in known[1]:
            named = _year_word(folded, end)
            # "tháng năm 2024" is "months of the year 2024" sooner than May.
            if word.form == "thang nam" and named == end and not folded.startswith(",", end):
                return (None, end) if _YEAR.match(folded.lstrip(" "), end + 1) else (known[0], end)
            end = named
        return known[0], end
    if word.form == "thang" and (spoken is None or "vi" in spoken):
        number = _MONTH_OF.match(folded, word.end)
        if number is not None:
            return int(number[1]), _year_word(folded, number.end())
    return None, word.end


def _year_word(folded: str, end: int) -> int:
    """Behind Vietnamese "năm" (year), where it stands between month and year."""
    return end + 4 if folded.startswith(" nam ", end) and _YEAR.match(folded, end + 5) else end


def _words(line: str, text: str, start: int, end: int) -> Iterator[_Word]:
    """The words of a part of the text, phrases of the table as one."""
    found = [(match.start(), match.end(), m.level(match[0])) for match in _WORD.finditer(text, start, end)]
    index = 0
    while index < len(found):
        first, last, form = found[index]
        size = 1
        for many in range(min(_MAX_PHRASE, len(found) - index), 1, -1) if form in _MANY else ():
            phrase = " ".join(word[2] for word in found[index : index + many])
            if (
                phrase in _LONG
                and found[index + many - 1][1] - first
                == sum(word[1] - word[0] + 1 for word in found[index : index + many]) - 1
            ):
                form, last, size = phrase, found[index + many - 1][1], many
                break
        yield _Word(first, last, form, line[first].isupper())
        index += size


def _said(line: str, text: str, start: int, end: int) -> Iterator[bool]:
    """Whether each word introduces a date in figures: a weekday or an author will do."""
    return (word.form in _WEEKDAYS or word.form in _AUTHOR for word in _words(line, text, start, end))


def _role(line: str, text: str, start: int, end: int) -> Role | None:
    """What stands between two positions makes of the date behind it; None where a word of it is not known."""
    cut = start
    for separator in SEPARATOR.finditer(text, start, end):
        cut = max(cut, separator.end())
    before = list(_words(line, text, start, cut))
    if cut > start and text[start:cut].strip(" -/|·•") and (start == 0 or before):
        lead = text[start:cut].rstrip(" -/:,.")
        if before and before[-1].form in _UPDATED:
            return "updated"
        if text[cut - 1 : cut] != "|" and (lead[-1:].isdigit() or (before and month_number(before[-1].form))):
            return None  # "5 – 7 June 2024" is a range
    words = list(_words(line, text, cut, end))
    if len(words) == 1 and words[0].form in USERS and text[words[0].end : end] == ", ":
        return "plain"
    if any(sign.isdigit() for sign in _NO_DAY.sub("", text[cut:end])):
        return None
    return _spoken_role(words)


def _spoken_role(words: list[_Word]) -> Role | None:
    if any(word.form in _UPDATED for word in words):
        return "updated"
    behind = next((index for index, word in enumerate(words) if word.form in m.MORE_BY_BEHIND), 0)
    if 0 < behind <= _MAX_NAME:
        if not all(_is_name(word) for word in words[:behind]):
            return None
        words = words[behind + 1 :]
    if words and words[0].form in m.MORE_YEAR_MARK:  # of the date before
        words = words[1:]
    role: Role = "plain"
    naming: list[_Word] | None = None
    for index, word in enumerate(words):
        form = word.form
        if form in _AUTHOR and (index == 0 or (role == "published" and naming is None)):
            naming = []
            if index == len(words) - 1 and form not in _CONNECTING:
                return None
        elif form in _PUBLISHED or form in m.MORE_DATE:
            opens = index == 0 or role == "published"
            if not opens and (form in m.MORE_DATE or (naming is None and words[index - 1].form not in _CONNECTING)):
                return None
            role = "published"
        elif form not in _BESIDE:
            if naming is None or form in FOREIGN or len(naming) == _MAX_NAME:
                return None
            naming.append(word)
    named = naming is None or len(naming) <= 1 or all(_is_name(word) for word in naming)
    return role if named else None


def _is_name(word: _Word) -> bool:
    """Whether a word can be one of a name's: with a capital, where its script has them."""
    return word.capital or word.form[0].lower() == word.form[0].upper()


def _ends_well(line: str, text: str, position: int, *, published: bool) -> bool:
    """Whether all that follows the date is a time, a weekday, an author, a count of comments, or parted from it."""
    if _SUFFIX.match(text, position):
        return False
    words = list(_words(line, text, position, len(text)))
    if words and words[0].form in m.MORE_YEAR_MARK and not text[position : words[0].start].strip(" ."):
        position = words.pop(0).end
    after_time = False
    while position < len(text) and not _BREAK.match(text, position):
        time = _TIME.match(text, position)
        if time is not None:
            position, after_time = time.end(), True
        elif words and words[0].start == position:
            word = words[0]
            if word.form not in _WEEKDAYS and not (
                word.form in m.MORE_CLOCK and (after_time or _CLOCK.match(text, word.end))
            ):
                return _may_follow(text, words, published=published)
            position = words.pop(0).end
        elif text[position] in " ,.()[]":
            position += 1
        else:
            count = _COUNT.match(text, position)
            return count is not None and words[0].start == count.end() and words[0].form in _COMMENTS
    return True


def _may_follow(text: str, rest: list[_Word], *, published: bool) -> bool:
    """Whether the words from a place behind the date are an author, a category, or "published" alone."""
    form = rest[0].form
    if form in _COMMENTS:
        return True
    if form in _UPDATED or form in FOREIGN:
        return False
    if form in _AUTHOR or form == "de":
        return _is_author(text, rest)
    if published and form in _IN and len(rest) > 1 and rest[1].capital:
        return True
    if len(rest) == 1 and (form in _PUBLISHED or form in USERS):
        return True
    return _is_credit(text, rest, certain=published or text[rest[0].start - 1].isdigit())


def _is_author(text: str, rest: list[_Word]) -> bool:
    """Whether a name follows the "by" that `rest` begins with: one word, or a few with capitals."""
    position = rest[0].end
    end = _NAME_END.search(text, position)
    name = [word for word in rest[1:] if word.start < (end.start() if end else len(text))]
    if len(name) == 1:
        return name[0].capital or rest[0].form not in _CONNECTING | {"de"}
    return 0 < len(name) <= _MAX_NAME and all(_is_name(word) for word in name)


def _is_credit(text: str, rest: list[_Word], *, certain: bool) -> bool:
    """Whether a name or a category stands there, to the end or a separator: words with capitals, four at most.

    Where nothing makes it `certain` that a post is spoken of (a word of publishing, a name that touches the year as
    where themes hide the space), only one word behind a comma is taken: an event's name stands there as well.
    """
    position = rest[0].start
    end = _BREAK.search(text, position)
    stop = end.start() if end else len(text)
    name = [word for word in rest if word.start < stop]
    if not name[0].capital or len(name) > _MAX_NAME or any(sign.isdigit() for sign in text[position:stop]):
        return False
    if len(name) > 1 and name[-1].form in m.MORE_BY_BEHIND:
        return all(word.capital for word in name[:-1])
    after_comma = text[:position].rstrip().endswith(",")
    return all(word.capital for word in name) and (certain or (len(name) == 1 and after_comma))
