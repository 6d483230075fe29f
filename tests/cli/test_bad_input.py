"""Bad input: a clear message, the right exit status, nothing lost."""

import json
from pathlib import Path

import pytest

from support.faults import html, serve_pages

from .conftest import POST, Run, tipsearch


def kept(run: Run) -> list[str]:
    """The titles in the corpus."""
    return [post["title"] for post in run("export").lines]


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """A home that holds one post."""
    page = tmp_path / "post.html"
    page.write_text(POST)
    assert run("ingest", page).status == 0
    return run


class TestCrawl:
    def test_a_name_that_does_not_resolve(self, filled: Run) -> None:
        done = filled("crawl", "http://no-such-blog.invalid/", "--delay", "0")
        assert done.status == 3
        assert "no-such-blog.invalid" in done.out
        assert kept(filled) == ["A Tip"]
        assert filled("sources", "--format", "json").json == [{"name": "saved", "urls": [], "registered": False}]

    @pytest.mark.parametrize(
        ("page", "said"),
        [
            (404, "404"),
            (500, "500"),
            (html("<html><body><h1>Our office</h1><p>We sell chairs.</p></body></html>"), "no post"),
            (html(""), "no post"),
            ((200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + b"\0" * 500), "image/png"),
            ((200, {"Content-Type": "text/html"}, b"<p>x</p>" * 4_000_000), "20 MB"),
        ],
        ids=["404", "500", "no blog", "empty", "binary", "30 MB"],
    )
    def test_a_page_that_gives_no_post(self, filled: Run, page: object, said: str) -> None:
        with serve_pages({"/": page}) as site:  # type: ignore[dict-item]
            done = filled("crawl", f"{site.url}/", "--delay", "0")
        assert done.status == 3
        assert said in done.out
        assert kept(filled) == ["A Tip"]

    @pytest.mark.parametrize("url", ["ftp://example.com/", "nonsense", "http://", "file:///etc/passwd", ""])
    def test_what_is_no_web_address(self, run: Run, url: str) -> None:
        done = run("crawl", url)
        assert done.status == 2
        assert "address" in done.err

    def test_a_refresh_without_sources_says_how_to_begin(self, run: Run) -> None:
        done = run("refresh")
        assert done.status == 2
        assert "tipsearch crawl URL" in done.err


