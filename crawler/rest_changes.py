"""What a refresh asks of WordPress's REST interface: whether anything changed, then what was modified or is newest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .channels.records import Answer, Archive
from .channels.rest import RestReader

OVERLAP = timedelta(days=1)
"""So far before its last check a site is asked for changes: clocks differ, and a time zone may be taken wrongly."""


class RestChanges:
    """The questions of one refresh to one archive, each asked by a reader of its own.

    First comes a glance, as long as `glancing`: how many posts there are, and when one was changed last. `said` is what
    is known of the interface (see `RestReader.from_state`), `latest` when a post was changed last, `since` when the
    archive was checked last. Raises ValueError, KeyError or TypeError where `said` can't be used.
    """

    def __init__(
        self, archive: Archive, said: dict[str, Any], *, latest: datetime | None, since: datetime | None
    ) -> None:
        self.said = said
        self.latest = latest
        self.glancing = True
        self.asks_since = self.newest_first = False
        self._archive = archive
        self._since = since
        self._known = latest
        self._glanced: datetime | None = None
        self._reader = RestReader.from_state(archive, said)

    def glance_url(self) -> str:
        """The address of the glance."""
        return self._reader.glance_url()

    def glance(self, answer: Answer) -> int | None:
        """Read the glance; gives how many posts there are, where the site states it. Raises CrawlError."""
        stated, self._glanced = RestReader.glance(answer)
        return stated

    def found(self) -> bool:
        """End the glance; whether a post was changed, as far as it can tell."""
        latest, self.glancing = self._glanced, False
        self.latest = latest or self.latest
        if self._known is not None:
            return latest is None or latest > self._known
        return latest is None or self._since is None or latest >= self._since - OVERLAP

    def modified(self) -> RestReader:
        """A reader of what was modified; where the site can't tell, of its latest changes first."""
        if self.is_deaf_to_since():
            self.said = {**self.said, "modified_after": False}
        since = self._since
        self.asks_since = since is not None and self.said.get("modified_after") is not False
        if since is not None and self.asks_since:
            since = min(since - OVERLAP, self._known or since)
            self._reader = RestReader.from_state(self._archive, self.said, modified_after=since)
        else:
            self._reader = RestReader.from_state(self._archive, self.said, last_changed_first=True)
        return self._reader

    def newest(self) -> RestReader:
        """A reader from the newest post on: one was published of which nothing else tells."""
        self._reader = RestReader.from_state(self._archive, self.said)
        self.asks_since, self.newest_first = False, True
        return self._reader

    def is_deaf_to_since(self) -> bool:
        """Whether the site turned out not to know what was modified since a moment."""
        return self.asks_since and self._reader.knows_modified_after is False
