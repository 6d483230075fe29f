"""Resolved posts written to the store as steps of its change sequence, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from . import tables as t
from .forgetting import remember_forgotten
from .protocol import ApplyResult, ResolvedPost
from .rows import post_row

_NOTHING: dict[str, Any] = {
    "live": False,
    "title": "",
    "published": None,
    "published_precision": None,
    "published_origin": None,
    "url": None,
    "author": None,
    "categories": [],
    "tags": [],
    "text": "",
    "gone": False,
    "possibly_same": [],
}


class _Counter:
    """The change sequence within one transaction: numbers rise and are never given twice."""

    def __init__(self, db: Connection) -> None:
        self._last = db.scalar(select(func.max(t.posts.c.sequence))) or 0

    def next(self) -> int:
        self._last += 1
        return self._last


def apply_posts(db: Connection, source: str, posts: Iterable[ResolvedPost], facts: dict[str, Any]) -> ApplyResult:
    """Make the posts of a source be these. What is equal is not written."""
    p = t.posts.c
    before = {row.id: row for row in db.execute(select(t.posts).where(p.source == source))}
    aliases = _grouped(db, select(t.aliases.c.post, t.aliases.c.alias).where(t.aliases.c.source == source))
    members = _grouped(
        db, select(t.members.c.post, t.members.c.digest, t.members.c.reason).where(t.members.c.source == source)
    )
    counter = _Counter(db)
    added, changed, kept = [], [], set()
    for resolved in posts:
        own = resolved.post.id
        kept.add(own)
        if members.get(own) != set(resolved.members):
            _put_members(db, source, resolved)
        new_names = aliases.get(own) != {(a,) for a in resolved.aliases}
        if new_names:
            _put_aliases(db, source, resolved)
        row = before.get(own)
        values = {
            **post_row(resolved.post),
            "possibly_same": list(resolved.possibly_same),
            "last_changed": t.stamp(resolved.post.last_changed),
        }
        if row is None or not row.live:
            state = {**values, "source": source, "id": own, "live": True, "sequence": counter.next()}
            db.execute(upsert(t.posts).values(state).on_conflict_do_update(index_elements=["source", "id"], set_=state))
            added.append(own)
        elif (content := _differs(row, post_row(resolved.post))) or new_names:
            # New names alone change no content, but the index must learn to answer them.
            db.execute(update(t.posts).where(p.source == source, p.id == own).values(**values, sequence=counter.next()))
            changed.extend([own] if content else [])
        elif _differs(row, values):
            db.execute(update(t.posts).where(p.source == source, p.id == own).values(values))
    withdrawn = [own for own, row in before.items() if row.live and own not in kept]
    for own in withdrawn:
        withdraw(db, source, own, counter.next())
    state = {"name": source, "facts": facts, "unresolved": False}
    db.execute(upsert(t.sources).values(state).on_conflict_do_update(index_elements=["name"], set_=state))
    return ApplyResult(added=tuple(added), changed=tuple(changed), withdrawn=tuple(withdrawn))


def _grouped(db: Connection, query: Any) -> dict[str, set[tuple[str, ...]]]:
    groups: dict[str, set[tuple[str, ...]]] = {}
    for post, *rest in db.execute(query):
        groups.setdefault(post, set()).add(tuple(rest))
    return groups


def _differs(row: Row[Any], values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _put_members(db: Connection, source: str, resolved: ResolvedPost) -> None:
    m, own = t.members.c, resolved.post.id
    db.execute(delete(t.members).where(m.source == source, m.post == own))
    rows = [{"source": source, "post": own, "digest": digest, "reason": why} for digest, why in resolved.members]
    db.execute(insert(t.members), rows)


def _put_aliases(db: Connection, source: str, resolved: ResolvedPost) -> None:
    a, own = t.aliases.c, resolved.post.id
    db.execute(delete(t.aliases).where(a.source == source, a.post == own))
    db.execute(insert(t.aliases), [{"source": source, "post": own, "alias": name} for name in resolved.aliases])


def withdraw(db: Connection, source: str, post_id: str, sequence: int) -> None:
    """Say that a post is no more; its row stays, so that whoever follows the sequence hears of it."""
    p = t.posts.c
    values = {**_NOTHING, "sequence": sequence}
    db.execute(update(t.posts).where(p.source == source, p.id == post_id).values(values))
    db.execute(delete(t.aliases).where(t.aliases.c.source == source, t.aliases.c.post == post_id))
    db.execute(delete(t.members).where(t.members.c.source == source, t.members.c.post == post_id))


def forget_post(db: Connection, source: str, post_id: str) -> int:
    """Drop a post with its entries, and remember what to keep out; says how many entries went."""
    m, e = t.members.c, t.entries.c
    digests = list(db.scalars(select(m.digest).where(m.source == source, m.post == post_id)))
    remember_forgotten(db, source, post_id)
    ids = list(db.scalars(select(e.id).where(e.source == source, e.digest.in_(digests))))
    db.execute(delete(t.sightings).where(t.sightings.c.entry.in_(ids)))
    db.execute(delete(t.entries).where(e.id.in_(ids)))
    withdraw(db, source, post_id, _Counter(db).next())
    # What is left of the source may read differently now: a closing line may have lost its third carrier.
    db.execute(update(t.sources).where(t.sources.c.name == source).values(unresolved=True))
    return len(digests)
