"""Tells lines about a post from the post's own sentences, by their words alone."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

from ...pipeline.dates.folding import fold
from ...pipeline.dates.folding import one_line as plain_line
from ...pipeline.dates.more_labels import read_more
from . import vocabulary as v

_FEW: Final = 6
"""So few words after "Posted" are a name or a term, as in ``Posted by Dana in Advice``."""

SMALL_TAGS: Final = frozenset(("small", "span", "em", "i"))
SIGNS: Final = " \t\r\n\xa0|·•,;–—-/"
"""What themes put between the parts of a line about a post."""
_SMALL_LINE: Final = 12
_LONGEST_SIGNED: Final = 160
_POSTED_WORDS: Final = ("osted", "ritten", "ublished")
_LONGEST_DAY: Final = 60
_MOST_IN_DAY: Final = 7
_FOUR_DIGITS: Final = re.compile(r"\d{4}")
_PARTING: Final = re.compile(r"[|·•]|\s[–—/-]\s")
_DATE_THEN_POSTED: Final = re.compile(
    rf"\W{{0,4}}(?P<date>{v.DATE_HEADING.pattern})\s{{0,3}}[|·•,/–-]\s{{0,3}}(?:posted|written|published)\s+(?:by|in)\b",
    re.IGNORECASE,
)
_BY_WHOM: Final = re.compile(
    r"\W{0,4}(?:by|von|par|por|di|door)\s[^|·•!?]{2,60}\s(?:on|am|le|el|il|op|em)\s{1,4}", re.IGNORECASE
)
_DATE_BY: Final = re.compile(
    rf"\W{{0,4}}(?P<date>{v.DATE_HEADING.pattern})\s{{0,3}}(?:[|·•,/–-]\s{{0,3}})?(?:by|von|par|por|di|door)\s{{1,3}}[^\s.!?]{{1,30}}(?:\s{{1,3}}[^\s.!?]{{1,30}}){{0,5}}\s*",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(
    rf"\W{{0,4}}(?:by|von|par|por|di|door)\s(?:[^|·•.!?\d]|(?<=\b\w)\.){{2,60}}?\s(?:on|am|le|el|il|op|em)\s+"
    rf"(?P<date>{v.DATE_HEADING.pattern})(?:\W{{0,4}}|\s+(?:in|under|unter|dans|en)\s[^.!?]{{1,90}})",
    re.IGNORECASE,
)
_ARCHIVE_ELSEWHERE: Final = re.compile(
    r"\W*(?:schlagw[oö]rt(?:er)?|kategorien?|autor(?:in)?|monat|jahr|catégories?|étiquettes?|auteure?|mois"
    r"|année|categor[íi]as?|etiquetas?|mes|año|mês|ano|categorie|maand|jaar|autore|mese|anno|kategor[iy]a|miesiąc|kategori"
    r"|etikett?|författare|månad|yazar|рубрика|метка|автор|месяц|分[类類]|[标標][签籤]|作者|カテゴリー|タグ|投稿者)\s{0,3}[:：].{0,150}",
    re.IGNORECASE,
)
"""What WordPress writes over an archive in languages other than English: ``Schlagwort: …``, ``Catégorie : …``."""


@lru_cache(2048)
def is_dated_title(text: str) -> bool:
    """Whether a title has its date behind a dash: ``Answer Within the Hour - 6/3/11``."""
    # An archive's teasers stand on every page of it.
    return v.DATED_TITLE.fullmatch(text) is not None


def day_elsewhere(text: str) -> date | None:
    """The day that a short line names in a language that `DATE_LINE` can't tell; None where it may say anything else.

    Signs of vowels are no letters to regular expressions (``५ मार्च २०१९``), and a year may end in ``г.``.
    """
    if text.isascii() or len(text) > _LONGEST_DAY or not _FOUR_DIGITS.search(text):
        return None
    return _day_named(text)


def is_date_heading(text: str) -> bool:
    """Whether a heading is a date, and no title."""
    return v.DATE_HEADING.fullmatch(text) is not None or day_elsewhere(text) is not None


@lru_cache(2048)
def _day_named(text: str) -> date | None:
    line = plain_line(text)
    if len(line.split()) > _MOST_IN_DAY:
        return None
    return read_more(line, fold(line), "MDY", None)


def says_archive(text: str) -> bool:
    """Whether a heading says which archive its page is."""
    if v.ARCHIVE_HEADING.fullmatch(text):
        return True
    return (":" in text or "：" in text) and _ARCHIVE_ELSEWHERE.fullmatch(text) is not None


def speaks_of_post(text: str) -> bool:
    """Whether a line that begins like ``Posted on …`` speaks of its post: by a date, its brevity, or no full stop.

    ``Posted on the wall was a sign that everybody had to read.`` is a post's own sentence.
    """
    if not v.POSTED.match(text):
        return bool(signed_line(text))
    line = " ".join(text[:600].split())
    return bool(v.DATE_TEXT.search(line)) or len(line.split()) <= _FEW or v.SENTENCE_END.search(line) is None


def signed_line(text: str) -> str:
    """The date in a line that says who wrote a post and when: ``by Dana on June 3, 2011``; empty in any other.

    Where the date stands first, the line may go on: ``June 3, 2011 | Posted by Dana in Advice``.
    """
    if len(text) > _LONGEST_SIGNED:
        return ""
    found = _SIGNED.fullmatch(text)
    if found is None and any(word in text for word in _POSTED_WORDS):
        found = _DATE_THEN_POSTED.match(text)
    return found["date"] if found else ""


def says_by_whom(text: str) -> bool:
    """Whether a text says who wrote a post, and a date is to follow: ``by Dana (dana7) on``."""
    return _BY_WHOM.fullmatch(text) is not None


def parted_date(text: str) -> str:
    """The date in a short line of parts between signs, one of them a date: ``Dana - June 3, 2011 | 2 comments``."""
    if len(text) > _LONGEST_SIGNED:
        return ""
    parts = [part.strip() for part in _PARTING.split(text)]
    dated = [part for part in parts if v.DATE_LINE.fullmatch(part)]
    return dated[0] if len(parts) > len(dated) == 1 else ""


def line_by(text: str) -> str:
    """The date at the head of a short line that says who wrote a post: ``June 3, 2011 by Dana``; empty in any other."""
    found = _DATE_BY.fullmatch(text) if len(text) <= _LONGEST_SIGNED else None
    return found["date"] if found else ""


def dated_line(text: str) -> str:
    """The date at the head of a short line that is no sentence, as in ``5.11.2020, 19:51 > Dana``; else empty.

    Classic themes put the hour, the author or the comments behind the date.
    """
    found = v.DATE_HEADING.match(text) if len(text.split()) <= _SMALL_LINE else None
    return found[0] if found and not v.SENTENCE_END.search(text) else ""
