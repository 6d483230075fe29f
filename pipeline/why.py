"""The evidence behind one post: its entries, why each was joined, and the dates that were weighed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .clusters import Cluster
from .facts import Facts, body_text, scope_of
from .merge import make_post
from .reading import DateCandidate, Reading, read_entry
from .records import ORIGINS, KnownEntry, Post
from .resolver import witness
from .store.protocol import ResolvedPost, Store
from .zones import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A title and full text that the blog showed for a post, and between which moments it was seen."""

    title: str
    text: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a post: `entries` with why each joined, earliest first; `dates`, the winner first.

    `verdict` says in a sentence why the date is what it is, `order` where day and month come from, `zone` which clock
    makes days of moments told in UTC, and whether it is known or assumed; `bounds` says
    between which days an undated post was published, by the order of the listings that show it (empty where nothing
    is known). `revisions` are the full texts that the post had besides its own, with when each was seen, latest first.
    """

    entries: tuple[tuple[KnownEntry, str], ...]
    dates: tuple[DateCandidate, ...]
    verdict: str
    order: str
    zone: str
    possibly_same: tuple[str, ...]
    bounds: str = ""
    revisions: tuple[Revision, ...] = ()

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
            "time_zone": self.zone,
            "possibly_same": list(self.possibly_same),
            "bounds": self.bounds,
            "revisions": [
                {
                    "title": revision.title,
                    "text": revision.text,
                    "first_seen": revision.first_seen.isoformat(),
                    "last_seen": revision.last_seen.isoformat(),
                }
                for revision in self.revisions
            ],
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
        zone=_zone(facts[scope_of(readings[0])], made.dates),
        possibly_same=resolved.possibly_same,
        bounds=_bounds(post),
        revisions=_revisions(readings, facts, post),
    )


def _bounds(post: Post) -> str:
    """The bounds as a person would say them."""
    if post.not_before and post.not_after:
        return f"not before {post.not_before} and not after {post.not_after}, by listing order"
    if post.not_before or post.not_after:
        side, day = ("before", post.not_before) if post.not_before else ("after", post.not_after)
        return f"not {side} {day}, by listing order"
    return ""


def _revisions(readings: list[Reading], facts: Mapping[str, Facts], post: Post) -> tuple[Revision, ...]:
    seen: defaultdict[tuple[str, str], list[KnownEntry]] = defaultdict(list)
    for reading in readings:
        text, _ = body_text(reading, facts[scope_of(reading)])
        if reading.is_content and text != post.text:
            seen[reading.bare_title, text].append(reading.known)
    revisions = [
        Revision(
            title=title,
            text=text,
            first_seen=min(k.first_seen for k in known),
            last_seen=max(k.last_seen for k in known),
        )
        for (title, text), known in seen.items()
    ]
    return tuple(sorted(revisions, key=lambda r: (r.last_seen, r.text), reverse=True))


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


def _zone(facts: Facts, dates: tuple[DateCandidate, ...]) -> str:
    """Which clock makes days of moments in UTC; where it is assumed, what that means for this post's date."""
    clock, told = facts.clock, ", ".join(repr(raw) for raw in facts.zone_evidence)
    instant = dates[0].found.instant if dates else None
    in_utc = instant if instant and not instant.utcoffset() and dates[0].found.origin != "rest" else None
    if facts.zone_from == "configuration":
        return f"{clock.zone}, as configured"
    if facts.zone_from == "assumption":
        told_so = f"; {dates[0].found.date} is the day in UTC" if in_utc else ""
        return f"UTC, assumed: nothing in this source shows the blog's own{told_so}"
    if clock.zone:
        return f"as in {clock.zone}, from {told}"
    if clock.bounds:
        return _bounded(clock, told, in_utc, dates)
    offsets = sorted({minutes for minutes, _ in clock.offsets})
    names = " or ".join(map(_signed, offsets))
    if len(offsets) > 1:
        return f"{names}, whichever was seen nearest in the year, from {told}"
    near = {clock.day(in_utc + timedelta(hours=hour)) for hour in (-1, 0, 1)} if in_utc else set()
    doubt = "; summer time, if there is any, could make it another day" if len(near) > 1 else ""
    return f"{names}, from {told}{doubt}"


def _bounded(clock: Clock, told: str, in_utc: datetime | None, dates: tuple[DateCandidate, ...]) -> str:
    """What the days that the blog writes leave possible, and whether that is one day for this post."""
    shown = f"from days that the blog writes beside its feed's moments: {told}"
    if not in_utc or not clock.bounds:
        return f"inferred {shown}"
    least, greatest = map(_signed, clock.bounds)
    between, day = f"between {least} and {greatest}", dates[0].found.date
    if clock.days(in_utc) == (day,):
        return f"{between}, inferred {shown}; {day} is the day with all of them"
    if any(c.found.origin == "url" and c.found.precision == "day" and c.found.date == day for c in dates):
        return f"{between}, inferred {shown}; that leaves more than one day, and {day} is the one in its address"
    taken = "UTC" if clock.may_be_utc else f"{_signed(clock.bounds.middle)}, the middle"
    return f"{taken}, assumed: {between}, inferred {shown}; that leaves more than one day, and {day} is the day with it"


def _signed(minutes: int) -> str:
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
