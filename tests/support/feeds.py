"""A store for the index's tests: posts made in one line, and a change feed over a dict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from tipsearch.pipeline.records import Change, Post

SEEN = datetime(2024, 1, 1, 12, tzinfo=UTC)


def post(post_id: str, title: str = "A title", text: str = "", **more: object) -> Post:
    """A post with everything that a test does not care about filled in; `published` may be an ISO day."""
    published = more.pop("published", None)
    if isinstance(published, str):
        published = date.fromisoformat(published)
    base = Post(
        id=post_id,
        source="blog",
        title=title,
        published=published,  # type: ignore[arg-type]
        published_precision="day" if published else None,
        published_origin="title" if published else None,
        url=f"https://blog.example/{post_id}",
        author=None,
        categories=(),
        tags=(),
        completeness="full",
        text=text,
        entries=1,
        first_seen=SEEN,
        last_seen=SEEN,
        last_changed=SEEN,
    )
    return replace(base, **more)  # type: ignore[arg-type]


class DictFeed:
    """A change feed as the store gives it: numbers without gaps that matter, each post once in its latest state."""

    def __init__(self, *posts: Post, identity: str = "") -> None:
        self._latest: dict[tuple[str, str], Change] = {}
        self._last = 0
        self.identity = identity
        for each in posts:
            self.put(each)

    def put(self, each: Post, *, aliases: tuple[str, ...] = ()) -> None:
        self._note(Change(sequence=self._last + 1, source=each.source, id=each.id, post=each, aliases=aliases))

    def drop(self, post_id: str, source: str = "blog") -> None:
        self._note(Change(sequence=self._last + 1, source=source, id=post_id, post=None))

    def _note(self, change: Change) -> None:
        self._last = change.sequence
        self._latest[change.source, change.id] = change

    def sequence(self) -> int:
        return self._last

    def changes(self, since: int = 0) -> Iterator[Change]:
        yield from sorted(
            (change for change in self._latest.values() if change.sequence > since), key=lambda change: change.sequence
        )
