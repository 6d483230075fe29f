"""What the crawler keeps of an archive and of a source from one run to the next, as plain JSON values in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self

from ..pipeline.records import Channel
from .clocks import last_modified
from .report import ArchiveReport

SOURCE = ""
"""The key, in place of an archive's address, under which the state of the source itself is kept."""

FIRST_RETRY = timedelta(minutes=30)
LAST_RETRY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What an answer said of its version (RFC 9110, 8.8): its entity tag and its date, in its own words."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """The conditional headers of the next request.

        A weak tag is not sent where a date will do: servers that compress on their way weaken a tag and then don't
        know it again, and where a tag is sent the date is not looked at (RFC 9110, 13.1.3).
        """
        if self.last_modified and (not self.etag or self.etag.startswith("W/")):
            return {"If-Modified-Since": self.last_modified}
        both = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in both.items() if value}

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Those of an answer, from its headers with lower-case names."""
        return cls(etag=headers.get("etag", "")[:500], last_modified=last_modified(headers))

    @classmethod
    def by_url(cls, url: str, headers: Mapping[str, str]) -> dict[str, Self]:
        """Those of an answer as a state keeps them: under its address, or none where the answer has none."""
        said = cls.of(headers)
        return {url: said} if said.headers() else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A sweep that was not finished: when it began (ISO 8601), through which channel, and where it goes on.

    `reader` is the state of the channel's reader, `next_url` the next listing page; `read` says that the archive was
    read to its end, and only its posts' own pages are left. `guests` are the keys of teasers that stand on every page,
    `holes` the pages that could not be had, `first` what the archive's first page promised (see `sweep_walk`). `tried`
    says what was wrong with other channels, and `closed` what kept the first page away: an error's type and message.
    """

    began: str
    channel: Channel | None = None
    next_url: str | None = None
    reader: dict[str, Any] = field(default_factory=dict)
    pages: int = 0
    guests: tuple[str, ...] = ()
    holes: tuple[str, ...] = ()
    first: dict[str, Any] = field(default_factory=dict)
    read: bool = False
    tried: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


_TUPLES = ("guests", "holes", "tried", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveState:
    """What is known of one archive.

    `channel` … `bounded` are those of its last `ArchiveReport`. `swept` says when its last finished sweep began,
    `checked` when it was last read with success, both as ISO 8601 in UTC. `listed` counts the posts that it is known
    to list, `reader` is the state of its channel's reader, `archive` what the first page said of it (the fields of
    `Archive`), `validators` those of the first page, by address. `holes` are listing pages that could not be had when
    all others could, and are asked for by every refresh; `bound` the ``max_pages`` at which the sweep stopped, 0 for
    none; `latest` when a post was last changed, as the site says (REST's ``modified_gmt``, as ISO 8601 in UTC);
    `depth` how many pages a refresh read that did not come to its end.
    """

    channel: Channel | None = None
    why: str = ""
    held: int = 0
    stated: int | None = None
    stated_by: str = ""
    complete: bool = False
    bounded: bool = False
    listed: int = 0
    checked: str = ""
    swept: str = ""
    reader: dict[str, Any] = field(default_factory=dict)
    archive: dict[str, Any] = field(default_factory=dict)
    validators: dict[str, Validators] = field(default_factory=dict)
    holes: tuple[str, ...] = ()
    bound: int = 0
    latest: str = ""
    depth: int = 0
    sweep: Sweep | None = None

    @classmethod
    def of_report(cls, report: ArchiveReport, **more: Any) -> Self:
        """The state with what a report says, and `more` fields."""
        return cls(**{name: getattr(report, name) for name in _REPORTED}, **more)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, those of the state itself: to be written, not to be changed."""
        # Kept after every page; asdict() copies all that is in it, one level after the other.
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["validators"] = {url: asdict(said) for url, said in self.validators.items()}
        plain["sweep"] = self.sweep and {name: getattr(self.sweep, name) for name in self.sweep.__slots__}
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`; keys of another version are left out."""
        known = {f.name: plain[f.name] for f in fields(cls) if f.name in plain}
        sweep = known.get("sweep")
        if sweep:
            kept = {f.name: sweep[f.name] for f in fields(Sweep) if f.name in sweep}
            known["sweep"] = Sweep(**kept | {name: tuple(kept.get(name, ())) for name in _TUPLES})
        known["holes"] = tuple(known.get("holes", ()))
        known["validators"] = {url: Validators(**said) for url, said in known.get("validators", {}).items()}
        return cls(**known)


_REPORTED = tuple(f.name for f in fields(ArchiveReport) if f.name in {g.name for g in fields(ArchiveState)})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a source: what was missing when it was last read, and how often in a row it failed.

    `unavailable` holds the canonical addresses of posts that could not be had in full, with why: they are asked for
    again by the next sweep. `retry_at` (ISO 8601, UTC) is when a refresh tries a failing source again. `doubted` counts
    the posts that had left the blog by its last sweep and were too many to believe; the next one looks again.
    """

    missing: tuple[str, ...] = ()
    unavailable: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    retry_at: str = ""
    doubted: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`; keys of another version are left out."""
        known = {f.name: plain[f.name] for f in fields(cls) if f.name in plain}
        known["missing"] = tuple(known.get("missing", ()))
        return cls(**known)


def retry_after(failures: int) -> timedelta:
    """How long a source is left alone that failed so many times in a row: half an hour, doubled, at most a day."""
    return min(FIRST_RETRY * 2 ** min(failures - 1, 10), LAST_RETRY) if failures > 0 else timedelta(0)


def moment(stamped: str) -> datetime | None:
    """The aware moment of an ISO 8601 string, None for an empty one."""
    return datetime.fromisoformat(stamped) if stamped else None
