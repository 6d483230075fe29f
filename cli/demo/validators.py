"""Conditional requests as WordPress's and Blogger's feeds answer them: ETag, Last-Modified, 304."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b

from .server import Request, Response


def wordpress_validated(
    request: Request, response: Response, modified: datetime, *, weakened: bool = False
) -> Response:
    """The response with WordPress's validators, or its 304 (WP::send_headers).

    Every feed of a blog carries the same two, made of the moment of the blog's last edit. Of a request with both
    conditions both must hold; an ETag must be the same letter for letter. `weakened` is a server that compresses on
    its way out and turns the ETag into a weak one, which WordPress then does not know again.
    """
    stamp = format_datetime(modified.astimezone(UTC).replace(microsecond=0), usegmt=True)
    etag = f'"{blake2b(stamp.encode(), digest_size=16).hexdigest()}"'
    validators = {"Last-Modified": stamp, "ETag": f"W/{etag}" if weakened else etag}
    asked = _lower(request.headers)
    tag, since = asked.get("if-none-match", ""), _moment(asked.get("if-modified-since", ""))
    fresh = since is not None and since >= modified.replace(microsecond=0)
    same = tag == etag
    if (fresh and same) if tag and "if-modified-since" in asked else (fresh or same):
        return Response(status=304, headers=validators)
    return Response(status=response.status, body=response.body, headers={**response.headers, **validators})


def blogger_validated(request: Request, body: bytes, headers: Mapping[str, str], modified: datetime) -> Response:
    """The body with a weak ETag made of it, or a 304; If-None-Match goes first (RFC 9110, 13.2.2)."""
    etag = f'W/"{blake2b(body, digest_size=32).hexdigest()}"'
    stamp = format_datetime(modified.astimezone(UTC).replace(microsecond=0), usegmt=True)
    validators = {"ETag": etag, "Last-Modified": stamp}
    asked = _lower(request.headers)
    since = _moment(asked.get("if-modified-since", ""))
    if "if-none-match" in asked:
        known = {tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")}
        same = etag.removeprefix("W/") in known or "*" in known
    else:
        same = since is not None and since >= modified.replace(microsecond=0)
    if same:
        return Response(status=304, headers=validators)
    return Response(body=body, headers={**headers, **validators})


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in headers.items()}


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
