"""Clusters joined: by shared keys, and in pairs where only one candidate fits; what stays apart names its rivals."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from itertools import combinations

from .cluster import NEAR, Cluster

CROWD = 64
"""More candidates than this decide nothing and are not named: so the work stays linear, whatever a blog repeats."""

NAMED = 8
"""Re-runs name each other where no more than this many posts have one title over one text."""

Edges = defaultdict[int, set[int]]


def union(
    clusters: list[Cluster],
    keys_of: Callable[[Cluster], Iterable[Hashable]],
    reason: str,
    sound: Callable[[Hashable, list[Cluster]], bool] = lambda _key, _group: True,
    *,
    name_rivals: bool = True,
) -> list[Cluster]:
    """Clusters joined wherever they share a key, transitively; a key whose group is not sound joins nothing."""
    holders: defaultdict[Hashable, list[int]] = defaultdict(list)
    for i, cluster in enumerate(clusters):
        for key in set(keys_of(cluster)):
            holders[key].append(i)
    links = []
    for key, group in holders.items():
        if len(group) > 1:
            members = [clusters[i] for i in group]
            if sound(key, members):
                links += [(group[0], i) for i in group[1:]]
            elif name_rivals and len(group) <= CROWD:
                oppose_all(members)
    return _joined(clusters, links, reason)


def oppose_all(clusters: Iterable[Cluster]) -> None:
    """Make clusters name each other as rivals."""
    for a, b in combinations(clusters, 2):
        _oppose(a, b)


def _oppose(a: Cluster, b: Cluster) -> None:
    a.rivals.add(b.name)
    b.rivals.add(a.name)


def _joined(clusters: list[Cluster], links: Iterable[tuple[int, int]], reason: str) -> list[Cluster]:
    parent = list(range(len(clusters)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in links:
        parent[root(a)] = root(b)
    groups: defaultdict[int, list[Cluster]] = defaultdict(list)
    for i, cluster in enumerate(clusters):
        groups[root(i)].append(cluster)
    joined = (Cluster.of(group, reason) if len(group) > 1 else group[0] for group in groups.values())
    return sorted(joined, key=lambda c: c.name)


def join_alike(
    clusters: list[Cluster],
    buckets_of: Callable[[Cluster], Iterable[Hashable]],
    fits: Callable[[Cluster, Cluster], bool],
    reason: str,
) -> list[Cluster]:
    """Join clusters that share a bucket and fit, where nothing speaks against it."""

    def is_one_crowd(_bucket: Hashable, group: list[Cluster]) -> bool:
        return len(group) > CROWD and _all_one(group, fits)

    clusters = union(clusters, buckets_of, reason, is_one_crowd, name_rivals=False)
    buckets: defaultdict[Hashable, list[int]] = defaultdict(list)
    for i, cluster in enumerate(clusters):
        for bucket in set(buckets_of(cluster)):
            buckets[bucket].append(i)
    pairs = {pair for bucket in buckets.values() if 1 < len(bucket) <= CROWD for pair in combinations(bucket, 2)}
    return join_pairs(clusters, pairs, fits, reason)


def _all_one(group: list[Cluster], fits: Callable[[Cluster, Cluster], bool]) -> bool:
    """Whether all of a crowd fit each other: clusters that say the same of address and date are compared once."""
    different = list({cluster.profile: cluster for cluster in group}.values())
    return len(different) <= CROWD and all(fits(a, b) and a.may_join(b) for a, b in combinations(different, 2))


def join_pairs(
    clusters: list[Cluster],
    pairs: Iterable[tuple[int, int]],
    fits: Callable[[Cluster, Cluster], bool],
    reason: str,
) -> list[Cluster]:
    """Join clusters of the pairs that fit, where no other candidate fits as well.

    A cluster that fits two which do not fit each other belongs to the one whose text it heads, or to neither.
    Everything that hangs together after that must fit each other; what fits and stays apart names each other.
    """
    edges: Edges = defaultdict(set)
    for i, j in pairs:
        if fits(clusters[i], clusters[j]):
            if clusters[i].may_join(clusters[j]):
                edges[i].add(j)
                edges[j].add(i)
            else:
                _oppose(clusters[i], clusters[j])
    links: set[tuple[int, int]] = set()
    for component in _components(_sure(clusters, edges)):
        if _is_clique(component, edges):
            links |= {(min(component), i) for i in component}
            for i in component:
                edges[i] -= component
    for i, near in edges.items():
        if len(near) <= CROWD:
            for j in near:
                _oppose(clusters[i], clusters[j])
    return _joined(clusters, links, reason)


def _sure(clusters: list[Cluster], edges: Edges) -> Edges:
    """The edges without those of clusters that fit two which do not fit each other, unless the text decides."""
    kept: Edges = defaultdict(set)
    for i, near in edges.items():
        kept[i] = near
        if not _is_clique(near, edges):
            by_text = {j for j in near if clusters[i].heads(clusters[j])} if len(near) <= CROWD else set()
            kept[i] = by_text if _is_clique(by_text, edges) else set()
    return defaultdict(set, {i: {j for j in near if i in kept[j]} for i, near in kept.items()})


def _is_clique(members: set[int], edges: Edges) -> bool:
    return all(len(members & edges[i]) == len(members) - 1 for i in members)


def _components(edges: Edges) -> Iterator[set[int]]:
    seen: set[int] = set()
    for start in sorted(edges):
        if start not in seen and edges[start]:
            found, todo = {start}, [start]
            while todo:
                fresh = edges[todo.pop()] - found
                found |= fresh
                todo += fresh
            seen |= found
            yield found


class Shelves:
    """The texts of clusters by title, sorted, so that those which begin with an excerpt stand side by side."""

    def __init__(self, clusters: list[Cluster]) -> None:
        self._clusters = clusters
        self._texts: defaultdict[tuple[str, date | None, bool], list[tuple[str, int]]] = defaultdict(list)
        for i, cluster in enumerate(clusters):
            days = cluster.days
            for title, text, _ in cluster.texts:
                if title and text:
                    for place in self._places_of(title, days):
                        self._texts[place].append((text, i))
        for texts in self._texts.values():
            texts.sort()

    @staticmethod
    def _places_of(title: str, days: frozenset[date]) -> list[tuple[str, date | None, bool]]:
        """Every text stands among all of its title, and by its day, or among the undated."""
        return [(title, None, True), *((title, day, False) for day in days or [None])]

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Clusters of one title of which one heads the other, with dates that may agree.

        A cluster with an excerpt at the head of too many texts gets no pair at all.
        """
        found: defaultdict[int, set[int]] = defaultdict(set)
        crowded: set[int] = set()
        for i, cluster in enumerate(self._clusters):
            near = {day + NEAR * step / 2 for day in cluster.days for step in range(-2, 3)}
            for title, text, is_head in cluster.texts:
                if title and text:
                    places = [(title, None, False), *((title, day, False) for day in near)]
                    for place in places if cluster.days else [(title, None, True)]:
                        begun = self._begun_by(place, text, i, is_head=is_head, most=CROWD)
                        if begun is None:
                            crowded.add(i)
                        else:
                            found[i] |= begun
        for i in found.keys() - crowded:
            for j in found[i] - crowded:
                if i < j or i not in found.get(j, ()):
                    yield i, j

    def reruns(self) -> Iterator[tuple[int, int]]:
        """Clusters of one title of which one heads the other, whatever their dates; only where they are few."""
        for i, cluster in enumerate(self._clusters):
            for title, text, is_head in cluster.texts:
                if title and text:
                    begun = self._begun_by((title, None, True), text, i, is_head=is_head, most=NAMED)
                    for j in begun or ():
                        yield i, j

    def _begun_by(
        self, place: tuple[str, date | None, bool], text: str, own: int, *, is_head: bool, most: int
    ) -> set[int] | None:
        """The clusters of the texts that begin with an excerpt, or equal any other text; None if too many do."""
        texts = self._texts.get(place, [])
        low = bisect_left(texts, (text, -1))
        last = (text + "\U0010ffff", -1) if is_head else (text, len(self._clusters))
        high = bisect_left(texts, last, lo=low)
        found: set[int] = set()
        for _, i in texts[low:high]:
            if i != own:
                found.add(i)
                if len(found) > most:
                    return None
        return found
