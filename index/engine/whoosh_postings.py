"""What the index files hold, read a list at a time: postings, places, field lengths, columns, vocabulary."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, takewhile
from math import log
from typing import Any, NamedTuple

from whoosh.reading import IndexReader
from whoosh.util.numeric import byte_to_length

from ...pipeline.errors import IndexUnusableError
from .scoring import K1, B
from .whoosh_codec import MappedStorage
from .whoosh_lists import Lists

MOST_TERMS = 4096
"""So many terms are remembered with where their lists lie."""


def damaged(error: Exception) -> IndexUnusableError:
    """The error for an index whose files can't be read."""
    told = str(error) or type(error).__name__
    return IndexUnusableError(f"the index is damaged ({told[:200]})", hint="Build it anew with: tipsearch reindex")


class Part(NamedTuple):
    """The postings of a term in one segment, whose first document has the number `offset` in the whole."""

    lists: Lists
    offset: int
    deleted: frozenset[int]

    def postings(self) -> Iterator[tuple[int, int]]:
        """The live documents with how often the term stands in each."""
        numbers: Iterable[int] = self.lists.document_array()
        if self.offset:
            numbers = map(self.offset.__add__, numbers)
        pairs = zip(numbers, self.lists.count_array(), strict=True)
        if not self.deleted:
            return pairs
        return (pair for pair in pairs if pair[0] - self.offset not in self.deleted)


