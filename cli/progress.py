"""Progress on stderr while crawling and indexing: live lines on a terminal, nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from ..crawler import Progress

QUICK = 500
"""So many posts are indexed before anybody wonders what is going on: about half a second."""


@contextmanager
def crawl_progress() -> Iterator[Callable[[Progress], None] | None]:
    """Give a callback that draws the crawl's progress; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.markup import escape
    from rich.progress import TaskID

    from ..pipeline.text import clean_line

    with _bars() as bars:
        tasks: dict[str, TaskID] = {}

        def draw(progress: Progress) -> None:
            where = clean_line(progress.url)[-60:]
            done = f"{progress.pages} pages, {progress.entries_new} new entries"
            if progress.phase == "posts":
                done = f"{progress.posts_fetched} of {progress.posts_fetched + progress.posts_wanted} posts"
            line = f"{escape(progress.source)}: {done}  {escape(where)}"
            if progress.source not in tasks:
                tasks[progress.source] = bars.add_task(line, total=None)
            bars.update(tasks[progress.source], description=line)

        yield draw


@contextmanager
def index_progress() -> Iterator[Callable[[int], None] | None]:
    """Give a callback that draws how many posts are indexed, once they are many; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        drawn: list[Bars] = []

        def draw(count: int) -> None:
            if count >= QUICK and not drawn:
                drawn.append(stack.enter_context(_bars()))
                drawn[0].add_task("index", total=None)
            for bars in drawn:
                bars.update(bars.task_ids[0], description=f"index: {count:,} posts")

        yield draw


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
