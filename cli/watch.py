"""`tipsearch watch`: saved questions, and what is new in them since the last run; made for cron."""

from __future__ import annotations

import re
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..pipeline.errors import QueryError, UsageError
from ..pipeline.home import Home
from .exits import NOTHING_FOUND
from .hits import answered, hit_json, print_hits, usable_index
from .options import completed, filter_options, format_option, home_option, with_home
from .output import clipped, hint, json_line, plural, say, say_json, styled
from .query import QueryCommand

if TYPE_CHECKING:
    from ..index import Hit, SearchIndex
    from ..index.watches import Watch

MOST_ENTRIES = 200
"""Entries of a feed: readers that look in rarely still miss nothing."""

_NAME = re.compile(r"[\w.-]{1,60}")


@click.group(short_help="Saved questions: what is new in them since the last run.")
@home_option
def watch() -> None:
    """Save questions, and print what is new in them; `tipsearch watch run --since-last` is made for cron."""


@watch.command("add", cls=QueryCommand)
@click.argument("name")
@click.argument("words", nargs=-1)
@click.option("--all", "all_words", is_flag=True, help="Only posts that hold all words.")
@click.option("--from-now", is_flag=True, help="Count the posts that answer now as reported.")
@filter_options
@with_home
def add(home: Home, /, name: str, words: tuple[str, ...], **options: Any) -> int:
    """Save the query WORDS under NAME, with its options; dates such as '3 weeks ago' count from each run.

    Exit status: 0 saved, 2 the query can't be answered as it stands, or there is a watch of that name.
    """
    from ..index.watches import Watch, load_watches, save_watches, watching

    if not _NAME.fullmatch(name):
        raise UsageError(f"{clipped(name)!r} is no name for a watch.", hint="Use letters, digits, dots and hyphens.")
    from_now = options.pop("from_now")
    kept = {option: value for option, value in options.items() if value not in (None, (), False)}
    if options["synonyms"]:
        del kept["synonyms"]
    else:
        kept["synonyms"] = False
    query = " ".join(words)
    if not query.strip() and not kept.keys() - {"all_words", "synonyms"}:
        raise click.UsageError("Say what to look for: tipsearch watch add NAME WORDS.")
    with usable_index(home) as index, watching(home.path):
        watches = load_watches(home.path)
        if name in watches:
            raise UsageError(f"there is a watch {name!r} already.", hint=f"First: tipsearch watch remove {name}")
        now = _now()
        made = Watch(name=name, query=query, feed_id=uuid.uuid4().urn, created=now, options=kept)
        made.check()
        found = index.search(query, limit=0, **kept)
        if found.notes:
            hint("; ".join(found.notes))
        if from_now:
            made.report(made.matches(index, new=False), now)
        save_watches(home.path, [*watches.values(), made])
    say(f"{styled(name, bold=True)}: saved; {plural(found.total, 'post')} now")
    return 0


@watch.command("list")
@format_option("text", "json")
@with_home
def list_watches(home: Home, fmt: str) -> int:
    """List the saved questions.

    Exit status: 0.
    """
    from ..index.watches import load_watches

    watches = load_watches(home.path)
    if fmt == "json":
        say_json([_watch_json(each) for each in watches.values()])
        return 0
    for each in watches.values():
        ran = f"last run {each.last_run[:16].replace('T', ' ')} UTC" if each.last_run else "never run"
        told = f"{plural(len(each.reported), 'post')} reported, {ran}"
        say(f"{styled(each.name, bold=True)}: {styled(_asked(each))}  {styled(told, fg='cyan')}")
    if not watches:
        hint("no watch yet; begin with: tipsearch watch add NAME WORDS")
    return 0


@watch.command("remove")
@click.argument("name", shell_complete=completed("watch"))
@with_home
def remove(home: Home, name: str) -> int:
    """Forget the saved question NAME.

    Exit status: 0 removed, 2 there is no such watch.
    """
    from ..index.watches import load_watches, save_watches, watching

    _named(load_watches(home.path), (name,))
    with watching(home.path):
        watches = load_watches(home.path)
        watches.pop(name, None)
        save_watches(home.path, watches.values())
    say(f"{styled(name, bold=True)}: removed")
    return 0


