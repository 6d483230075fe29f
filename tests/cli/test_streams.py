"""Standard streams as scripts leave them: closed, full, or in another encoding than UTF-8."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ENVIRONMENT, Done, tipsearch

COMMANDS = [("query", "empathy"), ("query", "empathy", "--format", "json"), ("export",), ("status",), ("--help",)]


def redirected(corpus: Path, args: tuple[str, ...], streams: str) -> Done:
    command = [sys.executable, "-m", "tipsearch.cli.main", "--home", str(corpus), *args]
    done = subprocess.run(
        ["sh", "-c", f'"$@" {streams}', "sh", *command],
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("streams", [">&-", ">&- 2>&-", "<&-", "2>&-"])
@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_closed_streams_are_no_trouble(corpus: Path, args: tuple[str, ...], streams: str) -> None:
    before = (corpus / "corpus.sqlite3").read_bytes()[:100]
    assert redirected(corpus, args, streams).status == 0
    assert (corpus / "corpus.sqlite3").read_bytes()[:16] == before[:16]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_full_disk_is_said_and_exit_5(corpus: Path, args: tuple[str, ...]) -> None:
    done = redirected(corpus, args, ">/dev/full")
    assert done.status == 5
    assert "No space left" in done.err


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_json_is_json_whatever_the_locale_can_write(corpus: Path, encoding: str) -> None:
    usual = tipsearch("query", "empathy", "--format", "jsonl", "-n", "50", home=corpus).lines
    assert any(not json.dumps(hit, ensure_ascii=False).isascii() for hit in usual)
    assert (
        tipsearch("query", "empathy", "--format", "jsonl", "-n", "50", home=corpus, PYTHONIOENCODING=encoding).lines
        == usual
    )
    posts = tipsearch("export", home=corpus).out
    assert tipsearch("export", home=corpus, PYTHONIOENCODING=encoding).out == posts
