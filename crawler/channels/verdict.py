"""Whether a channel told all: what an archive's first page promises, and where to look for what was left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from ...pipeline.errors import CrawlError, RobotsError, TipsearchError
from ...pipeline.records import Channel
from ..addresses import page_number, with_number
from ..extract.records import Extraction
from ..listing import own_entries
from ..sightings import own_key

TOO_FEW: Final = 0.75
"""Of the posts that a first page promises, so many must come through a channel for it to pass as whole.

Less than 1, because a first page may show more posts than the others (sticky ones)."""

CHANNEL_NAMES: Final[dict[Channel, str]] = {"rest": "REST", "feed": "its feed", "html": "its listing pages"}

_ADDRESS: Final = re.compile(r"^https?://\S+:? ")
_UNFORCED: Final = "Leave out --channel, and the cheapest one that it has is taken."
_RULE: Final = re.compile(r" \(Disallow: [^)]{1,500}\)")


def posts_promised(first: Extraction | None) -> int:
    """So many posts an archive has at least, by its first page: what that shows, and the pages after it."""
    if first is None or first.kind != "listing":
        return 0
    shown = len(list(own_entries(first)))
    last = first.links.last_page or (2 if first.next_url else 1)
    return (last - 1) * shown + 1 if last > 1 else shown


def page_to_check(first: Extraction | None, given: int) -> str | None:
    """The listing page that shows whether the `given` posts are all: the last, or that on which the next would stand.

    None where the archive has but one page, or none with a number.
    """
    if first is None or not first.next_url:
        return None
    last = first.links.last_page
    return with_number(first.next_url, last if last and last > 1 else _page_of_next(first, given))


def further_page_to_check(looked_at: str, page: Extraction, given: int) -> str | None:
    """Where to look again after a page that shows only known posts and has pages after it; None if it will do.

    A first page may show more posts than the others (sticky ones), and so lead to a page too near.
    """
    counted = page_number(looked_at)
    if page.next_url is None or counted is None or (number := _page_of_next(page, given)) <= counted[1]:
        return None
    return with_number(looked_at, number)


def _page_of_next(page: Extraction, given: int) -> int:
    """The number of the page on which post `given` + 1 stands, by how many posts this page shows."""
    return given // max(1, len(list(own_entries(page)))) + 1


def unknown_on(page: Extraction, given: Collection[str]) -> bool:
    """Whether a listing page shows a post of its own that is not among the canonical addresses `given`."""
    return any(own_key(entry) not in given for entry in own_entries(page) if entry.permalink)


def in_short(error: TipsearchError) -> str:
    """What an error says of a channel, without the channel's long address."""
    said = _ADDRESS.sub("", error.message).partition(" (status ")[0].rstrip(".")
    if isinstance(error, RobotsError) and (rule := _RULE.search(error.message)):
        return f"is closed by robots.txt{rule[0]}"
    if isinstance(error, CrawlError) and error.status is not None:
        return f"answers {error.status}"
    return said if said != error.message.rstrip(".") else f"could not be read: {said}"


def not_offered(url: str, channel: Channel | None) -> CrawlError:
    """The error for an archive that has nothing of the kind that the user forced."""
    name = {"rest": "REST interface", "feed": "feed"}.get(channel or "", "listing pages")
    return CrawlError(f"{url} offers no {name} to read it through.", hint=_UNFORCED)


def as_forced(error: TipsearchError, url: str, channel: Channel) -> TipsearchError:
    """The error of a channel that the user forced, said of the archive at `url`."""
    said = f"{url} can't be read through {CHANNEL_NAMES[channel]}, as asked: it {in_short(error)}."
    if isinstance(error, CrawlError):
        return type(error)(said, hint=_UNFORCED, status=error.status)
    return type(error)(said, hint=_UNFORCED)


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


def why_by_sitemap(closed: TipsearchError, tried: Sequence[str]) -> str:
    """Why a blog was read post by post, as its sitemap names them: what closed its pages, and what was `tried`."""
    because = "; ".join([*tried, f"page 2 of its listing {in_short(closed)}"])
    return f"read through its front page and the pages of the posts that its sitemap names, because {because}"
