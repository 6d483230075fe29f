"""The demo's feeds and sitemaps, WordPress's and Blogger's: each address and option once, over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from parsel import Selector

from support.asking import fetched
from support.sites import big_wordpress, blogger_posts
from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.cli.demo.content import load_sayings, load_tips, post_number
from tipsearch.cli.demo.markup import plain, typeset
from tipsearch.cli.demo.server import Running, serve
from tipsearch.cli.demo.wordpress import WordPressSite

TIPS = load_tips()
SAYINGS = load_sayings()
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def tips() -> Iterator[Running]:
    with serve(WordPressSite(TIPS.posts, title=TIPS.title, tagline=TIPS.tagline)) as running:
        yield running


@pytest.fixture(scope="module")
def sayings() -> Iterator[Running]:
    with serve(BloggerSite(SAYINGS.posts, title=SAYINGS.title, tagline=SAYINGS.tagline)) as running:
        yield running


def words(html: str) -> list[str]:
    return "".join(Selector(text=html or "<p/>").css("::text").getall()).split()


def read(url: str) -> Any:
    """The feed at the address, which must be well-formed XML."""
    answer = fetched(url)
    assert answer.status == 200
    ET.fromstring(answer.text)
    return feedparser.parse(answer.body)


def places(url: str) -> dict[str, str]:
    """The addresses of a sitemap with the moments of their last change."""
    root = ET.fromstring(fetched(url).text)
    return {one.findtext("s:loc", "", NAMES): one.findtext("s:lastmod", "", NAMES) for one in root}


class TestWordPressFeeds:
    def test_pages_of_ten_bring_every_post_in_full_and_then_a_404(self, tips: Running) -> None:
        entries = [entry for n in range(1, 9) for entry in read(f"{tips.url}/feed/?paged={n}").entries]
        assert [entry.title for entry in entries] == [typeset(post.heading) for post in TIPS.posts]
        shown = fetched(f"{tips.url}/wp-json/wp/v2/posts?per_page=100").json
        for entry, item, post in zip(entries, shown, TIPS.posts, strict=True):
            assert entry.content[0].value.strip() == item["content"]["rendered"].strip()
            assert (entry.link, entry.id) == (item["link"], item["guid"]["rendered"])
            assert [tag.term for tag in entry.tags] == [*post.categories, *post.tags]
            assert entry.author == TIPS.author
            assert parsedate_to_datetime(entry.published) == datetime.fromisoformat(f"{item['date_gmt']}+00:00")
            assert entry.published.endswith(" +0000")
        assert fetched(f"{tips.url}/feed/?paged=9").status == 404

    @pytest.mark.parametrize("archive", ["/tag/empathy/", "/category/sports/", "/author/dana-whitlock/", "/2014/12/"])
    def test_an_archive_has_a_feed_of_its_own(self, tips: Running, archive: str) -> None:
        site = tips.site
        assert isinstance(site, WordPressSite)
        links = [entry.link for entry in read(f"{tips.url}{archive}feed/").entries]
        assert links == [tips.url + site.permalink(post) for post in site.blog.archives[archive].posts[:10]]
        assert fetched(f"{tips.url}{archive}feed").headers["location"] == f"{tips.url}{archive}feed/"
        assert fetched(f"{tips.url}{archive}feed/?paged=99").status == 404

    def test_comments_have_feeds_that_hold_no_posts(self, tips: Running) -> None:
        post = next(post for post in TIPS.posts if len(post.comments) > 1)
        path = f"/{post.day:%Y/%m}/{post.slug}/feed/"
        own, of_all = read(tips.url + path), read(f"{tips.url}/comments/feed/")
        assert own.feed.title == f"Comments on: {typeset(post.heading)}"
        assert [entry.title for entry in own.entries] == [f"By: {said.split(':')[0]}" for said in post.comments]
        assert all("#comment-" in entry.link for entry in (*own.entries, *of_all.entries))
        assert len(of_all.entries) == min(10, sum(len(post.comments) for post in TIPS.posts))

    def test_heads_name_the_blogs_feeds_and_the_archives_own(self, tips: Running) -> None:
        for path, own in (("/", []), ("/tag/empathy/", ["/tag/empathy/feed/"]), ("/2014/12/", [])):
            links = Selector(text=fetched(tips.url + path).text).css('link[type="application/rss+xml"]::attr(href)')
            assert links.getall() == [f"{tips.url}{feed}" for feed in ("/feed/", "/comments/feed/", *own)]

    def test_a_summary_feed_has_no_content(self) -> None:
        with serve(big_wordpress(3, feed="summary")) as running:
            (entry, *_) = read(f"{running.url}/feed/").entries
            assert "content" not in entry
            said = words(entry.summary)
            assert (len(said), said[-1]) == (56, "[…]")

    def test_off_it_is_a_404_and_named_nowhere(self) -> None:
        with serve(big_wordpress(3, feed="off")) as running:
            assert fetched(f"{running.url}/feed/").status == 404
            assert fetched(f"{running.url}/tag/empathy/feed/").status == 404
            assert "rss+xml" not in fetched(f"{running.url}/").text

    def test_capped_it_shows_the_latest_ten_for_any_page(self) -> None:
        with serve(big_wordpress(25, feed="capped")) as running:
            pages = [[entry.id for entry in read(f"{running.url}/feed/?paged={n}").entries] for n in (1, 2, 9)]
        assert len(pages[0]) == 10
        assert pages[0] == pages[1] == pages[2]

    def test_a_credit_ends_every_text(self) -> None:
        with serve(big_wordpress(3, feed_credit=True)) as running:
            for entry in read(f"{running.url}/feed/").entries:
                said = f"The post {entry.title} appeared first on The Long Shelf."
                for html in (entry.content[0].value, entry.summary):
                    assert " ".join(words(html)).endswith(said)

    @pytest.mark.parametrize(("weakened", "with_tag", "with_both"), [(False, 304, 304), (True, 200, 200)])
    def test_conditional_requests(self, weakened: bool, with_tag: int, with_both: int) -> None:
        with serve(big_wordpress(12, weak_etag_breaks=weakened)) as running:
            url = f"{running.url}/feed/"
            first = fetched(url)
            tag, since = first.headers["etag"], first.headers["last-modified"]
            assert tag.startswith("W/") is weakened
            assert fetched(url, {"If-None-Match": tag}).status == with_tag
            assert fetched(url, {"If-None-Match": tag, "If-Modified-Since": since}).status == with_both
            again = fetched(url, {"If-Modified-Since": since})
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
            assert fetched(url, {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}).status == 200
            assert fetched(url, {"If-None-Match": '"other"', "If-Modified-Since": since}).status == 200

    def test_an_edit_anywhere_changes_the_validators_of_all_feeds(self) -> None:
        posts = list(TIPS.posts)
        site = WordPressSite(posts, title="x")
        with serve(site) as running:
            since = {"If-Modified-Since": fetched(f"{running.url}/feed/").headers["last-modified"]}
            assert fetched(f"{running.url}/tag/empathy/feed/", since).status == 304
            posts[-1] = replace(posts[-1], modified=date(2025, 12, 1))
            site.publish(posts)
            assert fetched(f"{running.url}/feed/", since).status == 200
            assert fetched(f"{running.url}/tag/empathy/feed/", since).status == 200

    def test_sitemaps_list_posts_terms_and_authors_and_robots_txt_names_their_index(self, tips: Running) -> None:
        assert fetched(f"{tips.url}/robots.txt").text.endswith(f"\n\nSitemap: {tips.url}/wp-sitemap.xml\n")
        kinds = ("posts-post", "posts-page", "taxonomies-category", "taxonomies-post_tag", "users")
        index = places(f"{tips.url}/wp-sitemap.xml")
        assert list(index) == [f"{tips.url}/wp-sitemap-{kind}-1.xml" for kind in kinds]
        posts = places(f"{tips.url}/wp-sitemap-posts-post-1.xml")
        links = fetched(f"{tips.url}/wp-json/wp/v2/posts?per_page=100&_fields=link,modified_gmt").json
        assert posts == {item["link"]: f"{item['modified_gmt']}+00:00" for item in links}
        assert f"{tips.url}/tag/empathy/" in places(f"{tips.url}/wp-sitemap-taxonomies-post_tag-1.xml")
        assert fetched(f"{tips.url}/sitemap.xml").headers["location"] == f"{tips.url}/wp-sitemap.xml"
        assert fetched(f"{tips.url}/wp-sitemap-posts-post-2.xml").status == 404

    def test_without_a_sitemap_nothing_names_one(self) -> None:
        with serve(big_wordpress(3, sitemap=False)) as running:
            assert fetched(f"{running.url}/wp-sitemap.xml").status == 404
            assert "Sitemap" not in fetched(f"{running.url}/robots.txt").text

    def test_sitemaps_of_more_than_2000_posts_have_several_pages(self) -> None:
        with serve(big_wordpress(2003)) as running:
            assert f"{running.url}/wp-sitemap-posts-post-2.xml" in places(f"{running.url}/wp-sitemap.xml")
            assert len(places(f"{running.url}/wp-sitemap-posts-post-2.xml")) == 3


class TestWordPressPages:
    def test_a_dropped_post_is_listed_and_has_no_page(self) -> None:
        site = big_wordpress(6, excerpts=True, teasers=0)
        post = site.posts[0]
        with serve(big_wordpress(6, excerpts=True, teasers=0, dropped={post.slug})) as running:
            home = Selector(text=fetched(f"{running.url}/").text)
            link = running.url + site.permalink(post)
            assert home.css(".type-post h2 a::attr(href)").get() == link
            assert link in places(f"{running.url}/wp-sitemap-posts-post-1.xml")
            assert fetched(link).status == 404
            shown = home.css(".type-post .entry-summary p::text").get("")
            assert shown.endswith(" […]")
            assert plain(typeset(post.body)).startswith(shown.removesuffix(" […]"))
            assert home.css(".entry-content").getall() == []

    def test_numbered_pages_name_the_last_one(self) -> None:
        with serve(big_wordpress(60, page_numbers=True)) as running:
            page = Selector(text=fetched(f"{running.url}/page/5/").text)
        assert page.css(".page-numbers::text").getall() == ["Previous", "1", "…", "4", "5", "6", "…", "20", "Next"]
        assert page.css("a.next::attr(href)").get() == f"{running.url}/page/6/"
        assert page.css(".nav-previous, .nav-next").getall() == []

    def test_time_elements_carry_the_offset_and_leave_the_text_as_it_was(self) -> None:
        with serve(big_wordpress(3, time_elements=True)) as running, serve(big_wordpress(3)) as plain_one:
            dated = Selector(text=fetched(f"{running.url}/").text).css(".type-post .entry-date")
            others = Selector(text=fetched(f"{plain_one.url}/").text).css(".type-post .entry-date")
            (item, *_) = fetched(f"{running.url}/wp-json/wp/v2/posts").json
        moment = datetime.fromisoformat(dated.css("time::attr(datetime)").get(""))
        assert moment.astimezone(UTC).isoformat() == f"{item['date_gmt']}+00:00"
        assert dated.css("::text").getall() == others.css("::text").getall()


class TestBloggerFeeds:
    def test_brings_every_post_in_full_by_start_index(self, sayings: Running) -> None:
        url = f"{sayings.url}/feeds/posts/default"
        first, second = read(url), read(f"{url}?start-index=26&max-results=25")
        assert [len(first.entries), len(second.entries)] == [25, 2]
        counts = [first.feed[f"opensearch_{name}"] for name in ("totalresults", "startindex", "itemsperpage")]
        assert counts == ["27", "1", "25"]
        for entry, post in zip([*first.entries, *second.entries], SAYINGS.posts, strict=True):
            page = Selector(text=fetched(entry.link).text)
            assert words(entry.content[0].value) == words(page.css(".post-body").get(""))
            assert entry.title == post.title
            assert page.css(".post-body::attr(id)").get() == f"post-body-{entry.id.rpartition('post-')[2]}"
            assert [tag.term for tag in entry.tags] == list(post.tags)
            assert entry.published == f"{post.day}T07:30:00.000-05:00"
            assert entry.author_detail.name == SAYINGS.author

    def test_next_points_at_another_host_until_the_end(self, sayings: Running) -> None:
        url = f"{sayings.url}/feeds/posts/default/-/service?max-results="
        (following,) = [link.href for link in read(url + "20").feed.links if link.rel == "next"]
        assert following.startswith("https://www.blogger.com/feeds/")
        assert following.endswith("/posts/default/-/service?start-index=21&max-results=20")
        assert [link for link in read(url + "150").feed.links if link.rel == "next"] == []

    def test_a_labels_feed_holds_its_posts_alone(self, sayings: Running) -> None:
        label = SAYINGS.posts[0].tags[1]
        feed = read(f"{sayings.url}/feeds/posts/default/-/{label}")
        wanted = [post.title for post in SAYINGS.posts if label in post.tags]
        assert ([entry.title for entry in feed.entries], feed.feed.opensearch_totalresults) == (
            wanted,
            str(len(wanted)),
        )
        assert read(f"{sayings.url}/feeds/posts/default/-/Nothing").entries == []

    def test_no_page_is_longer_than_the_cap(self) -> None:
        for cap, options in ((150, {}), (7, {"feed_page_cap": 7})):
            with serve(BloggerSite(blogger_posts(160), title="x", **options)) as running:  # type: ignore[arg-type]
                feed = read(f"{running.url}/feeds/posts/default?max-results=500")
            assert (len(feed.entries), feed.feed.opensearch_totalresults) == (cap, "160")

    def test_limits_of_publication_and_of_update(self) -> None:
        posts = list(SAYINGS.posts)
        posts[9] = replace(posts[9], body="Said anew.", modified=date(2025, 1, 2))
        day = posts[3].day
        with serve(BloggerSite(posts, title="x")) as running:
            url = f"{running.url}/feeds/posts/default?max-results=150"
            early = read(f"{url}&published-max={day}T12:00:00-05:00").entries
            late = read(f"{url}&published-min={day}T00:00:00-05:00").entries
            newly = read(f"{url}&updated-min=2025-01-01T00:00:00Z&orderby=updated").entries
            ignored = read(f"{url}&updated-min=2025-01-01T00:00:00Z").entries
            assert fetched(f"{url}&published-min=yesterday").status == 400
            assert fetched(f"{running.url}/feeds/posts/default?start-index=0").status == 400
        assert [len(late), len(early), len(ignored)] == [4, len(posts) - 3, len(posts)]
        assert [entry.title for entry in newly] == [posts[9].title]
        assert newly[0].updated == "2025-01-02T07:30:00.000-05:00"

    def test_a_short_feed_has_summaries_and_off_it_is_a_404(self) -> None:
        posts = blogger_posts(10)
        with serve(BloggerSite(posts, title="x", feed="short")) as running:
            entries = read(f"{running.url}/feeds/posts/default").entries
            assert ["content" in entry for entry in entries] == [False] * 10
            assert {entry.summary.endswith("...") for entry in entries} == {True, False}
            assert max(len(entry.summary) for entry in entries) <= 400
        with serve(BloggerSite(posts, title="x", feed="off")) as running:
            assert fetched(f"{running.url}/feeds/posts/default").status == 404
            assert "atom+xml" not in fetched(f"{running.url}/").text

    def test_rss_and_comment_feeds_stand_where_the_head_names_them(self, sayings: Running) -> None:
        post = SAYINGS.posts[0]
        page = Selector(text=fetched(f"{sayings.url}/{post.day:%Y/%m}/{post.slug}.html").text)
        atom, comments = page.css('link[rel=alternate][type="application/atom+xml"]::attr(href)').getall()
        (rss,) = page.css('link[type="application/rss+xml"]::attr(href)').getall()
        assert comments == f"{sayings.url}/feeds/{post_number(post)}/comments/default"
        assert read(comments).entries == []
        assert [entry.id for entry in read(rss).entries] == [entry.id for entry in read(atom).entries]

    def test_conditional_requests(self) -> None:
        site = BloggerSite(SAYINGS.posts[1:], title="x")
        with serve(site) as running:
            url = f"{running.url}/feeds/posts/default"
            first = fetched(url)
            asked = {"If-None-Match": first.headers["etag"]}, {"If-Modified-Since": first.headers["last-modified"]}
            assert [fetched(url, one).status for one in asked] == [304, 304]
            assert fetched(url, {**asked[1], "If-None-Match": 'W/"other"'}).status == 200
            site.publish(SAYINGS.posts)
            assert [fetched(url, one).status for one in asked] == [200, 200]

    def test_a_sitemap_of_more_than_150_posts_is_an_index(self) -> None:
        posts = blogger_posts(160)
        with serve(BloggerSite(posts, title="x", dropped={posts[0].slug})) as running:
            assert fetched(f"{running.url}/robots.txt").text.endswith(f"\n\nSitemap: {running.url}/sitemap.xml\n")
            index = places(f"{running.url}/sitemap.xml")
            assert list(index) == [f"{running.url}/sitemap.xml?page={n}" for n in (1, 2)]
            first, second = (places(unescape(page)) for page in index)
            assert [len(first), len(second)] == [150, 10]
            assert fetched(next(iter(first))).status == 404

    def test_a_short_sitemap_lists_the_posts_itself(self, sayings: Running) -> None:
        listed = places(f"{sayings.url}/sitemap.xml")
        assert len(listed) == 27
        assert listed[f"{sayings.url}/2024/03/the-open-hand.html"] == "2024-03-19T12:30:00Z"
