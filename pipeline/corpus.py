"""The corpus kept up: what is new in a source counted into its facts, and the posts that it touches made again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import partial

from .clusters import block_keys
from .facts import Facts
from .identity import said
from .labels import UNSURE
from .reading import Reading, date_candidates, read_entry
from .records import DateOrder, KnownEntry, Source
from .resolver import resolve_block
from .store.protocol import ApplyResult, Counted, Store, Workbench
from .tallies import facts_from, listing_vote, tally
from .zones import Clock, touched

RULES = 5
"""To be raised with every change of the rules in this room: then the next resolve makes all posts again."""

BATCH = 250
"""Entries taken up at once; with those they share keys with, they are what is held in memory."""


def resolve_corpus(store: Store, source: Source, *, anew: bool = False, keep: bool = True) -> ApplyResult:
    """Resolve what is new in a source (`anew`: everything) in one transaction; unless `keep`, only say what would be.

    The cost grows with what is new, and with what a changed fact touches. Gives what was added, changed and withdrawn.
    Raises StoreError. Interrupted at any instant, it leaves the posts as they were, and the source marked unresolved.
    """
    with store.workbench(source.name, keep=keep) as bench:
        anything_new = bench.begin(_rules(source), anew=anew)
        facts = _known(bench)
        if anything_new:
            facts = _count(bench, source, facts)
        while block := bench.block(BATCH):
            readings = [read_entry(known) for known in block]
            absences = bench.absences({r.permalink for r in readings if r.permalink})
            bench.replace(block, resolve_block(readings, facts, absences))
        return bench.finish({scope: found.to_json() for scope, found in sorted(facts.items())})


def resolve_pending(store: Store, sources: Iterable[Source]) -> dict[str, ApplyResult]:
    """Resolve every source that holds facts which no resolve has seen, as a killed crawl leaves them.

    `sources` are the configured ones; any other gets the defaults. Raises StoreError.
    """
    settings = {source.name: source for source in sources}
    return {name: resolve_corpus(store, settings.get(name, Source(name=name))) for name in store.unresolved()}


def _rules(source: Source) -> str:
    return json.dumps([RULES, source.date_order, source.time_zone, list(source.languages)])


def _known(bench: Workbench) -> dict[str, Facts]:
    return {scope: Facts.from_json(plain) for scope, plain in bench.facts().items()}


def _count(bench: Workbench, source: Source, before: dict[str, Facts]) -> dict[str, Facts]:
    """Count what is unread into the facts, and mark as unresolved what a changed fact touches."""
    recurring: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for scope, facts in before.items():
        recurring["line", scope] |= facts.closing_lines
        recurring["name", scope] |= facts.signatures
    scopes = set(before)
    while unread := bench.unread(BATCH):
        counted = [_counted(known, source) for known in unread]
        bench.read(counted)
        fresh: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for one in (read.tally for read in counted):
            scopes.add(one.scope)
            fresh["line", one.scope].update(one.tail)
            fresh["name", one.scope].update(one.names)
        for (kind, scope), values in fresh.items():
            recurring[kind, scope] |= bench.recurring(kind, scope, values)
    if not all(bench.votes(scope) for scope in scopes):
        for page, shown in bench.moved_listings():
            bench.vote(page, listing_vote([known.entry for known in shown]) if shown else None)
    after = {}
    for scope in sorted(scopes):
        # Again all of them: one may have lost a carrier to `forget`, or to a new reading.
        lines, names = (bench.recurring(kind, scope, recurring[kind, scope]) for kind in ("line", "name"))
        offsets = bench.offsets(scope)
        after[scope] = facts_from(bench.votes(scope), lines, names, offsets, source, partial(bench.pairs, scope))
        _unsettle(bench, scope, before.get(scope), after[scope])
        was, now = before.get(scope, Facts()), after[scope]
        if was.clock != now.clock:
            bench.unsettle_offsets(scope, [name for name in offsets if touched(name, was.clock, now.clock)])
        if was.categories != now.categories:
            bench.unsettle_offsets(scope, [UNSURE])
    return after


def _counted(known: KnownEntry, source: Source) -> Counted:
    reading = read_entry(known)
    return Counted(
        digest=known.digest,
        tally=tally(reading),
        said=said(reading),
        keys=tuple(block_keys(reading, _days(reading, source))),
    )


_ORDERS: tuple[DateOrder, ...] = ("MDY", "DMY", "YMD")


def _days(reading: Reading, source: Source) -> set[date]:
    """Every day that an entry's dates can mean, whatever order the source turns out to have."""
    return {
        candidate.found.date
        for order in _ORDERS
        for candidate in date_candidates(reading, order, Clock(source.time_zone), source.languages)
    }


def _unsettle(bench: Workbench, scope: str, before: Facts | None, after: Facts) -> None:
    """Mark as unresolved what a changed fact touches: a signature may stand anywhere, a closing line at the end."""
    if before is None:
        return
    if before.date_order != after.date_order or before.signatures != after.signatures:
        bench.unsettle(scope)
    elif before.closing_lines != after.closing_lines:
        bench.unsettle(scope, before.closing_lines ^ after.closing_lines)