@watch.command("run")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completed("watch"))
@click.option("--since-last", is_flag=True, help="Only posts that no run has printed yet.")
@click.option("--peek", is_flag=True, help="Do not count what is printed as reported.")
@click.option(
    "--atom",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Write an Atom feed here instead: the latest {MOST_ENTRIES} posts that were reported, new ones first.",
)
@format_option("text", "jsonl")
@with_home
def run(home: Home, /, names: tuple[str, ...], fmt: str, **options: Any) -> int:
    """Print the posts that answer the saved questions (all of them, or NAMES), newest first.

    With --since-last a run that finds nothing new prints nothing, so that cron sends no mail.

    \b
    0 7 * * *  tipsearch refresh; tipsearch watch run --since-last

    Exit status: 0 posts found, 1 none, 2 there is no such watch, or a query can't be answered any more (others are).
    """
    from ..index.watches import load_watches, save_watches, watching

    _named(load_watches(home.path), names)
    # A home that holds nothing is named before a lock is put there.
    usable_index(home).close()
    with watching(home.path):
        watches = load_watches(home.path)
        chosen = _named(watches, names)
        with answered(home, lambda index: _found(chosen, index, new=options["since_last"])) as (index, found):
            asked = [each for each in chosen if each.name in found]
            now = _now()
            for each in asked:
                each.report(found[each.name], now)
            if options["atom"] and asked:
                _write_feed(options["atom"], asked, index)
            else:
                _print(found, fmt)
                # Only what somebody got counts as reported: a closed pipe says so here.
                sys.stdout.flush()
            if not options["peek"]:
                save_watches(home.path, watches.values())
    if len(asked) < len(chosen):
        return QueryError.exit_status
    return 0 if any(found.values()) else NOTHING_FOUND


def _found(watches: list[Watch], index: SearchIndex, *, new: bool) -> dict[str, list[Hit]]:
    """The posts that answer each watch; one that can't be answered any more is named, and keeps no other from it."""
    found = {}
    for each in watches:
        try:
            found[each.name] = each.matches(index, new=new)
        except QueryError as error:
            hint(f"Error: the watch {each.name}: {error.message}")
            if error.hint:
                hint(error.hint)
    return found


def _print(found: dict[str, list[Hit]], fmt: str) -> None:
    for name, hits in found.items():
        if fmt == "jsonl":
            for hit in hits:
                say(json_line({"watch": name, **hit_json(hit)}))
        elif hits:
            say(f"{styled(name, bold=True)}: {plural(len(hits), 'post')}")
            print_hits(hits, fmt, {})


def _write_feed(path: Path, watches: list[Watch], index: SearchIndex) -> None:
    from .atom import write_feed

    ids = sorted(each.feed_id for each in watches)
    latest: dict[tuple[str, str], tuple[str, Hit]] = {}
    for each in watches:
        for time, hit in each.latest(index, MOST_ENTRIES):
            known = latest.get((hit.source, hit.id))
            if known is None or time < known[0]:
                latest[hit.source, hit.id] = (time, hit)
    ordered = sorted(latest.values(), key=lambda told: told[0], reverse=True)[:MOST_ENTRIES]
    write_feed(
        path,
        feed_id=ids[0] if len(ids) == 1 else uuid.uuid5(uuid.NAMESPACE_URL, " ".join(ids)).urn,
        title=f"tipsearch: {', '.join(each.name for each in watches)}",
        updated=max(each.created for each in watches),
        entries=ordered,
    )


def _named(watches: dict[str, Watch], names: tuple[str, ...]) -> list[Watch]:
    """The watches of these names, or all; UsageError where there are none, or not that one."""
    for name in names:
        if name not in watches:
            from difflib import get_close_matches

            near = get_close_matches(name, watches, n=1)
            listed = f"There are: {', '.join(watches)}." if watches else "There are none yet."
            told = f"Did you mean {near[0]}? {listed}" if near else listed
            raise UsageError(f"there is no watch {clipped(name)!r}.", hint=told)
    if not watches:
        raise UsageError("no question is saved yet.", hint="Begin with: tipsearch watch add NAME WORDS")
    return [watches[name] for name in dict.fromkeys(names)] if names else list(watches.values())


def _watch_json(each: Watch) -> dict[str, Any]:
    return {
        "name": each.name,
        "query": each.query,
        "options": {name: list(value) if isinstance(value, tuple) else value for name, value in each.options.items()},
        "created": each.created,
        "last_run": each.last_run,
        "reported": len(each.reported),
    }


def _asked(each: Watch) -> str:
    """The query with its options, as they were given."""
    told = [each.query] if each.query else []
    for name, value in each.options.items():
        flags = {"all_words": "--all", "synonyms": "--no-synonyms"}
        if name in flags:
            told.append(flags[name])
        else:
            told += [f"--{name} {one}" for one in (value if isinstance(value, tuple) else (value,))]
    return " ".join(told)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
