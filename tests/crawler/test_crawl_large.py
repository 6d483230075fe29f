"""A crawl of a blog as large as a real one: what it costs, and what it holds."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from support.sites import big_site, blogger_site, marker
from tipsearch.crawler import Progress, crawl
from tipsearch.pipeline import open_store
from tipsearch.pipeline.records import Source


@pytest.mark.slow
def test_eight_hundred_posts_cost_their_listing_pages_and_flat_memory(tmp_path: Path) -> None:
    sizes: dict[int, int] = {}

    def measure(progress: Progress) -> None:
        if progress.pages in {60, 260}:
            told = subprocess.run(
                ["ps", "-o", "rss=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
            )
            sizes[progress.pages] = max(map(int, told.stdout.split()))

    with big_site(800, rest="off", feed="off") as site:
        source = Source(name="big", urls=(site.url,))
        (report,) = crawl([source], home=tmp_path, delay=0, on_progress=measure).sources
        assert len(site.requests) <= 275
        assert site.most_at_once == 1
    assert (report.outcome, report.complete, report.posts_total) == ("ok", True, 800)
    # In kilobytes: two hundred pages more, of which only keys are kept.
    assert sizes[260] - sizes[60] < 15_000
    assert sizes[260] < 200_000
    store = open_store(tmp_path)
    posts = list(store.posts("big"))
    store.close()
    assert Counter(post.completeness for post in posts) == {"full": 800}
    found = Counter(number for number in range(800) for post in posts if marker(number) in post.text)
    assert found == Counter(range(800))


def test_a_label_is_read_through_its_feed_and_ones_own_by_its_pages_where_that_is_asked(tmp_path: Path) -> None:
    with blogger_site(45) as site:
        url = site.url.rstrip("/") + "/search/label/service?max-results=20"
        closed, own = crawl(
            [
                Source(name="closed", urls=(url,)),
                Source(name="own", urls=(url,), obey_robots=False, channel="html"),
            ],
            home=tmp_path,
            delay=0,
        ).sources
    assert (closed.outcome, closed.pages, closed.posts_fetched, closed.posts_total) == ("ok", 1, 0, 45)
    assert closed.archives[0].why == f"read through the label's feed, because robots.txt closes {url}"
    # Three label pages, and the nine posts that are longer than a snippet.
    assert (own.outcome, own.complete, own.pages, own.posts_fetched, own.posts_total) == ("ok", True, 12, 9, 45)


def test_a_label_whose_feed_is_off_too_fails_by_the_name_of_what_closes_it(tmp_path: Path) -> None:
    with blogger_site(5, feed="off") as site:
        url = site.url.rstrip("/") + "/search/label/service?max-results=20"
        (report,) = crawl([Source(name="closed", urls=(url,))], home=tmp_path, delay=0).sources
    assert (report.outcome, report.error, report.pages, report.posts_total) == ("failed", "RobotsError", 0, 0)
    assert "Blogger" in report.problems[0]
    assert "obey_robots = false" in report.problems[0]
