"""Words, keywords, dates and spelling: the small parts that posts and queries share."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.index.analysis import LONGEST_KEYWORD, LONGEST_WORD, fold, keyword, rough_tokens, tokens, words
from tipsearch.index.dates import read_span, span
from tipsearch.index.spelling import edits, likeliest, within


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What’s Café?", ["what", "cafe"]),
        ("don't, don’t", ["don't", "don't"]),
        ("the caller's shoes", ["the", "caller", "shoes"]),
        ("24/7 C++ e-mail", ["24", "7", "c", "e", "mail"]),
        ("cafe\u0301 na\u00efve STRASSE Straße", ["cafe", "naive", "strasse", "strasse"]),
        ("snake_case", ["snake", "case"]),
        ("日本語 text", ["日", "本", "語", "text"]),
        ("'quoted' “so”", ["quoted", "so"]),
        ("…—!", []),
    ],
)
def test_words_are_folded(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text())
def test_words_and_their_places_agree(text: str) -> None:
    placed = list(tokens(text))
    assert [word for _, _, word in placed] == words(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in placed)
    assert all(len(word) <= LONGEST_WORD and word.encode() for _, _, word in placed)


@pytest.mark.parametrize(
    "text",
    [
        "'Quoted' “so”, the customers' ‘own’ words; don''t 'n' rock’n’roll's '' a‘b’c '",
        "ASCII, save for a dash – and\xa0an ellipsis…",
        "one_two\tthree\x0bfour\x1cfive 24/7",
        "Ça va? naïve ‘quotes’ and n't",
    ],
)
def test_rough_tokens_are_folded_to_the_same_words(text: str) -> None:
    assert _rough_words(text) == words(text)


@given(st.text(alphabet=st.sampled_from("aB1 _.-'’‘“…\xa0é日\u0301")) | st.text())
def test_rough_tokens_of_any_text_are_folded_to_the_same_words(text: str) -> None:
    assert _rough_words(text) == words(text)


def _rough_words(text: str) -> list[str]:
    return [folded for token in rough_tokens(text) if (folded := fold(token.strip("'")))]


@pytest.mark.parametrize("text", ["Customer Service", "customer-service", "CUSTOMER_SERVICE", " customer\n service "])
def test_keywords_are_compared_without_case_and_hyphens(text: str) -> None:
    assert keyword(text) == "customer service"


@given(st.text())
def test_a_keyword_can_always_be_written(text: str) -> None:
    assert len(keyword(text).encode()) <= 4 * LONGEST_KEYWORD


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("2018", date(2018, 1, 1), date(2019, 1, 1)),
        ("2018-12", date(2018, 12, 1), date(2019, 1, 1)),
        ("2020-02-29", date(2020, 2, 29), date(2020, 3, 1)),
        ("2018/3/5", date(2018, 3, 5), date(2018, 3, 6)),
        ("2018-11-13T08:00:00-05:00", date(2018, 11, 13), date(2018, 11, 14)),
        ("9999", date(9999, 1, 1), date.max),
        ("9999-12-31", date(9999, 12, 31), date.max),
    ],
)
def test_a_date_stands_for_a_span(word: str, start: date, end: date) -> None:
    assert read_span(word, where="after") == (start, end)


@given(st.dates(), st.sampled_from(["instant", "day", "month", "year"]))
def test_every_span_begins_no_later_than_its_date(day: date, precision: str) -> None:
    start, end = span(day, precision)  # type: ignore[arg-type]
    assert start <= day <= end


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("", "", 0),
        ("ab", "ba", 1),
        ("apple", "aple", 1),
        ("apple", "apples", 1),
        ("apple", "ample", 1),
        ("abc", "xyz", 3),
    ],
)
def test_edits_count_swaps_as_one(a: str, b: str, distance: int) -> None:
    assert edits(a, b, 3) == edits(b, a, 3) == distance


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_within_keeps_what_edits_allow(a: str, b: str) -> None:
    distance = edits(a, b, 10)
    assert edits(a, b, 1) == distance or (edits(a, b, 1) > 1 and distance > 1)
    assert dict(within(a, [b], 2)) == ({b: distance} if distance <= 2 else {})


def test_the_likeliest_word_is_near_then_common() -> None:
    counts = {"caller": 5, "called": 9, "taller": 50, "cellar": 1}
    assert likeliest("callor", counts, counts.__getitem__) == "caller"
    assert likeliest("calle", ["called", "caller"], counts.__getitem__) == "called"
    assert likeliest("xq", counts, counts.__getitem__) is None


def test_importing_the_index_brings_nothing_heavy() -> None:
    code = (
        "import sys, tipsearch.index;"
        "heavy = 'scrapy dateparser bs4 sqlalchemy click luqum whoosh lxml parsel rich filelock';"
        "print(sorted(set(heavy.split()) & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_searching_plain_words_needs_no_grammar_and_no_store() -> None:
    code = (
        "import sys, tempfile, tipsearch.index as i;"
        "from tipsearch.index.grammar import parse_query;"
        "parse_query('plain words of a question?');"
        "print(sorted({'luqum', 'ply', 'sqlalchemy', 'difflib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
