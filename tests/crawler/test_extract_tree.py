"""What the tree of a page says of its elements' texts, whatever was asked of it before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.crawler.extract.tree import Tree


def heading(title):
    tree = Tree(f"<html><body><h1>{title}</h1><p>Below.</p></body></html>")
    return tree, tree.headings[0]


@pytest.mark.parametrize("length", [119, 120, 121, 122])
def test_a_text_asked_for_in_part_is_whole_when_asked_for_again(length):
    title = "a" * (length - 1) + "z"
    tree, number = heading(title)
    tree.text(number, 60)
    assert tree.text(number) == title


@given(st.integers(1, 400), st.integers(1, 200))
def test_no_limit_leaves_a_trace(length, limit):
    title = "a" * length
    tree, number = heading(title)
    tree.text(number, limit)
    tree.plain((number,), limit)
    assert tree.text(number) == title
    assert tree.plain((number,)) == title
