"""Options that several commands share, and how a command finds its home."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from ..pipeline.errors import StoreError
from ..pipeline.home import Home
from .output import clipped

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from .completion import Kind

P = ParamSpec("P")
R = TypeVar("R")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _remember_home(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value == "":
        raise click.BadParameter("a folder's name is missing; is a variable empty?", ctx)
    if value is not None:
        ctx.ensure_object(dict)["home"] = value


def completed(kind: Kind) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What a shell offers for a parameter: the names of sources (registered ones or all), tags or categories."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del param
        from .completion import completions

        with ctx.scope(cleanup=False):
            return completions(kind, incomplete)

    return complete


def _folders(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem as Item

    return [Item(incomplete, type="dir")]


def home_option(command: Decorated) -> Decorated:
    """Add ``--home DIR``, which may stand before or after the command's name; the one after wins."""
    return click.option(
        "--home",
        metavar="DIR",
        expose_value=False,
        callback=_remember_home,
        shell_complete=_folders,
        help="The folder of the corpus (default: $TIPSEARCH_HOME, else your user data folder).",
    )(command)


def with_home(command: Callable[Concatenate[Home, P], R]) -> Callable[P, R]:
    """Add ``--home`` to a command and hand it its Home as the first argument; StoreError where that is no folder."""

    @home_option
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        home = Home.find(given_home())
        if home.path.exists() and not home.path.is_dir():
            raise StoreError(
                f"the home {home.path} is a file, not a folder.",
                hint="Name a folder with --home DIR or TIPSEARCH_HOME.",
            )
        return command(home, *args, **kwargs)

    return update_wrapper(wrapped, command)


def given_home() -> str | None:
    """What ``--home`` says; None where it was not given."""
    given = click.get_current_context().ensure_object(dict).get("home")
    return given if isinstance(given, str) else None


def filter_options(command: Decorated) -> Decorated:
    """Add the options that narrow a search, under the names of `SearchIndex.search`, and --no-synonyms."""
    options = (
        click.option(
            "--after", metavar="DATE", help="Published on or after: 2018, 2018-11-13, '3 weeks ago', 'last March'."
        ),
        click.option("--before", metavar="DATE", help="Published before (that day itself is out)."),
        click.option(
            "--source",
            multiple=True,
            shell_complete=completed("source"),
            help="Only this source (may be given several times).",
        ),
        click.option(
            "--tag", multiple=True, shell_complete=completed("tag"), help="Only posts with this tag or label."
        ),
        click.option(
            "--category", multiple=True, shell_complete=completed("category"), help="Only posts of this category."
        ),
        click.option(
            "--no-synonyms", "synonyms", flag_value=False, default=True, help="Leave the home's synonyms file aside."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


_LENGTH = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
LONGEST_RUN = 7 * 86_400
"""Seconds; a run that takes longer than a week does not end by itself."""


def _seconds(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """``45s``, ``90m``, ``6h`` or ``1d`` in seconds."""
    if value is None:
        return None
    given = _LENGTH.fullmatch(value.strip().lower())
    if given is None:
        raise click.BadParameter(f"{clipped(value)!r} is no length of time. Say 45s, 90m, 6h or 1d.", ctx, param)
    seconds = int(given[1]) * _SECONDS[given[2]]
    if not 1 <= seconds <= LONGEST_RUN:
        raise click.BadParameter(
            f"{value} is out of range. From 1s to {LONGEST_RUN // 86_400}d is possible.", ctx, param
        )
    return seconds


def _lengths(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem as Item

    return [Item(said) for said in ("15m", "1h", "6h", "1d") if said.startswith(incomplete)]


def max_time_option(command: Decorated) -> Decorated:
    """Add ``--max-time TIME``: seconds after which a run ends, None where it is not given."""
    return click.option(
        "--max-time",
        metavar="TIME",
        callback=_seconds,
        shell_complete=_lengths,
        help="End after so long, at the page at hand; the next run goes on: 45s, 90m, 6h (default: 6h).",
    )(command)


def format_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """Add ``--format`` with these choices, the first of which is the default."""
    return click.option(
        "--format", "fmt", type=click.Choice(formats), default=formats[0], show_default=True, help="How to print."
    )
