"""Options that several commands share, and how a command finds its home."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from ..pipeline.errors import StoreError
from ..pipeline.home import Home

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


def format_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """Add ``--format`` with these choices, the first of which is the default."""
    return click.option(
        "--format", "fmt", type=click.Choice(formats), default=formats[0], show_default=True, help="How to print."
    )
