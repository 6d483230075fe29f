"""What a crawl could not get, post by post and page by page, each with why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..pipeline.urls import canonical_permalink
from .report import GUESSED, ArchiveReport

MAX_NAMED = 20
"""So many missing posts and pages are named one by one; the others are counted."""


class Missing:
    """Collects what is missing, and says it in lines for people."""

    def __init__(self) -> None:
        self.behind_password: set[str] = set()
        self.unavailable: dict[str, str] = {}
        """The posts that a later refresh need not ask for again, by canonical address, each with why."""
        self.lines: list[str] = []
        self._unnamed = 0

    def page(self, said: str) -> None:
        """A listing page that could not be had."""
        self._line(said)

    def post(self, url: str, reason: str, *, final: bool = True) -> None:
        """A post of which there is an excerpt at most; the reason names the address, or gets it.

        One that is not `final` may be had by the next refresh, others are asked for again by the next sweep.
        """
        reason = reason.rstrip(".")
        if final:
            self.unavailable[canonical_permalink(url)] = reason
        self._line(f"excerpt only: {reason}" if url in reason else f"excerpt only: {url}: {reason}")

    def locked(self, addresses: Iterable[str]) -> None:
        """Posts that only who knows their password can read, by canonical address."""
        for address in sorted(set(addresses) - self.behind_password):
            self.behind_password.add(address)
            self.unavailable[address] = "behind a password"
            self._line(f"behind a password: {address}")

    def _line(self, said: str) -> None:
        if len(self.lines) < MAX_NAMED:
            self.lines.append(said)
        else:
            self._unnamed += 1

    def named(self, archives: Sequence[ArchiveReport], before: Sequence[str] = ()) -> list[str]:
        """Every line, those of `before` first; what an archive lacks beyond that is counted in one more."""
        lines = [*before, *(line for line in self.lines if line not in before)]
        if self._unnamed:
            lines.append(f"… and {self._unnamed:,} more")
        known = len(lines) + self._unnamed
        for archive in archives:
            # What stood on pages that are named is no more than guessed at.
            if archive.lacks > known and not archive.bounded and archive.stated_by != GUESSED:
                claim = f"{archive.stated:,} by {archive.stated_by}, {archive.held:,} found"
                count = archive.lacks - known
                posts, verbs = ("post", ("was", "is")) if count == 1 else ("posts", ("were", "are"))
                left = f"{verbs[0]} shown nowhere" if archive.complete else f"{verbs[1]} missing"
                lines.append(f"{count:,} {posts} of {archive.url} {left} ({claim})")
        return lines
