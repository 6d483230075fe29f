"""The writing side: the index follows the store's change sequence, or is built anew beside the old one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..pipeline.errors import IndexUnusableError
from ..pipeline.home import Home
from ..pipeline.records import Change
from .folder import IndexFolder, Meta


class ChangeFeed(Protocol):
    """What the index needs of a store."""

    @property
    def identity(self) -> str:
        """A name that no other store has: an index is never taken for that of another store."""
        ...

    def sequence(self) -> int:
        """The last number of the change sequence; 0 in a new store."""
        ...

    def changes(self, since: int = 0) -> Iterator[Change]:
        """What changed after `since`, oldest first, each post once in its latest state."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync wrote: how many posts it added, updated and removed.

    `rebuilt` is true where an index that could not be used was replaced; `reason` is the sentence that says why.
    """

    added: int = 0
    updated: int = 0
    removed: int = 0
    rebuilt: bool = False
    reason: str = ""


Progress = Callable[[int], None]
"""Told how many changes have been read so far."""


def sync_index(
    home: str | os.PathLike[str] | Home | None, store: ChangeFeed, *, progress: Progress | None = None
) -> SyncReport:
    """Bring the index of a home up to date with its store; nothing is written where nothing changed.

    An index that is missing or can't be used is built anew. Readers see the old state or the new one. Raises
    IndexUnusableError where the index can't be written, and LockedError where another writer does not finish.
    """
    folder = _folder(home)
    with folder.writing():
        try:
            return _follow(folder, store, progress)
        except IndexUnusableError as error:
            had_one = folder.exists() and folder.pointer.exists()
            report = _build(folder, store, progress)
            if not had_one:
                return report
            return SyncReport(added=report.added, rebuilt=True, reason=error.message)


def rebuild_index(
    home: str | os.PathLike[str] | Home | None, store: ChangeFeed, *, progress: Progress | None = None
) -> SyncReport:
    """Build the index anew from the store and put it in the old one's place; raises as `sync_index` does.

    Killed at any moment it leaves the old index or the new one.
    """
    folder = _folder(home)
    with folder.writing():
        report = _build(folder, store, progress)
    return SyncReport(added=report.added, rebuilt=True, reason="a rebuild was asked for")


def _follow(folder: IndexFolder, store: ChangeFeed, progress: Progress | None) -> SyncReport:
    from .engine.whoosh_schema import fingerprint
    from .engine.whoosh_writer import WhooshWriter

    generation = folder.current()
    meta = folder.meta(generation, fingerprint=fingerprint())
    newest = store.sequence()
    if meta.store != store.identity or meta.sequence > newest:
        raise IndexUnusableError("the index belongs to another store")
    writer = WhooshWriter(generation)
    if meta.sequence == newest:
        return SyncReport()
    written = writer.apply(_counted(store.changes(meta.sequence), progress))
    folder.write_meta(generation, Meta(meta.fingerprint, max(newest, written.last), meta.store))
    return SyncReport(added=written.added, updated=written.updated, removed=written.removed)


def _build(folder: IndexFolder, store: ChangeFeed, progress: Progress | None) -> SyncReport:
    from .engine.whoosh_schema import fingerprint
    from .engine.whoosh_writer import WhooshWriter

    newest = store.sequence()
    generation = folder.begin()
    try:
        written = WhooshWriter(generation, create=True).apply(_counted(store.changes(0), progress))
        folder.write_meta(generation, Meta(fingerprint(), max(newest, written.last), store.identity))
        folder.use(generation)
    except BaseException:
        if not _is_in_use(folder, generation):
            import shutil

            shutil.rmtree(generation, ignore_errors=True)
        raise
    return SyncReport(added=written.added)


def _counted(changes: Iterator[Change], progress: Progress | None) -> Iterator[Change]:
    for count, change in enumerate(changes, start=1):
        yield change
        if progress is not None:
            progress(count)


def _is_in_use(folder: IndexFolder, generation: Path) -> bool:
    try:
        return folder.current() == generation
    except IndexUnusableError:
        return False


def _folder(home: str | os.PathLike[str] | Home | None) -> IndexFolder:
    return IndexFolder((home if isinstance(home, Home) else Home.find(home)).index)
