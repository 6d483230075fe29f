"""Tells the lines that stand between posts and say a day."""

from __future__ import annotations

from itertools import takewhile

from . import vocabulary as v
from .tree import Tree
from .wording import is_date_heading


def is_day(tree: Tree, number: int) -> bool:
    """Whether an element is a line that class names call a date, with nothing but the day in it."""
    return bool(tree.roles[number] & v.DATE) and v.DATE_HEADING.fullmatch(tree.text(number, 100)) is not None


def is_of_next(tree: Tree, number: int, chosen: set[int]) -> bool:
    """Whether what stands before a post is its anchor, or a heading or line that dates it; `chosen` begin posts."""
    if tree.tags[number] == "a" and not tree.words(number):
        return True
    if tree.roles[number] & v.GROUP_DATE or tree.tags[number] in v.HEADINGS:
        return is_date_heading(tree.text(number, 100).rstrip(" –-|"))
    if not is_day(tree, number):
        return False
    # A line before the first of the posts is no post's last.
    before = list(takewhile(lambda child: child not in chosen, tree.children(tree.parent[number])))
    return bool(before) and is_day(tree, before[-1])
