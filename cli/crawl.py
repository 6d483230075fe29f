"""`tipsearch crawl` and `tipsearch refresh`: blogs read, resolved and indexed, with a summary a source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..pipeline.errors import UsageError
from ..pipeline.home import Home
from ..pipeline.records import Channel, Source
from .exits import FAILED, INTERRUPTED
from .finish import finish, opened_store, sync_json, sync_line
from .options import completed, format_option, with_home
from .output import count_line, hint, plural, say, say_json, styled

if TYPE_CHECKING:
    from ..crawler import CrawlReport, SourceReport
    from ..index import SyncReport


@click.command(short_help="Read blogs to their last page, and keep every post.")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--name", help="The source's name (default: the blog's host).")
@click.option("--delay", type=click.FloatRange(0, 3600), help="Seconds between two requests to a site (default: 1).")
@click.option("--max-pages", type=click.IntRange(1), help="Read at most so many pages of each listing.")
@click.option(
    "--channel",
    type=click.Choice(["rest", "feed", "html"]),
    help="Read through WordPress's REST interface, a feed, or listing pages (default: the cheapest that is complete).",
)
@click.option("--full", is_flag=True, help="Fetch known posts again too: finds edits, and posts that left.")
@format_option("text", "json")
@with_home
def crawl(
    home: Home,
    *,
    urls: tuple[str, ...],
    name: str | None,
    delay: float | None,
    max_pages: int | None,
    channel: Channel | None,
    full: bool,
    fmt: str,
) -> int:
    """Crawl blogs' archives to the last page, and keep every post.

    \b
    tipsearch crawl https://blog.example/tag/empathy/
    tipsearch crawl http://127.0.0.1:8000/ --delay 0

    A URL is registered in tipsearch.toml once a page of it held a post; `tipsearch refresh` reads it again.
    Exit status: 0 done, 3 a source failed or lacks posts (what was read is kept), 4 another crawl is at work,
    130 interrupted.
    """
    from ..pipeline.config import plan, save_sources

    home.create()
    sources = plan(home, urls, name)
    report, synced = _run(home, sources, "crawl", delay=delay, max_pages=max_pages, channel=channel, full=full)
    read = {r.name: r.urls_read for r in report.sources if r.urls_read}
    save_sources(home, [replace(s, urls=read[s.name]) for s in sources if s.name in read])
    return _conclude(report, synced, fmt)


@click.command(short_help="The same again for registered blogs.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completed("registered"))
@click.option("--full", is_flag=True, help="Fetch known posts again too: finds edits, and posts that left.")
@format_option("text", "json")
@with_home
def refresh(home: Home, *, names: tuple[str, ...], full: bool, fmt: str) -> int:
    """Crawl the registered sources again (all of them, or those NAMEd); made for cron and systemd timers.

    Exit status: 0 done, 3 a source failed or lacks posts (what was read is kept), 4 another crawl is at work,
    130 interrupted.
    """
    from ..pipeline.config import load_sources

    known = {source.name: source for source in load_sources(home) if source.urls}
    for name in names:
        if name not in known:
            raise UsageError(f"there is no source {name!r}.", hint=f"There are: {', '.join(known) or 'none yet'}.")
    chosen = [known[name] for name in dict.fromkeys(names)] if names else list(known.values())
    if not chosen:
        raise UsageError(f"no source is registered in {home.config}.", hint="Begin with: tipsearch crawl URL")
    report, synced = _run(home, chosen, "refresh", full=full)
    return _conclude(report, synced, fmt)


def _run(
    home: Home,
    sources: Sequence[Source],
    command: str,
    *,
    full: bool,
    delay: float | None = None,
    max_pages: int | None = None,
    channel: Channel | None = None,
) -> tuple[CrawlReport, SyncReport]:
    """Crawl, then bring the index up to date, whatever became of the crawl."""
    from ..crawler import crawl as crawl_sources
    from .progress import crawl_progress

    with crawl_progress() as on_progress:
        report = crawl_sources(
            sources,
            home=home,
            full=full,
            max_pages=max_pages,
            channel=channel,
            delay=delay,
            command=command,
            on_progress=on_progress,
        )
    with opened_store(home) as store:
        return report, finish(home, store)


def _conclude(report: CrawlReport, synced: SyncReport, fmt: str) -> int:
    if fmt == "json":
        say_json({**report.to_json(), "index": sync_json(synced)})
    else:
        for source in report.sources:
            print_summary(source, say)
    hint(sync_line(synced))
    if report.interrupted:
        hint("interrupted; what was read is kept, and the same command goes on")
        return INTERRUPTED
    return 0 if report.ok else FAILED


def print_summary(report: SourceReport, out: Callable[[str], None]) -> None:
    """One line of counts for a source, then its notes and problems, a line each."""
    gone = f", {report.posts_gone:,} gone from the blog" if report.posts_gone else ""
    colour = {"ok": "green", "failed": "red"}.get(report.outcome, "yellow")
    counts = [
        f"{plural(report.posts_total, 'post')} ({report.posts_added:,} new, {report.posts_changed:,} changed{gone})",
        f"{plural(report.pages, 'page')} in {plural(report.requests, 'request')}, {report.seconds:.1f} s",
    ]
    out(f"{styled(report.name, bold=True)}: {styled(report.outcome, fg=colour)} – {', '.join(counts)}")
    for archive in report.archives:
        if archive.channel is not None:
            where = "" if len(report.archives) == 1 else f"{archive.url} "
            line = count_line(archive.held, archive.stated, archive.stated_by, archive.why)
            out(styled(f"  {where}{line}"))
    if report.stop_reason and not report.complete:
        out(styled(f"  stopped: {report.stop_reason}"))
    for missing in report.missing:
        out(styled(f"  missing: {missing}"))
    for note in report.notes:
        out(styled(f"  note: {note}"))
    for problem in report.problems:
        out(styled(f"  problem: {problem}"))
