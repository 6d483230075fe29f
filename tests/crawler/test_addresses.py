from __future__ import annotations

import pytest

from tipsearch.crawler.addresses import goes_down, listing_key, page_number


@pytest.mark.parametrize(
    ("current", "following", "down"),
    [
        ("https://a.example/tag/x/", "https://a.example/tag/x/page/2/", False),
        ("https://a.example/tag/x/page/2/", "https://a.example/tag/x/page/3/", False),
        ("https://a.example/tag/x/page/10/", "https://a.example/tag/x/page/9/", True),
        ("https://a.example/tag/x/page/2/", "https://a.example/tag/x/page/2/?y=1", True),
        ("https://a.example/tag/x/page/2/", "https://a.example/tag/x/", True),
        ("https://a.example/tag/x/", "https://a.example/tag/x/page/1/", True),
        ("https://a.example/?tag=x&paged=3", "https://a.example/?tag=x&paged=4", False),
        ("https://a.example/?tag=x&paged=3", "https://a.example/?tag=x&paged=2", True),
        ("https://a.example/search/label/x?start=20", "https://a.example/search/label/x?start=40", False),
        ("https://a.example/search/label/x", "https://a.example/search/label/x?updated-max=2018&start=20", False),
        ("https://a.example/2018/", "https://a.example/2017/", False),
        ("https://a.example/search?updated-max=2018&start=7", "https://a.example/search?updated-max=2017", False),
    ],
)
def test_a_page_number_that_goes_down(current: str, following: str, down: bool) -> None:
    assert goes_down(current, following) is down


def test_a_year_or_a_slug_is_no_page_number() -> None:
    assert page_number("https://a.example/2018/11/page-turners/") is None


@pytest.mark.parametrize(
    "same",
    ["http://a.example/tag/x", "https://www.a.example/tag/x/", "https://a.example:443/tag/x/#more"],
)
def test_addresses_of_one_listing_page(same: str) -> None:
    assert listing_key(same) == listing_key("https://a.example/tag/x/")


def test_parameters_make_another_listing_page() -> None:
    assert listing_key("https://a.example/?m=201811") != listing_key("https://a.example/?m=201812")
    assert listing_key("https://a.example/?a=1&b=2") == listing_key("https://a.example/?b=2&a=1")
