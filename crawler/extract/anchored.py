"""Finds the posts of Blogger's old templates, which head each with an anchor that bears its number."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from . import vocabulary as v
from .titles import Titles
from .tree import Tree
from .wording import is_date_heading

_NUMBER: Final = re.compile(r"\d{8,20}")
"""Blogger's posts had numbers of eight digits in 2002, of eighteen by 2003 and of nineteen later."""

_LEVELS: Final = 4


def anchored_posts(titles: Titles, strong: list[int]) -> dict[int, int | None]:
    """The anchors with a post's number, each with its title: all before their anchors, or all behind them.

    A title is one of the `strong` ones, or a heading. Empty where class names tell posts or their texts, as all of
    Blogger's templates since 2006 do, and where there are fewer anchors than strong titles.
    """
    tree = titles.tree
    if any(tree.roles[i] & (v.BODY | v.UNTITLED) for i in tree.spoken):
        return {}
    anchors = [i for i, tag in enumerate(tree.tags) if tag == "a" and not tree.outside[i] and _is_numbered(tree, i)]
    if not anchors or len(anchors) < len(strong):
        return {}
    heads = sorted({*strong, *(i for i in titles.headings if _is_title(tree, i))})
    before = {i: _title_before(tree, heads, strong, i) for i in anchors}
    behind = {i: _title_behind(tree, heads, i) for i in anchors}
    return max(before, behind, key=lambda found: sum(title is not None for title in found.values()))


def _is_numbered(tree: Tree, link: int) -> bool:
    """Whether a link is a post's anchor: comments have such, too, in elements whose class says so."""
    if not _NUMBER.fullmatch(tree.attributes[link].get("name", "")):
        return False
    for _ in range(_LEVELS):
        link = tree.parent[link]
        if link < 0:
            break
        named = tree.attributes[link]
        if "comment" in f"{named.get('class', '')} {named.get('id', '')}".lower():
            return False
    return True


def _is_title(tree: Tree, heading: int) -> bool:
    return bool(tree.words(heading)) and not is_date_heading(tree.text(heading, 100))


def _title_before(tree: Tree, heads: list[int], strong: list[int], anchor: int) -> int | None:
    """The title that an anchor stands in, or that stands before it, no word between: a sibling or named by class."""
    place = bisect_left(heads, anchor)
    title = heads[place - 1] if place else None
    if title is None or anchor < tree.end[title]:
        return title
    near = tree.parent[title] == tree.parent[anchor] or title in strong
    return title if near and tree.words(title) and not tree.words_between(title, anchor) else None


def _title_behind(tree: Tree, heads: list[int], anchor: int) -> int | None:
    """The title that follows an anchor with no word between."""
    place = bisect_left(heads, tree.end[anchor])
    title = heads[place] if place < len(heads) else None
    return title if title is not None and not tree.words_between(anchor, title) else None
