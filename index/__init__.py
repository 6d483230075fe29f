"""Posts in, hits out: the index, its query language and its engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..pipeline.errors import IndexUnusableError, QueryError
from .records import Hit, IndexedPost, SearchResults
from .search import SearchIndex, open_index

if TYPE_CHECKING:
    from .explain import ScorePart
    from .facets import FacetCount
    from .nothing import WithoutOne
    from .sync import ChangeFeed, SyncReport, rebuild_index, sync_index
    from .trends import Trend, YearCount

__all__ = [
    "ChangeFeed",
    "FacetCount",
    "Hit",
    "IndexUnusableError",
    "IndexedPost",
    "QueryError",
    "ScorePart",
    "SearchIndex",
    "SearchResults",
    "SyncReport",
    "Trend",
    "WithoutOne",
    "YearCount",
    "open_index",
    "rebuild_index",
    "sync_index",
]

_LATER = {
    "ChangeFeed": "sync",
    "FacetCount": "facets",
    "ScorePart": "explain",
    "SyncReport": "sync",
    "Trend": "trends",
    "WithoutOne": "nothing",
    "YearCount": "trends",
    "rebuild_index": "sync",
    "sync_index": "sync",
}
"""What few searches need is imported when it is asked for (PEP 562): each dataclass takes half a millisecond."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_LATER[name]}", __name__), name)
