from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.crawler.channels.feed import FeedReader, Platform, feed_url, looks_like_feed, platform_of_feed
from tipsearch.crawler.channels.records import Answer, Archive
from tipsearch.crawler.extract.records import Extraction
from tipsearch.pipeline.dates import parse_date
from tipsearch.pipeline.errors import CrawlError, NotFoundError, TipsearchError, UnreachableError
from tipsearch.pipeline.records import Entry

SEEN = datetime(2024, 6, 1, 12, tzinfo=UTC)
HOME = "https://desk.example/"
FEED = "https://desk.example/feed/"
BLOG = Archive(source="desk", url=HOME, scope="blog", listed_in="home")
LABEL_FEED = "https://tips.example/feeds/posts/default/-/Service"
LABEL = Archive(
    source="tips",
    url="https://tips.example/search/label/Service",
    scope="label",
    name="Service",
    listed_in="label:Service",
)
TEXT = "<p>The queue at desk {n} grew until somebody smiled.</p><p>Then {n} people told us what they had come for.</p>"
TEASER = "The queue at desk {n} grew until somebody smiled. Then {n} people [&#8230;]"
CLOSING = (
    '<p>The post <a rel="nofollow" href="https://desk.example/tip-{n}/">Tip {n}</a> appeared first on'
    ' <a rel="nofollow" href="https://desk.example">The Desk</a>.</p>'
)


def item(n: int = 1, **parts: str | None) -> str:
    """An item as WordPress writes it; a part given replaces its element, None leaves it out."""
    elements: dict[str, str | None] = {
        "title": f"<title>Tip {n} &#8211; 5/14/19</title>",
        "link": f"<link>https://desk.example/tip-{n}/</link>",
        "creator": "<dc:creator><![CDATA[Dana]]></dc:creator>",
        "date": "<pubDate>Tue, 14 May 2019 14:00:00 +0000</pubDate>",
        "terms": "<category><![CDATA[Advice]]></category>",
        "guid": f'<guid isPermaLink="false">https://desk.example/?p={n}</guid>',
        "description": f"<description><![CDATA[{TEASER.format(n=n)}]]></description>",
        "content": f"<content:encoded><![CDATA[{TEXT.format(n=n)}]]></content:encoded>",
    }
    elements.update(parts)
    return "<item>" + "".join(e for e in elements.values() if e) + "</item>"


def encoded(html: str) -> str:
    return f"<content:encoded><![CDATA[{html}]]></content:encoded>"


def rss(*items: str, head: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>The Desk</title>'
        f"<link>https://desk.example</link><generator>https://wordpress.org/?v=6.4</generator>{head}{''.join(items)}"
        "</channel></rss>"
    )


def atom_entry(n: int, *, content: str | None = None, title: str | None = None, day: str = "2019-05-14") -> str:
    body = content or f"<content type='html'>{escape(TEXT.format(n=n))}</content>"
    return (
        f"<entry><id>tag:blogger.com,1999:blog-7.post-{n}</id><published>{day}T22:30:00.000-07:00</published>"
        "<updated>2023-01-02T03:04:05.000-08:00</updated>"
        "<category scheme='http://schemas.google.com/g/2005#kind'"
        " term='http://schemas.google.com/blogger/2008/kind#post'/>"
        "<category scheme='http://www.blogger.com/atom/ns#' term='Service'/>"
        f"<title type='text'>{title if title is not None else f'Tip {n}'}</title>{body}"
        f"<link rel='replies' type='text/html' href='https://tips.example/2019/05/tip-{n}.html#comment-form'/>"
        f"<link rel='alternate' type='text/html' href='https://tips.example/2019/05/tip-{n}.html' title='Tip {n}'/>"
        "<author><name>Robin</name><email>noreply@blogger.com</email></author></entry>"
    )


def atom(*entries: str, total: int | None = None, head: str = "") -> str:
    counted = f"<openSearch:totalResults>{total}</openSearch:totalResults>" if total is not None else ""
    return (
        "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom'"
        " xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'><id>tag:blogger.com,1999:blog-7</id>"
        "<title type='text'>Tips</title><link rel='alternate' type='text/html' href='https://tips.example/'/>"
        "<link rel='next' href='https://www.blogger.com/feeds/7/posts/default?start-index=26'/>"
        f"<generator version='7.00' uri='http://www.blogger.com'>Blogger</generator>{counted}{head}{''.join(entries)}</feed>"
    )


def answer(asked: str, body: str | bytes, *, url: str | None = None, kind: str = "application/rss+xml") -> Answer:
    raw = body.encode() if isinstance(body, str) else body
    return Answer(
        asked=asked,
        url=url or asked,
        headers={"content-type": kind},
        body=raw,
        text=raw.decode("utf-8", "replace"),
        observed_at=SEEN,
    )


def read_one(body: str | bytes, *, platform: Platform = "wordpress", kind: str = "application/rss+xml") -> Extraction:
    archive, url = (LABEL, LABEL_FEED) if platform == "blogger" else (BLOG, FEED)
    reader = FeedReader(archive, url, platform=platform)
    return reader.read(answer(reader.following() or "", body, kind=kind))


