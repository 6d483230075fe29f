"""Values as they go over the line between a crawl and the process that reads its pages."""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Callable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from ..pipeline.records import Entry, RawDate

_LENGTH: Final = struct.Struct("!I")


_NAMES: Final = tuple(field.name for field in fields(Entry))
_said_by: Final[Callable[[Entry], tuple[Any, ...]]] = attrgetter(*_NAMES)


def _entry(*said: Any) -> Entry:
    return Entry(**dict(zip(_NAMES, said, strict=True)))


_TAKEN_APART: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {
    # What dataclasses with slots do by themselves takes twice as long.
    Entry: lambda entry: (_entry, _said_by(entry)),
    RawDate: lambda found: (RawDate, (found.text, found.origin, found.place)),
}


def framed(value: Any) -> bytes:
    """A value as it goes over the line: pickled, its length in bytes before it."""
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TAKEN_APART
    pickler.dump(value)
    return _LENGTH.pack(packed.tell()) + packed.getvalue()


def unframed(received: bytearray) -> Iterator[Any]:
    """The values that have come in whole, which are taken off `received`.

    Both ends of the line are ours and nobody else can write to it, as unpickling demands.
    """
    while len(received) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(received)
        end = _LENGTH.size + length
        if len(received) < end:
            return
        value = pickle.loads(bytes(received[_LENGTH.size : end]))  # noqa: S301
        del received[:end]
        yield value
