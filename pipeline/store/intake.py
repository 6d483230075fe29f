"""A page and its entries written to the store, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ..records import Entry
from . import tables as t
from .forgetting import is_forgotten
from .protocol import PageSeen, PutResult
from .rows import entry_row

_LONE = str.maketrans(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def put_page(db: Connection, page: PageSeen, entries: Sequence[Entry]) -> PutResult:
    """Write a page and its entries; an entry seen before is counted, not stored again."""
    page_id = _put_page_row(db, page)
    new = repeated = relisted = forgotten = 0
    unresolved = False
    for entry in map(_storable, entries):
        if is_forgotten(db, entry):
            forgotten += 1
            continue
        digest = entry.digest
        e = t.entries.c
        row = db.execute(select(t.entries).where(e.source == entry.source, e.digest == digest)).first()
        if row is None:
            first = {
                **entry_row(entry, digest),
                "page_url": entry.page_url,
                "position": entry.position,
                "first_seen": t.stamp(entry.observed_at),
                "last_seen": t.stamp(entry.observed_at),
                "times": 1,
                "listed_in": [entry.listed_in] if entry.listed_in else [],
                "scope": "",
                "state": t.UNREAD,
            }
            entry_id = db.execute(insert(t.entries).values(first).returning(t.entries.c.id)).scalar_one()
            _put_sighting(db, entry_id, page_id, entry)
            new += 1
            continue
        repeated += 1
        is_new_sighting = _put_sighting(db, row.id, page_id, entry)
        changed = _seen_again(row, entry, counts=is_new_sighting)
        relisted += "listed_in" in changed
        if _matters(db, row, entry, changed):
            changed["state"] = t.UNREAD
            unresolved = True
        if changed:
            db.execute(update(t.entries).where(e.id == row.id).values(changed))
    know_source(db, page.source, unresolved=bool(new) or unresolved)
    return PutResult(new=new, repeated=repeated, relisted=relisted, forgotten=forgotten)


def _matters(db: Connection, row: Row[Any], entry: Entry, changed: dict[str, Any]) -> bool:
    """Whether a further sighting may change a post, and not just the time when it was last seen.

    A new archive gives a label, an earlier moment moves what "3 days ago" means, and a full text that was not the
    post's may become it again.
    """
    if "listed_in" in changed or "first_seen" in changed:
        return True
    if entry.form != "content" or "last_seen" not in changed:
        return False
    m, p = t.members.c, t.posts.c
    of_post = select(p.witness).join(t.members, (m.source == p.source) & (m.post == p.id))
    witness = db.scalar(of_post.where(m.source == entry.source, m.digest == row.digest))
    return witness is not None and witness != row.digest


def _storable(entry: Entry) -> Entry:
    """An entry whose strings UTF-8 can hold: a lone surrogate can come from a broken page or a hand-made record."""
    texts = (entry.title, entry.body, entry.permalink or "", entry.author or "", *entry.categories, *entry.tags)
    if all(text.isascii() or not _has_surrogate(text) for text in texts):
        return entry
    return replace(
        entry,
        title=entry.title.translate(_LONE),
        body=entry.body.translate(_LONE),
        permalink=entry.permalink and entry.permalink.translate(_LONE),
        author=entry.author and entry.author.translate(_LONE),
        categories=tuple(c.translate(_LONE) for c in entry.categories),
        tags=tuple(c.translate(_LONE) for c in entry.tags),
    )


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _put_page_row(db: Connection, page: PageSeen) -> int:
    """Pages without an address share one row: there is nothing to tell them apart by."""
    p, seen = t.pages.c, t.stamp(page.observed_at)
    row = db.execute(select(t.pages).where(p.source == page.source, p.url == (page.url or ""))).first()
    if row is None:
        values = {
            "source": page.source,
            "url": page.url or "",
            "kind": page.kind,
            "archive": page.archive,
            "first_seen": seen,
            "last_seen": seen,
            "times": 1,
        }
        return int(db.execute(insert(t.pages).values(values).returning(p.id)).scalar_one())
    changed: dict[str, Any] = _span(row, page.observed_at)
    if seen > row.last_seen:
        changed |= {"kind": page.kind, "archive": page.archive}
    if changed:
        changed["times"] = row.times + 1
        db.execute(update(t.pages).where(p.id == row.id).values(changed))
    return int(row.id)


def _put_sighting(db: Connection, entry_id: int, page_id: int, entry: Entry) -> bool:
    """Note where an entry stands; says whether that was not known of this page at this moment."""
    s, seen = t.sightings.c, t.stamp(entry.observed_at)
    row = db.execute(select(t.sightings).where(s.entry == entry_id, s.page == page_id)).first()
    if row is None:
        first = {"position": entry.position, "first_seen": seen, "last_seen": seen, "times": 1}
        db.execute(insert(t.sightings).values(entry=entry_id, page=page_id, **first))
        return True
    changed = _span(row, entry.observed_at)
    if changed:
        if "last_seen" in changed:
            changed["position"] = entry.position
        values = {**changed, "times": row.times + 1}
        db.execute(update(t.sightings).where(s.entry == entry_id, s.page == page_id).values(values))
    return bool(changed)


def _span(row: Row[Any], observed: datetime) -> dict[str, Any]:
    """What a further sighting changes of the first and the last."""
    seen = t.stamp(observed)
    changed: dict[str, Any] = {}
    if seen < row.first_seen:
        changed["first_seen"] = seen
    if seen > row.last_seen:
        changed["last_seen"] = seen
    return changed


def _seen_again(row: Row[Any], entry: Entry, *, counts: bool) -> dict[str, Any]:
    changed = _span(row, entry.observed_at)
    earlier = (t.stamp(entry.observed_at), entry.page_url or "", entry.position)
    if earlier < (row.first_seen, row.page_url or "", row.position):
        changed |= {"page_url": entry.page_url, "position": entry.position}
    if counts:
        changed["times"] = row.times + 1
    if entry.listed_in and entry.listed_in not in row.listed_in:
        changed["listed_in"] = sorted([*row.listed_in, entry.listed_in])
    return changed


def know_source(db: Connection, source: str, *, unresolved: bool = False) -> None:
    """Note that a source exists, and whether it holds something that no resolve has seen."""
    row = upsert(t.sources).values(name=source, facts={}, rules="", unresolved=unresolved)
    if unresolved:
        row = row.on_conflict_do_update(index_elements=["name"], set_={"unresolved": True})
    else:
        row = row.on_conflict_do_nothing(index_elements=["name"])
    db.execute(row)
