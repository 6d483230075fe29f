"""`tipsearch status`: what the corpus holds, by source and year, how the last runs ended, and what failed."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from ..pipeline.home import Home
from .finish import hint_at_unresolved, opened_store
from .options import format_option, with_home
from .output import count_line, hint, plural, say, say_json, styled, width

if TYPE_CHECKING:
    from ..pipeline.records import Post
    from ..pipeline.store import Run, Store

MOST_PROBLEMS = 5
"""So many problems of one run are printed; an ingested folder can have hundreds."""


@click.command(short_help="What the corpus holds, and what failed.")
@format_option("text", "json")
@with_home
def status(home: Home, fmt: str) -> int:
    """Show what the corpus holds, by source and year, and how the last runs ended."""
    from ..pipeline.config import load_sources

    registered = [source.name for source in load_sources(home)]
    # Sources may be registered by hand before anything is crawled; without either, opening the store says what to do.
    with opened_store(home, create=not home.store.exists() and bool(registered)) as store:
        names = dict.fromkeys([*registered, *store.sources()])
        sources = [_source(store, name, registered=name in registered) for name in names]
        hint_at_unresolved(store)
    described = {"home": str(home.path), "posts": sum(source["posts"] for source in sources), "sources": sources}
    if fmt == "json":
        say_json(described)
        return 0
    say(f"{styled(str(home.path), bold=True)}: {plural(described['posts'], 'post')}")
    for source in sources:
        _print(source)
    if not sources:
        hint("nothing here yet; begin with: tipsearch crawl URL")
    return 0


def _source(store: Store, name: str, *, registered: bool) -> dict[str, Any]:
    counts = _counts(store.posts(name))
    runs = [_run(run) for run in store.runs(name, limit=5)]
    # Only the source of saved pages holds facts for several sites or layouts.
    orders = [
        f"{facts['date_order']} ({facts['order_from']})" + (f" for {scope}" if scope else "")
        for scope, facts in sorted(store.facts(name).items())
    ]
    return {
        "name": name,
        "registered": registered,
        **counts,
        **_archives(store.archive_states(name)),
        "date_order": orders,
        "runs": runs,
    }


_OF_ARCHIVE = ("channel", "why", "held", "stated", "stated_by", "complete", "bounded", "checked", "swept")


def _archives(states: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The count of each archive as its last crawl left it, what is missing, when a failing source is tried again."""
    source = states.get("", {})
    return {
        "archives": [
            {"url": url, **{key: state.get(key) for key in _OF_ARCHIVE}} for url, state in sorted(states.items()) if url
        ],
        "missing": list(source.get("missing", ())),
        "failures": source.get("failures", 0),
        "retry_at": source.get("retry_at") or None,
    }


def _counts(posts: Iterable[Post]) -> dict[str, Any]:
    total: Counter[str] = Counter()
    years: Counter[str] = Counter()
    for post in posts:
        total["posts"] += 1
        total[post.completeness] += 1
        total["gone"] += post.gone
        total["bounded"] += bool(post.not_before or post.not_after)
        years[str(post.published.year) if post.published else "undated"] += 1
    return {
        "posts": total["posts"],
        "full": total["full"],
        "excerpts": total["excerpt"],
        "gone": total["gone"],
        "bounded": total["bounded"],
        "years": dict(sorted(years.items())),
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "command": run.command,
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
        # A run without an end was killed, unless it is the one at work now.
        "outcome": run.outcome,
        "complete": run.complete,
        "counts": run.counts,
        "problems": list(run.problems),
    }


def _print(source: dict[str, Any]) -> None:
    say()
    say(
        f"{styled(source['name'], bold=True)}: {plural(source['posts'], 'post')},"
        f" {source['full']:,} full, {plural(source['excerpts'], 'excerpt')}"
        + (f", {source['gone']:,} gone from the blog" if source["gone"] else "")
    )
    most = max(source["years"].values(), default=1)
    room = max(10, width() - 24)
    for year, count in source["years"].items():
        say(f"  {year:>7} {count:>6,} {styled('█' * max(1, round(room * count / most)), fg='cyan')}")
    if source["bounded"]:
        say(f"  of the undated, {source['bounded']:,} have an earliest or a latest day, by the order of their listings")
    if source["date_order"]:
        say(styled(f"  order of day and month: {', '.join(source['date_order'])}"))
    _print_archives(source)
    for run in source["runs"]:
        ended = run["outcome"] if run["finished"] else "at work, or killed"
        say(styled(f"  {run['started'][:16].replace('T', ' ')} UTC {run['command']}: {ended}"))
        for problem in run["problems"][:MOST_PROBLEMS]:
            say(styled(f"    problem: {problem}"))
        if len(run["problems"]) > MOST_PROBLEMS:
            say(f"    and {len(run['problems']) - MOST_PROBLEMS:,} more: tipsearch status --format json")
    if not source["runs"]:
        say(styled(f"  never crawled; begin with: tipsearch refresh {shlex.quote(source['name'])}"))


def _print_archives(source: dict[str, Any]) -> None:
    for archive in source["archives"]:
        if archive["channel"]:
            line = count_line(archive["held"], archive["stated"], archive["stated_by"], archive["why"])
            say(styled(f"  {archive['url']}: {line}"))
        if not archive["swept"]:
            say(styled("    not read to its end yet; the next crawl or refresh goes on"))
    for missing in source["missing"]:
        say(styled(f"  missing: {missing}"))
    if source["retry_at"]:
        times = plural(source["failures"], "time")
        say(styled(f"  failed {times} in a row; refreshed again after {source['retry_at'][:16].replace('T', ' ')} UTC"))
