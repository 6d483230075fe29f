"""Entries taken for one post, with all that they say together, and what speaks for or against two being one."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal

from .facts import SAVED
from .reading import DateCandidate, Dates, Reading, dates_by_origin
from .records import ORIGINS, Origin, PublishedDate
from .text import proves_a_head, run_together
from .urls import blog_of, numbered_post

ALONE = "the first evidence of this post"

NEAR = timedelta(days=2)
"""Dates of different kinds may lie this far apart for one post: posted on the eve, another time zone."""

Agreement = Literal["equal", "alike", "unknown", "differ"]
"""Equal by dates of one kind; alike by dates of two kinds; unknown where a date is missing or two kinds are near."""


@dataclass
class Witness:
    """An entry in the making of a post: its reading, its date candidates, and why it joined the others."""

    reading: Reading
    candidates: list[DateCandidate]
    reason: str = ALONE
    dates: Dates = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dates = dates_by_origin(self.candidates)

    @property
    def digest(self) -> str:
        """The digest of the entry."""
        return self.reading.known.digest

    @cached_property
    def text(self) -> tuple[str, str, bool]:
        """Title and text in the forms in which they are compared, and whether the text can be the head of another."""
        reading = self.reading
        return reading.key, run_together(reading.words), not reading.is_content and proves_a_head(reading.words)


def platform_ids(reading: Reading) -> set[str]:
    """The names that the blog's software has for a post; WordPress's ``/?p=17`` is one, wherever it stands."""
    named = {number for address in reading.addresses if (number := numbered_post(address))}
    return named | {reading.known.entry.platform_id} if reading.known.entry.platform_id else named


def saved_from(reading: Reading) -> str:
    """The blog that an entry of the source ``saved`` comes from, if it says so; elsewhere the source is the blog."""
    entry = reading.known.entry
    if entry.source != SAVED:
        return ""
    return blog_of(entry.permalink or "") or blog_of(entry.page_url or "")


class Cluster:
    """Entries that are one post, with what they say together.

    `permalinks` are the canonical addresses, `own` those that an entry gives as its permalink (the others come from
    rel=canonical and redirects); `rivals` are digests of entries that may tell of the same post.
    """

    def __init__(self, witnesses: Iterable[Witness]) -> None:
        self.witnesses = sorted(witnesses, key=lambda w: w.digest)
        readings = [w.reading for w in self.witnesses]
        self.own = {r.permalink for r in readings if r.permalink}
        self.permalinks = {a for r in readings for a in r.addresses}
        self.platform_ids = {p for r in readings for p in platform_ids(r)}
        self.titles = {r.key for r in readings}
        self.blogs = {blog for r in readings if (blog := saved_from(r))}
        self.rivals: set[str] = set()
        self.contested = False

    @classmethod
    def of(cls, clusters: Iterable[Cluster], reason: str) -> Cluster:
        """One cluster of several; every entry but those of the best known is marked with the reason."""
        parts = sorted(clusters, key=lambda c: (-len(c.permalinks), -len(c.witnesses), c.name))
        for part in parts[1:]:
            for witness in part.witnesses:
                if witness.reason == ALONE:
                    witness.reason = reason
        whole = cls(w for part in parts for w in part.witnesses)
        # An address that was found to name several posts stays out.
        whole.permalinks = {a for part in parts for a in part.permalinks}
        whole.rivals = {r for part in parts for r in part.rivals}
        whole.contested = any(part.contested for part in parts)
        return whole

    @property
    def name(self) -> str:
        """A name that depends on nothing but the entries: the smallest digest."""
        return self.witnesses[0].digest

    @property
    def is_weak(self) -> bool:
        """Whether neither an address nor the blog's software names the post."""
        return not self.permalinks and not self.platform_ids

    @cached_property
    def dates(self) -> dict[Origin, set[date]]:
        """The days of each origin."""
        dates: defaultdict[Origin, set[date]] = defaultdict(set)
        for witness in self.witnesses:
            for origin, day in witness.dates.items():
                dates[origin].add(day)
        return dict(dates)

    @cached_property
    def days(self) -> frozenset[date]:
        """Every day that an entry gives, of whatever origin."""
        return frozenset().union(*self.dates.values())

    @cached_property
    def instants(self) -> frozenset[datetime]:
        """Every moment that an entry gives."""
        return frozenset(c.found.instant for w in self.witnesses for c in w.candidates if c.found.instant)

    @cached_property
    def spans(self) -> list[tuple[date, date]]:
        """The months and years that entries give; none if the entries' own days lie outside."""
        spans = sorted({span for w in self.witnesses for c in w.candidates if (span := _span(c.found))})
        return spans if all(low - NEAR <= day <= high + NEAR for day in self.days for low, high in spans) else []

    @cached_property
    def texts(self) -> frozenset[tuple[str, str, bool]]:
        """Each `Witness.text` once."""
        return frozenset(w.text for w in self.witnesses)

    @cached_property
    def profile(self) -> Hashable:
        """All that `may_join` and `agreement` look at, so that clusters which say the same are compared once."""
        dates = tuple((o, *sorted(self.dates[o])) for o in ORIGINS if o in self.dates)
        return (
            frozenset(self.permalinks),
            frozenset(self.platform_ids),
            frozenset(self.blogs),
            dates,
            self.instants,
            tuple(self.spans),
        )

    def may_join(self, other: Cluster) -> bool:
        """Whether nothing speaks against one post: no two addresses, platform ids or blogs, no two dates of a kind."""
        if self.permalinks and other.permalinks and not self.permalinks & other.permalinks:
            return False
        if self.platform_ids and other.platform_ids and not self.platform_ids & other.platform_ids:
            return False
        if self.blogs and other.blogs and not self.blogs & other.blogs:
            return False
        return self.agreement(other) != "differ"

    def agreement(self, other: Cluster) -> Agreement:
        """How the dates compare, like with like: a title's with a title's, and only then one kind with another.

        A post whose date was corrected holds both; either is equal to its like. Two days of one kind that are one
        moment, told in two time zones, do not differ. Kinds contradict each other where they lie over two days apart.
        """
        if not self.dates or not other.dates:
            return "unknown" if self._spans_hold(other) and other._spans_hold(self) else "differ"
        for origin in ORIGINS:
            if origin in self.dates and origin in other.dates:
                if self.dates[origin] & other.dates[origin]:
                    return "equal"
                return "unknown" if self.instants & other.instants else "differ"
        mine, theirs = (next(c.dates[o] for o in ORIGINS if o in c.dates) for c in (self, other))
        if mine & theirs:
            return "alike"
        return "unknown" if min(abs(a - b) for a in mine for b in theirs) <= NEAR else "differ"

    def _spans_hold(self, other: Cluster) -> bool:
        """Whether the months and years of this one fit what the other says."""
        if other.days:
            return all(any(low - NEAR <= day <= high + NEAR for day in other.days) for low, high in self.spans)
        return all(low <= end and start <= high for low, high in self.spans for start, end in other.spans)

    def heads(self, other: Cluster) -> bool:
        """Whether an excerpt of one stands at the head of a text of the other, or they tell the very same text.

        A full text at the head of a longer one is no evidence: without an address, an undated edit is a second record.
        """
        return any(
            a[0] == b[0] and a[1] and b[1] and (a[1] == b[1] or _begins(a, b) or _begins(b, a))
            for a in self.texts
            for b in other.texts
        )


def _span(found: PublishedDate) -> tuple[date, date] | None:
    """The first and the last day of a month or a year; None for a date that is exact to the day."""
    first = found.date
    if found.precision == "month":
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    return (first, first.replace(month=12, day=31)) if found.precision == "year" else None


def _begins(head: tuple[str, str, bool], whole: tuple[str, str, bool]) -> bool:
    return head[2] and whole[1].startswith(head[1])
