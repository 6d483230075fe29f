"""The real command line in a subprocess, and a corpus that it made from the bundled blogs."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tipsearch.cli.demo import DemoSites, demo_sites

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("TIPSEARCH")} | {
    "TIPSEARCH_BACKOFF": "0",
    "PYTHONIOENCODING": "utf-8",
    "COLUMNS": "100",
}

POST = (
    "<html><body class='single'><article class='hentry'><h1 class='entry-title'>A Tip – 6/25/19</h1>"
    "<div class='entry-content'><p>When the bell rings twice, open the door and smile.</p></div>"
    "</article></body></html>"
)
"""A saved page with one post."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def tipsearch(*args: object, home: Path | None = None, **environment: str) -> Done:
    """Run the command line as a shell would; fails where it answers with a traceback."""
    command = [sys.executable, "-m", "tipsearch.cli.main", *(["--home", str(home)] if home else []), *map(str, args)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=ENVIRONMENT | environment, timeout=300, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def on_a_terminal(*args: str, **environment: str) -> str:
    """What a command prints on a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tipsearch.cli.main", *args],
        stdout=follower,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT | {"TERM": "xterm"} | environment,
    )
    os.close(follower)
    output = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    process.wait()
    os.close(leader)
    return output.decode("utf-8")


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line on a home of the test's own."""
    return lambda *args, **environment: tipsearch(*args, home=tmp_path / "home", **environment)


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoSites]:
    """The bundled blogs, served."""
    with demo_sites() as sites:
        yield sites


@pytest.fixture(scope="session")
def corpus(demo: DemoSites, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the command line has crawled the bundled blogs; for reading only."""
    home = tmp_path_factory.mktemp("corpus") / "home"
    done = tipsearch("crawl", demo.tips_url, demo.tips_tag_url, "--name", "tips", "--delay", "0", home=home)
    assert done.status == 0, done
    done = tipsearch("crawl", demo.sayings_url, "--name", "sayings", "--delay", "0", home=home)
    assert done.status == 0, done
    return home


@pytest.fixture(scope="session")
def ask(corpus: Path) -> Run:
    """The command line on that corpus."""
    return lambda *args, **environment: tipsearch(*args, home=corpus, **environment)
