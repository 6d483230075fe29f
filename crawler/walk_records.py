"""What goes into a walk and what it asks for: WalkOptions, Known, Step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..pipeline.records import Channel
from .state import Validators


@dataclass(frozen=True, slots=True)
class Step:
    """The next request of a source: an address, what is expected there, and who reads the answer.

    A `probe` asks whether there is such a channel at all; it is asked once, without repeated tries. Under a
    `condition` the answer may be that nothing changed.
    """

    url: str
    phase: Literal["listing", "posts"]
    reader: Literal["page", "channel", "sitemap"] = "page"
    probe: bool = False
    condition: Validators | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkOptions:
    """What the user asks of a crawl: `max_pages` bounds each archive, `channel` forces the way to read them.

    `full` reads everything anew, `accept_loss` believes it when a good part of a blog is gone.
    """

    max_pages: int | None = None
    channel: Channel | None = None
    full: bool = False
    accept_loss: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the corpus knows of a source, as a walk asks for it; each a method of the store, bound to the source.

    `full_among` and `known_among` take canonical addresses; `posts` and `excerpts` give addresses by canonical form;
    `listed` takes an archive's name and a moment. `sitemaps` are those that robots.txt names; `spare` says whether one
    more request is within what a refresh may cost.
    """

    full_among: Callable[[Collection[str]], Collection[str]] = lambda _: ()
    known_among: Callable[[Collection[str]], Collection[str]] = lambda _: ()
    posts: Callable[[], Mapping[str, str]] = dict
    excerpts: Callable[[], Mapping[str, str]] = dict
    listed: Callable[[str, datetime], Collection[str]] = lambda _, __: ()
    sitemaps: Callable[[], Sequence[str]] = tuple
    spare: Callable[[], bool] = lambda: True
