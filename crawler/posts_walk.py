"""The way through single posts: those never shown in full, and those that may have left the blog."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from ..pipeline.errors import BlockedError, NoPostsError, NotFoundError, TipsearchError, UnreachableError
from ..pipeline.urls import canonical_permalink
from .extract.records import Extraction
from .losses import Losses
from .missing import Missing
from .recount import Guesses
from .sightings import addresses_of
from .walk_records import behind_password

MAX_FAILURES_IN_ROW = 3
"""After so many posts in a row that the site did not answer for, the rest is left for the next crawl."""


class PostsWalk:
    """Single posts while they are fetched. What can't be had is told to `missing`, what has left to `losses`."""

    def __init__(
        self,
        urls: Iterable[str],
        missing: Missing,
        losses: Losses,
        note: Callable[[str], None] = lambda _: None,
        guesses: Guesses | None = None,
    ) -> None:
        self.fetched = 0
        self.gave_up = False
        self._urls = deque(urls)
        self._missing = missing
        self._losses = losses
        self._note = note
        self._guesses = guesses or Guesses()
        self._problems: list[TipsearchError] = []
        self._failures_in_row = 0

    @property
    def left(self) -> int:
        """How many posts are still to be fetched."""
        return len(self._urls)

    def following(self) -> str | None:
        """The next post to fetch; None at the end."""
        while self._urls and self._guesses.dismisses(canonical_permalink(self._urls[0])):
            self._urls.popleft()
        return self._urls[0] if self._urls else None

    def take_problems(self) -> list[TipsearchError]:
        """What went wrong since this was asked last."""
        problems, self._problems = self._problems, []
        return problems

    def page(self, asked: str, url: str, extraction: Extraction) -> None:
        """The post's page was read and stored; `url` is its address after redirects."""
        self._urls.popleft()
        self.fetched += 1
        self._failures_in_row = 0
        self._missing.locked(behind_password(extraction.notes))
        key = canonical_permalink(asked)
        full = [entry for entry in extraction.entries if entry.form == "content"]
        known = {canonical_permalink(address) for entry in full for address in addresses_of(entry)}
        if (full and (extraction.kind == "post" or key in known)) or key in self._missing.behind_password:
            self._guesses.confirm()
            return
        if self._guesses.is_wrong(key):
            return
        led = "" if key == canonical_permalink(url) else f" leads to {url}, which"
        self._missing.post(asked, "its page shows no full post")
        self._problems.append(NoPostsError(f"{asked}{led} shows no full post; its excerpt is kept."))

    def failed(self, url: str, error: TipsearchError) -> None:
        """The post's page could not be had."""
        self._urls.popleft()
        if isinstance(error, NotFoundError) and canonical_permalink(url) in self._losses.asked:
            self._losses.add([url])
            return
        if isinstance(error, NotFoundError) and self._guesses.is_wrong(canonical_permalink(url)):
            return
        self._missing.post(url, error.message, final=isinstance(error, NotFoundError))
        self._problems.append(error)
        self._failures_in_row = self._failures_in_row + 1 if isinstance(error, UnreachableError | BlockedError) else 0
        if self._failures_in_row >= MAX_FAILURES_IN_ROW and self._urls:
            self.gave_up = True
            self._note(f"Gave up on {self.left} more posts after {MAX_FAILURES_IN_ROW} failures in a row.")
            for left in self._urls:
                self._missing.post(left, "not asked for, because the site stopped answering", final=False)
            self._urls.clear()
