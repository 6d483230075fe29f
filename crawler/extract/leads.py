"""Tells where links lead: from a teaser to its post, from a title to its own page, to the comments below it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from . import vocabulary as v
from .addresses import absolute
from .tree import Tree, one_line

COMMENTS: Final = re.compile(r"comment|respond|repl(?:y|ies)|disqus", re.IGNORECASE)
"""What the fragment of a link to a post's comments holds."""

LEVELS_AROUND: Final = 8
"""Themes put a whole card, picture and text, into one link."""

_FEW_WORDS: Final = 8
_SHORT: Final = 80


def bounds(tree: Tree, number: int) -> bool:
    """Whether an element is a container that no entry reaches beyond."""
    return bool(tree.roles[number] & v.MAIN) or tree.tags[number] in ("body", "main", "html", "tbody")


def is_more_link(tree: Tree, link: int) -> bool:
    """Whether a link leads from a teaser to its post, by its class or its words."""
    known = tree.more.get(link)
    if known is None:
        known = tree.more[link] = _is_more_link(tree, link)
    return known


def _is_more_link(tree: Tree, link: int) -> bool:
    above = tree.parent[link]
    if tree.roles[link] & v.MORE or (tree.roles[above] & v.MORE and tree.words(above) < _FEW_WORDS):
        return True
    if tree.words(link) > 30:
        return False
    if tree.end[link] == link + 1 and len(written := tree.texts[link] or "") <= _SHORT:
        return _says_more(written)
    text = tree.text(link, 300) or _pictured(tree, link)
    return bool(text) and _speaks_of_more(text)


@lru_cache(2048)
def _says_more(written: str) -> bool:
    # A page's frame and teasers say the same on every page of an archive: of 42 asked for, 39 are remembered.
    return bool(text := one_line(written)) and _speaks_of_more(text)


def _speaks_of_more(text: str) -> bool:
    return v.MORE_TEXT.fullmatch(text) is not None or v.MORE_START.match(text) is not None


def _pictured(tree: Tree, link: int) -> str:
    """What the picture says that is a link's only content."""
    return next(
        (tree.attributes[i].get("alt", "")[:300] for i in range(link + 1, tree.end[link]) if tree.tags[i] == "img"), ""
    )


def title_link(tree: Tree, title: int, base: str | None) -> str | None:
    """The address that a title's own link gives, absolute; None where it has none."""
    key = (title, base)
    if key not in tree.leads:
        tree.leads[key] = _title_link(tree, title, base)
    return tree.leads[key]


def _title_link(tree: Tree, title: int, base: str | None) -> str | None:
    inside = tree.within(tree.links, title)
    around = title
    if not inside:
        for _ in range(LEVELS_AROUND):
            around = tree.parent[around]
            if around < 0 or bounds(tree, around):
                return None
            if tree.tags[around] == "a":
                inside = [around]
                break
    for link in inside:
        href = tree.attributes[link].get("href", "")
        if href.startswith("#"):
            continue
        if address := absolute(base, href):
            return address
    return None
