"""The passage of a text that answers a query best, on one line, with what matched marked."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from .analysis import tokens
from .engine import Forms
from .finder import Finder, Match

LONGEST = 300
"""Characters of a snippet, the ellipses among them."""
_LEAD = 60
"""About so much stands in front of the first match."""
_REACH = LONGEST - _LEAD - 2
"""Matches further apart are not shown together."""
_AROUND = 1_000
"""So much of a long text on both sides of its best place is put on one line, rather than all of it."""
_SEARCHED = 200_000
"""Characters of a text that are looked through: longer posts than any blog's are not worth the wait."""
_WEIGHED = 1_000
"""Of more matches than this only those near the rarest are weighed against each other."""

# White space, controls, and what changes the direction of writing or can't be seen.
_ODD = (
    "\\t-\\r\\x00-\\x08\\x0e-\\x1f\\x7f-\\xa0\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f"
    "\\u3000\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f"
)
_GAP = re.compile(f"[{_ODD}][ {_ODD}]*| [ {_ODD}]+")
_EDGE = re.compile(f"[ {_ODD}]")
_SENTENCE = re.compile(r"[.!?…]['\"”’)]*\s+")
_ELLIPSIS = "…"

Parts = tuple[tuple[str, bool], ...]


class Cutter:
    """Cuts the best passage for one query out of any text."""

    def __init__(self, forms: Forms, stem: Callable[[str], str]) -> None:
        self._find = Finder(forms, stem)
        self._phrases = forms.phrases

    def __call__(self, text: str) -> tuple[str, Parts]:
        """The best passage and its parts as (piece, does it match) pairs; a text without a match gives its beginning.

        Words are kept whole, save one that is longer than a snippet by itself.
        """
        ends = len(text) <= _SEARCHED
        text = text[:_SEARCHED].rstrip()
        first, last = self._around(text)
        line = one_line(text[first:last])
        if not line:
            return "", ()
        marked, weighed = self._matches(line)
        opens, closes = not first, ends and last == len(text)
        start, end = _bounds(line, *_best(weighed), opens=opens, closes=closes)
        before = "" if opens and not start else _ELLIPSIS
        after = "" if closes and end == len(line) else _ELLIPSIS
        parts = [(before, False)]
        position = start
        for match in marked:
            if start <= match.start < end:
                parts.append((line[position : match.start], False))
                position = min(match.end, end)
                parts.append((line[match.start : position], True))
        parts += [(line[position:end], False), (after, False)]
        kept = tuple(part for part in parts if part[0])
        return "".join(piece for piece, _ in kept), kept

    def _around(self, text: str) -> tuple[int, int]:
        """The part of a text to look at closely, which neither begins nor ends inside a word."""
        if len(text) <= 3 * _AROUND:
            return 0, len(text)
        start, end = _best(self._matches(text)[1])
        first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
        if first and (edge := _EDGE.search(text, first - 1, start)):
            first = edge.end()
        if last < len(text):
            edges = [edge.start() for edge in _EDGE.finditer(text, end, last + 1)]
            last = edges[-1] if edges else last
        return first, last

    def _matches(self, text: str) -> tuple[list[Match], list[Match]]:
        """What is to be marked, and what is to be weighed: phrases are matches more, with stems of their own."""
        found = self._find(text)
        if not self._phrases:
            return found, found
        spans = [
            (number, *span)
            for number, (stems, slop) in enumerate(sorted(self._phrases))
            for span in (_together(text, found, stems, slop) if slop else _in_order(text, found, stems))
        ]
        inside = {place for _, first, last in spans for place in range(first, last)}
        marked = [match for place, match in enumerate(found) if match.tells or place in inside]
        whole = [
            Match(found[first].start, found[last - 1].end, f"{_PHRASE}{n}", tells=True) for n, first, last in spans
        ]
        return marked, sorted([*marked, *whole])


_PHRASE = "\0"


def snippet(text: str, forms: Forms, stem: Callable[[str], str]) -> tuple[str, Parts]:
    """One passage, as `Cutter` cuts it."""
    return Cutter(forms, stem)(text)


def one_line(text: str) -> str:
    """The text on one line, without control characters and what changes the direction of writing."""
    line = " ".join(text.split())
    # Mostly there is nothing else to take out: 16 µs a post instead of 52.
    if line.isprintable():
        return line if line.isascii() else unicodedata.normalize("NFC", line)
    return unicodedata.normalize("NFC", _GAP.sub(" ", text).encode("utf-8", "replace").decode("utf-8")).strip()


