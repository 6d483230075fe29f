"""The repair step in front of the grammar: any text a person types becomes pieces that are a valid Lucene query."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ..pipeline.errors import QueryError
from .analysis import keyword, shown, words
from .dates import nearest_range

Kind = Literal["atom", "and", "or", "not", "sign", "open", "close"]

TEXT_FIELDS = ("title", "text")
KEYWORD_FIELDS = ("tag", "category", "author", "source")
FIELDS = (*TEXT_FIELDS, *KEYWORD_FIELDS, "date", "is")

LONGEST_QUERY = 100_000
MOST_CLAUSES = 250
"""Words in one query, those of phrases and fields too; of more bare words the first are kept."""
DEEPEST = 30
"""Groups inside groups: far more than anyone writes, and far less than Python's recursion limit."""

_MEANT = {
    "title": "headline heading subject name",
    "text": "body content words post",
    "tag": "label labels keyword keywords topic",
    "author": "by writer from",
    "source": "blog site feed",
    "date": "published pubdate created day month year when after before since until",
    "is": "state status has",
}
"""What other programs and people call our fields."""

_ESCAPED = r"\\([-+!(){}\[\]^\"~*?:\\/&|])|(?<=:)\\(?=\w)"
_STANDS_FOR = {0xE000 + code: chr(code) for code in range(0x80)}
"""An escaped sign is no sign of the language: until it is shown or compared, one of no meaning stands in its place."""

_QUOTES = str.maketrans("“”„«»’‘", '"""""\'\'')
_FIELD = re.compile(r"([^\W\d_]+):(?=[^\s)])(?!//|\ue05c)")
_SIGNS = re.compile(r"[+-]+(?=[^\s)])")
_RUN = re.compile(r"[^\s\"()]+")
_PHRASE = re.compile(r"\"([^\"]*)\"(~\d{0,3})?(\^\d{1,3}(?:\.\d{1,3})?)?")
_BOOST = re.compile(r"\^\d{1,3}(?:\.\d{1,3})?")
_MODIFIED = re.compile(r"(.+?)(~(?:\d(?:\.\d{1,3})?)?)?(\^\d{1,3}(?:\.\d{1,3})?)?", re.DOTALL)
_BOUND = r"(\"[^\"\]}]*\"|[^\s\"\]}]+)"
_RANGE = re.compile(rf"([\[{{])\s*{_BOUND}\s+(?i:to)\s+{_BOUND}\s*([\]}}])")
_COMPARED = re.compile(r'([<>]=?)"([^"]*\w[^"]*)"')
_OPERATORS: dict[str, Kind] = {"AND": "and", "OR": "or", "NOT": "not", "&&": "and", "||": "or"}
_LUCENE: dict[Kind, str] = {"and": "AND", "or": "OR", "not": "NOT"}


class Piece(NamedTuple):
    """One piece of a query: as it was typed, and as the grammar takes it. `plain` marks a bare word."""

    kind: Kind
    typed: str
    lucene: str
    plain: bool = False


class Scan:
    """The pieces of a query and the notes on how it was read."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.notes: list[str] = []

    @property
    def lucene(self) -> str:
        """The repaired query in Lucene's syntax."""
        return " ".join(piece.lucene for piece in self.pieces)

    def note(self, sentence: str) -> None:
        """Keep a sentence on how the query was read, once."""
        sentence = as_typed(sentence)
        if sentence not in self.notes:
            self.notes.append(sentence)

    def drop(self, typed: str) -> None:
        """Leave something out that holds no word, with the signs in front of it."""
        while self.pieces and self.pieces[-1].kind in {"sign", "not"}:
            self.pieces.pop()
        self.note(f"{_shown(typed)} holds no word and was left out")


