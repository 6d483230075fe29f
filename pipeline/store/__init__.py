"""The corpus of record: entries as they were seen, posts as they were resolved, runs as they ended."""

from __future__ import annotations

import os
from pathlib import Path

from ..home import Home
from .protocol import ApplyResult, PageSeen, PutResult, ResolvedPost, Run, Store

__all__ = ["ApplyResult", "PageSeen", "PutResult", "ResolvedPost", "Run", "Store", "open_store"]


def open_store(home: str | os.PathLike[str] | Home | None = None, *, create: bool = True) -> Store:
    """The store of a home (default: as `Home.find` says); made where there is none, unless `create` is false.

    Raises StoreError where it can't be read, was written by a newer version, or is missing and not to be made.
    """
    from .sqlite import SqliteStore

    found = home if isinstance(home, Home) else Home.find(home)
    path: Path = found.store
    if create:
        found.create()
    return SqliteStore(path, create=create)
