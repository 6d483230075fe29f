"""What pages leave in the store, whatever was stored before: against a model, and statement by statement."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, update

from support.entries import MOMENT, entry, teaser
from tipsearch.pipeline import Entry, Source, open_store
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.errors import StoreError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.store import PageSeen, PutResult, Store
from tipsearch.pipeline.store import tables as t
from tipsearch.pipeline.store.compiled import in_list_sql, insert_sql, rows_in, sql
from tipsearch.pipeline.store.sqlite import SqliteStore

TIPS = Source(name="tips")
TEXT = "When the bell rings twice open the door and smile at whoever stands there."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path)) as opened:
        yield opened


def page_at(moment: datetime, url: str | None = "https://example.com/", **said: str) -> PageSeen:
    return PageSeen(source="tips", url=url, kind="listing", observed_at=moment, **said)


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(Home(home).store)) as db:
        return db.execute(query).fetchall()


@dataclass
class Model:
    """The rules in a few words: an entry keeps its first and last moment, its first place, all archives that listed it.

    On each page a moment outside those between which the entry was seen there counts; within them it is known.
    """

    seen: dict[str, list[tuple[datetime, str, int]]] = field(default_factory=dict)
    archives: dict[str, set[str]] = field(default_factory=dict)
    on_page: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)

    def put(self, url: str | None, entries: list[Entry]) -> PutResult:
        new = repeated = relisted = 0
        for one in entries:
            archives = self.archives.setdefault(one.digest, set())
            if one.digest in self.seen:
                repeated += 1
                relisted += bool(one.listed_in) and one.listed_in not in archives
            else:
                new += 1
            archives |= {one.listed_in} - {""}
            self.seen.setdefault(one.digest, []).append((one.observed_at, one.page_url or "", one.position))
            counted = self.on_page.setdefault((one.digest, url or ""), [])
            if not counted or not min(counted) <= one.observed_at <= max(counted):
                counted.append(one.observed_at)
        return PutResult(new=new, repeated=repeated, relisted=relisted)

    def known(self) -> dict[str, tuple[Any, ...]]:
        return {
            digest: (
                *(min(seen)[0], max(seen)[0], min(seen)[1], min(seen)[2]),
                sum(len(counted) for (own, _), counted in self.on_page.items() if own == digest),
                self.archives[digest],
            )
            for digest, seen in self.seen.items()
        }


SAID = [
    *(entry("Poem", TEXT), entry("Poem", TEXT, tags=("phone",)), teaser("Poem", TEXT[:20])),
    *(entry("Tip – 6/25/19", TEXT, permalink="https://example.com/tip"), entry("", "é\x00", author="Ann")),
]
PAGES = st.lists(
    st.tuples(
        st.sampled_from([None, "https://example.com/", "https://example.com/page/2/"]),
        st.integers(0, 4),
        st.lists(
            st.tuples(st.sampled_from(SAID), st.integers(0, 3), st.sampled_from(["", "tag:a", "tag:b"])), max_size=7
        ),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(pages=PAGES)
def test_any_pages_in_any_order_leave_what_the_rules_say(
    pages: list[tuple[str | None, int, list[tuple[Entry, int, str]], bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home, model = tmp_path_factory.mktemp("home"), Model()
    with closing(open_store(home)) as one, closing(open_store(home)) as other:
        for url, hour, shown, by_another in pages:
            moment = MOMENT.replace(hour=hour)
            entries = [
                replace(said, page_url=url, position=position, listed_in=archive, observed_at=moment)
                for said, position, archive in shown
            ]
            result = (other if by_another else one).put_page(page_at(moment, url), entries)
            assert replace(result, said=0) == model.put(url, entries)
        known = {
            k.digest: (k.first_seen, k.last_seen, k.entry.page_url or "", k.entry.position, k.times, set(k.listed_in))
            for k in one.entries("tips")
        }
        assert known == model.known()
        assert one.damage(full=True) == []
    places = "sightings JOIN entries ON entries.id = entry JOIN pages ON pages.id = page"
    counts = rows(home, f"SELECT digest, url, sightings.times FROM {places}")
    assert {(digest, url): times for digest, url, times in counts} == {
        place: len(counted) for place, counted in model.on_page.items()
    }


def test_a_page_of_more_entries_than_a_statement_takes_is_stored_whole(store: Store) -> None:
    many = [entry(f"Tip {n}", TEXT, permalink=f"https://example.com/{n}", position=n) for n in range(1201)]
    assert store.put_page(page_at(MOMENT), many) == PutResult(new=1201, said=1201)
    later = MOMENT.replace(hour=20)
    again = [replace(one, observed_at=later) for one in many]
    assert store.put_page(page_at(later), again) == PutResult(repeated=1201)
    assert {(k.times, k.last_seen) for k in store.entries("tips")} == {(2, later)}


def test_the_rows_hold_json_numbers_and_text_as_they_always_did(tmp_path: Path, store: Store) -> None:
    one = entry(
        "Tip – é",
        TEXT,
        permalink="http://www.example.com/tip/",
        also_at=("https://example.com/?p=1",),
        dates=(("June 25, 2019", "label"),),
        categories=("A, é",),
        listed_in="tag:a",
        position=3,
    )
    store.put_page(page_at(MOMENT, next_url="https://example.com/page/2/"), [one])
    store.put_archive_state("tips", "https://example.com/", {"page": 1, "name": "é"})
    moment = "2026-03-01T12:00:00.000000+00:00"
    assert rows(tmp_path, "SELECT * FROM entries") == [
        (
            *(1, "tips", one.digest, "content", "Tip – é", TEXT, "text", "http://www.example.com/tip/"),
            *("example.com/tip", None, '["https://example.com/?p=1"]', '[["June 25, 2019", "label", "test label"]]'),
            *(None, '["A, \\u00e9"]', "[]", "html", None, 3, moment, moment, 1, '["tag:a"]', "", None, 0),
        )
    ]
    assert rows(tmp_path, "SELECT * FROM sightings") == [(1, 1, 3, 1, moment, moment, 1)]
    (page,) = rows(tmp_path, "SELECT * FROM pages")
    assert page[:6] == (1, "tips", "https://example.com/", "listing", "", "https://example.com/page/2/")
    assert page[7:] == (None, None, 0, 0, 1, moment, moment, 1)
    assert rows(tmp_path, "SELECT * FROM sources") == [("tips", "{}", "", 1)]
    assert rows(tmp_path, "SELECT * FROM archives") == [
        ("tips", "https://example.com/", '{"page": 1, "name": "\\u00e9"}')
    ]


def test_a_page_that_says_nothing_new_leaves_nothing_to_resolve(store: Store) -> None:
    said = [entry("Tip – 6/4/19", TEXT, listed_in="tag:a"), teaser("Tip – 6/4/19", TEXT[:30])]
    store.put_page(page_at(MOMENT), said)
    resolve_corpus(store, TIPS)
    later = MOMENT.replace(hour=20)
    store.put_page(page_at(later), [replace(one, observed_at=later) for one in said])
    assert store.unresolved() == []
    assert {k.last_seen for k in store.entries("tips")} == {later}


def test_a_page_that_could_not_be_finished_leaves_no_trace(tmp_path: Path, store: Store) -> None:
    store.put_page(page_at(MOMENT), [entry("A", TEXT)])
    before = list(store.entries("tips"))
    with closing(sqlite3.connect(Home(tmp_path).store)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON sightings BEGIN SELECT RAISE(ABORT, 'no room'); END")
        db.commit()
    later = MOMENT.replace(hour=20)
    with pytest.raises(StoreError, match=r"corpus\.sqlite3 can't be used: no room"):
        store.put_page(page_at(later), [entry("A", TEXT, at=8), entry("B", TEXT, at=8)])
    assert list(store.entries("tips")) == before
    assert rows(tmp_path, "SELECT last_seen, times FROM pages") == [("2026-03-01T12:00:00.000000+00:00", 1)]


@pytest.mark.parametrize("state", [{"seen": {1}}, {"seen": b""}, {(1, 2): 1}])
def test_a_state_that_is_no_json_changes_nothing(store: Store, state: Any) -> None:
    store.put_archive_state("tips", "https://example.com/", {"page": 1})
    with pytest.raises(StoreError, match=r"JSON|keys must be"):
        store.put_archive_state("tips", "https://example.com/", state)
    assert store.archive_states("tips") == {"https://example.com/": {"page": 1}}


def test_a_state_that_holds_itself_is_refused(store: Store) -> None:
    state: dict[str, Any] = {}
    state["self"] = state
    with pytest.raises(StoreError, match="Circular"):
        store.put_archive_state("tips", "https://example.com/", state)


def test_what_forget_says_between_two_pages_is_heard(tmp_path: Path, store: Store) -> None:
    one = entry("Drop – 6/4/19", TEXT, permalink="https://example.com/d")
    store.put_page(page_at(MOMENT), [one])
    with closing(SqliteStore(Home(tmp_path).store)) as other:
        resolve_corpus(other, TIPS)
        (post,) = other.posts()
        other.forget("tips", post.id)
    assert store.put_page(page_at(MOMENT.replace(hour=20)), [replace(one, title="Drop")]) == PutResult(forgotten=1)


class TestCompiled:
    BY_URL = select(t.archives.c.state).where(
        t.archives.c.source == bindparam("of_source"), t.archives.c.url == bindparam("of_url")
    )

    def test_parameters_of_another_order_or_name_are_refused(self) -> None:
        assert sql(self.BY_URL, "of_source", "of_url").count("?") == 2
        for names in (("of_url", "of_source"), ("of_source",), ("of_source", "url")):
            with pytest.raises(ValueError, match="the parameters are"):
                sql(self.BY_URL, *names)

    def test_an_update_takes_its_values_before_its_condition(self) -> None:
        a = t.archives.c
        renamed = update(t.archives).where(a.url == bindparam("of_url")).values(url=bindparam("new_url"))
        with pytest.raises(ValueError, match="the parameters are"):
            sql(renamed, "of_url", "new_url")
        assert sql(renamed, "new_url", "of_url").startswith("UPDATE archives SET url=? WHERE")

    def test_columns_that_a_table_has_not_or_in_another_order_are_refused(self) -> None:
        assert insert_sql(t.archives, "source", "url", "state").endswith("VALUES (?, ?, ?)")
        with pytest.raises(ValueError, match="the parameters are"):
            insert_sql(t.archives, "url", "source", "state")

    @pytest.mark.parametrize("length", [0, 1, 500, 501, 1201])
    def test_a_list_of_any_length_is_asked_for(self, length: int, tmp_path: Path, store: Store) -> None:
        for number in range(3):
            store.put_archive_state("tips", str(number), {"page": number})
        a = t.archives.c
        texts = in_list_sql(select(a.url, a.state).where(a.source == bindparam("of_source")).where, a.url, "of_source")
        with closing(sqlite3.connect(Home(tmp_path).store)) as db:
            found = rows_in(db.cursor(), texts, map(str, range(length)), "tips")
        assert sorted((url, json.loads(state)["page"]) for url, state in found) == [
            (str(n), n) for n in range(min(3, length))
        ]
