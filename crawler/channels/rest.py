"""Reads an archive through WordPress's REST interface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from ...pipeline.errors import CrawlError, TipsearchError
from ...pipeline.records import Entry
from ...pipeline.text import clean_line
from ...pipeline.urls import is_web_address
from ..extract.records import Extraction
from .records import Answer, Archive
from .rest_json import RestError, count_of, numbers_of, read_items, rest_url
from .rest_posts import PROTECTED_NOTE, is_published_post, modified_at, post_number, read_post
from .rest_scope import Scope, can_scope
from .rest_sweep import Sweep
from .terms import PER_PAGE, Names

__all__ = ["PROTECTED_NOTE", "RestReader", "rest_url"]

_SMALL_PAGE: Final = 20
"""Posts a page for a server that refuses 100, or fails over so many."""

_CHEAP: Final = 3
"""So many pages are asked again where posts are missing, even if no page was seen to move."""

# With `_links` and `_embedded` among the fields, what `_embed` asks for stays in the answer: the fields are chosen
# before the embedding, which follows `_links` (rest_filter_response_fields, WP_REST_Server::embed_links; REST API
# Handbook, Global Parameters). Left out are excerpts and what plugins add, often more than the post itself.
_FIELDS: Final = "id,date,date_gmt,modified_gmt,status,type,link,title,content,author,categories,tags,_links,_embedded"
_EMBED: Final = "wp:term,author"

# WordPress compares `modified_after` in the site's own time (WP_Date_Query), which repeats an hour once a year.
_CLOCK_CHANGE: Final = timedelta(hours=1)
_IGNORED: Final = "the site ignores modified_after (WordPress before 5.7 does)"


@dataclass(slots=True)
class _Held:
    """A page of posts that waits for names."""

    posts: list[tuple[int, int, Mapping[str, Any]]]
    answer: Answer
    notes: list[str]


class RestReader:
    """Reads one archive through REST, newest post first (the contract is `ChannelReader`).

    `base` is the REST root as the site's link to ``https://api.w.org/`` names it. With `modified_after`, an aware
    moment, only posts changed since then are asked for. That misses posts published by schedule: they keep the time of
    their last edit (wp_publish_post writes the status alone). With `last_changed_first` posts come in the order of
    their last change instead of their publication, for a caller that stops at what it knows. With `ids` only those
    posts are asked for. `term_ids` are those of `archive`, where they are known from an earlier run.

    Raises ValueError for an archive of which REST knows nothing (see `can_read`).
    """

    channel: Literal["rest"] = "rest"

    def __init__(
        self,
        archive: Archive,
        base: str,
        *,
        modified_after: datetime | None = None,
        last_changed_first: bool = False,
        ids: Sequence[int] = (),
        term_ids: Sequence[int] = (),
    ) -> None:
        if not can_scope(archive) or not is_web_address(base):
            raise ValueError(f"REST at {base!r} can't tell the posts of {archive.url}")
        self._archive, self._base = archive, base
        self._since = modified_after.astimezone(UTC) if modified_after else None
        self._by_change = last_changed_first
        self._chunks = [tuple(ids[i : i + PER_PAGE]) for i in range(0, len(ids), PER_PAGE)]
        self._names = Names(base)
        self._scope = Scope(archive, base, self._names, term_ids)
        self.knows_modified_after: bool | None = None
        """Whether the site honours `modified_after`; None while that was not seen."""
        self.summaries_only = False
        self.ended = ""
        self.complete = False

        self._per_page, self._page, self._chunk = PER_PAGE, 1, 0
        self._total: int | None = None
        self._ids: set[int] = set()
        self._sweep = Sweep()
        self._again = False
        self._held: _Held | None = None
        self._outcome: tuple[str, bool] | None = None
        self._brought = [0, 0]

    @classmethod
    def can_read(cls, archive: Archive) -> bool:
        """Whether REST can tell the posts of an archive: the whole blog, a tag, a category, an author, a date."""
        return can_scope(archive)

    @classmethod
    def from_state(
        cls,
        archive: Archive,
        state: Mapping[str, Any],
        *,
        modified_after: datetime | None = None,
        last_changed_first: bool = False,
        ids: Sequence[int] = (),
    ) -> RestReader:
        """A reader of an archive that was read before; `state` is what `to_state` gave then.

        Where the site is known to ignore `modified_after`, it is not asked for. Raises ValueError for a state without
        a usable base.
        """
        base = state.get("base")
        reader = cls(
            archive,
            base if isinstance(base, str) else "",
            modified_after=modified_after if state.get("modified_after") is not False else None,
            last_changed_first=last_changed_first,
            ids=ids,
            term_ids=numbers_of(state.get("term_ids")),
        )
        if state.get("modified_after") is False:
            reader.knows_modified_after = False
        if state.get("per_page") == _SMALL_PAGE:
            reader._per_page = _SMALL_PAGE
        page, received = state.get("page"), state.get("received")
        if isinstance(page, int) and isinstance(received, list) and page > 1:
            reader._page = page
            reader._ids.update(n for n in received if isinstance(n, int))
            reader._sweep.ids |= reader._ids
            reader._sweep.received = len(reader._ids)
        return reader

    def to_state(self) -> dict[str, Any]:
        """What a later reader of this archive need not find out again, as plain values of JSON."""
        return {
            "base": self._base,
            "term_ids": list(self._scope.ids),
            "per_page": self._per_page,
            "modified_after": self.knows_modified_after,
        }

    def position(self) -> dict[str, Any]:
        """`to_state` with where the reading stands, for a reader that is to go on there."""
        return {**self.to_state(), "page": self._page, "received": sorted(self._ids)}

    def glance_url(self) -> str:
        """The address whose answer says how many posts the archive holds, when one was changed last, and no more."""
        of_latest: dict[str, str | int] = {"per_page": 1, "orderby": "modified", "_fields": "id,modified_gmt"}
        return rest_url(self._base, "wp/v2/posts", **self._scope.parameters, **of_latest)

    @staticmethod
    def glance(answer: Answer) -> tuple[int | None, datetime | None]:
        """What the answer to `glance_url` says: the number of posts, and the moment of the last change.

        None for what it does not say. Raises CrawlError for any other answer.
        """
        moments = [modified_at(item) for item in read_items(answer) if isinstance(item, Mapping)]
        return count_of(answer.headers, "x-wp-total"), max(filter(None, moments), default=None)

    @property
    def stated(self) -> int | None:
        """How many posts the archive holds by ``X-WP-Total``; None while only some of them are asked for."""
        return None if self._since or self._chunks else self._total

    @property
    def stated_by(self) -> str:
        """Where it says so."""
        return "" if self.stated is None else "X-WP-Total"

    def following(self) -> str | None:
        """The next address to fetch; None at the end."""
        if self.ended:
            return None
        if (lookup := self._scope.following()) is not None:
            return lookup
        if self._held is not None:
            # With every list of names refused at the very end, its page is asked again to have an answer for its posts.
            return self._names.following() or self._held.answer.asked
        return self._posts_url()

    def read(self, answer: Answer) -> Extraction:
        """What the answer says; posts whose names are still asked for come with the answer that brings these."""
        try:
            if self._scope.following() is not None:
                self._scope.read(answer)
                return self._extraction(answer, [], self._take_notes())
            if self._held is None:
                self._read_posts(answer)
            elif self._names.following() is not None:
                self._names.read(answer)
        except CrawlError as error:
            self.ended, self.complete = clean_line(error.message), False
            raise
        if self._held is None or self._names.following() is not None:
            return self._extraction(answer, [], self._take_notes())
        return self._release(answer)

    def failed(self, error: TipsearchError) -> bool:
        """The request failed: True at the archive's ordinary end and where the reader goes another way on."""
        if self._scope.following() is not None:
            if self._scope.failed(error):
                return True
            return self._stop(f"{self._archive.scope} {self._archive.name!r} could not be looked up: {error.message}")
        if self._held is not None:
            if self._names.following() is not None:
                self._names.failed(error)
                return True
            return self._stop(error.message)
        status = error.status if isinstance(error, CrawlError) else None
        if status == 400 and self._page > 1:
            self._end_of_pages()
            self._settle()
            return True
        if self._per_page > _SMALL_PAGE and (status == 400 or (status or 0) >= 500 or type(error) is CrawlError):
            self._sweep.overlap(self._page)
            self._page = self._sweep.received // _SMALL_PAGE + 1
            self._per_page = _SMALL_PAGE
            return True
        if status == 400 and self._since:
            self.knows_modified_after = False
            return self._stop(f"the site refuses modified_after: {error.message}")
        return self._stop(f"page {self._page} of the posts: {error.message}")

    def _posts_url(self) -> str:
        params: dict[str, str | int] = {"per_page": self._per_page, "page": self._page}
        params |= self._scope.parameters
        if self._chunks:
            params["include"] = ",".join(map(str, self._chunks[self._chunk]))
        if self._since:
            moment = self._since - _CLOCK_CHANGE
            params["modified_after"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self._by_change:
            params["orderby"] = "modified"
        return rest_url(self._base, "wp/v2/posts", **params, _embed=_EMBED, _fields=_FIELDS)

    def _read_posts(self, answer: Answer) -> None:
        try:
            items = read_items(answer)
        except RestError as error:
            if error.code != "rest_post_invalid_page_number" or self._page == 1:
                raise
            items = []  # told with status 200
        if (total := count_of(answer.headers, "x-wp-total")) is not None:
            self._sweep.see_total(total)
            self._total = total
        posts, numbers, notes = [], [], []
        for position, item in enumerate(items):
            number = post_number(item)
            if number is None or not isinstance(item, Mapping):
                notes.append(f"item {position + 1} of {answer.asked} has no id and was skipped")
                continue
            numbers.append(number)
            if is_published_post(item):
                self._names.learn_embedded(item)
                posts.append((position, number, item))
        self._sweep.see_page(numbers, len(items), answer.asked)
        self._ids.update(numbers)
        self._names.want(item for _, _, item in posts)
        self._held = _Held(posts, answer, notes)
        if self._ignores_since(item for _, _, item in posts):
            self.knows_modified_after = False
            self._outcome = (_IGNORED, False)
            return
        if self._since and posts:
            self.knows_modified_after = True
        pages = count_of(answer.headers, "x-wp-totalpages")
        if not items or self._is_last(pages):
            self._end_of_pages()
        else:
            self._page += 1

    def _is_last(self, pages: int | None) -> bool:
        if self._again and not self._sweep.after_loss and not self._is_short():
            return True
        if pages is not None:
            return self._page >= pages
        return self._total is not None and len(self._sweep.ids) >= self._total

    def _is_short(self) -> bool:
        """Whether fewer posts came than the site stated."""
        received = self._sweep.ids if self._sweep.after_loss else self._ids
        return self._sweep.most is not None and len(received) < self._sweep.most

    def _ignores_since(self, posts: Iterable[Mapping[str, Any]]) -> bool:
        if self._since is None:
            return False
        oldest = self._since - 2 * _CLOCK_CHANGE
        return any((moment := modified_at(post)) is not None and moment < oldest for post in posts)

    def _end_of_pages(self) -> None:
        """What follows the last page: the next ids, the pages once more, or the end."""
        if self._chunks:
            if self._chunk + 1 < len(self._chunks):
                self._chunk, self._page = self._chunk + 1, 1
                self._sweep = Sweep()
                return
            asked = {number for chunk in self._chunks for number in chunk}
            missing = len(asked - self._ids)
            self._outcome = (f"{missing} of {len(asked)} are not there" if missing else "all that were asked for", True)
            return
        short = self._is_short()
        if short and not self._again and (self._sweep.moved or self._page <= _CHEAP):
            self._again, self._page = True, 1
            self._sweep = Sweep(after_loss=self._sweep.shrank)
        elif short:
            self._outcome = (f"the pages end after {len(self._ids)} of {self._sweep.most} posts", False)
        elif self._ids or self._total is not None or self._since:
            self._outcome = ("the end of the archive", True)
        else:
            self._outcome = ("an empty list, and no count that confirms it", False)

    def _settle(self) -> None:
        if self._outcome is not None and self._held is None:
            self.ended, self.complete = self._outcome

    def _stop(self, why: str) -> bool:
        self._held = None
        self.ended, self.complete = clean_line(why), False
        return False

    def _release(self, answer: Answer) -> Extraction:
        """The posts that were held back, with the names that could be had."""
        held, self._held = self._held, None
        entries: list[Entry] = []
        notes = []
        if held is not None:
            notes += held.notes
            for position, number, item in held.posts:
                entry, said = read_post(item, number, self._names, self._archive, held.answer, position)
                entries.append(entry)
                notes += said
        full = sum(entry.form == "content" for entry in entries)
        self._brought = [self._brought[0] + full, self._brought[1] + len(entries) - full]
        self.summaries_only = self._brought[0] == 0 < self._brought[1]
        self._settle()
        return self._extraction(answer, entries, self._take_notes() + notes)

    def _extraction(self, answer: Answer, entries: list[Entry], notes: list[str]) -> Extraction:
        goes_on = not self.ended and self._outcome is None and self._scope.following() is None
        next_url = self._posts_url() if goes_on else None
        return Extraction(
            layout="rest",
            kind="listing" if entries else "none",
            entries=tuple(entries),
            next_url=next_url if next_url != answer.asked else None,
            archive=self._archive.listed_in,
            notes=tuple(notes),
        )

    def _take_notes(self) -> list[str]:
        notes, self._scope.notes = self._scope.notes + self._names.take_notes(), []
        return notes
