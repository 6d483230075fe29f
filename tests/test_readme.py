"""Every command of the README runs, and what it shows is what they print."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tipsearch.cli.demo import DemoSites, demo_sites
from tipsearch.cli.main import COMMANDS
from tipsearch.pipeline.config import load_sources
from tipsearch.pipeline.home import Home

from .cli.conftest import ENVIRONMENT, on_a_terminal, tipsearch

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
EXAMPLE = "https://blog.example"


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCKS if name == kind]


def shell_lines() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line.strip()]


OUTSIDE = {"make", "pip"}
COMMANDS_SHOWN = [line for line in shell_lines() if shlex.split(line, comments=True)[0] not in OUTSIDE]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with both bundled blogs."""
    made = tmp_path_factory.mktemp("readme")
    with demo_sites() as sites:
        for name, url in (("tips", sites.tips_url), ("tips", sites.tips_tag_url), ("sayings", sites.sayings_url)):
            done = tipsearch("crawl", url, "--name", name, "--delay", "0", home=made)
            assert done.status == 0, done
    return made


@pytest.fixture(scope="module")
def sites() -> object:
    with demo_sites() as served:
        yield served


@pytest.mark.parametrize("line", COMMANDS_SHOWN)
def test_a_shell_command_does_what_it_says(line: str, home: Path, sites: DemoSites, tmp_path: Path) -> None:
    words = [w.replace(EXAMPLE, sites.tips.url) for w in shlex.split(line, comments=True)]
    assert words.pop(0) == "tipsearch"
    # The README's blog is somebody's; the demo's own is ours, and needs no pause between two pages.
    done = tipsearch(*words, "--delay", "0", home=tmp_path) if words[0] == "crawl" else tipsearch(*words, home=home)
    assert done.status == 0, done
    assert done.out


def test_the_outside_commands_are_those_tested_elsewhere() -> None:
    outside = {line.split("#")[0].strip() for line in shell_lines() if shlex.split(line, comments=True)[0] in OUTSIDE}
    assert outside == {"make demo", "make test", "pip install ."}


def test_the_first_screen_shows_real_output(home: Path) -> None:
    (shown,) = blocks("console")
    command, _, output = shown.partition("\n")
    assert command.startswith("$ tipsearch ")
    printed = on_a_terminal("--home", str(home), *shlex.split(command)[2:], NO_COLOR="1", COLUMNS="100")
    assert _without_ports(printed) == _without_ports(output)


def _without_ports(text: str) -> str:
    """Ids hash the address, and the address has the port of the day."""
    text = text.replace("\r\n", "\n")
    return re.sub(r"[0-9a-f]{16}", "ID", re.sub(r"127\.0\.0\.1:\d+", "HOST", text)).strip()


def test_the_python_examples_run(home: Path) -> None:
    for code in blocks("python"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            encoding="utf-8",
            env=ENVIRONMENT | {"TIPSEARCH_HOME": str(home)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_the_configuration_shown_is_accepted(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    (tmp_path / "tipsearch.toml").write_text(text)
    (source,) = load_sources(Home(tmp_path))
    assert (source.name, source.delay, source.date_order) == ("tips", 2.0, "MDY")


def test_the_scheduled_commands_run(home: Path, sites: DemoSites, tmp_path: Path) -> None:
    lines = re.findall(r"/usr/local/bin/(tipsearch .*? refresh)", "".join(blocks("crontab") + blocks("ini")))
    assert len(lines) == 2
    assert tipsearch("crawl", sites.tips_tag_url, "--delay", "0", home=tmp_path).status == 0
    (tmp_path / "tipsearch.toml").write_text(
        (tmp_path / "tipsearch.toml").read_text().replace("[[sources]]", "[[sources]]\ndelay = 0")
    )
    for line in lines:
        words = [str(tmp_path) if w == "/var/lib/tipsearch" else w for w in shlex.split(line)]
        assert tipsearch(*words[1:]).status == 0


@pytest.mark.parametrize(("kind", "options"), [("crontab", []), ("ini", ["--systemd"])])
def test_what_schedule_prints_is_what_is_shown(kind: str, options: list[str]) -> None:
    (shown,) = blocks(kind)
    printed = tipsearch("--home", "/var/lib/tipsearch", "schedule", *options)
    assert re.sub(r"[^\s=]+/tipsearch --home", "/usr/local/bin/tipsearch --home", printed.out).strip() == shown.strip()


def test_every_command_is_in_the_table() -> None:
    table = re.search(r"\| command \|.*?\n\n", README, re.DOTALL)
    assert table
    for command in COMMANDS:
        assert re.search(rf"`(tipsearch )?{command}\b", table[0]), command


def test_every_dependency_has_its_line() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert listed
    names = re.findall(r'^\s*"([\w-]+)', listed[1], re.MULTILINE)
    rows = re.search(r"\| package \|.*?\n\n", README, re.DOTALL)
    assert rows
    assert len(names) > 10
    for name in names:
        assert re.search(rf"^\|[^|]*\b{name}\b", rows[0], re.MULTILINE), name


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


@pytest.mark.slow
def test_make_demo_sets_everything_up(tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"))
    done = subprocess.run(
        ["make", "demo", f"PYTHON={sys.executable}"],
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        cwd=copy,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "$ tipsearch query empathy" in done.stdout
