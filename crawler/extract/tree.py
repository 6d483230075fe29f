"""A parsed page with what the extractor asks of it again and again, gathered in one walk."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, TypeAlias, cast

from lxml import etree

from . import vocabulary as v
from .marks import FURTHER, LONG_CLASS, ROOTS, TELLING, speaks, spoken
from .wording import is_dated_title

Element: TypeAlias = etree._Element  # noqa: SLF001 - the type has no other name

MAX_ELEMENTS: Final = 400_000
"""A page with more elements than this is read up to here; real listing pages have some thousands."""

_LARGE: Final = 250_000
_CROWDED: Final = re.compile(
    r"(<[a-zA-Z][^\s<>/]{0,60}+)"
    r"(?>[\s/]++[^\s=<>\"'/]{1,1000}+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]*+))?+){1000,}+"
)
"""A tag with a thousand attributes or more, in characters of a page larger than `_LARGE`: no author's work."""

_ENOUGH: Final = 64
_NO_LINES = v.HEADINGS | ROOTS
_SKIPPED = v.SKIPPED_TAGS | {"head"}
_NONE: Final[dict[str, str]] = {}
_WITHOUT_TEXT = _SKIPPED | {"meta", "link", "br", "hr", "img", "input"}


class Tree:
    """The elements of a page in document order, each known by its number.

    Lists run parallel: `elements[i]`, its `parent[i]` (-1 for the root), the number `end[i]` behind its last
    descendant, its `roles[i]` (bits of `vocabulary`), its `attributes[i]` (not to be changed), the `texts[i]` before
    its first child and the `tails[i]` behind it, and running counts of the words seen before and within.

    Sorted numbers: `links`, those of them that are `paged` (a word in their address may name a page), `headings`,
    `titled` (headings, and what class names call a title), `spoken` (all that have a role), and what is `dated` behind
    a dash, a `pager`, a lock or a word that there is nothing; `steering` are those whose class may name a pager's link,
    `naming` those that may name the page's archive.
    `more` and `leads` keep what was found of links.
    """

    def __init__(self, text: str) -> None:
        self.root = _parse(text)
        self.elements: list[Element]
        self.tags: list[str]
        self.parent: list[int]
        self.end: list[int]
        self.roles: list[int] = []
        self.attributes: list[dict[str, str]]
        self.texts: list[str | None]
        self.tails: list[str | None]
        self._lines: dict[int, str] = {}
        self._words_start: list[int]
        self._words_end: list[int]
        self.links: list[int] = []
        self.paged: list[int] = []
        self.headings: list[int] = []
        self.titled: list[int] = []
        self.spoken: list[int] = []
        self.dated: list[int] = []
        self.pagers: list[int] = []
        self.locks: list[int] = []
        self.nothing: list[int] = []
        self.steering: list[int] = []
        self.naming: list[int] = []
        self.more: dict[int, bool] = {}
        self.leads: dict[tuple[int, str | None], str | None] = {}
        self._outside: list[int] = []
        self._main: list[int] = []
        self._noted = (
            self.spoken,
            self.headings,
            self.titled,
            self._outside,
            self._main,
            self.pagers,
            self.nothing,
            self.locks,
            self.steering,
            self.naming,
        )
        self._walk()
        self._note_links()
        self._note_dated()
        self.outside, self.soft = self._regions()

    def _walk(self) -> None:
        # A page's elements are what its reading costs most for: list after list, with few steps an element.
        elements = self.elements = _visible(self.root)
        self.tags = cast("list[str]", [element.tag for element in elements])
        self.texts = [element.text for element in elements]
        self.tails = [element.tail for element in elements]
        self.attributes = [dict(items) if (items := element.items()) else _NONE for element in elements]
        self._count()
        self._hear()

    def _count(self) -> None:
        """Note how the elements hold each other, and how many words stand before and within them."""
        elements, tags, texts, tails = self.elements, self.tags, self.texts, self.tails
        size = len(elements)
        parent, end = self.parent, self.end = [-1] * size, [size] * size
        starts, ends = self._words_start, self._words_end = [0] * size, [0] * size
        above: Element | None = None
        top = -1
        words = 0
        for number, holder in enumerate([element.getparent() for element in elements]):
            while holder is not above:
                end[top] = number
                ends[top] = words
                if text := tails[top]:
                    words += len(text.split())
                top = parent[top]
                above = elements[top]
            parent[number] = top
            starts[number] = words
            if (text := texts[number]) and tags[number] not in _WITHOUT_TEXT:
                words += len(text.split())
            top, above = number, elements[number]
        while top > 0:
            ends[top] = words
            if text := tails[top]:
                words += len(text.split())
            top = parent[top]
        ends[0] = words

    def _hear(self) -> None:
        """Note what tags and attributes say of the elements."""
        noted, said = self._noted, self.roles
        for number, (tag, named) in enumerate(zip(self.tags, self.attributes, strict=True)):
            classes = named.get("class", "")
            if len(classes) > LONG_CLASS or not FURTHER.isdisjoint(named):
                roles, notes = speaks(tag, named)
            elif tag in TELLING:
                roles, notes = spoken(tag, classes)
            elif classes:
                roles, notes = spoken("", classes)
            else:
                said.append(0)
                continue
            said.append(roles)
            for place in notes:
                noted[place].append(number)

    def _note_links(self) -> None:
        for number in [i for i, tag in enumerate(self.tags) if tag == "a"]:
            if (href := self.attributes[number].get("href")) is not None:
                self.links.append(number)
                href = href.lower()
                if "pag" in href or "pg=" in href:
                    self.paged.append(number)

    def _note_dated(self) -> None:
        """Notes the lines with a date behind a dash that are no headings."""
        for number, text in [(i, text) for i, text in enumerate(self.texts) if text and "/" in text]:
            if (
                "/" in text[-20:]
                and len(text) <= v.LONGEST_TITLE
                and self.tags[number] not in _NO_LINES
                and not len(self.elements[number])
                and is_dated_title(text)
            ):
                self.dated.append(number)

    def _regions(self) -> tuple[bytearray, bytearray]:
        """Marks of what lies outside the page's own text, and of what lies in widget-like boxes."""
        size = len(self.elements)
        outside, soft, inside_main = bytearray(size), bytearray(size), bytearray(size)
        columns = [i for i in self._main if i and self.tags[i] != "body"]
        for number in columns:
            inside_main[number : self.end[number]] = b"\1" * (self.end[number] - number)
        for number in self._outside:
            end, roles, tag = self.end[number], self.roles[number], self.tags[number]
            if outside[number] or roles & v.MAIN:
                continue
            if not roles & v.HIDDEN and self.holds(columns, number):
                continue
            if roles & (v.OUTSIDE | v.HIDDEN) or tag in v.OUTSIDE_TAGS:
                if not roles & v.HIDDEN and self._swallows(number):
                    continue
                kind = outside
            elif tag in ("header", "footer"):
                above = self.tags[self.parent[number]]
                if (
                    inside_main[number]
                    or (tag == "header" and above != "body")
                    or self.inside(number, v.BLOCK) is not None
                ):
                    continue
                kind = outside
            elif inside_main[number] or not columns:
                kind = soft
            else:
                kind = outside
            kind[number:end] = b"\1" * (end - number)
        return outside, soft

    def _swallows(self, number: int) -> bool:
        """Whether a menu or the like holds most of the page and its posts: for want of an end tag, or by its name."""
        if 2 * self.words(number) <= self.words(0):
            return False
        if any(self.roles[i] & v.UNTITLED for i in self.within(self.spoken, number)):
            return True
        bookmarks = [i for i in self.within(self.links, number) if self.attributes[i].get("rel") == "bookmark"]
        if any(self.tags[self.parent[i]] in v.HEADINGS for i in bookmarks):
            return True
        # Themes say of the column around a post, too, that there is a sidebar: the page's own heading stands in it.
        tops = [i for i in self.within(self.headings, number) if self.tags[i] == "h1"]
        beside = "sidebar" in self.attributes[number].get("class", "").lower()
        return beside and any("widget" not in self.attributes[i].get("class", "") for i in tops)

    def holds(self, numbers: list[int], number: int) -> bool:
        """True where one of the sorted `numbers` lies below element `number`."""
        place = bisect_left(numbers, number + 1)
        return place < len(numbers) and numbers[place] < self.end[number]

    def within(self, numbers: list[int], number: int) -> list[int]:
        """Those of the sorted `numbers` that are element `number` or lie below it."""
        return numbers[bisect_left(numbers, number) : bisect_left(numbers, self.end[number])]

    def inside(self, number: int, role: int) -> int | None:
        """The nearest ancestor that has `role`, looked for 40 levels up at most."""
        for _ in range(40):
            number = self.parent[number]
            if number < 0:
                return None
            if self.roles[number] & role:
                return number
        return None

    def words(self, number: int) -> int:
        """How many words of visible text element `number` holds."""
        return self._words_end[number] - self._words_start[number]

    def words_between(self, first: int, last: int) -> int:
        """How many words stand from the end of element `first` to the start of element `last`."""
        return self._words_start[last] - self._words_end[first]

    def children(self, number: int) -> Iterator[int]:
        """The numbers of the child elements."""
        child = number + 1
        end = self.end[number]
        while child < end:
            yield child
            child = self.end[child]

    def next_sibling(self, number: int) -> int | None:
        """The number of the element after `number` under the same parent."""
        above = self.parent[number]
        following = self.end[number]
        return following if above >= 0 and following < self.end[above] else None

    def text(self, number: int, limit: int = 2000) -> str:
        """Visible text of element `number`, nothing hidden or scripted; white space but no-break spaces collapsed."""
        line = self._lines.get(number)
        if line is not None and len(line) <= limit:
            return line
        if self.end[number] == number + 1:
            # No element within; those that the walk passed over hold no visible text.
            text = self.texts[number]
            if not text or self.tags[number] in v.SKIPPED_TAGS:
                return ""
            line, whole = one_line(text[: 2 * limit]), len(text) <= 2 * limit
        else:
            parts: list[str] = []
            whole = self._add_texts(number, parts, limit) <= limit
            line = one_line("".join(parts))
        if whole:
            self._lines[number] = line
        return line

    def plain(self, numbers: tuple[int, ...], limit: int = 2000) -> str:
        """Visible text of several elements, up to about `limit` characters."""
        return self._gather(numbers, limit)[0]

    def last_words(self, number: int, limit: int) -> str:
        """The end of `plain`: 64 characters at least, or all."""
        parts: list[str] = []
        if self.end[number] == number + 1:
            return self._gather((number,), limit)[0]
        self._add_texts(number, parts, limit)
        start, size = len(parts), 0
        while True:
            while start and size < _ENOUGH:
                start -= 1
                size += len(parts[start])
            line = one_line("".join(parts[start:]))
            if not start or len(line) >= _ENOUGH:
                return line
            # So much white space: what was taken is taken again, and as much once more.
            size = -size

    def _gather(self, numbers: tuple[int, ...], limit: int) -> tuple[str, bool]:
        """Visible text of several elements, and whether it is all of it."""
        parts: list[str] = []
        size = 0
        for number in numbers:
            if self.end[number] == number + 1:
                # No element within; those that the walk passed over hold no visible text.
                text = self.texts[number]
                if text and self.tags[number] not in v.SKIPPED_TAGS:
                    parts.append(text[: 2 * limit])
                    size += (len(text) + 1) // 2
                continue
            size += self._add_texts(number, parts, limit - size)
        return one_line("".join(parts)), size <= limit

    def _add_texts(self, number: int, parts: list[str], limit: int) -> int:
        """Adds the visible texts within an element to `parts`, and gives their length; it ends soon behind `limit`."""
        size = 0
        tags, ends, texts, tails, roles = self.tags, self.end, self.texts, self.tails, self.roles
        end = ends[number]
        # The ends of what is open and the tails behind it; nothing ends behind the last.
        open_tails: list[tuple[int, str]] = []
        at = number
        while at < end:
            while open_tails and open_tails[-1][0] <= at:
                part = open_tails.pop()[1]
                parts.append(part)
                size += len(part)
                if size > limit:
                    return size
            tag = tags[at]
            if at != number and (tail := tails[at]):
                open_tails.append((ends[at], tail))
            if tag in v.SKIPPED_TAGS or (roles[at] & v.HIDDEN and at != number):
                at = ends[at]
                continue
            if tag in _BREAKING:
                parts.append(" ")
                size += 1
                if size > limit:
                    return size
            if text := texts[at]:
                parts.append(text)
                size += len(text)
                if size > limit:
                    return size
            at += 1
        while open_tails:
            part = open_tails.pop()[1]
            parts.append(part)
            size += len(part)
            if size > limit:
                return size
        return size


