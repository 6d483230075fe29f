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
            post("gone", "Fruit", "berry cherry", gone=True),
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
