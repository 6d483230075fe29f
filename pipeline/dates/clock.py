"""A moment seen on the blog's own calendar: `local_date`."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def local_date(instant: datetime, time_zone: str | None) -> date:
    """The calendar date of a moment in an IANA time zone ("America/New_York").

    Without a zone, with an unknown one, or for a naive moment: the date as it is written.
    """
    zone = _zone(time_zone) if time_zone and instant.tzinfo is not None else None
    if zone is None:
        return instant.date()
    try:
        return instant.astimezone(zone).date()
    except (OverflowError, ValueError):
        return instant.date()


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name; a folder of names
        return None
