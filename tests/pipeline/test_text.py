"""Clean lines, title keys and the marks of a cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.pipeline.text import body_lines, clean_line, stands_at_head, strip_read_more, title_key, words


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  two\u00a0\u00a0words \n", "two words"),
        ("\x1b[31mred\x1b[0m alert\x07", "red alert"),
        ("\x1b]0;title\x07text", "text"),
        ("over\u202eride\u202c", "override"),
        ("soft\u00adhyphen", "softhyphen"),
        ("nul\x00byte", "nulbyte"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("line\u2028separator", "line separator"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
    ],
)
def test_clean_line(raw: str, clean: str) -> None:
    assert clean_line(raw) == clean


@given(st.text())
def test_a_clean_line_holds_no_controls_and_stays_clean(text: str) -> None:
    line = clean_line(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in line)
    assert "\n" not in line
    assert clean_line(line) == line


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Focus...and Golf", "Focus…and\u00a0 Golf"),
        ("Don't Wait", "Don’t wait"),
        ("Slow – and Steady", "Slow - and Steady!"),
        ("“Yes”, and", '"Yes" and'),
    ],
)
def test_titles_that_differ_in_typography_agree(a: str, b: str) -> None:
    assert title_key(a) == title_key(b)


@pytest.mark.parametrize(
    ("a", "b"), [("C++", "C#"), ("???", "!!!"), ("Part 1", "Part 2"), ("The Caller's Side", "The Clerk's Side")]
)
def test_titles_that_differ_in_words_do_not(a: str, b: str) -> None:
    assert title_key(a) != title_key(b)


@pytest.mark.parametrize(
    ("excerpt", "text", "cut"),
    [
        ("so the order is from Read more", "so the order is from", True),
        ("so the order is from Read More »", "so the order is from", True),
        ("so the order […]", "so the order", True),
        ("so the order [...] ", "so the order", True),
        ("so the order… Continue reading →", "so the order", True),
        ("so the order Continue reading “A Title, and More” →", "so the order", True),
        ("so the or...", "so the or", True),
        ("la commande (Lire la suite…)", "la commande", True),
        ("die Bestellung Weiterlesen →", "die Bestellung", True),
        ("Tell me more", "Tell me more", False),
        ("Then she said what to read.", "Then she said what to read.", False),
        ("", "", False),
    ],
)
def test_the_mark_of_a_cut_is_taken_off(excerpt: str, text: str, cut: bool) -> None:
    assert strip_read_more(excerpt) == (text, cut)


@pytest.mark.parametrize(
    ("excerpt", "stands"),
    [
        ("When the bell rings twice, open", True),
        ("When the bell rings twice, op", True),
        ("When the bell rings twice, open […]", True),
        ("When the bell rings twice shut", False),
        ("the bell rings twice, open the", False),
        ("When the bell", False),
        ("", False),
    ],
)
def test_an_excerpt_stands_at_the_head(excerpt: str, stands: bool) -> None:
    assert stands_at_head(excerpt, "When the bell rings twice, open the door and smile.") is stands


def test_a_short_text_stands_at_its_own_head() -> None:
    assert stands_at_head("Be kind.", "Be kind")


@given(st.text(max_size=200), st.text(max_size=200))
def test_comparing_never_raises(a: str, b: str) -> None:
    stands_at_head(a, b)
    assert strip_read_more(a)[0] == a or strip_read_more(a)[1]
    assert words(a) == words(a.replace("'", ""))


def test_plain_bodies_become_lines() -> None:
    assert body_lines("One\r\n\r\n  two \n\n\n", "text") == ["One", "two"]
    assert body_lines("Fish &amp; chips", "html") == ["Fish & chips"]
