"""What each entry contributes to the facts of its source, and the facts that contributions add up to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .dates import date_readings, parse_date, settles_order, split_dated_title
from .facts import DEFAULT_ORDER, Facts, scope_of, scope_of_entry
from .html import inline_text
from .labels import categories_shown, labels_shown
from .listing_order import order_of_listing
from .reading import Reading
from .records import DateOrder, Entry, Source
from .written_days import days_on_pages, days_shown, labels_on_page, latest_pairs, moment_fed, pairs_of
from .zones import Clock, ZoneFact, offsets_shown, zone_shown

RECURS = 3
"""A line counts as a closing line, a name as a signature, once this many differently titled posts carry it."""

TAIL = 6
"""How many of a post's last lines may be closing lines (the archive that this was measured on has up to two)."""

# `-- name` at a line's end, or a dash and a name alone on a line: one to four words that begin with a letter.
_NAME = r"[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,3}"
_SIGNED = re.compile(rf"(?:(?:^|\s)--\s*|^[–—―]\s*)({_NAME})\s*$")


@dataclass(frozen=True, slots=True)
class Tally:
    """One entry's contribution: dates that settle the order or show an offset, last lines, and names that sign.

    `votes` are (order, the date as written) pairs, `offsets` those of `offsets_shown`, `days_shown` and `labels_shown`,
    `tail` the lines that may be closing lines, `names` those that may be signatures; `title` is the key by which
    differently titled posts are told apart. Where an entry has the `address` of a post, `fed` is the moment that it
    gives as a feed's, and `labels` are the dates that it writes as a page's: another entry may have the other.
    """

    scope: str
    title: str
    votes: tuple[tuple[DateOrder, str], ...] = ()
    tail: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    offsets: tuple[tuple[str, str], ...] = ()
    address: str | None = None
    fed: tuple[datetime, str] | None = None
    labels: tuple[str, ...] = ()


def tally(reading: Reading) -> Tally:
    """The contribution of one entry. Pure."""
    entry = reading.known.entry
    kept, names = [], []
    for line in reading.lines:
        signed = _SIGNED.search(line[-120:])
        if signed:
            names.append(signed[1])
            line = line[: line.rindex(signed[0].strip())].strip()
        if line:
            kept.append(line)
    return Tally(
        scope=scope_of(reading),
        title=reading.key,
        votes=tuple(dict.fromkeys(_votes(reading))),
        tail=tuple(dict.fromkeys(kept[-TAIL:])) if reading.is_content else (),
        names=tuple(dict.fromkeys(names)),
        offsets=(
            *offsets_shown(entry.dates),
            *days_shown(entry.dates, entry.permalink, reading.title),
            *labels_shown(entry),
        ),
        address=reading.permalink,
        fed=moment_fed(entry.dates) if entry.layout == "feed" else None,
        labels=labels_on_page(entry.layout, entry.dates),
    )


def listing_vote(shown: Sequence[Entry]) -> tuple[str, DateOrder, str] | None:
    """The scope, and the order of day and month that a listing's own entries (from the top) settle by being sorted.

    The third value quotes the dates. None where the order of the listing settles nothing.
    """
    raws = [raw for raw in map(_written_day, shown) if raw]
    order = order_of_listing(raws)
    return (scope_of_entry(shown[0]), order, f"the order of {', '.join(raws[:4])}") if order else None


def _written_day(entry: Entry) -> str | None:
    title = inline_text(entry.title)
    bare, in_title = split_dated_title(title)
    if in_title:
        return title[len(bare) :].strip(" -–—")
    return next((d.text for d in entry.dates if d.origin == "label"), None)


def _votes(reading: Reading) -> Iterable[tuple[DateOrder, str]]:
    """A value above 12 settles the order, and so does an unmistakable date beside one that can be read in two ways."""
    known = reading.known
    # The title's own tail first: it is what most posts have, and all that some have.
    labels = [d.text for d in known.entry.dates]
    raws = [raw for raw in (reading.date_tail, *labels) if raw]
    sure = set()
    for raw in raws:
        order = settles_order(raw, reference=known.first_seen, by_weekday=raw in labels)
        if order:
            yield order, raw
        days = date_readings(raw)
        if len(days) == 1:
            sure.add(days[0])
        elif not days and (found := parse_date(raw)) and found.precision in {"instant", "day"}:
            sure.add(found.date)
    for raw in raws:
        if len(date_readings(raw)) == 2 and len(sure & set(date_readings(raw))) == 1:
            day_of: dict[DateOrder, object] = {o: f.date for o in _ORDERS if (f := parse_date(raw, order=o))}
            agreed = [order for order, day in day_of.items() if day in sure]
            if len(agreed) == 1:
                yield agreed[0], f"{raw} beside {min(sure & set(date_readings(raw)))}"


