"""The passage of a text that answers a query best, on one line, with what matched marked."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from .analysis import tokens
from .engine import Forms
from .finder import Finder, Match
from .weighing import LEAD, LONGEST, PHRASE, best

_AROUND = 1_000
"""So much of a long text on both sides of its best place is put on one line, rather than all of it."""
_SEARCHED = 200_000
"""Characters of a text that are looked through: longer posts than any blog's are not worth the wait."""
_JOINED = 50_000
"""Texts of more characters are looked through one by one."""

# White space, controls, and what changes the direction of writing or can't be seen.
_ODD = (
    "\\t-\\r\\x00-\\x08\\x0e-\\x1f\\x7f-\\xa0\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f"
    "\\u3000\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f"
)
_GAP = f"[{_ODD}][ {_ODD}]*| [ {_ODD}]+"
_SENTENCE = re.compile(r"[.!?…]['\"”’)]*\s+")
_LETTER = re.compile("[a-zA-Z0-9]")
_ELLIPSIS = "…"

Parts = tuple[tuple[str, bool], ...]


class Cutter:
    """Cuts the best passage for one query out of any text."""

    def __init__(self, forms: Forms, stem: Callable[[str], str]) -> None:
        self._find = Finder(forms, stem)
        self._phrases = sorted(forms.phrases)

    def __call__(self, text: str) -> tuple[str, Parts]:
        """The best passage and its parts as (piece, does it match) pairs; a text without a match gives its beginning.

        Words are kept whole, save one that is longer than a snippet by itself.
        """
        return self.all([text])[0]

    def all(self, texts: Sequence[str]) -> list[tuple[str, Parts]]:
        """The same for each of several texts: those that can be are looked through in one go, in half the time."""
        cut: list[tuple[str, Parts] | None] = [None] * len(texts)
        lines: dict[int, str] = {}
        plain: list[str] = []
        for place, text in enumerate(texts):
            if len(text) <= _JOINED:
                # Nearly all passages are on one line once line ends are spaces; then the rest need not be.
                line = text.rstrip().replace("\n", " ")
                searched = self._find.plain(line)
                if searched is not None:
                    lines[place] = line
                    plain.append(searched)
        joined = "\n".join(plain).lower()
        found = self._find.in_plain(joined) if plain else []
        start = first = 0
        for place, line in lines.items():
            last = bisect_left(found, (start + len(line) + 1,), first)
            marked, weighed = self._matches(joined, found[first:last])
            cut[place] = _cut(line, marked, best(weighed) or (start, start), start, opens=True, closes=True)
            start, first = start + len(line) + 1, last
        return [each or self._closely(text) for each, text in zip(cut, texts, strict=True)]

    def _closely(self, text: str) -> tuple[str, Parts]:
        """The same for a text of any signs and any length."""
        ends = len(text) <= _SEARCHED
        text = text[:_SEARCHED].rstrip()
        line = text.replace("\n", " ")
        marked, weighed = self._matches(line, self._find(line))
        cut = _cut(line, marked, best(weighed) or (0, 0), 0, opens=True, closes=ends)
        if cut is None:
            first, last = self._around(text)
            line = one_line(text[first:last])
            marked, weighed = self._matches(line, self._find(line))
            ends = ends and last == len(text)
            cut = _cut(line, marked, best(weighed) or (0, 0), 0, opens=not first, closes=ends, is_clean=True)
        return cut or ("", ())

    def _around(self, text: str) -> tuple[int, int]:
        """The part of a text to look at closely, which neither begins nor ends inside a word."""
        if len(text) <= 3 * _AROUND:
            return 0, len(text)
        start, end = best(self._matches(text, self._find(text))[1]) or (0, 0)
        first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
        if first and (edge := _edge().search(text, first - 1, start)):
            first = edge.end()
        if last < len(text):
            edges = [edge.start() for edge in _edge().finditer(text, end, last + 1)]
            last = edges[-1] if edges else last
        return first, last

    def _matches(self, text: str, found: list[Match]) -> tuple[list[Match], list[Match]]:
        """What is to be marked, and what is to be weighed: phrases are matches more, with stems of their own."""
        if not self._phrases:
            return found, found
        spans = [
            (number, *span)
            for number, (stems, slop) in enumerate(self._phrases)
            for span in (_together(text, found, stems, slop) if slop else _in_order(text, found, stems))
        ]
        marked = found
        if not self._find.all_tell:
            inside = {place for _, first, last in spans for place in range(first, last)}
            marked = [match for place, match in enumerate(found) if match[3] or place in inside]
        if not spans:
            return marked, marked
        whole = [(found[first][0], found[last - 1][1], f"{PHRASE}{n}", True) for n, first, last in spans]
        return marked, sorted([*marked, *whole])


