"""Stems: the short way and Snowball's own steps agree on every word."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.lang.snowball.english import EnglishStemmer

from tipsearch.index.engine.stemming import stem

SNOWBALL = EnglishStemmer()
ENDINGS = (
    "s es ies ied ss sses us ous ed eed ing ings eds e er ers al als ic ll ness nessed ful ism ion ions ate ated ating "
    "bled izing able ive ize ment ent ant ance enci anci li iti ogi ator"
).split()


def by_its_own_steps(word: str) -> str:
    return str(SNOWBALL.stem(word))  # type: ignore[no-untyped-call]


def test_all_words_of_this_project_are_stemmed_as_by_snowball() -> None:
    root = Path(__file__).parents[2]
    files = [path for path in root.rglob("*") if path.suffix in {".py", ".md", ".html", ".txt", ".xml"}]
    held = {word for path in files for word in re.findall(r"[a-z0-9]+", path.read_text("utf-8", "replace").lower())}
    assert len(held) > 4000
    assert [word for word in held if stem(word) != by_its_own_steps(word)] == []


@pytest.mark.parametrize("ending", ["", *ENDINGS])
def test_short_words_with_every_ending_are_stemmed_as_by_snowball(ending: str) -> None:
    heads = ("".join(letters) for size in range(4) for letters in product("aeisglntbw", repeat=size))
    words = {head + ending for head in heads} - {""}
    assert [word for word in words if stem(word) != by_its_own_steps(word)] == []


@given(
    st.sampled_from(["", "gener", "commun", "arsen", "succeed", "proceed", "inning", "howe", "news", "sk"]),
    st.text("aeiouybcdglmnrstwxz0é", max_size=6),
    st.lists(st.sampled_from(ENDINGS), max_size=2).map("".join),
)
@example("skies", "", "")
@example("earrings", "", "")
@example("", "Été", "S")
def test_words_are_stemmed_as_by_snowball(head: str, middle: str, end: str) -> None:
    assert stem(head + middle + end) == by_its_own_steps(head + middle + end)


@given(st.text(max_size=12).filter(lambda word: "'" not in word))
def test_anything_is_stemmed_as_by_snowball(word: str) -> None:
    assert stem(word) == by_its_own_steps(word)


@pytest.mark.parametrize("word", ["rock'n'roll", "don't", "o'clocks"])
def test_words_with_an_apostrophe_stay_as_they_are(word: str) -> None:
    assert stem(word) == word
