"""What `tipsearch doctor` finds about the corpus: the store and the index."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from ..pipeline.errors import IndexUnusableError, StoreError
from ..pipeline.home import Home
from .doctor_files import Finding, at_work, backups_of, command, is_held, megabytes, size_of
from .output import plural

if TYPE_CHECKING:
    from ..index.folder import Meta
    from ..pipeline.store import Store

BETWEEN_STEPS = 0.3
"""Seconds: a command that has let go of the home's lock takes the index's within this time."""
LARGE_LOG = 64_000_000
"""Bytes of a write-ahead log that are worth a word; SQLite empties it at 4 MB unless somebody keeps on reading."""


# --- the store --------------------------------------------------------------------------------------------------------


def check_store(home: Home, *, full: bool) -> Iterator[Finding]:
    """The store: does it open, is it whole, does anything wait in it?"""
    from ..pipeline.store import open_store
    from ..pipeline.store.tables import SCHEMA_VERSION

    if not home.store.exists():
        mend = command(home, "crawl", "URL")
        yield Finding(check="store", says="nothing was crawled yet", mend=mend)
        return
    try:
        with closing(open_store(home, read_only=True)) as store:
            # Twice: to a reader that leaves no trace, a writer that has just begun can look like damage.
            damage = store.damage(full=full) and store.damage(full=full)
            version, posts = store.version, 0
            if version and not damage:
                posts = sum(map(store.count, store.sources()))
                yield from _waiting(home, store)
    except StoreError as error:
        damage = [error.message]
    if damage:
        says, mend = "; ".join(damage[:3]), restore(home)
        yield Finding(check="store", severity="problem", subject=str(home.store), says=says, mend=mend)
        return
    if not version:
        says = f"{home.store} holds no corpus; the next crawl makes one"
        yield Finding(check="store", severity="warning", says=says, mend=command(home, "crawl", "URL"))
        return
    older = "" if version == SCHEMA_VERSION else f"; schema {version}, which the next command that writes migrates"
    yield Finding(check="store", says=f"{plural(posts, 'post')}, {megabytes(size_of(home.store))}, whole{older}")


def restore(home: Home) -> str:
    """Commands that put the newest backup in the place of a damaged store, or begin anew where there is none."""
    aside = shlex.join(["mv", str(home.store), f"{home.store}.damaged"])
    copies = backups_of(home) if os.access(home.backups, os.R_OK | os.X_OK) else []
    if copies:
        return (
            f"{aside} && {shlex.join(['cp', str(copies[-1]), str(home.store)])} && {command(home, 'refresh', '--full')}"
        )
    return f"{aside} && {command(home, 'refresh')}"


def _waiting(home: Home, store: Store) -> Iterator[Finding]:
    log = home.store.with_name(home.store.name + "-wal")
    busy = at_work(home)
    if size_of(log) > LARGE_LOG and not busy:
        says = f"the write-ahead log has grown to {megabytes(size_of(log))}"
        yield Finding(check="store", severity="warning", says=says, mend=command(home, "status"))
    waiting = store.unresolved()
    if waiting and not (busy or at_work(home)):
        says = f"of {', '.join(waiting)}, pages are stored of which no posts are made yet"
        yield Finding(check="store", severity="warning", says=says, mend=command(home, "resolve"))


# --- the index --------------------------------------------------------------------------------------------------------


def check_index(home: Home) -> Iterator[Finding]:
    """The index: does it open and answer, and has it followed the store?"""
    from ..index import open_index
    from ..index.engine.whoosh_schema import fingerprint
    from ..index.folder import IndexFolder

    mend = command(home, "reindex")
    if not home.index.exists():
        if home.store.exists():
            says = "there is none; the next query builds it"
            yield Finding(check="index", severity="warning", says=says, mend=mend)
        else:
            yield Finding(check="index", says="none yet")
        return
    try:
        with open_index(home) as index:
            # Opening reads little; this reads postings, and a post.
            index.search("", after="0001-01-01", limit=1)
            index.search("tipsearch", limit=1)
        meta = IndexFolder(home.index).current_meta(fingerprint=fingerprint())
    except (IndexUnusableError, OSError) as error:
        says = error.message if isinstance(error, IndexUnusableError) else f"{home.index} can't be read: {error}"
        if not home.index.is_dir():
            mend = f"{shlex.join(['rm', str(home.index)])} && {mend}"
        yield Finding(check="index", severity="problem", subject=str(home.index), says=says, mend=mend)
        return
    behind = _behind(home, meta.store, meta.sequence)
    if behind and not _is_followed(home, meta):
        yield Finding(check="index", severity="warning", says=behind, mend=mend)
    else:
        yield Finding(check="index", says=f"in step with the store, {megabytes(size_of(home.index))}")


def _is_followed(home: Home, behind: Meta) -> bool:
    """Whether the index is being brought up to date, which a crawl does last, or was meanwhile."""
    from ..index.folder import IndexFolder

    for _ in range(2):
        if at_work(home) or is_held(home.index / "lock"):
            return True
        time.sleep(BETWEEN_STEPS)
    try:
        return IndexFolder(home.index).current_meta(fingerprint=behind.fingerprint) != behind
    except IndexUnusableError:
        return False


def _behind(home: Home, identity: str, sequence: int) -> str:
    """Why the index does not say what the store says; empty where it does, or where the store can't say."""
    from ..pipeline.store import open_store

    try:
        with closing(open_store(home, read_only=True)) as store:
            if store.identity != identity:
                return "it was made from another store"
            missing = store.sequence() - sequence
    except StoreError:
        return ""
    if missing < 0:
        return "it is ahead of the store, which is an older copy"
    return f"it is {plural(missing, 'change')} behind the store" if missing else ""
