"""Pages kept on request, and the corpus that is made again from them alone."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from support.corpus import corpus, entries, undated_bounds
from support.sites import big_site, blogger_site
from tipsearch.crawler import crawl, ingest_paths
from tipsearch.crawler.channels.records import Answer
from tipsearch.crawler.extract import Page, extract
from tipsearch.crawler.extract.records import Extraction
from tipsearch.crawler.kept_pages import LEDGER, KeptPages, folder_name, reading_of_page
from tipsearch.pipeline import open_store
from tipsearch.pipeline.config import with_settings
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.errors import StoreError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source

Sites = dict[str, Callable[[], AbstractContextManager[Any]]]
SITES: Sites = {
    "REST": lambda: big_site(45),
    "REST without embedded names": lambda: big_site(45, rest_embed=False),
    "WordPress's feed": lambda: big_site(45, rest="off"),
    "listing pages": lambda: big_site(45, rest="off", feed="off", teasers_with_permalinks=False),
    "excerpts and single posts": lambda: big_site(24, rest="off", feed="off", excerpts=True, teasers=0),
    "a feed of excerpts": lambda: big_site(24, rest="off", feed="summary"),
    "Blogger's feed": lambda: blogger_site(45),
    "Blogger's listing pages": lambda: blogger_site(45, feed="off", robots="open"),
}
MOST = SITES.keys() - {"Blogger's feed", "Blogger's listing pages"}


def again(kept: Path, home: Path) -> None:
    """A fresh home made from the archive alone."""
    store = open_store(home)
    try:
        report = ingest_paths([kept], source="blog", store=store)
        assert report.ok, report.problems
        assert report.skipped == ()
        resolve_corpus(store, with_settings(Source(name="blog"), report.settings))
    finally:
        store.close()


def kept_in(home: Path) -> Path:
    return Home(home).pages / "blog"


@pytest.mark.parametrize("name", SITES)
def test_the_archive_alone_makes_the_same_corpus(name: str, tmp_path: Path) -> None:
    with SITES[name]() as site:
        starts = [f"{site.url}/", f"{site.url}/tag/empathy/"] if name in MOST else [f"{site.url}/search/label/service"]
        source = Source(name="blog", urls=tuple(starts), keep_pages=True)
        (report,) = crawl([source], home=tmp_path / "crawled", delay=0).sources
        assert report.posts_total, report
    again(kept_in(tmp_path / "crawled"), tmp_path / "again")
    assert corpus(tmp_path / "again") == corpus(tmp_path / "crawled")
    assert entries(tmp_path / "again", "blog") == entries(tmp_path / "crawled", "blog")
    assert undated_bounds(tmp_path / "again") == undated_bounds(tmp_path / "crawled")


def test_a_redirected_post_keeps_the_address_that_was_asked_for(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(n, full=False) for n in range(4)]])
    for n in range(4):
        blog.routes[html.slug(n)] = html.Reply("", 301, {"Location": f"/moved/{n}/"})
        blog.routes[f"/moved/{n}/"] = html.single(n, link=blog.url(f"/moved/{n}/"))
    source = Source(name="blog", urls=(blog.url(),), keep_pages=True)
    crawl([source], home=tmp_path / "crawled", delay=0)
    again(kept_in(tmp_path / "crawled"), tmp_path / "again")
    made = corpus(tmp_path / "again")
    assert [post["completeness"] for post in made] == ["full"] * 4
    assert made == corpus(tmp_path / "crawled")


def test_guests_that_stand_alone_on_the_last_page_stay_guests(blog: Any, html: Any, tmp_path: Path) -> None:
    guests = [html.article(90 + n, full=False, teaser=True) for n in range(3)]
    blog.archive([[*guests, html.article(1), html.article(2)], [*guests, html.article(3)], guests])
    crawl([Source(name="blog", urls=(blog.url(),), keep_pages=True)], home=tmp_path / "crawled", delay=0)
    again(kept_in(tmp_path / "crawled"), tmp_path / "again")
    assert entries(tmp_path / "again", "blog") == entries(tmp_path / "crawled", "blog")
    assert corpus(tmp_path / "again") == corpus(tmp_path / "crawled")


def test_settings_on_which_the_posts_depend_come_along(blog: Any, html: Any, tmp_path: Path) -> None:
    page = html.listing([html.article(1).replace("of the desk", "of the desk – 4/3/15")])
    blog.routes["/tag/x/"] = page
    source = Source(name="blog", urls=(blog.url(),), keep_pages=True, date_order="DMY", time_zone="Asia/Tokyo")
    crawl([source], home=tmp_path / "crawled", delay=0)
    again(kept_in(tmp_path / "crawled"), tmp_path / "again")
    (post,) = corpus(tmp_path / "again")
    assert post["published"] == "2015-03-04"
    assert [post] == corpus(tmp_path / "crawled")


@pytest.mark.parametrize("channel", ["rest", "feed", "html"])
def test_a_refresh_keeps_what_is_new_and_nothing_else(channel: Any, tmp_path: Path) -> None:
    with big_site(24) as site:
        source = Source(name="blog", urls=(f"{site.url}/",), keep_pages=True, channel=channel)
        home = tmp_path / "crawled"
        crawl([source], home=home, delay=0)
        before = {path: path.read_bytes() for path in kept_in(home).iterdir()}
        assert before
        crawl([source], home=home, delay=0)
        crawl([source], home=home, delay=0, full=True)
        assert {path: path.read_bytes() for path in kept_in(home).iterdir()} == before
    again(kept_in(home), tmp_path / "again")
    assert corpus(tmp_path / "again") == corpus(home)


def test_nothing_is_kept_unless_asked_for(blog: Any, html: Any, tmp_path: Path) -> None:
    blog.archive([[html.article(1), html.article(2)]])
    crawl([Source(name="blog", urls=(blog.url(),))], home=tmp_path / "home", delay=0)
    assert not Home(tmp_path / "home").pages.exists()


def test_records_are_members_of_their_own_with_what_the_site_sent(blog: Any, html: Any, tmp_path: Path) -> None:
    page = html.listing([html.article(1), html.article(2)])
    headers = {"Content-Encoding": "gzip", "Set-Cookie": "a=b", "Last-Modified": "Tue, 10 Nov 2015 08:00:00 GMT"}
    blog.routes["/tag/x/"] = html.Reply(html.packed(page), headers=headers)
    crawl([Source(name="blog", urls=(blog.url(),), keep_pages=True)], home=tmp_path / "home", delay=0)
    (path,) = kept_in(tmp_path / "home").glob("*.warc.gz")
    with path.open("rb") as file:
        records = [
            (r.rec_type, r.rec_headers, r.http_headers, r.content_stream().read()) for r in ArchiveIterator(file)
        ]
    assert [kind for kind, *_ in records] == ["warcinfo", "response"]
    _, headers_of_record, http, body = records[1]
    assert headers_of_record.get_header("WARC-Target-URI") == blog.url()
    assert body.decode() == page
    assert http.get_header("Last-Modified")
    assert (http.get_header("Content-Encoding"), http.get_header("Set-Cookie")) == (None, None)
    assert path.read_bytes().count(b"\x1f\x8b\x08") >= 2


# --- the writer by itself ---------------------------------------------------------------------------------------------


@pytest.fixture
def pages(html: Any) -> Callable[..., tuple[Answer, Extraction, dict[str, Any]]]:
    def page(number: int, noise: str = "") -> tuple[Answer, Extraction, dict[str, Any]]:
        url = f"https://desk.example/tag/x/page/{number}/"
        text = html.listing([html.article(2 * number), html.article(2 * number + 1)]) + noise
        moment = datetime(2020, 1, 1, tzinfo=UTC)
        read = extract(Page(source="blog", url=url, text=text, observed_at=moment))
        answer = Answer(asked=url, url=url, headers={"content-type": "text/html; charset=utf-8"},
                        body=text.encode(), text=text, observed_at=moment, encoding="utf-8")  # fmt: skip
        return answer, read, reading_of_page(answer, read, read)

    return page


def posts_read(folder: Path, home: Path) -> tuple[int, list[str], list[str]]:
    store = open_store(home)
    try:
        report = ingest_paths([folder], source="blog", store=store)
        return report.entries_new, list(report.problems), [note for file in report.files for note in file.notes]
    finally:
        store.close()


def test_a_page_that_differs_in_nothing_but_noise_is_kept_once(pages: Any, tmp_path: Path) -> None:
    kept = KeptPages(tmp_path, Source(name="blog"))
    kept.keep(*pages(1))
    sizes = [path.stat().st_size for path in sorted(tmp_path.iterdir())]
    kept.keep(*pages(1, noise="<!-- another visitor -->"))
    kept.close()
    kept = KeptPages(tmp_path, Source(name="blog"))
    kept.keep(*pages(1, noise="<!-- and another -->"))
    kept.close()
    assert [path.stat().st_size for path in sorted(tmp_path.iterdir())] == sizes


def test_a_later_run_appends_to_the_same_file(pages: Any, tmp_path: Path) -> None:
    for number in range(4):
        kept = KeptPages(tmp_path / "kept", Source(name="blog"))
        kept.keep(*pages(number))
        kept.close()
    assert len(list((tmp_path / "kept").glob("*.warc.gz"))) == 1
    assert posts_read(tmp_path / "kept", tmp_path / "home") == (8, [], [])


@pytest.mark.parametrize("lost", [1, 8, 9, 40, 400])
def test_what_a_killed_process_cut_off_is_no_problem_and_later_pages_are_read(
    lost: int, pages: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    kept = KeptPages(folder, Source(name="blog"))
    for number in range(3):
        kept.keep(*pages(number))
    kept.close()
    (path,) = folder.glob("*.warc.gz")
    os.truncate(path, path.stat().st_size - lost)
    entries_new, problems, notes = posts_read(folder, tmp_path / "first")
    # Where only the checksum is missing, the page is whole.
    assert entries_new == 6 if lost <= 9 else 4
    assert problems == []
    assert "killed" in notes[0]
    kept = KeptPages(folder, Source(name="blog"))
    for number in range(4):
        kept.keep(*pages(number))
    kept.close()
    assert len(list(folder.glob("*.warc.gz"))) == 2
    assert posts_read(folder, tmp_path / "second")[:2] == (8, [])


def test_without_its_ledger_nothing_is_lost(pages: Any, tmp_path: Path) -> None:
    for number in range(2):
        kept = KeptPages(tmp_path / "kept", Source(name="blog"))
        kept.keep(*pages(number))
        kept.close()
        (tmp_path / "kept" / LEDGER).unlink()
    assert posts_read(tmp_path / "kept", tmp_path / "home") == (4, [], [])


def test_a_half_line_of_the_ledger_means_nothing(pages: Any, tmp_path: Path) -> None:
    kept = KeptPages(tmp_path / "kept", Source(name="blog"))
    kept.keep(*pages(0))
    kept.keep(*pages(1))
    kept.close()
    ledger = tmp_path / "kept" / LEDGER
    os.truncate(ledger, ledger.stat().st_size - 5)
    for _ in range(2):
        kept = KeptPages(tmp_path / "kept", Source(name="blog"))
        kept.keep(*pages(0))
        kept.keep(*pages(1))
        kept.close()
    assert posts_read(tmp_path / "kept", tmp_path / "home") == (4, [], [])


def test_a_full_disk_takes_the_half_page_back(pages: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptPages(tmp_path / "kept", Source(name="blog"))
    kept.keep(*pages(0))
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: _full() if len(data) < 500 else write(fd, data[:100]))
    with pytest.raises(StoreError, match="can't be kept"):
        kept.keep(*pages(1))
    monkeypatch.undo()
    kept.keep(*pages(2))
    kept.close()
    assert posts_read(tmp_path / "kept", tmp_path / "home") == (4, [], [])


def _full() -> int:
    raise OSError(28, "No space left on device")


def test_names_of_sources_are_no_paths() -> None:
    names = ["../../etc", "a/b", "a\\b", ".hidden", "Blog", "blog", "ブログ", "é" * 100, "..", "con", "127.0.0.1-8000"]
    folders = [folder_name(name) for name in names]
    assert len({folder.lower() for folder in folders}) == len(names)
    assert all(f == Path(f).name and not f.startswith(".") and len(f) < 100 and f.isascii() for f in folders)
    assert folder_name("blog") == "blog"
    assert folder_name("127.0.0.1-8000") == "127.0.0.1-8000"


def test_a_damaged_middle_of_a_kept_archive_is_a_problem(pages: Any, tmp_path: Path) -> None:
    kept = KeptPages(tmp_path / "kept", Source(name="blog"))
    for number in range(6):
        kept.keep(*pages(number))
    kept.close()
    (path,) = (tmp_path / "kept").glob("*.warc.gz")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 20] = b"x" * 20
    path.write_bytes(raw)
    entries_new, problems, _ = posts_read(tmp_path / "kept", tmp_path / "home")
    assert 0 < entries_new < 12
    assert len(problems) == 1
    assert "damaged" in problems[0] or "middle" in problems[0]


def test_a_reading_that_is_not_ours_is_named_not_raised(pages: Any, tmp_path: Path) -> None:
    answer, read, _ = pages(1)
    rest = dataclasses.replace(
        answer, asked="https://desk.example/wp-json/wp/v2/posts?page=1", body=b"[]", text="[]",
        headers={"content-type": "application/json"},
    )  # fmt: skip
    kept = KeptPages(tmp_path / "kept", Source(name="blog"))
    kept.keep(rest, read, {"channel": "rest", "archive": {"scope": "blog"}})
    kept.close()
    (path,) = (tmp_path / "kept").glob("*.warc.gz")
    assert json.dumps({"scope": "blog"}, separators=(",", ":")).encode() in gzip.decompress(path.read_bytes())
    _, problems, _ = posts_read(tmp_path / "kept", tmp_path / "home")
    assert "can't be used" in problems[0]
