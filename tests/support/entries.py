"""Entries for tests, made with as few words as a test needs."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tipsearch.pipeline import Entry, RawDate

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def entry(title: str, body: str = "", *, at: int = 0, dates: tuple[tuple[str, str], ...] = (), **fields: Any) -> Entry:
    """An entry seen `at` hours after a fixed moment; plain text and a full post unless said otherwise."""
    said: dict[str, Any] = {"source": "tips", "form": "content", "body_type": "text", "layout": "html"}
    said |= fields
    raw = tuple(RawDate(text, origin, f"test {origin}") for text, origin in dates)  # type: ignore[arg-type]
    return Entry(title=title, body=body, dates=raw, observed_at=MOMENT + timedelta(hours=at), **said)


def teaser(title: str, body: str = "", **fields: Any) -> Entry:
    """The same as an excerpt."""
    return entry(title, body, form="summary", **fields)


def tricky_blog(seed: int, size: int) -> list[Entry]:
    """Entries of a small made-up blog: few titles and texts, so that everything can be taken for everything."""
    pick = random.Random(seed)
    long = "When the bell rings twice open the door and smile at whoever stands there, rain or shine."
    bodies = [long, long + " And then some more.", "Quite another text is here for you.", ""]
    entries = []
    for _ in range(size):
        full = pick.choice(bodies)
        title = pick.choice(["Poem", "Tip", ""]) + pick.choice(["", "", " – 6/5/19", " – 6/25/19", " - 25/6/19"])
        link = pick.choice([None, None, "https://example.com/a", "http://www.example.com/a/", "https://example.com/b"])
        make, body = (teaser, " ".join(full.split()[:8])) if pick.random() < 0.5 else (entry, full)
        entries.append(make(title, body, permalink=link, at=pick.randrange(4), position=pick.randrange(5)))
    return entries