class Postings:
    """Reads one state of a Whoosh index. Not safe for threads: Whoosh's files have one position each."""

    def __init__(self, reader: IndexReader) -> None:
        self.reader = reader
        # An index without posts has one leaf, which has no files.
        self.leaves: list[tuple[IndexReader, int]] = [leaf for leaf in reader.leaf_readers() if leaf[0].doc_count_all()]
        self.deleted = [frozenset[int](getattr(leaf, "deleted_docs_set", ())) for leaf, _ in self.leaves]
        self.size: int = reader.doc_count_all()
        self._found: dict[tuple[str, str], tuple[Part, ...]] = {}
        self._all_norms: dict[str, array[float]] = {}
        self._columns: dict[str, array[int]] = {}

    @cached_property
    def alive(self) -> dict[int, float]:
        """Every document that is not deleted, with the score 0."""
        return dict.fromkeys(self.reader.all_doc_ids(), 0.0)

    def lists(self, field: str, term: str) -> tuple[Part, ...]:
        """The postings of a term, segment by segment."""
        found = self._found.get((field, term))
        if found is None:
            if len(self._found) >= MOST_TERMS:
                self._found.clear()
            encoded = term.encode()
            parts = (
                Part(lists, offset, deleted)
                for (leaf, offset), deleted in zip(self.leaves, self.deleted, strict=True)
                if (lists := leaf._terms.lists(field, encoded)) is not None  # type: ignore[attr-defined] # noqa: SLF001
            )
            found = self._found[field, term] = tuple(parts)
        return found

    def unload(self) -> None:
        """Let go of the pages of the files that were read; nothing that is held becomes invalid."""
        for leaf, _ in self.leaves:
            storage = leaf.storage()
            for each in (storage, getattr(storage, "a", None)):
                if isinstance(each, MappedStorage):
                    each.unload()

    def documents(self, field: str, term: str) -> list[int]:
        """The documents that hold a term, in order."""
        return [number for part in self.lists(field, term) for number, _ in part.postings()]

    def frequency(self, field: str, term: str) -> int:
        """How many documents hold a term, deleted ones among them."""
        return sum(part.lists.size for part in self.lists(field, term))

    def live(self, field: str, term: str) -> int:
        """How many documents hold a term."""
        parts = self.lists(field, term)
        return sum(len(list(part.postings())) if part.deleted else part.lists.size for part in parts)

    def occurrences(self, field: str, term: str) -> tuple[int, int]:
        """In how many documents a term stands, and how often in all."""
        return self.frequency(field, term), sum(part.lists.occurrences for part in self.lists(field, term))

    def idf(self, field: str, term: str) -> float:
        """Whoosh's inverse document frequency."""
        return log(self.size / (self.frequency(field, term) + 1)) + 1 if self.size else 0.0

    def shares(self, field: str, term: str, *, length_of: str | None = None) -> dict[int, float]:
        """How often a term stands in every document that holds it, by the document's length normalisation."""
        norms = self.norms(length_of or field)
        return {number: count / norms[number] for part in self.lists(field, term) for number, count in part.postings()}

    def shares_of(self, field: str, counts: Mapping[int, float]) -> dict[int, float]:
        """The same for something else that was counted in a field: phrases, words near each other."""
        norms = self.norms(field)
        return {number: count / norms[number] for number, count in counts.items()}

    def positions(self, field: str, term: str, wanted: set[int]) -> dict[int, Sequence[int]]:
        """Where a term stands in the wanted documents."""
        found: dict[int, Sequence[int]] = {}
        for part in self.lists(field, term):
            documents, counts, places = part.lists.document_array(), part.lists.count_array(), part.lists.place_array()
            starts = [0, *accumulate(counts)]
            for number in wanted:
                at = bisect_left(documents, number - part.offset)
                if at < len(documents) and documents[at] == number - part.offset:
                    found[number] = places[starts[at] : starts[at + 1]]
        return found

    def column(self, name: str) -> array[int]:
        """A number for every document."""
        column = self._columns.get(name)
        if column is None:
            column = array("i")
            for leaf, _ in self.leaves:
                if leaf.has_column(name):
                    whole: Any = _Whole("i")
                    column.extend(leaf.column_reader(name, column=whole, translate=False))
                else:
                    column.extend([0] * leaf.doc_count_all())
            self._columns[name] = column
        return column

    def order(self, number: int) -> bytes:
        """What breaks the last ties: id and source."""
        for offset, values in self._orders:
            if number >= offset:
                return bytes(values[number - offset])
        return b""

    @cached_property
    def _orders(self) -> list[tuple[int, Any]]:
        return [(offset, leaf.column_reader("order", translate=False)) for leaf, offset in reversed(self.leaves)]

    def terms(self, field: str, prefix: str = "") -> list[str]:
        """The terms of a field that begin with a prefix, in order."""
        first = prefix.encode()
        held = (leaf._terms.keys(field, first) for leaf, _ in self.leaves)  # type: ignore[attr-defined] # noqa: SLF001
        fitting = (takewhile(lambda term: term.startswith(first), terms) for terms in held)
        return [term.decode() for term in sorted(set().union(*fitting))]

    def stored(self, number: int) -> str:
        """The packed post."""
        return str(self.reader.stored_fields(number)["post"])

    def norms(self, field: str) -> array[float]:
        """BM25's length normalisation of a field, for every document."""
        norms = self._all_norms.get(field)
        if norms is None:
            average = (self.reader.field_length(field) / self.size if self.size else 0) or 1
            by_byte = [K1 * (1 - B + B * (byte_to_length(byte) or 1) / average) for byte in range(256)]
            norms = self._all_norms[field] = array("d")
            for leaf, _ in self.leaves:
                norms.extend(map(by_byte.__getitem__, _lengths(leaf, field)))
        return norms


class _Whole:
    """In the place of a column object: its reader is all values at once, which takes a hundredth of one at a time."""

    def __init__(self, typecode: str) -> None:
        self.typecode = typecode

    def reader(self, file: Any, start: int, length: int, count: int) -> array[int]:
        values: array[int] = file.get_array(start, self.typecode, length // array(self.typecode).itemsize)
        values.extend([0] * (count - len(values)))
        return values


def _lengths(leaf: IndexReader, field: str) -> Sequence[int]:
    """The length of a field in every document, as the byte into which Whoosh puts it."""
    codec: Any = leaf.codec()
    documents = codec.per_document_reader(leaf.storage(), leaf.segment())
    name = f"_{field}_len"
    if not documents.has_column(name):
        return bytes(leaf.doc_count_all())
    lengths: Sequence[int] = documents.column_reader(name, _Whole("B"))
    return lengths
