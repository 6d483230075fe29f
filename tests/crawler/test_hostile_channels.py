"""Feeds, sitemaps and REST answers that attack their reader: named, bounded in time and memory, nothing expanded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.faults import Answer, Spoilt, html, spoilt, stream
from support.sites import big_wordpress
from tipsearch.cli.demo.server import serve
from tipsearch.crawler import SourceReport, crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Post, Source

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "laugh">{LAUGHS}]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>'
POSTS = 12


def read(
    home: Path, paths: dict[str, Answer | Callable[[str], str]], *, refreshed: bool = False, **options: Any
) -> tuple[SourceReport, list[Post]]:
    """The report on a blog some of whose paths are spoilt (where `refreshed`, only after a first crawl), and its posts.

    A function of a text stands for the right answer changed by it.
    """
    blog = big_wordpress(POSTS)
    site = Spoilt(blog)
    with serve(site) as running:
        source = Source(name="x", urls=(f"{running.url}/",))

        def crawled() -> SourceReport:
            return crawl([source], home=home, delay=0, backoff=0.01, timeout=20, **options).sources[0]

        if refreshed:
            assert crawled().posts_total == POSTS
        for path, given in paths.items():
            site.paths[path] = spoilt(blog, given) if getattr(given, "changes", False) else given  # type: ignore[arg-type, assignment]
        report = crawled()
    store = open_store(home)
    try:
        return report, list(store.posts())
    finally:
        store.close()


def changed(change: Callable[[str], str]) -> Any:
    """A change to the right answer."""
    change.changes = True  # type: ignore[attr-defined]
    return change


def with_prolog(prolog: str, tag: str) -> Any:
    """A document type before the document, and its largest entity in every `tag`."""

    def change(text: str) -> str:
        head, sign, rest = text.partition("?>")
        return (head + sign + prolog + rest).replace(f"<{tag}>", f"<{tag}>&l11;")

    return changed(change)


@pytest.mark.parametrize("prolog", [BOMB, OUTSIDE], ids=["a billion laughs", "a file"])
def test_no_entity_of_a_feed_is_expanded(prolog: str, tmp_path: Path) -> None:
    started = time.monotonic()
    report, posts = read(tmp_path, {"/feed/": with_prolog(prolog, "title")}, channel="feed")
    assert time.monotonic() - started < 90
    assert (report.archives[0].channel, len(posts)) == ("feed", POSTS)
    assert not any("laughlaugh" in post.title + post.text or "root:" in post.title + post.text for post in posts)


def test_control_characters_in_a_feed_cost_no_post(tmp_path: Path) -> None:
    spoil = "<title>\x00\x08\x1b[31m &#0;&#27;&#xD800; \x0b\ufffe\ud800& "
    report, posts = read(tmp_path, {"/feed/": changed(lambda t: t.replace("<title>", spoil))}, channel="feed")
    assert (report.archives[0].channel, len(posts)) == ("feed", POSTS)
    assert not {c for post in posts for c in post.title + post.text} & set("\x00\x08\x0b\x1b\ufffe\ud800")


def test_a_sitemap_that_is_a_bomb_costs_nothing_but_itself(tmp_path: Path) -> None:
    started = time.monotonic()
    paths = {name: with_prolog(BOMB, "loc") for name in ("/wp-sitemap.xml", "/wp-sitemap-posts-post-1.xml")}
    report, posts = read(tmp_path, paths, channel="feed")
    assert (report.archives[0].channel, len(posts)) == ("feed", POSTS)
    assert time.monotonic() - started < 90


@pytest.mark.parametrize(
    ("path", "answer", "then"),
    [
        ("/wp-json/wp/v2/posts", stream(50_000_000, part=b"[" * 65_536, Content_Type="application/json"), "feed"),
        ("/feed/", stream(50_000_000, Content_Type="application/rss+xml"), "html"),
    ],
    ids=["REST", "feed"],
)
def test_a_channel_that_answers_with_fifty_megabytes_is_left_for_the_next(
    path: str, answer: Answer, then: str, tmp_path: Path
) -> None:
    others: dict[str, Any] = {} if then == "feed" else {"/wp-json/wp/v2/posts": 404}
    report, posts = read(tmp_path, {**others, path: answer})
    assert (report.archives[0].channel, report.archives[0].complete, len(posts)) == (then, True, POSTS)
    assert "20 MB" in report.archives[0].why


@pytest.mark.parametrize("full", [False, True], ids=["refresh", "full"])
@pytest.mark.parametrize("channel", ["rest", "feed"])
def test_a_challenge_in_place_of_a_channel_and_of_the_page_is_named(channel: Any, full: bool, tmp_path: Path) -> None:
    challenge = html("<!DOCTYPE html><title>Just a moment...</title><script>window._cf_chl_opt={}</script><p>Wait.</p>")
    paths: dict[str, Any] = dict.fromkeys(("/", "/feed/", "/wp-json/wp/v2/posts"), challenge)
    report, posts = read(tmp_path, paths, refreshed=True, full=full, channel=channel)
    assert (report.outcome, report.error, len(posts)) == ("failed", "BlockedError", POSTS)
    assert "a challenge of Cloudflare" in report.problems[0]
