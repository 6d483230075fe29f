"""Reads the JSON that WordPress's REST interface answers, with whatever the site prints around it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ...pipeline.errors import CrawlError
from ...pipeline.text import clean_line
from .records import Answer

# PHP prints its warnings, plugins their debugging lines, before the answer; each on lines of its own. A line of a log
# may begin with a bracket as well ("[23-Nov-2020 …"): an answer begins with a list of objects, or with an object.
_MAX_JUNK: Final = 65_536
_START: Final = re.compile(r"^[ \t]*(?=\[\s{0,200}(?:[{\]]|null\b)|\{\s{0,200}[\"}])", re.MULTILINE)
_DOCUMENT: Final = re.compile(r"<(?:!doctype|html|head|body|script|title|form)\b", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_MAX_DIGITS: Final = 18
_ROUTE: Final = re.compile(r"/wp/v2/(posts|tags|categories|users)/?$")
# A lone surrogate can be neither stored nor printed, and NUL ends a string for C: both become U+FFFD, as HTML's
# parsers have it (HTML Standard, 13.2.5).
_UNUSABLE: Final = re.compile("[\x00\ud800-\udfff]")


class RestError(CrawlError):
    """An error of WordPress's own, told as JSON: `code` is its name (``rest_post_invalid_page_number``)."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def rest_url(base: str, route: str, **params: str | int) -> str:
    """The address of a route (``wp/v2/posts``) below a REST root, for both of its forms.

    `base` is the root as the site's link says it: ``https://example.org/wp-json/`` or, where permalinks are plain,
    ``https://example.org/?rest_route=/``, where the route is a parameter and the others follow it.
    """
    parts = urlsplit(base)
    query = parse_qsl(parts.query, keep_blank_values=True)
    path = parts.path
    if any(name == "rest_route" for name, _ in query):
        query = [(n, f"{v.rstrip('/')}/{route}" if n == "rest_route" else v) for n, v in query]
    else:
        path = f"{path.rstrip('/')}/{route}"
    query += [(name, str(value)) for name, value in params.items()]
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query, safe=":,/"), ""))


def route_of(url: str) -> str | None:
    """The kind of collection that an address of the interface names (``posts``, ``tags`` …); None for any other."""
    parts = urlsplit(url)
    route = next((value for name, value in parse_qsl(parts.query) if name == "rest_route"), parts.path)
    found = _ROUTE.search(route)
    return found[1] if found else None


def read_items(answer: Answer) -> list[Any]:
    """The items of a collection as the site answered it.

    Raises RestError for an error of WordPress's own, CrawlError for anything else that is no collection (a page, a
    login, JSON of another kind), saying what came and from where.
    """
    said = _read(answer)
    if isinstance(said, list):
        return said
    if isinstance(said, dict):
        code = said.get("code")
        if isinstance(code, str) and ("message" in said or code.startswith("rest_")):
            message = shown(said.get("message")) or "no message"
            raise RestError(f"{answer.asked} answers with an error of its own: {message} ({shown(code)})", code=code)
        # A PHP array with a hole, as a plugin's filter leaves it, is written as an object: {"0": …, "2": …}.
        if said and all(key.isdecimal() for key in said):
            return list(said.values())
    raise CrawlError(f"{answer.asked} answers JSON that is no list of posts or terms.")


def _read(answer: Answer) -> Any:
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = answer.text.removeprefix("\ufeff")
    start = _START.search(text, 0, min(len(text), _MAX_JUNK))
    if start and not _DOCUMENT.search(text, 0, start.start()):
        try:
            return _DECODER.raw_decode(text, start.end())[0]
        except (ValueError, RecursionError):
            pass
    raise CrawlError(f"{answer.asked} answers {_what(text)} where JSON was expected.")


def _what(text: str) -> str:
    head = text[:_MAX_JUNK]
    if not head.strip():
        return "an empty page"
    if found := _TITLE.search(head):
        return f"a page called “{shown(found[1])}”"
    if _DOCUMENT.search(head):
        return "an HTML page"
    if head.lstrip().startswith(("[", "{")):
        return "broken JSON"
    return f"“{shown(head[:2000])[:60]}…”"


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


# A number too large for any id, NaN and Infinity are read as nothing.
_DECODER: Final = json.JSONDecoder(parse_int=_whole, parse_constant=lambda _: None, strict=False)


def shown(value: object) -> str:
    """A value of the answer as one short, clean line for a message; empty where it is no string."""
    return clean_line(value[:2000])[:200] if isinstance(value, str) else ""


def words_of(value: object) -> str:
    """A string of the answer as it stands, fit to be stored; empty where it is none. Takes ``{"rendered": …}`` too."""
    if isinstance(value, Mapping):
        value = value.get("rendered")
    return _UNUSABLE.sub("\ufffd", value) if isinstance(value, str) else ""


def number_of(value: object) -> int | None:
    """A positive whole number, also where a plugin made it a string; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def numbers_of(value: object) -> list[int]:
    """The positive whole numbers of a list, each once; empty where it is no list."""
    found = map(number_of, value) if isinstance(value, list) else ()
    return list(dict.fromkeys(n for n in found if n is not None))


def count_of(headers: Mapping[str, str], name: str) -> int | None:
    """What a header counts (``x-wp-total``), None where it is missing or counts nothing."""
    value = headers.get(name, "").strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS else None
