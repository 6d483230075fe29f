"""Explanations: their parts add up to the score, and name the words that are there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.feeds import DictFeed, post
from tipsearch.index import Hit, SearchIndex, open_index, sync_index
from tipsearch.index.grammar import parse_query
from tipsearch.index.query import described

from .test_search import QUERIES, VOCABULARY


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    home = tmp_path_factory.mktemp("home")
    posts = [
        post(
            f"p{n:02}",
            " ".join(VOCABULARY[(n * k) % 8] for k in (1, 3)),
            " ".join(VOCABULARY[(n * n + k * (n % 5)) % 8] for k in range(n % 11)),
            published=f"20{10 + n % 9}-0{1 + n % 8}-11" if n % 4 else None,
            tags=(VOCABULARY[n % 3],),
        )
        for n in range(60)
    ]
    sync_index(home, DictFeed(*posts))
    with open_index(home) as opened:
        yield opened


@settings(max_examples=80, deadline=None)
@given(QUERIES, st.sampled_from(["relevance", "newest"]))
def test_the_parts_add_up_to_the_score(index: SearchIndex, query: str, sort: str) -> None:
    for hit in index.search(query, explain=True, sort=sort, limit=None):  # type: ignore[arg-type]
        assert sum(part.score for part in hit.explanation) == pytest.approx(hit.score)


def explained(tmp_path_factory: pytest.TempPathFactory, query: str) -> list[Hit]:
    home = tmp_path_factory.mktemp("small")
    sync_index(
        home,
        DictFeed(
            post("a", "Listening", "He listens, she listened; whoever listens hears the phone.", tags=("Phone",)),
            post("b", "Other", "The phone rings.", tags=("phone",)),
        ),
    )
    with open_index(home) as index:
        return list(index.search(query, explain=True))


def test_words_are_named_with_their_forms_and_counts(tmp_path_factory: pytest.TempPathFactory) -> None:
    first, second = explained(tmp_path_factory, "listens phone tag:phone")
    told = [(part.kind, part.what, part.field, part.forms, part.posts) for part in first.explanation]
    assert ("filter", "tag:phone", None, (), None) in told
    assert ("word", "listens", "title", (("listening", 1),), 1) in told
    assert ("word", "listens", "text", (("listens", 2), ("listened", 1)), 1) in told
    assert ("exact form", "listens", "text", (("listens", 2),), None) in told
    assert ("word", "phone", "text", (("phone", 1),), 2) in told
    (lifted,) = [part for part in first.explanation if part.kind == "together"]
    # As much as the best post that does not hold both words has, and a little for how near they stand.
    assert second.score <= lifted.score < 1.2 * second.score
    assert "everything" in lifted.what
    assert "together" not in {part.kind for part in second.explanation}


@pytest.mark.parametrize(
    ("query", "kind", "what", "forms"),
    [
        ('"the phone"', "phrase", '"the phone"', (("phone", 1), ("the", 1))),
        ("listen*", "pattern", "listen*", (("listens", 2), ("listened", 1))),
        ("lisstens~", "fuzzy", "lisstens~2", (("listens", 2),)),
    ],
)
def test_other_kinds_say_what_matched(
    tmp_path_factory: pytest.TempPathFactory, query: str, kind: str, what: str, forms: tuple[tuple[str, int], ...]
) -> None:
    parts = explained(tmp_path_factory, query)[0].explanation
    assert any((part.kind, part.what, part.field, part.forms) == (kind, what, "text", forms) for part in parts)


def test_a_weight_counts_in_every_part(tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = explained(tmp_path_factory, "phone")[0].explanation
    heavy = explained(tmp_path_factory, "phone^3")[0].explanation
    assert [part.score for part in heavy] == pytest.approx([3 * part.score for part in plain])


def test_nothing_is_explained_unasked(index: SearchIndex) -> None:
    results = index.search("oak")
    assert results.formula is None
    assert {hit.explanation for hit in results} == {()}
    assert "idf" in (index.search("oak", explain=True).formula or "")


@settings(max_examples=100, deadline=None)
@given(QUERIES)
def test_a_query_described_finds_the_same(index: SearchIndex, query: str) -> None:
    again = described(parse_query(query).node)
    assert {hit.id for hit in index.search(again, limit=None)} == {hit.id for hit in index.search(query, limit=None)}
