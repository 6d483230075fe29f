"""`tipsearch sources`: what is crawled, and what is no longer to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..pipeline.errors import UsageError
from ..pipeline.home import Home
from .finish import finish, kept_pages, locked_store, opened_store
from .options import completed, format_option, home_option, with_home
from .output import hint, plural, say, say_json, styled

if TYPE_CHECKING:
    from ..pipeline.store import Store


@click.group(invoke_without_command=True, short_help="What is crawled; `sources remove` takes a blog out.")
@home_option
@format_option("text", "json")
@click.pass_context
def sources(ctx: click.Context, fmt: str) -> None:
    """List the registered blogs, or remove one."""
    ctx.default_map = {"list": {"fmt": fmt}}
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_sources, fmt=fmt)


@sources.command("list")
@format_option("text", "json")
@with_home
def list_sources(home: Home, fmt: str) -> int:
    """List the sources of tipsearch.toml, and those that only the store knows (saved pages)."""
    from ..pipeline.config import load_sources

    known: list[dict[str, Any]] = [
        {"name": s.name, "urls": list(s.urls), "registered": True} for s in load_sources(home)
    ]
    origins = {}
    if home.store.exists():
        with opened_store(home) as store:
            origins = {name: _origin(store, name) for name in store.sources()}
    names = {s["name"] for s in known}
    known += [{"name": name, "urls": [], "registered": False} for name in origins if name not in names]
    if fmt == "json":
        say_json(known)
        return 0
    for source in known:
        where = ", ".join(source["urls"]) or origins.get(source["name"], "no address yet")
        say(f"{styled(source['name'], bold=True)}: {styled(where)}")
    if not known:
        hint("no source yet; begin with: tipsearch crawl URL")
    return 0


def _origin(store: Store, name: str) -> str:
    """Where the posts of a source without addresses come from."""
    if all(run.command == "ingest" for run in store.runs(name)):
        return "saved pages"
    return "crawled once, no longer in tipsearch.toml"


@sources.command("remove")
@click.argument("name", shell_complete=completed("source"))
@with_home
def remove(home: Home, name: str) -> int:
    """Take the source NAME out of tipsearch.toml, and its posts out of the corpus."""
    from ..pipeline.config import load_sources, remove_source

    if not home.store.exists() and not load_sources(home):
        raise UsageError(f"there is no source {name!r}.", hint=f"{home.path} holds nothing yet.")
    with locked_store(home, "sources remove", create=True) as store:
        names = dict.fromkeys([*(s.name for s in load_sources(home)), *store.sources()])
        if name not in names:
            raise UsageError(f"there is no source {name!r}.", hint=f"There are: {', '.join(names) or 'none'}.")
        remove_source(home, name)
        posts = store.remove_source(name)
        finish(home, store)
    say(f"{styled(name, bold=True)}: removed, with {plural(posts, 'post')}")
    if folder := kept_pages(home, name):
        hint(f"its kept pages stay in {folder}")
    return 0
