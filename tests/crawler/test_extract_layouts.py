"""The archive with the ten latest teasers above three posts, in many markups: each teaser's with each post's."""

# ruff: noqa: E501 - a page of markup reads best as one line

import itertools
import re
from datetime import UTC, datetime

import pytest

from tipsearch.crawler.extract import Page, extract
from tipsearch.pipeline.text import body_lines

HERE = "https://desk.example.org"
NOW = datetime(2024, 5, 1, tzinfo=UTC)
OPENINGS = (
    "On Monday",
    "At noon",
    "Behind the counter",
    "In the yard",
    "After the match",
    "Before the call",
    "Near the gate",
    "During the break",
    "Past the harbor",
    "Under the awning",
)
TEASERS = [
    (
        f"Small Thing Number {n} - 6/{n}/19",
        f"/2019/06/small-thing-{n}/",
        f"{OPENINGS[n - 1]} somebody did one small thing that nobody had asked for, and {n} people talked about it for the rest of the",
    )
    for n in range(10, 0, -1)
]
POSTS = [
    (
        "Rake Before It Rains – 12/9/14 TOW",
        "/2014/12/rake/",
        "December 9, 2014",
        [
            "Leaves are light while they are dry, so start early.",
            "The same is true of complaints that nobody has voiced.",
        ],
    ),
    (
        "Hold the Door…Please – 11/18/14 TOW",
        "/2014/11/door/",
        "November 18, 2014",
        ["Doors are heavy for people who carry boxes all day.", "Look behind you, count to two, and hold on."],
    ),
    (
        "Call the Second Team",
        "/2010/10/second/",
        "October 7, 2010",
        [
            "The second team knows the pitch better than the first.",
            "They practice on it every evening while we go home.",
            "Ask them where the puddles are.",
        ],
    ),
]
CLOSING = "Get our FREE weekly note! Write to Us"


def paragraphs(lines):
    return "".join(f"<p>{line}</p>" for line in lines)


TEASER_MARKUP = {
    "div, linked h3": lambda t, u, x: (
        f'<div class="teaser"><h3><a href="{u}">{t}</a></h3><p>{x} <a href="{u}">Read more</a></p></div>'
    ),
    "div, bare h3": lambda t, u, x: f'<div><h3>{t}</h3><p>{x} <a href="{u}">Read more</a></p></div>',
    "list, h4": lambda t, u, x: f'<ul><li><h4><a href="{u}">{t}</a></h4>{x} <a href="{u}">Read more</a></li></ul>',
    "list, no heading": lambda t, u, x: (
        f'<ul><li><a href="{u}">{t}</a><p>{x} <a href="{u}">Read more</a></p></li></ul>'
    ),
    "paragraph, strong": lambda t, u, x: (
        f'<p><strong><a href="{u}">{t}</a></strong><br>{x} <a href="{u}">Read more</a></p>'
    ),
    "flat h2": lambda t, u, x: f'<h2><a href="{u}">{t}</a></h2><p>{x} <a href="{u}">Read more</a></p>',
    "flat bare h3": lambda t, u, x: f'<h3>{t}</h3><p>{x}</p><p><a href="{u}">Read more</a></p>',
    "article, summary": lambda t, u, x: (
        f'<article class="post"><h2 class="entry-title"><a href="{u}">{t}</a></h2><div class="entry-summary"><p>{x} <a class="more-link" href="{u}">Read more</a></p></div></article>'
    ),
    "article, content": lambda t, u, x: (
        f'<article class="post"><h2 class="entry-title"><a href="{u}">{t}</a></h2><div class="entry-content"><p>{x} <a href="{u}">Read more</a></p></div></article>'
    ),
}
AROUND_TEASERS = {
    "nothing": "{}",
    "div": '<div class="latest">{}</div>',
    "widget": '<section class="widget recent-posts"><h2 class="widget-title">Latest</h2>{}</section>',
    "aside": '<aside class="latest-posts">{}</aside>',
}
POST_MARKUP = {
    "hentry": lambda t, u, d, p: (
        f'<article class="post hentry"><h2 class="entry-title"><a href="{u}" rel="bookmark">{t}</a></h2><div class="entry-meta">Posted on <time>{d}</time> in <a href="/category/tip/" rel="category tag">Tip</a> | <a href="{u}#respond">Please leave a comment</a></div><div class="entry-content">{p}</div></article>'
    ),
    "div": lambda t, u, d, p: (
        f'<div class="post"><h2><a href="{u}">{t}</a></h2><p class="meta">Posted on {d} in <a href="/category/tip/">Tip</a> <a href="{u}#respond">Please leave a comment</a></p>{p}</div>'
    ),
    "div, bare title": lambda t, u, d, p: (
        f'<div><h2>{t}</h2><div>Posted on {d} in <a href="/category/tip/">Tip</a> Please leave a comment</div><div>{p}</div></div>'
    ),
    "flat": lambda t, u, d, p: (
        f'<h2><a href="{u}">{t}</a></h2><p>Posted on <span class="date">{d}</span> in <a href="/category/tip/">Tip</a> <a href="#">Please leave a comment</a></p>{p}'
    ),
    "flat, small": lambda t, u, d, p: (
        f'<h1><a href="{u}">{t}</a></h1><small>Posted on {d} in <a href="/category/tip/">Tip</a></small> <small><a href="#">Please leave a comment</a></small>{p}'
    ),
    "subheadings": lambda t, u, d, p: (
        f'<div class="entry"><h2><a href="{u}">{t}</a></h2><p>Posted on {d} in <a href="/category/tip/">Tip</a></p><div class="body"><h3>The point</h3>{p}</div></div>'
    ),
    "bare text": lambda t, u, d, p: (
        f'<div><h3><a href="{u}">{t}</a></h3>Posted on {d} in <a href="/category/tip/">Tip</a> <a href="{u}#comments">Please leave a comment</a><br><br>{p}</div>'
    ),
}
AROUND_ALL = {
    "content": '<div id="content">{}</div>',
    "main": "<main>{}</main>",
    "body": "{}",
    "columns": '<div class="wrap"><div class="col">{}</div><div class="sidebar"><h3>Popular</h3><ul><li><a href="/2019/01/x/">X</a></li></ul></div></div>',
}