class TestIngest:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("empty.html", b""),
            ("empty.txt", b""),
            ("binary.html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
            ("binary.txt", bytes(range(256)) * 40),
            ("prose.txt", b"Milk, bread, and a new lamp for the hall.\n"),
            ("page.html", b"<html><body><h1>Our office</h1><p>We sell chairs.</p></body></html>"),
            ("broken.warc.gz", b"\x1f\x8b\x08\x00 this is no archive"),
            ("broken.warc", b"WARC/1.0\r\nnonsense"),
        ],
    )
    def test_a_file_that_gives_no_post_is_named_and_the_others_are_kept(
        self, run: Run, tmp_path: Path, name: str, content: bytes
    ) -> None:
        good, bad = tmp_path / "good.html", tmp_path / name
        good.write_text(POST)
        bad.write_bytes(content)
        done = run("ingest", bad, good)
        assert done.status == 3
        assert name in done.err
        assert kept(run) == ["A Tip"]

    def test_a_path_that_is_not_there(self, run: Run, tmp_path: Path) -> None:
        done = run("ingest", tmp_path / "nowhere.html")
        assert done.status == 2
        assert "nowhere.html" in done.err

    def test_an_empty_path_is_not_the_folder_that_one_is_in(self, run: Run) -> None:
        done = run("ingest", "")
        assert done.status == 2
        assert "PATH is empty" in done.err

    def test_a_folder_without_saved_pages_is_named(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        done = run("ingest", tmp_path / "folder")
        assert done.status == 3
        assert str(tmp_path / "folder") in done.err

    def test_a_page_that_is_too_large_is_refused_by_name(self, run: Run, tmp_path: Path) -> None:
        page = tmp_path / "large.html"
        page.write_text(POST.replace("smile.", "smile. " + "<p>And wait a little.</p>" * 1_200_000))
        assert page.stat().st_size > 30_000_000
        done = run("ingest", page)
        assert done.status == 3
        assert "large.html" in done.err
        assert "20 MB" in done.err


class TestHome:
    @pytest.mark.parametrize(
        "command",
        [
            ("status",),
            ("show", "x"),
            ("similar", "x"),
            ("export",),
            ("forget", "x"),
            ("sources",),
            ("sources", "remove", "x"),
            ("refresh",),
            ("reindex",),
            ("resolve",),
            ("query", "x"),
        ],
        ids=" ".join,
    )
    def test_commands_that_need_a_corpus_leave_no_home_behind(
        self, run: Run, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        done = run(*command)
        assert done.status == 0 if command == ("sources",) else done.status in {2, 5}
        assert done.err
        assert not (tmp_path / "home").exists()

    @pytest.mark.parametrize(
        "command",
        [
            ("crawl", "http://127.0.0.1:9/"),
            ("query", "x"),
            ("status",),
            ("export",),
            ("ingest", __file__),
            ("reindex",),
        ],
        ids=lambda c: c[0],
    )
    def test_a_file_where_the_folder_should_be(self, tmp_path: Path, command: tuple[str, ...]) -> None:
        (tmp_path / "file").write_text("not a folder")
        done = tipsearch(*command, home=tmp_path / "file")
        assert done.status == 5
        assert str(tmp_path / "file") in done.err
        assert (tmp_path / "file").read_text() == "not a folder"

    @pytest.mark.parametrize(
        "command", [("export",), ("status",), ("show", "x"), ("reindex",), ("refresh",)], ids=lambda c: c[0]
    )
    def test_a_corrupt_store(self, filled: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
        store = tmp_path / "home" / "corpus.sqlite3"
        (tmp_path / "home" / "tipsearch.toml").write_text('[[sources]]\nname = "x"\nurls = ["http://127.0.0.1:9/"]\n')
        for extra in tmp_path.glob("home/corpus.sqlite3-*"):
            extra.unlink()
        store.write_bytes(b"this is no database" * 1000)
        done = filled(*command)
        assert done.status == 5
        assert "corpus.sqlite3" in done.err
        # The index is whole, and still answers.
        assert filled("query", "bell").status == 0

    def test_an_index_that_cant_be_made_is_named(self, filled: Run, tmp_path: Path) -> None:
        import shutil

        shutil.rmtree(tmp_path / "home" / "index")
        (tmp_path / "home" / "index").write_text("a file in the way")
        done = filled("query", "bell")
        assert done.status == 5
        assert str(tmp_path / "home" / "index") in done.err

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("[[sources]]\nname = ", "TOML"),
            ('[[sources]]\nname = "x"\ndely = 3\n', "dely"),
            ('[[sources]]\nname = "x"\ndelay = "fast"\n', "delay"),
            ('[[sources]]\nname = "x"\ntime_zone = "Mars/Base"\n', "Mars/Base"),
            ("[[sources]]\nurls = []\n", "name"),
        ],
    )
    def test_a_wrong_setting_is_named(self, filled: Run, tmp_path: Path, text: str, named: str) -> None:
        (tmp_path / "home" / "tipsearch.toml").write_text(text)
        done = filled("refresh")
        assert done.status == 2
        assert named in done.err
        assert "tipsearch.toml" in done.err


def test_hostile_text_reaches_neither_terminal_nor_json_raw(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "hostile.html"
    page.write_text(
        "<html><body class='single'><article class='hentry'>"
        "<h1 class='entry-title'>Ring &#27;[31mred&#27;[0m \u202eback</h1>"
        "<div class='entry-content'><p>The bell\x07 &#155;31m rings twice &lt;script&gt; and "
        + "long" * 1000
        + "</p></div></article></body></html>"
    )
    assert run("ingest", page).status == 0
    for args in (("query", "bell"), ("query", "bell", "--format", "json"), ("export",), ("export", "--format", "csv")):
        out = run(*args).out
        assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e"}
    (post,) = run("export").lines
    assert post["title"] == "Ring red back"
    assert json.dumps(run("show", post["id"], "--why", "--format", "json").json)
    assert "\x1b" not in run("show", post["id"], "--why").out
