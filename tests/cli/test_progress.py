"""Progress goes to stderr, on a terminal only."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from .conftest import ENVIRONMENT, Run


def test_a_long_reindex_counts_its_posts_on_a_terminal(corpus: Path) -> None:
    code = (
        "from tipsearch.cli import progress; progress.QUICK = 10; from tipsearch.cli.main import run; "
        f"raise SystemExit(run(['--home', {str(corpus)!r}, 'reindex']))"
    )
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=follower, env=ENVIRONMENT | {"TERM": "xterm"}
    ) as process:
        os.close(follower)
        drawn = b""
        while True:
            try:
                chunk = os.read(leader, 65536)
            except OSError:
                break
            if not chunk:
                break
            drawn += chunk
        assert process.stdout
        assert process.stdout.read() == b"index built again: 100 posts\n"
    os.close(leader)
    assert b"index: 100 posts" in drawn


def test_nothing_is_drawn_where_nobody_looks(ask: Run) -> None:
    assert ask("reindex").err == ""
