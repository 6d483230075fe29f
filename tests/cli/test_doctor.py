"""What `doctor` says of homes that were damaged in every way that came to mind, and that it leaves them as they are."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.entries import entry
from tipsearch.cli import doctor_files
from tipsearch.cli.doctor import examine
from tipsearch.cli.doctor_corpus import BETWEEN_STEPS
from tipsearch.cli.doctor_files import Finding
from tipsearch.crawler import crawl_lock
from tipsearch.index import open_index, sync_index
from tipsearch.index.folder import IndexFolder
from tipsearch.pipeline import open_store
from tipsearch.pipeline.config import save_sources
from tipsearch.pipeline.corpus import resolve_corpus
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source
from tipsearch.pipeline.store import PageSeen, Store

from .conftest import Done, tipsearch
from .test_json_docs import documented, printed

TIPS = Source(name="tips", urls=("https://example.com/",))
NOW = datetime.now(UTC)
V1 = Path(__file__).parents[1] / "pipeline" / "corpus-v1.sql"
AS_ROOT = os.name == "nt" or os.geteuid() == 0


def add(store: Store, number: int) -> None:
    url = f"https://example.com/{number}"
    post = entry(f"Tip {number} – 6/{number + 1}/19", f"Say number {number} aloud.", permalink=url)
    store.put_page(PageSeen(source="tips", url=url, kind="post", observed_at=post.observed_at), [post])


def run(
    store: Store, outcome: str = "ok", problems: tuple[str, ...] = (), *, complete: bool = True, ago: int = 0
) -> None:
    at = NOW - timedelta(days=ago)
    number = store.start_run("tips", "refresh", at)
    store.finish_run(number, finished=at, outcome=outcome, complete=complete, counts={}, problems=problems)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("doctor") / "home")
    save_sources(home, [TIPS])
    with closing(open_store(home)) as store:
        for number in range(20):
            add(store, number)
        resolve_corpus(store, TIPS)
        run(store)
        sync_index(home, store)
    return home.path


@pytest.fixture
def home(healthy: Path, tmp_path: Path) -> Home:
    """A healthy home of the test's own, in a folder whose name a shell must quote."""
    return Home(Path(shutil.copytree(healthy, tmp_path / "it's a home")))


def contents(folder: Path) -> dict[Path, object]:
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else None) for path in folder.rglob("*")
    }


def worse(home: Home, *, full: bool = False) -> list[Finding]:
    """What is not well."""
    return [finding for finding in examine(home, full=full) if finding.severity != "ok"]


def mended(home: Home, finding: Finding) -> Done:
    """Do what the finding says, in a shell."""
    assert finding.mend
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", finding.mend], capture_output=True, encoding="utf-8", env=os.environ | {"PATH": path}, check=False
    )
    assert done.returncode == 0, done
    return Done(done.returncode, done.stdout, done.stderr)


