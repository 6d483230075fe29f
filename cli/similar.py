"""`tipsearch similar`: more posts like one."""

from __future__ import annotations

import click

from ..index import IndexedPost, SearchIndex, SearchResults
from ..pipeline.home import Home
from .exits import NOTHING_FOUND
from .hits import FORMATS, answered, print_hits
from .options import format_option, with_home
from .output import hint, no_such_post


@click.command(short_help="More posts like one.")
@click.argument("post_id", metavar="ID")
@click.option(
    "-n", "--limit", "limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="Posts to print."
)
@format_option(*FORMATS)
@with_home
def similar(home: Home, *, post_id: str, limit: int, fmt: str) -> int:
    """Print the posts that are most like one, best first: those that share the words which tell it from the others.

    Exit status: 0 found, 1 there is no such post, or none like it.
    """

    def ask(index: SearchIndex) -> tuple[IndexedPost, SearchResults] | None:
        post = index.get(post_id.strip().lower())
        return (post, index.similar(post.id, limit=limit)) if post else None

    with answered(home, ask) as (_, found):
        if found is None:
            no_such_post(post_id)
            return NOTHING_FOUND
        post, results = found
        print_hits(results, fmt, {"id": post.id, "total": results.total, "took_ms": results.took_ms})
    if not results.total:
        hint(f"no post is like {post.id}")
    return 0 if results.total else NOTHING_FOUND
