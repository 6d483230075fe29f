"""Posts in, segments out: what Whoosh's segment writer does, over whole arrays of words instead of token by token."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.util.numeric import byte_to_length, length_to_byte

from ...pipeline.records import Change, Post
from ..analysis import fold, raw_tokens
from .whoosh_codec import MOST_DOCUMENTS, TERM_INFO, PlainCodec, PlainSegment, pack
from .whoosh_schema import columns_of, keywords_of, schema, stem

MOST_WORDS = 3_000_000
"""So many words are held before they become a segment, about 8,000 posts. Their arrays and the sort that inverts them
took indexing to 190 MB; with twice as many 330, in the same time."""
MOST_FORMS = 1_000_000
"""So many different words are remembered with their stems, before they are forgotten."""

PLACED = ("text", "title")
"""The fields whose words have places; the words as they stand are in `text_words` and `title_words`."""

_lengths = np.array([byte_to_length(byte) for byte in range(256)], dtype=np.uint32)
Extent = tuple[int, int]


class Forms(dict[str, int]):
    """Tokens of texts to numbers of folded words, 0 where nothing is left of one; new ones are learned on sight."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = [""]
        self.stems = array("I", [0])
        self._numbers: dict[str, int] = {"": 0}

    def __missing__(self, token: str) -> int:
        number = self[token] = self._number(fold(token))
        return number

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
            self.stems.append(number)
            stemmed = stem(word)
            if stemmed != word:
                self.stems[number] = self._number(stemmed)
        return number

    def of(self, text: str) -> array[int]:
        """The numbers of a text's words, in order."""
        numbers = array("I", map(self.__getitem__, raw_tokens(text)))
        return numbers if 0 not in numbers else array("I", (number for number in numbers if number))


class SegmentMaker:
    """Takes posts until it holds enough for a segment, and writes them as one."""

    def __init__(self, storage: Any, index_name: str) -> None:
        self._storage = storage
        self._index_name = index_name
        self._forms = Forms()
        self._fresh()

    def _fresh(self) -> None:
        if len(self._forms) > MOST_FORMS:
            self._forms = Forms()
        self.size = 0
        self._words = {field: array("I") for field in PLACED}
        self._counts = {field: array("I") for field in PLACED}
        self._keywords: dict[str, dict[str, array[int]]] = defaultdict(lambda: defaultdict(lambda: array("H")))
        self._segment: PlainSegment | None = None

    @property
    def full(self) -> bool:
        """Is it time to write?"""
        return self.size >= MOST_DOCUMENTS or sum(map(len, self._words.values())) >= MOST_WORDS

    def add(self, change: Change, post: Post) -> None:
        """Take a post."""
        if self._segment is None:
            self._segment, self._documents = begin(self._storage, self._index_name)
        lengths = {}
        for field, text in (("text", post.text), ("title", post.title)):
            numbers = self._forms.of(text)
            self._words[field].extend(numbers)
            self._counts[field].append(len(numbers))
            lengths[field] = len(numbers)
        for field, terms in keywords_of(change, post).items():
            lists = self._keywords[field]
            for term in set(terms):
                lists[term].append(self.size)
        write_document(self._documents, self.size, columns_of(change, post), lengths)
        self.size += 1

    def write(self) -> PlainSegment | None:
        """Write what was taken as a segment; None where that is nothing."""
        if self._segment is None:
            return None
        segment, files = self._segment, SegmentFiles(self._storage, self._segment)
        for field in files.fields:
            base = field.removesuffix("_words")
            if field in PLACED:
                self._write_words(files, field, placed=True)
            elif base in PLACED:
                self._write_words(files, base, placed=False)
            else:
                for term, documents in sorted((term.encode(), held) for term, held in self._keywords[field].items()):
                    files.add_list(field, term, pack(documents.tobytes(), b"", 0, b"", 0), _info_of(documents))
        finish(self._storage, segment, self._documents, files, self.size)
        self._fresh()
        return segment

    def _write_words(self, files: SegmentFiles, field: str, *, placed: bool) -> None:
        """One field's lists: under stems with their places, or under the words themselves without."""
        numbers = np.frombuffer(self._words[field], dtype=np.uint32)
        if not len(numbers):
            return
        counts = np.frombuffer(self._counts[field], dtype=np.uint32)
        terms = np.frombuffer(self._forms.stems, dtype=np.uint32)[numbers] if placed else numbers
        documents = np.repeat(np.arange(self.size, dtype=np.uint16), counts)
        # One sort of 64-bit keys, term above place in the sequence, brings each term's occurrences together in order.
        order = np.sort((terms.astype(np.uint64) << np.uint64(32)) | np.arange(len(terms), dtype=np.uint64))
        terms = (order >> np.uint64(32)).astype(np.uint32)
        order &= np.uint64(0xFFFFFFFF)
        documents = documents[order]
        fresh = np.concatenate(([True], (terms[1:] != terms[:-1]) | (documents[1:] != documents[:-1])))
        starts = np.flatnonzero(fresh)
        places = None
        if placed:
            firsts = np.repeat((np.cumsum(counts, dtype=np.uint64) - counts).astype(np.uint32), counts)
            places = (np.arange(len(numbers), dtype=np.uint32) - firsts)[order]
        inverted = Inverted(terms[starts], documents[starts], starts, len(terms), places)
        limited = _lengths[[length_to_byte(count) for count in counts.tolist()]]
        words = self._forms.words
        ranked = sorted((words[number].encode(), at) for at, number in enumerate(inverted.terms))
        stems = self._forms.stems
        for term, at in ranked:
            info, extent = inverted.info(at, limited), None
            if placed:
                files.note(field, term, info)
            else:
                # All occurrences of the stem have this form: the stem's list serves. That is half of all words.
                extent = files.noted(field, words[stems[inverted.terms[at]]].encode(), info)
            name = field if placed else f"{field}_words"
            if extent is None:
                files.add_list(name, term, inverted.packed(at), info)
            else:
                files.add_term(name, term, info, extent)