def only(body: str | bytes, **more: str) -> Entry:
    (entry,) = read_one(body, **more).entries  # type: ignore[arg-type]
    return entry


def outcome(body: str | bytes, *, platform: Platform = "wordpress") -> Extraction | CrawlError:
    try:
        return read_one(body, platform=platform)
    except CrawlError as error:
        return error


Server = Callable[[str], str | bytes | TipsearchError]


def drive(reader: FeedReader, server: Server, *, most: int = 500) -> tuple[list[str], list[Entry]]:
    """Every request that a reader makes of a server in memory, and every entry that it reads."""
    asked: list[str] = []
    entries: list[Entry] = []
    while (url := reader.following()) is not None:
        assert url == reader.following()
        asked.append(url)
        assert len(asked) <= most
        came = server(url)
        if isinstance(came, TipsearchError):
            reader.failed(came)
        else:
            entries += reader.read(answer(url, came)).entries
    return asked, entries


def wordpress(posts: int, *, page: int = 10, capped: bool = False) -> Server:
    def serve(url: str) -> str | TipsearchError:
        number = 1 if capped else int(dict(parse_qsl(urlsplit(url).query)).get("paged", "1"))
        numbers = range(posts - (number - 1) * page, max(posts - number * page, 0), -1)
        return rss(*map(item, numbers)) if numbers else NotFoundError(f"{url} answers 404", status=404)

    return serve


def blogger(posts: int, *, most: int = 500, says: int | None = None) -> Server:
    def serve(url: str) -> str:
        query = dict(parse_qsl(urlsplit(url).query))
        start = int(query["start-index"])
        stop = min(start + min(int(query["max-results"]), most), posts + 1)
        return atom(*map(atom_entry, range(start, stop)), total=posts if says is None else says)

    return serve


# --- pages and requests -------------------------------------------------------------------------------------------


def test_a_wordpress_feed_of_801_posts_costs_82_requests() -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    asked, entries = drive(reader, wordpress(801))
    assert len(asked) == 82
    assert asked[:2] == [FEED, FEED + "?paged=2"]
    assert len({e.permalink for e in entries}) == 801
    assert reader.complete
    assert not reader.summaries_only
    assert reader.stated is None


@pytest.mark.parametrize(("most", "requests"), [(500, 2), (100, 3)], ids=["all that was asked for", "100 at a time"])
def test_a_blogger_label_of_300_posts_is_read_by_what_was_received(most: int, requests: int) -> None:
    reader = FeedReader(LABEL, LABEL_FEED, platform="blogger")
    asked, entries = drive(reader, blogger(300, most=most))
    assert len(asked) == requests
    assert asked[0] == LABEL_FEED + "?start-index=1&max-results=150"
    assert asked[1] == LABEL_FEED + f"?start-index={min(most, 150) + 1}&max-results=150"
    assert len({e.platform_id for e in entries}) == 300
    assert (reader.complete, reader.stated, reader.stated_by) == (True, 300, "openSearch:totalResults")


def test_a_blogger_feed_that_holds_less_than_it_says_is_incomplete_with_the_numbers() -> None:
    reader = FeedReader(LABEL, LABEL_FEED, platform="blogger")
    asked, _ = drive(reader, blogger(280, says=300))
    assert len(asked) == 3
    assert not reader.complete
    assert "300" in reader.ended
    assert "280" in reader.ended


def test_a_blogger_feed_that_says_fewer_than_it_holds_is_read_to_its_end() -> None:
    reader = FeedReader(LABEL, LABEL_FEED, platform="blogger")
    _, entries = drive(reader, blogger(320, says=20))
    assert len(entries) == 320
    assert reader.complete


def test_a_feed_that_ignores_page_numbers_ends_with_what_it_shows() -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    asked, entries = drive(reader, wordpress(100, capped=True))
    assert (len(asked), len(entries)) == (2, 10)
    assert not reader.complete
    assert reader.ended == "the feed shows only its latest 10 posts"


def test_a_page_without_items_ends_a_wordpress_feed() -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    pages = {FEED: rss(item(1)), FEED + "?paged=2": rss()}
    assert len(drive(reader, pages.__getitem__)[0]) == 2
    assert reader.complete


def test_an_empty_feed_is_not_a_complete_archive() -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    drive(reader, lambda _: rss())
    assert not reader.complete
    assert reader.ended == "the feed holds no post"


@pytest.mark.parametrize(
    "error", [NotFoundError("gone", status=404), UnreachableError("down", status=503)], ids=["404", "503"]
)
def test_a_first_page_that_fails_ends_the_reading_incomplete(error: CrawlError) -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    assert reader.failed(error) is False
    assert reader.following() is None
    assert (reader.complete, reader.ended) == (False, error.message)


def test_a_later_page_that_fails_for_another_reason_leaves_the_reading_incomplete() -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    pages: dict[str, str | TipsearchError] = {
        FEED: rss(item(1)),
        FEED + "?paged=2": UnreachableError("down", status=503),
    }
    _, entries = drive(reader, pages.__getitem__)
    assert len(entries) == 1
    assert not reader.complete


