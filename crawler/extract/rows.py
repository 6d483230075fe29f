"""Finds posts that are rows of a list or a table, a link and a date each, on pages that show nothing else."""

from __future__ import annotations

from html import escape
from typing import Final

from ...pipeline.dates.order import date_readings
from ...pipeline.records import RawDate
from . import vocabulary as v
from .addresses import absolute, date_in, may_be_post, same_page
from .blocks import Block
from .bodies import Body
from .fields import Fields
from .head import Head
from .kinds import EXCERPT_WORDS, Found, fill_column, says_listing
from .tree import Tree
from .wording import SIGNS

_ROW_TAGS: Final = frozenset(("li", "tr"))
_ROW: Final = 3
"""Fewer rows are no list of posts."""

_LEVELS: Final = 4
_MOST_WORDS: Final = 80
_AROUND: Final = f"{SIGNS}:»«›‹()[]+"


def dated_rows(tree: Tree, head: Head, base: str | None, here: str | None) -> list[Found]:
    """The rows of one make that each lead to one post and say its day, as its address does; empty where they are few.

    Where addresses spell no date, the page must call itself an archive. A list beside a text is none.
    """
    listing = says_listing(head, here)
    makes: dict[tuple[str, str], dict[str, Found]] = {}
    for link in tree.links:
        row = _row_of(tree, link)
        if row is None or not tree.words(link) or tree.outside[link] or tree.soft[link]:
            continue
        address = _only_post(tree, row, base, here)
        found = _read_row(tree, row, link, address) if address else None
        if address and found is not None and (listing or _agrees(found, address)):
            makes.setdefault((tree.tags[row], tree.tags[tree.parent[link]]), {}).setdefault(address, found)
    rows = list(max(makes.values(), key=len, default={}).values())
    return rows if len(rows) >= _ROW and fill_column(tree, rows) else []


def _row_of(tree: Tree, link: int) -> int | None:
    """The nearest row around a link, unless it is a paragraph's length."""
    above = link
    for _ in range(_LEVELS):
        above = tree.parent[above]
        if above < 0:
            return None
        if tree.tags[above] in _ROW_TAGS:
            return above if tree.words(above) <= _MOST_WORDS else None
    return None


def _only_post(tree: Tree, row: int, base: str | None, here: str | None) -> str:
    """The address of the one post that a row's links lead to; empty where there are several, or none."""
    hrefs = [tree.attributes[i].get("href", "").partition("#")[0] for i in tree.within(tree.links, row)]
    posts = {address for href in hrefs if (address := absolute(base, href)) and may_be_post(address, here)}
    address = posts.pop() if len(posts) == 1 else ""
    return "" if same_page(address, here) else address


def _read_row(tree: Tree, row: int, link: int, address: str) -> Found | None:
    """What a row says, where a day stands at the head or the end of what is beside its link."""
    title = tree.text(link, 2000)
    rest = tree.text(row, 2000).replace(title, " ", 1).strip(_AROUND)
    found = v.DATE_HEADING.match(rest)
    if found is None:
        found = next((m for m in v.DATE_TEXT.finditer(rest) if m.end() == len(rest)), None)
    if found is None or not date_readings(found[0]):
        return None
    said = f"{rest[: found.start()]} {rest[found.end() :]}".strip(_AROUND)
    said = said if len(said.split()) >= EXCERPT_WORDS else ""
    dates = [RawDate(found[0], "label", tree.tags[row])]
    if spelled := date_in(address):
        dates.append(RawDate(spelled, "url", "permalink"))
    body = Body(escape(said, quote=False), "summary", len(said.split()))
    block = Block(link, (row,), tree.parent[row], strong=False, bare=True)
    return Found(block, body, Fields(title=title, permalink=address, dates=dates))


def _agrees(found: Found, address: str) -> bool:
    """Whether the address spells the month of the day that stands beside the link, or that very day."""
    spelled = date_in(address)
    days = date_readings(found.fields.dates[0].text)
    return bool(spelled) and any(f"{day:%Y/%m/%d}".startswith(spelled) for day in days)
