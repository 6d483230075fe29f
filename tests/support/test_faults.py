"""Pages with faults: each goes wrong in the way that it says."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request

import pytest

from support.asking import get
from support.faults import cut_short, drip, hang, html, reset, serve_pages, slow


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
