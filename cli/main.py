"""The command line's entry point: the group of commands, loaded one by one, and errors turned into exit statuses."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from ..pipeline.errors import TipsearchError
from .exits import INTERRUPTED, UNUSABLE
from .options import home_option

COMMANDS = {
    "crawl": "crawl",
    "refresh": "crawl",
    "ingest": "ingest",
    "query": "query",
    "show": "posts",
    "similar": "similar",
    "trends": "trends",
    "watch": "watch",
    "export": "posts",
    "forget": "posts",
    "sources": "sources",
    "status": "status",
    "doctor": "doctor",
    "schedule": "schedule",
    "reindex": "rebuild",
    "resolve": "rebuild",
    "completion": "completion",
    "demo": "demo_command",
}
"""Each command's module within this room; a command is loaded when it is called, so that `query` starts fast."""


class LazyGroup(click.Group):
    """A group that imports the module of a command only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of the help, which is that of use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        found = getattr(import_module(f".{COMMANDS[cmd_name]}", __package__), cmd_name)
        return found if isinstance(found, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command named for an unknown one."""
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else f" To search, say: tipsearch query {args[0]}"
            ctx.fail(f"There is no command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click's signature
    if asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"tipsearch {version('tipsearch')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@home_option
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def cli() -> None:
    """Crawl blog archives politely, keep one clean, dated record per post, and search them.

    \b
    tipsearch crawl https://blog.example/tag/empathy/
    tipsearch query empathy
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    _prepare_streams()
    if args is None and (asked := os.environ.get("_TIPSEARCH_COMPLETE")):
        from .completion import answer

        sys.exit(answer(cli, asked))
    sys.exit(run(args))


def _prepare_streams() -> None:
    """Make the standard streams safe to use: closed ones lead nowhere, and no character is one too many.

    A stream that was closed before the start is None; the next file to be opened (the store, say) would get its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def run(args: list[str] | None = None) -> int:
    """Run the command line; gives the exit status that the design fixes.

    0 done, 1 nothing found, 2 usage or query error, 3 a source failed, 4 locked, 5 the store or the index unusable.
    """
    try:
        with cli.make_context("tipsearch", list(sys.argv[1:] if args is None else args), obj={}) as context:
            status = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TipsearchError as error:
        _say(error)
        return error.exit_status
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        _drop_output()
        return 0
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        click.echo(f"Error: {error.strerror or error}{where}", err=True)
        try:
            sys.stdout.flush()
        except OSError:
            _drop_output()
        return UNUSABLE
    return status if isinstance(status, int) else 0


def _drop_output() -> None:
    """Lead what could not be written nowhere: the interpreter must not stumble over it again while it shuts down.

    It would end with a status of its own, 120.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(error: TipsearchError) -> None:
    from .output import hint

    hint(f"Error: {error.message}")
    if error.hint:
        hint(error.hint)


if __name__ == "__main__":
    main()
