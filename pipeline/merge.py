"""One post made of the entries that tell of it: which text, title, date, address and labels are its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .clusters import Cluster, Witness
from .facts import Facts, body_text, scope_of
from .identity import (
    Key,
    Version,
    entry_key,
    entry_keys,
    names_a_day,
    permalink_key,
    platform_key,
    post_id,
    said,
    title_date_key,
    version,
)
from .reading import DateCandidate
from .records import ORIGINS, Completeness, Post, PublishedDate
from .text import title_key
from .urls import canonical_permalink, is_plain


@dataclass(frozen=True, slots=True)
class Made:
    """A post with the keys that answer for it, its date candidates (the winner first) and why each entry joined.

    `said` is the hash of the version that gives the text.
    """

    post: Post
    keys: tuple[Key, ...]
    dates: tuple[DateCandidate, ...]
    members: tuple[tuple[str, str], ...]
    said: int


def make_post(cluster: Cluster, facts: Mapping[str, Facts]) -> Made:
    """Make the post of a cluster. Pure; ties are broken by content, never by arrival."""
    texts = {w.digest: body_text(w.reading, facts[scope_of(w.reading)]) for w in cluster.witnesses}
    witness = _text_witness(cluster.witnesses)
    ranked = [witness, *sorted((w for w in cluster.witnesses if w is not witness), key=_standing)]
    titled = next((w for w in ranked if w.reading.bare_title), witness)
    dates = _ranked_dates(ranked)
    dated = dates[0].found if dates else None
    url = _url(ranked)
    text, signed = texts[witness.digest]
    signed = signed or next((name for _, name in texts.values() if name), None)
    known = [w.reading.known for w in cluster.witnesses]
    completeness: Completeness = "full" if witness.reading.is_content else "excerpt"
    keys = _keys(cluster, dates)
    post = Post(
        id=post_id(keys[0]),
        source=witness.reading.known.entry.source,
        title=titled.reading.bare_title,
        published=dated.date if dated else None,
        published_precision=dated.precision if dated else None,
        published_origin=dated.origin if dated else None,
        url=url,
        author=next((a for w in ranked if (a := w.reading.known.entry.author)), None) or signed,
        categories=_labels(ranked, "categories", "category"),
        tags=_labels(ranked, "tags", "tag", "label"),
        completeness=completeness,
        text=text,
        entries=len(cluster.witnesses),
        first_seen=min(k.first_seen for k in known),
        last_seen=max(k.last_seen for k in known),
        last_changed=max(
            _since(cluster, lambda w: texts[w.digest][0] == text),
            _since(cluster, lambda w: w.reading.bare_title == titled.reading.bare_title),
            _since(cluster, lambda w: not dated or any(_says(c, dated) for c in w.candidates)),
        ),
    )
    members = tuple((w.digest, w.reason) for w in sorted(cluster.witnesses, key=_earliest))
    return Made(post=post, keys=keys, dates=dates, members=members, said=said(witness.reading))


def _url(ranked: list[Witness]) -> str | None:
    """The best witness's permalink, as plainly as any entry gave it: no campaign, no AMP or print view."""
    best = next((w.reading.permalink for w in ranked if w.reading.permalink), None)
    given = [p for w in ranked if w.reading.permalink == best and (p := w.reading.known.entry.permalink)]
    return next((p for p in given if is_plain(p)), given[0]) if best else None


def _since(cluster: Cluster, says: Callable[[Witness], bool]) -> datetime:
    """Since when some entry says it: another entry of the same words is no change."""
    return min(w.reading.known.first_seen for w in cluster.witnesses if says(w))


def _says(candidate: DateCandidate, dated: PublishedDate) -> bool:
    return (candidate.found.date, candidate.found.origin) == (dated.date, dated.origin)


def _earliest(witness: Witness) -> tuple[object, ...]:
    return witness.reading.known.first_seen, witness.digest