def test_a_new_post_that_moves_the_pages_ends_nothing_early() -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    pages: dict[str, str | TipsearchError] = {
        FEED: rss(item(4), item(3)),
        FEED + "?paged=2": rss(item(3), item(2)),
        FEED + "?paged=3": rss(item(1)),
        FEED + "?paged=4": NotFoundError("end", status=404),
    }
    _, entries = drive(reader, pages.__getitem__)
    assert {e.permalink for e in entries} == {f"https://desk.example/tip-{n}/" for n in range(1, 5)}
    assert reader.complete


def test_a_blogger_feed_sent_to_feedburner_is_asked_again_to_stay() -> None:
    reader = FeedReader(LABEL, LABEL_FEED, platform="blogger")
    elsewhere = CrawlError(f"{LABEL_FEED} redirects to another site, https://feeds.example/tips.")
    assert reader.failed(elsewhere) is True
    url = reader.following()
    assert url is not None
    assert "redirect=false" in url
    assert reader.failed(elsewhere) is False
    assert not reader.complete


def test_blogger_gives_only_what_changed_where_that_is_asked_for() -> None:
    since = datetime.fromisoformat("2024-03-01T01:00:00+02:00")
    reader = FeedReader(LABEL, LABEL_FEED, platform="blogger", updated_min=since)
    url = reader.following() or ""
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "start-index": "1",
        "max-results": "150",
        "updated-min": "2024-02-29T23:00:00Z",
        "orderby": "updated",
    }
    reader.read(answer(url, atom(total=0)))
    assert (reader.complete, reader.stated) == (True, None)


def test_only_posts_of_a_date_archive_are_taken_by_the_blog_s_own_calendar() -> None:
    url = "https://tips.example/2019/05/"
    month = Archive(source="tips", url=url, scope="date", name="2019/05", listed_in="date:2019/05")
    reader = FeedReader(month, feed_url(url, "blogger") or "", platform="blogger")
    body = atom(
        atom_entry(3, day="2019-06-01"), atom_entry(2, day="2019-05-31"), atom_entry(1, day="2019-04-30"), total=3
    )
    got = reader.read(answer(reader.following() or "", body)).entries
    assert [e.title for e in got] == ["Tip 2"]
    assert (reader.complete, reader.stated) == (True, 1)


def test_other_feeds_show_only_their_latest_posts_unless_they_say_otherwise() -> None:
    reader = FeedReader(BLOG, FEED, platform="other")
    drive(reader, lambda _: rss(item(1), item(2)))
    assert (reader.complete, reader.ended) == (False, "the feed shows only its latest 2 posts")
    reader = FeedReader(BLOG, FEED, platform="other")
    drive(reader, lambda _: rss(item(1), head='<x:complete xmlns:x="http://purl.org/syndication/history/1.0"/>'))
    assert reader.complete


def test_other_feeds_are_followed_by_their_links_on_the_same_site_only_and_never_back() -> None:
    def linked(to: str, n: int) -> str:
        return rss(item(n), head=f'<atom:link rel="next" href="{to}"/>')

    pages = {FEED: linked("?p=2", 1), FEED + "?p=2": rss(item(2))}
    reader = FeedReader(BLOG, FEED, platform="other")
    assert len(drive(reader, pages.__getitem__)[1]) == 2
    assert reader.complete
    pages = {FEED: linked("?p=2", 1), FEED + "?p=2": linked(FEED, 2)}
    reader = FeedReader(BLOG, FEED, platform="other")
    assert len(drive(reader, pages.__getitem__)[0]) == 2
    assert not reader.complete
    reader = FeedReader(BLOG, FEED, platform="other")
    assert len(drive(reader, lambda _: linked("https://third.example/feed", 1))[0]) == 1
    assert not reader.complete


@pytest.mark.parametrize("stop", [1, 3])
def test_a_reading_goes_on_from_its_state(stop: int) -> None:
    server = blogger(300, most=50)
    reader = FeedReader(LABEL, LABEL_FEED, platform="blogger")
    for _ in range(stop):
        url = reader.following() or ""
        reader.read(answer(url, str(server(url))))
    again = FeedReader.from_state(LABEL, json.loads(json.dumps(reader.to_state())))
    assert again.following() == reader.following()
    asked, _ = drive(again, server)
    assert len(asked) == 6 - stop
    assert (again.complete, again.stated, again.summaries_only) == (True, 300, False)


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no state"):
        FeedReader.from_state(BLOG, {"url": FEED})


