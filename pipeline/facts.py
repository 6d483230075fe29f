"""Source facts: what only all entries of a source together can tell, its date order, closing lines and signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .reading import Reading
from .records import DateOrder, Entry
from .urls import blog_of
from .written_days import Bounds
from .zones import AS_WRITTEN, Clock

SAVED = "saved"
"""The source of saved pages that were given no name; it may hold pages of many blogs."""

DEFAULT_ORDER: DateOrder = "MDY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds for all posts of a source (within the source `saved`: of one site, or of one layout).

    `order_evidence` quotes the dates that settled the order, and is empty where it was configured or assumed;
    `order_from` is ``evidence``, ``configuration`` or ``assumption``. `zone_from` and `zone_evidence` say the same of
    the blog's `clock`. `closing_lines` and `signatures` are compared as they stand in clean lines, `categories` are
    the keys of those that pages and REST name.
    """

    date_order: DateOrder = DEFAULT_ORDER
    order_from: str = "assumption"
    order_evidence: tuple[str, ...] = ()
    closing_lines: frozenset[str] = frozenset()
    signatures: frozenset[str] = frozenset()
    clock: Clock = AS_WRITTEN
    zone_from: str = "assumption"
    zone_evidence: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The facts as plain JSON values, sets sorted."""
        return {
            "date_order": self.date_order,
            "order_from": self.order_from,
            "order_evidence": list(self.order_evidence),
            "closing_lines": sorted(self.closing_lines),
            "signatures": sorted(self.signatures),
            "time_zone": self.clock.zone,
            "offsets": [list(pair) for pair in self.clock.offsets],
            "local": sorted(self.clock.local),
            "bounds": list(self.clock.bounds or ()),
            "zone_from": self.zone_from,
            "zone_evidence": list(self.zone_evidence),
            "categories": sorted(self.categories),
            "languages": list(self.languages),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Facts:
        """The reverse of `to_json`; what an older version did not keep is as if nothing were known of it."""
        return cls(
            date_order=plain["date_order"],
            order_from=plain["order_from"],
            order_evidence=tuple(plain["order_evidence"]),
            closing_lines=frozenset(plain["closing_lines"]),
            signatures=frozenset(plain["signatures"]),
            clock=Clock(
                plain["time_zone"],
                tuple((minutes, half) for minutes, half in plain.get("offsets", ())),
                frozenset(plain.get("local", ())),
                Bounds(*bounds) if len(bounds := plain.get("bounds", ())) == 2 else None,
            ),
            zone_from=plain.get("zone_from", "assumption"),
            zone_evidence=tuple(plain.get("zone_evidence", ())),
            categories=frozenset(plain.get("categories", ())),
            languages=tuple(plain["languages"]),
        )


def scope_of(reading: Reading) -> str:
    """The part of its source whose facts apply to an entry that was read."""
    return scope_of_entry(reading.known.entry)


def scope_of_entry(entry: Entry) -> str:
    """The part of its source whose facts apply to an entry.

    One source is one blog, except the source ``saved``: there each site has its own facts, and pages that do not say
    where they come from share them with those of the same layout.
    """
    if entry.source != SAVED:
        return ""
    return blog_of(entry.permalink or "") or blog_of(entry.page_url or "") or entry.layout


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


def without_closing_lines(lines: Sequence[str], closing: frozenset[str]) -> list[str]:
    """Lines without the closing lines at their end; a post of nothing else keeps them, for then they are the post."""
    end = len(lines)
    while end and lines[end - 1] in closing:
        end -= 1
    return list(lines[:end]) if end else list(lines)


def body_text(reading: Reading, facts: Facts) -> tuple[str, str | None]:
    """An entry's text as the corpus keeps it, a line for each paragraph, and the author who signed it."""
    kept, signed = without_signatures(reading.lines, facts.signatures)
    if reading.is_content:
        kept = without_closing_lines(kept, facts.closing_lines)
    return "\n".join(kept), signed
