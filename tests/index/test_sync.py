"""The index follows its store, is replaced whole, and survives kills, junk and damage."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.feeds import DictFeed, post
from tipsearch.index import IndexUnusableError, SearchIndex, SyncReport, open_index, rebuild_index, sync_index
from tipsearch.index.engine.whoosh_schema import fingerprint
from tipsearch.index.folder import WAIT_SECONDS, IndexFolder
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Change


def feed() -> DictFeed:
    return DictFeed(post("a", "First", "apple"), post("b", "Second", "berry"), post("c", "Third", "cherry"))


def titles(index: SearchIndex, query: str = "") -> set[str]:
    return {hit.title for hit in index.search(query, limit=None)}


def files(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*") if path.name != "lock"
    }


def generation(home: Path) -> Path:
    return home / "index" / (home / "index" / "current").read_text()


def test_the_first_sync_indexes_everything(tmp_path: Path) -> None:
    assert sync_index(tmp_path, feed()) == SyncReport(added=3)
    assert titles(open_index(tmp_path)) == {"First", "Second", "Third"}


def test_a_home_object_serves_as_well(tmp_path: Path) -> None:
    assert sync_index(Home(tmp_path), feed()).added == 3


def test_a_sync_touches_what_changed(tmp_path: Path) -> None:
    store = feed()
    sync_index(tmp_path, store)
    store.put(post("a", "First, edited", "apricot"))
    store.put(post("d", "Fourth"))
    store.drop("b")
    store.drop("never seen")
    assert sync_index(tmp_path, store) == SyncReport(added=1, updated=1, removed=1)
    index = open_index(tmp_path)
    assert titles(index) == {"First, edited", "Third", "Fourth"}
    assert titles(index, "apple") == set()
    assert index.get("b") is None


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    store = feed()
    sync_index(tmp_path, store)
    before = files(tmp_path)
    assert sync_index(tmp_path, store) == SyncReport()
    assert files(tmp_path) == before


def test_an_index_replaced_while_it_is_looked_at_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_index(tmp_path, feed())
    folder = IndexFolder(Home(tmp_path).index)
    current = IndexFolder.current

    def replaced(self: IndexFolder) -> Path:
        found = current(self)
        monkeypatch.setattr(IndexFolder, "current", current)
        rebuild_index(tmp_path, feed())
        return found

    monkeypatch.setattr(IndexFolder, "current", replaced)
    assert folder.current_meta(fingerprint=fingerprint()).sequence == feed().sequence()


def test_an_index_whose_folder_goes_while_it_is_looked_at_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_index(tmp_path, feed())
    folder = IndexFolder(Home(tmp_path).index)
    looked = Path.iterdir

    def gone(path: Path) -> Iterator[Path]:
        shutil.rmtree(path)
        return looked(path)

    monkeypatch.setattr(Path, "iterdir", gone)
    assert not folder.exists()


def test_progress_counts_the_changes(tmp_path: Path) -> None:
    told: list[int] = []
    sync_index(tmp_path, feed(), progress=told.append)
    assert told == [1, 2, 3]


def test_an_empty_store_makes_an_index_that_answers(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed())
    index = open_index(tmp_path)
    assert (titles(index, "apple"), index.get("a"), index.suggest("apple")) == (set(), None, None)
    assert titles(index, "app* fuzy~ date:2018 -x") == set()


def test_all_posts_may_go(tmp_path: Path) -> None:
    store = feed()
    sync_index(tmp_path, store)
    for post_id in "abc":
        store.drop(post_id)
    assert sync_index(tmp_path, store).removed == 3
    assert titles(open_index(tmp_path)) == set()


def test_an_open_index_follows_syncs_and_rebuilds(tmp_path: Path) -> None:
    store = feed()
    sync_index(tmp_path, store)
    with open_index(tmp_path) as index:
        held = index.search("", limit=None)
        store.put(post("d", "Fourth"))
        sync_index(tmp_path, store)
        assert "Fourth" in titles(index)
        store.drop("d")
        report = rebuild_index(tmp_path, store)
        assert (report.added, report.rebuilt) == (3, True)
        assert "Fourth" not in titles(index)
        assert {hit.title for hit in held} == {"First", "Second", "Third"}


def test_results_of_an_older_state_can_be_read_after_a_rebuild(tmp_path: Path) -> None:
    store = DictFeed(*(post(f"p{n}", "Same", "word") for n in range(80)))
    sync_index(tmp_path, store)
    hits = iter(open_index(tmp_path).search("word", limit=None))
    next(hits)
    rebuild_index(tmp_path, DictFeed(post("other")))
    rebuild_index(tmp_path, DictFeed(post("another")))
    assert len(list(hits)) == 79


def test_a_rebuild_leaves_one_generation(tmp_path: Path) -> None:
    for _ in range(3):
        rebuild_index(tmp_path, feed())
    left = sorted(path.name for path in (tmp_path / "index").iterdir() if path.name != "lock")
    assert left == ["current", generation(tmp_path).name]


def test_another_store_means_another_index(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(post("a", "Old"), identity="one"))
    report = sync_index(tmp_path, DictFeed(post("b", "New"), post("c", "New"), identity="two"))
    assert report.rebuilt
    assert "another store" in report.reason
    assert titles(open_index(tmp_path)) == {"New"}


def test_a_store_that_went_back_means_another_index(tmp_path: Path) -> None:
    sync_index(tmp_path, feed())
    assert sync_index(tmp_path, DictFeed(post("a", "Only"))).rebuilt
    assert titles(open_index(tmp_path)) == {"Only"}


def test_nothing_yet_names_the_command_to_begin_with(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexUnusableError) as raised:
            open_index(home)
        assert "tipsearch crawl URL" in str(raised.value)


def test_posts_without_an_index_name_reindex(tmp_path: Path) -> None:
    (tmp_path / "corpus.sqlite3").touch()
    with pytest.raises(IndexUnusableError, match="tipsearch reindex"):
        open_index(tmp_path)


def _junk(home: Path) -> None:
    shutil.rmtree(home / "index")
    (home / "index").mkdir()
    (home / "index" / "holiday.jpg").write_bytes(b"\xff\xd8junk")


def _pointer_is_junk(home: Path) -> None:
    (home / "index" / "current").write_bytes(b"\xff\xfe../../etc")


def _pointer_leads_nowhere(home: Path) -> None:
    shutil.rmtree(generation(home))


def _meta_is_missing(home: Path) -> None:
    (generation(home) / "meta.json").unlink()


def _meta_is_junk(home: Path) -> None:
    (generation(home) / "meta.json").write_text("[1, 2]")


def _other_schema(home: Path) -> None:
    meta = generation(home) / "meta.json"
    meta.write_text(meta.read_text().replace('"fingerprint": "', '"fingerprint": "0'))


def _segment_cut(home: Path) -> None:
    (segment,) = generation(home).glob("*.seg")
    segment.write_bytes(segment.read_bytes()[:100])


def _segment_overwritten(home: Path) -> None:
    (segment,) = generation(home).glob("*.seg")
    segment.write_bytes(b"junk" * 500)


def _segment_missing(home: Path) -> None:
    (segment,) = generation(home).glob("*.seg")
    segment.unlink()


def _toc_empty(home: Path) -> None:
    (toc,) = generation(home).glob("*.toc")
    toc.write_bytes(b"")


def _toc_missing(home: Path) -> None:
    (toc,) = generation(home).glob("*.toc")
    toc.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        _junk,
        _pointer_is_junk,
        _pointer_leads_nowhere,
        _meta_is_missing,
        _meta_is_junk,
        _other_schema,
        _segment_cut,
        _segment_overwritten,
        _segment_missing,
        _toc_empty,
        _toc_missing,
    ],
    ids=lambda damage: damage.__name__.strip("_"),
)
def test_an_unusable_index_is_named_and_mended_by_a_sync(tmp_path: Path, damage: object) -> None:
    store = feed()
    sync_index(tmp_path, store)
    damage(tmp_path)  # type: ignore[operator]
    with pytest.raises(IndexUnusableError, match="tipsearch reindex"):
        open_index(tmp_path)
    report = sync_index(tmp_path, store)
    assert report.added == 3
    assert report.rebuilt == (damage is not _junk)
    assert titles(open_index(tmp_path)) == {"First", "Second", "Third"}


def test_junk_beside_the_index_is_left_alone(tmp_path: Path) -> None:
    sync_index(tmp_path, feed())
    _junk(tmp_path)
    rebuild_index(tmp_path, feed())
    assert (tmp_path / "index" / "holiday.jpg").exists()


def test_damage_found_while_searching_is_named(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(*(post(f"p{n}", "Title", f"word{n} common") for n in range(300))))
    index = open_index(tmp_path)
    (segment,) = generation(tmp_path).glob("*.seg")
    size = segment.stat().st_size
    with segment.open("r+b") as file:
        file.seek(16)
        file.write(os.urandom(size // 2))

    def ask_everything() -> None:
        for query in ("common", "word*", "word7", "title", '"word7 common"', ""):
            list(index.search(query, limit=None))

    with pytest.raises(IndexUnusableError, match="tipsearch reindex"):
        ask_everything()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file in the way")
    for write in (sync_index, rebuild_index):
        with pytest.raises(IndexUnusableError, match="can't be written"):
            write(tmp_path, feed())
    with pytest.raises(IndexUnusableError):
        open_index(tmp_path)


class FailingFeed(DictFeed):
    """Breaks off in the middle of its changes."""

    def changes(self, since: int = 0) -> Iterator[Change]:
        yield next(iter(super().changes(since)))
        raise RuntimeError("the store went away")


def test_a_store_that_fails_half_way_leaves_the_old_state(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(post("a", "Old")))
    broken = FailingFeed(post("a", "New"), post("b", "More"))
    for write in (sync_index, rebuild_index):
        with pytest.raises(RuntimeError, match="went away"):
            write(tmp_path, broken)
        assert titles(open_index(tmp_path)) == {"Old"}
    assert sync_index(tmp_path, DictFeed(post("a", "New"), post("b", "More"))).updated == 0
    assert titles(open_index(tmp_path)) == {"Old", "More"}


def test_a_crash_between_commit_and_note_only_repeats_work(tmp_path: Path) -> None:
    store = feed()
    sync_index(tmp_path, store)
    meta = generation(tmp_path) / "meta.json"
    before = meta.read_text()
    store.put(post("d", "Fourth"))
    sync_index(tmp_path, store)
    meta.write_text(before)
    assert sync_index(tmp_path, store) == SyncReport(updated=1)
    assert len(open_index(tmp_path).search("", limit=None)) == 4


KILLED = """
    import sys, time
    sys.path.insert(0, {tests!r})
    from support.feeds import DictFeed, post
    from tipsearch.index import rebuild_index, sync_index

    class SlowFeed(DictFeed):
        def changes(self, since=0):
            for number, change in enumerate(super().changes(since)):
                if number == {stop}:
                    print("half way", flush=True)
                    time.sleep(60)
                yield change

    feed = SlowFeed(*(post(f"p{{n}}", "New", "fresh words") for n in range(50)))
    {function}({home!r}, feed)
