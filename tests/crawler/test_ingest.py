"""Saved pages on their way into the store."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tipsearch.crawler import ingest_paths
from tipsearch.pipeline import open_store
from tipsearch.pipeline.errors import UsageError
from tipsearch.pipeline.records import Entry
from tipsearch.pipeline.store.protocol import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "home")
    yield opened
    opened.close()


def entries(store: Store) -> list[Entry]:
    return [known.entry for known in store.entries("saved")]


def test_the_address_stands_in_the_page(store: Store, html: Any, tmp_path: Path) -> None:
    page = html.listing([html.article(1), html.article(2)])
    link = '<link rel="canonical" href="https://desk.example/tag/x/">'
    (tmp_path / "a.html").write_text(page.replace("</head>", f"{link}</head>"))
    os.utime(tmp_path / "a.html", (0, 1_500_000_000))
    report = ingest_paths([tmp_path / "a.html"], source="saved", store=store)
    assert (report.ok, report.pages, report.entries_new) == (True, 1, 2)
    assert {e.permalink for e in entries(store)} == {f"https://desk.example{html.slug(n)}" for n in (1, 2)}
    assert {e.page_url for e in entries(store)} == {"https://desk.example/tag/x/"}
    assert {e.observed_at for e in entries(store)} == {datetime.fromtimestamp(1_500_000_000, UTC)}


def test_a_saved_from_comment_names_the_address(store: Store, html: Any, tmp_path: Path) -> None:
    page = html.listing([html.article(1), html.article(2)])
    comment = "<!-- saved from url=(0028)https://desk.example/tag/x/ -->\n<html>"
    (tmp_path / "a.htm").write_text(page.replace("<html>", comment))
    ingest_paths([tmp_path], source="saved", store=store)
    assert {e.page_url for e in entries(store)} == {"https://desk.example/tag/x/"}


def test_an_address_can_be_given_for_pages_that_hold_none(store: Store, html: Any, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(html.listing([html.article(1), html.article(2)]))
    ingest_paths([tmp_path / "a.html"], source="saved", store=store, url="https://desk.example/tag/x/")
    assert {e.page_url for e in entries(store)} == {"https://desk.example/tag/x/"}
    assert all(e.permalink and e.permalink.startswith("https://desk.example/") for e in entries(store))


def test_pages_without_any_address_keep_their_posts(store: Store, html: Any, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(html.listing([html.article(1), html.article(2)]))
    report = ingest_paths([tmp_path], source="saved", store=store)
    assert (report.ok, len(entries(store))) == (True, 2)
    assert {e.page_url for e in entries(store)} == {None}


def test_the_same_files_again_bring_nothing_new(store: Store, html: Any, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.html").write_text(html.single(number, link=f"https://desk.example{html.slug(number)}"))
    first = ingest_paths([tmp_path], source="saved", store=store)
    again = ingest_paths([tmp_path], source="saved", store=store)
    assert (first.entries_new, first.entries_repeated) == (3, 0)
    assert (again.entries_new, again.entries_repeated) == (0, 3)


def test_a_warc_is_read_page_by_page(store: Store, html: Any, tmp_path: Path) -> None:
    with (tmp_path / "site.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        bodies = [
            html.listing([html.article(1), html.article(2)]),
            "<html><body>About us</body></html>",
            html.single(9),
        ]
        for number, body in enumerate(bodies):
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                f"https://desk.example/page-{number}/",
                "response",
                payload=io.BytesIO(body.encode()),
                http_headers=http,
                warc_headers_dict={"WARC-Date": "2019-05-14T12:00:00Z"},
            )
            writer.write_record(record)
    report = ingest_paths([tmp_path / "site.warc.gz"], source="saved", store=store)
    assert (report.ok, report.pages, report.entries_new) == (True, 2, 3)
    assert {e.observed_at for e in entries(store)} == {datetime(2019, 5, 14, 12, tzinfo=UTC)}


def test_bad_files_are_named_and_the_others_read(store: Store, html: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "binary.html").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    (tmp_path / "shop.html").write_text("<html><body><p>Opening hours: 9 to 5.</p></body></html>")
    (tmp_path / "note.txt").write_text("Milk, eggs, bread")
    (tmp_path / "zz.html").write_text(html.listing([html.article(1), html.article(2)]))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    told: list[str] = []
    report = ingest_paths([tmp_path], source="saved", store=store, on_file=lambda f: told.append(f.path))
    problems = " ".join(report.problems)
    assert not report.ok
    for said in ("empty.html: is empty", "binary.html: is a binary", "shop.html: was read", "note.txt: was read"):
        assert said in problems
    assert report.entries_new == 2
    assert [Path(p).name for p in report.skipped if "home" not in p] == ["picture.png"]
    assert len(told) == 5
    assert report.to_json()["pages"] == 1


def test_names_with_control_characters_are_shown_without_them(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31mb\n.html").write_bytes(b"")
    report = ingest_paths([tmp_path], source="saved", store=store)
    assert "\x1b" not in report.problems[0]
    assert "\n" not in report.problems[0]


@pytest.mark.parametrize("url", ["file:///x", "desk", ""])
def test_an_address_that_is_none_is_refused(url: str, store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        ingest_paths([tmp_path], source="saved", store=store, url=url)


def test_a_path_that_is_not_there_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.html"):
        ingest_paths([tmp_path / "nowhere.html"], source="saved", store=store)


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The desk</title>
<link>https://desk.example/</link><item><title>Tip number 1 of the desk</title>
<link>https://desk.example/2015/02/tip-number-1/</link><pubDate>Wed, 11 Feb 2015 13:00:00 +0000</pubDate>
<content:encoded><![CDATA[<p>The first customer of the week waited, and was thanked.</p>]]></content:encoded>
</item></channel></rss>"""
POSTS = [
    {"id": 7, "type": "post", "status": "publish", "link": "https://desk.example/2015/02/tip-number-7/",
     "date": "2015-02-11T08:00:00", "date_gmt": "2015-02-11T13:00:00", "title": {"rendered": "Tip number 7"},
     "content": {"rendered": "<p>The seventh customer was thanked, too.</p>"}, "tags": [3], "categories": []},
]  # fmt: skip


