"""What a crawl tells while it runs (Progress) and when it ends (SourceReport, CrawlReport)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Outcome = Literal["ok", "failed", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A page was just stored: what has been read of its source so far.

    `phase` is ``listing`` while listing pages are read and ``posts`` while single posts are; `posts_wanted` counts the
    posts still to be fetched, which is known only in the second phase.
    """

    source: str
    url: str
    phase: Literal["listing", "posts"]
    pages: int
    posts_fetched: int
    posts_wanted: int
    entries_new: int
    entries_repeated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """How the crawl of one source ended.

    `complete` says that every listing was read to its last page; `stop_reason` why reading stopped, a listing each,
    joined by semicolons. `pages` counts listing pages and posts' own pages stored, `requests` everything that was sent,
    robots.txt, redirects and repeated tries included; `posts_gone` posts that
    answered a full crawl with 404 or 410. `error` is the name of the first failure's class in
    `tipsearch.pipeline.errors`, None where nothing failed. `urls_read` are those of `urls` that yielded an entry.
    `posts_added`, `posts_changed` and `posts_total` stand once the source is resolved. `seconds` is wall-clock time.
    """

    name: str
    urls: tuple[str, ...]
    outcome: Outcome
    complete: bool = False
    stop_reason: str = ""
    error: str | None = None
    pages: int = 0
    requests: int = 0
    posts_fetched: int = 0
    posts_gone: int = 0
    entries_new: int = 0
    entries_repeated: int = 0
    posts_added: int = 0
    posts_changed: int = 0
    posts_total: int = 0
    urls_read: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def entries(self) -> int:
        """Entries seen, new or not."""
        return self.entries_new + self.entries_repeated

    def counts(self) -> dict[str, int]:
        """The counts alone, as a run keeps them."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.type == "int"}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values under the names of the fields."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SourceReport:
        """The reverse of `to_json`."""
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """How a crawl ended, source by source, in the order in which the sources were given."""

    sources: tuple[SourceReport, ...] = ()
    interrupted: bool = False
    seconds: float = 0.0
    log: str = field(default="")

    @property
    def ok(self) -> bool:
        """Whether every source was read without a failure."""
        return all(source.outcome == "ok" for source in self.sources)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values under the names of the fields."""
        return {
            "sources": [source.to_json() for source in self.sources],
            "interrupted": self.interrupted,
            "seconds": self.seconds,
            "log": self.log,
        }
