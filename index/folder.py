"""The index's folder: its generations, the pointer to the one in use, and what is known of each.

index/current              the name of the generation in use, replaced by one rename
index/gen-<random>/        Whoosh's files
index/gen-<random>/meta.json    the schema's fingerprint, and how far the store's change sequence was followed
index/lock                 held while something writes
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from ..pipeline.errors import IndexUnusableError, LockedError

REINDEX = "Build it anew with: tipsearch reindex"
WAIT_SECONDS = 120.0
"""So long a writer waits for another one: a rebuild of 10,000 posts takes less."""

_GENERATION = re.compile(r"gen-[0-9a-f]{12}")


class Meta(NamedTuple):
    """What is known of a generation: its schema's fingerprint, the last change it holds, and of which store."""

    fingerprint: str
    sequence: int = 0
    store: str = ""


class IndexFolder:
    """The folder of one index. Only folders and files of our own naming are ever touched."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pointer = path / "current"

    def exists(self) -> bool:
        """Is there anything at all?"""
        try:
            return any(entry.name != "lock" for entry in self.path.iterdir())
        except FileNotFoundError:
            return False
        except NotADirectoryError:
            return True

    def current(self) -> Path:
        """The generation in use; raises IndexUnusableError where the pointer is missing or leads nowhere."""
        try:
            name = self.pointer.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise IndexUnusableError(f"{self.path} holds no usable index", hint=REINDEX) from error
        generation = self.path / name
        if not _GENERATION.fullmatch(name) or not generation.is_dir():
            raise IndexUnusableError(f"{self.pointer} names no index that is there", hint=REINDEX)
        return generation

    def mark(self) -> tuple[int, int]:
        """Something that differs once another generation is in use."""
        try:
            status = self.pointer.stat()
        except OSError:
            return (0, 0)
        return (status.st_ino, status.st_mtime_ns)

    def meta(self, generation: Path, *, fingerprint: str) -> Meta:
        """What is known of a generation; raises IndexUnusableError where that is nothing, or of another schema."""
        try:
            meta = Meta(**json.loads((generation / "meta.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise IndexUnusableError(f"{generation / 'meta.json'} can't be read", hint=REINDEX) from error
        if meta.fingerprint != fingerprint:
            raise IndexUnusableError("the index was written by another version of tipsearch", hint=REINDEX)
        return meta

    def current_meta(self, *, fingerprint: str) -> Meta:
        """What is known of the generation in use, which may be replaced while it is looked at; raises as `meta`."""
        while True:
            mark = self.mark()
            try:
                return self.meta(self.current(), fingerprint=fingerprint)
            except IndexUnusableError:
                if self.mark() == mark:
                    raise

    def write_meta(self, generation: Path, meta: Meta) -> None:
        """Keep what is known of a generation. Written after the commit: a crash in between only repeats work."""
        _replace(generation / "meta.json", json.dumps(meta._asdict()))

    def begin(self) -> Path:
        """A fresh generation, that nobody reads before `use`."""
        generation = self.path / f"gen-{os.urandom(6).hex()}"
        generation.mkdir(parents=True)
        return generation

    def use(self, generation: Path) -> None:
        """Make a generation the one in use, at once and for good, then clear the others away."""
        _replace(self.pointer, generation.name)
        self.clear(keep=generation)

    def clear(self, *, keep: Path | None) -> None:
        """Remove all other generations. Readers have their files mapped and go on; what stays, goes the next time."""
        import shutil

        for entry in self.path.iterdir():
            if _GENERATION.fullmatch(entry.name) and entry != keep:
                shutil.rmtree(entry, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock, which dies with its process.

        Raises LockedError where another writer does not finish, IndexUnusableError where nothing can be written.
        """
        from filelock import FileLock, Timeout

        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / "lock")
            lock.acquire(timeout=WAIT_SECONDS)
        except Timeout as error:
            raise LockedError(
                f"another process has been writing the index for {WAIT_SECONDS:.0f} seconds",
                hint="Try again once it is done.",
            ) from error
        except OSError as error:
            raise unwritable(self.path, error) from error
        try:
            yield
        except OSError as error:
            raise unwritable(self.path, error) from error
        finally:
            with suppress(OSError):
                lock.release()


def unwritable(path: Path, error: OSError) -> IndexUnusableError:
    """The error for a folder, or a disk, that takes nothing."""
    return IndexUnusableError(
        f"the index can't be written to {path}: {error.strerror or error}",
        hint="Make room or give permission there, then run: tipsearch reindex",
    )


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
