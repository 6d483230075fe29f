"""The process that reads pages, ``python -m tipsearch.crawler.reading FD``; PageReader starts it, and nobody else."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from datetime import UTC, datetime
from typing import Final

from .extract import Extraction, Page, extract
from .framing import framed, unframed

logger = logging.getLogger(__name__)

READ_SECONDS = 60.0
"""Seconds that a page may take to be read; one of 2 MB takes less than one. Then the process that reads it is ended."""

_LAST_SECONDS: Final = 2 * READ_SECONDS
"""After so long the process ends itself: the crawl that should have ended it is gone, too."""


def _read(page: Page) -> Extraction | str:
    try:
        return extract(page)
    except Exception as exception:  # a page that breaks an extractor must not end the other sources
        logger.exception("reading %s failed", page.url)
        return f"{type(exception).__name__}: {exception}"


def main(descriptor: int, *, seconds: float = _LAST_SECONDS) -> None:
    """Read pages and answer them in order, until the line is hung up: whatever ended the crawl ends this as well.

    A page that takes more than `seconds` ends the process, too, for nobody may be left to do so.
    """
    # The crawl is told of Ctrl-C by its parent, and reads what is at hand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # By default the alarm ends a process, whatever it is busy with.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # What the first page would import is there before it comes.
    _read(Page(source="", url=None, text="<p>", observed_at=datetime.now(UTC)))
    received = bytearray()
    with socket.socket(fileno=descriptor) as line:
        while some := line.recv(1 << 18):
            received += some
            for page in unframed(received):
                signal.setitimer(signal.ITIMER_REAL, seconds)
                answer = framed(_read(page))
                signal.setitimer(signal.ITIMER_REAL, 0)
                line.sendall(answer)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except OSError:
        # The crawl is gone.
        sys.exit(1)
