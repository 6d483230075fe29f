"""`tipsearch query`: ranked search. It imports neither Scrapy nor the store, so that it answers at once."""

from __future__ import annotations

from typing import Any

import click

from ..index import Hit, IndexUnusableError, SearchIndex, SearchResults, open_index
from ..pipeline.home import Home
from .options import format_option, with_home
from .output import hint, json_line, on_terminal, plural, say, say_json, styled, wrapped

NOTHING_FOUND = 1


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
            if option is None and word[:2] == "-n" and word[2:].isdigit():
                option = named["-n"]
            if option is not None or word in ctx.help_option_names or word.startswith("--"):
                options.append(word)
                if option is not None and not option.is_flag and word in named and rest:
                    options.append(rest.pop(0))
            else:
                words.append(word)
        return super().parse_args(ctx, [*options, "--", *words])


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1)
@click.option(
    "-n", "--limit", "limit", type=click.IntRange(1, 100_000), default=10, show_default=True, help="Hits to print."
)
@click.option("--offset", type=click.IntRange(0), default=0, help="Hits to pass over first.")
@click.option("--after", metavar="DATE", help="Published on or after: 2018, 2018-11 or 2018-11-13.")
@click.option("--before", metavar="DATE", help="Published before (that day itself is out).")
@click.option("--source", multiple=True, help="Only this source (may be given several times).")
@click.option("--tag", multiple=True, help="Only posts with this tag or label.")
@click.option("--category", multiple=True, help="Only posts of this category.")
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance", show_default=True)
@click.option("--all", "all_words", is_flag=True, help="Only posts that hold all words.")
@format_option("text", "json", "jsonl", "urls")
@with_home
def query(home: Home, /, words: tuple[str, ...], fmt: str, limit: int, **filters: Any) -> int:
    """Search the corpus for WORDS; with filters alone, list the newest posts that pass.

    \b
    tipsearch query empathy
    tipsearch query '"active listening"' -golf --after 2018
    tipsearch query title:phone --tag patience --sort newest

    Exit status: 0 hits found, 1 nothing found, 2 the query can't be answered as it stands.
    """
    asked = " ".join(words)
    narrowed = any(filters[name] for name in ("after", "before", "source", "tag", "category"))
    if not asked.strip() and not narrowed:
        raise click.UsageError("Say what to look for: tipsearch query WORDS, or give a filter such as --after 2018.")
    with _usable_index(home) as index:
        results = index.search(asked, limit=limit, **filters)
        _print(asked, results, fmt, limit, filters["offset"])
    return 0 if results.total else NOTHING_FOUND


def _usable_index(home: Home) -> SearchIndex:
    """The index; where it can't be used and there is a store, it is built again first, and one line says so."""
    try:
        return open_index(home.path)
    except IndexUnusableError as error:
        if not home.store.exists():
            raise
        from ..index import rebuild_index
        from ..pipeline.store import open_store

        hint(f"{error.message}; building it again from the store")
        store = open_store(home, create=False)
        try:
            rebuild_index(home.path, store)
        finally:
            store.close()
        return open_index(home.path)


def _print(asked: str, results: SearchResults, fmt: str, limit: int, offset: int) -> None:
    for note in results.notes:
        hint(note)
    if fmt == "json":
        say_json(
            {
                "query": asked,
                "total": results.total,
                "took_ms": results.took_ms,
                "did_you_mean": results.did_you_mean,
                "notes": list(results.notes),
                "hits": [_hit_json(hit) for hit in results],
            }
        )
    elif fmt == "jsonl":
        for hit in results:
            say(json_line(_hit_json(hit)))
    elif fmt == "urls":
        for hit in results:
            if hit.url:
                say(styled(hit.url))
    else:
        for hit in results:
            _print_hit(hit)
    _hints(asked, results, offset + limit)


def _hints(asked: str, results: SearchResults, shown: int) -> None:
    if not results.total:
        hint(f"no post answers: {asked}" if asked else "no post passes these filters")
    if results.did_you_mean:
        hint(f'did you mean "{results.did_you_mean}"?')
    if results.total > shown and on_terminal():
        hint(f"{plural(results.total, 'post')} found; the next ones: --offset {shown}")


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "id": hit.id,
        "title": hit.title,
        "published": hit.published.isoformat() if hit.published else None,
        "url": hit.url,
        "source": hit.source,
        "completeness": hit.completeness,
        "snippet": hit.snippet,
    }


def published(hit: Any) -> str:
    """A post's date as precise as it is known: ``2018-11-13``, ``2018-11``, ``2018`` or ``undated``."""
    if hit.published is None:
        return "undated"
    exact = {"month": 7, "year": 4}.get(hit.published_precision or "", 10)
    return str(hit.published.isoformat()[:exact])


def _print_hit(hit: Hit) -> None:
    number = f"{hit.rank:>3}. "
    title = styled(hit.title or "(untitled)", bold=True)
    about = [published(hit), hit.source]
    if hit.completeness == "excerpt":
        about.append("excerpt")
    if hit.gone:
        about.append("gone from the blog")
    say(f"{number}{title}  {styled(' · '.join(about), fg='cyan')}")
    parts = hit.snippet_parts or ((hit.snippet, False),)
    if on_terminal():
        for line in wrapped(parts, " " * len(number), fg="yellow", bold=True):
            say(line)
    elif hit.snippet:
        say(" " * len(number) + styled(hit.snippet))
    say(" " * len(number) + styled(f"{hit.id}  {hit.url or ''}".rstrip(), dim=True))
