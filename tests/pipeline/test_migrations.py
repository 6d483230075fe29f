"""Stores of older versions, opened by this one. `corpus-v1.sql` is a dump of a store that version 1 made."""

import os
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from support.entries import MOMENT, entry
from tipsearch.pipeline import open_store
from tipsearch.pipeline.errors import StoreError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.store import PageSeen
from tipsearch.pipeline.store.migrations import STEPS, backups_in
from tipsearch.pipeline.store.sqlite import SqliteStore
from tipsearch.pipeline.store.tables import SCHEMA_VERSION

DUMP = (Path(__file__).parent / "corpus-v1.sql").read_text(encoding="utf-8")
POSTS = {
    "32de817809b16c02": "The Door",
    "b818a9087df857bc": "The Kettle",
    "13dc14347e1a7587": "The Spoon",
}
NOBODY_IS_REFUSED = os.name == "nt" or os.geteuid() == 0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a store of version 1."""
    home = Home(tmp_path / "old % home")
    home.create()
    with closing(sqlite3.connect(home.store)) as db:
        db.executescript(DUMP)
        db.execute("PRAGMA journal_mode=WAL")
    return home


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0])


def schema(path: Path) -> set[tuple[str, str, str]]:
    """Tables and indexes with the statements that make them, in one spelling."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {(kind, name, "".join(sql.replace('"', "").split())) for kind, name, sql in rows}


def python(code: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, args)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def check(home: Home) -> None:
    """The store is whole, whatever happened before."""
    with closing(open_store(home)) as store:
        assert {p.id: p.title for p in store.posts()} == POSTS
        assert (store.identity, store.sequence()) == ("ed883b1b3b7b4773a785ed5d900ea429", 5)
        assert store.archive_states("tips") == {}
    assert version(home.store) == SCHEMA_VERSION
    with closing(sqlite3.connect(home.store)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT raw, source FROM votes ORDER BY raw").fetchall() == [
            (" – 6/18/19", "tips"),
            (" – 6/25/19", "tips"),
        ]
    assert not [path for path in home.backups.iterdir() if path not in backups_in(home.backups)]


def test_a_store_of_version_1_keeps_everything_and_can_do_what_is_new(home: Home) -> None:
    check(home)
    with closing(open_store(home, create=False)) as store:
        assert store.held("tips") == {"example.com/door": True, "example.com/kettle": False, "example.com/spoon": True}
        assert [run.counts for run in store.runs("tips")] == [{"pages": 2}]
        store.put_archive_state("tips", "https://example.com/", {"etag": "x"})
        lid = entry("The Lid – 6/4/19", "It fits.", permalink="https://example.com/lid")
        page = PageSeen(source="tips", url="https://example.com/lid", kind="post", observed_at=MOMENT)
        assert store.put_page(page, [lid]).forgotten == 1


def test_a_migrated_store_has_the_schema_of_a_new_one(home: Home, tmp_path: Path) -> None:
    open_store(home).close()
    open_store(tmp_path / "new").close()
    assert schema(home.store) == schema(Home(tmp_path / "new").store)


def test_there_is_a_step_from_every_version() -> None:
    assert sorted(STEPS) == list(range(1, SCHEMA_VERSION))


def test_the_backup_is_the_store_as_it_was_in_one_file(home: Home) -> None:
    with closing(sqlite3.connect(home.store)) as db:
        before = list(db.iterdump())
        # A copy of the file alone would miss this row, which stands in the log.
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute("INSERT INTO absences VALUES ('tips', 'example.com/late', '2026')")
        db.commit()
        after = list(db.iterdump())
        open_store(home).close()
    (backup,) = home.backups.iterdir()
    with closing(sqlite3.connect(backup)) as db:
        assert list(db.iterdump()) == after != before
    assert backup.name.startswith("corpus-v1-20")
    assert list(home.backups.iterdir()) == [backup]


def test_the_last_three_backups_are_kept_and_nothing_else_is_touched(home: Home) -> None:
    home.backups.mkdir()
    (home.backups / "mine.sqlite3").write_text("precious")
    for day in range(1, 6):
        (home.backups / f"corpus-v{6 - day}-2020010{day}T000000000000Z.sqlite3").write_text("old")
    open_store(home).close()
    kept = [path.name[:19] for path in backups_in(home.backups)]
    assert kept[:2] == ["corpus-v2-20200104T", "corpus-v1-20200105T"]
    assert len(kept) == 3
    assert (home.backups / "mine.sqlite3").read_text() == "precious"


