"""What a query means, as frozen nodes that no engine or parser is needed for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Literal, TypeAlias

from .values import Value

TextField = Literal["title", "text"]
KeywordField = Literal["tag", "category", "source", "author"]
StateName = Literal["full", "excerpt", "gone"]


class Word(Value):
    """Posts that hold a word in any of its English forms. `text` is folded; without a field, title and text."""

    text: str
    field: TextField | None = None


class Pattern(Value):
    """Posts that hold a word fitting ``*`` (any letters) and ``?`` (one letter)."""

    pattern: str
    field: TextField | None = None


class Fuzzy(Value):
    """Posts that hold a word at most `distance` letters away (changed, added, left out, or two swapped)."""

    text: str
    distance: int
    field: TextField | None = None


class Phrase(Value):
    """Posts that hold the words in this order; with a slop, in any order with at most so many words between them."""

    words: tuple[str, ...]
    slop: int = 0
    field: TextField | None = None


class Keyword(Value):
    """Posts of a tag, category, source or author; `value` is in comparison form and may hold ``*`` and ``?``."""

    field: KeywordField
    value: str
    is_pattern: bool = False


class Published(Value):
    """Posts whose whole date lies in [start, end); None leaves a side open, and undated posts never pass."""

    start: date | None
    end: date | None


class State(Value):
    """Posts with their full text, with an excerpt only, or gone from their blog."""

    name: StateName


class AllOf(Value):
    """Posts that every part matches."""

    parts: tuple[Node, ...]


class AnyOf(Value):
    """Posts that some part matches."""

    parts: tuple[Node, ...]


class Clauses(Value):
    """What stands side by side in a query: `must` all match, `must_not` none; of `should` one, if nothing must.

    Posts that match all of `should` come before the others.
    """

    should: tuple[Node, ...] = ()
    must: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()


class Not(Value):
    """Posts that the part does not match."""

    part: Node


class Boosted(Value):
    """The part, with its share of the score multiplied."""

    part: Node
    factor: float


class Everything(Value):
    """Every post."""


Node: TypeAlias = (
    Word | Pattern | Fuzzy | Phrase | Keyword | Published | State | AllOf | AnyOf | Clauses | Not | Boosted | Everything
)

TextNode: TypeAlias = Word | Pattern | Fuzzy | Phrase


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node that may match: what is excluded is left out."""
    match node:
        case AllOf(parts) | AnyOf(parts):
            return parts
        case Clauses(should, must, _):
            return must + should
        case Boosted(part, _):
            return (part,)
        case _:
            return ()


def wanted(node: Node) -> list[TextNode]:
    """All that a query looks for in titles and texts, in order; what it excludes is left out."""
    if isinstance(node, Word | Pattern | Fuzzy | Phrase):
        return [node]
    return [found for part in children(node) for found in wanted(part)]


def asks_for_gone(node: Node) -> bool:
    """Does the query itself speak of posts that are gone?"""
    if isinstance(node, Not):
        return asks_for_gone(node.part)
    if isinstance(node, Clauses) and any(asks_for_gone(part) for part in node.must_not):
        return True
    return node == State("gone") or any(asks_for_gone(part) for part in children(node))


def described(node: Node) -> str:  # noqa: C901 - one case a node
    """A part of a query as it would be written."""
    match node:
        case Word(text, field):
            return _in(field, text)
        case Pattern(pattern, field):
            return _in(field, pattern)
        case Fuzzy(text, distance, field):
            return _in(field, f"{text}~{distance}")
        case Phrase(held, slop, field):
            return _in(field, f'"{" ".join(held)}"' + (f"~{slop}" if slop else ""))
        case Keyword(field, value):
            return f'{field}:"{value}"' if " " in value else f"{field}:{value}"
        case Published(start, end):
            return f"date:[{start or '*'} TO {end or '*'}}}"
        case State(name):
            return f"is:{name}"
        case Not(part):
            return f"-{described(part)}"
        case Boosted(part, factor):
            return f"{described(part)}^{factor:g}"
        case Everything():
            return "*"
        case Clauses(should, must, must_not):
            return _group(" ", [*_signed("+", must), *_signed("", should), *_signed("-", must_not)])
        case AllOf(parts):
            return _group(" AND ", [described(part) for part in parts])
        case AnyOf(parts):
            return _group(" OR ", [described(part) for part in parts])


def _group(between: str, parts: list[str]) -> str:
    return f"({between.join(parts)})" if len(parts) > 1 else "".join(parts)


def _signed(sign: str, parts: Collection[Node]) -> Iterator[str]:
    return (sign + described(part) for part in parts)


def _in(field: TextField | None, text: str) -> str:
    return f"{field}:{text}" if field else text
