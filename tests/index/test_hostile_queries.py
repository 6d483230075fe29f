"""Queries that nobody means: answered or refused with a reason, each within a second of CPU at 1,000 posts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.feeds import DictFeed, post
from support.sites import big_posts
from tipsearch.index import SearchIndex, open_index, sync_index
from tipsearch.pipeline.errors import QueryError

MOST_CPU = 1.0
"""Seconds of CPU that a query may take; most of these take a twentieth."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    home = tmp_path_factory.mktemp("home")
    posts = [
        post(f"p{i}", title=p.title, text=p.body, published=p.day.isoformat(), tags=tuple(p.tags))
        for i, p in enumerate(big_posts(1000))
    ]
    sync_index(home, DictFeed(*posts))
    index = open_index(home)
    index.search("warm")
    return index


WORDS = sorted({w.strip(".,").lower() for p in big_posts(60) for w in p.body.split() if w.strip(".,").isalpha()})
MANY = WORDS * 50

REFUSED = {
    "10,000 demanded words": (" ".join(f"+{w}" for w in MANY[:10_000]), "10,000 words, more than 250"),
    "1,000 wildcards": (" ".join(f"{w[:3]}*" for w in MANY[:1000]), "more than 250"),
    "200 wildcards": (" ".join(f"{w[:3]}*" for w in WORDS[:200]), "200 words with *, ? or ~, more than 20"),
    "groups 10,000 deep": ("(" * 10_000 + "bell" + ")" * 10_000, "more than 30 deep"),
    "1 MB": ("bell " * 200_000, "1,000,000 characters, more than 100,000"),
    "a word of 1 MB": ("a" * 1_000_000, "1,000,000 characters"),
    "5,000 fields": (" ".join(f"tag:{w}" for w in MANY[:5000]), "more than 250"),
    "a phrase of 2,000 words": (f'"{" ".join(MANY[:2000])}"', "2,000 words, more than 250"),
    "fuzzy everywhere": (" ".join(f"{w}~" for w in WORDS[:240]), "more than 20"),
    "5,000 alternatives": (" OR ".join(MANY[:5000]), "more than 250"),
    "5,000 ranges": (" ".join(["date:[2010 TO 2018]"] * 5000), "more than 250"),
    "a date of stars": ("date:" + "*" * 9000, "date"),
    "90,000 signs of Chinese": ("漢" * 90_000, "more than 250"),
    "regular expressions": ("(a|a)*" * 2000, "more than 250"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_much_is_refused_at_once_and_says_which_limit(name: str, index: SearchIndex) -> None:
    query, said = REFUSED[name]
    started = time.process_time()
    with pytest.raises(QueryError) as refused:
        index.search(query)
    assert time.process_time() - started < MOST_CPU
    assert said in refused.value.message
    assert len(str(refused.value)) < 400
    assert refused.value.exit_status == 2


ANSWERED = {
    "250 words": " ".join(WORDS[:200]),
    "10,000 words": " ".join(MANY[:10_000]),
    "16,666 words": "bell " * 16_666,
    "250 stop words": "the and of " * 83,
    "20 letters in the middle": " ".join(f"*{letter}*" for letter in "abcdefghijklmnopqrst"),
    "a star around a letter": "*a*",
    "nothing but stars": "*" * 5000,
    "nothing but question marks": "?" * 5000,
    "question marks and stars in turn": "a" + "?*" * 3000 + "b",
    "10,000 opened groups": "(" * 10_000 + "bell",
    "10,000 closed groups": "bell" + ")" * 10_000,
    "20,000 empty groups": "() " * 20_000,
    "30 groups": "(" * 30 + "bell" + ")" * 30,
    "a regular expression": r"/(a+)+$/ [a-z]{1,100}(.*)*\1 (?<=x)",
    "signs": "+-" * 49_999,
    "quotes": '"' * 99_999,
    "negations": "NOT " * 20_000 + "bell",
    "200 exclusions": " ".join(f"-{w}" for w in WORDS[:200]),
    "20 fuzzy words": " ".join(f"{w}~2" for w in WORDS[:20]),
    "a phrase with room": f'"{" ".join(["the", "and", "comes", "about"] * 50)}"~999',
    "accents": "e" + "\u0301" * 50_000,
    "controls": "\0\x1b[31m\u202e" * 50 + " bell",
    "half characters": "\ud800bell \udfff",
    "a word of 99,999 letters": "a" * 99_999,
    "a fuzzy word of 3,000 letters": "a" * 3000 + "~",
}


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_odd_is_answered_at_once(name: str, index: SearchIndex) -> None:
    started = time.process_time()
    results = index.search(ANSWERED[name])
    list(results)
    assert time.process_time() - started < MOST_CPU
    said = [results.did_you_mean or "", *results.notes]
    assert not {c for sentence in said for c in sentence} & {"\0", "\x1b", "\u202e", "\ud800"}


def test_a_question_that_is_long_is_not_answered_with_all_of_it(index: SearchIndex, tmp_path: Path) -> None:
    results = index.search("qwzx" * 2000 + " bell")
    assert all(len(note) < 300 for note in results.notes)