# --- what an answer may be instead ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<!DOCTYPE html><html><head><title>Log in</title></head><body>Please.</body></html>", "Log in"),
        ("\n\n<html lang=en><body>Welcome</body></html>", "an HTML page"),
        ('{"code": "rest_no_route"}', "JSON"),
        ("", "empty"),
        ("  \n ", "empty"),
        ("Not found.", "no XML"),
        ('<?xml version="1.0"?><urlset><url><loc>https://desk.example/</loc></url></urlset>', "<urlset>"),
    ],
    ids=["login", "home page", "json", "empty", "blank", "text", "sitemap"],
)
def test_an_answer_that_is_no_feed_is_named(body: str, said: str) -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    with pytest.raises(CrawlError, match=said):
        reader.read(answer(FEED, body))
    assert reader.following() is None
    assert not reader.complete


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://desk.example/comments/feed/", rss(item(1))),
        (FEED, rss(item(1, link="<link>https://desk.example/tip-1/#comment-12</link>"))),
        (FEED, rss().replace("The Desk", "Comments on: Tip 1")),
        ("https://desk.example/feeds/8/comments/default", atom(atom_entry(1))),
    ],
    ids=["address", "items", "title", "blogger"],
)
def test_a_feed_of_comments_is_refused(url: str, body: str) -> None:
    reader = FeedReader(BLOG, url, platform="other")
    with pytest.raises(CrawlError, match="comments"):
        reader.read(answer(url, body))


def test_a_tag_s_feed_that_turns_into_the_whole_blog_s_is_refused() -> None:
    tag = Archive(source="desk", url="https://desk.example/tag/calm/", scope="tag", name="calm", listed_in="tag:calm")
    reader = FeedReader(tag, "https://desk.example/tag/calm/feed/", platform="wordpress")
    with pytest.raises(CrawlError, match="whole blog"):
        reader.read(answer("https://desk.example/tag/calm/feed/", rss(item(1)), url=FEED))


# --- entries --------------------------------------------------------------------------------------------------------


def test_an_item_of_wordpress_becomes_an_entry_as_its_pages_give_it() -> None:
    entry = only(rss(item(17)))
    assert entry.title == "Tip 17 – 5/14/19"
    assert entry.permalink == "https://desk.example/tip-17/"
    assert entry.platform_id == "desk.example?p=17"
    assert [(d.text, d.origin, d.place) for d in entry.dates] == [
        ("Tue, 14 May 2019 14:00:00 +0000", "feed", "pubDate")
    ]
    assert (entry.author, entry.categories, entry.tags) == ("Dana", ("Advice",), ())
    assert (entry.form, entry.body, entry.layout) == ("content", TEXT.format(n=17), "feed")
    assert (entry.listed_in, entry.page_url, entry.position) == ("home", FEED, 0)


def test_an_entry_of_blogger_becomes_one_as_its_pages_give_it() -> None:
    entry = only(atom(atom_entry(2)), platform="blogger")
    assert entry.title == "Tip 2"
    assert entry.permalink == "https://tips.example/2019/05/tip-2.html"
    assert entry.platform_id == "tag:blogger.com,1999:blog-7.post-2"
    assert [(d.text, d.place) for d in entry.dates] == [("2019-05-14T22:30:00.000-07:00", "published")]
    assert (entry.author, entry.categories, entry.tags) == ("Robin", (), ("Service",))
    assert (entry.form, entry.body) == ("content", TEXT.format(n=2))


def test_dates_as_feeds_write_them_are_read() -> None:
    for entry in (only(rss(item(1))), only(atom(atom_entry(1)), platform="blogger")):
        found = parse_date(entry.dates[0].text)
        assert found is not None
        assert (found.date, found.precision) == (date(2019, 5, 14), "instant")
        assert found.instant is not None


def test_the_date_of_an_update_is_no_date_of_publication() -> None:
    body = atom(atom_entry(1)).replace("<published>2019-05-14T22:30:00.000-07:00</published>", "")
    assert only(body, platform="blogger").dates == ()


def test_rss_1_has_its_date_from_dublin_core() -> None:
    body = (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
        " xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>The Desk</title><link>https://desk.example/</link>"
        "</channel><item rdf:about='https://desk.example/tip-1/'><title>Tip 1</title>"
        "<link>https://desk.example/tip-1/</link><dc:date>2019-05-14T08:00:00-05:00</dc:date></item></rdf:RDF>"
    )
    entry = only(body, platform="other")
    assert [(d.text, d.place) for d in entry.dates] == [("2019-05-14T08:00:00-05:00", "dc:date")]
    assert entry.permalink == "https://desk.example/tip-1/"


def test_the_date_of_a_post_that_wordpress_never_dated_is_none() -> None:
    entry = only(rss(item(1, date="<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate>")))
    assert all(parse_date(d.text) is None for d in entry.dates)


def test_the_content_of_an_atom_entry_may_be_markup_itself() -> None:
    inner = (
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One &amp; <b>two</b></p></div></content>"
    )
    entry = only(atom(atom_entry(1, content=inner)), platform="blogger")
    assert (entry.form, entry.body) == ("content", "<p>One &amp; <b>two</b></p>")


MORE = '<p>The queue grew. Much more of it stood there.</p><p><a href="https://desk.example/tip-1/{}">{}</a></p>'


