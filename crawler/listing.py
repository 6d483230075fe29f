"""Reads one archive by its listing pages: where it goes on, and how the last page is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from ..pipeline.errors import CrawlError, NoPostsError, NotFoundError, TipsearchError
from ..pipeline.records import Entry
from ..pipeline.urls import same_site
from .addresses import goes_down, listing_key, page_number, with_next_number
from .extract.records import Extraction
from .sightings import as_guests, entry_key

MAX_PAGES = 20_000
"""No blog has as many listing pages; a listing that goes on is one that never ends."""

MAX_GUESTS = 100
"""So many teasers are remembered for a reading that goes on later; the blogs that show some show ten."""

MAX_SKIPPED = 2
"""So many numbered pages in a row may answer with an error, or without posts, before the listing is given up."""


class Listing:
    """One archive while its listing pages are read, from `start` to the last.

    `visited` holds the keys of the listing pages of the whole source: none is read twice. `ended` says in words why
    reading stopped, `complete` whether that was the archive's own end, `failed` whether something went wrong, and
    `bounded` whether it was the caller's `max_pages`. `missing` names the pages that could not be had.
    """

    def __init__(
        self,
        start: str,
        *,
        max_pages: int | None,
        visited: set[str],
        note: Callable[[str], None] = lambda _: None,
        guests: Iterable[str] = (),
    ) -> None:
        self.start = start
        self.pages = 0
        self.ended = ""
        self.complete = self.failed = self.bounded = False
        self.missing: list[str] = []
        self.last_page: int | None = None
        self.failed_url = ""
        """The first page that could not be had, at which a later reading may go on."""
        self._max_pages = max_pages
        self._visited = visited
        self._note = note
        self._next: str | None = start
        self._had_own = False
        self.gave_up = False
        """Whether the site, and not one page of it, was what failed."""
        self._skipped = 0
        self._broke_off = False
        self._telling = 0
        self._number: int | None = None
        self._keys: set[bytes] = set()
        self._guests = {bytes.fromhex(guest) for guest in guests}
        self._page_sets: set[bytes] = set()

    def go_on_at(self, url: str, *, pages: int, guests: Iterable[str], last_page: int | None = None) -> None:
        """Go on where an earlier reading of `pages` pages stopped; `last_page` is what its pager named."""
        self._next, self.pages, self._telling, self._had_own = url, pages, pages, True
        self.last_page = last_page
        self._guests = {bytes.fromhex(guest) for guest in guests}

    def guests(self) -> tuple[str, ...]:
        """The keys of the teasers that stand on the listing's pages, at most `MAX_GUESTS`."""
        return tuple(sorted(key.hex() for key in self._guests)[:MAX_GUESTS])

    def following(self) -> str | None:
        """The next page to fetch; None at the end."""
        return self._next

    def further(self) -> int:
        """How many pages after the next one may be read; none before a second page shows that the listing goes on."""
        return (self._max_pages or MAX_PAGES) - self.pages - 1 if self.pages > 1 else 0

    def settled(self, extraction: Extraction) -> Extraction:
        """The extraction as it is to be stored: what stood as a guest on this listing's pages stays one.

        The same teasers stand on top of every page; on a page past the last one they stand alone, and alone they look
        like the listing's own. A page that shows guests beside its own knows the difference: where a listing shows
        excerpts, its own posts are those of the teasers again.
        """
        own = [e for e in extraction.entries if e.listed_in]
        if len(own) == len(extraction.entries) and self.is_of_guests(extraction):
            return as_guests(extraction)
        if own:
            self._guests |= {entry_key(e) for e in extraction.entries if not e.listed_in and e.form == "summary"}
        return extraction

    def is_of_guests(self, extraction: Extraction) -> bool:
        """Whether nothing stands on a page but teasers that stand on the listing's other pages."""
        return all(entry_key(entry) in self._guests for entry in extraction.entries)

    def page(self, url: str, extraction: Extraction) -> TipsearchError | None:
        """The page was read; `url` is its address after redirects. Gives what is wrong with it, if anything."""
        asked = self._taken()
        redirected_back = listing_key(url) != listing_key(asked) and listing_key(url) in self._visited
        self._visited.add(listing_key(url))
        self.last_page = extraction.links.last_page or self.last_page
        if extraction.kind == "none" or not extraction.entries:
            return self._without_posts(url, extraction)
        self.pages += 1
        if self._had_own and self._is_within(url) and not redirected_back and not _has_own(extraction):
            return self._unreadable(url)
        self._skipped = 0
        ended = self._seen_before(url, extraction)
        if redirected_back:
            ended = f"{asked} leads back to {url}"
        if ended is not None:
            self._end_of_archive(ended)
            return None
        self._telling += 1
        counted = page_number(url)
        self._number = 1 if counted is None else counted[1] if counted[0] not in {"start", "offset"} else None
        return self._go_on(url, extraction)

    def failed_at(self, error: TipsearchError) -> TipsearchError | None:
        """The page could not be had; gives the error to be named, None where it only says that the last was read."""
        url = self._taken()
        if isinstance(error, NotFoundError) and self.pages:
            self._end_of_archive(f"the page after the last one is not there ({url})")
            return None
        if self.pages or self.missing:
            number = page_number(url)
            named = number[1] if number and number[0] not in {"start", "offset"} else self.pages + 1
            error = _at_page(error, named)
            self.missing.append(f"page {named}: {error.message.partition(': ')[2]}")
            if _passing(error) and self._passes_over(url, named):
                return error
        self.failed_url = self.failed_url or url
        self.gave_up = not (self.pages and _passing(error)) or self._skipped >= MAX_SKIPPED
        self._broke_off = True
        self._end(f"failed at {url}", failed=True)
        return error

    def _passes_over(self, url: str, number: int) -> bool:
        """Go on behind a page that is missing; whether that can be."""
        following = with_next_number(url)
        if not following or self._skipped >= MAX_SKIPPED or (self.last_page is not None and number >= self.last_page):
            return False
        self._skipped += 1
        self.failed_url = self.failed_url or url
        self._next = following
        return True

    def _is_within(self, url: str) -> bool:
        """Whether a page lies before the end that the pager names, so that posts must stand on it."""
        counted = page_number(url)
        if counted is None or counted[0] in {"start", "offset"} or self.last_page is None:
            return False
        return counted[1] <= self.last_page

    def _unreadable(self, url: str) -> TipsearchError:
        """A page of the listing's middle whose posts can't be read is named, and passed over."""
        counted = page_number(url)
        number = counted[1] if counted else self.pages + 1
        self.missing.append(f"page {number}: no post of its own could be read at {url}")
        error = NoPostsError(f"page {number} of the listing: read {url} and found no post of its own.")
        if not self._passes_over(url, number):
            self._broke_off = True
            self._end(f"no post of its own at {url}", failed=True)
        return error

    def guess(self, read: int) -> int | None:
        """About how many posts there are where pages are missing, by the `read` posts of the others.

        None where none is missing, and where nothing tells how many pages there are.
        """
        if not self.missing or not self._telling:
            return None
        unread = len(self.missing)
        if self.last_page is not None and self._number is not None:
            counted = page_number(self.start)
            unread = max(unread, self.last_page - (counted[1] if counted else 1) + 1 - self._telling)
        elif self._broke_off:
            return None
        return read + unread * max(1, read // self._telling)

    def _taken(self) -> str:
        if self._next is None:
            raise RuntimeError("no page is under way")
        url, self._next = self._next, None
        self._visited.add(listing_key(url))
        return url

    def _end(self, reason: str, *, failed: bool = False) -> None:
        self.ended = reason
        self.failed = failed or bool(self.missing)
        self.complete = not self.failed

    def _end_of_archive(self, reason: str) -> None:
        """End where nothing follows; before the last page that its own pager names, that is no end."""
        self._end(reason)
        if self.complete and self.last_page is not None and self._number is not None and self._number < self.last_page:
            self.missing.append(f"pages {self._number + 1} to {self.last_page}: the listing ended before, at {reason}")
            self.complete = False

    def _without_posts(self, url: str, extraction: Extraction) -> TipsearchError | None:
        if self.pages and self._is_within(url):
            return self._unreadable(url)
        if self.pages:
            self._end_of_archive(f"a page without posts ({url})")
            return None
        title = f" (“{extraction.page_title[:80]}”)" if extraction.page_title else ""
        self._end(f"no post at {url}", failed=True)
        return NoPostsError(
            f"read {url}{title} and found no post; is it a blog's listing?",
            hint="Give the address of the blog's home page, or of a tag, category or label page.",
        )

    def _seen_before(self, url: str, extraction: Extraction) -> str | None:
        """Why this page says that the one before it was the last, None for a page with something new.

        The same ten teasers on top of every page are no reason: it is the whole page that must bring nothing.
        """
        keys = {entry_key(entry) + (b"own" if entry.listed_in else b"") for entry in extraction.entries}
        page_set = hashlib.blake2b(b"".join(sorted(keys)), digest_size=16).digest()
        owns = _has_own(extraction)
        first = self.pages == 1
        fresh = not keys <= self._keys
        repeated = page_set in self._page_sets
        lost_its_own = self._had_own and not owns
        self._keys |= keys
        self._page_sets.add(page_set)
        self._had_own |= owns
        if first:
            return None
        if repeated:
            return f"a repeated page ({url})"
        if not fresh or lost_its_own:
            return f"a page without posts of its own ({url})"
        return None

    def _go_on(self, url: str, extraction: Extraction) -> TipsearchError | None:
        """Set the next page, or end."""
        following = extraction.next_url
        # A listing of one post may pass for the post's own page; a numbered page after it says what it is.
        if extraction.kind == "post" and page_number(following or url) is None:
            self._end(f"a single post ({url})")
        elif following is None:
            self._end_of_archive(f"the last page ({url})")
        elif not same_site(url, following):
            self._note(f"The next page, {following}, stands on another site and was not read.")
            self._end(f"the next page stands on another site ({following})")
            self.complete = False
        elif listing_key(following) in self._visited:
            self._end_of_archive(f"the next page was read before ({following})")
        elif goes_down(url, following):
            self._end_of_archive(f"the page number goes down ({following})")
        elif self.pages >= (self._max_pages or MAX_PAGES):
            self._end(f"max_pages reached ({self._max_pages or MAX_PAGES})")
            self.complete = False
            self.bounded = self._max_pages is not None
            if not self.bounded:
                self.failed = True
                return CrawlError(f"{url} is page {MAX_PAGES:,} of its listing, which seems never to end.")
        else:
            self._next = following
        return None


def own_entries(extraction: Extraction) -> Iterable[Entry]:
    """The entries that belong to the archive of their page; all of them where the page does not tell."""
    own = [entry for entry in extraction.entries if entry.listed_in]
    return own or extraction.entries


def _has_own(extraction: Extraction) -> bool:
    return any(entry.listed_in for entry in extraction.entries)


def _passing(error: TipsearchError) -> bool:
    """Whether the site answers, and only this page fails: by an error of the server's, or empty or broken off."""
    if not isinstance(error, CrawlError) or error.status is None:
        return False
    return error.status >= 500 or (type(error) is CrawlError and 200 <= error.status < 300)


def _at_page(error: TipsearchError, number: int) -> TipsearchError:
    """The error again, saying at which page of the listing it came."""
    message = f"page {number} of the listing: {error.message}"
    if isinstance(error, CrawlError):
        return type(error)(message, hint=error.hint, status=error.status)
    return type(error)(message, hint=error.hint)
