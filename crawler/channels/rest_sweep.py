"""One way through the pages of a collection: what was received, and whether posts moved between pages meanwhile."""

from __future__ import annotations

from ...pipeline.errors import CrawlError


class Sweep:
    """The posts that one way through the pages brought.

    A post published meanwhile pushes others down, which are then received twice; one that is taken away pulls others
    up, past the page that is asked for next. `after_loss` says that the way before this one may have missed posts in
    that manner: then this one must be gone to its end.
    """

    def __init__(self, *, after_loss: bool = False) -> None:
        self.after_loss = after_loss
        self.ids: set[int] = set()
        self.received = 0
        """How many items came, those that came twice counted twice."""
        self.most: int | None = None
        """The highest number of posts that the site stated on the way."""
        self.shrank = False
        """Whether the number it stated became smaller on the way."""
        self.moved = False
        """Whether posts were seen to move from page to page."""
        self._total: int | None = None
        self._last_page = 0
        self._overlapping = 0

    def see_total(self, total: int) -> None:
        """Compare what the site states now with what it stated before."""
        if self._total is not None and total != self._total:
            self.moved = True
            self.shrank = self.shrank or total < self._total
        self._total = total
        self.most = max(total, self.most or 0)

    def see_page(self, numbers: list[int], length: int, asked: str) -> None:
        """Count a page's posts by their numbers, and its items; `asked` is its address.

        Raises CrawlError where it repeats what was read before. A single post more than a page holds may do so when
        another was published meanwhile; as many as the page before are the answer of a server that ignores `page`.
        """
        known = self.ids.intersection(numbers)
        if self._overlapping:
            self._overlapping -= 1
        elif numbers and len(known) == len(set(numbers)) and len(numbers) >= self._last_page:
            raise CrawlError(f"{asked} repeats posts of the pages before it and brings no other.")
        elif known:
            self.moved = True
        self.ids.update(numbers)
        self.received += length
        self._last_page = len(numbers)

    def overlap(self, pages: int) -> None:
        """The next so many pages may hold nothing but what was received: the size of the pages changed."""
        self._overlapping = pages
