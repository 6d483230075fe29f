"""Connections to a store's file: one that writes, and one that leaves no trace."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL

BUSY_SECONDS = 30
"""How long a writer waits for another; a page's transaction takes milliseconds."""
SETTLING_SECONDS = 5.0
"""How long a reader who may not write waits for a writer that opens or closes the store."""
_UNSETTLED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
"""What SQLite says where it would have to make or mend the files beside the store's, and may not."""


def writable(path: Path) -> Engine:
    """An engine that reads and writes, and makes the file where there is none."""
    engine = create_engine(_url(path), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def readable(path: Path) -> Engine:
    """An engine that writes nothing; it also reads a store on a medium that can't be written.

    Each connection is a new one: how it may be opened depends on whether somebody writes.
    """
    engine = create_engine(_url(path), creator=lambda: connect_to_read(path), poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def may_write(path: Path) -> bool:
    """Whether the file and its folder can be written, as far as permissions say; its log stands beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that only reads; raises sqlite3.Error.

    To read beside a writer, SQLite keeps two files beside the store's, which it makes where they are missing and takes
    away with the last connection, unless that one may not write (https://www.sqlite.org/wal.html#readonly). So whoever
    may write reads as writers do, with all that writes refused. Who may not finds these files where somebody writes;
    where there is no log, nobody does, and the file is read by itself. While a writer comes or goes only one of the two
    may be there, which is waited out.
    """
    until = time.monotonic() + SETTLING_SECONDS
    while True:
        connection = _connected_as_things_stand(path)
        try:
            connection.execute("SELECT 1 FROM sqlite_master").close()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNSETTLED and time.monotonic() < until:
                connection.close()
                time.sleep(0.01)
                continue
            # Of what lasts, the reading will tell.
        return connection


def _connected_as_things_stand(path: Path) -> sqlite3.Connection:
    if not _has_log(path):
        if may_write(path):
            connection = _open(path, "mode=rw")
            try:
                connection.execute("PRAGMA query_only=ON")
                connection.execute("SELECT 1 FROM sqlite_master").close()
                return connection
            except sqlite3.Error:  # No room for the files beside it, say, or damage, of which the reading will tell.
                connection.close()
        if not _has_log(path):
            return _open(path, "immutable=1")
    return _open(path, "mode=ro")


def _has_log(path: Path) -> bool:
    """Whether there is a write-ahead log with something in it; it may go at any moment."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        return False


def _open(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{mode}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _configure(connection: Any, _record: object) -> None:
    """Set up a new connection.

    WAL lets queries read while a crawl writes; with synchronous=NORMAL a killed process loses nothing that was
    committed (https://www.sqlite.org/wal.html). Transactions begin where `_begin` says, not where the driver guesses.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
    finally:
        cursor.close()


def _begin(db: Connection) -> None:
    """Begin a transaction; one that writes says so at once.

    A transaction that reads first and writes later fails at once, without waiting, where another wrote in between
    (https://www.sqlite.org/isolation.html).
    """
    writes = db.get_execution_options().get("writes", False)
    db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
