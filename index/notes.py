"""What is said beside the hits: a better spelling, a query without words, and values and words that no post holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..pipeline.text import clean_line
from .analysis import STOP_WORDS, shown, tokens
from .query import Everything, Keyword, Node, Not, Pattern, Phrase, TextNode, Word, children, wanted

if TYPE_CHECKING:
    from .engine import Snapshot
    from .grammar import ParsedQuery

EVERYTHING = ("*", "*:*")
"""Queries by which other search tools list everything."""


def better_spelt(query: str, looked_for: Sequence[TextNode], snapshot: Snapshot) -> str | None:
    """The query with every word that is nowhere in the corpus replaced by the nearest one that is."""
    words = {node.text for node in looked_for if isinstance(node, Word)}
    words = words.union(*(node.words for node in looked_for if isinstance(node, Phrase))) - STOP_WORDS
    # A number is never a misspelling: 2018 is no better way to write 2019.
    missing = {word for word in words if not any(map(str.isdecimal, word)) and not snapshot.count(word)}
    # "empath?" may be a pattern, and then it needs no other word where it found some.
    ends = [node for node in looked_for if isinstance(node, Pattern) and node.pattern.removesuffix("?") in missing]
    missing -= {node.pattern.removesuffix("?") for node in ends if snapshot.forms([node]).words}
    better = {word: near for word in sorted(missing)[:5] if (near := snapshot.nearest_word(word))}
    if not better:
        return None
    pieces, position = [], 0
    query = clean_line(query)
    for start, end, word in tokens(query):
        if word in better:
            pieces.append(query[position:start] + better[word])
            position = end
    return re.sub(r"\s+", " ", "".join(pieces) + query[position:]).strip()


def holds_no_word(query: str, parsed: ParsedQuery) -> bool:
    """Whether there is a query in which nothing can be looked for; a star alone asks for everything."""
    return parsed.node == Everything() and query.strip() not in {"", *EVERYTHING}


def nothing_asked(query: str, parsed: ParsedQuery, *, left: bool) -> list[str]:
    """A sentence on a query of which no word was left; `left` says whether filters, or a star, ask for posts anyway."""
    if not left:
        return ["nothing is left to look for"]
    if query.strip() and parsed.node == Everything():
        return ["no word is left of the query: these are the newest posts"]
    return []


def only_labels(
    query: str, parsed: ParsedQuery, snapshot: Snapshot, filters: Sequence[Node], gone: Sequence[Node]
) -> list[str]:
    """A sentence for each word of a query that found nothing that no text holds, and that is a label of some posts."""
    from .nothing import labelled

    return labelled(snapshot, query, wanted(parsed.node), filters, gone)


def empty_filters(filters: Sequence[Node], parsed: ParsedQuery, snapshot: Snapshot) -> list[str]:
    """A sentence for each tag, category, source or author that no post has, with the nearest one there is."""
    named = dict.fromkeys(found for node in (*filters, parsed.node) for found in _all_keywords(node))
    notes = []
    for node in named:
        if not node.is_pattern and not snapshot.count_keyword(node.field, node.value):
            from .nothing import nearest_value

            near = nearest_value(snapshot, node.field, node.value)
            told = f"; did you mean “{shown(near)}”?" if near else ""
            notes.append(f"no post has the {node.field} “{shown(node.value)}”{told}")
    return notes


def _all_keywords(node: Node) -> list[Keyword]:
    if isinstance(node, Keyword):
        return [node]
    parts = (node.part,) if isinstance(node, Not) else children(node)
    return [found for part in parts for found in _all_keywords(part)]
