"""What `tipsearch doctor` finds about the sources: how their last runs ended, and when all of them was last read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..pipeline.errors import StoreError
from ..pipeline.home import Home
from .doctor_files import Finding, at_work, command
from .output import plural

if TYPE_CHECKING:
    from ..pipeline.records import Source
    from ..pipeline.store import Run, Store

CLOCKS_DIFFER = timedelta(minutes=5)
RUNS_LOOKED_AT = 200


def check_sources(home: Home, sources: Sequence[Source]) -> Iterator[Finding]:
    """Each registered source: how its last run ended, and when all of it was last read. Then the clock."""
    from ..pipeline.store import open_store

    registered = [source for source in sources if source.urls]
    if not home.store.exists():
        for source in registered:
            yield _never(home, source)
        return
    now, busy = datetime.now(UTC), at_work(home)
    try:
        with closing(open_store(home, read_only=True)) as store:
            if not store.version:
                return
            for source in registered:
                yield from _source(home, source, store, now, busy=busy)
            yield from _clock(store.runs(limit=1), now)
    except StoreError:
        # A damaged store is told of by its own check.
        return


def _never(home: Home, source: Source) -> Finding:
    return Finding(
        check="sources",
        severity="warning",
        subject=source.name,
        says=f"{source.name} was never crawled",
        mend=_refresh(home, source),
    )


def _refresh(home: Home, source: Source, *options: str) -> str:
    guard = ["--"] if source.name.startswith("-") else []
    return command(home, "refresh", *options, *guard, source.name)


def _source(home: Home, source: Source, store: Store, now: datetime, *, busy: bool) -> Iterator[Finding]:
    runs = [run for run in store.runs(source.name, limit=RUNS_LOOKED_AT) if run.command != "ingest"]
    if not runs:
        yield _never(home, source)
        return
    last, name = runs[0], source.name
    states = store.archive_states(name)
    found = list(_last_run(home, source, last, states.get("", {}), now, busy=busy))
    known, swept = _swept(states, runs)
    if known and (swept is None or now - swept > timedelta(days=source.sweep_days)):
        says = f"{name} was not yet read to its end"
        if swept:
            says = f"{name} was last read to its end {plural((now - swept).days, 'day')} ago"
        # A run that just failed or was stopped says the first by itself.
        if swept or not found:
            mend = _refresh(home, source, "--full")
            found.append(Finding(check="sources", severity="warning", subject=name, says=says, mend=mend))
    if not found:
        says = f"{name}: {last.command} of {_day(last.started)} was {last.outcome}, {plural(store.count(name), 'post')}"
        found.append(Finding(check="sources", subject=name, says=says))
    yield from found


def _last_run(
    home: Home, source: Source, last: Run, state: Mapping[str, Any], now: datetime, *, busy: bool
) -> Iterator[Finding]:
    name, mend = source.name, _refresh(home, source)
    said = f": {last.problems[0]}" if last.problems else ""
    retry = _moment(state.get("retry_at"))
    if retry and retry > now:
        said += f" (a refresh leaves it alone until {_day(retry)})"
    if any("robots.txt" in problem for problem in last.problems):
        mend = f"if the blog is your own: obey_robots = false under {name!r} in {home.config}"
    if last.finished is None:
        # It may have begun since.
        if not (busy or at_work(home)):
            says = f"{name}: the {last.command} of {_day(last.started)} never ended; what it stored is kept"
            yield Finding(check="sources", severity="warning", subject=name, says=says, mend=mend)
    elif last.outcome in {"failed", "incomplete"}:
        says = f"{name}: the {last.command} of {_day(last.started)} {_ENDED[last.outcome]}{said}"
        yield Finding(check="sources", severity="problem", subject=name, says=says, mend=mend)
    elif last.outcome == "interrupted":
        says = f"{name}: the {last.command} of {_day(last.started)} was interrupted"
        yield Finding(check="sources", severity="warning", subject=name, says=says, mend=mend)


_ENDED = {"failed": "failed", "incomplete": "could not get everything"}


def _swept(states: Mapping[str, Mapping[str, Any]], runs: Sequence[Run]) -> tuple[bool, datetime | None]:
    """Whether it is known when all of a source's archives were last read to their ends, and when; None for never.

    By the archives' own states (of which those that the user bounds have no end), else by the last complete run.
    """
    told = [state for url, state in states.items() if url and not state.get("bounded")]
    if told and all("swept" in state for state in told):
        moments = [_moment(state["swept"]) for state in told]
        known = [moment for moment in moments if moment]
        return True, min(known) if len(known) == len(moments) else None
    complete = next((run.finished for run in runs if run.complete and run.finished), None)
    bounded = any(state.get("bounded") for state in states.values())
    return complete is not None or not bounded, complete


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _clock(latest: Sequence[Run], now: datetime) -> Iterator[Finding]:
    for run in latest:
        if run.started - now > CLOCKS_DIFFER:
            says = f"the last run began at {_day(run.started)}, and this machine's clock says {_day(now)}"
            yield Finding(check="clock", severity="warning", says=says, mend="set the clock: timedatectl set-ntp true")
            return
    yield Finding(check="clock", says=_day(now))
