"""The embedded store: one SQLite file, reached through SQLAlchemy Core."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from sqlalchemy import Connection, Row, func, insert, inspect, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ..errors import StoreError
from ..home import Home
from ..records import Change, Entry, KnownEntry, Post
from . import tables as t
from .compiled import cursor_of
from .connections import may_write, readable, writable
from .holdings import addresses, full_among, listed, shown_since
from .intake import PUT_ARCHIVE, know_source, put_absence, put_page
from .migrations import migrate
from .outcome import forget_post, remove_source
from .protocol import PageSeen, PutResult, ResolvedPost, Run
from .rows import known_entry, post_of_row, posts_query, run_of_row
from .transactions import Transactions
from .workbench import SqliteWorkbench

_ARCHIVES_SINCE = 2
"""The first schema with the table `archives`."""


class SqliteStore:
    """`Store` on one SQLite file in write-ahead mode: readers never wait, and a killed writer leaves no trace.

    A store of an older schema is migrated when it is opened. Where that can't be done and it was opened as it is
    (`create` false), it is read as it is, and the first attempt to write says what stands in the way. With `read_only`
    nothing is ever written.
    """

    def __init__(self, path: Path, *, create: bool = True, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        if not create and not path.exists():
            raise StoreError(
                f"there is no corpus at {path.parent}",
                hint="`tipsearch crawl URL` or `tipsearch ingest PATH` makes one.",
            )
        only_reads = read_only or not (create or may_write(path))
        self._engine = readable(path) if only_reads else writable(path)
        self._transactions = Transactions(self._engine, path)
        self.version = self._version() or 0
        if self.version > t.SCHEMA_VERSION:
            raise StoreError(
                f"the store {path} has schema {self.version}; this tipsearch knows up to {t.SCHEMA_VERSION}",
                hint="Install the newer tipsearch that wrote it.",
            )
        if read_only:
            return
        if not self.version:
            self._make()
        try:
            self._migrate()
        except StoreError:
            if create:
                raise

    def _migrate(self) -> None:
        if self._read_only:
            raise StoreError(f"the store {self.path} was opened to be read, not to be written")
        if 0 < self.version < t.SCHEMA_VERSION:
            migrate(self.path, Home(self.path.parent).backups, to=t.SCHEMA_VERSION)
            self.version = t.SCHEMA_VERSION

    def _version(self) -> int | None:
        """The schema's version, None in a file that holds no store yet; reading it takes no lock."""
        with self._reading() as db:
            if not inspect(db).has_table(t.meta.name):
                return None
            version = db.scalar(select(t.meta.c.value).where(t.meta.c.key == "schema_version"))
            return int(version) if version else None

    def _make(self) -> None:
        with self._writing() as db:
            t.metadata.create_all(db)
            row = {"schema_version": str(t.SCHEMA_VERSION), "identity": uuid4().hex}
            rows = [{"key": key, "value": value} for key, value in row.items()]
            # Another process may have made it just now.
            db.execute(upsert(t.meta).on_conflict_do_nothing(index_elements=["key"]), rows)
        self.version = self._version() or 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _writing(self) -> AbstractContextManager[Connection]:
        self._migrate()
        return self._transactions.writing()

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._transactions.reading()

    def together(self) -> AbstractContextManager[None]:
        """See `Store.together`."""
        self._migrate()
        return self._transactions.together()

    # Intake

    def put_page(self, page: PageSeen, entries: Sequence[Entry]) -> PutResult:
        """See `Store.put_page`."""
        with self._writing() as db:
            return put_page(db, page, entries)

    def put_absence(self, source: str, url: str, observed_at: datetime) -> None:
        """See `Store.put_absence`."""
        with self._writing() as db:
            put_absence(db, source, url, observed_at)

    def held(self, source: str) -> dict[str, bool]:
        """See `Store.held`."""
        e = t.entries.c
        query = select(e.address, func.max(e.form == "content"))
        query = query.where(e.source == source, e.address.is_not(None)).group_by(e.address)
        with self._reading() as db:
            return {address: bool(full) for address, full in db.execute(query)}

    def full_among(self, source: str, addresses: Collection[str]) -> set[str]:
        """See `Store.full_among`."""
        with self._reading() as db:
            return full_among(db, source, addresses)

    def excerpts(self, source: str) -> dict[str, str]:
        """See `Store.excerpts`."""
        with self._reading() as db:
            return addresses(db, source, completeness="excerpt")

    def shown_since(self, source: str, since: datetime) -> set[str]:
        """See `Store.shown_since`."""
        with self._reading() as db:
            return shown_since(db, source, since)

    def listed(self, source: str, archive: str, since: datetime) -> set[str]:
        """See `Store.listed`."""
        with self._reading() as db:
            return listed(db, source, archive, since)

    def known_posts(self, source: str) -> dict[str, str]:
        """See `Store.known_posts`."""
        with self._reading() as db:
            return addresses(db, source)

    # Archives

    def archive_states(self, source: str) -> dict[str, dict[str, Any]]:
        """See `Store.archive_states`."""
        if self.version < _ARCHIVES_SINCE:
            return {}
        a = t.archives.c
        with self._reading() as db:
            rows = db.execute(select(a.url, a.state).where(a.source == source).order_by(a.url))
            return {url: dict(state) for url, state in rows}

    def put_archive_state(self, source: str, url: str, state: Mapping[str, Any]) -> None:
        """See `Store.put_archive_state`."""
        with self._transactions.guard(TypeError, ValueError, RecursionError):
            said = json.dumps(dict(state))
        with self._writing() as db, closing(cursor_of(db)) as cursor:
            cursor.execute(PUT_ARCHIVE, (source, url, said))

    # Entries and posts

    def entries(self, source: str) -> Iterator[KnownEntry]:
        """See `Store.entries`."""
        query = select(t.entries).where(t.entries.c.source == source).order_by(t.entries.c.id)
        with self._reading() as db:
            for row in db.execute(query.execution_options(yield_per=500)):
                yield known_entry(row)

    def entries_of(self, source: str, post_id: str) -> list[tuple[KnownEntry, str]]:
        """See `Store.entries_of`."""
        m, e = t.members.c, t.entries.c
        query = (
            select(t.entries, m.reason)
            .join(t.members, m.digest == e.digest)
            .where(m.source == source, m.post == post_id)
            .order_by(e.first_seen, e.digest)
        )
        with self._reading() as db:
            return [(known_entry(row), row.reason) for row in db.execute(query)]

    def unresolved(self) -> list[str]:
        """See `Store.unresolved`."""
        with self._reading() as db:
            query = select(t.sources.c.name).where(t.sources.c.unresolved).order_by(t.sources.c.name)
            return list(db.scalars(query))

    def facts(self, source: str) -> dict[str, Any]:
        """See `Store.facts`."""
        with self._reading() as db:
            return db.scalar(select(t.sources.c.facts).where(t.sources.c.name == source)) or {}

    @contextmanager
    def workbench(self, source: str, *, keep: bool = True) -> Iterator[SqliteWorkbench]:
        """See `Store.workbench`."""
        self._migrate()
        with self._transactions.writing() as db:
            know_source(db, source)
            yield SqliteWorkbench(db, source)
            if not keep:
                db.rollback()

    def count(self, source: str) -> int:
        """See `Store.count`."""
        p = t.posts.c
        with self._reading() as db:
            return db.scalar(select(func.count()).select_from(t.posts).where(p.source == source, p.live)) or 0

    def sources(self) -> list[str]:
        """See `Store.sources`."""
        with self._reading() as db:
            return list(db.scalars(select(t.pages.c.source).distinct().order_by(t.pages.c.source)))

    def posts(self, source: str | None = None) -> Iterator[Post]:
        """See `Store.posts`."""
        p = t.posts.c
        query = posts_query().where(p.live)
        if source is not None:
            query = query.where(p.source == source)
        with self._reading() as db:
            ordered = query.order_by(p.source, p.published.desc(), p.id).execution_options(yield_per=500)
            for row in db.execute(ordered):
                yield post_of_row(row)

    def find(self, post_id: str) -> list[ResolvedPost]:
        """See `Store.find`."""
        p, a = t.posts.c, t.aliases.c
        with self._reading() as db:
            named = select(a.source, a.post).where(a.alias == post_id).distinct()
            holders = [(row.source, row.post) for row in db.execute(named)]
            holders.sort(key=lambda h: (h[1] != post_id, h))
            found = []
            for source, own in holders:
                row = db.execute(posts_query().where(p.source == source, p.id == own, p.live)).first()
                if row:
                    found.append(self._resolved(db, row))
            return found

    def _resolved(self, db: Connection, row: Row[Any]) -> ResolvedPost:
        a, m = t.aliases.c, t.members.c
        aliases = select(a.alias).where(a.source == row.source, a.post == row.id).order_by(a.alias)
        members = select(m.digest, m.reason).where(m.source == row.source, m.post == row.id).order_by(m.digest)
        return ResolvedPost(
            post=post_of_row(row),
            members=tuple((digest, reason) for digest, reason in db.execute(members)),
            aliases=tuple(db.scalars(aliases)),
            possibly_same=tuple(row.possibly_same),
        )

    # The change sequence

    @property
    def identity(self) -> str:
        """See `Store.identity`."""
        with self._reading() as db:
            return db.scalar(select(t.meta.c.value).where(t.meta.c.key == "identity")) or ""

    def sequence(self) -> int:
        """See `Store.sequence`."""
        with self._reading() as db:
            return db.scalar(select(func.max(t.posts.c.sequence))) or 0

    def changes(self, since: int = 0) -> Iterator[Change]:
        """See `Store.changes`."""
        p, a = t.posts.c, t.aliases.c
        names = select(func.json_group_array(a.alias)).where(a.source == p.source, a.post == p.id).scalar_subquery()
        query = posts_query().add_columns(names.label("aliases")).where(p.sequence > since).order_by(p.sequence)
        with self._reading() as db:
            for row in db.execute(query.execution_options(yield_per=500)):
                yield Change(
                    sequence=row.sequence,
                    source=row.source,
                    id=row.id,
                    post=post_of_row(row) if row.live else None,
                    aliases=tuple(sorted(_json_list(row.aliases))),
                )

    # What users take back

    def forget(self, source: str, post_id: str) -> int:
        """See `Store.forget`."""
        with self._writing() as db:
            return forget_post(db, source, post_id)

    def remove_source(self, source: str) -> int:
        """See `Store.remove_source`."""
        with self._writing() as db:
            return remove_source(db, source)

    # Runs

    def start_run(self, source: str, command: str, started: datetime) -> int:
        """See `Store.start_run`."""
        with self._writing() as db:
            know_source(db, source)
            row = {
                "source": source,
                "command": command,
                "started": t.stamp(started),
                "outcome": "running",
                "complete": False,
                "counts": {},
                "problems": [],
            }
            return int(db.execute(insert(t.runs).values(row).returning(t.runs.c.id)).scalar_one())

    def finish_run(
        self,
        run_id: int,
        *,
        finished: datetime,
        outcome: str,
        complete: bool,
        counts: dict[str, int],
        problems: Collection[str],
    ) -> None:
        """See `Store.finish_run`."""
        row = {
            "finished": t.stamp(finished),
            "outcome": outcome,
            "complete": complete,
            "counts": counts,
            "problems": list(problems),
        }
        with self._writing() as db:
            db.execute(update(t.runs).where(t.runs.c.id == run_id).values(row))

    def runs(self, source: str | None = None, limit: int = 20) -> list[Run]:
        """See `Store.runs`."""
        query = select(t.runs).order_by(t.runs.c.id.desc()).limit(limit)
        if source is not None:
            query = query.where(t.runs.c.source == source)
        with self._reading() as db:
            return [run_of_row(row) for row in db.execute(query)]

    def damage(self, *, full: bool = False) -> list[str]:
        """See `Store.damage`."""
        check = "integrity_check" if full else "quick_check"
        # Of schema 1, SQLite 3.40 says without end what is not so (see `tables.votes`).
        false, at_most = ("NULL value in votes.", 1_000_000) if self.version == 1 else ("ok", 20)
        with self._reading() as db:
            lines = [str(line) for (line,) in db.exec_driver_sql(f"PRAGMA {check}({at_most})")]
        return [line for line in lines if line != "ok" and not line.startswith(false)][:20]

    def close(self) -> None:
        """See `Store.close`."""
        self._engine.dispose()


def _json_list(text: str | None) -> list[str]:
    return list(json.loads(text)) if text else []
