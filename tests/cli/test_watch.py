"""`tipsearch watch`: saved questions, run by cron."""

import json
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from .conftest import Done, Run, tipsearch

PAGE = (
    "<html><body class='single'><article class='hentry'><h1 class='entry-title'>{title} – 6/{day}/19</h1>"
    "<div class='entry-content'><p>{text} When the bell rings {day} times, open the door.</p></div>"
    "</article></body></html>"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write(tmp_path, 1, "Patience helps.")
    write(tmp_path, 2, "Nothing to see.")
    return tmp_path / "home"


def write(folder: Path, day: int, text: str, title: str = "A Tip") -> None:
    page = folder / f"{day}.html"
    page.write_text(PAGE.format(title=title, day=day, text=text))
    assert tipsearch("ingest", page, home=folder / "home").status == 0


def watch(home: Path, *args: object) -> Done:
    return tipsearch("watch", *args, home=home)


def titles(done: Done) -> list[str]:
    return [f"{line['watch']} {line['published'][-2:]}" for line in done.lines]


def test_a_run_prints_what_is_new_since_the_last(home: Path) -> None:
    assert "1 post now" in watch(home, "add", "calm", "patience").out
    first = watch(home, "run", "--since-last", "--format", "jsonl")
    assert (first.status, titles(first)) == (0, ["calm 01"])
    nothing = watch(home, "run", "--since-last")
    assert (nothing.status, nothing.out, nothing.err) == (1, "", "")
    write(home.parent, 3, "More patience.")
    write(home.parent, 4, "Other things.")
    again = watch(home, "run", "--since-last", "--format", "jsonl")
    assert (again.status, titles(again)) == (0, ["calm 03"])
    everything = watch(home, "run", "--format", "jsonl")
    assert (everything.status, titles(everything)) == (0, ["calm 03", "calm 01"])


def test_a_post_that_comes_to_answer_is_new(home: Path) -> None:
    watch(home, "add", "calm", "patience")
    watch(home, "run")
    write(home.parent, 2, "Nothing to see but patience, which grew and grew into a much longer text than before.")
    assert watch(home, "run", "--since-last").status == 0
    assert watch(home, "run", "--since-last").status == 1


def test_from_now_on_and_peeking(home: Path) -> None:
    watch(home, "add", "later", "patience", "--from-now")
    assert watch(home, "run", "later", "--since-last").status == 1
    watch(home, "add", "calm", "patience")
    for _ in range(2):
        assert titles(watch(home, "run", "--since-last", "--peek", "--format", "jsonl")) == ["calm 01"]
    assert watch(home, "run", "calm", "--since-last").status == 0
    assert watch(home, "run", "calm", "--since-last", "--peek").status == 1


def test_options_and_excluding_words_are_kept(home: Path) -> None:
    watch(home, "add", "bells", "bell", "-patience", "--after", "2019-06-02", "--no-synonyms")
    assert titles(watch(home, "run", "--format", "jsonl")) == ["bells 02"]
    assert "bell -patience --after 2019-06-02 --no-synonyms" in watch(home, "list").out
    (listed,) = watch(home, "list", "--format", "json").json
    assert listed["options"] == {"after": "2019-06-02", "synonyms": False}
    assert listed["reported"] == 1


def test_several_questions_stand_under_their_names(home: Path) -> None:
    watch(home, "add", "calm", "patience")
    watch(home, "add", "bells", "bell")
    done = watch(home, "run")
    assert [line for line in done.out.splitlines() if not line.startswith(" ")] == ["calm: 1 post", "bells: 2 posts"]
    assert watch(home, "remove", "calm").status == 0
    assert titles(watch(home, "run", "--format", "jsonl")) == ["bells 02", "bells 01"]


class TestAtom:
    def test_the_feed_is_atom_and_keeps_its_ids(self, home: Path, tmp_path: Path) -> None:
        feed = tmp_path / "feed.xml"
        watch(home, "add", "calm", "patience")
        done = watch(home, "run", "--since-last", "--atom", feed)
        assert (done.status, done.out) == (0, "")
        before = feedparser.parse(feed)
        assert not before.bozo
        assert before.version == "atom10"
        assert [entry.title for entry in before.entries] == ["A Tip"]
        unchanged = feed.stat().st_mtime_ns
        assert watch(home, "run", "--since-last", "--atom", feed).status == 1
        assert feed.stat().st_mtime_ns == unchanged
        write(tmp_path, 3, "More patience.", title="A &lt;b&gt; &amp; \u202e tip")
        assert watch(home, "run", "--since-last", "--atom", feed).status == 0
        after = feedparser.parse(feed)
        assert [entry.id for entry in after.entries][1:] == [before.entries[0].id]
        assert after.feed.id == before.feed.id
        assert after.feed.updated == after.entries[0].updated > before.feed.updated

    def test_every_entry_has_what_the_standard_demands(self, home: Path, tmp_path: Path) -> None:
        feed = tmp_path / "feed.xml"
        watch(home, "add", "bells", "bell")
        watch(home, "run", "--atom", feed)
        names = {"a": "http://www.w3.org/2005/Atom"}
        root = etree.fromstring(feed.read_bytes())
        for path in ("a:id", "a:title", "a:updated", "a:author/a:name"):
            assert len(root.xpath(path, namespaces=names)) == 1
        for entry in root.xpath("a:entry", namespaces=names):
            for path in ("a:id", "a:title", "a:updated", "a:content | a:link[@href]"):
                assert len(entry.xpath(path, namespaces=names)) == 1

    def test_a_file_that_cannot_be_written_is_named_and_nothing_counts_as_reported(self, home: Path) -> None:
        watch(home, "add", "calm", "patience")
        done = watch(home, "run", "--since-last", "--atom", "/nowhere/feed.xml")
        assert done.status == 2
        assert "/nowhere/feed.xml" in done.err
        assert watch(home, "run", "--since-last").status == 0


class TestErrors:
    @pytest.mark.parametrize(
        ("args", "named"),
        [
            (("add", "calm", "titel:x"), "titel"),
            (("add", "calm", "x", "--after", "banana"), "banana"),
            (("add", "taken", "x"), "taken"),
            (("add", "two words", "x"), "two words"),
            (("add", "calm"), "Say what to look for"),
            (("add",), "NAME"),
            (("run", "takn"), "Did you mean taken?"),
            (("remove", "nothing"), "nothing"),
            (("walk",), "walk"),
        ],
        ids=str,
    )
    def test_a_wrong_value_is_exit_2_and_named(self, home: Path, args: tuple[str, ...], named: str) -> None:
        watch(home, "add", "taken", "patience")
        done = watch(home, *args)
        assert (done.status, done.out) == (2, "")
        assert named in done.err
        assert [each["name"] for each in watch(home, "list", "--format", "json").json] == ["taken"]

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"watches": [1]}', '{"watches": [{"name": "a"}]}', "\0"])
    def test_a_damaged_file_is_named(self, home: Path, content: str) -> None:
        kept = home / "watches.json"
        kept.write_text(content)
        for args in (("run",), ("list",), ("add", "a", "x"), ("remove", "a")):
            done = watch(home, *args)
            assert (done.status, done.out) == (2, ""), args
            assert str(kept) in done.err
        assert kept.read_text() == content

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"options": {"colour": 1}}, "colour"),
            ({"options": {"tag": [1]}}, "tag"),
            ({"options": {"after": 2018}}, "after"),
            ({"options": []}, "options"),
            ({"query": ["x"]}, "query"),
            ({"last_run": 7}, "last_run"),
            ({"more": 7}, "more"),
            ({"reported": {"tips": 3}}, "watches.json"),
        ],
        ids=str,
    )
    def test_a_value_that_somebody_wrote_into_the_file_is_named(
        self, home: Path, change: dict[str, object], named: str
    ) -> None:
        watch(home, "add", "calm", "patience")
        kept = home / "watches.json"
        saved = json.loads(kept.read_text())
        kept.write_text(json.dumps({"watches": [saved["watches"][0] | change]}))
        done = watch(home, "run")
        assert (done.status, done.out) == (2, "")
        assert str(kept) in done.err
        assert named in done.err

    def test_a_watch_that_cannot_be_answered_is_named_and_the_others_run(self, home: Path, tmp_path: Path) -> None:
        for name in ("broken", "calm"):
            watch(home, "add", name, "patience")
        kept = home / "watches.json"
        kept.write_text(kept.read_text().replace('"query": "patience"', '"query": "titel:x"', 1))
        done = watch(home, "run", "--since-last", "--format", "jsonl")
        assert (done.status, titles(done)) == (2, ["calm 01"])
        assert "the watch broken" in done.err
        assert "Did you mean title:?" in done.err
        again = watch(home, "run", "--since-last")
        assert (again.status, again.out) == (2, "")
        feed = tmp_path / "feed.xml"
        assert watch(home, "run", "--atom", feed).status == 2
        assert [entry.title for entry in feedparser.parse(feed.read_bytes()).entries] == ["A Tip"]
        assert watch(home, "run", "broken", "--atom", tmp_path / "none.xml").status == 2
        assert not (tmp_path / "none.xml").exists()

    def test_without_a_watch_or_a_corpus_it_says_how_to_begin(self, home: Path, run: Run) -> None:
        assert "watch add" in watch(home, "run").err
        assert watch(home, "run").status == 2
        assert "watch add" in watch(home, "list").err
        empty = tipsearch("watch", "add", "calm", "x", home=home.parent / "empty")
        assert empty.status == 5
        assert "tipsearch crawl" in empty.err
        assert not (home.parent / "empty").exists()


def test_what_was_reported_is_kept_with_its_time(home: Path) -> None:
    watch(home, "add", "calm", "patience")
    watch(home, "run")
    first = json.loads((home / "watches.json").read_text())["watches"][0]["reported"]
    watch(home, "run")
    assert json.loads((home / "watches.json").read_text())["watches"][0]["reported"] == first


@pytest.mark.parametrize("words", [("!!!",), ("...", "?"), ("--all", "!!!")], ids=["signs", "two", "all"])
def test_a_query_in_which_nothing_can_be_looked_for_is_not_saved(home: Path, words: tuple[str, ...]) -> None:
    done = watch(home, "add", "signs", *words)
    assert (done.status, done.out) == (2, "")
    assert "nothing can be looked for in" in done.err
    assert "no watch yet" in watch(home, "list").err


def test_signs_beside_a_filter_are_what_the_filter_says(home: Path) -> None:
    assert "1 post now" in watch(home, "add", "later", "!!!", "--after", "2019-06-02").out
    assert titles(watch(home, "run", "--format", "jsonl")) == ["later 02"]
