"""Text made clean and comparable: single lines, the lines of a body, title keys, and the marks of a cut excerpt."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .records import BodyType

# Terminal escape sequences (ECMA-48, CSI and OSC), then what has no place in a line of text: C0 and C1 controls,
# bidirectional overrides and isolates, zero-width space, word joiner, byte order mark, soft hyphen. The zero-width
# joiners stay: Persian, Hindi and emoji need them.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|.)")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u0060\u00b4\u2032]")
_NOT_WORD = re.compile(r"[^\w+#%$&@]+|_+")

_READ_MORE_WORDS = (
    r"read\s+(?:the\s+)?(?:more|rest|full\s+\w+|on)|continue\s+reading|keep\s+reading|view\s+(?:the\s+)?(?:full\s+)?post"
    r"|learn\s+more|more|lire\s+la\s+suite|en\s+savoir\s+plus|leer\s+m[áa]s|seguir\s+leyendo|weiter\s*lesen|mehr\s+lesen"
    r"|ler\s+mais|continue\s+lendo|leia\s+mais|leggi\s+(?:tutto|di\s+pi[ùu]|altro)|continua\s+a\s+leggere"
    r"|lees\s+(?:verder|meer)|verder\s+lezen|czytaj\s+(?:dalej|wi[ęe]cej)"
)
# The words alone end many honest sentences ("Tell me more"): they count only on the excerpt's very end and in a form
# that themes print, a capital first letter or an arrow, dots or brackets about them.
_READ_MORE = (
    rf"(?:^|\s|(?<=[.…\]!?”\"]))[(\[]?(?:(?P<mark>…|\.\.\.)\s*)?(?P<words>{_READ_MORE_WORDS})"
    r"(?:\s+(?:of|about|on)?\s*[“\"‘'«][^“”\"«»]{1,200}[”\"’'»])?\s*(?P<arrow>→|»|›|>{1,3}|➔|…|\.\.\.)*\s*[)\]]?\s*$"
)
_CUT_MARK = re.compile(r"\s*(?:[\[(]\s*(?:…|\.\.\.|&hellip;)\s*[\])]|…|\.\.\.)\s*$")


def clean_line(text: str) -> str:
    """One line of text: controls, escape sequences and unseen characters out, white space collapsed, NFC, trimmed."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = _UNSEEN.sub("", _ESCAPES.sub("", text))
    text = _SPACE.sub(" ", _SURROGATES.sub("\ufffd", text)).strip()
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=65536)
def title_key(title: str) -> str:
    """The form in which titles are compared: words in one case, without punctuation, quotes, dashes or accents' forms.

    ``Focus...and Golf`` and ``Focus…and Golf`` agree; ``C++`` and ``C#`` do not. A title of nothing but punctuation
    keeps it, so that it stays apart from others.
    """
    folded = " ".join(words(title))
    return folded or _SPACE.sub(" ", unicodedata.normalize("NFKC", title)).strip().casefold()


def words(text: str) -> list[str]:
    """The words of a text in the form in which texts are compared: one case, no punctuation, apostrophes dropped."""
    folded = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    return [word for word in _NOT_WORD.split(folded) if word]


@cache
def _read_more() -> re.Pattern[str]:
    return re.compile(_READ_MORE, re.IGNORECASE)  # 0.7 ms, which a query from a shell need not take


def strip_read_more(text: str) -> tuple[str, bool]:
    """An excerpt without the mark of its cut (``Read more``, ``Continue reading →``, ``[…]``, ``...``).

    Gives the text and whether such a mark stood at its end.
    """
    head, tail = text[:-400], text[-400:]
    cut = False
    found = _read_more().search(tail)
    if found and (found["words"][0].isupper() or found["mark"] or found["arrow"]):
        tail, cut = tail[: found.start()].rstrip(), True
    mark = _CUT_MARK.search(tail)
    if mark:
        tail, cut = tail[: mark.start()].rstrip(), True
    return (head + tail).rstrip() if cut else text, cut


HEAD = 16
"""Excerpts are compared from this many characters on, white space and punctuation not counted."""

_HEAD_WORDS, _HEAD_CHARACTERS = 5, 25
"""Less than this at the head of a text proves nothing (the shortest excerpt seen in real themes has 22 words).

Chinese, Japanese and Thai write no spaces: there the characters count.
"""


def run_together(text_words: list[str]) -> str:
    """Words without what stands between them: themes lose the space between two lines, or a hyphen."""
    return "".join(text_words)


def proves_a_head(excerpt_words: list[str]) -> bool:
    """Whether an excerpt is long enough to tell one text from another."""
    size = len(run_together(excerpt_words))
    return size >= HEAD and (len(excerpt_words) >= _HEAD_WORDS or size >= _HEAD_CHARACTERS)


def stands_at_head(excerpt: str, text: str) -> bool:
    """Whether an excerpt is the beginning of a text; its last word may be cut in the middle.

    An excerpt of fewer than five words counts only if it is long all the same, or the whole text.
    """
    short, long = words(strip_read_more(excerpt)[0]), run_together(words(text))
    begun = run_together(short)
    return bool(begun) and (begun == long or (proves_a_head(short) and long.startswith(begun)))


def body_lines(body: str, body_type: BodyType) -> list[str]:
    """The clean lines of an entry's body: a line for each paragraph, list item, heading or line break."""
    if body_type == "text":
        return [line for line in map(clean_line, body.splitlines()) if line]
    if "<" not in body:
        from html import unescape

        return [line for line in map(clean_line, unescape(body).splitlines()) if line]
    from .html import html_lines

    return html_lines(body)
