"""Addresses compared."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from tipsearch.pipeline.urls import (
    blog_of,
    canonical_permalink,
    is_plain,
    is_web_address,
    names_a_post,
    numbered_post,
    same_site,
    site_of,
    tidy_path,
)

PLAIN = "https://example.com/2018/11/listening"


@pytest.mark.parametrize(
    "same",
    [
        "http://example.com/2018/11/listening",
        "https://www.example.com/2018/11/listening/",
        "https://example.com:443/2018/11/listening/index.html",
        "https://EXAMPLE.com/2018/11/listening?utm_source=feed&utm_medium=rss",
        "https://example.com/2018/11/listening?m=1",
        "https://example.com/2018/11/listening#comments",
        "https://example.com/2018/11/listening/?fbclid=abc",
        "https://example.com./2018/11/listening",
        "  https://example.com/2018/11/listening ",
        "https://example.com/2018/11/%6Cistening",
        "https://example.com/2018/11/listening/amp/",
        "https://example.com/2018/11/listening?amp",
        "https://example.com/2018/11/listening/feed/rss2/",
        "https://example.com/2018/11/listening/comment-page-2/#comment-7",
        "https://example.com/2018/11/listening?print=1",
        "https://example.com/2018/11/listening#more-123",
    ],
)
def test_forms_of_one_permalink_agree(same: str) -> None:
    assert canonical_permalink(same) == canonical_permalink(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/2018/12/listening",
        "https://example.com:8080/2018/11/listening",
        "https://blog.example.com/2018/11/listening",
        "https://example.com/2018/11/Listening",
        "https://example.com/2018/11/listening?page=2",
        "https://example.com/2018/11/listening/2/",
        "https://example.com/2018/11/amp/",
        "https://example.com/2018/11/feed",
        "https://example.com/2018/11/listening?m=201811",
    ],
)
def test_other_addresses_stay_apart(other: str) -> None:
    assert canonical_permalink(other) != canonical_permalink(PLAIN)


def test_a_post_named_by_its_number_keeps_the_number() -> None:
    assert canonical_permalink("https://example.com/?p=17") != canonical_permalink("https://example.com/?p=18")
    assert canonical_permalink("https://example.com/?b=2&a=1") == canonical_permalink("http://example.com?a=1&b=2")


def test_a_view_is_folded_only_behind_what_can_be_nothing_but_a_post() -> None:
    assert canonical_permalink("https://example.com/tips/print/") != canonical_permalink("https://example.com/tips/")
    assert canonical_permalink("https://example.com/good-tips/print/") == "example.com/good-tips"
    assert canonical_permalink("https://example.com/2018/11/13/feed/") == "example.com/2018/11/13/feed"


def test_a_fragment_names_a_post_only_on_a_page_of_many() -> None:
    first, second = (canonical_permalink(f"https://example.com/2003_05_01_archive.html#9452{n}") for n in (1, 2))
    assert first != second
    assert canonical_permalink("https://example.com/2003/05/#e00231") == "example.com/2003/05#e00231"
    assert canonical_permalink("https://example.com/2003/05/#comments") == "example.com/2003/05"
    assert canonical_permalink("https://example.com/2003/05/ring#post-231") == "example.com/2003/05/ring"


def test_a_host_in_letters_is_its_ascii_form() -> None:
    assert canonical_permalink("https://www.bücher.example/a") == canonical_permalink("http://xn--bcher-kva.example/a")


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://www.example.com/2018/11/listening/", True),
        ("https://example.com/?p=17", False),
        ("https://example.com/2018/11/listening/?utm_source=x", False),
        ("https://example.com/2018/11/listening/amp/", False),
        ("https://example.com/2018/11/listening#comments", False),
    ],
)
def test_an_address_is_plain_where_nothing_is_taken_off(url: str, plain: bool) -> None:
    assert is_plain(url) is plain


def test_wordpress_numbers_are_known_by_their_form() -> None:
    assert numbered_post(canonical_permalink("https://www.example.com/?p=17")) == "example.com?p=17"
    assert numbered_post(canonical_permalink("https://example.com/blog/?p=17&utm_source=x")) == "example.com/blog?p=17"
    assert numbered_post(canonical_permalink(PLAIN)) == ""
    assert numbered_post("example.com?p=17&page=2") == ""


def test_a_bare_site_names_no_post() -> None:
    assert not names_a_post(canonical_permalink("https://www.example.com/index.html?utm_source=x"))
    assert names_a_post(canonical_permalink("https://example.com/?p=17"))
    assert names_a_post(canonical_permalink(PLAIN))


def test_sites_differ_by_scheme_host_and_port() -> None:
    assert site_of("https://example.com/x") == "https://example.com:443"
    assert site_of("http://example.com:8000/x") == "http://example.com:8000"
    assert site_of("file:///etc/passwd") == ""


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("http://example.com/", "https://www.example.com/x", True),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8001/", False),
        ("http://example.com/", "http://example.com:8080/", False),
        ("http://example.com/", "http://example.org/", False),
        ("http://harbour.blogspot.com/", "https://harbour.blogspot.sg/2018/03/x.html", True),
        ("http://harbour.blogspot.co.uk/", "https://harbour.blogspot.com.br/", True),
        ("http://harbour.blogspot.com/", "http://pier.blogspot.com/", False),
        ("javascript:alert(1)", "javascript:alert(1)", False),
    ],
)
def test_same_site(a: str, b: str, same: bool) -> None:
    assert same_site(a, b) is same


@given(st.text() | st.from_regex(r"https?://[a-z\[\]:@.%0-9]{0,20}(/[^\s]{0,20})?", fullmatch=True))
def test_no_address_raises_and_the_canonical_form_is_stable(url: str) -> None:
    once = canonical_permalink(url)
    assert isinstance(once, str)
    if is_web_address(url):
        assert canonical_permalink("http://" + once) == once
    assert isinstance(site_of(url) + blog_of(url), str)


SEGMENTS = st.sampled_from(
    "a 2018 03 index.html default.php p feed amp print comment-page-2 page 1 _x ~u - 2003_05_01_archive.html".split()
)
HOSTS = st.sampled_from("blog.example www.blog.example 127.0.0.1 localhost a.b x-.y www.www.x www".split())


@given(
    st.sampled_from(("http", "https")),
    HOSTS,
    st.sampled_from(("", ":80", ":443", ":8080", ":080", ":0")),
    st.lists(SEGMENTS, max_size=5),
    st.sampled_from(("", "/")),
    st.sampled_from(("", "#94528223", "#more-12", "#a.b")),
)
def test_a_plain_address_is_folded_as_one_with_something_to_fold(
    scheme: str, host: str, port: str, path: list[str], end: str, fragment: str
) -> None:
    plain = f"{scheme}://{host}{port}" + "".join(f"/{segment}" for segment in path) + end
    assert tidy_path(plain + fragment) is not None
    assert canonical_permalink(plain + fragment) == canonical_permalink(f"{plain}?utm_source=mail{fragment}")
    assert urlsplit(canonicalize_url(plain)).path in {tidy_path(plain), "/"}


@pytest.mark.parametrize("place", ["path", "query", "fragment", "host"])
def test_half_characters_in_an_address_are_no_trouble(place: str) -> None:
    half = {name: "\ud800" if name == place else "" for name in ("path", "query", "fragment", "host")}
    url = f"https://b{half['host']}.example/a{half['path']}/?p={half['query']}#c{half['fragment']}"
    canonical_permalink(url).encode("utf-8")
