"""`tipsearch reindex` and `tipsearch resolve`: a later stage made again from the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..pipeline.home import Home
from ..pipeline.records import Source
from .finish import finish, locked_store, sync_line
from .options import with_home
from .output import hint, plural, say, styled
from .progress import index_progress

if TYPE_CHECKING:
    from ..pipeline.store import ApplyResult


@click.command(short_help="The index again from the posts.")
@with_home
def reindex(home: Home) -> int:
    """Build the index again from the posts in the store. Searches go on with the old one until the new one is whole."""
    from ..index import rebuild_index

    with locked_store(home, "reindex") as store, index_progress() as progress:
        report = rebuild_index(home, store, progress=progress)
    say(f"index built again: {plural(report.added, 'post')}")
    return 0


@click.command(short_help="The posts again from the entries.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@with_home
def resolve(home: Home, *, dry_run: bool) -> int:
    """Make the posts again from the entries, by the rules of this version. Safe to interrupt."""
    from ..pipeline.config import load_sources
    from ..pipeline.corpus import resolve_corpus

    with locked_store(home, "resolve") as store:
        settings = {source.name: source for source in load_sources(home)}
        for name in store.sources():
            result = resolve_corpus(store, settings.get(name, Source(name=name)), anew=True, keep=not dry_run)
            say(f"{styled(name, bold=True)}: {_told(result)}")
        if not dry_run:
            hint(sync_line(finish(home, store)))
    return 0


def _told(result: ApplyResult) -> str:
    """What changed, in a line: ``3 posts changed, of them 1 merged from several, 1 split, 1 redated``."""
    kinds = (("new", result.added), ("changed", result.changed), ("withdrawn", result.withdrawn))
    counts = [f"{len(ids):,} {kind}" for kind, ids in kinds if ids]
    kinds = (("merged from several", result.merged), ("split", result.split), ("redated", result.redated))
    causes = [f"{len(ids):,} {kind}" for kind, ids in kinds if ids]
    if not counts:
        return "nothing changes"
    return "posts: " + ", ".join(counts) + (f" ({', '.join(causes)})" if causes else "")
