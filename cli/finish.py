"""The store as commands open it, and their last steps: resolve what is left over, bring the index up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ..index import SyncReport, sync_index
from ..pipeline.errors import TipsearchError
from ..pipeline.home import Home
from ..pipeline.records import Source
from ..pipeline.store import Store, open_store
from .output import hint, plural
from .progress import index_progress


@contextmanager
def opened_store(home: Home, *, create: bool = False) -> Iterator[Store]:
    """The home's store, closed at the end. Raises StoreError where it is missing (unless to be made) or unusable."""
    store = open_store(home, create=create)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def locked_store(home: Home, command: str, *, create: bool = False) -> Iterator[Store]:
    """The home's store with its lock held; raises LockedError besides, naming the command that holds it."""
    from ..crawler import crawl_lock

    # The lock makes the home; where nothing is to be made, opening the store says so and leaves no trace.
    lock = crawl_lock(home, command) if create or home.store.exists() else nullcontext()
    with lock, opened_store(home, create=create) as store:
        yield store


def hint_at_unresolved(store: Store) -> None:
    """Say where pages are stored of which no posts are made yet, for then the corpus looks smaller than it is."""
    waiting = store.unresolved()
    if waiting:
        names = ", ".join(waiting)
        hint(f"{names}: a crawl is at work, or was killed; of what it stored, posts are made by the next crawl")
        hint("or by: tipsearch resolve")


def kept_pages(home: Home, source: str) -> Path | None:
    """The folder in which crawls kept the pages of a source; None where there is none."""
    from ..crawler.kept_pages import folder_name

    folder = home.pages / folder_name(source)
    return folder if any(folder.glob("*.warc*")) else None


def finish(home: Home, store: Store) -> SyncReport:
    """Resolve what an earlier, killed run left unresolved, and write to the index what changed. Gives what it wrote."""
    _resolve_left_over(home, store)
    with index_progress() as progress:
        report = sync_index(home, store, progress=progress)
    if report.rebuilt:
        hint(f"{report.reason}; the index was built again from the store")
    return report


def _resolve_left_over(home: Home, store: Store) -> None:
    left = store.unresolved()
    if not left:
        return
    from ..pipeline.config import load_sources
    from ..pipeline.corpus import resolve_corpus

    settings = {source.name: source for source in load_sources(home)}
    for name in left:
        try:
            resolve_corpus(store, settings.get(name, Source(name=name)))
        except TipsearchError:
            raise
        except Exception as error:  # noqa: BLE001 - one source must not keep others from the index
            hint(f"{name}: its pages are kept, but no posts could be made of them: {type(error).__name__}: {error}")


def sync_json(report: SyncReport) -> dict[str, int | bool]:
    """What a sync wrote, for a program."""
    return {"added": report.added, "updated": report.updated, "removed": report.removed, "rebuilt": report.rebuilt}


def sync_line(report: SyncReport) -> str:
    """What a sync wrote, for a person."""
    if not (report.added or report.updated or report.removed):
        return "index: nothing to do"
    return f"index: {plural(report.added, 'post')} added, {report.updated:,} updated, {report.removed:,} removed"
