"""What is compared: tipsearch by its public API, plain Whoosh, SQLite FTS5, and BM25 as Lucene and tantivy have it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from readers import Collection, Document

Search = Callable[[str, int], list[str]]
"""A query in plain words and how many hits are wanted; the ids of the hits, best first."""

System = Callable[[Collection, Path], Any]

SEEN = datetime(2026, 1, 5, tzinfo=UTC)

# Lucene's EnglishAnalyzer.ENGLISH_STOP_WORDS_SET.
STOP_WORDS = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with"
).split()


@contextmanager
def tipsearch(collection: Collection, folder: Path) -> Iterator[Search]:
    """The index that a sync writes, asked as a program asks it, with default settings."""
    from tipsearch.index import open_index, sync_index

    sync_index(folder, Feed(collection.documents))
    with open_index(folder) as index:
        yield lambda query, limit: [hit.id for hit in index.search(plain(query), limit=limit)]


def plain(query: str) -> str:
    """A sentence as words, each once: no sign of it is meant as an operator."""
    return " ".join(dict.fromkeys("".join(c if c.isalnum() or c in "'’" else " " for c in query).lower().split()))


class Feed:
    """A change feed over documents."""

    identity = "relevance"

    def __init__(self, documents: tuple[Document, ...]) -> None:
        self.documents = documents

    def sequence(self) -> int:
        return len(self.documents)

    def changes(self, since: int = 0) -> Iterator[Any]:
        from tipsearch.pipeline.records import Change, Post

        for sequence, document in enumerate(self.documents[since:], start=since + 1):
            post = Post(
                id=document.id,
                source="collection",
                title=document.title,
                published=None,
                published_precision=None,
                published_origin=None,
                url=None,
                author=None,
                categories=(),
                tags=(),
                completeness="full",
                text=document.text,
                entries=1,
                first_seen=SEEN,
                last_seen=SEEN,
                last_changed=SEEN,
            )
            yield Change(sequence=sequence, source=post.source, id=post.id, post=post)


@contextmanager
def whoosh(collection: Collection, folder: Path) -> Iterator[Search]:
    """Plain Whoosh: one field, its English language analyzer, its BM25F, any of the words."""
    from whoosh.analysis import LanguageAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.index import create_in
    from whoosh.query import Or, Term

    analyzer = LanguageAnalyzer("en")
    index = create_in(str(folder), Schema(id=ID(stored=True), text=TEXT(analyzer=analyzer)))
    writer = index.writer()
    for document in collection.documents:
        writer.add_document(id=document.id, text=f"{document.title}\n{document.text}")
    writer.commit()
    with index.searcher() as searcher:

        def search(query: str, limit: int) -> list[str]:
            terms = dict.fromkeys(token.text for token in analyzer(plain(query)))
            hits = searcher.search(Or([Term("text", term) for term in terms]), limit=limit)
            return [hit["id"] for hit in hits]

        yield search


@contextmanager
def fts5(collection: Collection, folder: Path) -> Iterator[Search]:
    """SQLite FTS5: its Porter tokenizer and bm25(), any of the words without Lucene's stop words."""
    base = sqlite3.connect(folder / "fts5.sqlite")
    base.execute("create virtual table posts using fts5(id unindexed, title, text, tokenize='porter unicode61')")
    base.executemany("insert into posts values (?, ?, ?)", ((d.id, d.title, d.text) for d in collection.documents))

    def search(query: str, limit: int) -> list[str]:
        words = [word for word in plain(query).split() if word not in STOP_WORDS]
        match = " OR ".join(f'"{word}"' for word in words)
        rows = base.execute("select id from posts where posts match ? order by bm25(posts) limit ?", (match, limit))
        return [row[0] for row in rows]

    yield search
    base.close()


@contextmanager
def lucene(collection: Collection, folder: Path) -> Iterator[Search]:
    """Lucene's BM25 (k1 1.2, b 0.75) as tantivy has it, over one field, with the stop words of its EnglishAnalyzer."""
    import tantivy

    analyzer = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.custom_stopword(STOP_WORDS))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="english")
    schema = builder.build()
    index = tantivy.Index(schema, path=str(folder))
    index.register_tokenizer("english", analyzer)
    writer = index.writer(num_threads=1)
    for document in collection.documents:
        writer.add_document(tantivy.Document(id=document.id, text=f"{document.title}\n{document.text}"))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(query: str, limit: int) -> list[str]:
        terms = dict.fromkeys(analyzer.analyze(plain(query)))
        parts = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term)) for term in terms]
        hits = searcher.search(tantivy.Query.boolean_query(parts), limit).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    yield search


SYSTEMS: dict[str, System] = {"tipsearch": tipsearch, "whoosh": whoosh, "fts5": fts5, "lucene": lucene}
