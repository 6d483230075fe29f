"""Finds rows of cards beside posts with texts: a picture and a title each, and nothing that the post says."""

from __future__ import annotations

from typing import Final

from . import vocabulary as v
from .addresses import absolute, may_be_post, same_page
from .leads import COMMENTS
from .title_links import in_heading
from .titles import Titles

_ROW: Final = 3
"""Fewer cards are no row."""

_Rows = dict[tuple[object, ...], dict[str, int]]


def card_titles(titles: Titles, covered: bytearray) -> list[int]:
    """The titles of at least three alike cards that are not `covered`, from top to bottom; empty where there are none.

    What vouches for a card is a link without words that is laid over an ``article`` with one heading, or a picture's
    link and one to the post's comments beside the title's own.
    """
    tree = titles.tree
    free = [i for i in tree.links if not (covered[i] or tree.outside[i] or tree.soft[i])]
    laid = [i for i in free if tree.end[i] == i + 1 and not tree.words(i)]
    hrefs = [(i, tree.attributes[i]["href"]) for i in free]
    talked = [i for i, href in hrefs if "#" in href and COMMENTS.search(href.partition("#")[2])]
    rows: _Rows = {}
    if len(laid) >= _ROW:
        _lie_over_articles(titles, laid, rows)
    if len(talked) >= _ROW:
        _stand_alone(titles, free, talked, rows)
    largest = max(rows.values(), key=len, default={})
    if len(rows) > 1:
        # Some themes show the newest posts in one row, and in another those that follow.
        for row in [row for row in rows.values() if len(row) >= _ROW]:
            largest = {**row, **largest}
    return sorted(largest.values()) if len(largest) >= _ROW else []


def _lie_over_articles(titles: Titles, laid: list[int], rows: _Rows) -> None:
    tree = titles.tree
    for link in laid:
        card, address = tree.inside(link, v.BLOCK), _post(titles, link)
        if card is None or tree.tags[card] != "article" or not address:
            continue
        heads = [i for i in tree.within(titles.headings, card) if tree.words(i)]
        if len(heads) == 1 and titles.link_of(heads[0]) is None:
            rows.setdefault((tree.parent[card], tree.tags[heads[0]]), {}).setdefault(address, heads[0])


def _stand_alone(titles: Titles, free: list[int], talked: list[int], rows: _Rows) -> None:
    tree = titles.tree
    told = {_post(titles, i) for i in talked}
    pictured = {_post(titles, i) for i in free if not tree.words(i) and "img" in tree.tags[i : tree.end[i]]}
    makes: _Rows = {}
    for link in free:
        above, address = tree.parent[link], _post(titles, link)
        alone = 0 < tree.words(link) == tree.words(above) and "#" not in tree.attributes[link]["href"]
        if address and address in pictured and alone and not in_heading(tree, link):
            make = tree.tags[above], tree.attributes[above].get("class", "")
            makes.setdefault(make, {}).setdefault(address, link)
    # Where most are vouched for by their comments, the others have none yet.
    rows.update({make: row for make, row in makes.items() if len(told & row.keys()) >= max(_ROW, len(row) / 2)})


def _post(titles: Titles, link: int) -> str:
    """The address of the post that a link leads to, without its fragment; empty where it leads to none, or here."""
    address = (absolute(titles.base, titles.tree.attributes[link].get("href")) or "").partition("#")[0]
    leads = may_be_post(address, titles.page_url) and not same_page(address, titles.page_url)
    return address if leads else ""
