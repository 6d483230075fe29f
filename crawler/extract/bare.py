"""Finds the titles of a listing that shows titles, and pictures perhaps, and no texts."""

from __future__ import annotations

import re
from typing import Final

from . import vocabulary as v
from .addresses import absolute, is_permalink, may_be_post
from .titles import Titles

_ROW: Final = 3
"""Fewer titles are no listing."""

_LEVELS: Final = 5
_SLIDES: Final = re.compile(r"slide|carousel|ticker|gallery", re.IGNORECASE)
# WordPress's own pages of the pictures in a post.
_ATTACHMENT: Final = re.compile(r"[?&]attachment_id=\d|/attachment/", re.IGNORECASE)


def bare_titles(titles: Titles) -> list[int]:
    """The headings of one make that each lead to another post, or the links of blocks that are called posts.

    The larger of the two counts, where it has three or more; empty else.
    """
    tree = titles.tree
    makes: dict[tuple[object, ...], dict[str, int]] = {(): _linked_blocks(titles)}
    for number in titles.headings:
        if tree.soft[number] or _is_slide(titles, number) or not titles.leads_to_post(number):
            continue
        named = "class" in tree.elements[tree.parent[number]].attrib
        makes.setdefault((*titles.shape(number), named), {}).setdefault(titles.link_of(number) or "", number)
    for found in makes.values():
        _drop_pictures(titles, found)
    largest = max(makes.values(), key=len)
    return sorted(largest.values()) if len(largest) >= _ROW else []


def _linked_blocks(titles: Titles) -> dict[str, int]:
    """The links of blocks that class names call posts and that hold one address with words, by that address."""
    tree = titles.tree
    found: dict[str, int] = {}
    last_end = 0
    for number in tree.spoken:
        roles = tree.roles[number]
        if number < last_end or not roles & v.UNTITLED or roles & v.MAIN or tree.outside[number] or tree.soft[number]:
            continue
        last_end = tree.end[number]
        links = [i for i in tree.within(tree.links, number) if tree.words(i) and not tree.outside[i]]
        addresses = {absolute(titles.base, tree.attributes[i].get("href")) for i in links}
        if _is_slide(titles, number):
            continue
        if len(addresses) == 1 and may_be_post(address := addresses.pop(), titles.page_url):
            found.setdefault(address or "", links[0])
    return found


def _drop_pictures(titles: Titles, found: dict[str, int]) -> None:
    """Leave out what leads to a picture's own page, by its link or address, or as all do below one post's address."""
    tree = titles.tree
    for address, number in list(found.items()):
        links = (number, *tree.within(tree.links, number))
        rels = {word for link in links for word in tree.attributes[link].get("rel", "").lower().split()}
        if "attachment" in rels or _ATTACHMENT.search(address):
            del found[address]
    above = {address.rstrip("/").rpartition("/")[0] + "/" for address in found}
    if len(above) == 1 and is_permalink(above.pop()):
        found.clear()


def _is_slide(titles: Titles, number: int) -> bool:
    """Whether a heading stands in a slide show."""
    for _ in range(_LEVELS):
        if number < 0:
            return False
        if _SLIDES.search(titles.tree.attributes[number].get("class", "")):
            return True
        number = titles.tree.parent[number]
    return False
