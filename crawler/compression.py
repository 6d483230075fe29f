"""Compressed answers unpacked: whole, within a bound, or not at all."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator

CHUNK = 64 * 1024
"""Bytes unpacked at a time, so that a small answer that unpacks to gigabytes is noticed early."""


class DamagedError(ValueError):
    """The content ends before its end, or is no such compression; the message says so in words."""


class TooLargeError(ValueError):
    """The content is larger than the bound; the message says so in words."""


def unpacked(body: bytes, encoding: str, max_size: int) -> bytes:
    """The content of a body in ``gzip``, ``x-gzip`` or ``deflate`` (RFC 9110, 8.4.1).

    Raises DamagedError where it does not come to its own end, or is in another encoding; TooLargeError for more than
    `max_size` bytes (0: any). What stands behind its end is left out. Memory is bounded by `max_size`.
    """
    if not body:
        return b""
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in _pieces(body, encoding):
            size += len(piece)
            if max_size and size > max_size:
                raise TooLargeError(f"larger than {max_size // 2**20} MB once decompressed")
            pieces.append(piece)
    except (zlib.error, EOFError) as error:
        raise DamagedError(f"its content ({encoding}) can't be decompressed") from error
    return b"".join(pieces)


def _pieces(body: bytes, encoding: str) -> Iterator[bytes]:
    if encoding in {"gzip", "x-gzip"}:
        yield from _members(body)
    elif encoding == "deflate":
        # Some servers send the bare deflate stream, without zlib's header (RFC 9110, 8.4.1.2).
        wrapped = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        yield from _inflated(body, zlib.decompressobj(wbits=15 if wrapped else -15))
    else:
        raise DamagedError(f"its content is in {encoding!r}, which was not asked for")


def _members(body: bytes) -> Iterator[bytes]:
    """A gzip file may be several, one behind the other (RFC 1952, 2.2)."""
    while True:
        rest = yield from _inflated(body, zlib.decompressobj(wbits=31))
        if not rest.startswith(b"\x1f\x8b"):
            return
        body = rest


def _inflated(body: bytes, stream: zlib._Decompress) -> Generator[bytes, None, bytes]:
    while not stream.eof:
        piece = stream.decompress(body, CHUNK)
        body = stream.unconsumed_tail
        if not piece and not body and not stream.eof:
            raise EOFError
        yield piece
    return stream.unused_data
