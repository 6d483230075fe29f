"""What `tipsearch doctor` finds about a home's files: the folder, the configuration, the lock, the backups."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from ..pipeline.errors import ConfigError
from ..pipeline.home import Home
from ..pipeline.records import Source
from .output import plural

Severity = Literal["ok", "warning", "problem"]
Check = Literal["home", "config", "lock", "store", "index", "sources", "clock", "backups"]

LITTLE_SPACE = 50_000_000
"""Bytes that should be free at the least; a crawl's log alone may take 10 MB."""
LONG_AT_WORK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: `subject` is the source or path it is about, `mend` a command where one helps."""

    check: Check
    severity: Severity = "ok"
    says: str
    subject: str | None = None
    mend: str | None = None


def command(home: Home, *words: str) -> str:
    """A command line of tipsearch for this home, for a shell."""
    options = [] if home == Home.find() else ["--home", str(home.path)]
    return shlex.join(["tipsearch", *options, *words])


def size_of(path: Path) -> int:
    """The bytes of a file or of all files in a folder; 0 for what is not there or can't be looked at."""
    try:
        return sum(map(size_of, path.iterdir())) if path.is_dir() else path.stat().st_size
    except OSError:
        return 0


def megabytes(size: int) -> str:
    """``12.3 MB``."""
    return f"{size / 1_000_000:,.1f} MB"


# --- the folder -------------------------------------------------------------------------------------------------------


def check_home(home: Home) -> Iterator[Finding]:
    """The folder: is it one, can it and what lies in it be read and written, is there room?"""
    if not home.path.is_dir():
        mend = "name another folder with --home DIR or TIPSEARCH_HOME"
        yield Finding(check="home", severity="problem", says=f"{home.path} is no folder", mend=mend)
        return
    closed = [path for path in (_pieces(home) if readable(home) else [home.path]) if _is_closed(path)]
    for path in closed:
        says = f"{path} can't be read and written by you"
        yield Finding(check="home", severity="problem", subject=str(path), says=says, mend=shlex.join(_permit(path)))
    if os.name != "nt" and home.path.stat().st_mode & 0o002:
        mend = shlex.join(["chmod", "o-w", str(home.path)])
        yield Finding(check="home", severity="warning", says=f"everybody may write to {home.path}", mend=mend)
    free, needed = shutil.disk_usage(home.path).free, size_of(home.store) + size_of(home.index)
    if free < max(needed, LITTLE_SPACE):
        says = (
            f"{megabytes(free)} are free; to migrate the store or to build the index again may take {megabytes(needed)}"
        )
        severity: Severity = "problem" if free < LITTLE_SPACE else "warning"
        yield Finding(check="home", severity=severity, says=says, mend=f"make room on the disk of {home.path}")
    elif not closed:
        yield Finding(check="home", says=f"{home.path} can be written, {megabytes(free)} are free")


def readable(home: Home) -> bool:
    """Whether anything but the folder itself can be looked at."""
    return home.path.is_dir() and os.access(home.path, os.R_OK | os.X_OK)


def _pieces(home: Home) -> list[Path]:
    beside = [home.store.with_name(home.store.name + end) for end in ("-wal", "-shm")]
    return [home.path, home.config, home.store, *beside, home.index, home.logs, home.lock]


def _is_closed(path: Path) -> bool:
    """Whether it is there and may not be read and written; one that goes between two looks is not there."""
    return all(path.exists() and not _may(path) for _ in range(2))


def _may(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0))


def _permit(path: Path) -> list[str]:
    own = os.name == "nt" or path.stat().st_uid == os.geteuid()
    return ["chmod", "u+rwX", str(path)] if own else ["sudo", "chown", "-R", str(os.geteuid()), str(path)]


# --- the configuration ------------------------------------------------------------------------------------------------


def check_config(home: Home, sources: list[Source]) -> Iterator[Finding]:
    """tipsearch.toml; fills `sources` with what it registers."""
    from ..pipeline.config import load_sources

    try:
        sources += load_sources(home)
    except ConfigError as error:
        mend = error.hint or f"edit {home.config}"
        yield Finding(check="config", severity="problem", subject=str(home.config), says=error.message, mend=mend)
        return
    for source in sources:
        if not source.urls:
            says = f"{source.name} has no address, so that nothing of it is refreshed"
            yield Finding(
                check="config",
                severity="warning",
                subject=source.name,
                says=says,
                mend=command(home, "crawl", "--name", source.name, "URL"),
            )
    yield Finding(check="config", says=f"{plural(len(sources), 'source')} registered in {home.config}")


# --- the lock ---------------------------------------------------------------------------------------------------------


def check_lock(home: Home) -> Iterator[Finding]:
    """Who works on this home, as the note beside the lock says, and whether that is true."""
    note = home.lock.with_name(home.lock.name + ".holder")
    told, held = _noted(note), False
    while told is not None and not (held := is_held(home.lock)):
        told, before = _noted(note), told
        # Else it came to its end, or another one began, between the two looks.
        if told == before:
            break
    if told is None:
        yield Finding(check="lock", says="nothing is at work")
        return
    try:
        said = json.loads(told)
        who, since = f"{said['command']} (process {said['pid']})", datetime.fromisoformat(said["started"])
        age = datetime.now(UTC) - since
    except (ValueError, KeyError, TypeError):
        who, age = "something that can't be told", timedelta()
    if not held:
        says = f"{who} was killed, and left its note; the next command takes over"
        yield Finding(check="lock", severity="warning", says=says, mend=shlex.join(["rm", str(note)]))
    elif age > LONG_AT_WORK:
        says = f"{who} has been at work for {plural(age.days, 'day')}"
        yield Finding(check="lock", severity="warning", says=says, mend=f"look at {home.logs / 'crawl.log'}")
    else:
        yield Finding(check="lock", says=f"{who} is at work")


def _noted(note: Path) -> str | None:
    """What the note beside the lock says: nothing where it can't be read, None where there is none."""
    try:
        return note.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return ""


def is_held(lock: Path) -> bool:
    """Whether a process holds the lock. Asked for a moment only, which who comes for the lock waits for."""
    try:
        import fcntl
    except ImportError:
        return lock.exists()
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def at_work(home: Home) -> bool:
    """Whether a command that writes is at work on this home."""
    return home.lock.with_name(home.lock.name + ".holder").exists() and is_held(home.lock)


# --- the backups ------------------------------------------------------------------------------------------------------


def backups_of(home: Home) -> list[Path]:
    """The copies of the store that were made before migrations, oldest first."""
    from ..pipeline.store.migrations import backups_in

    return backups_in(home.backups)


def check_backups(home: Home) -> Iterator[Finding]:
    """The copies of the store: are there any, and are they stores?"""
    copies = backups_of(home)
    for path in copies:
        if not _begins_as_store(path):
            mend, says = shlex.join(["rm", str(path)]), f"{path} is no store"
            yield Finding(check="backups", severity="warning", subject=str(path), says=says, mend=mend)
    if copies:
        size = megabytes(size_of(home.backups))
        yield Finding(check="backups", says=f"{len(copies)} in {home.backups}, {size}; the newest is {copies[-1].name}")
    else:
        yield Finding(check="backups", says="none yet; the store is copied before each migration")


def _begins_as_store(path: Path) -> bool:
    """Whether it is a SQLite file by its first bytes, or gone: a migration keeps the last few copies."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except FileNotFoundError:
        return True
