"""What is said where nothing answers: the nearest value that there is, and how many posts hold all but one part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .query import AllOf, Clauses, Keyword, KeywordField, Node, Published, State, described

if TYPE_CHECKING:
    from .engine import Snapshot

MOST_PARTS = 10
"""Nobody drops one of more words, and each takes a search."""


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
