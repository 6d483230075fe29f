"""A blog that attacks its reader: what it wrote reaches no terminal, no JSON, no spreadsheet as more than text."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from support.faults import html, serve_pages

from .conftest import Done, Run, on_a_terminal, tipsearch

ATTACK = "\x1b[31m\x1b]0;owned\x07\x9b2J\x00\u202e\u2066\ufeff\x08\x7f\ud800"
"""Colours, a window title, a cleared screen, NUL, bidi overrides, a backspace, half a character."""
IN_HTML = "".join(f"&#{ord(c)};" for c in ATTACK)
UNSAFE = set("\x00\x07\x08\x0b\x0c\x1b\x7f\x9b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ud800")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LONG = 1_000_000


def post(number: int, title: str, text: str = "", *, link: str = "", tag: str = "x", author: str = "Robin") -> str:
    """A post of a listing, its bell ringing."""
    return (
        f'<article class="post type-post hentry" id="post-{number}"><h2 class="entry-title">'
        f'<a rel="bookmark" href="{link or f"/2015/0{number}/post-{number}/"}">{title}</a></h2>'
        f'<time class="entry-date published" datetime="2015-0{number}-11T08:00:00-05:00">2015</time>'
        f'<span class="author vcard"><a class="url fn n" href="/author/r/">{author}</a></span>'
        f'<div class="entry-content"><p>When the bell rings number {number} times, open the door. {text}</p></div>'
        f'<footer class="entry-footer"><span class="tags-links"><a rel="tag" href="/tag/t{number}/">{tag}</a></span>'
        "</footer></article>"
    )


POSTS = [
    post(1, f"Attack {ATTACK} one", f"raw {ATTACK} text", tag=f"tag {ATTACK} one", author=f"Robin {ATTACK} Vale"),
    post(2, f"Attack {IN_HTML} two", f"escaped {IN_HTML} text", tag=f"tag {IN_HTML}", author=f"Kit {IN_HTML} Vale"),
    post(3, "=HYPERLINK(&quot;http://a.example&quot;,&quot;click&quot;)", "formula", tag="+1+1", author="@SUM(1)"),
    post(4, "-2+3 cmd|' /C calc'!A0", "formula", tag="-1", author="=1"),
    post(5, "Long " + "very " * (LONG // 5), "word " * 1000),
    post(6, "Wide " + "w" * LONG, "x" * LONG),
    post(7, "Strange address", link="/2015/07/\x1b[31mred\u202e\x00post/?a=\x07&amp;b=\n"),
    post(8, "[bold]markup[/bold] &lt;script&gt;alert(1)&lt;/script&gt;", "[red]rich[/red] {{ jinja }} %s \\x1b[31m"),
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    home = tmp_path_factory.mktemp("hostile") / "home"
    page = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Tag: x</title></head><body class="archive tag">'
    following = f'<a class="next page-numbers" rel="next" href="/gone/{ATTACK}/page/2/">Older</a></body></html>'
    with serve_pages({"/x/": html(page + "".join(POSTS) + following)}) as site:
        done = tipsearch("crawl", f"{site.url}/x/", "--name", "hostile", "--delay", "0", home=home)
    return home, done


@pytest.fixture
def ask(hostile: tuple[Path, Done]) -> Run:
    return lambda *args, **more: tipsearch(*args, home=hostile[0], **more)


def posts_of(ask: Run) -> list[dict[str, Any]]:
    return ask("export").lines


def assert_clean(text: str) -> None:
    assert not UNSAFE & set(text)


def test_the_crawl_says_what_it_did_in_clean_text(hostile: tuple[Path, Done]) -> None:
    _, done = hostile
    assert "8 posts" in done.out
    assert_clean(done.out + done.err)
    assert max(map(len, done.out.splitlines())) < 3000


def test_every_post_is_kept_with_its_words(ask: Run) -> None:
    posts = posts_of(ask)
    assert len(posts) == 8
    titles = {post["title"] for post in posts}
    assert {"Strange address", "-2+3 cmd|' /C calc'!A0"} <= titles
    assert sum(title.startswith("Attack") for title in titles) == 2


@pytest.mark.parametrize(
    "command",
    [
        ("query", "bell"),
        ("query", "attack"),
        ("query", "bell", "--sort", "newest"),
        ("status",),
        ("sources",),
        ("export",),
        ("export", "--format", "csv"),
        ("query", "bell", "--format", "jsonl"),
        ("query", "bell", "--format", "urls"),
        ("query", "bell", "--format", "json"),
        ("status", "--format", "json"),
        ("sources", "--format", "json"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_no_command_prints_a_control_character(command: tuple[str, ...], ask: Run) -> None:
    done = ask(*command)
    assert done.status in {0, 3}
    assert_clean(done.out + done.err)
    if "json" in command:
        assert done.json is not None
    if command[-1] == "jsonl" or command == ("export",):
        assert all(done.lines)


def test_a_single_post_and_its_evidence_are_clean(ask: Run) -> None:
    for one in posts_of(ask):
        if one["title"].startswith(("Attack", "Strange")):
            for command in ((), ("--why",), ("--why", "--format", "json")):
                done = ask("show", one["id"], *command)
                assert done.status == 0
                assert_clean(done.out + done.err)
            assert done.json["id"] == one["id"]
    done = ask("similar", one["id"])
    assert done.status == 0
    assert_clean(done.out + done.err)


@pytest.mark.parametrize("command", [("query", "bell"), ("query", "attack"), ("status",), ("show",)], ids=" ".join)
def test_a_terminal_gets_no_sequences_but_our_own_colours(
    command: tuple[str, ...], hostile: tuple[Path, Done], ask: Run
) -> None:
    ids = [one["id"] for one in posts_of(ask) if one["title"].startswith("Attack")] if command == ("show",) else [""]
    for post_id in ids:
        seen = on_a_terminal(*command, *([post_id] if post_id else []), "--home", str(hostile[0]))
        assert seen.strip()
        assert_clean(COLOURS.sub("", seen))


def test_a_title_of_a_megabyte_fills_no_screen(hostile: tuple[Path, Done], ask: Run) -> None:
    for word in ("wide", "long"):
        assert len(ask("query", word).out) < 20_000
        assert len(on_a_terminal("query", word, "--home", str(hostile[0]))) < 20_000


def test_no_cell_of_the_spreadsheet_is_a_formula(ask: Run) -> None:
    csv.field_size_limit(10 * LONG)
    rows = list(csv.DictReader(io.StringIO(ask("export", "--format", "csv").out)))
    assert len(rows) == 8
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}]
    assert sum(cell.startswith("'=HYPERLINK") for cell in cells) == 1


def test_a_query_with_an_attack_in_it_is_answered_in_clean_text(ask: Run) -> None:
    typed = ATTACK.replace("\0", "").replace("\ud800", "")
    for query in (f"bell {typed}", f"tag:{typed}", "no:\x1b[31m", "date:\u202e"):
        for more in ((), ("--format", "json")):
            done = ask("query", query, *more)
            assert done.status in {0, 1, 2}
            assert_clean(done.out + done.err)


def test_an_address_with_an_attack_in_it_is_refused_or_failed_in_clean_text(run: Run) -> None:
    for url in (
        "http://127.0.0.1:9/\x1b[31mred\u202e",
        "http://\x1b[31mhost.invalid/",
        "\x1b[31m",
        "http://a\u202e.invalid/",
    ):
        done = run("crawl", url, "--delay", "0")
        assert done.status in {2, 3}
        assert_clean(done.out + done.err)
