"""The demo's two blogs, their layouts and their server: what the crawler's tests and the demo take them for."""

from __future__ import annotations

import http.client
import re
import threading
import tomllib
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from importlib.resources import files
from itertools import combinations, pairwise
from urllib.parse import urlsplit

import pytest

from support.asking import ask, get
from tipsearch.cli.demo import demo_sites
from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.cli.demo.content import DemoPost, load_sayings, load_tips, slugify
from tipsearch.cli.demo.markup import excerpt, plain, snippet, typeset
from tipsearch.cli.demo.server import Request, serve
from tipsearch.cli.demo.wordpress import WordPressSite

TIPS = load_tips()
SAYINGS = load_sayings()


@pytest.fixture(scope="module")
def tips() -> WordPressSite:
    return WordPressSite(TIPS.posts, title=TIPS.title, tagline=TIPS.tagline)


@pytest.fixture(scope="module")
def sayings() -> BloggerSite:
    return BloggerSite(SAYINGS.posts, title=SAYINGS.title)


class TestTheTipsThemselves:
    def test_are_at_least_sixty_and_span_every_year_from_2009_to_2025(self) -> None:
        assert len(TIPS.posts) >= 60
        assert {post.day.year for post in TIPS.posts} == set(range(2009, 2026))

    def test_stand_in_the_file_of_their_year(self) -> None:
        for item in (files("tipsearch.cli.demo") / "posts").iterdir():
            if re.fullmatch(r"\d{4}\.toml", item.name):
                days = [post["day"] for post in tomllib.loads(item.read_text(encoding="utf-8"))["posts"]]
                assert {f"{day.year}.toml" for day in days} == {item.name}
                assert days == sorted(days)

    @pytest.mark.parametrize("post", TIPS.posts, ids=lambda post: f"{post.day}-{post.slug}")
    def test_each_is_long_enough_to_be_cut_by_a_teaser_and_came_out_on_a_tuesday(self, post: DemoPost) -> None:
        assert 80 <= len(plain(post.body).split()) <= 250
        assert post.day.strftime("%A") == "Tuesday"
        assert post.tags

    def test_write_the_date_into_the_title_in_forms_that_change_over_the_years(self) -> None:
        forms = {
            (2009, 2010): r"[^–]+",
            (2011, 2012): r".+ – \d\d/\d\d/\d\d",
            (2013, 2016): r".+ – \d{1,2}/\d{1,2}/\d\d TOW",
            (2017, 2025): r".+ – \d{1,2}/\d{1,2}/\d\d",
        }
        for (first, last), form in forms.items():
            headings = [post.heading for post in TIPS.posts if first <= post.day.year <= last]
            assert len(headings) >= 6
            assert [heading for heading in headings if not re.fullmatch(form, heading)] == []

    def test_a_teaser_writes_the_same_title_with_a_hyphen_three_dots_and_straight_quotes(self) -> None:
        focus = next(post for post in TIPS.posts if post.title.startswith("Focus"))
        assert focus.teaser_heading == "Focus... and the Second Phone - 6/25/19"
        assert typeset(focus.heading) == "Focus… and the Second Phone – 6/25/19"
        unsure = next(post for post in TIPS.posts if "Know Yet" in post.title)
        assert unsure.teaser_heading == 'A Week of Saying "I Don\'t Know Yet" - 10/8/24'
        assert typeset(unsure.heading) == "A Week of Saying “I Don’t Know Yet” – 10/8/24"

    def test_hold_titles_with_numbers_that_are_no_dates(self) -> None:
        titles = {post.title for post in TIPS.posts}
        for begin in ("24/7 ", "9/11 ", "2018 ", "The 3/4 Rule"):
            assert any(title.startswith(begin) for title in titles), begin

    def test_share_a_title_only_where_years_lie_between(self) -> None:
        by_title = defaultdict(list)
        for post in TIPS.posts:
            by_title[post.title].append(post)
        shared = {title: posts for title, posts in by_title.items() if len(posts) > 1}
        assert set(shared) == {"Holiday Poem", "The Five-Minute Rule for Angry Calls"}
        for later, earlier in shared.values():
            assert (later.day - earlier.day).days > 3 * 365
        assert not _sentences(shared["Holiday Poem"][0]) & _sentences(shared["Holiday Poem"][1])

    def test_rerun_an_old_tip_with_small_edits(self) -> None:
        later, earlier = (post for post in TIPS.posts if post.title == "The Five-Minute Rule for Angry Calls")
        assert later.body != earlier.body
        assert excerpt(later.body, 50) == excerpt(earlier.body, 50)
        assert len(_sentences(later) & _sentences(earlier)) >= 8

    def test_hold_a_series_of_two_with_the_same_opening_a_week_apart(self) -> None:
        second, first = (post for post in TIPS.posts if post.title.startswith("When the Delivery Is Late"))
        assert (second.day - first.day).days == 7
        assert second.body.split("\n\n")[0] == first.body.split("\n\n")[0]
        assert second.title != first.title

    def test_no_sentence_stands_in_two_tips_but_in_the_series_and_the_rerun(self) -> None:
        allowed = {"The Five-Minute Rule for Angry Calls", "When the Delivery Is Late"}
        for one, other in combinations((*TIPS.posts, *SAYINGS.posts), 2):
            if one.title.split(":")[0] == other.title.split(":")[0] and one.title.split(":")[0] in allowed:
                continue
            assert not _sentences(one) & _sentences(other), f"{one.title} / {other.title}"

    def test_close_with_two_lines_that_changed_once(self) -> None:
        closings = [post.closing for post in reversed(TIPS.posts)]
        assert {len(closing) for closing in closings} == {2}
        assert sum(before != after for before, after in pairwise(closings)) == 1

    def test_speak_of_empathy_to_differing_degrees(self) -> None:
        counts = [len(re.findall("empathy", f"{post.title} {post.body}", re.IGNORECASE)) for post in TIPS.posts]
        assert sum(count > 0 for count in counts) >= 15
        assert sum(count >= 3 for count in counts) >= 4
        assert counts.count(0) >= 30