def scan(text: str) -> Scan:
    """Take a query apart; raises QueryError for an unknown field, a broken range and a query beyond the limits."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(
            f"the query has {len(text):,} characters, more than {LONGEST_QUERY:,}",
            word=text[:20],
            hint="Keep the words that matter.",
        )
    typed = text.translate(_QUOTES)
    if "\\" in typed:
        typed = re.sub(_ESCAPED, lambda escaped: chr(0xE000 + ord(escaped.group(1) or "\\")), typed).replace("\\", "")
    found = _cut(typed)
    _pair_groups(found)
    _settle_operators(found)
    atoms = [piece.typed for piece in found.pieces if piece.kind == "atom"]
    clauses = sum(max(1, len(words(each)) - bool(_FIELD.match(each))) for each in atoms)
    if clauses > MOST_CLAUSES and all(piece.plain for piece in found.pieces):
        clauses = _keep_the_first(found, clauses)
    if clauses > MOST_CLAUSES:
        raise QueryError(
            f"the query has {clauses:,} words, more than {MOST_CLAUSES}",
            word=_shown(text.strip()),
            hint="Keep the words that matter.",
        )
    return found


def _keep_the_first(found: Scan, clauses: int) -> int:
    """Keep each bare word once, and no more of them than a query may have; gives how many words are left."""
    different = {tuple(words(piece.typed)): piece for piece in reversed(found.pieces)}
    kept: list[Piece] = []
    count = 0
    for held, piece in reversed(different.items()):
        if count + len(held) > MOST_CLAUSES:
            if kept:
                found.note(f"the query has {clauses:,} words: the first {count} different ones were looked for")
            break
        kept.append(piece)
        count += len(held)
    if not kept or any("*" in piece.typed for piece in kept):
        return clauses
    found.pieces = kept
    return count


def _cut(text: str) -> Scan:
    found = Scan()
    add = found.pieces.append
    position, at_start = 0, True
    within: list[str] = []
    while position < len(text):
        character = text[position]
        starts, at_start = at_start, character.isspace() or character == "("
        if character.isspace():
            position += 1
        elif character == "(":
            add(Piece("open", "(", "("))
            within.append(within[-1] if within else "")
            position += 1
        elif character == ")":
            within[-1:] = []
            boost = _BOOST.match(text, position + 1)
            add(Piece("close", ")", ")" + (boost.group() if boost else "")))
            position = boost.end() if boost else position + 1
        elif starts and (signs := _SIGNS.match(text, position)):
            sign = signs.group()[-1]
            add(Piece("sign", signs.group(), sign))
            position = signs.end()
        elif named := _FIELD.match(text, position):
            at_start = text[named.end()] == "("
            within += [named.group(1).lower()] if at_start else []
            position = _cut_value(found, text, _field(named.group(1)), named.end())
        elif character in "[{<>" and within and within[-1] == "date":
            position = _cut_value(found, text, "date", position)
        elif character == '"':
            position = _cut_phrase(found, text, position)
        else:
            position = _cut_word(found, text, position)
    return found


def _cut_phrase(found: Scan, text: str, position: int, name: str = "") -> int:
    phrase = _PHRASE.match(text, position)
    if phrase is None:
        found.note('a quote (") was opened and never closed: what follows it was read as words')
        return position + 1
    inner, slop, boost = phrase.groups()
    if words(inner) or (name in KEYWORD_FIELDS and keyword(inner)):
        prefix = f"{name}:" if name else ""
        value = " ".join(inner.split())
        found.pieces.append(Piece("atom", prefix + phrase.group(), f'{prefix}"{value}"{slop or ""}{boost or ""}'))
    else:
        found.drop(phrase.group())
    return phrase.end()


def _cut_word(found: Scan, text: str, position: int) -> int:
    run = _RUN.match(text, position)
    if run is None:  # no character is left that is neither space, quote, parenthesis nor part of a run
        return position + 1
    typed = run.group()
    if typed in _OPERATORS:
        kind = _OPERATORS[typed]
        found.pieces.append(Piece(kind, typed, _LUCENE[kind]))
    elif typed.isascii() and typed.isalnum() and typed != "TO":
        found.pieces.append(Piece("atom", typed, typed, plain=True))
    elif words(typed):
        _note_signs(found, typed)
        core, modifiers = _modified(typed)
        found.pieces.append(Piece("atom", typed, escape(core) + modifiers, plain=not modifiers))
    else:
        found.drop(typed)
    return run.end()


def _note_signs(found: Scan, typed: str) -> None:
    """Say what a sign does not do here that it might have been meant to."""
    if typed.endswith(":") and typed[:-1].lower() in FIELDS:
        found.note(f"{_shown(typed)} was read as a word: a field's value stands right after its colon")
    elif typed[0] == "!" and typed[1].isalnum():
        found.note(f"{_shown(typed)} was read as {_shown(typed[1:])}; to leave it out, write -{shown(typed[1:])}")


def _field(name: str) -> str:
    if name.lower() not in FIELDS:
        raise _unknown_field(name)
    return name.lower()


def _cut_value(found: Scan, text: str, name: str, position: int) -> int:
    character = text[position]
    if character == "(":
        found.pieces.append(Piece("open", f"{name}:(", f"{name}:("))
        return position + 1
    if character == '"':
        if _PHRASE.match(text, position):
            return _cut_phrase(found, text, position, name)
        position = _cut_phrase(found, text, position)
        if not _RUN.match(text, position):
            return position
    if character in "[{" and name == "date":
        return _cut_range(found, text, position)
    if character in "[{" and (bounds := _RANGE.match(text, position)):
        raise QueryError(
            f'"{name}:{shown(bounds.group())}": only dates have ranges',
            word=bounds.group(),
            hint=f"Write date:[2018 TO 2019-06], or {name}:(this OR that).",
        )
    if name == "date" and (said := _COMPARED.match(text, position)):
        sign, value = said.groups()
        found.pieces.append(Piece("atom", f"date:{said.group()}", f"date:{sign}{escape(' '.join(value.split()))}"))
        return said.end()
    run = _RUN.match(text, position)
    typed = run.group() if run else ""
    core, modifiers = _modified(typed) if typed else ("", "")
    if name == "date" and core[:1] in {">", "<"}:
        comparison = re.match("[<>]=?", core)
        sign = comparison.group() if comparison else ""
        if not core[len(sign) :]:
            raise QueryError(
                f'"date:{shown(core)}" names no date', word=core, hint="Write date:>=2018 or date:<2019-06."
            )
        lucene = f"date:{sign}{escape(core[len(sign) :])}"
    else:
        lucene = f"{name}:{escape(core)}{modifiers}"
    if words(core) or (name in KEYWORD_FIELDS and keyword(core)) or (name in {"date", "is"} and core):
        found.pieces.append(Piece("atom", f"{name}:{typed}", lucene))
    else:
        found.drop(f"{name}:{typed}")
    return run.end() if run else position + 1


def _cut_range(found: Scan, text: str, position: int) -> int:
    bounds = _RANGE.match(text, position)
    if bounds is None or '""' in bounds.group():
        closed = re.compile(r"[^\]}]{0,80}[\]}]").match(text, position)
        part = closed.group() if closed else text[position : position + 40]
        near = nearest_range(part)
        hint = f"Did you mean {near}?" if near else "Write date:[2018 TO 2019-06]."
        raise QueryError(f'"date:{shown(part)}" is no range of dates', word=part, hint=hint)
    left, low, high, right = bounds.groups()
    low, high = (escape(" ".join(bound.strip('"').split())) for bound in (low, high))
    lucene = f"date:{left}{low} TO {high}{right}"
    found.pieces.append(Piece("atom", f"date:{bounds.group()}", lucene))
    # Dates add nothing to a score that could be multiplied.
    boost = _BOOST.match(text, bounds.end())
    return boost.end() if boost else bounds.end()


def _pair_groups(found: Scan) -> None:
    unpaired = _unpaired(found.pieces)
    if unpaired:
        found.note("a parenthesis without its partner was left out")
    depth = 0
    kept: list[Piece] = []
    for place, piece in enumerate(found.pieces):
        if place in unpaired:
            continue
        if piece.kind == "open":
            depth += 1
            if depth > DEEPEST:
                raise QueryError(
                    f"the query has groups more than {DEEPEST} deep", word="(", hint="Take some parentheses out."
                )
        elif piece.kind == "close":
            depth -= 1
            if kept and kept[-1].kind == "open":
                kept.pop()
                while kept and kept[-1].kind in {"sign", "not"}:
                    kept.pop()
                found.note("an empty pair of parentheses was left out")
                continue
        kept.append(piece)
    found.pieces = kept


def _unpaired(pieces: list[Piece]) -> set[int]:
    opened: list[int] = []
    unpaired: set[int] = set()
    for place, piece in enumerate(pieces):
        if piece.kind == "open":
            opened.append(place)
        elif piece.kind == "close" and opened:
            opened.pop()
        elif piece.kind == "close":
            unpaired.add(place)
    return unpaired.union(opened)


def _settle_operators(found: Scan) -> None:
    """Let AND and OR stand only between two operands, and NOT, + and - only before one; the rest are words."""
    kept: list[Piece] = []
    for piece in reversed(found.pieces):
        _settle_before(found, piece, kept)
    found.pieces = []
    for piece in reversed(kept):
        after_operand = bool(found.pieces) and found.pieces[-1].kind in {"atom", "close"}
        if piece.kind in {"and", "or"} and not after_operand:
            piece = _as_word(found, piece)
        found.pieces.append(piece)


def _settle_before(found: Scan, piece: Piece, kept: list[Piece]) -> None:
    """Put a piece in front of what is kept so far (the last piece of `kept` is the one that follows it)."""
    follows: Kind = kept[-1].kind if kept else "close"
    if piece.kind in {"close", "atom", "open"}:
        kept.append(piece)
    elif follows in {"close", "and", "or"} and (piece.kind == "sign" or follows != "close"):
        found.note(f"{_shown(piece.typed)} stands before no word and was left out")
    elif follows == "close":
        kept.append(_as_word(found, piece))
    elif piece.kind in {"and", "or"} or follows in {"atom", "open"}:
        kept.append(piece)
    elif kept[-1].lucene == "+":
        # Two negations cancel out and a plus adds nothing, so no chain of them gets deeper than one.
        kept[-1] = piece
    elif piece.lucene != "+":
        kept.pop()


def _as_word(found: Scan, piece: Piece) -> Piece:
    found.note(f"{_shown(piece.typed)} has nothing to join here and was read as a word")
    word = _LUCENE[piece.kind].lower()
    return piece._replace(kind="atom", typed=word, lucene=word, plain=True)


def _modified(typed: str) -> tuple[str, str]:
    match = _MODIFIED.fullmatch(typed)
    if match is None:
        return typed, ""
    core, fuzzy, boost = match.groups()
    return core, (fuzzy or "") + (boost or "")


def escape(word: str) -> str:
    """A word as Lucene's grammar takes it: every sign but the wildcards escaped, and no operator."""
    escaped = re.sub(r"([^\w*?])", r"\\\1", word)
    return "\\" + escaped if escaped in {"AND", "OR", "NOT", "TO"} else escaped


def unescape(word: str) -> str:
    """The word that `escape` was given."""
    return re.sub(r"\\(.)", r"\1", word, flags=re.DOTALL)


def as_typed(text: str) -> str:
    """The text with the signs that were escaped in the query."""
    return text.translate(_STANDS_FOR)


def _unknown_field(name: str) -> QueryError:
    from difflib import get_close_matches

    begun = [known for known in FIELDS if len(name) > 1 and known.startswith(name.lower())]
    meant = [known for known, others in _MEANT.items() if name.lower() in others.split()]
    near = begun or meant or get_close_matches(name.lower(), FIELDS, n=1)
    suggestion = f"Did you mean {near[0]}:? " if near else ""
    listed = " ".join(f"{known}:" for known in FIELDS)
    return QueryError(
        f'there is no field "{shown(name)}"',
        word=name,
        hint=f"{suggestion}The fields are {listed}; with a space after the colon, {shown(name)} is a word.",
    )


def _shown(typed: str) -> str:
    return f"“{shown(typed)}”"
