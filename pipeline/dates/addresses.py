"""The date in a permalink, as WordPress, Blogger and Jekyll write it: `url_date`."""

from __future__ import annotations

import re

from ..records import Precision, PublishedDate
from .window import make_date, plausible
from .words import month_number

_MAX_URL = 2000
_PATH = re.compile(
    r"/(?P<said>(?P<year>(?:19|20)[0-9]{2})/(?P<month>[0-9]{1,2}|[a-z]{3,9})(?:/(?P<day>[0-9]{1,2}))?)/(?P<slug>[^/?#]+)(?P<rest>[^?#]*)"
)
_SLUG = re.compile(r"/(?P<said>(?P<year>(?:19|20)[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2}))-[^/?#]+/?(?:[?#]|$)")
_LISTINGS = frozenset(("page", "feed", "amp", "index.html", "index.htm", "index.php", "atom.xml", "rss.xml"))


def url_date(url: str) -> PublishedDate | None:
    """The date in a post's address (origin ``url``): a day for ``/2018/11/13/slug``, a month for ``/2018/11/slug``.

    Also read are ``/2018/nov/13/slug`` and Jekyll's ``/2018-11-13-slug``. An archive's address (``/2018/11/``,
    ``/2018/11/page/2/``) belongs to no post and gives None. `raw` is the part that was read. Raises nothing.
    """
    path = url[:_MAX_URL].lower()
    scheme = path.find("://")
    path = path[path.find("/", scheme + 3) :] if scheme >= 0 and path.find("/", scheme + 3) >= 0 else path
    path = path.partition("?")[0].partition("#")[0]
    match = _PATH.search(path) or _SLUG.search(path)
    if match is None or _is_listing(match.groupdict().get("slug") or "post"):
        return None
    said = match["month"]
    month = int(said) if said.isdigit() else month_number(said, frozenset(("en",)))
    if month is None:
        return None
    day = make_date(int(match["year"]), month, int(match["day"] or 1))
    if day is None or not plausible(day):
        return None
    precision: Precision = "day" if match["day"] else "month"
    return PublishedDate(day, precision, "url", match["said"])


def _is_listing(slug: str) -> bool:
    return slug in _LISTINGS or (slug.isdecimal() and len(slug) <= 2)  # /2018/11/13/ is the archive of a day
