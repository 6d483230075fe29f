"""Transactions of a store's file: each by itself, or all that a thread puts in one; errors become errors for people."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from json import JSONDecodeError
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ..errors import StoreError

_REFUSED_BY_THE_DISK = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_PERM")
"""How SQLite's names of errors begin (https://sqlite.org/rescode.html) that tell of no damage."""


class _Open(threading.local):
    """The transaction that a thread has open by `together`, of which no other knows."""

    db: Connection | None = None


class Transactions:
    """What reads and writes the file at `path` goes through one of these contexts, which raise StoreError."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._path = path
        self._open = _Open()

    @contextmanager
    def guard(self, *damage: type[Exception]) -> Iterator[None]:
        """Turn what the database says into an error for people, and so what `damage` its rows show.

        Where the file is damaged, SQLite's own message may hold bytes that are no text.
        """
        kinds: tuple[type[Exception], ...] = (
            SQLAlchemyError,
            sqlite3.Error,
            UnicodeDecodeError,
            JSONDecodeError,
            *damage,
        )
        try:
            yield
        except kinds as error:
            cause = getattr(error, "orig", None) or error
            hint = "If it is damaged, move it aside or restore a copy; saved pages and a new crawl rebuild it."
            if getattr(cause, "sqlite_errorname", "").startswith(_REFUSED_BY_THE_DISK):
                hint = f"See that {self._path.parent} can be written and has room, then run the same again."
            raise StoreError(f"the store {self._path} can't be used: {cause}", hint=hint) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; within `together` it is that one."""
        shared = self._open.db
        with self.guard(), nullcontext(shared) if shared is not None else self._writer.begin() as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads; within `together` it sees what was written."""
        shared = self._open.db
        with self.guard(ValueError), nullcontext(shared) if shared is not None else self._engine.connect() as db:
            yield db

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for all that this thread writes within; an exception takes all of it back."""
        with self.writing() as db:
            self._open.db = db
            try:
                yield
            finally:
                self._open.db = None
