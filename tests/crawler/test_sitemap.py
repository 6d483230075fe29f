from __future__ import annotations

import gzip
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.crawler.channels.records import Answer
from tipsearch.crawler.channels.sitemap import MAX_URLS, SitemapPage, SitemapReader, read_sitemap
from tipsearch.pipeline.errors import CrawlError, NotFoundError, TipsearchError, UnreachableError

SITE = "https://desk.example"
HOME = SITE + "/"
INDEX = SITE + "/sitemap.xml"
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*paths: str, head: str = "") -> str:
    urls = "".join(f"<url><loc>{SITE}{path}</loc><lastmod>2024-01-01</lastmod></url>\n" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<urlset {XMLNS}>{urls}</urlset>'


def index(*paths: str) -> str:
    maps = "".join(f"<sitemap><loc>{SITE}{path}</loc></sitemap>" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {XMLNS}>{maps}</sitemapindex><!-- by a plug-in -->'


def answer(asked: str, body: str | bytes) -> Answer:
    raw = body.encode() if isinstance(body, str) else body
    return Answer(
        asked=asked,
        url=asked,
        headers={"content-type": "text/xml"},
        body=raw,
        text=raw.decode("utf-8", "replace"),
        observed_at=datetime(2024, 6, 1, tzinfo=UTC),
    )


def drive(reader: SitemapReader, site: Mapping[str, str | TipsearchError]) -> tuple[list[str], list[str]]:
    """Every path that a reader asks of a site in memory, where what is not there answers 404, and every post found."""
    asked: list[str] = []
    found: list[str] = []
    while (url := reader.following()) is not None:
        assert url == reader.following()
        asked.append(url.removeprefix(SITE))
        came = site.get(asked[-1], NotFoundError(f"{url} answers 404", status=404))
        if isinstance(came, TipsearchError):
            reader.failed(came)
        else:
            found += reader.read(answer(url, came))
    return asked, found


# --- one sitemap ----------------------------------------------------------------------------------------------------


def test_a_sitemap_names_addresses_of_its_own_site() -> None:
    body = urlset("/tip-1/", "/tip-2/", "/tip-1/").replace(
        "</urlset>",
        "<url><loc>https://third.example/tip-3/</loc></url><url><loc> /tip-4/ </loc></url>"
        "<url><loc>javascript:x</loc></url><url><lastmod>2024</lastmod></url><url><loc></loc></url></urlset>",
    )
    assert read_sitemap(answer(INDEX, body)) == SitemapPage(urls=(SITE + "/tip-1/", SITE + "/tip-2/", SITE + "/tip-4/"))


def test_an_index_names_sitemaps() -> None:
    assert read_sitemap(answer(INDEX, index("/a.xml", "/b.xml.gz"))).children == (SITE + "/a.xml", SITE + "/b.xml.gz")


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(urlset("/tip-1/").encode()),
        urlset("/tip-1/").encode("utf-16"),
        b"\xef\xbb\xbf\n" + urlset("/tip-1/").encode(),
        urlset("/tip-1/").encode().replace(b"2024-01-01", b"\x00\x1f\xff"),
    ],
    ids=["gzip", "utf-16", "bom", "control characters"],
)
def test_a_sitemap_is_read_in_whatever_it_is_written(body: bytes) -> None:
    assert read_sitemap(answer(INDEX, body)) == SitemapPage(urls=(SITE + "/tip-1/",))


def test_a_sitemap_that_breaks_off_gives_what_it_has_and_says_so() -> None:
    body = urlset("/tip-1/", "/tip-2/")
    page = read_sitemap(answer(INDEX, body[: body.index("/tip-2/")]))
    assert page.urls[:1] == (SITE + "/tip-1/",)
    assert page.cut


