"""`tipsearch schedule`: the crontab line, or the systemd units, that refresh a home's blogs regularly."""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ..pipeline.errors import UsageError
from ..pipeline.home import Home
from .options import completed, with_home
from .output import clipped, hint, say

_MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_HOUR, _DAY, _WEEK = 60, 24 * 60, 7 * 24 * 60
SHORTEST, LONGEST = 5, 4 * _WEEK  # minutes; to ask blogs more often helps nobody
_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
EXACT = (5, 6, 10, 12, 15, 20, 30, *(hours * _HOUR for hours in (1, 2, 3, 4, 6, 8, 12, 24)), _WEEK)
"""Minutes that a line of crontab can say exactly: its fields begin anew with each hour, each day and each week."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to run, how often (in minutes), and a number of this home's own that spreads homes over the hour."""

    home: Path
    words: tuple[str, ...]
    minutes: int
    number: int
    unit: str

    @property
    def minute(self) -> int:
        """The minute of the hour; never 0, when everybody asks."""
        return 1 + self.number % 59

    @property
    def hour(self) -> int:
        """The first hour of the day."""
        return (self.number >> 8) % min(24, max(1, self.minutes // _HOUR))

    @property
    def weekday(self) -> int:
        """The day of the week, Sunday being 0."""
        return (self.number >> 16) % 7


@click.command(short_help="The crontab line or the systemd units that refresh regularly.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completed("registered"))
@click.option("--every", default="6h", show_default=True, metavar="TIME", help="How often: 30m, 6h, 1d, 1w.")
@click.option("--systemd/--cron", "systemd", default=False, help="What to print (default: the crontab line).")
@with_home
def schedule(home: Home, *, names: tuple[str, ...], every: str, systemd: bool) -> int:
    """Print what makes cron, or systemd, run `tipsearch refresh` for this home (for the sources NAMEd, or for all).

    \b
    (crontab -l; tipsearch schedule --every 6h) | crontab -
    tipsearch schedule --every 6h --systemd

    Nothing is installed. stdout carries one line of crontab, or a systemd service and timer for your user with the
    commands that install them; the minute is one of this home's own.
    """
    from ..pipeline.config import load_sources

    known = [source.name for source in load_sources(home) if source.urls]
    for name in names:
        if name not in known:
            raise UsageError(f"there is no source {name!r}.", hint=f"There are: {', '.join(known) or 'none yet'}.")
    if not known:
        hint(f"no source is registered in {home.config} yet; begin with: tipsearch crawl URL")
    job = _job(home, names, minutes_of(every))
    say(systemd_units(job) if systemd else cron_line(job))
    if systemd:
        hint("nothing is installed yet: the first lines of the output say how")
        return 0
    hint(f"to add the line to your crontab: (crontab -l; {again(job, '--cron')}) | crontab -")
    hint("(`| crontab -` by itself replaces every line that is there)")
    return 0


def minutes_of(every: str) -> int:
    """``30m``, ``6h``, ``1d`` or ``1w`` in minutes; raises UsageError."""
    given = re.fullmatch(r"([0-9]{1,6})([mhdw])", every.strip().lower())
    if given is None:
        raise UsageError(f"--every {clipped(every)!r} is no length of time.", hint="Say 30m, 6h, 1d or 1w.")
    minutes = int(given[1]) * _MINUTES[given[2]]
    if not SHORTEST <= minutes <= LONGEST:
        raise UsageError(
            f"--every {every} is out of range.", hint=f"From {spoken(SHORTEST)} to {spoken(LONGEST)} is possible."
        )
    return minutes


def spoken(minutes: int) -> str:
    """A length of time as ``--every`` takes it."""
    unit = next(unit for unit in "wdhm" if minutes % _MINUTES[unit] == 0)
    return f"{minutes // _MINUTES[unit]}{unit}"


def _job(home: Home, names: Sequence[str], minutes: int) -> Job:
    options = ["--"] if any(name.startswith("-") for name in names) else []
    words = (*_executable(), "--home", str(home.path), "refresh", *options, *names)
    for word in words:
        if not word.isprintable():
            raise UsageError(f"{word!r} can't be written into a schedule.", hint="Give the folder another name.")
    said = "\0".join((str(home.path), *names))
    number = int.from_bytes(hashlib.sha256(said.encode()).digest()[:4], "big")
    # Every home, and every choice of sources, has units of its own.
    plain = home == Home.default() and not names
    return Job(home.path, words, minutes, number, "tipsearch" if plain else f"tipsearch-{number:08x}")


def again(job: Job, form: str) -> str:
    """The command that prints this schedule, for a shell."""
    at = job.words.index("--home")
    command, sources = job.words[: at + 2], job.words[at + 3 :]
    return shlex.join((*command, "schedule", form, "--every", spoken(job.minutes), *sources))


def _executable() -> tuple[str, ...]:
    """This tipsearch by its absolute path; a link is kept, for it outlives what it leads to."""
    called = shutil.which(sys.argv[0]) if Path(sys.argv[0]).stem == "tipsearch" else None
    beside = shutil.which("tipsearch", path=str(Path(sys.executable).parent))
    found = called or beside
    return (str(Path(found).absolute()),) if found else (sys.executable, "-m", f"{__package__}.main")


# --- cron -------------------------------------------------------------------------------------------------------------


def cron_line(job: Job) -> str:
    """One line of crontab; raises UsageError for what crontab can't say exactly.

    Hours and minutes are listed one by one, as POSIX has it: a step such as */6 is an extension.
    """
    if job.minutes not in EXACT:
        near = [
            max((m for m in EXACT if m < job.minutes), default=0),
            min((m for m in EXACT if m > job.minutes), default=0),
        ]
        raise UsageError(
            f"cron can't say every {spoken(job.minutes)}: its fields begin anew with each hour, day and week.",
            hint=f"The nearest are {' and '.join(spoken(m) for m in near if m)}; --systemd takes any.",
        )
    minutes, hours, weekday = str(job.minute), "*", "*"
    if job.minutes < _HOUR:
        minutes = _listed(job.minute % job.minutes, job.minutes, 60)
    elif job.minutes > _HOUR:
        hours = _listed(job.hour, job.minutes // _HOUR, 24)
    if job.minutes == _WEEK:
        weekday = str(job.weekday)
    log = job.home / "refresh.log"
    command = f"{' '.join(map(cron_quoted, job.words))} >> {cron_quoted(str(log))} 2>&1"
    return f"{minutes} {hours} * * {weekday} {command}"


def _listed(first: int, step: int, end: int) -> str:
    return ",".join(map(str, range(first, end, step)))


def cron_quoted(word: str) -> str:
    r"""A word as the shell reads it once cron has passed the line on.

    cron ends the command at a bare ``%`` and makes ``%`` of ``\%`` (POSIX, crontab; crontab(5)), within quotes too. So
    the sign stands outside them, where the backslash does no harm to a cron that leaves it to the shell.
    """
    return r"\%".join(shlex.quote(part) if part else "" for part in word.split("%")) or "''"


# --- systemd ----------------------------------------------------------------------------------------------------------


def systemd_units(job: Job) -> str:
    """A service and a timer of the user's own systemd, with the commands that install them as comments."""
    folder, unit = "~/.config/systemd/user", job.unit
    lines = [
        "# A systemd service and its timer, for your user. To install them:",
        f"#   mkdir -p {folder} && cd {folder}",
        f"#   {again(job, '--systemd')} | awk '/^# file: /{{f=$3}} f{{print > f}}'",
        "#   systemctl --user daemon-reload",
        f"#   systemctl --user enable --now {unit}.timer",
        "#   loginctl enable-linger          # so that it runs while you are logged out, too",
        f"# What it did: journalctl --user -u {unit}. When it runs next: systemctl --user list-timers",
        "",
        f"# file: {unit}.service",
        "[Unit]",
        f"Description=The blogs of {job.home}, read by tipsearch".replace("%", "%%"),
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={exec_start(job.words)}",
        "# 3, a source failed, shows as a failure; 4, another crawl is at work, is none, nor is 130, stopped by you.",
        "SuccessExitStatus=4 130",
        "# An interrupt lets it finish the page at hand.",
        "KillSignal=SIGINT",
        "KillMode=mixed",
        "Nice=10",
        "",
        f"# file: {unit}.timer",
        "[Unit]",
        f"Description=The blogs of {job.home}, every {spoken(job.minutes)}".replace("%", "%%"),
        "",
        "[Timer]",
        *_when(job),
        f"RandomizedDelaySec={min(30, max(1, job.minutes // 10))}min",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines)


def _when(job: Job) -> list[str]:
    """The timer's moments: of the calendar, made up for where the machine was off, or else counted from the last."""
    if job.minutes not in EXACT:
        return ["OnStartupSec=5min", f"OnUnitActiveSec={job.minutes}min"]
    day = f"{_WEEKDAYS[job.weekday]} *-*-*" if job.minutes == _WEEK else "*-*-*"
    clock = f"{job.hour:02}:{job.minute:02}:00"
    if job.minutes < _HOUR:
        clock = f"*:{job.minute % job.minutes:02}/{job.minutes}:00"
    elif job.minutes == _HOUR:
        clock = f"*:{job.minute:02}:00"
    elif job.minutes < _DAY:
        clock = f"{job.hour:02}/{job.minutes // _HOUR}:{job.minute:02}:00"
    return [f"OnCalendar={day} {clock}", "Persistent=true"]


def exec_start(words: Sequence[str]) -> str:
    r"""A command line in systemd's own syntax (systemd.syntax(7), systemd.service(5)).

    Words that need it stand in double quotes with C's escapes; ``%`` and ``$`` are doubled. In the program's own path
    variables are not looked for, so that ``$`` must not be doubled there: `env` finds such a program.
    """
    if "$" in words[0]:
        words = ("/usr/bin/env", *words)
    return " ".join(map(systemd_quoted, words))


def systemd_quoted(word: str) -> str:
    """One word of such a command line."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if re.fullmatch(r"[\w@%+=:,./$-]+", word) and word != ";" else f'"{escaped}"'
