"""The form in which the index keeps a post, to give it back without the store."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from .records import IndexedPost

if TYPE_CHECKING:
    from ..pipeline.records import Change, Post

KEPT = (
    "id",
    "source",
    "title",
    "published",
    "published_precision",
    "published_origin",
    "url",
    "author",
    "categories",
    "tags",
    "completeness",
    "text",
    "gone",
)


def pack(change: Change, post: Post) -> str:
    """A post with its aliases as ASCII JSON, which holds any character, lone surrogates too."""
    whole = post.to_json()
    kept = {name: whole[name] for name in KEPT}
    kept["aliases"] = [alias for alias in dict.fromkeys(change.aliases) if alias != post.id]
    return json.dumps(kept, separators=(",", ":"))


def unpack(packed: str) -> IndexedPost:
    """The post that `pack` was given."""
    kept = json.loads(packed)
    kept["published"] = date.fromisoformat(kept["published"]) if kept["published"] else None
    for name in ("categories", "tags", "aliases"):
        kept[name] = tuple(kept[name])
    return IndexedPost(**kept)
