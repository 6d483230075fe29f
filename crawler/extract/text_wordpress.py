"""Reads the text rendering of a WordPress archive: teasers that end in "Read more", posts with a "Posted on" line."""

from __future__ import annotations

import re
from typing import Final

from ...pipeline.records import RawDate
from .bodies import LONG_WORDS
from .fields import names_in_line
from .text_lines import Line, TextEntry, TextListing
from .vocabulary import DATE_TEXT, DATED_TITLE

_LONGEST_TITLE: Final = 250
_TITLE_WORDS: Final = 30
_SEVERAL: Final = 2
"""So many lines that are dates show a blog; a letter has one."""

_POSTED: Final = re.compile(r"(?:posted|published|filed)\s+(?:on|in|by|under)\b", re.IGNORECASE)
_DATED: Final = re.compile(
    rf"(?:{DATE_TEXT.pattern})(?:\s*[|·•,-]?\s*(?:by\s.{{2,60}}?)?"
    r"(?:[|·•,]?\s*(?:leave a comment|\d{1,5} comments?))?)?",
    re.IGNORECASE,
)
"""A date that stands for the whole line about a post, with its author and its comments perhaps."""

_FOOT: Final = re.compile(
    r"(?:posted in|filed under:?|categor(?:y|ies):?)\s+(.{1,200}?)(?=\s*[|·•]|\s+tagged\b|\s+(?:please )?leave a\b|$)"
    r"(?:[\s|·•]*tagged(?: with)?:?\s+(.{1,200}?)(?=\s*[|·•]|\s+(?:please )?leave a\b|$))?",
    re.IGNORECASE,
)
"""A line below a post that names its terms, where another line has its date."""

_SEPARATOR: Final = re.compile(r"\s+[|/·•]\s+")
_ABOUT: Final = re.compile(r"by\s.{2,60}|(?:leave a comment|\d{1,5} comments?|no comments?)", re.IGNORECASE)
_TERM_WORDS: Final = 8
_DOTS: Final = re.compile(r"(?:…|\.{3})$")
_COMMENTS: Final = re.compile(
    r"leave a (?:reply|comment)"
    r"|(?:\d{1,5}|one) (?:comments?|repl(?:y|ies)|responses?|thoughts?)(?: (?:on|to)\b.{0,200})?"
    r"|related posts?|post navigation",
    re.IGNORECASE,
)
"""A line that ends a post on its own page."""

_AUTHOR: Final = re.compile(
    r"\bby\s+([^|,]{2,60}?)(?=\s+(?:on|in)\b|\s*[|,]|\s+(?:please )?leave a\b|\s*$)", re.IGNORECASE
)
_MORE: Final = re.compile(
    r"(?:^|(?<=[\s.…\])\[(]))"
    r"(?:Read (?:more|More|the rest of .{1,60})|READ MORE|(?:Continue|Keep) [Rr]eading(?:\s.{0,160})?)\W{0,6}$"
)
_MORE_ALONE: Final = re.compile(r"\W{0,4}(?:read more|continue reading|keep reading)\W{0,6}", re.IGNORECASE)
_CUT: Final = re.compile(r"[\[(](?:…|\.{3})[\])]$")
_BULLET: Final = re.compile(r"[•*·–-]\s|\d{1,3}[.)]\s")
_PAGER: Final = re.compile(
    r"(?:[«‹←<]+\s*)?(?:older|newer|next|previous)(?: (?:posts?|entries|page))?(?:\s*[»›→>]+)?"
    r"|page \d+ of \d+|(?:prev(?:ious)?)?[\d\s…«»‹›←→]{1,200}(?:next(?: page)?)?[\s»›→]{0,9}",
    re.IGNORECASE,
)
_PAGE_NUMBER: Final = re.compile(r"\s*[-–—|]\s*page \d{1,6}(?: of \d{1,6})?\s*$", re.IGNORECASE)
_CHROME: Final = re.compile(r"skip to (?:main )?content|menu|home|search|primary menu|about|contact", re.IGNORECASE)
_ARCHIVE_HEAD: Final = re.compile(r"(tag|category|author)(?: archives?)?\s*:\s*(.{1,120})", re.IGNORECASE)
_TAGGED: Final = re.compile(r"(?:posts tagged|tagged(?: with)?)\s*:?\s*[“\"']?(.{1,120}?)[”\"']?", re.IGNORECASE)
_ARCHIVE_WORDS: Final = 10


def read_wordpress_text(lines: list[Line]) -> TextListing | None:
    """The entries of a WordPress page's text; None where nothing shows that it is one."""
    starts, posted = _starts(lines)
    if not starts:
        return None
    entries = []
    for place, start in enumerate(starts):
        stop = starts[place + 1] if place + 1 < len(starts) else len(lines)
        entry = _entry(lines[start:stop], meta=start + 1 in posted)
        if entry is not None:
            entries.append(entry)
    dated = sum(DATED_TITLE.fullmatch(entry.title) is not None for entry in entries)
    cut = sum(entry.form == "summary" for entry in entries)
    if not entries or (not posted and dated + cut < 2):
        return None
    if len(entries) >= _SEVERAL and all(_DOTS.search(e.lines[-1]) and _words(e) <= LONG_WORDS for e in entries):
        for entry in entries:
            entry.form = "summary"
    if any(entry.form == "content" for entry in entries):
        # The latest posts' teasers stand on every archive page; only posts in full belong to this one.
        for entry in entries:
            entry.listed = entry.form == "content"
    before = [line.text for line in lines[: starts[0]]]
    archive = _archive(before)
    return TextListing("wordpress-text", entries, archive, before[0] if before else "")


