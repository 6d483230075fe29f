"""`tipsearch query` as people and scripts call it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ENVIRONMENT, POST, Run, on_a_terminal

KEYS = {"rank", "score", "id", "title", "published", "url", "source", "completeness", "snippet"}


class TestFormats:
    def test_json_is_as_documented(self, ask: Run) -> None:
        done = ask("query", "empathy", "--format", "json", "-n", "3")
        assert done.status == 0
        assert {"query", "total", "took_ms", "did_you_mean", "hits"} <= set(done.json)
        assert done.json["query"] == "empathy"
        assert done.json["total"] >= 3
        assert [set(hit) for hit in done.json["hits"]] == [KEYS] * 3
        assert [hit["rank"] for hit in done.json["hits"]] == [1, 2, 3]

    def test_json_lines_are_a_hit_a_line(self, ask: Run) -> None:
        done = ask("query", "empathy", "--format", "jsonl")
        assert all(set(hit) == KEYS for hit in done.lines)

    def test_urls_are_for_pipes(self, ask: Run) -> None:
        done = ask("query", "empathy", "--format", "urls")
        assert done.out.splitlines()
        assert all(line.startswith("http://127.0.0.1") for line in done.out.splitlines())

    def test_piped_text_is_plain(self, ask: Run) -> None:
        done = ask("query", "empathy")
        assert "\x1b" not in done.out
        assert "empathy" in done.out.lower()


class TestWords:
    def test_a_phrase_needs_its_quotes(self, ask: Run) -> None:
        phrase = ask("query", '"on hold"', "--format", "json").json
        words = ask("query", "on hold", "--format", "json").json
        assert 0 < phrase["total"] < words["total"]

    def test_the_shells_quotes_make_no_phrase(self, ask: Run) -> None:
        one = ask("query", "patience phone", "--format", "json").json
        two = ask("query", "patience", "phone", "--format", "json").json
        assert [hit["id"] for hit in one["hits"]] == [hit["id"] for hit in two["hits"]]

    def test_a_word_that_is_nowhere_is_exit_1_and_says_so(self, ask: Run) -> None:
        done = ask("query", "xylophonic")
        assert (done.status, done.out) == (1, "")
        assert "xylophonic" in done.err

    def test_a_misspelt_word_is_asked_about(self, ask: Run) -> None:
        done = ask("query", "empthy", "--format", "json")
        assert done.status == 1
        assert done.json["did_you_mean"] == "empathy"

    def test_an_unclosed_quote_is_answered_saying_how_it_was_read(self, ask: Run) -> None:
        done = ask("query", '"on hold')
        assert done.status == 0
        assert "quote" in done.err

    def test_a_dash_excludes_even_one_that_looks_like_an_option(self, ask: Run) -> None:
        every = ask("query", "empathy", "--format", "json", "-n", "100").json
        for without in ("-noise", "-customer"):
            left = ask("query", "empathy", without, "--format", "json", "-n", "100").json
            named = ask("query", f"empathy NOT {without[1:]}", "--format", "json", "-n", "100").json
            assert [h["id"] for h in left["hits"]] == [h["id"] for h in named["hits"]]
            assert left["total"] <= every["total"]

    def test_after_two_dashes_everything_is_query(self, ask: Run) -> None:
        done = ask("query", "--format", "json", "--", "empathy", "--all")
        assert done.json["query"] == "empathy --all"

    def test_an_attached_number_is_the_option(self, ask: Run) -> None:
        assert len(ask("query", "empathy", "-n2", "--format", "jsonl").lines) == 2

    def test_a_number_is_never_corrected(self, ask: Run) -> None:
        assert ask("query", "1871", "--format", "json").json["did_you_mean"] is None


class TestFilters:
    @pytest.mark.parametrize("query", ["!!!", '"?!"', "( )"])
    def test_a_query_without_a_word_finds_nothing_and_says_what_it_could_not_look_for(
        self, ask: Run, query: str
    ) -> None:
        done = ask("query", query)
        assert (done.status, done.out) == (1, "")
        assert "was left out; nothing is left to look for" in done.err
        assert ask("query", query, "--tag", "empathy").status == 0

    def test_filters_alone_give_the_newest_posts_that_pass(self, ask: Run) -> None:
        hits = ask("query", "--source", "tips", "--after", "2015", "--before", "2016", "--format", "jsonl").lines
        days = [hit["published"] for hit in hits]
        assert days == sorted(days, reverse=True)
        assert all(day.startswith("2015") for day in days)

    def test_tag_category_source_and_sort(self, ask: Run) -> None:
        tagged = {post["id"] for post in ask("export").lines if "empathy" in post["tags"]}
        assert {hit["id"] for hit in ask("query", "--tag", "empathy", "--format", "jsonl", "-n", "200").lines} == tagged
        filed = {post["id"] for post in ask("export").lines if "Business Advice" in post["categories"]}
        by_category = ask("query", "--category", "business advice", "--format", "jsonl", "-n", "200").lines
        assert filed
        assert {hit["id"] for hit in by_category} == filed
        oldest = ask("query", "service", "--sort", "oldest", "--source", "tips", "--format", "jsonl", "-n", "3").lines
        days = [hit["published"] for hit in oldest]
        assert days == sorted(days)

    def test_paging_goes_on_where_it_stopped(self, ask: Run) -> None:
        four = [h["id"] for h in ask("query", "customer", "-n", "4", "--format", "jsonl").lines]
        two = [h["id"] for h in ask("query", "customer", "-n", "2", "--offset", "2", "--format", "jsonl").lines]
        assert two == four[2:]

    def test_an_offset_past_the_end_is_said(self, ask: Run) -> None:
        done = ask("query", "empathy", "--offset", "5000")
        assert (done.status, done.out) == (0, "")
        assert "--offset 5000" in done.err


class TestFacets:
    def test_counts_are_over_all_posts_that_answer(self, ask: Run) -> None:
        answer = ask("query", "empathy", "--facets", "year,tag", "--format", "json", "-n", "1").json
        assert list(answer["facets"]) == ["year", "tag"]
        assert sum(each["count"] for each in answer["facets"]["year"]) == answer["total"]
        most = answer["facets"]["tag"][0]
        assert ask("query", "empathy", "--tag", most["value"], "--format", "json").json["total"] == most["count"]

    def test_as_text_they_stand_below_the_hits(self, ask: Run) -> None:
        done = ask("query", "empathy", "--facets", "source", "-n", "0")
        assert done.status == 0
        assert next(line.split() for line in done.out.splitlines() if "█" in line)[0] == "tips"
        assert "posts found" in done.err

    @pytest.mark.parametrize(("facets", "fmt"), [("tags", "text"), ("tag", "urls"), ("tag", "jsonl")])
    def test_what_cannot_be_is_exit_2(self, ask: Run, facets: str, fmt: str) -> None:
        done = ask("query", "empathy", "--facets", facets, "--format", fmt)
        assert (done.status, done.out) == (2, "")


class TestExplain:
    def test_the_parts_add_up(self, ask: Run) -> None:
        answer = ask("query", "empathy patience", "--explain", "--format", "json").json
        for hit in answer["hits"]:
            assert sum(part["score"] for part in hit["explanation"]) == pytest.approx(hit["score"])
        assert "idf" in answer["formula"]

    def test_as_text_each_part_has_its_line(self, ask: Run) -> None:
        done = ask("query", "empathy", "--tag", "empathy", "--explain", "-n", "1")
        assert "the sum of:" in done.out
        assert "empathy in the title" in done.out
        assert "passes tag:empathy" in done.out


class TestNothingFound:
    def test_all_says_which_word_to_drop(self, ask: Run) -> None:
        done = ask("query", "patience xylophonic", "--all")
        assert (done.status, done.out) == (1, "")
        assert "without xylophonic: " in done.err
        (without,) = ask("query", "patience xylophonic", "--all", "--format", "json").json["all_but_one"]
        assert without == {"without": "xylophonic", "total": ask("query", "patience", "--format", "json").json["total"]}

    def test_a_misspelt_tag_offers_the_nearest(self, ask: Run) -> None:
        assert "did you mean “empathy”?" in ask("query", "tag:empthy").err


def test_dates_may_be_said(ask: Run) -> None:
    done = ask("query", "empathy", "--after", "40 years ago", "--format", "json")
    assert done.status == 0
    assert done.json["total"] == ask("query", "empathy", "--format", "json").json["total"]
    assert "“40 years ago” is from" in done.err
    wrong = ask("query", "empathy", "--after", "3 weks ago")
    assert (wrong.status, wrong.out) == (2, "")
    assert "Did you mean 3 weeks ago?" in wrong.err


def test_all_notes_stand_in_one_line(ask: Run) -> None:
    done = ask("query", 'patience (really "C++')
    assert done.status == 0
    assert len(done.err.splitlines()) == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("args", "named"),
        [
            (("titel:phone",), "titel"),
            (("published:banana",), "published"),
            (("date:banana",), "banana"),
            (("x", "--after", "banana"), "banana"),
            (("x", "--after", "2020", "--before", "2019"), "2019"),
            (("x", "--sort", "best"), "best"),
            (("x", "-n", "many"), "many"),
            (("x", "--afer", "2019"), "--afer"),
            (("x", "--after"), "requires an argument"),
            (("x", "-n=2"), "=2"),
            (("x", "-n-3"), "-3"),
            (("x", "--home", ""), "--home"),
            ((), "what to look for"),
        ],
        ids=str,
    )
    def test_a_wrong_value_is_exit_2_and_named(self, ask: Run, args: tuple[str, ...], named: str) -> None:
        done = ask("query", *args)
        assert (done.status, done.out) == (2, "")
        assert named in done.err

    def test_a_long_query_is_not_repeated_whole(self, ask: Run) -> None:
        done = ask("query", "x" * 50_000)
        assert done.status == 1
        assert len(done.err) < 1000

    def test_an_unknown_command_offers_the_nearest(self, ask: Run) -> None:
        done = ask("qery", "x")
        assert done.status == 2
        assert "query" in done.err

    def test_a_home_that_holds_nothing_says_how_to_begin(self, run: Run) -> None:
        done = run("query", "empathy")
        assert (done.status, done.out) == (5, "")
        assert "tipsearch crawl" in done.err


class TestTerminal:
    def test_hits_are_marked_and_lines_fit(self, corpus: Path) -> None:
        shown = on_a_terminal("--home", str(corpus), "query", "empathy", COLUMNS="70")
        assert "\x1b[" in shown
        plain = on_a_terminal("--home", str(corpus), "query", "empathy", COLUMNS="70", NO_COLOR="1")
        snippets = [line for line in plain.splitlines() if line.startswith("     ") and "http" not in line]
        assert snippets
        assert max(map(len, snippets)) <= 70

    def test_no_color_is_honoured(self, corpus: Path) -> None:
        assert "\x1b" not in on_a_terminal("--home", str(corpus), "query", "empathy", NO_COLOR="1")


def test_a_broken_pipe_is_silent(corpus: Path) -> None:
    command = f"{sys.executable} -m tipsearch.cli.main --home {corpus} export | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, encoding="utf-8", env=ENVIRONMENT, check=True)
    assert json.loads(done.stdout)
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr


def test_query_imports_neither_scrapy_nor_the_store(corpus: Path) -> None:
    code = (
        "import sys; from tipsearch.cli.main import run; "
        f"run(['--home', {str(corpus)!r}, 'query', 'empathy']); "
        "print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=ENVIRONMENT, check=True
    )
    assert not set(done.stderr.split()) & {"scrapy", "twisted", "sqlalchemy", "dateparser", "bs4", "rich", "tomlkit"}


def test_synonyms_are_applied_and_said(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(POST)
    assert run("ingest", page).status == 0
    synonyms = tmp_path / "home" / "synonyms"
    synonyms.write_text("gate = door\n")
    done = run("query", "gate", "--format", "urls")
    assert done.status == 0
    assert done.err.strip() == "synonyms: “gate” also finds “door”"
    assert run("query", "gate", "--no-synonyms").status == 1
    synonyms.write_text("gate = door\ngate door\n")
    broken = run("query", "gate")
    assert (broken.status, broken.out) == (2, "")
    assert f"{synonyms}, line 2" in broken.err
    assert run("query", "door", "--no-synonyms").status == 0
