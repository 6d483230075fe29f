"""`tipsearch show`, `export` and `forget`: single posts, and all of them."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from ..pipeline.errors import UsageError
from ..pipeline.home import Home
from ..pipeline.records import Post
from .exits import NOTHING_FOUND
from .finish import finish, hint_at_unresolved, kept_pages, locked_store, opened_store
from .options import completed, format_option, with_home
from .output import hint, json_line, no_such_post, on_terminal, plural, published, say, say_json, styled, wrapped

if TYPE_CHECKING:
    from ..pipeline.store import ResolvedPost, Store
    from ..pipeline.why import Evidence


@click.command(short_help="One post, and why it is what it is.")
@click.argument("post_id", metavar="ID")
@click.option("--why", is_flag=True, help="Show every entry it came from, and the evidence for its date.")
@format_option("text", "json")
@with_home
def show(home: Home, *, post_id: str, why: bool, fmt: str) -> int:
    """Print one post. An id that answered once always answers; where two posts share one, both are printed.

    Exit status: 0 found, 1 there is no such post.
    """
    with opened_store(home) as store:
        found = _found(store, post_id)
        if not found:
            return NOTHING_FOUND
        evidence = [_evidence(store, resolved) if why else None for resolved in found]
    if fmt == "json":
        described = [_post_json(r, e) for r, e in zip(found, evidence, strict=True)]
        say_json(described[0] if len(described) == 1 else described)
        return 0
    for number, (resolved, grounds) in enumerate(zip(found, evidence, strict=True)):
        if number:
            say("\n" + "─" * 20 + "\n")
        _print_post(resolved.post)
        if grounds is not None:
            _print_evidence(resolved, grounds)
    return 0


def _found(store: Store, post_id: str) -> list[ResolvedPost]:
    """The posts of an id, with a hint where there are none or several."""
    found = store.find(post_id.strip().lower())
    if not found:
        no_such_post(post_id)
    elif len(found) > 1:
        hint(f"{len(found)} posts answer to {post_id}")
    return found


def _evidence(store: Store, resolved: ResolvedPost) -> Evidence:
    from ..pipeline.why import explain

    return explain(store, resolved)


def _post_json(resolved: ResolvedPost, evidence: Evidence | None) -> dict[str, Any]:
    plain = resolved.post.to_json()
    return {**plain, "why": evidence.to_json()} if evidence else plain


def _print_post(post: Post) -> None:
    say(styled(post.title or "(untitled)", bold=True))
    about = [published(post), f"from the {post.published_origin}" if post.published_origin else "", post.author or ""]
    about += [post.source, "the full post" if post.completeness == "full" else "an excerpt only"]
    if post.gone:
        about.append("gone from the blog")
    say(styled(" · ".join(part for part in about if part), fg="cyan"))
    for label, values in (("categories", post.categories), ("tags", post.tags)):
        if values:
            say(styled(f"{label}: {', '.join(values)}"))
    if post.url:
        say(styled(post.url))
    say(styled(f"id {post.id}, first seen {post.first_seen:%Y-%m-%d}, last seen {post.last_seen:%Y-%m-%d}", dim=True))
    for line in post.text.splitlines():
        say()
        for row in wrapped([(line, False)]) if on_terminal() else [styled(line)]:
            say(row)


def _print_evidence(resolved: ResolvedPost, evidence: Evidence) -> None:
    say()
    say(styled("Why this date", bold=True))
    say(styled(f"  {published(resolved.post)}: {evidence.verdict}"))
    if evidence.bounds:
        say(styled(f"  {evidence.bounds}"))
    for candidate in evidence.dates:
        found = candidate.found
        say(styled(f"  {found.date} ({found.precision}) from the {found.origin}: {found.raw!r} in {candidate.place}"))
    say(styled(f"  day and month: {evidence.order}"))
    say(styled(f"  time zone: {evidence.zone}"))
    say()
    say(styled("Why one post", bold=True))
    for known, reason in evidence.entries:
        entry = known.entry
        say(styled(f"  {entry.form} {entry.title!r}: {reason}"))
        where = entry.page_url or "a saved page without an address"
        say(styled(f"    on {where}, place {entry.position + 1}, read as {entry.layout}"))
        seen = f"first {known.first_seen:%Y-%m-%d %H:%M}, last {known.last_seen:%Y-%m-%d %H:%M} UTC"
        say(styled(f"    seen {plural(known.times, 'time')}, {seen}"))
    for revision in evidence.revisions:
        until = f"{revision.first_seen:%Y-%m-%d} to {revision.last_seen:%Y-%m-%d}"
        say(styled(f"  another text, seen {until}, is kept: {revision.text[:100]}…"))
    for rival in evidence.possibly_same:
        say(styled(f"  possibly the same: {rival} (the evidence is not enough)"))


@click.command(short_help="Every post, as JSON Lines or CSV.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of stdout.")
@format_option("jsonl", "csv")
@with_home
def export(home: Home, output: Path | None, fmt: str) -> int:
    """Print every post: JSON Lines with all fields, or CSV that a spreadsheet opens without running anything."""
    with opened_store(home) as store, _destination(output) as out:
        hint_at_unresolved(store)
        count = (_write_csv if fmt == "csv" else _write_jsonl)(store.posts(), out)
    hint(f"{plural(count, 'post')} written" + (f" to {output}" if output else ""))
    return 0


@contextmanager
def _destination(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    try:
        # csv brings its own line ends; utf-8 without a byte order mark, as JSON demands (RFC 8259, 8.1).
        with output.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            yield file
    except OSError as error:
        raise UsageError(f"{output} can't be written: {error.strerror or error}") from error


def _write_jsonl(posts: Iterator[Post], out: IO[str]) -> int:
    count = 0
    for count, post in enumerate(posts, 1):  # noqa: B007 - the last number is the count
        out.write(json_line(post.to_json()) + "\n")
    return count


def _write_csv(posts: Iterator[Post], out: IO[str]) -> int:
    writer = None
    count = 0
    for count, post in enumerate(posts, 1):  # noqa: B007 - the last number is the count
        row = {name: _cell(value) for name, value in post.to_json().items()}
        if writer is None:
            writer = csv.DictWriter(out, list(row))
            writer.writeheader()
        writer.writerow(row)
    return count


def _cell(value: Any) -> str:
    """A value as a spreadsheet cell; what would be taken for a formula gets an apostrophe before it (OWASP)."""
    text = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text


@click.command(short_help="Drop a post, and keep it out of later crawls.")
@click.argument("post_id", metavar="ID")
@click.option(
    "--source", shell_complete=completed("source"), help="Which source's post, where several answer to the id."
)
@with_home
def forget(home: Home, post_id: str, source: str | None) -> int:
    """Drop a post with all its entries, and keep it out of later crawls.

    Exit status: 0 dropped, 1 there is no such post, 2 several posts answer to the id.
    """
    with locked_store(home, "forget") as store:
        found = [r for r in _found(store, post_id) if source in {None, r.post.source}]
        if not found:
            return NOTHING_FOUND
        exact = [r for r in found if r.post.id == post_id.strip().lower()] or found
        if len(exact) > 1:
            names = ", ".join(f"{r.post.id} in {r.post.source}" for r in exact)
            raise UsageError(
                f"several posts answer to {post_id}: {names}.", hint="Give the post's own id and --source."
            )
        post = exact[0].post
        entries = store.forget(post.source, post.id)
        finish(home, store)
    say(styled(f"forgotten: {post.title or '(untitled)'} ({plural(entries, 'entry')}); later crawls leave it out"))
    if folder := kept_pages(home, post.source):
        hint(f"the pages that crawls kept in {folder} may still hold it; nothing was deleted there")
    return 0
