"""Writes posts into a Whoosh index, a batch of changes in one commit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...pipeline.errors import TipsearchError
from ...pipeline.records import Change
from . import Written
from .whoosh_postings import Postings, damaged
from .whoosh_schema import key_of, open_files

if TYPE_CHECKING:
    # These import numpy, which a sync that finds nothing new does not need.
    from .whoosh_segments import SegmentMaker

LOCK_SECONDS = 10.0
"""The lock is flock's, so it dies with its process; waiting is for a neighbour that is about to finish."""


class WhooshWriter:
    """A folder with a Whoosh index, open for writing; see `engine.Writer`.

    Raises IndexUnusableError where the index that is there is damaged, and OSError where nothing can be written.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        try:
            self._index = open_files(folder, create=create)
            self._known = Postings(self._index.reader())
        except Exception as error:
            if create and isinstance(error, OSError):
                raise
            raise damaged(error) from error

    def apply(self, changes: Iterable[Change]) -> Written:
        """Make the index follow the changes; a commit is one rename, and there is none where nothing changed."""
        from whoosh.index import LockError
        from whoosh.util.filelock import try_for

        with _naming_damage():
            lock = self._index.lock("WRITELOCK")
            if not try_for(lock.acquire, timeout=LOCK_SECONDS):
                raise LockError
        try:
            return self._apply(changes)
        finally:
            with suppress(Exception):
                self._index.storage.temp_storage(f"{self._index.indexname}.tmp").destroy()
            lock.release()

    def _apply(self, changes: Iterable[Change]) -> Written:
        from .whoosh_segments import SegmentMaker

        written = Written()
        with _naming_damage():
            toc = self._index._read_toc()  # noqa: SLF001 - what Whoosh's own writer begins with
            maker = SegmentMaker(self._index.storage, self._index.indexname)
        old: list[Any] = toc.segments
        made: list[Any] = []
        starts = list(accumulate((segment.doc_count_all() for segment in old), initial=0))
        for change in changes:
            with _naming_damage():
                self._apply_one(old, starts, maker, change, written)
                if maker.full:
                    made += _written(maker)
        with _naming_damage():
            made += _written(maker)
            if written.added or written.updated or written.removed:
                self._commit(toc, [*old, *made])
        return written

    def _apply_one(
        self, old: list[Any], starts: list[int], maker: SegmentMaker, change: Change, written: Written
    ) -> None:
        written.last = max(written.last, change.sequence)
        known = self._known.documents("key", key_of(change.source, change.id))
        for number in known:
            at = bisect_right(starts, number) - 1
            old[at].delete_document(number - starts[at])
        if change.post is not None:
            maker.add(change, change.post)
            if known:
                written.updated += 1
            else:
                written.added += 1
        elif known:
            written.removed += 1

    def _commit(self, toc: Any, segments: list[Any]) -> None:
        """Put together what has become many, then write the table of contents: the rename at its end is the commit."""
        from whoosh.index import TOC, clean_files

        from .whoosh_merge import due, merged

        storage, name = self._index.storage, self._index.indexname
        for group in due(segments):
            whole = merged(storage, name, group)
            segments = [each for each in segments if each not in group] + ([whole] if whole else [])
        generation = toc.generation + 1
        TOC(toc.schema, segments, generation).write(storage, name)  # type: ignore[no-untyped-call, unused-ignore]
        clean_files(storage, name, generation, segments)


def _written(maker: SegmentMaker) -> list[Any]:
    segment = maker.write()
    return [] if segment is None else [segment]


@contextmanager
def _naming_damage() -> Iterator[None]:
    try:
        yield
    except (TipsearchError, OSError):
        raise
    except Exception as error:
        raise damaged(error) from error
