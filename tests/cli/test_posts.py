"""`show`, `export`, `forget`, `sources`, `status`, `reindex` and `resolve`."""

import csv
import io
import shutil
from pathlib import Path

import pytest

from support.faults import serve_pages

from .conftest import POST, Done, Run, tipsearch

FIELDS = [
    "id",
    "source",
    "title",
    "published",
    "published_precision",
    "published_origin",
    "url",
    "author",
    "categories",
    "tags",
    "completeness",
    "text",
    "entries",
    "first_seen",
    "last_seen",
    "last_changed",
    "gone",
]


@pytest.fixture
def own(corpus: Path, tmp_path: Path) -> Run:
    """The command line on a copy of the corpus, which a home may be: for commands that write."""
    shutil.copytree(corpus, tmp_path / "copy")

    def run(*args: object) -> Done:
        return tipsearch(*args, home=tmp_path / "copy")

    return run


class TestCorpus:
    def test_every_post_of_the_bundled_blogs_is_there_once_in_full(self, ask: Run) -> None:
        posts = ask("export").lines
        assert all(list(post) == FIELDS for post in posts)
        tips = [post for post in posts if post["source"] == "tips"]
        assert len(tips) == len({post["url"] for post in tips}) == 73
        assert {post["completeness"] for post in posts} == {"full"}
        assert sum(post["title"] == "Holiday Poem" for post in tips) == 2

    def test_titles_carry_no_dates_and_texts_no_closing_lines(self, ask: Run) -> None:
        posts = ask("export").lines
        assert not [post["title"] for post in posts if post["title"].endswith(("TOW", "/25", "/19"))]
        dated = [post for post in posts if post["published_origin"] == "title"]
        assert len(dated) > 40
        assert all(post["published_precision"] == "day" for post in dated)
        last_lines = [post["text"].splitlines()[-1] for post in posts if post["source"] == "tips"]
        assert max(map(last_lines.count, last_lines)) < 3

    def test_the_author_who_signs_is_no_part_of_the_text(self, ask: Run) -> None:
        sayings = [post for post in ask("export").lines if post["source"] == "sayings"]
        assert len({post["author"] for post in sayings}) == 1
        assert not [post for post in sayings if f"-- {post['author']}" in post["text"]]


class TestShow:
    def test_json_is_the_post_as_exported(self, ask: Run) -> None:
        post = ask("export").lines[0]
        assert ask("show", post["id"], "--format", "json").json == post

    def test_text_holds_title_date_and_body(self, ask: Run) -> None:
        post = next(p for p in ask("export").lines if p["published_origin"] == "title")
        done = ask("show", post["id"])
        assert done.status == 0
        assert post["title"] in done.out
        assert post["published"] in done.out
        assert post["text"].splitlines()[-1] in done.out

    def test_why_tells_every_entry_and_the_date(self, ask: Run) -> None:
        post = next(p for p in ask("export").lines if p["published_origin"] == "title" and p["entries"] > 1)
        done = ask("show", post["id"], "--why")
        assert "Why this date" in done.out
        assert done.out.count("place ") == post["entries"]
        evidence = ask("show", post["id"], "--why", "--format", "json").json["why"]
        assert len(evidence["entries"]) == post["entries"]
        assert evidence["dates"][0]["origin"] == "title"
        assert evidence["dates"][0]["date"] == post["published"]

    def test_an_unknown_id_is_exit_1(self, ask: Run) -> None:
        done = ask("show", "0000")
        assert (done.status, done.out) == (1, "")
        assert "0000" in done.err


class TestExport:
    def test_csv_is_safe_for_spreadsheets(self, own: Run, tmp_path: Path) -> None:
        page = tmp_path / "page.html"
        page.write_text(
            "<html><body class='single'><article class='hentry'><h1 class='entry-title'>=HYPERLINK(1)</h1>"
            "<div class='entry-content'><p>@SUM of all the words that stand in this small post.</p></div>"
            "</article></body></html>"
        )
        assert own("ingest", page).status == 0
        assert own("export", "--format", "csv", "-o", tmp_path / "posts.csv").status == 0
        rows = list(csv.DictReader(io.StringIO((tmp_path / "posts.csv").read_text("utf-8"))))
        saved = next(row for row in rows if row["source"] == "saved")
        assert saved["title"] == "'=HYPERLINK(1)"
        assert saved["text"].startswith("'@SUM")
        assert len(rows) == len(own("export").lines)

    def test_a_place_that_cant_be_written_is_named(self, ask: Run) -> None:
        done = ask("export", "-o", "/dev/null/posts.jsonl")
        assert done.status == 2
        assert "/dev/null/posts.jsonl" in done.err


