"""Addresses compared: when two permalinks are one, and which site an address belongs to."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from w3lib.url import canonicalize_url

_DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say how a reader came, not what is read: campaign and click ids, Blogger's mobile view and
# share traces, WordPress's reply link.
_IDLE_PARAMETERS = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|spref|showcomment|replytocom|share|nb|amp"
    r"|like_comment|cpage|phpsessid|noamp",
    re.IGNORECASE,
)
# Views of one post that a parameter's value chooses: Blogger's mobile page (WordPress's `m=201811` is a month), print
# views, AMP as Squarespace and others write it.
_VIEWS = re.compile(
    r"m=[01]|print(?:able|er)?=(?:1|y|yes|true|on|print|pdf|friendly)|(?:format|output|outputtype)=(?:amp|amphtml|print)",
    re.IGNORECASE,
)
# WordPress's further addresses of a post: its AMP page, its comments' feed and pages, a print view. A post of its own
# may be called "Feed", so they are folded only behind what can be nothing but a post: a slug of several words, a file,
# or anything behind a full date or a year and month.
_ENDPOINT = re.compile(
    r"(?P<post>.*/(?:[^/]*[-_][^/]*|[^/]+\.html?|(?<=/\d{4}/\d\d/)(?!\d\d?/)[^/]+))"
    r"/(?:amp|print|comment-page-\d{1,6}|feed(?:/(?:atom|rss2?|rdf))?)/?",
    re.IGNORECASE,
)
# On a page that holds a whole month, as weblogs of 2003 had them, the fragment alone names the post.
_ANCHOR = re.compile(r"(?:[a-z]{1,6}[-_]?)?\d{3,20}", re.IGNORECASE)
_PAGE_PART = re.compile(r"(?:more|comments?|c|respond|page|disqus|cmt|footnote|fn|note|h)[-_]?\d*", re.IGNORECASE)
_MANY_POSTS = re.compile(
    r"(?:.*/)?(?:\d{4}/(?:\d{1,2}/){0,2}|(?:\d{4}[-_]\d\d(?:[-_]\d\d)?(?:_\w*)?|(?:\w*archives?|(?:we)?blog|news|home)\d*)"
    r"(?:/|\.\w{2,5})?)|/",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[^?]*\?p=\d{1,18}")
# An address that nothing need be done to but what is told apart below: no query, no percent signs, no dot segments (the
# few with a dot or a slash behind a slash are left to the longer way). Permalinks are nearly always of this form, and
# canonicalize_url takes ten times as long as this expression.
_TIDY = re.compile(
    r"(https?)://((?:[a-z0-9][a-z0-9-]{0,62}\.){0,30}[a-z0-9]{1,63})(?::([1-5]?\d{1,4}))?((?:/[\w~-][\w~.-]*)*/?)"
    r"(?:#([\w.-]{0,200}))?",
    re.ASCII,
)
# No address can hold a surrogate without its other half, and w3lib fails on one.
_LONE = re.compile("[\ud800-\udfff]")
_INDEX_FILE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def _split(url: str) -> SplitResult | None:
    """The parts of an absolute http or https address, or None for anything else."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # a port that is no number raises only when asked for
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORTS and (parts.hostname or "").strip(".") else None


def _host(parts: SplitResult) -> str:
    """The host without ``www.`` and a last dot, in its ASCII form (RFC 5890) where it has one."""
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        with suppress(UnicodeError):
            host = host.encode("idna").decode("ascii")
    return host.removeprefix("www.")


def is_web_address(url: str) -> bool:
    """Whether `url` is an absolute http or https address."""
    return _split(url) is not None


def tidy_path(url: str) -> str | None:
    """The path of an address that `canonicalize_url` would leave as it is but for its fragment; None for any other."""
    tidy = _TIDY.fullmatch(url) if len(url) < _MAX_PATH else None
    return tidy[4] if tidy else None


