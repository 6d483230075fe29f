"""Entries told apart and known again while a listing is read: their addresses, and what makes two of them one."""

from __future__ import annotations

import dataclasses
import hashlib

from ..pipeline.records import Entry
from ..pipeline.urls import canonical_permalink
from .extract.records import Extraction


def addresses_of(entry: Entry) -> tuple[str, ...]:
    """Every address that an entry is known under."""
    return ((entry.permalink,) if entry.permalink else ()) + entry.also_at


def with_asked_address(extraction: Extraction, asked: str, url: str) -> Extraction:
    """The extraction of a post's page, its post known under the address that was asked for, too (a redirect's)."""
    if extraction.kind != "post" or canonical_permalink(asked) == canonical_permalink(url):
        return extraction
    entries = tuple(
        dataclasses.replace(entry, also_at=(*entry.also_at, asked))
        if entry.form == "content" and asked not in addresses_of(entry)
        else entry
        for entry in extraction.entries
    )
    return dataclasses.replace(extraction, entries=entries)


def as_guests(extraction: Extraction) -> Extraction:
    """The extraction with none of its entries taken for its archive's own."""
    entries = tuple(dataclasses.replace(entry, listed_in="") for entry in extraction.entries)
    return dataclasses.replace(extraction, entries=entries)


def entry_key(entry: Entry) -> bytes:
    """What makes an entry the same on two pages: its form and permalink, or without one all that it says."""
    said = canonical_permalink(entry.permalink) if entry.permalink else entry.digest
    return hashlib.blake2b(f"{entry.form} {said}".encode("utf-8", "surrogatepass"), digest_size=12).digest()


def own_key(entry: Entry) -> str:
    """What stands for an entry's post where posts are counted: its canonical address, else a hash of what it says."""
    return canonical_permalink(entry.permalink) if entry.permalink else entry_key(entry).hex()
