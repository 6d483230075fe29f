"""What a query is read as: the language, and its repair of what people type."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tipsearch.index.grammar import MOST_PATTERNS, ParsedQuery, _Builder, _joined_by, _through_luqum, parse_query
from tipsearch.index.query import (
    AllOf,
    AnyOf,
    Boosted,
    Clauses,
    Everything,
    Fuzzy,
    Keyword,
    Not,
    Pattern,
    Phrase,
    Published,
    State,
    Word,
    asks_for_gone,
    wanted,
)
from tipsearch.index.scanner import MOST_CLAUSES, escape, scan, unescape
from tipsearch.pipeline.errors import QueryError

A, B, C = Word("apple"), Word("berry"), Word("cherry")


def meaning(query: str, **options: bool) -> object:
    return parse_query(query, **options).node


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("apple", A),
        ("apple berry", Clauses((A, B))),
        ("apple apple", Clauses((A,))),
        ('"apple berry"', Phrase(("apple", "berry"))),
        ("“apple berry”", Phrase(("apple", "berry"))),
        ('"apple"', A),
        ('"apple berry"~5', Phrase(("apple", "berry"), 5)),
        ("apple AND berry", AllOf((A, B))),
        ("apple OR berry", AnyOf((A, B))),
        ("apple && berry || cherry", AnyOf((AllOf((A, B)), C))),
        ("apple NOT berry", Clauses((A,), (), (B,))),
        ("apple AND NOT berry", Clauses((), (A,), (B,))),
        ("apple -berry", Clauses((A,), (), (B,))),
        ("+apple berry", Clauses((B,), (A,))),
        ("+apple OR berry", Clauses((B,), (A,))),
        ("apple OR NOT berry", AnyOf((A, Not(B)))),
        ("-apple", Clauses((), (), (A,))),
        ("NOT NOT apple", A),
        ("apple (berry OR cherry)", Clauses((A, AnyOf((B, C))))),
        ("title:apple", Word("apple", "title")),
        ("TITLE:apple", Word("apple", "title")),
        ("title:(apple text:berry)", Clauses((Word("apple", "title"), Word("berry", "text")))),
        ('title:"apple berry"', Phrase(("apple", "berry"), 0, "title")),
        ("tag:Apple-Pie", Keyword("tag", "apple pie")),
        ('tag:"Apple Pie"', Keyword("tag", "apple pie")),
        ("category:C++", Keyword("category", "c++")),
        ("author:ann", Keyword("author", "ann")),
        ('author:"Ann Berry"', AllOf((Keyword("author", "ann"), Keyword("author", "berry")))),
        ("tag:app*", Keyword("tag", "app*", is_pattern=True)),
        ("apple source:tips", AllOf((A, Keyword("source", "tips")))),
        ("tag:apple tag:berry", AllOf((Keyword("tag", "apple"), Keyword("tag", "berry")))),
        ("date:2018", Published(date(2018, 1, 1), date(2019, 1, 1))),
        ("date:2018-12", Published(date(2018, 12, 1), date(2019, 1, 1))),
        ("date:2018-3-5", Published(date(2018, 3, 5), date(2018, 3, 6))),
        ("date:*", Published(None, None)),
        ("date:[2018 TO 2019-06]", Published(date(2018, 1, 1), date(2019, 7, 1))),
        ("date:{2018 TO 2019-06}", Published(date(2019, 1, 1), date(2019, 6, 1))),
        ("date:[2018 to *]", Published(date(2018, 1, 1), None)),
        ("date:>2018", Published(date(2019, 1, 1), None)),
        ("date:<=2018-02", Published(None, date(2018, 3, 1))),
        ("is:full", State("full")),
        ("is:GONE", State("gone")),
        ("appl*", Pattern("appl*")),
        ("a?ple", Pattern("a?ple")),
        ("apple?", AnyOf((A, Pattern("apple?")))),
        ("apple~", Fuzzy("apple", 1)),
        ("cherry~", Fuzzy("cherry", 2)),
        ("cherry~1", Fuzzy("cherry", 1)),
        ("cherry~0.8", Fuzzy("cherry", 2)),
        ("apple^3", Boosted(A, 3.0)),
        ("(apple OR berry)^2.5", Boosted(AnyOf((A, B)), 2.5)),
        ('"apple berry"~2^3', Boosted(Phrase(("apple", "berry"), 2), 3.0)),
        ("the apple", A),
        ("the", Word("the")),
        ("to be or not to be", Clauses(tuple(Word(word) for word in ("to", "be", "or", "not")))),
        ("+the apple", Clauses((A,), (Word("the"),))),
        ("Ünïcödé", Word("unicode")),
        ("what’s", Word("what")),
        ("", Everything()),
        ("   ", Everything()),
    ],
)
def test_the_language_reads(query: str, node: object) -> None:
    assert meaning(query) == node


@pytest.mark.parametrize(
    ("query", "node", "note"),
    [
        ("what's up (really", Clauses((Word("up"), Word("really"))), "parenthesis"),
        ("apple)", A, "parenthesis"),
        ("apple AND", A, "“AND”"),
        ("AND", Word("and"), "“AND”"),
        ("apple OR OR berry", AnyOf((A, B)), "“OR”"),
        ("((", Everything(), "parenthesis"),
        ("() apple", A, "parentheses"),
        ("apple -", A, "“-”"),
        ("- apple", A, "“-”"),
        ("*", Everything(), "“*”"),
        ("apple – berry", Clauses((A, B)), "“–”"),
        ('"apple berry', Clauses((A, B)), "never closed"),
        ('apple ""', A, "left out"),
        ("24/7 apple", Clauses((Phrase(("24", "7")), A)), '"24 7"'),
        ("C++", Word("c"), "“c”"),
        ("http://berry.example/x", Phrase(("http", "berry", "example", "x")), "phrase"),
        ("http://berry.example/x?a*", Phrase(("http", "berry", "example", "x", "a")), "phrase"),
        ("apple.ber*", AllOf((A, Pattern("ber*"))), "apple AND ber*"),
        ("/apple.*/", A, "read as apple"),
        ("title: apple", Clauses((Word("title"), A)), "right after its colon"),
        ("!apple", A, "-apple"),
        ('title:"apple berry', Clauses((Word("apple", "title"), B)), "never closed"),
        ('date:"2018', Published(date(2018, 1, 1), date(2019, 1, 1)), "never closed"),
        ('title:" apple', A, "never closed"),
        (r"apple\:berry", Phrase(("apple", "berry")), "“apple:berry”"),
        (r"ap\*le", Phrase(("ap", "le")), "“ap*le”"),
        (r"\-apple", A, "“-apple”"),
        (r"C:\apple", Phrase(("c", "apple")), "“C:\\apple”"),
    ],
)
def test_what_people_type_is_answered_with_a_note(query: str, node: object, note: str) -> None:
    parsed = parse_query(query)
    assert parsed.node == node
    assert any(note in sentence for sentence in parsed.notes)


@pytest.mark.parametrize("query", ["apple: berry", "Re: apple", "at 12:30", "apple:) berry", "don't worry, be happy!"])
def test_other_colons_and_everyday_signs_are_words(query: str) -> None:
    assert wanted(meaning(query))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("title:(+apple -berry)", "+title:apple -title:berry"),
        ("title:(-berry)", "-title:berry"),
        ("date:(>=2018 AND <2019-06)", "date:>=2018 AND date:<2019-06"),
        ("date:([2018 TO 2019} OR >2021)", "date:[2018 TO 2019} OR date:>2021"),
        ('date:((2018 OR >"last March")) apple', '(date:2018 OR date:>"last March") apple'),
        ("apple date:[2018 TO 2019]^2", "apple date:[2018 TO 2019]"),
    ],
)
def test_a_group_of_a_field_means_what_its_parts_mean_one_by_one(query: str, same: str) -> None:
    assert parse_query(query) == parse_query(same)


@pytest.mark.parametrize(
    ("query", "node"),
    [
        (r"tag:c\+\+", Keyword("tag", "c++")),
        (r"tag:a\*", Keyword("tag", "a*")),
        (r"date:2018\-03", Published(date(2018, 3, 1), date(2018, 4, 1))),
        (r'"apple \"berry\""', Phrase(("apple", "berry"))),
        (r"ap\ple", A),
    ],
)
def test_an_escaped_sign_is_a_sign_like_any_other(query: str, node: object) -> None:
    assert parse_query(query) == ParsedQuery(node)  # type: ignore[arg-type]


def test_of_more_bare_words_than_a_query_may_have_the_first_are_kept() -> None:
    parsed = parse_query(" ".join(f"w{n}" for n in range(1_000)))
    assert parsed.node == Clauses(tuple(Word(f"w{n}") for n in range(MOST_CLAUSES)))
    assert parsed.notes == ("the query has 1,000 words: the first 250 different ones were looked for",)


def test_a_word_counts_from_where_it_stood_first() -> None:
    parsed = parse_query("apple " + " ".join(f"w{n}" for n in range(1_000)) + " apple")
    assert parsed.node == Clauses((A, *(Word(f"w{n}") for n in range(MOST_CLAUSES - 1))))


def test_the_names_of_fields_are_no_words() -> None:
    parse_query(" ".join(f"tag:t{n}" for n in range(MOST_CLAUSES)))
    with pytest.raises(QueryError, match="251 words"):
        parse_query(" ".join(f"tag:t{n}" for n in range(MOST_CLAUSES + 1)))


def test_a_word_said_often_counts_once() -> None:
    assert parse_query("apple berry " * 5_000) == ParsedQuery(Clauses((A, B)))


def test_all_words_demands_what_stands_side_by_side() -> None:
    assert meaning("the apple berry -cherry", all_words=True) == Clauses((), (A, B), (C,))
    assert meaning("apple berry", all_words=True) == AllOf((A, B))


@pytest.mark.parametrize(
    ("query", "word", "hint"),
    [
        ("titel:apple", "titel", "title:"),
        ("published:2018", "published", "Did you mean date:?"),
        ("apple (catgory:x)", "catgory", "category:"),
        ("date:banana", "banana", "2018-11-13"),
        ("date:2018-13", "2018-13", "2018-11"),
        ("date:[2018 TO", "[2018 TO", "date:[2018 TO 2019-06]"),
        ("date:[x TO 2019]", "x", "2018-11"),
        ("date:>", ">", "date:>=2018"),
        ("date:[2019 TO 2018]", "date:[2019 TO 2018]", "first"),
        ("is:fancy", "fancy", "is:excerpt"),
        ("tag:apple~", "apple", "tag:apple*"),
        ("date:2018~", "2018", "Write date:2018"),
        ("title:[a TO z]", "[a TO z]", "date:[2018 TO 2019-06]"),
    ],
)
def test_what_cannot_be_meant_is_named(query: str, word: str, hint: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse_query(query)
    assert raised.value.word == word
    assert word in raised.value.message
    assert hint in (raised.value.hint or "")


@pytest.mark.parametrize(
    "query",
    [
        "+apple " * 10_000,
        " ".join(f"tag:w{n}" for n in range(10_000)),
        "ap* " * 1_000,
        " ".join(f"ap{n}*" for n in range(MOST_PATTERNS + 1)),
        "(" * 5_000 + "apple" + ")" * 5_000,
        "x" * 200_000,
        '"' + "apple berry " * 5_000 + '"',
        "a/b" * 5_000,
    ],
    ids=[
        "10,000 demanded words",
        "10,000 tags",
        "1,000 wildcards",
        "21 wildcards",
        "5,000 groups",
        "200 kB",
        "a phrase of 10,000 words",
        "10,000 words in one",
    ],
)
def test_a_query_beyond_the_limits_is_refused_by_name(query: str) -> None:
    with pytest.raises(QueryError):
        parse_query(query)


@pytest.mark.parametrize(
    "query", ["NOT " * 5_000 + "apple", "-" * 5_000 + "apple", "(" * 5_000, ")(" * 5_000, '"' * 5_001]
)
def test_long_chains_of_signs_are_no_trouble(query: str) -> None:
    assert wanted(meaning(query)) in ([A], [])  # type: ignore[arg-type]


def test_limits_let_long_questions_pass() -> None:
    assert len(wanted(meaning(" ".join(f"w{n}" for n in range(MOST_CLAUSES))))) == MOST_CLAUSES  # type: ignore[arg-type]


@pytest.mark.parametrize("query", ["is:gone", "apple is:gone", "apple -is:gone", "(a OR NOT is:gone) b"])
def test_asking_for_gone_posts_is_seen_anywhere(query: str) -> None:
    assert asks_for_gone(meaning(query))  # type: ignore[arg-type]
    assert not asks_for_gone(A)


SIGNS = st.sampled_from(
    '" ( ) [ ] { } + - AND OR NOT TO : title: tag: date: is: x: ~ ^ * ? / ~2 ^3 && || ! 2018 apple the < > ='.split()
) | st.sampled_from(["\\", "'", " ", "\n"])


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60), st.lists(SIGNS, max_size=20).map("".join), st.lists(SIGNS, max_size=12).map(" ".join)
    )
)
def test_any_text_means_something_or_is_a_query_error(query: str) -> None:
    try:
        wanted(parse_query(query).node)
    except QueryError as error:
        refusal = error
    else:
        return
    assert refusal.message
    assert refusal.hint


SIMPLE = ["apple", "the", "and", "to", "24/7", "C++", "don't", "colour?", '"apple pie"', '"the"', '"don’t, 24/7"']


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(SIMPLE), st.text(max_size=6)), max_size=8),
    st.sampled_from([" ", " AND ", " OR "]),
    st.booleans(),
)
def test_words_and_phrases_mean_the_same_with_and_without_the_grammar(
    words: list[str], between: str, all_words: bool
) -> None:
    query = between.join(words)
    try:
        found = scan(query)
    except QueryError:
        return
    assume(found.pieces and _joined_by(found.pieces) is not None)
    builder = _Builder(found.note, all_words=all_words)
    through = _through_luqum(found.lucene, query, builder)
    parsed = parse_query(query, all_words=all_words)
    assert (parsed.node, parsed.notes) == (through or Everything(), tuple(found.notes))


def test_the_grammar_is_imported_for_what_needs_it_alone() -> None:
    simple = ["apple pie", '"apple pie"', 'apple "of the eye"', "a AND b AND c", '"a b" OR c', "C++"]
    assert all(_joined_by(scan(query).pieces) is not None for query in simple)
    others = ["a AND b OR c", "a (b OR c)", "title:a", "a~", '"a b"~2', "a^2", "-a b", "a NOT b", "a b AND c"]
    assert all(_joined_by(scan(query).pieces) is None for query in others)


@given(st.text(st.characters(exclude_categories=["Z", "Cc", "Cs"], exclude_characters="\\"), min_size=1, max_size=12))
def test_an_escaped_word_comes_back(word: str) -> None:
    assert unescape(escape(word)) == word


@pytest.mark.parametrize(
    ("field", "near"),
    [
        ("titel", "title:"),
        ("cat", "category:"),
        ("tags", "tag:"),
        ("published", "date:"),
        ("label", "tag:"),
        ("Body", "text:"),
        ("by", "author:"),
        ("blog", "source:"),
        ("Re", None),
        ("mailto", None),
    ],
)
def test_an_unknown_field_offers_one_that_is_near_and_none_that_is_far(field: str, near: str | None) -> None:
    with pytest.raises(QueryError) as refused:
        parse_query(f"{field}:apple")
    offered = str(refused.value).partition("Did you mean ")[2].partition("?")[0]
    assert offered == (near or "")


def test_a_word_demanded_twice_is_that_word() -> None:
    assert parse_query("the AND the ash").node == parse_query("the ash").node == parse_query("ash").node
