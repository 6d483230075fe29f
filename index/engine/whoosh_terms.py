"""The vocabulary of a segment: for each field its terms in order, and of each how many postings it has and where.

    the header's place (8 bytes), then for each field: where each term ends (4 bytes), the terms themselves, and of each
    the number of documents (4), of occurrences (4) and the place of its list (4 or 8); then the header, as JSON

All little-endian. Whoosh's hash tables take 86 bytes a term where this takes 24; with 110,000 words in
10,000 posts that is half the text's size. A term is found in 0.01 ms in both.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from whoosh.codec.base import TermsReader
from whoosh.formats import Positions
from whoosh.matching.mcore import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from .whoosh_lists import Lists, unpack

_LONGEST = (1 << 31) - 1


class _Field(NamedTuple):
    """One field's terms; `ends` has a 0 in front."""

    ends: Sequence[int]
    terms: memoryview
    sizes: Sequence[int]
    occurrences: Sequence[int]
    places: Sequence[int]

    def term(self, at: int) -> bytes:
        return self.terms[self.ends[at] : self.ends[at + 1]].tobytes()

    def place_of(self, term: bytes) -> int:
        """The place of the first term that is not less."""
        low, high = 0, len(self.sizes)
        while low < high:
            middle = (low + high) // 2
            if self.term(middle) < term:
                low = middle + 1
            else:
                high = middle
        return low


class VocabularyWriter:
    """Takes terms field by field, and writes them as they lie in the file."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._file.write(bytes(8))
        self._place = 8
        self._header: dict[str, list[Any]] = {}

    def add(self, field: str, terms: list[bytes], sizes: list[int], occurrences: list[int], places: list[int]) -> None:
        """Write the terms of a field, which are in order."""
        ends = array("I", [0])
        end = 0
        for term in terms:
            end += len(term)
            ends.append(end)
        code = "I" if not places or max(places) < 1 << 32 else "Q"
        self._header[field] = [self._place, len(terms), end, code]
        numbers = (array("I", sizes), array("I", occurrences), array(code, places))
        for part in (little(ends), b"".join(terms), *map(little, numbers)):
            self._file.write(part)
            self._place += len(part)

    def close(self) -> None:
        """Write the header."""
        self._file.write(json.dumps(self._header).encode())
        self._file.seek(0)
        self._file.write(self._place.to_bytes(8, "little"))
        self._file.close()


class Vocabulary(TermsReader):  # type: ignore[misc, unused-ignore]
    """Reads the terms of a segment and their lists; also as Whoosh's own search asks for them."""

    def __init__(self, file: Any, lists: Any) -> None:
        whole: memoryview = file.view(0, file.size)
        header = json.loads(whole[int.from_bytes(whole[:8], "little") :].tobytes())
        self._files = (file, lists)
        self._lists: memoryview = lists.view(0, lists.size)
        self._fields: dict[str, _Field] = {}
        for name, (place, count, size, code) in header.items():
            parts: list[Any] = []
            for form, length in (("I", 4 * count + 4), ("", size), ("I", 4 * count), ("I", 4 * count), (code, 0)):
                end = place + (length or (array(code).itemsize * count if form == code else 0))
                parts.append(_numbers(form, whole[place:end]) if form else whole[place:end])
                place = end
            self._fields[name] = _Field(*parts)

    def lists(self, field: str, term: bytes) -> Lists | None:
        """The postings of a term, deleted documents among them."""
        held = self._fields.get(field)
        if held is None:
            return None
        at = held.place_of(term)
        if at == len(held.sizes) or held.term(at) != term:
            return None
        return unpack(self._lists, held.places[at], held.sizes[at], held.occurrences[at])

    def keys(self, field: str, first: bytes = b"") -> Iterator[bytes]:
        """The terms of a field from one on."""
        held = self._fields.get(field)
        if held is None:
            return
        if first:
            yield from map(held.term, range(held.place_of(first), len(held.sizes)))
        else:
            terms, start = held.terms.tobytes(), 0
            for end in held.ends[1:]:
                yield terms[start:end]
                start = end

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self.lists(*term) is not None

    def indexed_field_names(self) -> Iterable[str]:
        """The fields that have terms."""
        return self._fields.keys()

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """All terms, in order."""
        return ((field, term) for field in sorted(self._fields) for term in self.keys(field))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """The terms of a field from one on, and those of the fields after it."""
        yield from ((fieldname, term) for term in self.keys(fieldname, prefix))
        for field in sorted(self._fields):
            if field > fieldname:
                yield from ((field, term) for term in self.keys(field))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """All terms with what Whoosh knows of them."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """The same from one on."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, termbytes: bytes) -> TermInfo:
        """What Whoosh knows of a term; the bounds of lengths hold for any."""
        lists = self._held(fieldname, termbytes)
        documents = lists.document_array()
        return TermInfo(  # type: ignore[no-untyped-call]
            weight=float(lists.occurrences),
            df=lists.size,
            minlength=1,
            maxlength=_LONGEST,
            maxweight=float(max(lists.count_array())),
            minid=documents[0],
            maxid=documents[-1],
        )

    def frequency(self, fieldname: str, termbytes: bytes) -> float:
        """How often a term stands in all documents."""
        lists = self.lists(fieldname, termbytes)
        return float(lists.occurrences) if lists else 0.0

    def doc_frequency(self, fieldname: str, termbytes: bytes) -> int:
        """In how many documents it stands."""
        lists = self.lists(fieldname, termbytes)
        return lists.size if lists else 0

    def matcher(self, fieldname: str, termbytes: bytes, format_: Any, scorer: Any = None) -> Any:
        """A matcher for Whoosh's own search, which this project only uses in its tests."""
        lists = self._held(fieldname, termbytes)
        counts = lists.count_array()
        values: list[bytes] | None = None
        if isinstance(format_, Positions):
            places, start, values = lists.place_array(), 0, []
            for count in counts:
                values.append(format_.encode(list(places[start : start + count])))  # type: ignore[no-untyped-call, unused-ignore]
                start += count
        return ListMatcher(  # type: ignore[no-untyped-call, unused-ignore]
            list(lists.document_array()),
            [float(count) for count in counts],
            values,
            format_,
            scorer=scorer,
            term=(fieldname, termbytes),
            terminfo=self.term_info(fieldname, termbytes),
        )

    def cursor(self, fieldname: str, fieldobj: Any) -> Any:
        """Only Whoosh's wildcards and fuzzy terms ask for one; the project has its own."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the files."""
        self._fields.clear()
        self._lists = memoryview(b"")
        for file in self._files:
            file.close()

    def _held(self, field: str, term: bytes) -> Lists:
        lists = self.lists(field, term)
        if lists is None:
            raise TermNotFound(f"No term {field}:{term!r}")
        return lists


def little(numbers: array[int]) -> bytes:
    """The bytes of an array, low ones first."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(code: str, raw: memoryview) -> Sequence[int]:
    if sys.byteorder == "little":
        return raw.cast(code)  # type: ignore[call-overload, no-any-return, unused-ignore]
    values = array(code, raw.tobytes())
    values.byteswap()
    return values
