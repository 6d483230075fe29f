"""Addresses compared: when two permalinks are one, and which site an address belongs to."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from w3lib.url import canonicalize_url

_DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say how a reader came, not what is read: campaign and click ids, Blogger's mobile view and
# share traces, WordPress's reply link.
_IDLE_PARAMETERS = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|m|spref|showcomment|replytocom|share|nb|amp",
    re.IGNORECASE,
)
_INDEX_FILE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def _split(url: str) -> SplitResult | None:
    """The parts of an absolute http or https address, or None for anything else."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # a port that is no number raises only when asked for
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORTS and (parts.hostname or "").strip(".") else None


def is_web_address(url: str) -> bool:
    """Whether `url` is an absolute http or https address."""
    return _split(url) is not None


@lru_cache(maxsize=8192)
def canonical_permalink(url: str) -> str:
    """The form in which permalinks are compared: ``host[:port]/path[?query]``.

    Folded away, as seen on real blogs for one and the same post: http and https, ``www.``, a default port, the
    fragment, a trailing slash, ``index.html``, campaign parameters, ``?m=1``, the order of parameters, and how
    characters are percent-encoded. Anything that is no web address comes back stripped and otherwise as it was.
    """
    parts = _split(url)
    if parts is None:
        return url.strip()
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _IDLE_PARAMETERS.fullmatch(k)]
    path = _INDEX_FILE.sub("/", parts.path)
    tidy = canonicalize_url(parts._replace(path=path, query=urlencode(query), fragment="").geturl())
    folded = urlsplit(tidy)
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    port = f":{parts.port}" if parts.port and parts.port != _DEFAULT_PORTS[parts.scheme] else ""
    return host + port + folded.path.rstrip("/") + (f"?{folded.query}" if folded.query else "")


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


@lru_cache(maxsize=8192)
def blog_of(url: str) -> str:
    """The site of an address with what differs between addresses of one blog folded: scheme, ``www.``, default port."""
    parts = _split(url)
    if parts is None:
        return ""
    port = parts.port if parts.port and parts.port != _DEFAULT_PORTS[parts.scheme] else 0
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    return f"{host}:{port}" if port else host


def same_site(a: str, b: str) -> bool:
    """Whether two addresses belong to one blog's site; ``www.`` and http against https make no difference."""
    return bool(blog_of(a)) and blog_of(a) == blog_of(b)
