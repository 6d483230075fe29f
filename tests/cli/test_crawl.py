"""`tipsearch crawl`, from a blog's URL to a ranked answer, on blogs served on loopback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.faults import serve_pages
from support.sites import big_site, big_wordpress, blogger_site, marker
from tipsearch.cli.demo.server import Running, serve

from .conftest import ENVIRONMENT, Done, Run, tipsearch

HTML_ALONE = {"rest": "off", "feed": "off"}


def complete(home: Path, posts: int) -> None:
    """The home holds so many posts, each once, in full, with no text in another's, and an index that finds them."""
    held = tipsearch("export", home=home).lines
    assert len(held) == len({p["id"] for p in held}) == posts
    assert {p["completeness"] for p in held} == {"full"}
    texts = {p["id"]: p["text"] for p in held}
    marks = [marker(number) for number in range(posts)]
    everything = "\n".join(texts.values())
    assert all(everything.count(mark) == 1 for mark in marks)
    assert all(text.count("Keep this page under shelf mark") == 1 for text in texts.values())
    found = tipsearch("query", '"shelf mark"', "--format", "json", "-n", "1", home=home).json
    assert found["total"] == posts


@pytest.mark.slow
@pytest.mark.xdist_group("big")
class TestBigArchive:
    """800 posts, three in full and the same ten teasers a page: 267 pages, and no other way to read them."""

    def test_every_post_in_full_with_few_requests(self, tmp_path: Path) -> None:
        with big_site(800, **HTML_ALONE) as site:
            done = tipsearch("crawl", f"{site.url}/", "--delay", "0", home=tmp_path)
            assert done.status == 0, done
            assert len(site.requests) <= 275
            assert site.most_at_once == 1
        complete(tmp_path, 800)

    def test_killed_in_the_middle_the_same_command_completes_it(self, tmp_path: Path) -> None:
        with big_site(800, delay=0.01, **HTML_ALONE) as site:
            command = ["--home", str(tmp_path), "crawl", f"{site.url}/", "--delay", "0"]
            process = subprocess.Popen(
                [sys.executable, "-m", "tipsearch.cli.main", *command], stdout=subprocess.DEVNULL, env=ENVIRONMENT
            )
            _until(lambda: len(site.requests) > 120)
            process.kill()
            process.wait()
            _until(lambda: _quiet(site))
            left = tipsearch("query", "shelf", home=tmp_path)
            assert left.status == 1
            assert "tipsearch resolve" in left.err
            done = tipsearch(*command)
            assert done.status == 0, done
        complete(tmp_path, 800)


