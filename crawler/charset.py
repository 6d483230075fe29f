"""The encoding in which a page really is, where its header or its meta element says another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

if TYPE_CHECKING:
    from scrapy.http import Response

_NOT_ASCII = re.compile("[^\x00-\x7f\ufffd]")


def in_its_encoding(response: Response) -> Response:
    """The response, its text decoded as what it is (see `encoding_of`)."""
    from scrapy.http import TextResponse

    if not isinstance(response, TextResponse):
        return response
    encoding = encoding_of(response.body, (response.headers.get("Content-Type") or b"").decode("latin-1"))
    return response if encoding is None else response.replace(encoding=encoding)


def encoding_of(body: bytes, content_type: str) -> str | None:
    """The encoding of a page; None where its byte order mark, or what header and meta element say, will do.

    After a byte order mark comes UTF-8 where the bytes are UTF-8, for no other encoding looks like it by chance; then
    what header and meta element say; then Windows-1252, as in browsers. Broken bytes in a UTF-8 text are replaced.
    """
    if body.isascii() or b"\0" in body[:1000] or read_bom(body)[0]:
        return None
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken:
        return "utf-8"
    said = http_content_type_encoding(content_type) or html_body_declared_encoding(body)
    if said not in {None, "utf-8"}:
        return None
    return "cp1252" if broken > len(_NOT_ASCII.findall(text)) else "utf-8"
