"""Tells posts that are shown beside a listing and are no part of it: by their heading, or on its later pages."""

from __future__ import annotations

import re
from typing import Final

from .kinds import EXCERPT_WORDS, Found
from .leads import bounds
from .tree import Tree

_MOST_WORDS: Final = 8
_ROW: Final = 3
_POPULAR: Final = re.compile(
    r"\W{0,4}(?:(?:our|the|this (?:week|month)(?:['’]s)?)\s+)?(?:"
    r"(?:most|top|editor(?:['’]s)?)[\s-]+(?:popular|read|viewed|shared|commented|picks?|posts?)"
    r"|popular|trending|featured|recommended|related|you may also like|don['’]t miss|must[\s-]+read"
    r"|beliebt|meistgelesen|empfohlen|populaire|les plus lus|à la une|destacad[oa]s|populares|más leíd[oa]s"
    r"|mais lid[oa]s|più letti|in evidenza|populair|meest gelezen|popularne|najpopularniejsze|popüler|популярн)",
    re.IGNORECASE,
)
"""How the heading of such a box begins, in the languages of the dates and some more."""

_RECENT: Final = re.compile(
    r"\W{0,4}(?:recent|latest|neueste|letzte|aktuelle|récents|derniers|recientes|últim[oa]s|entradas recientes"
    r"|ultimi|articoli recenti|laatste|recente|ostatnie|son yazı|последние|останні)",
    re.IGNORECASE,
)
"""How the heading of a box of the blog's newest posts begins."""


def unlist_popular(tree: Tree, found: list[Found], *, recent: bool) -> None:
    """Take the posts of boxes with such a heading off the listing, where other posts are left on it.

    `recent` tells that the page is no front page: there boxes below its posts may show the blog's newest ones, too.
    """
    first = min((_place(f) for f in found if f.listed), default=0)
    for heading in tree.headings:
        if not 0 < tree.words(heading) <= _MOST_WORDS or any(f.block.title == heading for f in found):
            continue
        text = tree.text(heading, 100)
        if not _POPULAR.match(text) and not (recent and heading > first and _RECENT.match(text)):
            continue
        box = _box_of(tree, heading, found)
        if box is None:
            continue
        inside = [f for f in found if heading < _place(f) < tree.end[box]]
        beside = sum(f.listed and not box <= _place(f) < tree.end[box] for f in found)
        # An archive's own posts may be headed as recent, too: what such a heading takes off is the smaller part.
        if beside >= (1 if _POPULAR.match(text) else len(inside)):
            for f in inside:
                f.listed = False


def _place(f: Found) -> int:
    """Where an entry stands: at its title, for the block of a sidebar's only post reaches up to all of it."""
    return f.block.start if f.block.title is None else f.block.title


def unlist_showcase(found: list[Found]) -> None:
    """Take pictures with titles above a later page's posts off the listing: the newest ones, on each of its pages."""
    first = next((place for place, f in enumerate(found) if f.body.words), 0)
    if not first:
        return
    shown, posts = found[:first], found[first:]
    apart = {f.block.parent for f in shown}.isdisjoint(f.block.parent for f in posts)
    if apart and len(posts) >= _ROW and all(f.body.words >= EXCERPT_WORDS for f in posts):
        for f in shown:
            f.listed = False


def _box_of(tree: Tree, heading: int, found: list[Found]) -> int | None:
    """The nearest element around a heading in which posts follow it; None where that is the page's column."""
    box = tree.parent[heading]
    while box >= 0 and not bounds(tree, box):
        starts = [_place(f) for f in found if box <= _place(f) < tree.end[box]]
        if starts:
            # A heading among the posts, or below them, heads no box of them.
            return box if min(starts) > heading else None
        box = tree.parent[box]
    return None
