"""A small blog on loopback, served as its test wants it, that remembers what was asked of it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

WORDS = (
    "The {n}th customer of the week waited while we looked for the form with number {n}.",
    "Somebody at desk {n} smiled, and the queue of {n} people seemed shorter at once.",
    "So write down case {n}, call back before noon, and say {n} times what you will do.",
)


def text_of(number: int) -> str:
    """Three paragraphs that are those of this post alone."""
    return "".join(f"<p>{sentence.format(n=number)}</p>" for sentence in WORDS)


def slug_of(number: int) -> str:
    return f"/2015/0{1 + number % 9}/tip-number-{number}/"


def article(number: int, *, full: bool = True, teaser: bool = False, link: str | None = None) -> str:
    """A post as a WordPress listing shows it."""
    link = link or slug_of(number)
    title = f'<h2 class="entry-title"><a href="{link}" rel="bookmark">Tip number {number} of the desk</a></h2>'
    stamp = f'<time class="entry-date published" datetime="2015-0{1 + number % 9}-11T08:00:00-05:00">2015</time>'
    if full:
        body = f'<div class="entry-content">{text_of(number)}</div>'
    else:
        body = (
            f'<div class="entry-summary"><p>{WORDS[0].format(n=number)} Somebody at desk […] '
            f'<a class="more-link" href="{link}">Read more</a></p></div>'
        )
    tags = "teaser post" if teaser else "post type-post tag-x"
    return f'<article id="post-{number}" class="{tags} hentry">{title}<p>{stamp}</p>{body}</article>'


def listing(articles: Sequence[str], following: str | None = None, *, title: str = "Tag: x") -> str:
    """An archive page; `following` is the address of its next page."""
    link = f'<a class="next page-numbers" rel="next" href="{following}">Older posts</a>' if following else ""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        '<body class="archive tag tag-x">'
        f'<h1 class="page-title">{title}</h1><main>{"".join(articles)}</main>'
        f'<nav class="pagination">{link}</nav></body></html>'
    )


def single(number: int, *, link: str | None = None) -> str:
    """A post's own page."""
    canonical = f'<link rel="canonical" href="{link}">' if link else ""
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        f"<title>Tip number {number} of the desk</title>{canonical}</head>"
        f'<body class="single single-post postid-{number}"><main><article id="post-{number}" class="post hentry">'
        f'<h1 class="entry-title">Tip number {number} of the desk</h1>'
        f'<p><time class="entry-date published" datetime="2015-0{1 + number % 9}-11T08:00:00-05:00">2015</time></p>'
        f'<div class="entry-content">{text_of(number)}</div></article></main></body></html>'
    )


@dataclass
class Reply:
    """An answer with everything about it said."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0


class Blog:
    """Routes by path and query; what has no route answers 404. `asked` lists the paths in their order."""

    def __init__(self) -> None:
        self.routes: dict[str, str | Reply | Callable[[], Reply]] = {}
        self.asked: list[str] = []
        self.moments: list[float] = []
        self.agents: set[str] = set()
        self.under_way = self.most_under_way = 0
        self._lock = threading.Lock()
        blog = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                blog._answer(self)

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.asked.append(handler.path)
            self.moments.append(time.monotonic())
            self.agents.add(handler.headers.get("User-Agent", ""))
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            found = self.routes.get(handler.path, Reply("not here", 404))
            reply = found() if callable(found) else Reply(found) if isinstance(found, str) else found
            time.sleep(reply.wait)
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **reply.headers}
            handler.send_response(reply.status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
        finally:
            with self._lock:
                self.under_way -= 1

    def url(self, path: str = "/tag/x/") -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    @property
    def pages_asked(self) -> list[str]:
        return [path for path in self.asked if path != "/robots.txt"]

    def archive(self, pages: Sequence[Sequence[str]], base: str = "/tag/x/") -> None:
        """Serve listing pages one after another, each linking to the next."""
        addresses = [base, *(f"{base}page/{n}/" for n in range(2, len(pages) + 1))]
        for address, articles, following in zip(addresses, pages, [*addresses[1:], None], strict=True):
            self.routes[address] = listing(articles, following)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def blog() -> Iterator[Blog]:
    served = Blog()
    yield served
    served.close()


@pytest.fixture
def other_blog() -> Iterator[Blog]:
    served = Blog()
    yield served
    served.close()


class Html:
    """The builders of pages, for tests that take them as a fixture."""

    article = staticmethod(article)
    listing = staticmethod(listing)
    single = staticmethod(single)
    slug = staticmethod(slug_of)
    text = staticmethod(text_of)
    Reply = Reply

    @staticmethod
    def packed(text: str) -> bytes:
        return gzip.compress(text.encode())


@pytest.fixture
def html() -> type[Html]:
    return Html


@pytest.fixture
def start_crawl(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a crawl in a program of its own, which prints its report as JSON."""
    script = tmp_path / "crawl_it.py"
    script.write_text(
        "import json, sys\n"
        "from tipsearch.crawler import crawl\n"
        "from tipsearch.pipeline.records import Source\n"
        "name, home, delay, *urls = sys.argv[1:]\n"
        "def tell(p): print(json.dumps(p.url), flush=True)\n"
        "report = crawl([Source(name=name, urls=tuple(urls))], home=home, delay=float(delay), on_progress=tell)\n"
        "print(json.dumps(report.to_json()), flush=True)\n",
        encoding="utf-8",
    )
    started: list[subprocess.Popen[str]] = []

    def start(*urls: str, home: Path, delay: float = 0, name: str = "blog") -> subprocess.Popen[str]:
        command = [sys.executable, str(script), name, str(home), str(delay), *urls]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def last_json() -> Callable[[str], dict[str, object]]:
    return lambda output: json.loads(output.strip().splitlines()[-1])
