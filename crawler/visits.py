"""Visits to pages, and those that are made ahead of the walk where a listing numbers its pages."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scrapy.http import Response, TextResponse

from .addresses import listing_key, with_next_number
from .channels.records import Answer
from .page_reader import Reading
from .walk_records import Step

AHEAD = 2
"""So many pages may be at hand that the walk has not come to: one is fetched while another is read."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of a step: the response, and what the reader is going to say of a page; or an exception."""

    step: Step
    response: Response | None = None
    answer: Answer | None = None
    reading: Reading | None = None
    exception: Exception | None = None


class Ahead:
    """The pages after one of a numbered listing, fetched while those before them are read and stored.

    There is one request under way as ever, and the walk takes the pages in its own order.
    """

    def __init__(self, first: Visit, visit: Callable[[Step], Awaitable[Visit]]) -> None:
        self._visit = visit
        self._asked: deque[str] = deque()
        self._made: asyncio.Queue[Visit] = asyncio.Queue()
        self._room = asyncio.Semaphore(AHEAD)
        self._dropped = False
        self._task = asyncio.create_task(self._go_on_from(first))

    async def _go_on_from(self, visit: Visit) -> None:
        while (step := following(visit)) is not None:
            await self._room.acquire()
            if self._dropped:
                return
            self._asked.append(listing_key(step.url))
            try:
                visit = await self._visit(step)
            except Exception as exception:  # noqa: BLE001  (the walk waits for the page, and is told)
                visit = Visit(step, exception=exception)
            self._made.put_nowait(visit)

    def has(self, step: Step) -> bool:
        """Whether the step's page is the next of those that were asked for."""
        return bool(self._asked) and step.reader == "page" and self._asked[0] == listing_key(step.url)

    async def take(self, step: Step) -> Visit:
        """The visit to the step's page, where `has` says that there is one."""
        visit = await self._made.get()
        self._asked.popleft()
        self._room.release()
        return replace(visit, step=step)

    async def drop(self) -> None:
        """Ask for nothing more; a request that is under way comes to its end first."""
        self._dropped = True
        self._room.release()
        await self._task


def following(visit: Visit) -> Step | None:
    """The page that the walk will most likely want after this one; None where that can't be told without reading it.

    That is the next number, where the page links to it and the walk would go on that far.
    """
    step, response = visit.step, visit.response
    if step.further < 1 or visit.reading is None or not isinstance(response, TextResponse):
        return None
    url = with_next_number(response.url)
    if url is None or listing_key(response.url) != listing_key(step.url) or not _links_to(response.text, url):
        return None
    return replace(step, url=url, further=step.further - 1)


def _links_to(text: str, url: str) -> bool:
    parts = urlsplit(url)
    path = (f"{parts.path}?{parts.query}" if parts.query else parts.path).rstrip("/")
    return any(_stands_in(text, spelled) for spelled in {path, *(path.replace("&", amp) for amp in _AMPERSANDS)})


def _stands_in(text: str, path: str) -> bool:
    at = text.find(path)
    while at >= 0:
        if _END_OF_LINK.match(text, at + len(path)):
            return True
        at = text.find(path, at + 1)
    return False


_AMPERSANDS = ("&amp;", "&#038;", "&#38;")
_END_OF_LINK = re.compile(r"/?[\"'#]")
