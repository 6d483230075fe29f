"""What a home holds, without the moments at which it came to hold it; for comparing two homes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tipsearch.pipeline import open_store

from .stress import answers

MOMENTS = ("first_seen", "last_seen", "last_changed")


def corpus(home: Path, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The posts of a home as `export` gives them, without moments and the keys in `without`."""
    store = open_store(home)
    try:
        posts = [post.to_json() for post in store.posts()]
    finally:
        store.close()
    return sorted(
        ({k: v for k, v in post.items() if k not in MOMENTS and k not in without} for post in posts),
        key=lambda post: (post["source"], post["id"]),
    )


def entries(home: Path, source: str) -> dict[str, tuple[str | None, frozenset[str]]]:
    """The distinct entries of a source by digest: on which page each was first seen, and in which archives."""
    store = open_store(home)
    try:
        return {known.digest: (known.entry.page_url, known.listed_in) for known in store.entries(source)}
    finally:
        store.close()


def undated_bounds(home: Path) -> dict[str, tuple[Any, Any]]:
    """What the order of the listings says of the posts without a date."""
    store = open_store(home)
    try:
        return {post.id: (post.not_before, post.not_after) for post in store.posts()}
    finally:
        store.close()


def is_whole(home: Path) -> None:
    with closing(sqlite3.connect(home / "corpus.sqlite3")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def assert_same(home: Path, reference: Path) -> None:
    assert corpus(home) == corpus(reference)
    assert entries(home, "blog").keys() == entries(reference, "blog").keys()
    assert undated_bounds(home) == undated_bounds(reference)
    assert answers(home) == answers(reference)
