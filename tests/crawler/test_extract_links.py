"""What a page says of its blog's other channels, and how far its own pager goes."""

from datetime import UTC, datetime

import pytest

from tipsearch.crawler.extract import Page, PageLinks, extract

SITE = "https://desk.example.org"
POSTS = "".join(
    f'<article class="post hentry"><h2 class="entry-title"><a href="/a-{i}/">Note {i} of the desk</a></h2>'
    f'<time datetime="2019-01-0{i}">2019</time><div class="entry-summary"><p>Nobody at the window knew the answer, '
    f"so she walked over to the yard and asked the driver {i} times.</p></div></article>"
    for i in (1, 2, 3)
)


def read(body=POSTS, *, head="", classes="archive tag", path="/tag/x/", site=SITE):
    text = f"<html><head><title>x</title>{head}</head><body class='{classes}'><main>{body}</main></body></html>"
    url = None if path is None else site + path
    return extract(Page(source="s", url=url, text=text, observed_at=datetime(2024, 5, 1, tzinfo=UTC)))


def pager(inside):
    return f'{POSTS}<div class="pagination">{inside}</div>'


REST = '<link rel="https://api.w.org/" href="{}">'
FEED = '<link rel="alternate" type="application/{}+xml" title="t" href="{}">'


@pytest.mark.parametrize(
    ("href", "root"),
    [
        (f"{SITE}/wp-json/", f"{SITE}/wp-json/"),
        ("/blog/wp-json/", f"{SITE}/blog/wp-json/"),
        (f"{SITE}/index.php?rest_route=/", f"{SITE}/index.php?rest_route=/"),
        ("javascript:alert(1)", None),
        ("http://[::1", None),
    ],
)
def test_the_rest_root_is_absolute(href, root):
    links = read(head=REST.format(href)).links
    assert links.rest == root
    assert links.platform == "wordpress"


def test_feeds_come_in_the_pages_order_absolute_and_once():
    head = (
        FEED.format("rss", "/feed/")
        + FEED.format("rss", f"{SITE}/comments/feed/")
        + FEED.format("atom", "//desk.example.org/feed/atom/")
        + FEED.format("rss", f"{SITE}/feed/")
    )
    assert read(head=head).links.feeds == (f"{SITE}/feed/", f"{SITE}/comments/feed/", f"{SITE}/feed/atom/")


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="service.post" type="application/atom+xml" href="/feeds/1/posts/default">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed">',
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="data:text/xml,x">',
    ],
)
def test_what_is_no_feed(link):
    assert read(head=link).links.feeds == ()


def test_a_base_element_counts_for_feeds():
    head = '<base href="https://desk.example.org/blog/">' + FEED.format("rss", "feed/")
    assert read(head=head).links.feeds == (f"{SITE}/blog/feed/",)


def test_a_page_without_posts_still_shows_its_feed():
    found = read("<p>Nothing here.</p>", head=FEED.format("rss", "/feed/") + REST.format("/wp-json/"))
    assert found.kind == "none"
    assert found.links.feeds == (f"{SITE}/feed/",)
    assert found.links.rest == f"{SITE}/wp-json/"


@pytest.mark.parametrize(
    ("head", "platform"),
    [
        ('<meta name="generator" content="Blogger">', "blogger"),
        ('<meta name="generator" content="WordPress 6.4">', "wordpress"),
        ("", "html"),
    ],
)
def test_the_platform(head, platform):
    assert read(head=head).links.platform == platform


@pytest.mark.parametrize(
    ("classes", "number"),
    [
        ("archive category category-news category-12", 12),
        ("archive tag tag-keys tag-34 paged tag-paged-3", 34),
        ("archive author author-ida author-5", 5),
        ("archive tag tag-45", 45),
        ("archive tag tag-2018 tag-45", None),
        ("archive category category-news", None),
        ("archive tag category-9", None),
        ("single category category-12", None),
        ("home blog", None),
    ],
)
def test_the_number_of_the_archives_term(classes, number):
    assert read(classes=classes).links.term_id == number


@pytest.mark.parametrize(
    ("classes", "is_home"),
    [
        ("home blog", True),
        ("blog", True),
        ("home blog paged paged-2", True),
        ("home page page-id-2", False),
        ("archive tag blog", False),
        ("single single-post blog", False),
        ("home", False),
    ],
)
def test_the_list_of_latest_posts_is_the_blogs_home(classes, is_home):
    assert read(classes=classes, path="/").links.is_blog_home is is_home


