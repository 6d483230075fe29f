"""`tipsearch demo`: the bundled blogs served on loopback, crawled by the real spiders, indexed and queried."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ..pipeline.errors import UsageError
from ..pipeline.home import Home
from ..pipeline.records import Source
from .crawl import print_summary
from .exits import FAILED, INTERRUPTED
from .finish import finish, opened_store, sync_line
from .options import given_home, home_option
from .output import hint, say, styled

QUERIES: tuple[tuple[str, ...], ...] = (
    ('"on hold"', "phone", "-n", "3"),
    ("title:poem", "--sort", "newest"),
    ("empathy", "-n", "5"),
)


@click.command(short_help="The tour, on two bundled blogs.")
@click.option("--keep", is_flag=True, help="Keep the demo's home, and say where it is.")
@home_option
def demo(*, keep: bool) -> int:
    """Serve two bundled blogs on this machine, crawl them, index them, and search them. Takes under a minute.

    The demo has a home of its own, which goes with it; --home DIR names a new folder instead, which is kept.
    """
    from ..crawler import crawl
    from ..pipeline.config import save_sources
    from .demo import demo_sites

    given = given_home()
    keep = keep or given is not None
    with _home(given, keep=keep) as home, demo_sites() as sites:
        sources = [Source(name="tips", urls=(sites.tips_url, sites.tips_tag_url), delay=0)]
        sources.append(Source(name="sayings", urls=(sites.sayings_url,), delay=0))
        say("Two small blogs of tipsearch's own are now served on this machine:")
        for source in sources:
            for url in source.urls:
                say(f"  {source.name}: {url}")
        say()
        say(_prompt("crawl", *(url for source in sources for url in source.urls)))
        report = crawl(sources, home=home, command="demo")
        save_sources(home, sources)
        for summary in report.sources:
            print_summary(summary, say)
        with opened_store(home) as store:
            say(sync_line(finish(home, store)))
        if report.interrupted:
            hint("interrupted")
            return INTERRUPTED
        if not report.ok:
            return FAILED
        for words in QUERIES:
            say()
            say(_prompt("query", *words))
            _answer(home, words)
        say()
        _next(home if keep else None)
    return 0


@contextmanager
def _home(given: str | None, *, keep: bool) -> Iterator[Home]:
    if given is not None:
        home = Home.find(given)
        if home.path.exists():
            raise UsageError(f"{home.path} is there already.", hint="Name a folder that the demo may make.")
        yield home
        return
    path = Path(tempfile.mkdtemp(prefix="tipsearch-demo-"))
    try:
        yield Home(path)
    finally:
        if not keep:
            shutil.rmtree(path, ignore_errors=True)


def _prompt(*words: str) -> str:
    import shlex

    return styled("$ tipsearch " + shlex.join(words), bold=True)


def _answer(home: Home, words: tuple[str, ...]) -> None:
    from .query import query

    with query.make_context("query", list(words), obj={"home": str(home.path)}) as context:
        query.invoke(context)


def _next(kept: Home | None) -> None:
    say("What to try next:")
    if kept:
        say(f"  tipsearch --home {kept.path} query patience --tag phone")
        say(f"  tipsearch --home {kept.path} status")
    else:
        say("  tipsearch demo --keep                               keep this corpus, and search it yourself")
    say("  tipsearch crawl https://your.blog/tag/empathy/      your own archive, politely, to its last page")
    say("  tipsearch query '\"active listening\"' --after 2018    phrases, filters: tipsearch query --help")