class TestWhatStandsInTheWay:
    def test_is_named_with_the_way_out_and_the_store_stays_as_it_was(self, home: Home) -> None:
        home.backups.write_text("a file where the folder should be")
        with pytest.raises(StoreError, match="older version") as caught:
            open_store(home)
        assert str(home.path) in str(caught.value)
        assert "MB free" in str(caught.value)
        assert version(home.store) == 1

    def test_keeps_nobody_from_reading_and_is_told_to_whoever_writes(self, home: Home) -> None:
        home.backups.write_text("a file where the folder should be")
        with closing(open_store(home, create=False)) as store:
            assert {p.id for p in store.posts()} == set(POSTS)
            assert store.archive_states("tips") == {}
            assert store.held("tips")["example.com/door"]
            with pytest.raises(StoreError, match="older version"):
                store.put_archive_state("tips", "https://example.com/", {})
            with pytest.raises(StoreError, match="older version"), store.workbench("tips"):
                pass
            home.backups.unlink()
            store.put_archive_state("tips", "https://example.com/", {"page": 1})
            assert store.archive_states("tips") == {"https://example.com/": {"page": 1}}

    @pytest.mark.skipif(os.name == "nt", reason="limits a file's size as POSIX does")
    def test_may_be_a_full_disk(self, home: Home) -> None:
        code = """
            import resource, sys
            from tipsearch.pipeline import open_store
            from tipsearch.pipeline.errors import StoreError
            resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
            try:
                open_store(sys.argv[1])
            except StoreError as error:
                print(error)
        """
        out, err = python(code, home.path).communicate(timeout=300)
        assert "MB free" in out, err
        assert version(home.store) == 1
        assert list(home.backups.iterdir()) == []
        check(home)

    @pytest.mark.skipif(NOBODY_IS_REFUSED, reason="root may write everywhere")
    def test_may_be_a_medium_that_cannot_be_written(self, home: Home) -> None:
        home.store.chmod(0o444)
        home.path.chmod(0o555)
        try:
            with closing(open_store(home, create=False)) as store:
                assert {p.id for p in store.posts()} == set(POSTS)
                with pytest.raises(StoreError, match="older version"):
                    store.forget("tips", "32de817809b16c02")
            with pytest.raises(StoreError, match="can be written"):
                open_store(home)
        finally:
            home.path.chmod(0o755)


def test_a_reader_that_must_not_write_leaves_an_old_store_as_it_is(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.path.rglob("*")}
    with closing(SqliteStore(home.store, create=False, read_only=True)) as store:
        assert {p.id for p in store.posts()} == set(POSTS)
        assert (store.version, store.archive_states("tips"), store.damage(full=True)) == (1, {}, [])
        with pytest.raises(StoreError, match="opened to be read"):
            store.forget("tips", "32de817809b16c02")
    assert {path: path.read_bytes() for path in home.path.rglob("*")} == before


def test_of_processes_that_open_it_at_once_one_migrates_and_all_go_on(home: Home) -> None:
    code = """
        import sys
        from tipsearch.pipeline import open_store
        store = open_store(sys.argv[1], create=sys.argv[2] == "1")
        store.put_archive_state("tips", f"https://example.com/{sys.argv[2]}", {})
        print(len(list(store.posts())), len(store.held("tips")))
    """
    processes = [python(code, home.path, number) for number in range(4)]
    for process in processes:
        out, err = process.communicate(timeout=300)
        assert (out.split(), process.returncode) == (["3", "3"], 0), err
    assert len(list(home.backups.iterdir())) == 1
    with closing(open_store(home)) as store:
        assert len(store.archive_states("tips")) == 4


STATEMENTS = ["BEGIN", "SELECT", "PRAGMA", *(s.split()[0] for s in STEPS[1]), "UPDATE", "COMMIT"]


@pytest.mark.parametrize("number", range(len(STATEMENTS)), ids=[f"{i}-{s}" for i, s in enumerate(STATEMENTS)])
def test_a_migration_that_is_killed_at_any_statement_is_done_by_the_next(home: Home, number: int) -> None:
    code = """
        import os, sqlite3, sys
        from tipsearch.pipeline import open_store
        done, die_at = [], int(sys.argv[2])
        class Dying(sqlite3.Connection):
            def execute(self, statement, *args):
                done.append(statement.split()[0])
                if len(done) > die_at:
                    print(*done, flush=True)
                    os._exit(9)
                return super().execute(statement, *args)
        connect = sqlite3.connect
        sqlite3.connect = lambda *args, **options: connect(*args, factory=Dying, **options)
        open_store(sys.argv[1])
    """
    process = python(code, home.path, number)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out.split()) == (9, STATEMENTS[: number + 1]), err
    assert version(home.store) == 1
    check(home)
