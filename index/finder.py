"""Where the words that a query looks for stand in a text, found without looking at every other word of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import accumulate

from .analysis import STOP_WORDS, fold, tokens
from .engine import Forms

MOST_PREFIXES = 60
"""A pattern or a fuzzy word may stand for words of more beginnings; then every word of a text is looked at."""
MOST_PASSES = 8
"""A text is gone through for so many beginnings one by one; for more of them once, a letter at a time."""
MOST_SEEN = 1000
"""So many words as they are written are remembered for a query's other hits."""

_WORD = r"[^\W_]"
_LETTERS = ((0x80, 0x52F), (0x1E00, 0x1FFF))
"""Latin, Greek and Cyrillic beyond ASCII: in these, an accented letter is one sign."""
_SIGNS = "\u2000-\u206f\u20a0-\u20cf\u2190-\u23ff\u2500-\u2775\ufe0f\ufeff\U0001f300-\U0001faff"
"""Blocks without letters and digits that posts in these scripts hold: punctuation, currencies, arrows, emoji."""
_TYPOGRAPHY = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": ".", "\xa0": " ", "•": "*"}

_PUT_ON = frozenset("eily")
# Stems whose words begin otherwise: dying, lying, tying.
_OTHER_BEGINNINGS = {"die": "d", "lie": "l", "tie": "t"}


Match = tuple[int, int, str, bool]
"""A word that matched: its start and end in the text, its stem and whether the query asks for the word by itself.

A plain tuple: of a common word there are hundreds in ten posts, and a NamedTuple takes three times as long to make.
"""


class Finder:
    """Finds what one query looks for in any text.

    One pass of a regular expression for each beginning of a word, each find checked by folding and stemming it.
    That takes stems that keep their words' beginning but for the stem's last letter, as Snowball's for English do.
    """

    def __init__(self, forms: Forms, stem: Callable[[str], str]) -> None:
        self.stem = stem
        self.words = forms.words
        # Stop words are only worth a mark where the query holds nothing else, or inside its phrases.
        telling = forms.stems - _stop_stems(stem)
        self.telling = telling if telling or forms.words or forms.phrases else forms.stems
        self.stems = self.telling.union(*(held for held, _ in forms.phrases))
        self.all_tell = self.stems == self.telling
        self._beginnings = _shortest(
            [*(_beginning(each) for each in self.stems), *(word[:4] for word in self.words)],
        )
        self._plain: list[re.Pattern[str]] = []
        self._wide: re.Pattern[str] | None = None
        self._kinds = _Kinds(self)

    def __call__(self, text: str) -> list[Match]:
        """All matches, in order."""
        if not self.stems and not self.words:
            return []
        if len(self._beginnings) > MOST_PREFIXES:
            return self.among_all(text)
        searched = self.plain(text)
        if searched is not None:
            return self.in_plain(searched.lower())
        searched = _without_typography(text)
        if _unusual().search(searched):
            return self.among_all(text)
        self._wide = self._wide or _wide(self._beginnings)
        return self._by([self._wide], searched.lower())

    def plain(self, text: str) -> str | None:
        """The text in ASCII, sign for sign, if `in_plain` finds the same in that."""
        if not self._beginnings or len(self._beginnings) > MOST_PREFIXES:
            return None
        if not text.isascii():
            text = _without_typography(text)
        return text if text.isascii() else None

    def in_plain(self, searched: str) -> list[Match]:
        """All matches in ASCII text in lower case, in order. Several texts may be joined by line ends."""
        self._plain = self._plain or _plain(self._beginnings)
        return self._by(self._plain, searched)

    def _by(self, patterns: list[re.Pattern[str]], searched: str) -> list[Match]:
        found: list[Match] = []
        for pattern in patterns:
            pieces = pattern.split(searched)
            if len(pieces) > 1:
                # What stands between words and the words, in turn: their lengths add up to where each begins and ends.
                ends = list(accumulate(map(len, pieces)))
                kinds = map(self._kinds.__getitem__, pieces[1::2])
                held = zip(ends[::2], ends[1::2], kinds, strict=False)
                found += [(start, end, stem, tells) for start, end, (stem, tells) in held if stem]
        if len(patterns) > 1:
            found.sort()
        return found

    def among_all(self, text: str) -> list[Match]:
        """The same by looking at every word."""
        found = ((start, end, *self._kinds[text[start:end]]) for start, end, _ in tokens(text))
        return [match for match in found if match[2]]