class Inverted:
    """The postings of a field, term after term."""

    def __init__(self, terms: Any, documents: Any, starts: Any, size: int, places: Any) -> None:
        counts = np.diff(starts, append=size)
        firsts = np.flatnonzero(np.concatenate(([True], terms[1:] != terms[:-1])))
        self._bounds: list[int] = [*firsts.tolist(), len(terms)]
        self._starts: list[int] = [*starts[firsts].tolist(), size]
        self.terms: list[int] = terms[firsts].tolist()
        self._highest: list[int] = np.maximum.reduceat(counts, firsts).tolist()
        self._documents, self._counts = documents, counts
        self._document_bytes = documents.astype("<u2").tobytes()
        self._small = counts.astype(np.uint8).tobytes()
        self._firsts = firsts
        self._places = places
        self._limits: tuple[list[int], list[int]] | None = None
        if places is not None:
            self._place_bytes = places.astype("<u2").tobytes()
            self._furthest: list[int] = np.maximum.reduceat(places, starts[firsts]).tolist()

    def packed(self, at: int) -> bytes:
        """The list of a term as it goes into the file."""
        first, end = self._bounds[at], self._bounds[at + 1]
        highest = self._highest[at]
        if highest == 1:
            counts, code = b"", 0
        elif highest < 1 << 8:
            counts, code = self._small[first:end], 1
        else:
            code = 2 if highest < 1 << 16 else 3
            counts = self._counts[first:end].astype(("<u2", "<u4")[code - 2]).tobytes()
        documents = self._document_bytes[2 * first : 2 * end]
        if self._places is None:
            return pack(documents, counts, code, b"", 0)
        start, stop = self._starts[at], self._starts[at + 1]
        if self._furthest[at] < 1 << 16:
            return pack(documents, counts, code, self._place_bytes[2 * start : 2 * stop], 2)
        return pack(documents, counts, code, self._places[start:stop].astype("<u4").tobytes(), 3)

    def info(self, at: int, lengths: Any) -> Info:
        """What Whoosh keeps of a term: occurrences, documents, bounds for its own search."""
        if self._limits is None:
            held = lengths[self._documents]
            least, most = np.minimum.reduceat(held, self._firsts), np.maximum.reduceat(held, self._firsts)
            self._limits = [length_to_byte(n) for n in least.tolist()], [length_to_byte(n) for n in most.tolist()]
        first, end = self._bounds[at], self._bounds[at + 1]
        return (
            self._starts[at + 1] - self._starts[at],
            end - first,
            self._limits[0][at],
            self._limits[1][at],
            self._highest[at],
            int(self._documents[first]),
            int(self._documents[end - 1]),
        )


