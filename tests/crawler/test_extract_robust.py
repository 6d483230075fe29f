"""Mangled, hostile and huge pages: never an exception, and time that grows with size."""

# ruff: noqa: E501 - a page of markup reads best as one line

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from golden_pages import FIXTURES, case_folders, load_page
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.crawler.extract import Page, extract
from tipsearch.crawler.extract.interstitials import interstitial

NOW = datetime(2024, 5, 1, tzinfo=UTC)
PAGES = [load_page(folder) for folder in case_folders() if (folder / "page.html").exists()]


def read(text, url="https://desk.example.org/tag/x/"):
    return extract(Page(source="s", url=url, text=text, observed_at=NOW))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PAGES), st.data())
def test_a_mangled_page_never_raises(page, data):
    text = page.text
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    filling = data.draw(
        st.text(max_size=30) | st.sampled_from(["</div>", "<", "<h2>", "\0", "</article>", "<script>", "<!--", '"'])
    )
    for mangled in (text[:first] + filling + text[second:], text[first:second], text[:first] + filling + text[first:]):
        found = extract(replace(page, text=mangled))
        assert found.kind in ("listing", "post", "none")
        assert (found.kind == "none") == (not found.entries)


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=400),
    st.sampled_from([None, "https://x.example/", "not an address", "http://[::1", "https://x.example:99999/tag/a/"]),
)
def test_no_text_raises_whatever_its_address(text, url):
    read(text, url)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(PAGES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=200),
    st.sampled_from(["utf-8", "latin-1", "utf-16-le"]),
)
def test_flipped_bytes_never_raise(page, flips, encoding):
    data = bytearray(page.text.encode("utf-8", "replace") or b"<")
    for place, mask in flips:
        data[int(place * len(data))] ^= mask
    found = extract(replace(page, text=bytes(data).decode(encoding, "replace")))
    assert (found.kind == "none") == (not found.entries)
    for entry in found.entries:
        f"{entry.title}{entry.body}{entry.permalink}".encode()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PAGES), st.floats(0, 1))
def test_a_page_that_breaks_off_gives_no_other_posts(page, share):
    read = extract(page).entries
    whole = {entry.permalink for entry in read}
    cut = extract(replace(page, text=page.text[: int(share * len(page.text))]))
    # Cut before the blog's own posts begin, a page may be one of what is featured above them.
    begun = [entry for entry in read if entry.listed_in and entry in cut.entries]
    if cut.kind == "listing" and begun:
        addresses = {entry.permalink for entry in cut.entries if entry.permalink and entry.permalink in page.text}
        assert addresses <= whole | {page.url}


TAGS = [
    "<h2>",
    "</h2>",
    "<a href='/2019/01/a/'>",
    "<a href='http://[bad'>",
    "</a>",
    "<p>",
    "</p>",
    "<div class='post'>",
    "</div>",
    "<li>",
    "<time datetime='2019-01-01'>",
    "</time>",
    "Read more",
    "Posted on May 1, 2019 in ",
    "words and words",
    "Title - 1/2/19",
    "<div class='entry-content'>",
    "<article>",
    "</article>",
    "<nav>",
    "</nav>",
    "<h2 class='entry-title'>",
    "<div class='widget Blog'>",
    "<br>",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TAGS), max_size=60))
def test_no_order_of_tags_raises(tags):
    found = read("".join(tags))
    assert all(entry.title or entry.body for entry in found.entries)


def test_lone_surrogates_and_control_characters_are_survived():
    page = "<h2 class='entry-title'><a href='/2019/01/a/'>A\ud800\x00\x1b[31m</a></h2><div class='entry-content'><p>text \udfff of it</p></div>"
    found = read(f"<main><article class='post'>{page}</article></main>")
    assert len(found.entries) == 1
    found.entries[0].title.encode("utf-8")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "mailto:a@example.org",
        "http://[::1",
        "https://evil.example.net/2019/01/a/page/2/",
    ],
)
def test_no_link_leads_away_or_to_a_file(link):
    found = read(
        f"<main><article class='post hentry'><h2 class='entry-title'><a href='/2019/01/a/'>A</a></h2>"
        f"<div class='entry-content'><p>Some words here</p></div></article><nav><a rel='next' href='{link}'>Older posts</a></nav></main>"
    )
    assert len(found.entries) == 1
    assert found.next_url is None


