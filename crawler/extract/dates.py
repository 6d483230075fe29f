"""Reads the dates that stand in a block, each as it is written and with the place where it stood."""

from __future__ import annotations

import re
from typing import Final

from ...pipeline.dates.order import date_readings
from ...pipeline.records import RawDate
from . import vocabulary as v
from .leads import COMMENTS
from .tree import Tree
from .wording import (
    SIGNS,
    SMALL_TAGS,
    dated_line,
    day_elsewhere,
    line_by,
    parted_date,
    says_by_whom,
    signed_line,
    speaks_of_post,
)

ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_UPDATED_LABEL: Final = re.compile(r"(?:updated|modified|edited)\W{0,4}(?:on|at)?\W{0,4}$", re.IGNORECASE)
_UPDATED_BEFORE: Final = re.compile(
    r"updated|modified|edited|aktualisiert|mise à jour|actualizado|aggiornato", re.IGNORECASE
)
_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|pdf|docx?|xlsx?|zip|mp3|mp4)$", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SPAN: Final = re.compile(
    r"\b(?:19|20)\d\d\s{0,3}[–—-]\s{0,3}(?:[^\W\d_]{3,12}\.?\s{1,3})?(?:(?:19|20)\d\d\b|present\b|now\b|today\b|heute\b)",
    re.IGNORECASE,
)
"""From when to when: a position in a curriculum vitae, and no post's date."""

_DATE_LINE_WORDS: Final = 7
META_WORDS: Final = 40
_CLOSING_WORDS: Final = 90
_DATE_WORDS: Final = 4
_LEAST_SIGNED: Final = 3
_MOST_SIGNED: Final = 24
_NEAR_HEAD: Final = 30
_NO_LINE_TAGS: Final = frozenset(("time", "li", "td", "dd", "p"))
_LONG_DATE: Final = 100
_ITEMS: Final = frozenset(("li", "td", "dd"))
_FIGURE: Final = re.compile(r"\d")
_BETWEEN: Final = re.compile(r"[|·•][^|·•]{0,40}\d")
_PARTS: Final = re.compile(r"\s*[|·•]\s*")
_QUOTED_LEVELS: Final = 6
_NO_LINE: Final = v.BODY | v.SUMMARY | v.BLOCK | v.MAIN | v.UPDATED


def place(tree: Tree, number: int, attribute: str = "") -> str:
    """Where a date stood: its element with two of its classes, and the attribute that held it."""
    element = tree.elements[number]
    names = "".join(f".{name}" for name in element.get("class", "").split()[:2])
    return f"{tree.tags[number]}{names[:60]}" + (f"[{attribute}]" if attribute else "")


def read_dates(tree: Tree, zone: list[int], dates: list[RawDate]) -> None:
    """Adds the first date that a block names as the one of publication; what is marked as an update is passed over.

    Where the first can be none (``Rome, the``, ``31 03/26``) a later one comes in its place.
    """
    partial: list[RawDate] = []
    for number in zone:
        roles = tree.roles[number]
        if tree.tags[number] == "time":
            if _is_updated(tree, number):
                continue
            _add_time(tree, number, dates)
        elif roles & v.DATE and not roles & (v.BODY | v.BLOCK):
            element = tree.elements[number]
            stamp = element.get("title", "") or element.get("content", "")
            if not ISO.match(stamp) and _holds_date(tree, number):
                continue
            if tree.roles[number] & v.UPDATED and not _named_published(element.get("class", "")):
                continue
            _add_named(tree, number, stamp, dates)
        elif tree.tags[number] == "abbr" and ISO.match(stamp := tree.attributes[number].get("title", "")):
            # hAtom's pattern for dates, which some themes follow without its classes.
            dates.append(RawDate(stamp[:200], "time", place(tree, number, "title")))
        else:
            continue
        if not dates:
            continue
        if dates[0].origin == "time" or _may_be_date(dates[0].text):
            return
        partial = partial or dates[:]
        dates.clear()
    _read_bare_dates(tree, zone, dates)
    if not dates and not partial:
        _read_sole_update(tree, zone, dates)
    dates += [] if dates else partial


def _may_be_date(text: str) -> bool:
    """Whether a label has a year, or words and figures, in whatever language; else ``Yesterday`` is one."""
    if _YEAR.search(text):
        return True
    return any(map(str.isalpha, text)) and any(map(str.isdigit, text))


