"""The way through one source, step by step: every listing to its last page, then the posts never shown in full."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..pipeline.errors import BlockedError, CrawlError, NoPostsError, NotFoundError, TipsearchError, UnreachableError
from ..pipeline.records import Entry, Source
from ..pipeline.store.protocol import PutResult
from ..pipeline.text import clean_line
from ..pipeline.urls import canonical_permalink, same_site
from .addresses import goes_down, listing_key, page_number
from .extract.records import Extraction
from .report import Outcome, Progress, SourceReport
from .sightings import addresses_of, entry_key

MAX_PAGES = 20_000
"""No blog has as many listing pages; a listing that goes on is one that never ends."""

MAX_PROBLEMS = 20
"""So many problems of a source are named one by one; the others are counted."""

MAX_FAILURES_IN_ROW = 3
"""After so many posts in a row that the site did not answer for, the rest is left for the next crawl."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next request of a source: an address, and what is expected there."""

    url: str
    phase: Literal["listing", "posts"]


@dataclass(slots=True)
class _Listing:
    """One of the source's listings while it is read."""

    start: str
    pages: int = 0
    had_own: bool = False
    keys: set[bytes] = field(default_factory=set)
    guests: set[bytes] = field(default_factory=set)
    page_sets: set[bytes] = field(default_factory=set)


