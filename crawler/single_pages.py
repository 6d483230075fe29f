"""What a post's own page says, doubted: "not found" told with status 200, a canonical address of another post's."""

from __future__ import annotations

import dataclasses
import re

from ..pipeline.records import Entry
from ..pipeline.text import title_key
from ..pipeline.urls import canonical_permalink
from .extract.records import Extraction

_NOT_FOUND = re.compile(
    r"(?:(?:oops|sorry|error|uh oh|whoops) )?(?:404(?: error)?(?: (?:page )?not found)?"
    r"|(?:(?:the|this|that) )?(?:requested )?(?:page|post|article|content|entry|file|url|address) "
    r"(?:(?:you .{1,40} )?(?:was |is |could |can |does )?(?:not|cannot|cant|couldnt|isnt|doesnt|wasnt) "
    r"(?:be )?(?:found|available|exist|here)|(?:cannot|cant|couldnt) be found)"
    r"|not found|nothing (?:was )?(?:found|here)(?: here)?|no (?:posts?|results?)(?: were)? found)"
)
"""Titles, as `title_key` gives them, of pages that stand for one that is not there."""


class SinglePages:
    """Settles what the pages of single posts say, as they are read.

    A page that tells of "not found" with status 200 holds no post. A canonical address that belongs to another post,
    or that an earlier page claimed, is none: the page keeps the address that it was asked for by.
    """

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}
        self._claimed: dict[str, str] = {}

    def listed(self, entry: Entry) -> None:
        """A listing shows this entry."""
        if entry.permalink and entry.title:
            self._titles.setdefault(canonical_permalink(entry.permalink), title_key(entry.title)[:100])

    def settled(self, asked: str, extraction: Extraction) -> Extraction:
        """The extraction of the page that was asked for at an address, as it is to be stored."""
        if extraction.kind != "post":
            return extraction
        key = canonical_permalink(asked)
        kept = []
        for entry in extraction.entries:
            title = title_key(entry.title)[:100]
            if _NOT_FOUND.fullmatch(title) and self._titles.get(key) != title:
                continue
            kept.append(self._at_its_own(entry, asked, key))
        if not kept:
            return dataclasses.replace(extraction, kind="none", entries=())
        return dataclasses.replace(extraction, entries=tuple(kept))

    def _at_its_own(self, entry: Entry, asked: str, key: str) -> Entry:
        if not entry.permalink or canonical_permalink(entry.permalink) == key:
            return entry
        if canonical_permalink(entry.page_url or "") != key:
            return entry  # a redirect led elsewhere
        said = canonical_permalink(entry.permalink)
        if self._claimed.setdefault(said, key) == key and said not in self._titles:
            return entry
        others = tuple(url for url in entry.also_at if canonical_permalink(url) not in {key, said})
        return dataclasses.replace(entry, permalink=asked, also_at=others)
