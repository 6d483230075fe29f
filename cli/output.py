"""What commands print: text made safe for a terminal, colours where they are wanted, JSON, and wrapped snippets."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from ..pipeline.text import clean_line

MAX_WIDTH = 100
"""Lines longer than this (in characters) are hard to read, however wide the terminal."""
LONGEST_HINT = 1000
"""Characters of a message that quotes what somebody gave; nobody reads on."""


def on_terminal() -> bool:
    """Whether results go to a person's terminal."""
    return sys.stdout.isatty()


def colourful() -> bool:
    """Whether to colour results: on a terminal that can, unless NO_COLOR is set (https://no-color.org)."""
    return on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def can_print(text: str) -> bool:
    """Whether results may hold these characters: a pipe may be ASCII, or in an old encoding."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def width() -> int:
    """How wide a line of results may be: the terminal's width, capped."""
    return max(20, min(MAX_WIDTH, shutil.get_terminal_size().columns))


def styled(text: str, **style: Any) -> str:
    """Crawled or own text for a terminal: one line, no control characters, coloured where that is wanted.

    Spaces at its beginning stay: they are the command's own indentation.
    """
    indent, clean = " " * (len(text) - len(text.lstrip(" "))), clean_line(text)
    return indent + (click.style(clean, **style) if style and colourful() else clean)


def say(text: str = "") -> None:
    """Print one line of results to stdout."""
    click.echo(text, color=colourful())


def hint(text: str) -> None:
    """Print one line for the person, to stderr: progress, how something was read, what to do next."""
    click.echo(clean_line(clipped(text, LONGEST_HINT)), err=True)


def clipped(text: str, length: int = 120) -> str:
    """A text that somebody gave, cut to a length in characters that a message can bear."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def no_such_post(post_id: str) -> None:
    """Say that nothing answers to an id."""
    hint(f"there is no post with the id {clipped(post_id)!r}; `tipsearch query` prints the ids of what it finds")


def say_json(value: Any) -> None:
    """Print a JSON document, indented."""
    click.echo(json.dumps(value, ensure_ascii=not _prints_unicode(), indent=2).translate(_ESCAPED))


def json_line(value: Any) -> str:
    """One line of JSON Lines."""
    return json.dumps(value, ensure_ascii=not _prints_unicode()).translate(_ESCAPED)


_ESCAPED = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
}
"""JSON may hold these as they are, and a terminal would obey them; only strings can hold what is no ASCII."""


def _prints_unicode() -> bool:
    """JSON is UTF-8 (RFC 8259, section 8.1); where stdout is something else, ASCII with escapes is the same JSON."""
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"


def wrapped(parts: Iterable[tuple[str, bool]], indent: str = "", **style: Any) -> Iterator[str]:
    """Lines of a text given as (piece, marked) pairs; marked pieces get the style, and no word is cut."""
    room = width() - len(indent)
    line, used = "", 0
    for word, drawn in _words(parts, style):
        if used and used + 1 + len(word) > room:
            yield indent + line
            line, used = "", 0
        line += (" " if used else "") + drawn
        used += len(word) + (1 if used else 0)
    if line:
        yield indent + line


def _words(parts: Iterable[tuple[str, bool]], style: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Words with their drawn form; a word may be made of marked and unmarked pieces."""
    word = drawn = ""
    for text, marked in parts:
        for i, piece in enumerate(text.split(" ")):
            if i and word:
                yield word, drawn
                word = drawn = ""
            clean = clean_line(piece)
            word += clean
            drawn += click.style(clean, **style) if marked and clean and colourful() else clean
    if word:
        yield word, drawn


def published(post: Any) -> str:
    """A post's date as precise as it is known: ``2018-11-13``, ``2018-11``, ``2018`` or ``undated``."""
    if post.published is None:
        return "undated"
    exact = {"month": 7, "year": 4}.get(post.published_precision or "", 10)
    return str(post.published.isoformat()[:exact])


def plural(count: int, noun: str) -> str:
    """``1 post``, ``2 posts``, ``2 entries``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("try") else f"{count:,} {noun}s"


def count_line(held: int, stated: int | None, stated_by: str, why: str) -> str:
    """``holds 801 of 801 (X-WP-Total); read through REST, the cheapest way that it offers``."""
    of = "" if stated is None else f" of {stated:,} ({stated_by})"
    return f"holds {held:,}{of}; {why}"
