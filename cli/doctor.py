"""`tipsearch doctor`: what is wrong with a home, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from ..pipeline.errors import TipsearchError
from ..pipeline.home import Home
from ..pipeline.records import Source
from .doctor_corpus import check_index, check_store, restore
from .doctor_files import (
    Check,
    Finding,
    Severity,
    check_backups,
    check_config,
    check_home,
    check_lock,
    command,
    readable,
)
from .doctor_sources import check_sources
from .exits import FAILED, UNUSABLE
from .options import format_option, given_home, home_option
from .output import say, say_json, styled

_WORST: tuple[Severity, ...] = ("ok", "warning", "problem")
_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command(short_help="What is wrong here, and how to mend it.")
@click.option("--full", is_flag=True, help="Check the store's indexes too; takes several times as long.")
@format_option("text", "json")
@home_option
def doctor(*, full: bool, fmt: str) -> int:
    """Check the home, the configuration, the store, the index and the sources; say what is wrong and how to mend it.

    Nothing is written or changed, and no blog is asked.

    Exit status: 0 nothing worse than warnings, 3 a source's last run failed, 5 something on the disk can't be used.
    """
    home = Home.find(given_home())
    findings = list(examine(home, full=full))
    worst = max((finding.severity for finding in findings), key=_WORST.index)
    if fmt == "json":
        say_json({"home": str(home.path), "worst": worst, "findings": [_json(finding) for finding in findings]})
    else:
        for finding in findings:
            _print(finding)
    problems = {finding.check for finding in findings if finding.severity == "problem"}
    if problems - {"sources"}:
        return UNUSABLE
    return FAILED if problems else 0


def examine(home: Home, *, full: bool = False) -> Iterator[Finding]:
    """All findings about a home, one after the other; at least one."""
    if not home.path.exists() and not home.path.is_symlink():
        yield Finding(check="home", says=f"nothing here yet: {home.path}", mend=command(home, "crawl", "URL"))
        return
    sources: list[Source] = []
    checks: tuple[tuple[Check, Callable[[], Iterable[Finding]]], ...] = (
        ("home", lambda: check_home(home)),
        ("config", lambda: check_config(home, sources)),
        ("lock", lambda: check_lock(home)),
        ("store", lambda: check_store(home, full=full)),
        ("index", lambda: check_index(home)),
        ("sources", lambda: check_sources(home, sources)),
        ("backups", lambda: check_backups(home)),
    )
    for name, check in checks[: len(checks) if readable(home) else 1]:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - whatever is damaged, the other checks are worth their answers
            says = error.message if isinstance(error, TipsearchError) else f"{type(error).__name__}: {error}"
            mend = {"index": command(home, "reindex"), "store": restore(home)}.get(name)
            yield Finding(check=name, severity="problem", says=f"it could not be checked: {says}", mend=mend)


def _json(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "subject": finding.subject,
        "says": finding.says,
        "mend": finding.mend,
    }


def _print(finding: Finding) -> None:
    mark = styled(finding.severity, fg=_COLOURS[finding.severity]) + " " * (8 - len(finding.severity))
    say(f"{mark} {finding.check}: {styled(finding.says)}")
    if finding.mend:
        say(f"{'':8} → {styled(finding.mend)}")
