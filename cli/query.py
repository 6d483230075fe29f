"""`tipsearch query`: ranked search. It imports neither Scrapy nor the store, so that it answers at once."""

from __future__ import annotations

import re
from typing import Any

import click

from ..index import SearchResults
from ..pipeline.home import Home
from .exits import NOTHING_FOUND
from .hits import FORMATS, answered, print_hits
from .options import filter_options, format_option, with_home
from .output import clipped, hint, on_terminal, plural, say, styled

_LIMIT = re.compile(r"-n[=-]?[0-9]+")
"""-n with its number attached; whatever is wrong with the number, click says."""


def _named_facets(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """The names between the commas; the search says which of them there are not."""
    del ctx, param
    return tuple(name for each in value.split(",") if (name := each.strip().lower()))


class QueryCommand(click.Command):
    """A command whose words may begin with a dash: ``-word`` excludes, unless it is an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the query's words out of the arguments, and leave the options to click."""
        options: list[str] = []
        words: list[str] = []
        named = {name: param for param in self.params if isinstance(param, click.Option) for name in param.opts}
        rest = list(args)
        while rest:
            word = rest.pop(0)
            if word == "--":
                words += rest
                break
            option = named.get(word.partition("=")[0] if word.startswith("--") else word)
            if option is None and _LIMIT.fullmatch(word):
                option = named["-n"]
            if option is not None or word in ctx.help_option_names or word.startswith("--"):
                options.append(word)
                if option is not None and not option.is_flag and word in named:
                    if not rest and not ctx.resilient_parsing:
                        raise click.BadOptionUsage(word, f"Option {word!r} requires an argument.", ctx)
                    options.append(rest.pop(0) if rest else "")
            else:
                words.append(word)
        return super().parse_args(ctx, [*options, "--", *words])


@click.command(cls=QueryCommand, short_help="Search the corpus; with filters alone, list the newest posts.")
@click.argument("words", nargs=-1)
@click.option(
    "-n", "--limit", "limit", type=click.IntRange(0, 100_000), default=10, show_default=True, help="Hits to print."
)
@click.option("--offset", type=click.IntRange(0), default=0, help="Hits to pass over first.")
@filter_options
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance", show_default=True)
@click.option("--all", "all_words", is_flag=True, help="Only posts that hold all words.")
@click.option(
    "--facets",
    metavar="NAMES",
    callback=_named_facets,
    default="",
    help="Count all posts that answer by year, tag, source, category, author: --facets year,tag.",
)
@click.option("--explain", is_flag=True, help="Say which words matched where, and what each score is the sum of.")
@format_option(*FORMATS)
@with_home
def query(home: Home, /, words: tuple[str, ...], fmt: str, limit: int, facets: tuple[str, ...], **options: Any) -> int:
    """Search the corpus for WORDS; with filters alone, list the newest posts that pass.

    \b
    tipsearch query empathy
    tipsearch query '"active listening"' -golf --after 2018
    tipsearch query title:phone --tag patience --sort newest
    tipsearch query apology --after '2 years ago' --facets year,tag -n 0

    Exit status: 0 hits found, 1 nothing found, 2 the query can't be answered as it stands.
    """
    asked = " ".join(words)
    narrowed = any(options[name] for name in ("after", "before", "source", "tag", "category"))
    if not asked.strip() and not narrowed:
        raise click.UsageError("Say what to look for: tipsearch query WORDS, or give a filter such as --after 2018.")
    for option, given, formats in (
        ("--facets", facets, ("text", "json")),
        ("--explain", options["explain"], FORMATS[:3]),
    ):
        if given and fmt not in formats:
            raise click.UsageError(f"{option} goes with --format {' or '.join(formats)}, not with {fmt}.")
    with answered(home, lambda index: index.search(asked, limit=limit, facets=facets, **options)) as (_, results):
        if results.notes:
            hint("; ".join(results.notes))
        print_hits(results, fmt, _about(asked, results))
    if fmt == "text":
        if results.facets:
            from .facets import print_facets

            print_facets(results.facets)
        if results.formula and len(results):
            say(styled(results.formula, dim=True))
    _hint_on(asked, results, options["offset"], limit)
    return 0 if results.total else NOTHING_FOUND


def _about(asked: str, results: SearchResults) -> dict[str, Any]:
    """What the JSON document says besides its hits."""
    about: dict[str, Any] = {
        "query": asked,
        "total": results.total,
        "took_ms": results.took_ms,
        "did_you_mean": results.did_you_mean,
        "notes": list(results.notes),
        "all_but_one": [{"without": each.part, "total": each.total} for each in results.all_but_one],
    }
    if results.facets:
        from .facets import facets_json

        about["facets"] = facets_json(results.facets)
    if results.formula:
        about["formula"] = results.formula
    return about


def _hint_on(asked: str, results: SearchResults, offset: int, limit: int) -> None:
    """Say what the list of hits can't: that there are none, how to get some, or where the others are."""
    shown = offset + len(results)
    if not results.total:
        hint(f"no post answers: {clipped(asked)}" if asked.strip() else "no post passes these filters")
    elif not limit:
        hint(f"{plural(results.total, 'post')} found")
    elif not len(results):
        hint(f"{plural(results.total, 'post')} found; --offset {offset} passes over them all")
    elif results.total > shown and on_terminal():
        hint(f"{plural(results.total, 'post')} found; the next ones: --offset {shown}")
    if results.all_but_one:
        listed = [f"without {clipped(each.part, 40)}: {each.total:,}" for each in results.all_but_one[:5]]
        hint(f"posts that hold all but one: {', '.join(listed)}")
    if results.did_you_mean:
        better = clipped(results.did_you_mean)
        hint(f"did you mean: {better}" if '"' in better else f'did you mean "{better}"?')