@lru_cache(maxsize=8192)
def canonical_permalink(url: str) -> str:
    """The form in which permalinks are compared: ``host[:port]/path[?query]``.

    Folded away, as seen on real blogs for one and the same post: http and https, ``www.``, a default port, the
    fragment, a trailing slash, ``index.html``, campaign parameters, ``?m=1``, AMP and print views, comment pages and
    feeds, the order of parameters, and how characters are percent-encoded. A fragment stays where it alone names the
    post, on a page of many (``/2003_05_01_archive.html#94528223``). Anything that is no web address comes back stripped
    and otherwise as it was.
    """
    tidy = _TIDY.fullmatch(url) if len(url) < _MAX_PATH else None
    if tidy:
        scheme, host, written, path, fragment = tidy.groups("")
        path = _without_endpoint(path)
        anchor = fragment if fragment and _names_by_anchor(path, fragment) else ""
        key = host.removeprefix("www.") + _port(scheme, int(written or 0)) + path.rstrip("/")
        return f"{key}#{anchor}" if anchor else key
    if not url.isascii():
        url = _LONE.sub("\ufffd", url)
    parts = _split(url)
    if parts is None:
        return url.strip()
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _is_idle(k, v)]
    path = _without_endpoint(parts.path)
    anchor = parts.fragment if not query and _names_by_anchor(path, parts.fragment) else ""
    folded = urlsplit(canonicalize_url(parts._replace(path=path, query=urlencode(query), fragment="").geturl()))
    key = _host(parts) + _port(parts.scheme, parts.port or 0) + folded.path.rstrip("/")
    key += f"?{folded.query}" if folded.query else ""
    return f"{key}#{anchor}" if anchor else key


_MAX_PATH = 2000
_DATE_ONLY = re.compile(r"(?:/\d{1,4}){1,3}")


def _without_endpoint(path: str) -> str:
    """The path of a post without its index file, and without what leads to another view of it."""
    path = _INDEX_FILE.sub("/", path)
    endpoint = _ENDPOINT.fullmatch(path) if len(path) < _MAX_PATH else None
    return endpoint["post"] if endpoint and not _DATE_ONLY.fullmatch(endpoint["post"]) else path


def _port(scheme: str, port: int) -> str:
    return f":{port}" if port and port != _DEFAULT_PORTS[scheme] else ""


def _is_idle(name: str, value: str) -> bool:
    return bool(_IDLE_PARAMETERS.fullmatch(name) or _VIEWS.fullmatch(f"{name}={value}"))


def _names_by_anchor(path: str, fragment: str) -> bool:
    return (
        len(path) < _MAX_PATH
        and bool(_ANCHOR.fullmatch(fragment) and _MANY_POSTS.fullmatch(path))
        and not _PAGE_PART.fullmatch(fragment)
    )


def printable_url(url: str) -> str:
    """The address with control characters, white space, bidirectional marks and half characters percent-encoded."""
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    return "".join(c if c.isprintable() and c != " " else quote(c.encode("utf-8", "replace")) for c in url)


def is_plain(url: str) -> bool:
    """Whether `canonical_permalink` takes nothing off an address but its scheme, ``www.`` and a last slash."""
    key = canonical_permalink(url)
    plain = url.strip().partition("://")[2].removeprefix("www.").rstrip("/")
    return key == plain


def numbered_post(permalink: str) -> str:
    """WordPress's number of a post, where a canonical permalink is of the form ``example.org?p=17``; else empty."""
    return permalink if _NUMBERED.fullmatch(permalink) else ""


def names_a_post(permalink: str) -> bool:
    """Whether a canonical permalink can name one post: a site's bare root can't, whatever its rel=canonical claims."""
    return "/" in permalink or "?" in permalink


@lru_cache(maxsize=8192)
def site_of(url: str) -> str:
    """The site of an address, ``scheme://host:port`` with the port always written; empty for no web address."""
    parts = _split(url)
    if parts is None:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _DEFAULT_PORTS[parts.scheme]}"


_BLOGSPOT = re.compile(r"\.blogspot\.(?:com?\.)?[a-z]{2}$")


@lru_cache(maxsize=8192)
def blog_of(url: str) -> str:
    """The site of an address with what differs between addresses of one blog folded.

    Folded are the scheme, ``www.``, a default port, and the countries that Blogger sent readers to (``blogspot.sg``).
    """
    parts = _split(url)
    if parts is None:
        return ""
    port = parts.port if parts.port and parts.port != _DEFAULT_PORTS[parts.scheme] else 0
    host = _BLOGSPOT.sub(".blogspot.com", _host(parts))
    return f"{host}:{port}" if port else host


def same_site(a: str, b: str) -> bool:
    """Whether two addresses belong to one blog's site; ``www.`` and http against https make no difference."""
    blog = blog_of(a)
    return bool(blog) and blog == blog_of(b)
