"""Phrases and nearness by whole arrays: what looking at one post after another finds."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.index.engine import array_phrases, scoring
from tipsearch.index.engine.array_phrases import nearness, together
from tipsearch.index.engine.combine import in_order, near_together
from tipsearch.index.engine.whoosh_lists import Lists, code_of, pack, unpack
from tipsearch.index.engine.whoosh_terms import little

Held = dict[str, dict[int, list[int]]]
"""Words to documents to places."""


def lists_of(held: dict[int, list[int]], *, wide: bool = False) -> Lists:
    counts = [len(places) for places in held.values()]
    code = code_of(max(counts)) if max(counts) > 1 else 0
    places = array("HI"[wide], [place for each in held.values() for place in each])
    packed = pack(
        little(array("H", held)), little(array(" BHI"[code], counts)) if code else b"", code, little(places), 2 + wide
    )
    return unpack(memoryview(packed), 0, len(held), len(places))


@st.composite
def posts(draw: st.DrawFn) -> Held:
    """Three words, of which one may be in many more posts than the others; no two words stand in one place."""
    held: Held = {"a": {}, "b": {}, "c": {}}
    for number in draw(st.lists(st.integers(0, 300), min_size=1, max_size=12, unique=True).map(sorted)):
        text = draw(st.text("abc-", min_size=1, max_size=12))
        for word, found in held.items():
            if places := [place for place, letter in enumerate(text) if letter == word]:
                found[number] = places
    common = draw(st.sampled_from("abc"))
    if draw(st.booleans()):
        held[common] = dict(sorted({**{number: [3] for number in range(301, 1200)}, **held[common]}.items()))
    return {word: found for word, found in held.items() if found}


@pytest.mark.parametrize("most", [array_phrases._MOST_MARKED, 0], ids=["marked", "looked-up"])
@pytest.mark.parametrize("wide", [False, True], ids=["16-bits", "32-bits"])
@settings(max_examples=150)
@given(posts().filter(bool), st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.integers(0, 4))
def test_words_stand_together_where_a_look_at_each_post_finds_them(
    most: int, wide: bool, held: Held, stems: list[str], slop: int
) -> None:
    stems = [stem for stem in stems if stem in held] or [next(iter(held))]
    expected = {}
    for number in sorted(set.intersection(*(set(held[stem]) for stem in stems))):
        places = [held[stem][number] for stem in stems]
        if count := near_together(stems, places, slop) if slop else in_order(places):
            expected[number] = count
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_phrases, "_MOST_MARKED", most)
        documents, often = together({stem: lists_of(held[stem], wide=wide) for stem in stems}, stems, slop)
    assert dict(zip(documents.tolist(), often.tolist(), strict=True)) == expected


@settings(max_examples=300)
@given(posts().filter(bool), st.sampled_from("abc"), st.sampled_from("abc"), st.sets(st.integers(0, 1300), max_size=40))
def test_words_are_as_near_as_a_look_at_each_post_finds_them(
    held: Held, first: str, second: str, more: set[int]
) -> None:
    first, second = (word if word in held else next(iter(held)) for word in (first, second))
    documents = sorted(more | set(list(held[first])[:20]))
    one = lists_of(held[first])
    mask, near = nearness(one, one if first == second else lists_of(held[second]), np.array(documents, np.uint16))
    both = [number for number in documents if number in held[first] and number in held[second]]
    assert np.array(documents)[mask].tolist() == both
    assert near.tolist() == pytest.approx([scoring.nearness(held[first][n], held[second][n]) for n in both])
