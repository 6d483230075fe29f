"""PageReader: hands pages to a process that extracts, so that the crawl fetches and stores while a page is read."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ..pipeline.errors import CrawlError
from .extract import Extraction, Page
from .framing import framed, unframed
from .programs import own_program
from .reading import READ_SECONDS

Reading = asyncio.Future[Extraction]
"""What a page says, as soon as it was read; CrawlError where it could not be understood."""


class PageReader:
    """Reads pages in a process of its own, one after the other, in the order in which they were handed in.

    The extractor has a processor to itself; and whatever a page does to it or to libxml2, the crawl outlives it: a
    process that dies or hangs costs the page at hand, and the next one goes to a new process. `start()` may be called
    ahead of the first page, for loading takes a while; all else is to be called in the event loop. `program` is the
    command that is run, with the descriptor of its end of the line as its last argument.
    """

    def __init__(
        self,
        *,
        seconds: float = READ_SECONDS,
        program: Sequence[str] = own_program("reading"),
    ) -> None:
        self._seconds = seconds
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._line: _Line | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._waiting: deque[tuple[Page, Reading]] = deque()
        self._clock: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the process, where none is running. Raises OSError where there can be no further process."""
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module)
                    [*self._program, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
            except OSError:
                ours.close()
                raise
        self._socket = ours

    def read(self, page: Page) -> Reading:
        """Hand in a page."""
        loop = asyncio.get_running_loop()
        reading: Reading = loop.create_future()
        # A page may turn out not to be wanted; then nobody asks what became of it.
        reading.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._waiting.append((page, reading))
        if self._line is not None:
            self._line.send(page)
        elif self._connecting is None:
            self._connecting = loop.create_task(self._connect())
        if len(self._waiting) == 1:
            self._set_clock()
        return reading

    def close(self) -> None:
        """End the process."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._line is not None:
            self._line.hang_up()
        elif self._socket is not None:
            self._socket.close()
        self._connecting = self._line = self._socket = None
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self.start()
            _, line = await loop.create_connection(lambda: _Line(self._answered, self._lost), sock=self._socket)
        except OSError as error:
            self._connecting = None
            self._give_up(f"no process could be started that reads it ({error.strerror or error})")
            return
        self._line, self._connecting = line, None
        for page, _ in self._waiting:
            line.send(page)

    def _answered(self, said: Extraction | str) -> None:
        page, reading = self._waiting.popleft()
        self._set_clock()
        if reading.done():
            return
        if isinstance(said, str):
            reading.set_exception(CrawlError(f"{page.url} could not be understood: {said}"))
        else:
            reading.set_result(said)

    def _set_clock(self) -> None:
        """Give the page whose turn it is its time."""
        if self._clock is not None:
            self._clock.cancel()
        self._clock = None
        if self._waiting:
            reason = f"reading it took more than {self._seconds:g} seconds"
            self._clock = asyncio.get_running_loop().call_later(self._seconds, self._give_up, reason)

    def _lost(self, line: _Line) -> None:
        """The process has hung up, which it never does by itself."""
        if line is self._line:
            status = None
            if self._process is not None:
                with suppress(subprocess.TimeoutExpired):
                    status = self._process.wait(1)
            self._give_up(f"the process that was reading it ended (status {status})")

    def _give_up(self, reason: str) -> None:
        """Name what became of the page at hand; the others go to a new process."""
        self.close()
        if self._waiting:
            self._answered(f"{reason}.")
        if self._waiting:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())


class _Line(asyncio.Protocol):
    """The line to a reading process: pages go out, what they say comes in."""

    def __init__(self, answered: Callable[[Any], None], lost: Callable[[_Line], None]) -> None:
        self._answered = answered
        self._lost = lost
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is up."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def send(self, page: Page) -> None:
        """Write a page; what the line can't take at once waits."""
        if self._transport is not None:
            self._transport.write(framed(page))

    def data_received(self, data: bytes) -> None:
        """Something came in."""
        self._received += data
        for said in unframed(self._received):
            self._answered(said)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The other end is gone."""
        self._lost(self)

    def hang_up(self) -> None:
        """Close this end; nothing more is answered."""
        self._lost = lambda _: None
        if self._transport is not None:
            self._transport.abort()
