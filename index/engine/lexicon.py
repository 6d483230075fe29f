"""The words of the corpus: which ones a pattern fits, which ones are near another."""

from __future__ import annotations

import re
from functools import cached_property

from ...pipeline.errors import QueryError
from ..query import Fuzzy
from ..spelling import likeliest, within
from .combine import compile_pattern
from .whoosh_postings import Postings

MOST_EXPANSIONS = 5000
"""Words that one pattern may stand for: all that begin with two letters. 8,000 took 0.25 s at 10,000 posts."""
MOST_NEAR = 100
"""Fuzzy words whose near ones are remembered."""

_KEYWORDS = frozenset({"tag", "category", "source", "author"})


class Lexicon:
    """The vocabulary of one state of the index."""

    def __init__(self, postings: Postings) -> None:
        self.postings = postings
        self._forms: dict[str, list[str]] = {}
        self._near: dict[tuple[str, int], list[tuple[str, int]]] = {}

    def fitting(self, field: str, pattern: str, limit: int | None = MOST_EXPANSIONS) -> list[str]:
        """The terms of a field that fit; QueryError where they are more than the limit."""
        prefix = re.split(r"[*?]", pattern, maxsplit=1)[0]
        fits = compile_pattern(pattern).fullmatch
        known = self.postings.terms(field, prefix) if prefix or field in _KEYWORDS else self._forms_of(field)
        found = [word for word in known if fits(word)]
        if limit is not None and len(found) > limit:
            raise QueryError(
                f'"{pattern}" fits {len(found):,} words of the corpus, more than {limit:,}',
                word=pattern,
                hint="Write more of its letters.",
            )
        return found

    def near(self, node: Fuzzy) -> list[tuple[str, int]]:
        """The words within a distance, each with its own; the word itself is left out."""
        asked = node.text, node.distance
        near = self._near.get(asked)
        if near is None:
            near = [
                (word, distance) for word, distance in within(node.text, self._vocabulary, node.distance) if distance
            ]
            # A query asks twice, for what it finds and for what to mark.
            if len(self._near) >= MOST_NEAR:
                self._near.clear()
            self._near[asked] = near
        return near

    def nearest(self, word: str) -> str | None:
        """The likeliest correction."""
        return likeliest(word, self._vocabulary, lambda near: self.postings.frequency("text_words", near))

    @cached_property
    def _vocabulary(self) -> list[str]:
        """The words of titles and texts as they were written."""
        return list(dict.fromkeys((*self._forms_of("text_words"), *self._forms_of("title_words"))))

    def _forms_of(self, field: str) -> list[str]:
        if field not in self._forms:
            self._forms[field] = self.postings.terms(field)
        return self._forms[field]
