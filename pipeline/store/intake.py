"""A page and its entries written to the store, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ..identity import hashed
from ..records import Entry
from ..urls import canonical_permalink
from . import tables as t
from .forgetting import forgotten_among
from .protocol import PageSeen, PutResult
from .rows import chunks, entry_row

_LONE = str.maketrans(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


Named = tuple[str, Entry]
"""An entry with its digest."""


@dataclass(slots=True)
class _Seen:
    """What the store knows of an entry's sightings while a page is written; `id` is 0 for an entry that is new."""

    entry: Entry
    id: int
    page_url: str | None
    position: int
    first_seen: str
    last_seen: str
    times: int
    listed_in: list[str]
    said: int | None
    state: int
    changed: bool = False

    def again(self, entry: Entry) -> tuple[bool, bool, bool]:
        """Take in a further sighting; says whether it is earlier than all, later than all, and by a new archive."""
        seen = t.stamp(entry.observed_at)
        earlier, later = seen < self.first_seen, seen > self.last_seen
        if (seen, entry.page_url or "", entry.position) < (self.first_seen, self.page_url or "", self.position):
            self.page_url, self.position, self.changed = entry.page_url, entry.position, True
        relisted = bool(entry.listed_in) and entry.listed_in not in self.listed_in
        if relisted:
            self.listed_in = sorted([*self.listed_in, entry.listed_in])
        self.first_seen, self.last_seen = min(seen, self.first_seen), max(seen, self.last_seen)
        self.changed |= earlier or later or relisted
        return earlier, later, relisted


def put_page(db: Connection, page: PageSeen, entries: Sequence[Entry]) -> PutResult:
    """Write a page and its entries; an entry seen before is counted, not stored again."""
    storable = [_storable(entry) for entry in entries]
    dropped = forgotten_among(db, page.source, storable)
    # Named once: a digest is a hash over all that an entry says.
    kept = [(entry.digest, entry) for number, entry in enumerate(storable) if number not in dropped]
    known = _known(db, kept)
    new = repeated = relisted = 0
    unresolved = False
    again: dict[str, _Seen] = {}
    for digest, entry in kept:
        seen = known.get(digest)
        if seen is None:
            known[digest] = _first(entry)
            new += 1
            continue
        repeated += 1
        earlier, later, by_new_archive = seen.again(entry)
        relisted += by_new_archive
        if earlier or by_new_archive:
            # A new archive gives a label, an earlier moment moves what "3 days ago" means.
            seen.state = t.UNREAD
        elif later and entry.form == "content" and seen.id:
            again[digest] = seen
    for seen in (*_that_may_become_the_text(db, again), *_of_gone_posts(db, known)):
        seen.state, seen.changed = t.UNREAD, True
    unresolved = any(seen.state == t.UNREAD and (seen.changed or not seen.id) for seen in known.values())
    said = _saying_something(db, page.source, known)
    _insert_new(db, known)
    page_id, moved = _put_page_row(db, page, kept)
    _put_sightings(db, page_id, kept, known)
    _update_known(db, known.values())
    know_source(db, page.source, unresolved=unresolved or moved)
    return PutResult(new=new, said=said, repeated=repeated, relisted=relisted, forgotten=len(dropped))


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


_SEEN_COLUMNS = ("id", "page_url", "position", "first_seen", "last_seen", "times", "listed_in", "said", "state")


def _known(db: Connection, entries: Sequence[Named]) -> dict[str, _Seen]:
    e = t.entries.c
    of_digest = dict(entries)
    columns = [e[name] for name in _SEEN_COLUMNS]
    return {
        digest: _Seen(of_digest[digest], *values)
        for some in chunks(of_digest)
        for digest, *values in db.execute(select(e.digest, *columns).where(e.digest.in_(some)))
    }


def _first(entry: Entry) -> _Seen:
    seen = t.stamp(entry.observed_at)
    listed = [entry.listed_in] if entry.listed_in else []
    return _Seen(entry, 0, entry.page_url, entry.position, seen, seen, 0, listed, None, t.UNREAD)