_ORDERS: tuple[DateOrder, ...] = ("MDY", "DMY")


@dataclass(slots=True)
class Totals:
    """Contributions of one scope added up in memory."""

    votes: defaultdict[DateOrder, set[str]] = field(default_factory=lambda: defaultdict(set))
    listings: defaultdict[DateOrder, set[str]] = field(default_factory=lambda: defaultdict(set))
    tails: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    offsets: dict[str, str] = field(default_factory=dict)
    beside: set[str] = field(default_factory=set)

    def add(self, one: Tally) -> None:
        """Count an entry in."""
        for order, raw in one.votes:
            self.votes[order].add(raw)
        for line in one.tail:
            self.tails[line].add(one.title)
        for name in one.names:
            self.names[name].add(one.title)
        for name, raw in one.offsets:
            self.offsets[name] = min(raw, self.offsets.get(name, raw))

    def facts(self, source: Source) -> Facts:
        """The facts of the scope."""
        return facts_from(
            {order: sorted(raws) for order, raws in (self.votes or self.listings).items()},
            (line for line, titles in self.tails.items() if len(titles) >= RECURS),
            (name for name, titles in self.names.items() if len(titles) >= RECURS),
            self.offsets,
            source,
            lambda: latest_pairs(self.beside),
        )


def facts_from(
    votes: Mapping[DateOrder, list[str]],
    closing: Iterable[str],
    signatures: Iterable[str],
    offsets: Mapping[str, str],
    source: Source,
    beside: Callable[[], Iterable[str]] = tuple,
) -> Facts:
    """Facts from what recurs and what was voted; the votes' examples come sorted.

    One value above 12 settles the order for the whole source; contradicting values settle nothing. A configured time
    zone counts before any that the dates show. `beside` gives the pairs of `latest_pairs`; it is asked where nothing
    else tells the blog's clock.
    """
    order, order_from = DEFAULT_ORDER, "assumption"
    evidence: tuple[str, ...] = ()
    if len(votes) == 1:
        ((order, examples),) = votes.items()
        order_from, evidence = "evidence", tuple(raw.strip(" -–—") for raw in examples[:3])
    elif source.date_order:
        order, order_from = source.date_order, "configuration"

    def on_pages() -> dict[str, str]:
        return days_on_pages(beside(), order, source.languages, settled=order_from != "assumption")

    zone = ZoneFact(Clock(source.time_zone)) if source.time_zone else zone_shown(offsets, on_pages)
    zone_from = "configuration" if source.time_zone else "evidence" if zone.evidence else "assumption"
    return Facts(
        date_order=order,
        order_from=order_from,
        order_evidence=evidence,
        closing_lines=frozenset(closing),
        signatures=frozenset(signatures),
        clock=zone.clock,
        zone_from=zone_from,
        zone_evidence=zone.evidence,
        categories=categories_shown(offsets),
        languages=source.languages,
    )


def source_facts(
    readings: Iterable[Reading], source: Source, listings: Iterable[Sequence[Entry]] = ()
) -> dict[str, Facts]:
    """The facts of each scope of a source, from all its entries at once.

    `listings` are the entries that each listing page shows as its own, from top to bottom; their order counts only
    where no date settles by itself which of day and month comes first.
    """
    totals: defaultdict[str, Totals] = defaultdict(Totals)
    fed: list[Tally] = []
    labels: defaultdict[str | None, set[str]] = defaultdict(set)
    for reading in readings:
        one = tally(reading)
        totals[one.scope].add(one)
        fed += [one] if one.fed else []
        labels[one.address].update(one.labels)
    for one in fed:
        if one.fed and one.address:
            totals[one.scope].beside.update(pairs_of(one.address, one.fed, labels.get(one.address, ())))
    for vote in filter(None, map(listing_vote, listings)):
        totals[vote[0]].listings[vote[1]].add(vote[2])
    return {scope: counted.facts(source) for scope, counted in totals.items()}
