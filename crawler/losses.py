"""The posts that seem to have left a blog, and the guard against believing too many at once."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from ..pipeline.errors import CrawlError
from ..pipeline.urls import canonical_permalink

TOO_MANY = 5
TOO_LARGE_A_PART = 0.1
"""A sweep after which more than 5 posts and more than a tenth of a source would be gone marks none of them."""


class Losses:
    """Collects the addresses of posts that have left; `known` is how many posts the source has on the blog so far.

    `asked` holds the canonical addresses of those that are asked after one by one: 404 or 410 means gone for them.
    """

    def __init__(self, source: str, *, accept: bool = False) -> None:
        self.known = 0
        self._source = source
        self.asked: set[str] = set()
        self._accept = accept
        self._urls: dict[str, str] = {}

    def add(self, urls: Iterable[str]) -> None:
        """These are no longer there."""
        for url in urls:
            self._urls.setdefault(canonical_permalink(url), url)

    def _too_many(self) -> bool:
        count = len(self._urls)
        return not self._accept and count > TOO_MANY and count > TOO_LARGE_A_PART * self.known

    def believed(self) -> list[str]:
        """The addresses to be marked as gone."""
        return [] if self._too_many() else list(self._urls.values())

    @property
    def doubted(self) -> int:
        """How many seem to have left, where these are too many to believe; else 0."""
        return len(self._urls) if self._too_many() else 0

    def refused(self) -> CrawlError | None:
        """The error that says that too many would be gone; None where they are not."""
        if not self._too_many():
            return None
        return CrawlError(
            f"{len(self._urls):,} of {self.known:,} posts seem to have left the blog, which is too many to believe; "
            "none was marked as gone.",
            hint=f"If they did leave, say so: tipsearch refresh {shlex.quote(self._source)} --accept-loss",
        )
