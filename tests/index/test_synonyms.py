"""Synonyms: a file in the home, applied to queries and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.feeds import DictFeed, post
from tipsearch.index import SearchIndex, WithoutOne, open_index, sync_index
from tipsearch.index.synonyms import FILE, MOST_BYTES, read_synonyms
from tipsearch.pipeline.errors import ConfigError

LINES = """
# who we mean
rep = representative = csr   # three words
customer service representative = csr

Sorry=Apology
run = runs
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    home = tmp_path_factory.mktemp("home")
    (home / FILE).write_text(LINES)
    sync_index(
        home,
        DictFeed(
            post("rep", "A rep", "Our rep called."),
            post("long", "Calls", "Our representatives called."),
            post("csr", "Calls", "The CSR called; sorry."),
            post("phrase", "Calls", "A customer service representative was polite."),
            post("apology", "Calls", "An apology for the run."),
        ),
    )
    return open_index(home)


def ids(index: SearchIndex, query: str, **options: bool) -> set[str]:
    return {hit.id for hit in index.search(query, **options)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("rep", {"rep", "long", "phrase", "csr"}),
        ("reps", {"rep", "long", "phrase", "csr"}),
        ("text:rep", {"rep", "long", "phrase", "csr"}),
        ("title:rep", {"rep"}),
        ("csr", {"rep", "long", "phrase", "csr"}),
        ('"customer service representative"', {"phrase", "csr"}),
        ("apology", {"apology", "csr"}),
        ("+sorry +run", {"apology"}),
        ("polite AND rep", {"phrase"}),
        ("called -rep", {"long", "csr", "apology", "phrase"}),
        ("rep*", {"rep", "long", "phrase"}),
        ("polite~1", {"phrase"}),
        ("rep^3", {"rep", "long", "phrase", "csr"}),
    ],
)
def test_a_query_also_finds_what_stands_for_its_words(index: SearchIndex, query: str, found: set[str]) -> None:
    assert ids(index, query) == found


def test_what_was_typed_comes_first_and_the_rest_is_marked_too(index: SearchIndex) -> None:
    first, *others = index.search("rep")
    assert first.id == "rep"
    (long,) = [hit for hit in others if hit.id == "long"]
    assert ("representatives", True) in long.snippet_parts


def test_one_line_says_what_was_added(index: SearchIndex) -> None:
    assert index.search("sorry rep").notes == (
        "synonyms: “sorry” also finds “apology”, “rep” also finds “representative”, “csr”",
    )
    assert index.search("called").notes == ()
    assert index.search("run").notes == ()  # the same word in another form


def test_they_can_be_left_aside(index: SearchIndex) -> None:
    assert ids(index, "rep", synonyms=False) == {"rep"}
    assert index.search("rep", synonyms=False).notes == ()


def test_what_is_in_the_way_is_named_as_it_was_typed(index: SearchIndex) -> None:
    assert index.search("sorry polite", all_words=True).all_but_one == (
        WithoutOne("polite", 2),
        WithoutOne("sorry", 1),
    )


def test_parts_of_scores_add_up_with_synonyms(index: SearchIndex) -> None:
    for hit in index.search("rep sorry", explain=True):
        assert sum(part.score for part in hit.explanation) == pytest.approx(hit.score)


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(post("a", "Apple"), post("b", "Berry")))
    with open_index(tmp_path) as opened:
        assert ids(opened, "apple") == {"a"}
        (tmp_path / FILE).write_text("apple = berry")
        assert ids(opened, "apple") == {"a", "b"}
        (tmp_path / FILE).unlink()
        assert ids(opened, "apple") == {"a"}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"a = b\nrep representative\n", "line 2"),
        (b"a = \n", "line 1"),
        (b"\n\n = b", "line 3"),
        (b"a = ?!", "line 1"),
        (b"a = b\n\xff = c", "line 2"),
        (b"=".join(b"w%d" % n for n in range(30)), "line 1"),
        (b"a = b\n" * MOST_BYTES, "larger than"),
    ],
    ids=range(7),
)
def test_what_cannot_be_read_names_the_file_and_the_line(tmp_path: Path, content: bytes, named: str) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ConfigError, match=named) as refused:
        read_synonyms(tmp_path)
    assert str(tmp_path / FILE) in refused.value.message
    assert refused.value.hint


def test_a_folder_of_that_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(ConfigError, match=FILE):
        read_synonyms(tmp_path)


@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused_by_name(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    home = tmp_path_factory.getbasetemp()
    (home / FILE).write_bytes(content)
    try:
        read_synonyms(home)
    except ConfigError as error:
        refused: str | None = error.message
    else:
        refused = None
    assert refused is None or str(home / FILE) in refused
