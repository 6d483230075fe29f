"""`tipsearch crawl` and `tipsearch refresh`: blogs read, resolved and indexed, with a summary a source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ..pipeline.errors import UsageError
from ..pipeline.home import Home
from ..pipeline.records import Channel, Source
from .exits import FAILED, INTERRUPTED
from .finish import finish, opened_store, sync_json, sync_line
from .options import completed, format_option, max_time_option, with_home
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
@click.option("--accept-loss", is_flag=True, help="Believe it when more than a tenth of a blog's posts are gone.")
@max_time_option
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
    accept_loss: bool,
    max_time: int | None,
    fmt: str,
) -> int:
    """Crawl blogs' archives to the last page, and keep every post.

    \b
    tipsearch crawl https://blog.example/tag/empathy/
    tipsearch crawl http://127.0.0.1:8000/ --delay 0

    A URL is registered in tipsearch.toml once a page of it held a post; `tipsearch refresh` reads it again.
    Exit status: 0 done, 3 a source failed, lacks posts or ran out of time (what was read is kept), 4 another crawl is
    at work, 130 interrupted.
    """
    from ..pipeline.config import plan, save_sources

    home.create()
    sources = plan(home, urls, name)
    report, synced = _run(
        home,
        sources,
        "crawl",
        delay=delay,
        max_pages=max_pages,
        channel=channel,
        full=full,
        accept_loss=accept_loss,
        max_time=max_time,
    )
    read = {r.name: r.urls_read for r in report.sources if r.urls_read}
    save_sources(home, [replace(s, urls=read[s.name]) for s in sources if s.name in read])
    return _conclude(report, synced, fmt)


@click.command(short_help="The same again for registered blogs.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completed("registered"))
@click.option("--full", is_flag=True, help="Fetch known posts again too: finds edits, and posts that left.")
@click.option("--accept-loss", is_flag=True, help="Believe it when more than a tenth of a blog's posts are gone.")
@max_time_option
@format_option("text", "json")
@with_home
def refresh(
    home: Home, *, names: tuple[str, ...], full: bool, accept_loss: bool, max_time: int | None, fmt: str
) -> int:
    """Crawl the registered sources again (all of them, or those NAMEd); made for cron and systemd timers.

    Only what is new is asked for: a request or two where nothing is. A source that fails is left alone for half an
    hour, doubled each time it fails again, at most a day; one that is NAMEd is tried at once, and so are all with
    --full or --accept-loss.

    Exit status: 0 done, 3 a source failed, lacks posts, ran out of time, or is left alone after it failed (what was
    read is kept), 4 another crawl is at work, 130 interrupted.
    """
    from ..pipeline.config import load_sources

    known = {source.name: source for source in load_sources(home) if source.urls}
    for name in names:
        if name not in known:
            raise UsageError(f"there is no source {name!r}.", hint=f"There are: {', '.join(known) or 'none yet'}.")
    chosen = [known[name] for name in dict.fromkeys(names)] if names else list(known.values())
    if not chosen:
        raise UsageError(f"no source is registered in {home.config}.", hint="Begin with: tipsearch crawl URL")
    waiting = [] if names or full or accept_loss else _waiting(home, chosen)
    left_alone = {one["name"] for one in waiting}
    due = [source for source in chosen if source.name not in left_alone]
    report, synced = _run(home, due, "refresh", full=full, accept_loss=accept_loss, max_time=max_time)
    return _conclude(report, synced, fmt, waiting=waiting)


def _waiting(home: Home, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """The sources that failed so lately that they are left alone for now, each with how often and until when."""
    from datetime import UTC, datetime

    from ..crawler.state import SOURCE, SourceState, moment

    if not home.store.exists():
        return []
    with opened_store(home) as store:
        states = {s.name: SourceState.from_json(store.archive_states(s.name).get(SOURCE, {})) for s in sources}
    now = datetime.now(UTC)
    return [
        {"name": name, "failures": state.failures, "retry_at": state.retry_at}
        for name, state in states.items()
        if (retry_at := moment(state.retry_at)) is not None and retry_at > now
    ]


def _run(
    home: Home,
    sources: Sequence[Source],
    command: str,
    *,
    full: bool,
    accept_loss: bool = False,
    delay: float | None = None,
    max_pages: int | None = None,
    channel: Channel | None = None,
    max_time: int | None = None,
) -> tuple[CrawlReport, SyncReport]:
    """Crawl, then bring the index up to date, whatever became of the crawl; without sources the index alone."""
    from ..crawler import crawl as crawl_sources
    from ..crawler.events import MAX_SECONDS
    from .progress import crawl_progress

    with crawl_progress() as on_progress:
        report = crawl_sources(
            sources,
            home=home,
            full=full,
            max_pages=max_pages,
            channel=channel,
            accept_loss=accept_loss,
            delay=delay,
            command=command,
            max_seconds=max_time or MAX_SECONDS,
            on_progress=on_progress,
        )
    with opened_store(home) as store:
        return report, finish(home, store)


def _conclude(report: CrawlReport, synced: SyncReport, fmt: str, *, waiting: Sequence[dict[str, Any]] = ()) -> int:
    if fmt == "json":
        say_json({**report.to_json(), "waiting": list(waiting), "index": sync_json(synced)})
    else:
        for source in report.sources:
            print_summary(source, say)
        for one in waiting:
            failed = f"failed {plural(one['failures'], 'time')} in a row, tried again after"
            until = f"{one['retry_at'][:16].replace('T', ' ')} UTC"
            say(f"{styled(one['name'], bold=True)}: {styled('left alone', fg='yellow')} – {failed} {until}")
    hint(sync_line(synced))
    if report.interrupted:
        hint("interrupted; what was read is kept, and the same command goes on")
        return INTERRUPTED
    return 0 if report.ok and not waiting else FAILED


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
