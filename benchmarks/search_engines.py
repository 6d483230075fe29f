"""The engines that `search.py` measures: how each builds its index of the posts, and how it is asked for ten hits."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

NOW = datetime(2024, 1, 1, tzinfo=UTC)
Query = dict[str, Any]
"""`kind`, `words`, and `span`: two ISO days, the second one excluded, or None."""
Ask = Callable[[Query], int]
"""Asks for ten hits with snippets; gives their number."""


def read_posts(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


class Tipsearch:
    """This project's index, through its public API."""

    def build(self, folder: Path, file: Path) -> None:
        from tipsearch.index import rebuild_index

        rebuild_index(folder, _Feed(file))

    def add_ten(self, folder: Path, file: Path) -> float:
        from tipsearch.index import sync_index

        feed = _Feed(file, more=10)
        started = time.perf_counter()
        assert sync_index(folder, feed).added == 10
        return time.perf_counter() - started

    def open(self, folder: Path) -> Ask:
        from tipsearch.index import open_index

        index = open_index(folder)
        joined = {"or": " OR ", "and": " AND "}

        def ask(query: Query) -> int:
            text = joined.get(query["kind"], " ").join(query["words"])
            after, before = query["span"] or (None, None)
            results = index.search(f'"{text}"' if query["kind"] == "phrase" else text, after=after, before=before)
            return len([hit.snippet for hit in results])

        return ask


class _Feed:
    """The file as a store's change feed."""

    identity = "benchmark"

    def __init__(self, file: Path, more: int = 0) -> None:
        self.file = file
        self.more = more
        self.size = sum(1 for _ in file.open("rb"))

    def sequence(self) -> int:
        return self.size + self.more

    def changes(self, since: int = 0) -> Iterator[Any]:
        from tipsearch.pipeline.records import Change, Post

        for number, post in enumerate(read_posts(self.file), start=1):
            added = number + self.size if since else number
            if added > self.size + self.more:
                return
            name = f"more-{number}" if since else post["id"]
            day = date.fromisoformat(post["published"][:10]) if post.get("published") else None
            whole = Post(
                id=name,
                source=post.get("source", "blog"),
                title=post["title"],
                published=day,
                published_precision="day" if day else None,
                published_origin="title" if day else None,
                url=f"https://blog.example/{name}",
                author=None,
                categories=(),
                tags=tuple(post.get("tags", ())),
                completeness="full",
                text=post["text"],
                entries=1,
                first_seen=NOW,
                last_seen=NOW,
                last_changed=NOW,
            )
            yield Change(sequence=added, source=whole.source, id=name, post=whole)


class Whoosh:
    """Whoosh as its manual shows it: stemmed text, stored, its own search and highlights."""

    def build(self, folder: Path, file: Path) -> None:
        from whoosh import fields, index
        from whoosh.analysis import StemmingAnalyzer

        analyzer = StemmingAnalyzer(cachesize=-1)
        text = fields.TEXT(analyzer=analyzer, stored=True)
        schema = fields.Schema(
            id=fields.ID(stored=True, unique=True), title=text, text=text, day=fields.NUMERIC(stored=True)
        )
        writer = index.create_in(str(folder), schema).writer()
        for post in read_posts(file):
            day = date.fromisoformat((post.get("published") or "0001-01-01")[:10]).toordinal()
            writer.add_document(id=post["id"], title=post["title"], text=post["text"], day=day)
        writer.commit()

    def open(self, folder: Path) -> Ask:
        from whoosh import index, query

        searcher = index.open_dir(str(folder)).searcher()
        analyzer = searcher.schema["text"].analyzer
        stemmed: Callable[[str], str] = lambda word: next(iter(analyzer(word))).text  # noqa: E731

        def ask(asked: Query) -> int:
            terms = [stemmed(word) for word in asked["words"]]
            if asked["kind"] == "phrase":
                node: Any = query.Or([query.Phrase(field, terms) for field in ("title", "text")])
            else:
                both = [query.Or([query.Term("title", term), query.Term("text", term)]) for term in terms]
                node = query.And(both) if asked["kind"] == "and" else query.Or(both)
            narrowed = None
            if asked["span"]:
                first, end = (date.fromisoformat(day).toordinal() for day in asked["span"])
                narrowed = query.NumericRange("day", first, end, endexcl=True)
            hits = searcher.search(node, limit=10, filter=narrowed)
            return len([hit.highlights("text") or hit["title"] for hit in hits])

        return ask


class Fts5:
    """SQLite's own full-text index, with its Porter stemmer, `bm25` and `snippet`."""

    def build(self, folder: Path, file: Path) -> None:
        import sqlite3

        base = sqlite3.connect(folder / "posts.db")
        base.execute(
            "CREATE VIRTUAL TABLE posts USING fts5(title, text, id UNINDEXED, published UNINDEXED, tokenize='porter')"
        )
        rows = ((post["title"], post["text"], post["id"], post.get("published")) for post in read_posts(file))
        base.executemany("INSERT INTO posts VALUES (?, ?, ?, ?)", rows)
        base.commit()
        base.close()

    def open(self, folder: Path) -> Ask:
        import sqlite3

        base = sqlite3.connect(folder / "posts.db")
        start = (
            "SELECT id, title, published, bm25(posts, 2.5, 1.0), snippet(posts, 1, '[', ']', '…', 40) FROM posts "
            "WHERE posts MATCH ?"
        )

        def ask(query: Query) -> int:
            text = {"or": " OR ", "and": " AND "}.get(query["kind"], " ").join(query["words"])
            match = f'"{text}"' if query["kind"] == "phrase" else text
            dated = " AND published >= ? AND published < ?" if query["span"] else ""
            return len(
                base.execute(f"{start}{dated} ORDER BY rank LIMIT 10", (match, *(query["span"] or ()))).fetchall()
            )

        return ask


class Tantivy:
    """tantivy through its Python binding, with its English stemmer and snippet generator."""

    def build(self, folder: Path, file: Path) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
        builder.add_text_field("text", stored=True, tokenizer_name="en_stem")
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_integer_field("day", stored=True, indexed=True, fast=True)
        writer = tantivy.Index(builder.build(), path=str(folder)).writer()
        for post in read_posts(file):
            day = date.fromisoformat((post.get("published") or "0001-01-01")[:10]).toordinal()
            writer.add_document(tantivy.Document(id=post["id"], title=post["title"], text=post["text"], day=day))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> Ask:
        import tantivy

        index = tantivy.Index.open(str(folder))
        searcher = index.searcher()

        def ask(query: Query) -> int:
            text = {"or": " OR ", "and": " AND "}.get(query["kind"], " ").join(query["words"])
            asked = f'"{text}"' if query["kind"] == "phrase" else text
            if query["span"]:
                first, end = (date.fromisoformat(day).toordinal() for day in query["span"])
                asked = f"({asked}) AND day:[{first} TO {end - 1}]"
            node = index.parse_query(asked, ["title", "text"], field_boosts={"title": 2.5})
            cutter = tantivy.SnippetGenerator.create(searcher, node, index.schema, "text")
            documents = [searcher.doc(address) for _, address in searcher.search(node, 10).hits]
            return len([(doc["id"], doc["title"], cutter.snippet_from_doc(doc).to_html()) for doc in documents])

        return ask


KINDS: dict[str, Any] = {"tipsearch": Tipsearch, "whoosh": Whoosh, "fts5": Fts5, "tantivy": Tantivy}
