"""Which entries of a source tell of the same post, by evidence that is enough, and which pairs only may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from .reading import DateCandidate, Dates, Reading, compare_dates, dates_by_origin
from .text import stands_at_head

BY_PERMALINK = "same permalink"
BY_PLATFORM = "same platform id"
BY_TITLE_DATE = "same title and date"
BY_TITLE_TEXT = "same title and text"
BY_HEAD = "same title, one date missing, and the excerpt stands at the head of the text"
ALONE = "the first evidence of this post"


@dataclass
class Witness:
    """An entry in the making of a post: its reading, its date candidates, and why it joined the others."""

    reading: Reading
    candidates: list[DateCandidate]
    reason: str = ALONE
    dates: Dates = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dates = dates_by_origin(self.candidates)

    @property
    def digest(self) -> str:
        """The digest of the entry."""
        return self.reading.known.digest


HEAD = 5
"""Texts that stand at each other's head begin with the same so many words (`stands_at_head` asks for as many)."""


class Cluster:
    """Entries that are one post, with what they say together."""

    def __init__(self, witnesses: list[Witness]) -> None:
        self.witnesses = sorted(witnesses, key=lambda w: w.digest)
        self.permalinks = {a for w in witnesses for a in w.reading.addresses}
        self.platform_ids = {p for w in witnesses if (p := w.reading.known.entry.platform_id)}
        self.titles = {w.reading.key for w in witnesses}
        self.rivals: set[str] = set()

    @property
    def name(self) -> str:
        """A name that depends on nothing but the entries: the smallest digest."""
        return self.witnesses[0].digest

    def may_join(self, other: Cluster) -> bool:
        """Whether nothing speaks against one post: no two permalinks, no two platform ids, no two dates of a kind."""
        if self.permalinks and other.permalinks and not self.permalinks & other.permalinks:
            return False
        if self.platform_ids and other.platform_ids and not self.platform_ids & other.platform_ids:
            return False
        return self.agreement(other) != "differ"

    def agreement(self, other: Cluster) -> str:
        """How the dates compare: ``differ`` if any two do, else ``equal`` if any two do, else ``unknown``."""
        found = {
            compare_dates(a.dates, b.dates)
            for a in self.witnesses
            for b in other.witnesses
            if a.reading.key == b.reading.key
        }
        return "differ" if "differ" in found else "equal" if "equal" in found else "unknown"

    def heads(self, other: Cluster) -> bool:
        """Whether an excerpt of one stands at the head of a text of the other, or they tell the very same text.

        A full text at the head of a longer one is no evidence: without an address, an undated edit is a second record.
        """
        return any(
            _is_head(a.reading, b.reading) or _is_head(b.reading, a.reading)
            for a in self.witnesses
            for b in other.witnesses
            if a.reading.key == b.reading.key
        )


def _is_head(short: Reading, long: Reading) -> bool:
    if short.is_content:
        return short.words == long.words
    return stands_at_head(" ".join(short.lines), " ".join(long.lines))


def _joined(clusters: Iterable[Cluster], reason: str) -> Cluster:
    """One cluster of several; every entry but those of the largest is marked with the reason."""
    parts = sorted(clusters, key=lambda c: (-len(c.permalinks), -len(c.witnesses), c.name))
    for part in parts[1:]:
        for witness in part.witnesses:
            if witness.reason == ALONE:
                witness.reason = reason
    whole = Cluster([w for part in parts for w in part.witnesses])
    whole.rivals = {r for part in parts for r in part.rivals}
    return whole


