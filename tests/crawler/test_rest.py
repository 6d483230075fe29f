"""WordPress's REST interface read through a server that lives in this file, and by answers written one by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.crawler.channels.records import Answer, Archive
from tipsearch.crawler.channels.rest import PROTECTED_NOTE, RestReader, rest_url
from tipsearch.crawler.channels.rest_posts import read_dates
from tipsearch.crawler.extract import extract
from tipsearch.crawler.extract.records import Extraction, Page
from tipsearch.pipeline.dates import parse_date
from tipsearch.pipeline.errors import BlockedError, CrawlError, NotFoundError, UnreachableError
from tipsearch.pipeline.records import Entry

BASE = "https://blog.example/wp-json/"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def archive(scope: str = "blog", name: str = "", term_id: int | None = None) -> Archive:
    listed = "home" if scope == "blog" else f"{scope}:{name}"
    return Archive(
        source="blog", url="https://blog.example/", scope=scope, name=name, term_id=term_id, listed_in=listed
    )


def post(number: int, **said: Any) -> dict[str, Any]:
    """A post as a site describes it, written on one of the days before 2026, the higher its number the later."""
    local = datetime(2020, 1, 1, 8) + timedelta(days=number)
    return {
        "id": number,
        "date": local.isoformat(),
        "date_gmt": (local + 5 * HOUR).isoformat(),
        "modified_gmt": (local + 6 * HOUR).isoformat(),
        "status": "publish",
        "type": "post",
        "link": f"https://blog.example/post-{number}/",
        "title": {"rendered": f"Kettle number {number}"},
        "content": {"rendered": f"<p>Kettle {number} sings at dawn.</p>", "protected": False},
        "author": 1,
        "categories": [1],
        "tags": [],
    } | said


def term(number: int, name: str, slug: str, parent: int = 0) -> dict[str, Any]:
    return {"id": number, "name": name, "slug": slug, "parent": parent}


@dataclass
class WordPress:
    """A site's REST interface in memory, with what real ones do wrong as switches."""

    posts: list[dict[str, Any]]
    categories: list[dict[str, Any]] = field(default_factory=lambda: [term(1, "Tips &amp; Tricks", "tips")])
    tags: list[dict[str, Any]] = field(default_factory=list)
    users: list[dict[str, Any]] = field(default_factory=lambda: [term(1, "Ada Kettle", "ada")])
    embeds: bool = True
    embedded_terms: int = 100
    counts: bool = True
    cap: int = 100
    most: int = 100
    knows_modified: bool = True
    refused: Mapping[str, int] = field(default_factory=dict)
    fails: Callable[[str, dict[str, str]], int | None] = lambda route, query: None
    before: Callable[[int], None] = lambda number: None
    junk: str = ""
    asked: list[str] = field(default_factory=list)

    def get(self, url: str) -> tuple[int, dict[str, str], str]:
        self.asked.append(url)
        self.before(len(self.asked))
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        route = query.get("rest_route", parts.path.partition("/wp-json")[2]).removeprefix("/wp/v2/")
        if status := self.refused.get(route) or self.fails(route, query):
            return status, {}, "{}"
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        if size > self.most:
            return 400, {}, '{"code":"rest_invalid_param","message":"per_page is too high"}'
        size = min(size, self.cap)
        found = self._posts(query) if route == "posts" else self._terms(route, query)
        pages = -(-len(found) // size)
        if page > max(pages, 1):
            return 400, {}, '{"code":"rest_post_invalid_page_number","message":"no such page"}'
        headers = {"x-wp-total": str(len(found)), "x-wp-totalpages": str(pages)} if self.counts else {}
        shown = found[(page - 1) * size : page * size]
        if route == "posts" and self.embeds and "_embed" in query:
            shown = [item | {"_embedded": self._embedded(item)} for item in shown]
        return 200, headers, self.junk + json.dumps(shown)

    def _posts(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = sorted(self.posts, key=lambda p: p["date"], reverse=True)
        if query.get("orderby") == "modified":
            found.sort(key=lambda p: p["modified_gmt"], reverse=True)
        for name in ("tags", "categories"):
            if name in query:
                wanted = set(map(int, query[name].split(",")))
                found = [p for p in found if wanted & set(p[name])]
        if "author" in query:
            found = [p for p in found if p["author"] == int(query["author"])]
        if "include" in query:
            found = [p for p in found if str(p["id"]) in query["include"].split(",")]
        found = [p for p in found if p["date"] > query.get("after", "") and p["date"] < query.get("before", "9")]
        if "modified_after" in query and self.knows_modified:
            found = [p for p in found if p["modified_gmt"] + "Z" > query["modified_after"]]
        return found

    def _terms(self, route: str, query: dict[str, str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = getattr(self, route)
        if "slug" in query:
            return [t for t in found if t["slug"] == query["slug"]]
        if "include" in query:
            return [t for t in found if str(t["id"]) in query["include"].split(",")]
        return found

    def _embedded(self, item: dict[str, Any]) -> dict[str, Any]:
        def named(kind: str, taxonomy: str) -> list[dict[str, Any]]:
            held = [t for t in getattr(self, kind) if t["id"] in item[kind]]
            return [t | {"taxonomy": taxonomy} for t in held[: self.embedded_terms]]

        authors = [u for u in self.users if u["id"] == item["author"]]
        return {"author": authors, "wp:term": [named("categories", "category"), named("tags", "post_tag")]}


def answer(url: str, body: str | bytes, headers: Mapping[str, str] | None = None) -> Answer:
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    text = data.decode("utf-8", "replace")
    return Answer(asked=url, url=url, headers=headers or {}, body=data, text=text, observed_at=NOW)


def error_of(status: int) -> CrawlError:
    kinds = {401: BlockedError, 403: BlockedError, 404: NotFoundError, 500: UnreachableError, 503: UnreachableError}
    return kinds.get(status, CrawlError)(f"the site answers {status}", status=status)


def drive(reader: RestReader, site: WordPress, limit: int = 60) -> list[Extraction]:
    """Fetch what the reader asks for until it ends, as a walk does."""
    seen = []
    while (url := reader.following()) is not None:
        assert reader.following() == url, "following() moved by itself"
        assert len(site.asked) < limit, "no end"
        status, headers, body = site.get(url)
        if status == 200:
            seen.append(reader.read(answer(url, body, headers)))
        elif not reader.failed(error_of(status)):
            assert not reader.complete
            break
    assert reader.ended
    assert reader.following() is None
    return seen


def entries(seen: list[Extraction]) -> list[Entry]:
    return [entry for extraction in seen for entry in extraction.entries]


def notes(seen: list[Extraction]) -> str:
    return "\n".join(note for extraction in seen for note in extraction.notes)


def blog_of(count: int, **switches: Any) -> WordPress:
    return WordPress([post(n) for n in range(1, count + 1)], **switches)


class TestAddresses:
    @pytest.mark.parametrize(
        ("base", "expected"),
        [
            ("https://x.example/wp-json/", "https://x.example/wp-json/wp/v2/posts?page=2"),
            ("https://x.example/wp-json", "https://x.example/wp-json/wp/v2/posts?page=2"),
            ("https://x.example/blog/wp-json/", "https://x.example/blog/wp-json/wp/v2/posts?page=2"),
            ("https://x.example/?rest_route=/", "https://x.example/?rest_route=/wp/v2/posts&page=2"),
            (
                "https://x.example/index.php?rest_route=/",
                "https://x.example/index.php?rest_route=/wp/v2/posts&page=2",
            ),
            ("https://x.example/?rest_route=%2F&lang=de", "https://x.example/?rest_route=/wp/v2/posts&lang=de&page=2"),
            ("https://x.example/wp-json/?lang=de", "https://x.example/wp-json/wp/v2/posts?lang=de&page=2"),
        ],
    )
    def test_a_route_below_either_form_of_root(self, base: str, expected: str) -> None:
        assert rest_url(base, "wp/v2/posts", page=2) == expected

    def test_values_are_escaped(self) -> None:
        url = rest_url(BASE, "wp/v2/tags", slug="tea & scones")
        assert dict(parse_qsl(urlsplit(url).query)) == {"slug": "tea & scones"}

    def test_the_first_request_asks_for_a_hundred_with_names(self) -> None:
        url = RestReader(archive(), BASE).following() or ""
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["per_page"] == "100"
        assert query["_embed"] == "wp:term,author"
        assert {"content", "_links", "_embedded"} <= set(query["_fields"].split(","))

    @pytest.mark.parametrize(
        ("scope", "name", "readable"),
        [
            ("blog", "", True),
            ("tag", "tea", True),
            ("category", "tips", True),
            ("author", "ada", True),
            ("date", "2021", True),
            ("date", "2021/02", True),
            ("date", "2021/02/30", False),
            ("date", "", False),
            ("tag", "", False),
            ("label", "tea", False),
            ("other", "", False),
        ],
    )
    def test_which_archives_can_be_read(self, scope: str, name: str, readable: bool) -> None:
        assert RestReader.can_read(archive(scope, name)) is readable
        if not readable:
            with pytest.raises(ValueError, match="REST"):
                RestReader(archive(scope, name), BASE)


class TestAWholeBlog:
    @pytest.mark.parametrize("base", [BASE, "https://blog.example/?rest_route=/"])
    def test_801_posts_take_9_requests(self, base: str) -> None:
        site = blog_of(801)
        reader = RestReader(archive(), base)
        seen = drive(reader, site)
        assert len(site.asked) == 9
        assert {e.platform_id for e in entries(seen)} == {f"blog.example?p={n}" for n in range(1, 802)}
        assert (reader.stated, reader.stated_by, reader.complete) == (801, "X-WP-Total", True)
        assert not reader.summaries_only

    def test_801_posts_without_embedding_take_11(self) -> None:
        site = blog_of(801, embeds=False)
        for item in site.posts:
            item["tags"] = [7]
        site.tags = [term(7, "tea", "tea")]
        seen = drive(RestReader(archive(), BASE), site)
        assert len(site.asked) == 11
        found = entries(seen)
        assert len(found) == 801
        assert {(e.author, e.categories, e.tags) for e in found} == {(None, ("Tips & Tricks",), ("tea",))}

    def test_without_counts_it_goes_on_until_the_site_refuses(self) -> None:
        site = blog_of(250, counts=False)
        reader = RestReader(archive(), BASE)
        assert len(entries(drive(reader, site))) == 250
        assert (len(site.asked), reader.stated, reader.stated_by, reader.complete) == (4, None, "", True)

    def test_a_server_that_gives_fewer_a_page_is_read_to_the_end(self) -> None:
        site = blog_of(120, cap=50)
        reader = RestReader(archive(), BASE)
        assert len(entries(drive(reader, site))) == 120
        assert reader.complete

    def test_a_server_that_refuses_a_hundred_is_asked_for_twenty(self) -> None:
        site = blog_of(45, most=50)
        reader = RestReader(archive(), BASE)
        assert len(entries(drive(reader, site))) == 45
        assert len(site.asked) == 4
        assert reader.to_state()["per_page"] == 20

    @pytest.mark.parametrize("status", [500, 503])
    def test_a_page_that_fails_over_its_size_is_read_in_smaller_ones(self, status: int) -> None:
        def fails(route: str, query: dict[str, str]) -> int | None:
            return status if query["per_page"] == "100" and query["page"] == "3" else None

        site = blog_of(330, fails=fails)
        reader = RestReader(archive(), BASE)
        found = entries(drive(reader, site))
        assert {e.platform_id for e in found} == {f"blog.example?p={n}" for n in range(1, 331)}
        assert reader.complete
        assert len(site.asked) == 2 + 1 + 7

    @pytest.mark.parametrize("page", ["3", "25"])
    def test_smaller_pages_may_begin_with_posts_that_are_known(self, page: str) -> None:
        def fails(route: str, query: dict[str, str]) -> int | None:
            return 500 if query["per_page"] == "100" and query["page"] == page else None

        site = blog_of(305, cap=10, fails=fails)
        reader = RestReader(archive(), BASE)
        assert len({e.platform_id for e in entries(drive(reader, site))}) == 305
        assert reader.complete

    def test_an_answer_too_large_is_asked_for_in_smaller_pages_once(self) -> None:
        reader = RestReader(archive(), BASE)
        assert reader.failed(CrawlError("larger than 20 MB"))
        assert "per_page=20" in (reader.following() or "")
        assert not reader.failed(CrawlError("larger than 20 MB"))
        assert "20 MB" in reader.ended

    @pytest.mark.parametrize("status", [401, 403, 404])
    def test_a_closed_interface_ends_the_reader(self, status: int) -> None:
        site = blog_of(5, refused={"posts": status})
        reader = RestReader(archive(), BASE)
        assert drive(reader, site) == []
        assert str(status) in reader.ended
        assert not reader.complete

    def test_a_page_in_the_middle_that_stays_closed_leaves_it_incomplete(self) -> None:
        site = blog_of(300, fails=lambda _, query: 403 if query["page"] == "2" else None)
        reader = RestReader(archive(), BASE)
        assert len(entries(drive(reader, site))) == 100
        assert (reader.complete, reader.stated) == (False, 300)
        assert "page 2" in reader.ended

    def test_an_empty_list_that_no_count_confirms_is_not_complete(self) -> None:
        reader = RestReader(archive(), BASE)
        assert reader.read(answer(reader.following() or "", "[]")).kind == "none"
        assert reader.ended
        assert not reader.complete

    def test_an_empty_blog_that_says_so_is_complete(self) -> None:
        reader = RestReader(archive(), BASE)
        drive(reader, blog_of(0))
        assert (reader.complete, reader.stated) == (True, 0)

    def test_the_extraction_names_the_next_page(self) -> None:
        seen = drive(RestReader(archive(), BASE), blog_of(150))
        assert [e.kind for e in seen] == ["listing", "listing"]
        assert "page=2&" in (seen[0].next_url or "")
        assert seen[1].next_url is None
        assert {(e.layout, e.archive) for e in seen} == {("rest", "home")}


class TestPagesThatMove:
    def test_a_post_published_meanwhile_is_fetched_at_the_end(self) -> None:
        site = blog_of(250)

        def publish(number: int) -> None:
            if number == 2:
                site.posts.append(post(900))

        site.before = publish
        reader = RestReader(archive(), BASE)
        found = {e.platform_id for e in entries(drive(reader, site))}
        assert len(found) == 251
        assert len(site.asked) == 4
        assert reader.complete

    def test_a_post_taken_away_meanwhile_hides_no_other(self) -> None:
        site = blog_of(450)

        def take_away(number: int) -> None:
            if number == 2:
                site.posts = [p for p in site.posts if p["id"] != 440]

        site.before = take_away
        reader = RestReader(archive(), BASE)
        found = {e.platform_id for e in entries(drive(reader, site))}
        assert found == {f"blog.example?p={n}" for n in range(1, 451)}
        assert len(site.asked) == 10
        assert reader.complete
        assert reader.stated == 449

    def test_posts_that_the_site_counts_and_never_shows_are_said(self) -> None:
        site = blog_of(30)
        reader = RestReader(archive(), BASE)
        rounds = 0
        while (url := reader.following()) is not None:
            _, headers, body = site.get(url)
            reader.read(answer(url, body, headers | {"x-wp-total": "32"}))
            rounds += 1
        assert rounds == 2
        assert not reader.complete
        assert "30 of 32" in reader.ended

    def test_many_pages_are_not_asked_again_for_posts_that_never_moved(self) -> None:
        site = blog_of(950)
        reader = RestReader(archive(), BASE)
        while (url := reader.following()) is not None:
            _, headers, body = site.get(url)
            reader.read(answer(url, body, headers | {"x-wp-total": "951"}))
        assert len(site.asked) == 10
        assert not reader.complete

    def test_a_proxy_that_ignores_the_page_is_found_out(self) -> None:
        site = blog_of(300)
        reader = RestReader(archive(), BASE)
        _, headers, body = site.get(reader.following() or "")
        reader.read(answer(reader.following() or "", body, headers))
        with pytest.raises(CrawlError, match="repeats"):
            reader.read(answer(reader.following() or "", body, headers))
        assert reader.following() is None
        assert not reader.complete

    def test_one_post_pushed_onto_a_page_of_its_own_is_no_repetition(self) -> None:
        site = blog_of(100, counts=False)

        def publish(number: int) -> None:
            if number == 2:
                site.posts.append(post(900))

        site.before = publish
        reader = RestReader(archive(), BASE)
        assert len(entries(drive(reader, site))) == 101
        assert reader.complete


class TestArchives:
    def site(self) -> WordPress:
        posts = [
            post(1, tags=[7], categories=[1]),
            post(2, tags=[8], categories=[2], author=2),
            post(3, tags=[7, 8], categories=[3]),
            post(400, tags=[], categories=[4]),
        ]
        categories = [
            term(1, "Drinks", "drinks"),
            term(2, "Hot", "hot", parent=1),
            term(3, "Tea", "tea", parent=2),
            term(4, "Meals", "meals"),
        ]
        tags = [term(7, "Leaf", "leaf"), term(8, "Cup", "%e8%8c%b6")]
        users = [term(1, "Ada", "ada"), term(2, "Bob", "bob")]
        return WordPress(posts, categories, tags, users)

    @pytest.mark.parametrize(
        ("of", "expected", "requests"),
        [
            pytest.param(archive("tag", "leaf"), {1, 3}, 2, id="tag"),
            pytest.param(archive("tag", "anything", 8), {2, 3}, 1, id="tag with its id"),
            pytest.param(archive("category", "drinks"), {1, 2, 3}, 2, id="category with children"),
            pytest.param(archive("category", "drinks", 2), {2, 3}, 2, id="category with its id"),
            pytest.param(archive("category", "tea"), {3}, 2, id="category without children"),
            pytest.param(archive("author", "bob"), {2}, 2, id="author"),
            pytest.param(archive("author", "bob", 2), {2}, 1, id="author with its id"),
            pytest.param(archive("date", "2020"), {1, 2, 3}, 1, id="year"),
            pytest.param(archive("date", "2020/01"), {1, 2, 3}, 1, id="month"),
            pytest.param(archive("date", "2020/01/03"), {2}, 1, id="day"),
            pytest.param(archive("date", "2021/2"), {400}, 1, id="month of one digit"),
        ],
    )
    def test_gives_the_posts_of_its_page(self, of: Archive, expected: set[int], requests: int) -> None:
        site = self.site()
        reader = RestReader(of, BASE)
        found = entries(drive(reader, site))
        assert {e.platform_id for e in found} == {f"blog.example?p={n}" for n in expected}
        assert {e.listed_in for e in found} == {of.listed_in}
        assert len(site.asked) == requests
        assert reader.complete

    def test_midnight_belongs_to_the_day_that_it_begins(self) -> None:
        site = WordPress([post(1, date="2020-01-02T00:00:00"), post(2, date="2020-01-03T00:00:00")])
        found = entries(drive(RestReader(archive("date", "2020/01/02"), BASE), site))
        assert [e.platform_id for e in found] == ["blog.example?p=1"]

    def test_a_slug_that_is_not_there_is_named(self) -> None:
        reader = RestReader(archive("tag", "leef"), BASE)
        with pytest.raises(CrawlError, match="'leef'"):
            drive(reader, self.site())
        assert "leef" in reader.ended

    def test_a_slug_in_another_script_is_found(self) -> None:
        reader = RestReader(archive("tag", "茶"), BASE)
        reader.read(answer(reader.following() or "", json.dumps([term(8, "Cup", "%E8%8C%B6")])))
        assert "tags=8" in (reader.following() or "")

    def test_categories_in_a_circle_end(self) -> None:
        site = self.site()
        site.categories[0]["parent"] = 3
        assert len(entries(drive(RestReader(archive("category", "drinks"), BASE), site))) == 3

    def test_a_category_whose_children_stay_unknown_is_read_by_its_id(self) -> None:
        site = self.site()
        site.refused = {"categories": 403}
        seen = drive(RestReader(archive("category", "drinks", 1), BASE), site)
        assert len(entries(seen)) == 1
        site.asked.clear()
        reader = RestReader(archive("category", "drinks"), BASE)
        drive(reader, site)
        assert "looked up" in reader.ended

    def test_many_categories_are_listed_page_by_page(self) -> None:
        site = self.site()
        site.categories += [term(n, f"Shelf {n}", f"shelf-{n}") for n in range(100, 400)]
        site.categories.append(term(900, "Green", "green", parent=1))
        site.posts.append(post(5, categories=[900]))
        assert len(entries(drive(RestReader(archive("category", "drinks"), BASE), site))) == 4


class TestNames:
    def test_terms_that_embedding_cut_off_are_asked_for(self) -> None:
        site = WordPress([post(1, tags=list(range(1, 13)))], tags=[term(n, f"Tag {n}", f"t{n}") for n in range(1, 13)])
        site.embedded_terms = 10  # WordPress before 6.5
        found = entries(drive(RestReader(archive(), BASE), site))
        assert found[0].tags == tuple(f"Tag {n}" for n in range(1, 13))
        assert len(site.asked) == 2

    def test_of_a_long_list_only_the_needed_are_asked_for(self) -> None:
        tags = [term(n, f"Tag {n}", f"t{n}") for n in range(1, 701)]
        site = WordPress([post(1, tags=[3, 650])], tags=tags, embeds=False)
        found = entries(drive(RestReader(archive(), BASE), site))
        assert found[0].tags == ("Tag 3", "Tag 650")
        assert [u for u in site.asked if "include=650" in u]
        assert len([u for u in site.asked if "/tags" in u]) == 2

    def test_ids_that_no_list_knows_are_asked_for_once(self) -> None:
        site = blog_of(250, embeds=False)
        for item in site.posts:
            item["tags"] = [99]
        found = entries(drive(RestReader(archive(), BASE), site))
        assert len(found) == 250
        assert len([u for u in site.asked if "/tags" in u]) == 1

    @pytest.mark.parametrize("refused", [["tags"], ["categories"], ["tags", "categories"]])
    @pytest.mark.parametrize("status", [401, 404, 503])
    @pytest.mark.parametrize("count", [3, 250])
    def test_a_refused_list_costs_its_names_and_no_post(self, refused: list[str], status: int, count: int) -> None:
        site = blog_of(count, embeds=False, refused=dict.fromkeys(refused, status), tags=[term(7, "tea", "tea")])
        for item in site.posts:
            item["tags"] = [7]
        reader = RestReader(archive(), BASE)
        seen = drive(reader, site)
        found = entries(seen)
        assert len(found) == count
        assert reader.complete
        assert {e.tags for e in found} == {() if "tags" in refused else ("tea",)}
        assert {e.categories for e in found} == {() if "categories" in refused else ("Tips & Tricks",)}
        assert len(site.asked) <= -(-count // 100) + 4
        assert notes(seen).count("could not be had") == len(refused)

    def test_a_list_that_is_no_json_costs_its_names_and_no_post(self) -> None:
        reader = RestReader(archive(), BASE)
        url = reader.following() or ""
        held = reader.read(answer(url, json.dumps([post(1)]), {"x-wp-total": "1", "x-wp-totalpages": "1"}))
        assert (held.kind, held.entries) == ("none", ())
        for _ in range(3):
            if reader.ended:
                break
            last = reader.read(answer(reader.following() or "", "<html><title>Log in</title></html>"))
        assert len(last.entries) == 1

    def test_the_list_of_authors_is_never_asked_for(self) -> None:
        site = blog_of(3, embeds=False)
        assert {e.author for e in entries(drive(RestReader(archive(), BASE), site))} == {None}
        assert not [u for u in site.asked if "/users" in u]

    def test_an_author_that_the_site_hides_is_not_asked_for_again(self) -> None:
        hidden = {"author": [{"code": "rest_user_invalid_id", "message": "no"}], "wp:term": [[], []]}
        reader = RestReader(archive(), BASE)
        body = json.dumps([post(1, _embedded=hidden, categories=[])])
        seen = reader.read(answer(reader.following() or "", body, {"x-wp-totalpages": "1"}))
        assert [e.author for e in seen.entries] == [None]

    def test_the_same_name_under_two_ids_is_told_once(self) -> None:
        site = WordPress([post(1, tags=[7, 8])], tags=[term(7, "tea", "tea"), term(8, "tea", "tea-2")])
        assert entries(drive(RestReader(archive(), BASE), site))[0].tags == ("tea",)


class TestEntries:
    def read(self, **said: Any) -> tuple[Entry, str]:
        embedded = {"author": [term(1, "Ada", "ada")], "wp:term": [[term(1, "A", "a") | {"taxonomy": "category"}]]}
        reader = RestReader(archive(), BASE)
        body = json.dumps([post(17, _embedded=embedded) | said])
        seen = reader.read(answer(reader.following() or "", body, {"x-wp-total": "1", "x-wp-totalpages": "1"}))
        return seen.entries[0], "\n".join(seen.notes)

    def test_an_entry_says_what_the_post_says(self) -> None:
        entry, _ = self.read(title={"rendered": "Tea &#8211; 6/25/19"})
        assert entry.form == "content"
        assert (entry.title, entry.body) == ("Tea &#8211; 6/25/19", "<p>Kettle 17 sings at dawn.</p>")
        assert (entry.permalink, entry.layout, entry.body_type) == ("https://blog.example/post-17/", "rest", "html")
        assert (entry.position, entry.listed_in, entry.observed_at) == (0, "home", NOW)
        assert (entry.page_url or "").startswith(BASE)

    @pytest.mark.parametrize("host", ["https://www.blog.example", "http://blog.example:8080"])
    def test_the_platform_id_is_that_of_the_page(self, host: str) -> None:
        html = (
            f'<body class="home blog"><main><article id="post-17" class="post-17 post hentry"><h2 class="entry-title">'
            f'<a href="{host}/post-17/">Kettle number 17</a></h2><div class="entry-content"><p>It sings at dawn, and '
            f"whoever hears it gets up.</p></div></article></main></body>"
        )
        page = extract(Page(source="blog", url=f"{host}/", text=html, observed_at=NOW))
        of = Archive(source="blog", url=f"{host}/", scope="blog", listed_in="home")
        reader = RestReader(of, f"{host}/wp-json/")
        body = json.dumps([post(17, link=f"{host}/post-17/", author=0, categories=[])])
        seen = reader.read(answer(reader.following() or "", body))
        assert [e.platform_id for e in seen.entries] == [e.platform_id for e in page.entries] != [None]
        assert [e.permalink for e in seen.entries] == [e.permalink for e in page.entries]

    def test_a_post_behind_a_password_is_noted(self) -> None:
        entry, said = self.read(title="Protected: Tea", content={"rendered": "", "protected": True})
        assert (entry.form, entry.body, entry.title) == ("summary", "", "Tea")
        assert f"https://blog.example/post-17/ {PROTECTED_NOTE}" in said

    def test_a_blog_of_nothing_but_protected_posts_shows_summaries_only(self) -> None:
        site = WordPress([post(1, content={"rendered": "", "protected": True})])
        reader = RestReader(archive(), BASE)
        drive(reader, site)
        assert reader.summaries_only

    def test_a_text_that_is_not_there_is_no_whole_text(self) -> None:
        entry, _ = self.read(content={"rendered": " \n", "protected": False})
        assert (entry.form, entry.body.strip()) == ("summary", "")

    def test_a_blog_that_keeps_its_texts_from_rest_shows_summaries_only(self) -> None:
        site = WordPress([post(1, content={"rendered": ""}), post(2, content={"rendered": ""})])
        reader = RestReader(archive(), BASE)
        drive(reader, site)
        assert reader.summaries_only

    @pytest.mark.parametrize("link", ["https://other.example/post-17/", "javascript:alert(1)", "/post-17/", 17, None])
    def test_a_link_elsewhere_is_no_permalink(self, link: object) -> None:
        entry, _ = self.read(link=link)
        assert (entry.permalink, entry.platform_id) == (None, "blog.example?p=17")

    @pytest.mark.parametrize("said", [{"status": "private"}, {"type": "page"}, {"status": 5}])
    def test_what_is_no_published_post_is_left_out(self, said: dict[str, Any]) -> None:
        site = WordPress([post(1), post(2, **said)])
        reader = RestReader(archive(), BASE)
        assert len(entries(drive(reader, site))) == 1
        assert reader.complete

    def test_a_broken_item_is_skipped_with_a_note(self) -> None:
        reader = RestReader(archive(), BASE)
        body = json.dumps([None, {"id": "x"}, {"id": True}, post(3, author=0, categories=[])])
        seen = reader.read(answer(reader.following() or "", body))
        assert len(seen.entries) == 1
        assert len([n for n in seen.notes if "skipped" in n]) == 3

    def test_signs_that_can_not_be_stored_are_replaced(self) -> None:
        reader = RestReader(archive(), BASE)
        body = json.dumps([post(3, title={"rendered": "x"}, author=0, categories=[])]).replace(
            '"x"', '"a\\ud800b\\u0000"'
        )
        seen = reader.read(answer(reader.following() or "", body))
        assert seen.entries[0].title == "a\ufffdb\ufffd"

    @pytest.mark.parametrize(
        ("local", "universal", "text", "place", "day"),
        [
            ("2018-11-13T08:00:00", "2018-11-13T13:00:00", "2018-11-13T08:00:00-05:00", "date and date_gmt", 13),
            ("2018-11-13T23:15:00", "2018-11-14T04:15:00", "2018-11-13T23:15:00-05:00", "date and date_gmt", 13),
            ("2018-11-13T00:15:00", "2018-11-12T18:45:00", "2018-11-13T00:15:00+05:30", "date and date_gmt", 13),
            ("2018-11-13T01:00:00", "2018-11-12T11:00:00", "2018-11-13T01:00:00+14:00", "date and date_gmt", 13),
            ("2018-11-13T08:00:00", "2018-11-13T08:00:00", "2018-11-13T08:00:00+00:00", "date and date_gmt", 13),
            ("2018-11-13T08:00:00", None, "2018-11-13T08:00:00", "date", 13),
            ("2018-11-13T08:00:00", "0000-00-00T00:00:00", "2018-11-13T08:00:00", "date", 13),
            ("2018-11-13T08:00:00", "2018-11-20T08:00:00", "2018-11-13T08:00:00", "date", 13),
            ("2018-11-13T08:00:00", "2018-11-13T12:56:02", "2018-11-13T08:00:00", "date", 13),
            ("2018-11-13T08:00:00-03:00", "2018-11-13T11:00:00", "2018-11-13T08:00:00-03:00", "date", 13),
            (None, "2018-11-13T08:00:00", "2018-11-13T08:00:00+00:00", "date_gmt", 13),
            ("0000-00-00T00:00:00", "0000-00-00T00:00:00", None, None, None),
            (5, [], None, None, None),
        ],
    )
    def test_dates_keep_the_day_of_the_blog(
        self, local: object, universal: object, text: str | None, place: str | None, day: int | None
    ) -> None:
        dates = read_dates(local, universal)
        assert [(d.text, d.origin, d.place) for d in dates] == ([(text, "rest", place)] if text else [])
        for raw in dates:
            parsed = parse_date(raw.text)
            assert parsed is not None
            assert parsed.date == date(2018, 11, day or 0)


class TestAnswers:
    @pytest.mark.parametrize(
        "before",
        [
            "\ufeff",
            "\n\n",
            "<br />\n<b>Warning</b>:  Undefined key in <b>/srv/x.php</b> on line <b>3</b><br />\n",
            "[23-Nov-2020 10:00:00 UTC] PHP Notice: odd\n",
            "{main} thrown\n  ",
        ],
    )
    @pytest.mark.parametrize("after", ["", "\n<!-- served from a cache -->"])
    def test_json_is_found_behind_what_php_prints(self, before: str, after: str) -> None:
        reader = RestReader(archive(), BASE)
        body = before + json.dumps([post(1, author=0, categories=[])]) + after
        assert len(reader.read(answer(reader.following() or "", body)).entries) == 1

    def test_a_list_with_holes_written_as_an_object_is_a_list(self) -> None:
        reader = RestReader(archive(), BASE)
        body = json.dumps({"0": post(1, author=0, categories=[]), "4": post(2, author=0, categories=[])})
        assert len(reader.read(answer(reader.following() or "", body)).entries) == 2

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ("<!doctype html><title>Log in &lsaquo; Blog</title><form></form>", "Log in"),
            ("<html><body><script>\n[]\n</script></body></html>", "HTML page"),
            ("", "empty page"),
            ("   \n", "empty page"),
            ("Not found.", "Not found"),
            ('[{"id": 1}', "broken JSON"),
            ('[\n{"id": 1, "tags":\n[]', "broken JSON"),
            ("[" * 100_000, "broken JSON"),
            ('{"a":' * 100_000, "broken JSON"),
            ('{"code":"rest_disabled","message":"The REST API\\u001b[31m is off."}', "The REST API is off."),
            ('{"code":"rest_no_route"}', "rest_no_route"),
            ('{"routes": {}}', "no list"),
            ('"posts"', "posts"),
        ],
    )
    def test_anything_else_is_an_error_that_says_what_came(self, body: str, named: str) -> None:
        reader = RestReader(archive(), BASE)
        url = reader.following() or ""
        with pytest.raises(CrawlError) as caught:
            reader.read(answer(url, body))
        assert named in caught.value.message
        assert url in caught.value.message
        assert reader.following() is None
        assert (reader.complete, bool(reader.ended)) == (False, True)

    def test_the_end_told_with_status_200_is_the_end(self) -> None:
        reader = RestReader(archive(), BASE)
        reader.read(answer(reader.following() or "", json.dumps([post(1, author=0, categories=[])])))
        reader.read(answer(reader.following() or "", '{"code":"rest_post_invalid_page_number","message":"x"}'))
        assert reader.complete

    @given(
        data=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2020-01-01T00:00:00"),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(
                        "id date date_gmt link title content rendered protected author categories tags _embedded"
                        " wp:term taxonomy name code message type status 0".split()
                    ),
                    inner,
                    max_size=6,
                )
            ),
            max_leaves=30,
        ),
        total=st.text(max_size=5),
    )
    @settings(max_examples=300, deadline=None)
    def test_json_of_any_shape_is_read_or_refused(self, data: object, total: str) -> None:
        self.feed(json.dumps([data] if not isinstance(data, list) else data), {"x-wp-total": total})
        self.feed(json.dumps([post(1) | (data if isinstance(data, dict) else {"title": data, "author": data})]), {})

    @given(
        cut=st.integers(0, 700),
        put=st.text(max_size=8) | st.sampled_from(["NaN", "1e999", "9" * 5000, '"\\ud800"', "[" * 3000, "\x00"]),
        gone=st.integers(0, 20),
    )
    @settings(max_examples=300, deadline=None)
    def test_mangled_json_is_read_or_refused(self, cut: int, put: str, gone: int) -> None:
        whole = json.dumps([post(1, tags=[2]), post(2)])
        self.feed(whole[:cut] + put + whole[cut + gone :], {"x-wp-totalpages": "1"})

    @given(st.binary(max_size=200))
    def test_bytes_are_read_or_refused(self, data: bytes) -> None:
        reader = RestReader(archive(), BASE)
        try:
            reader.read(answer(reader.following() or "", data))
        except CrawlError:
            assert reader.ended

    @staticmethod
    def feed(body: str, headers: dict[str, str]) -> None:
        for of in (archive(), archive("category", "tips")):
            reader = RestReader(of, BASE)
            for _ in range(6):
                url = reader.following()
                if url is None:
                    break
                try:
                    seen = reader.read(answer(url, body, headers))
                except CrawlError:
                    assert reader.ended
                    assert reader.following() is None
                    break
                assert all(len(entry.digest) == 64 and entry.title.encode() is not None for entry in seen.entries)


