"""The demo's REST interface: each route, parameter, refusal and option once, over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest
from parsel import Selector

from support.asking import Fetched, fetched
from support.sites import big_wordpress
from tipsearch.cli.demo.content import DemoPost, load_tips, post_number
from tipsearch.cli.demo.markup import typeset
from tipsearch.cli.demo.server import Running, serve
from tipsearch.cli.demo.wordpress import WordPressSite

TIPS = load_tips()
POSTS = "/wp-json/wp/v2/posts"


@pytest.fixture(scope="module")
def blog() -> WordPressSite:
    return WordPressSite(TIPS.posts, title=TIPS.title, tagline=TIPS.tagline)


@pytest.fixture(scope="module")
def tips(blog: WordPressSite) -> Iterator[Running]:
    with serve(blog) as running:
        yield running


def asked(target: str, n_posts: int = 12, **options: Any) -> Fetched:
    """One answer of a blog with such options."""
    with serve(big_wordpress(n_posts, **options)) as running:
        return fetched(running.url + target)


def all_of(running: Running, target: str) -> list[dict[str, Any]]:
    """All items of a collection, page by page."""
    items: list[dict[str, Any]] = []
    pages = 1
    page = 0
    while page < pages:
        page += 1
        answer = fetched(f"{running.url}{target}{'&' if '?' in target else '?'}per_page=30&page={page}")
        assert answer.status == 200
        pages = int(answer.headers["x-wp-totalpages"])
        items += answer.json
        total = int(answer.headers["x-wp-total"])
    assert total == len(items)
    return items


def slugs(answer: Fetched) -> list[str]:
    assert answer.status == 200, answer.text
    return [item["slug"] for item in answer.json]


class TestPosts:
    def test_are_all_there_with_the_text_titles_and_local_days_of_the_pages(
        self, tips: Running, blog: WordPressSite
    ) -> None:
        items = all_of(tips, POSTS)
        assert [item["slug"] for item in items] == [post.slug for post in TIPS.posts]
        for item, post in zip(items, TIPS.posts, strict=True):
            page = Selector(text=fetched(item["link"]).text)
            assert page.css("div.type-post::attr(id)").get() == f"post-{item['id']}"
            assert page.css("h1.entry-title::text").get() == unescape(item["title"]["rendered"])
            shown = Selector(text=item["content"]["rendered"]).css("::text").getall()
            assert "".join(shown).split() == "".join(page.css(".entry-content ::text").getall()).split()
            assert item["date"][:10] == post.day.isoformat()
            local, utc = datetime.fromisoformat(item["date"]), datetime.fromisoformat(item["date_gmt"])
            assert utc - local in (timedelta(hours=4), timedelta(hours=5))
            assert item["guid"]["rendered"] == f"{tips.url}/?p={item['id']}"
            assert (item["modified"], item["modified_gmt"]) == (item["date"], item["date_gmt"])
            assert item["content"]["protected"] is False

    def test_come_out_so_late_now_and_then_that_it_is_the_next_day_in_utc(self, tips: Running) -> None:
        items = all_of(tips, POSTS)
        assert 10 <= sum(item["date"][:10] != item["date_gmt"][:10] for item in items) <= len(items) // 2

    def test_titles_carry_numbered_entities(self, tips: Running) -> None:
        (item,) = fetched(f"{tips.url}{POSTS}?slug=focus-and-the-second-phone").json
        assert item["title"]["rendered"] == "Focus&#8230; and the Second Phone &#8211; 6/25/19"

    def test_a_page_says_how_many_there_are_and_which_comes_next(self, tips: Running) -> None:
        answer = fetched(f"{tips.url}{POSTS}?page=2")
        assert answer.headers["content-type"] == "application/json; charset=UTF-8"
        assert (answer.headers["x-wp-total"], answer.headers["x-wp-totalpages"]) == ("73", "8")
        assert f'<{tips.url}{POSTS}?page=1>; rel="prev"' in answer.headers["link"]
        assert f'<{tips.url}{POSTS}?page=3>; rel="next"' in answer.headers["link"]
        assert len(answer.json) == 10
        assert not {"etag", "last-modified"} & set(answer.headers)

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("per_page=101", "rest_invalid_param"),
            ("per_page=0", "rest_invalid_param"),
            ("per_page=ten", "rest_invalid_param"),
            ("page=0", "rest_invalid_param"),
            ("page=9", "rest_post_invalid_page_number"),
            ("tags=empathy", "rest_invalid_param"),
            ("after=yesterday", "rest_invalid_param"),
            ("after=2014-13-40T00:00:00", "rest_invalid_param"),
            ("orderby=mood", "rest_invalid_param"),
            ("orderby=relevance", "rest_no_search_term_defined"),
        ],
    )
    def test_refuses_what_wordpress_refuses(self, tips: Running, query: str, code: str) -> None:
        answer = fetched(f"{tips.url}{POSTS}?{query}")
        assert (answer.status, answer.json["code"], answer.json["data"]["status"]) == (400, code, 400)

    def test_are_chosen_by_term_author_id_slug_and_search(self, tips: Running, blog: WordPressSite) -> None:
        empathy = [post for post in TIPS.posts if "empathy" in post.tags]
        tag, author = blog.blog.term("tag", "empathy").number, blog.blog.term("author", TIPS.author).number
        sports = blog.blog.term("category", "Sports").number
        url = f"{tips.url}{POSTS}?per_page=100"
        assert slugs(fetched(f"{url}&tags={tag}")) == [post.slug for post in empathy]
        assert slugs(fetched(f"{url}&tags[]={tag}")) == [post.slug for post in empathy]
        assert slugs(fetched(f"{url}&categories={sports}")) == [p.slug for p in TIPS.posts if "Sports" in p.categories]
        assert len(fetched(f"{url}&author={author}").json) == 73
        assert fetched(f"{url}&author=1").json == []
        two = TIPS.posts[3], TIPS.posts[5]
        assert slugs(fetched(f"{url}&include={post_number(two[0])},{post_number(two[1])}")) == [p.slug for p in two]
        assert slugs(fetched(f"{url}&slug={two[0].slug},nothing")) == [two[0].slug]
        assert slugs(fetched(f"{url}&search=divorce+clerk")) == ["begin-with-the-chair"]

    def test_are_chosen_by_local_time_unless_an_offset_is_said(self, tips: Running, blog: WordPressSite) -> None:
        url = f"{tips.url}{POSTS}?per_page=100&_fields=slug"
        of_2014 = [post.slug for post in TIPS.posts if post.day.year == 2014]
        assert slugs(fetched(f"{url}&after=2013-12-31T23:59:59&before=2015-01-01T00:00:00")) == of_2014
        post = TIPS.posts[4]
        at = blog.blog.published(post).astimezone(UTC)
        seconds = (at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert slugs(fetched(f"{url}&after={seconds}"))[-1] == post.slug
        assert post.slug not in slugs(fetched(f"{url}&after={at:%Y-%m-%dT%H:%M:%SZ}"))

    def test_are_ordered_as_asked(self, tips: Running) -> None:
        url = f"{tips.url}{POSTS}?per_page=100&_fields=slug,id"
        assert slugs(fetched(f"{url}&order=asc")) == [post.slug for post in reversed(TIPS.posts)]
        by_id = fetched(f"{url}&orderby=id&order=asc").json
        assert [item["id"] for item in by_id] == sorted(item["id"] for item in by_id)

    def test_an_edit_shows_as_modified(self) -> None:
        posts = list(TIPS.posts[:5])
        posts[3] = replace(posts[3], body="Rewritten.", modified=date(2025, 11, 1))
        posts[4] = replace(posts[4], modified=datetime(2025, 11, 2, 8, 30))
        with serve(WordPressSite(posts, title="x")) as running:
            url = f"{running.url}{POSTS}?modified_after=2025-10-31T00:00:00&orderby=modified"
            items = fetched(url).json
        assert [item["slug"] for item in items] == [posts[4].slug, posts[3].slug]
        assert items[0]["modified"] == "2025-11-02T08:30:00"
        assert "<p>Rewritten.</p>" in items[1]["content"]["rendered"]
        assert items[1]["date"][:10] == posts[3].day.isoformat()

    def test_embed_brings_the_names_of_terms_and_author(self, tips: Running) -> None:
        (plain,) = fetched(f"{tips.url}{POSTS}?per_page=1").json
        assert "_embedded" not in plain
        for query in ("_embed", "_embed=true", "_embed=1", "_embed=author,wp:term", "_embed[]=wp:term&_embed[]=author"):
            (item,) = fetched(f"{tips.url}{POSTS}?per_page=1&{query}").json
            categories, tags = item["_embedded"]["wp:term"]
            assert [term["name"] for term in categories] == list(TIPS.posts[0].categories)
            assert [(term["id"], term["taxonomy"]) for term in tags] == [(n, "post_tag") for n in item["tags"]]
            assert item["_embedded"]["author"][0]["name"] == TIPS.author
        (item,) = fetched(f"{tips.url}{POSTS}?per_page=1&_embed=wp:term").json
        assert set(item["_embedded"]) == {"wp:term"}

    def test_fields_leaves_the_rest_out_and_embeds_only_with_links(self, tips: Running) -> None:
        (item,) = fetched(f"{tips.url}{POSTS}?per_page=1&_embed&_fields=id,title.rendered,_embedded").json
        assert item == {"id": post_number(TIPS.posts[0]), "title": {"rendered": "Begin With the Chair &#8211; 10/7/25"}}
        (item,) = fetched(f"{tips.url}{POSTS}?per_page=1&_embed&_fields=id,_links,_embedded").json
        assert set(item) == {"id", "_links", "_embedded"}

    def test_one_is_found_by_its_id_or_its_short_link(self, tips: Running) -> None:
        post = TIPS.posts[7]
        assert fetched(f"{tips.url}{POSTS}/{post_number(post)}").json["slug"] == post.slug
        missing = fetched(f"{tips.url}{POSTS}/5")
        assert (missing.status, missing.json["code"]) == (404, "rest_post_invalid_id")
        short = fetched(f"{tips.url}/?p={post_number(post)}")
        assert (short.status, short.headers["location"].endswith(f"/{post.slug}/")) == (301, True)


class TestTermsAndUsers:
    def test_tags_have_names_slugs_and_counts(self, tips: Running) -> None:
        tags = all_of(tips, "/wp-json/wp/v2/tags")
        assert [tag["name"] for tag in tags] == sorted({t for post in TIPS.posts for t in post.tags}, key=str.lower)
        empathy = next(tag for tag in tags if tag["slug"] == "empathy")
        assert empathy["count"] == sum("empathy" in post.tags for post in TIPS.posts)
        assert empathy["link"] == f"{tips.url}/tag/empathy/"
        url = f"{tips.url}/wp-json/wp/v2/tags"
        assert slugs(fetched(f"{url}?slug=empathy")) == slugs(fetched(f"{url}?include={empathy['id']}")) == ["empathy"]
        assert fetched(f"{url}/{empathy['id']}").json == empathy
        assert (fetched(f"{url}?page=99").status, fetched(f"{url}?page=99").json) == (200, [])
        assert fetched(f"{url}/1").json["code"] == "rest_term_invalid"

    def test_a_categorys_children_are_listed_by_page_and_feed_and_not_by_rest(self) -> None:
        under = {"Business Advice": "World of Service"}
        with serve(big_wordpress(12, category_parents=under, per_page=12, teasers=0)) as running:
            parent, child = (
                fetched(f"{running.url}/wp-json/wp/v2/categories?slug={slug}").json[0]
                for slug in ("world-of-service", "business-advice")
            )
            assert child["parent"] == parent["id"]
            assert slugs(fetched(f"{running.url}/wp-json/wp/v2/categories?parent={parent['id']}")) == [
                "business-advice"
            ]
            assert child["link"] == f"{running.url}/category/world-of-service/business-advice/"
            assert len(fetched(f"{running.url}{POSTS}?categories={parent['id']}").json) == 4
            assert len(Selector(text=fetched(parent["link"]).text).css(".type-post")) == 8
            assert fetched(f"{parent['link']}feed/").text.count("<item>") == 8

    def test_users_are_the_authors(self, tips: Running) -> None:
        (user,) = fetched(f"{tips.url}/wp-json/wp/v2/users").json
        assert (user["name"], user["slug"]) == ("Dana Whitlock", "dana-whitlock")
        assert len(Selector(text=fetched(user["link"]).text).css(".type-post")) == 3


class TestWhereItIsNamed:
    def test_in_head_and_header_with_the_number_of_what_the_page_shows(
        self, tips: Running, blog: WordPressSite
    ) -> None:
        number = blog.blog.term("tag", "empathy").number
        answer = fetched(f"{tips.url}/tag/empathy/")
        page = Selector(text=answer.text)
        assert page.css('link[rel="https://api.w.org/"]::attr(href)').get() == f"{tips.url}/wp-json/"
        assert answer.headers["link"].startswith(f'<{tips.url}/wp-json/>; rel="https://api.w.org/"')
        assert page.css('link[type="application/json"]::attr(href)').get() == f"{tips.url}/wp-json/wp/v2/tags/{number}"
        assert f"tag-{number}" in page.css("body::attr(class)").get("").split()
        assert not {"etag", "last-modified"} & set(answer.headers)
        root = fetched(f"{tips.url}/wp-json/").json
        assert (root["timezone_string"], root["gmt_offset"]) == ("America/New_York", "-4")
        assert "wp/v2" in root["namespaces"]
        assert fetched(f"{tips.url}/wp-json/wp/v2/nothing").json["code"] == "rest_no_route"

    @pytest.mark.parametrize(
        ("mode", "named", "status", "kind"),
        [
            ("on", True, 200, "json"),
            ("off", False, 404, "html"),
            ("login", True, 401, "json"),
            ("hidden", False, 200, "json"),
            ("broken", True, 200, "html"),
        ],
    )
    def test_each_mode(self, mode: str, named: bool, status: int, kind: str) -> None:
        with serve(big_wordpress(4, rest=mode)) as running:
            home, posts = fetched(f"{running.url}/"), fetched(running.url + POSTS)
        assert ("api.w.org" in home.text, "api.w.org" in home.headers.get("link", "")) == (named, named)
        assert posts.status == status
        assert kind in posts.headers["content-type"]
        if mode == "login":
            assert posts.json["code"] == "rest_not_logged_in"

    def test_plain_permalinks_have_the_route_in_the_query(self) -> None:
        with serve(big_wordpress(12, rest_route=True)) as running:
            head = Selector(text=fetched(f"{running.url}/").text)
            root = head.css('link[rel="https://api.w.org/"]::attr(href)').get("")
            assert root == f"{running.url}/index.php?rest_route=/"
            assert fetched(running.url + POSTS).status == 404
            answer = fetched(f"{root}wp/v2/posts&per_page=5")
            assert len(answer.json) == 5
            following = f"{running.url}/index.php?rest_route=/wp/v2/posts&per_page=5&page=2"
            assert f'<{following}>; rel="next"' in answer.headers["link"]
            assert len(fetched(following).json) == 5

    def test_options_without_embed_with_a_cap_and_with_too_few(self) -> None:
        assert "_embedded" not in asked(f"{POSTS}?_embed", rest_embed=False).json[0]
        capped = asked(f"{POSTS}?per_page=100", n_posts=25, rest_cap=10)
        assert (len(capped.json), capped.headers["x-wp-totalpages"]) == (10, "3")
        few = asked(f"{POSTS}?per_page=100", n_posts=25, rest_shows=7)
        assert (len(few.json), few.headers["x-wp-total"]) == (7, "7")

    def test_another_time_zone(self) -> None:
        (item,) = asked(f"{POSTS}?per_page=1", time_zone="Asia/Tokyo").json
        local, utc = datetime.fromisoformat(item["date"]), datetime.fromisoformat(item["date_gmt"])
        assert local - utc == timedelta(hours=9)

    def test_a_machine_without_time_zones_serves_the_blog_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(name: str) -> None:
            raise ZoneInfoNotFoundError(name)

        monkeypatch.setattr("tipsearch.cli.demo.blog.ZoneInfo", missing)
        (item,) = asked(f"{POSTS}?per_page=1").json
        local, utc = datetime.fromisoformat(item["date"]), datetime.fromisoformat(item["date_gmt"])
        assert utc - local == timedelta(hours=5)


def test_a_protected_post_hides_its_text_in_every_channel() -> None:
    post: DemoPost = TIPS.posts[1]
    with serve(WordPressSite(TIPS.posts[:4], title="x", protected={post.slug})) as running:
        page = Selector(text=fetched(f"{running.url}{running.site.permalink(post)}").text)  # type: ignore[attr-defined]
        home = Selector(text=fetched(f"{running.url}/").text)
        (item,) = fetched(f"{running.url}{POSTS}?slug={post.slug}").json
        feed = fetched(f"{running.url}/feed/").text
    assert page.css("h1.entry-title::text").get() == f"Protected: {typeset(post.heading)}"
    assert len(page.css(".entry-content form.post-password-form input[type=password]")) == 1
    assert len(home.css(".type-post form.post-password-form")) == 1
    assert item["content"] == {"rendered": "", "protected": True}
    assert item["excerpt"] == {"rendered": "", "protected": True}
    assert not item["title"]["rendered"].startswith("Protected")
    assert "There is no excerpt because this is a protected post." in feed
    assert "<title>Protected: " in feed
    sentence = post.body.split(".")[1].strip()
    for text in (page.get(), home.get(), feed):
        assert typeset(sentence) not in unescape(text or "")
