"""Whoosh's own codec, but for vocabulary and posting lists, and for files that are read where they are mapped."""

from __future__ import annotations

import mmap
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.structfile import BufferFile, StructFile

from .whoosh_terms import Vocabulary

_DONT_NEED = getattr(mmap, "MADV_DONTNEED", None)


class PlainCodec(W3Codec):  # type: ignore[misc, unused-ignore]
    """Whoosh's codec with posting lists of ours. Segments are written by `whoosh_segments`, not by Whoosh's writer."""

    def field_writer(self, storage: Any, segment: Any) -> Any:
        """Whoosh's own writer would write lists of its own."""
        raise NotImplementedError

    def terms_reader(self, storage: Any, segment: Any) -> Vocabulary:
        """Reads the vocabulary of a segment, and its lists."""
        return Vocabulary(segment.open_file(storage, self.TERMS_EXT), segment.open_file(storage, self.POSTS_EXT))

    def new_segment(self, storage: Any, indexname: str) -> PlainSegment:
        """An empty segment."""
        del storage
        return PlainSegment(self, indexname)  # type: ignore[no-untyped-call]


class PlainSegment(W3Segment):  # type: ignore[misc, unused-ignore]
    """A segment whose compound file is mapped."""

    def open_compound_file(self, storage: Any) -> MappedStorage:
        """The files in the compound file."""
        name = self.make_filename(self.COMPOUND_EXT)  # type: ignore[no-untyped-call]
        return MappedStorage(storage.open_file(name), use_mmap=storage.supports_mmap)  # type: ignore[no-untyped-call]


class MappedStorage(CompoundStorage):  # type: ignore[misc, unused-ignore]
    """A compound file whose parts are read in place.

    Whoosh wraps each part into a BytesIO, which copies it: all of the index, which is larger than the text.
    """

    def open_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        """A part of the file."""
        offset, length = self.range(name)  # type: ignore[no-untyped-call]
        if not self._source:
            # Not enough addresses to map the file: this copies it.
            part = super().open_file(name, *args, **kwargs)  # type: ignore[no-untyped-call]
            return MappedFile(memoryview(part.read(length)), name)
        return MappedFile(memoryview(self._source)[offset : offset + length], name)

    def unload(self) -> None:
        """Give the pages of the file back to the system, whose cache keeps them: what is read again is mapped anew."""
        if self._source and _DONT_NEED is not None:
            self._source.madvise(_DONT_NEED)


class MappedFile(BufferFile):  # type: ignore[misc, unused-ignore]
    """A part of a mapped file."""

    def __init__(self, buffer: memoryview, name: str) -> None:
        self._buf: memoryview = buffer
        self._name = name
        self.file: Any = _Cursor(buffer)
        self.onclose = None
        self.is_real = False
        self.is_closed = False
        self.size = len(buffer)

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
        end = len(self.buffer) if size < 0 else self.place + size
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
