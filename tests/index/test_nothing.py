"""What is said where nothing answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.feeds import DictFeed, post
from tipsearch.index import SearchIndex, WithoutOne, open_index, sync_index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    home = tmp_path_factory.mktemp("home")
    sync_index(
        home,
        DictFeed(
            post("a", "Fruit", "apple berry", tags=("Sweet Things",), published="2018-01-01"),
            post("b", "Fruit", "apple berry"),
            post("c", "Fruit", "apple cherry", tags=("sour",)),
            post("gone", "Fruit", "berry cherry", gone=True, tags=("fallen", "sour")),
            post("d", "Veg", "leek", tags=("sour", "apple"), categories=("Kitchen",), author="Ann Pott"),
        ),
    )
    with open_index(home) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "all_words", "without"),
    [
        ("apple berry cherry", True, [("cherry", 2), ("berry", 1)]),
        ("apple AND berry AND cherry", False, [("cherry", 2), ("berry", 1)]),
        ("+apple +zebra berry", False, [("zebra", 3)]),
        ("apple berry tag:sour", True, [("tag:sour", 2), ("berry", 1)]),
        ("apple cherry -fruit", True, []),
        ('"berry apple" AND apple', False, [('"berry apple"', 3)]),
        ("zebra giraffe lion", True, []),
        ("zebra", True, []),
        ("zebra giraffe", False, []),
        ("apple berry", True, []),
    ],
)
def test_how_many_posts_hold_all_but_one(
    index: SearchIndex, query: str, all_words: bool, without: list[tuple[str, int]]
) -> None:
    results = index.search(query, all_words=all_words)
    assert results.all_but_one == tuple(WithoutOne(*each) for each in without)


def test_filters_given_beside_the_query_still_hold(index: SearchIndex) -> None:
    results = index.search("apple berry cherry", all_words=True, after="2018", before="2019")
    assert results.all_but_one == (WithoutOne("cherry", 1),)


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("tag:swet-things", "sweet things"),
        ("tag:sweet", "sweet things"),
        ("source:blgo", "blog"),
        ("tag:xylophone", None),
    ],
)
def test_a_value_that_no_post_has_offers_the_nearest_one(index: SearchIndex, query: str, near: str | None) -> None:
    (note,) = index.search(query).notes
    assert note.partition("did you mean “")[2].partition("”")[0] == (near or "")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("sour", "no post contains “sour”; 2 posts have the tag “sour”: try tag:sour"),
        ("Kitchen!", "no post contains “kitchen”; 1 post has the category “kitchen”: try category:kitchen"),
        ("Pott", "no post contains “pott”; 1 post has the author “pott”: try author:pott"),
        ("sweet things", 'no post contains “sweet things”; 1 post has the tag “sweet things”: try tag:"sweet things"'),
        (
            '"sweet things"',
            'no post contains “sweet things”; 1 post has the tag “sweet things”: try tag:"sweet things"',
        ),
        ("+leek +sour", "no post contains “sour”; 2 posts have the tag “sour”: try tag:sour"),
    ],
)
def test_a_word_that_only_labels_hold_is_named_with_the_label(index: SearchIndex, query: str, told: str) -> None:
    results = index.search(query)
    assert results.total == 0
    assert told in results.notes
    tried = told.rpartition("try ")[2]
    assert index.search(tried).total == int(told.partition("; ")[2].split()[0])


@pytest.mark.parametrize("query", ["sour berry", "apple", "leek -leek", "zebra", "fallen", "+apple +leek +berry"])
def test_no_label_is_named_where_a_post_answers_the_word_stands_in_a_text_or_no_post_would_be_found(
    index: SearchIndex, query: str
) -> None:
    assert index.search(query).notes == ()


def test_the_number_of_posts_with_a_label_is_that_within_the_filters(index: SearchIndex) -> None:
    (note,) = index.search("sour", category="kitchen").notes
    assert "1 post has the tag" in note
    assert index.search("sour", before="2019").notes == ()


@pytest.mark.parametrize("query", ["!!!", '"?!"', "( )", "title:!!!", "… –"])
def test_a_query_in_which_nothing_can_be_looked_for_finds_nothing_and_says_so(index: SearchIndex, query: str) -> None:
    results = index.search(query, facets="year", explain=True)
    assert (results.total, list(results), results.did_you_mean) == (0, [], None)
    assert results.notes[-1] == "nothing is left to look for"
    assert results.facets == {"year": ()}


@pytest.mark.parametrize("query", ["*", "*:*", " * ", "", " "])
def test_a_star_and_an_empty_query_ask_for_everything(index: SearchIndex, query: str) -> None:
    assert index.search(query).total == 4


def test_filters_beside_a_query_without_words_are_answered_alone(index: SearchIndex) -> None:
    results = index.search("!!!", tag="sour")
    assert {hit.id for hit in results} == {"c", "d"}
    assert "“!!!” holds no word and was left out" in results.notes
