"""What a search engine must do for the index; the embedded one is Whoosh."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from ...pipeline.records import Change
    from ..query import KeywordField, Node, TextNode
    from ..records import IndexedPost, Sort
    from .insight import Insight


class Ranking(NamedTuple):
    """All posts that answer are `total`; `top` are the first of them as (number of the post in the snapshot, score)."""

    total: int
    top: Sequence[tuple[int, float]]


class Forms(NamedTuple):
    """What counts as a match in a text: words of these stems, and these very words.

    `phrases` are stems that stand together, in order or, with a slop, with at most so many words between them.
    """

    stems: frozenset[str]
    words: frozenset[str]
    phrases: frozenset[tuple[tuple[str, ...], int]] = frozenset()


class Snapshot(Protocol):
    """One state of the index, which later writing does not change. Any thread may call its methods.

    All raise IndexUnusableError where the index turns out to be damaged.
    """

    def rank(self, node: Node, *, sort: Sort, top: int | None) -> Ranking:
        """The posts that match, best first. The first n are those of the full ranking, whatever n is.

        By relevance, ties go to the newer post and then by id; by date, undated posts come last. QueryError where a
        pattern fits too many words.
        """
        ...

    def similar(self, post: IndexedPost, *, top: int) -> Ranking:
        """The posts that share the telling words of `post`, without itself and without those that are gone."""
        ...

    def load(self, numbers: Iterable[int]) -> dict[int, IndexedPost]:
        """The posts of some numbers in a ranking, in order."""
        ...

    def find(self, post_id: str) -> list[IndexedPost]:
        """The posts that answer to an id: those that have it before those of which it is an alias, by source."""
        ...

    def count(self, word: str) -> int:
        """How many posts hold a folded word in any of its forms."""
        ...

    def count_keyword(self, field: KeywordField, value: str) -> int:
        """How many posts have a tag, category, source or author, given in comparison form."""
        ...

    def nearest_word(self, word: str) -> str | None:
        """The corpus's own word that `word` was most likely meant to be, if one is near."""
        ...

    def forms(self, nodes: Iterable[TextNode]) -> Forms:
        """What these nodes match in a text."""
        ...

    def stem(self, word: str) -> str:
        """The stem under which a folded word is indexed."""
        ...

    @property
    def insight(self) -> Insight:
        """Counts by value and parts of scores."""
        ...


class Engine(Protocol):
    """An index that is open for reading."""

    def snapshot(self) -> Snapshot:
        """The latest state; cheap where nothing changed since the last call."""
        ...

    def close(self) -> None:
        """Let go of the files; snapshots that are still held stay readable."""
        ...


class Written:
    """What a batch of changes did to the index: posts added, updated and removed, and the last number of a change."""

    def __init__(self) -> None:
        self.added = self.updated = self.removed = self.last = 0


class Writer(Protocol):
    """An index that is open for writing, by one writer at a time."""

    def apply(self, changes: Iterable[Change]) -> Written:
        """Make the index follow the changes; readers see all of them at once, or none."""
        ...
