"""Ways to ask a site for a page: over loopback, or directly."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from parsel import Selector

from tipsearch.cli.demo.server import Request, Site


def get(url: str) -> tuple[int, str]:
    """The status and the text that a server on loopback answers with."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer as it came over the wire, redirects not followed; the names of its headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def fetched(url: str, headers: Mapping[str, str] | None = None) -> Fetched:
    """What a server on loopback answers to one GET request with these headers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(
            "GET", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", headers=headers or {}
        )
        response = connection.getresponse()
        given = {name.lower(): value for name, value in response.getheaders()}
        return Fetched(response.status, given, response.read())
    finally:
        connection.close()


def ask(site: Site, target: str) -> tuple[int, Selector]:
    """The status and the page that a site answers with, asked without a server."""
    response = site.answer(Request(method="GET", target=target, base_url="http://blog.test", headers={}))
    assert isinstance(response.body, bytes)
    return response.status, Selector(text=response.body.decode("utf-8") or "<html/>")