def _that_may_become_the_text(db: Connection, again: Mapping[str, _Seen]) -> list[_Seen]:
    """Full texts seen later than before that are not the text of their post: now they may be it again."""
    m, p = t.members.c, t.posts.c
    of_posts = select(m.digest, p.said).join(t.posts, (m.source == p.source) & (m.post == p.id))
    return [
        again[digest]
        for some in chunks(again)
        for digest, said in db.execute(of_posts.where(m.digest.in_(some)))
        if said != again[digest].said
    ]


def _of_gone_posts(db: Connection, known: dict[str, _Seen]) -> list[_Seen]:
    """Entries of posts that had left the blog, and are back."""
    m, p = t.members.c, t.posts.c
    of_posts = select(m.digest).join(t.posts, (m.source == p.source) & (m.post == p.id)).where(p.gone)
    stored = [digest for digest, seen in known.items() if seen.id]
    return [known[digest] for some in chunks(stored) for digest in db.scalars(of_posts.where(m.digest.in_(some)))]


def _saying_something(db: Connection, source: str, known: dict[str, _Seen]) -> int:
    """How many entries are new in title or body; the others only tell their date or labels in another way."""
    e = t.entries.c
    fresh = [seen.entry for seen in known.values() if not seen.id]
    addresses = {canonical_permalink(entry.permalink) for entry in fresh if entry.permalink}
    query = select(e.form, e.address, e.title, e.body).where(e.source == source)
    told = {tuple(row) for some in chunks(sorted(addresses)) for row in db.execute(query.where(e.address.in_(some)))}
    return sum(
        not entry.permalink or (entry.form, canonical_permalink(entry.permalink), entry.title, entry.body) not in told
        for entry in fresh
    )


def _insert_new(db: Connection, known: dict[str, _Seen]) -> None:
    fresh = {digest: seen for digest, seen in known.items() if not seen.id}
    if not fresh:
        return
    rows = [
        {
            **entry_row(seen.entry, digest),
            "page_url": seen.page_url,
            "position": seen.position,
            "first_seen": seen.first_seen,
            "last_seen": seen.last_seen,
            "times": 0,
            "listed_in": seen.listed_in,
            "scope": "",
            "state": t.UNREAD,
        }
        for digest, seen in fresh.items()
    ]
    for entry_id, digest in db.execute(insert(t.entries).returning(t.entries.c.id, t.entries.c.digest), rows):
        fresh[digest].id = entry_id


def _put_page_row(db: Connection, page: PageSeen, entries: Sequence[Named]) -> tuple[int, bool]:
    """Note that a page was seen; gives its id, and whether what it lists as its own has changed.

    Pages without an address share one row: there is nothing to tell them apart by, and their order tells nothing.
    """
    p, seen = t.pages.c, t.stamp(page.observed_at)
    own = [digest for digest, entry in sorted(entries, key=lambda named: named[1].position) if entry.listed_in]
    shown = {"kind": page.kind, "archive": page.archive, "next_url": page.next_url, "listed": hashed(*own)}
    row = db.execute(select(t.pages).where(p.source == page.source, p.url == (page.url or ""))).first()
    if row is None:
        unsettled = bool(own and page.url)
        first = {"source": page.source, "url": page.url or "", "first_seen": seen, "last_seen": seen, "times": 1}
        values = {**shown, **first, "proven_down": False, "proven_up": False, "unsettled": unsettled}
        return int(db.execute(insert(t.pages).values(values).returning(p.id)).scalar_one()), unsettled
    changed: dict[str, Any] = _span(row, page.observed_at)
    unsettled = False
    if "last_seen" in changed:
        unsettled = bool(page.url) and (row.listed, row.next_url) != (shown["listed"], shown["next_url"])
        changed |= shown | ({"unsettled": True} if unsettled else {})
    if changed:
        changed["times"] = row.times + 1
        db.execute(update(t.pages).where(p.id == row.id).values(changed))
    return int(row.id), unsettled


