"""Watches: which posts are new to them."""

from pathlib import Path

from support.feeds import DictFeed, post
from tipsearch.index import open_index, sync_index
from tipsearch.index.watches import Watch, load_watches, save_watches


def test_a_post_that_got_a_stronger_id_is_not_new(tmp_path: Path) -> None:
    feed = DictFeed(post("weak", "Apple"), post("other", "Apple", source="second"))
    sync_index(tmp_path, feed)
    watch = Watch(name="a", query="apple", feed_id="urn:x", created="2026-01-01T00:00:00Z")
    with open_index(tmp_path) as index:
        watch.report(watch.matches(index, new=True), "2026-01-02T00:00:00Z")
        feed.drop("weak")
        feed.put(post("strong", "Apple"), aliases=("weak",))
        feed.put(post("late", "Apple"))
        sync_index(tmp_path, feed)
        assert [hit.id for hit in watch.matches(index, new=True)] == ["late"]
        assert len(watch.matches(index, new=False)) == 3


def test_the_same_id_in_another_source_is_another_post(tmp_path: Path) -> None:
    feed = DictFeed(post("same", "Apple"))
    sync_index(tmp_path, feed)
    watch = Watch(name="a", query="apple", feed_id="urn:x", created="2026-01-01T00:00:00Z")
    with open_index(tmp_path) as index:
        watch.report(watch.matches(index, new=True), "2026-01-02T00:00:00Z")
        feed.put(post("same", "Apple", source="second"))
        sync_index(tmp_path, feed)
        assert [(hit.source, hit.id) for hit in watch.matches(index, new=True)] == [("second", "same")]


def test_seen_posts_are_left_out_of_a_search(tmp_path: Path) -> None:
    sync_index(tmp_path, DictFeed(*(post(f"p{n}", "Apple") for n in range(5))))
    with open_index(tmp_path) as index:
        results = index.search("apple", seen={("blog", "p1"), ("blog", "p3"), ("elsewhere", "p0")}, limit=2)
        assert results.total == 3
        assert [hit.id for hit in results] == ["p0", "p2"]
        assert [hit.rank for hit in results] == [1, 2]


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    watch = Watch(
        name="ä",
        query='"a b"~3',
        feed_id="urn:x",
        created="2026-01-01T00:00:00Z",
        options={"tag": ("x", "y"), "after": "last March", "synonyms": False},
        last_run="2026-01-02T00:00:00Z",
        reported={("blog", "p1"): "2026-01-02T00:00:00Z", ("blög", "p2"): "2026-01-02T00:00:00Z"},
    )
    save_watches(tmp_path, [watch])
    assert load_watches(tmp_path) == {"ä": watch}
    assert load_watches(tmp_path / "nowhere") == {}