class _Kinds(dict[str, tuple[str, bool]]):
    """Words to their stem and whether the query asks for them by themselves; no stem where they are no match."""

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self._finder = finder

    def __missing__(self, token: str) -> tuple[str, bool]:
        finder, word = self._finder, fold(token)
        term = finder.stem(word)
        if term in finder.telling or word in finder.words:
            kind = term, True
        else:
            kind = (term, False) if term in finder.stems else ("", False)
        if len(self) < MOST_SEEN:
            self[token] = kind
        return kind


@lru_cache(maxsize=2)
def _stop_stems(stem: Callable[[str], str]) -> frozenset[str]:
    return frozenset(map(stem, STOP_WORDS))


def _beginning(stem: str) -> str:
    if "'" in stem:
        return stem
    # What Snowball puts in place of other letters ends in these: hope (hoping), sky (skies), happi, sensibl (-bility).
    kept = stem[:-1] if stem[-1:] in _PUT_ON else stem
    return _OTHER_BEGINNINGS.get(stem) or kept or stem


def _without_typography(text: str) -> str:
    for sign, plain in _TYPOGRAPHY.items():
        text = text.replace(sign, plain)
    return text


def _shortest(beginnings: Iterable[str]) -> list[str]:
    """Without those that begin with another one."""
    kept: list[str] = []
    for each in sorted(filter(None, beginnings)):
        if not kept or not each.startswith(kept[-1]):
            kept.append(each)
    return kept


def _plain(beginnings: list[str]) -> list[re.Pattern[str]]:
    """For lower-case ASCII: the looks back stand behind a beginning, so that `re` seeks it as it seeks a plain string.

    Ten posts for three words take 0.05 ms; one expression for all of them, which looks at each letter, took 0.2.
    """
    if len(beginnings) > MOST_PASSES:
        return [_pattern(beginnings, re.escape)]
    spelt = map(re.escape, beginnings)
    return [re.compile(f"({head}(?<![a-z0-9]{head})(?<![a-z0-9]'{head})[a-z0-9]*(?:'[a-z0-9]+)*)") for head in spelt]


def _wide(beginnings: list[str]) -> re.Pattern[str]:
    return _pattern(beginnings, _with_accents)


def _pattern(beginnings: list[str], spell: Callable[[str], str]) -> re.Pattern[str]:
    # The look back stands behind the first letter: so the regular expression begins with a set of letters, which `re`
    # skips to ten times as fast as it tries a word boundary at every place.
    guard = rf"(?<!{_WORD}.)(?<!{_WORD}['’].)"
    heads = (spell(each[0]) + guard + "".join(map(spell, each[1:])) for each in beginnings)
    return re.compile(rf"((?:{'|'.join(heads)}){_WORD}*(?:['’]{_WORD}+)*)", re.DOTALL)


def _with_accents(letter: str) -> str:
    others = _accented().get(letter, "")
    return f"[{re.escape(letter)}{others}]" if others else re.escape(letter)


@lru_cache(maxsize=1)
def _accented() -> dict[str, str]:
    """The letters that are folded to one and the same letter."""
    folded: dict[str, str] = {"'": "’"}
    for first, last in _LETTERS:
        for letter in map(chr, range(first, last + 1)):
            plain = fold.__wrapped__(letter)
            if letter.isalnum() and letter == letter.lower() and len(plain) == 1:
                folded[plain] = folded.get(plain, "") + letter
    return folded


@lru_cache(maxsize=1)
def _unusual() -> re.Pattern[str]:
    """Signs that may be folded to more than one letter, to none, or that are words by themselves."""
    usual = []
    for first, last in _LETTERS:
        for sign in map(chr, range(first, last + 1)):
            is_letter = len(fold.__wrapped__(sign)) == 1 and len(sign.lower()) == 1
            if is_letter if sign.isalnum() else not "\u0300" <= sign <= "\u036f":
                usual.append(sign)
    return re.compile(rf"[^\x00-\x7f{re.escape(''.join(usual))}{_SIGNS}]")
