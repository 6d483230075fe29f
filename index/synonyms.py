"""Synonyms: words that stand for each other in a corpus, read from the home's `synonyms` file and put into queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ..pipeline.errors import ConfigError
from .analysis import words
from .query import AllOf, AnyOf, Boosted, Clauses, Node, Phrase, TextField, Word

FILE = "synonyms"
"""Its name in the home."""
WEIGHT = 0.8
"""A synonym's share of the score: what was typed comes before what stands for it."""
MOST_BYTES = 1_000_000
MOST_TERMS = 20
"""Terms in one line: each is searched for."""

Term = tuple[str, ...]
"""The folded words of one term."""


class Synonyms:
    """Groups of terms that stand for each other. Immutable, so that any thread may use it."""

    def __init__(self, groups: Iterable[tuple[Term, ...]] = ()) -> None:
        self.groups = tuple(groups)

    def apply(self, node: Node, stem: Callable[[str], str]) -> tuple[Node, tuple[str, ...]]:
        """The query with the synonyms of its words put beside them, and a sentence that names what was added.

        Words and whole phrases are looked up, in any form; patterns, words with ``~`` and what is excluded stay as
        they are, and what was put in is not looked up again.
        """
        if not self.groups:
            return node, ()
        expansion = _Expansion(self.groups, stem)
        changed = expansion.of(node)
        told = [
            f"“{term}” also finds {', '.join(f'“{other}”' for other in others)}"
            for term, others in expansion.added.items()
        ]
        return changed, (f"synonyms: {', '.join(told)}",) if told else ()


class _Expansion:
    """One query's synonyms: `added` names, for each of its terms, what was put beside it."""

    def __init__(self, groups: Iterable[tuple[Term, ...]], stem: Callable[[str], str]) -> None:
        self.stem = stem
        self.added: dict[str, dict[str, None]] = {}
        self.lookup: dict[Term, dict[Term, None]] = {}
        for group in groups:
            for term in group:
                others = dict.fromkeys(other for other in group if other != term)
                self.lookup.setdefault(self.stems(term), {}).update(others)

    def of(self, node: Node) -> Node:
        match node:
            case Word(text, field):
                return self.beside(node, (text,), field)
            case Phrase(held, 0, field):
                return self.beside(node, held, field)
            case AllOf(parts):
                return AllOf(tuple(map(self.of, parts)))
            case AnyOf(parts):
                return AnyOf(tuple(map(self.of, parts)))
            case Clauses(should, must, _):
                return node.but(should=tuple(map(self.of, should)), must=tuple(map(self.of, must)))
            case Boosted(inner, factor):
                return Boosted(self.of(inner), factor)
            case _:
                return node

    def beside(self, node: Node, term: Term, field: TextField | None) -> Node:
        own = self.stems(term)
        others = [other for other in self.lookup.get(own, ()) if self.stems(other) != own]
        if not others:
            return node
        self.added.setdefault(" ".join(term), {}).update((" ".join(other), None) for other in others)
        return AnyOf((node, *(Boosted(_node(other, field), WEIGHT) for other in others)))

    def stems(self, term: Term) -> Term:
        return tuple(map(self.stem, term))


def read_synonyms(home: Path) -> Synonyms:
    """The synonyms of a home; none where it has no such file.

    A line holds terms with ``=`` between them, each a word or several; all terms of a line stand for each other. Empty
    lines and what follows a ``#`` count for nothing, and lines do not chain. Raises ConfigError naming file and line.
    """
    path = home / FILE
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Synonyms()
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror or error}", hint=_LEAVE) from error
    if len(raw) > MOST_BYTES:
        raise ConfigError(f"{path} is larger than {MOST_BYTES:,} bytes", hint=_LEAVE)
    groups = []
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        try:
            told = line.decode("utf-8").partition("#")[0].strip()
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}, line {number}: this is not UTF-8", hint="Save the file as UTF-8.") from error
        if told:
            groups.append(_group(told, f"{path}, line {number}"))
    return Synonyms(groups)


_LEAVE = "Mend it, move it away, or search with --no-synonyms."


def _group(told: str, where: str) -> tuple[Term, ...]:
    shown = told if len(told) <= 60 else f"{told[:59]}…"
    parts = told.split("=")
    if len(parts) < 2:
        raise ConfigError(f'{where}: "{shown}" has no =', hint="Write a line like: rep = representative")
    terms = tuple(dict.fromkeys(tuple(words(part)) for part in parts))
    if not all(terms):
        raise ConfigError(f'{where}: a side of "{shown}" holds no word', hint="Write a line like: rep = representative")
    if len(terms) > MOST_TERMS:
        raise ConfigError(f"{where}: {len(terms)} terms, more than {MOST_TERMS}", hint="Split the line.")
    return terms


def _node(term: Term, field: TextField | None) -> Node:
    return Word(term[0], field) if len(term) == 1 else Phrase(term, 0, field)
