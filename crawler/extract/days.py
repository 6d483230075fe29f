"""Tells the lines that stand between posts and say a day."""

from __future__ import annotations

from . import vocabulary as v
from .tree import Tree


def is_day(tree: Tree, number: int) -> bool:
    """Whether an element is a line that class names call a date, with nothing but the day in it."""
    return bool(tree.roles[number] & v.DATE) and v.DATE_HEADING.fullmatch(tree.text(number, 100)) is not None
