"""Dates in HTTP headers, read with the doubt that other people's clocks deserve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_date(value: str) -> datetime | None:
    """The moment that a header names (RFC 9110, 5.6.7), None for what is no date."""
    try:
        moment = parsedate_to_datetime(value.strip()[:100])
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def last_modified(headers: Mapping[str, str], *, now: datetime | None = None) -> str:
    """The Last-Modified of an answer as it stands; empty where it lies behind the answer's own date.

    A date of tomorrow would have the site answer "not modified" until then (RFC 9110, 8.8.2.1, forbids it to servers).
    Where the answer has no date, it came `now`. Names of `headers` are in lower case.
    """
    said = headers.get("last-modified", "")[:100]
    moment = http_date(said)
    answered = http_date(headers.get("date", "")) or now or datetime.now(UTC)
    return said if moment is not None and moment <= answered else ""