def _starts(lines: list[Line]) -> tuple[list[int], set[int]]:
    """Numbers of the lines that are titles, and of the lines about a post."""
    posted = {
        place
        for place, line in enumerate(lines)
        if place
        and len(line.text) < 400
        and _POSTED.match(line.text)
        and _may_be_title(lines[place - 1])
        and not _POSTED.match(lines[place - 1].text)
    }
    dated = {
        place
        for place, line in enumerate(lines)
        if place
        and len(line.text) < 150
        and (_DATED.fullmatch(line.text) or _is_lined(line.text))
        and _may_be_title(lines[place - 1])
    }
    if len(dated) >= _SEVERAL:
        posted |= dated
    if any(DATE_TEXT.search(lines[place].text) for place in posted):
        posted = {
            place for place in posted if DATE_TEXT.search(lines[place].text) or not _FOOT.match(lines[place].text)
        }
    starts = {place - 1 for place in posted}
    for place, line in enumerate(lines):
        stands_alone = line.after_blank and line.before_blank
        if stands_alone and _may_be_title(line) and DATED_TITLE.fullmatch(line.text) and place + 1 < len(lines):
            starts.add(place)
    # A teaser without a date in its title: the nearest short line above the "Read more".
    last_end = -1
    for place, line in enumerate(lines):
        if not _MORE.search(line.text[-200:]):
            continue
        if not any(at in starts for at in range(last_end + 1, place)):
            for at in range(place - 1, last_end, -1):
                if _may_be_title(lines[at]) and len(lines[at].text.split()) <= _TITLE_WORDS:
                    starts.add(at)
                    break
        last_end = place
    return sorted(starts), posted


def _words(entry: TextEntry) -> int:
    return sum(len(line.split()) for line in entry.lines)


def _is_lined(text: str) -> bool:
    """Whether a line is about a post in parts, as ``by Dana | Mar 4, 2021 | Advice``: its date, author, terms."""
    parts = _SEPARATOR.split(text) if len(text) < _LONGEST_TITLE else []
    if len(parts) < _SEVERAL or not any(DATE_TEXT.fullmatch(part) for part in parts):
        return False
    return any(_ABOUT.fullmatch(part) for part in parts) and all(len(part.split()) <= _TERM_WORDS for part in parts)


def _may_be_title(line: Line) -> bool:
    return len(line.text) <= _LONGEST_TITLE and not _BULLET.match(line.text) and not _MORE_ALONE.fullmatch(line.text)


def _entry(lines: list[Line], *, meta: bool) -> TextEntry | None:
    entry = TextEntry(lines[0].text, [], "content")
    body = [line.text for line in lines[1:]]
    if meta and body:
        _read_meta(body.pop(0), entry)
    end = next((n for n, text in enumerate(body) if n and meta and _COMMENTS.fullmatch(text)), len(body))
    del body[end:]
    while body and _PAGER.fullmatch(body[-1]):
        body.pop()
    if meta and entry.dates and not entry.categories and body and (foot := _FOOT.match(body[-1])):
        body.pop()
        entry.categories, entry.tags = (_names(text) for text in foot.groups())
    if not body:
        return None
    last = body[-1]
    if found := _MORE.search(last[-200:]):
        entry.form = "summary"
        body[-1] = last[: max(0, len(last) - 200) + found.start()].rstrip(" \t\xa0[(")
    elif _CUT.search(last):
        entry.form = "summary"
    entry.lines = [line for line in body if line]
    if entry.form == "summary" and entry.lines[1:] and entry.lines[-1] == entry.title:
        # Astra writes the title before its "Read More".
        entry.lines.pop()
    return entry if entry.lines else None


def _names(text: str | None) -> list[str]:
    return [name for part in (text or "").split(",") if (name := part.strip(" \t\xa0."))]


def _read_meta(text: str, entry: TextEntry) -> None:
    line = " ".join(text.split())
    if found := DATE_TEXT.search(line[:200]):
        entry.dates.append(RawDate(found[0], "label", "posted on"))
    entry.categories = names_in_line(line)
    if by := _AUTHOR.search(_SEPARATOR.sub(" | ", line)):
        entry.author = by[1].strip()
    if _is_lined(line):
        others = [part for part in _SEPARATOR.split(line) if not (_ABOUT.fullmatch(part) or DATE_TEXT.fullmatch(part))]
        entry.categories = [name for part in others for name in _names(part)]


def _archive(before: list[str]) -> str:
    for text in before:
        if head := _ARCHIVE_HEAD.fullmatch(text):
            return f"{head[1].lower()}:{head[2].strip()}"
        if tagged := _TAGGED.fullmatch(text):
            return f"tag:{tagged[1].strip()}"
    for text in before:
        name = _PAGE_NUMBER.sub("", text).partition(" | ")[0].strip()
        if name and len(name.split()) <= _ARCHIVE_WORDS and not _CHROME.fullmatch(name):
            return f"tag:{name}"
    return ""
