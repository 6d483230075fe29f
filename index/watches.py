"""Saved questions: their queries, and which posts each has reported, kept in the home's `watches.json`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..pipeline.errors import ConfigError, LockedError, QueryError
from .analysis import shown
from .grammar import parse_query
from .notes import holds_no_word
from .records import Hit
from .search import SearchIndex

FILE = "watches.json"
_NO_FILTERS = frozenset(("all_words", "synonyms"))
WAIT_SECONDS = 60.0
"""So long a run waits for another one to end."""

Key = tuple[str, str]
"""A post's source and id."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """One saved question. `options` are those of `SearchIndex.search`; `reported` maps posts to when they first were.

    Times are UTC in ISO 8601; `last_run` is None before the first run. `feed_id` is the Atom feed's own, for ever.
    """

    name: str
    query: str
    feed_id: str
    created: str
    options: dict[str, Any] = field(default_factory=dict)
    last_run: str | None = None
    reported: dict[Key, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise QueryError where no post can ever answer: nothing can be looked for, and nothing filters posts."""
        filters = self.options.keys() - _NO_FILTERS
        if not filters and holds_no_word(self.query, parse_query(self.query)):
            raise QueryError(
                f"nothing can be looked for in {shown(self.query)!r}",
                word=self.query,
                hint="Give it a word, or a filter such as --tag NAME.",
            )

    def matches(self, index: SearchIndex, *, new: bool) -> list[Hit]:
        """The posts that answer now, newest first; with `new`, those alone that no run has reported.

        A post that was reported under an older id of its own is not new.
        """
        hits = index.search(self.query, sort="newest", limit=None, seen=self.reported if new else (), **self.options)
        return [hit for hit in hits if not new or not self._has_reported(index, hit)]

    def latest(self, index: SearchIndex, most: int) -> list[tuple[str, Hit]]:
        """The posts reported last that still answer, with the time of that, latest first."""
        ordered = sorted(self.reported.items(), key=lambda each: each[1], reverse=True)
        kept = dict(ordered[:most])
        older = self.reported.keys() - kept.keys()
        hits = index.search(self.query, sort="newest", limit=None, seen=older, **self.options)
        told = [(kept[key], hit) for hit in hits if (key := (hit.source, hit.id)) in kept]
        return sorted(told, key=lambda each: each[0], reverse=True)

    def report(self, hits: Iterable[Hit], now: str) -> None:
        """Remember that these were reported."""
        self.last_run = now
        for hit in hits:
            self.reported.setdefault((hit.source, hit.id), now)

    def _has_reported(self, index: SearchIndex, hit: Hit) -> bool:
        post = index.get(hit.id)
        aliases = post.aliases if post is not None and post.source == hit.source else ()
        return any((hit.source, alias) in self.reported for alias in aliases)


def load_watches(home: Path) -> dict[str, Watch]:
    """The watches of a home by name; ConfigError where the file can't be read."""
    path = home / FILE
    try:
        kept = json.loads(path.read_text("utf-8"))["watches"]
        return {each["name"]: _unpacked(each) for each in kept}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(
            f"{path} can't be read: {error}", hint="Mend it, or move it away and add the watches again."
        ) from error


def save_watches(home: Path, watches: Iterable[Watch]) -> None:
    """Write the file anew, at once and for good; ConfigError where that can't be done."""
    path = home / FILE
    kept = {"watches": [_packed(watch) for watch in watches]}
    fresh = path.with_name(f"{FILE}.new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(kept, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror or error}", hint="Make room there.") from error


@contextmanager
def watching(home: Path) -> Iterator[None]:
    """Hold the watches' lock, which dies with its process; LockedError where another run does not finish."""
    from filelock import FileLock, Timeout

    lock = FileLock(home / f"{FILE}.lock")
    try:
        lock.acquire(timeout=WAIT_SECONDS)
    except Timeout as error:
        raise LockedError(
            f"another process has been running watches for {WAIT_SECONDS:.0f} seconds",
            hint="Try again once it is done.",
        ) from error
    except OSError as error:
        raise ConfigError(f"{home} can't be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock.release()


def _packed(watch: Watch) -> dict[str, Any]:
    reported: dict[str, dict[str, str]] = {}
    for (source, post_id), time in watch.reported.items():
        reported.setdefault(source, {})[post_id] = time
    return {**asdict(watch), "reported": reported}


_KINDS: dict[str, Any] = {
    "name": str,
    "query": str,
    "feed_id": str,
    "created": str,
    "last_run": str | None,
    "reported": dict,
    "options": dict,
}
_OPTIONS: dict[str, Any] = {
    "after": str,
    "before": str,
    "source": tuple,
    "tag": tuple,
    "category": tuple,
    "all_words": bool,
    "synonyms": bool,
}
"""The options of `SearchIndex.search` that a watch may keep."""


def _check(kept: dict[str, Any], kinds: dict[str, Any]) -> None:
    for name, value in kept.items():
        if name not in kinds:
            raise ValueError(f'a watch has no "{name}"')
        if not isinstance(value, kinds[name]) or (isinstance(value, tuple) and not all(map(_is_text, value))):
            raise ValueError(f'a watch can\'t have this "{name}": {value!r:.60}')


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _unpacked(kept: dict[str, Any]) -> Watch:
    _check(kept, _KINDS)
    reported = {
        (str(source), str(post_id)): str(time)
        for source, posts in kept["reported"].items()
        for post_id, time in posts.items()
    }
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in kept["options"].items()}
    _check(options, _OPTIONS)
    return Watch(**{**kept, "reported": reported, "options": options})
