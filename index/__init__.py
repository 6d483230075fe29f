"""Posts in, hits out: the index, its query language and its engine."""

from ..pipeline.errors import IndexUnusableError, QueryError
from .records import FacetCount, Hit, IndexedPost, ScorePart, SearchResults, SyncReport, Trend, WithoutOne, YearCount
from .search import SearchIndex, open_index
from .sync import ChangeFeed, rebuild_index, sync_index

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
