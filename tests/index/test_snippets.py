"""The passage that is shown: where it lies, what is marked, and that it stays whole."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.index.engine import Forms
from tipsearch.index.snippets import LONGEST, one_line, snippet

FILLER = "Nothing to see in this sentence. "


def stem(word: str) -> str:
    return word.rstrip("s")


def cut(text: str, *stems: str, words: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    line, parts = snippet(text, Forms(frozenset(stems), frozenset(words)), stem)
    assert line == "".join(piece for piece, _ in parts)
    return line, [piece for piece, marked in parts if marked]


def test_a_short_text_is_shown_whole() -> None:
    assert cut("One apple a day.", "apple") == ("One apple a day.", ["apple"])


def test_every_form_is_marked() -> None:
    assert cut("Apple, APPLES and äpples", "apple")[1] == ["Apple", "APPLES", "äpples"]


def test_words_of_a_pattern_are_marked_as_they_are() -> None:
    assert cut("apple applet apples", words=("applet",))[1] == ["applet"]


def test_a_text_without_a_match_shows_its_beginning() -> None:
    line, marked = cut(FILLER * 30, "apple")
    assert line.startswith("Nothing to see")
    assert line.endswith("…")
    assert not marked


def test_no_text_gives_no_snippet() -> None:
    assert snippet("", Forms(frozenset({"apple"}), frozenset()), stem) == ("", ())
    assert cut(" \n\t\x00", "apple") == ("", [])


def test_the_passage_with_most_different_words_wins() -> None:
    text = "apple apple apple. " + FILLER * 30 + "Here an apple meets a pear. " + FILLER * 30
    line, marked = cut(text, "apple", "pear")
    assert marked == ["apple", "pear"]
    assert line.startswith("…")
    assert line.endswith("…")


def test_a_passage_begins_with_its_sentence() -> None:
    line, _ = cut(FILLER * 30 + "A sentence with an apple in it. " + FILLER * 30, "apple")
    assert line.startswith(("…Nothing to see", "…A sentence"))


def test_lines_become_one_line() -> None:
    assert cut("one\n\n  apple\r\ntwo\u2028three\x1b[0m", "apple")[0] == "one apple two three [0m"


def test_stop_words_are_marked_only_where_nothing_else_is_asked() -> None:
    assert cut("to be with an apple", "to", "be", "apple")[1] == ["apple"]
    assert cut("to be with an apple", "to", "be")[1] == ["to", "be"]


def test_a_match_far_into_a_long_text_is_found() -> None:
    assert cut(FILLER * 3000 + "apple", "apple")[1] == ["apple"]


WORDS = st.lists(
    st.sampled_from(["apple", "apples", "pear", "a", "wordy", "x" * 90, "end.", "“quoted”", "…"]), max_size=120
)


@settings(max_examples=300)
@given(WORDS)
def test_a_snippet_is_short_and_made_of_whole_words(pieces: list[str]) -> None:
    text = " ".join(pieces)
    line, marked = cut(text, "apple", "pear")
    assert len(line) <= LONGEST
    inner = line.removeprefix("…").removesuffix("…").split()
    assert set(inner) <= {
        part for piece in pieces for part in (piece, piece.removeprefix("…"), piece.removesuffix("…"))
    }
    assert bool(marked) == any(piece in {"apple", "apples", "pear"} for piece in pieces)


@settings(max_examples=200)
@given(st.text(max_size=700))
def test_any_text_gives_one_clean_line(text: str) -> None:
    line, _ = cut(text, "a")
    assert len(line) <= LONGEST
    assert "\n" not in line
    assert "\x1b" not in line
    line.encode()
    assert one_line(text) == one_line(one_line(text))
