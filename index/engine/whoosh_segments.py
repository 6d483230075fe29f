"""Posts in, segments out: what Whoosh's segment writer does, over whole arrays of words instead of token by token."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np

from ...pipeline.records import Change, Post
from ..analysis import fold, rough_tokens
from .stemming import stem
from .whoosh_codec import PlainCodec
from .whoosh_lists import MOST_DOCUMENTS, code_of, pack
from .whoosh_schema import columns_of, keywords_of, schema
from .whoosh_terms import VocabularyWriter, little

MOST_WORDS = 3_000_000
"""So many words are held before they become a segment, about 8,000 posts. Their arrays and the sort that inverts them
take indexing to 241 MB, however many the posts are; with twice as many 361, for a rate 1.1 times as high."""
MOST_FORMS = 1_000_000
"""So many different words are remembered with their stems, before they are forgotten."""

PLACED = ("text", "title")
"""The fields whose words have places; the words as they stand are in `text_words` and `title_words`."""


# Each is asked of a word once: what queries remember of theirs is not worth that.
_fold, _stem = fold.__wrapped__, stem.__wrapped__


class Forms(dict[str, int]):
    """Tokens of texts to numbers of folded words, 0 where nothing is left of one; new ones are learned on sight."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = [""]
        self.stems = array("I", [0])
        self._numbers: dict[str, int] = {"": 0}

    def __missing__(self, token: str) -> int:
        number = self[token] = self._number(_fold(token.strip("'")))
        return number

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
            self.stems.append(number)
            stemmed = _stem(word)
            if stemmed != word:
                self.stems[number] = self._number(stemmed)
        return number

    def of(self, text: str) -> array[int]:
        """The numbers of a text's words, in order."""
        numbers = array("I", map(self.__getitem__, rough_tokens(text)))
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
        self._segment: Any | None = None

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

    def write(self) -> Any:
        """Write what was taken as a segment; None where that is nothing."""
        if self._segment is None:
            return None
        segment, files = self._segment, SegmentFiles(self._storage, self._segment)
        for field in files.fields:
            base = field.removesuffix("_words")
            if base in PLACED:
                self._write_words(files, base, placed=field == base)
            else:
                for term, documents in sorted((term.encode(), held) for term, held in self._keywords[field].items()):
                    size = len(documents)
                    files.add(term, size, size, pack(little(documents), b"", 0, b"", 0))
            files.end(field)
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
        words, stems = self._forms.words, self._forms.stems
        encoded = [words[number].encode() for number in inverted.terms]
        by_term = sorted(range(len(encoded)), key=encoded.__getitem__)
        shared: list[int | None] = [None] * len(by_term)
        if not placed:
            of_stem = [words[stems[number]].encode() for number in inverted.terms]
            sizes, occurrences = inverted.sizes, inverted.occurrences
            shared = [files.list_of_stem(field, of_stem[at], sizes[at], occurrences[at]) for at in by_term]
        files.add_all([encoded[at] for at in by_term], by_term, inverted, shared)


class Inverted:
    """The postings of a field, term after term."""

    def __init__(self, terms: Any, documents: Any, starts: Any, size: int, places: Any) -> None:
        counts = np.diff(starts, append=size)
        firsts = np.flatnonzero(np.concatenate(([True], terms[1:] != terms[:-1])))
        self._bounds: list[int] = [*firsts.tolist(), len(terms)]
        self._starts: list[int] = [*starts[firsts].tolist(), size]
        self.terms: list[int] = terms[firsts].tolist()
        self.sizes: list[int] = np.diff(self._bounds).tolist()
        """How many documents hold each term."""
        self.occurrences: list[int] = np.diff(self._starts).tolist()
        """How often each stands in all."""
        self._highest: list[int] = np.maximum.reduceat(counts, firsts).tolist()
        self._documents, self._counts = documents, counts
        self._document_bytes = documents.astype("<u2").tobytes()
        self._small = counts.astype(np.uint8).tobytes()
        self._places = places
        if places is not None:
            self._place_bytes = places.astype("<u2").tobytes()
            self._furthest: list[int] = np.maximum.reduceat(places, starts[firsts]).tolist()

    def packed(self, at: int) -> bytes:
        """The list of a term as it goes into the file."""
        first, end = self._bounds[at], self._bounds[at + 1]
        highest = self._highest[at]
        code = 0 if highest == 1 else code_of(highest)
        if code < 2:
            counts = self._small[first:end] if code else b""
        else:
            counts = self._counts[first:end].astype(("<u2", "<u4")[code - 2]).tobytes()
        documents = self._document_bytes[2 * first : 2 * end]
        if self._places is None:
            return pack(documents, counts, code, b"", 0)
        start, stop = self._starts[at], self._starts[at + 1]
        if self._furthest[at] < 1 << 16:
            return pack(documents, counts, code, self._place_bytes[2 * start : 2 * stop], 2)
        return pack(documents, counts, code, self._places[start:stop].astype("<u4").tobytes(), 3)

    def packed_all(self, order: Iterable[int]) -> Iterator[bytes]:
        """The lists of some terms: those of words that stand nowhere twice, which most do not, without many steps."""
        bounds, starts, highest, documents = self._bounds, self._starts, self._highest, self._document_bytes
        places = b"" if self._places is None else self._place_bytes
        is_wide = self._places is not None and max(self._furthest) >= 1 << 16
        once = pack(b"", b"", 0, b"", 2 if places else 0)
        for at in order:
            if is_wide or highest[at] > 1:
                yield self.packed(at)
            else:
                held = documents[2 * bounds[at] : 2 * bounds[at + 1]]
                yield once + held + places[2 * starts[at] : 2 * starts[at + 1]]


