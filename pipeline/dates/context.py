"""What stands before and after a date in a label, and whether it leaves the date the post's own."""

from __future__ import annotations

import re
from typing import Literal

from .words import BY, CONNECTING, FOLLOWING, FOREIGN, PUBLISHED, UPDATED, WEEKDAYS, month_number

Role = Literal["published", "updated", "plain"]
"""What the words before a date say it is; ``plain`` where they say nothing."""

_ICONS = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ue000-\uf8ff\U0001f000-\U0001faff"
SEPARATOR = re.compile(
    rf"[|·•»>)\]*~‣{_ICONS}]| (?:[-/]|//) |^[-/: ]+|(?<=[a-z]) ?- ?$"
    r"|(?<![0-9])[0-9]{1,3} (?:min(?:ute)?s? read|comments?|views?) "
)
_RANGE_BEFORE = re.compile(
    r"[0-9](?:st|nd|rd|th|\.)? ?(?:(?:de )?(?P<month>[a-z]{3,12})\.? ?)?"
    r"(?:-|to|till|until|through|thru|bis|au|al|tot|do|and|und|et|&|/) ?$"
)
_TIME_BEFORE = re.compile(r"[0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?(?: ?[ap]\.?m\.?)? ?- ?$")
_TIME_WORD = re.compile(
    r"[0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?(?:[ap]\.?m)?|[0-9]{1,2}[ap]m|[ap]\.?m|uhr|hs?|utc|gmt|z"
)
_COUNT = re.compile(r"[0-9]{1,6}\+? ?[a-z]{3}|[0-9]{1,3}[.,][0-9]{3} ?[a-z]{3}|[0-9]{1,3}$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_STRIP = " ,.:;()[]{}\"'“”„«»<>-–—_#@!?…"
_LAST_WORDS = 12
_HALVES = frozenset(("am", "pm", "a.m", "p.m"))
_HOUR = re.compile(r"[0-9]{1,2}")
_DATE_WORDS = frozenset(("date", "data", "datum", "fecha"))
_SENTENCE = frozenset(
    "the what we it why how when where our my your they that this remember lessons thoughts webinar workshop"
    " seminar meeting conference upcoming next".split()
)
_CLAUSE = re.compile(r", (?:we|i|the|it|our|they|he|she|you|a|my|this|was|is|will) ")
USERS = frozenset(("admin", "administrator", "editor", "webmaster", "staff", "guest", "user", "redaktion", "redaccion"))


def role_before(line: str, folded: str, start: int, *, strict: bool = False) -> Role | None:
    """What the words before position `start` make of the date there; None where it is not the post's.

    `line` and `folded` are the same text, character for character. With `strict` only words that are known to
    introduce a date may stand there; else names may, too.
    """
    before = folded[:start]
    if not before.strip():
        return "plain"
    started = _RANGE_BEFORE.search(before)
    if started and not _TIME_BEFORE.search(before) and (not started["month"] or month_number(started["month"])):
        return None
    cut = 0
    for separator in SEPARATOR.finditer(before):
        cut = separator.end()
    spoken = [word for token in before[cut:].split() if (word := token.strip(_STRIP))]
    if not spoken and cut:
        last = before[:cut].strip(_STRIP + "|·•*~→—/").rpartition(" ")[2]
        return "updated" if last in UPDATED else "plain"
    while spoken and (spoken[-1] in WEEKDAYS or spoken[-1] in CONNECTING or _TIME_WORD.fullmatch(spoken[-1])):
        half = spoken.pop() in _HALVES
        if half and spoken and _HOUR.fullmatch(spoken[-1]):
            spoken.pop()
    if not spoken:
        return "plain"
    comma = _ends_in_comma(before[cut:], len(spoken))
    return _introduced(spoken[-_LAST_WORDS:]) or (
        None if strict or not _is_name(line[cut:start], before[cut:], spoken, comma=comma) else "plain"
    )


def _ends_in_comma(text: str, count: int) -> bool:
    """Whether a comma follows the last of the first `count` words."""
    tokens = [token for token in text.split() if token.strip(_STRIP)]
    return 0 < count <= len(tokens) and tokens[count - 1].endswith(",")


def _introduced(words: list[str]) -> Role | None:
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if word in UPDATED:
            return "updated"
        if word in PUBLISHED:
            event = word in _DATE_WORDS and index > 0 and words[index - 1] in FOREIGN
            return "updated" if event else "published"
        if word in FOREIGN:
            return "updated"
    if words[-4:] == ["tip", "of", "the", "week"]:
        return "published"
    return "plain" if words[0] in BY and len(words) > 1 else None


def _is_name(written: str, folded: str, words: list[str], *, comma: bool) -> bool:
    pairs = zip(written.split(), folded.split(), strict=False)
    names = [token.strip(_STRIP) for token, plain in pairs if plain.strip(_STRIP)][: len(words)]
    if words[-1] in USERS and len(words) == 1:
        return True
    if not (1 if comma else 2) <= len(words) <= 4 or any(word in FOREIGN or word in _SENTENCE for word in words):
        return False
    return names[0][:1].isupper() and names[-1][:1].isupper() and sum(not name[:1].isupper() for name in names) <= 1


def follows_well(line: str, folded: str, end: int, *, short_year: bool, year_last: bool) -> bool:
    """Whether what follows position `end` can follow a date in a label: nothing, a separator, a byline, a count.

    After a `short_year` beside a month's name ("Nov 13, 12 comments") only a separator will do. Letters may touch
    the date where a year of four digits is its last part, as where themes hide the space.
    """
    rest = folded[end:]
    tail = rest.lstrip()
    if not tail:
        return True
    if short_year:
        return tail[0] in "|·•,;)]>"
    if not tail[0].isalnum():
        return tail[0] not in "%$€£°+=" and not _CLAUSE.match(tail)
    if rest[0] != " ":
        return year_last and tail[0].isalpha()
    if tail[0].isdigit():
        return _COUNT.match(tail) is not None
    word = _FIRST_WORD.match(tail)
    if word and (word[0] in FOLLOWING or word[0] in WEEKDAYS or word[0] in USERS):
        return True
    return line[len(line) - len(tail)].isupper()
