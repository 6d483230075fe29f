"""Pages that answer late, drop by drop, wrongly or never, for tests of what the crawler does about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

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
        time.sleep(0.05)  # lets the bytes arrive: a reset throws away what still waits
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
