"""One page of a feed read: what its head says, and the entries of its items."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from ...pipeline.errors import CrawlError
from ...pipeline.html import inline_text
from ...pipeline.records import Entry
from ...pipeline.text import clean_line
from ..extract.addresses import absolute
from .feed_addresses import Platform, is_comments_feed
from .feed_entries import Items, text_of
from .records import Answer, Archive
from .safe_xml import decode_xml, parse_xml, root_name, tidy_names, well_formed, what_came, without_prolog

_ROOTS: Final = frozenset(("rss", "feed", "rdf"))
_LONG: Final = frozenset("title description summary content encoded abstract body div".split())
"""Elements of an item that may be long; all others are names, dates and addresses."""

_MAX_SHORT: Final = 1000
_MAX_PERSON: Final = 300
_PERSONS: Final = frozenset("author creator managingeditor webmaster publisher contributor name email".split())
_MAX_LABELS: Final = 200
_MAX_ITEMS: Final = 5000
_ITEM: Final = frozenset(
    "title link description summary content encoded body guid id pubdate published issued updated modified date"
    " author creator category origlink post-id".split()
)
_HEAD: Final = frozenset("channel item entry title link totalresults complete generator".split())
"""What is read of an item and of a feed's head; the rest is taken out, for feedparser trips over some of it."""

_MIXED: Final = ("http://search.yahoo.com/mrss", "http://www.itunes.com/dtds")
"""Namespaces whose descriptions feedparser would take for the item's own."""

_ATOM: Final = "http://www.w3.org/2005/Atom"
_HISTORY: Final = "http://purl.org/syndication/history/1.0"
_ITEM_TAG: Final = re.compile(r"<(?:item|entry)[\s>]")
_COMMENT_LINK: Final = re.compile(r"#comment-\d+$|[?&]showComment=\d+")
_COMMENT_TITLE: Final = re.compile(r"Comments (?:on|for)\b", re.IGNORECASE)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class FeedPage:
    """What one page of a feed says.

    `entries` are those of the archive, `keys` name all its items (to tell a page that repeats another), `received`
    counts them. `total` is ``openSearch:totalResults``, `next_url` where it goes on (RFC 5005: ``next``,
    ``prev-archive``), `whole` whether it says that it holds everything (``fh:complete``), `broken` whether it stops in
    the middle of an item, which is left out, or items of it could not be read. `protected` counts posts behind a
    password, `outside` items of another day than the archive's.
    """

    title: str
    entries: tuple[Entry, ...] = ()
    keys: tuple[str, ...] = ()
    received: int = 0
    total: int | None = None
    next_url: str | None = None
    whole: bool = False
    broken: bool = False
    protected: int = 0
    outside: int = 0
    notes: list[str] = field(default_factory=list)


def looks_like_feed(content_type: str, body: bytes) -> bool:
    """Whether an answer is a feed: RSS, Atom or RDF, whatever its header says."""
    return root_name(without_prolog(decode_xml(body[:100_000], content_type))) in _ROOTS


def platform_of_feed(body: bytes) -> Platform:
    """Whose feed it is, by its generator, its ids, or what WordPress alone writes."""
    text = without_prolog(decode_xml(body[:200_000]))
    item = re.search(r"<(?:item|entry)[\s>]", text)
    head = text[: item.start()] if item else text
    generator = head[at : at + 300].lower() if (at := head.find("<generator")) >= 0 else ""
    if "wordpress" in generator or "com-wordpress:feed-additions" in text:
        return "wordpress"
    if "blogger" in generator or "tag:blogger.com,1999:blog-" in text:
        return "blogger"
    return "wordpress" if re.search(r"<guid isPermaLink=\"false\">[^<>\s]{1,500}\?p=\d{1,12}<", text) else "other"


def read_feed(answer: Answer, archive: Archive, platform: Platform) -> FeedPage:
    """What a feed's page says. Raises CrawlError for an answer that is no feed of posts, saying what it is instead."""
    content_type = answer.headers.get("content-type", "")
    text = decode_xml(answer.body, content_type)
    inner = without_prolog(text)
    if root_name(inner) not in _ROOTS:
        raise CrawlError(f"{answer.asked} was asked for a feed and answered with {what_came(text)}.")
    document = parse_xml(inner)
    if document is None or root_name(f"<{etree.QName(document.root).localname}") not in _ROOTS:
        raise CrawlError(f"{answer.asked} is a feed that can't be read: its XML is broken.")
    root = document.root
    tidy_names(root)
    notes = _prune(root, last_is_half=document.broken)
    parsed = _parse(etree.tostring(root, encoding="utf-8"), answer)
    page = _head(root, parsed, answer)
    page.broken, page.notes = document.broken, notes
    if document.repaired and (lost := len(_ITEM_TAG.findall(inner)) - len(parsed["entries"]) - document.broken) > 0:
        page.broken = True
        notes.append(f"{lost} posts on a page of the feed could not be read, for its XML is broken")
    items: list[Any] = parsed["entries"]
    _refuse_comments(answer, page.title, items)
    home = absolute(answer.url, text_of(parsed["feed"].get("link")))
    page.received = len(items)
    numbers = [_post_number(item) for item in root.iter("{*}item", "{*}entry")]
    reader = Items(archive, answer, platform, home, str(parsed.get("version") or ""))
    made: list[Entry] = []
    keys: list[str] = []
    for position, item in enumerate(items):
        entry, is_protected = reader.entry(item, position, numbers[position] if len(numbers) == len(items) else "")
        keys.append(_key(entry))
        if platform == "blogger" and archive.scope == "date" and not _within(entry, archive.name):
            page.outside += 1
            continue
        if is_protected:
            page.protected += 1
            page.notes.append(f"{entry.permalink or _named(entry)} is behind a password")
        made.append(entry)
    page.entries, page.keys = tuple(made), tuple(keys)
    return page


