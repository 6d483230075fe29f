"""Resolved posts written to the store as steps of its change sequence, in the transaction of the caller."""

from __future__ import annotations

from collections import Counter as Numbers
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Delete, Row, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from . import tables as t
from .forgetting import remember_forgotten
from .protocol import ApplyResult, ResolvedPost
from .rows import chunks, post_row

_NOTHING: dict[str, Any] = {
    "live": False,
    "title": "",
    "published": None,
    "published_precision": None,
    "published_origin": None,
    "not_before": None,
    "not_after": None,
    "url": None,
    "author": None,
    "categories": [],
    "tags": [],
    "text": "",
    "gone": False,
    "possibly_same": [],
    "said": 0,
}


class Counter:
    """The change sequence within one transaction: numbers rise and are never given twice."""

    def __init__(self, db: Connection) -> None:
        self._last = db.scalar(select(func.max(t.posts.c.sequence))) or 0

    def next(self) -> int:
        """The next number."""
        self._last += 1
        return self._last


def replace_posts(
    db: Connection, source: str, digests: Collection[str], posts: Sequence[ResolvedPost], counter: Counter
) -> ApplyResult:
    """Make the posts of some entries be these, in place of those that the entries belonged to so far.

    What is equal is not written.
    """
    p = t.posts.c
    owner = _posts_of(db, digests)
    old = set(owner.values())
    before = {
        row.id: row
        for some in chunks(old | {resolved.post.id for resolved in posts})
        for row in db.execute(select(t.posts).where(p.source == source, p.id.in_(some)))
    }
    aliases = _grouped(db, t.aliases, ("alias",), source, before)
    members = _grouped(db, t.members, ("digest", "reason"), source, before)
    added, changed = [], []
    # What is no more goes first, so that no entry is for a moment a member of two posts.
    withdrawn = sorted(old - {resolved.post.id for resolved in posts})
    for own in withdrawn:
        withdraw(db, source, own, counter.next())
    for resolved in posts:
        own = resolved.post.id
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
            "said": resolved.said,
        }
        if row is None or not row.live:
            state = {**values, "source": source, "id": own, "live": True, "sequence": counter.next()}
            db.execute(_put_post(tuple(state)), state)
            added.append(own)
        elif (content := _differs(row, post_row(resolved.post))) or new_names:
            # New names alone change no content, but the index must learn to answer them.
            db.execute(update(t.posts).where(p.source == source, p.id == own).values(**values, sequence=counter.next()))
            changed.extend([own] if content else [])
        elif _differs(row, values):
            db.execute(update(t.posts).where(p.source == source, p.id == own).values(values))
    return ApplyResult(
        added=tuple(added),
        changed=tuple(changed),
        withdrawn=tuple(withdrawn),
        merged=tuple(r.post.id for r in posts if len(_former(r, owner)) > 1),
        split=_split(posts, owner),
        redated=tuple(r.post.id for r in posts if _redated(r, owner, before)),
    )


@cache
def _put_post(columns: tuple[str, ...]) -> Insert:
    """The statement that writes these columns of a post; built once, for building it takes longer than running it."""
    row = upsert(t.posts).values({name: bindparam(name) for name in columns})
    return row.on_conflict_do_update(
        index_elements=["source", "id"], set_={name: row.excluded[name] for name in columns}
    )


def _former(resolved: ResolvedPost, owner: Mapping[str, str]) -> set[str]:
    """The posts that a post's entries belonged to so far."""
    return {owner[digest] for digest, _ in resolved.members if digest in owner}


def _split(posts: Sequence[ResolvedPost], owner: Mapping[str, str]) -> tuple[str, ...]:
    heirs = Numbers(own for resolved in posts for own in _former(resolved, owner))
    return tuple(sorted(own for own, count in heirs.items() if count > 1))


def _redated(resolved: ResolvedPost, owner: Mapping[str, str], before: Mapping[str, Row[Any]]) -> bool:
    """Whether a post had another date before, or had one and has none now; its first date is no change of one."""
    dates = {before[own].published for own in _former(resolved, owner) if own in before} - {None}
    day = resolved.post.published
    return bool(dates) and dates != {day.isoformat() if day else None}


def _posts_of(db: Connection, digests: Collection[str]) -> dict[str, str]:
    """The post that each entry belongs to so far."""
    m = t.members.c
    query = select(m.digest, m.post)
    return {d: own for some in chunks(digests) for d, own in db.execute(query.where(m.digest.in_(some)))}


