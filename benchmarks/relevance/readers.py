"""Test collections as they are handed around: SMART's dotted files, NPL's slashed ones, and plain JSON Lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


class CollectionError(Exception):
    """A folder that holds no whole collection, or a file that can't be read as one."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document to be searched."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries by id, and for every query the judged documents with their grades (relevant: above 0)."""

    name: str
    documents: tuple[Document, ...]
    queries: dict[str, str]
    grades: dict[str, dict[str, float]] = field(default_factory=dict)

    def judged(self) -> Iterator[tuple[str, dict[str, float]]]:
        """Every query for which something is relevant, with its grades."""
        for number, query in self.queries.items():
            grades = self.grades.get(number, {})
            if any(grade > 0 for grade in grades.values()):
                yield query, grades


_NAMES = {
    "documents": re.compile(r".*\.all(?:\.\d+)?|doc-text|docs\.jsonl", re.IGNORECASE),
    "queries": re.compile(r".*\.qry|query\.text|query-text|queries\.jsonl", re.IGNORECASE),
    "judgements": re.compile(r".*\.rel|.*qrels?(?:\.text|\.txt)?|rlv-ass|judgements\.jsonl", re.IGNORECASE),
}


def read(folder: Path) -> Collection:
    """The collection in a folder; raises CollectionError where a file is missing or can't be read."""
    files = {kind: _only(folder, kind) for kind in _NAMES}
    documents = [
        Document(number, parts.get("T", ""), parts.get("W", "")) for number, parts in _records(files["documents"])
    ]
    queries = {number: parts.get("W", "") for number, parts in _records(files["queries"])}
    grades = _grades(files["judgements"])
    if not documents or not queries or not grades:
        raise CollectionError(f"{folder}: {len(documents)} documents, {len(queries)} queries, {len(grades)} judged")
    if len(grades) == len(queries) and not grades.keys() <= queries.keys():
        # Cranfield's judgements count the queries from 1; its query file numbers them with gaps.
        queries = dict(zip((str(place) for place in range(1, len(queries) + 1)), queries.values(), strict=True))
    return Collection(folder.resolve().name, tuple(documents), queries, grades)


def _only(folder: Path, kind: str) -> Path:
    found = [each for each in sorted(folder.iterdir()) if each.is_file() and _NAMES[kind].fullmatch(each.name)]
    if len(found) != 1:
        named = ", ".join(each.name for each in found) or "none"
        raise CollectionError(f"{folder}: one file of {kind} is needed, found: {named}")
    return found[0]


def _records(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Ids with the parts of each record, T the title and W the text."""
    text = path.read_text("utf-8", "replace")
    if path.suffix == ".jsonl":
        for line in filter(str.strip, text.splitlines()):
            record = json.loads(line)
            yield str(record["id"]), {"T": record.get("title", ""), "W": record.get("text") or record.get("query", "")}
    elif text.lstrip().startswith(".I"):
        for record in re.split(r"^\.I\s+", text, flags=re.MULTILINE)[1:]:
            number, *rest = re.split(r"^\.([A-Z])[ \t]*$", record, flags=re.MULTILINE)
            parts: dict[str, str] = {}
            for letter, part in zip(rest[::2], rest[1::2], strict=True):
                parts[letter] = f"{parts.get(letter, '')}\n{part.strip()}".strip()
            yield _number(number), parts
    else:
        for record in re.split(r"^\s*/\s*$", text, flags=re.MULTILINE):
            number, _, rest = record.strip().partition("\n")
            if number.strip().isdecimal():
                yield _number(number), {"W": rest.strip()}


def _grades(path: Path) -> dict[str, dict[str, float]]:
    text = path.read_text("utf-8", "replace")
    grades: dict[str, dict[str, float]] = {}
    if path.suffix == ".jsonl":
        for line in filter(str.strip, text.splitlines()):
            record = json.loads(line)
            grades.setdefault(str(record["query"]), {})[str(record["id"])] = float(record.get("grade", 1))
    elif re.search(r"^\s*/\s*$", text, flags=re.MULTILINE):
        for record in re.split(r"^\s*/\s*$", text, flags=re.MULTILINE):
            if numbers := record.split():
                grades[_number(numbers[0])] = dict.fromkeys(map(_number, numbers[1:]), 1.0)
    else:
        rows = [line.split() for line in text.splitlines() if line.strip()]
        # TREC's form has a column of zeros between query and document: "1 0 13 1".
        document = 2 if all(len(row) == 4 and row[1] == "0" for row in rows) else 1
        for row in rows:
            # The column after the document is a grade, or 0 throughout where only the relevant are listed. Grades
            # can not be compared (Cranfield has 1 for its best and -1 for none), so all above 0 count the same.
            listed_only = len(row) > document + 2 or len(row) == document + 1
            relevant = listed_only or float(row[document + 1]) > 0
            grades.setdefault(_number(row[0]), {})[_number(row[document])] = float(relevant)
    return grades


def _number(text: str) -> str:
    return text.strip().lstrip("0") or "0"