def test_only_as_many_addresses_count_as_a_file_may_hold() -> None:
    page = read_sitemap(answer(INDEX, urlset(*(f"/tip-{n}/" for n in range(MAX_URLS + 5)))))
    assert len(page.urls) == MAX_URLS
    assert page.cut


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!doctype html><title>Not here</title>", "Not here"),
        (b"", "empty"),
        (b"{}", "JSON"),
        (b"<rss><channel/></rss>", "<rss>"),
        (b"\x1f\x8bnothing", "decompressed"),
        (gzip.compress(b"<urlset>" + b" " * 60_000_000), "larger than 50 MB"),
    ],
    ids=["html", "empty", "json", "feed", "broken gzip", "gzip bomb"],
)
def test_what_is_no_sitemap_is_named(body: bytes, said: str) -> None:
    with pytest.raises(CrawlError, match=said):
        read_sitemap(answer(INDEX, body))


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    "declared",
    [f'<!ENTITY l0 "ha">{LAUGHS}', '<!ENTITY l9 SYSTEM "file:///etc/hostname">', '<!ENTITY l9 "expanded">'],
    ids=["laughs", "external", "plain"],
)
def test_entities_are_never_expanded(declared: str) -> None:
    body = urlset("/tip-1/", "/&l9;", head=f"<!DOCTYPE urlset [{declared}]>")
    body = body.replace("<lastmod>", '<link href="&l9;&l9;"/><lastmod>')
    began = time.process_time()
    page = read_sitemap(answer(INDEX, body))
    assert page.urls[0] == SITE + "/tip-1/"
    assert not any("expanded" in url for url in page.urls)
    assert time.process_time() - began < 2


PIECES = [
    "<url>",
    "</url>",
    "<loc>",
    "</loc>",
    "<![CDATA[",
    "<!--",
    "&",
    "&#0;",
    "<",
    "]]>",
    "\x00",
    "<!DOCTYPE x [",
    "é",
]


@settings(max_examples=200, deadline=5000)
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(PIECES)), max_size=10), st.integers(0, 500))
def test_a_mangled_sitemap_gives_addresses_or_an_error_with_a_name(cuts: list[tuple[int, str]], end: int) -> None:
    text = urlset("/tip-1/", "/tip-2/")
    for at, piece in cuts:
        text = text[:at] + piece + text[at:]
    try:
        page = read_sitemap(answer(INDEX, text[:end]))
    except CrawlError:
        return
    assert all(url.startswith("https://") for url in page.urls)


# --- a site's sitemaps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "asked", "total"),
    [
        (
            {
                "/sitemap.xml": index(
                    "/wp-sitemap-posts-post-1.xml",
                    "/wp-sitemap-posts-post-2.xml",
                    "/wp-sitemap-posts-page-1.xml",
                    "/wp-sitemap-taxonomies-category-1.xml",
                    "/wp-sitemap-users-1.xml",
                ),
                "/wp-sitemap-posts-post-1.xml": urlset("/", "/tip-1/", "/tip-2/"),
                "/wp-sitemap-posts-post-2.xml": urlset("/tip-2", "/tip-3/?utm_source=x", "/tag/calm/", "/a.jpg"),
            },
            ["/sitemap.xml", "/wp-sitemap-posts-post-1.xml", "/wp-sitemap-posts-post-2.xml"],
            3,
        ),
        (
            {
                "/sitemap.xml": index(
                    "/post-sitemap.xml", "/post-sitemap2.xml", "/page-sitemap.xml", "/post_tag-sitemap.xml"
                ),
                "/post-sitemap.xml": urlset("/tip-1/"),
                "/post-sitemap2.xml": urlset("/tip-2/"),
            },
            ["/sitemap.xml", "/post-sitemap.xml", "/post-sitemap2.xml"],
            2,
        ),
        (
            {
                "/sitemap.xml": index("/sitemap-index-1.xml", "/image-sitemap-index-1.xml"),
                "/sitemap-index-1.xml": index("/sitemap-1.xml"),
                "/sitemap-1.xml": urlset("/tip-1/", "/about/"),
            },
            ["/sitemap.xml", "/sitemap-index-1.xml", "/sitemap-1.xml"],
            2,
        ),
    ],
    ids=["wordpress", "yoast", "jetpack"],
)
def test_of_an_index_only_the_sitemaps_of_posts_are_read(site: dict[str, str], asked: list[str], total: int) -> None:
    reader = SitemapReader([INDEX], HOME, "wordpress")
    got, found = drive(reader, site)
    assert got == asked
    assert (len(found), reader.total, reader.complete) == (total, total, True)
    assert reader.posts_only is ("/sitemap-1.xml" not in site)


