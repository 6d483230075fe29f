"""From entries to posts: source facts first, then each post from its own entries and those facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from .clusters import Cluster, Witness, cluster_entries
from .facts import Facts, scope_of
from .identity import Key, post_id
from .merge import Made, make_post
from .reading import Reading, date_candidates, read_entry
from .records import Entry, KnownEntry, Post, Source
from .store.protocol import ResolvedPost
from .tallies import source_facts


@dataclass(frozen=True, slots=True)
class Resolution:
    """The posts of one source, and the facts that they were made with, by scope."""

    posts: tuple[ResolvedPost, ...]
    facts: Mapping[str, Facts] = field(default_factory=dict)


def resolve(entries: Iterable[Entry], *, sources: Iterable[Source] = ()) -> list[Post]:
    """The posts that entries tell of. Pure: the same entries in any order give the same posts with the same ids.

    `sources` configures date order, time zone and languages by source name; an unnamed source has the defaults.
    Posts come by source and id.
    """
    settings = {source.name: source for source in sources}
    by_source: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_source[entry.source].append(entry)
    posts: list[Post] = []
    for name in sorted(by_source):
        seen = by_source[name]
        own = settings.get(name, Source(name=name))
        resolution = resolve_source(known_entries(seen), own, listings_of(seen))
        posts.extend(resolved.post for resolved in resolution.posts)
    return posts


def known_entries(entries: Iterable[Entry]) -> list[KnownEntry]:
    """Sightings summed up to distinct entries, whatever order they come in."""
    sightings: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        sightings[entry.digest].append(entry)
    known = []
    for digest, seen in sightings.items():
        first = min(seen, key=sighting_order)
        known.append(
            KnownEntry(
                entry=first,
                digest=digest,
                first_seen=first.observed_at,
                last_seen=max(e.observed_at for e in seen),
                times=len({(e.observed_at, e.page_url) for e in seen}),
                listed_in=frozenset(e.listed_in for e in seen if e.listed_in),
            )
        )
    return known


def sighting_order(entry: Entry) -> tuple[Any, ...]:
    """Sightings from the earliest on; those of one moment by page and position."""
    return entry.observed_at, entry.page_url or "", entry.position


def listings_of(sightings: Iterable[Entry]) -> list[list[Entry]]:
    """What each page shows as its own, from top to bottom, as it stood when it was last seen."""
    pages: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in sightings:
        if entry.page_url and entry.listed_in:
            pages[entry.page_url].append(entry)
    latest = {url: max(entry.observed_at for entry in seen) for url, seen in pages.items()}
    return [
        sorted((e for e in pages[url] if e.observed_at == latest[url]), key=lambda e: (e.position, e.digest))
        for url in sorted(pages)
    ]


def resolve_source(known: Iterable[KnownEntry], source: Source, listings: Iterable[Sequence[Entry]] = ()) -> Resolution:
    """The posts of one source with the traces of their making, by id, and the facts they were made with. Pure.

    `listings` are as `listings_of` gives them.
    """
    readings = [read_entry(one) for one in known]
    facts = source_facts(readings, source, listings)
    return Resolution(posts=tuple(resolve_block(readings, facts)), facts=facts)


def resolve_block(
    readings: Iterable[Reading], facts: Mapping[str, Facts], absences: Mapping[str, datetime] = MappingProxyType({})
) -> list[ResolvedPost]:
    """The posts of entries that no other entry of their source can join, by id; `facts` are those of each scope. Pure.

    `absences` says when canonical addresses last answered that there is nothing: a post is gone that was not seen
    since. An entry that holds neither a title nor a text nor an address tells of no post.
    """
    clusters = cluster_entries(witness(r, facts) for r in readings if r.key or r.lines or r.permalink)
    made = [make_post(cluster, facts) for cluster in clusters]
    ids = _unique_ids(made)
    of_entry = {digest: i for made_post, i in zip(made, ids, strict=True) for digest, _ in made_post.members}
    resolved = []
    for cluster, made_post, own in zip(clusters, made, ids, strict=True):
        rivals = {of_entry[name] for name in cluster.rivals} - {own}
        resolved.append(
            ResolvedPost(
                post=replace(made_post.post, id=own, gone=_gone(cluster, made_post.post, absences)),
                members=made_post.members,
                aliases=tuple(dict.fromkeys([own, *map(post_id, made_post.keys)])),
                possibly_same=tuple(sorted(rivals)),
                said=made_post.said,
            )
        )
    return sorted(resolved, key=lambda r: r.post.id)


def _gone(cluster: Cluster, post: Post, absences: Mapping[str, datetime]) -> bool:
    own = {w.reading.permalink for w in cluster.witnesses if w.reading.permalink}
    return any(absences[address] > post.last_seen for address in own if address in absences)


def witness(reading: Reading, facts: Mapping[str, Facts]) -> Witness:
    """A reading with the dates that it offers under its source's facts."""
    own = facts[scope_of(reading)]
    return Witness(reading, date_candidates(reading, own.date_order, own.clock, own.languages))


def _unique_ids(made: list[Made]) -> list[str]:
    """The id of each post: its strongest key's, unless another post of the source has that too.

    Two records of one title and day, kept apart because the evidence conflicts, share that key as an alias; each
    takes its next key for its own id.
    """
    holders: defaultdict[Key, int] = defaultdict(int)
    for post in made:
        for key in set(post.keys):
            holders[key] += 1
    ids: dict[str, None] = {}
    for post in made:
        key = next((k for k in post.keys if holders[k] == 1), post.keys[0])
        own = post_id(key)
        # Out of keys of its own: the entry itself tells it apart.
        ids[own if own not in ids else post_id(("entry", post.members[0][0]))] = None
    return list(ids)
