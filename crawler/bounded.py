"""Scrapy's download handler for http and https, which bounds what a site may send before its page begins."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.web._newclient import HEADER, STATUS

MAX_HEADERS = 256 * 1024
"""Bytes of status lines and headers before a page; Chrome takes as many, and servers send a few hundred."""


class BoundedHandler(HTTP11DownloadHandler):
    """Scrapy bounds a page's size, and not its headers: a site that sends them without end would fill the memory."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        of_scrapy: Any = self._pool._factory  # noqa: SLF001

        class Factory(of_scrapy):  # type: ignore[misc]
            def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
                return _bounded(super().buildProtocol(addr))

        self._pool._factory = Factory  # noqa: SLF001


def _bounded(protocol: Any) -> Any:
    """The protocol of a connection, which is aborted once too much came before a body."""
    take, seen, last = protocol.dataReceived, 0, None

    def received(data: bytes) -> None:
        nonlocal seen, last
        parser = protocol._parser  # noqa: SLF001
        if parser is not last:  # the next answer on the same connection
            seen, last = 0, parser
        before_body = parser is not None and parser.state in {STATUS, HEADER}
        seen = seen + len(data) if before_body else 0
        if seen > MAX_HEADERS:
            protocol.transport.abortConnection()
        else:
            take(data)

    protocol.dataReceived = received
    return protocol