@pytest.mark.parametrize(
    ("content", "description", "form"),
    [
        (TEXT.format(n=1), TEASER, "content"),
        (None, TEASER, "summary"),
        (TEXT.format(n=1) + CLOSING.format(n=1), TEASER, "content"),
        (TEASER, TEASER, "summary"),
        (TEASER + CLOSING.format(n=1), TEASER, "summary"),
        (TEASER.replace("[&#8230;]", ""), TEASER + CLOSING.format(n=1), "summary"),
        (MORE.format("", "Continue reading <em>Tip 1 – 5/14/19</em> &rarr;"), TEASER, "summary"),
        (MORE.format("#more-1", "Seguir adelante"), TEASER, "summary"),
        (MORE.format("", "Where this was said first."), TEASER, "content"),
        ("<p>A long tale, told to its end, and then silence...</p>", TEASER, "content"),
        ("<p>Short and whole.</p>", "Short and whole.", "content"),
    ],
    ids=[
        "both", "description only", "closing line", "teaser", "teaser and closing line", "only one is marked",
        "more link", "more place", "own link", "dots", "short",
    ],
)  # fmt: skip
def test_a_full_post_is_told_from_an_excerpt(content: str | None, description: str, form: str) -> None:
    described = f"<description><![CDATA[{description}]]></description>"
    entry = only(rss(item(1, description=described, content=encoded(content) if content else None)))
    assert entry.form == form
    assert entry.body == (content or description).strip()


def test_a_body_stays_as_the_feed_wrote_it() -> None:
    raw = '<p onclick="x()">A <script>1 < 2</script> &amp; &nbsp;<img src="/a.png" width="1"></p>' + CLOSING.format(n=1)
    assert only(rss(item(1, content=f"<content:encoded><![CDATA[{raw}]]></content:encoded>"))).body == raw


def test_blogger_s_short_feeds_are_excerpts() -> None:
    reader = FeedReader(LABEL, LABEL_FEED, platform="blogger")
    short = "<summary type='text'>The queue grew &amp; grew...</summary>"
    (entry,) = reader.read(answer(LABEL_FEED, atom(atom_entry(1, content=short), total=1))).entries
    assert (entry.form, entry.body, entry.body_type) == ("summary", "The queue grew & grew...", "text")
    assert reader.summaries_only


@pytest.mark.parametrize(
    "parts",
    [
        {"content": encoded("<form action='/wp-login.php?action=postpass' class='post-password-form'></form>")},
        {
            "content": None,
            "description": "<description>There is no excerpt because this is a protected post.</description>",
        },
    ],
    ids=["form", "no excerpt"],
)
def test_a_post_behind_a_password_is_named_and_has_no_text(parts: dict[str, str | None]) -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    got = reader.read(answer(FEED, rss(item(1, title="<title>Protected: Tip 1</title>", **parts))))
    assert got.entries[0].title == "Tip 1"
    assert (got.entries[0].form, got.entries[0].body) == ("summary", "")
    assert got.notes == ("https://desk.example/tip-1/ is behind a password",)
    assert not reader.summaries_only


@pytest.mark.parametrize(
    ("names", "categories", "tags"),
    [
        (["Advice"], ["Advice"], []),
        (["Advice", "Sports", "calm", "queues"], ["Advice", "Sports"], ["calm", "queues"]),
        (["Advice", "Calm"], ["Advice"], ["Calm"]),
        (["Sports", "Calm", "Advice"], ["Sports"], ["Calm", "Advice"]),
        ([], [], []),
    ],
    ids=["one", "order begins anew", "in order", "out of order", "none"],
)
def test_categories_of_wordpress_come_before_its_tags(names: list[str], categories: list[str], tags: list[str]) -> None:
    terms = "".join(f"<category><![CDATA[{name}]]></category>" for name in names)
    entry = only(rss(item(1, terms=terms)))
    assert (list(entry.categories), list(entry.tags)) == (categories, tags)


@pytest.mark.parametrize(
    ("parts", "permalink", "platform_id"),
    [
        (
            {"link": "<link>/tip-1/?utm_source=rss</link>"},
            "https://desk.example/tip-1/?utm_source=rss",
            "desk.example?p=1",
        ),
        (
            {
                "link": "<link>https://feeds.third.example/~r/desk/1</link>"
                "<feedburner:origLink>https://desk.example/tip-1/</feedburner:origLink>"
            },
            "https://desk.example/tip-1/",
            "desk.example?p=1",
        ),
        ({"link": "<link>https://third.example/an-essay</link>"}, None, "desk.example?p=1"),
        ({"link": "<link>javascript:alert(1)</link>", "guid": None}, None, None),
        ({"link": None, "guid": "<guid>https://desk.example/tip-1/</guid>"}, "https://desk.example/tip-1/", None),
        (
            {"guid": '<guid isPermaLink="false">http://old.example/?p=9</guid>'},
            "https://desk.example/tip-1/",
            "old.example?p=9",
        ),
        (
            {"guid": '<post-id xmlns="com-wordpress:feed-additions:1">9</post-id>'},
            "https://desk.example/tip-1/",
            "desk.example?p=9",
        ),
    ],
    ids=["relative", "feedburner", "link blog", "script", "guid as link", "moved site", "post-id"],
)
def test_addresses_and_ids_are_the_post_s_own(
    parts: dict[str, str | None], permalink: str | None, platform_id: str | None
) -> None:
    entry = only(rss(item(1, **parts)))
    assert (entry.permalink, entry.platform_id) == (permalink, platform_id)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<title>Tom &#038; Jerry</title>", "Tom & Jerry"),
        ("<title><![CDATA[Why &#8220;no&#8221; <em>helps</em>]]></title>", "Why “no” helps"),
        ("<title>  Two\n lines </title>", "Two lines"),
        ("<title></title>", ""),
        (None, ""),
    ],
    ids=["reference", "markup", "spaces", "empty", "none"],
)
def test_titles_are_one_line_of_text(written: str | None, title: str) -> None:
    assert only(rss(item(1, title=written))).title == title