Info = tuple[int, int, int, int, int, int, int]
"""Of a term: occurrences, documents, shortest and longest field as bytes, most occurrences, first and last document."""


def _info_of(documents: Sequence[int]) -> Info:
    return (len(documents), len(documents), 0, 0, 1, documents[0], documents[-1])


class SegmentFiles:
    """The vocabulary and the lists of a segment that is being written, field by field and term by term in order."""

    def __init__(self, storage: Any, segment: PlainSegment) -> None:
        self._terms = OrderedHashWriter(segment.create_file(storage, PlainCodec.TERMS_EXT))  # type: ignore[no-untyped-call, unused-ignore]
        self._lists = segment.create_file(storage, PlainCodec.POSTS_EXT)
        self.fields = sorted(name for name, kind in schema().items() if kind.indexed)
        self._numbers = {name: number for number, name in enumerate(self.fields)}
        self._terms.extras["fieldmap"] = self._numbers
        self._place = 0
        self._noted: dict[tuple[str, bytes], tuple[int, ...]] = {}
        self._extents: dict[tuple[str, bytes], Extent] = {}
        self.occurrences: dict[str, int] = dict.fromkeys(PLACED, 0)

    def note(self, field: str, term: bytes, info: Info) -> None:
        """Remember a stem that will be written next: the list of its only form may be its own."""
        self._noted[field, term] = info[:2]

    def noted(self, field: str, term: bytes, info: Info) -> Extent | None:
        """Where the list of a stem lies, if it has as many documents and occurrences as `info` says."""
        found = self._noted.get((field, term))
        return self._extents[field, term] if found == info[:2] else None

    def add_list(self, field: str, term: bytes, packed: bytes, info: Info) -> None:
        """Write a list and its term."""
        extent = (self._place, len(packed))
        self._lists.write(packed)
        self._place += len(packed)
        if (field, term) in self._noted:
            self._extents[field, term] = extent
        self.add_term(field, term, info, extent)

    def add_term(self, field: str, term: bytes, info: Info, extent: Extent) -> None:
        """Write a term whose list is there."""
        weight, size, least, most, highest, first, last = info
        packed = TERM_INFO.pack(0, weight, size, least, most, highest, first, last, *extent)
        self._terms.add(self._numbers[field].to_bytes(2, "big") + term, packed)

    def close(self) -> None:
        """Complete the files."""
        self._terms.close()
        self._lists.close()


def begin(storage: Any, index_name: str) -> tuple[PlainSegment, Any]:
    """A fresh segment, and the writer of its columns and stored posts."""
    codec = PlainCodec()
    segment = codec.new_segment(storage, index_name)
    return segment, codec.per_document_writer(storage, segment)


def write_document(writer: Any, number: int, columns: dict[str, Any], lengths: dict[str, int]) -> None:
    """Write what is kept by document: the stored post, its columns, and the lengths of its fields."""
    kinds = _kinds()
    writer.start_doc(number)
    writer.add_field("post", kinds["post"], columns["post"], 0)
    for field, length in lengths.items():
        writer.add_field(field, kinds[field], None, length)
    for name, value in columns.items():
        if name != "post":
            writer.add_column_value(name, kinds[name].column_type, value)
    writer.finish_doc()


def finish(storage: Any, segment: PlainSegment, documents: Any, files: SegmentFiles, size: int) -> None:
    """Complete a segment: one compound file, as Whoosh makes it."""
    documents.close()
    files.close()
    segment.set_doc_count(size)
    segment.create_compound_file(storage)
    segment.compound = True


@cache
def _kinds() -> dict[str, Any]:
    return dict(schema().items())
