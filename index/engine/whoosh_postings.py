"""What the index files hold, read a block at a time: postings, positions, field lengths, columns, vocabulary."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import log
from typing import Any

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.formats import Positions
from whoosh.reading import IndexReader
from whoosh.util.numeric import byte_to_length

from ...pipeline.errors import IndexUnusableError
from .scoring import K1, B

_positions = Positions()

Block = tuple[Sequence[int], Sequence[float], Sequence[bytes]]


def damaged(error: Exception) -> IndexUnusableError:
    """The error for an index whose files can't be read."""
    told = str(error) or type(error).__name__
    return IndexUnusableError(f"the index is damaged ({told[:200]})", hint="Build it anew with: tipsearch reindex")


class Postings:
    """Reads one state of a Whoosh index. Not safe for threads: Whoosh's files have one position each."""

    def __init__(self, reader: IndexReader) -> None:
        self.reader = reader
        # An index without posts has one leaf, which has no files.
        self.leaves: list[tuple[IndexReader, int]] = [leaf for leaf in reader.leaf_readers() if leaf[0].doc_count_all()]
        self.size: int = reader.doc_count_all()
        self._all_norms: dict[str, array[float]] = {}
        self._columns: dict[str, array[int]] = {}

    @cached_property
    def alive(self) -> dict[int, float]:
        """Every document that is not deleted, with the score 0."""
        return dict.fromkeys(self.reader.all_doc_ids(), 0.0)

    def documents(self, field: str, term: str) -> list[int]:
        """The documents that hold a term, in order."""
        return [number for ids, _, _, offset in self._blocks(field, term) for number in _shifted(ids, offset)]

    def frequency(self, field: str, term: str) -> int:
        """How many documents hold a term, deleted ones among them."""
        return int(self.reader.doc_frequency(field, term.encode()))

    def occurrences(self, field: str, term: str) -> tuple[int, int]:
        """In how many documents a term stands, and how often in all."""
        encoded = term.encode()
        return int(self.reader.doc_frequency(field, encoded)), int(self.reader.frequency(field, encoded))

    def idf(self, field: str, term: str) -> float:
        """Whoosh's inverse document frequency."""
        return log(self.size / (self.frequency(field, term) + 1)) + 1 if self.size else 0.0

    def bm25(self, field: str, term: str, *, length_of: str | None = None) -> dict[int, float]:
        """The BM25 score of every document that holds a term; `length_of` names the field that counts the words."""
        length_of = length_of or field
        scale = self.idf(field, term) * (K1 + 1)
        norms = self._norms(length_of)
        scores: dict[int, float] = {}
        for ids, weights, _, offset in self._blocks(field, term):
            numbers = _shifted(ids, offset)
            scores.update(
                (number, scale * weight / (weight + norms[number]))
                for number, weight in zip(numbers, weights, strict=True)
            )
        return scores

    def shares(self, field: str, term: str, *, length_of: str | None = None) -> dict[int, float]:
        """How often a term stands in every document that holds it, by the document's length normalisation."""
        norms = self._norms(length_of or field)
        return {
            number: weight / norms[number]
            for ids, weights, _, offset in self._blocks(field, term)
            for number, weight in zip(_shifted(ids, offset), weights, strict=True)
        }

    def shares_of(self, field: str, counts: Mapping[int, float]) -> dict[int, float]:
        """The same for something else that was counted in a field: phrases, words near each other."""
        norms = self._norms(field)
        return {number: count / norms[number] for number, count in counts.items()}

    def positions(self, field: str, term: str, wanted: set[int]) -> dict[int, list[int]]:
        """Where a term stands in the wanted documents."""
        return {
            offset + number: _positions.decode_positions(value)
            for ids, _, values, offset in self._blocks(field, term)
            for number, value in zip(ids, values, strict=True)
            if offset + number in wanted
        }

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

    def terms(self, field: str, prefix: str = "") -> Iterator[str]:
        """The terms of a field that begin with a prefix, in order."""
        if self.size:
            for term in self.reader.expand_prefix(field, prefix.encode()):
                yield term.decode()

    def stored(self, number: int) -> str:
        """The packed post."""
        return str(self.reader.stored_fields(number)["post"])

    def _blocks(self, field: str, term: str) -> Iterator[tuple[Sequence[int], Sequence[float], Sequence[bytes], int]]:
        for leaf, offset in self.leaves:
            for ids, weights, values in _leaf_blocks(leaf, field, term):
                yield ids, weights, values, offset

    def _norms(self, field: str) -> Sequence[float]:
        """BM25's length normalisation of a field, for every document."""
        norms = self._all_norms.get(field)
        if norms is None:
            average = (self.reader.field_length(field) / self.size if self.size else 0) or 1
            by_byte = [K1 * (1 - B + B * (byte_to_length(byte) or 1) / average) for byte in range(256)]
            norms = self._all_norms[field] = array("d")
            for leaf, _ in self.leaves:
                norms.extend(by_byte[byte] for byte in _lengths(leaf, field))
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


def _shifted(ids: Sequence[int], offset: int) -> Sequence[int]:
    return [offset + number for number in ids] if offset else ids


def _leaf_blocks(leaf: IndexReader, field: str, term: str) -> Iterator[Block]:
    """The live postings of a term, in blocks of up to 128 as they lie in the file."""
    encoded = term.encode()
    if (field, encoded) not in leaf:
        return
    matcher = leaf.postings(field, encoded)
    deleted = frozenset(getattr(leaf, "deleted_docs_set", ()))
    inner: Any = getattr(matcher, "child", matcher)
    in_blocks = type(inner) is W3LeafMatcher
    if in_blocks:
        while inner.is_active():
            yield _without(deleted, _block(inner))
            inner._next_block()  # noqa: SLF001 - see _block
    else:
        yield _one_by_one(matcher)


def _block(matcher: Any) -> Block:
    # Whole blocks instead of one call a posting: a query for a word in all of 10,000 posts takes a fifth of the time.
    matcher._read_ids()  # noqa: SLF001
    matcher._read_weights()  # noqa: SLF001
    matcher._read_values()  # noqa: SLF001
    return matcher._ids, matcher._weights, matcher._values  # noqa: SLF001


def _without(deleted: frozenset[int], block: Block) -> Block:
    if not deleted or deleted.isdisjoint(block[0]):
        return block
    kept = [place for place, number in enumerate(block[0]) if number not in deleted]
    ids, weights, values = ([part[place] for place in kept] for part in block)
    return ids, weights, values  # type: ignore[return-value]


def _one_by_one(matcher: Any) -> Block:
    ids, weights, values = [], [], []
    while matcher.is_active():
        ids.append(matcher.id())
        weights.append(matcher.weight())
        values.append(matcher.value())
        matcher.next()
    return ids, weights, values