def _grouped(
    db: Connection, table: Table, columns: tuple[str, ...], source: str, posts: Collection[str]
) -> dict[str, set[tuple[str, ...]]]:
    groups: dict[str, set[tuple[str, ...]]] = {}
    for some in chunks(posts):
        wanted = [table.c[name] for name in ("post", *columns)]
        for post, *rest in db.execute(select(*wanted).where(table.c.source == source, table.c.post.in_(some))):
            groups.setdefault(post, set()).add(tuple(rest))
    return groups


def _differs(row: Row[Any], values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _of_post(table: Table) -> Delete:
    return delete(table).where(table.c.source == bindparam("its_source"), table.c.post == bindparam("its_post"))


_PART, _JOIN = _of_post(t.members), insert(t.members)
_UNNAME, _NAME = _of_post(t.aliases), insert(t.aliases)


def _put_members(db: Connection, source: str, resolved: ResolvedPost) -> None:
    own = resolved.post.id
    db.execute(_PART, {"its_source": source, "its_post": own})
    rows = [{"source": source, "post": own, "digest": digest, "reason": why} for digest, why in resolved.members]
    db.execute(_JOIN, rows)


def _put_aliases(db: Connection, source: str, resolved: ResolvedPost) -> None:
    own = resolved.post.id
    db.execute(_UNNAME, {"its_source": source, "its_post": own})
    db.execute(_NAME, [{"source": source, "post": own, "alias": name} for name in resolved.aliases])


def withdraw(db: Connection, source: str, post_id: str, sequence: int) -> None:
    """Say that a post is no more; its row stays, so that whoever follows the sequence hears of it."""
    p = t.posts.c
    values = {**_NOTHING, "sequence": sequence}
    db.execute(update(t.posts).where(p.source == source, p.id == post_id).values(values))
    db.execute(delete(t.aliases).where(t.aliases.c.source == source, t.aliases.c.post == post_id))
    db.execute(delete(t.members).where(t.members.c.source == source, t.members.c.post == post_id))


def forget_contributions(db: Connection, entries: Iterable[int]) -> None:
    """Take back what entries contributed to the facts and to the finding of posts."""
    for some in chunks(entries):
        for table in (t.blocks, t.marks, t.votes):
            db.execute(delete(table).where(table.c.entry.in_(some)))


def forget_post(db: Connection, source: str, post_id: str) -> int:
    """Drop a post with its entries, and remember what to keep out; says how many entries went."""
    m, e = t.members.c, t.entries.c
    digests = list(db.scalars(select(m.digest).where(m.source == source, m.post == post_id)))
    remember_forgotten(db, source, post_id)
    rows = [row for some in chunks(digests) for row in db.execute(select(e.id, e.address).where(e.digest.in_(some)))]
    ids = [row.id for row in rows]
    forget_contributions(db, ids)
    for some in chunks(ids):
        db.execute(delete(t.sightings).where(t.sightings.c.entry.in_(some)))
        db.execute(delete(t.entries).where(e.id.in_(some)))
    # Another post's entry may have counted what one of these said of the same address.
    for some in chunks({row.address for row in rows if row.address}):
        db.execute(update(t.entries).where(e.source == source, e.address.in_(some)).values(state=t.UNREAD))
    withdraw(db, source, post_id, Counter(db).next())
    # What is left of the source may read differently now: a closing line may have lost its third carrier.
    db.execute(update(t.sources).where(t.sources.c.name == source).values(unresolved=True))
    return len(digests)


def remove_source(db: Connection, source: str) -> int:
    """Drop a source with all it holds; says how many posts went, each of which the change sequence tells."""
    p, e = t.posts.c, t.entries.c
    counter = Counter(db)
    live = list(db.scalars(select(p.id).where(p.source == source, p.live).order_by(p.id)))
    for own in live:
        withdraw(db, source, own, counter.next())
    of_source = select(e.id).where(e.source == source)
    for table in (t.sightings, t.blocks, t.marks):
        db.execute(delete(table).where(table.c.entry.in_(of_source)))
    for table in (t.entries, t.pages, t.votes, t.bounds, t.absences, t.archives, t.runs, t.forgotten):
        db.execute(delete(table).where(table.c.source == source))
    db.execute(delete(t.sources).where(t.sources.c.name == source))
    return len(live)