"""


@pytest.mark.parametrize("function", ["rebuild_index", "sync_index"])
def test_a_killed_writer_leaves_the_old_index_and_no_lock(tmp_path: Path, function: str) -> None:
    sync_index(tmp_path, DictFeed(post("a", "Old")))
    code = KILLED.format(tests=str(Path(__file__).parents[1]), stop=30, function=function, home=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"half way\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert titles(open_index(tmp_path)) == {"Old"}
    started = time.monotonic()
    fresh = DictFeed(*(post(f"p{n}", "New", "fresh words") for n in range(50)))
    rebuild_index(tmp_path, fresh)
    assert time.monotonic() - started < WAIT_SECONDS / 2  # a lock that is held is waited for
    assert len(open_index(tmp_path).search("fresh", limit=None)) == 50
    assert len([path for path in (tmp_path / "index").iterdir() if path.name.startswith("gen-")]) == 1


def test_a_rebuild_killed_at_any_instant_leaves_the_old_index_or_the_new(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(*(post(f"a{n}", "Old", "words") for n in range(5))))
    code = textwrap.dedent(
        f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from support.feeds import DictFeed, post
        from tipsearch.index import rebuild_index
        feed = DictFeed(*(post(f"p{{n}}", "New", "words") for n in range(7)))
        print("go", flush=True)
        while True:
            rebuild_index({str(tmp_path)!r}, feed)
        """
    )
    for wait in (0.0, 0.011, 0.023, 0.041, 0.067, 0.103):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        process.wait()
        process.stdout.close()
        assert len(open_index(tmp_path).search("words", limit=None)) in {5, 7}
    rebuild_index(tmp_path, feed())
    assert titles(open_index(tmp_path)) == {"First", "Second", "Third"}


