"""Source facts: what only all entries of a source together can tell, its date order, closing lines and signatures."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .dates import settles_order
from .reading import Reading
from .records import DateOrder, Source
from .urls import blog_of

SAVED = "saved"
"""The source of saved pages that were given no name; it may hold pages of many blogs."""

DEFAULT_ORDER: DateOrder = "MDY"
RECURS = 3
"""A line counts as a closing line, a name as a signature, once this many differently titled posts carry it."""
_TAIL = 6
"""How many of a post's last lines may be closing lines (the archive that this was measured on has up to two)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds for all posts of a source (within the source `saved`: of one site, or of one layout).

    `order_evidence` quotes the dates that settled the order, and is empty where it was configured or assumed;
    `order_from` is ``evidence``, ``configuration`` or ``assumption``. `closing_lines` and `signatures` are compared
    as they stand in clean lines.
    """

    date_order: DateOrder = DEFAULT_ORDER
    order_from: str = "assumption"
    order_evidence: tuple[str, ...] = ()
    closing_lines: frozenset[str] = frozenset()
    signatures: frozenset[str] = frozenset()
    time_zone: str | None = None
    languages: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The facts as plain JSON values, sets sorted."""
        plain = asdict(self)
        return {**plain, "closing_lines": sorted(self.closing_lines), "signatures": sorted(self.signatures)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Facts:
        """The reverse of `to_json`."""
        return cls(
            date_order=plain["date_order"],
            order_from=plain["order_from"],
            order_evidence=tuple(plain["order_evidence"]),
            closing_lines=frozenset(plain["closing_lines"]),
            signatures=frozenset(plain["signatures"]),
            time_zone=plain["time_zone"],
            languages=tuple(plain["languages"]),
        )


def scope_of(reading: Reading) -> str:
    """The part of its source whose facts apply to an entry.

    One source is one blog, except the source ``saved``: there each site has its own facts, and pages that do not say
    where they come from share them with those of the same layout.
    """
    entry = reading.known.entry
    if entry.source != SAVED:
        return ""
    return blog_of(entry.permalink or "") or blog_of(entry.page_url or "") or entry.layout


def source_facts(readings: Iterable[Reading], source: Source) -> dict[str, Facts]:
    """The facts of each scope of a source."""
    scopes: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        scopes[scope_of(reading)].append(reading)
    return {scope: _facts(members, source) for scope, members in scopes.items()}


def _facts(readings: Sequence[Reading], source: Source) -> Facts:
    order, order_from, evidence = _date_order(readings, source.date_order)
    signatures = _signatures(readings)
    return Facts(
        date_order=order,
        order_from=order_from,
        order_evidence=evidence,
        closing_lines=_closing_lines(readings, signatures),
        signatures=signatures,
        time_zone=source.time_zone,
        languages=source.languages,
    )


def _date_order(readings: Sequence[Reading], configured: DateOrder | None) -> tuple[DateOrder, str, tuple[str, ...]]:
    """A value above 12 settles the order for the whole source; contradicting values settle nothing."""
    votes: defaultdict[DateOrder, set[str]] = defaultdict(set)
    for reading in readings:
        # The title's own tail first: it is what most posts have, and all that some have.
        for raw in (reading.title[len(reading.bare_title) :], *(d.text for d in reading.known.entry.dates)):
            settled = settles_order(raw) if raw else None
            if settled:
                votes[settled].add(raw.strip(" -–—"))
    numeric = {order: raws for order, raws in votes.items() if order != "YMD"}
    if len(numeric) == 1:
        (order, raws) = numeric.popitem()
        return order, "evidence", tuple(sorted(raws)[:3])
    if configured:
        return configured, "configuration", ()
    return DEFAULT_ORDER, "assumption", ()


# `-- name` at a line's end, or a dash and a name alone on a line: one to four words that begin with a letter.
_NAME = r"[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,3}"
_SIGNED = re.compile(rf"(?:(?:^|\s)--\s*|^[–—―]\s*)({_NAME})\s*$")


def _signatures(readings: Sequence[Reading]) -> frozenset[str]:
    signed: defaultdict[str, set[str]] = defaultdict(set)
    for reading in readings:
        for line in reading.lines:
            found = _SIGNED.search(line[-120:])
            if found:
                signed[found[1]].add(reading.key)
    return frozenset(name for name, titles in signed.items() if len(titles) >= RECURS)


def without_signatures(lines: Sequence[str], signatures: frozenset[str]) -> tuple[list[str], str | None]:
    """Lines without the source's signatures, wherever they stand, and the name that signed (the last one)."""
    signed = None
    kept = []
    for line in lines:
        if "-" in line or "–" in line or "—" in line or "―" in line:
            for name in sorted(signatures, key=lambda n: (-len(n), n)):
                line, times = re.subn(rf"(?:(?:^|\s)--\s*|^[–—―]\s*){re.escape(name)}(?=\W|$)", "", line)
                if times:
                    signed, line = name, line.strip()
        if line:
            kept.append(line)
    return kept, signed


def _closing_lines(readings: Sequence[Reading], signatures: frozenset[str]) -> frozenset[str]:
    """Lines that recur among the last lines of differently titled posts; they peel off one after another."""
    carriers: defaultdict[str, set[str]] = defaultdict(set)
    for reading in readings:
        if reading.is_content:
            kept, _ = without_signatures(reading.lines, signatures)
            for line in kept[-_TAIL:]:
                carriers[line].add(reading.key)
    return frozenset(line for line, titles in carriers.items() if len(titles) >= RECURS)


def without_closing_lines(lines: Sequence[str], closing: frozenset[str]) -> list[str]:
    """Lines without the closing lines at their end; a post of nothing else keeps them, for then they are the post."""
    end = len(lines)
    while end and lines[end - 1] in closing and len(lines) - end < _TAIL:
        end -= 1
    return list(lines[:end]) if end else list(lines)


def body_text(reading: Reading, facts: Facts) -> tuple[str, str | None]:
    """An entry's text as the corpus keeps it, a line for each paragraph, and the author who signed it."""
    kept, signed = without_signatures(reading.lines, facts.signatures)
    if reading.is_content:
        kept = without_closing_lines(kept, facts.closing_lines)
    return "\n".join(kept), signed


def most_common(values: Iterable[str]) -> str | None:
    """The most frequent value; the smallest of equally frequent ones."""
    counted = Counter(values)
    return min(counted, key=lambda v: (-counted[v], v)) if counted else None
