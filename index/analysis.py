"""Text to words, the same for posts, queries and snippets: folding, tokens, stop words, keyword keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from ..pipeline.text import clean_line

ANALYSIS_VERSION = 1
"""Goes into the schema's fingerprint: raise it with every change that gives other words for the same text."""

LONGEST_WORD = 64
"""Words are cut here, in posts and queries alike: longer ones are keys and addresses pasted into a text."""

LONGEST_KEYWORD = 200
"""Tags, categories, sources and authors are cut here, in posts and queries alike."""

# Scripts that put no spaces between words are indexed a sign at a time; a query for several is a phrase.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f"
_TOKEN = rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}_])[\w{_MARKS}])+(?:['’](?:(?![{_UNSPACED}_])[\w{_MARKS}])+)*"

_TYPOGRAPHY = {"’": "'", "‘": " ", "“": " ", "”": " ", "–": " ", "—": " ", "…": " ", "\xa0": " ", "•": " "}
_WITHIN_TOKENS = "".join(sign if sign.isalnum() or sign == "'" else " " for sign in map(chr, range(0x80)))

STOP_WORDS = frozenset(
    # Lucene's English set, and the pronouns, auxiliaries and question words of questions asked in sentences.
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they "
    "this to was will with am been being can could did do does from had has have he her him his how i its me my our "
    "she should so than them us we were what when where which who why would you your".split()
)


@cache
def _token() -> re.Pattern[str]:
    return re.compile(_TOKEN)  # 2 ms, which a query from a shell need not take


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """One token as it is indexed: lower case, without accents and possessive 's; may be empty."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word.replace("’", "'"))
        word = "".join(c for c in word if not unicodedata.combining(c)).casefold()
    word = word.lower().removesuffix("'s")
    return word[:LONGEST_WORD]


def words(text: str) -> list[str]:
    """The folded words of a text, in order: ``What’s Café?`` gives ``what``, ``cafe``."""
    if text.isascii() and text.isalnum():
        return [fold(text)]
    return [folded for token in _token().findall(text) if (folded := fold(token))]


def rough_tokens(text: str) -> list[str]:
    """The tokens of a text before `fold`, in order, quickly: apostrophes are straight, and may stand around a token."""
    if not text.isascii():
        for sign, plain in _TYPOGRAPHY.items():
            text = text.replace(sign, plain)
    if text.isascii() and "''" not in text:
        # 1,000 posts take 12 ms, and 77 with the regular expression.
        return text.translate(_WITHIN_TOKENS).split()
    return _token().findall(text)


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """The same words with their places: (start, end, word), in characters of the text; or those of a part of it."""
    for match in _token().finditer(text, start, len(text) if end is None else end):
        if folded := fold(match.group()):
            yield match.start(), match.end(), folded


def keyword(text: str) -> str:
    """The form in which tags, categories, sources and authors are compared: case, accents and hyphens folded."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'"))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    return printable(" ".join(re.split(r"[\s_-]+", text)).strip())[:LONGEST_KEYWORD]


def printable(text: str) -> str:
    """The text without lone surrogates, which no file format of ours can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shown(typed: str, length: int = 40) -> str:
    """What was typed as a message quotes it: one line without control characters, at most so many characters of it."""
    line = clean_line(typed[: 4 * length])
    return f"{line[:length]}…" if len(line) > length or len(typed) > 4 * length else line