def test_readers_never_see_a_half_built_index(tmp_path: Path) -> None:
    small, large = (DictFeed(*(post(f"p{n}", "Title", "word") for n in range(count))) for count in (3, 9))
    sync_index(tmp_path, small)
    index = open_index(tmp_path)
    seen: set[int] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(len(index.search("word", limit=None)))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(8):
        rebuild_index(tmp_path, large)
        rebuild_index(tmp_path, small)
    done.set()
    reader.join()
    assert seen <= {3, 9}


def test_a_neighbour_that_never_finishes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tipsearch.pipeline.errors import LockedError

    sync_index(tmp_path, feed())
    monkeypatch.setattr("tipsearch.index.folder.WAIT_SECONDS", 0.05)
    with (tmp_path / "index" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match="another process"):
            sync_index(tmp_path, feed())


STEPS = st.lists(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["apple", "berry", None])), max_size=4), max_size=5
)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_syncing_in_steps_gives_the_index_of_one_rebuild(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, str | None]]]
) -> None:
    home, fresh = tmp_path_factory.mktemp("steps"), tmp_path_factory.mktemp("fresh")
    store = DictFeed()
    sync_index(home, store)
    for step in steps:
        for post_id, word in step:
            if word is None:
                store.drop(post_id)
            else:
                store.put(post(post_id, f"Title {post_id}", word))
        sync_index(home, store)
    rebuild_index(fresh, store)
    for query in ("", "apple", "berry"):
        assert [hit.id for hit in open_index(home).search(query)] == [hit.id for hit in open_index(fresh).search(query)]


FULL_DISK = """
    import resource, sys
    sys.path.insert(0, {tests!r})
    from support.feeds import DictFeed, post
    from tipsearch.index import IndexUnusableError, {function}

    feed = DictFeed(*(post(f"p{{n}}", "New", " ".join(f"w{{n}}x{{k}}" for k in range(200))) for n in range(200)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
    try:
        {function}({home!r}, feed)
    except IndexUnusableError as error:
        print(error.message)
"""


@pytest.mark.parametrize("function", ["rebuild_index", "sync_index"])
def test_a_full_disk_is_named_and_leaves_the_old_index(tmp_path: Path, function: str) -> None:
    sync_index(tmp_path, DictFeed(post("a", "Old")))
    code = FULL_DISK.format(tests=str(Path(__file__).parents[1]), function=function, home=str(tmp_path))
    told = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert "can't be written" in told.stdout
    assert titles(open_index(tmp_path)) == {"Old"}
    rebuild_index(tmp_path, feed())
    assert titles(open_index(tmp_path)) == {"First", "Second", "Third"}
