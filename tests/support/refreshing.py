"""A served blog and the home that it is crawled into, as the tests of refreshes and sweeps use them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tipsearch.cli.demo.content import DemoPost
from tipsearch.cli.demo.server import Running
from tipsearch.crawler import SourceReport, crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Post, Source

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Blogged:
    """One source of a served blog in a home of its own; every call of `crawl` counts the server's requests anew."""

    def __init__(self, site: Running, home: Path, *paths: str, **settings: Any) -> None:
        self.site, self.home = site, home
        self.source = Source(name="blog", urls=tuple(site.url + path for path in paths or ("/",)), **settings)
        self._changed = LONG_AGO

    def crawl(self, **options: Any) -> SourceReport:
        self.site.forget()
        return crawl([self.source], home=self.home, **{"delay": 0, "backoff": 0.01} | options).sources[0]

    @property
    def asked(self) -> list[str]:
        """The paths that the last crawl asked for."""
        return [asked.path for asked in self.site.requests]

    # --- the blog ---

    @property
    def _inner(self) -> Any:
        return getattr(self.site.site, "inner", self.site.site)

    @property
    def served(self) -> list[DemoPost]:
        return list(self._inner.posts)

    def edit(self, number: int, *, silently: bool = False, body: str | None = None) -> DemoPost:
        """Change the text of a post; `silently` leaves its moment of change as it was."""
        posts = self.served
        text = body or f"{posts[number].body}\n\nOf {posts[number].title} this was added later on."
        edited = None if silently else self._moment()
        posts[number] = replace(posts[number], body=text, modified=edited)
        self._inner.publish(posts)
        return posts[number]

    def publish(self, count: int = 1, *, day: date | None = None, modified: datetime | None = None) -> list[DemoPost]:
        """New posts on top of the blog, or on a day of the past."""
        posts = self.served
        now = self._moment()
        new = [
            replace(
                posts[0],
                title=f"Fresh from the press {n} {day or ''}".strip(),
                slug=f"fresh-{n}-{day or 'now'}",
                day=day or posts[0].day + timedelta(days=n + 1),
                body=f"{posts[n].body}\n\nThis is fresh post number {n}.",
                modified=modified or now,
            )
            for n in range(count)
        ]
        self._inner.publish([*posts, *new])
        return new

    def _moment(self) -> datetime:
        """Now, or a second after the last change: what blogs send of it says no more than the second (RFC 9110)."""
        self._changed = max(datetime.now(UTC), self._changed + timedelta(seconds=1))
        return self._changed

    def withdraw(self, *numbers: int) -> list[DemoPost]:
        posts = self.served
        self._inner.publish([post for n, post in enumerate(posts) if n not in numbers])
        return [posts[n] for n in numbers]

    # --- what is kept ---

    def posts(self) -> dict[str, Post]:
        """The stored posts by title."""
        store = open_store(self.home)
        try:
            return {post.title: post for post in store.posts("blog")}
        finally:
            store.close()

    def gone(self) -> set[str]:
        return {title for title, post in self.posts().items() if post.gone}

    def sequence(self) -> int:
        store = open_store(self.home)
        try:
            return store.sequence()
        finally:
            store.close()

    def states(self) -> dict[str, dict[str, Any]]:
        """What is kept of the archives, and under an empty key of the source."""
        store = open_store(self.home)
        try:
            return store.archive_states("blog")
        finally:
            store.close()

    def change_states(self, change: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
        store = open_store(self.home)
        try:
            for url, state in store.archive_states("blog").items():
                store.put_archive_state("blog", url, change(url, state))
        finally:
            store.close()

    def make_due(self) -> None:
        """As if the last sweep lay long ago."""
        self.change_states(lambda url, state: {**state, "swept": LONG_AGO.isoformat()} if url else state)

    def let_robots_expire(self) -> None:
        for path in (self.home / "cache" / "robots").glob("*.json"):
            kept = json.loads(path.read_text())
            path.write_text(json.dumps({**kept, "fetched": kept["fetched"] - 25 * 3600}))


def said(blog: Blogged) -> dict[str, tuple[Any, ...]]:
    """What the corpus says of every post, without when it was seen."""
    return {
        post.url or post.title: (post.title, post.text, post.published, post.completeness, post.gone)
        for post in blog.posts().values()
    }


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of all files of a folder."""
    found: Iterator[Path] = (Path(base) / name for base, _, names in os.walk(folder) for name in names)
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}
