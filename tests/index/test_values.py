"""The base of a query's nodes: what is written as a frozen dataclass behaves as one."""

from __future__ import annotations

import pytest

from tipsearch.index.query import Everything, Fuzzy, Keyword, Node, Pattern, Phrase, Word


def test_fields_are_given_by_place_or_by_name_and_have_defaults() -> None:
    assert Word("apple") == Word(text="apple", field=None) != Word("apple", "title")
    assert (Phrase(("a", "b")).slop, Phrase(("a", "b"), slop=2).slop) == (0, 2)


def test_nodes_of_different_kinds_are_different_whatever_they_hold() -> None:
    assert len({Word("apple"), Pattern("apple"), Word("apple"), Everything(), Everything()}) == 3
    assert Word("apple") != "apple"


@pytest.mark.parametrize(
    "make",
    [
        Word,
        lambda: Word("a", None, None),  # type: ignore[call-arg]
        lambda: Word("a", text="b"),  # type: ignore[misc]
        lambda: Word("a", colour="b"),  # type: ignore[call-arg]
        lambda: Everything(1),  # type: ignore[call-arg]
    ],
    ids=["missing", "too-many", "twice", "unknown", "none-taken"],
)
def test_what_does_not_fit_is_refused(make: object) -> None:
    with pytest.raises(TypeError):
        make()  # type: ignore[operator]


def test_a_node_stays_as_it_is_and_has_others_made_of_it() -> None:
    node = Fuzzy("apple", 1)
    with pytest.raises(AttributeError, match="frozen"):
        node.text = "pear"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="frozen"):
        del node.text
    assert node.but(field="title") == Fuzzy("apple", 1, "title")
    assert repr(Keyword("tag", "x")) == "Keyword(field='tag', value='x', is_pattern=False)"


def test_a_node_is_matched_by_the_order_of_its_fields() -> None:
    node: Node = Keyword("tag", "phone")
    match node:
        case Keyword(field, value):
            assert (field, value) == ("tag", "phone")
        case _:
            pytest.fail("no match")
