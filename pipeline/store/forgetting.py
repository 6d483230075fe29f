"""What keeps a forgotten post out of later crawls: the keys that were its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ..facts import DEFAULT_ORDER
from ..identity import Key, entry_keys, post_id
from ..reading import date_candidates, read_entry, utc_now
from ..records import Entry, KnownEntry
from . import tables as t
from .compiled import in_list_sql, rows_in, sql


def _strong_keys(entry: Entry) -> list[str]:
    """An entry's permalinks and platform id; without either, its title with its dates and with its text."""
    known = KnownEntry(entry=entry, digest="", first_seen=entry.observed_at, last_seen=entry.observed_at)
    reading = read_entry(known)
    keys: list[Key] = entry_keys(reading, date_candidates(reading, DEFAULT_ORDER))
    strong = [key for key in keys if key[0] in {"permalink", "platform"}]
    return [post_id(key) for key in strong or keys]


_F = t.forgotten.c
_OF_SOURCE = _F.source == bindparam("of_source")
_ANY = sql(select(exists().where(_OF_SOURCE)), "of_source")
_AMONG = in_list_sql(select(_F.key).where(_OF_SOURCE).where, _F.key, "of_source")


def forgotten_among(cursor: sqlite3.Cursor, source: str, entries: Sequence[Entry]) -> set[int]:
    """The places in a list of entries of those that tell of posts which the user dropped."""
    if not cursor.execute(_ANY, (source,)).fetchone()[0]:
        return set()
    keys = {number: set(_strong_keys(entry)) for number, entry in enumerate(entries)}
    dropped = {key for (key,) in rows_in(cursor, _AMONG, set().union(*keys.values()), source)}
    return {number for number, own in keys.items() if own & dropped}


def remember_forgotten(db: Connection, source: str, own: str) -> None:
    """Note every name of a post that no other post answers to; a shared one would keep the other out as well."""
    a = t.aliases.c
    names = set(db.scalars(select(a.alias).where(a.source == source, a.post == own)))
    shared = set(db.scalars(select(a.alias).where(a.source == source, a.post != own, a.alias.in_(names))))
    title = db.scalar(select(t.posts.c.title).where(t.posts.c.source == source, t.posts.c.id == own)) or ""
    at = t.stamp(utc_now())
    for name in sorted(names - shared):
        row = {"source": source, "key": name, "title": title, "at": at}
        db.execute(upsert(t.forgotten).values(row).on_conflict_do_nothing(index_elements=["source", "key"]))