def _in_order(text: str, found: Sequence[Match], stems: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the words of a phrase follow each other, as [first, last) of what was found."""
    length = len(stems)
    for first in range(len(found) - length + 1):
        run = found[first : first + length]
        if all(match.stem == stem for match, stem in zip(run, stems, strict=True)) and all(
            next(tokens(text, before.end, after.start), None) is None for before, after in pairwise(run)
        ):
            yield first, first + length


def _together(text: str, found: Sequence[Match], stems: Sequence[str], slop: int) -> Iterator[tuple[int, int]]:
    """Where all words stand with at most so many others between them, in any order, as [first, last) of all found."""
    needed, width = Counter(stems), len(stems) + slop
    held = [place for place, match in enumerate(found) if match.stem in needed]
    inside: Counter[str] = Counter()
    first = 0
    for place in held:
        inside[found[place].stem] += 1
        while inside[found[held[first]].stem] > needed[found[held[first]].stem]:
            inside[found[held[first]].stem] -= 1
            first += 1
        start, end = found[held[first]].start, found[place].end
        # Words are short: where so many can't fill the stretch they need not be counted.
        if inside == needed and end - start <= width * 40 and sum(1 for _ in tokens(text, start, end)) <= width:
            yield held[first], place + 1


def _best(matches: Sequence[Match]) -> tuple[int, int]:
    """The stretch with the most phrases, then the most different words, the closest together; the earliest of them."""
    if not matches:
        return 0, 0
    matches = _near_the_rarest(matches) if len(matches) > _WEIGHED else matches
    stems = {match.stem for match in matches}
    if len(stems) == 1:
        return _densest(matches)
    told = {stem for stem in stems if stem.startswith(_PHRASE)}
    if told:
        matches = _near(matches, [match.start for match in matches if match.stem in told])
    best, best_worth = (matches[0].start, matches[0].end), (0, 0, -LONGEST, 0)
    inside: Counter[str] = Counter()
    last = 0
    known, tightest, held = (0, 0), 0, -1
    for first, match in enumerate(matches):
        while last < len(matches) and (last == first or matches[last].end - match.start <= _REACH):
            inside[matches[last].stem] += 1
            last += 1
        phrases = len(told & inside.keys()) if told else 0
        worth = (phrases, len(inside), 0, last - first)
        if worth[:2] >= best_worth[:2]:
            if len(inside) > 1:
                if known != (last, len(inside)) or held < first:
                    known = last, len(inside)
                    tightest, held = _tightest(matches, first, last, len(inside))
                worth = (*worth[:2], -tightest, worth[3])
            if worth > best_worth:
                best, best_worth = (match.start, max(each.end for each in matches[first:last])), worth
        inside[match.stem] -= 1
        if not inside[match.stem]:
            del inside[match.stem]
    return best


def _densest(matches: Sequence[Match]) -> tuple[int, int]:
    """The stretch with the most of them; the earliest."""
    best = held = last = 0
    for first, match in enumerate(matches):
        furthest = match.start + _REACH
        last = max(last, first + 1)
        while last < len(matches) and matches[last].end <= furthest:
            last += 1
        if last - first > held:
            best, held = first, last - first
    return matches[best].start, max(match.end for match in matches[best : best + held])


def _near_the_rarest(matches: Sequence[Match]) -> list[Match]:
    """Those that can be shown together with one of the rarest kind: a phrase, where there is one, or else a word."""
    counts = Counter(match.stem for match in matches)
    rarest = min(counts, key=lambda stem: (not stem.startswith(_PHRASE), counts[stem]))
    places = [match.start for match in matches if match.stem == rarest][: _WEIGHED // 10]
    return _near(matches, places)


def _near(matches: Sequence[Match], places: list[int]) -> list[Match]:
    """Those that can be shown together with what begins at one of the places, which are in order."""
    kept = []
    for match in matches:
        after = bisect_left(places, match.start)
        if any(abs(place - match.start) <= _REACH for place in places[max(0, after - 1) : after + 1]):
            kept.append(match)
    return kept


def _tightest(matches: Sequence[Match], first: int, last: int, different: int) -> tuple[int, int]:
    """The characters of the shortest stretch among [first, last) with so many stems; the last place it begins at."""
    inside: Counter[str] = Counter()
    shortest, begins = LONGEST * LONGEST, first
    for place in range(first, last):
        match = matches[place]
        inside[match.stem] += 1
        while len(inside) == different:
            opening = matches[first]
            if match.end - opening.start <= shortest:
                shortest, begins = match.end - opening.start, first
            inside[opening.stem] -= 1
            if not inside[opening.stem]:
                del inside[opening.stem]
            first += 1
    return shortest, begins


def _bounds(line: str, start: int, end: int, *, opens: bool, closes: bool) -> tuple[int, int]:
    """Widen a stretch of matches to a readable passage: from the sentence's start where that is near."""
    # Signs that touch a match belong to it: no passage ends between a word and its full stop.
    earliest, latest = max(0, start - _LEAD // 2), min(len(line), end + _LEAD // 2)
    if (space := line.rfind(" ", earliest, start)) >= 0 or not earliest:
        start = space + 1
    if (space := line.find(" ", end, latest)) >= 0 or latest == len(line):
        end = space if space >= 0 else latest
    room = LONGEST - 2 - (end - start)
    if room <= 0:
        return start, min(end, start + LONGEST - 2)
    if end <= LONGEST - 2:
        left = 0
    else:
        earliest = max(0, start - min(room, 2 * _LEAD))
        sentences = [found.end() for found in _SENTENCE.finditer(line, earliest, start)]
        left = sentences[0] if sentences else _word_start(line, max(0, start - min(room, _LEAD)), start)
    room = LONGEST if opens and not left else LONGEST - 1
    if closes and len(line) - left <= room:
        return left, len(line)
    if len(line) - left < room:
        return left, len(line)
    space = line.rfind(" ", left, left + room)
    right = space if space > left else left + room - 1
    return left, right


def _word_start(line: str, position: int, limit: int) -> int:
    """The first start of a word at or after a position, at most `limit`."""
    if position == 0 or line[position - 1] == " ":
        return position
    space = line.find(" ", position, limit)
    return space + 1 if space >= 0 else limit
