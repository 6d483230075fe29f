"""The labelled pairs of entries: no two posts taken for one, and how many of one post are found to be one."""

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.entries import entry
from tipsearch.pipeline import Entry, Source, resolve
from tipsearch.pipeline.resolver import known_entries, resolve_source

FOLDER = Path(__file__).parents[2] / "fixtures" / "pairs"
TEXTS: dict[str, str] = tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))
LABELS = {"same", "different", "undecidable"}
_SLICE = re.compile(r"\{(\w+)(?::(\d+)(c|-(\d*))?)?\}")


def filled(body: str) -> str:
    """A body with the texts, or the parts of them, that its braces name."""

    def part(found: re.Match[str]) -> str:
        text, first, kind, last = TEXTS[found[1]].strip(), found[2], found[3], found[4]
        if first is None:
            return text
        if kind == "c":
            return text[: int(first)]
        words = text.split()
        chosen = words[: int(first)] if kind is None else words[int(first) : int(last) if last else None]
        return " ".join(chosen)

    return _SLICE.sub(part, body)


def made(said: dict[str, Any]) -> Entry:
    fields = {name: tuple(v) if name in {"tags", "also_at"} else v for name, v in said.items()}
    fields["body"] = filled(fields.get("body", ""))
    fields["dates"] = tuple((text, origin) for text, origin in said.get("dates", ()))
    return entry(**{"source": "blog"} | fields)


@dataclass(frozen=True, eq=False)
class Pair:
    theme: str
    name: str
    label: str
    why: str
    a: Entry
    b: Entry
    context: tuple[Entry, ...] = ()
    date_order: Any = None
    plain: dict[str, Any] = field(default_factory=dict)


def load() -> list[Pair]:
    pairs = []
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name != "texts.toml":
            for plain in tomllib.loads(path.read_text(encoding="utf-8"))["pair"]:
                context = tuple(made(said) for said in plain.get("context", ()))
                told = {name: plain[name] for name in ("name", "label", "why")}
                order = plain.get("date_order")
                pairs.append(Pair(path.stem, **told, a=made(plain["a"]), b=made(plain["b"]), context=context,
                                  date_order=order, plain=plain))  # fmt: skip
    return pairs


PAIRS = load()


def taken_for_one(pair: Pair) -> bool:
    entries = [pair.a, pair.b, *pair.context]
    sources = [Source(name=name, date_order=pair.date_order) for name in {e.source for e in entries}]
    resolved = [
        one
        for source in sources
        for one in resolve_source(known_entries(e for e in entries if e.source == source.name), source).posts
    ]
    assert sorted(one.post.id for one in resolved) == sorted(p.id for p in resolve(entries, sources=sources))
    posts_of = {name: i for i, one in enumerate(resolved) for name, _ in one.members}
    return posts_of[pair.a.digest] == posts_of[pair.b.digest]


@pytest.mark.parametrize("pair", [pytest.param(p, id=f"{p.theme}/{p.name}") for p in PAIRS])
def test_a_pair_is_what_its_label_says(pair: Pair) -> None:
    assert taken_for_one(pair) == (pair.label == "same"), pair.why


def test_the_set_is_whole() -> None:
    assert len(PAIRS) >= 150
    assert {p.label for p in PAIRS} == LABELS
    assert len({(p.theme, p.name) for p in PAIRS}) == len(PAIRS)
    assert all(p.why for p in PAIRS)
    for pair in PAIRS:
        assert pair.a.digest != pair.b.digest, f"{pair.theme}/{pair.name} compares an entry with itself"


def test_the_figures_are_those_that_were_stated() -> None:
    """A changed set of pairs has to be stated anew, on purpose: see the README beside it."""
    one = {p: taken_for_one(p) for p in PAIRS}
    joined = [p for p in PAIRS if one[p]]
    same = [p for p in PAIRS if p.label == "same"]
    packed = json.dumps([TEXTS, [(p.theme, p.plain) for p in PAIRS]], sort_keys=True)
    figures = {
        "pairs": {label: sum(p.label == label for p in PAIRS) for label in sorted(LABELS)},
        "precision": round(sum(p.label == "same" for p in joined) / len(joined), 4),
        "recall": round(sum(one[p] for p in same) / len(same), 4),
        "sha256": hashlib.sha256(packed.encode()).hexdigest(),
    }
    stated = json.loads((FOLDER / "floor.json").read_text(encoding="utf-8"))
    assert figures == stated, f"state the figures anew in {FOLDER / 'floor.json'}: {json.dumps(figures)}"
    assert stated["precision"] == 1.0
