"""Text folded for reading dates: small letters without accents, one dash, one apostrophe, plain spaces and digits."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_LABEL = 1000
"""Characters of a label that are looked at; what is longer is no label, and its beginning says as much."""

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe0e\ufe0f\ufeff]")
_GLUED = re.compile(
    r"(?<=[a-z])(?=[A-Z][a-z]{2,11}\.? [0-9]{1,2},? [0-9]{4})|(?<=[a-z]:)(?=[A-Z])"
)  # themes that hide the space
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_BARS = "\u00a6\u2223\u2502\u2503\u2758\u2759\u275a\uff5c"
_DOTS = "\u2027\u2219\u22c5\u25aa\u25cf\u25e6\u2981"
_APOSTROPHES = "\u2018\u2019\u02bc\u0060\u00b4\u2032"


class _Folding(dict[int, str]):
    """A `str.translate` table that is filled as characters are met; every character stays one character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _fold_character(character)
        if len(self) < 4096:  # a bound on what hostile text can make it hold
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if character in _DASHES:
        return "-"
    if character in _APOSTROPHES:
        return "'"
    if character in _BARS:
        return "|"
    if character in _DOTS:
        return "·"
    if character.isspace():
        return " "
    if character in "łŁ":  # has no decomposition in Unicode
        return "l"
    category = unicodedata.category(character)
    if category == "Cf":
        return " "
    if category[0] == "L" or category == "Nd":  # not ² and ½, which are not digits of a date
        base = unicodedata.normalize("NFKD", character)[0]
        if base.isascii():
            return base.lower()
    elif category[0] == "P" and "\uff01" <= character <= "\uff5e":  # full-width punctuation
        return unicodedata.normalize("NFKC", character)
    lower = character.lower()
    return lower if len(lower) == 1 else character


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The folded form, character for character as long as the text."""
    return text.lower() if text.isascii() and "`" not in text else text.translate(_FOLDING)


def one_line(text: str) -> str:
    """The beginning of a label as one line in NFC: entities read, unseen characters out, white space collapsed."""
    text = text[:MAX_LABEL]
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return _GLUED.sub(" ", " ".join(text.split()))
