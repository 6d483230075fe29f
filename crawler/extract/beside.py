"""Reads dates beside a post: above its box, below its heading, behind a link to it, or for machines alone."""

from __future__ import annotations

from typing import Final

from ...pipeline.records import RawDate
from . import vocabulary as v
from .addresses import absolute, may_be_post, same_page
from .dates import ISO, META_WORDS, place, read_dates
from .leads import bounds
from .tree import Tree

_CLOSE: Final = 30
_LEVELS_ABOVE: Final = 2


def read_unseen_date(tree: Tree, roots: tuple[int, ...], dates: list[RawDate]) -> None:
    """Adds the date of publication that a block gives to machines alone, where nothing shown dates it.

    What is written there counts before attributes: a theme has the page's own moment in those of all its posts.
    """
    if any(d.origin in ("time", "label") for d in dates):
        return
    for number in [i for root in roots for i in tree.within(tree.spoken, root)]:
        named = tree.attributes[number]
        if named.get("itemprop") == "datePublished" and (tree.inside(number, v.OUTSIDE) or -1) < roots[0]:
            said = tree.text(number, 100)
            stamp = said or named.get("content", "") or named.get("datetime", "")
            if ISO.match(stamp):
                at = place(tree, number, "" if said else "content" if named.get("content") else "datetime")
                dates.insert(0, RawDate(stamp[:200], "time", at))
                return


def dates_above(tree: Tree, block: int) -> list[RawDate]:
    """The date in a line about the post that stands before the post's box, in a head of their common section."""
    dates: list[RawDate] = []
    number = block
    for _ in range(_LEVELS_ABOVE):
        around = tree.parent[number]
        if around < 0 or bounds(tree, around):
            break
        head = range(around + 1, number)
        if len(head) > _CLOSE or any(
            tree.roles[i] & v.BLOCK for i in (*head, *range(tree.end[number], tree.end[around]))
        ):
            break
        if any(tree.roles[i] & v.META and 0 < tree.words(i) <= META_WORDS and not tree.outside[i] for i in head):
            read_dates(tree, [i for i in head if not tree.outside[i]], dates)
            break
        number = around
    return dates


def dates_other(tree: Tree, link: int, base: str | None, *own: str | None) -> bool:
    """Whether a link leads to another post than `own` addresses and says when that was written, beside its title."""
    within = range(link + 1, tree.end[link])
    if not any(tree.roles[i] & v.DATE or tree.tags[i] == "time" for i in within):
        return False
    if "bookmark" in tree.attributes[link].get("rel", "") or tree.roles[tree.parent[link]] & (v.META | v.DATE):
        # A line about the post itself, whatever way its address is written.
        return False
    titled = any(tree.words(i) and not _is_of_date(tree, i) for i in within if tree.end[i] == i + 1)
    address = absolute(base, tree.attributes[link].get("href")) if titled else None
    return may_be_post(address, own[0]) and not any(same_page(address, url) for url in own)


def _is_of_date(tree: Tree, number: int) -> bool:
    """Whether an element without others is a date, of one, or a sign."""
    named = tree.roles[number] | tree.roles[tree.parent[number]]
    dated = named & (v.DATE | v.UPDATED) or "time" in (tree.tags[number], tree.tags[tree.parent[number]])
    return bool(dated) or not any(map(str.isalnum, tree.text(number, 40)))


def dates_below(tree: Tree, heading: int, base: str | None, here: str | None) -> list[RawDate]:
    """The date that stands close below a heading, before the next one and outside links to other posts."""
    dates: list[RawDate] = []
    stop = min(tree.end[heading] + _CLOSE, len(tree.elements))
    following = next((i for i in tree.headings if i >= tree.end[heading] and tree.tags[i] <= "h3"), stop)
    zone = list(range(tree.end[heading], min(stop, following)))
    for link in [i for i in zone if tree.tags[i] == "a"]:
        if dates_other(tree, link, base, here):
            zone = [i for i in zone if not link <= i < tree.end[link]]
    read_dates(tree, zone, dates)
    return dates


def dates_behind_link(tree: Tree, base: str | None, here: str | None) -> list[RawDate]:
    """The date right behind a link with words to the page itself, as in a list that shows the post among its like."""
    dates: list[RawDate] = []
    for link in tree.links if here else ():
        if tree.words(link) and same_page(absolute(base, tree.attributes[link].get("href")), here):
            following = tree.next_sibling(link)
            while following is not None and tree.tags[following] == "br":
                following = tree.next_sibling(following)
            if following is not None and (tree.roles[following] & v.DATE or tree.tags[following] == "time"):
                read_dates(tree, list(range(following, tree.end[following])), dates)
        if dates:
            break
    return dates
