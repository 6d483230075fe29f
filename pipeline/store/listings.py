"""Bounds for undated posts, from the order of the listings that show them, kept up page by page."""

from __future__ import annotations

from collections import Counter as Tally
from collections import deque
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from ..listing_order import Bounds, bounds_in_listing, narrowed, newest_first, proves_order
from ..records import KnownEntry
from . import tables as t
from .outcome import Counter
from .rows import chunks, known_entry

VISITS = 4
"""A page is looked at again when a neighbour's dates change; so often at most, for listings can run in circles."""


# Named, because a planner without statistics takes the index over all pages of the source.
_TO_SETTLE = text("SELECT id FROM pages INDEXED BY pages_to_do WHERE source = :source AND unsettled")


def pages_to_settle(db: Connection, source: str) -> set[int]:
    """The listing pages of a source whose own posts changed since they were last looked at."""
    return set(db.execute(_TO_SETTLE, {"source": source}).scalars())


def pages_of_entries(db: Connection, digests: Iterable[str]) -> set[int]:
    """The pages that list these entries as their own."""
    s, e = t.sightings.c, t.entries.c
    query = select(s.page).join(t.entries, s.entry == e.id).where(s.own)
    return {page for some in chunks(digests) for page in db.scalars(query.where(e.digest.in_(some)))}


def own_entries(db: Connection, page: int) -> list[KnownEntry]:
    """What a page shows as its own, from top to bottom, as it stood when it was last seen."""
    s, e, p = t.sightings.c, t.entries.c, t.pages.c
    query = (
        select(t.entries)
        .join(t.sightings, s.entry == e.id)
        .join(t.pages, s.page == p.id)
        .where(p.id == page, s.own, s.last_seen == p.last_seen)
        .order_by(s.position, e.digest)
    )
    return [known_entry(row) for row in db.execute(query)]


def settle_pages(db: Connection, source: str, pages: Iterable[int], counter: Counter) -> None:
    """Look at pages anew, and at their neighbours as far as their dates matter there; give each post its bounds.

    A post whose bounds changed gets the next number of the change sequence, for searches may go by them; its content
    has not changed.
    """
    todo, visits, touched = deque(sorted(pages)), Tally[int](), set[str]()
    while todo:
        number = todo.popleft()
        visits[number] += 1
        if visits[number] <= VISITS:
            touched |= _settle_page(db, source, number, todo)
    for post in sorted(touched):
        _bound_post(db, source, post, counter)


class _Place(NamedTuple):
    """One post on a listing page, with its date if that is exact to the day."""

    post: str
    day: date | None
    undated: bool


_P, _B, _S, _Q = t.pages.c, t.bounds.c, t.sightings.c, t.posts.c
# Built once: a large archive's first resolution runs each some thousand times.
_PAGE = select(t.pages).where(_P.id == bindparam("number"))
_BEFORE = select(_P.id, _P.oldest, _P.proven_down).where(
    _P.source == bindparam("its_source"), _P.next_url == bindparam("its_url")
)
_AFTER = select(_P.id, _P.newest, _P.proven_up).where(
    _P.source == bindparam("its_source"), _P.url == bindparam("its_next")
)
_BOUNDED = select(_B.post).where(_B.page == bindparam("number"))
_UNBIND = delete(t.bounds).where(_B.page == bindparam("number"))
_SETTLE = (
    update(t.pages)
    .where(_P.id == bindparam("number"))
    .values({name: bindparam(name) for name in ("oldest", "newest", "proven_down", "proven_up")} | {"unsettled": False})
)
_PLACES = (
    select(_Q.id, _Q.published, _Q.published_precision)
    .join(t.members, (t.members.c.source == _Q.source) & (t.members.c.post == _Q.id))
    .join(t.entries, t.entries.c.digest == t.members.c.digest)
    .join(t.sightings, _S.entry == t.entries.c.id)
    .where(_S.page == bindparam("number"), _S.own, _S.last_seen == bindparam("moment"))
    .order_by(_S.position, _Q.id)
)
_TOLD = select(_B.not_before, _B.not_after).where(
    _B.source == bindparam("its_source"), _B.post == bindparam("its_post")
)
_POST = select(t.posts).where(_Q.source == bindparam("its_source"), _Q.id == bindparam("its_post"), _Q.live)


