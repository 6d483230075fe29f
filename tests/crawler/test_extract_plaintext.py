"""Plain-text renderings: what can differ between two renderings of the same page changes nothing."""

from datetime import UTC, datetime

import pytest
from golden_pages import FIXTURES, load_page
from hypothesis import given, settings
from hypothesis import strategies as st

from support.real import REAL, with_real_pages
from tipsearch.crawler.extract import Page, extract

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def read(text):
    return extract(Page(source="s", url=None, text=text, observed_at=NOW, markup=False))


def said(extraction):
    return [(e.title, e.form, e.body, e.categories, e.listed_in) for e in extraction.entries]


TEXTS = sorted((FIXTURES / "text").iterdir())


@pytest.mark.parametrize("folder", TEXTS, ids=lambda folder: folder.name)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.rstrip() + "\n\n\n", id="blank lines at the end"),
        pytest.param(lambda text: text.rstrip(), id="no line end at the end"),
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(
            lambda text: text.replace("\r\n", "\n").replace("\n\n", "\n\t\n \n\n"), id="more blank lines, with tabs"
        ),
    ],
)
def test_white_space_changes_nothing(folder, change):
    text = load_page(folder).text
    assert said(read(change(text))) == said(read(text))


def test_a_teaser_whose_title_has_no_date_is_still_a_teaser():
    found = read(
        "news\n\nA Quiet Desk\n\nThe phone was silent, and so we Read more\n\nTwo Chairs\n\nWe bought Read more\n"
    )
    assert [(e.title, e.form, e.body) for e in found.entries] == [
        ("A Quiet Desk", "summary", "The phone was silent, and so we"),
        ("Two Chairs", "summary", "We bought"),
    ]
    assert found.archive == "tag:news"


def test_the_words_read_more_inside_a_sentence_cut_nothing():
    found = read(
        "notes\n\nBooks\n\nPosted on May 2, 2011 in Reading Please leave a comment\n\nThis year I want to read more\n"
    )
    assert [e.form for e in found.entries] == ["content"]
    assert found.entries[0].body == "This year I want to read more"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\n",
        "A letter\n\nDear Ida,\n\nthank you for the seeds. Read more\n",
        "# Tool\n\nInstall it.\n\n## Usage\n\nRun it - 1/2/19\n",
        "\x00\x01\x02" * 50,
        '{"posts": []}',
        "Posted on the wall was a note that nobody had read.",
    ],
    ids=["empty", "blank", "letter", "readme", "binary", "JSON", "a sentence"],
)
def test_what_is_no_listing_gives_none(text):
    found = read(text)
    assert (found.kind, found.entries) == ("none", ())


def test_dots_end_a_snippet_that_is_whole_when_longer_ones_show_where_the_cut_is():
    long = "word " * 198 + "wor..."
    found = read(f"Showing posts with the label x\n\nLong\n\n{long}\n\nShort\n\nAnd then he waited...\n")
    assert [e.form for e in found.entries] == ["summary", "content"]


def test_dots_end_a_cut_snippet_when_nothing_longer_tells():
    found = read("Showing posts with the label x\n\nOne\n\nAnd then he wai...\n\nTwo\n\nShe laughed.\n")
    assert [e.form for e in found.entries] == ["summary", "content"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=600))
def test_no_text_raises(text):
    read(text)


PIECES = [
    "A Title - 1/2/19\n",
    "\n",
    "Posted on in\xa0Tips, Sport Please leave a comment\n",
    "Some words that go on.\n",
    "Read more\n",
    "Showing posts with the label x\n",
    "Skip to main content\n",
    "Posts\n",
    "Posted by Ida at 9:00 AM\n",
    "Labels: a, b\n",
    "May 2, 2011\n",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_order_of_known_lines_raises_or_gives_an_empty_entry(pieces):
    for entry in read("".join(pieces)).entries:
        assert entry.body.strip()


@with_real_pages
@pytest.mark.parametrize(
    ("name", "archive", "summaries", "contents"),
    [
        ("wordpress-tag-representative.txt", "tag:representative", range(10), range(10, 13)),
        ("wordpress-tag-customer-service-page-139.txt", "tag:customer service", range(10), range(10, 13)),
        ("blogger-label-customer-service-excellence.txt", "label:customer service excellence", (1, 2, 3, 13), None),
    ],
)
def test_real_pages(name, archive, summaries, contents):
    with (REAL / name).open(encoding="utf-8", newline="") as file:
        found = read(file.read())
    assert found.archive == archive
    assert [n for n, e in enumerate(found.entries) if e.form == "summary"] == list(summaries)
    if contents is None:
        assert len(found.entries) == 14
        assert {e.listed_in for e in found.entries} == {archive}
        assert not any("Skip to main" in e.body or "Showing posts" in e.body for e in found.entries)
        return
    assert [n for n, e in enumerate(found.entries) if e.form == "content"] == list(contents)
    assert [e.listed_in for e in found.entries] == [""] * 10 + [archive] * 3
    assert all(e.categories for e in found.entries[10:])
    assert not any("Read more" in e.body or "Posted on" in e.body for e in found.entries)
