"""Stores of older versions brought to the present schema: a backup first, then all steps in one transaction."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..errors import StoreError

BACKUPS_KEPT = 3
WAIT_SECONDS = 900
"""So long another process may take to back up and migrate the same store."""

STEPS: dict[int, tuple[str, ...]] = {
    1: (
        """CREATE TABLE archives (
            source VARCHAR NOT NULL, url VARCHAR NOT NULL, state JSON NOT NULL, PRIMARY KEY (source, url)
        )""",
        "DROP INDEX entries_by_address",
        "CREATE INDEX entries_by_address ON entries (source, address, form)",
        """CREATE TABLE votes_in_order (
            entry INTEGER NOT NULL, date_order VARCHAR NOT NULL, raw VARCHAR NOT NULL, source VARCHAR NOT NULL,
            scope VARCHAR NOT NULL, PRIMARY KEY (entry, date_order, raw)
        ) WITHOUT ROWID""",
        "INSERT INTO votes_in_order SELECT entry, date_order, raw, source, scope FROM votes",
        "DROP TABLE votes",
        "ALTER TABLE votes_in_order RENAME TO votes",
        "CREATE INDEX votes_by_order ON votes (source, scope, date_order, raw)",
    ),
}
"""The statements that lead from each version to the next. What was released once is never changed."""

_BACKUP = re.compile(r"corpus-v\d+-(\d{8}T\d{12}Z)\.sqlite3")
_UNFINISHED = ".unfinished"


def migrate(path: Path, backups: Path, *, to: int) -> None:
    """Bring the store at `path` to schema `to`, having put a copy of it into the folder `backups`.

    Killed at any moment it leaves the old store or the migrated one. Of several processes that try at once, one does
    it and the others wait. Raises StoreError, with what to do about it, where the disk is full or can't be written.
    """
    with _explained(path), closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as db:
        # Readers go on meanwhile; a writer waits. Nothing is written before the backup is there.
        _begin(db)
        version = stored_version(db)
        if version < to:
            _back_up(path, backups, version)
            for step in range(version, to):
                for statement in STEPS[step]:
                    db.execute(statement)
            db.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(to),))
        db.execute("COMMIT")


def _begin(db: sqlite3.Connection) -> None:
    """Take the write lock; waiting second by second lets an interrupt through."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            db.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise


def stored_version(db: sqlite3.Connection) -> int:
    """The schema's version in a store that was made."""
    return int(db.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0])


def backups_in(folder: Path) -> list[Path]:
    """The finished backups, oldest first."""
    found = [(stamped[1], entry) for entry in _entries(folder) if (stamped := _BACKUP.fullmatch(entry.name))]
    return [entry for _, entry in sorted(found)]


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _back_up(path: Path, folder: Path, version: int) -> None:
    """Copy the store (SQLite's online backup, so with what its write-ahead log holds), then keep the last few copies.

    The caller holds the store's write lock, so that an unfinished copy is one whose process is gone.
    """
    folder.mkdir(exist_ok=True)
    for entry in _entries(folder):
        if entry.name.endswith(_UNFINISHED) and _BACKUP.fullmatch(entry.name.removesuffix(_UNFINISHED)):
            entry.unlink(missing_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    final = folder / f"corpus-v{version}-{stamp}.sqlite3"
    unfinished = final.with_name(final.name + _UNFINISHED)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            # A backup is one file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        _to_disk(unfinished)
        unfinished.replace(final)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _to_disk(folder)
    for old in backups_in(folder)[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the disk and the database say into an error that names the way out."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise StoreError(
            f"the store {path} is of an older version and can't be brought up to date: {error}", hint=_way_out(path)
        ) from error


def _way_out(path: Path) -> str:
    try:
        size = sum(file.stat().st_size for file in (path, path.with_name(path.name + "-wal")) if file.exists())
    except OSError:
        size = 0
    needed = max(1, 2 * size // 1_000_000)
    return (
        f"Nothing is lost. A copy is made first, and written beside it: see that {path.parent} can be written and has"
        f" {needed:,} MB free, then run the same again."
    )