def test_descriptions_of_other_vocabularies_are_not_the_item_s() -> None:
    foreign = (
        '<itunes:summary xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">Heard, not read.</itunes:summary>'
        '<media:description xmlns:media="http://search.yahoo.com/mrss/">A picture.</media:description>'
    )
    description = f"<description>The queue grew.</description>{foreign}"
    entry = only(rss(item(1, content=None, description=description)))
    assert (entry.form, entry.body) == ("summary", "The queue grew.")


# --- encodings, broken and hostile XML ------------------------------------------------------------------------------

ACCENTS = rss(item(1, title="<title>Café – déjà vu</title>"))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ACCENTS.encode(), "application/rss+xml"),
        (b"\xef\xbb\xbf" + ACCENTS.encode(), "text/xml"),
        (ACCENTS.replace("UTF-8", "utf-16").encode("utf-16"), "application/xml"),
        (ACCENTS.replace("UTF-8", "UTF-16LE").encode("utf-16-le"), "application/xml"),
        (ACCENTS.encode("cp1252"), "application/rss+xml; charset=UTF-8"),
        (ACCENTS.replace("UTF-8", "windows-1252").encode("cp1252"), "text/xml"),
        (ACCENTS.encode(), "text/xml; charset=iso-8859-1"),
        (b"\r\n \n" + ACCENTS.encode(), "application/rss+xml"),
        (ACCENTS.replace("UTF-8", "punycode").encode(), "text/xml; charset=zlib"),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "utf-16 bare",
        "1252 as utf-8",
        "1252",
        "utf-8 as latin-1",
        "blank lines",
        "no charset",
    ],
)
def test_a_feed_is_read_in_whatever_it_is_written(body: bytes, kind: str) -> None:
    assert only(body, kind=kind).title == "Café – déjà vu"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (b"Bell\x07 and \x1b[31mred\x00", "Bell and [31mred"),
        (b"Half &#xD83D;&#xDE00; pair &#55357;&#56832;", "Half 😀 pair 😀"),
        (b"Low &#8; number", "Low number"),
        (b"R&D &copy; &nosuch; &amp;", "R&D © &nosuch; &"),
        (b"One broken \xff byte, \xc3\xa9\xc3\xa9\xc3\xa9", "One broken \ufffd byte, ééé"),
        (b"\xef\xbf\xbf\xef\xbf\xbenone", "none"),
    ],
    ids=["controls", "surrogates", "control reference", "entities", "broken byte", "noncharacters"],
)
def test_broken_characters_cost_no_entry(title: bytes, read: str) -> None:
    body = rss(item(1), item(2)).encode().replace(b"Tip 1 &#8211; 5/14/19", title)
    first, second = read_one(body).entries
    assert first.title == read
    assert second.title.startswith("Tip 2")


def test_undeclared_prefixes_and_trailing_junk_cost_no_entry() -> None:
    body = rss(item(1)).replace(' xmlns:content="http://purl.org/rss/1.0/modules/content/"', "")
    body = body.replace("<link>https://desk", "<weird:x>?</weird:x><link>https://desk") + "<br>Warning: & in line 3"
    entry = only(body)
    assert (entry.form, entry.body) == ("content", TEXT.format(n=1))


def test_a_feed_that_breaks_off_leaves_out_the_post_where_it_does() -> None:
    body = rss(item(1), item(2))
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    got = reader.read(answer(FEED, body[: body.index("Then 2 people told")]))
    assert [e.permalink for e in got.entries] == ["https://desk.example/tip-1/"]
    assert any("breaks off" in note for note in got.notes)
    reader.failed(NotFoundError("end", status=404))
    assert not reader.complete


def test_items_lost_in_broken_markup_leave_the_reading_incomplete() -> None:
    reader = FeedReader(BLOG, FEED, platform="wordpress")
    torn = rss(item(1), item(2)).replace("<item>", "</channel></rss><item>", 1).replace("</channel></rss></rss>", "")
    pages: dict[str, str | TipsearchError] = {FEED: rss(item(9)), FEED + "?paged=2": torn}
    drive(reader, lambda url: pages.get(url, NotFoundError("end", status=404)))
    assert not reader.complete
    assert "could not be read" in reader.ended


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
BOMB = f'<!DOCTYPE rss [<!ENTITY l0 "ha"><!-- ]> -->{LAUGHS}]>'
EXTERNAL = '<!DOCTYPE rss [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'
PARAMETER = "<!DOCTYPE rss [<!ENTITY % p \"<!ENTITY l9 'expanded'>\"> %p;]>"
BLOWUP = f'<!DOCTYPE rss [<!ENTITY l9 "{"x" * 100_000}">]>'


