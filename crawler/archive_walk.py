"""The way through one archive: its first page, then the cheapest channel, and the next where that does not hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping

from ..pipeline.errors import BlockedError, CrawlError, NoPostsError, RobotsError, TipsearchError, UnreachableError
from ..pipeline.records import Channel, Entry, Source
from ..pipeline.store.protocol import PutResult
from ..pipeline.urls import same_site
from .archive_reading import ArchiveReading
from .channels import verdict
from .channels.discover import Choice, archive_at, choices, is_label_page, last_resorts
from .channels.feed import FeedReader, looks_like_feed, platform_of_feed
from .channels.records import Answer, Archive, ChannelReader
from .extract.records import Extraction
from .listing import MAX_PAGES, own_entries
from .report import GUESSED, ArchiveReport
from .sightings import own_key
from .state import Validators
from .walk_records import Request, behind_password


class ArchiveWalk(ArchiveReading):
    """One archive of a source while it is read. It makes no requests: it says what to fetch, and is told what came.

    The listing's first page comes first, for it names the channels. What a channel gave is kept when the next one is
    tried.
    """

    def __init__(
        self,
        source: Source,
        start: str,
        *,
        visited: set[str],
        note: Callable[[str], None],
        channel: Channel | None = None,
        max_pages: int | None = None,
    ) -> None:
        super().__init__(source, start, visited=visited, note=note, max_pages=max_pages)
        self.stated: int | None = None
        self.stated_by = ""
        self.why = ""
        self._forced = channel
        self._listing = self._listing_at(start)
        self._at_first = True
        self._first: Extraction | None = None
        self._first_error: TipsearchError | None = None
        self._choices: deque[Choice] = deque()
        self._choice: Choice | None = None
        self._reader: ChannelReader | None = None
        self._reader_pages = 0
        self._given: set[str] = set()
        self._spare: ChannelReader | None = None
        self._check: str | None = None
        self._checking = self._check_done = self._looked_again = False
        self._tried: list[str] = []
        self._archive = archive_at(source.name, start)
        self._validators: dict[str, Validators] = {}
        self._resumed = False

    # --- where to -------------------------------------------------------------------------------------------------

    def request(self) -> Request | None:
        """The next request; None at the end."""
        while not self._done:
            if self._reader is not None:
                if self._check is not None and not self._check_done:
                    self._checking = True
                    return Request(self._check, "page", probe=True)
                url = self._reader.following()
                if url is not None and not self._at_bound():
                    return Request(url, "channel", probe=self._reader_pages == 0 and bool(self._choices))
                self._judge(self._reader)
                continue
            url = self._listing.following()
            if url is not None:
                return Request(url, "page", further=self._listing.further())
            self._end_listing()
        return None

    def _at_bound(self) -> bool:
        return self._reader_pages >= (self._max_pages or MAX_PAGES)

    # --- what came of it ------------------------------------------------------------------------------------------

    def read(self, answer: Answer) -> Extraction:
        """What the channel's answer says; raises CrawlError where it says something else."""
        if self._reader is None:
            raise RuntimeError("no channel is being read")
        return self._reader.read(answer)

    def is_feed(self, answer: Answer) -> bool:
        """Whether the first page turns out to be a feed; it is read as one from here on."""
        kind = answer.headers.get("content-type", "")
        if not self._at_first or not looks_like_feed(kind, answer.body):
            return False
        archive = archive_at(self.source.name, self.start)
        reader = FeedReader(archive, answer.url, platform=platform_of_feed(answer.body))
        self._at_first = False
        self._choice, self._reader = Choice("feed"), reader
        self._tried.append("the address is a feed's")
        return True

    def settled(self, extraction: Extraction) -> Extraction:
        """The extraction as it is to be stored."""
        return extraction if self._reader is not None else self._listing.settled(extraction)

    def page(self, url: str, extraction: Extraction, put: PutResult, headers: Mapping[str, str]) -> None:  # noqa: ARG002
        """The request's answer was read and stored; `url` is its address after redirects."""
        if self._checking:
            self._checked(extraction)
            return
        self._count(extraction)
        if self._reader is not None:
            if extraction.entries:
                self._reader_pages += 1
                if self._reader_pages == 1 and not self._resumed:
                    self._validators = Validators.by_url(url, headers)
                if self._reader.summaries_only and self._has_pages_left():
                    self._spare = self._reader
                    self._leave(f"{verdict.CHANNEL_NAMES[self._reader.channel]} holds only excerpts", None)
            return
        problem = self._listing.page(url, extraction)
        if not self._at_first:
            self._name(problem)
            return
        self._at_first = False
        self._first = extraction
        self._validators = Validators.by_url(self.start, headers)
        self._choose(problem)

    def failed(self, error: TipsearchError) -> None:
        """The request could not be had."""
        if self._checking:
            self._checked(None)
            return
        if self._reader is not None:
            if not self._reader.failed(error):
                self._leave(f"{verdict.CHANNEL_NAMES[self._reader.channel]} {verdict.in_short(error)}", error)
            return
        if self._at_first and isinstance(error, RobotsError) and self._forced != "html":
            self._at_first = False
            self._first_error = error
            self._listing.failed_at(error)
            self._choose(error)
            return
        self._at_first = False
        self._name(self._listing.failed_at(error))
        if isinstance(error, UnreachableError | BlockedError) and self._listing.gave_up:
            self.down = error

    def broken(self, error: TipsearchError) -> None:
        """The channel's answer was no such thing as was asked for; its reader has ended."""
        if self._reader is not None:
            self._leave(f"{verdict.CHANNEL_NAMES[self._reader.channel]} {verdict.in_short(error)}", error)
        else:
            self.failed(error)

    def _count(self, extraction: Extraction) -> None:
        if extraction.entries:
            self.pages += 1
            self.yielded = True
        entries = extraction.entries if self._reader is not None else own_entries(extraction)
        keys = {own_key(entry) for entry in entries if entry.form == "content" or self._is_here(entry)}
        self.own |= keys
        self._given |= keys if self._reader is not None else set()
        self.locked |= behind_password(extraction.notes)

    @property
    def archive(self) -> Archive:
        """What is read, as far as its first page told."""
        return self._archive

    @property
    def reader(self) -> ChannelReader | None:
        """Who reads the answer under way; None for a page."""
        return None if self._checking else self._reader

    def _is_here(self, entry: Entry) -> bool:
        """Whether the entry's post stands on this site; the excerpt of one that does not is all there is to hold."""
        return entry.permalink is None or same_site(self.start, entry.permalink)

    # --- channels -------------------------------------------------------------------------------------------------

    def _choose(self, problem: TipsearchError | None) -> None:
        """After the first page: list the channels, and take the first."""
        archive = self._archive = archive_at(self.source.name, self.start, self._first)
        unreadable = isinstance(problem, TipsearchError) and self._first is not None
        if unreadable and self._first is not None and self._forced in {None, "html"}:
            self._choices = deque(last_resorts(archive, self._first) if self._forced is None else [])
            self._first_error = problem
        elif self._first is not None and self._first.kind == "post":
            self._choices = deque([Choice("html")])
        else:
            self._choices = deque(choices(archive, self._first, forced=self._forced))
        if not self._choices and self._first_error is None:
            self._first_error = verdict.not_offered(self.start, self._forced)
        self._next_choice()

    def _next_choice(self) -> None:
        self._reader_pages = 0
        self._given = set()
        self._choice = self._choices.popleft() if self._choices else None
        self._reader = self._choice.open() if self._choice is not None and self._choice.open is not None else None
        if self._choice is None:
            self._conclude_without()

    def _judge(self, reader: ChannelReader) -> None:
        """The channel's end: is it whole?"""
        name = verdict.CHANNEL_NAMES[reader.channel]
        promised = verdict.posts_promised(self._first)
        if self._at_bound() and reader.following() is not None:
            self._accept(reader, f"max_pages reached ({self._max_pages or MAX_PAGES})")
            self.bounded = self._max_pages is not None
            if not self.bounded:
                self._name(CrawlError(f"{self.start}: {name} went on for {MAX_PAGES:,} pages and seems never to end."))
                self.has_failed = True
        elif not reader.complete:
            self._leave(f"{name} is not whole: {reader.ended or 'it ended before its end'}", None)
        elif not self._given and self._first_error is not None:
            self._leave(f"{name} holds no post", None)
        elif len(self._given) < verdict.TOO_FEW * promised and self._has_pages_left():
            self._leave(f"{name} shows {len(self._given)} posts, the archive's pages about {promised}", None)
        elif self._check is None and (check := self._beyond()) is not None:
            self._check = check
        else:
            self._accept(reader, reader.ended)
            self.complete = True

    def _beyond(self) -> str | None:
        """Where to look for posts that the channel left out; None where that can't be told, or needs no look."""
        return verdict.page_to_check(self._first, len(self._given)) if self._has_pages_left() else None

    def _checked(self, beyond: Extraction | None) -> None:
        """What the page beyond the channel's last post shows: nothing new, or that the channel left posts out."""
        reader, looked_at, self._checking, self._check_done = self._reader, self._check, False, True
        if reader is None or beyond is None:
            return
        if verdict.unknown_on(beyond, self._given):
            self._leave(
                f"{verdict.CHANNEL_NAMES[reader.channel]} shows {len(self._given)} posts, and the pages more", None
            )
        elif not self._looked_again and looked_at is not None:
            self._looked_again = True
            further = verdict.further_page_to_check(looked_at, beyond, len(self._given))
            if further is not None:
                self._check, self._check_done = further, False

    def _has_pages_left(self) -> bool:
        return any(choice.channel == "html" for choice in self._choices)

    def _accept(self, reader: ChannelReader, ended: str) -> None:
        self.channel = reader.channel
        self.stated, self.stated_by = reader.stated, reader.stated_by
        self.ended = ended
        self._say_why()
        self._done = True

    def _leave(self, reason: str, error: TipsearchError | None) -> None:
        """Try the next channel; where the site itself does not answer, no other will do."""
        reader = self._reader
        if reader is not None and reader.stated is not None:
            self.stated, self.stated_by = reader.stated, reader.stated_by
        self._tried.append(reason.rstrip("."))
        if self._resumed and error is not None and not isinstance(error, UnreachableError):
            self._begin_again()
            return
        site_is_down = isinstance(error, UnreachableError) and error.status is None
        refused = isinstance(error, BlockedError) and error.status == 429
        if error is not None and (site_is_down or refused or not self._choices):
            self._choices.clear()
            if self._first_error is None:
                self._name(
                    error if self._forced is None or self._given else verdict.as_forced(error, self.start, self._forced)
                )
            if isinstance(error, CrawlError) and (site_is_down or refused):
                self.down = error
            self.channel = reader.channel if reader is not None and self._given else None
            self._first_error = self._with_tried(self._first_error)
            self.failed_with(reason)
        elif not self._choices and reader is not None and self._given:
            # Nothing better is left: what it gave is kept, and the count says what is missing.
            self.channel = reader.channel
            self.ended = reason
            self._say_why()
            self._done = True
        else:
            self._next_choice()

    def _begin_again(self) -> None:
        """What was to go on can't; look at the archive afresh."""
        self._resumed, self._reader, self._at_first = False, None, True
        self._tried.clear()
        self._first_error = None
        self._listing = self._listing_at(self.start)

    def failed_with(self, reason: str) -> None:
        """End without the archive's own end."""
        self._say_why()
        if self._first_error is not None:
            self._name(self._first_error)
        self.ended, self.has_failed, self.complete, self._done = reason, True, False, True

    def _conclude_without(self) -> None:
        error = self._with_tried(self._first_error)
        if error is None:
            error = NoPostsError(f"{self.start} gave no post: {'; '.join(self._tried)}.")
        self._first_error = error
        self.failed_with(error.message)

    def _with_tried(self, error: TipsearchError | None) -> TipsearchError | None:
        """What keeps the first page closed, with what was tried instead."""
        if not isinstance(error, RobotsError) or not self._tried:
            return error
        return RobotsError(f"{error.message.rstrip('.')}; {'; '.join(self._tried)}.", hint=error.hint)

    def _end_listing(self) -> None:
        listing = self._listing
        if listing.failed and self._spare is not None and self.down is None:
            self._go_back_to(self._spare)
            return
        self.channel = "html" if listing.pages else None
        self.ended, self.complete, self.has_failed = listing.ended, listing.complete, listing.failed
        self.bounded = listing.bounded
        if listing.pages and self.complete and self._first is not None and self._first.kind != "post":
            numbered = listing.last_page is not None and listing.pages >= listing.last_page
            stated = len(self.own)
            if self.stated is None or self.stated < stated:
                self.stated, self.stated_by = stated, "page numbers" if numbered else "its last page"
        elif self.stated is None and (guess := listing.guess(len(self.own))) is not None:
            self.stated, self.stated_by = guess, GUESSED
        self._say_why()
        self._done = True

    def _go_back_to(self, reader: ChannelReader) -> None:
        """The pages that were to show more than a channel's excerpts can't be had: excerpts, then, and single posts."""
        number = self._listing.missing[-1].partition(":")[0] if self._listing.missing else "page 1"
        self._tried.append(f"{number} of its listing {verdict.in_short(self.problems[-1])}")
        self.problems.clear()
        self._reader, self._spare, self._given = reader, None, set(self.own)

    def _say_why(self) -> None:
        if self.channel is not None:
            self.why = verdict.why(
                self.channel,
                closed=self._first_error,
                label=self.start if is_label_page(self.start) else "",
                forced=self._forced is not None,
                tried=self._tried,
            )

    def _name(self, problem: TipsearchError | None) -> None:
        if problem is not None:
            self.problems.append(problem)

    # --- the count ------------------------------------------------------------------------------------------------

    def missing_pages(self) -> list[str]:
        """The listing pages that could not be had, each with why."""
        return list(self._listing.missing) if self.channel == "html" else []

    def report(self, is_held: Callable[[Collection[str]], Collection[str]]) -> ArchiveReport:
        """How it ended, with how many of its posts are held in full."""
        held = len(is_held(self.own))
        return ArchiveReport(
            url=self.start,
            channel=self.channel,
            why=self.why,
            pages=self.pages,
            held=held,
            stated=None if self.stated is None else max(self.stated, held if self.complete else 0),
            stated_by=self.stated_by,
            complete=self.complete,
            bounded=self.bounded,
        )

    def unchanged(self) -> None:
        """A site that answers 304 without being asked for a condition; there is nothing to read."""
        self.failed(CrawlError(f"{self.start} answers that it has not changed, without being asked.", status=304))

    @property
    def tells_whole_blog(self) -> bool:
        """Whether every post of the blog came through a channel that states how many there are."""
        counted = self.stated_by in {"X-WP-Total", "openSearch:totalResults"}
        return counted and self.complete and self._archive.scope == "blog"

    @property
    def wants_recount(self) -> bool:
        """Whether the whole blog came through a channel that states no number."""
        whole = self._archive.scope == "blog"
        return whole and self.channel in {"feed", "rest"} and self.stated is None and self.complete
