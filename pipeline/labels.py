"""Which labels of a feed's item are categories, told by the categories that other pages of its blog name."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from .records import Entry
from .text import title_key

_KNOWN = "cat "
"""How the names of this evidence begin, among those of the offsets that dates show."""

UNSURE = "fed"
"""The name that entries show whose labels known categories would part elsewhere."""

_MAX_KEY = 120


def label_key(name: str) -> str:
    """The form in which labels are compared; an archive's name is a slug (``customer-service``)."""
    return title_key(name.replace("-", " "))


def labels_shown(entry: Entry) -> list[tuple[str, str]]:
    """What an entry contributes: the categories that a page or REST names, or that a feed's parting is a guess.

    Pairs of a name for the evidence and the category as written.
    """
    if entry.layout == "feed":
        return [(UNSURE, "")] if _is_unsure(entry) else []
    keys = {label_key(name)[:_MAX_KEY]: name for name in reversed(entry.categories)}
    return [(f"{_KNOWN}{key}", name) for key, name in sorted(keys.items()) if key]


def categories_shown(shown: Iterable[str]) -> frozenset[str]:
    """The keys of the categories that evidence names."""
    return frozenset(name.removeprefix(_KNOWN) for name in shown if name.startswith(_KNOWN))


def parted(entry: Entry, known: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The categories and tags of a feed's item; `known` are the keys of its blog's categories.

    WordPress writes the categories first and then the tags, each sorted by name. Where the order does not begin anew,
    the first name alone is taken for a category, and with it those that follow it and are known to be some.
    """
    names = (*entry.categories, *entry.tags)
    at = len(entry.categories)
    if _is_unsure(entry):
        while at < len(names) and label_key(names[at])[:_MAX_KEY] in known:
            at += 1
    return names[:at], names[at:]


def _is_unsure(entry: Entry) -> bool:
    if len(entry.categories) != 1 or not entry.tags:
        return False
    ordered = [name.casefold() for name in (*entry.categories, *entry.tags)]
    return sum(after < before for before, after in pairwise(ordered)) != 1
