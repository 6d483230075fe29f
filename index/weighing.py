"""Which of the matches in a text are shown together: the best stretch of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Sequence

from .finder import Match

LONGEST = 300
"""Characters of a snippet, the ellipses among them."""
LEAD = 60
"""About so much stands in front of the first match."""
REACH = LONGEST - LEAD - 2
"""Matches further apart are not shown together."""
PHRASE = "\0"
"""So begins what stands for the stem where a phrase matched."""
_WEIGHED = 1_000
"""Of more matches than this only those near the rarest are weighed against each other."""


def best(matches: Sequence[Match]) -> tuple[int, int] | None:
    """The stretch with the most phrases, then the most different words, the closest together; the earliest of them.

    None where nothing matched.
    """
    if not matches:
        return None
    matches = _near_the_rarest(matches) if len(matches) > _WEIGHED else matches
    starts, ends, stems_of, _ = zip(*matches, strict=True)
    stems = set(stems_of)
    if len(stems) == 1:
        return _densest(matches)
    if sorted(ends) == list(ends) and (found := _with_all(starts, ends, stems_of, len(stems))):
        return found
    told = {stem for stem in stems if stem.startswith(PHRASE)}
    if told:
        matches = _near(matches, [start for start, _, stem, _ in matches if stem in told])
    windows, different = _fullest(matches)
    if different == 1:
        first, last = max(windows, key=lambda window: window[1] - window[0])
    else:
        first, last = _tightest(matches, windows, different)
    return matches[first][0], max(end for _, end, _, _ in matches[first:last])


def _with_all(
    starts: Sequence[int], ends: Sequence[int], stems: Sequence[str], different: int
) -> tuple[int, int] | None:
    """The best stretch if all stems stand together somewhere: half the work of weighing every stretch there is."""
    if different == 2:
        sides = enumerate(zip(starts, ends[1:], stems, stems[1:], strict=False))
        apart = [(end - start, place) for place, (start, end, stem, other) in sides if stem != other]
        shortest = min(apart)[0]
        tightest = [(place, place + 1) for length, place in apart if length == shortest]
    elif different == 3 and (pairs := _pairs(starts, ends, stems)):
        shortest = min(pairs)[0]
        tightest = [(place - 1, place + 1) for length, place in pairs if length == shortest]
    else:
        shortest, tightest = _tight(starts, ends, stems, different)
    if shortest > REACH:
        return None
    best, most, done = 0, 0, -1
    for opening, closing in tightest:
        earliest = bisect_left(starts, ends[closing] - REACH, done + 1)
        for first in range(earliest, opening + 1):
            count = bisect_right(ends, starts[first] + REACH) - first
            if count > most:
                best, most = first, count
        done = opening
    return starts[best], ends[best + most - 1]


def _pairs(starts: Sequence[int], ends: Sequence[int], stems: Sequence[str]) -> list[tuple[int, int]]:
    """The lengths and places of a phrase of two words, where all else that was found is these words: see `_tight`.

    Each stands between its words. No stretch that holds all three stems is shorter than the shortest of them.
    """
    told = [place for place, stem in enumerate(stems) if stem[0] == PHRASE]
    for place in told:
        first, last = place - 1, place + 1
        if not place or last == len(stems) or starts[first] != starts[place] or ends[last] != ends[place]:
            return []
        if stems[first] == stems[last] or stems[last][0] == PHRASE:
            return []
    return [(ends[place] - starts[place], place) for place in told]


def _tight(
    starts: Sequence[int], ends: Sequence[int], stems: Sequence[str], different: int
) -> tuple[int, list[tuple[int, int]]]:
    """The characters of the shortest stretches that hold so many stems, and each by its first and last match."""
    shortest = LONGEST * LONGEST
    tightest: list[tuple[int, int]] = []
    inside: dict[str, int] = {}
    opening = 0
    for closing, stem in enumerate(stems):
        inside[stem] = inside.get(stem, 0) + 1
        if len(inside) == different:
            while (count := inside[stems[opening]]) > 1:
                inside[stems[opening]] = count - 1
                opening += 1
            length = ends[closing] - starts[opening]
            if length < shortest:
                shortest, tightest = length, []
            if length == shortest:
                tightest.append((opening, closing))
    return shortest, tightest


def _fullest(matches: Sequence[Match]) -> tuple[list[tuple[int, int]], int]:
    """The windows, [first, last), with the most phrases and then the most stems, in order; how many stems these are."""
    windows: list[tuple[int, int]] = []
    inside: dict[str, int] = {}
    most = (0, 0)
    last = phrases = 0
    count = len(matches)
    for first, (start, _, opening, _) in enumerate(matches):
        furthest = start + REACH
        while last < count and (last == first or matches[last][1] <= furthest):
            stem = matches[last][2]
            last += 1
            if stem in inside:
                inside[stem] += 1
            else:
                inside[stem] = 1
                phrases += stem[0] == PHRASE
        held = (phrases, len(inside))
        if held >= most:
            if held > most:
                most, windows = held, []
            windows.append((first, last))
        if inside[opening] > 1:
            inside[opening] -= 1
        else:
            del inside[opening]
            phrases -= opening[0] == PHRASE
    return windows, most[1]


def _tightest(matches: Sequence[Match], windows: Sequence[tuple[int, int]], different: int) -> tuple[int, int]:
    """The window in which so many stems stand closest together, with the most matches, the earliest."""
    stretches: deque[tuple[int, int]] = deque()  # (characters, first match), both rising: those that may be tightest
    inside: dict[str, int] = {}
    opening = done = held = 0
    best, best_worth = windows[0], (LONGEST * LONGEST, 0)
    for first, last in windows:
        for _, end, stem, _ in matches[done:last]:
            count = inside.get(stem, 0)
            inside[stem] = count + 1
            held += not count
            if held < different:
                continue
            while (count := inside[matches[opening][2]]) > 1 or held > different:
                inside[matches[opening][2]] = count - 1
                held -= count == 1
                opening += 1
            length = end - matches[opening][0]
            while stretches and stretches[-1][0] >= length:
                stretches.pop()
            stretches.append((length, opening))
        done = max(done, last)
        while stretches[0][1] < first:
            stretches.popleft()
        worth = (stretches[0][0], first - last)
        if worth < best_worth:
            best, best_worth = (first, last), worth
    return best


def _densest(matches: Sequence[Match]) -> tuple[int, int]:
    """The stretch with the most of them; the earliest."""
    best = held = last = 0
    count = len(matches)
    for first, match in enumerate(matches):
        furthest = match[0] + REACH
        last = max(last, first + 1)
        while last < count and matches[last][1] <= furthest:
            last += 1
        if last - first > held:
            best, held = first, last - first
            if last == count:
                break
    return matches[best][0], max(end for _, end, _, _ in matches[best : best + held])


def _near_the_rarest(matches: Sequence[Match]) -> list[Match]:
    """Those that can be shown together with one of the rarest kind: a phrase, where there is one, or else a word."""
    counts = Counter(stem for _, _, stem, _ in matches)
    rarest = min(counts, key=lambda stem: (not stem.startswith(PHRASE), counts[stem]))
    places = [start for start, _, stem, _ in matches if stem == rarest][: _WEIGHED // 10]
    return _near(matches, places)


def _near(matches: Sequence[Match], places: list[int]) -> list[Match]:
    """Those that can be shown together with what begins at one of the places, which are in order."""
    kept: list[Match] = []
    last = 0
    for place in places:
        first = max(last, bisect_left(matches, (place - REACH,)))
        last = max(last, bisect_left(matches, (place + REACH + 1,)))
        kept += matches[first:last]
    return kept
