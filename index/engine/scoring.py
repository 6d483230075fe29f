"""The weights of a score, and how fields, forms and nearness come together in one.

Measured with `benchmarks/relevance`: fixed on Cranfield, MEDLINE and CACM, checked on CISI and NPL.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Sequence

from .combine import Scores

K1, B = 1.2, 0.75
"""BM25's saturation and length normalisation: Lucene's and Whoosh's defaults. No other pair did better on all three."""
TITLE_WEIGHT = 2.5
"""A word in the title counts as so many in the text."""
EXACT_WEIGHT = 0.2
"""What a word in the very form of the query adds to its stem's score: enough to come first among equals."""
NEAR_WEIGHT = 0.2
"""What two neighbours of the query that stand side by side in a post add, beside a word's score.

0.5 did better on the three collections (0.537 instead of 0.533 on the mean), and worse on the two (0.379, 0.387)."""
NEAR = 4
"""Words further apart than this are not near: stop words between two words of a query don't part them."""
NEAR_PAIRS = 5
"""So many pairs of a query's words are looked at: with more, long questions took longer and did no better."""
NEAR_POSTS = 100
"""So many posts are looked at, those with the best scores: 200 gave the same first ten."""


def saturated(shares: Scores, idf: float) -> Scores:
    """BM25 of what is counted, where a share is a count by its document's length normalisation (K1 in it).

    A word's shares in several fields are weighted and added before, not its scores after: that is BM25F as Robertson
    and Zaragoza wrote it (Whoosh's adds scores). It took CACM from 0.437 to 0.479 and CISI from 0.277 to 0.333
    nDCG@10, and left MEDLINE and NPL, which have no titles, as they were.
    """
    scale = idf * (K1 + 1)
    return {number: scale * share / (1 + share) for number, share in shares.items()}


def leading(scores: Scores, count: int = NEAR_POSTS) -> set[int]:
    """The documents with the best scores, at most `count`; of a tie at the end none, so that no order matters."""
    if len(scores) <= count:
        return set(scores)
    best = heapq.nlargest(count + 1, scores.values())[-1]
    return {number for number, score in scores.items() if score > best}


def nearness(places: Sequence[int], others: Sequence[int]) -> float:
    """How near two words stand in a field: one by the distance for each place of the first, nothing beyond NEAR."""
    total = 0.0
    for place in places:
        after = bisect_left(others, place)
        if after < len(others) and others[after] == place:  # the same word twice in the query
            near = [abs(place - others[k]) for k in (after - 1, after + 1) if 0 <= k < len(others)]
        else:
            near = [abs(place - others[k]) for k in (after - 1, after) if 0 <= k < len(others)]
        distance = min(near, default=NEAR + 1)
        if distance <= NEAR:
            total += 1 / distance
    return total
