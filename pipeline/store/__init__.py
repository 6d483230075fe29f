"""The corpus of record: entries as they were seen, posts as they were resolved, runs as they ended."""

from __future__ import annotations

import os
from pathlib import Path

from ..home import Home
from .protocol import ApplyResult, PageSeen, PutResult, ResolvedPost, Run, Store

__all__ = ["ApplyResult", "PageSeen", "PutResult", "ResolvedPost", "Run", "Store", "open_store"]


def open_store(
    home: str | os.PathLike[str] | Home | None = None, *, create: bool = True, read_only: bool = False
) -> Store:
    """The store of a home (default: as `Home.find` says); made where there is none, unless `create` is false.

    With `read_only` nothing is made, migrated or written, and nothing can be. Raises StoreError where it can't be read,
    was written by a newer version, or is missing and not to be made.
    """
    from .sqlite import SqliteStore

    found = home if isinstance(home, Home) else Home.find(home)
    path: Path = found.store
    if create and not read_only:
        found.create()
    return SqliteStore(path, create=create and not read_only, read_only=read_only)
