"""Where words stand together or near each other in one segment, as numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .scoring import NEAR
from .whoosh_lists import Lists

_WIDTHS = {"B": "u1", "H": "<u2", "I": "<u4"}
_BEFORE, _AFTER = np.array([-1 << 62]), np.array([1 << 62, 1 << 62])
_MOST_MARKED = 1 << 27
"""Words of a segment's posts that are marked one by one, a byte each; at 65,536 posts they are about 26 million."""


def counts_of(lists: Lists) -> Any:
    """How often a term stands in each of its documents."""
    if not lists.counts_type:
        return np.ones(lists.size, np.uint8)
    return np.frombuffer(lists.counts, _WIDTHS[lists.counts_type])


def places_of(lists: Lists) -> Any:
    """Where it stands, document after document."""
    return np.frombuffer(lists.places, _WIDTHS[lists.places_type])


def together(lists: Mapping[str, Lists], stems: Sequence[str], slop: int) -> tuple[Any, Any]:
    """The documents where the stems follow each other, or stand within reach, and how often; both int64.

    Of each term only the places in documents that hold all are looked at. Documents are laid end to end, further apart
    than a phrase is wide, so that a place is one number. Two words in all of 100,000 posts take 14 ms that way; with
    the document in a number's upper half, and a sort to bring equal ones together, they took 52.
    """
    documents = _common([np.frombuffer(each.documents, "<u2") for each in lists.values()])
    if not len(documents):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    held = {term: _standing(each, documents) for term, each in lists.items()}
    width = len(stems) + slop
    lengths = np.zeros(len(documents), np.int64)
    for counts, places in held.values():
        np.maximum(lengths, places[counts.cumsum(dtype=np.int64) - 1], out=lengths)
    ends = (lengths + width).cumsum() + width
    starts = np.concatenate(([width], ends[:-1]))
    end = int(ends[-1])
    starts = starts.astype(np.uint32 if end < 1 << 32 else np.int64)
    whole = {term: starts.repeat(counts) + places for term, (counts, places) in held.items()}
    found = _near(stems, whole, slop, end) if slop else _in_order(stems, whole, end)
    often = np.bincount(starts.searchsorted(found, side="right") - 1, minlength=len(documents))
    matched = np.flatnonzero(often)
    return documents[matched].astype(np.int64), often[matched]


def nearness(first: Lists, second: Lists, documents: Any) -> tuple[Any, Any]:
    """Which of these documents hold both words of two lists, and how near these stand: see `scoring.nearness`.

    The documents (uint16) are in order; the first answer is a mask of them, the second one number for each in it.
    """
    at, held = _looked_up(np.frombuffer(first.documents, "<u2"), documents)
    if not held.any():
        return held, np.empty(0)
    other_at, also_held = _looked_up(np.frombuffer(second.documents, "<u2"), documents)
    held &= also_held
    count = int(np.count_nonzero(held))
    if not count:
        return held, np.empty(0)
    places, others = _keys(first, at[held], count), _keys(second, other_at[held], count)
    after = others.searchsorted(places)
    others = np.concatenate((_BEFORE, others, _AFTER))
    following = others[after + (2 if first is second else 1)]  # the same word may stand in the query twice
    distances = np.minimum(places - others[after], following - places)
    near = distances <= NEAR
    return held, np.bincount(places[near] >> 32, 1 / distances[near], count)


def _looked_up(documents: Any, wanted: Any) -> tuple[Any, Any]:
    """Where wanted documents stand among others, and a mask of those that do."""
    at = documents.searchsorted(wanted)
    return at, documents.take(at, mode="clip") == wanted


def _keys(lists: Lists, at: Any, count: int) -> Any:
    """Where a term stands in some of its documents: ascending, the document's rank among them above the place."""
    ranks, places = np.arange(count) << 32, places_of(lists)
    if not lists.counts_type:
        return ranks + places[at]
    counts = counts_of(lists)
    often = counts[at].astype(np.int64)
    last = often.cumsum()
    steps = np.arange(last[-1]) + (counts.cumsum(dtype=np.int64)[at] - last).repeat(often)
    return ranks.repeat(often) + places[steps]


def _common(held: Sequence[Any]) -> Any:
    shortest, *others = sorted(held, key=len)
    for other in others:
        if len(shortest) * 64 < len(other):
            shortest = shortest[_looked_up(other, shortest)[1]]
        else:
            shortest = shortest[_marked(other, 1 << 16)[shortest]]
    return shortest


def _standing(lists: Lists, documents: Any) -> tuple[Any, Any]:
    """How often a term stands in each of some documents that hold it, and where."""
    counts, places = counts_of(lists), places_of(lists)
    if len(documents) == lists.size:
        return counts, places
    at = np.searchsorted(np.frombuffer(lists.documents, "<u2"), documents)
    if 2 * len(at) > lists.size:
        kept = np.zeros(lists.size, np.bool_)
        kept[at] = True
        return counts[at], places[kept.repeat(counts)]
    often = counts[at].astype(np.int64)
    ends = counts.cumsum(dtype=np.int64)[at]
    return often, places[np.arange(often.sum()) + (ends - often.cumsum()).repeat(often)]


def _in_order(stems: Sequence[str], places: Mapping[str, Any], end: int) -> Any:
    """The places at which the stems begin to follow each other."""
    steps = sorted(range(len(stems)), key=lambda step: len(places[stems[step]]))
    found = places[stems[steps[0]]] - steps[0]
    for step in steps[1:]:
        held, wanted = places[stems[step]], found + step
        if len(found) * 64 < len(held) or end > _MOST_MARKED:
            found = found[_looked_up(held, wanted)[1]]
        else:
            found = found[_marked(held, end)[wanted]]
    return found


def _near(stems: Sequence[str], places: Mapping[str, Any], slop: int, end: int) -> Any:
    """The places at which the last of the stems within reach stands."""
    width = len(stems) + slop
    ends = np.sort(np.concatenate(list(places.values())))
    within = np.ones(len(ends), np.bool_)
    for term, held in places.items():
        first = _counted(held, ends, end) - list(stems).count(term)
        within &= (first >= 0) & (ends - held[np.maximum(first, 0)] < width)
    return ends[within]


def _counted(held: Any, ends: Any, end: int) -> Any:
    """How many of the places do not lie beyond each end."""
    return np.searchsorted(held, ends, side="right") if end > _MOST_MARKED else _marked(held, end)[ends].cumsum()


def _marked(places: Any, end: int) -> Any:
    marked = np.zeros(end, np.bool_)
    marked[places] = True
    return marked
