"""Saved pages read from the disk: HTML files, plain-text renderings, feeds, REST answers, and what is in WARC files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from w3lib.encoding import html_to_unicode, read_bom

from ..pipeline.errors import UsageError
from ..pipeline.text import clean_line
from ..pipeline.urls import is_web_address
from .channels.feed_page import looks_like_feed
from .channels.rest_json import route_of
from .charset import encoding_of
from .unpacked import CUT_OFF, Unpacked

Kind = Literal["html", "text", "warc", "feed", "rest"]

SOFTWARE: Final = "tipsearch"
"""How the archives that a crawl keeps name who wrote them."""

READ_HEADER: Final = "Tipsearch-Read"
"""The field of a kept record that says, as JSON, how the crawl read it (WARC allows fields of one's own)."""

SETTINGS: Final = ("name", "date_order", "time_zone", "languages")
"""The settings of a source on which its posts depend; a kept archive names them."""

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
    ".rss": "feed",
    ".atom": "feed",
    ".xml": "feed",
    ".json": "rest",
}
_UNSURE = {".xml", ".json"}
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
_XML_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml"}


class Unreadable(Exception):  # noqa: N818  (a finding about one file, put into the report)
    """A saved page that can't be read; str() says why, without the file's name."""


class CutOff(Unreadable):
    """A page that breaks off; at the end of what a killed crawl was writing, nothing that it told of is missing."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page as it was saved: its address as far as the container says, its decoded text, and when it was fetched.

    `kind` is ``feed`` or ``rest`` for what is no page; of these `body` and `content_type` are kept. `read` says how
    a crawl read it, where it was kept by one.
    """

    url: str | None
    text: str
    markup: bool
    observed_at: datetime
    kind: Literal["page", "feed", "rest"] = "page"
    body: bytes = b""
    content_type: str = ""
    read: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """The settings of the source whose pages a kept archive holds (`SETTINGS`)."""

    values: Mapping[str, Any]


Found = SavedPage | Unreadable | KeptSettings


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
                if kind_of(path) is not None and _is_meant(path):
                    files[path] = None
                elif not name.startswith("."):
                    skipped.append(path)
    return list(files), skipped


def _is_meant(path: Path) -> bool:
    """Whether a file found in a folder is a page or a feed: not all XML and JSON is."""
    if path.suffix.lower() not in _UNSURE:
        return True
    try:
        with path.open("rb") as file:
            return path.suffix.lower() == ".xml" and looks_like_feed("", file.read(100_000))
    except OSError:
        return False


def read_saved(path: Path) -> Iterator[Found]:
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
    text = _decode(body) if kind == "html" else _decode_plain(body)
    if kind in {"feed", "rest"}:
        return SavedPage(None, text, markup=True, observed_at=saved_at(path), kind=kind, body=body)
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


def _decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a page as a crawl decodes it; the rules are those of `encoding_of`."""
    if encoding := encoding_of(body, content_type or ""):
        return _decode_as(encoding, body)
    return html_to_unicode(content_type, body, default_encoding="cp1252")[1]


def _decode_as(encoding: str, body: bytes) -> str:
    return html_to_unicode(f"text/html; charset={encoding}", body)[1]


def _decode_plain(body: bytes) -> str:
    encoding, bom = read_bom(body)
    if encoding is not None and bom is not None:
        return body[len(bom) :].decode(encoding, "replace")
    return body.decode(encoding_of(body, "") or "cp1252", "replace")


# --- WARC -------------------------------------------------------------------------------------------------------------


def _read_warc(path: Path) -> Iterator[Found]:
    """The pages of a WARC (ISO 28500): responses with status 2xx, and resources, of HTML, feeds, and REST's posts."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    count = 0
    ours = False
    if path.stat().st_size == 0:
        raise Unreadable("is empty.")
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream = Unpacked(file) if packed else file
        problem = ""
        try:
            for record in ArchiveIterator(stream):
                if record.rec_type == "warcinfo" and (settings := _settings_of(record)) is not None:
                    ours = True
                    yield settings
                kind = _kind_of_record(record)
                if kind is None:
                    continue
                found = _page_of(record, kind)
                if isinstance(found, CutOff) and (ours or packed):
                    problem = str(found)
                    break
                count += 1
                yield found
        except (ArchiveLoadFailed, EOFError, ValueError, KeyError, AttributeError) as error:
            # What came before the damage has been handed out, and stays.
            problem = str(error).strip()[:200] or type(error).__name__
        if isinstance(stream, Unpacked):
            problem = stream.damage or problem
            if ours and stream.damage == CUT_OFF:
                yield CutOff(f"Ends amid a page that was being kept when its crawl was killed, after {count} others.")
                return
        if problem:
            yield Unreadable(f"is damaged after {count} pages: {problem}")


