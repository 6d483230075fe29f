"""Credits, share buttons and notices are left out of texts; a post's own words that look alike stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.entries import entry, teaser
from tipsearch.pipeline import Entry
from tipsearch.pipeline.reading import Reading, read_entry
from tipsearch.pipeline.resolver import known_entries

POST, BLOG = "https://shelf.example.org/2018/11/lamps/", "https://shelf.example.org/"


def reading(one: Entry) -> Reading:
    return read_entry(known_entries([one])[0])


def fed(body: str, title: str = "Lamps First", **fields: object) -> Reading:
    told: dict[str, object] = {"layout": "feed", "body_type": "html", "permalink": POST} | fields
    return reading(entry(title, body, **told))  # type: ignore[arg-type]


def credit(sentence: str, title: str = "Lamps First", blog: str = BLOG) -> str:
    links = f'<a rel="nofollow" href="{POST}">{title}</a>', f'<a rel="nofollow" href="{blog}">The Shelf &amp; Co</a>'
    return f"<p>{sentence.format(*links)}</p>\n"


class TestCredits:
    @pytest.mark.parametrize(
        "sentence",
        [
            "The post {} appeared first on {}.",
            "The post {} first appeared on {}.",
            "Der Beitrag {} erschien zuerst auf {}.",
            "L’article {} est apparu en premier sur {}.",
            "La entrada {} se publicó primero en {}.",
            "投稿 {} は {} に最初に表示されました。",
            "{} yazısı ilk önce {} üzerinde ortaya çıktı.",
        ],
    )
    def test_a_feed_items_credit_is_left_out_in_whatever_language(self, sentence: str) -> None:
        assert fed(f"<p>Mend the lamps.</p>\n{credit(sentence)}").lines == ("Mend the lamps.",)

    def test_below_an_excerpt_it_leaves_the_mark_of_the_cut_to_be_found(self) -> None:
        body = "<p>Mend the lamps before [&#8230;]</p>\n" + credit("The post {} appeared first on {}.")
        one = teaser("Lamps First", body, layout="feed", body_type="html", permalink=POST)
        assert reading(one).lines == ("Mend the lamps before",)

    def test_a_title_with_its_date_and_a_pixel_behind_are_no_hindrance(self) -> None:
        pixel = '<img src="https://feeds.example.net/~r/shelf/~4/xyz" height="1" width="1" alt=""/>'
        body = "<p>Mend.</p>" + credit("The post {} appeared first on {}.", "Lamps First &#8211; 11/13/18 TOW") + pixel
        assert fed(body, "Lamps First – 11/13/18 TOW").lines == ("Mend.",)

    def test_without_links_the_sentence_and_the_title_tell_it(self) -> None:
        line = "The post Lamps First appeared first on The Shelf."
        assert fed(f"Mend.\n{line}", body_type="text").lines == ("Mend.",)
        assert fed(f"Mend.\n{line}", "The Post", body_type="text").lines == ("Mend.", line)

    @pytest.mark.parametrize(
        "body",
        [
            credit("The post {} appeared first on {}.") + "<p>And then we closed.</p>",
            credit("The post {} appeared first on {}.", "Another Tip"),
            credit(
                "We began with {} when nobody had read a word of what was to come, and so we went on to tell {} why."
            ),
            credit("After {} we read {}.", blog="https://elsewhere.example.net/"),
            "<p>The post Lamps First is a favourite of mine.</p>",
        ],
        ids=["not the last line", "another title", "many words", "another site", "no links"],
    )
    def test_a_posts_own_words_stay(self, body: str) -> None:
        lines = fed(f"<p>Mend the lamps.</p>{body}").lines
        assert len(lines) == 1 + body.count("<p>")

    def test_only_feeds_have_credits(self) -> None:
        body = "<p>Mend.</p>" + credit("The post {} appeared first on {}.")
        assert len(fed(body, layout="wordpress").lines) == 2


class TestShareButtons:
    @pytest.mark.parametrize(
        "body",
        [
            "Mend.\nShare this:\nTwitter\nFacebook\nLike this:\nLike Loading...",
            "Mend.\nShare this:\nClick to share on X (Opens in new window)\nEmail a link to a friend",
            "Mend.\nLike this:\nLoading…",
            "Mend.\nShare this:",
        ],
    )
    def test_below_the_text_they_are_left_out(self, body: str) -> None:
        assert reading(entry("Lamps", body)).lines == ("Mend.",)

    def test_with_words_behind_they_stay(self) -> None:
        body = "Share this:\nWith the neighbours, first of all."
        assert reading(entry("Lamps", body)).lines == ("Share this:", "With the neighbours, first of all.")

    def test_their_markup_is_known_too(self) -> None:
        body = (
            '<p>Mend.</p><span id="more-17"></span><!--more-->'
            '<p>Wait. <a class="more-link" href="#more-17">(more…)</a></p>'
            '<div class="sharedaddy sd-block sd-like jetpack-likes-widget-wrapper"><h3>Like this:</h3>Like</div>'
            '<div class="feedflare"><a href="https://feeds.example.net/x">Stumble it</a></div>'
        )
        assert reading(entry("Lamps", body, body_type="html")).lines == ("Mend.", "Wait.")


class TestProtectedPosts:
    NOTICE = "There is no excerpt because this is a protected post."
    CLOSED = "This content is password protected. To view it please enter your password below:"
    FORM = '<form action="/wp-login.php?action=postpass" class="post-password-form"><p>Password: <input></p></form>'

    @pytest.mark.parametrize(
        ("title", "body"),
        [
            ("Protected: Lamps", NOTICE),
            ("Protected: Lamps", FORM),
            ("Geschützt: Lamps", FORM),
            ("Protégé : Lamps", FORM),
            ("Protegido: Lamps", FORM),
            ("Protégé&nbsp;: Lamps", FORM),
            ("Privé : Lamps", FORM),
            ("保護中: Lamps", FORM),
            ("Protected: Lamps", f"<p>{CLOSED}</p>Password:"),
        ],
    )
    def test_seen_to_be_protected_a_post_has_its_own_title_and_no_text(self, title: str, body: str) -> None:
        one = reading(entry(title, body, body_type="html"))
        assert (one.bare_title, one.lines, one.is_content) == ("Lamps", (), False)

    @pytest.mark.parametrize("body", ["", "Guard your time.", f"Guard your time. {NOTICE}", "Password:"])
    def test_a_title_alone_proves_nothing(self, body: str) -> None:
        assert reading(entry("Protected: Our Mornings", body)).bare_title == "Protected: Our Mornings"


@given(st.text(max_size=60), st.text(max_size=300))
def test_whatever_stands_in_a_feed_nothing_is_raised_and_nothing_is_added(title: str, body: str) -> None:
    page = reading(entry(title, body, body_type="html", layout="html"))
    assert page.lines[: len(fed(body, title).lines)] == fed(body, title).lines


def test_long_bodies_and_titles_take_no_time() -> None:
    assert fed("<a href=x" * 4000 + "<p>" * 3000, "The post " * 200).lines is not None
    assert fed("the post <a " + "href=" * 2000, "the post").lines is not None
    assert fed("share this:\n" + "share this: on " * 9000, "a", body_type="text").lines