def _visible(root: Element) -> list[Element]:
    """The elements in document order but those within elements that hold no visible text."""
    found: Iterator[Any] = root.iter("*")
    elements: list[Element] = list(islice(found, MAX_ELEMENTS))
    closed = [number for number, element in enumerate(elements) if element.tag in _SKIPPED and len(element)]
    kept: list[Element] = []
    done = 0
    for number in closed:
        if number >= done:
            kept += elements[done : number + 1]
            inside: Iterator[Any] = elements[number].iterdescendants("*")
            done = number + 1 + sum(1 for _ in inside)
    return kept + elements[done:] if kept else elements


def one_line(text: str) -> str:
    """Text with its white space but no-break spaces collapsed."""
    if "\xa0" not in text:
        return " ".join(text.split())
    return " ".join(text.replace("\xa0", "\0").split()).replace("\0", "\xa0").strip(" \xa0")


_BREAKING = frozenset(("br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "section", "td", "tr"))


def _parse(text: str) -> Element:
    """The page as a tree; an empty one where nothing can be read. Lone surrogates and NUL become other signs."""
    if len(text) > _LARGE:
        # libxml2 takes time by the square of a tag's attributes.
        text = _CROWDED.sub(r"\1", text)
    data = text.replace("\0", "�").encode("utf-8", "replace")
    # Plain elements: those of lxml.html are made by a call into Python, one for each.
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    return root if root is not None else etree.fromstring(b"<html><body></body></html>")
