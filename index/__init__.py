"""Posts in, hits out: the index, its query language and its engine."""

from ..pipeline.errors import IndexUnusableError, QueryError
from .records import Hit, IndexedPost, SearchResults, SyncReport
from .search import SearchIndex, open_index
from .sync import ChangeFeed, rebuild_index, sync_index

__all__ = [
    "ChangeFeed",
    "Hit",
    "IndexUnusableError",
    "IndexedPost",
    "QueryError",
    "SearchIndex",
    "SearchResults",
    "SyncReport",
    "open_index",
    "rebuild_index",
    "sync_index",
]
