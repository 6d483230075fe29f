"""Posts that show no text: behind a password, pictures alone, or nothing at all."""

# ruff: noqa: E501 - a page of markup reads best as one line

from datetime import UTC, datetime

import pytest
from golden_pages import FIXTURES, load_page

from tipsearch.crawler.extract import Page, extract

SITE = "https://quay.example.org"
FORM = (
    '<form class="post-password-form" action="/wp-login.php?action=postpass"><p>This content is password protected.</p>'
    '<input name="post_password" type="password"></form>'
)
HEAD = '<h1 class="entry-title">Low Water</h1><time class="entry-date published" datetime="2021-01-14T08:00:00Z">2021</time>'


def single(content):
    text = f'<body class="single single-post postid-5"><main><article class="post hentry">{HEAD}{content}</article></main></body>'
    url = f"{SITE}/2021/01/14/low-water/"
    return extract(Page(source="s", url=url, text=text, observed_at=datetime(2024, 5, 1, tzinfo=UTC)))


@pytest.mark.parametrize("content", [f'<div class="entry-content">{FORM}</div>', FORM])
def test_a_post_behind_a_password_is_a_summary_without_a_text_and_says_so(content):
    found = single(content)
    (entry,) = found.entries
    assert (found.kind, entry.form, entry.body, entry.title) == ("post", "summary", "", "Low Water")
    assert entry.permalink == f"{SITE}/2021/01/14/low-water/"
    assert found.notes == (f"{SITE}/2021/01/14/low-water/ is behind a password",)


def test_the_prefix_of_a_closed_post_is_no_part_of_its_title_and_an_open_posts_own_word_is():
    for content, title in ((FORM, "Low Water"), ("<p>Low water is the best time to look.</p>", "Protected: Low Water")):
        text = f'<body class="single single-post postid-5"><main><article class="post hentry">{HEAD.replace("Low", "Protected: Low", 1)}<div class="entry-content">{content}</div></article></main></body>'
        url = f"{SITE}/2021/01/14/low-water/"
        (entry,) = extract(Page(source="s", url=url, text=text, observed_at=datetime(2024, 5, 1, tzinfo=UTC))).entries
        assert entry.title == title


def test_in_a_listing_only_the_closed_post_is_noted():
    found = extract(load_page(FIXTURES / "wordpress" / "archive_with_a_post_behind_a_password"))
    assert found.notes == ("https://quay.example.org/2021/02/20/plans-for-the-dry-dock/ is behind a password",)
    assert [entry.form for entry in found.entries] == ["content", "summary", "content"]


def test_a_comment_form_does_not_close_a_post():
    found = single('<div class="entry-content"><p>Low water is the best time to look.</p><form><input></form></div>')
    assert [entry.form for entry in found.entries] == ["content"]
    assert found.notes == ()


def test_pictures_alone_are_the_whole_of_a_post():
    (entry,) = single('<div class="entry-content"><p><img src="/fog.jpg" alt="Fog"></p></div>').entries
    assert entry.form == "content"
    assert "/fog.jpg" in entry.body


def test_an_empty_post_is_known_without_a_text():
    (entry,) = single('<div class="entry-content"></div>').entries
    assert (entry.form, entry.title) == ("summary", "Low Water")


def test_a_page_that_is_no_post_stays_none_without_a_text():
    text = '<body class="page page-id-3"><main><article class="page hentry"><h1 class="entry-title">About</h1></article></main></body>'
    page = Page(source="s", url=f"{SITE}/about/", text=text, observed_at=datetime(2024, 5, 1, tzinfo=UTC))
    assert extract(page).kind == "none"