def _standing(witness: Witness) -> tuple[object, ...]:
    """The order among those that don't give the text; when each was last seen moves all the time, and is left out."""
    return not witness.reading.is_content, -len(witness.reading.words), witness.digest


def _on_own_page(witness: Witness) -> bool:
    entry = witness.reading.known.entry
    return bool(entry.page_url and witness.reading.permalink == canonical_permalink(entry.page_url))


def _text_witness(witnesses: list[Witness]) -> Witness:
    """The entry whose text the post has: the full text seen last, except where that is only the head of another.

    A listing may cut a post without saying so. A post's own page may not: what it shows last is the text, even if
    the text became shorter. Among entries of one version it makes no difference when each was seen.
    """
    versions: defaultdict[Version, list[Witness]] = defaultdict(list)
    for witness in witnesses:
        if witness.reading.is_content:
            versions[version(witness.reading)].append(witness)
    if not versions:
        # Excerpts: the longest says most; which was seen last says nothing, for each theme cuts its own.
        return min(witnesses, key=lambda w: (-len(w.reading.words), w.digest))
    ranked = sorted(versions, key=lambda v: (_last_seen(versions[v]), len(v[1]), v), reverse=True)
    best = ranked[0]
    if not any(map(_on_own_page, versions[best])):
        best = next((v for v in ranked if len(v[1]) > len(best[1]) and v[1][: len(best[1])] == best[1]), best)
    return min(versions[best], key=_standing)


def _last_seen(witnesses: list[Witness]) -> datetime:
    return max(w.reading.known.last_seen for w in witnesses)


def _ranked_dates(ranked: list[Witness]) -> tuple[DateCandidate, ...]:
    """All date candidates, the strongest origin first, and within an origin the best witness's."""
    candidates = [c for w in ranked for c in w.candidates]
    return tuple(sorted(candidates, key=lambda c: (ORIGINS.index(c.found.origin), _coarseness(c))))


def _coarseness(candidate: DateCandidate) -> int:
    return {"instant": 0, "day": 0, "month": 1, "year": 2}[candidate.found.precision]


def _labels(ranked: list[Witness], field: str, *archives: str) -> tuple[str, ...]:
    """Labels of the best witness that has any, then the archives that listed the post as theirs.

    A name that differs only in case or punctuation (an archive's ``customer-service``) is not repeated.
    """
    own: Iterable[str] = next((v for w in ranked if (v := getattr(w.reading.known.entry, field))), ())
    listed = {a.partition(":")[2] for w in ranked for a in w.reading.known.listed_in if a.partition(":")[0] in archives}
    found: dict[str, str] = {}
    for name in (*own, *sorted(listed)):
        if name:
            found.setdefault(title_key(name.replace("-", " ")), name)
    return tuple(found.values())


def _keys(cluster: Cluster, dates: tuple[DateCandidate, ...]) -> tuple[Key, ...]:
    """Every key of every entry, the strongest first: the id is made of that one."""
    keys: dict[Key, None] = {}
    own = {w.reading.permalink for w in cluster.witnesses if w.reading.permalink}
    keys.update(dict.fromkeys(permalink_key(a) for a in sorted(own)))
    keys.update(dict.fromkeys(platform_key(p) for p in sorted(cluster.platform_ids)))
    titled = {w.digest: w.reading for w in cluster.witnesses if w.reading.key}
    dated = next((c for c in dates if c.digest in titled and names_a_day(c)), None)
    if dated:
        bearer = titled[dated.digest]
        keys[title_date_key(bearer.known.entry.source, bearer.key, dated.found.date.isoformat())] = None
    for witness in sorted(cluster.witnesses, key=_standing):
        keys.update(dict.fromkeys(entry_keys(witness.reading, witness.candidates)))
    # A record that shares all other keys is named by its entry, and has to answer when it no longer does.
    keys.update({entry_key(w.digest): None for w in cluster.witnesses})
    return tuple(keys)
