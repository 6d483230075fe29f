"""Many small segments become one: which, when, and how their lists are put together."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import log
from operator import itemgetter
from typing import Any

import numpy as np
from whoosh.reading import SegmentReader

from .stemming import stem
from .whoosh_lists import MOST_DOCUMENTS, Lists, code_of, pack
from .whoosh_schema import schema
from .whoosh_segments import PLACED, SegmentFiles, begin, finish, write_document

SMALLEST, FACTOR = 512, 8
"""Segments of fewer posts than the first count as one size; each further size is so many times the one before."""
_COLUMNS = ("day", "day_from", "day_to", "order")


def due(segments: Sequence[Any]) -> list[list[Any]]:
    """The segments to put together, group by group; a segment of which most is deleted is a group by itself.

    Eight of a size become one of the next, so that each post is written again about three times on its way up. The
    largest wait until they are sixteen: merging them takes many seconds, and a query looks them up one by one.
    """
    sizes: dict[int, list[Any]] = {}
    groups = []
    for segment in segments:
        if 2 * segment.deleted_count() > segment.doc_count_all():
            groups.append([segment])
            continue
        sizes.setdefault(_size(segment.doc_count()), []).append(segment)
    for size, alike in sizes.items():
        if len(alike) >= (FACTOR if size < 2 else 2 * FACTOR):
            group: list[Any] = []
            for segment in sorted(alike, key=lambda each: each.doc_count()):
                if sum(each.doc_count() for each in group) + segment.doc_count() <= MOST_DOCUMENTS:
                    group.append(segment)
            if len(group) > 1:
                groups.append(group)
    return groups


def _size(documents: int) -> int:
    return 0 if documents < SMALLEST else 1 + int(log(documents / SMALLEST, FACTOR))


def merged(storage: Any, index_name: str, group: Sequence[Any]) -> Any:
    """One segment with the live posts of a group, in their order; None where none is left."""
    readers = [SegmentReader(storage, schema(), segment) for segment in group]
    segment, documents = begin(storage, index_name)
    size = 0
    maps = []
    for reader in readers:
        renumbered = np.full(reader.doc_count_all(), -1, dtype=np.int64)
        columns = {name: reader.column_reader(name, translate=False) for name in _COLUMNS if reader.has_column(name)}
        for number in reader.all_doc_ids():
            held = {field: int(reader.doc_field_length(number, field) or 0) for field in PLACED}
            values: dict[str, Any] = {name: column[number] for name, column in columns.items()}
            values["post"] = reader.stored_fields(number)["post"]
            write_document(documents, size, values, held)
            renumbered[number] = size
            size += 1
        maps.append(renumbered)
    files = SegmentFiles(storage, segment)
    totals = {}
    for field in files.fields:
        _merge_field(files, field, readers, maps)
        totals[field] = files.end(field)
    finish(storage, segment, documents, files, size)
    # What Whoosh keeps of a post's length is rounded; the sum of them is not.
    segment._fieldlengths.update({field: totals[field] for field in PLACED})  # noqa: SLF001
    for reader in readers:
        reader.close()
    if size:
        return segment
    storage.delete_file(segment.make_filename(segment.COMPOUND_EXT))
    return None


def _merge_field(
    files: SegmentFiles,
    field: str,
    readers: Sequence[SegmentReader],
    maps: Sequence[Any],
) -> None:
    base = field.removesuffix("_words")
    for term, found in groupby(
        heapq.merge(*(_terms(reader, field, at) for at, reader in enumerate(readers))), itemgetter(0)
    ):
        documents, counts, places = [], [], []
        for _, at in found:
            lists = readers[at]._terms.lists(field, term)  # noqa: SLF001
            numbers = maps[at][np.frombuffer(lists.documents, dtype="<u2")]
            alive = numbers >= 0
            often = _counts(lists)
            documents.append(numbers[alive])
            counts.append(often[alive])
            if field in PLACED:
                places.append(
                    np.frombuffer(lists.places, dtype=f"<u{_WIDTHS[lists.places_type]}")[np.repeat(alive, often)]
                )
        whole, often = np.concatenate(documents), np.concatenate(counts)
        if not len(whole):
            continue
        size, occurrences = len(whole), int(often.sum())
        place = None
        if field != base and base in PLACED:
            place = files.list_of_stem(base, stem(term.decode()).encode(), size, occurrences)
        if place is None:
            files.add(term, size, occurrences, _packed(whole, often, np.concatenate(places) if places else None))
        else:
            files.add(term, size, occurrences, None, place)


_FORMS = ("", "u1", "<u2", "<u4")
_WIDTHS = {"B": 1, "H": 2, "I": 4}


def _counts(lists: Lists) -> Any:
    if not lists.counts_type:
        return np.ones(lists.size, dtype=np.uint8)
    return np.frombuffer(lists.counts, dtype=f"<u{_WIDTHS[lists.counts_type]}")


def _terms(reader: SegmentReader, field: str, at: int) -> Iterator[tuple[bytes, int]]:
    return ((term, at) for term in reader._terms.keys(field))  # noqa: SLF001


def _packed(documents: Any, counts: Any, places: Any) -> bytes:
    highest = int(counts.max())
    code = 0 if highest == 1 else code_of(highest)
    held = counts.astype(_FORMS[code]).tobytes() if code else b""
    numbers = documents.astype("<u2").tobytes()
    if places is None:
        return pack(numbers, held, code, b"", 0)
    wide = max(2, code_of(int(places.max())))
    return pack(numbers, held, code, places.astype(_FORMS[wide]).tobytes(), wide)