class Walk:
    """Which page of a source comes next, what each page brought, and how it ended.

    It makes no requests and writes nothing: `step()` says what to fetch, and one of `page()` and `failed()` says what
    came of it. Memory holds keys and addresses, never a page.
    """

    def __init__(
        self,
        source: Source,
        *,
        max_pages: int | None = None,
        known_full: Callable[[], Collection[str]] = frozenset,
        known_posts: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self.source = source
        self.max_pages = max_pages or source.max_pages
        self._known_full = known_full
        self._known_posts = known_posts
        self._seen: set[str] = set()
        self._unseen: set[str] = set()
        self._gone = 0
        self._starts = deque(source.urls)
        self._listing = _Listing("")
        self._next: str | None = None
        self._read: set[str] = set()
        self._excerpts: dict[str, str] = {}
        self._full: set[str] = set()
        self._posts: deque[str] | None = None
        self._down: CrawlError | None = None
        self._failures_in_row = 0
        self._stops: list[str] = []
        self._incomplete = False
        self._failed = False
        self._problems: list[TipsearchError] = []
        self._unnamed = 0
        self._notes: dict[str, None] = {}
        self._urls_read: dict[str, None] = {}
        self._pages = self._posts_fetched = self._new = self._repeated = 0

    # --- where to -------------------------------------------------------------------------------------------------

    def step(self) -> Step | None:
        """The next page to fetch, None at the end."""
        while True:
            if self._next is not None:
                return Step(self._next, "listing")
            if not self._starts:
                break
            start = self._starts.popleft()
            if self._down is not None:
                self._incomplete = True
            elif listing_key(start) not in self._read:
                self._listing, self._next = _Listing(start), start
        if self._posts is None:
            self._posts = self._posts_to_fetch()
        return Step(self._posts[0], "posts") if self._posts else None

    def _posts_to_fetch(self) -> deque[str]:
        if self._down is not None:
            if self._excerpts.keys() - self._full:
                self.note("The posts of which only excerpts were seen are left for the next crawl.")
            return deque()
        missing = self._excerpts.keys() - self._full
        missing -= set(self._known_full()) if missing else set()
        return deque([*(url for key, url in self._excerpts.items() if key in missing), *self._posts_unseen()])

    def _posts_unseen(self) -> list[str]:
        """Known posts that no listing showed, once all were read to the end: they may have left the blog."""
        if self._incomplete or self._failed:
            return []
        known = self._known_posts()
        self._unseen = {key for key, url in known.items() if key not in self._seen and self._is_own(url)}
        return [known[key] for key in sorted(self._unseen)]

    def _is_own(self, url: str) -> bool:
        return any(same_site(url, start) for start in self.source.urls)

    # --- what came of it ------------------------------------------------------------------------------------------

    def settled(self, extraction: Extraction) -> Extraction:
        """The extraction as it is to be stored: what stood as a guest on this listing's pages stays one.

        The same teasers stand on top of every page; on a page past the last one they stand alone, and alone they look
        like the listing's own.
        """
        step = self.step()
        if step is None or step.phase != "listing":
            return extraction
        listing = self._listing
        own = [e for e in extraction.entries if e.listed_in]
        if own and all(entry_key(e) in listing.guests for e in own):
            entries = tuple(dataclasses.replace(e, listed_in="") for e in extraction.entries)
            return dataclasses.replace(extraction, entries=entries)
        if own:
            listing.guests |= {entry_key(e) for e in extraction.entries if not e.listed_in and e.form == "summary"}
        return extraction

    def page(self, url: str, extraction: Extraction, put: PutResult) -> None:
        """The step's page was read and stored; `url` is its address after redirects."""
        step = self._taken()
        self._new += put.new
        self._repeated += put.repeated
        for note in extraction.notes:
            self.note(note)
        for entry in extraction.entries:
            self._seen.update(map(canonical_permalink, addresses_of(entry)))
            if entry.form == "content":
                self._full.update(map(canonical_permalink, addresses_of(entry)))
        if step.phase == "posts":
            self._post_read(step.url, url, extraction)
        else:
            self._listing_read(step.url, url, extraction)

    def failed(self, error: TipsearchError) -> str | None:
        """The step's page could not be had; gives its address where that says that a post has left the blog."""
        step = self._taken()
        if step.phase == "posts" and isinstance(error, NotFoundError) and canonical_permalink(step.url) in self._unseen:
            self._gone += 1
            return step.url
        self._lost(step, error)
        return None

    def _lost(self, step: Step, error: TipsearchError) -> None:
        site_is_down = isinstance(error, UnreachableError | BlockedError)
        if step.phase == "posts":
            self._problem(error)
            self._failures_in_row = self._failures_in_row + 1 if site_is_down else 0
            if self._failures_in_row >= MAX_FAILURES_IN_ROW and self._posts:
                self._failed = True
                self.note(f"Gave up on {len(self._posts)} more posts after {MAX_FAILURES_IN_ROW} failures in a row.")
                self._posts.clear()
            return
        listing = self._listing
        if isinstance(error, NotFoundError) and listing.pages:
            self._end(f"the page after the last one is not there ({step.url})")
            return
        if listing.pages:
            error = _at_page(error, listing.pages + 1)
        self._problem(error)
        self._end(f"failed at {step.url}", failed=True)
        if site_is_down and isinstance(error, CrawlError):
            self._down = error

    def _taken(self) -> Step:
        """The step that was under way, now behind us."""
        step = self.step()
        if step is None:
            raise RuntimeError("no step is under way")
        if step.phase == "posts" and self._posts:
            self._posts.popleft()
        else:
            self._next = None
            self._read.add(listing_key(step.url))
        return step

    # --- listings -------------------------------------------------------------------------------------------------

    def _listing_read(self, asked: str, url: str, extraction: Extraction) -> None:
        listing = self._listing
        redirected_back = listing_key(url) != listing_key(asked) and listing_key(url) in self._read
        self._read.add(listing_key(url))
        if extraction.kind == "none" or not extraction.entries:
            self._without_posts(url, extraction)
            return
        self._pages += 1
        listing.pages += 1
        self._urls_read[listing.start] = None
        self._note_excerpts(url, extraction.entries)
        ended = self._seen_before(url, listing, extraction)
        if redirected_back:
            ended = f"{asked} leads back to {url}"
        if ended is None:
            ended = self._no_way_on(url, extraction)
        if ended is not None:
            self._end(ended)

    def _without_posts(self, url: str, extraction: Extraction) -> None:
        listing = self._listing
        if listing.pages:
            self._end(f"a page without posts ({url})")
            return
        title = f" (“{extraction.page_title[:80]}”)" if extraction.page_title else ""
        error = NoPostsError(
            f"read {url}{title} and found no post; is it a blog's listing?",
            hint="Give the address of the blog's home page, or of a tag, category or label page.",
        )
        self._problem(error)
        self._end(f"no post at {url}", failed=True)

    def _note_excerpts(self, url: str, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.form != "summary" or not entry.permalink:
                continue
            if same_site(url, entry.permalink):
                self._excerpts.setdefault(canonical_permalink(entry.permalink), entry.permalink)
            else:
                self.note("Excerpts whose posts stand on another site stay excerpts.")

    def _seen_before(self, url: str, listing: _Listing, extraction: Extraction) -> str | None:
        """Why this page says that the one before it was the last, None for a page with something new.

        The same ten teasers on top of every page are no reason: it is the whole page that must bring nothing.
        """
        keys = {entry_key(entry) for entry in extraction.entries}
        page_set = hashlib.blake2b(b"".join(sorted(keys)), digest_size=16).digest()
        owns = any(entry.listed_in for entry in extraction.entries)
        first = listing.pages == 1
        fresh = not keys <= listing.keys
        repeated = page_set in listing.page_sets
        lost_its_own = listing.had_own and not owns
        listing.keys |= keys
        listing.page_sets.add(page_set)
        listing.had_own |= owns
        if first:
            return None
        if repeated:
            return f"a repeated page ({url})"
        if not fresh or lost_its_own:
            return f"a page without posts of its own ({url})"
        return None

    def _no_way_on(self, url: str, extraction: Extraction) -> str | None:
        """Why there is no next page to read; None where `_next` now holds it."""
        following = extraction.next_url
        # A listing of one post may pass for the post's own page; a numbered page after it says what it is.
        if extraction.kind == "post" and page_number(following or url) is None:
            return f"a single post ({url})"
        if following is None:
            return f"the last page ({url})"
        if not same_site(url, following):
            self._incomplete = True
            self.note(f"The next page, {following}, stands on another site and was not read.")
            return f"the next page stands on another site ({following})"
        if listing_key(following) in self._read:
            return f"the next page was read before ({following})"
        if goes_down(url, following):
            return f"the page number goes down ({following})"
        if self._listing.pages >= (self.max_pages or MAX_PAGES):
            self._incomplete = True
            if self.max_pages is None:
                self._problem(CrawlError(f"{url} is page {MAX_PAGES} of its listing, which seems never to end."))
            return f"max_pages reached ({self.max_pages or MAX_PAGES})"
        self._next = following
        return None

    def _end(self, reason: str, *, failed: bool = False) -> None:
        self._failed |= failed
        self._incomplete |= failed
        self._stops.append(reason)

    # --- posts ----------------------------------------------------------------------------------------------------

    def _post_read(self, asked: str, url: str, extraction: Extraction) -> None:
        self._pages += 1
        self._posts_fetched += 1
        self._failures_in_row = 0
        full = [entry for entry in extraction.entries if entry.form == "content"]
        known = {canonical_permalink(address) for entry in full for address in addresses_of(entry)}
        if full and (extraction.kind == "post" or canonical_permalink(asked) in known):
            return
        led = "" if canonical_permalink(asked) == canonical_permalink(url) else f" leads to {url}, which"
        self._problem(NoPostsError(f"{asked}{led} shows no full post; its excerpt is kept."))

    # --- the report -----------------------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        """Keep something that the summary should say, once."""
        if len(self._notes) < MAX_PROBLEMS:
            self._notes[text] = None

    def _problem(self, error: TipsearchError) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(error)
        else:
            self._unnamed += 1

    def progress(self, url: str) -> Progress:
        """Where the walk stands after the page at `url`."""
        return Progress(
            source=self.source.name,
            url=url,
            phase="listing" if self._posts is None else "posts",
            pages=self._pages,
            posts_fetched=self._posts_fetched,
            posts_wanted=len(self._posts or ()),
            entries_new=self._new,
            entries_repeated=self._repeated,
        )

    def report(self, *, requests: int, seconds: float, interrupted: bool = False) -> SourceReport:
        """How it ended; `interrupted` where the user stopped it before its end."""
        outcome: Outcome = "failed" if self._failed else "ok"
        problems = [clean_line(str(error)) for error in self._problems]
        if self._unnamed:
            problems.append(f"… and {self._unnamed} more.")
        return SourceReport(
            name=self.source.name,
            urls=self.source.urls,
            outcome="interrupted" if interrupted else outcome,
            complete=not (interrupted or self._incomplete),
            stop_reason="interrupted" if interrupted else clean_line("; ".join(self._stops)),
            error=type(self._problems[0]).__name__ if self._problems else None,
            pages=self._pages,
            requests=requests,
            posts_fetched=self._posts_fetched,
            posts_gone=self._gone,
            entries_new=self._new,
            entries_repeated=self._repeated,
            urls_read=tuple(self._urls_read),
            problems=tuple(problems),
            notes=tuple(map(clean_line, self._notes)),
            seconds=round(seconds, 3),
        )


def _at_page(error: TipsearchError, number: int) -> TipsearchError:
    """The error again, saying at which page of the listing it came."""
    return type(error)(f"page {number} of the listing: {error.message}", hint=error.hint)
