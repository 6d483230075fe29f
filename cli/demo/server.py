"""A small counting web server on loopback that shows any site made of one `answer` method."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import NamedTuple, Protocol, cast
from urllib.parse import parse_qs, urlsplit

_HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a site is asked: `target` is the path with its query string, `base_url` the server's own address."""

    method: str
    target: str
    base_url: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path alone, percent-encoding kept."""
        return urlsplit(self.target).path or "/"

    @property
    def query(self) -> dict[str, str]:
        """The query string's last value a name, decoded."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a site answers. A body in parts is sent part by part, and the connection closed after the last."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": _HTML})


class Site(Protocol):
    """Anything that answers requests. It may be asked by several threads at once.

    Raising ConnectionError resets the connection without an answer (counted with status 0).
    """

    def answer(self, request: Request) -> Response:
        """The answer to one GET or HEAD request."""


def page(html: str, status: int = 200) -> Response:
    """An HTML page as a response."""
    return Response(status=status, body=html.encode("utf-8", "surrogatepass"))


def plain_text(text: str, status: int = 200) -> Response:
    """A text, such as robots.txt, as a response."""
    return Response(status=status, body=text.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})


def redirect(location: str, status: int = 301) -> Response:
    """A redirect to an absolute address or to a path of the same site."""
    return Response(status=status, headers={"Location": location, "Content-Type": _HTML})


def style_sheet() -> Response:
    """The style sheet that both demo blogs share."""
    css = (files(__package__) / "style.css").read_bytes()
    return Response(body=css, headers={"Content-Type": "text/css; charset=utf-8"})


class Asked(NamedTuple):
    """One request as the server counted it: the method, the path with its query, the status sent."""

    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One request in full: `at` is the monotonic second in which it arrived."""

    asked: Asked
    at: float
    headers: Mapping[str, str]


class Running:
    """A site being served: its address, and what was asked of it. Safe to read while requests come in."""

    def __init__(self, url: str, site: Site) -> None:
        self.url = url
        self.site = site
        self._lock = threading.Lock()
        self._log: list[Logged] = []
        self._open = 0
        self._most = 0

    @property
    def requests(self) -> list[Asked]:
        """Every request so far as (method, path, status), in the order in which the answers were ready."""
        with self._lock:
            return [logged.asked for logged in self._log]

    @property
    def log(self) -> list[Logged]:
        """Every request so far with its headers and time."""
        with self._lock:
            return list(self._log)

    @property
    def counts(self) -> Counter[Asked]:
        """How often each (method, path, status) occurred."""
        return Counter(self.requests)

    @property
    def most_at_once(self) -> int:
        """The largest number of requests that were being answered at the same moment."""
        with self._lock:
            return self._most

    def forget(self) -> None:
        """Starts counting anew."""
        with self._lock:
            self._log.clear()
            self._most = self._open

    def entered(self) -> None:
        """The server begins to answer a request."""
        with self._lock:
            self._open += 1
            self._most = max(self._most, self._open)

    def left(self) -> None:
        """The server is done with a request."""
        with self._lock:
            self._open -= 1

    def note(self, logged: Logged) -> None:
        """The server knows the answer to a request."""
        with self._lock:
            self._log.append(logged)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "tipsearch-demo"
    sys_version = ""
    timeout = 60
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet

    @property
    def running(self) -> Running:
        return cast("_Server", self.server).running

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        arrived = time.monotonic()
        self.running.entered()
        try:
            request = Request(
                method=self.command, target=self.path, base_url=self.running.url, headers=dict(self.headers.items())
            )
            try:
                response = self.running.site.answer(request)
            except ConnectionError:
                self._note(0, arrived)
                self._reset()
                return
            self._note(response.status, arrived)
            try:
                self._send(response)
            except ConnectionResetError as stopped:
                if stopped.errno is None:  # raised by the body itself, not by the socket
                    self._reset()
                self.close_connection = True
            except OSError:
                self.close_connection = True
        finally:
            self.running.left()

    def _note(self, status: int, arrived: float) -> None:
        asked = Asked(self.command, self.path, status)
        self.running.note(Logged(asked=asked, at=arrived, headers=dict(self.headers.items())))

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status, _reason(response.status))
        self.send_header("Date", self.date_time_string())
        for name, value in response.headers.items():
            self.send_header(name, value)
        given = {name.lower() for name in response.headers}
        whole = response.body if isinstance(response.body, bytes) else None
        if whole is not None and "content-length" not in given and response.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(whole)))
        if whole is None and "connection" not in given:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            for part in [whole] if whole is not None else response.body:
                self.wfile.write(part if isinstance(part, bytes) else bytes([part]))
                if whole is None:
                    self.wfile.flush()
        self.wfile.flush()
        if whole is None or ("content-length" in given and len(whole) != int(response.headers["Content-Length"])):
            self.close_connection = True

    def _reset(self) -> None:
        """Closes with a TCP reset: lingering switched on with a time of zero (SO_LINGER in socket(7))."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keeps quiet: `Running` counts."""


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    running: Running

    def handle_error(self, request: object, client_address: object) -> None:
        """Keeps quiet about clients that hang up."""


@contextmanager
def serve(site: Site, *, port: int = 0) -> Iterator[Running]:
    """Serves the site on 127.0.0.1 (port 0: any free one) from threads of its own until the context is left.

    Raises OSError where the port is taken.
    """
    server = _Server(("127.0.0.1", port), _Handler)
    running = Running(f"http://127.0.0.1:{server.server_address[1]}", site)
    server.running = running
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="tipsearch-demo", daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
