"""What a crawl tells while it runs (Progress) and when it ends (SourceReport, CrawlReport)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from ..pipeline.records import Channel

Outcome = Literal["ok", "incomplete", "failed", "interrupted"]
"""``incomplete``: everything was read that can be, and something is missing all the same."""


GUESSED = "page numbers, about"
"""What states the number of an archive's posts where pages of its listing could not be had."""

SITEMAP = "sitemap"
"""What states it where the blog's sitemap does."""


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

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """How the reading of one archive of a source ended, and its count against what the site says.

    `url` is the archive's address as the source has it, `channel` how it was read (``rest``, ``feed``, ``html``; None
    where nothing was), `why` in words why so; `pages` the answers that held posts. `held` counts those of its posts
    that the corpus holds in full, `stated` how many the site says there are (None where it does not say) and
    `stated_by` where it says so. `complete` says that the archive's own end was reached, `bounded` that reading stopped
    at the user's ``max_pages``, `refreshed` that only what is new was asked for.
    """

    url: str
    channel: Channel | None
    why: str = ""
    pages: int = 0
    held: int = 0
    stated: int | None = None
    stated_by: str = ""
    complete: bool = False
    bounded: bool = False
    refreshed: bool = False

    @property
    def lacks(self) -> int:
        """How many of the stated posts are not held in full."""
        return max(0, (self.stated or 0) - self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """How the crawl of one source ended.

    `complete` says that every archive was read to its end; `stop_reason` why reading stopped, an archive each, joined
    by semicolons. `archives` has the count of each, `missing` names what could not be had and why; with any, `outcome`
    is ``incomplete``. `pages` counts answers that held posts, `requests` everything that was sent, robots.txt,
    redirects and repeated tries included; `posts_gone` posts that answered a full crawl with 404 or 410. `error` is
    the name of the first failure's class in `tipsearch.pipeline.errors`, None where nothing failed. `urls_read` are
    those of `urls` that yielded an entry. `posts_added`, `posts_changed` and `posts_total` stand once the source is
    resolved. `seconds` is wall-clock time.
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
    archives: tuple[ArchiveReport, ...] = ()
    missing: tuple[str, ...] = ()
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
        plain["archives"] = tuple(ArchiveReport(**archive) for archive in plain.get("archives", ()))
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
