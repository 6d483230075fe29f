"""How posting lists and segments lie in the files: Whoosh's own codec but for the lists, which are plain arrays.

A list is one byte of flags, the documents as 16-bit numbers, how often the term stands in each (left out where that is
once in all), and its places, document after document (left out where the field has none); all little-endian. Whoosh's
own lists are pickled and deflated blocks of 128 postings with a pickled tuple in each: read from arrays, a word in all
of 10,000 posts takes 0.03 ms instead of 9, and the index of 10,000 posts 1.4 times its text instead of 5.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from whoosh.codec.whoosh3 import W3Codec, W3Segment, W3TermsReader
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.formats import Positions
from whoosh.matching import ListMatcher

MOST_DOCUMENTS = 1 << 16
"""Documents of a segment: their numbers have 16 bits."""

TERM_INFO = struct.Struct("!BfIBBfIIqi")
"""What Whoosh keeps of a term: inlined or not, occurrences, documents, shortest and longest field as bytes, most
occurrences in one document, first and last document, and where the list lies."""

_TYPES = {0: "", 1: "B", 2: "H", 3: "I"}
_SIZES = {0: 0, 1: 1, 2: 2, 3: 4}


class Lists(NamedTuple):
    """The postings of a term in one segment, as they lie in the file; `counts` is empty where each is 1."""

    size: int
    occurrences: int
    documents: memoryview
    counts: memoryview
    counts_type: str
    places: memoryview
    places_type: str

    def document_array(self) -> array[int]:
        """The documents, in order."""
        return _array("H", self.documents)

    def count_array(self) -> Sequence[int]:
        """How often the term stands in each."""
        return _array(self.counts_type, self.counts) if self.counts_type else array("B", b"\x01") * self.size

    def place_array(self) -> array[int]:
        """Where it stands, document after document."""
        return _array(self.places_type or "B", self.places)


def pack(documents: bytes, counts: bytes, counts_code: int, places: bytes, places_code: int) -> bytes:
    """The arrays of a list as they go into the file; the codes are the widths' powers of two, plus one; 0 is none."""
    return bytes((counts_code | places_code << 2,)) + documents + counts + places


def unpack(whole: memoryview, size: int, occurrences: int) -> Lists:
    """The list of that many documents and occurrences. Raises ValueError where the bytes can't be that."""
    flags = whole[0]
    counts_code, places_code = flags & 3, flags >> 2
    counts_at = 1 + 2 * size
    places_at = counts_at + _SIZES[counts_code] * size
    if places_code not in _TYPES or places_at + _SIZES[places_code] * occurrences != len(whole):
        raise ValueError(f"a posting list of {len(whole)} bytes can't hold {size} documents")
    return Lists(
        size,
        occurrences,
        whole[1:counts_at],
        whole[counts_at:places_at],
        _TYPES[counts_code],
        whole[places_at:],
        _TYPES[places_code],
    )


def _array(typecode: str, raw: memoryview) -> array[int]:
    values = array(typecode, raw.tobytes())
    if sys.byteorder == "big":
        values.byteswap()
    return values


class PlainCodec(W3Codec):  # type: ignore[misc, unused-ignore]
    """Whoosh's codec with posting lists of ours. Segments are written by `whoosh_segments`, not by Whoosh's writer."""

    def field_writer(self, storage: Any, segment: Any) -> Any:
        """Whoosh's own writer would write lists of its own."""
        raise NotImplementedError

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        """Reads the vocabulary of a segment, and its lists."""
        name = segment.make_filename(self.TERMS_EXT)
        terms, length = storage.open_file(name), storage.file_length(name)
        return TermsReader(self, terms, length, segment.open_file(storage, self.POSTS_EXT))

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> Any:
        """A matcher for Whoosh's own search, which this project only uses in its tests."""
        offset, (length,) = terminfo.extent()
        lists = unpack(dbfile.view(offset, length), terminfo.doc_frequency(), round(terminfo.weight()))
        counts = lists.count_array()
        values: list[bytes] | None = None
        if isinstance(format_, Positions):
            places, start, values = lists.place_array(), 0, []
            for count in counts:
                values.append(format_.encode(list(places[start : start + count])))
                start += count
        weights = [float(count) for count in counts]
        return ListMatcher(
            list(lists.document_array()), weights, values, format_, scorer=scorer, term=term, terminfo=terminfo
        )

    def new_segment(self, storage: Any, indexname: str) -> PlainSegment:
        """An empty segment."""
        del storage
        return PlainSegment(self, indexname)


class PlainSegment(W3Segment):  # type: ignore[misc, unused-ignore]
    """A segment whose compound file is mapped."""

    def open_compound_file(self, storage: Any) -> MappedStorage:
        """The files in the compound file."""
        return MappedStorage(storage.open_file(self.make_filename(self.COMPOUND_EXT)), use_mmap=storage.supports_mmap)


class TermsReader(W3TermsReader):  # type: ignore[misc, unused-ignore]
    """The vocabulary of a segment, with whole lists at once."""

    def lists(self, field: str, term: bytes) -> Lists | None:
        """The postings of a term, deleted documents among them."""
        found = self._tindex.get(self._keycoder(field, term))
        if found is None:
            return None
        _, occurrences, size, _, _, _, _, _, offset, length = TERM_INFO.unpack(found)
        return unpack(self._postfile.view(offset, length), size, round(occurrences))


class MappedStorage(CompoundStorage):  # type: ignore[misc, unused-ignore]
    """A compound file whose parts are read in place.

    Whoosh wraps each part into a BytesIO, which copies it: 100,000 posts then take 1,058 MB of memory instead of 257.
    """

    def open_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        """A part of the file."""
        offset, length = self.range(name)
        if not self._source:
            return super().open_file(name, *args, **kwargs)  # type: ignore[no-any-return, unused-ignore]
        return MappedFile(memoryview(self._source)[offset : offset + length], name)


class MappedFile(BufferFile):  # type: ignore[misc, unused-ignore]
    """A part of a mapped file."""

    def __init__(self, buffer: memoryview, name: str) -> None:
        self._buf: memoryview = buffer
        self._name = name
        self.file: Any = _Cursor(buffer)
        self.onclose = None
        self.is_real = False
        self.is_closed = False

    def view(self, offset: int, length: int) -> memoryview:
        """Some of its bytes, where they are. Raises ValueError where the file ends before them."""
        part = self._buf[offset : offset + length]
        if len(part) != length or not length:
            raise ValueError(f"the file ends before byte {offset + length}")
        return part


class _Cursor:
    """What Whoosh and pickle need of a binary file."""

    def __init__(self, buffer: memoryview) -> None:
        self.buffer = buffer
        self.place = 0

    def read(self, size: int = -1) -> bytes:
        end = len(self.buffer) if size is None or size < 0 else self.place + size
        part = self.buffer[self.place : end].tobytes()
        self.place += len(part)
        return part

    def readline(self) -> bytes:
        rest = self.buffer[self.place :].tobytes()
        line = rest[: rest.find(b"\n") + 1] or rest
        self.place += len(line)
        return line

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (0, self.place, len(self.buffer))[whence]
        return self.place

    def tell(self) -> int:
        return self.place

    def close(self) -> None:
        self.buffer = memoryview(b"")
