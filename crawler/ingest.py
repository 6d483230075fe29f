"""ingest_paths(): saved pages go the way of a crawl, from the extractors into the store."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..pipeline.errors import TipsearchError, UsageError
from ..pipeline.store.protocol import PageSeen, Store
from ..pipeline.urls import is_web_address
from .extract import Extraction, Page, extract
from .saved import CutOff, KeptSettings, SavedPage, Unreadable, find_files, kind_of, read_saved, shown
from .saved_channels import SavedChannels
from .sightings import as_guests, with_asked_address

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class FileReport:
    """What one file brought: `pages` with entries, their entries, and problems, which don't repeat the file's name."""

    path: str
    pages: int = 0
    entries_new: int = 0
    entries_repeated: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """Entries seen, new or not."""
        return self.entries_new + self.entries_repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingest brought, file by file; `skipped` are files in folders whose names say that they are no pages."""

    source: str
    files: tuple[FileReport, ...]
    skipped: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What archives that a crawl kept say of the source's settings, the last of them."""

    @property
    def pages(self) -> int:
        """Pages stored."""
        return sum(file.pages for file in self.files)

    @property
    def entries_new(self) -> int:
        """Entries that the store had not seen."""
        return sum(file.entries_new for file in self.files)

    @property
    def entries_repeated(self) -> int:
        """Entries that the store had seen."""
        return sum(file.entries_repeated for file in self.files)

    @property
    def problems(self) -> tuple[str, ...]:
        """Every problem with its file's name before it."""
        return tuple(f"{file.path}: {problem}" for file in self.files for problem in file.problems)

    @property
    def ok(self) -> bool:
        """Whether every file was read without a problem."""
        return not self.problems

    def counts(self) -> dict[str, int]:
        """The counts alone, as a run keeps them."""
        return {
            "files": len(self.files),
            "pages": self.pages,
            "entries_new": self.entries_new,
            "entries_repeated": self.entries_repeated,
        }

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "source": self.source,
            **self.counts(),
            "file_reports": [asdict(file) for file in self.files],
            "skipped": list(self.skipped),
            "problems": list(self.problems),
        }


def ingest_paths(
    paths: Sequence[str | os.PathLike[str]],
    *,
    source: str,
    store: Store,
    url: str | None = None,
    on_file: Callable[[FileReport], None] | None = None,
) -> IngestReport:
    """Store the pages of `paths` (.html, .txt, .warc, .warc.gz, folders of them) under `source`, a transaction a page.

    A page's address is what its container says, else what the page says, else `url`. A file that can't be read is a
    problem in the report; the others are read all the same. `on_file` is told of every file done. Resolving is the
    caller's next step.

    Raises UsageError for a path that is not there or a `url` that is none, StoreError.
    """
    if url is not None and not is_web_address(url):
        raise UsageError(f"{url!r} is no web address.", hint="Give one such as https://example.com/tag/empathy/.")
    files, skipped = find_files(paths)
    reports = []
    settings: Mapping[str, Any] = {}
    channels = SavedChannels(source, url)
    for path in files:
        report = FileReport(path=shown(path))
        for found in read_saved(path):
            if isinstance(found, KeptSettings):
                settings = found.values
            elif isinstance(found, CutOff):
                report.notes.append(f"{report.path}: {found}")
            elif isinstance(found, Unreadable):
                report.problems.append(str(found))
            else:
                _store_page(found, report, channels, source=source, fallback=url, store=store)
        _judge(path, report)
        reports.append(report)
        if on_file is not None:
            on_file(report)
    return IngestReport(source=source, files=tuple(reports), skipped=tuple(map(shown, skipped)), settings=settings)


def _store_page(
    saved: SavedPage, report: FileReport, channels: SavedChannels, *, source: str, fallback: str | None, store: Store
) -> None:
    try:
        if saved.kind == "page":
            url, extraction = _extracted(saved, source=source, fallback=fallback)
        else:
            url, extraction = channels.read(saved)
    except TipsearchError as error:
        # An archive may hold any XML and JSON of a site; of a file that was named, its feed or its posts are missed.
        if saved.read or kind_of(Path(report.path)) != "warc":
            report.problems.append(f"could not be read: {error.message}")
        return
    except Exception as error:
        logger.exception("reading %s failed", report.path)
        report.problems.append(f"could not be understood: {type(error).__name__}: {error}")
        return
    if not extraction.entries:
        return
    put = store.put_page(
        PageSeen(
            source=source,
            url=url,
            kind=extraction.kind,
            observed_at=saved.observed_at,
            archive=extraction.archive,
            next_url=extraction.next_url,
        ),
        extraction.entries,
    )
    report.pages += 1
    report.entries_new += put.new
    report.entries_repeated += put.repeated
    report.notes += [note for note in extraction.notes if note not in report.notes]


def _extracted(saved: SavedPage, *, source: str, fallback: str | None) -> tuple[str | None, Extraction]:
    """The page's address and what it says; read twice where the address stands in the page itself, for its links."""

    def read(url: str | None) -> Extraction:
        return extract(
            Page(source=source, url=url, text=saved.text, observed_at=saved.observed_at, markup=saved.markup)
        )

    if saved.url is not None:
        extraction = with_asked_address(read(saved.url), str(saved.read.get("asked") or saved.url), saved.url)
        return saved.url, as_guests(extraction) if saved.read.get("guests") is True else extraction
    extraction = read(None)
    own = extraction.canonical_url
    url = own if own is not None and is_web_address(own) else fallback
    return url, extraction if url is None else read(url)


def _judge(path: Path, report: FileReport) -> None:
    """A file without a post is a problem, unless it has named a worse one; in a WARC pages without posts are usual."""
    if not report.pages and not report.problems:
        of = "no page with a post in it" if kind_of(path) == "warc" else "no post"
        report.problems.append(f"was read, and holds {of}.")
