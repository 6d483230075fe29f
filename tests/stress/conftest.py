"""A home with a whole corpus, from which each stage is begun again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.sites import big_site
from support.stress import CRAWL, Running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a whole corpus, its pages kept and its index built."""
    home = tmp_path_factory.mktemp("made") / "home"
    with big_site(45, rest="off", feed="off") as site:
        run = Running(CRAWL, home, json.dumps({"name": "blog", "urls": [f"{site.url}/"], "keep_pages": True}))
        run.wait_for_begin()
        assert run.end()[0] == 0
    return home
