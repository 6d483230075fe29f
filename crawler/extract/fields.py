"""Reads what a block says about its entry: title, address, platform's number, dates, author, terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from ...pipeline.records import RawDate
from . import vocabulary as v
from .addresses import absolute, archive_of, date_in
from .blocks import Block
from .dates import date_words, dates_other, read_body_dates, read_dates, read_line_dates, read_unseen_date
from .leads import COMMENTS, is_more_link
from .tree import Tree
from .wording import SMALL_TAGS

_POST_NUMBER: Final = re.compile(r"(?:^|\s)post-(\d{1,12})(?:\s|$)")
_BLOGGER_NUMBER: Final = re.compile(r"^(?:post-body-|post-)?(\d{15,20})$")
_BY: Final = re.compile(r"^\s*(?:(?:posted|written|published)\s+)?(?:by|von|par|por|di|door)\b[\s:]*", re.IGNORECASE)
_BY_NAME: Final = re.compile(
    r"\bby\s+(?!(?:on|in|at|under)\b)([^|,·•]{2,60}?)(?=\s+(?:on|in|at|under)\b|\s*[|·•,@]|\s*$)", re.IGNORECASE
)
_IN_NAMES: Final = re.compile(
    r"\b(?:in|under)[\s:]+([^|·•]{2,200}?)(?=\s*[|·•]|\s+(?:please leave|leave a|by)\b|\s*$)", re.IGNORECASE
)
_NO_TERMS: Final = frozenset(("author", "bookmark", "trackback"))
_FEED: Final = re.compile(r"[/=](?:feed|rss2?|trackback)/?$")
_MAX_NAME: Final = 120
_WORDS_ABOUT: Final = 60
_LEADS_ON: Final = (" »", " ›", " →")
_ABOUT: Final = v.META | v.DATE | v.CATEGORIES | v.TAGS | v.AUTHOR


@dataclass(slots=True)
class Fields:
    """What a block says about its entry; the names are those of `Entry`."""

    title: str = ""
    permalink: str | None = None
    platform_id: str | None = None
    dates: list[RawDate] = field(default_factory=list)
    author: str | None = None
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def has_line(self) -> bool:
        """Whether the entry has a line about itself, which archives' own posts have and bare teasers do not."""
        if self.categories or self.tags or self.author:
            return True
        return any([d.origin in ("time", "label") for d in self.dates])  # noqa: C419 - of two or three, and often asked


def read_fields(tree: Tree, block: Block, body: int | None, permalink: str | None, page: PageFacts) -> Fields:
    """Everything a block says about its entry beside the body."""
    fields = Fields(permalink=permalink)
    asides: list[int] = []
    if block.title is not None:
        asides = _asides(tree, block.title)
        fields.title = _whole_title(tree, block.title, _shown_title(tree, block.title, asides))
    fields.platform_id = _platform_id(tree, block, permalink, page)
    zone = [i for aside in asides for i in range(aside, tree.end[aside])] + list(
        _zone(tree, block, body, page, permalink)
    )
    read_dates(tree, zone, fields.dates)
    lines = _posted_lines(tree, zone if block.title is None else [block.title, *zone])
    line = _line_text(tree, lines)
    _read_posted(line, fields)
    read_line_dates(tree, zone, body, fields.dates)
    read_body_dates(tree, body, fields.dates)
    if page.marks_dates:
        read_unseen_date(tree, block.roots, fields.dates)
    _read_terms(tree, zone, lines, line, fields, page)
    if body is not None and not fields.categories and not fields.tags:
        # Classic themes close a post's text with the line about it.
        for number in tree.children(body):
            if tree.roles[number] & v.META and tree.words(number) <= _WORDS_ABOUT:
                _read_terms(tree, list(range(number, tree.end[number])), [], "", fields, page)
    _read_author(tree, zone, line, fields)
    if spelled := date_in(permalink):
        fields.dates.append(RawDate(spelled, "url", "permalink"))
    return fields


