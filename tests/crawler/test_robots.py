from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.http import Response

from tipsearch.crawler.middlewares import retry_after
from tipsearch.crawler.robots import MAX_SIZE, Rules, closed_error

BLOGGER = b"""User-agent: Mediapartners-Google
Disallow:

User-agent: *
Disallow: /search
Disallow: /share-widget
Allow: /
"""


def test_the_rule_that_closes_an_address_is_named() -> None:
    rules = Rules.of(b"User-agent: *\nDisallow: /tag\nDisallow: /tag/private # not this\nAllow: /tag/open\n")
    assert not rules.allows("https://a.example/tag/private/")
    assert rules.closing_rule("https://a.example/tag/private/") == "Disallow: /tag/private"
    assert rules.allows("https://a.example/tag/open/")


def test_a_group_for_tipsearch_comes_before_that_for_everybody() -> None:
    rules = Rules.of(
        b"User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: tipsearch\nDisallow: /x\nCrawl-delay: 7\n"
    )
    assert rules.allows("https://a.example/tag/")
    assert rules.closing_rule("https://a.example/x/1") == "Disallow: /x"
    assert rules.crawl_delay == 7.0


def test_only_the_first_500_kibibytes_are_read_and_a_cut_line_is_left_out() -> None:
    filler = b"# " + b"x" * 97 + b"\n"
    head = b"User-agent: *\n" + filler * (MAX_SIZE // len(filler))
    body = head[: MAX_SIZE - 10] + b"\nDisallow: /only-this-is-longer-than-the-rest\n"
    assert Rules.of(body).allows("https://a.example/only")


def test_blogger_label_pages_are_named_with_what_to_do() -> None:
    url = "https://a.blogspot.com/search/label/Service"
    rules = Rules.of(BLOGGER)
    assert not rules.allows(url)
    said = str(closed_error(url, rules.closing_rule(url)))
    assert "Blogger" in said
    assert "obey_robots = false" in said
    assert "https://a.blogspot.com/2024/" in said


@pytest.mark.parametrize("body", [b"", b"<html>not found</html>", b"\xff\xfe\x00garbage", b"Disallow: /\n"])
def test_what_is_no_rule_closes_nothing(body: bytes) -> None:
    assert Rules.of(body).allows("https://a.example/tag/")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Wed, 01 Jan 2020 00:00:30 GMT", 30.0),
        ("Tue, 31 Dec 2019 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    response = Response("https://a.example/", headers={"Retry-After": value})
    assert retry_after(response, now=datetime(2020, 1, 1, tzinfo=UTC)) == seconds
