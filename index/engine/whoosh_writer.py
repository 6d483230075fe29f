"""Writes posts into a Whoosh index, a batch of changes in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...pipeline.errors import TipsearchError
from ...pipeline.records import Change
from . import Written
from .whoosh_postings import Postings, damaged
from .whoosh_schema import document, key_of, open_files

BUFFER_MB = 24
"""Postings held in memory while indexing, in Whoosh's own reckoning. With its default of 128, indexing 3,000 posts of
100 words took the process to 209 MB; with 24 to 95 MB, in the same time (`benchmarks/crawl.py` shows the peak)."""


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
        written = Written()
        # The lock is flock's, so it dies with its process; waiting is for a neighbour that is about to finish.
        with _naming_damage():
            writer = self._index.writer(timeout=10.0, limitmb=BUFFER_MB)
        try:
            for change in changes:
                with _naming_damage():
                    self._apply_one(writer, change, written)
            with _naming_damage():
                if written.added or written.updated or written.removed:
                    writer.commit()
                else:
                    writer.cancel()
        except BaseException:
            with suppress(Exception):
                writer.cancel()
            raise
        return written

    def _apply_one(self, writer: Any, change: Change, written: Written) -> None:
        written.last = max(written.last, change.sequence)
        old = self._known.documents("key", key_of(change.source, change.id))
        for number in old:
            writer.delete_document(number)
        if change.post is not None:
            writer.add_document(**document(change, change.post))
            if old:
                written.updated += 1
            else:
                written.added += 1
        elif old:
            written.removed += 1


@contextmanager
def _naming_damage() -> Iterator[None]:
    try:
        yield
    except (TipsearchError, OSError):
        raise
    except Exception as error:
        raise damaged(error) from error
