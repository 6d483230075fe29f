"""The index that commands ask: built again where it can't be used, also where only a search finds that out."""

import shutil
from pathlib import Path

import pytest

from tipsearch.cli.hits import answered
from tipsearch.index import IndexUnusableError, SearchIndex
from tipsearch.pipeline.home import Home


class Damaged:
    """Asks for the number of hits, and finds the index damaged so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked: list[SearchIndex] = []

    def __call__(self, index: SearchIndex) -> int:
        self.asked.append(index)
        if len(self.asked) <= self.times:
            raise IndexUnusableError("the index is damaged (no list lies there)", hint="Reindex.")
        return index.search("empathy").total


@pytest.fixture
def home(corpus: Path, tmp_path: Path) -> Home:
    return Home.find(shutil.copytree(corpus, tmp_path / "home"))


def test_damage_that_a_search_finds_has_the_index_built_again(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    before = home.index.joinpath("current").read_text()
    ask = Damaged(1)
    with answered(home, ask) as (index, total):
        assert index is ask.asked[1]
        assert total == index.search("empathy").total > 0
    assert home.index.joinpath("current").read_text() != before
    assert "damaged (no list lies there); building it again from the store" in capsys.readouterr().err
    with pytest.raises(ValueError, match="closed"):
        ask.asked[0].search("empathy")


def test_an_index_that_stays_damaged_is_an_error(home: Home) -> None:
    with pytest.raises(IndexUnusableError, match="no list lies there"), answered(home, Damaged(2)):
        pass


def test_without_a_store_it_is_an_error_at_once(home: Home) -> None:
    home.store.unlink()
    ask = Damaged(1)
    with pytest.raises(IndexUnusableError), answered(home, ask):
        pass
    assert len(ask.asked) == 1