@pytest.mark.parametrize(
    "doctype", [BOMB, EXTERNAL, PARAMETER, BLOWUP], ids=["laughs", "external", "parameter", "blowup"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(doctype: str, encoding: str) -> None:
    body = rss(item(1, title=f"<title>{'&l9;' * 3}</title>")).replace("<rss ", doctype + '<rss x="&l9;" ')
    began = time.process_time()
    assert only(body.replace("UTF-8", encoding).encode(encoding)).title == "&l9;&l9;&l9;"
    assert time.process_time() - began < 2


MANY = 100_000


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel>" + "<item>" * MANY,
        "<rss>" + "<!--" * MANY,
        "<!DOCTYPE " + "<!--" * MANY,
        "<!DOCTYPE rss " + '"' * MANY + "[" * MANY,
        "<?" * MANY + "<rss/>",
        rss(item(1, title="<title>" + "<![CDATA[" * MANY + "</title>")),
        rss(item(1, creator="<author>" + "a" * 1_000_000 + "</author>")),
        rss(item(1, date="<pubDate>" + "1" * 1_000_000 + "</pubDate>")),
        rss(item(1, terms="".join(f"<category>n{i}</category>" for i in range(20_000)))),
        rss("<item " + " ".join(f'a{i}="1"' for i in range(20_000)) + "/>"),
        rss("<item " + " ".join(f'p{i}:a="1"' for i in range(20_000)) + "/>"),
        rss(item(1, title="<title>" + "&" * 300_000 + "</title>")),
        rss(item(1, title="<title>" + "&amp;#" * MANY + "&lt;/" * MANY + "</title>")),
        rss(item(1, content="<content:encoded><![CDATA[" + "<a href=" * MANY + "...]]></content:encoded>")),
        rss(*["<item/>"] * 30_000),
    ],
    ids=[
        "nesting", "comments", "doctype", "quotes", "instructions", "cdata", "author", "date", "labels", "attributes",
        "prefixes", "ampersands", "references", "links", "items",
    ],
)  # fmt: skip
def test_hostile_feeds_end_in_time(body: str) -> None:
    began = time.process_time()
    outcome(body)
    assert time.process_time() - began < 10


PIECES = st.sampled_from(
    [
        "<item>", "</item>", "<entry>", "</entry>", "<title>", "</title>", "<![CDATA[", "]]>", "<!--", "-->",
        "<!DOCTYPE x [", "]>", "&lt;", "&#0;", "&x;", "&", "<", ">", '"', "<link>http://[", "</link>",
        "<content:encoded>", "<x:y z:a='1'>", "</rss>", "<category/>", "</category>", "<source>", "<svg>", "</svg>",
        "<author>", "</author>", "<image>", "<textinput>", "<content type='xhtml'>", "<div>", "<updated>", "<guid>",
        "</guid>", "<dcterms:valid>", "<link rel='next' href='//['/>", "\x00", "é", "\ud83d", "<itunes:keywords>",
        "<media:content/>", "<media:credit>", "<cloud/>", "<id>", "<enclosure/>", "<georss:point>1 x",
        "<psc:chapter start='x'/>", "<published>0000-00-00", "</published>", "<width>x</width>",
    ]
)  # fmt: skip


@settings(max_examples=250, deadline=5000)
@given(st.lists(st.tuples(st.integers(0, 3000), PIECES), max_size=12), st.booleans(), st.integers(0, 4000))
def test_a_mangled_feed_gives_entries_or_an_error_with_a_name(
    cuts: list[tuple[int, str]], is_atom: bool, end: int
) -> None:
    text = atom(atom_entry(1), atom_entry(2), total=2) if is_atom else rss(item(1), item(2))
    for at, piece in cuts:
        text = text[:at] + piece + text[at:]
    body = text[: max(end, 20)].encode("utf-8", "surrogatepass")
    got = outcome(body, platform="blogger" if is_atom else "other")
    assert got.message if isinstance(got, CrawlError) else all(entry.digest for entry in got.entries)


@settings(max_examples=150, deadline=5000)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"<rss><item>", b"<feed>", b"\xff\xfe", b"<?xml version='1.0'?><rdf>"]),
)
def test_bytes_of_any_kind_give_a_result_or_an_error_with_a_name(tail: bytes, head: bytes) -> None:
    got = outcome(head + tail, platform="other")
    assert got.message if isinstance(got, CrawlError) else all(entry.digest for entry in got.entries)


