"""A page and its entries written to the store, in the transaction of the caller."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ..identity import hashed
from ..records import Entry
from ..urls import canonical_permalink
from . import tables as t
from .compiled import cursor_of, in_list_sql, insert_sql, rows_in, sql
from .forgetting import forgotten_among
from .protocol import PageSeen, PutResult
from .rows import ENTRY_COLUMNS, entry_values
from .storable import storable_entry, storable_page


class _Named(NamedTuple):
    """An entry with its digest and the stamp of its moment, which are made once."""

    digest: str
    entry: Entry
    seen: str


@dataclass(slots=True)
class _Place:
    """Where an entry stands on the page, as its row among the sightings says it; no `times` where there is none yet."""

    position: int = 0
    own: int = 0
    first_seen: str = ""
    last_seen: str = ""
    times: int = 0
    stored: bool = False
    changed: bool = False

    def again(self, named: _Named) -> int:
        """Take in a sighting; 1 where it counts: a sighting of a moment that is known already does not."""
        seen = named.seen
        if not self.times:
            self.first_seen = self.last_seen = seen
        elif self.first_seen <= seen <= self.last_seen:
            return 0
        if seen >= self.last_seen:
            self.position, self.own = named.entry.position, int(bool(named.entry.listed_in))
        self.first_seen, self.last_seen = min(seen, self.first_seen), max(seen, self.last_seen)
        self.times += 1
        self.changed = True
        return 1


@dataclass(slots=True)
class _Seen:
    """What the store knows of an entry's sightings while a page is written; `id` is 0 for an entry that is new.

    `listed_in` is JSON, as it is stored. `gone` and `other_text` tell of its post: that it had left the blog, and that
    another full text is its text. `later` says that it was seen later than ever, `changed` that further columns moved.
    """

    entry: Entry
    id: int
    page_url: str | None
    position: int
    first_seen: str
    last_seen: str
    times: int
    listed_in: str
    state: int
    place: _Place = field(default_factory=_Place)
    gone: bool = False
    other_text: bool = False
    later: bool = False
    changed: bool = False

    def again(self, named: _Named) -> bool:
        """Take in a further sighting; says whether it is by a new archive."""
        entry, seen = named.entry, named.seen
        earlier, later = seen < self.first_seen, seen > self.last_seen
        if (seen, entry.page_url or "", entry.position) < (self.first_seen, self.page_url or "", self.position):
            self.page_url, self.position, self.changed = entry.page_url, entry.position, True
        listed_in = json.loads(self.listed_in) if entry.listed_in else []
        relisted = bool(entry.listed_in) and entry.listed_in not in listed_in
        if relisted:
            self.listed_in = json.dumps(sorted([*listed_in, entry.listed_in]))
        self.first_seen, self.last_seen = min(seen, self.first_seen), max(seen, self.last_seen)
        self.later |= later
        # A new archive gives a label, an earlier moment moves what "3 days ago" means; a full text that is seen later
        # than before may become the text of its post again, and a post that had left the blog is back.
        if earlier or relisted or self.gone or (later and entry.form == "content" and self.other_text):
            self.state, self.changed = t.UNREAD, True
        return relisted


def put_page(db: Connection, page: PageSeen, entries: Sequence[Entry]) -> PutResult:
    """Write a page and its entries; an entry seen before is counted, not stored again.

    The database's errors are sqlite3's own.
    """
    page, storable = storable_page(page), [storable_entry(entry) for entry in entries]
    with closing(cursor_of(db)) as cursor:
        dropped = forgotten_among(cursor, page.source, storable)
        kept = _named(entry for number, entry in enumerate(storable) if number not in dropped)
        page_id, moved = _put_page_row(cursor, page, kept)
        known = _known(cursor, page_id, kept)
        repeated = relisted = 0
        for named in kept:
            seen = known.get(named.digest)
            if seen is None:
                seen = known[named.digest] = _first(named)
            else:
                repeated += 1
                relisted += seen.again(named)
            seen.times += seen.place.again(named)
        fresh = {digest: seen for digest, seen in known.items() if not seen.id}
        news = (seen.state == t.UNREAD and (seen.changed or seen.later or not seen.id) for seen in known.values())
        unresolved = moved or any(news)
        said = _saying_something(cursor, page.source, [seen.entry for seen in fresh.values()])
        _update_known(cursor, known.values())
        _insert_new(cursor, fresh)
        _put_sightings(cursor, page_id, known.values())
        _know_source(cursor, page.source, unresolved=unresolved)
    return PutResult(new=len(fresh), said=said, repeated=repeated, relisted=relisted, forgotten=len(dropped))


def _named(entries: Iterable[Entry]) -> list[_Named]:
    """The entries with their names; those of a page share their moment."""
    stamps: dict[int, str] = {}
    named = []
    for entry in entries:
        moment = entry.observed_at
        seen = stamps.get(id(moment)) or stamps.setdefault(id(moment), t.stamp(moment))
        named.append(_Named(entry.digest, entry, seen))
    return named


_E, _S, _M, _P = t.entries.c, t.sightings.c, t.members.c, t.posts.c
_KNOWN = in_list_sql(
    select(
        *(_E.digest, _P.gone, _P.said.is_distinct_from(_E.said)),
        *(_E.id, _E.page_url, _E.position, _E.first_seen, _E.last_seen, _E.times, _E.listed_in, _E.state),
        *(_S.position, _S.own, _S.first_seen, _S.last_seen, _S.times),
    )
    .select_from(
        t.entries.outerjoin(t.sightings, (_S.entry == _E.id) & (_S.page == bindparam("page")))
        .outerjoin(t.members, _M.digest == _E.digest)
        .outerjoin(t.posts, (_M.source == _P.source) & (_M.post == _P.id))
    )
    .where,
    _E.digest,
    "page",
)


def _known(cursor: sqlite3.Cursor, page: int, entries: Sequence[_Named]) -> dict[str, _Seen]:
    """What is stored of the entries, by digest; it comes once for each post that an entry is in."""
    of_digest = {named.digest: named.entry for named in entries}
    known: dict[str, _Seen] = {}
    for digest, gone, other_text, *row in rows_in(cursor, _KNOWN, of_digest, page):
        seen = known.get(digest)
        if seen is None:
            seen = known[digest] = _Seen(of_digest[digest], *row[:8])
            seen.place = _Place(*row[8:]) if row[8] is not None else _Place()
            seen.place.stored = bool(seen.place.times)
        if gone is not None:
            seen.gone |= bool(gone)
            seen.other_text |= bool(other_text)
    return known


def _first(named: _Named) -> _Seen:
    entry, seen = named.entry, named.seen
    listed_in = json.dumps([entry.listed_in] if entry.listed_in else [])
    return _Seen(entry, 0, entry.page_url, entry.position, seen, seen, 0, listed_in, t.UNREAD)


_TOLD = in_list_sql(
    select(_E.form, _E.address, _E.title, _E.body).where(_E.source == bindparam("source")).where, _E.address, "source"
)


def _saying_something(cursor: sqlite3.Cursor, source: str, fresh: Sequence[Entry]) -> int:
    """How many new entries are new in title or body; the others only tell their date or labels in another way."""
    addresses = {canonical_permalink(entry.permalink) for entry in fresh if entry.permalink}
    told = set(rows_in(cursor, _TOLD, sorted(addresses), source))
    return sum(
        not entry.permalink or (entry.form, canonical_permalink(entry.permalink), entry.title, entry.body) not in told
        for entry in fresh
    )


_OF_SIGHTINGS = ("page_url", "position", "first_seen", "last_seen", "times", "listed_in")
_INSERT = insert_sql(t.entries, *ENTRY_COLUMNS, *_OF_SIGHTINGS, "scope", "state")
_WITH_ID = _E.id == bindparam("of_entry")
_UPDATE = sql(
    update(t.entries).where(_WITH_ID).values({name: bindparam(f"new_{name}") for name in (*_OF_SIGHTINGS, "state")}),
    *(f"new_{name}" for name in (*_OF_SIGHTINGS, "state")),
    "of_entry",
)
_SEEN_LATER = sql(
    update(t.entries).where(_WITH_ID).values(last_seen=bindparam("new_last_seen"), times=bindparam("new_times")),
    *("new_last_seen", "new_times", "of_entry"),
)


def _insert_new(cursor: sqlite3.Cursor, fresh: Mapping[str, _Seen]) -> None:
    for digest, seen in fresh.items():
        sightings = (seen.page_url, seen.position, seen.first_seen, seen.last_seen, seen.times, seen.listed_in)
        cursor.execute(_INSERT, (*entry_values(seen.entry, digest), *sightings, "", t.UNREAD))
        seen.id = cursor.lastrowid or 0


def _update_known(cursor: sqlite3.Cursor, known: Iterable[_Seen]) -> None:
    changed, later = [], []
    for seen in known:
        if not seen.id:
            continue
        if seen.changed:
            sightings = (seen.page_url, seen.position, seen.first_seen, seen.last_seen, seen.times, seen.listed_in)
            changed.append((*sightings, seen.state, seen.id))
        elif seen.later or seen.place.changed:
            later.append((seen.last_seen, seen.times, seen.id))
    cursor.executemany(_UPDATE, changed)
    cursor.executemany(_SEEN_LATER, later)


_PAGE_SAYS = ("kind", "archive", "next_url", "listed", "unsettled", "first_seen", "last_seen", "times")
_OF_PAGE = t.pages.c
_PAGE = sql(
    select(_OF_PAGE.id, *(_OF_PAGE[name] for name in _PAGE_SAYS)).where(
        _OF_PAGE.source == bindparam("its_source"), _OF_PAGE.url == bindparam("its_url")
    ),
    *("its_source", "its_url"),
)
_NEW_PAGE = insert_sql(
    t.pages,
    *("source", "url", "kind", "archive", "next_url", "listed", "proven_down", "proven_up", "unsettled"),
    *("first_seen", "last_seen", "times"),
)
_SAME_PAGE = sql(
    update(t.pages)
    .where(_OF_PAGE.id == bindparam("its_id"))
    .values({name: bindparam(f"new_{name}") for name in _PAGE_SAYS}),
    *(f"new_{name}" for name in _PAGE_SAYS),
    "its_id",
)


def _put_page_row(cursor: sqlite3.Cursor, page: PageSeen, entries: Sequence[_Named]) -> tuple[int, bool]:
    """Note that a page was seen; gives its id, and whether what it lists as its own has changed.

    Pages without an address share one row: there is nothing to tell them apart by, and their order tells nothing.
    """
    seen, url = t.stamp(page.observed_at), page.url or ""
    own = [named.digest for named in sorted(entries, key=lambda named: named.entry.position) if named.entry.listed_in]
    shown = (page.kind, page.archive, page.next_url, hashed(*own))
    row = cursor.execute(_PAGE, (page.source, url)).fetchone()
    if row is None:
        unsettled = bool(own and url)
        cursor.execute(_NEW_PAGE, (page.source, url, *shown, 0, 0, int(unsettled), seen, seen, 1))
        return cursor.lastrowid or 0, unsettled
    page_id, *before, was_unsettled, first_seen, last_seen, times = row
    unsettled = False
    if seen > last_seen:
        unsettled = bool(url) and tuple(before[2:]) != shown[2:]
    else:
        shown = tuple(before)
    if seen < first_seen or seen > last_seen:
        span = (min(seen, first_seen), max(seen, last_seen))
        cursor.execute(_SAME_PAGE, (*shown, int(unsettled or was_unsettled), *span, times + 1, page_id))
    return page_id, unsettled


_NEW_PLACE = insert_sql(t.sightings, *(column.name for column in t.sightings.c))
_OF_PLACE = ("position", "own", "first_seen", "last_seen", "times")
_MOVE = sql(
    update(t.sightings)
    .where(_S.entry == bindparam("of_entry"), _S.page == bindparam("on_page"))
    .values({name: bindparam(f"new_{name}") for name in _OF_PLACE}),
    *(f"new_{name}" for name in _OF_PLACE),
    *("of_entry", "on_page"),
)


def _put_sightings(cursor: sqlite3.Cursor, page: int, known: Iterable[_Seen]) -> None:
    fresh, moved = [], []
    for seen in known:
        at = seen.place
        if at.changed:
            says = (at.position, at.own, at.first_seen, at.last_seen, at.times)
            if at.stored:
                moved.append((*says, seen.id, page))
            else:
                fresh.append((seen.id, page, *says))
    cursor.executemany(_NEW_PLACE, fresh)
    cursor.executemany(_MOVE, moved)


_OF_SOURCE = tuple(column.name for column in t.sources.c)
_NEW_SOURCE = upsert(t.sources).values({name: bindparam(name) for name in _OF_SOURCE})
_KNOW = sql(_NEW_SOURCE.on_conflict_do_nothing(index_elements=["name"]), *_OF_SOURCE)
_KNOW_UNRESOLVED = sql(
    # Written only where it changes something: a source's row carries its facts.
    _NEW_SOURCE.on_conflict_do_update(
        index_elements=["name"],
        set_={"unresolved": _NEW_SOURCE.excluded.unresolved},
        where=~t.sources.c.unresolved,
    ),
    *_OF_SOURCE,
)


def know_source(db: Connection, source: str, *, unresolved: bool = False) -> None:
    """Note that a source exists, and whether it holds something that no resolve has seen."""
    with closing(cursor_of(db)) as cursor:
        _know_source(cursor, source, unresolved=unresolved)


def _know_source(cursor: sqlite3.Cursor, source: str, *, unresolved: bool) -> None:
    cursor.execute(_KNOW_UNRESOLVED if unresolved else _KNOW, (source, "{}", "", int(unresolved)))


def put_absence(db: Connection, source: str, url: str, observed_at: datetime) -> None:
    """Note that an address answered 404 or 410, and that its entries are to be resolved again."""
    a, e = t.absences.c, t.entries.c
    address, seen = canonical_permalink(url), t.stamp(observed_at)
    row = upsert(t.absences).values(source=source, address=address, seen=seen)
    later = row.on_conflict_do_update(index_elements=["source", "address"], set_={"seen": seen}, where=a.seen < seen)
    db.execute(later)
    db.execute(update(t.entries).where(e.source == source, e.address == address).values(state=t.UNREAD))
    know_source(db, source, unresolved=True)


_OF_ARCHIVE = tuple(column.name for column in t.archives.c)
_ARCHIVE = upsert(t.archives).values({name: bindparam(name) for name in _OF_ARCHIVE})
PUT_ARCHIVE = sql(
    _ARCHIVE.on_conflict_do_update(index_elements=["source", "url"], set_={"state": _ARCHIVE.excluded.state}),
    *_OF_ARCHIVE,
)
"""Takes a source, an archive's URL, and its state as JSON."""
