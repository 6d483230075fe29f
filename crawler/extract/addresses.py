"""What an address alone says: which archive it is, which page of it, and whether it may be a post's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote_plus, urlencode, urljoin, urlsplit

from ...pipeline.urls import canonical_permalink, same_site

_REMEMBERED: Final = 2048
"""Addresses whose reading is remembered: menus, sidebars and teasers stand on every page of an archive. A page of 62
links (three posts, ten teasers) asks 67 times for one, and all but four were asked for before. None has more than 4,000
characters."""

_LONGEST: Final = 1000
_PLAIN: Final = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[1-5]?\d{1,4})?/[\w%/.~@!$&'()*+,=:-]{0,1500}"
    r"(?:\?[\w%/.~@!$&'()*+,=:-]{1,1500})?(?:#[\w%/.~@!$&'()*+,=:-]{1,500})?"
)
"""An address that is absolute as it stands."""

_SITE: Final = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[1-5]?\d{1,4})?(?=/)")
_ROOTED: Final = re.compile(
    r"(?:/[\w%~!$&'()*+,=:@-][\w%.~!$&'()*+,=:@-]{0,500}){0,20}/?"
    r"(?:\?[\w%/.~@!$&'()*+,=:-]{1,500})?(?:#[\w%/.~@!$&'()*+,=:-]{1,300})?"
)
"""An address that follows the base's host as it stands; without dot segments or empty ones."""

_PAGED_PATH: Final = re.compile(r"^(.*?)/page/(\d{1,6})(?:\.html?|/(?:index\.html?)?)?$", re.DOTALL)
_AMP: Final = re.compile(r"/amp/?$")
_INDEX_FILE: Final = re.compile(r"/index\.(?:html?|php)$")
_PAGE_KEYS: Final = ("paged", "page", "pg", "pagenum", "query-page")
_QUERY_PAGE: Final = re.compile(r"query-\d{1,6}-page")
_DATE_PATH: Final = re.compile(
    r"/((?:19|20)\d\d)(?:/(0[1-9]|1[0-2]))?(?:/(0[1-9]|[12]\d|3[01]))?(?:/|$|_archive\.html$)"
)
_DATE_ARCHIVE: Final = re.compile(r"(?:^|.*/)((?:199|20\d)\d)(?:/(0[1-9]|1[0-2]))?(?:/(0[1-9]|[12]\d|3[01]))?/?")
_BLOGGER_ARCHIVE: Final = re.compile(r".*/((?:19|20)\d\d)_(0[1-9]|1[0-2])_\d\d_archive\.html")
_BLOGGER_LABEL: Final = re.compile(r".*/labels/([^/]{1,200})\.html?")
_TERM: Final = re.compile(
    r"/(tag|category|label|author|topics?|tags|categories|categoria|categorie|categorias|kategorie|kategoria|kategori|rubrique"
    r"|etiqueta|etiquetas|schlagwort|autor|auteur|autore)/(.+?)/?$",
    re.DOTALL,
)
_KINDS: Final = {
    **dict.fromkeys(("tags", "etiqueta", "etiquetas", "schlagwort"), "tag"),
    **dict.fromkeys(("categories", "topic", "topics", "categoria", "categorie", "categorias"), "category"),
    **dict.fromkeys(("kategorie", "kategoria", "kategori", "rubrique"), "category"),
    **dict.fromkeys(("autor", "auteur", "autore"), "author"),
}
_QUERY_TERMS: Final = (
    ("tag", "tag"),
    ("category_name", "category"),
    ("author_name", "author"),
    ("s", "search"),
    ("q", "search"),
)
_NOT_POSTS: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|zip|mp3|mp4|css|js|xml|rss|atom)$|/(?:feed|trackback|wp-login\.php|wp-admin|xmlrpc\.php|search|login)/?$",
    re.IGNORECASE,
)
BLOGGER_POST: Final = re.compile(r"^/(?:19|20)\d\d/(?:0[1-9]|1[0-2])/[^/]{1,200}\.html$")


def absolute(base: str | None, href: str | None) -> str | None:
    """`href` made absolute against `base`; None for anything but http and https, and where it can't be told."""
    if not href:
        return None
    if len(href) > _LONGEST or (base and len(base) > _LONGEST):
        return _joined.__wrapped__(base, href)
    if _is_plain(href):
        return href
    if base and href[0] == "/" and (site := _site(base)) and _is_rooted(href):
        return site + href
    return _joined(base, href)


@lru_cache(_REMEMBERED)
def _is_plain(href: str) -> bool:
    return _PLAIN.fullmatch(href) is not None


@lru_cache(_REMEMBERED)
def _is_rooted(href: str) -> bool:
    return _ROOTED.fullmatch(href) is not None


@lru_cache(_REMEMBERED)
def _site(base: str) -> str:
    """Scheme, host and port of a plain address; empty for others."""
    found = _SITE.match(base) if _PLAIN.fullmatch(base) else None
    return found[0] if found else ""


