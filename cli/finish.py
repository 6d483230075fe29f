"""The last steps after anything that stored pages: resolve what is left over, bring the index up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..index import SyncReport, sync_index
from ..pipeline.home import Home
from ..pipeline.store import Store, open_store
from .output import hint, plural


@contextmanager
def opened_store(home: Home, *, create: bool = False) -> Iterator[Store]:
    """The home's store, closed at the end. Raises StoreError where it is missing (unless to be made) or unusable."""
    store = open_store(home, create=create)
    try:
        yield store
    finally:
        store.close()


def finish(home: Home, store: Store) -> SyncReport:
    """Resolve what an earlier, killed run left unresolved, and write to the index what changed. Gives what it wrote."""
    from ..pipeline.config import load_sources
    from ..pipeline.corpus import resolve_pending

    resolve_pending(store, load_sources(home))
    report = sync_index(home.path, store)
    if report.rebuilt:
        hint(f"{report.reason}; the index was built again from the store")
    return report


def sync_line(report: SyncReport) -> str:
    """What a sync wrote, for a person."""
    if not (report.added or report.updated or report.removed):
        return "index: nothing to do"
    return f"index: {plural(report.added, 'post')} added, {report.updated:,} updated, {report.removed:,} removed"
