"""Names the archive that a page belongs to: by its address, else by its heading, else by the classes of its body."""

from __future__ import annotations

import re
from typing import Final

from . import vocabulary as v
from .addresses import archive_of, slug_of
from .head import Head
from .tree import Tree

_HEADED: Final = re.compile(
    r"\s*(tag|category|author|label)s?(?: archives?)?(?: for)?\s*:\s*[\"“‘']?(.{1,120}?)[\"”’']?\s*$|"
    r"\s*(?:showing )?posts (tagged|with the label|with label)\s*:?\s*[\"“‘']?(.{1,120}?)[\"”’']?\s*$",
    re.IGNORECASE,
)
_HEADED_KINDS: Final = {"tagged": "tag", "with the label": "label", "with label": "label"}
_CLASS_KINDS: Final = (("tag", "tag-"), ("category", "category-"), ("author", "author-"))


def archive_name(tree: Tree, head: Head, here: str | None) -> str:
    """The archive of a page (``tag:customer service``, ``date:2014/10``, ``home``), empty where nothing names it.

    The address says what kind it is; the name is the heading's where the two agree, for slugs lose case and signs.
    """
    named = archive_of(here) or archive_of(head.canonical)
    kind, _, name = named.partition(":")
    heading = _heading(tree)
    found = _HEADED.match(heading)
    said = (found[2] or found[4] or "").strip() if found else heading
    if kind in ("tag", "category", "author"):
        if said and slug_of(said) == slug_of(name):
            return f"{kind}:{said}"
        return f"{kind}:{name.replace('-', ' ')}"
    if named:
        return named
    if found:
        kind = (found[1] or _HEADED_KINDS[(found[3] or "").lower()]).lower()
        return f"{kind}:{said}"
    for kind, prefix in _CLASS_KINDS:
        if kind in head.body_classes:
            slugs = [c.removeprefix(prefix) for c in head.body_class.split() if c.startswith(prefix)]
            # WordPress writes its number for a slug in another script, and "category-paged-2" on further pages.
            named_slugs = [s for s in slugs if not s.removeprefix("paged-").isdecimal()]
            if named_slugs:
                return (
                    f"{kind}:{said if slug_of(said) == slug_of(named_slugs[0]) else named_slugs[0].replace('-', ' ')}"
                )
    return "home" if head.body_classes & {"home", "blog"} else ""


def archive_of_text(said: str, here: str | None) -> str:
    """The archive of a text rendering: what its address names, by the name that the text gives it where they agree."""
    named = archive_of(here)
    kind, _, name = named.partition(":")
    if not named or slug_of(said.partition(":")[2]) == slug_of(name):
        return said
    return f"{kind}:{name.replace('-', ' ')}" if kind in ("tag", "category", "author") else named


def _heading(tree: Tree) -> str:
    for number in tree.naming:
        tag, roles, classes = tree.tags[number], tree.roles[number], tree.attributes[number].get("class", "")
        if not roles & v.TITLE and (not tree.outside[number] or "status-msg" in classes):
            text = tree.text(number, 300)
            if text and (
                "title" in classes or "status" in classes or "search" in classes or tag == "h1" or _HEADED.match(text)
            ):
                return text
    return ""
