"""The documentation of the index: its examples run, and every operator it lists works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.feeds import DictFeed, post
from tipsearch import index as public
from tipsearch.index import SearchIndex, open_index, sync_index

DOCS = Path(__file__).parents[2] / "docs"
API = (DOCS / "python-api.md").read_text("utf-8")
LANGUAGE = (DOCS / "query-language.md").read_text("utf-8")


def feed() -> DictFeed:
    return DictFeed(
        post(
            "p1",
            "Empathy first",
            "Care by listening: whoever listens needs no script.",
            published="2019-05-07",
            tags=("Caring",),
            author="Ann Lee",
        ),
        post("p2", "Pick up the phone", "A caller waits for no script.", published="2018-06-05", tags=("Phone",)),
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    sync_index(folder, feed())
    return folder


@pytest.fixture(scope="module")
def index(home: Path) -> Iterator[SearchIndex]:
    with open_index(home) as opened:
        yield opened


def test_the_examples_of_the_python_api_run_one_after_another(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {"home": home, "store": feed()}
    blocks = re.findall(r"```python\n(.*?)```", API, flags=re.DOTALL)
    assert len(blocks) == 7
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"python-api.md, example {number}", "exec"), names)
    printed = capsys.readouterr().out
    assert "1 posts in" in printed
    assert "titel - Did you mean title:?" in printed


@pytest.mark.parametrize("name", public.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert hasattr(public, name)


@pytest.mark.parametrize(
    "name", [name for name in public.__all__ if name not in {"WithoutOne", "ChangeFeed", "SyncReport"}]
)
def test_the_names_that_users_meet_are_documented(name: str) -> None:
    assert f"`{name}`" in API or f"import {name}" in API or name in API


OPERATORS = re.findall(r"^\| `([^`]+)` \|", LANGUAGE, flags=re.MULTILINE)


@pytest.mark.parametrize("query", OPERATORS)
def test_every_example_of_the_language_is_answered_without_a_note(index: SearchIndex, query: str) -> None:
    told = (r"no post has", r"“.*” is \d{4}-\d\d-\d\d")  # of a value that is nowhere, of a date that was said
    notes = [note for note in index.search(query).notes if not any(re.match(each, note) for each in told)]
    assert notes == []


def test_the_language_page_lists_every_operator() -> None:
    assert len(OPERATORS) >= 25
    for sign in (
        '"',
        "~",
        "*",
        "?",
        "^",
        "+",
        "-",
        "AND",
        "OR",
        "NOT",
        "(",
        "[",
        "is:gone",
        "tag:",
        "author:",
        "date:>",
    ):
        assert any(sign in query for query in OPERATORS), sign


@pytest.mark.parametrize("query", ["titel:empathy", "date:banana", "date:[2019 TO 2018]"])
def test_every_error_of_the_language_page_is_one(index: SearchIndex, query: str) -> None:
    assert f"`{query}`" in LANGUAGE
    with pytest.raises(public.QueryError):
        index.search(query)