def _union(clusters: list[Cluster], keys_of: Callable[[Cluster], Iterable[Hashable]], reason: str) -> list[Cluster]:
    """Clusters joined wherever they share a key, transitively."""
    parent = list(range(len(clusters)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[Hashable, int] = {}
    for i, cluster in enumerate(clusters):
        for key in keys_of(cluster):
            parent[root(i)] = root(first.setdefault(key, i))
    groups: defaultdict[int, list[Cluster]] = defaultdict(list)
    for i, cluster in enumerate(clusters):
        groups[root(i)].append(cluster)
    return [_joined(group, reason) if len(group) > 1 else group[0] for group in groups.values()]


def cluster_entries(witnesses: Iterable[Witness]) -> list[Cluster]:
    """The posts of a source as clusters of entries, whatever order the entries come in.

    Evidence in this order: a shared permalink; a shared platform id; the same title with an equal date; the same
    title with a date missing, where one text is the head of the other. Text alone never joins. Where two candidates
    fit, or something speaks against it, nothing is joined and each names the other as a rival.
    """
    clusters = [Cluster([w]) for w in sorted(witnesses, key=lambda w: w.digest)]
    clusters = _union(clusters, lambda c: c.permalinks, BY_PERMALINK)
    clusters = _union(clusters, lambda c: c.platform_ids, BY_PLATFORM)
    clusters = _union(clusters, _weak_text_keys, BY_TITLE_TEXT)
    clusters = _join_pairs(clusters, _same_date, BY_TITLE_DATE)
    return _join_pairs(clusters, _head_of_text, BY_HEAD)


def _weak(cluster: Cluster) -> bool:
    return not cluster.permalinks and not cluster.platform_ids


def _weak_text_keys(cluster: Cluster) -> list[Hashable]:
    """Entries without any address: the same title over the same text, with the same dates or none, is one entry."""
    if not _weak(cluster):
        return []
    return [(w.reading.key, tuple(sorted(w.dates.items())), tuple(w.reading.words)) for w in cluster.witnesses]


def _same_date(a: Cluster, b: Cluster) -> bool:
    return a.agreement(b) == "equal"


def _head_of_text(a: Cluster, b: Cluster) -> bool:
    return a.agreement(b) == "unknown" and a.heads(b)


def _join_pairs(clusters: list[Cluster], fits: Callable[[Cluster, Cluster], bool], reason: str) -> list[Cluster]:
    """Join clusters of one title that fit, where no other candidate fits as well.

    All clusters that hang together by fitting must be able to be one post. Where they can't, a cluster without an
    address may still belong to one of them, if it alone carries its text; everything else stays apart as rivals.
    """
    by_name = {c.name: c for c in clusters}
    edges: defaultdict[str, set[str]] = defaultdict(set)
    for a, b in _pairs_of_one_title(clusters):
        if fits(a, b):
            if a.may_join(b):
                edges[a.name].add(b.name)
                edges[b.name].add(a.name)
            else:
                a.rivals.add(b.name)
                b.rivals.add(a.name)
    merged: list[list[Cluster]] = []
    seen: set[str] = set()
    for name in sorted(edges):
        if name not in seen:
            component = _component(name, edges)
            seen |= component
            merged.extend(_settle([by_name[n] for n in sorted(component)]))
    taken = {c.name for group in merged for c in group}
    return [c for c in clusters if c.name not in taken] + [_joined(group, reason) for group in merged]


def _component(start: str, edges: dict[str, set[str]]) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for near in edges[todo.pop()]:
            if near not in found:
                found.add(near)
                todo.append(near)
    return found


def _settle(component: list[Cluster]) -> list[list[Cluster]]:
    """The groups to join within a component of fitting clusters."""
    pairs = list(combinations(component, 2))
    if all(a.may_join(b) for a, b in pairs) and _one_text(component):
        return [component]
    groups: dict[str, list[Cluster]] = {}
    addressed = [c for c in component if not _weak(c)]
    for cluster in component:
        hosts = [c for c in addressed if cluster.may_join(c) and cluster.heads(c)] if _weak(cluster) else []
        if len(hosts) == 1:
            groups.setdefault(hosts[0].name, [hosts[0]]).append(cluster)
    for a, b in pairs:
        if not any(a in group and b in group for group in groups.values()):
            a.rivals.add(b.name)
            b.rivals.add(a.name)
    return list(groups.values())


def _one_text(component: list[Cluster]) -> bool:
    """Whether clusters joined without a common date tell one text: each stands at the head of the longest."""
    if all(a.agreement(b) == "equal" for a, b in combinations(component, 2)):
        return True
    longest = max(component, key=lambda c: (max(len(w.reading.words) for w in c.witnesses), c.name))
    return all(c is longest or c.agreement(longest) == "equal" or c.heads(longest) for c in component)


def block_keys(reading: Reading, days: Iterable[date]) -> list[tuple[str, ...]]:
    """Keys of which two entries share at least one wherever `cluster_entries` would so much as compare them.

    `days` are all days that the entry's dates can mean. Entries that are connected by shared keys can be clustered
    without any other entry of the source.
    """
    entry = reading.known.entry
    keys: list[tuple[str, ...]] = [("address", address) for address in sorted(reading.addresses)]
    if entry.platform_id:
        keys.append(("platform", entry.platform_id))
    if reading.key:
        keys += [("day", reading.key, day.isoformat()) for day in sorted(set(days))]
        keys.append(("head", reading.key, *reading.words[:HEAD]))
    elif not reading.addresses and not entry.platform_id:
        keys.append(("text", *reading.words))
    return keys


def _pairs_of_one_title(clusters: list[Cluster]) -> Iterable[tuple[Cluster, Cluster]]:
    """Pairs worth a look: the same title, and a common day or a common beginning of their texts.

    A blog may give one title to hundreds of posts, so pairs are looked up by day and by first words, not all tried.
    """
    buckets: defaultdict[Hashable, dict[str, Cluster]] = defaultdict(dict)
    for cluster in clusters:
        for witness in cluster.witnesses:
            key = witness.reading.key
            if not key:
                continue
            for day in set(witness.dates.values()):
                buckets[key, day][cluster.name] = cluster
            buckets[key, tuple(witness.reading.words[:HEAD])][cluster.name] = cluster
    done: set[tuple[str, str]] = set()
    for bucket in buckets.values():
        for a, b in combinations(sorted(bucket.values(), key=lambda c: c.name), 2):
            if (a.name, b.name) not in done:
                done.add((a.name, b.name))
                yield a, b