@lru_cache(_REMEMBERED)
def _joined(base: str | None, href: str) -> str | None:
    if _PLAIN.fullmatch(href):
        return href
    try:
        address = urljoin(base or "", href.strip())
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        parts.port  # noqa: B018 - raises where the port is no number
    except ValueError:
        return None
    return address if len(address) <= 4000 else None


def same_page(first: str | None, second: str | None) -> bool:
    """Whether two addresses are one page, with all the ways to write it."""
    return bool(first and second) and (
        first == second or canonical_permalink(first or "") == canonical_permalink(second or "")
    )


@lru_cache(_REMEMBERED)
def is_home(url: str) -> bool:
    """Whether the address is a site's front page; one that can't be read is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path.rstrip("/") in ("", "/index.php", "/index.html") and not parts.query


@lru_cache(_REMEMBERED)
def split_page_number(url: str) -> tuple[str, int | None]:
    """The archive's own address, in a form to compare, and the number of its page (None where none is named)."""
    parts = urlsplit(url)
    path, number = parts.path, None
    if paged := _PAGED_PATH.match(path):
        path, number = paged[1], int(paged[2])
    query = []
    for key, value in parse_qsl(parts.query, keep_blank_values=True) if parts.query else ():
        if (key.lower() in _PAGE_KEYS or _QUERY_PAGE.fullmatch(key)) and value.isdecimal() and len(value) < 7:
            number = int(value)
        elif not key.startswith("utm_") and key != "cst":
            query.append((key, value))
    host = (parts.hostname or "").removeprefix("www.")
    if path.endswith(("/index.php", "/index.html")):
        path = path.rpartition("/")[0]
    return f"{host}:{parts.port or ''}{path.rstrip('/')}?{urlencode(sorted(query)) if query else ''}", number


@lru_cache(_REMEMBERED)
def archive_of(url: str | None) -> str:
    """The archive that an address names (``tag:customer-service``, ``date:2014/10``, ``home``), else empty.

    Names are as the address writes them: the slug of a term, the label of a Blogger archive.
    """
    if not url:
        return ""
    parts = urlsplit(url)
    path = _AMP.sub("/", _INDEX_FILE.sub("/", parts.path))
    if paged := _PAGED_PATH.match(path):
        path = paged[1]
    query = dict(parse_qsl(parts.query)) if parts.query else {}
    for key, kind in _QUERY_TERMS if query else ():
        if query.get(key) and (key != "q" or path.endswith("/search")):
            return f"{kind}:{query[key]}"
    if term := _TERM.search(path):
        kind = _KINDS.get(term[1], term[1])
        name = term[2] if kind == "label" else term[2].rpartition("/")[2]
        return f"{kind}:{unquote_plus(name)}"
    if month := _BLOGGER_ARCHIVE.fullmatch(path):
        return f"date:{month[1]}/{month[2]}"
    if label := _BLOGGER_LABEL.fullmatch(path):
        return f"label:{unquote_plus(label[1])}"
    if dated := _DATE_ARCHIVE.fullmatch(path):
        return "date:" + "/".join(part for part in dated.groups() if part)
    if path == "/search" and "updated-max" in query:
        return "home"
    if path.rstrip("/") in ("", "/index.php", "/index.html") and not set(query) & {
        "p",
        "page_id",
        "cat",
        "author",
        "m",
    }:
        return "home"
    return ""


@lru_cache(_REMEMBERED)
def date_in(url: str | None) -> str:
    """The date that a permalink's path spells (``2018/11/13``, ``2018/11``), empty where it spells none."""
    if not url:
        return ""
    path = urlsplit(url).path
    found = _DATE_PATH.match(path) or _DATE_PATH.search(path[:300])
    if not found or not found[2] or found.end() >= len(path):
        return ""
    return "/".join(part for part in found.groups() if part)


def is_permalink(url: str) -> bool:
    """Whether an address is a post's by its shape alone: ``?p=12``, or a year, a month and a name."""
    parts = urlsplit(url)
    if dict(parse_qsl(parts.query)).get("p", "").isdecimal():
        return True
    return bool(date_in(url)) and not parts.query and not archive_of(url) and split_page_number(url)[1] is None


def may_be_post(url: str | None, page_url: str | None) -> bool:
    """Whether an address can be a post's, on the site of `page_url`: no archive, no file, not the front page."""
    if not url or not _is_like_post(url):
        return False
    if not page_url:
        return True
    # Nearly all links of a page stand on its own host, written in the same way.
    site = _site(page_url)
    return (bool(site) and url.startswith(f"{site}/")) or same_site(url, page_url)


@lru_cache(_REMEMBERED)
def _is_like_post(url: str) -> bool:
    parts = urlsplit(url)
    if is_home(url) or _NOT_POSTS.search(parts.path):
        return False
    if parts.query and dict(parse_qsl(parts.query)).get("p", "").isdecimal():
        return True
    return not archive_of(url) and "/page/" not in parts.path and not _TERM.search(parts.path)


def slug_of(text: str) -> str:
    """A name as addresses write it, to compare: case folded, what is neither letter nor digit a hyphen."""
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")