def _shown_title(tree: Tree, title: int, asides: list[int]) -> str:
    """The words of a title but those of its `asides`."""
    if not asides:
        return tree.text(title, 20_000)
    parts, number = [tree.texts[title] or ""], title + 1
    while number < tree.end[title]:
        if number in asides:
            parts.append(tree.tails[number] or "")
        elif any(number < i < tree.end[number] for i in asides):
            parts.append(tree.texts[number] or "")
            number += 1
            continue
        else:
            parts += [tree.text(number, 20_000), tree.tails[number] or ""]
        number = tree.end[number]
    return " ".join(" ".join(parts).split())


def _asides(tree: Tree, title: int) -> list[int]:
    """What themes put into a title besides it: the number of comments, a small line about the post, its source."""
    own = next((i for i in tree.within(tree.links, title) if tree.words(i)), None)
    if own is None or own == title:
        return []
    found: list[int] = []
    number = tree.end[own]
    heads = [] if tree.tags[title] in v.HEADINGS else [i for i in tree.within(tree.headings, title) if tree.words(i)]
    if len(heads) == 1 and heads[0] < own < tree.end[heads[0]]:
        # The one heading in an element that a class names a title is the title; beside it stands who is quoted.
        return [i for i in tree.children(tree.parent[heads[0]]) if i >= tree.end[heads[0]] and i < tree.end[title]]
    while number < tree.end[title]:
        href = tree.attributes[number].get("href", "")
        counts = tree.tags[number] == "a" and COMMENTS.search(href.partition("#")[2])
        small = tree.tags[number] == "small" and any(tree.roles[i] & _ABOUT for i in range(number, tree.end[number]))
        said = tree.tags[number] in SMALL_TAGS and v.COMMENT_LINK.fullmatch(tree.text(number, 60))
        if counts or small or said or tree.roles[number] & _ABOUT:
            found.append(number)
            number = tree.end[number]
        else:
            number += 1
    return found


def _whole_title(tree: Tree, title: int, shown: str) -> str:
    """The title; where it is shown cut off, as its link's or its own ``title`` attribute has it in full."""
    if shown[-2:] in _LEADS_ON and "«" not in shown and "‹" not in shown:
        shown = shown[:-2]
    cut = shown.rstrip(" .…")
    if not cut or not shown.endswith(("…", "...")):
        return shown
    for number in (title, *tree.within(tree.links, title)):
        whole = " ".join(tree.attributes[number].get("title", "")[:1000].split())
        if len(whole) > len(shown) and whole.startswith(cut):
            return whole
    return shown


@dataclass(slots=True)
class PageFacts:
    """What the fields of every block need to know of their page.

    `is_post` where it is one post's own, `marks_dates` where it may mark dates of publication.
    """

    base: str | None = None
    url: str | None = None
    blog_id: str | None = None
    is_post: bool = False
    marks_dates: bool = False


def _zone(tree: Tree, block: Block, body: int | None, page: PageFacts, permalink: str | None) -> Iterator[int]:
    """The elements of a block outside its body and its title, and outside links that name another post and its date."""
    # What stands beside a page's own post leads away from it.
    permalink = None if page.is_post else permalink
    for root in block.roots:
        number, end = root, tree.end[root]
        while number < end:
            if number == body or number == block.title or (tree.outside[number] and not tree.outside[root]):
                if tree.tags[number] == "time" and tree.roles[number] & v.HIDDEN:
                    # Some themes give the date for machines alone.
                    yield number
                number = tree.end[number]
                continue
            if (
                tree.tags[number] == "a"
                and tree.end[number] > number + 2
                and dates_other(tree, number, page.base, page.url, permalink)
            ):
                number = tree.end[number]
                continue
            yield number
            number += 1


