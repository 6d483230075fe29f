"""Golden pages: each case is a folder with a page, its circumstances and what it must yield."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tipsearch.crawler.extract import Extraction, Page, extract
from tipsearch.pipeline.text import body_lines

FIXTURES = Path(__file__).parents[1] / "fixtures"
PLATFORMS = ("wordpress", "blogger", "html", "text")
PAGE_FIELDS = ("kind", "layout", "archive", "next_url", "canonical_url")
ENTRY_FIELDS = (
    "title",
    "form",
    "permalink",
    "also_at",
    "platform_id",
    "dates",
    "author",
    "categories",
    "tags",
    "listed_in",
    "body",
)


def case_folders() -> list[Path]:
    return sorted(folder.parent for platform in PLATFORMS for folder in (FIXTURES / platform).glob("*/meta.json"))


def load_page(folder: Path) -> Page:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    markup = (folder / "page.html").exists()
    with (folder / ("page.html" if markup else "page.txt")).open(encoding="utf-8", newline="") as file:
        text = file.read()
    return Page(
        source=meta["source"],
        url=meta["url"],
        text=text,
        observed_at=datetime.fromisoformat(meta["observed_at"]),
        markup=markup,
    )


def as_golden(extraction: Extraction) -> dict[str, Any]:
    """What a golden file holds: bodies as their clean lines, dates as "origin: text (place)"."""
    golden: dict[str, Any] = {name: getattr(extraction, name) for name in PAGE_FIELDS}
    golden["entries"] = [
        {
            "title": entry.title,
            "form": entry.form,
            "permalink": entry.permalink,
            "also_at": list(entry.also_at),
            "platform_id": entry.platform_id,
            "dates": [f"{date.origin}: {date.text} ({date.place})" for date in entry.dates],
            "author": entry.author,
            "categories": list(entry.categories),
            "tags": list(entry.tags),
            "listed_in": entry.listed_in,
            "body": body_lines(entry.body, entry.body_type),
        }
        for entry in extraction.entries
    ]
    return golden


def expected(folder: Path) -> dict[str, Any] | None:
    """The golden file's content; where there is none it is written, and None given back."""
    path = folder / "expected.json"
    if not path.exists():
        path.write_text(
            json.dumps(as_golden(extract(load_page(folder))), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