def _add_named(tree: Tree, number: int, stamp: str, dates: list[RawDate]) -> None:
    """Adds what an element that a class names a date says, by `stamp`, its attribute, and by its words."""
    element = tree.elements[number]
    if ISO.match(stamp):
        dates.append(RawDate(stamp, "time", place(tree, number, "title" if element.get("title") else "content")))
    text = date_words(_label(tree, number))
    if not ISO.match(stamp) and not v.DATE_TEXT.search(text) and (whole := _around(tree, number)):
        text, number = whole, tree.parent[number]
    if text and text != stamp and not _SPAN.search(text):
        dates.append(RawDate(text, "label", place(tree, number)))
    if ISO.match(written := element.get("datetime", "")) and not date_readings(text):
        # Many of Blogger's themes write a time's attribute on a span, for dates in whatever language.
        dates.append(RawDate(written[:200], "time", place(tree, number, "datetime")))


def read_body_dates(tree: Tree, body: int | None, dates: list[RawDate]) -> None:
    """Adds the date of a line about the post that stands in its body's element, where nothing outside dates it."""
    if body is None or any(d.origin in ("time", "label") for d in dates):
        return
    for number in range(body + 1, min(tree.end[body], body + _NEAR_HEAD)):
        if tree.roles[number] & v.META and not tree.roles[number] & _NO_LINE and tree.words(number) <= META_WORDS:
            if not _is_quoted(tree, number):
                read_dates(tree, list(range(number, tree.end[number])), dates)
            if dates:
                return
    for number in tree.children(body):
        about = tree.roles[number] & v.META
        if not 0 < tree.words(number) <= (_CLOSING_WORDS if about else META_WORDS):
            continue
        text = tree.text(number, 400)
        if about and (found := v.DATE_TEXT.search(text[:_LONG_DATE])):
            # In whatever language: "This entry was posted on …" and how to follow its comments.
            dates.append(RawDate(found[0], "label", place(tree, number)))
            return
        if speaks_of_post(text):
            said = date_words(text)
            if len(said.split()) <= _DATE_WORDS and any(sign.isdigit() for sign in said):
                dates.append(RawDate(said, "label", place(tree, number)))
            return


def _read_sole_update(tree: Tree, zone: list[int], dates: list[RawDate]) -> None:
    """Adds what is named ``updated`` where nothing is named as published: hAtom has themes call the post's date so."""
    marked = [i for i in zone if tree.roles[i] & v.UPDATED and not tree.roles[i] & (v.BODY | v.BLOCK)]
    marked = [i for i in marked if "updated" in tree.attributes[i].get("class", "").lower().split()]
    if len(marked) != 1 or tree.attributes[marked[0]].get("itemprop") == "dateModified":
        return
    text = _label(tree, marked[0])
    before = tree.elements[marked[0]].getprevious()
    lead = (before.tail or "") if before is not None else tree.elements[tree.parent[marked[0]]].text or ""
    if not _UPDATED_BEFORE.search(f"{lead[-60:]} {text}") and not _is_quoted(tree, marked[0]):
        _add_time(tree, marked[0], dates)


def _read_bare_dates(tree: Tree, zone: list[int], dates: list[RawDate]) -> None:
    """Adds a date that stands alone, or at the head of a small line."""
    zone = [number for number in zone if tree.words(number) and not _is_quoted(tree, number)]
    for number in zone:
        # Themes without class names: a line that is a date and nothing else.
        if 0 < tree.words(number) <= _DATE_LINE_WORDS and v.DATE_LINE.fullmatch(text := tree.text(number, 100)):
            if _is_updated(tree, number) or _leads_to_file(tree, number):
                continue
            dates.append(RawDate(date_words(text), "label", place(tree, number)))
            return
    for number in zone:
        # A text that is a date and nothing else, between a line's signs and links.
        if tree.tags[number] in _NO_LINE_TAGS or tree.words(number) > META_WORDS or _is_updated(tree, number):
            continue
        if (text := _dated_text(tree, number)) and not _leads_to_file(tree, number):
            dates.append(RawDate(text, "label", place(tree, number)))
            return
    for number in zone:
        if _LEAST_SIGNED <= tree.words(number) <= _MOST_SIGNED and (text := signed_line(tree.text(number, 200))):
            dates.append(RawDate(text, "label", place(tree, number)))
            return
    for number in zone:
        small = tree.tags[number] in SMALL_TAGS
        if small and (text := dated_line(tree.text(number, 200))) and not _is_updated(tree, number):
            dates.append(RawDate(text, "label", place(tree, number)))
            return