def _settle_page(db: Connection, source: str, number: int, todo: deque[int]) -> set[str]:
    """Bound the undated posts of one page; gives the posts touched, and puts neighbours on the list of work."""
    this = {"number": number}
    page = db.execute(_PAGE, this).one()
    # A page without an address, or without a next one, has no neighbour there.
    before = db.execute(_BEFORE, {"its_source": source, "its_url": page.url}).all()
    after = db.execute(_AFTER, {"its_source": source, "its_next": page.next_url}).all() if page.next_url else []
    places = _places(db, page)
    days = [place.day for place in places]
    above = _day(min((row.oldest for row in before if row.oldest), default=None))
    below = _day(max((row.newest for row in after if row.newest), default=None))
    from_above = any(row.proven_down for row in before if row.id != number)
    from_below = any(row.proven_up for row in after if row.id != number)
    touched = set(db.scalars(_BOUNDED, this))
    if touched:
        db.execute(_UNBIND, this)
    rows = {
        place.post: {"page": number, "source": source, "post": place.post, **_columns(bounds)}
        for place, bounds in zip(
            places, bounds_in_listing(days, above, below, proven=from_above or from_below), strict=True
        )
        if place.undated and bounds
    }
    if rows:
        db.execute(insert(t.bounds), list(rows.values()))
    oldest, newest = _ends(days, above, below)
    sorted_here, proven = newest_first([above, *days, below]), proves_order([above, *days, below])
    # The proof is handed on in one direction at a time, or two pages could prove it to each other.
    down, up = proven or (sorted_here and from_above), proven or (sorted_here and from_below)
    if (oldest, down) != (page.oldest, page.proven_down):
        todo.extend(row.id for row in after if row.id != number)
    if (newest, up) != (page.newest, page.proven_up):
        todo.extend(row.id for row in before if row.id != number)
    db.execute(_SETTLE, {**this, "oldest": oldest, "newest": newest, "proven_down": down, "proven_up": up})
    return touched | rows.keys()


def _places(db: Connection, page: Row[Any]) -> list[_Place]:
    """The page's own posts from top to bottom, as it stood when it was last seen."""
    places: dict[str, _Place] = {}
    for row in db.execute(_PLACES, {"number": page.id, "moment": page.last_seen}):
        exact = row.published_precision in {"day", "instant"}
        places.setdefault(row.id, _Place(row.id, _day(row.published) if exact else None, row.published is None))
    return list(places.values())


def _ends(days: list[date | None], above: date | None, below: date | None) -> tuple[str | None, str | None]:
    """What a page hands on: its last date downwards and its first upwards, or what came from beyond it."""
    if not newest_first([above, *days, below]):
        return None, None
    dated = [day for day in days if day is not None]
    down, up = (dated[-1], dated[0]) if dated else (above, below)
    return (down.isoformat() if down else None), (up.isoformat() if up else None)


def _bound_post(db: Connection, source: str, post: str, counter: Counter) -> None:
    this = {"its_source": source, "its_post": post}
    bounds = narrowed([Bounds(_day(row.not_before), _day(row.not_after)) for row in db.execute(_TOLD, this)])
    row = db.execute(_POST, this).first()
    if row is None:
        db.execute(delete(t.bounds).where(_B.source == source, _B.post == post))
        return
    columns = _columns(bounds if row.published is None else Bounds())
    if (row.not_before, row.not_after) != (columns["not_before"], columns["not_after"]):
        values = {**columns, "sequence": counter.next()}
        db.execute(update(t.posts).where(_Q.source == source, _Q.id == post).values(values))


def _columns(bounds: Bounds) -> dict[str, str | None]:
    return {
        "not_before": bounds.not_before.isoformat() if bounds.not_before else None,
        "not_after": bounds.not_after.isoformat() if bounds.not_after else None,
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
