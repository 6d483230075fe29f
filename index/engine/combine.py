"""How patterns and phrases are matched, and which documents are common to several parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

Scores = dict[int, float]
"""Document number to score; a document that does not match is not in it."""


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A wildcard pattern as a regular expression that takes linear time for each star."""
    # Atomic groups (Python 3.11) keep the first fit of each part, as fnmatch does: no backtracking between stars.
    head, *parts = (re.escape(part).replace(r"\?", ".") for part in pattern.split("*"))
    if not parts:
        return re.compile(head)
    *middle, tail = parts
    return re.compile(head + "".join(f"(?>.*?{part})" for part in middle) + f".*{tail}", re.DOTALL)


def common(parts: Sequence[Scores]) -> list[int]:
    """The documents that all parts hold, in the order of the shortest."""
    shortest, *others = sorted(parts, key=len)
    rest = [part.keys() for part in others]
    return [number for number in shortest if all(number in keys for keys in rest)] if rest else list(shortest)


def in_order(held: Sequence[Sequence[int]]) -> int:
    """How often the words follow each other directly, from the places of each."""
    others = [frozenset(places) for places in held]
    return sum(all(start + step in places for step, places in enumerate(others)) for start in held[0])


def near_together(stems: list[str], held: Sequence[Sequence[int]], slop: int) -> int:
    """In how many places all stems stand within reach of each other, in any order."""
    needed = Counter(stems)
    events = sorted({(place, term) for term, places in zip(stems, held, strict=True) for place in places})
    return sum(1 for _ in _windows(events, needed, len(stems) + slop))


def _windows(events: list[tuple[int, str]], needed: Counter[str], width: int) -> Iterator[int]:
    inside: Counter[str] = Counter()
    first = 0
    for place, term in events:
        inside[term] += 1
        while place - events[first][0] >= width:
            inside[events[first][1]] -= 1
            first += 1
        if all(inside[each] >= count for each, count in needed.items()):
            yield place
