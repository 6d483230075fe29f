"""Finds the titles of a listing that shows titles, and pictures perhaps, and no texts."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from . import vocabulary as v
from .addresses import absolute, is_permalink, may_be_post, same_page, split_page_number
from .leads import bounds, is_more_link
from .titles import Titles
from .wording import is_date_heading

_ROW: Final = 3
"""Fewer titles are no listing."""

_LEVELS: Final = 5
_TITLE_WORDS: Final = 30
_SLIDES: Final = re.compile(
    r"(?<!\S)(?!(?:category|tag|format)-)\S{0,100}?(?:slide|carousel|ticker|gallery|(?<![\w-])products?\b)",
    re.IGNORECASE,
)
"""A slide show's class, or a product's; WordPress's own classes of a post speak of its terms and its format."""

# WordPress's own pages of the pictures in a post.
_ATTACHMENT: Final = re.compile(r"[?&]attachment_id=\d|/attachment/", re.IGNORECASE)


def bare_titles(titles: Titles) -> list[int]:
    """The headings, or what class names call titles, of one make, or the links of blocks called posts, each to a post.

    The larger of the two counts, where it has three or more; empty else.
    """
    tree = titles.tree
    makes: dict[tuple[object, ...], dict[str, int]] = {(): _linked_blocks(titles)}
    called = (i for i in tree.titled if tree.roles[i] & v.TITLE and tree.tags[i] not in v.HEADINGS)
    for number in (*titles.headings, *(i for i in called if not tree.outside[i] and tree.words(i))):
        if tree.soft[number] or _is_slide(titles, number) or not titles.leads_to_post(number):
            continue
        named = "class" in tree.elements[tree.parent[number]].attrib
        makes.setdefault((*titles.shape(number), named), {}).setdefault(titles.link_of(number) or "", number)
    for found in makes.values():
        _drop_pictures(titles, found)
    largest = max(makes.values(), key=len)
    return sorted(largest.values()) if len(largest) >= _ROW else []


def few_titles(titles: Titles) -> list[int]:
    """The links that class names, a date beside them or a picture within vouch for, be they one or two."""
    pictured = [
        i for i in titles.headings if titles.is_pictured(i) and titles.leads_to_post(i) and not _is_slide(titles, i)
    ]
    named = [i for i in titles.strong() if titles.tree.roles[i] & v.TITLE and titles.leads_to_post(i)]
    named = [i for i in named if not (titles.tree.soft[i] or _is_slide(titles, i))]
    rows = ({titles.link_of(i) or "": i for i in row} for row in (pictured, named))
    makes = _linked_blocks(titles), _dated_links(titles), *rows
    if not any(makes) and (split_page_number(titles.page_url or "")[1] or 1) > 1:
        # The rest of an archive, on its last page: class names and texts are wanting, as on the pages before.
        return [i for i in lone_titles(titles) if is_permalink(titles.link_of(i) or "")]
    return sorted(max(makes, key=len).values())


def listed_links(titles: Titles) -> list[int]:
    """The links of three or more blocks that are called posts, or of as many lines with a date behind each."""
    largest = max(_linked_blocks(titles), _dated_links(titles), key=len)
    return sorted(largest.values()) if len(largest) >= _ROW else []


def pictured_titles(titles: Titles) -> list[int]:
    """The headings without a link in a row of alike elements, in each of which a picture leads to another post."""
    tree = titles.tree
    rows: dict[tuple[int, str, str], dict[str, int]] = {}
    for number in titles.headings:
        if tree.soft[number] or not tree.words(number) or titles.link_of(number) is not None:
            continue
        card = _picture_card(titles, number)
        if card is None or _is_slide(titles, number):
            continue
        leads = {absolute(titles.base, tree.attributes[i].get("href")) for i in tree.within(tree.links, card)}
        posts = {address.partition("#")[0] for address in leads if address and may_be_post(address, titles.page_url)}
        if len(posts) == 1:
            rows.setdefault((tree.parent[card], tree.tags[card], tree.tags[number]), {})[posts.pop()] = number
    for found in rows.values():
        _drop_pictures(titles, found)
    largest = max(rows.values(), key=len, default={})
    return sorted(largest.values()) if len(largest) >= _ROW else []


