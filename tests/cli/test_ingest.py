"""`tipsearch ingest`: saved pages of every kind, in any order."""

import itertools
import os
import shutil
from pathlib import Path

import pytest

from support.asking import get
from support.real import REAL, with_real_pages
from tipsearch.cli.demo import DemoSites

from .conftest import POST, Run, tipsearch

TEXTS = Path(__file__).resolve().parents[2] / "fixtures" / "text"
RENDERED = ["wordpress_teasers_and_posts", "wordpress_posts_only_crlf", "blogger_label_snippets"]


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    """Three plain-text renderings under names of their own."""
    made = []
    for name in RENDERED:
        made.append(tmp_path / f"{name}.txt")
        shutil.copyfile(TEXTS / name / "page.txt", made[-1])
        os.utime(made[-1], (1_780_000_000, 1_780_000_000))
    return made


def test_ingesting_again_changes_nothing(run: Run, pages: list[Path]) -> None:
    assert run("ingest", *pages).status == 0
    before = run("export").out
    assert before
    done = run("ingest", *pages)
    assert "(0 new), 0 posts new, 0 changed" in done.out
    assert run("export").out == before


def test_any_order_gives_the_same_posts(pages: list[Path], tmp_path: Path) -> None:
    exports = set()
    for number, order in enumerate(itertools.permutations(pages)):
        home = tmp_path / f"home{number}"
        for page in order:
            assert tipsearch("ingest", page, home=home).status == 0
        exports.add(tipsearch("export", home=home).out)
    assert len(exports) == 1


def test_a_saved_page_that_declares_a_wrong_encoding_is_read_as_what_it_is(run: Run, tmp_path: Path) -> None:
    page = POST.replace("<html>", '<html><meta charset="iso-8859-1">').replace("smile", "say “grüß dich”")
    (tmp_path / "page.html").write_bytes(page.encode("utf-8"))
    assert run("ingest", tmp_path / "page.html").status == 0
    (post,) = run("export").lines
    assert "say “grüß dich”" in post["text"]


def test_saved_html_of_a_crawled_blog_joins_its_posts(run: Run, demo: DemoSites, tmp_path: Path) -> None:
    run("crawl", demo.tips_url, "--name", "tips", "--delay", "0")
    before = run("export").lines
    page = tmp_path / "saved.html"
    page.write_text(get(f"{demo.tips_url}page/3/")[1], encoding="utf-8")
    done = run("ingest", page, "--source", "tips")
    assert done.status == 0, done
    after = run("export").lines
    assert [p["id"] for p in after] == [p["id"] for p in before]


def test_a_folder_is_read_with_all_that_is_in_it(run: Run, pages: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "folder" / "deeper"
    folder.mkdir(parents=True)
    for page in pages:
        shutil.move(page, folder)
    (folder / "notes.pdf").write_bytes(b"%PDF-1.4")
    done = run("ingest", tmp_path / "folder", "--format", "json")
    assert done.status == 0
    assert done.json["pages"] == len(pages)
    assert "notes.pdf" in done.err


@with_real_pages
def test_real_renderings_come_out_post_by_post(run: Run) -> None:
    assert run("ingest", *sorted(REAL.glob("*.txt"))).status == 0
    posts = run("export").lines
    assert len(posts) == 40
    dated = [p for p in posts if p["published"]]
    assert len(dated) == 23
    assert all(p["published_origin"] == "title" and p["published_precision"] == "day" for p in dated)
    assert not [p["title"] for p in posts if p["title"][-1:].isdigit() or p["title"].endswith("TOW")]
    assert not [
        p for p in posts if "-- doug" in p["text"] or "Skip to main" in p["text"] or "Showing posts" in p["text"]
    ]
    on_wordpress = [p for p in posts if p["categories"] or (p["published"] and p["completeness"] == "excerpt")]
    assert [p["completeness"] for p in on_wordpress].count("full") == 6
    assert [p["completeness"] for p in on_wordpress].count("excerpt") == 20
