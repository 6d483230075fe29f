"""Saved pages: which files are read, how they are decoded, and what is said of those that can't be."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tipsearch.crawler.saved import SavedPage, Unreadable, find_files, read_saved, saved_at
from tipsearch.pipeline.errors import UsageError

PAGE = "<!DOCTYPE html><html><body><p>Grüße vom Schalter – “gut”</p></body></html>"


def only(path: Path) -> SavedPage | Unreadable:
    (found,) = read_saved(path)
    return found


def warc(*records: tuple[str, str, str, bytes], gz: bool = True) -> bytes:
    """Records as (kind, address, content type, body)."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gz)
    for kind, url, content_type, body in records:
        http = StatusAndHeaders("200 OK", [("Content-Type", content_type)], protocol="HTTP/1.1")
        extra = {"WARC-Date": "2019-05-14T12:00:00Z"}
        record = writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            http_headers=http if kind == "response" else None,
            warc_headers_dict=extra,
            warc_content_type=content_type if kind == "resource" else "",
        )
        writer.write_record(record)
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PAGE.encode("utf-8"), id="utf-8 unsaid"),
        pytest.param(PAGE.encode("utf-8-sig"), id="utf-8 with a BOM"),
        pytest.param(PAGE.encode("utf-16"), id="utf-16 with a BOM"),
        pytest.param(PAGE.encode("cp1252"), id="windows-1252 unsaid"),
        pytest.param(PAGE.replace("<body>", '<meta charset="windows-1252"><body>').encode("cp1252"), id="by meta"),
        pytest.param(PAGE.replace("<body>", '<meta charset="iso-8859-1"><body>').encode(), id="utf-8, another by meta"),
        pytest.param(PAGE.encode() + b"<!-- a page of \xe4ndern cut in two -->", id="utf-8 with a broken byte"),
    ],
)
@pytest.mark.parametrize("name", ["page.html", "page.HTM", "page.txt", "page"])
def test_pages_are_decoded(name: str, body: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    found = only(path)
    assert isinstance(found, SavedPage)
    assert "Grüße vom Schalter – “gut”" in found.text
    assert found.markup is not name.endswith(".txt")
    assert found.url is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n....", "binary"),
        (b"%PDF-1.4", "binary"),
        (b"text\0text", "binary"),
    ],
)
@pytest.mark.parametrize("name", ["page.html", "page.txt"])
def test_what_is_no_page_is_named(name: str, body: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    found = only(path)
    assert isinstance(found, Unreadable)
    assert said in str(found)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    with path.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    assert "51 MB" in str(only(path))


def test_a_time_of_saving_is_plausible(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    now = datetime.now(UTC)
    os.utime(path, (0, 1_500_000_000))
    assert saved_at(path) == datetime.fromtimestamp(1_500_000_000, UTC)
    os.utime(path, (0, 315_532_800))  # 1980, as zip files carry it
    assert abs((saved_at(path) - now).total_seconds()) < 60
    os.utime(path, (0, now.timestamp() + 86_400))
    assert saved_at(path, now=now) == now


def test_folders_are_searched_through_in_order(tmp_path: Path) -> None:
    for name in ("b/2.html", "b/10.txt", "a/x.warc.gz", "a/picture.png", "1.htm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    files, skipped = find_files([tmp_path, tmp_path / "1.htm"])
    assert [p.relative_to(tmp_path).as_posix() for p in files] == ["1.htm", "a/x.warc.gz", "b/10.txt", "b/2.html"]
    assert [p.name for p in skipped] == ["picture.png"]
    with pytest.raises(UsageError, match="nowhere"):
        find_files([tmp_path / "nowhere.html"])


@pytest.mark.parametrize("gz", [True, False])
def test_a_warc_gives_its_html_pages_with_address_and_date(gz: bool, tmp_path: Path) -> None:
    path = tmp_path / ("site.warc.gz" if gz else "site.warc")
    path.write_bytes(
        warc(
            ("response", "https://desk.example/tag/x/", "text/html; charset=windows-1252", PAGE.encode("cp1252")),
            ("response", "https://desk.example/style.css", "text/css", b"p {}"),
            ("resource", "https://desk.example/tag/y/", "text/html", PAGE.encode()),
            ("response", "https://desk.example/tag/z/", "text/html; charset=iso-8859-1", PAGE.encode()),
            ("response", "https://desk.example/empty/", "text/html", b""),
            gz=gz,
        )
    )
    first, second, third, empty = read_saved(path)
    assert isinstance(first, SavedPage)
    assert isinstance(second, SavedPage)
    assert isinstance(third, SavedPage)
    assert "Grüße" in third.text, "its header says another encoding than its bytes"
    assert (first.url, second.url) == ("https://desk.example/tag/x/", "https://desk.example/tag/y/")
    assert first.observed_at == datetime(2019, 5, 14, 12, tzinfo=UTC)
    assert "Grüße" in first.text
    assert "Grüße" in second.text
    assert isinstance(empty, Unreadable)
    assert "/empty/" in str(empty)


@pytest.mark.parametrize("gz", [True, False])
def test_a_warc_that_breaks_off_keeps_what_came_before(gz: bool, tmp_path: Path) -> None:
    pages = [("response", f"https://desk.example/{n}/", "text/html", os.urandom(600).hex().encode()) for n in range(3)]
    whole = warc(*pages, gz=gz)
    path = tmp_path / "site.warc.gz"
    path.write_bytes(whole[:-300])
    found = list(read_saved(path))
    assert [f.url for f in found if isinstance(f, SavedPage)] == ["https://desk.example/0/", "https://desk.example/1/"]
    assert isinstance(found[-1], Unreadable)


@pytest.mark.parametrize("body", [b"", b"this is no warc", b"\x1f\x8bgarbage", b"WARC/1.0\r\n\r\n", PAGE.encode()])
def test_what_is_no_warc_is_named(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "site.warc.gz"
    path.write_bytes(body)
    found = list(read_saved(path))
    assert not any(isinstance(f, SavedPage) for f in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(body=st.binary(max_size=300), name=st.sampled_from(["a.html", "a.txt", "a.warc", "a.warc.gz", "a"]))
def test_no_content_of_a_file_is_an_exception(body: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    for found in read_saved(path):
        assert isinstance(found, SavedPage | Unreadable)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4),
    gz=st.booleans(),
)
def test_no_damage_to_a_warc_is_an_exception(damage: list[tuple[float, int]], gz: bool, tmp_path: Path) -> None:
    whole = bytearray(warc(("response", "https://desk.example/", "text/html", PAGE.encode()), gz=gz))
    for place, value in damage:
        whole[int(place * len(whole))] = value
    path = tmp_path / "site.warc"
    path.write_bytes(bytes(whole))
    for found in read_saved(path):
        assert isinstance(found, SavedPage | Unreadable)
