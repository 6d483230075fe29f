"""Entries for tests, made with as few words as a test needs."""

from __future__ import annotations

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
