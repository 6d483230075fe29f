"""Lines of a text rendering, and the small records that its readers give back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ...pipeline.records import Form, RawDate

_BREAKS: Final = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_BLANK: Final = " \t\xa0\ufeff\u200b\u2007\u202f"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says something: its trimmed text, and whether blank lines stand before and after it."""

    text: str
    after_blank: bool
    before_blank: bool


@dataclass(slots=True)
class TextEntry:
    """One entry of a text rendering; the names are those of `Entry`."""

    title: str
    lines: list[str]
    form: Form
    dates: list[RawDate] = field(default_factory=list)
    author: str | None = None
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    listed: bool = True


@dataclass(slots=True)
class TextListing:
    """What a text rendering says as a whole."""

    layout: str
    entries: list[TextEntry]
    archive: str = ""
    page_title: str = ""


def text_lines(text: str) -> list[Line]:
    """The lines of a text that hold more than white space, whatever the line ends are."""
    raw = [line.strip(_BLANK) for line in _BREAKS.split(text)]
    last = len(raw) - 1
    return [
        Line(line, place == 0 or not raw[place - 1], place == last or not raw[place + 1])
        for place, line in enumerate(raw)
        if line
    ]