def _span(row: Row[Any], observed: datetime) -> dict[str, Any]:
    """What a further sighting changes of the first and the last."""
    seen = t.stamp(observed)
    changed: dict[str, Any] = {}
    if seen < row.first_seen:
        changed["first_seen"] = seen
    if seen > row.last_seen:
        changed["last_seen"] = seen
    return changed


_PLACE = ("position", "own", "first_seen", "last_seen", "times")
_MOVE = (
    update(t.sightings)
    .where(t.sightings.c.entry == bindparam("of_entry"), t.sightings.c.page == bindparam("on_page"))
    .values({name: bindparam(f"new_{name}") for name in _PLACE})
)


def _put_sightings(db: Connection, page: int, entries: Sequence[Named], known: dict[str, _Seen]) -> None:
    """Note where each entry stands on the page; a sighting of a moment that is known already is not counted again."""
    s = t.sightings.c
    placed: dict[int, dict[str, Any]] = {}
    stored = set()
    for some in chunks({known[digest].id for digest, _ in entries}):
        for row in db.execute(select(t.sightings).where(s.page == page, s.entry.in_(some))).mappings():
            placed[row["entry"]] = dict(row)
            stored.add(row["entry"])
    moved = set()
    for digest, entry in entries:
        seen, stamped = known[digest], t.stamp(entry.observed_at)
        at = placed.get(seen.id)
        if at is None:
            at = {"entry": seen.id, "page": page, "first_seen": stamped, "last_seen": stamped, "times": 0}
            placed[seen.id] = at
        elif at["first_seen"] <= stamped <= at["last_seen"]:
            continue
        if stamped >= at["last_seen"]:
            at |= {"position": entry.position, "own": bool(entry.listed_in)}
        at["first_seen"], at["last_seen"] = min(stamped, at["first_seen"]), max(stamped, at["last_seen"])
        at["times"] += 1
        seen.times += 1
        seen.changed = True
        moved.add(seen.id)
    fresh = [placed[entry] for entry in moved - stored]
    if fresh:
        db.execute(insert(t.sightings), fresh)
    known_before = [placed[entry] for entry in moved & stored]
    if known_before:
        db.execute(
            _MOVE,
            [
                {"of_entry": at["entry"], "on_page": page} | {f"new_{name}": at[name] for name in _PLACE}
                for at in known_before
            ],
        )


_CHANGING = ("page_url", "position", "first_seen", "last_seen", "times", "listed_in", "state")
_UPDATE = (
    update(t.entries)
    .where(t.entries.c.id == bindparam("of_entry"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)


def _update_known(db: Connection, known: Collection[_Seen]) -> None:
    rows = [
        {"of_entry": seen.id} | {f"new_{name}": getattr(seen, name) for name in _CHANGING}
        for seen in known
        if seen.changed
    ]
    if rows:
        db.execute(_UPDATE, rows)


def know_source(db: Connection, source: str, *, unresolved: bool = False) -> None:
    """Note that a source exists, and whether it holds something that no resolve has seen."""
    row = upsert(t.sources).values(name=source, facts={}, rules="", unresolved=unresolved)
    if unresolved:
        row = row.on_conflict_do_update(index_elements=["name"], set_={"unresolved": True})
    else:
        row = row.on_conflict_do_nothing(index_elements=["name"])
    db.execute(row)


def put_absence(db: Connection, source: str, url: str, observed_at: datetime) -> None:
    """Note that an address answered 404 or 410, and that its entries are to be resolved again."""
    a, e = t.absences.c, t.entries.c
    address, seen = canonical_permalink(url), t.stamp(observed_at)
    row = upsert(t.absences).values(source=source, address=address, seen=seen)
    later = row.on_conflict_do_update(index_elements=["source", "address"], set_={"seen": seen}, where=a.seen < seen)
    db.execute(later)
    db.execute(update(t.entries).where(e.source == source, e.address == address).values(state=t.UNREAD))
    know_source(db, source, unresolved=True)
