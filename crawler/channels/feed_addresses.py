"""The addresses of feeds: that of an archive's feed, those of its pages, and which of them is a feed of comments."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from ...pipeline.urls import is_web_address
from ..extract.addresses import BLOGGER_POST, archive_of

Platform = Literal["wordpress", "blogger", "other"]

_PAGED: Final = re.compile(r"/page/\d{1,6}/?$")
_FEED_PATH: Final = re.compile(r"/feed(?:/(?:rss2?|atom|rdf))?/?$")
_INDEX: Final = re.compile(r"/index\.(?:php|html?)$")
# WordPress's public query variables that choose an archive.
_ARCHIVE_VARIABLES: Final = frozenset(
    "tag cat category_name author author_name m s year monthnum day w taxonomy term post_type".split()
)
_TRACKING: Final = re.compile(r"utm_\w+|fbclid|gclid|cst|m_?cid", re.IGNORECASE)
_LABEL: Final = re.compile(r"/search/label/(.+?)/?$", re.DOTALL)
_BLOGGER_FEED: Final = re.compile(r"/feeds/(?:\d{5,20}/)?posts/(?:default|full|summary)(?:/-/.+)?/?$", re.DOTALL)
_PAGING: Final = frozenset("start-index max-results alt redirect orderby updated-min updated-max".split())
_COMMENTS: Final = re.compile(r"/comments/feed(?:/|$)|/feeds/(?:\d{1,25}/){0,2}comments(?:/|$)")

_FIRST_ZONE, _LAST_ZONE = timedelta(hours=14), timedelta(hours=12)
"""The zones of the earth lie between UTC+14 and UTC-12: by so much a blog's day begins earlier or ends later."""


def feed_url(archive_url: str, platform: Platform) -> str | None:
    """The address of an archive's feed, absolute and on the same site; None where the platform has none for it.

    WordPress: the archive's address with ``feed/`` (Codex, "WordPress Feeds"), or ``feed=rss2`` beside the parameters
    that choose the archive. Blogger: ``/feeds/posts/default``, with ``/-/Label`` for a label and with
    ``published-min`` and ``published-max`` for a year, a month or a day (Blogger Data API). The latter are wide enough
    for any time zone, for the address does not tell the blog's.
    """
    if not is_web_address(archive_url):
        return None
    if platform == "wordpress":
        return _wordpress_feed(archive_url.strip())
    return _blogger_feed(archive_url.strip()) if platform == "blogger" else None


def _wordpress_feed(url: str) -> str | None:
    parts = urlsplit(url)
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key not in ("paged", "page", "feed") and not _TRACKING.fullmatch(key)
    ]
    named = {key for key, value in query if value}
    if named & {"p", "page_id", "attachment_id"}:
        return None
    path = _PAGED.sub("/", parts.path)
    if _FEED_PATH.search(path):
        return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))
    if named & _ARCHIVE_VARIABLES:
        query.append(("feed", "rss2"))
        return urlunsplit((parts.scheme, parts.netloc, path or "/", urlencode(query), ""))
    path = _INDEX.sub("/", path).rstrip("/") + "/feed/"
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))


def _blogger_feed(url: str) -> str | None:
    parts = urlsplit(url)
    path, query = parts.path, ""
    if _BLOGGER_FEED.search(path):
        kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in _PAGING]
        return urlunsplit((parts.scheme, parts.netloc, path, urlencode(kept), ""))
    feed = "/feeds/posts/default"
    if label := _LABEL.search(path):
        # Joined labels (`A/B`, `A|B`) are written the same way in a feed's address. A plus is a space, as in archives.
        names = [quote(unquote(name.replace("+", " ")), safe="") for name in label[1].split("/") if name]
        feed += "/-/" + "/".join(names)
    elif BLOGGER_POST.match(path) or path.startswith("/p/"):
        return None
    else:
        kind, _, name = archive_of(urlunsplit((parts.scheme, parts.netloc, path, "", ""))).partition(":")
        if kind == "date":
            query = _published(name)
            if not query:
                return None
        elif (kind != "home" and path.rstrip("/") != "/search") or dict(parse_qsl(parts.query)).get("q"):
            return None
    return urlunsplit((parts.scheme, parts.netloc, feed, query, ""))


def _published(day: str) -> str:
    """The bounds of ``2018``, ``2018/11`` or ``2018/11/13`` as Blogger's parameters; empty where it is no date."""
    numbers = [int(part) for part in day.split("/")]
    try:
        year, month, date = [*numbers, 1, 1][:3]
        first = datetime(year, month, date, tzinfo=UTC)
        if len(numbers) == 1:
            last = first.replace(year=first.year + 1)
        elif len(numbers) == 2:
            last = (first + timedelta(days=31)).replace(day=1)
        else:
            last = first + timedelta(days=1)
    except (ValueError, OverflowError):
        return ""
    bounds = {"published-min": first - _FIRST_ZONE, "published-max": last + _LAST_ZONE}
    return urlencode({name: moment.strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in bounds.items()}, safe=":")


def with_parameters(url: str, **values: str) -> str:
    """An address with some parameters of its query set (``_`` in a name stands for ``-``), the others as they are."""
    parts = urlsplit(url)
    named = {name.replace("_", "-"): value for name, value in values.items()}
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in named]
    query += [(name, value) for name, value in named.items() if value]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, safe=":"), ""))


def is_comments_feed(url: str) -> bool:
    """Whether an address is that of a feed of comments (WordPress's ``/comments/feed/``, Blogger's)."""
    return _COMMENTS.search(urlsplit(url).path) is not None


def is_whole_blog(url: str) -> bool:
    """Whether a WordPress feed's address is that of the whole blog."""
    parts = urlsplit(url)
    chosen = {key for key, _ in parse_qsl(parts.query)} & _ARCHIVE_VARIABLES
    return not chosen and _FEED_PATH.sub("", parts.path).rstrip("/") in ("", "/index.php")
