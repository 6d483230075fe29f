"""HTTP or saved files in, entries out: the only room that knows Scrapy. Its names are handed out lazily (PEP 562)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .ingest import FileReport, IngestReport, ingest_paths
    from .locks import crawl_lock
    from .report import ArchiveReport, CrawlReport, Progress, SourceReport
    from .run import crawl

__all__ = [
    "ArchiveReport",
    "CrawlReport",
    "FileReport",
    "IngestReport",
    "Progress",
    "SourceReport",
    "crawl",
    "crawl_lock",
    "ingest_paths",
]

_HOMES = {
    "ArchiveReport": "report",
    "CrawlReport": "report",
    "FileReport": "ingest",
    "IngestReport": "ingest",
    "Progress": "report",
    "SourceReport": "report",
    "crawl": "run",
    "crawl_lock": "locks",
    "ingest_paths": "ingest",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
