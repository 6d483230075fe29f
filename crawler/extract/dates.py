"""Reads the dates that stand in a block, each as it is written and with the place where it stood."""

from __future__ import annotations

import re
from typing import Final

from ...pipeline.records import RawDate
from . import vocabulary as v
from .tree import Tree

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_UPDATED_LABEL: Final = re.compile(r"(?:updated|modified|edited)\W{0,4}(?:on|at)?\W{0,4}$", re.IGNORECASE)
_UPDATED_BEFORE: Final = re.compile(
    r"updated|modified|edited|aktualisiert|mise à jour|actualizado|aggiornato", re.IGNORECASE
)
_CLOCK: Final = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?", re.IGNORECASE)
_DATE_LINE_WORDS: Final = 7
_META_WORDS: Final = 40
_CLOSE: Final = 30
_NO_LINE: Final = v.BODY | v.SUMMARY | v.BLOCK | v.MAIN | v.UPDATED


def _place(tree: Tree, number: int, attribute: str = "") -> str:
    element = tree.elements[number]
    names = "".join(f".{name}" for name in element.get("class", "").split()[:2])
    return f"{tree.tags[number]}{names[:60]}" + (f"[{attribute}]" if attribute else "")


def read_dates(tree: Tree, zone: list[int], dates: list[RawDate]) -> None:
    """Adds the first date that a block names as the one of publication; what is marked as an update is passed over."""
    for number in zone:
        element = tree.elements[number]
        if element.tag == "time":
            if _is_updated(tree, number):
                continue
            _add_time(tree, number, dates)
        elif tree.roles[number] & v.DATE and not tree.roles[number] & (v.BODY | v.BLOCK):
            stamp = element.get("title", "") or element.get("content", "")
            if not _ISO.match(stamp) and any(
                tree.tags[i] in ("time", "abbr") for i in range(number + 1, tree.end[number])
            ):
                continue
            if tree.roles[number] & v.UPDATED and not _named_published(element.get("class", "")):
                continue
            if _ISO.match(stamp):
                dates.append(
                    RawDate(stamp, "time", _place(tree, number, "title" if element.get("title") else "content"))
                )
            text = date_words(tree.text(number, 300))
            if text and text != stamp:
                dates.append(RawDate(text, "label", _place(tree, number)))
        else:
            continue
        if dates:
            return
    for number in zone:
        # Themes without class names: a line that is a date and nothing else.
        if 0 < tree.words(number) <= _DATE_LINE_WORDS and v.DATE_LINE.fullmatch(text := tree.text(number, 100)):
            dates.append(RawDate(date_words(text), "label", _place(tree, number)))
            return


def read_line_dates(tree: Tree, zone: list[int], dates: list[RawDate]) -> None:
    """Adds the date in a line about the post that says more than its date: what is left where nothing else dates it."""
    if any(d.origin in ("time", "label") for d in dates):
        return
    for number in zone:
        if tree.roles[number] & v.META and not tree.roles[number] & _NO_LINE and tree.words(number) <= _META_WORDS:
            text = tree.text(number, 400)
            found = v.DATE_TEXT.search(text)
            if found and not _UPDATED_BEFORE.search(text[: found.start()]):
                dates.append(RawDate(found[0], "label", _place(tree, number)))
                return


def dates_below(tree: Tree, heading: int) -> list[RawDate]:
    """The date that stands close below a heading, before the next one."""
    dates: list[RawDate] = []
    stop = min(tree.end[heading] + _CLOSE, len(tree.elements))
    following = next((i for i in tree.headings if i >= tree.end[heading] and tree.tags[i] <= "h3"), stop)
    read_dates(tree, list(range(tree.end[heading], min(stop, following))), dates)
    return dates


def _named_published(class_attribute: str) -> bool:
    return not {"published", "entry-date", "dt-published", "post-date"}.isdisjoint(class_attribute.lower().split())


def _is_updated(tree: Tree, number: int) -> bool:
    element = tree.elements[number]
    if _named_published(element.get("class", "")):
        return False
    if tree.roles[number] & v.UPDATED or element.get("itemprop") == "dateModified":
        return True
    above = tree.parent[number]
    if tree.roles[above] & v.UPDATED and not tree.roles[above] & v.DATE:
        return True
    before = element.getprevious()
    label = (before.tail or tree.text(number - 1, 200) if before is not None else tree.elements[above].text) or ""
    return _UPDATED_LABEL.search(label[-60:]) is not None


def _add_time(tree: Tree, number: int, dates: list[RawDate]) -> None:
    stamp = tree.attributes[number].get("datetime", "").strip() or tree.attributes[number].get("title", "").strip()
    if _ISO.match(stamp) or (stamp and any(c.isdigit() for c in stamp)):
        dates.append(RawDate(stamp[:200], "time", _place(tree, number, "datetime")))
    text = date_words(tree.text(number, 300))
    if text and text != stamp:
        dates.append(RawDate(text, "label", _place(tree, number)))


def date_words(text: str) -> str:
    """The part of a label that is its date: ``Posted on November 13, 2018 in Tips`` gives ``November 13, 2018``."""
    if found := v.DATE_TEXT.search(text[:300]):
        return found[0]
    text = re.sub(r"^(?:posted|published)?\s*(?:on\b)?[\s:]*", "", text[:300], flags=re.IGNORECASE)
    text = re.split(r"\s(?:in|by|at)\s|[|·•]", text, maxsplit=1)[0].strip()
    if _CLOCK.fullmatch(text):
        return ""
    return text if 0 < len(text) <= 60 and re.match(r"(?:in|by)\b", text) is None else ""
