"""Reads the text rendering of a Blogger page: snippets in pairs of title and text, or old templates' full posts."""

from __future__ import annotations

import re
from typing import Final

from ...pipeline.records import RawDate
from .bodies import SNIPPET_LIMIT
from .text_lines import Line, TextEntry, TextListing
from .vocabulary import DATE_TEXT

_BANNER: Final = re.compile(
    r"showing posts (?:with (?:the )?label|matching the search for)\s*:?\s*[“\"']?(.{1,200}?)[”\"']?"
    r"(?:\.?\s*show all posts)?",
    re.IGNORECASE,
)
_SKIP: Final = re.compile(r"skip to main content", re.IGNORECASE)
_POSTS: Final = re.compile(r"posts|blog posts", re.IGNORECASE)
_CHROME: Final = re.compile(
    r"share|get link|facebook|twitter|x|pinterest|email|other apps|show all|read more(?: »)?|home"
    r"|(?:more|older|newer) posts|links to this post|email this.*|share to .{1,20}|blogthis!.*"
    r"|(?:post a comment|\d{1,5} comments?|no comments)\s*:?"
    r"|powered by blogger\.?|subscribe to:.*|search(?: this blog)?|reactions:?|posts",
    re.IGNORECASE,
)
_POSTED_BY: Final = re.compile(
    r"(?:posted )?by\s+(.{1,80}?)\s+(?:at|on)\s+.{1,60}|posted by\s+(.{1,80})", re.IGNORECASE
)
_LABELS: Final = re.compile(r"(?:labels?|tags?)\s*:\s*(.{1,500})", re.IGNORECASE)
_DATE_LINE: Final = re.compile(r"(?:by\s+.{1,60}\s+)?(?:[^\W\d_]{3,12},?\s+)?(?:on\s+)?(.{6,40})", re.IGNORECASE)
_DOTS: Final = re.compile(r"(?:\.{3}|…)$")
_LONGEST_TITLE: Final = 120
_NEAR_LIMIT: Final = 0.9


def read_blogger_text(lines: list[Line]) -> TextListing | None:
    """The entries of a Blogger page's text; None where neither its banner nor its skip link stands at the top."""
    start, archive = _preamble(lines)
    if start is None:
        return None
    rest = lines[start:]
    full = any(_POSTED_BY.fullmatch(line.text) and line.text.lower().startswith("posted") for line in rest)
    entries = _full_posts(rest) if full else _snippets(rest)
    if not entries:
        return None
    return TextListing("blogger-text", entries, archive, archive.partition(":")[2] or lines[0].text)


def _preamble(lines: list[Line]) -> tuple[int | None, str]:
    """Number of the first line after what stands above the posts, and the archive's name."""
    skipped = posts = False
    for place, line in enumerate(lines[:40]):
        if found := _BANNER.fullmatch(line.text):
            kind = "search" if "search" in line.text.lower()[:40] else "label"
            return place + 1, f"{kind}:{found[1].strip()}"
        skipped = skipped or _SKIP.fullmatch(line.text) is not None
        posts = posts or (skipped and _POSTS.fullmatch(line.text) is not None)
    if posts:
        return next(at + 1 for at, line in enumerate(lines) if _POSTS.fullmatch(line.text)), "home"
    return None, ""


def _date_of(text: str) -> str:
    if len(text) > 80:
        return ""
    found = DATE_TEXT.search(text)
    whole = _DATE_LINE.fullmatch(text)
    return found[0] if found and whole and len(text) - len(found[0]) <= 30 and text.endswith(found[0]) else ""


def _snippets(lines: list[Line]) -> list[TextEntry]:
    entries: list[TextEntry] = []
    dates: list[RawDate] = []
    texts: list[str] = []
    for line in lines:
        if _CHROME.fullmatch(line.text) or _SKIP.fullmatch(line.text):
            continue
        if date := _date_of(line.text):
            # A date line stands between a title and its snippet, or above the title.
            dates.append(RawDate(date, "label", "date line"))
            continue
        if not texts and len(line.text) <= _LONGEST_TITLE:
            texts.append(line.text)
            continue
        entries.append(TextEntry(texts[0] if texts else "", [line.text], "content", dates))
        texts, dates = [], []
    longest = max((len(entry.lines[0]) for entry in entries), default=0)
    for entry in entries:
        # A snippet is cut at a length, and the cut leaves dots: a shorter one that ends in dots was written so.
        text = entry.lines[0]
        if _DOTS.search(text) and len(text) >= _NEAR_LIMIT * min(longest, SNIPPET_LIMIT):
            entry.form = "summary"
    return entries


def _full_posts(lines: list[Line]) -> list[TextEntry]:
    entries: list[TextEntry] = []
    body: list[str] = []
    day: str = ""
    for line in lines:
        text = line.text
        if (date := _date_of(text)) and not body:
            day = date
        elif (by := _POSTED_BY.fullmatch(text)) and text.lower().startswith("posted") and body:
            titled = len(body) > 1 and len(body[0]) <= _LONGEST_TITLE
            entry = TextEntry(body[0] if titled else "", body[1:] if titled else body, "content")
            entry.author = (by[1] or by[2] or "").strip() or None
            entry.dates = [RawDate(day, "label", "date header")] if day else []
            entries.append(entry)
            body = []
        elif (labels := _LABELS.fullmatch(text)) and entries and not body:
            entries[-1].tags = [name.strip() for name in labels[1].split(",") if name.strip()]
        elif not _CHROME.fullmatch(text):
            body.append(text)
    return entries
