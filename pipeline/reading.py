"""One entry read: its title without the date, its address, its lines and its date candidates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from .dates import parse_date, split_dated_title, url_date
from .furniture import without_buttons, without_credit, without_protection
from .html import inline_text
from .records import ORIGINS, DateOrder, KnownEntry, Origin, PublishedDate, RawDate
from .text import body_lines, strip_read_more, title_key, words
from .urls import canonical_permalink, is_web_address, names_a_post
from .zones import AS_WRITTEN, Clock


@dataclass(frozen=True)
class Reading:
    """An entry with what can be said of it alone, before anything is known of its source.

    `title` is one clean line, `bare_title` the same without a date at its end, `key` the form in which titles are
    compared; `permalink` is canonical, `addresses` holds it and every other canonical address of the post; `lines`
    are the body's clean lines without a trailing "Read more", closing lines and signatures still in.
    """

    known: KnownEntry
    title: str
    bare_title: str
    key: str
    permalink: str | None
    addresses: frozenset[str]
    lines: tuple[str, ...]

    @property
    def is_content(self) -> bool:
        """Whether the entry carries the full post."""
        return self.known.entry.form == "content" and bool(self.lines)

    @cached_property
    def words(self) -> list[str]:
        """The words of the body, in the form in which texts are compared."""
        return words(" ".join(self.lines))

    @property
    def date_tail(self) -> str:
        """What the title carries behind itself: a separator and a date, or nothing."""
        return self.title[len(self.bare_title) :]


def read_entry(known: KnownEntry) -> Reading:
    """Read one entry. Pure: the same entry always reads the same."""
    entry = known.entry
    title, lines = without_protection(inline_text(entry.title), body_lines(entry.body, entry.body_type), entry)
    bare, _ = split_dated_title(title)
    lines = without_buttons(without_credit(lines, entry, title))
    if lines and entry.form == "summary":
        last, _ = strip_read_more(lines[-1])
        lines = [*lines[:-1], last] if last else lines[:-1]
    addresses = [entry.permalink, *entry.also_at]
    canonical = [c for a in addresses if a and is_web_address(a) and names_a_post(c := canonical_permalink(a))]
    own = canonical_permalink(entry.permalink) if entry.permalink else None
    return Reading(
        known=known,
        title=title,
        bare_title=bare,
        key=title_key(bare),
        permalink=own if own in canonical else None,
        addresses=frozenset(canonical),
        lines=tuple(lines),
    )


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date that an entry offers, with the entry's digest and the place on the page where it stood."""

    found: PublishedDate
    digest: str
    place: str


def date_candidates(
    reading: Reading, order: DateOrder, clock: Clock = AS_WRITTEN, languages: tuple[str, ...] = ()
) -> list[DateCandidate]:
    """Every date that an entry offers, strongest origin first.

    Dates after the page was fetched (plus a day, for time zones) are none.
    """
    known, found = reading.known, []
    entry = known.entry
    _, in_title = split_dated_title(reading.title, order=order)
    if in_title:
        found.append(DateCandidate(in_title, known.digest, "title"))
    in_url = url_date(entry.permalink) if entry.permalink else None
    addressed = in_url.date if in_url and in_url.precision == "day" else None
    for raw in entry.dates:
        parsed = parse_date(raw.text, order=order, reference=known.first_seen, languages=languages or None)
        parsed = parsed or _with_year(raw, entry.permalink, order, languages)
        if parsed:
            own = replace(parsed, origin=raw.origin)
            found.append(DateCandidate(clock.moved(own, raw, addressed), known.digest, raw.place))
    if in_url and not any(c.found.origin == "url" for c in found):
        found.append(DateCandidate(in_url, known.digest, "permalink"))
    latest = (known.first_seen + timedelta(days=1)).date()
    return sorted((c for c in found if c.found.date <= latest), key=_strength)


def _with_year(
    raw: RawDate, permalink: str | None, order: DateOrder, languages: tuple[str, ...]
) -> PublishedDate | None:
    """A label without its year (``Dec 04``), read with the year of an address that spells that very month."""
    spelled = url_date(permalink) if permalink and raw.origin == "label" and len(raw.text) <= _SHORT_LABEL else None
    if spelled is None or not any(sign.isdigit() for sign in raw.text):
        return None
    whole = parse_date(f"{raw.text} {spelled.date.year}", order=order, languages=languages or None)
    if whole is None or whole.precision != "day" or whole.date.replace(day=1) != spelled.date.replace(day=1):
        return None
    if spelled.precision == "day" and spelled.date != whole.date:
        return None
    return replace(whole, raw=raw.text)


_SHORT_LABEL = 60
_PRECISIONS = {"instant": 0, "day": 1, "month": 2, "year": 3}


def _strength(candidate: DateCandidate) -> tuple[int, int]:
    # A month in the URL is weaker than any day, but origins come first: a blog's own words beat its machinery.
    return ORIGINS.index(candidate.found.origin), _PRECISIONS[candidate.found.precision]


Dates = dict[Origin, date]


def dates_by_origin(candidates: list[DateCandidate]) -> Dates:
    """The first date of each origin that is exact to the day."""
    dates: Dates = {}
    for candidate in candidates:
        if candidate.found.precision in {"instant", "day"}:
            dates.setdefault(candidate.found.origin, candidate.found.date)
    return dates


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
