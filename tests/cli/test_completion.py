"""Tab completion, as the shells ask for it."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import ENVIRONMENT, Run, tipsearch

SHELLS = ("bash", "zsh", "fish")


def ask_bash(folder: Path, *words: str, **environment: str) -> list[str]:
    """What bash offers for the last of these words, by the script that `completion bash` prints."""
    script = (
        'eval "$(tipsearch completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); '
        '_tipsearch_completion tipsearch; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", script, "bash", "tipsearch", *words],
        capture_output=True,
        encoding="utf-8",
        env=program(folder, **environment),
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("re",), ["refresh", "reindex", "resolve"]),
        (("query", "empathy", "--so"), ["--source", "--sort"]),
        (("query", "--sort", ""), ["relevance", "newest", "oldest"]),
        (("query", "-noise", "--source", ""), ["tips", "sayings"]),
        (("query", "--source=t"), ["tips"]),
        (("query", "--source", "=", "t"), ["tips"]),
        (("query", "--source", "="), ["tips", "sayings"]),
        (("refresh", "s"), ["sayings"]),
        (("refresh", "--max-time", "1"), ["15m", "1h", "1d"]),
        (("crawl", "--max-t"), ["--max-time"]),
        (("sources", "remove", ""), ["tips", "sayings"]),
        (("query", "--tag", "small"), ["small-gestures"]),
        (("query", "--category", "Business"), ["business-advice"]),
        (("query", "--tag", "xylophone"), []),
        (("qury", "--tag", ""), []),
    ],
    ids=str,
)
def test_bash_completes(corpus: Path, tmp_path: Path, words: tuple[str, ...], offered: list[str]) -> None:
    assert ask_bash(tmp_path, *words, TIPSEARCH_HOME=str(corpus)) == offered


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
def test_the_home_on_the_command_line_counts(corpus: Path, tmp_path: Path) -> None:
    assert ask_bash(tmp_path, "--home", str(corpus), "query", "--source", "") == ["tips", "sayings"]
    assert ask_bash(tmp_path, "query", "x", "--home", str(corpus), "--source", "") == ["tips", "sayings"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_ask_the_same_way(corpus: Path, shell: str) -> None:
    asked = {"zsh": ("tipsearch query --tag smal", "3"), "fish": ("tipsearch query --tag smal", "smal")}[shell]
    done = tipsearch(
        TIPSEARCH_HOME=str(corpus), _TIPSEARCH_COMPLETE=f"{shell}_complete", COMP_WORDS=asked[0], COMP_CWORD=asked[1]
    )
    assert done.status == 0
    assert "small-gestures" in done.out
    assert done.err == ""


def program(folder: Path, **environment: str) -> dict[str, str]:
    """An environment in which `tipsearch` is this project's."""
    script = folder / "tipsearch"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m tipsearch.cli.main "$@"\n')
    script.chmod(0o755)
    return ENVIRONMENT | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)} | environment


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("re", ["refresh", "reindex", "resolve"]),
        ("query empathy --so", ["--sort", "--source"]),
        ("query -noise --source ", ["sayings", "tips"]),
        ("query --source=t", ["--source=tips"]),
        ("query 'two words' --tag small", ["small-gestures"]),
        ("qury ", []),
    ],
)
def test_fish_completes(corpus: Path, tmp_path: Path, line: str, offered: list[str]) -> None:
    ask = 'tipsearch completion fish | source; complete -C "tipsearch $argv[1]"'
    done = subprocess.run(
        ["fish", "--no-config", "-c", ask, "--", line],
        capture_output=True,
        encoding="utf-8",
        env=program(tmp_path, TIPSEARCH_HOME=str(corpus)),
        check=True,
    )
    assert [each.partition("\t")[0] for each in done.stdout.splitlines()] == offered
    assert done.stderr == ""


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("query --sou", "query --source "),
        ("query --source=t", "--source=tips "),
        ("query 'two words' --tag small", "--tag small-gestures "),
    ],
)
def test_bash_completes_what_is_typed(corpus: Path, tmp_path: Path, line: str, completed: str) -> None:
    environment = program(tmp_path, TIPSEARCH_HOME=str(corpus), TERM="dumb", PS1="ready: ")
    child, terminal = pty.fork()
    if not child:
        os.execvpe("bash", ["bash", "--norc", "-i"], environment)
    try:
        seen(terminal, ["ready: "])
        os.write(terminal, b'eval "$(tipsearch completion bash)"; echo be"gin"\n')
        seen(terminal, ["begin"])
        os.write(terminal, f"tipsearch {line}\t".encode())
        shown = seen(terminal, [completed])
        assert completed in shown
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("re", ["refresh", "reindex", "resolve"]),
        ("query --sou", ["query --source "]),
        ("query --source ", ["tips", "sayings"]),
        ("query --source=t", ["query --source=tips "]),
        ("query --tag small", ["--tag small-gestures "]),
    ],
)
def test_zsh_completes_without_being_set_up_for_it(corpus: Path, tmp_path: Path, line: str, offered: list[str]) -> None:
    (tmp_path / ".zshrc").write_text('eval "$(tipsearch completion zsh)"\nPROMPT="ready: "\n')
    environment = program(tmp_path, TIPSEARCH_HOME=str(corpus), TERM="dumb", ZDOTDIR=str(tmp_path))
    child, terminal = pty.fork()
    if not child:
        os.execvpe("zsh", ["zsh", "-d", "-i"], environment)
    try:
        begun = seen(terminal, ["ready: "])
        assert "not found" not in begun
        os.write(terminal, f"tipsearch {line}\t".encode())
        shown = seen(terminal, offered)
        assert all(each in shown for each in offered), shown
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def seen(terminal: int, awaited: list[str], seconds: float = 120.0) -> str:
    """What a terminal shows until all that is awaited stands there, or the time is over."""
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and not all(each.encode() in shown for each in awaited):
        if select.select([terminal], [], [], 0.2)[0]:
            shown += os.read(terminal, 65536)
    return shown.decode(errors="replace")


def asked(*words: str, home: Path | str) -> tuple[str, str]:
    done = tipsearch(
        TIPSEARCH_HOME=str(home),
        _TIPSEARCH_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(("tipsearch", *words)),
        COMP_CWORD=str(len(words)),
    )
    return done.out.strip(), done.err


@pytest.mark.parametrize("option", ["--tag", "--source", "--category"])
def test_without_a_usable_home_nothing_is_offered_and_nothing_said(tmp_path: Path, option: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "tipsearch.toml").write_bytes(b"\xff[[")
    for home in ("nowhere", "file", "broken"):
        assert asked("query", option, "", home=tmp_path / home) == ("", "")
    assert not (tmp_path / "nowhere").exists()


def test_names_that_would_need_quotes_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "tipsearch.toml").write_text('[[sources]]\nname = "a$(b)"\n[[sources]]\nname = "plain"\n')
    assert asked("query", "--source", "", home=tmp_path) == ("plain,plain", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_names_the_program(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert done.status == 0
    assert f"_TIPSEARCH_COMPLETE={shell}_complete" in done.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.out, encoding="utf-8", check=True)


def test_another_shell_is_exit_2(run: Run) -> None:
    done = run("completion", "tcsh")
    assert (done.status, done.out) == (2, "")
    assert "tcsh" in done.err
