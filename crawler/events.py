"""What passes between crawl() and its child process: a job as JSON on stdin, events as JSON lines on stdout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..pipeline.records import Channel, Source

TIMEOUT = 30.0
"""Seconds that a page may take."""

MAX_SECONDS = 6 * 3600.0
"""Seconds that a run may take: at one request a second, a listing as long as any can be. The next run goes on."""

BACKOFF = 1.0
"""Seconds before the first repeated try; doubled for each further one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the child process is to do; `delay`, `backoff`, `timeout` and `max_seconds` are in seconds."""

    home: str
    sources: tuple[Source, ...]
    full: bool
    max_pages: int | None
    delay: float | None
    backoff: float
    timeout: float
    channel: Channel | None = None
    accept_loss: bool = False
    max_seconds: float = MAX_SECONDS

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Job:
        """The reverse of `to_json`."""
        plain: list[dict[str, Any]] = [
            {k: tuple(v) if isinstance(v, list) else v for k, v in source.items()} for source in values["sources"]
        ]
        return cls(**{**values, "sources": tuple(Source(**source) for source in plain)})


def time_is_over(seconds: float) -> str:
    """Why a source ended before its end, where it was the run's time."""
    size, unit = next(
        ((size, unit) for size, unit in ((3600, "hour"), (60, "minute")) if seconds >= size and not seconds % size),
        (1, "second"),
    )
    length = f"{seconds / size:g} {unit}{'' if seconds == size else 's'}"
    return f"interrupted: the run's time, {length}, is over; the next run goes on"


STOP = "stop"
"""The line that asks the child to finish the pages at hand; the end of its stdin ends it at once."""
