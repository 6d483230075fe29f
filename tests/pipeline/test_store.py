"""The contract of every store, run against each implementation."""

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from support.entries import MOMENT, entry, teaser
from tipsearch.pipeline import Entry, Source, open_store
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.errors import StoreError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.store import PageSeen, PutResult, Store, connections
from tipsearch.pipeline.store.connections import connect_to_read
from tipsearch.pipeline.store.sqlite import SqliteStore

TIPS = Source(name="tips")
TEXT = "When the bell rings twice open the door and smile at whoever stands there."
HALF = "half \ud800"
"""With a surrogate whose other half is missing, which UTF-8 can't hold."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "home")
    yield opened
    opened.close()


def put(store: Store, *entries: Entry, url: str = "https://example.com/") -> PutResult:
    seen = max(e.observed_at for e in entries)
    return store.put_page(PageSeen(source=entries[0].source, url=url, kind="listing", observed_at=seen), entries)


class TestEntries:
    def test_come_back_as_they_were_put(self, store: Store) -> None:
        said = entry(
            "Tip – 6/25/19",
            TEXT,
            permalink="https://example.com/tip",
            platform_id="example.com?p=1",
            also_at=("https://example.com/?p=1",),
            dates=(("June 25, 2019", "label"),),
            author="Ann",
            categories=("A, B",),
            tags=("phone",),
            listed_in="tag:phone",
            page_url="https://example.com/",
            position=3,
        )
        put(store, said)
        (known,) = store.entries("tips")
        assert known.digest == said.digest == known.entry.digest
        assert known.listed_in == {"tag:phone"}
        assert (known.entry.position, known.entry.page_url, known.times) == (3, "https://example.com/", 1)

    def test_unchanged_repeats_are_counted_not_stored_again(self, store: Store) -> None:
        assert put(store, entry("Tip", TEXT)) == PutResult(new=1, said=1)
        assert put(store, entry("Tip", TEXT, at=5)) == PutResult(repeated=1)
        (known,) = store.entries("tips")
        assert (known.times, known.first_seen, known.last_seen) == (2, MOMENT, MOMENT.replace(hour=17))

    def test_the_same_sighting_twice_counts_once(self, store: Store) -> None:
        put(store, entry("Tip", TEXT))
        put(store, entry("Tip", TEXT))
        assert [k.times for k in store.entries("tips")] == [1]

    def test_the_earliest_sighting_counts_whatever_comes_first(self, store: Store) -> None:
        put(store, entry("Tip", TEXT, at=5, position=1))
        put(store, entry("Tip", TEXT, at=2, position=7))
        (known,) = store.entries("tips")
        assert (known.first_seen, known.entry.position) == (MOMENT.replace(hour=14), 7)

    def test_a_further_archive_is_news(self, store: Store) -> None:
        put(store, entry("Tip", TEXT, listed_in="tag:a"))
        assert put(store, entry("Tip", TEXT, listed_in="tag:b", at=1)).relisted == 1
        assert [k.listed_in for k in store.entries("tips")] == [{"tag:a", "tag:b"}]

    def test_lone_surrogates_and_nul_are_no_trouble(self, store: Store) -> None:
        put(store, entry("Tip \ud800", "a\x00b \udfff"))
        assert [k.entry.title for k in store.entries("tips")] == ["Tip \ufffd"]

    @pytest.mark.parametrize(
        "said",
        [
            {"platform_id": HALF},
            {"permalink": f"https://example.com/{HALF}/"},
            {"also_at": (f"https://example.com/{HALF}/",)},
            {"dates": ((HALF, "label"),)},
            {"author": HALF, "categories": (HALF,), "tags": (HALF,)},
            {"page_url": f"https://example.com/{HALF}/"},
            {"listed_in": HALF},
            {"layout": HALF},
        ],
        ids="+".join,
    )
    def test_half_characters_in_what_an_entry_says_become_signs(self, store: Store, said: dict[str, Any]) -> None:
        put(store, entry("Tip", TEXT, **said))
        put(store, entry("Tip", TEXT, at=1, **said))
        (known,) = store.entries("tips")
        repr(known).encode("utf-8")
        assert "\ufffd" in repr(known)
        resolve_corpus(store, TIPS)
        for post in store.posts():
            json.dumps(post.to_json(), ensure_ascii=False).encode("utf-8")

    @pytest.mark.parametrize("said", ["url", "next_url", "archive"])
    def test_half_characters_in_what_a_page_says_are_no_trouble(self, store: Store, said: str) -> None:
        page: dict[str, Any] = {"source": "tips", "url": "/", "kind": "listing", "observed_at": MOMENT, said: HALF}
        store.put_page(PageSeen(**page), [entry("Tip", TEXT)])
        store.put_page(PageSeen(**page), [entry("Tip", TEXT)])
        assert [k.entry.title for k in store.entries("tips")] == ["Tip"]

    def test_full_texts_need_not_be_fetched(self, store: Store) -> None:
        put(
            store,
            entry("A", TEXT, permalink="http://www.example.com/a/"),
            teaser("B", "x", permalink="http://example.com/b"),
        )
        assert store.full_among("tips", ["example.com/a", "example.com/b"]) == {"example.com/a"}

    def test_held_names_every_address_and_whether_its_text_is_full(self, store: Store) -> None:
        put(
            store,
            entry("A", TEXT, permalink="http://www.example.com/a/"),
            teaser("A", "x", permalink="http://example.com/a"),
            teaser("B", "x", permalink="http://example.com/b"),
            entry("No address", TEXT),
            entry("Elsewhere", TEXT, permalink="https://example.com/c", source="other"),
        )
        assert store.held("tips") == {"example.com/a": True, "example.com/b": False}
        assert store.held("nobody") == {}


class TestPosts:
    def test_a_source_is_unresolved_from_the_first_new_entry_to_the_resolve(self, store: Store) -> None:
        assert store.unresolved() == []
        put(store, entry("Tip", TEXT))
        assert store.unresolved() == ["tips"]
        resolve_corpus(store, TIPS)
        put(store, entry("Tip", TEXT, at=1))
        assert store.unresolved() == []

    def test_seeing_a_post_again_moves_last_seen_alone(self, store: Store) -> None:
        put(store, entry("Tip", TEXT))
        resolve_corpus(store, TIPS)
        (before,) = store.posts()
        sequence = store.sequence()
        put(store, entry("Tip", TEXT, at=7))
        assert resolve_corpus(store, TIPS).changed == ()
        (after,) = store.posts()
        assert store.sequence() == sequence
        assert after.last_seen > before.last_seen
        assert after.last_changed == before.last_changed

    def test_every_change_gets_the_next_number_and_is_told_once(self, store: Store) -> None:
        put(store, entry("A – 6/4/19", TEXT), entry("B – 6/11/19", TEXT))
        resolve_corpus(store, TIPS)
        seen = [c.sequence for c in store.changes()]
        assert seen == [1, 2]
        put(store, entry("A – 6/4/19", "An edit of many words is here.", at=3))
        result = resolve_corpus(store, TIPS)
        assert len(result.changed) == 1
        assert not result.added
        (change,) = store.changes(since=2)
        assert change.post is not None
        assert change.post.text == "An edit of many words is here."
        assert change.id in change.aliases

    def test_a_post_that_takes_a_stronger_id_is_withdrawn_under_the_old_one_and_still_answers(
        self, store: Store
    ) -> None:
        put(store, entry("Tip – 6/4/19", TEXT))
        resolve_corpus(store, TIPS)
        (old,) = store.posts()
        put(store, entry("Tip – 6/4/19", TEXT, permalink="https://example.com/tip"))
        result = resolve_corpus(store, TIPS)
        assert result.withdrawn == (old.id,)
        told = {c.id: c.post for c in store.changes(since=1)}
        assert told[old.id] is None
        (found,) = store.find(old.id)
        assert found.post.url == "https://example.com/tip"

    def test_an_id_that_two_posts_share_answers_with_both(self, store: Store) -> None:
        put(store, entry("Poem – 6/4/19", TEXT, permalink="https://example.com/a"))
        put(store, entry("Poem – 6/4/19", "Other words stand here.", permalink="https://example.com/b"))
        resolve_corpus(store, TIPS)
        by_url = {p.url: p.id for p in store.posts()}
        shared = set.intersection(*(set(store.find(i)[0].aliases) for i in by_url.values()))
        assert shared
        assert {r.post.url for r in store.find(shared.pop())} == set(by_url)

    def test_entries_of_a_post_say_why_they_joined(self, store: Store) -> None:
        put(store, entry("Tip – 6/4/19", TEXT), teaser("Tip - 6/4/19", TEXT[:40], at=1))
        resolve_corpus(store, TIPS)
        (post,) = store.posts()
        reasons = [why for _, why in store.entries_of("tips", post.id)]
        assert len(reasons) == 2
        assert "same title and date" in reasons

    def test_an_unknown_id_finds_nothing(self, store: Store) -> None:
        assert store.find("no such id") == []

    def test_facts_come_back(self, store: Store) -> None:
        put(store, entry("A – 13/6/19", TEXT))
        resolve_corpus(store, TIPS)
        assert store.facts("tips")[""]["date_order"] == "DMY"


class TestArchives:
    URL = "https://example.com/tag/phone/"

    def test_the_last_state_counts(self, store: Store) -> None:
        assert store.archive_states("tips") == {}
        store.put_archive_state("tips", self.URL, {"etag": 'W/"1"', "page": 3, "seen": ["a"], "next": None})
        store.put_archive_state("tips", self.URL, {"etag": "é \ud800"})
        store.put_archive_state("tips", "https://example.com/", {})
        assert store.archive_states("tips") == {self.URL: {"etag": "é \ud800"}, "https://example.com/": {}}
        assert store.archive_states("other") == {}

    def test_what_is_no_json_is_refused(self, store: Store) -> None:
        with pytest.raises(StoreError, match="not JSON serializable"):
            store.put_archive_state("tips", self.URL, {"seen": {1, 2}})

    def test_they_go_with_their_source_alone(self, store: Store) -> None:
        put(store, entry("A", TEXT))
        for source in ("tips", "other"):
            store.put_archive_state(source, self.URL, {"page": 1})
        resolve_corpus(store, TIPS)
        (post,) = store.posts()
        store.forget("tips", post.id)
        assert store.archive_states("tips")
        store.remove_source("tips")
        assert not store.archive_states("tips")
        assert store.archive_states("other")


class TestForgetting:
    def test_a_forgotten_post_stays_out_of_later_crawls(self, store: Store) -> None:
        keep, drop = (
            entry("Keep", TEXT, permalink="https://example.com/k"),
            entry("Drop", TEXT, permalink="https://example.com/d"),
        )
        put(store, keep, drop)
        resolve_corpus(store, TIPS)
        doomed = next(p for p in store.posts() if p.title == "Drop")
        assert store.forget("tips", doomed.id) == 1
        again = teaser("Drop, retitled", "Other", permalink="http://www.example.com/d/?utm_source=x", at=2)
        assert put(store, again, entry("Keep", TEXT, permalink="https://example.com/k", at=2)) == PutResult(
            repeated=1, forgotten=1
        )
        resolve_corpus(store, TIPS)
        assert [p.title for p in store.posts()] == ["Keep"]
        assert store.find(doomed.id) == []
        assert [c.post for c in store.changes(since=2)] == [None]

    def test_a_name_that_another_post_shares_does_not_take_it_along(self, store: Store) -> None:
        a = entry("Poem – 6/4/19", TEXT, permalink="https://example.com/a")
        b = entry("Poem – 6/4/19", "Other words stand here.", permalink="https://example.com/b")
        put(store, a, b)
        resolve_corpus(store, TIPS)
        store.forget("tips", next(p.id for p in store.posts() if p.url == "https://example.com/a"))
        assert put(
            store, entry("Poem – 6/4/19", "Other words stand here.", permalink="https://example.com/b", at=1)
        ).repeated

    def test_removing_a_source_tells_of_every_post(self, store: Store) -> None:
        put(store, entry("A", TEXT), entry("B", TEXT))
        put(store, entry("C", TEXT, source="other"))
        resolve_corpus(store, TIPS)
        resolve_corpus(store, Source(name="other"))
        assert store.remove_source("tips") == 2
        assert store.sources() == ["other"]
        assert [c.post for c in store.changes(since=3)] == [None, None]
        assert [p.title for p in store.posts()] == ["C"]
        assert list(store.entries("tips")) == []


def test_runs_are_kept_newest_first_and_a_killed_one_stays_running(store: Store) -> None:
    first = store.start_run("tips", "crawl", MOMENT)
    store.finish_run(first, finished=MOMENT, outcome="failed", complete=False, counts={"pages": 3}, problems=["x"])
    store.start_run("tips", "refresh", MOMENT)
    latest, earlier = store.runs("tips")
    assert (latest.command, latest.outcome, latest.finished) == ("refresh", "running", None)
    assert (earlier.counts, earlier.problems) == ({"pages": 3}, ("x",))


def test_held_addresses_are_read_from_the_index_alone(tmp_path: Path) -> None:
    """Entries carry whole texts: reading 100,000 of them to learn their addresses would take seconds."""
    store = SqliteStore(tmp_path / "corpus.sqlite3")
    plans = []

    def explain(_db: object, cursor: sqlite3.Cursor, statement: str, values: tuple[str, ...], *_: object) -> None:
        if "FROM entries" in statement:
            plans.append(cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()[0][3])

    event.listen(store._engine, "before_cursor_execute", explain)
    store.held("tips")
    store.full_among("tips", ["example.com/a"])
    assert ["USING COVERING INDEX entries_by_address" in plan for plan in plans] == [True, True]


class TestFiles:
    def test_a_store_is_there_for_the_next_process(self, tmp_path: Path) -> None:
        first = open_store(tmp_path)
        put(first, entry("Tip", TEXT))
        first.close()
        assert [k.entry.title for k in open_store(tmp_path).entries("tips")] == ["Tip"]

    def test_a_reader_is_not_kept_waiting_by_a_writer(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        put(store, entry("Tip", TEXT))
        writer = sqlite3.connect(Home(tmp_path).store, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM entries")
        assert len(list(store.entries("tips"))) == 1
        writer.execute("ROLLBACK")
        writer.close()

    def test_writers_wait_for_each_other(self, tmp_path: Path) -> None:
        stores = [open_store(tmp_path) for _ in range(4)]

        def fill(number: int) -> None:
            for turn in range(15):
                put(stores[number], entry(f"Tip {number} {turn}", TEXT))
                resolve_corpus(stores[number], TIPS)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(fill, range(4)))
        assert stores[0].count("tips") == 60

    @pytest.mark.parametrize(
        "junk", [b"this is no database, whatever its name says", b"SQLite format 3\x00" + b"\xff" * 4000]
    )
    def test_a_corrupt_store_is_an_error_that_names_the_file(self, tmp_path: Path, junk: bytes) -> None:
        Home(tmp_path).store.write_bytes(junk)
        with pytest.raises(StoreError, match=r"corpus\.sqlite3"):
            open_store(tmp_path)

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE meta SET value = 'x' WHERE key = 'schema_version'",
            "UPDATE sources SET facts = '{'",
            "UPDATE posts SET published = 'yesterday'",
            "UPDATE posts SET last_changed = ''",
            "UPDATE posts SET title = CAST(x'ff' AS TEXT)",
        ],
    )
    def test_damaged_rows_are_an_error_that_names_the_file(self, tmp_path: Path, damage: str) -> None:
        with closing(open_store(tmp_path)) as store:
            put(store, entry("Tip – 6/25/19", TEXT))
            resolve_corpus(store, TIPS)
        with sqlite3.connect(Home(tmp_path).store) as db:
            db.execute(damage)

        def read() -> None:
            with closing(open_store(tmp_path)) as store:
                store.facts("tips")
                list(store.posts())

        with pytest.raises(StoreError, match=r"corpus\.sqlite3"):
            read()

    def test_a_newer_schema_is_refused_by_name(self, tmp_path: Path) -> None:
        open_store(tmp_path).close()
        with sqlite3.connect(Home(tmp_path).store) as db:
            db.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
        with pytest.raises(StoreError, match="schema 99"):
            open_store(tmp_path)

    def test_a_missing_store_is_not_made_by_a_reader(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="no corpus"):
            open_store(tmp_path, create=False)
        assert list(tmp_path.iterdir()) == []


class TestAStoreOpenedToBeRead:
    def test_shows_one_state_to_the_end_though_another_writes_and_folds_its_log_in(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        with closing(open_store(home)) as store:
            put(store, *(entry(f"Tip {n}", f"{TEXT} {n}") for n in range(2_000)))
        with closing(connect_to_read(Home(home).store)) as reader:
            rows = reader.execute("SELECT digest, body FROM entries NOT INDEXED")
            seen = [rows.fetchone()]
            with closing(sqlite3.connect(Home(home).store, isolation_level=None)) as other:
                other.execute("DELETE FROM entries WHERE title LIKE 'Tip 1%'")
                other.execute("VACUUM")
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")
            seen += rows
        assert len(seen) == 2_000

    def test_leaves_nothing_beside_the_file(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        with closing(open_store(home)) as store:
            put(store, entry("Tip", TEXT))
        kept = {path: path.stat().st_mtime_ns for path in home.iterdir() if path.is_file()}
        with closing(open_store(home, read_only=True)) as reader:
            assert len(list(reader.entries("tips"))) == 1
        assert {path: path.stat().st_mtime_ns for path in home.iterdir() if path.is_file()} == kept

    def test_waits_for_a_writer_that_is_about_to_come_or_go(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = tmp_path / "home"
        with closing(open_store(home)) as store:
            put(store, entry("Tip", TEXT))
        opened, refused = connections._connected_as_things_stand, []

        class Refused(sqlite3.Connection):
            def execute(self, *args: Any) -> sqlite3.Cursor:
                error = sqlite3.OperationalError("attempt to write a readonly database")
                error.sqlite_errorcode = sqlite3.SQLITE_READONLY_CANTINIT
                refused.append(error)
                raise error

        def unsettled(path: Path) -> sqlite3.Connection:
            return opened(path) if len(refused) == 3 else sqlite3.connect(path, factory=Refused)

        monkeypatch.setattr(connections, "_connected_as_things_stand", unsettled)
        with closing(connect_to_read(Home(home).store)) as reader:
            assert reader.execute("SELECT title FROM entries").fetchall() == [("Tip",)]

    def test_is_not_stopped_by_a_log_that_comes_and_goes(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        with closing(open_store(home)) as store:
            put(store, entry("Tip", TEXT))

        def write(times: int) -> None:
            for at in range(times):
                with closing(open_store(home)) as store:
                    store.put_archive_state("tips", "https://example.com/", {"at": at})

        with closing(open_store(home, read_only=True)) as reader, ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write, 30)
            while not writing.done():
                assert len(list(reader.entries("tips"))) == 1
            writing.result()
