"""Pages that answer late, drop by drop, wrongly or never, for tests of what the crawler does about it."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from tipsearch.cli.demo.server import Request, Response, Running, Site, serve

Answer = Response | str | int | tuple[int, Mapping[str, str], bytes | str] | Callable[[Request], Response]
"""What may stand for a page: a response, its HTML, a bare status, (status, headers, body), or a function."""


class Pages:
    """A site of given pages. A path stands with its query string, or without one for any query; else it is a 404.

    A list answers with its items one after the other, and with the last one for ever. `robots.txt` is a 404
    (everything allowed) unless it is given. `pages` may be changed while the site is served.
    """

    def __init__(self, pages: Mapping[str, Answer | list[Answer]]) -> None:
        self.pages = dict(pages)

    def answer(self, request: Request) -> Response:
        key = request.target if request.target in self.pages else request.path
        given = self.pages.get(key, 404)
        if isinstance(given, list):
            given = given.pop(0) if len(given) > 1 else given[0]
        return _response(given, request)


@contextmanager
def serve_pages(pages: Mapping[str, Answer | list[Answer]]) -> Iterator[Running]:
    """Serves the pages on loopback; `running.site.pages` may be changed meanwhile."""
    with serve(Pages(pages)) as running:
        yield running


class Troubled:
    """Another site behind a slow line: `delay` seconds before each answer, and a status in its place at some paths.

    `fail_at` maps a path (with its query) to a status, or to (status, how many times) for a trouble that passes.
    """

    def __init__(
        self, site: Site, *, delay: float = 0.0, fail_at: Mapping[str, int | tuple[int, int]] | None = None
    ) -> None:
        self.inner = site
        self.delay = delay
        self.fail_at = dict(fail_at or {})

    def answer(self, request: Request) -> Response:
        if self.delay:
            time.sleep(self.delay)
        trouble = self.fail_at.get(request.target)
        if isinstance(trouble, tuple):
            status, times = trouble
            if times <= 0:
                return self.inner.answer(request)
            self.fail_at[request.target] = (status, times - 1)
            trouble = status
        return self.inner.answer(request) if trouble is None else _response(trouble, request)


class Spoilt:
    """Another site, some of whose paths answer something else."""

    def __init__(self, site: Site, paths: Mapping[str, Answer] | None = None) -> None:
        self.inner = site
        self.paths = dict(paths or {})

    def answer(self, request: Request) -> Response:
        given = self.paths.get(request.path)
        if given is None:
            return self.inner.answer(request)
        return _response(given, request)


def spoilt(site: Site, change: Callable[[str], str]) -> Callable[[Request], Response]:
    """The site's answers with their texts changed."""

    def answer(request: Request) -> Response:
        right = site.answer(request)
        body = (
            right.body
            if isinstance(right.body, bytes)
            else b"".join(part if isinstance(part, bytes) else bytes([part]) for part in right.body)
        )
        headers = {name: value for name, value in right.headers.items() if name.lower() != "content-length"}
        return Response(
            status=right.status, body=change(body.decode()).encode("utf-8", "surrogatepass"), headers=headers
        )

    return answer


