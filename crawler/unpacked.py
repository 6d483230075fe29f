"""A gzip file unpacked as far as it is sound: what stands before the damage is handed out first."""

from __future__ import annotations

import zlib
from typing import BinaryIO, Final

CUT_OFF: Final = "it ends before its end"
"""The damage of a file whose last part is missing."""

_AT_ONCE: Final = 65_536


class Unpacked:
    """Reads gzip's members one after the other (RFC 1952), as a stream of bytes.

    Damage looks like the end to who reads; `damage` says in a few words what it was, and is empty where there is none.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.damage = ""
        self._file = file
        self._packed = b""
        self._member = zlib.decompressobj(zlib.MAX_WBITS + 16)
        self._begun = False
        self._given = 0

    def tell(self) -> int:
        """How many bytes were handed out."""
        return self._given

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        limit = _AT_ONCE if size < 0 else size
        while not self.damage and limit:
            if not self._packed:
                self._packed = self._file.read(_AT_ONCE)
            if not self._begun:
                # Zeros may fill up the space after the last member (gzip's manual, "Tapes").
                self._packed = self._packed.lstrip(b"\0")
            if not self._packed:
                self.damage = CUT_OFF if self._begun else ""
                break
            if (found := self._next(limit)) is not None:
                self._given += len(found)
                return found
        return b""

    def _next(self, limit: int) -> bytes | None:
        """What the bytes at hand give; None where nothing yet."""
        self._begun = True
        try:
            found = self._member.decompress(self._packed, limit)
        except zlib.error as error:
            self.damage = str(error).partition(": ")[2] or str(error)
            return None
        self._packed = self._member.unconsumed_tail
        if self._member.eof:
            self._packed = self._member.unused_data
            self._member = zlib.decompressobj(zlib.MAX_WBITS + 16)
            self._begun = False
        return found or None
