"""One post made of the entries that tell of it: which text, title, date, address and labels are its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .clusters import Cluster, Witness
from .facts import Facts, body_text, scope_of
from .identity import (
    Key,
    entry_key,
    entry_keys,
    names_a_day,
    permalink_key,
    platform_key,
    post_id,
    said,
    title_date_key,
)
from .labels import label_key, parted
from .reading import DateCandidate
from .records import ORIGINS, Completeness, Post
from .text import clean_line
from .urls import blog_of, is_plain, printable_url
from .versions import text_witness


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
    witness = text_witness(cluster.witnesses, {digest: text for digest, (text, _) in texts.items()})
    ranked = [witness, *sorted((w for w in cluster.witnesses if w is not witness), key=_standing)]
    titled = next((w for w in ranked if w.reading.bare_title), witness)
    dates = _ranked_dates(ranked)
    dated = dates[0].found if dates else None
    url = _url(ranked)
    text, signed = texts[witness.digest]
    signed = signed or next((name for _, name in texts.values() if name), None)
    by_channel = sorted(ranked, key=_is_feed)
    categories, tags = _labels(by_channel, facts)
    known = [w.reading.known for w in cluster.witnesses]
    completeness: Completeness = "full" if _is_full(witness, cluster.witnesses) else "excerpt"
    keys = _keys(cluster, dates)
    post = Post(
        id=post_id(keys[0]),
        source=witness.reading.known.entry.source,
        title=titled.reading.bare_title,
        published=dated.date if dated else None,
        published_precision=dated.precision if dated else None,
        published_origin=dated.origin if dated else None,
        url=printable_url(url) if url else None,
        author=next((a for w in by_channel if (a := clean_line(w.reading.known.entry.author or ""))), None) or signed,
        categories=_clean(categories),
        tags=_clean(tags),
        completeness=completeness,
        text=text,
        entries=len(cluster.witnesses),
        first_seen=min(k.first_seen for k in known),
        last_seen=max(k.last_seen for k in known),
        last_changed=max(
            _since(cluster, lambda w: texts[w.digest][0] == text),
            _since(cluster, lambda w: w.reading.bare_title == titled.reading.bare_title),
            _since(cluster, lambda w: not dated or any(c.found.date == dated.date for c in w.candidates)),
        ),
    )
    members = tuple((w.digest, w.reason) for w in sorted(cluster.witnesses, key=_earliest))
    return Made(post=post, keys=keys, dates=dates, members=members, said=said(witness.reading))


def _is_full(witness: Witness, witnesses: Iterable[Witness]) -> bool:
    """Whether the text is all of the post: a full text, or none where the post is a picture and no entry has words."""
    if witness.reading.is_content:
        return True
    return not witness.reading.lines and any(w.reading.known.entry.form == "content" for w in witnesses)


def _url(ranked: list[Witness]) -> str | None:
    """The best witness's permalink, as plainly as any entry gave it: no campaign, no AMP or print view."""
    best = next((w.reading.permalink for w in ranked if w.reading.permalink), None)
    best = _moved_to(best, ranked) if best else None
    given = [p for w in ranked if w.reading.permalink == best and (p := w.reading.known.entry.permalink)]
    return next((p for p in given if is_plain(p)), given[0]) if best else None


def _moved_to(address: str, ranked: list[Witness]) -> str:
    """The address at which a renamed post stands: one that came up only after the other was seen for the last time.

    Addresses with a query (short links, ``?p=17``) are other ways to write one that may well live on.
    """
    seen: dict[str, tuple[datetime, datetime]] = {}
    for known, permalink in ((w.reading.known, w.reading.permalink) for w in ranked):
        if permalink and "?" not in permalink:
            first, last = seen.get(permalink, (known.first_seen, known.last_seen))
            seen[permalink] = min(first, known.first_seen), max(last, known.last_seen)
    for other, (first, _) in sorted(seen.items(), key=lambda item: (item[1], item[0])):
        if address in seen and first > seen[address][1] and blog_of(f"http://{other}") == blog_of(f"http://{address}"):
            address = other
    return address


def _since(cluster: Cluster, says: Callable[[Witness], bool]) -> datetime:
    """Since when some entry says it: another entry of the same words is no change."""
    return min(w.reading.known.first_seen for w in cluster.witnesses if says(w))


def _earliest(witness: Witness) -> tuple[object, ...]:
    return witness.reading.known.first_seen, witness.digest


def _standing(witness: Witness) -> tuple[object, ...]:
    """The order among those that don't give the text; when each was last seen moves all the time, and is left out."""
    return not witness.reading.is_content, -len(witness.reading.words), witness.digest


def _ranked_dates(ranked: list[Witness]) -> tuple[DateCandidate, ...]:
    """All date candidates, the strongest origin first, and within an origin the best witness's."""
    candidates = [c for w in ranked for c in w.candidates]
    return tuple(sorted(candidates, key=lambda c: (ORIGINS.index(c.found.origin), _coarseness(c))))


def _coarseness(candidate: DateCandidate) -> int:
    return {"instant": 0, "day": 0, "month": 1, "year": 2}[candidate.found.precision]


def _clean(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels as single lines of text, each once."""
    return tuple(dict.fromkeys(filter(None, map(clean_line, labels))))


def _labels(ranked: list[Witness], facts: Mapping[str, Facts]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Categories and tags: those of the best witness that has any, then the archives that listed the post as theirs.

    A WordPress feed mixes both in one list. Pages, REST and archives tell them apart: which is which in a feed is a
    guess (see `parted`), and where only one kind is known otherwise, the rest of the feed's list is of the other. A
    name that differs only in case or punctuation (an archive's ``customer-service``) is not repeated.
    """
    told = [w.reading.known.entry for w in ranked if not _is_feed(w)]
    fed = next((w for w in ranked if _is_feed(w) and ((e := w.reading.known.entry).categories or e.tags)), None)
    own = _first(e.categories for e in told), _first(e.tags for e in told)
    found = _named((*own[0], *_archives(ranked, "category"))), _named((*own[1], *_archives(ranked, "tag", "label")))
    if fed and not all(own):
        known = found[0].keys() | found[1].keys()
        guesses = parted(fed.reading.known.entry, facts[scope_of(fed.reading)].categories)
        for kind, other in ((0, 1), (1, 0)):
            if not own[kind]:
                mixed = (*guesses[0], *guesses[1]) if own[other] else guesses[kind]
                fresh = {key: name for key, name in _named(mixed).items() if key not in known}
                found[kind].update(fresh)
    return tuple(found[0].values()), tuple(found[1].values())


def _is_feed(witness: Witness) -> bool:
    return witness.reading.known.entry.layout == "feed"


def _archives(ranked: list[Witness], *kinds: str) -> list[str]:
    """The names of archives of some kinds that listed the post as theirs."""
    listed = (archive.partition(":") for w in ranked for archive in w.reading.known.listed_in)
    return sorted({name for kind, _, name in listed if kind in kinds})


def _first(found: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return next((labels for labels in found if labels), ())


def _named(labels: Iterable[str]) -> dict[str, str]:
    """Labels by the form in which they are compared, each once."""
    found: dict[str, str] = {}
    for name in labels:
        if name:
            found.setdefault(label_key(name), name)
    return found


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
