"""Feeds and REST answers read from saved files: each by itself, but for the names of REST's terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from ..pipeline.errors import CrawlError
from ..pipeline.urls import is_web_address
from .channels.feed_addresses import Platform
from .channels.feed_page import platform_of_feed, read_feed
from .channels.records import Answer, Archive
from .channels.rest_json import read_items, route_of
from .channels.rest_posts import is_published_post, post_number, read_post
from .channels.terms import Kind, Names
from .extract.records import Extraction
from .saved import SavedPage

_LINK: Final = re.compile(
    r"<link>\s{0,100}(https?://[^<>\s]{1,2000})|<link\s[^<>]{0,300}?href=\"(https?://[^<>\s\"]{1,2000})\""
)
"""Where a feed that was saved without its address says whose it is."""

_TERMS: Final[tuple[Kind, ...]] = ("tags", "categories", "users")


class SavedChannels:
    """What a source's saved feeds and REST answers say; the terms of REST come before the posts that they are of.

    `fallback` is the address of what does not tell its own.
    """

    def __init__(self, source: str, fallback: str | None) -> None:
        self._source = source
        self._fallback = fallback
        self._names: dict[str, Names] = {}

    def read(self, saved: SavedPage) -> tuple[str | None, Extraction]:
        """The address that was asked for, and what the answer says; raises CrawlError for what is none."""
        asked = str(saved.read.get("asked") or saved.url or self._fallback or "")
        answer = Answer(
            asked=asked,
            url=saved.url or asked,
            headers={"content-type": saved.content_type},
            body=saved.body,
            text=saved.text,
            observed_at=saved.observed_at,
        )
        extraction = self._posts(answer, saved.read) if saved.kind == "rest" else self._feed(answer, saved.read)
        return asked or None, extraction

    def _feed(self, answer: Answer, read: Mapping[str, Any]) -> Extraction:
        platform: Platform = platform_of_feed(answer.body)
        if read.get("platform") in {"wordpress", "blogger", "other"}:
            platform = read["platform"]
        archive = self._archive(answer, read, (found[1] or found[2] for found in _LINK.finditer(answer.text[:100_000])))
        page = read_feed(answer, archive, platform)
        return Extraction(
            layout="feed",
            kind="listing" if page.entries else "none",
            entries=page.entries,
            next_url=_address(read.get("next")),
            archive=archive.listed_in,
            page_title=page.title,
            notes=tuple(dict.fromkeys(page.notes)),
        )

    def _posts(self, answer: Answer, read: Mapping[str, Any]) -> Extraction:
        items = [item for item in read_items(answer) if isinstance(item, Mapping)]
        archive = self._archive(answer, read, [item.get("link") for item in items])
        names = self._names.setdefault(answer.asked.partition("/wp/v2/")[0], Names(answer.asked))
        route = route_of(answer.asked)
        for kind in _TERMS:
            if route == kind:
                for item in items:
                    names.learn(kind, item)
                return Extraction(layout="rest", kind="none")
        entries, notes = [], []
        for position, item in enumerate(items):
            number = post_number(item)
            if number is not None and is_published_post(item):
                names.learn_embedded(item)
                entry, said = read_post(item, number, names, archive, answer, position)
                entries.append(entry)
                notes += said
        return Extraction(
            layout="rest",
            kind="listing" if entries else "none",
            entries=tuple(entries),
            next_url=_address(read.get("next")),
            archive=archive.listed_in,
            notes=tuple(notes),
        )

    def _archive(self, answer: Answer, read: Mapping[str, Any], links: Iterable[object] = ()) -> Archive:
        """The archive that was read, as far as a crawl said; else one of which nothing but its address is known."""
        said = read.get("archive")
        if isinstance(said, Mapping):
            known = {f.name for f in fields(Archive)}
            try:
                return Archive(**{**{k: v for k, v in said.items() if k in known}, "source": self._source})
            except TypeError as error:
                raise CrawlError(f"what was kept with {answer.asked} can't be used: {error}") from error
        named = (link for link in (answer.asked, *links) if _address(link))
        return Archive(source=self._source, url=str(next(named, "")), scope="other")


def _address(value: object) -> str | None:
    return value if isinstance(value, str) and is_web_address(value) else None
