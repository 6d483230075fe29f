"""The lock on a home: one crawl, ingest or resolve at a time, and who holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ..pipeline.errors import LockedError, StoreError
from ..pipeline.home import Home

GRACE_SECONDS = 0.3
"""So long a lock is waited for: `doctor` holds it for a moment to see whether it is held, and a new holder names itself
a moment after it has it."""
ORPHAN_SECONDS = 10.0
"""So long the child of a killed crawl is waited for: it ends when it notices, which takes milliseconds."""


@contextmanager
def crawl_lock(home: Home, command: str = "crawl") -> Iterator[None]:
    """Hold the home's lock; raises LockedError, naming the holder, where another process (or thread) has it.

    It is the operating system's lock on an open file, so that of a process that was killed is free. The note beside it,
    ``lock.holder``, only says who holds it. Raises StoreError where the home can't be made or written.
    """
    home.create()
    lock = FileLock(home.lock, GRACE_SECONDS, thread_local=False, fallback_to_soft=False)
    note = home.lock.with_name(home.lock.name + ".holder")
    try:
        lock.acquire(poll_interval=0.02)
    except Timeout as error:
        raise LockedError(
            f"another tipsearch works on {home.path}{_holder(note)}.",
            hint="Wait until it is done, or use another --home.",
        ) from error
    except (OSError, NotImplementedError) as error:
        raise StoreError(
            f"the home {home.path} can't be written: {error}", hint="Name another folder with --home DIR."
        ) from error
    try:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        _write(note, json.dumps({"pid": os.getpid(), "command": command, "started": started}))
        with child_lock(home):
            # Nothing is left of a crawl whose process was killed.
            pass
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


@contextmanager
def child_lock(home: Home) -> Iterator[None]:
    """Held by the child process of a crawl, which lives on for a moment where only its parent is killed.

    Raises LockedError where such a child does not end, StoreError where the lock can't be had for another reason.
    """
    lock = FileLock(
        home.lock.with_name(home.lock.name + ".child"), ORPHAN_SECONDS, thread_local=False, fallback_to_soft=False
    )
    try:
        lock.acquire(poll_interval=0.02)
    except Timeout as error:
        raise LockedError(
            f"a killed crawl of {home.path} has left a process that does not end.",
            hint="Look for `tipsearch.crawler.child` among the processes, and end it.",
        ) from error
    except (OSError, NotImplementedError) as error:
        raise StoreError(f"the home {home.path} can't be written: {error}") from error
    try:
        yield
    finally:
        lock.release()


def _write(note: Path, text: str) -> None:
    try:
        note.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"the home {note.parent} can't be written: {error.strerror or error}") from error


def _holder(note: Path) -> str:
    """``: crawl, process 4711, since …``, as far as the note says."""
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        return f": {said['command']}, process {said['pid']}, since {said['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
