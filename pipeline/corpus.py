"""The corpus kept up: the posts of a source resolved from what the store holds of it."""

from __future__ import annotations

from collections.abc import Iterable

from .records import Source
from .resolver import resolve_source
from .store.protocol import ApplyResult, Store


def resolve_corpus(store: Store, source: Source) -> ApplyResult:
    """Resolve a source anew and write what differs, in one transaction; gives what was added, changed and withdrawn.

    Raises StoreError. Interrupted at any instant, it leaves the posts as they were, and the source marked unresolved.
    """
    resolution = resolve_source(store.entries(source.name), source)
    return store.apply(source.name, resolution.posts, resolution.facts_json())


def resolve_pending(store: Store, sources: Iterable[Source]) -> dict[str, ApplyResult]:
    """Resolve every source that holds facts which no resolve has seen, as a killed crawl leaves them.

    `sources` are the configured ones; any other gets the defaults. Raises StoreError.
    """
    settings = {source.name: source for source in sources}
    return {name: resolve_corpus(store, settings.get(name, Source(name=name))) for name in store.unresolved()}