@pytest.mark.parametrize(
    ("inside", "last"),
    [
        pytest.param('<a href="/tag/x/page/2/">2</a> <a href="/tag/x/page/9/">9</a>', 9, id="numbers"),
        pytest.param('<a href="/tag/x/page/1024/">1,024</a>', 1024, id="a number with its thousands apart"),
        pytest.param(
            '<a class="page-numbers" href="/tag/x/page/7/"><span class="screen-reader-text">Page </span>7</a>',
            7,
            id="screen-reader text beside it",
        ),
        pytest.param('<a href="/tag/x/page/2/">2</a> <a href="/tag/x/page/40/">Last »</a>', 40, id="last"),
        pytest.param('<a class="last" href="/tag/x/page/40/">»</a>', 40, id="last by its class"),
        pytest.param('<a href="/tag/x/?paged=6">6</a>', 6, id="a parameter"),
        pytest.param("<span class='pages'>Page 1 of 107</span>", 107, id="Page 1 of 107"),
        pytest.param("<p class='page-number'>Page <b>1</b> of <b>12</b></p>", 12, id="in elements of their own"),
        pytest.param("Seite 1 von 8", 8, id="in German"),
        pytest.param(
            '<a href="/tag/x/page/2/">2</a> <a href="/tag/x/page/3/">3</a> <span class="pages">Page 1 of 30</span>',
            30,
            id="the line knows more than the links",
        ),
        pytest.param('<a href="/tag/x/page/2/">Older posts</a>', None, id="older alone"),
        pytest.param('<a class="next" href="/tag/x/page/2/">»</a>', None, id="next alone"),
        pytest.param('<a href="/tag/y/page/9/">9</a>', None, id="another archive's"),
        pytest.param('<a href="/tag/x/comment-page-4/">4</a>', None, id="comments'"),
        pytest.param('<a href="https://other.example/tag/x/page/9/">9</a>', None, id="another site's"),
        pytest.param('<a href="/tag/x/page/9/">Why 9 is enough for a team of ten people</a>', None, id="a sentence"),
        pytest.param("<span>Page 3 of 107</span>", None, id="another page's line"),
        pytest.param("<span>Page 1 of 0</span>", None, id="nonsense"),
    ],
)
def test_the_pagers_last_page(inside, last):
    assert read(pager(inside)).links.last_page == last


def test_the_current_number_counts_beside_links_below_it():
    inside = '<a href="/tag/x/">1</a> <a href="/tag/x/page/2/">2</a> <span class="current">3</span>'
    found = read(pager(inside), path="/tag/x/page/3/")
    assert found.links.last_page == 3
    assert found.next_url is None


def test_a_current_number_with_its_thousands_apart_counts():
    inside = '<a href="/tag/x/page/1023/">1,023</a> <span class="page-numbers current">1,024</span>'
    assert read(pager(inside), path="/tag/x/page/1024/").links.last_page == 1024


def test_the_title_may_name_the_last_page():
    text = (
        f"<html><head><title>Keys - Page 2 of 31 - Desk</title></head><body class='archive tag'>{POSTS}</body></html>"
    )
    url = f"{SITE}/tag/x/page/2/"
    found = extract(Page(source="s", url=url, text=text, observed_at=datetime(2024, 5, 1, tzinfo=UTC)))
    assert found.links.last_page == 31


def test_a_post_that_speaks_of_pages_names_none():
    told = POSTS.replace("3 times.", "3 times.</p><p>Page 1 of 107</p><p>")
    assert read(told).links.last_page is None


def test_a_query_loop_beside_the_archives_pager_does_not_count():
    loop = '<nav class="wp-block-query-pagination"><a href="/tag/x/?query-3-page=55">55</a></nav>'
    assert read(pager('<a href="/tag/x/page/4/">4</a>') + loop).links.last_page == 4
    assert read(POSTS + loop).links.last_page == 55


def test_a_posts_own_page_has_no_last_page():
    body = (
        '<article class="post"><h1 class="entry-title">One long note</h1><time datetime="2019-01-01">2019</time>'
        '<div class="entry-content"><p>It goes on and on, and nobody who began to read it has ever come to its end '
        'without a pause for tea.</p></div></article><p>Page 1 of 3</p><a href="/one/page/3/">3</a>'
    )
    found = read(body, classes="single single-post", path="/one/")
    assert found.kind == "post"
    assert found.links.last_page is None


def test_a_page_of_unknown_address_has_no_links_to_count():
    assert read(pager('<a href="/tag/x/page/9/">9</a>'), path=None).links.last_page is None


def test_a_plain_text_page_has_no_links():
    page = Page(
        source="s", url=SITE, text="A note\n\nNothing.", observed_at=datetime(2024, 5, 1, tzinfo=UTC), markup=False
    )
    assert extract(page).links == PageLinks()