def _until(true: object, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def _quiet(site: Running) -> bool:
    before = len(site.requests)
    time.sleep(0.3)
    return len(site.requests) == before


class TestCrawl:
    def test_a_blog_is_registered_once_a_page_held_a_post(self, run: Run, tmp_path: Path) -> None:
        with big_site(12) as site:
            done = run("crawl", f"{site.url}/", "--delay", "0", "--format", "json")
            assert done.status == 0
            (source,) = done.json["sources"]
            assert (source["outcome"], source["complete"], source["posts_total"]) == ("ok", True, 12)
            assert site.url in (tmp_path / "home" / "tipsearch.toml").read_text()
            again = run("crawl", f"{site.url}/tag/empathy/", "--delay", "0", "--format", "json").json
            assert again["sources"][0]["name"] == source["name"]
            assert (again["sources"][0]["posts_added"], again["sources"][0]["posts_total"]) == (0, 12)
            (listed,) = run("sources", "--format", "json").json
            assert listed["urls"] == [f"{site.url}/", f"{site.url}/tag/empathy/"]

    def test_a_second_crawl_changes_nothing(self, run: Run) -> None:
        with big_site(12) as site:
            run("crawl", f"{site.url}/", "--delay", "0")
            before = [{k: v for k, v in p.items() if k != "last_seen"} for p in run("export").lines]
            done = run("refresh")
            assert done.status == 0
            assert "nothing to do" in done.err
            assert [{k: v for k, v in p.items() if k != "last_seen"} for p in run("export").lines] == before

    def test_posts_of_a_tag_page_carry_the_tag_and_its_teasers_do_not(self, run: Run) -> None:
        with big_site(24) as site:
            run("crawl", f"{site.url}/tag/trust/", "--delay", "0")
            held = run("export").lines
            tagged = [p for p in held if "trust" in p["tags"]]
            assert tagged
            assert len(tagged) < len(held)

    def test_posts_shown_only_as_excerpts_are_fetched_once_after_the_listings(self, run: Run) -> None:
        with blogger_site(25, robots="open", feed="off") as site:
            done = run("crawl", f"{site.url}/search/label/service?max-results=20", "--delay", "0")
            assert done.status == 0, done
            paths = [path for _, path, _ in site.requests]
            assert len(paths) == len(set(paths))
            posts = [i for i, path in enumerate(paths) if path.endswith(".html")]
            listings = [i for i, path in enumerate(paths) if "/search/" in path]
            assert posts
            assert max(listings) < min(posts)
        held = run("export").lines
        assert len(held) == 25
        assert {p["completeness"] for p in held} == {"full"}
        assert {p["author"] for p in held} <= {"Robin Vale", "robin vale"}

    def test_bloggers_robots_txt_is_obeyed_and_the_labels_feed_is_read(self, run: Run) -> None:
        with blogger_site(5) as site:
            url = f"{site.url}/search/label/service?max-results=20"
            done = run("crawl", url, "--delay", "0")
            assert done.status == 0
            said = f"read through the label's feed, because robots.txt closes {url}"
            assert [line for line in done.out.splitlines() if "robots.txt" in line] == [
                f"  holds 5 of 5 (openSearch:totalResults); {said}"
            ]
            assert not [path for _, path, _ in site.requests if path.startswith("/search")]

    def test_bloggers_robots_txt_is_named_with_what_to_do_where_nothing_is_open(self, run: Run, tmp_path: Path) -> None:
        with blogger_site(5, feed="off") as site:
            url = f"{site.url}/search/label/service?max-results=20"
            done = run("crawl", url, "--delay", "0")
            assert done.status == 3
            assert "robots.txt" in done.out
            assert "obey_robots" in done.out
            assert not [path for _, path, _ in site.requests if path.startswith("/search")]
            home = tmp_path / "home"
            (home / "tipsearch.toml").write_text(
                f'[[sources]]\nname = "mine"\nurls = ["{url}"]\nobey_robots = false\ndelay = 0\n'
            )
            done = run("refresh", "mine")
            assert done.status == 0
            assert "robots.txt" in done.out

    def test_a_post_that_left_the_blog_is_found_by_a_full_crawl_kept_and_welcomed_back(self, run: Run) -> None:
        # Without a channel that tells the whole blog; with one, any crawl sees that the blog holds a post less.
        blog = big_wordpress(9, **HTML_ALONE)
        with serve(blog) as site:

            def again(*options: str) -> Done:
                return run("crawl", f"{site.url}/", "--delay", "0", *options)

            again()
            posts = list(blog.posts)
            leaving = next(post for post in posts if marker(5) in post.body)
            blog.publish([post for post in posts if post is not leaving])
            assert again("--format", "json").json["sources"][0]["posts_gone"] == 0
            done = again("--full", "--format", "json")
            assert done.status == 0
            assert done.json["sources"][0]["posts_gone"] == 1
            assert [p["title"] for p in run("export").lines if p["gone"]] == [leaving.title]
            assert run("query", f'"{marker(5)}"').status == 1
            assert run("query", f'is:gone "{marker(5)}"').status == 0
            blog.publish(posts)
            assert again().status == 0
            assert not [p for p in run("export").lines if p["gone"]]
            assert run("query", f'"{marker(5)}"').status == 0

    def test_undated_posts_are_bounded_by_the_order_of_their_listing(self, run: Run) -> None:
        # Of titles that hold no date only feeds and REST know the day.
        plain = {"posted_dates": False, "dated_permalinks": False, "undated_before": 2025, **HTML_ALONE}
        with big_site(48, **plain) as site:
            run("crawl", f"{site.url}/", "--delay", "0")
        undated = [p for p in run("export").lines if p["published"] is None]
        assert undated
        assert f"the undated, {len(undated)} have" in run("status").out
        dated = [p["published"] for p in run("export").lines if p["published"]]
        assert f"not after {min(dated)}, by listing order" in run("show", undated[0]["id"], "--why").out
        later = run("query", "--before", min(dated), "--format", "jsonl", "-n", "100")
        assert later.lines == []
        found = run("query", "--before", max(dated), "--format", "jsonl", "-n", "100").lines
        assert {p["id"] for p in undated} <= {hit["id"] for hit in found}
        assert not [hit for hit in found if hit["id"] == undated[0]["id"] and hit["published"]]

    @pytest.mark.parametrize(
        ("channel", "count"),
        [
            ("rest", "holds 12 of 12 (X-WP-Total); read through REST, as asked"),
            ("feed", "holds 12 of 12 (sitemap); read through its feed, as asked"),
            ("html", "holds 12 of 12 (its last page); read through its listing pages, as asked"),
            (None, "holds 12 of 12 (X-WP-Total); read through REST, the cheapest way that it offers"),
        ],
    )
    def test_the_summary_counts_and_says_which_way_it_went_and_why(
        self, run: Run, channel: str | None, count: str
    ) -> None:
        with big_site(12) as site:
            done = run("crawl", f"{site.url}/", "--delay", "0", *(("--channel", channel) if channel else ()))
        assert done.status == 0
        assert done.out.splitlines()[1] == f"  {count}"

    def test_two_archives_have_a_line_each(self, run: Run) -> None:
        with big_site(12) as site:
            done = run("crawl", f"{site.url}/", f"{site.url}/tag/trust/", "--delay", "0")
            home, tag = done.out.splitlines()[1:3]
            assert home.startswith(f"  {site.url}/ holds 12 of 12 (X-WP-Total); ")
            assert tag.startswith(f"  {site.url}/tag/trust/ holds ")

    def test_a_channel_that_is_not_there_is_an_error_and_no_such_word_a_mistake(self, run: Run) -> None:
        with big_site(12, rest="off") as site:
            done = run("crawl", f"{site.url}/", "--delay", "0", "--channel", "rest")
            assert done.status == 3
            assert "can't be read through REST, as asked: it answers 404. Leave out --channel" in done.out
            assert run("crawl", f"{site.url}/", "--channel", "gopher").status == 2

    def test_what_is_missing_is_named_and_exits_3_until_it_is_there(self, run: Run) -> None:
        posts = big_wordpress(12).posts
        with big_site(12, protected={posts[3].slug}) as site:
            done = run("crawl", f"{site.url}/", "--delay", "0")
            assert done.status == 3
            assert ": incomplete – " in done.out.splitlines()[0]
            assert "  holds 11 of 12 (X-WP-Total)" in done.out
            (line,) = [line for line in done.out.splitlines() if line.startswith("  missing: ")]
            assert line.startswith("  missing: behind a password: ")
            assert posts[3].slug in line
            told = run("crawl", f"{site.url}/", "--delay", "0", "--full", "--format", "json")
            assert told.status == 3
            (source,) = told.json["sources"]
            (archive,) = source["archives"]
            assert (source["outcome"], archive["held"], archive["stated"]) == ("incomplete", 11, 12)
            assert len(source["missing"]) == 1

    def test_a_run_ends_when_its_time_is_over_and_the_next_one_goes_on(self, run: Run) -> None:
        with big_site(60, **HTML_ALONE, delay=0.5) as site:
            first = run("crawl", f"{site.url}/", "--delay", "0", "--max-time", "4s", "--format", "json")
            assert first.status == 3
            (source,) = first.json["sources"]
            assert source["outcome"] == "interrupted"
            assert "the run's time, 4 seconds, is over; the next run goes on" in source["stop_reason"]
            read = source["pages"]
            assert 0 < read < 20
            site.forget()
            site.site.delay = 0  # type: ignore[attr-defined]
            second = run("refresh", "--max-time", "1m", "--format", "json")
            assert (second.status, second.json["sources"][0]["outcome"]) == (0, "ok")
            assert f"/page/{read}/" not in [request.path for request in site.requests]
        assert len(run("export").lines) == 60

    @pytest.mark.parametrize("given", ["", "6", "-1s", "0s", "1w", "8d", "ninety", "1h30m", "9" * 400 + "s"])
    def test_what_is_no_length_of_time_is_a_mistake(self, run: Run, given: str) -> None:
        for command in (("crawl", "http://127.0.0.1:9/"), ("refresh",)):
            done = run(*command, "--max-time", given)
            assert done.status == 2
            assert "--max-time" in done.err

    def test_one_source_that_fails_keeps_the_other(self, run: Run) -> None:
        with big_site(6) as site, serve_pages({"/": 500}) as broken:
            done = run("crawl", f"{site.url}/", f"{broken.url}/", "--delay", "0", "--format", "json")
            assert done.status == 3
            assert {s["name"]: s["outcome"] for s in done.json["sources"]} == {
                site.url.removeprefix("http://").replace(":", "-"): "ok",
                broken.url.removeprefix("http://").replace(":", "-"): "failed",
            }
            assert len(run("export").lines) == 6

    def test_an_interrupt_finishes_the_page_and_the_next_run_the_rest(self, tmp_path: Path) -> None:
        with big_site(60, delay=0.3, **HTML_ALONE) as site:
            command = ["--home", str(tmp_path), "crawl", f"{site.url}/", "--delay", "0"]
            process = subprocess.Popen(
                [sys.executable, "-m", "tipsearch.cli.main", *command],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                env=ENVIRONMENT,
            )
            _until(lambda: len(site.requests) > 5)
            os.kill(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)
            site.site.delay = 0  # type: ignore[attr-defined]
            assert process.returncode == 130, (out, err)
            assert "Traceback" not in err
            held = len(tipsearch("export", home=tmp_path).lines)
            assert 0 < held < 60
            assert tipsearch(*command).status == 0
        assert len(tipsearch("export", home=tmp_path).lines) == 60

    def test_a_second_crawl_of_the_same_home_exits_4_and_names_the_first(self, tmp_path: Path) -> None:
        with big_site(60, delay=0.3, **HTML_ALONE) as site:
            command = ["--home", str(tmp_path), "crawl", f"{site.url}/", "--delay", "0"]
            first = subprocess.Popen(
                [sys.executable, "-m", "tipsearch.cli.main", *command], stdout=subprocess.DEVNULL, env=ENVIRONMENT
            )
            _until(lambda: len(site.requests) > 3)
            site.site.delay = 30  # type: ignore[attr-defined]
            done = tipsearch(*command)
            site.site.delay = 0  # type: ignore[attr-defined]
            assert done.status == 4
            assert str(first.pid) in done.err
            first.kill()
            first.wait()
            assert tipsearch(*command).status == 0