def read_foreign_date(tree: Tree, zone: list[int], roots: tuple[int, ...], spelled: str, dates: list[RawDate]) -> None:
    """Adds a day that stands alone, in a language whose dates have no shape of their own.

    What an address has `spelled` may not contradict it: a title may be the day of which the post tells.
    """
    for number in zone:
        for piece in (tree.texts[number], None if number in roots else tree.tails[number]):
            if not piece or piece.isascii() or len(piece) > _LONG_DATE:
                continue
            day = day_elsewhere(text := piece.strip(SIGNS))
            fits = day is not None and f"{day:%Y/%m/%d}".startswith(spelled)
            if fits and not (_is_updated(tree, number) or _leads_to_file(tree, number)):
                dates.append(RawDate(text, "label", place(tree, number)))
                return


def _leads_to_file(tree: Tree, number: int) -> bool:
    """Whether a line that holds a date is a link to a file: a poster's or a report's own date."""
    links = tree.within(tree.links, number)
    return bool(links) and all(_FILE.search(tree.attributes[i].get("href", "")) for i in links)


def _dated_text(tree: Tree, number: int) -> str:
    for child in (number, *tree.children(number)):
        text = tree.texts[number] if child == number else tree.tails[child]
        if text and len(text) < _LONG_DATE and v.DATE_LINE.fullmatch(text.strip(SIGNS)):
            return date_words(text.strip(SIGNS))
    return ""


def _is_quoted(tree: Tree, number: int) -> bool:
    """Whether an element stands in a quotation: tweets and letters have dates of their own."""
    for _ in range(_QUOTED_LEVELS):
        if number < 0 or tree.roles[number] & v.BLOCK:
            return False
        if tree.tags[number] in ("blockquote", "q") or (
            tree.tags[number] == "figure" and not tree.holds(tree.headings, number)
        ):
            return True
        number = tree.parent[number]
    return False


def _label(tree: Tree, number: int) -> str:
    """The text of a date's element, its parts apart where day, month and year stand in elements of their own."""
    text = tree.text(number, 300)
    if tree.end[number] - number > 2 and not v.DATE_TEXT.search(text):
        parts = (tree.text(i, 40) for i in range(number + 1, tree.end[number]) if tree.end[i] == i + 1)
        apart = " ".join(part for part in parts if part)
        if v.DATE_TEXT.fullmatch(apart):
            return apart
    return text


def _around(tree: Tree, number: int) -> str:
    """The date around an element that a class names a date and that holds a part of it, as the day; else empty."""
    above = tree.parent[number]
    if not tree.words(number) < tree.words(above) <= _DATE_WORDS or tree.roles[above] & (_NO_LINE | v.TITLE):
        return ""
    parts = [tree.texts[above], *(part for i in tree.children(above) for part in (tree.text(i, 40), tree.tails[i]))]
    whole = " ".join(" ".join(part for part in parts if part).split())
    return whole if v.DATE_LINE.fullmatch(whole) else ""


def read_line_dates(tree: Tree, zone: list[int], body: int | None, dates: list[RawDate]) -> None:
    """Adds the date in a line about the post that says more than its date: what is left where nothing else dates it.

    Class names tell such lines; beside a `body` that they name, a short line in parts, one of them a date, is one too.
    """
    if any(d.origin in ("time", "label") for d in dates):
        return
    for number in zone:
        roles = tree.roles[number]
        if roles & (v.META | v.AUTHOR) and not roles & _NO_LINE and tree.words(number) <= META_WORDS:
            text = tree.text(number, 400)
            found = v.DATE_TEXT.search(text)
            if found and not roles & v.META and not says_by_whom(text[: found.start()]):
                # A box about the author, and no byline.
                continue
            if found and not (_UPDATED_BEFORE.search(text[: found.start()]) or _is_change(tree, number, found[0])):
                dates.append(RawDate(found[0], "label", place(tree, number)))
                return
    for number in zone:
        # What holds no text of its own says nothing of itself.
        said = tree.texts[number] or tree.tails[number]
        if said and (text := _line_of_post(tree, number)) and not _is_updated(tree, number):
            dates.append(RawDate(text, "label", place(tree, number)))
            return
    for number in zone if body is not None else ():
        if _LEAST_SIGNED <= tree.words(number) <= _MOST_SIGNED and (text := parted_date(tree.text(number, 200))):
            if not _is_quoted(tree, number):
                dates.append(RawDate(text, "label", place(tree, number)))
            return


