"""How good a ranking is by what people judged relevant: nDCG, average precision, recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2

Grades = Mapping[str, float]
"""Document id to how relevant it is to one query: above 0 is relevant, what is missing is not."""


def ndcg(ranking: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `depth` documents, with the grade itself as the gain."""
    gained = _discounted([max(0.0, grades.get(each, 0.0)) for each in ranking[:depth]])
    best = _discounted(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth])
    return gained / best if best else 0.0


def average_precision(ranking: Sequence[str], grades: Grades) -> float:
    """The mean, over the relevant documents, of the precision at each one's rank; 0 for those that are not found."""
    relevant = {each for each, grade in grades.items() if grade > 0}
    found, total = 0, 0.0
    for rank, each in enumerate(ranking, start=1):
        if each in relevant:
            found += 1
            total += found / rank
    return total / len(relevant) if relevant else 0.0


def recall(ranking: Sequence[str], grades: Grades, depth: int = 100) -> float:
    """The share of the relevant documents that stand among the first `depth`."""
    relevant = {each for each, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))
