"""Raw pages kept as WARC files (ISO 28500), from which `ingest` alone makes the same corpus again."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from w3lib.url import url_query_cleaner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ..pipeline.errors import StoreError
from ..pipeline.records import Source
from .channels.records import Answer
from .channels.rest_json import route_of
from .extract.records import Extraction
from .saved import READ_HEADER, SETTINGS, SOFTWARE

MAX_FILE: Final = 100 * 1024 * 1024
"""Bytes after which another file is begun."""

LEDGER: Final = ".kept"
"""The file beside the archives that says which pages they hold; without it pages are kept once more."""

_MOMENTS: Final = ("modified_after", "updated-min")
"""Parameters that differ from one refresh to the next, while the answer is the same."""


class _Line(NamedTuple):
    """One page of the ledger: its address and what it said, hashed, and the file with its length after it."""

    page: bytes
    said: bytes
    file: str
    end: int


class KeptPages:
    """The archives of one source, open for writing: `keep` has written a page, whatever ends the process then.

    A page is appended in one piece, its records gzip members of their own; one that can't be appended whole is taken
    back. What a killed process cut off stays as it is, for another file is begun after it. A page that says what it
    said when it was last kept is not kept again. `folder` is the source's own.
    """

    def __init__(self, folder: Path, source: Source, *, software: str = SOFTWARE) -> None:
        self._folder = folder
        self._source = source
        self._software = software
        self._latest: dict[bytes, bytes] = {}
        self._last: tuple[str, int] = ("", 0)
        self._file: _Appended | None = None
        self._ledger: _Appended | None = None
        self._names: list[Answer] = []
        self._posts: Answer | None = None
        for line in _read_ledger(folder / LEDGER):
            self._latest[line.page] = line.said
            self._last = (line.file, line.end)

    def keep(self, answer: Answer, extraction: Extraction, reading: Mapping[str, Any]) -> None:
        """Keep the answer that `extraction`, as it is to be stored, was read from.

        `reading` says through which channel, and what of the archive it needs to be read again. An answer in which a
        channel only looks something up is kept with the posts that it was for. Raises StoreError.
        """
        if reading.get("channel") == "rest":
            if route_of(answer.asked) == "posts":
                self._posts = answer
            else:
                self._names.append(answer)
        else:
            self._names, self._posts = [], None
        if not extraction.entries:
            return
        answers = [*self._names, self._posts or answer]
        self._names, self._posts = [], None
        page, said = _hashed(_timeless(answers[-1].asked)), _fingerprint(extraction)
        if self._latest.get(page) == said:
            return
        context = {**reading, "next": extraction.next_url}
        self._write(answers, context, _Line(page, said, "", 0))
        self._latest[page] = said

    def _write(self, answers: list[Answer], context: Mapping[str, Any], line: _Line) -> None:
        try:
            file = self._opened()
            file.append(b"".join(_response(answer, context) for answer in answers))
            if self._ledger is None:
                self._ledger = _Appended(self._folder / LEDGER)
                if self._ledger.end:
                    # A killed process may have left half a line.
                    self._ledger.append(b"\n")
            said = f"{line.page.hex()} {line.said.hex()} {file.path.name} {file.end}\n"
            self._ledger.append(said.encode("ascii"))
        except OSError as error:
            raise StoreError(
                f"the pages can't be kept in {self._folder}: {error.strerror or error}",
                hint="Make room or give permission there, or set keep_pages = false; then run the same again.",
            ) from error

    def _opened(self) -> _Appended:
        """The file to append to: the last one, as long as it has room and ends where it was left."""
        if self._file is not None and self._file.end < MAX_FILE:
            return self._file
        if self._file is not None:
            self._file.close()
        name, end = self._last
        path = self._folder / name
        if self._file is None and name and path.is_file() and path.stat().st_size == end < MAX_FILE:
            self._file = _Appended(path)
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = _Appended(self._folder / self._new_name(), new=True)
        self._file.append(self._info())
        return self._file

    def _new_name(self) -> str:
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        names = (f"{stamp}-{number:03}.warc.gz" for number in range(1000))
        return next(name for name in names if not (self._folder / name).exists())

    def _info(self) -> bytes:
        """Who writes, and what of the source's settings the posts depend on; once a run, and in every file."""
        settings = {name: getattr(self._source, name) for name in SETTINGS}
        said = {"software": self._software, "format": "WARC File Format 1.1", "tipsearch-source": json.dumps(settings)}
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
        writer.write_record(writer.create_warcinfo_record("", said))
        return out.getvalue()

    def close(self) -> None:
        """Have it all on the disk."""
        for file in (self._file, self._ledger):
            if file is not None:
                file.close()
        self._file = self._ledger = None


