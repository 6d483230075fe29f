"""robots.txt files kept for a day."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tipsearch.crawler.robots_cache import MAX_AGE, RobotsCache

SITE = "http://blog.example:80"


def age(folder: Path, seconds: float) -> None:
    (path,) = (folder / "robots").glob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "fetched": time.time() - seconds}))


@pytest.mark.parametrize("body", [b"", b"User-agent: *\nDisallow: /x\n", bytes(range(256))])
def test_a_body_is_given_back_as_it_was(tmp_path: Path, body: bytes) -> None:
    RobotsCache(str(tmp_path)).put(SITE, body)
    assert RobotsCache(str(tmp_path)).get(SITE) == body
    assert RobotsCache(str(tmp_path)).get("https://blog.example:443") is None


@pytest.mark.parametrize(("seconds", "kept"), [(MAX_AGE - 60, True), (MAX_AGE + 1, False), (-3600, False)])
def test_it_is_kept_for_a_day_and_never_from_the_future(tmp_path: Path, seconds: float, kept: bool) -> None:
    RobotsCache(str(tmp_path)).put(SITE, b"x")
    age(tmp_path, seconds)
    assert (RobotsCache(str(tmp_path)).get(SITE) is not None) is kept


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "{}", '{"site": "http://other:80", "fetched": 9e99, "body": ""}', '{"fetched": "x"}']
)
def test_a_damaged_copy_is_none(tmp_path: Path, text: str) -> None:
    cache = RobotsCache(str(tmp_path))
    cache.put(SITE, b"x")
    (path,) = (tmp_path / "robots").glob("*.json")
    path.write_text(text)
    assert cache.get(SITE) is None
    cache.put(SITE, b"y")
    assert cache.get(SITE) == b"y"


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "robots").write_text("a file in its place")
    cache = RobotsCache(str(tmp_path))
    cache.put(SITE, b"x")
    assert cache.get(SITE) is None
    assert RobotsCache("").get(SITE) is None
