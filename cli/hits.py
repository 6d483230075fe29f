"""Hits as `query` and `similar` print them, and the index they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ..index import Hit, IndexUnusableError, SearchIndex, open_index
from ..pipeline.home import Home
from .output import clipped, hint, json_line, on_terminal, plural, published, say, say_json, styled, wrapped

if TYPE_CHECKING:
    from ..index import ScorePart

T = TypeVar("T")

FORMATS = ("text", "json", "jsonl", "urls")


def usable_index(home: Home) -> SearchIndex:
    """The index; where it can't be used and there is a store, it is built again first, and one line says so."""
    try:
        return open_index(home)
    except IndexUnusableError as error:
        return _built_again(home, error)


@contextmanager
def answered(home: Home, ask: Callable[[SearchIndex], T]) -> Iterator[tuple[SearchIndex, T]]:
    """The index and its answer; damage that only shows while it answers has it built again, and asked again."""
    index = usable_index(home)
    try:
        try:
            answer = ask(index)
        except IndexUnusableError as error:
            index.close()
            index = _built_again(home, error)
            answer = ask(index)
        yield index, answer
    finally:
        index.close()


def _built_again(home: Home, error: IndexUnusableError) -> SearchIndex:
    if not home.store.exists():
        raise error
    from ..index import rebuild_index
    from .finish import hint_at_unresolved, opened_store
    from .progress import index_progress

    hint(f"{error.message}; building it again from the store")
    with opened_store(home) as store, index_progress() as progress:
        rebuild_index(home, store, progress=progress)
        hint_at_unresolved(store)
    return open_index(home)


LONGEST_TITLE = 300
"""Characters of a title in a list of hits; `show` has all of it."""


def print_hits(hits: Iterable[Hit], fmt: str, about: dict[str, Any]) -> None:
    """Print hits in one of FORMATS; `about` is what the JSON document says besides its hits."""
    if fmt == "json":
        say_json({**about, "hits": [hit_json(hit) for hit in hits]})
        return
    for hit in hits:
        if fmt == "jsonl":
            say(json_line(hit_json(hit)))
        elif fmt == "text":
            _print_hit(hit)
        elif hit.url:
            say(styled(hit.url))


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit for a program."""
    plain = {
        "rank": hit.rank,
        "score": hit.score,
        "id": hit.id,
        "title": hit.title,
        "published": hit.published.isoformat() if hit.published else None,
        "url": hit.url,
        "source": hit.source,
        "completeness": hit.completeness,
        "snippet": hit.snippet,
    }
    return {**plain, "explanation": [_part_json(part) for part in hit.explanation]} if hit.explanation else plain


def _part_json(part: ScorePart) -> dict[str, Any]:
    return {
        "score": part.score,
        "kind": part.kind,
        "what": part.what,
        "field": part.field,
        "forms": dict(part.forms),
        "posts": part.posts,
    }


def _print_hit(hit: Hit) -> None:
    number = f"{hit.rank:>3}. "
    title = styled(clipped(hit.title, LONGEST_TITLE) or "(untitled)", bold=True)
    about = [published(hit), hit.source]
    if hit.completeness == "excerpt":
        about.append("excerpt")
    if hit.gone:
        about.append("gone from the blog")
    say(f"{number}{title}  {styled(' · '.join(about), fg='cyan')}")
    parts = hit.snippet_parts or ((hit.snippet, False),)
    if on_terminal():
        for line in wrapped(parts, " " * len(number), fg="yellow", bold=True):
            say(line)
    elif hit.snippet:
        say(" " * len(number) + styled(hit.snippet))
    say(" " * len(number) + styled(f"{hit.id}  {hit.url or ''}".rstrip(), dim=True))
    if hit.explanation:
        for line in _explained(hit):
            say(" " * len(number) + styled(line))


def _explained(hit: Hit) -> Iterator[str]:
    """The parts of a score, a line each, under their sum."""
    yield f"{hit.score:8.3f}  the sum of:"
    for part in hit.explanation:
        if part.kind == "filter":
            yield f"       –  passes {part.what}"
            continue
        held = [word if times == 1 else f"{word} ×{times}" for word, times in part.forms]
        if part.posts is not None:
            held.append(f"in {plural(part.posts, 'post')}")
        told = part.what if part.kind in {"word", "together", "phrase"} else f"{part.kind} {part.what}"
        told += f" in the {part.field}" if part.field and not part.what.startswith(f"{part.field}:") else ""
        yield f"{part.score:8.3f}  {told}" + (f" ({', '.join(held)})" if held else "")
