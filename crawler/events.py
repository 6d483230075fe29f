"""What passes between crawl() and its child process: a job as JSON on stdin, events as JSON lines on stdout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..pipeline.records import Channel, Source

TIMEOUT = 30.0
"""Seconds that a page may take."""

BACKOFF = 1.0
"""Seconds before the first repeated try; doubled for each further one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the child process is to do; `delay`, `backoff` and `timeout` are in seconds."""

    home: str
    sources: tuple[Source, ...]
    full: bool
    max_pages: int | None
    delay: float | None
    backoff: float
    timeout: float
    channel: Channel | None = None
    accept_loss: bool = False

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


STOP = "stop"
"""The line that asks the child to finish the pages at hand; the end of its stdin ends it at once."""