def page(body, url):
    text = f"<html><head><title>caring</title></head><body>{body}</body></html>"
    return extract(Page(source="s", url=HERE + url, text=text, observed_at=NOW))


def teasers(markup, around):
    return AROUND_TEASERS[around].format("\n".join(TEASER_MARKUP[markup](*teaser) for teaser in TEASERS))


def post(markup, number):
    title, url, date, lines = POSTS[number]
    return POST_MARKUP[markup](title, url, date, paragraphs([*lines, CLOSING]))


@pytest.mark.parametrize("post_markup", POST_MARKUP)
@pytest.mark.parametrize("teaser_markup", TEASER_MARKUP)
def test_ten_teasers_and_three_posts_in_every_container(teaser_markup, post_markup):
    for around, everything in itertools.product(AROUND_TEASERS, AROUND_ALL):
        where = f"teasers in {around}, all in {everything}"
        posts = "\n".join(post(post_markup, number) for number in range(3))
        pager = '<div class="pagination"><a href="/tag/caring/">Newer</a> <a href="/tag/caring/page/3/">Older</a></div>'
        body = AROUND_ALL[everything].format(teasers(teaser_markup, around) + "<h1>caring</h1>" + posts + pager)
        found = page(body, "/tag/caring/page/2/")
        assert [e.form for e in found.entries] == ["summary"] * 10 + ["content"] * 3, where
        assert [e.listed_in for e in found.entries] == [""] * 10 + ["tag:caring"] * 3, where
        assert [e.title for e in found.entries] == [t[0] for t in TEASERS] + [p[0] for p in POSTS], where
        assert found.next_url == f"{HERE}/tag/caring/page/3/", where
        for entry, (_, url, text) in zip(found.entries, TEASERS, strict=False):
            assert entry.permalink == HERE + url, where
            assert re.sub(r"\s*Read more$", "", " ".join(body_lines(entry.body, "html"))) == text, where
        for entry, (_, url, date, lines) in zip(found.entries[10:], POSTS, strict=True):
            wanted = ["The point"] * (post_markup == "subheadings") + [*lines, CLOSING]
            assert body_lines(entry.body, "html") == wanted, where
            assert [d.text for d in entry.dates if d.origin in ("label", "time")] == [date], where
            assert entry.categories == ("Tip",), where
            assert entry.permalink in (HERE + url, None), where


@pytest.mark.parametrize("linked", [True, False], ids=["linked title", "bare title"])
@pytest.mark.parametrize("with_teasers", [True, False], ids=["teasers above", "alone"])
@pytest.mark.parametrize("post_markup", POST_MARKUP)
def test_a_posts_own_page_gives_one_content_entry(post_markup, with_teasers, linked):
    for teaser_markup, everything in itertools.product(TEASER_MARKUP, AROUND_ALL):
        where = f"{teaser_markup} in {everything}"
        own = post(post_markup, 0)
        if not linked:
            own = re.sub(r"(<h\d[^>]*>)<a [^>]*>(.*?)</a>", r"\1\2", own)
        above = teasers(teaser_markup, "div") if with_teasers else ""
        found = page(AROUND_ALL[everything].format(above + own), POSTS[0][1])
        assert found.kind == "post", where
        contents = [e for e in found.entries if e.form == "content"]
        assert [(e.title, e.permalink) for e in contents] == [(POSTS[0][0], HERE + POSTS[0][1])], where
        assert len(found.entries) == (11 if with_teasers else 1), where
        assert not any(e.listed_in for e in found.entries), where


def gallery(paths, *, rel="", box="tile", text="{}"):
    tiles = "".join(
        f'<div class="{box}"><a href="{HERE}{path}"><img src="{HERE}/{n}.jpg" alt=""></a>'
        f'<h3><a href="{HERE}{path}"{rel}>{text.format(n)}</a></h3></div>'
        for n, path in enumerate(paths)
    )
    html = (
        f'<body class="archive category"><main id="main"><h1>Outings</h1><div class="grid">{tiles}</div></main></body>'
    )
    page = Page(source="desk", url=f"{HERE}/category/outings/", text=html, observed_at=NOW)
    return [entry.permalink for entry in extract(page).entries]


NAMES = ["quay", "lantern", "gulls", "ropes"]


@pytest.mark.parametrize(
    "options",
    [
        {"paths": [f"/2019/06/12/outing/{name}/" for name in NAMES]},
        {"paths": [f"/{name}/" for name in NAMES], "rel": ' rel="attachment wp-att-7"'},
        {"paths": [f"/?attachment_id={n}" for n in range(4)]},
        {"paths": [f"/outing/attachment/{name}/" for name in NAMES]},
        {"paths": [f"/2019/06/{name}/" for name in NAMES], "box": "gallery-item"},
    ],
    ids=["below one post", "by rel", "by number", "by path", "in a gallery"],
)
def test_pictures_of_a_gallery_are_no_posts(options):
    assert gallery(**options, text="View {} of the harbor") == []


def test_titles_with_pictures_are_posts():
    paths = [f"/2019/06/{name}/" for name in NAMES]
    assert gallery(paths, text="View {} of the harbor") == [HERE + path for path in paths]
