"""Resolving on the embedded store: which entries are to do, what they share, and the posts they become."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, TextClause, bindparam, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ..identity import hashed
from ..records import DateOrder, KnownEntry, RawDate
from ..tallies import RECURS
from ..written_days import PAIRS, labels_on_page, moment_fed, pairs_of
from . import tables as t
from .listings import own_entries, pages_of_entries, pages_to_settle, settle_pages
from .outcome import Counter, forget_contributions, replace_posts
from .protocol import ApplyResult, Counted, ResolvedPost
from .rows import chunks, known_entry

TO_DO = text("entries.state < 2")
"""The condition of the partial index, to the letter: only then does SQLite use it (https://sqlite.org/partialindex.html)."""

_READ = (
    update(t.entries)
    .where(t.entries.c.id == bindparam("of_entry"))
    .values(scope=bindparam("its_scope"), said=bindparam("its_words"), state=t.UNRESOLVED)
)


# A closing line is carried by every post of a blog: counting stops at the third title.
_RECURRING = text(
    "SELECT value FROM json_each(:marks) WHERE :enough <= (SELECT count(*) FROM"
    " (SELECT DISTINCT title FROM marks WHERE mark = value LIMIT :enough))"
)


# The offsets of a scope are votes under names of their own, few among many: SQLite steps from one to the next.
_OFFSET_MARK, _BEYOND = "@", "A"
_OFFSETS = text(
    "WITH RECURSIVE names (name) AS (SELECT min(date_order) FROM votes"
    " WHERE source = :source AND scope = :scope AND date_order >= :mark AND date_order < :beyond"
    " UNION ALL SELECT (SELECT min(date_order) FROM votes"
    " WHERE source = :source AND scope = :scope AND date_order > name AND date_order < :beyond)"
    " FROM names WHERE name IS NOT NULL)"
    " SELECT name, (SELECT min(raw) FROM votes WHERE source = :source AND scope = :scope AND date_order = name)"
    " FROM names WHERE name IS NOT NULL"
)


# A feed's moment beside a page's label is a vote of the feed's entry, under a name that is before those of offsets.
_PAIR = "="
_PAIRS = text(
    "SELECT DISTINCT raw FROM votes WHERE source = :source AND scope = :scope AND date_order = :mark"
    " ORDER BY raw DESC LIMIT :limit"
)
_AT = "FROM entries WHERE source = :source AND address IN (SELECT value FROM json_each(:addresses))"
_ON_PAGES = text(f"SELECT address, layout, dates {_AT} AND layout NOT IN ('feed', 'rest')")
_FED = text(f"SELECT id, scope, address, dates {_AT} AND layout = 'feed' AND state > {t.UNREAD}")
_PUT_PAIR = upsert(t.votes).on_conflict_do_nothing()


class SqliteWorkbench:
    """See `Workbench`."""

    def __init__(self, db: Connection, source: str) -> None:
        self._db = db
        self._source = source
        self._counter = Counter(db)
        self._done: list[ApplyResult] = []
        self._pages: set[int] = set()

    def begin(self, rules: str, *, anew: bool = False) -> bool:
        """See `Workbench.begin`."""
        s, e = t.sources.c, t.entries.c
        before = self._db.execute(select(s.rules, s.unresolved).where(s.name == self._source)).first()
        if not anew and before and before.rules == rules:
            return bool(before.unresolved)
        self._db.execute(update(t.entries).where(e.source == self._source).values(state=t.UNREAD))
        self._db.execute(update(t.sources).where(s.name == self._source).values(rules=rules))
        return True

    def facts(self) -> dict[str, Any]:
        """See `Workbench.facts`."""
        return self._db.scalar(select(t.sources.c.facts).where(t.sources.c.name == self._source)) or {}

    def unread(self, limit: int) -> list[KnownEntry]:
        """See `Workbench.unread`."""
        e = t.entries.c
        query = select(t.entries).where(e.source == self._source, TO_DO, e.state == t.UNREAD).limit(limit)
        return [known_entry(row) for row in self._db.execute(query)]

    def read(self, counted: Sequence[Counted]) -> None:
        """See `Workbench.read`."""
        ids = self._ids([one.digest for one in counted])
        forget_contributions(self._db, ids.values())
        blocks: list[dict[str, Any]] = []
        marks: list[dict[str, Any]] = []
        votes: list[dict[str, Any]] = []
        for one in counted:
            entry, scope, title = ids[one.digest], one.tally.scope, hashed(one.tally.title)
            blocks += [{"key": key, "entry": entry} for key in {hashed(self._source, *key) for key in one.keys}]
            carried = {self._mark("line", scope, line) for line in one.tally.tail}
            carried |= {self._mark("name", scope, name) for name in one.tally.names}
            marks += [{"mark": mark, "entry": entry, "title": title} for mark in carried]
            votes += [
                {"entry": entry, "source": self._source, "scope": scope, "date_order": order, "raw": raw}
                for order, raw in (*one.tally.votes, *((_OFFSET_MARK + name, raw) for name, raw in one.tally.offsets))
            ]
        for table, rows in ((t.blocks, blocks), (t.marks, marks), (t.votes, votes)):
            if rows:
                self._db.execute(insert(table), rows)
        read = [{"of_entry": ids[one.digest], "its_scope": one.tally.scope, "its_words": one.said} for one in counted]
        self._db.execute(_READ, read)
        self._pair(counted, ids)

    def _pair(self, counted: Sequence[Counted], ids: dict[str, int]) -> None:
        """Note the moments of feeds beside the labels of pages that have the same address, whichever was read first."""
        found: list[tuple[int, str, str]] = []
        fed = [one for one in counted if one.tally.fed]
        labels: defaultdict[str, set[str]] = defaultdict(set)
        for row in self._at(_ON_PAGES, fed):
            labels[row.address].update(labels_on_page(row.layout, _dates(row.dates)))
        for one in fed:
            if one.tally.fed and (address := one.tally.address) and address in labels:
                pairs = pairs_of(address, one.tally.fed, labels[address])
                found += [(ids[one.digest], one.tally.scope, pair) for pair in pairs]
        labels.clear()
        on_pages = [one for one in counted if one.tally.labels]
        for one in on_pages:
            labels[one.tally.address or ""].update(one.tally.labels)
        for row in self._at(_FED, on_pages):
            moment = moment_fed(_dates(row.dates))
            if moment:
                found += [(row.id, row.scope, pair) for pair in pairs_of(row.address, moment, labels[row.address])]
        rows = [
            {"entry": entry, "source": self._source, "scope": scope, "date_order": _PAIR, "raw": pair}
            for entry, scope, pair in set(found)
        ]
        if rows:
            self._db.execute(_PUT_PAIR, rows)

    def _at(self, query: TextClause, counted: Sequence[Counted]) -> Sequence[Row[Any]]:
        addresses = sorted({one.tally.address for one in counted if one.tally.address})
        if not addresses:
            return ()
        return self._db.execute(query, {"source": self._source, "addresses": json.dumps(addresses)}).all()

    def _ids(self, digests: Iterable[str]) -> dict[str, int]:
        e = t.entries.c
        return {
            digest: entry
            for some in chunks(digests)
            for entry, digest in self._db.execute(select(e.id, e.digest).where(e.digest.in_(some)))
        }

    def _mark(self, kind: str, scope: str, value: str) -> int:
        return hashed(self._source, kind, scope, value)

    def recurring(self, kind: str, scope: str, values: Collection[str]) -> set[str]:
        """See `Workbench.recurring`."""
        marks = {self._mark(kind, scope, value): value for value in values}
        if not marks:
            return set()
        found = self._db.execute(_RECURRING, {"marks": json.dumps(list(marks)), "enough": RECURS})
        return {marks[mark] for mark in found.scalars()}

    def absences(self, addresses: Collection[str]) -> dict[str, datetime]:
        """See `Workbench.absences`."""
        a = t.absences.c
        query = select(a.address, a.seen).where(a.source == self._source)
        rows = (row for some in chunks(addresses) for row in self._db.execute(query.where(a.address.in_(some))))
        return {row.address: t.moment(row.seen) for row in rows}

    def votes(self, scope: str) -> dict[DateOrder, list[str]]:
        """See `Workbench.votes`."""
        return self._votes(scope, t.votes.c.entry > 0) or self._votes(scope, t.votes.c.entry < 0)

    def _votes(self, scope: str, voters: ColumnElement[bool]) -> dict[DateOrder, list[str]]:
        v = t.votes.c
        orders: tuple[DateOrder, ...] = ("MDY", "DMY")
        found: dict[DateOrder, list[str]] = {}
        for order in orders:
            query = select(v.raw).where(v.source == self._source, v.scope == scope, v.date_order == order, voters)
            examples = list(self._db.scalars(query.distinct().order_by(v.raw).limit(3)))
            if examples:
                found[order] = examples
        return found

    def offsets(self, scope: str) -> dict[str, str]:
        """See `Workbench.offsets`."""
        values = {"source": self._source, "scope": scope, "mark": _OFFSET_MARK, "beyond": _BEYOND}
        return {name.removeprefix(_OFFSET_MARK): raw for name, raw in self._db.execute(_OFFSETS, values)}

    def pairs(self, scope: str) -> list[str]:
        """See `Workbench.pairs`."""
        values = {"source": self._source, "scope": scope, "mark": _PAIR, "limit": PAIRS}
        return list(self._db.scalars(_PAIRS, values))

    def moved_listings(self) -> Iterator[tuple[int, list[KnownEntry]]]:
        """See `Workbench.moved_listings`."""
        for page in sorted(pages_to_settle(self._db, self._source)):
            yield page, own_entries(self._db, page)

    def vote(self, page: int, vote: tuple[str, DateOrder, str] | None) -> None:
        """See `Workbench.vote`."""
        forget_contributions(self._db, [-page])
        if vote:
            scope, order, raw = vote
            row = {"entry": -page, "source": self._source, "scope": scope, "date_order": order, "raw": raw}
            self._db.execute(insert(t.votes).values(row))

    def unsettle(self, scope: str, lines: Collection[str] | None = None) -> None:
        """See `Workbench.unsettle`."""
        e, m = t.entries.c, t.marks.c
        resolved = update(t.entries).where(e.source == self._source, e.scope == scope, e.state == t.RESOLVED)
        if lines is None:
            self._db.execute(resolved.values(state=t.UNRESOLVED))
            return
        for some in chunks(self._mark("line", scope, line) for line in lines):
            carriers = select(m.entry).where(m.mark.in_(some))
            self._db.execute(resolved.where(e.id.in_(carriers)).values(state=t.UNRESOLVED))

    def unsettle_offsets(self, scope: str, names: Collection[str]) -> None:
        """See `Workbench.unsettle_offsets`."""
        e, v = t.entries.c, t.votes.c
        marked = [_OFFSET_MARK + name for name in names]
        showing = select(v.entry).where(v.source == self._source, v.scope == scope, v.date_order.in_(marked))
        resolved = update(t.entries).where(e.source == self._source, e.scope == scope, e.state == t.RESOLVED)
        self._db.execute(resolved.where(e.id.in_(showing)).values(state=t.UNRESOLVED))

    def block(self, limit: int) -> list[KnownEntry]:
        """See `Workbench.block`."""
        e, b = t.entries.c, t.blocks.c
        query = select(e.id).where(e.source == self._source, TO_DO, e.state == t.UNRESOLVED).limit(limit)
        found = set(self._db.scalars(query))
        fresh, keys = found, set[int]()
        while fresh:
            shared = {k for some in chunks(fresh) for k in self._db.scalars(select(b.key).where(b.entry.in_(some)))}
            shared -= keys
            keys |= shared
            near = {i for some in chunks(shared) for i in self._db.scalars(select(b.entry).where(b.key.in_(some)))}
            fresh = near - found
            found |= fresh
        rows = (row for some in chunks(found) for row in self._db.execute(select(t.entries).where(e.id.in_(some))))
        return [known_entry(row) for row in rows]

    def replace(self, block: Sequence[KnownEntry], posts: Iterable[ResolvedPost]) -> None:
        """See `Workbench.replace`."""
        e = t.entries.c
        digests = [known.digest for known in block]
        self._done.append(replace_posts(self._db, self._source, digests, list(posts), self._counter))
        self._pages |= pages_of_entries(self._db, digests)
        for some in chunks(digests):
            values = {"state": t.RESOLVED}
            self._db.execute(update(t.entries).where(e.digest.in_(some)).values(values))

    def finish(self, facts: dict[str, Any]) -> ApplyResult:
        """See `Workbench.finish`."""
        settle_pages(self._db, self._source, self._pages | pages_to_settle(self._db, self._source), self._counter)
        values = {"facts": facts, "unresolved": False}
        self._db.execute(update(t.sources).where(t.sources.c.name == self._source).values(values))
        return ApplyResult.total(self._done)


def _dates(written: str) -> list[RawDate]:
    return [RawDate(*one) for one in json.loads(written)]
