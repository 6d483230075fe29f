"""Progress of a crawl on stderr: a live line a source on a terminal, nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..crawler import Progress


@contextmanager
def crawl_progress() -> Iterator[Callable[[Progress], None] | None]:
    """Give a callback that draws the crawl's progress; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    from ..pipeline.text import clean_line

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
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
