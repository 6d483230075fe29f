"""What is said where nothing answers: the nearest value, words that are labels alone, posts with all but one part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..pipeline.text import clean_line
from .analysis import keyword, shown
from .narrowing import narrowed
from .query import (
    AllOf,
    Clauses,
    Keyword,
    KeywordField,
    Node,
    Phrase,
    Published,
    State,
    TextNode,
    Word,
    described,
)

if TYPE_CHECKING:
    from .engine import Snapshot

MOST_PARTS = 10
"""Nobody drops one of more words, and each takes a search."""


MOST_LABELS = 3
"""So many words at most are named that only labels hold."""

_CARRIED: tuple[tuple[KeywordField, str], ...] = (
    ("tag", "the tag"),
    ("category", "the category"),
    ("author", "the author"),
)


@dataclass(frozen=True, slots=True)
class WithoutOne:
    """How many posts hold all that was demanded but one part, which is given as it would be written in a query."""

    part: str
    total: int


def all_but_one(snapshot: Snapshot, node: Node, typed: Node, filters: Sequence[Node]) -> tuple[WithoutOne, ...]:
    """How many posts hold all the parts that a query demands but one, for each of them, most first; never none.

    `typed` is the query without its synonyms, which names the parts. `filters` narrow the search besides: State nodes
    are excluded, the others hold. Tags, dates and states in the query count as parts too: each may be in the way.
    """
    demanded = _demanded(node)
    unwanted: tuple[Node, ...] = tuple(each for each in filters if isinstance(each, State))
    held = tuple(each for each in filters if not isinstance(each, State))
    if isinstance(node, Clauses):
        unwanted += node.must_not
    if not 2 <= len(demanded) <= MOST_PARTS:
        return ()
    found = []
    for place, part in enumerate(_demanded(typed)):
        rest = demanded[:place] + demanded[place + 1 :]
        if all(isinstance(each, Keyword | Published | State) for each in rest):
            continue
        total = snapshot.rank(Clauses((), (*rest, *held), unwanted), sort="relevance", top=0).total
        if total:
            found.append(WithoutOne(described(part), total))
    return tuple(sorted(found, key=lambda each: -each.total))


def _demanded(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, AllOf) else node.must if isinstance(node, Clauses) else ()


def nearest_value(snapshot: Snapshot, field: KeywordField, value: str) -> str | None:
    """The tag, category, source or author's name that a value was likely meant to be."""
    from difflib import get_close_matches

    counts = dict(snapshot.insight.values(field))
    near = get_close_matches(value, counts, n=3, cutoff=0.75)
    begun = [known for known in counts if len(value) > 2 and known.startswith(value)]
    return near[0] if near else max(begun, key=lambda known: counts[known], default=None)


def labelled(
    snapshot: Snapshot, query: str, looked_for: Sequence[TextNode], filters: Sequence[Node], unwanted: Sequence[Node]
) -> list[str]:
    """A sentence for each word or phrase, or the whole of the query, that no text holds and some posts' labels are.

    `looked_for` is what the query seeks in titles and texts; `filters` must hold and `unwanted` must not, as they did
    in the search that found nothing.
    """
    sought: dict[str, None] = {keyword(clean_line(query)): None} if len(looked_for) > 1 else {}
    for node in looked_for:
        if isinstance(node, Phrase):
            sought[" ".join(node.words)] = None
        elif isinstance(node, Word) and not snapshot.count(node.text):
            sought[node.text] = None
    notes: list[str] = []
    for said in sought:
        for field, name in _CARRIED:
            if len(notes) < MOST_LABELS and snapshot.count_keyword(field, said):
                label = Keyword(field, said)
                total = snapshot.rank(narrowed(label, filters, unwanted), sort="relevance", top=0).total
                if total:
                    posts = f"{total:,} posts have" if total > 1 else "1 post has"
                    notes.append(
                        f"no post contains “{shown(said)}”; {posts} {name} “{shown(said)}”: try {described(label)}"
                    )
    return notes