def _sentences(post: DemoPost) -> set[str]:
    found = re.split(r"(?<=[.?!:])[\"']?\s+", plain(post.body.split("\n\n--")[0]))
    return {sentence.strip(" \"'").lower() for sentence in found if len(sentence.split()) > 3}


class TestTheSayings:
    def test_are_at_least_24_all_under_one_label_that_fills_more_than_one_page(self) -> None:
        assert len(SAYINGS.posts) >= 24
        assert all("service" in post.tags for post in SAYINGS.posts)

    def test_are_signed(self) -> None:
        assert all("\n-- marian oakes" in post.body for post in SAYINGS.posts)

    def test_some_are_longer_than_a_snippet_one_has_no_title_and_one_ends_in_dots_uncut(self) -> None:
        assert sum(len(plain(post.body)) > 1000 for post in SAYINGS.posts) >= 3
        assert sum(not post.title for post in SAYINGS.posts) == 1
        assert any(plain(post.body).endswith("... -- marian oakes") for post in SAYINGS.posts)


class TestTheWordPressLayout:
    def test_every_archive_page_shows_the_ten_latest_teasers_and_then_three_full_posts(
        self, tips: WordPressSite
    ) -> None:
        latest = [post.teaser_heading for post in TIPS.posts[:10]]
        for archive in tips.archives:
            for number in range(1, tips.pages(archive) + 1):
                status, page = ask(tips, archive if number == 1 else f"{archive}page/{number}/")
                assert status == 200
                assert page.css(".tip-teaser .entry-title a::text").getall() == latest
                full = len(page.css(".type-post"))
                assert full == 3 or (number == tips.pages(archive) and 1 <= full <= 3)

    @pytest.mark.parametrize("archive", ["/", "/tag/empathy/", "/category/sports/", "/tag/small-gestures/"])
    def test_following_the_older_link_meets_each_post_of_the_archive_once(
        self, tips: WordPressSite, archive: str
    ) -> None:
        seen: list[str] = []
        target = archive
        while target:
            _, page = ask(tips, target)
            seen += page.css(".type-post .entry-title a::attr(href)").getall()
            target = (page.css(".nav-previous a::attr(href)").get() or "").removeprefix("http://blog.test")
        assert len(seen) == len(set(seen))
        name = archive.strip("/").rpartition("/")[2]
        wanted = [post for post in TIPS.posts if not name or name in map(slugify, post.tags + post.categories)]
        assert seen == [f"http://blog.test{tips.permalink(post)}" for post in wanted]

    @pytest.mark.parametrize(
        "target",
        [
            "/page/26/",
            "/page/0/",
            "/tag/empathy/page/99/",
            "/tag/nothing/",
            "/2009/02/nothing/",
            "/xmlrpc.php",
            "/%2e%2e/",
        ],
    )
    def test_what_does_not_exist_is_a_404(self, tips: WordPressSite, target: str) -> None:
        assert tips.pages() < 26
        assert ask(tips, target)[0] == 404

    @pytest.mark.parametrize(
        ("target", "to"),
        [
            ("/page/1/", "/"),
            ("/tag/empathy", "/tag/empathy/"),
            ("/tag/empathy/page/1/", "/tag/empathy/"),
            ("/2025/10/begin-with-the-chair", "/2025/10/begin-with-the-chair/"),
        ],
    )
    def test_addresses_redirect_to_their_canonical_form(self, tips: WordPressSite, target: str, to: str) -> None:
        response = tips.answer(Request(method="GET", target=target, base_url="http://blog.test", headers={}))
        assert (response.status, response.headers["Location"]) == (301, f"http://blog.test{to}")

    def test_every_post_has_a_page_of_its_own_with_its_whole_text(self, tips: WordPressSite) -> None:
        for post in TIPS.posts:
            status, page = ask(tips, tips.permalink(post))
            assert status == 200
            assert page.css("h1.entry-title::text").get() == typeset(post.heading)
            assert page.css("link[rel=canonical]::attr(href)").get() == f"http://blog.test{tips.permalink(post)}"
            shown = " ".join(" ".join(page.css(".entry-content p::text, .entry-content li::text").getall()).split())
            assert shown == " ".join(f"{plain(typeset(post.body))} {' '.join(map(typeset, post.closing))}".split())
            assert len(page.css(".comment")) == len(post.comments)

    def test_a_teaser_is_the_first_fifty_words_of_its_post_with_a_link_to_it(self, tips: WordPressSite) -> None:
        _, page = ask(tips, "/page/9/")
        for post, teaser in zip(TIPS.posts, page.css(".tip-teaser"), strict=False):
            text = teaser.css("p::text").get("")
            assert len(text.split()) == 50
            assert plain(typeset(post.body)).startswith(text.strip())
            assert teaser.css("a.more-link::text").get() == "Read more"
            assert teaser.css("a.more-link::attr(href)").get() == f"http://blog.test{tips.permalink(post)}"

    def test_robots_txt_is_wordpresss_own_or_what_the_test_wants(self, tips: WordPressSite) -> None:
        assert "Disallow: /wp-admin/" in ask(tips, "/robots.txt")[1].get()
        without = WordPressSite(TIPS.posts[:3], title="x", robots=None)
        assert ask(without, "/robots.txt")[0] == 404

    def test_a_search_finds_posts_and_escapes_what_was_typed(self, tips: WordPressSite) -> None:
        assert "Begin With the Chair" in ask(tips, "/?s=divorce+clerk")[1].css(".type-post .entry-title a::text").get(
            ""
        )
        assert ask(tips, "/?s=%3Cscript%3Ex")[1].css("script").getall() == []

    def test_publishing_another_post_moves_the_teasers(self) -> None:
        site = WordPressSite(TIPS.posts[1:], title="x")
        ask(site, "/")
        site.publish(TIPS.posts)
        assert ask(site, "/")[1].css(".tip-teaser .entry-title a::text").get() == TIPS.posts[0].teaser_heading

    def test_two_posts_at_one_address_are_refused(self) -> None:
        with pytest.raises(ValueError, match="share an address"):
            WordPressSite([TIPS.posts[0], TIPS.posts[0]], title="x")


