"""How a posting list lies in the file: as plain arrays, which need no decoding.

A list is one byte of flags, the documents as 16-bit numbers, how often the term stands in each (left out where that is
once in all), and its places, document after document (left out where the field has none); all little-endian. Whoosh's
own lists are pickled and deflated blocks of 128 postings with a pickled tuple in each: a word in all of 10,000 posts
takes 5 ms to read from them, and 0.02 from arrays.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import NamedTuple

MOST_DOCUMENTS = 1 << 16
"""Documents of a segment: their numbers have 16 bits."""

_TYPES = ("", "B", "H", "I")
_SIZES = (0, 1, 2, 4)


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


def code_of(highest: int) -> int:
    """The code of the width that numbers up to `highest` need."""
    return 1 if highest < 1 << 8 else 2 if highest < 1 << 16 else 3


def pack(documents: bytes, counts: bytes, counts_code: int, places: bytes, places_code: int) -> bytes:
    """The arrays of a list as they go into the file, with the codes of their widths; 0 is none."""
    return bytes((counts_code | places_code << 2,)) + documents + counts + places


def unpack(file: memoryview, place: int, size: int, occurrences: int) -> Lists:
    """The list at a place. Raises ValueError where it can't be what the vocabulary says."""
    flags = file[place] if place < len(file) else 0xFF
    counts_code, places_code = flags & 3, flags >> 2
    counts_at = place + 1 + 2 * size
    places_at = counts_at + _SIZES[counts_code] * size
    if places_code > 3 or not size or (end := places_at + _SIZES[places_code] * occurrences) > len(file):
        raise ValueError(f"no list of {size} documents lies at {place}")
    return Lists(
        size,
        occurrences,
        file[place + 1 : counts_at],
        file[counts_at:places_at],
        _TYPES[counts_code],
        file[places_at:end],
        _TYPES[places_code],
    )


def _array(typecode: str, raw: memoryview) -> array[int]:
    values = array(typecode, raw.tobytes())
    if sys.byteorder == "big":
        values.byteswap()
    return values
