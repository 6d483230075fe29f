"""Tells boxes of popular posts by their headings: what stands in them is no part of the listing beside them."""

from __future__ import annotations

import re
from typing import Final

from .kinds import Found
from .leads import bounds
from .tree import Tree

_MOST_WORDS: Final = 8
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
"""Below what a term or a month lists, such a heading begins a box of what is newest on the whole blog."""


def unlist_popular(tree: Tree, found: list[Found], archive: str) -> None:
    """Take the posts of boxes with such a heading off the listing, where other posts are left on it."""
    named = archive not in ("", "home")
    first = min((_place(f) for f in found if f.listed), default=0)
    for heading in tree.headings:
        if not 0 < tree.words(heading) <= _MOST_WORDS or any(f.block.title == heading for f in found):
            continue
        text = tree.text(heading, 100)
        if not _POPULAR.match(text) and not (named and heading > first and _RECENT.match(text)):
            continue
        box = _box_of(tree, heading, found)
        if box is None:
            continue
        inside = [f for f in found if heading < _place(f) < tree.end[box]]
        if any(f.listed and not box <= _place(f) < tree.end[box] for f in found):
            for f in inside:
                f.listed = False


def _place(f: Found) -> int:
    """Where an entry stands: at its title, for the block of a sidebar's only post reaches up to all of it."""
    return f.block.start if f.block.title is None else f.block.title


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
