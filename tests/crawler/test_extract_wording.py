"""Lines about a post told from its own sentences, and excerpts that nothing marks from whole posts."""

from __future__ import annotations

import pytest

from tipsearch.crawler.extract.bodies import Body, judge_alike
from tipsearch.crawler.extract.dates import date_words
from tipsearch.crawler.extract.vocabulary import MORE_TEXT
from tipsearch.crawler.extract.wording import speaks_of_post


@pytest.mark.parametrize(
    "line",
    [
        "Posted on November 13, 2018 in Advice | Please leave a comment",
        "Posted by Dana in Advice",
        "Published on 13/11/2018.",
        "Posté le 30/05/20 par Dana",
        "Geschreven op 3 mei 2012",
        "Опубликовано 3.05.2012",
    ],
)
def test_a_line_about_the_post(line: str) -> None:
    assert speaks_of_post(line)


@pytest.mark.parametrize(
    "line",
    [
        "Posted on the shed is a note about the ladder that everybody walks past.",
        "Written by hand on each of the forty cups was a name!",
        "We posted on May 4, 2010 what we had learned.",
    ],
)
def test_a_sentence_of_the_post(line: str) -> None:
    assert not speaks_of_post(line)


@pytest.mark.parametrize(
    "words", ["Saiba mais", "Más información", "En savoir plus »", "Подробнее", "もっと読む", "閱讀更多", "اقرأ المزيد"]
)
def test_what_leads_from_a_teaser_to_its_post(words: str) -> None:
    assert MORE_TEXT.fullmatch(words)


@pytest.mark.parametrize("words", ["Ver más allá", "Saiba mais sobre nós", "Подробнее о нас", "More about the barn"])
def test_what_leads_to_another_page(words: str) -> None:
    assert not MORE_TEXT.fullmatch(words)


def body(words: int, *, ends: bool) -> Body:
    return Body("", "content", words, length=6 * words, ends_in_sentence=ends)


def test_bodies_cut_in_mid_sentence_at_one_length_are_excerpts() -> None:
    bodies = [body(50, ends=False), body(50, ends=False), body(49, ends=False), body(17, ends=True)]
    judge_alike(bodies)
    assert {b.form for b in bodies} == {"summary"}


@pytest.mark.parametrize(
    "bodies",
    [
        [body(50, ends=False), body(31, ends=False), body(22, ends=False), body(40, ends=False)],
        [body(50, ends=False), body(50, ends=False)],
        [body(50, ends=False), body(50, ends=False), body(50, ends=False), body(400, ends=True)],
        [body(50, ends=True), body(50, ends=True), body(50, ends=True)],
        [body(9, ends=False), body(9, ends=False), body(9, ends=False)],
    ],
    ids=["unlike lengths", "too few", "one is long", "whole sentences", "aphorisms"],
)
def test_whole_posts_stay_whole(bodies: list[Body]) -> None:
    judge_alike(bodies)
    assert {b.form for b in bodies} == {"content"}


@pytest.mark.parametrize("label", ["/", " · ", "–", "Posted on –"])
def test_the_sign_between_two_lines_is_no_date(label: str) -> None:
    assert not date_words(label)
