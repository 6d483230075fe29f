"""`tipsearch completion`: the script that makes a shell complete commands, options, sources, tags and categories."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any, Literal

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
    shell_complete,
)

from ..pipeline.home import Home
from .options import given_home

VARIABLE = "_TIPSEARCH_COMPLETE"
"""The shell's script sets it to ``bash_complete`` and the like, and runs the program (click's own protocol)."""

Kind = Literal["source", "registered", "tag", "category", "watch"]

_PLAIN = re.compile(r"[\w.+-]+")
"""Values that need no quotes in any shell; the scripts put in what they are given as it stands."""


class _WholeWords(ShellComplete):
    """For shells that take ``--option=value`` for one word: what is offered must be all of it."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """As click does, with the option in front of its values."""
        name, joined, _ = incomplete.partition("=")
        offered = super().get_completions(args, incomplete)
        if joined and name.startswith("--"):
            for item in offered:
                item.value = f"{name}={item.value}" if item.type == "plain" else item.value
        return offered


@add_completion_class
class _Bash(BashComplete):
    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """As click does; bash takes ``--option=value`` for three words, and click does not expect the middle one."""
        before = ["", *args]
        kept = [word for word, last in zip(args, before, strict=False) if word != "=" or not last.startswith("--")]
        return super().get_completions(kept, incomplete)


@add_completion_class
class _Zsh(_WholeWords, ZshComplete):
    # Without this a ~/.zshrc that sets up no completion by itself would end in an error.
    source_template = ZshComplete.source_template.replace(
        "    compdef ", "    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }\n    compdef "
    )


@add_completion_class
class _Fish(_WholeWords, FishComplete):
    pass


@click.command(short_help="The script for tab completion in bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the script that makes SHELL complete commands, options, and the names of sources, tags and categories.

    \b
    bash:  echo 'eval "$(tipsearch completion bash)"' >> ~/.bashrc
    zsh:   echo 'eval "$(tipsearch completion zsh)"' >> ~/.zshrc
    fish:  tipsearch completion fish > ~/.config/fish/completions/tipsearch.fish

    Tags and categories are completed with hyphens for spaces, which --tag and --category take as the same.

    Exit status: 0 printed, 2 there is no such shell.
    """
    known = get_completion_class(shell)
    if known is not None:
        root = click.get_current_context().find_root().command
        click.echo(known(root, {}, "tipsearch", VARIABLE).source())
    return 0


def answer(cli: click.Command, instruction: str) -> int:
    """Answer a shell that asks for completions; whatever goes wrong, there are none and nobody is told."""
    try:
        return shell_complete(cli, {"obj": {}}, "tipsearch", VARIABLE, instruction)
    except (Exception, SystemExit):  # noqa: BLE001 - a message would land in the middle of the line that is typed
        return 1


def completions(kind: Kind, incomplete: str) -> list[CompletionItem]:
    """The names that go on from what is typed: sources from tipsearch.toml and the index, the others from the index.

    ``registered`` are the sources of tipsearch.toml alone, ``watch`` the saved questions.
    """
    given = given_home()
    home = Home.find(os.path.expandvars(given) if given else None)
    names = dict.fromkeys(_registered(home) if kind in {"source", "registered"} else ())
    if kind == "watch":
        from ..index.watches import load_watches

        names = dict.fromkeys(load_watches(home.path))
    elif kind != "registered":
        taken = {_hyphenated(name) for name in names}
        names |= dict.fromkeys(name for name in _indexed(home, kind) if name not in taken)
    begun = _hyphenated(incomplete)
    return [CompletionItem(name) for name in names if _PLAIN.fullmatch(name) and _hyphenated(name).startswith(begun)]


def _registered(home: Home) -> Iterable[str]:
    import tomllib

    try:
        sources = tomllib.loads(home.config.read_text("utf-8")).get("sources", [])
    except (OSError, ValueError):
        return []
    return [str(source.get("name", "")) for source in sources if isinstance(source, dict)]


def _indexed(home: Home, kind: Literal["source", "tag", "category"]) -> list[str]:
    from ..index import IndexUnusableError, open_index

    try:
        with open_index(home) as index:
            return [_hyphenated(value) for value in index.values(kind)]
    except IndexUnusableError:
        return []


def _hyphenated(name: str) -> str:
    return re.sub(r"[\s_]+", "-", name.lower())
