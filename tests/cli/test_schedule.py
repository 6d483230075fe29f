"""What `schedule` prints is read back as cron, the shell and systemd would read it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.cli.schedule import EXACT, Job, cron_line, cron_quoted, exec_start, minutes_of, spoken, systemd_units
from tipsearch.pipeline.config import save_sources
from tipsearch.pipeline.errors import UsageError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source

from .conftest import Run, tipsearch

HOME = Path("/srv/tips")
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=12)


def job(every: str, home: Path = HOME, number: int = 0x01020304, *words: str) -> Job:
    return Job(
        home, words or ("/bin/tipsearch", "--home", str(home), "refresh"), minutes_of(every), number, "tipsearch"
    )


def as_cron_passes_it_on(command: str) -> str:
    """What the shell gets: cron takes the backslash from an escaped percent sign, and ends the line at a bare one."""
    out, escaped = "", False
    for sign in command:
        if escaped and sign == "%":
            out = out[:-1]
        elif sign == "%":
            return out
        out += sign
        escaped = sign == "\\" and not escaped
    return out


def as_systemd_reads_it(line: str) -> list[str]:
    """The arguments of an ExecStart= value that uses double quotes, `%%`, `$$` and C's escapes (systemd.syntax(7))."""
    words: list[str] = []
    for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line):
        assert "'" not in bare
        assert "\\" not in bare
        word = re.sub(r"\\(.)", r"\1", quoted) or bare
        assert not re.search(r"(?<!%)(?:%%)*%(?!%)", word), "a specifier"
        word = word.replace("%%", "%")
        if words:
            assert not re.search(r"(?<!\$)(?:\$\$)*\$(?!\$)", word), "a variable"
            word = word.replace("$$", "$")
        words.append(word)
    return words


class TestHowOften:
    @pytest.mark.parametrize(
        ("every", "minutes"), [("30m", 30), ("6h", 360), ("1d", 1440), ("1w", 10080), (" 6H ", 360), ("90m", 90)]
    )
    def test_is_read(self, every: str, minutes: int) -> None:
        assert minutes_of(every) == minutes

    @pytest.mark.parametrize(
        "every", ["", "6", "h", "6 h", "1.5h", "-1h", "six", "6y", "٦h", "6h30m", "1" * 5000 + "h"]
    )
    def test_that_is_no_length_of_time_is_named_with_examples(self, every: str) -> None:
        with pytest.raises(UsageError, match="30m, 6h, 1d or 1w") as caught:
            minutes_of(every)
        assert every[:20] in str(caught.value)
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize("every", ["0h", "1m", "4m", "5w", "999999w"])
    def test_out_of_range_names_the_range(self, every: str) -> None:
        with pytest.raises(UsageError, match="From 5m to 4w"):
            minutes_of(every)

    @pytest.mark.parametrize(
        ("every", "near"),
        [("7h", "6h and 8h"), ("3d", "1d and 1w"), ("90m", "1h and 2h"), ("7m", "6m and 10m"), ("4w", "are 1w;")],
    )
    def test_that_cron_cannot_say_names_the_nearest_it_can(self, every: str, near: str) -> None:
        with pytest.raises(UsageError, match=f"every {every}") as caught:
            cron_line(job(every))
        assert near in str(caught.value)
        assert "--systemd" in str(caught.value)

    @given(st.integers(5, 40320))
    def test_is_spoken_as_it_is_read(self, minutes: int) -> None:
        assert minutes_of(spoken(minutes)) == minutes


def moments(line: str) -> list[int]:
    """Minutes of a week at which a crontab line runs."""
    minutes, hours, _, _, weekdays, _ = line.split(" ", 5)

    def field(text: str, size: int) -> list[int]:
        return list(range(size)) if text == "*" else [int(n) for n in text.split(",")]

    return [d * 1440 + h * 60 + m for d in field(weekdays, 7) for h in field(hours, 24) for m in field(minutes, 60)]


@given(st.sampled_from(EXACT), st.integers(0, 2**32 - 1))
def test_a_crontab_line_runs_exactly_so_often_and_not_when_everybody_does(every: int, number: int) -> None:
    runs = moments(cron_line(job(spoken(every), HOME, number)))
    assert {(b - a) % 10080 for a, b in zip(runs, [*runs[1:], runs[0]], strict=True)} <= {every, 0}
    assert len(runs) == 10080 // every
    assert all(0 <= run < 10080 for run in runs)
    if every >= 60:
        assert not any(run % 60 == 0 for run in runs)


def test_homes_have_minutes_of_their_own(tmp_path: Path) -> None:
    minutes = set()
    for number in range(4):
        home = tmp_path / str(number)
        first, again = tipsearch("schedule", home=home).out, tipsearch("schedule", "--cron", home=home).out
        assert first == again
        minutes.add(first.split()[0])
    assert len(minutes) > 1


@given(st.lists(PRINTABLE, min_size=1, max_size=4))
def test_cron_and_the_shell_pass_on_any_word(words: list[str]) -> None:
    line = as_cron_passes_it_on(" ".join(map(cron_quoted, words)))
    assert shlex.split(line) == words
    # A cron that knows no percent sign leaves the backslash to the shell.
    assert shlex.split(" ".join(map(cron_quoted, words))) == words