class TestTheBloggerLayout:
    def test_a_label_goes_on_behind_its_older_link_until_every_post_was_shown(self, sayings: BloggerSite) -> None:
        _, first = ask(sayings, sayings.label_url("service"))
        older = first.css("a.blog-pager-older-link::attr(href)").get("")
        assert re.search(r"\?updated-max=2[^&]+&max-results=20&start=20&by-date=false$", older)
        _, second = ask(sayings, older.removeprefix("http://blog.test"))
        assert len(first.css("article.post-outer-container")) == 20
        assert second.css("a.blog-pager-older-link").getall() == []
        links = [link for page in (first, second) for link in page.css(".timestamp-link::attr(href)").getall()]
        assert links == [f"http://blog.test{sayings.permalink(post)}" for post in SAYINGS.posts]

    def test_a_snippet_has_at_most_1000_characters_and_is_cut_inside_a_word(self, sayings: BloggerSite) -> None:
        _, page = ask(sayings, sayings.label_url("service", 150))
        shown = page.css(".snippet-item::text").getall()
        assert shown == [snippet(post.body) for post in SAYINGS.posts]
        cut = [(text, plain(post.body)) for text, post in zip(shown, SAYINGS.posts, strict=True) if text[-3:] == "..."]
        assert len(cut) >= 3
        for text, whole in cut:
            assert len(text) in (999, 1000)
            assert whole.startswith(text[:-3])

    def test_dates_are_instants_with_an_offset(self, sayings: BloggerSite) -> None:
        _, page = ask(sayings, "/2024/03/")
        assert page.css("time.published::attr(datetime)").getall() == ["2024-03-19T07:30:00-05:00"]

    def test_a_post_without_a_title_has_no_heading(self, sayings: BloggerSite) -> None:
        _, page = ask(sayings, "/2022/08/blog-post.html")
        assert page.css("h3.post-title").getall() == []
        assert "has no title" in page.css(".post-body p::text").get("")

    def test_every_post_has_a_page_with_its_whole_text(self, sayings: BloggerSite) -> None:
        for post in SAYINGS.posts:
            status, page = ask(sayings, sayings.permalink(post))
            assert status == 200
            assert " ".join(page.css(".post-body p::text").getall()) == plain(post.body)

    def test_the_old_theme_shows_full_bodies_and_the_date_only_above_a_group(self) -> None:
        site = BloggerSite(SAYINGS.posts, title="x", theme="simple")
        _, page = ask(site, site.label_url("service"))
        assert len(page.css(".post-body")) == 20
        assert page.css("h2.date-header span::text").get() == "Tuesday, March 19, 2024"
        assert page.css("time, abbr, .post-snippet").getall() == []
        assert page.css("a.blog-pager-older-link::text").get() == "Older Posts"

    @pytest.mark.parametrize(("robots", "closed"), [("blogger", True), ("open", False)])
    def test_robots_txt_closes_label_pages_unless_opened(self, robots: str, closed: bool) -> None:
        site = BloggerSite(SAYINGS.posts, title="x", robots=robots)  # type: ignore[arg-type]
        assert ("Disallow: /search\n" in ask(site, "/robots.txt")[1].get()) is closed

    @pytest.mark.parametrize("target", ["/2024/13/x.html", "/nothing", "/2024/03/nothing.html"])
    def test_what_does_not_exist_is_a_404(self, sayings: BloggerSite, target: str) -> None:
        assert ask(sayings, target)[0] == 404


