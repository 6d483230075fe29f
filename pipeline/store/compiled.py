"""Core statements compiled once to SQL text, for what runs with every page: building one costs more than running it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, cast

from sqlalchemy import ClauseElement, ColumnElement, Connection, Table, bindparam, insert
from sqlalchemy.dialects import sqlite

from .rows import chunks

_DIALECT = sqlite.dialect()


def cursor_of(db: Connection) -> sqlite3.Cursor:
    """The driver's cursor, in the transaction that is open; its errors are sqlite3's own."""
    return cast("sqlite3.Cursor", db.connection.cursor())


def sql(statement: ClauseElement, *parameters: str) -> str:
    """The text of a statement with a question mark for each of its parameters, which are named in their order.

    Raises ValueError where they are others or stand in another order.
    """
    return _text(statement, parameters)


def insert_sql(table: Table, *columns: str) -> str:
    """The text that inserts a row of these columns, which are named in the table's order."""
    return _text(insert(table), columns, column_keys=list(columns))


def _text(statement: ClauseElement, parameters: tuple[str, ...], **more: Any) -> str:
    compiled: Any = statement.compile(dialect=_DIALECT, **more)
    if tuple(compiled.positiontup) != parameters:
        raise ValueError(f"the parameters are {compiled.positiontup} in {compiled}")
    return str(compiled)


def in_list_sql(
    query: Callable[[ColumnElement[bool]], ClauseElement], column: ColumnElement[Any], *parameters: str
) -> Callable[[int], str]:
    """The texts of a query for the rows of which `column` is in a list, by the list's length.

    `query` takes that condition; `parameters` are those that stand before the list.
    """

    @cache
    def of_length(length: int) -> str:
        listed = [f"listed_{number}" for number in range(length)]
        condition = column.in_([bindparam(name) for name in listed])
        return sql(query(condition), *parameters, *listed)

    return of_length


def rows_in(
    cursor: sqlite3.Cursor, texts: Callable[[int], str], values: Iterable[Any], *before: Any
) -> list[tuple[Any, ...]]:
    """The rows of an `in_list_sql`, however many the values are; `before` stands before the list."""
    found = []
    for some in chunks(values):
        found += cursor.execute(texts(len(some)), (*before, *some)).fetchall()
    return found