@given(st.lists(PRINTABLE, min_size=1, max_size=4))
def test_systemd_passes_on_any_word(words: list[str]) -> None:
    assert as_systemd_reads_it(exec_start(["/bin/tipsearch", *words])) == ["/bin/tipsearch", *words]


def test_a_program_with_a_dollar_in_its_path_is_started_by_another() -> None:
    assert as_systemd_reads_it(exec_start(["/opt/$x/tipsearch", "refresh"]))[1:] == ["/opt/$x/tipsearch", "refresh"]


NASTY = """it's 100% "mine" $HOME `x` \\%; é"""


def test_the_crontab_line_refreshes_this_very_home(tmp_path: Path) -> None:
    home = Home(tmp_path / NASTY)
    save_sources(home, [Source(name="tips", urls=("http://127.0.0.1:9/",), delay=0)])
    done = tipsearch("schedule", "--every", "1h", home=home.path)
    assert done.status == 0
    assert done.out.count("\n") == 1
    assert "(crontab -l; " in done.err
    command = as_cron_passes_it_on(done.out.strip().split(" ", 5)[5])
    ended = subprocess.run(["sh", "-c", command], env={"TIPSEARCH_BACKOFF": "0"}, cwd="/", timeout=300, check=False)
    # Nothing listens there: the source failed, in this home, and the log says so.
    assert ended.returncode == 3
    assert "tips" in (home.path / "refresh.log").read_text(encoding="utf-8")
    assert home.store.exists()


def units(text: str, folder: Path) -> dict[str, str]:
    """The files that the printed command takes the output apart into."""
    (separate,) = re.findall(r"\| (awk '[^']+')$", text, re.MULTILINE)
    folder.mkdir()
    subprocess.run(["sh", "-c", separate], input=text, encoding="utf-8", cwd=folder, check=True)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.mark.skipif(shutil.which("awk") is None, reason="needs awk")
@pytest.mark.parametrize("every", ["5m", "30m", "1h", "6h", "7h", "1d", "3d", "1w"])
def test_systemd_finds_nothing_to_complain_of(every: str, tmp_path: Path) -> None:
    program = tmp_path / "tips $x 5% earch"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    home = tmp_path / NASTY
    text = systemd_units(job(every, home, 0x01020304, str(program), "--home", str(home), "refresh", "a b\\"))
    files = units(text, tmp_path / "units")
    assert set(files) == {"tipsearch.service", "tipsearch.timer"}
    service, timer = files["tipsearch.service"], files["tipsearch.timer"]
    (line,) = re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)
    assert as_systemd_reads_it(line)[-5:] == [str(program), "--home", str(home), "refresh", "a b\\"]
    assert not re.search(r"\\$", service, re.MULTILINE), "a continued line"
    assert "SuccessExitStatus=4 130" in service
    assert ("Persistent=true" in timer) == ("OnCalendar=" in timer)
    if analyze := shutil.which("systemd-analyze"):
        done = subprocess.run(
            [analyze, "--user", "verify", *sorted(map(str, (tmp_path / "units").iterdir()))],
            capture_output=True,
            encoding="utf-8",
            env={"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
            check=False,
        )
        assert "tipsearch." not in done.stdout + done.stderr
        for moment in re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE):
            assert subprocess.run([analyze, "calendar", moment], capture_output=True, check=False).returncode == 0


def test_every_home_and_choice_has_units_of_its_own(tmp_path: Path) -> None:
    def unit(*args: str, home: Path | None = None, **environment: str) -> str:
        return re.findall(
            r"^# file: (.*)\.service$",
            tipsearch("schedule", "--systemd", *args, home=home, **environment).out,
            re.MULTILINE,
        )[0]

    data = {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    home = Home(tmp_path / "home")
    save_sources(home, [Source(name="tips", urls=("https://example.com/",))])
    names = [
        unit(**data),
        unit(home=home.path),
        unit("tips", home=home.path),
        unit(TIPSEARCH_HOME=str(tmp_path / "other"), **data),
    ]
    assert len(set(names)) == 4
    if sys.platform == "linux":
        assert names[0] == "tipsearch"


class TestWhatIsRefused:
    def test_a_source_that_is_not_there(self, run: Run) -> None:
        done = run("schedule", "tipz")
        assert (done.status, done.out) == (2, "")
        assert "'tipz'" in done.err

    def test_a_home_that_no_schedule_can_name(self, tmp_path: Path) -> None:
        done = tipsearch("schedule", home=tmp_path / "two\nlines")
        assert (done.status, done.out) == (2, "")
        assert "can't be written into a schedule" in done.err

    def test_a_bad_time(self, run: Run) -> None:
        done = run("schedule", "--every", "7h", "--cron")
        assert (done.status, done.out) == (2, "")
        assert "6h and 8h" in done.err


def test_a_home_without_sources_is_scheduled_with_a_word_about_it(run: Run) -> None:
    done = run("schedule")
    assert done.status == 0
    assert "no source is registered" in done.err


def test_sources_are_named_in_the_line(tmp_path: Path) -> None:
    home = Home(tmp_path)
    save_sources(home, [Source(name=name, urls=(f"https://{i}.example/",)) for i, name in enumerate(("-n", "b c"))])
    words = shlex.split(tipsearch("schedule", "--", "-n", "b c", home=tmp_path).out.split(" ", 5)[5])
    assert words[words.index("refresh") :][:4] == ["refresh", "--", "-n", "b c"]
