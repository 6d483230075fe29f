"""WordPress's terms and authors: the names behind their ids, and the ids behind an archive's address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any, Final, Literal

from ...pipeline.errors import CrawlError, TipsearchError
from .records import Answer
from .rest_json import count_of, number_of, numbers_of, read_items, rest_url, words_of

Kind = Literal["users", "tags", "categories"]

KINDS: Final[tuple[Kind, ...]] = ("users", "tags", "categories")
# Authors' names come along where the site embeds them, and are not asked for: many sites close that list, because it
# tells the names under which people log in.
_ASKED_FOR: Final[tuple[Kind, ...]] = ("tags", "categories")
PER_PAGE: Final = 100
"""The most that WordPress gives at once (REST API Handbook, Pagination)."""

_MAX_LIST_PAGES: Final = 5
_TAXONOMIES: Final[dict[str, Kind]] = {"category": "categories", "post_tag": "tags"}
_MAX_NAME: Final = 300


class Names:
    """The names of terms and authors by their ids.

    They come from what is embedded in the posts. Where that lacks some, the site's lists are asked for, the most used
    terms first, and only as far as they are needed; of long lists (over 5 pages) only the terms that are needed.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._names: dict[Kind, dict[int, str]] = {kind: {} for kind in KINDS}
        self._wanted: dict[Kind, set[int]] = {kind: set() for kind in KINDS}
        self._page: dict[Kind, int] = dict.fromkeys(KINDS, 1)
        self._long: set[Kind] = set()
        self._closed: set[Kind] = set()
        self._notes: list[str] = []

    def learn(self, kind: Kind, item: object) -> None:
        """Take the name of a term or author as the site describes it; anything else is passed over."""
        number = number_of(item.get("id")) if isinstance(item, Mapping) else None
        if number is not None and isinstance(item, Mapping):
            # What stands in the base is HTML's text: `Tips &amp; Tricks`.
            name = " ".join(unescape(words_of(item.get("name"))[: _MAX_NAME * 2]).split())[:_MAX_NAME]
            if name or number not in self._names[kind]:
                self._names[kind][number] = name

    def learn_embedded(self, post: Mapping[str, Any]) -> None:
        """Take the names that stand in a post itself. An author that the site won't tell counts as without a name."""
        embedded = post.get("_embedded")
        if not isinstance(embedded, Mapping):
            return
        authors = embedded.get("author")
        if isinstance(authors, list):
            for author in authors:
                self.learn("users", author)
                if isinstance(author, Mapping) and "code" in author:
                    self.learn("users", {"id": post.get("author")})
        groups = embedded.get("wp:term")
        for group in groups if isinstance(groups, list) else ():
            for term in group if isinstance(group, list) else ():
                if isinstance(term, Mapping) and isinstance(taxonomy := term.get("taxonomy"), str):
                    kind = _TAXONOMIES.get(taxonomy)
                    if kind:
                        self.learn(kind, term)

    def want(self, posts: Iterable[Mapping[str, Any]]) -> None:
        """Note which names some posts need that are not known yet."""
        for post in posts:
            for kind in _ASKED_FOR:
                ids = numbers_of(post.get(kind))
                if kind not in self._closed:
                    self._wanted[kind].update(n for n in ids if n not in self._names[kind])

    def of(self, kind: Kind, ids: Iterable[int]) -> list[str]:
        """The known names of some ids, each once, in their order."""
        return list(dict.fromkeys(name for n in ids if (name := self._names[kind].get(n, ""))))

    @property
    def asked_for(self) -> Kind | None:
        """Of which kind names are missing, None where all are known or can't be had."""
        return next((kind for kind in _ASKED_FOR if self._wanted[kind]), None)

    def following(self) -> str | None:
        """The next address to ask for names, None where no more are needed or to be had."""
        kind = self.asked_for
        if kind is None:
            return None
        if kind in self._long:
            return rest_url(self._base, f"wp/v2/{kind}", per_page=PER_PAGE, include=_listed(self._asked(kind)))
        route = f"wp/v2/{kind}"
        return rest_url(self._base, route, per_page=PER_PAGE, page=self._page[kind], orderby="count", order="desc")

    def read(self, answer: Answer) -> None:
        """Take the answer to `following()`. Never raises: the posts count for more than these names."""
        kind = self.asked_for
        if kind is None:
            return
        try:
            items = read_items(answer)
        except CrawlError as error:
            self.failed(error)
            return
        for item in items:
            self.learn(kind, item)
        if kind in self._long:
            self._give_up(kind, self._asked(kind))
        else:
            pages = count_of(answer.headers, "x-wp-totalpages")
            whole = len(items) < PER_PAGE if pages is None else self._page[kind] >= pages
            if whole:
                self._give_up(kind, self._wanted[kind])
            # A term that is made while the posts are read is asked for by its id, as those of a long list are.
            if whole or (pages or 0) > _MAX_LIST_PAGES or self._page[kind] == _MAX_LIST_PAGES:
                self._long.add(kind)
            self._page[kind] += 1
        self._wanted[kind] -= self._names[kind].keys()

    def failed(self, error: TipsearchError) -> None:
        """The request for names failed: those of its kind stay unknown, and a note says so."""
        kind = self.asked_for
        if kind is not None and _is_past_end(error) and self._page[kind] > 1 and kind not in self._long:
            self._long.add(kind)
            self._give_up(kind, self._wanted[kind])
            self._wanted[kind].clear()
        elif kind is not None:
            self._notes.append(f"the names of some {kind} could not be had: {error.message}")
            self._closed.add(kind)
            self._wanted[kind].clear()

    def take_notes(self) -> list[str]:
        """What went wrong since this was asked last, each told once."""
        notes, self._notes = self._notes, []
        return notes

    def _asked(self, kind: Kind) -> list[int]:
        return sorted(self._wanted[kind])[:PER_PAGE]

    def _give_up(self, kind: Kind, ids: Iterable[int]) -> None:
        for number in ids:
            self._names[kind].setdefault(number, "")


def _is_past_end(error: TipsearchError) -> bool:
    return isinstance(error, CrawlError) and error.status == 400


def _listed(ids: Iterable[int]) -> str:
    return ",".join(map(str, ids))