def _settings_of(record: Any) -> KeptSettings | None:
    """What a kept archive says of its source; None where the archive is somebody else's."""
    fields = dict(
        line.split(": ", 1)
        for line in record.content_stream().read(65_536).decode("utf-8", "replace").split("\r\n")
        if ": " in line
    )
    if not fields.get("software", "").startswith(SOFTWARE):
        return None
    said = _json_object(fields.get("tipsearch-source", ""))
    return KeptSettings({name: said[name] for name in SETTINGS if said.get(name)})


def _json_object(text: str | None) -> dict[str, Any]:
    try:
        said = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _kind_of_record(record: Any) -> Literal["page", "feed", "rest"] | None:
    if record.rec_type == "response":
        headers = record.http_headers
        status = headers.get_statuscode() if headers is not None else ""
        kind = _bare(headers.get_header("Content-Type") if headers is not None else "")
        if not str(status).startswith("2"):
            return None
    elif record.rec_type == "resource":
        kind = _bare(record.rec_headers.get_header("Content-Type"))
    else:
        # A revisit record holds no page of its own: it says that one was there again, unchanged.
        return None
    channel = _json_object(record.rec_headers.get_header(READ_HEADER)).get("channel")
    if channel == "rest" or (kind == "application/json" and route_of(_address(record))):
        return "rest"
    if channel == "feed" or (channel is None and kind in _XML_TYPES):
        return "feed"
    return "page" if kind in _HTML_TYPES or channel == "html" else None


def _address(record: Any) -> str:
    return (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")


def _bare(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _page_of(record: Any, kind: Literal["page", "feed", "rest"]) -> SavedPage | Unreadable:
    url = _address(record)
    name = clean_line(url)[:300] or "a record without an address"
    body: bytes = record.content_stream().read(MAX_SIZE + 1)
    if len(body) > MAX_SIZE:
        return Unreadable(f"holds a page of more than {MAX_SIZE // 2**20} MB: {name}")
    if getattr(record.raw_stream, "limit", 0):
        return CutOff(f"breaks off in the middle of {name}")
    try:
        _check_text(body)
    except Unreadable as problem:
        return Unreadable(f"holds a page that {problem} ({name})")
    content_type = (record.http_headers or record.rec_headers).get_header("Content-Type") or ""
    read = _json_object(record.rec_headers.get_header(READ_HEADER))
    encoding = read.get("encoding")
    return SavedPage(
        url=url if is_web_address(url) else None,
        text=_decode_as(encoding, body) if isinstance(encoding, str) and encoding else _decode(body, content_type),
        markup=_bare(content_type) != "text/plain",
        observed_at=_warc_date(record.rec_headers.get_header("WARC-Date")),
        kind=kind,
        body=b"" if kind == "page" else body,
        content_type=content_type,
        read=read,
    )


def _warc_date(value: str | None) -> datetime:
    """The moment of a record (W3C's profile of ISO 8601), now where it has none, never in the future."""
    now = datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return now
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), now).astimezone(UTC)
