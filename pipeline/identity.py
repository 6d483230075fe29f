"""The keys by which a post is known, and the ids made of them."""

from __future__ import annotations

import hashlib
import json

from .cluster import platform_ids
from .dates import date_readings, is_relative
from .reading import DateCandidate, Reading
from .zones import possible_days

Key = tuple[str, ...]


def post_id(key: Key) -> str:
    """The id of a key: 16 hex digits of its SHA-256 (64 bits: at a million posts, a collision in 4 of 10^8 corpora)."""
    packed = json.dumps(key, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode("ascii")).hexdigest()[:16]


def hashed(*parts: str) -> int:
    """64 bits of the SHA-256 of some strings, as a signed integer (which is what databases keep)."""
    packed = json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return int.from_bytes(hashlib.sha256(packed).digest()[:8], "big", signed=True)


Version = tuple[str, tuple[str, ...]]
"""What a full post says, title and text, as comparable words: another version is an edit."""


def version(reading: Reading) -> Version:
    """The version that an entry shows."""
    return reading.key, tuple(reading.words)


def said(reading: Reading) -> int:
    """The hash of the version that an entry shows."""
    return hashed(reading.key, *reading.words)


def permalink_key(permalink: str) -> Key:
    """The strongest key: a canonical address."""
    return ("permalink", permalink)


def platform_key(platform_id: str) -> Key:
    """The id that the blog's own software gave."""
    return ("platform", platform_id)


def title_date_key(source: str, title: str, day: str) -> Key:
    """A title on a day (ISO 8601) within one source."""
    return ("title-date", source, title, day)


def title_text_key(source: str, title: str, text: list[str]) -> Key:
    """A title over a text within one source; the text as its words, so that markup makes no difference."""
    return ("title-text", source, title, hashlib.sha256(" ".join(text).encode("utf-8", "replace")).hexdigest())


def entry_key(digest: str) -> Key:
    """The key of last resort, for a record that shares all its others: the entry itself."""
    return ("entry", digest)


def names_a_day(candidate: DateCandidate) -> bool:
    """Whether a date can be part of a key: exact to the day, and the same day whenever it is read."""
    return candidate.found.precision in {"instant", "day"} and not is_relative(candidate.found.raw)


def entry_keys(reading: Reading, candidates: list[DateCandidate]) -> list[Key]:
    """Every key of an entry, strongest first.

    A numeric date gives a key for each way to read it, and a moment in UTC for each day that it can be on the blog's
    calendar, so that an id survives when the blog's date order or time zone becomes known.
    "3 days ago" gives none: it is another date on another day. Without a title a day gives none: many posts share it.
    """
    entry = reading.known.entry
    keys = [permalink_key(a) for a in sorted(reading.addresses, key=lambda a: (a != reading.permalink, a))]
    keys += [platform_key(name) for name in sorted(platform_ids(reading))]
    days: dict[str, None] = {}
    for candidate in candidates:
        if names_a_day(candidate):
            days[candidate.found.date.isoformat()] = None
            for other in (*date_readings(candidate.found.raw), *possible_days(candidate.found.raw)):
                days[other.isoformat()] = None
    if reading.key:
        keys.extend(title_date_key(entry.source, reading.key, day) for day in days)
    keys.append(title_text_key(entry.source, reading.key, reading.words))
    return keys