class _Appended:
    """A file that only grows, by whole pieces."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | (os.O_EXCL if new else 0), 0o644)
        self.end = os.fstat(self._descriptor).st_size

    def append(self, piece: bytes) -> None:
        """Append all of it, or raise OSError and leave the file as it was."""
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            os.ftruncate(self._descriptor, self.end)
            raise
        self.end += len(piece)

    def close(self) -> None:
        """Have it on the disk, and let go of it."""
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def folder_name(source: str) -> str:
    """A folder's name for a source: its own where that is plain, else with a hash that tells it from similar ones."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in source)[:80].lstrip(".")
    # Not every file system tells capitals from small letters.
    return plain if plain == source == source.lower() else f"{plain or 'source'}-{_hashed(source).hex()[:8]}"


def reading_of_page(answer: Answer, read: Extraction, settled: Extraction) -> dict[str, Any]:
    """What `keep` is to be told of a listing page or a single post, as it was read and as it was settled."""
    demoted = any(e.listed_in for e in read.entries) and not any(e.listed_in for e in settled.entries)
    return {"channel": "html", "encoding": answer.encoding, **({"guests": True} if demoted else {})}


def _response(answer: Answer, context: Mapping[str, Any]) -> bytes:
    """The answer as a response record: what came after transfer and content codings were taken off."""
    dropped = {"content-encoding", "transfer-encoding", "content-length", "connection", "set-cookie"}
    headers = [(name, _one_line(value)) for name, value in answer.headers.items() if name not in dropped]
    headers.append(("content-length", str(len(answer.body))))
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    record = writer.create_warc_record(
        _one_line(answer.url),
        "response",
        payload=io.BytesIO(answer.body),
        length=len(answer.body),
        http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": answer.observed_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            READ_HEADER: json.dumps({"asked": answer.asked, **context}, separators=(",", ":")),
        },
    )
    writer.write_record(record)
    return out.getvalue()


def _one_line(value: str) -> str:
    return "".join(c for c in value if c.isprintable())


def _fingerprint(extraction: Extraction) -> bytes:
    said = [
        extraction.kind,
        extraction.archive,
        _timeless(extraction.next_url or ""),
        [(entry.position, entry.digest, entry.listed_in) for entry in extraction.entries],
    ]
    return _hashed(json.dumps(said))


def _timeless(url: str) -> str:
    return str(url_query_cleaner(url, _MOMENTS, remove=True))


def _hashed(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _read_ledger(path: Path) -> Iterator[_Line]:
    """The lines of the ledger whose pages are there."""
    lengths: dict[str, int] = {}
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            for line in file:
                found = _parsed(line)
                if found is None:
                    continue
                if found.file not in lengths:
                    kept = path.with_name(found.file)
                    lengths[found.file] = kept.stat().st_size if kept.is_file() else -1
                if found.end <= lengths[found.file]:
                    yield found
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{path} can't be read: {error.strerror or error}") from error


def _parsed(line: str) -> _Line | None:
    try:
        page, said, file, end = line.split()
        plain = file == Path(file).name and file.endswith(".warc.gz")
        return _Line(bytes.fromhex(page), bytes.fromhex(said), file, int(end)) if plain else None
    except ValueError:
        return None


def reading_of_channel(archive: Any, state: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """What `keep` is to be told of a channel's answer: its archive, and the platform that a feed is read as."""
    platform = state.get("platform")
    return {"channel": channel, "archive": asdict(archive), **({"platform": platform} if platform else {})}