def test_blogger_s_sitemaps_name_posts_and_pages() -> None:
    reader = SitemapReader([INDEX], HOME, "blogger")
    site = {
        "/sitemap.xml": index("/sitemap.xml?page=1", "/sitemap.xml?page=2", "/sitemap-pages.xml"),
        "/sitemap.xml?page=1": urlset("/2024/03/a-post.html", "/2024/02/b-post.html"),
        "/sitemap.xml?page=2": urlset("/2023/03/a-post.html", "/p/about.html"),
    }
    asked, found = drive(reader, site)
    assert len(asked) == 3
    assert found == [SITE + p for p in ("/2024/03/a-post.html", "/2024/02/b-post.html", "/2023/03/a-post.html")]
    assert reader.complete


def test_of_several_places_to_look_those_that_are_there_count() -> None:
    reader = SitemapReader([SITE + "/wp-sitemap.xml", INDEX, "https://third.example/sitemap.xml"], HOME, "wordpress")
    asked, found = drive(reader, {"/sitemap.xml": urlset("/tip-1/")})
    assert asked == ["/wp-sitemap.xml", "/sitemap.xml"]
    assert found == [SITE + "/tip-1/"]
    assert reader.complete


def test_requests_are_bounded_and_the_rest_is_named() -> None:
    reader = SitemapReader([INDEX], HOME, "wordpress", max_requests=3)
    site: dict[str, str] = {"/sitemap.xml": index(*(f"/post-sitemap{n}.xml" for n in range(1, 9)))}
    site |= {f"/post-sitemap{n}.xml": urlset(f"/tip-{n}/") for n in range(1, 9)}
    asked, found = drive(reader, site)
    assert (len(asked), len(found)) == (3, 2)
    assert not reader.complete
    assert "6 sitemaps unread" in reader.ended


def test_sitemaps_that_lead_back_are_read_once() -> None:
    reader = SitemapReader([INDEX], HOME, "wordpress")
    asked, _ = drive(
        reader, {"/sitemap.xml": index("/a.xml", "/sitemap.xml"), "/a.xml": index("/sitemap.xml", "/a.xml")}
    )
    assert asked == ["/sitemap.xml", "/a.xml"]


@pytest.mark.parametrize("error", [NotFoundError("gone", status=404), UnreachableError("down", status=503)])
def test_a_promised_sitemap_that_fails_leaves_the_count_incomplete(error: CrawlError) -> None:
    reader = SitemapReader([INDEX], HOME, "wordpress")
    _, found = drive(
        reader,
        {
            "/sitemap.xml": index("/post-sitemap.xml", "/post-sitemap2.xml"),
            "/post-sitemap.xml": urlset("/tip-1/"),
            "/post-sitemap2.xml": error,  # type: ignore[dict-item]
        },
    )
    assert len(found) == 1
    assert not reader.complete


def test_a_site_without_sitemaps_says_why() -> None:
    reader = SitemapReader([INDEX], HOME, "wordpress")
    assert reader.failed(NotFoundError("gone", status=404)) is False
    assert (reader.following(), reader.complete, reader.ended) == (None, False, "gone")
    assert SitemapReader([], HOME, "other").following() is None


def test_a_page_in_place_of_a_sitemap_is_an_error_and_the_reading_goes_on() -> None:
    reader = SitemapReader([SITE + "/wp-sitemap.xml", INDEX], HOME, "other")
    with pytest.raises(CrawlError, match="HTML"):
        reader.read(answer(reader.following() or "", "<html><body>Hello</body></html>"))
    assert reader.following() == INDEX
    assert reader.read(answer(INDEX, urlset("/tip-1/"))) == (SITE + "/tip-1/",)
    assert reader.complete
