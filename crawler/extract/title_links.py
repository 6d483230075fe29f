"""Finds links that stand like titles without being headings."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from . import vocabulary as v
from .addresses import absolute, may_be_post
from .leads import COMMENTS
from .tree import Tree
from .wording import SIGNS

if TYPE_CHECKING:
    from .titles import Titles

_CLOSE: Final = 15


_COMPACT: Final = re.compile(r"\d{1,2}\s?[A-Za-z]{3}\s?\d{2}(?:\d{2})?")
"""A date as one word: ``24Oct06``."""


def link_before_date(tree: Tree, title: int) -> int:
    """The only link in a title, where a date stands behind it and nothing else beside it; else `title` itself."""
    links = tree.within(tree.links, title)
    if (
        len(links) != 1
        or tree.parent[links[0]] != title
        or not tree.words(links[0])
        or (tree.texts[title] or "").strip()
    ):
        return title
    behind = (tree.tails[links[0]] or "").strip(f"{SIGNS}()")
    if tree.end[links[0]] != tree.end[title] or not 0 < len(behind) < 60:
        return title
    return links[0] if _COMPACT.fullmatch(behind) or v.DATE_LINE.fullmatch(behind) else title


def title_links(titles: Titles, covered: bytearray) -> list[int]:
    """The links before a line like "Posted on …", or before a "Read more" that leads to the same address.

    Those `covered` may be left out.
    """
    tree = titles.tree
    free = [link for link in tree.links if not (covered[link] or tree.outside[link])]
    if not free:
        return []
    found: list[int] = []
    last: tuple[str, int] | None = None
    more = set(titles.more_links)
    hrefs = {tree.attributes[link].get("href", "").partition("#")[0] for link in titles.more_links}
    before_more = any(tree.attributes[link].get("href", "").partition("#")[0] in hrefs for link in free)
    in_headings = _in_headings(tree)
    for link in tree.links if before_more else free:
        if tree.outside[link] or link in in_headings:
            continue
        href, _, fragment = tree.attributes[link].get("href", "").partition("#")
        if link in more:
            if last is not None and href and last[0] == href and not tree.holds(titles.headings, last[1]):
                found.append(last[1])
            last = None
            continue
        if not tree.words(link) or (fragment and COMMENTS.search(fragment)):
            continue
        if not may_be_post(absolute(titles.base, href), titles.page_url):
            continue
        last = (href, link) if last is None or last[0] != href else last
        above = tree.parent[link]
        if covered[link]:
            continue
        if tree.words(above) == tree.words(link) and tree.tags[above] in ("div", "p", "strong", "b", "span", "dt"):
            following = tree.next_sibling(above)
            if following is not None and v.POSTED.match(tree.text(following, 200)):
                found.append(link)
    return [link for link in found if not _is_picture_of(titles, link)]


def _is_picture_of(titles: Titles, link: int) -> bool:
    """Whether a link is a picture's, with words for readers aloud, and a heading close behind leads where it does."""
    tree, headings = titles.tree, titles.headings
    place = bisect_left(headings, link)
    if place == len(headings) or headings[place] - link > _CLOSE or "img" not in tree.tags[link : tree.end[link]]:
        return False
    return titles.link_of(headings[place]) == absolute(titles.base, tree.attributes[link].get("href"))


def in_heading(tree: Tree, number: int) -> bool:
    """Whether an element stands in a heading, up to three levels down."""
    above = tree.parent[number]
    for _ in range(3):
        if above < 0:
            return False
        if tree.tags[above] in v.HEADINGS:
            return True
        above = tree.parent[above]
    return False


def _in_headings(tree: Tree) -> set[int]:
    near = {i for heading in tree.headings for i in tree.within(tree.links, heading) if i != heading}
    return {link for link in near if in_heading(tree, link)}
