"""Matches as numpy arrays: the same documents and scores as `plain` finds, bit for bit, many times faster.

At 10,000 posts a word in all of them takes 0.4 ms instead of 5, both of two such words 1.2 instead of 21, their phrase
4 instead of 180, the two near each other 13 instead of 460 (BM25F, on a busy machine). Importing numpy takes longer
than most single queries do (0.05 to 0.1 s), so that a process evaluates its first query without it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ..records import Sort
from . import Ranking
from .array_phrases import counts_of, nearness, together
from .combine import Scores
from .plain import PlainAlgebra
from .scoring import K1, NEAR_POSTS
from .whoosh_lists import Lists
from .whoosh_postings import Part, Postings
from .whoosh_schema import ANY_DAY

CACHE_BYTES = 32 << 20
"""Scores of terms that are kept, least recently used ones out first: 20 words in all of 100,000 posts."""

MOST_MAPPED = 64 << 20
"""So many bytes of lists are read before their pages are given back: at 100,000 posts 200 queries leave a process with
250 MB instead of 465, and take the same time."""


class Matches(NamedTuple):
    """Documents in ascending order (int64), and their scores (float64)."""

    numbers: Any
    scores: Any


class ArrayAlgebra:
    """See `algebra.Algebra`."""

    def __init__(self, postings: Postings) -> None:
        self.postings = postings
        self.size = postings.size
        self._kept: OrderedDict[Hashable, Matches] = OrderedDict()
        self._held = 0
        self._mapped = 0
        self._columns: dict[str, Any] = {}

    def shares(self, field: str, term: str, length_of: str) -> Matches:
        """How often a term stands in each document, by its length."""
        numbers, counts = self._postings(self.postings.lists(field, term))
        return Matches(numbers, counts / self._norms(length_of)[numbers])

    def saturated(self, shares: Matches, idf: float) -> Matches:
        """The BM25 scores of shares."""
        return Matches(shares.numbers, idf * (K1 + 1) * shares.scores / (1 + shares.scores))

    def kept(self, key: Hashable, make: Callable[[], Matches]) -> Matches:
        """What was used last is kept for the next query."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
            self._held += _bytes(found)
            while self._held > CACHE_BYTES:
                self._held -= _bytes(self._kept.popitem(last=False)[1])
        else:
            self._kept.move_to_end(key)
        return found

    def _postings(self, parts: Sequence[Part]) -> tuple[Any, Any]:
        numbers, counts = [], []
        for lists, offset, deleted in parts:
            self._mapped += 3 * lists.size
            held, often = _documents(lists), counts_of(lists)
            if deleted:
                alive = self._is_alive[held + offset]
                held, often = held[alive], often[alive]
            numbers.append(held + offset)
            counts.append(often.astype(np.float64))
        if not numbers:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        if len(numbers) == 1:
            return numbers[0], counts[0]
        return np.concatenate(numbers), np.concatenate(counts)

    def documents(self, field: str, terms: Iterable[str]) -> Matches:
        """Those that hold one of the terms."""
        found = [self._postings(self.postings.lists(field, term))[0] for term in terms]
        return _unscored(found[0] if len(found) == 1 else np.unique(np.concatenate([np.empty(0, np.int64), *found])))

    def alive(self) -> Matches:
        """Every live document."""
        return _unscored(np.flatnonzero(self._is_alive))

    def published(self, first: int, end: int) -> Matches:
        """Those whose whole date lies between two ordinals."""
        starts, ends = self._column("day_from"), self._column("day_to")
        return _unscored(np.flatnonzero((starts >= first) & (ends > 0) & (ends <= end) & self._is_alive))

    def phrase(self, field: str, stems: Sequence[str], slop: int) -> Matches:
        """Those where the stems follow each other, or stand within reach, segment by segment."""
        parts = {
            term: {part.offset: part for part in self.postings.lists(field, term)} for term in dict.fromkeys(stems)
        }
        offsets = set.intersection(*(set(each) for each in parts.values()))
        numbers, counts = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for offset in sorted(offsets):
            self._mapped += sum(2 * each[offset].lists.occurrences for each in parts.values())
            held, often = together({term: each[offset].lists for term, each in parts.items()}, stems, slop)
            held += offset
            alive = self._is_alive[held]
            numbers.append(held[alive])
            counts.append(often[alive])
        held, often = np.concatenate(numbers), np.concatenate(counts)
        return Matches(held, often / self._norms(field)[held])

    def leading(self, scores: Matches) -> Matches:
        """The documents with the best scores."""
        held = scores.scores
        if len(held) <= NEAR_POSTS:
            return scores
        best = held > np.partition(held, -NEAR_POSTS - 1)[-NEAR_POSTS - 1]
        return Matches(scores.numbers[best], held[best])

    def nearness(self, field: str, first: str, second: str, wanted: Matches) -> Matches:
        """How near two stems stand in those that hold both."""
        numbers, found = [], []
        others = {part.offset: part.lists for part in self.postings.lists(field, second)}
        for lists, offset, _ in self.postings.lists(field, first):
            within = wanted.numbers
            if len(self._ends) > 1:
                within = within[slice(*np.searchsorted(within, (offset, self._ends[offset])))]
            if offset in others and len(within):
                held, near = nearness(lists, others[offset], (within - offset).astype(np.uint16))
                numbers.append(within[held])
                found.append(near)
        if len(numbers) != 1:
            numbers, found = [_joined(numbers, np.int64)], [_joined(found, np.float64)]
        return Matches(numbers[0], found[0] / self._norms(field)[numbers[0]])

    def raised(self, scores: Matches, gains: Sequence[Matches], weight: float) -> Matches:
        """What each of them gains is added."""
        raised = scores.scores.copy()
        for gain in gains:
            raised[scores.numbers.searchsorted(gain.numbers)] += weight * gain.scores
        return Matches(scores.numbers, raised)

    def scores_at(self, matches: Matches, numbers: Collection[int]) -> Scores:
        """The scores of those of the documents that match."""
        wanted = np.fromiter(numbers, np.int64, len(numbers))
        wanted = wanted[self._isin(wanted, matches.numbers)]
        found = matches.scores[np.searchsorted(matches.numbers, wanted)]
        return dict(zip(wanted.tolist(), found.tolist(), strict=True))

    def unite(self, parts: Sequence[tuple[Matches, float]]) -> Matches:
        """Those that some part holds, scores summed."""
        parts = [part for part in parts if len(part[0].numbers)] or list(parts[:1])
        if len(parts) == 1:
            (numbers, scores), weight = parts[0]
            return Matches(numbers, scores if weight == 1.0 else weight * scores)
        if parts and 16 * sum(len(part.numbers) for part, _ in parts) < self.size:
            numbers, places = np.unique(np.concatenate([part.numbers for part, _ in parts]), return_inverse=True)
            weighted = np.concatenate([weight * part.scores for part, weight in parts])
            return Matches(numbers, np.bincount(places, weighted, len(numbers)))
        held, summed = np.zeros(self.size, np.bool_), np.zeros(self.size)
        for (numbers, scores), weight in parts:
            held[numbers] = True
            summed[numbers] += weight * scores
        return _gathered(held, summed)

    def highest(self, parts: Iterable[tuple[Matches, float]]) -> Matches:
        """Those that some part holds, with the highest score."""
        held, best = np.zeros(self.size, np.bool_), np.zeros(self.size)
        for (numbers, scores), weight in parts:
            held[numbers] = True
            best[numbers] = np.maximum(best[numbers], weight * scores)
        return _gathered(held, best)

    def intersect(self, parts: Sequence[Matches]) -> Matches:
        """Those that all parts hold, scores summed."""
        if len(parts) == 1:
            return parts[0]
        numbers = self._common(parts)
        summed = np.zeros(len(numbers))
        for part in parts:
            summed += self._scores_at(part, numbers)
        return Matches(numbers, summed)

    def _common(self, parts: Sequence[Matches]) -> Any:
        shortest, *others = sorted((part.numbers for part in parts), key=len)
        for other in others:
            shortest = shortest[self._isin(shortest, other)]
        return shortest

    def _isin(self, numbers: Any, others: Any) -> Any:
        if not len(others) or len(numbers) * 64 < len(others):
            places = np.searchsorted(others, numbers)
            return np.append(others, -1)[places] == numbers
        held = np.zeros(self.size, np.bool_)
        held[others] = True
        return held[numbers]

    def _scores_at(self, part: Matches, numbers: Any) -> Any:
        """The scores of documents that the part holds."""
        if len(numbers) * 16 < self.size:
            return part.scores[np.searchsorted(part.numbers, numbers)] if len(numbers) else 0.0
        scores = np.empty(self.size)
        scores[part.numbers] = part.scores
        return scores[numbers]

    def favour(self, scores: Matches, parts: Sequence[Matches]) -> Matches:
        """What the parts give them is added."""
        numbers, summed = scores.numbers, scores.scores.copy()
        for part in parts:
            places = np.flatnonzero(self._isin(numbers, part.numbers))
            summed[places] += self._scores_at(part, numbers[places])
        return Matches(numbers, summed)

    def without(self, scores: Matches, unwanted: Matches) -> Matches:
        """Those that the second does not hold."""
        if not len(unwanted.numbers):
            return scores
        kept = ~self._isin(scores.numbers, unwanted.numbers)
        return Matches(scores.numbers[kept], scores.scores[kept])

    def whole_first(self, scores: Matches, wished: Sequence[Matches]) -> Matches:
        """Those that match all parts above the others."""
        whole = self._isin(scores.numbers, self._common(wished))
        if whole.all() or not whole.any():
            return scores
        lift = scores.scores[~whole].max()
        return Matches(scores.numbers, np.where(whole, scores.scores + lift, scores.scores))

    def ranking(self, scores: Matches, sort: Sort, top: int | None) -> Ranking:
        """The first of them, in order."""
        if self._mapped > MOST_MAPPED:
            self.postings.unload()
            self._mapped = 0
        numbers, total = scores.numbers, len(scores.numbers)
        if sort == "relevance" and top and total > top:
            # Mostly there are few with such scores, so that the days of all others need not be looked at.
            highest = np.partition(scores.scores, -top)[-top]
            best = scores.scores >= highest
            numbers, scores = numbers[best], Matches(numbers[best], scores.scores[best])
            if len(numbers) < 2 * top:
                held = dict(zip(numbers.tolist(), scores.scores.tolist(), strict=True))
                return PlainAlgebra(self.postings).ranking(held, sort, top)._replace(total=total)
        days = self._column("day")[numbers].astype(np.float64)
        if sort == "relevance":
            first, second = -scores.scores, -days
        elif sort == "newest":
            first, second = -days, -scores.scores
        else:
            first, second = np.where(days == 0, float(ANY_DAY), days), -scores.scores
        kept = _best(first, second, top)
        kept = kept[np.lexsort((second[kept], first[kept]))]
        ordered = _tied_last(kept, first[kept], second[kept], numbers, self.postings)
        if top is not None:
            ordered = ordered[:top]
        return Ranking(total, list(zip(numbers[ordered].tolist(), scores.scores[ordered].tolist(), strict=True)))

    @cached_property
    def _ends(self) -> dict[int, int]:
        """Where each segment's documents end, by where they begin."""
        offsets = [offset for _, offset in self.postings.leaves]
        return dict(zip(offsets, [*offsets[1:], self.size], strict=True))

    @cached_property
    def _is_alive(self) -> Any:
        alive = np.ones(self.size, np.bool_)
        for (_, offset), deleted in zip(self.postings.leaves, self.postings.deleted, strict=True):
            alive[[offset + number for number in deleted]] = False
        return alive

    def _column(self, name: str) -> Any:
        if name not in self._columns:
            self._columns[name] = (
                np.frombuffer(self.postings.column(name), np.int32) if self.size else np.empty(0, np.int32)
            )
        return self._columns[name]

    def _norms(self, field: str) -> Any:
        return np.frombuffer(self.postings.norms(field), np.float64) if self.size else np.empty(0)