def _platform_id(tree: Tree, block: Block, permalink: str | None, page: PageFacts) -> str | None:
    start = block.start
    above = _upwards(tree, start, 3) if page.blog_id else ()
    for number in (*above, *range(start, min(tree.end[start], start + 40))):
        attributes = tree.attributes[number]
        if page.blog_id and ("id" in attributes or "data-id" in attributes or "name" in attributes):
            for name in ("data-id", "id", "name"):
                if found := _BLOGGER_NUMBER.match(attributes.get(name, "")):
                    return f"tag:blogger.com,1999:blog-{page.blog_id}.post-{found[1]}"
        if ("class" in attributes or "id" in attributes) and number >= start:
            classes, name = attributes.get("class", ""), attributes.get("id", "")
            if "post-" in classes or "post-" in name:
                found = _POST_NUMBER.search(classes[:2000]) or _POST_NUMBER.search(name[:100])
                if found and len(found[1]) < 15:
                    return _wordpress_id(permalink or page.url, found[1])
    if permalink and "?" in permalink:
        query = dict(parse_qsl(urlsplit(permalink).query))
        if query.get("p", "").isdecimal():
            return _wordpress_id(permalink, query["p"])
    return None


def _wordpress_id(url: str | None, number: str) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    return f"{host}{port}?p={number}"


def _upwards(tree: Tree, number: int, levels: int) -> Iterator[int]:
    for _ in range(levels):
        number = tree.parent[number]
        if number <= 0 or tree.roles[number] & v.MAIN:
            return
        if tree.attributes[number].get("data-id"):
            yield number


def _posted_lines(tree: Tree, zone: list[int]) -> list[int]:
    """The elements of lines like "Posted on … in …": where the words stand, or around them where they stand bare."""
    for number in zone:
        text, tail = tree.texts[number], tree.tails[number]
        if text and number != zone[0] and v.POSTED.match(text):
            above = tree.parent[number]
            wide = tree.words(above) <= 40 and tree.tags[number] in ("span", "small", "em", "i", "b", "strong")
            return [above if wide and not tree.roles[number] & v.META else number]
        if tail and v.POSTED.match(tail):
            line = []
            following = tree.next_sibling(number)
            while following is not None and tree.tags[following] in (
                "a",
                "span",
                "time",
                "em",
                "small",
                "abbr",
                "b",
                "strong",
            ):
                line.append(following)
                following = tree.next_sibling(following)
            return line or [number]
    return []


def _line_text(tree: Tree, lines: list[int]) -> str:
    if not lines:
        return ""
    before = tree.elements[lines[0]].getprevious()
    bare = (before.tail or "") if before is not None and v.POSTED.match(before.tail or "") else ""
    parts = [bare]
    for number in lines:
        parts.append(tree.text(number, 400))
        if bare:
            parts.append(tree.elements[number].tail or "")
    own = tree.elements[lines[0]].tail or ""
    if not bare and v.POSTED.match(own):
        parts = [own]
    return " ".join(" ".join(parts).split())[:600]


def _read_posted(text: str, fields: Fields) -> None:
    if not text:
        return
    if not any(map(v.DATE_TEXT.search, (d.text for d in fields.dates))) and (found := v.DATE_TEXT.search(text)):
        # Before a date that is split up, or lacks its year.
        fields.dates.insert(0, RawDate(found[0], "label", "posted on"))
    elif not fields.dates and (rest := date_words(text)) and len(rest.split()) <= 4 and re.search(r"\d|day", rest):
        fields.dates.append(RawDate(rest, "label", "posted on"))


def _read_terms(tree: Tree, zone: list[int], lines: list[int], line: str, fields: Fields, page: PageFacts) -> None:
    in_line = {i for first in lines for i in range(first, tree.end[first])} if lines else set()
    inside: list[tuple[int, int]] = []
    for number in zone:
        roles, attributes = tree.roles[number], tree.attributes[number]
        if not roles and not attributes:
            continue
        while inside and inside[-1][0] <= number:
            inside.pop()
        if roles & (v.CATEGORIES | v.TAGS) and not roles & (v.BLOCK | v.BODY):
            inside.append((tree.end[number], roles))
        if "href" not in attributes or tree.tags[number] != "a":
            continue
        name = tree.text(number, 300)
        if not name or len(name) > _MAX_NAME or _leads_to_post(tree, number, name):
            continue
        kind = _term_kind(
            attributes.get("rel", "").lower(), archive_of(absolute(page.base, attributes["href"])), inside
        )
        if kind is None and number in in_line and _is_line_term(tree, number, name):
            kind = "category"
        if kind == "category" and name not in fields.categories:
            fields.categories.append(name)
        elif kind == "tag" and name not in fields.tags:
            fields.tags.append(name)
    if lines and not fields.categories and not fields.tags:
        fields.categories += names_in_line(line)


