"""Which channels an archive can be read through, the cheapest first, as its first page or its address alone tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from ...pipeline.dates import split_dated_title
from ...pipeline.records import Channel
from ...pipeline.urls import same_site
from ..extract.addresses import archive_of, split_page_number
from ..extract.records import Extraction
from .feed import FeedReader, feed_url
from .records import Archive, ChannelReader, Scope
from .rest import RestReader

Platform = Literal["wordpress", "blogger", "other"]
_SCOPES: dict[str, Scope] = {
    "home": "blog",
    "tag": "tag",
    "category": "category",
    "author": "author",
    "date": "date",
    "label": "label",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read an archive: `open` makes its reader; None for the listing pages themselves."""

    channel: Channel
    open: Callable[[], ChannelReader] | None = None
    advertised: bool = True


def archive_at(source: str, url: str, first: Extraction | None = None) -> Archive:
    """The archive that an address names; its first page may know more than the address."""
    kind, _, name = archive_of(url).partition(":")
    scope = _SCOPES.get(kind, "other")
    links = first.links if first else None
    term_id = links.term_id if links else None
    if scope == "other" and not kind and links and links.is_blog_home:
        scope = "blog"
    elif not kind and (numbered := _numbered_term(url)):
        scope, term_id = numbered
    return Archive(
        source=source,
        url=url,
        scope=scope,
        name=name,
        term_id=term_id,
        listed_in=first.archive if first and first.archive else archive_of(url),
    )


def _numbered_term(url: str) -> tuple[Scope, int] | None:
    """The category or author that WordPress's plain permalinks name by a number: ``?cat=6``, ``?author=2``."""
    chosen = [(key, value) for key, value in parse_qsl(urlsplit(url).query) if key != "paged"]
    key, value = chosen[0] if len(chosen) == 1 else ("", "")
    scope: Scope | None = "category" if key == "cat" else "author" if key == "author" else None
    return (scope, int(value)) if scope and re.fullmatch(r"[1-9]\d{0,11}", value, re.ASCII) else None


def is_label_page(url: str) -> bool:
    """Whether an address has the shape of a Blogger label page, which Blogger's robots.txt closes."""
    return urlsplit(url).path.startswith("/search/label/")


def is_further_page(url: str) -> bool:
    """Whether an address is that of a further page of a Blogger blog, which Blogger's robots.txt closes."""
    return urlsplit(url).path == "/search"


def choices(archive: Archive, first: Extraction | None, *, forced: Channel | None = None) -> list[Choice]:
    """The channels to try, in this order; `first` is the archive's first page, None where it can't be read.

    Machine channels are cheaper than pages, and know dates that pages do not print. Listing pages alone are read where
    the address is a later page of an archive (the user wants it from there on), and where the first page shows
    the whole archive, every post in full and dated. A channel that is forced is the only one.
    """
    platform = _platform(archive.url, first)
    html = Choice("html")
    if forced is None and (_is_later_page(archive.url) or (first is not None and _shows_all(first))):
        return [html]
    found: list[Choice] = []
    rest = _rest_base(archive, first, platform, guess=forced == "rest" or platform == "wordpress")
    if rest is not None and RestReader.can_read(archive):
        base, advertised = rest
        found.append(Choice("rest", lambda: RestReader(archive, base), advertised))
    feed = _feed(archive, first, platform, guess=forced == "feed")
    if feed is not None:
        found.append(feed)
    if first is not None or not found:
        found.append(html)
    if forced is not None:
        return [choice for choice in found if choice.channel == forced]
    return found


def last_resorts(archive: Archive, first: Extraction) -> list[Choice]:
    """What a page without readable posts leaves: the REST interface that it names, then a feed of this very archive."""
    platform = _platform(archive.url, first)
    found: list[Choice] = []
    rest = _rest_base(archive, first, platform, guess=False)
    if rest is not None and RestReader.can_read(archive):
        base, advertised = rest
        found.append(Choice("rest", lambda: RestReader(archive, base), advertised))
    if archive.scope in ("blog", "other"):
        url = _named_feed(first, archive.url)
    else:
        # What such a page names first is the feed of the whole blog.
        url = feed_url(archive.url, platform) if platform != "other" else None
    if url is not None:
        found.append(Choice("feed", lambda: FeedReader(archive, url, platform=platform)))
    return found


def _platform(url: str, first: Extraction | None) -> Platform:
    if first is None:
        return "blogger" if is_label_page(url) else "wordpress"
    named = first.links.platform
    if named == "blogger":
        return "blogger"
    return "wordpress" if named == "wordpress" or first.links.rest else "other"


def _is_later_page(url: str) -> bool:
    number = split_page_number(url)[1]
    return number is not None and number > 1


def _shows_all(first: Extraction) -> bool:
    """Whether a first page is the whole archive, and leaves nothing to ask for."""
    if first.kind != "listing" or first.next_url is not None or (first.links.last_page or 1) > 1:
        return first.kind == "post"
    return all(e.form == "content" and (e.dates or split_dated_title(e.title)[1]) for e in first.entries)


def _rest_base(
    archive: Archive, first: Extraction | None, platform: Platform, *, guess: bool
) -> tuple[str, bool] | None:
    """The address of the REST interface, and whether the page names it; one on another site is none."""
    named = first.links.rest if first else None
    if named:
        return (named, True) if same_site(named, archive.url) else None
    if not guess or platform == "blogger":
        return None
    parts = urlsplit(archive.url)
    return f"{parts.scheme}://{parts.netloc}/wp-json/", False


def _feed(archive: Archive, first: Extraction | None, platform: Platform, *, guess: bool) -> Choice | None:
    url = feed_url(archive.url, platform) if platform != "other" or guess else None
    if url is None and guess and first is not None:
        url = _named_feed(first, archive.url)
    if url is None:
        return None
    advertised = first is not None and any(url.rstrip("/") == named.rstrip("/") for named in first.links.feeds)
    return Choice("feed", lambda: FeedReader(archive, url, platform=platform), advertised)


def _named_feed(first: Extraction, page_url: str) -> str | None:
    """The first feed that a page names and that is on its own site and not one of comments."""
    own = [url for url in first.links.feeds if same_site(url, page_url) and "comments" not in url.lower()]
    return own[0] if own else None
