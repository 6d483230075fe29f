"""Two ways to ask a site for a page: over loopback, or directly."""

from __future__ import annotations

import urllib.error
import urllib.request

from parsel import Selector

from tipsearch.cli.demo.server import Request, Site


def get(url: str) -> tuple[int, str]:
    """The status and the text that a server on loopback answers with."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")


def ask(site: Site, target: str) -> tuple[int, Selector]:
    """The status and the page that a site answers with, asked without a server."""
    response = site.answer(Request(method="GET", target=target, base_url="http://blog.test", headers={}))
    assert isinstance(response.body, bytes)
    return response.status, Selector(text=response.body.decode("utf-8") or "<html/>")
