"""`tipsearch similar`."""

from pathlib import Path

import pytest

from .conftest import POST, Run


@pytest.fixture(scope="module")
def post_id(ask: Run) -> str:
    return str(ask("query", "title:empathy", "--format", "jsonl", "-n", "1").lines[0]["id"])


def test_the_most_similar_posts_come_first_and_the_post_itself_never(ask: Run, post_id: str) -> None:
    answer = ask("similar", post_id, "-n", "3", "--format", "json").json
    assert answer["id"] == post_id
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2, 3]
    assert post_id not in [hit["id"] for hit in answer["hits"]]
    scores = [hit["score"] for hit in answer["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert "empathy" in ask("show", answer["hits"][0]["id"]).out.lower()


def test_all_formats_of_query_print_the_same_hits(ask: Run, post_id: str) -> None:
    hits = ask("similar", post_id, "--format", "json").json["hits"]
    assert ask("similar", post_id, "--format", "jsonl").lines == hits
    assert ask("similar", post_id, "--format", "urls").out.splitlines() == [hit["url"] for hit in hits]
    text = ask("similar", post_id).out
    assert all(hit["title"] in text for hit in hits)


def test_an_unknown_id_is_exit_1(ask: Run) -> None:
    done = ask("similar", "0000")
    assert (done.status, done.out) == (1, "")
    assert "0000" in done.err


@pytest.mark.parametrize("args", [(), ("x", "-n", "0"), ("x", "--format", "xml")], ids=str)
def test_wrong_usage_is_exit_2(ask: Run, args: tuple[str, ...]) -> None:
    assert ask("similar", *args).status == 2


def test_a_post_that_nothing_is_like_says_so(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(POST)
    assert run("ingest", page).status == 0
    (post,) = run("export").lines
    done = run("similar", post["id"])
    assert (done.status, done.out) == (1, "")
    assert "no post is like" in done.err
