"""`tipsearch ingest`: saved pages go the way of a crawl."""

from __future__ import annotations

import click

from ..pipeline.errors import UsageError
from ..pipeline.facts import SAVED
from ..pipeline.home import Home
from ..pipeline.records import Source
from .exits import FAILED
from .finish import finish, locked_store, sync_json, sync_line
from .options import format_option, with_home
from .output import hint, plural, say, say_json, styled


@click.command(short_help="Read saved pages: HTML, plain text, WARC.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="PATH...")
@click.option("--source", default=SAVED, show_default=True, help="Which blog the pages belong to.")
@click.option("--url", help="The page's address, where neither the page nor its container says it.")
@format_option("text", "json")
@with_home
def ingest(home: Home, paths: tuple[str, ...], source: str, url: str | None, fmt: str) -> int:
    """Read saved pages: .html, .txt (a page's plain text), .warc, .warc.gz, and folders of them.

    Duplicates are found within one source: name the blog with --source if it is crawled too.
    Exit status: 0 done, 3 some file could not be read (the rest is kept).
    """
    from ..crawler import ingest_paths
    from ..pipeline.config import load_sources, save_sources, with_settings
    from ..pipeline.corpus import resolve_corpus
    from ..pipeline.reading import utc_now

    if not all(paths):
        raise UsageError("a PATH is empty.", hint="Name a file or a folder; the folder you are in is a dot.")
    known = {known.name: known for known in load_sources(home)}.get(source)
    with locked_store(home, "ingest", create=True) as store:
        started = utc_now()
        report = ingest_paths(paths, source=source, url=url, store=store)
        settings = known or with_settings(Source(name=source), report.settings)
        if known is None and settings != Source(name=source):
            # The posts depend on them, now and whenever they are made again.
            save_sources(home, [settings])
        applied = resolve_corpus(store, settings) if report.pages else None
        run = store.start_run(source, "ingest", started) if report.pages else None
        if run is not None:
            outcome = "ok" if report.ok else "failed"
            store.finish_run(
                run,
                finished=utc_now(),
                outcome=outcome,
                complete=report.ok,
                counts=report.counts(),
                problems=report.problems,
            )
        synced = finish(home, store)
    added, changed = (len(applied.added), len(applied.changed)) if applied else (0, 0)
    if fmt == "json":
        counts = {"posts_added": added, "posts_changed": changed}
        say_json({**report.to_json(), **counts, "index": sync_json(synced)})
    else:
        seen = report.entries_new + report.entries_repeated
        say(
            f"{styled(source, bold=True)}: {plural(report.pages, 'page')} with {plural(seen, 'entry')}"
            f" ({report.entries_new:,} new), {plural(added, 'post')} new, {changed:,} changed"
        )
        for note in dict.fromkeys(note for file in report.files for note in file.notes):
            say(styled(f"  note: {note}"))
    for problem in report.problems:
        hint(f"problem: {problem}")
    for skipped in report.skipped:
        hint(f"skipped (no page by its name): {skipped}")
    hint(sync_line(synced))
    if not report.files:
        hint(f"no saved page (.html, .txt, .warc, .warc.gz) was found in {', '.join(paths)}")
    return 0 if report.ok and report.files else FAILED
