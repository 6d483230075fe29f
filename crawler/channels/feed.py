"""Reads an archive through its feed: by page number (WordPress), by start index (Blogger), or by its own links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from ...pipeline.errors import CrawlError, NotFoundError, TipsearchError
from ...pipeline.urls import canonical_permalink, same_site
from ..extract.records import Extraction
from .feed_addresses import Platform, feed_url, is_whole_blog, with_parameters
from .feed_page import FeedPage, looks_like_feed, platform_of_feed, read_feed
from .records import Answer, Archive

__all__ = ["FeedReader", "Platform", "feed_url", "looks_like_feed", "platform_of_feed"]

_ELSEWHERE: Final = "redirects to another site"
_NO_PAGE: Final = "the last page of the feed was read"


class FeedReader:
    """Reads one archive through its feed, newest post first (the contract is `ChannelReader`).

    `url` is the address of the feed's first page. WordPress counts pages (``?paged=2``) until one answers 404. Blogger
    is asked for `page_size` posts at a time and goes on by the number that came, for a page may hold fewer; its
    ``rel=next``, which may lead to another host, is not followed. With `updated_min`, an aware moment, Blogger gives
    only posts changed since then. Any other feed is one page, or as many as its links name (RFC 5005).
    """

    channel: Literal["feed"] = "feed"

    def __init__(
        self,
        archive: Archive,
        url: str,
        *,
        platform: Platform,
        page_size: int = 150,
        updated_min: datetime | None = None,
    ) -> None:
        self._archive, self._url, self._platform, self._page_size = archive, url, platform, page_size
        self._since = updated_min.astimezone(UTC) if updated_min else None
        self.stated: int | None = None
        self.stated_by = ""
        self.ended = ""
        self.complete = False
        self._pages, self._received, self._outside = 0, 0, 0
        self._contents, self._excerpts = 0, 0
        self._keys: set[str] = set()
        self._first_keys: frozenset[str] = frozenset()
        self._asked: set[str] = set()
        self._next: str | None = None
        self._stay, self._broken = False, False

    @property
    def summaries_only(self) -> bool:
        """Whether what was read so far holds excerpts and no full post; a post behind a password is neither."""
        return self._excerpts > 0 and not self._contents

    def following(self) -> str | None:
        """The next address to fetch; None at the end."""
        if self.ended:
            return None
        if self._platform == "wordpress":
            return with_parameters(self._url, paged=str(self._pages + 1) if self._pages else "")
        if self._platform == "blogger":
            url = with_parameters(
                self._url,
                start_index=str(self._received + 1),
                max_results=str(self._page_size),
                alt="",
                redirect="false" if self._stay else "",
            )
            if self._since:
                # The bound counts only where the feed is ordered by change (Blogger Data API, query parameters).
                since = self._since.strftime("%Y-%m-%dT%H:%M:%SZ")
                url = with_parameters(url, updated_min=since, orderby="updated")
            return url
        return self._next or self._url

    def read(self, answer: Answer) -> Extraction:
        """The entries of a page of the feed; raises CrawlError for an answer that is no feed of this archive."""
        if self.ended:
            raise RuntimeError("the feed has ended")
        try:
            self._refuse_other_archive(answer)
            page = read_feed(answer, self._archive, self._platform)
        except CrawlError as error:
            self.ended = error.message
            raise
        self._asked.add(canonical_permalink(answer.asked))
        entries = page.entries
        if page.keys and self._keys.issuperset(page.keys):
            entries = ()
            self._end_at_repetition(page)
        else:
            self._take(page)
            self._go_on(page, answer)
        return Extraction(
            layout="feed",
            kind="listing" if entries else "none",
            entries=entries,
            next_url=self.following(),
            archive=self._archive.listed_in,
            page_title=page.title,
            notes=tuple(dict.fromkeys(page.notes)),
        )

    def failed(self, error: TipsearchError) -> bool:
        """The request failed; True where that is the end that WordPress's feeds have, or where another way is left."""
        if self._platform == "wordpress" and self._pages and isinstance(error, NotFoundError):
            self._end(_NO_PAGE, complete=True)
            return True
        elsewhere = isinstance(error, CrawlError) and _ELSEWHERE in error.message
        if self._platform == "blogger" and not self._pages and not self._stay and elsewhere:
            # A blog may send its feed's readers to FeedBurner; asked with this parameter Blogger answers by itself.
            self._stay = True
            return True
        self._end(error.message, complete=False)
        return False

    def _end(self, why: str, *, complete: bool) -> None:
        if complete and self._broken:
            why, complete = "parts of the feed could not be read, for its XML is broken", False
        self.ended, self.complete = why, complete

    def _refuse_other_archive(self, answer: Answer) -> None:
        if self._archive.scope in ("blog", "other") or canonical_permalink(answer.url) == canonical_permalink(
            answer.asked
        ):
            return
        if is_whole_blog(answer.url) and not is_whole_blog(answer.asked):
            raise CrawlError(f"{answer.asked} redirects to {answer.url}, the feed of the whole blog.")

    def _end_at_repetition(self, page: FeedPage) -> None:
        if self._first_keys.issuperset(page.keys):
            self._end(f"the feed shows only its latest {len(self._first_keys)} posts", complete=False)
        else:
            self._end(f"page {self._pages + 1} of the feed repeats the pages before", complete=False)

    def _take(self, page: FeedPage) -> None:
        if not self._pages:
            self._first_keys = frozenset(page.keys)
        self._pages += 1
        self._received += page.received
        self._outside += page.outside
        self._keys.update(page.keys)
        self._broken = self._broken or (page.broken and self._platform != "blogger")
        contents = sum(entry.form == "content" for entry in page.entries)
        self._contents += contents
        self._excerpts += len(page.entries) - contents - page.protected

    def _go_on(self, page: FeedPage, answer: Answer) -> None:
        if self._platform == "wordpress":
            if not page.received:
                self._end(_NO_PAGE if self._pages > 1 else "the feed holds no post", complete=self._pages > 1)
        elif self._platform == "blogger":
            self._count(page)
        else:
            self._follow(page, answer)

    def _count(self, page: FeedPage) -> None:
        """Compares what came of Blogger's feed with what it says that there is."""
        total = page.total
        if total is not None and self._since is None:
            self.stated, self.stated_by = max(total - self._outside, 0), "openSearch:totalResults"
        if total == self._received and total:
            self._end(f"all {total} posts of the feed were read", complete=True)
        elif not page.received and self._since is not None and not total:
            self._end("nothing was changed since", complete=True)
        elif not page.received and not self._received:
            self._end("the feed holds no post", complete=False)
        elif not page.received and total is not None and total > self._received:
            self._end(f"the feed says that it holds {total} posts, and gave {self._received}", complete=False)
        elif not page.received:
            self._end(f"all {self._received} posts of the feed were read", complete=True)

    def _follow(self, page: FeedPage, answer: Answer) -> None:
        following = page.next_url
        if following and same_site(following, self._url) and canonical_permalink(following) not in self._asked:
            self._next = following
            return
        if page.whole or (following is None and self._pages > 1):
            self._end(_NO_PAGE if self._pages > 1 else "the feed says that it is complete", complete=True)
        elif not page.received:
            self._end("the feed holds no post", complete=False)
        elif following and not same_site(following, self._url):
            self._end(f"the feed goes on at another site, {following}", complete=False)
        elif following:
            self._end(f"{answer.asked} leads back to a page before it", complete=False)
        else:
            self._end(f"the feed shows only its latest {page.received} posts", complete=False)

    def to_state(self) -> dict[str, Any]:
        """Where the reading stands, as plain values of JSON, for `from_state`."""
        return self._state(self._keys, self._asked)

    def _state(self, keys: Collection[str], asked: Collection[str]) -> dict[str, Any]:
        return {
            "url": self._url,
            "platform": self._platform,
            "page_size": self._page_size,
            "updated_min": self._since.isoformat() if self._since else None,
            "stated": self.stated,
            "stated_by": self.stated_by,
            "ended": self.ended,
            "complete": self.complete,
            "counts": [self._pages, self._received, self._outside, self._contents, self._excerpts],
            "keys": sorted(keys),
            "first_keys": sorted(self._first_keys),
            "asked": sorted(asked),
            "next": self._next,
            "stay": self._stay,
            "broken": self._broken,
        }

    def position(self) -> dict[str, Any]:
        """`to_state` in little, for it is written after every page: of the items that were read only those of the first
        page, by which a cap is known; of the pages those of a feed that is read by its links, which may lead back."""
        return self._state(self._first_keys, self._asked if self._platform == "other" else ())

    @classmethod
    def from_state(cls, archive: Archive, state: Mapping[str, Any]) -> FeedReader:
        """A reader that goes on where another one stood; raises ValueError for what `to_state` did not write."""
        try:
            since = state["updated_min"]
            reader = cls(
                archive,
                str(state["url"]),
                platform=_platform(state["platform"]),
                page_size=int(state["page_size"]),
                updated_min=datetime.fromisoformat(since) if since else None,
            )
            reader.stated, reader.stated_by = state["stated"], str(state["stated_by"])
            reader.ended, reader.complete = str(state["ended"]), bool(state["complete"])
            counts = [int(count) for count in state["counts"]]
            reader._pages, reader._received, reader._outside, reader._contents, reader._excerpts = counts
            reader._keys, reader._first_keys = set(state["keys"]), frozenset(state["first_keys"])
            reader._asked, reader._next = set(state["asked"]), state["next"]
            reader._stay, reader._broken = bool(state["stay"]), bool(state["broken"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"this is no state of a feed's reader: {error!r}") from error
        return reader

    @classmethod
    def anew(cls, archive: Archive, state: Mapping[str, Any], *, changed_since: datetime | None = None) -> FeedReader:
        """A reader of the same feed from its first page; of Blogger's, of what was changed since a moment.

        Raises ValueError, KeyError and TypeError for what `to_state` did not write.
        """
        platform = _platform(state["platform"])
        since = changed_since if platform == "blogger" else None
        return cls(archive, state["url"], platform=platform, page_size=state["page_size"], updated_min=since)


def _platform(value: object) -> Platform:
    for known in ("wordpress", "blogger", "other"):
        if value == known:
            return known
    raise ValueError(f"no platform is called {value!r}")
