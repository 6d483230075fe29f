"""Connections to a store's file: one that writes, and one that leaves no trace."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL

BUSY_SECONDS = 30
"""How long a writer waits for another; a page's transaction takes milliseconds."""


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

    To read beside a writer, SQLite keeps a ``-shm`` file, which it makes where it is missing. Where no write-ahead log
    is there, nobody writes, and the file can be read by itself (https://www.sqlite.org/wal.html#readonly).
    """
    log = path.with_name(path.name + "-wal")
    alone = not (log.exists() and log.stat().st_size)
    uri = f"{path.absolute().as_uri()}?{'immutable=1' if alone else 'mode=ro'}"
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