@pytest.mark.parametrize("name", ["feed.rss", "feed.atom", "feed.xml"])
def test_a_saved_feed_is_read(name: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / name).write_text(RSS)
    (tmp_path / "sitemap.xml").write_text('<?xml version="1.0"?><urlset></urlset>')
    report = ingest_paths([tmp_path], source="saved", store=store)
    assert (report.ok, report.entries_new) == (True, 1)
    (entry,) = entries(store)
    assert (entry.layout, entry.form) == ("feed", "content")
    assert entry.permalink == "https://desk.example/2015/02/tip-number-1/"
    assert "sitemap.xml" in {Path(path).name for path in report.skipped}


def test_saved_posts_of_rest_are_read_where_they_are_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "posts.json").write_text(json.dumps(POSTS))
    assert ingest_paths([tmp_path], source="saved", store=store).pages == 0
    report = ingest_paths([tmp_path / "posts.json"], source="saved", store=store)
    assert (report.ok, report.entries_new) == (True, 1)
    assert entries(store)[0].permalink == POSTS[0]["link"]


def test_a_file_that_is_no_feed_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<shop><item/></shop>")
    (tmp_path / "a.json").write_text('{"name": "package"}')
    report = ingest_paths([tmp_path / "a.xml", tmp_path / "a.json"], source="saved", store=store)
    assert len(report.problems) == 2
    assert not report.ok


def test_feeds_and_rest_answers_in_somebody_elses_warc_are_read(store: Store, tmp_path: Path) -> None:
    answers = [
        ("https://desk.example/wp-json/wp/v2/tags?per_page=100", "application/json", '[{"id": 3, "name": "empathy"}]'),
        ("https://desk.example/wp-json/wp/v2/posts?page=1", "application/json; charset=UTF-8", json.dumps(POSTS)),
        ("https://desk.example/feed/", "application/rss+xml", RSS),
        ("https://desk.example/wp-json/", "application/json", '{"name": "The desk"}'),
        ("https://desk.example/sitemap.xml", "text/xml", "<urlset></urlset>"),
    ]
    with (tmp_path / "site.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, kind, body in answers:
            http = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
            payload = io.BytesIO(body.encode())
            writer.write_record(writer.create_warc_record(url, "response", payload=payload, http_headers=http))
    report = ingest_paths([tmp_path / "site.warc.gz"], source="saved", store=store)
    assert (report.ok, report.pages, report.entries_new) == (True, 2, 2), report.problems
    assert {entry.layout: entry.tags for entry in entries(store)} == {"rest": ("empathy",), "feed": ()}
