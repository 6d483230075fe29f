"""What the store holds, as the crawler asks for it: which posts in full, and what an archive listed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from ..identity import permalink_key, post_id
from ..records import Completeness
from ..urls import canonical_permalink
from . import tables as t
from .rows import chunks


def full_among(db: Connection, source: str, addresses: Collection[str]) -> set[str]:
    """See `Store.full_among`: by the entries, by the posts that answer to an address, and by what was dropped."""
    e, a, p, f = t.entries.c, t.aliases.c, t.posts.c, t.forgotten.c
    found: set[str] = set()
    for some in chunks(sorted(addresses)):
        query = select(e.address).where(e.source == source, e.form == "content", e.address.in_(some))
        found.update(db.scalars(query))
    by_alias = {post_id(permalink_key(address)): address for address in addresses if address not in found}
    of_full = (
        select(a.alias)
        .join(t.posts, (p.source == a.source) & (p.id == a.post))
        .where(a.source == source, p.completeness == "full")
    )
    for some in chunks(sorted(by_alias)):
        found.update(by_alias[alias] for alias in db.scalars(of_full.where(a.alias.in_(some))))
        dropped = db.scalars(select(f.key).where(f.source == source, f.key.in_(some)))
        found.update(by_alias[key] for key in dropped)
    return found


def addresses(db: Connection, source: str, *, completeness: Completeness | None = None) -> dict[str, str]:
    """The addresses of the posts that are on the blog, by their canonical form; of one completeness or of both."""
    p = t.posts.c
    query = select(p.url).where(p.source == source, p.live, ~p.gone, p.url.is_not(None))
    if completeness is not None:
        query = query.where(p.completeness == completeness)
    return {canonical_permalink(url): url for url in db.scalars(query)}


def listed(db: Connection, source: str, archive: str, since: datetime) -> set[str]:
    """See `Store.listed`."""
    e, s, p = t.entries.c, t.sightings.c, t.pages.c
    query = (
        select(e.address)
        .join(t.sightings, s.entry == e.id)
        .join(t.pages, p.id == s.page)
        .where(p.source == source, p.archive == archive, s.own, s.last_seen >= t.stamp(since), e.address.is_not(None))
        .distinct()
    )
    return set(db.scalars(query))


def shown_since(db: Connection, source: str, since: datetime) -> set[str]:
    """See `Store.shown_since`."""
    e = t.entries.c
    query = select(e.address).where(
        e.source == source, e.form == "content", e.last_seen >= t.stamp(since), e.address.is_not(None)
    )
    return set(db.scalars(query))