def _cut(
    line: str,
    marked: Sequence[Match],
    stretch: tuple[int, int],
    at: int,
    *,
    opens: bool,
    closes: bool,
    is_clean: bool = False,
) -> tuple[str, Parts] | None:
    """The passage of a line round its best stretch, and its parts; None where it is not on one line without odd signs.

    The line stands `at` some place in what was searched. An ellipsis stands where it goes on.
    """
    start, end = _bounds(line, stretch[0] - at, stretch[1] - at, opens=opens, closes=closes)
    passage = line[start:end]
    if not (is_clean or _is_clean(passage)):
        return None
    if not line:
        return "", ()
    before = "" if opens and not start else _ELLIPSIS
    after = "" if closes and end == len(line) else _ELLIPSIS
    parts = [(before, False)] if before else []
    position = start
    for place in range(bisect_left(marked, (start + at,)), bisect_left(marked, (end + at,))):
        first, last, _, _ = marked[place]
        if first - at > position:
            parts.append((line[position : first - at], False))
        position = min(end, last - at)
        parts.append((line[first - at : position], True))
    if position < end:
        parts.append((line[position:end], False))
    if after:
        parts.append((after, False))
    return f"{before}{passage}{after}", tuple(parts)


def snippet(text: str, forms: Forms, stem: Callable[[str], str]) -> tuple[str, Parts]:
    """One passage, as `Cutter` cuts it."""
    return Cutter(forms, stem)(text)


@cache
def _edge() -> re.Pattern[str]:
    return re.compile(f"[ {_ODD}]")


def _is_clean(line: str) -> bool:
    """Is this what `one_line` would make of it? That is asked of each passage, and answered in half the time."""
    if line.isascii():
        return line.isprintable() and "  " not in line and line[:1] != " " != line[-1:]
    return line == one_line(line)


def one_line(text: str) -> str:
    """The text on one line, without control characters and what changes the direction of writing."""
    line = " ".join(text.split())
    # Mostly there is nothing else to take out: 16 µs a post instead of 52.
    if line.isprintable():
        return line if line.isascii() else unicodedata.normalize("NFC", line)
    return unicodedata.normalize("NFC", re.sub(_GAP, " ", text).encode("utf-8", "replace").decode("utf-8")).strip()


def _in_order(text: str, found: Sequence[Match], stems: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the words of a phrase follow each other, as [first, last) of what was found."""
    opening, *others = stems
    for first in range(len(found) - len(others)):
        if found[first][2] == opening:
            last = first
            for stem in others:
                end, last = found[last][1], last + 1
                start = found[last][0]
                if found[last][2] != stem or (text[end:start] != " " and _parted(text, end, start)):
                    break
            else:
                yield first, last + 1


def _parted(text: str, start: int, end: int) -> bool:
    """Does a word stand there?"""
    gap = text[start:end]
    return _LETTER.search(gap) is not None if gap.isascii() else any(tokens(text, start, end))


def _together(text: str, found: Sequence[Match], stems: Sequence[str], slop: int) -> Iterator[tuple[int, int]]:
    """Where all words stand with at most so many others between them, in any order, as [first, last) of all found."""
    needed, width = Counter(stems), len(stems) + slop
    held = [place for place, match in enumerate(found) if match[2] in needed]
    inside: Counter[str] = Counter()
    first = 0
    for place in held:
        inside[found[place][2]] += 1
        while inside[found[held[first]][2]] > needed[found[held[first]][2]]:
            inside[found[held[first]][2]] -= 1
            first += 1
        start, end = found[held[first]][0], found[place][1]
        # Words are short: where so many can't fill the stretch they need not be counted.
        if inside == needed and end - start <= width * 40 and sum(1 for _ in tokens(text, start, end)) <= width:
            yield held[first], place + 1


def _bounds(line: str, start: int, end: int, *, opens: bool, closes: bool) -> tuple[int, int]:
    """Widen a stretch of matches to a readable passage: from the sentence's start where that is near."""
    # Signs that touch a match belong to it: no passage ends between a word and its full stop.
    earliest, latest = max(0, start - LEAD // 2), min(len(line), end + LEAD // 2)
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
        earliest = max(0, start - min(room, 2 * LEAD))
        sentence = _SENTENCE.search(line, earliest, start)
        left = sentence.end() if sentence else _word_start(line, max(0, start - min(room, LEAD)), start)
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
