"""The passage that is shown: where it lies, what is marked, and that it stays whole."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.index import snippets, weighing
from tipsearch.index.analysis import fold, words
from tipsearch.index.engine import Forms
from tipsearch.index.engine.stemming import stem as english
from tipsearch.index.finder import Finder, Match, _beginning
from tipsearch.index.snippets import Cutter, one_line, snippet
from tipsearch.index.weighing import LONGEST

FILLER = "Nothing to see in this sentence. "


def stem(word: str) -> str:
    return word.rstrip("s")


def cut(
    text: str, *stems: str, words: tuple[str, ...] = (), phrases: tuple[tuple[str, int], ...] = ()
) -> tuple[str, list[str]]:
    together = frozenset((tuple(phrase.split()), slop) for phrase, slop in phrases)
    held = {each for phrase, _ in together for each in phrase}
    line, parts = snippet(text, Forms(frozenset(stems) | held, frozenset(words), together), stem)
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


def test_the_passage_with_the_words_closest_together_wins() -> None:
    apart = "An apple is here, and a good way on, after much that is said of other things, a pear. "
    line, marked = cut(apart + FILLER * 30 + "A pear beside an apple. " + FILLER * 30, "apple", "pear")
    assert marked == ["pear", "apple"]
    assert "A pear beside an apple." in line


def test_a_phrase_is_shown_where_it_stands_though_its_words_stand_elsewhere() -> None:
    text = (
        "A pear, an apple, pears, apples: to and not. " + FILLER * 30 + "Here an apple pear is one thing. " + FILLER * 9
    )
    line, marked = cut(text, phrases=(("apple pear", 0),))
    assert marked == ["apple", "pear"]
    assert "Here an apple pear is one thing." in line


def test_words_near_each_other_are_shown_where_they_are_near() -> None:
    near = "A pear considerably outweighing that unremarkable apple. "
    text = "Pear: a b c d e f g h apple. " + FILLER * 30 + near + FILLER * 30
    assert near in cut(text, phrases=(("apple pear", 4),))[0]
    assert cut(text, phrases=(("apple pear", 3),))[0].startswith("Pear: a b c")


def test_stop_words_are_marked_inside_a_phrase_only() -> None:
    text = "To whom? It is not to be, or to be an apple of the eye, that is the question."
    assert cut(text, phrases=(("not to be", 0),))[1] == ["not", "to", "be"]
    assert cut(text, phrases=(("apple of the eye", 0),))[1] == ["apple", "of", "the", "eye"]


def test_a_rare_word_is_shown_after_thousands_of_a_common_one() -> None:
    text = "An apple, a day. " * 4000 + "One pear and an apple. " + "An apple, a day. " * 4000
    assert "pear" in cut(text, "apple", "pear")[1]
    assert (
        "apple pear" in cut("Apple, pear. A " * 2 + "apple " * 5000 + "pear. " * 5000, phrases=(("apple pear", 0),))[0]
    )


def test_a_word_longer_than_a_snippet_is_cut_and_marked() -> None:
    line, marked = cut(FILLER * 20 + "x" * 5000 + " " + FILLER, words=("x" * 64,))
    assert len(line) <= LONGEST
    assert marked == ["x" * (LONGEST - 2)]


@pytest.mark.parametrize(
    "text", ["字" * 900 + "林檎" + "字" * 900, "a/" * 900 + "apple" + "/b" * 900], ids=["chinese", "path"]
)
def test_a_match_is_shown_though_no_space_is_near(text: str) -> None:
    line, marked = cut(text, "apple", phrases=(("林 檎", 0),))
    assert len(line) <= LONGEST
    assert "".join(marked) in {"apple", "林檎"}


@pytest.mark.parametrize("gap", ["\u200b", "\u202e", "\x1b", "\x00", "\u061c", "\U000e0041", "\u2028", "\xa0", "\t"])
def test_no_control_character_is_shown(gap: str) -> None:
    assert cut(f"one{gap}apple{gap}{gap} two", "apple") == ("one apple two", ["apple"])


def test_signs_of_markup_are_shown_as_the_text_has_them() -> None:
    assert cut("Write <b>apple</b> & go", "apple") == ("Write <b>apple</b> & go", ["apple"])


FORMS = [
    "die",
    "dying",
    "lies",
    "run",
    "running",
    "happy",
    "happily",
    "sky",
    "skies",
    "relational",
    "ability",
    "agencies",
]
FORMS += [
    "don't",
    "caller's",
    "callers",
    "Café",
    "cafe",
    "naïve",
    "Straße",
    "strasse",
    "ﬁne",
    "fine",
    "İstanbul",
    "日本",
]
FORMS += [
    "generously",
    "hopping",
    "hoping",
    "sensibility",
    "e-mail",
    "o'clock",
    "Ünü",
    "ὀδός",
    "Йод",
    "24/7",
    "x_y",
    "①",
]
PIECES = st.one_of(
    st.sampled_from(FORMS), st.text(max_size=6), st.sampled_from(["’", "'", "_", "-", " ", ". ", "\u0301"])
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=25), st.sampled_from([" ", ""]), st.lists(st.sampled_from(FORMS), max_size=4))
def test_the_finder_finds_what_looking_at_every_word_finds(pieces: list[str], glue: str, asked: list[str]) -> None:
    held = [word for each in asked for word in words(each)]
    find = Finder(Forms(frozenset(map(english, held[1:])), frozenset(held[:1])), english)
    text = glue.join(pieces)
    assert find(text) == find.among_all(text)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from("apple apples pear pears fig and of . , the kiwi melon’s".split()), max_size=700),
    st.lists(st.sampled_from(["apple", "pear", "fig", "kiwi"]), min_size=1, max_size=3, unique=True),
)
def test_no_other_passage_as_short_holds_more_different_words(pieces: list[str], asked: list[str]) -> None:
    text = " ".join(pieces)
    _, marked = cut(text, *asked)
    places = [(start, term) for start, _, term, _ in Finder(Forms(frozenset(asked), frozenset()), stem).among_all(text)]
    most = max(
        (len({term for start, term in places if first <= start < first + 230}) for first, _ in places), default=0
    )
    assert len({stem(piece.lower()) for piece in marked}) >= most


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
    assert all(before != after or before != " " for before, after in pairwise(line))
    line.encode()
    assert one_line(text) == one_line(one_line(text))


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["apple", "pears", "and", "so", "“quite”", "on…", "\n", "\u200b", "é"]), max_size=60),
    st.data(),
)
def test_the_passage_of_a_long_text_is_made_of_whole_words(pieces: list[str], data: st.DataObject) -> None:
    far = data.draw(st.integers(0, 400)), data.draw(st.integers(0, 400))
    text = " ".join([*["filler"] * far[0], *pieces, *["padding"] * far[1]])
    line, marked = cut(text, "apple", "pear")
    assert len(line) <= LONGEST
    whole = set(one_line(text).split())
    inner = line.removeprefix("…").removesuffix("…").split()
    assert all(each in whole or f"{each}…" in whole for each in inner)
    assert bool(marked) == bool({"apple", "pears"} & set(pieces))
    assert line.startswith("…") or one_line(text).startswith(line.removesuffix("…"))
    assert line.endswith("…") or one_line(text).endswith(line.removeprefix("…"))


@given(st.lists(st.sampled_from([*"ab éß日", "e\u0301", *"\t\n\x00\x1c\x85\xa0\u180e\u200b\u2028\u3000\ufeff\ud800"])))
def test_a_line_without_oddities_is_made_as_one_with_them_is(signs: list[str]) -> None:
    text = "".join(signs)
    cleaned = re.sub(snippets._GAP, " ", text).encode("utf-8", "replace").decode("utf-8")
    assert one_line(text) == unicodedata.normalize("NFC", cleaned).strip()


def worth(matches: list[Match], first: int) -> tuple[int, int, int, int]:
    window = [match for match in matches[first:] if match[1] - matches[first][0] <= weighing.REACH]
    kinds = {kind for _, _, kind, _ in window}
    spans = [
        last[1] - opening[0]
        for at, opening in enumerate(window)
        for to, last in enumerate(window[at:], start=at)
        if {kind for _, _, kind, _ in window[at : to + 1]} == kinds
    ]
    phrases = sum(kind.startswith(weighing.PHRASE) for kind in kinds)
    return phrases, len(kinds), -min(spans) if len(kinds) > 1 else 0, len(window)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.integers(5, 150), st.sampled_from(["a", "b", "c", "\0p", "\0q"])), min_size=1, max_size=14)
)
def test_the_best_passage_is_the_one_that_weighing_all_of_them_finds(steps: list[tuple[int, str]]) -> None:
    matches, place = [], 0
    for step, kind in steps:
        place += step
        matches.append((place, place + 4, kind, True))
    best = max(range(len(matches)), key=lambda first: (worth(matches, first), -first))
    last = [match for match in matches[best:] if match[1] - matches[best][0] <= weighing.REACH][-1]
    assert weighing.best(matches) == (matches[best][0], last[1])


@given(st.lists(st.sampled_from(["a", "b", "ab", ""]), min_size=1, max_size=12), st.data())
def test_a_phrase_of_two_words_is_the_tightest_stretch_of_them(kinds: list[str], data: st.DataObject) -> None:
    matches, place = [], 0
    for kind in kinds:
        place += data.draw(st.integers(2, 60))
        for letter in kind:
            matches.append((place, place + 1, letter, True))
            if kind == "ab" and letter == "a":
                matches.append((place, place + 9, "\0p", True))
                place += 8
    starts, ends, stems, _ = zip(*[*matches, (900, 901, "a", True), (910, 911, "b", True)], strict=True)
    pairs = weighing._pairs(starts, ends, stems)
    assert len(pairs) == kinds.count("ab")
    if pairs:
        shortest, tightest = weighing._tight(starts, ends, stems, 3)
        assert (min(pairs)[0], [(at - 1, at + 1) for size, at in pairs if size == shortest]) == (shortest, tightest)


@given(st.lists(st.text(st.sampled_from("ab .,\n'’é日\x00"), max_size=60), max_size=6))
def test_several_texts_are_cut_as_each_by_itself(texts: list[str]) -> None:
    cutter = Cutter(
        Forms(frozenset({"a", "b"}), frozenset({"ab"}), frozenset({(("a", "b"), 0), (("b", "a"), 2)})), stem
    )
    assert cutter.all(texts) == [cutter(text) for text in texts]


ENDINGS = (
    "s ed ing ly ies y e er ability ably bility ation ator ative alism ousness fulness iveness ization li 's".split()
)


@settings(max_examples=400)
@given(st.text("aeioulnrsty", min_size=1, max_size=6), st.lists(st.sampled_from(ENDINGS), max_size=3))
def test_a_word_begins_as_its_stem_lets_expect(head: str, endings: list[str]) -> None:
    word = fold(head + "".join(endings))
    assert word.startswith(_beginning(english(word)))
