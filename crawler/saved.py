"""Saved pages read from the disk: HTML files, plain-text renderings, and the pages inside WARC files."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from w3lib.encoding import html_to_unicode, read_bom

from ..pipeline.errors import UsageError
from ..pipeline.text import clean_line
from ..pipeline.urls import is_web_address

Kind = Literal["html", "text", "warc"]

MAX_SIZE = 20 * 1024 * 1024
"""Bytes of one page; a larger one is no listing page of a blog."""

_KINDS: dict[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".warc": "warc",
    ".warc.gz": "warc",
}
# What a file begins with that is no page: PNG, JPEG, GIF, PDF, ZIP (and Office), gzip, RIFF (WebP), SQLite, ELF.
_BINARY = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"SQLite format 3",
    b"\x7fELF",
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC).timestamp()
_HTML_TYPES = {"text/html", "application/xhtml+xml"}


class Unreadable(Exception):  # noqa: N818  (a finding about one file, put into the report)
    """A saved page that can't be read; str() says why, without the file's name."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page as it was saved: its address as far as the container says, its decoded text, and when it was fetched."""

    url: str | None
    text: str
    markup: bool
    observed_at: datetime


def shown(path: str | os.PathLike[str]) -> str:
    """A path fit for a message: names on disks can hold anything."""
    return clean_line(os.fspath(path).encode("utf-8", "replace").decode("utf-8")) or "?"


def kind_of(path: Path) -> Kind | None:
    """What the name of a file says that it is."""
    name = path.name.lower()
    if name.endswith(".warc.gz"):
        return "warc"
    return _KINDS.get(path.suffix.lower())


def find_files(paths: Sequence[str | os.PathLike[str]]) -> tuple[list[Path], list[Path]]:
    """The files to read, each once (folders searched through, by name), and those in folders that are passed over.

    Raises UsageError for a path that is not there.
    """
    files: dict[Path, None] = {}
    skipped: list[Path] = []
    for given in map(Path, paths):
        if not given.exists():
            raise UsageError(f"there is no file or folder {shown(given)}.")
        if not given.is_dir():
            files[given] = None
            continue
        for folder, inside, names in os.walk(given):
            inside.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if kind_of(path) is None:
                    skipped.append(path)
                else:
                    files[path] = None
    return list(files), skipped


def read_saved(path: Path) -> Iterator[SavedPage | Unreadable]:
    """The pages that a file holds: one, or those of a WARC in its order.

    What can't be read comes as an Unreadable in its place; nothing is raised for what a file contains.
    """
    try:
        kind = kind_of(path) or _sniffed(path)
        if kind == "warc":
            yield from _read_warc(path)
        else:
            yield _read_single(path, kind)
    except Unreadable as problem:
        yield problem
    except OSError as error:
        yield Unreadable(f"can't be read: {error.strerror or error}")


def _sniffed(path: Path) -> Kind:
    """What a file named without a known ending holds."""
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith((b"WARC/", b"\x1f\x8b")):
        return "warc"
    return "html" if head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<") else "text"


def _read_single(path: Path, kind: Kind) -> SavedPage:
    if path.is_dir() or not path.is_file():
        raise Unreadable("is no regular file.")
    size = path.stat().st_size
    if size > MAX_SIZE:
        raise Unreadable(f"has {size // 2**20} MB; pages of more than {MAX_SIZE // 2**20} MB are not read.")
    body = path.read_bytes()
    _check_text(body)
    text = _decode(body, None) if kind == "html" else _decode_plain(body)
    return SavedPage(url=None, text=text, markup=kind == "html", observed_at=saved_at(path))


def _check_text(body: bytes) -> None:
    if not body.strip():
        raise Unreadable("is empty.")
    if body.startswith(_BINARY) or (b"\0" in body[:8192] and not body.startswith(_UTF16)):
        raise Unreadable("is a binary file, not a page.")


def saved_at(path: Path, *, now: datetime | None = None) -> datetime:
    """When a file was saved: its modification time, in UTC, never in the future.

    A time before 1995 is what reproducible archives put there; then that counts at which the file came to this disk.
    """
    status = path.stat()
    moment = status.st_mtime if status.st_mtime >= _EARLIEST else status.st_ctime
    return min(datetime.fromtimestamp(moment, UTC), now or datetime.now(UTC))


def _decode(body: bytes, content_type: str | None) -> str:
    """HTML by its BOM, the header, its meta element, then UTF-8, then the web's Latin-1 (the WHATWG's order)."""
    return html_to_unicode(content_type, body, auto_detect_fun=_guess)[1]


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _decode_plain(body: bytes) -> str:
    encoding, bom = read_bom(body)
    if encoding is not None and bom is not None:
        return body[len(bom) :].decode(encoding, "replace")
    return body.decode(_guess(body), "replace")


# --- WARC -------------------------------------------------------------------------------------------------------------


def _read_warc(path: Path) -> Iterator[SavedPage | Unreadable]:
    """The HTML pages of a WARC (ISO 28500): responses with status 2xx, and resources, of type HTML."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    count = 0
    if path.stat().st_size == 0:
        raise Unreadable("is empty.")
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                if not _is_page(record):
                    continue
                count += 1
                yield _page_of(record)
        except (ArchiveLoadFailed, EOFError, zlib.error, ValueError, KeyError, AttributeError) as error:
            # What came before the damage has been handed out, and stays.
            yield Unreadable(f"is damaged after {count} pages: {str(error).strip()[:200] or type(error).__name__}")


def _is_page(record: Any) -> bool:
    if record.rec_type == "response":
        headers = record.http_headers
        status = headers.get_statuscode() if headers is not None else ""
        kind = headers.get_header("Content-Type") if headers is not None else ""
        return str(status).startswith("2") and _bare(kind) in _HTML_TYPES
    # A revisit record holds no page of its own: it says that one was there again, unchanged.
    return record.rec_type == "resource" and _bare(record.rec_headers.get_header("Content-Type")) in _HTML_TYPES


def _bare(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _page_of(record: Any) -> SavedPage | Unreadable:
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    name = clean_line(url)[:300] or "a record without an address"
    body: bytes = record.content_stream().read(MAX_SIZE + 1)
    if len(body) > MAX_SIZE:
        return Unreadable(f"holds a page of more than {MAX_SIZE // 2**20} MB: {name}")
    if getattr(record.raw_stream, "limit", 0):
        return Unreadable(f"breaks off in the middle of {name}")
    try:
        _check_text(body)
    except Unreadable as problem:
        return Unreadable(f"holds a page that {problem} ({name})")
    headers = record.http_headers or record.rec_headers
    return SavedPage(
        url=url if is_web_address(url) else None,
        text=_decode(body, headers.get_header("Content-Type")),
        markup=True,
        observed_at=_warc_date(record.rec_headers.get_header("WARC-Date")),
    )


def _warc_date(value: str | None) -> datetime:
    """The moment of a record (W3C's profile of ISO 8601), now where it has none, never in the future."""
    now = datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return now
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now).astimezone(UTC)
