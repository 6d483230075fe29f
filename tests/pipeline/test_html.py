"""HTML bodies turned into lines."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.pipeline.html import html_lines, inline_text


def test_blocks_items_and_breaks_are_lines_and_inline_markup_is_not() -> None:
    body = "<p>Ask <b>one</b> ques<i>tion</i>.<br>Then wait.</p><ul><li>first</li><li>second&nbsp; item</li></ul>tail"
    assert html_lines(body) == ["Ask one question.", "Then wait.", "first", "second item", "tail"]


@pytest.mark.parametrize(
    "furniture",
    [
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        "<form><input value=x> Subscribe <button>Go</button></form>",
        "<div class='sharedaddy sd-block'>Share this</div>",
        "<div class='addtoany_share_save_container'>Share</div>",
        "<div id=x class='jp-relatedposts'>Related</div>",
        "<p style='display: none'>unseen</p>",
        "<p hidden>unseen</p>",
        "<span class='screen-reader-text'>for readers</span>",
        "<a class='more-link' href='/x'>Read more</a>",
        "<!-- a comment -->",
        "<noscript>turn it on</noscript>",
        "<iframe src='//x'>frame</iframe>",
    ],
)
def test_furniture_is_left_out(furniture: str) -> None:
    assert html_lines(f"<p>Before.</p>{furniture}<p>After.</p>") == ["Before.", "After."]


def test_table_cells_stand_apart_and_preformatted_lines_stay() -> None:
    assert html_lines("<table><tr><td>Tone</td><td>warm</td></tr></table>") == ["Tone warm"]
    assert html_lines("<pre>a\nb</pre>") == ["a", "b"]


def test_source_line_breaks_are_spaces() -> None:
    assert html_lines("<p>one\ntwo</p>") == ["one two"]


def test_titles_on_one_line() -> None:
    assert inline_text("Fish &amp;\n <em>chips</em>") == "Fish & chips"
    assert inline_text("3 < 4") == "3 < 4"


def test_deep_nesting_is_no_trouble() -> None:
    started = time.process_time()
    assert html_lines("<div>" * 5000 + "deep" + "</div>" * 5000) == ["deep"]
    assert time.process_time() - started < 20


@given(
    st.text()
    | st.lists(st.sampled_from(["<p>", "</p>", "<li", "<br>", "a", "<!--", "-->", "&#x", "<script>"])).map("".join)
)
def test_nothing_raises(html: str) -> None:
    assert all(line.strip() == line and line for line in html_lines(html))