def html(body: str, *, status: int = 200, **headers: str) -> Response:
    """An HTML response; `Retry_After="5"` becomes the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(
        status=status,
        body=body.encode("utf-8", "surrogatepass"),
        headers={"Content-Type": "text/html; charset=UTF-8", **named},
    )


def slow(seconds: float, then: Answer) -> Callable[[Request], Response]:
    """Waits before it answers."""

    def answer(request: Request) -> Response:
        time.sleep(seconds)
        return _response(then, request)

    return answer


def drip(
    body: str | bytes, *, seconds: float = 0.05, size: int = 1, status: int = 200
) -> Callable[[Request], Response]:
    """Sends the body in parts of `size` bytes, `seconds` apart, without saying how long it is."""
    raw = body.encode() if isinstance(body, str) else body

    def parts() -> Iterator[bytes]:
        for start in range(0, len(raw), size):
            yield raw[start : start + size]
            time.sleep(seconds)

    return lambda _: Response(status=status, body=parts())


def hang(seconds: float = 30.0) -> Callable[[Request], Response]:
    """Accepts the request and says nothing for so long, then resets the connection."""

    def answer(request: Request) -> Response:
        time.sleep(seconds)
        raise ConnectionResetError

    return answer


def reset(after: str | bytes = b"") -> Callable[[Request], Response]:
    """Resets the connection: before any answer, or in the body behind the bytes in `after`."""
    raw = after.encode() if isinstance(after, str) else after

    def parts() -> Iterator[bytes]:
        yield raw
        time.sleep(0.5)  # lets the bytes be read: a reset throws away what still waits
        raise ConnectionResetError

    def answer(request: Request) -> Response:
        if not raw:
            raise ConnectionResetError
        return Response(body=parts())

    return answer


def cut_short(body: str | bytes, *, missing: int = 100) -> Callable[[Request], Response]:
    """Announces more bytes than it sends, and closes."""
    raw = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": "text/html; charset=UTF-8", "Content-Length": str(len(raw) + missing)}
    return lambda _: Response(body=raw, headers=headers)


def endless(
    head: str = "<html><body>", again: str = "<p>drop</p>", *, seconds: float = 0.02
) -> Callable[..., Response]:
    """Begins a page that never ends, one drop after another."""

    def parts() -> Iterator[bytes]:
        yield head.encode()
        while True:
            yield again.encode()
            time.sleep(seconds)

    return lambda _: Response(body=parts())


def stream(size: int, *, part: bytes = b"x" * 65_536, **headers: str) -> Callable[[Request], Response]:
    """At least `size` bytes, without saying how many will come; headers as in `html`."""
    named = {"Content-Type": "text/html; charset=UTF-8"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return lambda _: Response(body=(part for _ in range(-(-size // len(part)))), headers=named)


def packed(body: str | bytes, *, missing: int = 0, encoding: str = "gzip") -> Response:
    """A compressed page; `missing` bytes are left off its end, and Content-Length knows nothing of them."""
    raw = gzip.compress(body.encode() if isinstance(body, str) else body)
    headers = {"Content-Type": "text/html; charset=UTF-8", "Content-Encoding": encoding}
    return Response(body=raw[: len(raw) - missing], headers=headers)


def bomb(size: int, *, layers: int = 1) -> Response:
    """A page of a few kilobytes that unpacks to `size` bytes of white space, compressed `layers` times over."""
    packer = zlib.compressobj(9, wbits=31)
    part = b" " * 1_000_000
    body = b"".join(packer.compress(part) for _ in range(size // len(part))) + packer.flush()
    for _ in range(layers - 1):
        body = gzip.compress(body)
    headers = {"Content-Type": "text/html; charset=UTF-8", "Content-Encoding": ", ".join(["gzip"] * layers)}
    return Response(body=body, headers=headers)


@contextmanager
def headers_without_end() -> Iterator[str]:
    """The address of a site whose robots.txt is a 404 and whose pages begin with headers that never end."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        line = b"X-Line: " + b"a" * 1000 + b"\r\n"
        with connection, suppress(OSError):
            while not over.is_set():
                asked = connection.recv(65_536)
                if b"/robots.txt" in asked.partition(b"\r\n")[0]:
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    continue
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while asked and not over.is_set():
                    connection.sendall(line * 1000)
                return

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()


def _response(given: Answer, request: Request) -> Response:
    if isinstance(given, Response):
        return given
    if isinstance(given, str):
        return html(given)
    if isinstance(given, int):
        return html(f"<!DOCTYPE html><title>{given}</title><p>This is answer number {given}.</p>", status=given)
    if isinstance(given, tuple):
        status, headers, body = given
        return Response(status=status, headers=headers, body=body.encode() if isinstance(body, str) else body)
    return given(request)