def _joined(parts: Sequence[Any], kind: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _bytes(matches: Matches) -> int:
    return int(matches.numbers.nbytes + matches.scores.nbytes) + 200


def _unscored(numbers: Any) -> Matches:
    return Matches(numbers, np.zeros(len(numbers)))


def _gathered(held: Any, scores: Any) -> Matches:
    numbers = np.flatnonzero(held)
    return Matches(numbers, scores[numbers])


def _documents(lists: Lists) -> Any:
    return np.frombuffer(lists.documents, "<u2").astype(np.int64)


def _best(first: Any, second: Any, top: int | None) -> Any:
    """The places of the `top` smallest keys, and of all that tie with the last of them."""
    if top is None or len(first) <= top:
        return np.arange(len(first))
    if not top:
        return np.empty(0, np.int64)
    last = np.partition(first, top - 1)[top - 1]
    better, tied = np.flatnonzero(first < last), np.flatnonzero(first == last)
    missing = top - len(better)
    if len(tied) > missing:
        held = second[tied]
        tied = tied[held <= np.partition(held, missing - 1)[missing - 1]]
    return np.concatenate((better, tied))


def _tied_last(kept: Any, first: Any, second: Any, numbers: Any, postings: Postings) -> Any:
    """Put the runs of equal keys in the order of ids."""
    if len(kept) < 2:
        return kept
    same = (first[1:] == first[:-1]) & (second[1:] == second[:-1])
    if not same.any():
        return kept
    bounds = np.flatnonzero(np.concatenate(([True], ~same, [True])))
    ordered = kept.copy()
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if end - start > 1:
            ordered[start:end] = sorted(kept[start:end].tolist(), key=lambda place: postings.order(int(numbers[place])))
    return ordered
