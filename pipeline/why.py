"""The evidence behind one post: its entries, why each was joined, and the dates that were weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .clusters import Cluster
from .facts import Facts, scope_of
from .merge import make_post
from .reading import DateCandidate, read_entry
from .records import ORIGINS, KnownEntry
from .resolver import witness
from .store.protocol import ResolvedPost, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a post: `entries` with why each joined, earliest first; `dates`, the winner first.

    `verdict` says in a sentence why the date is what it is, `order` where day and month come from.
    """

    entries: tuple[tuple[KnownEntry, str], ...]
    dates: tuple[DateCandidate, ...]
    verdict: str
    order: str
    possibly_same: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; bodies are left out, for they are long."""
        return {
            "entries": [
                {
                    "digest": known.digest,
                    "form": known.entry.form,
                    "title": known.entry.title,
                    "permalink": known.entry.permalink,
                    "page_url": known.entry.page_url,
                    "position": known.entry.position,
                    "layout": known.entry.layout,
                    "first_seen": known.first_seen.isoformat(),
                    "last_seen": known.last_seen.isoformat(),
                    "times": known.times,
                    "listed_in": sorted(known.listed_in),
                    "joined": reason,
                }
                for known, reason in self.entries
            ],
            "dates": [
                {
                    "date": c.found.date.isoformat(),
                    "precision": c.found.precision,
                    "origin": c.found.origin,
                    "raw": c.found.raw,
                    "place": c.place,
                    "digest": c.digest,
                }
                for c in self.dates
            ],
            "verdict": self.verdict,
            "date_order": self.order,
            "possibly_same": list(self.possibly_same),
        }


def explain(store: Store, resolved: ResolvedPost) -> Evidence:
    """The evidence for a post, read again from its entries with the facts of the last resolve. Raises StoreError."""
    post = resolved.post
    entries = tuple(store.entries_of(post.source, post.id))
    facts = {scope: Facts.from_json(plain) for scope, plain in store.facts(post.source).items()}
    readings = [read_entry(known) for known, _ in entries]
    for reading in readings:
        facts.setdefault(scope_of(reading), Facts())
    made = make_post(Cluster([witness(reading, facts) for reading in readings]), facts)
    return Evidence(
        entries=entries,
        dates=made.dates,
        verdict=_verdict(made.dates),
        order=_order(facts[scope_of(readings[0])]),
        possibly_same=resolved.possibly_same,
    )


def _verdict(dates: tuple[DateCandidate, ...]) -> str:
    if not dates:
        return "no entry holds a date"
    won = dates[0].found
    if all(other.found.date == won.date for other in dates):
        return f"every date found says {won.date}"
    weaker = [o for o in ORIGINS if any(c.found.origin == o for c in dates) and o != won.origin]
    if not weaker:
        return f"of several {won.origin} dates, the one of the entry that gives the text"
    return f"a date in the {won.origin} counts before one from {', '.join(weaker)}"


def _order(facts: Facts) -> str:
    if facts.order_from == "evidence":
        return f"{facts.date_order}, settled by {', '.join(repr(e) for e in facts.order_evidence)}"
    if facts.order_from == "configuration":
        return f"{facts.date_order}, as configured"
    return f"{facts.date_order}, assumed: nothing in this source settles it"