def _parse(data: bytes, answer: Answer) -> Any:
    import feedparser  # type: ignore[import-untyped]

    # Expat takes it, so feedparser never falls back on its lenient parser, whose patterns are not bounded.
    if well_formed(data):
        headers = {"content-type": "application/xml; charset=utf-8", "content-location": answer.url}
        try:
            return feedparser.parse(
                io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
            )
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            raise CrawlError(f"{answer.asked} is a feed that can't be read: {clean_line(str(error))[:200]}.") from error
    raise CrawlError(f"{answer.asked} is a feed that can't be read: its XML is broken.")


def _prune(root: etree._Element, *, last_is_half: bool) -> list[str]:
    """Takes out what is half, foreign or beyond any measure; says so where posts are among it."""
    notes: list[str] = []
    items = list(root.iter("{*}item", "{*}entry"))
    gone: list[etree._Element] = []
    if last_is_half:
        notes.append("the feed breaks off in the middle; the post where it does is left out")
        gone += items[-1:]
    if len(items) > _MAX_ITEMS:
        notes.append(f"more than {_MAX_ITEMS} posts on one page of the feed: the rest is left out")
        gone += items[_MAX_ITEMS:]
    for item in items:
        children = list(item.iterchildren(etree.Element))
        gone += [c for c in children if not _is_wanted(c)]
        gone += [c for c in children if _local(c) == "category"][_MAX_LABELS:]
    for head in (root, root.find("{*}channel")):
        if head is not None:
            gone += [c for c in head.iterchildren(etree.Element) if _local(c) not in _HEAD]
    _shorten(root)
    for element in gone:
        if (above := element.getparent()) is not None:
            above.remove(element)
    return notes


def _shorten(root: etree._Element) -> None:
    """Cuts names, dates and addresses that are none by their length: feedparser's patterns for them are quadratic."""
    stack = list(root.iterchildren(etree.Element))
    while stack:
        element = stack.pop()
        name = _local(element)
        if name in _LONG:
            continue
        limit = _MAX_PERSON if name in _PERSONS else _MAX_SHORT if not len(element) else None
        if limit and element.text and len(element.text) > limit:
            element.text = element.text[:limit]
        stack.extend(element.iterchildren(etree.Element))


def _is_wanted(child: etree._Element) -> bool:
    return _local(child) in _ITEM and not (etree.QName(child).namespace or "").lower().startswith(_MIXED)


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def _head(root: etree._Element, parsed: Any, answer: Answer) -> FeedPage:
    channel = root.find("{*}channel")
    heads = [root] if channel is None else [root, channel]
    page = FeedPage(title=clean_line(inline_text(text_of(parsed["feed"].get("title"))))[:300])
    for head in heads:
        for child in head.iterchildren(etree.Element):
            name, namespace = etree.QName(child).localname, etree.QName(child).namespace or ""
            if name == "totalResults" and (child.text or "").strip().isdecimal():
                page.total = int((child.text or "").strip()[:9])
            elif name == "complete" and namespace == _HISTORY:
                page.whole = True
            elif name == "link" and namespace == _ATOM and child.get("rel") in ("next", "prev-archive"):
                page.next_url = page.next_url or absolute(answer.url, child.get("href"))
    return page


def _refuse_comments(answer: Answer, title: str, items: list[Any]) -> None:
    links = [text_of(item.get("link")) for item in items]
    replies = bool(links) and all(map(_COMMENT_LINK.search, links))
    # A post's own feed is that of its comments; before the first one only its title tells.
    empty = not links and _COMMENT_TITLE.match(title) is not None
    if replies or empty or is_comments_feed(answer.url) or is_comments_feed(answer.asked):
        raise CrawlError(f"{answer.asked} is a feed of comments, not of posts.")


def _post_number(item: etree._Element) -> str:
    """The post's number as Jetpack and WordPress.com write it into their feeds."""
    found = item.find("{com-wordpress:feed-additions:1}post-id")
    text = (found.text or "").strip() if found is not None else ""
    return text if text.isdecimal() and len(text) < 13 else ""


def _key(entry: Entry) -> str:
    """What an item is told by among the pages of one feed."""
    name = entry.platform_id or entry.permalink or "\n".join([entry.title, *(d.text for d in entry.dates), entry.body])
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]


def _named(entry: Entry) -> str:
    return f"“{clean_line(entry.title)[:80]}”" if entry.title else "a post without a title or an address"


def _within(entry: Entry, day: str) -> bool:
    """Whether a post is of a date archive's year, month or day; its date is written in the blog's own zone."""
    dated = [d.text[:10].replace("-", "/") for d in entry.dates if _MOMENT.match(d.text)]
    return not dated or dated[0].startswith(day)
