"""docs/json.md lists the keys that commands print, all of them and no others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tipsearch.cli.demo import DemoSites

from .conftest import POST, Run, tipsearch

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
OBJECTS_OF_ANY_KEYS = ("sources[].years", "sources[].runs[].counts", "hits[].explanation[].forms", "[].options")
LISTS_OF_OBJECTS = ("sources", "waiting")


def documented(section: str) -> set[str]:
    """The keys that a section's table names."""
    cells = re.findall(r"^\| (`.*?`) \|", SECTIONS[section], re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


def printed(value: Any, path: str = "") -> Iterator[str]:
    """The paths of the leaves of a JSON document; a list of plain values is a leaf, an empty one of objects is none."""
    if isinstance(value, dict) and path not in OBJECTS_OF_ANY_KEYS:
        for key, held in value.items():
            yield from printed(held, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for held in value:
            yield from printed(held, f"{path}[]")
    elif value != [] or path not in LISTS_OF_OBJECTS:
        yield path


def first_id(ask: Run) -> str:
    return str(ask("query", "empathy", "--format", "json").json["hits"][0]["id"])


def test_a_post(ask: Run) -> None:
    assert documented("A post: export, show") == set(printed(ask("export").lines[0]))
    assert documented("A post: export, show") == set(printed(ask("show", first_id(ask), "--format", "json").json))


def test_show_why(run: Run, tmp_path: Path) -> None:
    for name, words in (("old", "twice, open the door and smile"), ("new", "three times, run")):
        page = tmp_path / f"{name}.html"
        page.write_text(POST.replace("twice, open the door and smile", words))
        assert run("ingest", page).status == 0
    (post,) = run("export").lines
    post = run("show", post["id"], "--why", "--format", "json").json
    assert post["why"]["revisions"]
    assert documented("show --why") == set(printed({"why": post["why"]}))


def test_query(ask: Run) -> None:
    facets = "year,tag,source,category,author"
    found = ask("query", "empathy", "--facets", facets, "--explain", "--format", "json").json
    missing = ask("query", "empathy xylophonic", "--all", "--format", "json").json
    assert documented("query") == {*printed(found), *printed(missing)} - {"all_but_one", "hits"}
    assert not {"facets", "formula"} & set(missing)
    line = ask("query", "empathy", "--explain", "--format", "jsonl").lines[0]
    keys = {key.partition("[")[0] for key in line}
    assert keys == {key.split(".")[1].partition("[")[0] for key in documented("query") if key.startswith("hits")}


def test_similar(ask: Run) -> None:
    assert documented("similar") == set(printed(ask("similar", first_id(ask), "--format", "json").json))


def test_trends(ask: Run) -> None:
    assert documented("trends") == set(printed(ask("trends", "empathy", "--format", "json").json))


def test_watch(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(POST)
    assert run("ingest", page).status == 0
    assert run("watch", "add", "doors", "door", "--tag", "x", "--all").status == 0
    assert run("watch", "add", "bells", "bell").status == 0
    assert documented("watch") == set(printed(run("watch", "list", "--format", "json").json))
    (line,) = run("watch", "run", "--format", "jsonl").lines
    assert line.pop("watch") == "bells"
    assert set(line) == set(run("query", "bell", "--format", "jsonl").lines[0])


@pytest.mark.parametrize("command", ["sources", "status"])
def test_what_is_there(ask: Run, command: str) -> None:
    assert documented(command) == set(printed(ask(command, "--format", "json").json))


def test_crawl_and_refresh(run: Run, demo: DemoSites) -> None:
    crawled = run("crawl", demo.sayings_url, "--delay", "0", "--format", "json").json
    refreshed = run("refresh", "--format", "json").json
    keys = {key for key in documented("crawl, refresh") if not key.startswith("waiting")}
    assert keys == set(printed(crawled)) == set(printed(refreshed))


def test_a_source_that_a_refresh_leaves_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "tipsearch.toml").write_text('[[sources]]\nname = "x"\nurls = ["http://127.0.0.1:9/"]\n')
    run("refresh")
    waiting = {"waiting": run("refresh", "--format", "json").json["waiting"]}
    assert {key for key in documented("crawl, refresh") if key.startswith("waiting")} == set(printed(waiting))


def test_ingest(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(POST)
    done = tipsearch("ingest", page, "--format", "json", home=tmp_path / "home")
    assert documented("ingest") == set(printed(done.json))


def test_every_command_with_a_json_format_has_its_section() -> None:
    from importlib import import_module

    from tipsearch.cli.main import COMMANDS

    for name, module in COMMANDS.items():
        command = getattr(import_module(f"tipsearch.cli.{module}"), name)
        below = getattr(command, "commands", {}).values()
        formats = [param for each in (command, *below) for param in each.params if param.name == "fmt"]
        assert bool(formats) == any(name in title for title in SECTIONS), name
