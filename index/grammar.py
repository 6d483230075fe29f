"""Query text to nodes: the repaired text goes through luqum, and its tree becomes ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, cast

from ..pipeline.errors import QueryError
from .analysis import STOP_WORDS, fold, keyword, printable, shown, words
from .dates import check_range, is_said, read_span, told
from .query import (
    AllOf,
    AnyOf,
    Boosted,
    Clauses,
    Everything,
    Fuzzy,
    Keyword,
    KeywordField,
    Node,
    Not,
    Pattern,
    Phrase,
    Published,
    State,
    StateName,
    TextField,
    Word,
    children,
    described,
)
from .scanner import KEYWORD_FIELDS, TEXT_FIELDS, Piece, as_typed, scan, unescape

MOST_PATTERNS = 20
"""Wildcard and fuzzy words in one query: each may have to look at every word of the corpus (10 ms at 10,000 posts)."""

STATES: tuple[StateName, ...] = ("full", "excerpt", "gone")

_AROUND = ".,;:!?'…-–—"
_ADDRESS = re.compile(r"\w+://")


class ParsedQuery(NamedTuple):
    """What a query means, and sentences on how it was read where that is not obvious."""

    node: Node
    notes: tuple[str, ...] = ()


def parse_query(text: str, *, all_words: bool = False, today: date | None = None) -> ParsedQuery:
    """Read a query; with `all_words`, posts must hold everything that stands side by side.

    `today` is the day from which "3 weeks ago" counts, by default the computer's.

    Raises QueryError for an unknown field, a date that is none, an empty range, an unknown ``is:`` and a query beyond
    the limits; any other text means something.
    """
    found = scan(printable(text))
    builder = _Builder(found.note, all_words=all_words, today=today)
    if not found.pieces:
        return ParsedQuery(Everything(), tuple(found.notes))
    by = _joined_by(found.pieces)
    node = _through_luqum(found.lucene, text, builder) if by is None else builder.joined(by, found.pieces)
    if builder.patterns > MOST_PATTERNS:
        raise QueryError(
            f"the query has {builder.patterns} words with *, ? or ~, more than {MOST_PATTERNS}",
            word="*",
            hint="Write the words out.",
        )
    return ParsedQuery(node or Everything(), tuple(found.notes))


def _joined_by(pieces: Sequence[Piece]) -> Literal["", "and", "or"] | None:
    """What stands between bare words and phrases: nothing, AND or OR everywhere; None where it takes the grammar.

    From a cold shell luqum takes 20 ms, a third of what a whole query does; in a warm process 0.06.
    """
    between = {piece.kind for piece in pieces} - {"atom"}
    if between:
        operands, operators = pieces[::2], {piece.kind for piece in pieces[1::2]}
        if operators != between or len(operators) > 1:
            return None
    else:
        operands = pieces
    if not all(piece.plain or (piece.lucene[0] == piece.lucene[-1] == '"') for piece in operands):
        return None
    if not between:
        return ""
    return "and" if between == {"and"} else "or" if between == {"or"} else None


def _through_luqum(lucene: str, typed: str, builder: _Builder) -> Node | None:
    from luqum.exceptions import ParseError
    from luqum.thread import parse

    try:
        tree = parse(lucene)
    except (ParseError, RecursionError):
        builder.note("the signs in the query make no sense together: all was read as words")
        return builder.side_by_side([("", Word(word)) for word in dict.fromkeys(words(typed))])
    return builder.convert(tree, None)


class _Builder:
    def __init__(self, note: Callable[[str], None], *, all_words: bool, today: date | None = None) -> None:
        self.note = note
        self.all_words = all_words
        self.today = today
        self.patterns = 0

    def joined(self, by: Literal["", "and", "or"], pieces: Iterable[Piece]) -> Node | None:
        """Bare words and phrases as `convert` would have them."""
        parts = [
            self.word(piece.typed, None) if piece.plain else self.phrase(piece.lucene[1:-1], None)
            for piece in pieces
            if piece.kind == "atom"
        ]
        if by == "or":
            return _any_of(filter(None, parts))
        return self.side_by_side([("+" if by else "", part) for part in parts])

    def convert(self, item: Any, field: str | None) -> Node | None:  # noqa: C901 - one line a kind of luqum's
        """One item of luqum's tree (its classes have no types) as a node; None where nothing is left of it."""
        kind = type(item).__name__
        match kind:
            case "Word":
                return self.leaf(unescape(item.value), field)
            case "Phrase":
                return self.phrase(item.value[1:-1], field)
            case "Proximity":
                return self.phrase(item.term.value[1:-1], field, slop=int(item.degree))
            case "Fuzzy":
                return self.fuzzy(unescape(item.term.value), float(item.degree), field)
            case "Boost":
                part = self.convert(item.expr, field)
                return Boosted(part, float(item.force)) if part else None
            case "SearchField":
                return self.convert(item.expr, item.name)
            case "Group" | "FieldGroup" | "Plus":
                return self.convert(item.children[0], field)
            case "Range" | "From" | "To":
                return self.date_range(item, kind)
            case "OrOperation" if not any(type(part).__name__ in {"Plus", "Prohibit"} for part in item.children):
                pairs = self.signed(item.children, field)
                return _any_of(Not(part) if sign == "-" else part for sign, part in pairs if part)
            case "AndOperation":
                return self.side_by_side([(sign or "+", part) for sign, part in self.signed(item.children, field)])
            case "UnknownOperation" | "OrOperation":
                return self.side_by_side(self.signed(item.children, field))
            case "Not" | "Prohibit":
                return self.side_by_side(self.signed([item], field))
            case _:
                raise QueryError(f"{kind} is nothing this query language knows", word=str(item))

    def signed(self, items: Iterable[Any], field: str | None) -> list[tuple[str, Node | None]]:
        """Items with ``-`` for what is excluded, ``+`` for what is demanded."""
        signs = {"Plus": "+", "Not": "-", "Prohibit": "-"}
        pairs: list[tuple[str, Node | None]] = []
        for item in items:
            sign = signs.get(type(item).__name__, "")
            pairs.append((sign, self.convert(item.children[0] if sign else item, field)))
        return pairs

    def side_by_side(self, parts: Sequence[tuple[str, Node | None]]) -> Node | None:
        """Signed parts as clauses: stop words go where other words stay, filters always hold."""
        present = [(sign, part) for sign, part in parts if part is not None]
        telling = any(sign != "-" and not _is_stop_word(part) and not _is_filter(part) for sign, part in present)
        if telling:
            present = [(sign, part) for sign, part in present if sign or not _is_stop_word(part)]
        demanded = [
            part for sign, part in present if sign == "+" or (not sign and (self.all_words or _is_filter(part)))
        ]
        excluded = [part for sign, part in present if sign == "-"]
        wished = [part for sign, part in present if not sign and part not in demanded]
        if not excluded and len(demanded) + len(wished) <= 1:
            return (demanded + wished)[0] if demanded or wished else None
        if not wished and not excluded:
            different = tuple(dict.fromkeys(demanded))
            return AllOf(different) if len(different) > 1 else different[0]
        if wished and demanded and all(map(_is_filter, demanded)):
            # Filters only narrow: as beside an option of the same name, some word must still match.
            found = wished[0] if len(wished) == 1 and not excluded else _clauses(wished, excluded)
            return AllOf((found, *dict.fromkeys(demanded)))
        return Clauses(tuple(dict.fromkeys(wished)), tuple(dict.fromkeys(demanded)), tuple(dict.fromkeys(excluded)))

    def leaf(self, typed: str, field: str | None) -> Node | None:
        """A word of a field."""
        if field in KEYWORD_FIELDS:
            return self.keyword(typed, cast("KeywordField", field), may_be_pattern=True)
        if field in {"date", "is"}:
            typed = as_typed(typed)
        if field == "date":
            if typed == "*":
                return Published(None, None)
            return Published(*self.span(typed))
        if field == "is":
            return self.state(typed)
        return self.word(typed, cast("TextField | None", field))

    def word(self, typed: str, field: TextField | None) -> Node | None:
        """A bare word: itself, a pattern, or a phrase where signs stand inside it."""
        bare = typed.rstrip("?")
        if ("*" in bare or "?" in bare) and not _ADDRESS.match(typed):
            return self.pattern(typed, field)
        found = words(typed)
        if not found:
            return None
        if len(found) > 1:
            self.note(f'“{shown(typed)}” was read as the phrase "{shown(" ".join(found))}"')
            return Phrase(tuple(found), 0, field)
        if fold(typed.strip(_AROUND)) != found[0]:
            self.note(f"“{shown(typed)}” was read as “{shown(found[0])}”")
        if len(typed) - len(bare) == 1 and bare[-1:].isalnum() and self.patterns < MOST_PATTERNS:
            # "colour?" may also be the end of a question.
            self.patterns += 1
            return AnyOf((Word(found[0], field), Pattern(found[0] + "?", field)))
        return Word(found[0], field)

    def pattern(self, typed: str, field: TextField | None) -> Node | None:
        """A word with wildcards; where other signs stand in it, all its parts."""
        parts: list[Node] = []
        for run in re.findall(r"[\w'*?]+", typed.replace("’", "'")):
            pattern = re.sub(r"\*[*?]*\*", "*", "".join(fold(piece) or piece for piece in re.split(r"([*?]+)", run)))
            if "*" not in pattern and "?" not in pattern:
                parts.extend(Word(word, field) for word in words(pattern))
            elif pattern.strip("*?_'"):
                self.patterns += 1
                parts.append(Pattern(pattern, field))
        if parts and (len(parts) > 1 or isinstance(parts[0], Word)):
            self.note(f"“{shown(typed)}” was read as {shown(' AND '.join(map(described, parts)), 80)}")
        return AllOf(tuple(parts)) if len(parts) > 1 else (parts[0] if parts else None)

    def phrase(self, typed: str, field: str | None, slop: int = 0) -> Node | None:
        """Words in quotes: a phrase, or one value of a field that holds values."""
        if field in KEYWORD_FIELDS:
            return self.keyword(typed, cast("KeywordField", field), may_be_pattern=False)
        if field in {"date", "is"}:
            return self.leaf(typed, field)
        found = words(typed)
        if len(found) > 1:
            return Phrase(tuple(found), slop, cast("TextField | None", field))
        return Word(found[0], cast("TextField | None", field)) if found else None

    def fuzzy(self, typed: str, degree: float, field: str | None) -> Node | None:
        """A word that may be misspelt: by default one letter in up to five, two in longer ones (Lucene's AUTO)."""
        if field is not None and field not in TEXT_FIELDS:
            raise QueryError(
                f'"{field}:{shown(typed)}~": only words of title: and text: can be fuzzy',
                word=typed,
                hint=f"Write {field}:{shown(typed)}" + ("*" if field in KEYWORD_FIELDS else ""),
            )
        found = words(typed)
        if len(found) != 1:
            return self.word(typed, cast("TextField | None", field))
        word = found[0]
        distance = int(degree) if degree >= 1 else (1 if len(word) <= 5 else 2)
        self.patterns += 1
        return Fuzzy(word, min(distance, 2), cast("TextField | None", field))

    def keyword(self, typed: str, field: KeywordField, *, may_be_pattern: bool) -> Node | None:
        """A tag, category, source or author; an author is found by any of their names."""
        is_pattern = may_be_pattern and ("*" in typed or "?" in typed)
        self.patterns += is_pattern
        typed = as_typed(typed)
        if field == "author" and not is_pattern:
            names = [Keyword("author", name) for name in words(typed)]
            return AllOf(tuple(names)) if len(names) > 1 else (names[0] if names else None)
        value = keyword(typed)
        return Keyword(field, value, is_pattern) if value else None

    def state(self, typed: str) -> Node:
        """``is:full``, ``is:excerpt`` or ``is:gone``."""
        for state in STATES:
            if typed.lower() == state:
                return State(state)
        from difflib import get_close_matches

        near = get_close_matches(typed.lower(), STATES, n=1)
        listed = ", ".join(f"is:{state}" for state in STATES)
        hint = f"Did you mean is:{near[0]}? A post can be {listed}." if near else f"A post can be {listed}."
        raise QueryError(f'"is:{shown(typed)}" is nothing a post can be', word=typed, hint=hint)

    def date_range(self, item: Any, kind: str) -> Node:
        """``[a TO b]``, ``{a TO b}``, ``>a``, ``<=b``: a bound means the whole year, month or day it names."""
        low = high = None
        if kind in {"Range", "From"}:
            low = _bound(item.low if kind == "Range" else item.a)
            includes_low = item.include_low if kind == "Range" else item.include
        if kind in {"Range", "To"}:
            high = _bound(item.high if kind == "Range" else item.a)
            includes_high = item.include_high if kind == "Range" else item.include
        start = self.span(low)[0 if includes_low else 1] if low else None
        end = self.span(high)[1 if includes_high else 0] if high else None
        if low and high:
            asked = f"date:{'[' if includes_low else '{'}{low} TO {high}{']' if includes_high else '}'}"
            hint = f"Did you mean date:[{low} TO {high}]? Braces leave out the dates beside them."
            if self.span(low)[0] > self.span(high)[0]:
                hint = f"The earlier date comes first: date:[{high} TO {low}]."
            check_range(start, end, where=asked, hint=hint)
        return Published(start, end)

    def span(self, typed: str) -> tuple[date, date]:
        """The days of a date, with a note on those that were said in words."""
        start, end = read_span(typed, where="date:", today=self.today)
        if is_said(typed):
            self.note(f"“{shown(typed)}” is {told(start, end)}")
        return start, end


def _bound(item: Any) -> str | None:
    value = unescape(str(item)).strip().strip('"')
    return None if value == "*" else value


def _any_of(parts: Iterable[Node]) -> Node | None:
    held = tuple(parts)
    return AnyOf(held) if len(held) > 1 else (held[0] if held else None)


def _clauses(wished: Sequence[Node], excluded: Sequence[Node]) -> Node:
    return Clauses(tuple(dict.fromkeys(wished)), (), tuple(dict.fromkeys(excluded)))


def _is_stop_word(node: Node) -> bool:
    return isinstance(node, Word) and node.text in STOP_WORDS


def _is_filter(node: Node) -> bool:
    if isinstance(node, Keyword | Published | State):
        return True
    if isinstance(node, Not):
        return _is_filter(node.part)
    if isinstance(node, Clauses) and not node.should and not node.must:
        return all(_is_filter(part) for part in node.must_not)
    parts = children(node)
    return bool(parts) and all(_is_filter(part) for part in parts)
