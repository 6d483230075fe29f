"""`tipsearch demo`, from the checkout and from a wheel alone."""

import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ENVIRONMENT, tipsearch

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_crawls_indexes_and_answers_in_under_a_minute() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = tipsearch("demo")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # It waits for nothing but itself; by the clock it would depend on what else the machine does.
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 60
    assert done.status == 0, done
    assert "tips: ok – 73 posts" in done.out
    assert "sayings: ok – 27 posts" in done.out
    last = done.out.split("$ tipsearch query empathy")[1]
    assert re.search(r"^ +1\. ", last, re.MULTILINE)
    assert "What to try next" in last


def test_a_kept_demo_can_be_searched(tmp_path: Path) -> None:
    done = tipsearch("demo", "--keep", TMPDIR=str(tmp_path))
    (home,) = tmp_path.glob("tipsearch-demo-*")
    assert str(home) in done.out
    assert tipsearch("query", "patience", home=home).status == 0


def test_a_home_that_is_given_is_made_and_kept_but_never_one_that_is_there(tmp_path: Path) -> None:
    assert tipsearch("demo", "--home", tmp_path / "demo").status == 0
    assert tipsearch("query", "patience", home=tmp_path / "demo").status == 0
    again = tipsearch("demo", home=tmp_path / "demo")
    assert again.status == 2
    assert str(tmp_path / "demo") in again.err


@pytest.mark.slow
def test_the_wheel_alone_runs_the_demo(tmp_path: Path) -> None:
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "fixtures", "tests")
    shutil.copytree(ROOT, source, ignore=ignored)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(source)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    own = tmp_path / "venv" / "bin"
    subprocess.run([str(own / "python"), "-m", "pip", "--quiet", "install", str(wheel)], check=True)
    done = subprocess.run(
        [str(own / "tipsearch"), "demo"],
        capture_output=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "$ tipsearch query empathy" in done.stdout