class TestAHealthyHome:
    def test_is_found_so_and_left_as_it_is(self, home: Home) -> None:
        before = contents(home.path)
        done = tipsearch("doctor", "--full", home=home.path)
        assert (done.status, done.err) == (0, "")
        assert "problem" not in done.out
        assert "warning" not in done.out
        assert "20 posts" in done.out
        assert contents(home.path) == before

    def test_has_every_check_in_json_as_documented(self, home: Home) -> None:
        found = tipsearch("doctor", "--format", "json", home=home.path).json
        assert set(printed(found)) == documented("doctor")
        checks = {finding["check"] for finding in found["findings"]}
        assert checks == {"home", "config", "lock", "store", "index", "sources", "clock", "backups"}
        assert found["worst"] == "ok"

    def test_that_is_not_there_yet_is_no_problem_and_stays_so(self, tmp_path: Path) -> None:
        done = tipsearch("doctor", home=tmp_path / "none")
        assert done.status == 0
        assert "nothing here yet" in done.out
        assert "crawl URL" in done.out
        assert list(tmp_path.iterdir()) == []

    def test_that_is_empty_is_no_problem_and_stays_so(self, tmp_path: Path) -> None:
        assert worse(Home(tmp_path)) == []
        assert list(tmp_path.iterdir()) == []

    def test_is_so_while_somebody_writes(self, home: Home) -> None:
        with closing(open_store(home)) as store, crawl_lock(home, "refresh"):
            add(store, 20)
            store.start_run("tips", "refresh", NOW)
            said = {finding.check: finding.says for finding in examine(home)}
            assert worse(home) == []
        assert f"refresh (process {os.getpid()}) is at work" in said["lock"]

    def test_is_so_where_a_command_ends_between_two_looks(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        note = home.lock.with_name("lock.holder")

        def ended(lock: Path) -> bool:
            note.unlink(missing_ok=True)
            return False

        monkeypatch.setattr(doctor_files, "is_held", ended)
        note.write_text(json.dumps({"pid": 1, "command": "crawl", "started": NOW.isoformat()}))
        said = {finding.check: (finding.severity, finding.says) for finding in examine(home)}
        assert said["lock"] == ("ok", "nothing is at work")

    def test_is_so_where_a_log_goes_while_it_is_looked_at(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        log = home.store.with_name(home.store.name + "-wal")
        log.touch()
        access = os.access

        def folded_in(path: Path, mode: int) -> bool:
            if path == log:
                log.unlink(missing_ok=True)
            return access(path, mode)

        monkeypatch.setattr(os, "access", folded_in)
        assert worse(home) == []

    def test_is_so_where_the_index_is_about_to_follow(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            add(store, 20)
            resolve_corpus(store, TIPS)
            with IndexFolder(home.index).writing():
                assert worse(home) == []
            with ThreadPoolExecutor(1) as pool:
                pool.submit(lambda: [time.sleep(BETWEEN_STEPS / 3), sync_index(home, store)])
                assert worse(home) == []
        assert worse(home) == []

    def test_may_be_of_an_older_schema_which_stays(self, home: Home) -> None:
        home.store.unlink()
        with closing(sqlite3.connect(home.store)) as db:
            db.executescript(V1.read_text(encoding="utf-8"))
            db.execute("PRAGMA journal_mode=WAL")
        before = contents(home.path)
        for full in (True, False):
            found = [finding for finding in examine(home, full=full) if finding.check == "store"]
            assert [finding.severity for finding in found] == ["ok"]
            assert "schema 1" in found[0].says
        assert contents(home.path) == before


def junk(home: Home) -> None:
    home.store.write_bytes(b"this is no database, whatever its name says" * 30)


def half_junk(home: Home) -> None:
    home.store.write_bytes(home.store.read_bytes()[:100] + random.Random(1).randbytes(50_000))


def cut(home: Home) -> None:
    home.store.write_bytes(home.store.read_bytes()[: home.store.stat().st_size // 2])


def folder(home: Home) -> None:
    home.store.unlink()
    home.store.mkdir()


def flipped(home: Home) -> None:
    data = bytearray(home.store.read_bytes())
    for page in range(4096, len(data), 8192):
        data[page : page + 600] = bytes(600)
    home.store.write_bytes(data)


def newer(home: Home) -> None:
    with closing(sqlite3.connect(home.store)) as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
        db.commit()


def foreign(home: Home) -> None:
    with closing(sqlite3.connect(home.store)) as db:
        db.execute("DROP TABLE posts")


class TestADamagedStore:
    @pytest.mark.parametrize("damage", [junk, half_junk, cut, folder, flipped, newer, foreign])
    def test_is_named_and_exit_5(self, damage: Callable[[Home], None], home: Home) -> None:
        damage(home)
        before = contents(home.path)
        problems = [finding for finding in worse(home) if finding.check == "store"]
        assert [finding.severity for finding in problems] == ["problem"]
        assert problems[0].mend
        done = tipsearch("doctor", home=home.path)
        assert done.status == 5
        assert contents(home.path) == before

    def test_is_replaced_by_the_newest_backup_where_there_is_one(self, home: Home) -> None:
        home.backups.mkdir()
        copy = home.backups / "corpus-v1-20260101T000000000000Z.sqlite3"
        shutil.copy(home.store, copy)
        junk(home)
        (problem,) = [finding for finding in worse(home) if finding.check == "store"]
        assert problem.mend
        assert str(copy).replace("'", "'\"'\"'") in problem.mend
        restore = Finding(check="store", says="", mend=problem.mend.rpartition(" && ")[0])
        mended(home, restore)
        assert worse(home) == []

    def test_that_is_an_empty_file_is_a_warning(self, home: Home) -> None:
        home.store.write_bytes(b"")
        shutil.rmtree(home.index)
        (warning,) = [finding for finding in worse(home) if finding.check == "store"]
        assert (warning.severity, "holds no corpus" in warning.says) == ("warning", True)

    def test_with_pages_that_wait_is_resolved(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            add(store, 20)
        (warning,) = worse(home)
        assert (warning.check, warning.severity) == ("store", "warning")
        mended(home, warning)
        assert worse(home) == []


def generation(home: Home) -> Path:
    return home.index / (home.index / "current").read_text()


def index_is_a_file(home: Home) -> None:
    shutil.rmtree(home.index)
    home.index.write_text("a file")


def cut_segment(home: Home) -> None:
    for path in generation(home).glob("*.seg"):
        path.write_bytes(b"")


def junk_segment(home: Home) -> None:
    for path in generation(home).glob("*.seg"):
        path.write_bytes(random.Random(2).randbytes(path.stat().st_size))


class TestADamagedIndex:
    @pytest.mark.parametrize(
        "damage",
        [
            index_is_a_file,
            cut_segment,
            junk_segment,
            lambda home: (home.index / "current").write_text("gen-nowhere"),
            lambda home: (home.index / "current").write_bytes(b"\xff\xfe"),
            lambda home: (generation(home) / "meta.json").write_text("{"),
            lambda home: [path.unlink() for path in generation(home).glob("*.toc")],
        ],
        ids=["a file", "cut", "junk", "points nowhere", "points to junk", "no meta", "no table of contents"],
    )
    def test_is_named_and_built_again_by_what_doctor_says(self, damage: Callable[[Home], None], home: Home) -> None:
        damage(home)
        before = contents(home.path)
        done = tipsearch("doctor", home=home.path)
        assert done.status == 5
        assert contents(home.path) == before
        (problem,) = worse(home)
        assert (problem.check, problem.severity) == ("index", "problem")
        mended(home, problem)
        assert worse(home) == []
        with open_index(home) as index:
            assert index.search("aloud").total == 20

    def test_that_is_missing_is_a_warning(self, home: Home) -> None:
        shutil.rmtree(home.index)
        (warning,) = worse(home)
        assert (warning.check, warning.severity) == ("index", "warning")
        mended(home, warning)
        assert worse(home) == []

    def test_that_lags_says_by_how_much(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            add(store, 20)
            add(store, 21)
            resolve_corpus(store, TIPS)
        (warning,) = worse(home)
        assert warning.says == "it is 2 changes behind the store"
        mended(home, warning)
        assert worse(home) == []

    def test_of_another_store_is_told(self, home: Home) -> None:
        with closing(sqlite3.connect(home.store)) as db:
            db.execute("UPDATE meta SET value = 'another' WHERE key = 'identity'")
            db.commit()
        (warning,) = worse(home)
        assert warning.says == "it was made from another store"


class TestConfiguration:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (b"[[sources]\nname", "no valid TOML"),
            (b"\xff\xfe\x00", "can't be read"),
            (b"a = " + b"[" * 20_000 + b"]" * 20_000, "no valid TOML"),
            (b"[[source]]\nname = 'a'", "'source'"),
            (b"[[sources]]\nname = 'tips'\ncolour = 3", "'colour'"),
            (b"[[sources]]\nname = 'tips'\nurls = ['file:///etc/passwd']", "file:///etc/passwd"),
            (b"[[sources]]\nname = 'tips'\ntime_zone = 'Mars/Olympus'", "Mars/Olympus"),
        ],
        ids=["no toml", "no text", "deep", "unknown table", "unknown key", "bad address", "bad time zone"],
    )
    def test_that_cannot_be_used_is_named_and_the_rest_is_checked(self, text: bytes, said: str, home: Home) -> None:
        home.config.write_bytes(text)
        done = tipsearch("doctor", "--format", "json", home=home.path)
        assert done.status == 5
        problems = [finding for finding in done.json["findings"] if finding["severity"] == "problem"]
        assert [finding["check"] for finding in problems] == ["config"]
        assert said in problems[0]["says"]
        assert "20 posts" in done.out

    def test_that_is_a_folder_is_named(self, home: Home) -> None:
        home.config.unlink()
        home.config.mkdir()
        assert [(f.check, f.severity) for f in worse(home)] == [("config", "problem")]

    def test_of_a_source_without_an_address_is_a_warning(self, home: Home) -> None:
        home.config.write_text("[[sources]]\nname = 'tips'\n")
        assert [(f.check, f.severity, f.subject) for f in worse(home)] == [("config", "warning", "tips")]


class TestSources:
    def check(self, home: Home) -> tuple[str, str]:
        (finding,) = worse(home)
        assert (finding.check, finding.subject) == ("sources", "tips")
        assert finding.mend
        return finding.severity, finding.says

    def test_never_crawled(self, home: Home) -> None:
        save_sources(home, [Source(name="-new", urls=("https://new.example/",))])
        (warning,) = worse(home)
        assert (warning.severity, warning.says) == ("warning", "-new was never crawled")
        assert warning.mend
        assert warning.mend.endswith("refresh -- -new")

    @pytest.mark.parametrize("outcome", ["failed", "incomplete"])
    def test_whose_last_run_failed_exit_3(self, outcome: str, home: Home) -> None:
        with closing(open_store(home)) as store:
            run(store, outcome, ("page 17 answers 503\x1b[31m",), complete=False)
        severity, says = self.check(home)
        assert severity == "problem"
        assert "page 17 answers 503" in says
        done = tipsearch("doctor", home=home.path)
        assert done.status == 3
        assert "\x1b" not in done.out

    def test_closed_by_robots_txt(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            run(store, "failed", ("robots.txt closes https://example.com/ to tipsearch",), complete=False)
        (problem,) = worse(home)
        assert problem.mend
        assert "obey_robots = false" in problem.mend

    def test_whose_last_run_was_interrupted_or_never_ended(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            run(store, "interrupted", complete=False)
            assert self.check(home)[0] == "warning"
            store.start_run("tips", "crawl", NOW)
        severity, says = self.check(home)
        assert severity == "warning"
        assert "never ended" in says

    def test_that_failed_once_and_is_well_again(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            run(store, "failed", ("x",), complete=False)
            run(store)
        assert worse(home) == []

    @pytest.mark.parametrize(
        ("states", "says"),
        [
            ([], "tips was last read to its end 40 days ago"),
            ([{"swept": 45}], "tips was last read to its end 45 days ago"),
            ([{"swept": 1}, {"swept": 50}], "tips was last read to its end 50 days ago"),
            ([{"swept": 1}, {"swept": 2}], None),
            ([{"swept": 1}, {"swept": "", "bounded": True}], None),
            ([{"swept": 1}, {"swept": ""}], "tips was not yet read to its end"),
            ([{"swept": 1}, {"swept": "junk"}], "tips was not yet read to its end"),
            ([{"swept": 1}, {}], "tips was last read to its end 40 days ago"),
        ],
        ids=str,
    )
    def test_last_read_to_the_end_too_long_ago(
        self, states: list[dict[str, object]], says: str | None, home: Home
    ) -> None:
        """By what the archives say, if all of them do; else by the last complete run."""
        with closing(open_store(home)) as store:
            store.remove_source("tips")
            run(store, ago=40)
            run(store, ago=1, complete=False)
            sync_index(home, store)
            store.put_archive_state("tips", "", {"failures": 0, "retry_at": ""})
            for number, state in enumerate(states):
                ago = state.get("swept")
                at = {"swept": (NOW - timedelta(days=ago)).isoformat()} if isinstance(ago, int) else {}
                store.put_archive_state("tips", f"https://example.com/{number}", state | at)
        if says is None:
            assert worse(home) == []
        else:
            assert self.check(home) == ("warning", says)
            home.config.write_text(home.config.read_text() + "sweep_days = 60\n")
            assert bool(worse(home)) == ("not yet" in says)

    def test_that_is_left_alone_for_a_while_says_until_when(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            run(store, "failed", ("no answer",), complete=False)
            store.put_archive_state("tips", "", {"failures": 2, "retry_at": (NOW + timedelta(days=1)).isoformat()})
        assert f"until {NOW + timedelta(days=1):%Y-%m-%d}" in self.check(home)[1]


class TestTheRest:
    def test_a_note_that_a_killed_process_left_is_told(self, home: Home) -> None:
        note = home.lock.with_name("lock.holder")
        note.write_text(json.dumps({"pid": 2**22 + 1, "command": "crawl", "started": NOW.isoformat()}))
        (warning,) = worse(home)
        assert (warning.check, warning.severity) == ("lock", "warning")
        assert "crawl (process 4194305) was killed" in warning.says
        mended(home, warning)
        assert worse(home) == []

    @pytest.mark.parametrize("text", ["", "[]", "\x00", '{"pid": 1, "command": 2, "started": 3}'])
    def test_a_note_that_says_nothing_is_no_trouble(self, text: str, home: Home) -> None:
        home.lock.with_name("lock.holder").write_text(text)
        assert [(f.check, f.severity) for f in worse(home)] == [("lock", "warning")]

    @pytest.mark.parametrize("started", ["2026-01-01T00:00:00", "2020-01-01T00:00:00+00:00"])
    def test_who_is_at_work_for_long_is_told(self, started: str, home: Home) -> None:
        with crawl_lock(home, "crawl"):
            home.lock.with_name("lock.holder").write_text(
                json.dumps({"pid": os.getpid(), "command": "crawl", "started": started})
            )
            said = [(f.check, f.severity) for f in examine(home) if f.check == "lock"]
        assert said == [("lock", "warning" if started.endswith("+00:00") else "ok")]

    def test_a_run_of_tomorrow_means_that_the_clock_is_wrong(self, home: Home) -> None:
        with closing(open_store(home)) as store:
            run(store, ago=-1)
        assert [(f.check, f.severity) for f in worse(home)] == [("clock", "warning")]

    def test_a_backup_that_is_none_is_told(self, home: Home) -> None:
        home.backups.mkdir()
        (home.backups / "corpus-v1-20260101T000000000000Z.sqlite3").write_text("no store")
        (warning,) = worse(home)
        assert (warning.check, warning.severity) == ("backups", "warning")
        mended(home, warning)
        assert worse(home) == []

    def test_a_backup_that_a_migration_has_just_taken_away_is_no_trouble(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken = home.backups / "corpus-v1-20260101T000000000000Z.sqlite3"
        monkeypatch.setattr(doctor_files, "backups_of", lambda home: [taken])
        assert worse(home) == []

    @pytest.mark.parametrize("broken", ["file", "link"])
    def test_a_home_that_is_no_folder_is_a_problem(self, broken: str, tmp_path: Path) -> None:
        path = tmp_path / "home"
        if broken == "file":
            path.write_text("in the way")
        else:
            path.symlink_to(tmp_path / "nowhere")
        done = tipsearch("doctor", home=path)
        assert (done.status, "is no folder" in done.out) == (5, True)

    @pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
    def test_a_home_that_everybody_may_write_to_is_a_warning(self, home: Home) -> None:
        home.path.chmod(0o777)
        (warning,) = worse(home)
        mended(home, warning)
        assert worse(home) == []

    @pytest.mark.skipif(AS_ROOT, reason="root may read and write everything")
    @pytest.mark.parametrize("name", ["tipsearch.toml", "corpus.sqlite3", "index", "."])
    def test_what_cannot_be_read_is_a_problem_that_its_mend_mends(self, name: str, home: Home) -> None:
        path = home.path / name
        path.chmod(0)
        found = worse(home)
        assert found[0].severity == "problem"
        mended(home, found[0])
        assert worse(home) == []

    def test_a_full_disk_is_a_problem(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        usage = shutil.disk_usage(home.path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1_000_000))
        assert [(f.check, f.severity) for f in worse(home)] == [("home", "problem")]


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_damaged_every_check_answers(seed: int, home: Home) -> None:
    pick = random.Random(seed)
    files = [path for path in home.path.rglob("*") if path.is_file()]
    for path in pick.sample(files, k=pick.randint(1, len(files))):
        data = bytearray(path.read_bytes())
        for _ in range(pick.choice([1, 30, 1000])):
            if data:
                data[pick.randrange(len(data))] = pick.randrange(256)
        path.write_bytes(data[: pick.randrange(len(data) + 1)] if pick.random() < 0.3 else data)
    found = list(examine(home, full=pick.random() < 0.5))
    assert {"home", "config", "lock", "store", "index"} <= {finding.check for finding in found}
    assert all(finding.mend for finding in found if finding.severity == "problem" and finding.check != "sources")