# --- addresses and recognition --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("archive", "feed"),
    [
        ("https://x.example/tag/empathy/", "https://x.example/tag/empathy/feed/"),
        ("https://x.example/tag/empathy", "https://x.example/tag/empathy/feed/"),
        ("https://x.example/tag/empathy/page/3/", "https://x.example/tag/empathy/feed/"),
        ("https://x.example/?tag=x", "https://x.example/?tag=x&feed=rss2"),
        ("https://x.example?cat=5&paged=2", "https://x.example/?cat=5&feed=rss2"),
        ("https://x.example/", "https://x.example/feed/"),
        ("https://x.example", "https://x.example/feed/"),
        ("https://x.example/page/2/?utm_source=mail#top", "https://x.example/feed/"),
        ("https://x.example/blog/2018/11/", "https://x.example/blog/2018/11/feed/"),
        ("https://x.example:8080/author/dana/", "https://x.example:8080/author/dana/feed/"),
        ("https://x.example/feed/", "https://x.example/feed/"),
        ("https://x.example/?p=12", None),
        ("mailto:x@example.org", None),
    ],
)
def test_the_feed_of_a_wordpress_archive(archive: str, feed: str | None) -> None:
    assert feed_url(archive, "wordpress") == feed


@pytest.mark.parametrize(
    ("archive", "feed"),
    [
        ("https://b.example/search/label/Name?max-results=20", "/feeds/posts/default/-/Name"),
        ("https://b.example/search/label/Two%20words", "/feeds/posts/default/-/Two%20words"),
        ("https://b.example/search/label/Two+words", "/feeds/posts/default/-/Two%20words"),
        ("https://b.example/search/label/A%2FB", "/feeds/posts/default/-/A%2FB"),
        ("https://b.example/search/label/Why%3F", "/feeds/posts/default/-/Why%3F"),
        ("https://b.example/search/label/Größe", "/feeds/posts/default/-/Gr%C3%B6%C3%9Fe"),
        ("https://b.example/search/label/Gr%C3%B6%C3%9Fe?m=1", "/feeds/posts/default/-/Gr%C3%B6%C3%9Fe"),
        ("https://b.example/search/label/A/B", "/feeds/posts/default/-/A/B"),
        ("https://b.example/search/label/A%7CB", "/feeds/posts/default/-/A%7CB"),
        ("https://b.example/", "/feeds/posts/default"),
        ("https://b.example/?m=1", "/feeds/posts/default"),
        ("https://b.example/search?updated-max=2019-01-01T00:00:00Z", "/feeds/posts/default"),
        (
            "https://b.example/2024/",
            "/feeds/posts/default?published-min=2023-12-31T10:00:00Z&published-max=2025-01-01T12:00:00Z",
        ),
        (
            "https://b.example/2024/12/",
            "/feeds/posts/default?published-min=2024-11-30T10:00:00Z&published-max=2025-01-01T12:00:00Z",
        ),
        (
            "https://b.example/2003_05_01_archive.html",
            "/feeds/posts/default?published-min=2003-04-30T10:00:00Z&published-max=2003-06-01T12:00:00Z",
        ),
        ("https://b.example/feeds/posts/default?alt=rss&max-results=5", "/feeds/posts/default"),
        ("https://b.example/2024/03/a-post.html", None),
        ("https://b.example/p/about.html", None),
        ("https://b.example/search?q=calm", None),
    ],
)
def test_the_feed_of_a_blogger_archive(archive: str, feed: str | None) -> None:
    assert feed_url(archive, "blogger") == (f"https://b.example{feed}" if feed else None)


@settings(max_examples=200)
@given(st.text(max_size=60), st.sampled_from(["wordpress", "blogger", "other"]))
def test_any_address_has_a_feed_on_its_own_site_or_none(tail: str, platform: Platform) -> None:
    found = feed_url("https://x.example/" + tail, platform)
    assert found is None or urlsplit(found).netloc.startswith("x.example")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rss(), True),
        (atom(), True),
        ("<?xml version='1.0'?><!-- by hand --><!DOCTYPE x [<!ENTITY y '>'>]><rdf:RDF></rdf:RDF>", True),
        ("<html><body><rss></rss></body></html>", False),
        ("<urlset/>", False),
        ('{"feed": 1}', False),
        ("", False),
    ],
    ids=["rss", "atom", "rdf", "html", "sitemap", "json", "empty"],
)
def test_a_feed_is_told_by_its_first_element(body: str, expected: bool) -> None:
    assert looks_like_feed("application/rss+xml", body.encode()) is expected


def test_the_platform_of_a_feed() -> None:
    assert platform_of_feed(rss(item(1)).encode()) == "wordpress"
    assert platform_of_feed(atom(atom_entry(1)).encode()) == "blogger"
    bare = rss(item(1)).replace("<generator>https://wordpress.org/?v=6.4</generator>", "")
    assert platform_of_feed(bare.encode()) == "wordpress"
    assert platform_of_feed(b"<rss><channel><generator>Hugo</generator></channel></rss>") == "other"


def test_an_entry_seen_again_is_the_same_entry() -> None:
    first, again = only(rss(item(1))), only(rss(item(1)))
    assert first.digest == again.digest == replace(again, position=4).digest
