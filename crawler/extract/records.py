"""What goes into an extractor and what comes out: Page, PageLinks and Extraction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ...pipeline.records import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One fetched or saved page, decoded.

    `url` is its own address as far as known (after redirects; None for a saved page that does not say), `markup`
    False for a plain-text rendering. `observed_at` is an aware moment.
    """

    source: str
    url: str | None
    text: str
    observed_at: datetime
    markup: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """Where else a page's blog can be read, and how far its archive goes, as the page itself says.

    `rest` is the root of WordPress's REST interface, `feeds` the RSS and Atom feeds in the page's order (those of its
    comments among them), all absolute. `term_id` is WordPress's number of the term or author whose archive this is.
    `is_blog_home` is True where the page calls itself WordPress's list of latest posts. `last_page` is the highest page
    number that the archive's own pager shows, so there are at least as many; None where it shows no numbers.
    """

    rest: str | None = None
    feeds: tuple[str, ...] = ()
    platform: Literal["wordpress", "blogger", "html"] = "html"
    term_id: int | None = None
    is_blog_home: bool = False
    last_page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a page says: its entries from top to bottom, and where the archive goes on.

    `kind` is ``listing`` for an archive page, ``post`` for a post's own page, ``none`` for a page in which no post
    was found. `next_url` is absolute and never the page itself. `archive` names the listing (``tag:empathy``,
    ``category:tips``, ``label:service``, ``home``), empty where unknown.
    `canonical_url` is what the page says its address is. `links` is filled for every kind of page.
    """

    layout: str
    kind: Literal["listing", "post", "none"]
    entries: tuple[Entry, ...] = ()
    next_url: str | None = None
    canonical_url: str | None = None
    archive: str = ""
    page_title: str = ""
    notes: tuple[str, ...] = field(default=())
    links: PageLinks = field(default=PageLinks())
