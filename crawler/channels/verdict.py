"""Whether a channel told all: what an archive's first page promises, and where to look for what was left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil
from typing import Final

from ...pipeline.errors import CrawlError, TipsearchError
from ...pipeline.records import Channel
from ..addresses import with_number
from ..extract.records import Extraction
from ..listing import own_entries

TOO_FEW: Final = 0.75
"""Of the posts that a first page promises, so many must come through a channel for it to pass as whole.

Less than 1, because a first page may show more posts than the others (sticky ones)."""

CHANNEL_NAMES: Final[dict[Channel, str]] = {"rest": "REST", "feed": "its feed", "html": "its listing pages"}

_ADDRESS: Final = re.compile(r"^https?://\S+:? ")


def posts_promised(first: Extraction | None) -> int:
    """So many posts an archive has at least, by its first page: what that shows, and the pages after it."""
    if first is None or first.kind != "listing":
        return 0
    shown = len(list(own_entries(first)))
    last = first.links.last_page or (2 if first.next_url else 1)
    return (last - 1) * shown + 1 if last > 1 else shown


def page_beyond(first: Extraction | None, given: int) -> str | None:
    """A listing page that is not there if the `given` posts are all; None where the first page counts the pages itself.

    It lies behind the last page by a good measure, for a first page may show more posts than the others.
    """
    if first is None or first.links.last_page or not first.next_url:
        return None
    shown = len(list(own_entries(first)))
    return with_number(first.next_url, ceil(given / TOO_FEW / max(1, shown)) + 2)


def in_short(error: TipsearchError) -> str:
    """What an error says of a channel, without the channel's long address."""
    said = _ADDRESS.sub("", error.message).partition(" (status ")[0].rstrip(".")
    if isinstance(error, CrawlError) and error.status is not None:
        return f"answers {error.status}"
    return said if said != error.message.rstrip(".") else f"could not be read: {said}"


def why(channel: Channel, *, closed: TipsearchError | None, label: str, forced: bool, tried: Sequence[str]) -> str:
    """Why an archive was read through a channel, in words.

    `closed` is what kept the archive's own page away, `label` the address of a Blogger label page that is closed,
    `forced` says that the user chose, and `tried` what was tried before, each with what was wrong with it.
    """
    name = CHANNEL_NAMES[channel]
    if closed is not None and label:
        return f"read through the label's feed, because robots.txt closes {label}"
    if closed is not None:
        return f"read through {name}, because {closed.message.rstrip('.')}"
    if forced:
        return f"read through {name}, as asked"
    if tried:
        return f"read through {name}, because {'; '.join(tried)}"
    return f"read through {name}, the {'only' if channel == 'html' else 'cheapest'} way that it offers"
