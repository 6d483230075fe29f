"""`tipsearch reindex` and `tipsearch resolve`: a later stage made again from the one before."""

from __future__ import annotations

import click

from ..pipeline.home import Home
from ..pipeline.records import Source
from .finish import finish, opened_store, sync_line
from .options import with_home
from .output import hint, plural, say, styled


@click.command()
@with_home
def reindex(home: Home) -> int:
    """Build the index again from the posts in the store. Searches go on with the old one until the new one is whole."""
    from ..crawler import crawl_lock
    from ..index import rebuild_index

    with crawl_lock(home, "reindex"), opened_store(home) as store:
        report = rebuild_index(home.path, store)
    say(f"index built again: {plural(report.added, 'post')}")
    return 0


@click.command()
@with_home
def resolve(home: Home) -> int:
    """Make the posts again from the entries, by the rules of this version. Safe to interrupt."""
    from ..crawler import crawl_lock
    from ..pipeline.config import load_sources
    from ..pipeline.corpus import resolve_corpus

    with crawl_lock(home, "resolve"), opened_store(home) as store:
        settings = {source.name: source for source in load_sources(home)}
        for name in store.sources():
            result = resolve_corpus(store, settings.get(name, Source(name=name)))
            counts = (
                f"{plural(len(result.added), 'post')} new, {len(result.changed):,} changed, "
                f"{len(result.withdrawn):,} withdrawn"
            )
            say(f"{styled(name, bold=True)}: {counts}")
        hint(sync_line(finish(home, store)))
    return 0