class TestTheServer:
    def test_serves_both_demo_blogs_and_counts_what_it_was_asked(self) -> None:
        with demo_sites() as sites:
            assert get(sites.tips_url)[0] == 200
            assert get(sites.tips_tag_url)[0] == 200
            assert get(sites.sayings_url)[0] == 200
            assert get(sites.sayings.url + "/robots.txt")[1] == "User-agent: *\nDisallow:\n"
            assert get(f"{sites.tips.url}/page/999/")[0] == 404
            asked = [tuple(request) for request in sites.tips.requests]
        assert asked == [("GET", "/", 200), ("GET", "/tag/empathy/", 200), ("GET", "/page/999/", 404)]

    def test_counts_every_request_of_many_threads(self, tips: WordPressSite) -> None:
        with serve(tips) as running:
            threads = [threading.Thread(target=get, args=(f"{running.url}/?s={n % 4}",)) for n in range(24)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert Counter(running.counts.values()) == {6: 4}
            assert 1 <= running.most_at_once <= 24
            running.forget()
            assert running.requests == []

    def test_answers_head_without_a_body_and_keeps_the_connection(self, tips: WordPressSite) -> None:
        with serve(tips) as running:
            connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=10)
            for method, size in (("HEAD", 0), ("GET", 10_000), ("GET", 10_000)):
                connection.request(method, "/")
                response = connection.getresponse()
                assert (response.status, len(response.read()) >= size) == (200, True)
            connection.close()

    def test_is_gone_when_the_context_is_left(self, tips: WordPressSite) -> None:
        with serve(tips) as running:
            assert get(running.url)[0] == 200
        with pytest.raises(urllib.error.URLError):
            get(running.url)