def pictured_links(titles: Titles) -> list[int]:
    """The links without a heading in a row of alike elements that each hold a picture and a title, to other posts."""
    tree = titles.tree
    rows: dict[tuple[int, str, str], dict[str, int]] = {}
    for link in tree.links:
        if tree.outside[link] or tree.soft[link] or not 0 < tree.words(link) <= _TITLE_WORDS:
            continue
        address = (absolute(titles.base, tree.attributes[link].get("href")) or "").partition("#")[0]
        if not may_be_post(address, titles.page_url) or "img" not in tree.tags[link : tree.end[link]]:
            continue
        card = tree.parent[link]
        row = tree.parent[card], tree.tags[card], tree.attributes[link].get("class", "")
        if not _is_slide(titles, link) and not same_page(address, titles.page_url):
            rows.setdefault(row, {}).setdefault(address, link)
    for found in rows.values():
        _drop_pictures(titles, found)
    largest = max(rows.values(), key=len, default={})
    return sorted(largest.values()) if len(largest) >= _ROW else []


def _picture_card(titles: Titles, heading: int) -> int | None:
    """The nearest element around a heading, and no other, that holds a picture's link; None where there is none."""
    tree, around = titles.tree, heading
    for _ in range(_LEVELS):
        around = tree.parent[around]
        if around < 0 or bounds(tree, around) or len(tree.within(titles.headings, around)) > 1:
            return None
        links = tree.within(tree.links, around)
        # Some themes lay a link without words over the picture.
        laid = any("img" in tree.tags[i : tree.end[i]] for i in links)
        if laid or ("img" in tree.tags[around : tree.end[around]] and any(not tree.words(i) for i in links)):
            return around
    return None


def lone_titles(titles: Titles) -> list[int]:
    """The headings that lead to a post and are dated, or whose address is linked again: by a picture, "Read more"."""
    tree = titles.tree
    addresses = [(absolute(titles.base, tree.attributes[i].get("href")) or "").partition("#")[0] for i in tree.links]
    linked = Counter(a for i, a in zip(tree.links, addresses, strict=True) if not tree.outside[i] and not tree.soft[i])
    found: dict[str, int] = {}
    for number in titles.headings:
        dated = is_date_heading(tree.text(number, 100))
        if dated or tree.soft[number] or _is_slide(titles, number) or not titles.leads_to_post(number):
            continue
        address = (titles.link_of(number) or "").partition("#")[0]
        if linked[address] > 1 or titles.is_dated_below(number):
            found.setdefault(address, number)
    return sorted(found.values())


def _dated_links(titles: Titles) -> dict[str, int]:
    """The links with words that a date stands behind, under one parent, by their addresses."""
    tree = titles.tree
    found: dict[str, int] = {}
    for link in tree.links:
        following = tree.next_sibling(link)
        if following is None or tree.outside[link] or tree.soft[link] or not tree.words(link):
            continue
        if tree.tags[following] != "time" and not tree.roles[following] & v.DATE:
            continue
        address = absolute(titles.base, tree.attributes[link].get("href"))
        if may_be_post(address, titles.page_url) and not is_more_link(tree, link):
            found.setdefault(address or "", link)
    return found


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
            named = (i for i in links if not is_more_link(tree, i) and not v.DATE_LINE.fullmatch(tree.text(i, 100)))
            link = next(named, links[0])
            # In one link around a whole card its heading is the title: a date may stand beside it.
            heads = [i for i in tree.within(titles.headings, link) if tree.words(i)]
            found.setdefault(address or "", heads[0] if len(heads) == 1 else link)
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
    """Whether a heading stands in a slide show, or names what a shop sells."""
    for _ in range(_LEVELS):
        if number < 0:
            return False
        if _SLIDES.search(titles.tree.attributes[number].get("class", "")):
            return True
        number = titles.tree.parent[number]
    return False
