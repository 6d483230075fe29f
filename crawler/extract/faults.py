"""Names what a site's own fault shows with status 200: a database that is down, a gateway, an error of PHP's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .tree import Tree

DATABASE: Final = "a database error"
SERVER: Final = "an error of the server's"
WORDPRESS: Final = "an error of WordPress's own"
PHP: Final = "an error of PHP's"
FAULTS: Final = (DATABASE, SERVER, WORDPRESS, PHP)

_HEADED_WORDS: Final = 120
"""So many words these pages show at most under their heading; WordPress's advice on a database has about 90."""

_BARE_WORDS: Final = 25
_STATUS: Final = r"(?:(?:http )?(?:error )?(?:50[0-9]|52[0-9])\W{0,3})?(?:error\W{1,3})?"

_SHAPES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (DATABASE, re.compile(r"error establishing a database connection|database (?:connection )?error")),
    (
        SERVER,
        re.compile(
            rf"{_STATUS}(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out"
            r"|backend fetch failed|web server is (?:down|returning an unknown error)|resource limit is reached"
            r"|no healthy upstream|upstream (?:connect error|request timeout))"
            r"|error 5[0-9]{2} \(.{1,40}\)!{0,2}1?|[a-z0-9.-]{4,100} \| 5[0-9]{2}: .{1,60}"
        ),
    ),
    (
        WORDPRESS,
        re.compile(
            r"there has been a critical error on (?:this|your) website"
            r"|(?:the|this) site is experiencing technical difficulties"
        ),
    ),
)
"""The sentences, in lower case, by which these pages are known; as a rule they are all that a page says."""

_PHP: Final = re.compile(r"(?:php )?(?:fatal|parse) error")
_PHP_BARE: Final = re.compile(rf"(?:{_PHP.pattern}) ?: .{{0,1500}}?(?: on line \d|\.php:\d)")

_WORDPRESS_PAGE: Final = "wp-die-message"
"""The class of the element in which `wp_die` says why a page could not be made, in any language (since 5.3)."""


def fault(tree: Tree, text: str, title: str) -> str | None:
    """One of `FAULTS` where a page shows one instead of posts, else None.

    `text` is what it shows and `title` its title, both in lower case. Meant for pages in which no post was found: the
    sentences are looked for where a fault puts them, as a title or heading, or at the head of a page of few words.
    """
    words = tree.words(0) if tree.elements else 0
    if words <= _HEADED_WORDS:
        said = [text[:200]] if words <= _BARE_WORDS else []
        for name, shape in _SHAPES:
            if any(_begins(line, shape) for line in said) or any(map(shape.fullmatch, (title, *_headings(tree)))):
                return name
    if _PHP_BARE.match(text) or any(_PHP.fullmatch(line) for line in _in_bold(tree)):
        return PHP
    died = any(_WORDPRESS_PAGE in attributes.get("class", "").split() for attributes in tree.attributes if attributes)
    return WORDPRESS if died else None


def _begins(line: str, shape: re.Pattern[str]) -> bool:
    found = shape.match(line)
    return found is not None and not line[found.end() : found.end() + 1].isalnum()


def _headings(tree: Tree) -> Iterator[str]:
    """The highest headings that lead nowhere; a post's title that is quoted somewhere leads to the post."""
    for number in tree.headings[:10]:
        inside = range(number, tree.end[number])
        if tree.tags[number] in {"h1", "h2"} and not any(tree.tags[n] == "a" for n in inside):
            yield tree.text(number, 200).lower().rstrip(" .!")


def _in_bold(tree: Tree) -> Iterator[str]:
    """What stands in ``<b>`` and in no link, as PHP writes the kind of an error (its ``html_errors``)."""
    for number, tag in enumerate(tree.tags):
        if tag == "b":
            above = number
            while above >= 0 and tree.tags[above] != "a":
                above = tree.parent[above]
            if above < 0:
                yield tree.text(number, 40).lower()
