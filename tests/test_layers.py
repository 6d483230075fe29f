"""Imports between the rooms point one way, and the light modules stay light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_KNOW = {
    "pipeline": {"pipeline"},
    "crawler": {"crawler", "pipeline"},
    "index": {"index", "pipeline"},
    "cli": {"cli", "crawler", "index", "pipeline"},
}
MODULES = sorted(path.relative_to(ROOT) for room in MAY_KNOW for path in (ROOT / room).rglob("*.py"))


def rooms_imported(path: Path) -> set[str]:
    """The rooms that a module imports from, relatively or by the package's name."""
    package = ["tipsearch", *path.parent.parts]
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            dotted = [*base, *(node.module or "").split(".")]
            names = [dotted, *([*dotted, alias.name] for alias in node.names)] if len(dotted) < 3 else [dotted]
            found |= {parts[1] for parts in names if parts[0] == "tipsearch" and len(parts) > 1 and parts[1]}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("tipsearch.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_room_knows_only_those_before_it(path: Path) -> None:
    assert rooms_imported(path) <= MAY_KNOW[path.parts[0]]


def test_the_check_itself_sees_imports() -> None:
    assert rooms_imported(Path("cli/query.py")) == {"cli", "index", "pipeline"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_crawler_imports_scrapy_and_only_the_engine_whoosh(path: Path) -> None:
    source = ast.parse((ROOT / path).read_text("utf-8"))
    roots = {a.name.split(".")[0] for n in ast.walk(source) if isinstance(n, ast.Import) for a in n.names}
    roots |= {(n.module or "").split(".")[0] for n in ast.walk(source) if isinstance(n, ast.ImportFrom) and not n.level}
    if path.parts[0] != "crawler":
        assert "scrapy" not in roots
    if path.parts[:2] != ("index", "engine"):
        assert "whoosh" not in roots
    if path.parts[0] != "cli":
        assert not roots & {"click", "rich"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_in_one_sentence_what_is_in_it_and_stays_small(path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 400


def imported_by(statement: str) -> set[str]:
    """The top-level modules that a statement brings into a fresh interpreter."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


HEAVY = {"scrapy", "twisted", "dateparser", "bs4", "sqlalchemy", "click", "lxml", "rich", "numpy"}


@pytest.mark.parametrize(
    "statement",
    ["import tipsearch.index", "from tipsearch.index import open_index", "import tipsearch.pipeline"],
)
def test_importing_for_search_brings_nothing_heavy(statement: str) -> None:
    assert not imported_by(statement) & HEAVY


def test_the_lazy_names_of_the_pipeline_are_what_they_say() -> None:
    import tipsearch.pipeline as room

    assert all(callable(getattr(room, name)) for name in room.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        room.no_such_name  # noqa: B018
