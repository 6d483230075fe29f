"""What goes into a walk and what it asks for: WalkOptions, Known, Step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from ..pipeline.records import Channel
from ..pipeline.urls import canonical_permalink
from .state import Validators

PASSWORD_NOTE: Final = " is behind a password"  # noqa: S105
"""How the notes of all readers end that name a post which nobody can read."""


def behind_password(notes: Iterable[str]) -> set[str]:
    """The canonical addresses of the posts that some notes say to be behind a password."""
    return {canonical_permalink(note.removesuffix(PASSWORD_NOTE)) for note in notes if note.endswith(PASSWORD_NOTE)}


@dataclass(frozen=True, slots=True)
class Request:
    """The next request of an archive, and who reads its answer.

    A `probe` is asked once, without repeated tries; under a `condition` the answer may be that nothing changed. Up to
    `further` pages after it will be wanted, if it leads there.
    """

    url: str
    reader: Literal["page", "channel"]
    probe: bool = False
    condition: Validators | None = None
    further: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """The next request of a source: an address, what is expected there, and who reads the answer.

    A `probe` asks whether there is such a channel at all; it is asked once, without repeated tries. Under a
    `condition` the answer may be that nothing changed. Up to `further` pages after it are wanted, if it leads there.
    """

    url: str
    phase: Literal["listing", "posts"]
    reader: Literal["page", "channel", "sitemap"] = "page"
    probe: bool = False
    condition: Validators | None = None
    further: int = 0


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

    `full_among` takes canonical addresses; `posts` and `excerpts` give addresses by canonical form;
    `listed` takes an archive's name and a moment, `shown` a moment since which a full text was seen. `sitemaps` are
    those that robots.txt names; `spare` says whether one more request is within what a refresh may cost.
    """

    full_among: Callable[[Collection[str]], Collection[str]] = lambda _: ()
    posts: Callable[[], Mapping[str, str]] = dict
    excerpts: Callable[[], Mapping[str, str]] = dict
    listed: Callable[[str, datetime], Collection[str]] = lambda _, __: ()
    shown: Callable[[datetime], Collection[str]] = lambda _: ()
    sitemaps: Callable[[], Sequence[str]] = tuple
    spare: Callable[[], bool] = lambda: True
