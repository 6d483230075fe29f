"""Which entries of a source tell of the same post, by evidence that is enough, and which pairs only may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from itertools import combinations

from .cluster import ALONE, Cluster, Witness, platform_ids
from .dates import date_readings
from .pairing import CROWD, Shelves, join_alike, join_pairs, oppose_all, union
from .reading import Reading
from .records import ORIGINS, Origin
from .text import HEAD, run_together
from .zones import possible_days

__all__ = ["ALONE", "Cluster", "Witness", "block_keys", "cluster_entries"]

BY_PERMALINK = "same permalink"
BY_ADDRESS = "an address that a redirect or rel=canonical names"
BY_PLATFORM = "same platform id"
BY_TITLE_DATE = "same title and date"
BY_TITLE_TEXT = "same title and text"
BY_HEAD = "same title, one date missing, and the excerpt stands at the head of the text"
BY_TITLE_DAY = "same title, and dates of two kinds that are one day"


def cluster_entries(witnesses: Iterable[Witness]) -> list[Cluster]:
    """The posts of a source as clusters of entries, whatever order the entries come in.

    Evidence in this order: a shared permalink; another address; a platform id; the same title with an equal date of one
    kind (the strongest kind first); the same title with a date missing, or of another kind, where one text is the head
    of the other; the same title with one day told by two kinds of dates. Text alone never joins. Where two candidates
    fit, or something speaks against it, nothing is joined and each names the other as a rival.
    """
    clusters = [Cluster([w]) for w in sorted(witnesses, key=lambda w: w.digest)]
    clusters = _by_permalink(clusters)
    clusters = _by_other_address(clusters)
    clusters = union(clusters, lambda c: c.platform_ids, BY_PLATFORM, lambda _, group: not _is_reused_number(group))
    clusters = union(clusters, _told_twice, BY_TITLE_TEXT)
    for origin in ORIGINS:
        clusters = _by_date_of(origin, clusters)
    clusters = join_pairs(clusters, Shelves(clusters).pairs(), _head_of_text, BY_HEAD)
    clusters = join_alike(clusters, _title_days, lambda a, b: a.agreement(b) == "alike", BY_TITLE_DAY)
    for i, j in Shelves(clusters).reruns():
        oppose_all([clusters[i], clusters[j]])
    return clusters


def _by_permalink(clusters: list[Cluster]) -> list[Cluster]:
    """Entries of one permalink joined, except where a slug was given to another post later.

    There the blog's software has two numbers for one address, and neither the title nor the date is the same. What
    then stands at that address without a number has to be told by its title and date.
    """
    at: defaultdict[str, list[Cluster]] = defaultdict(list)
    rest = []
    for cluster in clusters:
        permalink = next(iter(cluster.own), None)
        if permalink:
            at[permalink].append(cluster)
        else:
            rest.append(cluster)
    for group in at.values():
        numbered = union([c for c in group if c.platform_ids], lambda c: c.platform_ids, BY_PERMALINK)
        if len(numbered) > 1 and _are_different_numbers(numbered):
            bare = [c for c in group if not c.platform_ids]
            for cluster in (*numbered, *bare):
                cluster.contested = True
            if len(numbered) <= CROWD:
                oppose_all(numbered)
            rest += [*numbered, *bare]
        else:
            rest.append(Cluster.of(group, BY_PERMALINK) if len(group) > 1 else group[0])
    return sorted(rest, key=lambda c: c.name)


def _are_different_numbers(numbered: list[Cluster]) -> bool:
    """Whether numbers of one system at one address belong to posts that differ in date, or in title with no date.

    A blog that was moved or imported has its old posts under new numbers: there title and date agree.
    """
    systems = {_system(p) for c in numbered for p in c.platform_ids}
    if len(systems) == len({p for c in numbered for p in c.platform_ids}):
        return False
    return any(a.agreement(b) == "differ" or _tell_nothing_alike(a, b) for a, b in combinations(numbered[:CROWD], 2))


def _system(platform_id: str) -> str:
    """What a platform id is unique in: all of it but the number at its end."""
    return platform_id.rstrip("0123456789")


def _tell_nothing_alike(a: Cluster, b: Cluster) -> bool:
    return not a.titles & b.titles and a.agreement(b) == "unknown"


def _by_other_address(clusters: list[Cluster]) -> list[Cluster]:
    """Clusters joined by what redirects and rel=canonical say, unless a theme names one page for many posts."""
    contested = {a for c in clusters if c.contested for a in c.permalinks}
    refused: set[Hashable] = set(contested)

    def sound(address: Hashable, group: list[Cluster]) -> bool:
        if address in refused or _names_many(group):
            refused.add(address)
            return False
        return True

    joined = union(clusters, lambda c: c.permalinks, BY_ADDRESS, sound)
    for cluster in joined:
        if not cluster.contested:
            cluster.permalinks -= refused - cluster.own
    return joined


def _names_many(group: list[Cluster]) -> bool:
    """Whether clusters of one address are different posts: three titles, or two dates."""
    if len(set().union(*(c.titles for c in group))) >= _TITLES and _disjoint_titles(group):
        return True
    return any(a.agreement(b) == "differ" for a, b in combinations(group[:CROWD], 2))


_TITLES = 3


def _disjoint_titles(group: list[Cluster]) -> bool:
    """Whether at least three clusters have no title in common."""
    apart: list[Cluster] = []
    for cluster in group:
        if all(not cluster.titles & other.titles for other in apart):
            apart.append(cluster)
            if len(apart) == _TITLES:
                return True
    return False


def _is_reused_number(group: list[Cluster]) -> bool:
    """Whether a blog that was set up anew gave an old number to another post: address, title and date all differ."""
    return any(
        not a.titles & b.titles
        and bool(a.permalinks and b.permalinks and not a.permalinks & b.permalinks)
        and a.agreement(b) == "differ"
        for a, b in combinations(group[:CROWD], 2)
    )


def _told_twice(cluster: Cluster) -> list[Hashable]:
    """Entries without any address: the same title over the same text, with the same dates or none, is one entry.

    So is the same text of the same day without a title; a text without either is no evidence.
    """
    if not cluster.is_weak:
        return []
    return [
        (tuple(sorted(cluster.blogs)), witness.text[:2], tuple(sorted(witness.dates.items())))
        for witness in cluster.witnesses
        if witness.text[1] and (witness.text[0] or witness.dates)
    ]


def _by_date_of(origin: Origin, clusters: list[Cluster]) -> list[Cluster]:
    return join_alike(clusters, lambda c: _title_days(c, origin), lambda a, b: a.agreement(b) == "equal", BY_TITLE_DATE)


def _title_days(cluster: Cluster, origin: Origin | None = None) -> list[Hashable]:
    """Titles with the days that stood beside them: of one kind of date, or of the strongest that the cluster has.

    Other kinds than the strongest are never compared with another kind.
    """
    kind = origin or next((o for o in ORIGINS if o in cluster.dates), None)
    own = [(w.reading.key, w.dates[kind]) for w in cluster.witnesses if kind in w.dates] if kind else []
    return [(title, day) for title, day in own if title]


def _head_of_text(a: Cluster, b: Cluster) -> bool:
    return a.agreement(b) != "differ"


def block_keys(reading: Reading, days: Iterable[date]) -> list[tuple[str, ...]]:
    """Keys of which two entries share at least one wherever `cluster_entries` would so much as compare them.

    `days` are all days that the entry's dates can mean. Entries that are connected by shared keys can be clustered
    and given ids without any other entry of the source.
    """
    keys: list[tuple[str, ...]] = [("address", address) for address in sorted(reading.addresses)]
    keys += [("platform", name) for name in sorted(platform_ids(reading))]
    if reading.key:
        written = (reading.date_tail, *(raw.text for raw in reading.known.entry.dates))
        every = {*days, *(day for raw in written if raw for day in (*date_readings(raw), *possible_days(raw)))}
        keys += [("day", reading.key, day.isoformat()) for day in sorted(every)]
        keys.append(("head", reading.key, run_together(reading.words)[:HEAD]))
    else:
        keys.append(("text", *reading.words))
    return keys
