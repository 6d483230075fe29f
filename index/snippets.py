"""The passage of a text that answers a query best, on one line, with what matched marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from .analysis import STOP_WORDS, tokens
from .engine import Forms

LONGEST = 300
"""Characters of a snippet, the ellipses among them."""
_LEAD = 60
"""About so much stands in front of the first match."""
_SEARCHED = 200_000
"""Characters of a text that are looked through: longer posts than any blog's are not worth the wait."""

_GAP = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_USUAL = 4000
"""Texts up to so many characters are remembered on their line, for they are asked for again: 8 MB at the most."""
_PRINTABLE = bytes(range(32, 127))
_FOREIGN = re.compile(r"[^\W\x00-\x7f]|[\u0300-\u036f]")
_MOST_HEADS = 50
"""Beginnings that are looked for one by one; where they are more, the text is cut into words."""
_SHORT, _MOST_SEEN = 40, 1000
"""Stretches of text of so many characters, and so many of them, are remembered for a query's other hits."""
_SENTENCE = re.compile(r"[.!?…]['\"”’)]*\s+")
_ELLIPSIS = "…"


class _Match(NamedTuple):
    start: int
    end: int
    stem: str


Parts = tuple[tuple[str, bool], ...]


def snippet(text: str, forms: Forms, stem: Callable[[str], str]) -> tuple[str, Parts]:
    """The best passage and its parts as (piece, does it match) pairs; a text without a match gives its beginning.

    Words are kept whole, save one that is longer than a snippet by itself.
    """
    line = one_line(text[:_SEARCHED])
    if not line:
        return "", ()
    matches = _matches(line, forms, stem)
    start, end = _bounds(line, *_best(matches)) if matches else (0, _word_end(line, 0, LONGEST - 1))
    start, end = _trim(line, start, end)
    before = _ELLIPSIS if start else ""
    after = _ELLIPSIS if end < len(line) or len(text) > _SEARCHED else ""
    parts: list[tuple[str, bool]] = []
    position = start
    for match in matches:
        if start <= match.start and match.end <= end:
            parts.append((line[position : match.start], False))
            parts.append((line[match.start : match.end], True))
            position = match.end
    parts.append((line[position:end], False))
    whole = tuple((piece, marked) for piece, marked in [(before, False), *parts, (after, False)] if piece)
    return before + line[start:end] + after, whole


def one_line(text: str) -> str:
    """The text on one line, without control characters and what changes the direction of writing."""
    return _remembered(text) if len(text) <= _USUAL else _one_line(text)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    # Mostly there is nothing to take out: 16 µs a post instead of 52.
    if line.isascii() and not line.encode("ascii").translate(None, _PRINTABLE):
        return line
    if line.isprintable():
        return unicodedata.normalize("NFC", line)
    return unicodedata.normalize("NFC", _GAP.sub(" ", text).encode("utf-8", "replace").decode("utf-8")).strip()


_remembered = lru_cache(maxsize=1024)(_one_line)


def _matches(line: str, forms: Forms, stem: Callable[[str], str]) -> list[_Match]:
    wanted = _wanted(forms, stem)
    if not wanted.stems and not wanted.words:
        return []
    places = _places(line, wanted.heads)
    if places is None:
        return wanted.within(line)
    found: list[_Match] = []
    end, seen = -1, wanted.seen
    for place in places:
        if place > end:
            start = place if line[place - 1] == " " else line.rfind(" ", 0, place) + 1
            end = line.find(" ", place)
            if end < 0:
                end = len(line)
            chunk = line[start:end]
            held = seen.get(chunk)
            for first, last, kind in wanted.within(chunk) if held is None else held:
                found.append(_Match(start + first, start + last, kind))
    return found


class _Wanted:
    """What is worth a mark, and with what it begins; `heads` is None where that is of no help."""

    def __init__(self, forms: Forms, stem: Callable[[str], str]) -> None:
        # Stop words are only worth a mark where the query holds nothing else.
        telling = forms.stems - {stem(word) for word in STOP_WORDS}
        self.stems = telling if telling or forms.words else forms.stems
        self.words = forms.words
        self.stem = stem
        known = dict(forms.heads)
        heads = {known.get(each, "") for each in self.stems} | forms.words
        self.heads = tuple(heads) if "" not in heads and len(heads) <= _MOST_HEADS else None
        self.seen: dict[str, list[_Match]] = {}

    def within(self, chunk: str) -> list[_Match]:
        """The words to mark in a stretch of text; the short ones come again and again and are remembered."""
        held = [(start, end, word, self.stem(word)) for start, end, word in tokens(chunk)]
        found = [_Match(at, end, kind) for at, end, word, kind in held if kind in self.stems or word in self.words]
        if len(chunk) <= _SHORT and len(self.seen) < _MOST_SEEN:
            self.seen[chunk] = found
        return found


_wanted = lru_cache(maxsize=64)(_Wanted)


def _places(line: str, heads: tuple[str, ...] | None) -> Iterable[int] | None:
    """Where words may begin that match, in order; None where all of the line must be looked through.

    Cutting a post of 350 words into words takes 0.25 ms, longer than all else that a hit costs.
    """
    lower = line.lower()
    if heads is None or len(lower) != len(line):
        return None
    # A letter beyond ASCII may become any other when it is folded.
    places = [] if line.isascii() else [found.start() for found in _FOREIGN.finditer(line)]
    find = lower.find
    for head in heads:
        place = find(head)
        while place >= 0:
            if not place or not lower[place - 1].isalnum():
                places.append(place)
            place = find(head, place + 1)
    if len(heads) > 1 or not line.isascii():
        places.sort()
    return places


def _best(matches: list[_Match]) -> tuple[int, int]:
    """The stretch with the most different words, then the most matches, then the earliest."""
    reach = LONGEST - _LEAD - 2
    best, best_worth, last = (matches[0].start, matches[0].end), (0, 0), 0
    inside: dict[str, int] = {}
    for first, match in enumerate(matches):
        while last < len(matches) and (last == first or matches[last].end - match.start <= reach):
            inside[matches[last].stem] = inside.get(matches[last].stem, 0) + 1
            last += 1
        worth = (len(inside), last - first)
        if worth > best_worth:
            best, best_worth = (match.start, matches[last - 1].end), worth
        inside[match.stem] -= 1
        if not inside[match.stem]:
            del inside[match.stem]
    return best


def _bounds(line: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch of matches to a readable passage: from the sentence's start where that is near."""
    room = LONGEST - 2 - (end - start)
    if room <= 0:
        return start, end
    if end <= LONGEST - 1:
        left = 0
    else:
        earliest = max(0, start - min(room, 2 * _LEAD))
        sentences = [found.end() for found in _SENTENCE.finditer(line, earliest, start)]
        left = sentences[0] if sentences else _word_start(line, max(0, start - min(room, _LEAD)), start)
    return left, _word_end(line, left, LONGEST - (2 if left else 1))


def _word_start(line: str, position: int, limit: int) -> int:
    """The first start of a word at or after a position, at most `limit`."""
    if position == 0 or line[position - 1] == " ":
        return position
    space = line.find(" ", position, limit)
    return space + 1 if space >= 0 else limit


def _word_end(line: str, start: int, length: int) -> int:
    """The last end of a word that leaves a passage from `start` within a length."""
    if len(line) - start <= length + 1 and len(line) - start <= LONGEST - (1 if start else 0):
        return len(line)
    space = line.rfind(" ", start, start + length + 1)
    return space if space > start else start + length


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    while end > start and line[end - 1] == " ":
        end -= 1
    return start, end
