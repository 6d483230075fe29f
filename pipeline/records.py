"""The records that pass between the rooms: Source, Entry, KnownEntry, Post and their parts.

They are frozen, made of plain values, and importing them imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

Form = Literal["summary", "content"]
"""Atom's and hAtom's distinction (RFC 4287, 4.1.3 and 4.2.13): an excerpt, or the full post."""

BodyType = Literal["html", "text"]
Completeness = Literal["full", "excerpt"]
Precision = Literal["instant", "day", "month", "year"]
DateOrder = Literal["MDY", "DMY", "YMD"]

Channel = Literal["rest", "feed", "html"]
"""How an archive is read, cheapest first: WordPress's REST interface, a feed's pages, its listing pages."""

Origin = Literal["title", "rest", "time", "label", "feed", "url"]
"""Where a date stood, strongest first: the title, REST, a `time` element, a labelled text, the feed, the URL."""

_packed = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
"""As `json.dumps`, which makes an encoder anew for every call that gives options."""


@lru_cache(128)
def _digest(said: tuple[object, ...]) -> str:
    # The same teasers stand on every page of an archive.
    return hashlib.sha256(_packed(said).encode("ascii")).hexdigest()


ORIGINS: tuple[Origin, ...] = ("title", "rest", "time", "label", "feed", "url")


@dataclass(frozen=True, slots=True)
class PublishedDate:
    """A date that somebody wrote.

    `date` is the blog's local calendar date (the first day for month and year precision), `raw` the string
    it was read from, `instant` the aware moment where one was given.
    """

    date: date
    precision: Precision
    origin: Origin
    raw: str
    instant: datetime | None = None


@dataclass(frozen=True, slots=True)
class RawDate:
    """A date as it stood on the page: its text, its origin, and the place in words (`time.published[datetime]`)."""

    text: str
    origin: Origin
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one page said of one post, as it said it.

    The first block is what the page said and makes up `digest`: an entry seen again with the same words is the
    same entry. The second block is where and when it was seen. A date inside `title` is not repeated in `dates`.

    `layout` names how the page was read (``wordpress``, ``blogger``, ``html``, ``wordpress-text``, ``blogger-text``,
    ``feed``, ``rest``); `also_at` are further addresses of the post (rel=canonical, redirects);
    `platform_id` is unique across sites (``tag:blogger.com,1999:blog-1.post-2``, ``example.org?p=17``);
    `listed_in` is the archive that the entry belongs to on its page (``tag:empathy``, ``category:tips``),
    empty for a teaser that stands on a page of another archive.
    """

    source: str
    form: Form
    title: str
    body: str
    body_type: BodyType = "html"
    permalink: str | None = None
    platform_id: str | None = None
    also_at: tuple[str, ...] = ()
    dates: tuple[RawDate, ...] = ()
    author: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    layout: str = "html"

    page_url: str | None = None
    position: int = 0
    listed_in: str = ""
    observed_at: datetime

    @property
    def digest(self) -> str:
        """Hex SHA-256 over what the page said, the same in every process and version."""
        said = (
            self.source,
            self.form,
            self.title,
            self.body,
            self.body_type,
            self.permalink,
            self.platform_id,
            self.also_at,
            tuple([(d.text, d.origin, d.place) for d in self.dates]),
            self.author,
            self.categories,
            self.tags,
            self.layout,
        )
        return _digest(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """A distinct entry with all its sightings summed up, whatever order they came in.

    `entry` carries the page, the position and the time of the earliest sighting; `listed_in` all archives that
    showed it as theirs; `times` counts sightings at different moments or on different pages.
    """

    entry: Entry
    digest: str
    first_seen: datetime
    last_seen: datetime
    times: int = 1
    listed_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post, as the corpus says it. The field names are those of its JSON form (`to_json`).

    `not_before` and `not_after` bound the date of an undated post by the order of the listings that show it; they
    are no part of the JSON form, for they must not be taken for a date.
    """

    id: str
    source: str
    title: str
    published: date | None
    published_precision: Precision | None
    published_origin: Origin | None
    url: str | None
    author: str | None
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    completeness: Completeness
    text: str
    entries: int
    first_seen: datetime
    last_seen: datetime
    last_changed: datetime
    gone: bool = False
    not_before: date | None = None
    not_after: date | None = None

    def to_json(self) -> dict[str, Any]:
        """The documented JSON form: dates as ISO 8601, the published date cut to nothing finer than a day."""
        return {
            "id": self.id,
            "source": self.source,
            "title": self.title,
            "published": self.published.isoformat() if self.published else None,
            "published_precision": self.published_precision,
            "published_origin": self.published_origin,
            "url": self.url,
            "author": self.author,
            "categories": list(self.categories),
            "tags": list(self.tags),
            "completeness": self.completeness,
            "text": self.text,
            "entries": self.entries,
            "first_seen": self.first_seen.isoformat(),
            "last_seen": self.last_seen.isoformat(),
            "last_changed": self.last_changed.isoformat(),
            "gone": self.gone,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of the store's change sequence: a post as it now is, or None where a post of that id is no more."""

    sequence: int
    source: str
    id: str
    post: Post | None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One blog, as `[[sources]]` in tipsearch.toml describes it.

    `delay` is in seconds, `sweep_days` in days; `channel` is the one way in which its archives are to be read, None for
    the cheapest that serves.
    """

    name: str
    urls: tuple[str, ...] = ()
    platform: str | None = None
    time_zone: str | None = None
    date_order: DateOrder | None = None
    languages: tuple[str, ...] = field(default=())
    channel: Channel | None = None
    max_pages: int | None = None
    delay: float | None = None
    obey_robots: bool = True
    keep_pages: bool = False
    sweep_days: int = 30