class TestForget:
    def test_a_forgotten_post_is_gone_from_store_and_index_and_stays_out(self, own: Run) -> None:
        victim = own("query", "empathy", "--format", "jsonl", "-n", "1").lines[0]
        assert own("forget", victim["id"]).status == 0
        assert own("show", victim["id"]).status == 1
        assert victim["id"] not in [h["id"] for h in own("query", "empathy", "--format", "jsonl", "-n", "100").lines]
        assert own("refresh", "tips").status == 0
        assert own("show", victim["id"]).status == 1
        assert own("forget", victim["id"]).status == 1

    def test_kept_pages_stay_and_are_named(self, run: Run, tmp_path: Path) -> None:
        with serve_pages({"/": POST}) as site:
            (tmp_path / "home").mkdir()
            (tmp_path / "home" / "tipsearch.toml").write_text(
                f'[[sources]]\nname = "kept"\nurls = ["{site.url}/"]\nkeep_pages = true\n'
            )
            assert run("refresh").status == 0
        (post,) = run("export").lines
        folder = tmp_path / "home" / "pages" / "kept"
        assert f"the pages that crawls kept in {folder} may still hold it" in run("forget", post["id"]).err
        assert f"its kept pages stay in {folder}" in run("sources", "remove", "kept").err
        assert list(folder.glob("*.warc.gz"))

    def test_where_no_pages_are_kept_none_are_named(self, own: Run) -> None:
        victim = own("query", "empathy", "--format", "jsonl", "-n", "1").lines[0]
        assert "kept" not in own("forget", victim["id"]).err
        assert "kept" not in own("sources", "remove", "sayings").err


class TestSources:
    def test_are_listed_and_removed(self, own: Run) -> None:
        listed = own("sources", "--format", "json").json
        assert [s["name"] for s in listed] == ["tips", "sayings"]
        assert "sayings" in own("sources", "list").out
        assert own("sources", "remove", "sayings").status == 0
        assert {p["source"] for p in own("export").lines} == {"tips"}
        assert {h["source"] for h in own("query", "service", "--format", "jsonl", "-n", "500").lines} == {"tips"}
        assert own("sources", "remove", "sayings").status == 2

    def test_the_format_may_stand_before_list(self, ask: Run) -> None:
        assert ask("sources", "--format", "json", "list").json == ask("sources", "list", "--format", "json").json

    def test_saved_pages_are_listed_beside_blogs(self, own: Run, tmp_path: Path) -> None:
        page = tmp_path / "page.html"
        page.write_text(POST)
        assert own("ingest", page).status == 0
        assert "saved: saved pages" in own("sources").out
        (tmp_path / "copy" / "tipsearch.toml").write_text("")
        assert "tips: crawled once, no longer in tipsearch.toml" in own("sources").out

    def test_status_says_what_was_never_crawled(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "tipsearch.toml").write_text('[[sources]]\nname = "x"\nurls = ["http://127.0.0.1:9/"]\n')
        done = run("status")
        assert done.status == 0
        assert "never crawled; begin with: tipsearch refresh x" in done.out
        assert run("refresh").status == 3
        assert "refresh: failed" in run("status").out

    def test_status_counts_by_source_and_year(self, ask: Run) -> None:
        plain = ask("status", "--format", "json").json
        tips = next(s for s in plain["sources"] if s["name"] == "tips")
        assert tips["posts"] == tips["full"] == 73
        assert sum(tips["years"].values()) == 73
        assert tips["runs"][0]["outcome"] == "ok"
        assert "2019" in ask("status").out


class TestRebuilding:
    def test_a_deleted_or_junk_index_is_built_again_by_whoever_needs_it(self, own: Run, tmp_path: Path) -> None:
        before = own("query", "empathy", "--format", "jsonl").lines
        index = tmp_path / "copy" / "index"
        shutil.rmtree(index)
        done = own("query", "empathy", "--format", "jsonl")
        assert [h["id"] for h in done.lines] == [h["id"] for h in before]
        assert len(done.err.splitlines()) == 1
        for file in index.rglob("*"):
            if file.is_file():
                file.write_bytes(b"junk")
        assert [h["id"] for h in own("query", "empathy", "--format", "jsonl").lines] == [h["id"] for h in before]

    def test_reindex_and_resolve_change_no_answer(self, own: Run) -> None:
        before, hits = own("export").out, own("query", "empathy", "--format", "jsonl").out
        assert own("resolve").status == 0
        assert own("reindex").status == 0
        assert own("export").out == before
        assert own("query", "empathy", "--format", "jsonl").out == hits

    def test_a_dry_run_says_what_would_change_and_changes_nothing(self, own: Run, tmp_path: Path) -> None:
        before = own("export").out
        config = tmp_path / "copy" / "tipsearch.toml"
        config.write_text(config.read_text().replace('name = "sayings"', 'name = "sayings"\ntime_zone = "Asia/Tokyo"'))
        done = own("resolve", "--dry-run")
        assert done.status == 0
        assert "tips: nothing changes" in done.out
        assert own("export").out == before

    def test_a_copied_home_answers_the_same(self, own: Run, ask: Run) -> None:
        assert own("query", "empathy", "--format", "jsonl").out == ask("query", "empathy", "--format", "jsonl").out