BIG = {
    "deep nesting": "<div>" * 60_000 + "<h2><a href='/2019/01/a/'>x</a></h2>",
    "paragraphs": "<h2><a href='/2019/01/a/'>x</a></h2>" + "<p>word word word</p>" * 80_000,
    "headings": "<h2><a href='/2019/01/a/'>x y</a></h2>" * 20_000,
    "open posts": "<div class=post><h2 class=entry-title>x</h2>" * 20_000,
    "untitled": "<ul>" + "<li class='post hentry'><div class='entry-content'>a b c d</div>" * 15_000,
    "nested bodies": "<div class='entry-content hentry'><h3 class='entry-title'>t</h3>" * 10_000,
    "links": "<a href='/page/2/'>" * 20_000,
    "one class attribute": "<p class='" + "entry-title " * 200_000 + "'>x",
    "brackets": "<" * 500_000,
    "dashes": "<h2>" + "a - " * 200_000 + "</h2>",
    "giant address": "<article class=post><h2 class=entry-title><a href='/" + "a/" * 500_000 + "'>x</a></h2><p>y",
    "giant moment": "<article class=post><h2 class=entry-title>x</h2><time datetime='" + "2019-" * 300_000 + "'>y",
    "many attributes": "<p " + " ".join(f"a{n}='{n}'" for n in range(50_000)) + ">x",
    "styles": "<p style='" + "display: none;" * 100_000 + "'>x</p>" * 3,
    "pagers": "<div class='pagination'>Page 1 of 9 <a href='/tag/x/page/9/'>9</a>" * 10_000,
    "password forms": "<article class=post><h2 class=entry-title>x</h2><form class=post-password-form>y</form>"
    * 10_000,
    "updated": "<article class=post><h2 class=entry-title>x</h2>" + "<span class=updated>May 1, 2019</span>" * 30_000,
    "quotations": "<article class=post>" + "<blockquote><small>May 1, 2019 x" * 10_000,
    "nothing found": "<section class='no-results'>Nothing found " * 10_000,
    "scripts": "<script>_cf_chl</script>" * 50_000,
    "spaces": "<h2 class=entry-title>" + " " * 1_000_000 + "x</h2>",
}


@pytest.mark.parametrize("name", BIG)
def test_a_hostile_page_is_read_in_seconds(name):
    started = time.process_time()
    read(BIG[name])
    interstitial(BIG[name])
    assert time.process_time() - started < 15


def test_time_grows_with_size():
    page = load_page(FIXTURES / "wordpress" / "teasers_above_posts")
    head, rest = page.text.split('<div class="latest-tips">')
    teasers, tail = rest.split('<h1 class="page-title">')

    def seconds(times):
        text = f'{head}<div class="latest-tips">{teasers * times}<h1 class="page-title">{tail}'
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            extract(replace(page, text=text))
            best = min(best, time.process_time() - started)
        return best

    assert seconds(80) < 8 * 2.5 * seconds(10)


def test_a_page_with_more_entries_than_any_listing_says_so():
    item = "<article class='post hentry'><h2 class='entry-title'><a href='/2019/01/{0}/'>T {0}</a></h2><div class='entry-summary'>some words of it</div></article>"
    found = read("<main>" + "".join(item.format(n) for n in range(2_100)) + "</main>")
    assert len(found.entries) == 2_000
    assert found.notes


def test_a_five_megabyte_page_keeps_its_posts():
    page = load_page(FIXTURES / "wordpress" / "kubrick_home")
    text = page.text.replace(
        '<div id="content"', "<div>" + "<p>filler of a page that went wrong</p>" * 120_000 + '</div><div id="content"'
    )
    assert len(text) > 4_500_000
    started = time.process_time()
    assert [e.title for e in extract(replace(page, text=text)).entries] == [e.title for e in extract(page).entries]
    assert time.process_time() - started < 40
