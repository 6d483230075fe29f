"""What passes between a walk and the readers of its channels: Archive, Answer, ChannelReader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from ...pipeline.errors import TipsearchError
from ..extract.records import Extraction

Scope = Literal["blog", "tag", "category", "author", "date", "label", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One archive of a blog, as the user named it by an address.

    `scope` says what it holds: the whole ``blog``, a ``tag``, a ``category``, an ``author``'s posts, those of a
    ``date`` (``2018``, ``2018/11``, ``2018/11/13``), a Blogger ``label``, or something ``other`` that only its own
    pages and feed can tell. `name` is the slug or label as the address writes it, decoded; `term_id` WordPress's number
    of the term or author where the page said it, else None. `listed_in` is how its entries are marked
    (``tag:empathy``, ``home``). `source` and `url` are those of the source and of the archive's first page.
    """

    source: str
    url: str
    scope: Scope
    name: str = ""
    term_id: int | None = None
    listed_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer (status 2xx) to a request, as a reader takes it.

    `asked` is the address that was asked for, `url` the one that answered (after redirects); `headers` have lower-case
    names; `body` is decompressed, at most 20 MB; `text` is the body decoded, `encoding` the one that did it, if any.
    """

    asked: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    text: str
    observed_at: datetime
    encoding: str = ""


class ChannelReader(Protocol):
    """Reads one archive through one channel, a request at a time, and makes none itself.

    The caller asks `following()` what to fetch, fetches it, and tells `read()` or `failed()` what came of it, until
    `following()` gives None. Then `ended` says in a few words why; `complete` whether it was the archive's own end.
    Memory holds keys, names and at most one page.
    """

    @property
    def channel(self) -> Literal["rest", "feed"]:
        """Which channel this reads."""
        ...

    @property
    def stated(self) -> int | None:
        """How many posts the site says that the archive holds; None where it does not say."""
        ...

    @property
    def stated_by(self) -> str:
        """Where it says so: ``X-WP-Total``, ``openSearch:totalResults``; empty where nowhere."""
        ...

    @property
    def summaries_only(self) -> bool:
        """Whether what was read so far holds excerpts and no full post."""
        ...

    @property
    def ended(self) -> str:
        """Why the reader ended, in a few words; empty before."""
        ...

    @property
    def complete(self) -> bool:
        """Whether it ended at the archive's own end."""
        ...

    def following(self) -> str | None:
        """The next address to fetch; None at the end. The same answer until `read` or `failed` was called."""
        ...

    def read(self, answer: Answer) -> Extraction:
        """What the answer to `following()` says, its entries ready to be stored; some answers bring none.

        Raises CrawlError, with which value and where, for an answer that is not what was asked for (a login page where
        JSON was expected, XML that is no feed, a page that repeats the one before); the reader has ended then,
        incomplete.
        """
        ...

    def failed(self, error: TipsearchError) -> bool:
        """The request failed: NotFoundError (404, 410), BlockedError (401, 403 …), CrawlError with `status` 400 ….

        True where that is the ordinary end of the archive, or where the reader goes another way on; False where
        it has ended, incomplete.
        """
        ...

    def to_state(self) -> dict[str, Any]:
        """What a later reader of the archive need not find out again, as plain JSON values."""
        ...

    def position(self) -> dict[str, Any]:
        """Where the reading stands, as plain JSON values from which a later reader goes on; small, for it is written
        after every page."""
        ...
