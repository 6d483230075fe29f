"""Which of the entries of a post gives its text: channels differ in what they print around it, and posts are edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from .cluster import Witness
from .identity import Version, version
from .urls import canonical_permalink

Versions = Mapping[Version, list[Witness]]

_CHANNELS = ("rest", "page", "feed")
"""What a post's text is taken from where several channels show it, best first: REST holds nothing but the post."""


def channel_of(witness: Witness) -> str:
    """The channel that showed an entry: ``rest``, ``feed``, or a ``page``."""
    layout = witness.reading.known.entry.layout
    return layout if layout in {"rest", "feed"} else "page"


def text_witness(witnesses: list[Witness], texts: Mapping[str, str]) -> Witness:
    """The entry whose text the post has; `texts` are those of all entries, by digest.

    A full text before an excerpt. Each channel shows what it showed last; the best channel's text counts until another
    one shows a text that it had not shown when the best was last seen. Of entries that say the same word for word, the
    one seen first: another channel's line breaks are no edit.
    """
    versions: defaultdict[Version, list[Witness]] = defaultdict(list)
    for witness in witnesses:
        if witness.reading.is_content:
            versions[version(witness.reading)].append(witness)
    if not versions:
        # Excerpts: the longest says most; which was seen last says nothing, for each theme cuts its own.
        return min(witnesses, key=lambda w: (-len(w.reading.words), w.reading.known.first_seen, w.digest))
    best = _current(versions)
    # A listing may cut a post without saying so. A post's own page may not: what it shows last is the text, even if the
    # text became shorter.
    while not any(map(_on_own_page, versions[best])):
        longer = [v for v in versions if len(v[1]) > len(best[1]) and v[1][: len(best[1])] == best[1]]
        if not longer:
            break
        best = max(longer, key=lambda v: _latest(versions, v))
    return _first_to_say_it(versions[best], texts)


def _current(versions: Versions) -> Version:
    """The version that the best channel shows, or a newer one of another channel."""
    shown: dict[str, dict[Version, list[Witness]]] = {channel: {} for channel in _CHANNELS}
    for told, saying in versions.items():
        for witness in saying:
            shown[channel_of(witness)].setdefault(told, []).append(witness)
    latest = [(max(own, key=lambda v: _latest(own, v)), own) for own in shown.values() if own]
    best, until = latest[0][0], _last_seen(latest[0][1][latest[0][0]])
    for told, own in latest[1:]:
        if _first_seen(versions[told]) > until:
            best, until = told, _last_seen(own[told])
    return best


def _latest(versions: Versions, told: Version) -> tuple[datetime, int, Version]:
    return _last_seen(versions[told]), len(told[1]), told


def _first_to_say_it(witnesses: list[Witness], texts: Mapping[str, str]) -> Witness:
    """Of entries of one version: the best channel's latest punctuation, by whoever was the first to show it."""
    spellings: defaultdict[str, list[Witness]] = defaultdict(list)
    for witness in witnesses:
        spellings["".join(texts[witness.digest].split())].append(witness)

    def standing(spelling: str) -> tuple[int, float, str]:
        saying = spellings[spelling]
        return min(_CHANNELS.index(channel_of(w)) for w in saying), -_first_seen(saying).timestamp(), spelling

    return min(spellings[min(spellings, key=standing)], key=lambda w: (w.reading.known.first_seen, w.digest))


def _on_own_page(witness: Witness) -> bool:
    entry = witness.reading.known.entry
    return bool(entry.page_url and witness.reading.permalink == canonical_permalink(entry.page_url))


def _first_seen(witnesses: list[Witness]) -> datetime:
    return min(w.reading.known.first_seen for w in witnesses)


def _last_seen(witnesses: list[Witness]) -> datetime:
    return max(w.reading.known.last_seen for w in witnesses)
