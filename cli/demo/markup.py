"""From a post's plain text to the pieces of HTML that blog platforms make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_OPENING_QUOTE = re.compile(r"(?:(?<=[\s(\[–—])|^)(['\"])", re.MULTILINE)
_NUMBERED = str.maketrans({sign: f"&#{ord(sign)};" for sign in "‘’“”…–—"})
_CLOSING = str.maketrans({"'": "’", '"': "”"})


def typeset(text: str) -> str:
    """Curly quotes, one-sign dots and real dashes, as WordPress (wptexturize) puts them in when it shows a text."""
    text = _OPENING_QUOTE.sub(lambda quote: "‘" if quote[1] == "'" else "“", text)
    return text.translate(_CLOSING).replace("...", "…").replace(" -- ", " – ")


def numbered(html: str) -> str:
    """The same HTML with WordPress's numbered entities for quotes, dashes and dots: ``&#8217;``."""
    return html.translate(_NUMBERED)


def heading(text: str) -> str:
    """A title as WordPress renders it for its pages, its REST interface and its feeds."""
    return numbered(escape(typeset(text), quote=False).replace("&amp;", "&#038;"))


def blocks(body: str) -> Iterator[list[str]]:
    """The body's paragraphs in order: a list of list items where it begins with ``- ``, else one joined line."""
    for block in re.split(r"\n[ \t]*\n", body.strip()):
        lines = [line.strip() for line in block.splitlines()]
        if lines[0].startswith("- "):
            yield lines
        else:
            yield [" ".join(lines)]


def paragraphs(body: str) -> str:
    """The body as ``<p>`` and ``<ul>`` elements, escaped."""
    parts = []
    for block in blocks(body):
        if block[0].startswith("- "):
            items = "".join(f"<li>{escape(line.removeprefix('- '), quote=False)}</li>\n" for line in block)
            parts.append(f"<ul>\n{items}</ul>")
        else:
            parts.append(f"<p>{escape(block[0], quote=False)}</p>")
    return "\n".join(parts)


def plain(body: str) -> str:
    """The body on one line, list marks taken off: what excerpts and snippets are cut from."""
    return " ".join(line.removeprefix("- ") for block in blocks(body) for line in block)


def excerpt(body: str, words: int) -> str:
    """The first `words` words, cut between two words without a mark, as the tips blog's teasers are."""
    return " ".join(plain(body).split()[:words])


def trimmed(text: str, words: int = 55) -> str:
    """WordPress's automatic excerpt of a typeset text, as HTML without a tag (wp_trim_words, 55 words)."""
    said = text.split()
    more = " [&#8230;]" if len(said) > words else ""
    return numbered(escape(" ".join(said[:words]), quote=False)) + more


def snippet(body: str, characters: int = 1000) -> str:
    """Blogger's snippet: one line of at most `characters`, cut inside a word with three dots when longer.

    The limit of 1000 and the cut were measured on real label pages of Blogger's new themes.
    """
    line = plain(body)
    return line if len(line) <= characters else line[: characters - 3].rstrip() + "..."
