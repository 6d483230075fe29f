"""Pages with faults: each goes wrong in the way that it says."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
import urllib.error
import urllib.request

import pytest

from support.asking import get
from support.faults import (
    Pages,
    Spoilt,
    bomb,
    cut_short,
    drip,
    endless,
    hang,
    headers_without_end,
    html,
    packed,
    reset,
    serve_pages,
    slow,
    spoilt,
    stream,
)
from tipsearch.cli.demo.server import serve


def test_pages_answer_with_what_was_given_and_404_otherwise() -> None:
    pages = {
        "/": "<p>home</p>",
        "/gone": 410,
        "/raw": (200, {"Content-Type": "text/plain", "X-Test": "1"}, b"\xff\xfe"),
        "/wait": html("busy", status=429, Retry_After="5"),
        "/asked": lambda request: html(request.query.get("q", "nothing")),
        "/asked?q=special": "<p>the special page</p>",
        "/turns": [503, "<p>better</p>"],
    }
    with serve_pages(pages) as served:
        assert get(served.url + "/") == (200, "<p>home</p>")
        assert get(served.url + "/gone")[0] == 410
        assert get(served.url + "/other")[0] == 404
        assert get(served.url + "/robots.txt")[0] == 404
        assert get(served.url + "/asked?q=me") == (200, "me")
        assert get(served.url + "/asked?q=special") == (200, "<p>the special page</p>")
        assert [get(served.url + "/turns")[0] for _ in range(3)] == [503, 200, 200]
        assert get(served.url + "/wait") == (429, "busy")
        with urllib.request.urlopen(served.url + "/raw", timeout=10) as response:
            assert (response.headers["X-Test"], response.read()) == ("1", b"\xff\xfe")


def test_a_slow_page_comes_late_and_a_dripping_one_in_parts() -> None:
    with serve_pages({"/slow": slow(0.2, "late"), "/drip": drip("drop by drop", seconds=0.02, size=2)}) as served:
        started = time.monotonic()
        assert get(served.url + "/slow") == (200, "late")
        assert time.monotonic() - started >= 0.2
        assert get(served.url + "/drip") == (200, "drop by drop")
        assert time.monotonic() - started >= 0.3


def test_a_hanging_page_says_nothing_for_as_long_as_it_hangs() -> None:
    with serve_pages({"/": hang(5)}) as served, pytest.raises(TimeoutError):
        urllib.request.urlopen(served.url, timeout=0.2)


def test_a_reset_breaks_the_connection_before_or_in_the_body() -> None:
    with serve_pages({"/at-once": reset(), "/later": reset(after="<p>half"), "/short": cut_short("abc")}) as served:
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            urllib.request.urlopen(served.url + "/at-once", timeout=5)
        with (
            urllib.request.urlopen(served.url + "/later", timeout=5) as response,
            pytest.raises(ConnectionResetError),
        ):
            response.read()
        with (
            urllib.request.urlopen(served.url + "/short", timeout=5) as response,
            pytest.raises(http.client.IncompleteRead),
        ):
            response.read()
        assert [request.status for request in served.requests] == [0, 200, 200]


def test_compressed_pages_are_whole_cut_or_far_larger_than_they_look() -> None:
    pages = {"/whole": packed("<p>page"), "/cut": packed("<p>page", missing=9), "/bomb": bomb(50_000_000, layers=2)}
    with serve_pages(pages) as served:  # type: ignore[arg-type]
        bodies = {path: urllib.request.urlopen(served.url + path, timeout=10).read() for path in pages}
    assert gzip.decompress(bodies["/whole"]) == b"<p>page"
    with pytest.raises(EOFError):
        gzip.decompress(bodies["/cut"])
    assert len(bodies["/bomb"]) < 5000
    assert len(gzip.decompress(gzip.decompress(bodies["/bomb"]))) == 50_000_000


def test_pages_may_be_long_or_never_end() -> None:
    with serve_pages({"/long": stream(1_000_000), "/endless": endless(seconds=0)}) as served:
        assert len(urllib.request.urlopen(served.url + "/long", timeout=10).read()) >= 1_000_000
        with urllib.request.urlopen(served.url + "/endless", timeout=10) as response:
            assert len(response.read(100_000)) == 100_000


def test_headers_never_end_but_those_of_robots_txt() -> None:
    with headers_without_end() as url, socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
        client.sendall(b"GET /robots.txt HTTP/1.1\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 404")
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        received = b""
        while len(received) < 1_000_000:
            received += client.recv(65_536)
        assert b"\r\n\r\n" not in received


def test_another_site_is_spoilt_at_some_of_its_paths() -> None:
    right = Pages({"/": "<p>home</p>", "/feed/": "<p>feed</p>", "/page/": "<p>page</p>"})
    with serve(Spoilt(right, {"/feed/": 500, "/page/": spoilt(right, str.upper)})) as served:
        assert get(served.url + "/") == (200, "<p>home</p>")
        assert get(served.url + "/feed/?paged=2")[0] == 500
        assert get(served.url + "/page/") == (200, "<P>PAGE</P>")
