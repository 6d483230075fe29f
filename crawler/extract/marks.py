"""What an element's tag and attributes say of it: its roles, and what later steps look for it as."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from . import vocabulary as v

_SPOKEN, _HEADING, _TITLED, _OUTSIDE, _MAIN, _PAGER, _NOTHING, _LOCK, _STEERING, _NAMING = range(10)
"""What an element may be listed as: the places of the lists in `Tree.noted`."""

LONG_CLASS: Final = 500
"""Characters; what longer attributes say is not held."""

FURTHER: Final = frozenset(("id", "itemprop", "role", "hidden", "style"))
"""Attributes beside the class that say what an element is."""

_REGION_TAGS = v.OUTSIDE_TAGS | {"aside", "footer", "header"}
ROOTS: Final = frozenset(("html", "body"))
NAMING_CLASSES: Final = ("archive-title", "page-title", "search-label", "status-msg-body")
TELLING: Final = _REGION_TAGS | v.HEADINGS | ROOTS | {"main", "article"}
"""Tags that say something by themselves."""


_BY_ROLE: Final = (
    (_SPOKEN, -1),
    (_TITLED, v.TITLE),
    (_OUTSIDE, v.OUTSIDE | v.WIDGET | v.HIDDEN),
    (_MAIN, v.MAIN),
    (_PAGER, v.PAGER),
    (_NOTHING, v.NOTHING),
)


@lru_cache(4096)
def spoken(tag: str, classes: str) -> tuple[int, tuple[int, ...]]:
    """What `speaks` says of an element without further attributes; `tag` is empty where it is not `TELLING`."""
    # A page of 200 elements asks 143 times, and nearly always for what the page before it asked.
    return speaks(tag, {"class": classes} if classes else {})


def speaks(tag: str, attributes: dict[str, str]) -> tuple[int, tuple[int, ...]]:
    """An element's roles, by its tag and attributes, and in which of the tree's lists it is to stand."""
    classes = attributes.get("class", "")
    further = v.IDS.get(attributes["id"].lower(), 0) if "id" in attributes else 0
    if "itemprop" in attributes:
        further |= v.ITEMPROPS.get(attributes["itemprop"].lower(), 0)
    if "hidden" in attributes or ("style" in attributes and _hides(attributes["style"])):
        further |= v.HIDDEN
    is_main = tag == "main" or attributes.get("role") == "main"
    if len(attributes) > 1 and not (further or is_main) and len(classes) <= LONG_CLASS:
        return spoken(tag if tag in TELLING else "", classes)
    names = any(name in classes for name in NAMING_CLASSES)
    if tag in ROOTS:
        return v.MAIN, (_SPOKEN, _NAMING) if names else (_SPOKEN,)
    roles = v.roles_of(classes)
    roles |= further & ~v.HIDDEN
    if is_main:
        roles = (roles | v.MAIN) & ~v.OUTSIDE
    elif tag == "article":
        roles = (roles | v.BLOCK) & ~(0 if v.RELATED in classes.split() else v.OUTSIDE)
    roles |= further & v.HIDDEN
    marks = [place for place, bits in _BY_ROLE if roles & bits]
    if tag in v.HEADINGS:
        marks += (_HEADING,) if _TITLED in marks else (_HEADING, _TITLED)
    if tag in _REGION_TAGS and _OUTSIDE not in marks:
        marks.append(_OUTSIDE)
    if tag == "form" and v.LOCK in classes.split():
        marks.append(_LOCK)
    if v.STEERING.search(classes.lower()):
        marks.append(_STEERING)
    if names or tag in ("h1", "h2"):
        marks.append(_NAMING)
    return roles, tuple(marks)


def _hides(style: str) -> bool:
    if "none" not in style and "hidden" not in style:
        return False
    squeezed = style.replace(" ", "").lower()
    return "display:none" in squeezed or "visibility:hidden" in squeezed