class SegmentFiles:
    """The vocabulary and the lists of a segment that is being written, field by field and term by term in order."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._vocabulary = VocabularyWriter(segment.create_file(storage, PlainCodec.TERMS_EXT))
        self._lists = segment.create_file(storage, PlainCodec.POSTS_EXT)
        self.fields = sorted(name for name, kind in schema().items() if kind.indexed)
        self._place = 0
        self._stems: dict[str, tuple[dict[bytes, int], list[int], list[int], list[int]]] = {}
        self._begin()

    def _begin(self) -> None:
        self._terms: list[bytes] = []
        self._sizes: list[int] = []
        self._occurrences: list[int] = []
        self._places: list[int] = []

    def add(self, term: bytes, size: int, occurrences: int, packed: bytes | None, place: int = 0) -> None:
        """A term of the field and its list, or the place where the list is."""
        if packed is not None:
            place = self._place
            self._lists.write(packed)
            self._place += len(packed)
        self._terms.append(term)
        self._sizes.append(size)
        self._occurrences.append(occurrences)
        self._places.append(place)

    def add_all(self, terms: list[bytes], order: list[int], lists: Inverted, places: list[int | None]) -> None:
        """The same for many terms: their places among the lists, and where those lie that are written already."""
        self._terms += terms
        self._sizes += [lists.sizes[at] for at in order]
        self._occurrences += [lists.occurrences[at] for at in order]
        packed = lists.packed_all([at for at, place in zip(order, places, strict=True) if place is None])
        pieces: list[bytes] = []
        for place in places:
            if place is None:
                piece = next(packed)
                pieces.append(piece)
                place = self._place
                self._place += len(piece)
            self._places.append(place)
        self._lists.write(b"".join(pieces))

    def list_of_stem(self, field: str, stem: bytes, size: int, occurrences: int) -> int | None:
        """Where a stem's list lies that is also a word's: all occurrences of the stem have this form.

        That is so for every fifth word, which saves little of the file but the reading of two lists for one word.
        """
        known, sizes, counted, places = self._stems[field]
        at = known.get(stem)
        return places[at] if at is not None and sizes[at] == size and counted[at] == occurrences else None

    def end(self, field: str) -> int:
        """Complete a field; gives the occurrences of all its terms."""
        self._vocabulary.add(field, self._terms, self._sizes, self._occurrences, self._places)
        if field in PLACED:
            known = dict(zip(self._terms, range(len(self._terms)), strict=True))
            self._stems[field] = (known, self._sizes, self._occurrences, self._places)
        total = sum(self._occurrences)
        self._begin()
        return total

    def close(self) -> None:
        """Complete the files."""
        self._vocabulary.close()
        self._lists.close()


def begin(storage: Any, index_name: str) -> tuple[Any, Any]:
    """A fresh segment, and the writer of its columns and stored posts."""
    codec: Any = PlainCodec()  # type: ignore[no-untyped-call]
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


def finish(storage: Any, segment: Any, documents: Any, files: SegmentFiles, size: int) -> None:
    """Complete a segment: one compound file, as Whoosh makes it."""
    documents.close()
    files.close()
    segment.set_doc_count(size)
    segment.create_compound_file(storage)
    segment.compound = True


@cache
def _kinds() -> dict[str, Any]:
    return dict(schema().items())
