"""Real crawls of sites on loopback, several in one run, and what came of each: report, posts, and what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tipsearch.cli.demo.server import Running, Site, serve
from tipsearch.crawler import ArchiveReport, SourceReport, crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Post, Source

from .faults import Troubled


@dataclass(frozen=True)
class Case:
    """A site, the paths that are read of it, and in which way; further settings are those of `Source`."""

    site: Site
    paths: tuple[str, ...] = ("/",)
    fail_at: Mapping[str, int | tuple[int, int]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Crawled:
    """What came of a case: its report, its posts, and the targets that the server was asked for, in their order."""

    report: SourceReport
    posts: tuple[Post, ...]
    asked: tuple[str, ...]
    url: str

    @property
    def archive(self) -> ArchiveReport:
        """The report of its only archive."""
        (archive,) = self.report.archives
        return archive

    @property
    def count(self) -> tuple[int, int | None, str]:
        """What it holds, of how many, and by whom."""
        return self.archive.held, self.archive.stated, self.archive.stated_by

    @property
    def pages(self) -> list[str]:
        """The targets without robots.txt and sitemaps."""
        return [path for path in self.asked if path != "/robots.txt" and "sitemap" not in path]


class Sites:
    """Cases being served, which may be crawled again and again; each is a source of its own."""

    def __init__(self, cases: Mapping[str, Case], running: Mapping[str, Running]) -> None:
        self._cases = cases
        self.running = running

    def crawl(self, home: Path, *names: str, **options: Any) -> dict[str, Crawled]:
        """Crawl the named cases (all of them, if none is named) side by side into one home."""
        chosen = names or tuple(self._cases)
        sources = []
        for name in chosen:
            case, running = self._cases[name], self.running[name]
            running.forget()
            urls = tuple(running.url + path for path in case.paths)
            sources.append(Source(name=name, urls=urls, **case.settings))
        options = {"delay": 0, "backoff": 0.01, **options}
        report = crawl(sources, home=home, **options)
        store = open_store(home)
        try:
            return {
                told.name: Crawled(
                    report=told,
                    posts=tuple(store.posts(told.name)),
                    asked=tuple(asked.path for asked in self.running[told.name].requests),
                    url=self.running[told.name].url,
                )
                for told in report.sources
            }
        finally:
            store.close()


@contextmanager
def served(cases: Mapping[str, Case]) -> Iterator[Sites]:
    """Serves every case on a port of its own."""
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(serve(Troubled(case.site, fail_at=case.fail_at))) for name, case in cases.items()
        }
        yield Sites(cases, running)


def crawled(cases: Mapping[str, Case], home: Path, **options: Any) -> dict[str, Crawled]:
    """Serves the cases and crawls them side by side, once."""
    with served(cases) as sites:
        return sites.crawl(home, **options)


def said(posts: tuple[Post, ...]) -> dict[str, tuple[Any, ...]]:
    """What the posts say, by id: address, title, date, words, completeness. White space makes no difference."""
    return {
        post.id: (post.url, post.title, str(post.published), tuple(post.text.split()), post.completeness)
        for post in posts
    }
