"""Reads a page's plain-text rendering: which blog family wrote it is decided by the text."""

from __future__ import annotations

from ...pipeline.records import Entry
from .addresses import is_permalink
from .naming import archive_of_text
from .records import Extraction, Page
from .text_blogger import read_blogger_text
from .text_lines import TextEntry, TextListing, text_lines
from .text_wordpress import read_wordpress_text


def extract_text(page: Page) -> Extraction:
    """What a text rendering says; kind ``none`` where it is no listing and no post (a README, a letter, nothing)."""
    lines = text_lines(page.text)
    listing = read_blogger_text(lines) or read_wordpress_text(lines)
    if listing is None:
        return Extraction(layout="text", kind="none")
    listing.archive = archive_of_text(listing.archive, page.url)
    own = page.url if page.url and is_permalink(page.url) else None
    if own:
        listing.archive = ""
    alone = len(listing.entries) == 1 and not listing.archive and listing.entries[0].form == "content"
    return Extraction(
        layout=listing.layout,
        kind="post" if alone else "listing",
        entries=tuple(
            _entry(page, listing, entry, place, own if alone else None) for place, entry in enumerate(listing.entries)
        ),
        archive=listing.archive,
        page_title=listing.page_title,
    )


def _entry(page: Page, listing: TextListing, entry: TextEntry, place: int, permalink: str | None) -> Entry:
    return Entry(
        source=page.source,
        form=entry.form,
        title=entry.title,
        body="\n".join(entry.lines),
        body_type="text",
        permalink=permalink,
        dates=tuple(entry.dates),
        author=entry.author,
        categories=tuple(entry.categories),
        tags=tuple(entry.tags),
        layout=listing.layout,
        page_url=page.url,
        position=place,
        listed_in=listing.archive if entry.listed else "",
        observed_at=page.observed_at,
    )