def _leads_to_post(tree: Tree, link: int, name: str) -> bool:
    fragment = tree.attributes[link].get("href", "").partition("#")[2]
    if fragment and COMMENTS.search(fragment):
        return True
    return bool(v.COMMENT_LINK.fullmatch(name) or v.PERMALINK_TEXT.fullmatch(name)) or is_more_link(tree, link)


def _term_kind(rel: str, archive: str, inside: list[tuple[int, int]]) -> str | None:
    kind = archive.partition(":")[0]
    if "category" in rel or kind == "category":
        return "category"
    if kind in ("tag", "label") or rel == "tag":
        return "category" if inside and inside[-1][1] & v.CATEGORIES and kind != "tag" else "tag"
    if inside:
        return "category" if inside[-1][1] & v.CATEGORIES else "tag"
    return None


def _is_line_term(tree: Tree, number: int, name: str) -> bool:
    element = tree.elements[number]
    rel, href = element.get("rel", "").split(), element.get("href", "")
    if not _NO_TERMS.isdisjoint(rel) or _FEED.search(href) or tree.roles[number] & (v.DATE | v.AUTHOR):
        return False
    if v.CLOCK.fullmatch(name) or tree.attributes[number]["href"][:11].lower() == "javascript:":
        return False
    before = element.getprevious()
    lead = (before.tail if before is not None else tree.elements[tree.parent[number]].text) or ""
    by_author = re.search(r"\bby\s*$", lead, re.IGNORECASE) is not None
    return not by_author and "/author/" not in href and v.DATE_TEXT.search(name) is None


def names_in_line(text: str) -> list[str]:
    """The terms that a line names in words: ``Posted on May 1, 2011 in Advice, Sports | …`` gives two."""
    found = _IN_NAMES.search(text[:600])
    if not found:
        return []
    names = [name.strip(" \t\xa0.") for name in found[1].split(",")]
    return [name for name in dict.fromkeys(names) if name and len(name) <= _MAX_NAME and not v.DATE_TEXT.search(name)]


def _has_author_link(tree: Tree, number: int) -> bool:
    return any("author" in tree.attributes[i].get("rel", "") for i in tree.within(tree.links, number))


def _read_author(tree: Tree, zone: list[int], line: str, fields: Fields) -> None:
    for number in zone:
        attributes = tree.attributes[number]
        if not attributes:
            continue
        rel = attributes.get("rel", "") if tree.tags[number] == "a" else ""
        named = tree.roles[number] & v.AUTHOR or ("author" in rel and "author" in rel.split())
        if not named or tree.roles[number] & (v.BLOCK | v.BODY):
            continue
        names = [i for i in range(number, tree.end[number]) if "fn" in tree.attributes[i].get("class", "").split()]
        text = tree.text(names[0] if names else number, 300)
        name = _BY.sub("", text).strip()
        if (
            not names
            and "byline" in attributes.get("class", "")
            and name == text
            and not _has_author_link(tree, number)
        ):
            continue  # Blogger calls every line about a post a byline.
        if found := re.split(r"\s+(?:on|in|at|@)\s+|[|·•]", name, maxsplit=1):
            name = found[0].strip(" \xa0,")
        if name and len(name) <= _MAX_NAME and not v.DATE_TEXT.search(name):
            fields.author = name
            return
    if line and (found_name := _BY_NAME.search(line)):
        fields.author = found_name[1].strip()