def _is_change(tree: Tree, line: int, date: str) -> bool:
    """Whether a date stands in a part of a line that is marked as the last change."""
    marked = (i for i in range(line + 1, tree.end[line]) if tree.attributes[i].get("itemprop") == "dateModified")
    return any(date in tree.text(i, 200) for i in marked)


def _line_of_post(tree: Tree, number: int) -> str:
    """The date in a line without a class that names its post's author, terms or comments behind it; else empty."""
    first, tail = tree.texts[number], tree.tails[number]
    found = ""
    if first and _FIGURE.search(first) and tree.words(number) <= META_WORDS and tree.tags[number] not in _ITEMS:
        text = tree.text(number, _LONG_DATE * 2)
        found = line_by(text) or (dated_line(text) if _names_terms(tree, number) else "")
    if not found and tail and _BETWEEN.search(tail) and tree.words(tree.parent[number]) <= META_WORDS:
        parts = _PARTS.split(tail[:_LONG_DATE])
        found = next((part for part in parts if v.DATE_LINE.fullmatch(part)), "")
    return date_words(found) if found and not _is_quoted(tree, number) else ""


def _names_terms(tree: Tree, number: int) -> bool:
    """Whether a link in a line leads to a term of the post or to its comments: then the line is about it."""
    links = tree.within(tree.links, number)
    return any("tag" in tree.attributes[i].get("rel", "").split() for i in links) or any(
        COMMENTS.search(tree.attributes[i].get("href", "").partition("#")[2]) for i in links
    )


def _named_published(class_attribute: str) -> bool:
    return not {"published", "entry-date", "dt-published", "post-date"}.isdisjoint(class_attribute.lower().split())


def _holds_date(tree: Tree, number: int) -> bool:
    """Whether an element below one bears the date: by its tag, or named as that of publication beside the change's."""
    return any(
        tree.tags[i] in ("time", "abbr") or _named_published(tree.attributes[i].get("class", ""))
        for i in range(number + 1, tree.end[number])
    )


def _is_updated(tree: Tree, number: int) -> bool:
    element = tree.elements[number]
    marked = element.get("itemprop")
    if marked == "dateModified" and any(other.get("itemprop") == "datePublished" for other in element.itersiblings()):
        # Some themes change the classes of the two, and not what the two are marked as.
        return True
    if _named_published(element.get("class", "")) or marked == "datePublished":
        return False
    if tree.roles[number] & v.UPDATED or marked == "dateModified":
        return True
    above = tree.parent[number]
    named = tree.attributes[above].get("class", "").lower() if tree.roles[above] & v.UPDATED else ""
    if named and (not tree.roles[above] & v.DATE or ("modified" in named and not _named_published(named))):
        return True
    before = element.getprevious()
    label = (before.tail or tree.text(number - 1, 200) if before is not None else tree.elements[above].text) or ""
    return _UPDATED_LABEL.search(label[-60:]) is not None


def _add_time(tree: Tree, number: int, dates: list[RawDate]) -> None:
    stamp = tree.attributes[number].get("datetime", "").strip() or tree.attributes[number].get("title", "").strip()
    if ISO.match(stamp) or (stamp and any(c.isdigit() for c in stamp)):
        dates.append(RawDate(stamp[:200], "time", place(tree, number, "datetime")))
    text = date_words(tree.text(number, 300))
    if text and text != stamp:
        dates.append(RawDate(text, "label", place(tree, number)))


def date_words(text: str) -> str:
    """The part of a label that is its date: ``Posted on November 13, 2018 in Tips`` gives ``November 13, 2018``."""
    if found := v.DATE_TEXT.search(text[:300]):
        return found[0]
    text = re.sub(r"^(?:posted|published)?\s*(?:on\b)?[\s:]*", "", text[:300], flags=re.IGNORECASE)
    text = re.split(r"\s(?:in|by|at|under)(?:\s|$)|[|·•]", text, maxsplit=1)[0].strip()
    if v.CLOCK.fullmatch(text):
        return ""
    said = 0 < len(text) <= 60 and any(map(str.isalnum, text)) and re.match(r"(?:in|by)\b", text) is None
    return text if said else ""
