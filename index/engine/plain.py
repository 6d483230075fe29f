"""Matches as dicts: what a first query is evaluated with, and what defines every other way to evaluate one."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence

from ..records import Sort
from . import Ranking, scoring
from .combine import Scores, common, in_order, near_together
from .whoosh_postings import Postings
from .whoosh_schema import ANY_DAY


class PlainAlgebra:
    """See `algebra.Algebra`. It needs no import, so that a command's only query is not kept waiting for numpy's."""

    def __init__(self, postings: Postings) -> None:
        self.postings = postings

    def shares(self, field: str, term: str, length_of: str) -> Scores:
        """How often a term stands in each document, by its length."""
        return self.postings.shares(field, term, length_of=length_of)

    def saturated(self, shares: Scores, idf: float) -> Scores:
        """The BM25 scores of shares."""
        return scoring.saturated(shares, idf)

    def kept(self, key: Hashable, make: Callable[[], Scores]) -> Scores:
        """Nothing is kept: a first query seldom asks for anything twice."""
        del key
        return make()

    def documents(self, field: str, terms: Iterable[str]) -> Scores:
        """Those that hold one of the terms."""
        return {number: 0.0 for term in terms for number in self.postings.documents(field, term)}

    def alive(self) -> Scores:
        """Every live document."""
        return self.postings.alive

    def published(self, first: int, end: int) -> Scores:
        """Those whose whole date lies between two ordinals."""
        starts, ends = self.postings.column("day_from"), self.postings.column("day_to")
        return {number: 0.0 for number in self.postings.alive if starts[number] >= first and 0 < ends[number] <= end}

    def phrase(self, field: str, stems: Sequence[str], slop: int) -> Scores:
        """Those where the stems follow each other, or stand within reach."""
        terms = list(dict.fromkeys(stems))
        held_by = set.intersection(*(set(self.postings.documents(field, term)) for term in terms))
        places = {term: self.postings.positions(field, term, held_by) for term in terms}
        counts = {}
        for number in sorted(held_by):
            held = [places[term][number] for term in stems]
            count = near_together(list(stems), held, slop) if slop else in_order(held)
            if count:
                counts[number] = count
        return self.postings.shares_of(field, counts)

    def leading(self, scores: Scores) -> Scores:
        """The documents with the best scores."""
        return {number: scores[number] for number in scoring.leading(scores)}

    def nearness(self, field: str, first: str, second: str, wanted: Scores) -> Scores:
        """How near two stems stand in those that hold both."""
        places = self.postings.positions(field, first, set(wanted))
        others = self.postings.positions(field, second, set(places))
        near = {number: scoring.nearness(places[number], others[number]) for number in others}
        return self.postings.shares_of(field, near)

    def raised(self, scores: Scores, gains: Sequence[Scores], weight: float) -> Scores:
        """What each of them gains is added."""
        raised = dict(scores)
        for gain in gains:
            for number, score in gain.items():
                raised[number] += weight * score
        return raised

    def scores_at(self, matches: Scores, numbers: Collection[int]) -> Scores:
        """The scores of those of the documents that match."""
        return {number: matches[number] for number in numbers if number in matches}

    def unite(self, parts: Sequence[tuple[Scores, float]]) -> Scores:
        """Those that some part holds, scores summed."""
        scores: Scores = {}
        for part, weight in parts:
            if not scores and weight == 1.0:
                scores = dict(part)
            elif scores:
                for number, score in part.items():
                    scores[number] = scores.get(number, 0.0) + weight * score
            else:
                scores = {number: weight * score for number, score in part.items()}
        return scores

    def highest(self, parts: Iterable[tuple[Scores, float]]) -> Scores:
        """Those that some part holds, with the highest score."""
        scores: Scores = {}
        for part, weight in parts:
            for number, score in part.items():
                scores[number] = max(scores.get(number, 0.0), weight * score)
        return scores

    def intersect(self, parts: Sequence[Scores]) -> Scores:
        """Those that all parts hold, scores summed."""
        if len(parts) == 1:
            return parts[0]
        return {number: sum(part[number] for part in parts) for number in common(parts)}

    def favour(self, scores: Scores, parts: Sequence[Scores]) -> Scores:
        """What the parts give them is added."""
        favoured = dict(scores)
        for part in parts:
            for number in favoured.keys() & part.keys():
                favoured[number] += part[number]
        return favoured

    def without(self, scores: Scores, unwanted: Scores) -> Scores:
        """Those that the second does not hold."""
        return {number: score for number, score in scores.items() if number not in unwanted} if unwanted else scores

    def whole_first(self, scores: Scores, wished: Sequence[Scores]) -> Scores:
        """Those that match all parts above the others."""
        whole = scores.keys() & common(wished)
        if not whole or len(whole) == len(scores):
            return scores
        lift = max(score for number, score in scores.items() if number not in whole)
        return {number: score + lift if number in whole else score for number, score in scores.items()}

    def ranking(self, scores: Scores, sort: Sort, top: int | None) -> Ranking:
        """The first of them, in order."""
        total = len(scores)
        if sort == "relevance" and top and total > top:
            # Mostly there are few with such scores, so that the days of all others need not be looked at.
            highest = heapq.nlargest(top, scores.values())[-1]
            scores = {number: score for number, score in scores.items() if score >= highest}
        days = self.postings.column("day") if len(scores) > 1 else dict.fromkeys(scores, 0)
        keyed: list[tuple[float, float, int]]
        if sort == "relevance":
            keyed = [(-score, -days[number], number) for number, score in scores.items()]
        elif sort == "newest":
            keyed = [(-days[number], -score, number) for number, score in scores.items()]
        else:
            keyed = [(days[number] or ANY_DAY, -score, number) for number, score in scores.items()]
        if top is not None and len(keyed) > top:
            last = heapq.nsmallest(top, keyed)[-1][:2] if top else (float("-inf"), 0)
            keyed = [key for key in keyed if key[:2] <= last]
        ties = Counter(key[:2] for key in keyed)
        order = self.postings.order
        keyed.sort(key=lambda key: (key[0], key[1], order(key[2]) if ties[key[:2]] > 1 else b""))
        first = keyed if top is None else keyed[:top]
        return Ranking(total, [(number, scores[number]) for _, _, number in first])
