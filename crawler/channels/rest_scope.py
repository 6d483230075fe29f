"""Finds out by which parameters WordPress's REST interface answers an archive's posts and no others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote

from ...pipeline.errors import CrawlError, TipsearchError
from .records import Answer, Archive
from .rest_json import count_of, number_of, read_items, rest_url, words_of
from .terms import PER_PAGE, Kind, Names

_KINDS: Final[dict[str, Kind]] = {"tag": "tags", "category": "categories", "author": "users"}
_PARAMETERS: Final[dict[str, str]] = {"tag": "tags", "category": "categories", "author": "author"}
_DATE: Final = re.compile(r"(\d{4})(?:/(\d{1,2}))?(?:/(\d{1,2}))?")
_MAX_CATEGORY_PAGES: Final = 20


class Scope:
    """An archive turned into parameters of ``wp/v2/posts``, with a request or more where an id must be looked up.

    A category takes the list of all categories: WordPress shows the posts of a category's children on its archive
    page, REST's ``categories`` does not (WP_REST_Posts_Controller sets `include_children` to false).
    """

    def __init__(self, archive: Archive, base: str, names: Names, ids: Sequence[int] = ()) -> None:
        self._archive = archive
        self._base = base
        self._names = names
        self.ids: tuple[int, ...] = tuple(ids)
        """The ids of the term with its children, or of the author; empty while unknown and where there is none."""
        self._page = 1
        self._parents: dict[int, int] = {}
        self._root: int | None = archive.term_id
        self.notes: list[str] = []
        if archive.term_id is not None and archive.scope in ("tag", "author"):
            self.ids = (archive.term_id,)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the posts, once `following()` is None."""
        scope = self._archive.scope
        if scope in _PARAMETERS:
            return {_PARAMETERS[scope]: ",".join(map(str, self.ids))}
        if scope == "date" and (span := date_span(self._archive.name)):
            # `after` is exclusive, and both are in the site's own time where they carry no offset (WP_Date_Query).
            first = span[0] - timedelta(seconds=1)
            return {"after": first.isoformat(), "before": span[1].isoformat()}
        return {}

    def following(self) -> str | None:
        """The next address to ask for ids, None once they are known."""
        scope = self._archive.scope
        if self.ids or scope not in _KINDS:
            return None
        if scope == "category":
            return rest_url(self._base, "wp/v2/categories", per_page=PER_PAGE, page=self._page)
        return rest_url(self._base, f"wp/v2/{_KINDS[scope]}", slug=self._archive.name)

    def read(self, answer: Answer) -> None:
        """Take the answer to `following()`; raises CrawlError where it is none, or knows no such slug."""
        items = [item for item in read_items(answer) if isinstance(item, Mapping)]
        kind = _KINDS[self._archive.scope]
        new = 0
        for item in items:
            self._names.learn(kind, item)
            number = number_of(item.get("id"))
            if number is None:
                continue
            new += number not in self._parents
            self._parents[number] = number_of(item.get("parent")) or 0
            if self._root is None and _slug(words_of(item.get("slug"))) == _slug(self._archive.name):
                self._root = number
        if kind == "categories":
            pages = count_of(answer.headers, "x-wp-totalpages")
            more = self._page < pages if pages is not None else len(items) >= PER_PAGE
            if more and new and self._page < _MAX_CATEGORY_PAGES:
                self._page += 1
                return
            if more:
                self.notes.append(f"more categories than {len(self._parents)}; of the others none was looked at")
        self._settle(answer.asked)

    def failed(self, error: TipsearchError) -> bool:
        """The request failed; True where the posts can be asked for nevertheless."""
        if self._archive.scope != "category" or self._root is None:
            return False
        if not (self._page > 1 and isinstance(error, CrawlError) and error.status == 400):
            self.notes.append(f"posts of categories below {self._archive.name!r} may be missing: {error.message}")
        self._settle("")
        return True

    def _settle(self, asked: str) -> None:
        if self._root is None:
            what = self._archive.scope
            raise CrawlError(f"{asked} knows no {what} with the slug {self._archive.name!r}.")
        found = [self._root]
        if self._archive.scope == "category":
            children: dict[int, list[int]] = {}
            for number, parent in self._parents.items():
                children.setdefault(parent, []).append(number)
            seen = {self._root}
            for number in found:
                below = [n for n in children.get(number, ()) if n not in seen]
                seen.update(below)
                found += below
        self.ids = tuple(found)


def can_scope(archive: Archive) -> bool:
    """Whether REST can tell this archive's posts from the others."""
    if archive.scope == "date":
        return date_span(archive.name) is not None
    return archive.scope == "blog" or (archive.scope in _KINDS and bool(archive.name or archive.term_id))


def date_span(name: str) -> tuple[datetime, datetime] | None:
    """The first moment of ``2018``, ``2018/11`` or ``2018/11/13`` and of what follows it, both without a zone."""
    found = _DATE.fullmatch(name)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = datetime(year, month, day)  # noqa: DTZ001 - the site's own time, whatever that is
        if found[3]:
            last = first + timedelta(days=1)
        elif found[2]:
            last = (first + timedelta(days=31)).replace(day=1)
        else:
            last = first.replace(year=year + 1)
        return (first, last) if year > 1 else None
    except (ValueError, OverflowError):
        return None


def _slug(text: str) -> str:
    # Slugs outside ASCII stand percent-encoded in WordPress's base, and decoded in the archive's name.
    return unquote(text, errors="replace").strip("/").casefold()