class TestRefresh:
    SINCE = datetime(2020, 4, 1, 12, tzinfo=UTC)

    def test_only_posts_changed_since_are_asked_for(self) -> None:
        site = blog_of(95)
        reader = RestReader(archive(), BASE, modified_after=self.SINCE)
        found = entries(drive(reader, site))
        assert {e.platform_id for e in found} == {f"blog.example?p={n}" for n in (91, 92, 93, 94, 95)}
        assert "modified_after=2020-04-01T11:00:00Z" in site.asked[0]
        assert (len(site.asked), reader.complete, reader.stated, reader.stated_by) == (1, True, None, "")
        assert reader.knows_modified_after is True

    def test_nothing_new_costs_one_request(self) -> None:
        site = blog_of(801)
        reader = RestReader(archive(), BASE, modified_after=NOW)
        assert entries(drive(reader, site)) == []
        assert (len(site.asked), reader.complete) == (1, True)

    def test_a_site_that_ignores_it_is_found_out_on_the_first_page(self) -> None:
        site = blog_of(801, knows_modified=False)
        reader = RestReader(archive(), BASE, modified_after=datetime(2022, 3, 1, tzinfo=UTC))
        assert len(entries(drive(reader, site))) == 100
        assert (len(site.asked), reader.complete) == (1, False)
        assert "ignores modified_after" in reader.ended
        later = RestReader.from_state(archive(), reader.to_state(), modified_after=self.SINCE)
        assert "modified_after" not in (later.following() or "")
        assert later.knows_modified_after is False

    def test_a_site_that_refuses_it_is_said(self) -> None:
        site = blog_of(5, fails=lambda _, query: 400 if "modified_after" in query else None)
        reader = RestReader(archive(), BASE, modified_after=self.SINCE)
        assert drive(reader, site) == []
        assert "refuses modified_after" in reader.ended

    def test_the_last_changed_come_first_with_the_total_of_the_archive(self) -> None:
        site = blog_of(150)
        site.posts[3]["modified_gmt"] = "2026-01-01T00:00:00"
        reader = RestReader(archive(), BASE, last_changed_first=True)
        _, headers, body = site.get(reader.following() or "")
        seen = reader.read(answer(reader.following() or "", body, headers))
        assert seen.entries[0].platform_id == "blog.example?p=4"
        assert reader.stated == 150

    def test_posts_are_asked_for_by_their_numbers(self) -> None:
        site = blog_of(300)
        reader = RestReader(archive(), BASE, ids=[*range(1, 151), 999])
        found = {e.platform_id for e in entries(drive(reader, site))}
        assert found == {f"blog.example?p={n}" for n in range(1, 151)}
        assert len(site.asked) == 2
        assert (reader.complete, reader.stated) == (True, None)
        assert reader.ended == "1 of 151 are not there"

    def test_a_later_reader_needs_no_lookup(self) -> None:
        site = TestArchives().site()
        of = archive("category", "drinks")
        first = RestReader(of, BASE)
        drive(first, site)
        state = json.loads(json.dumps(first.to_state()))
        site.asked.clear()
        again = RestReader.from_state(of, state)
        assert len(entries(drive(again, site))) == 3
        assert len(site.asked) == 1

    @pytest.mark.parametrize("state", [{}, {"base": 5}, {"base": "file:///etc/passwd"}])
    def test_a_state_without_a_base_is_refused(self, state: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="REST"):
            RestReader.from_state(archive(), state)

    def test_a_damaged_state_starts_anew(self) -> None:
        state = {"base": BASE, "term_ids": "7", "per_page": [], "modified_after": 3}
        reader = RestReader.from_state(archive("tag", "leaf"), state)
        assert "slug=leaf" in (reader.following() or "")
