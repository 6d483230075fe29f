"""What a run does with each archive of a source: refresh it, go on with a sweep that broke off, or sweep it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..pipeline.records import Channel, Source
from .state import SOURCE, ArchiveState, SourceState, Sweep, moment
from .walk_records import WalkOptions

RESUME_WITHIN = timedelta(days=7)
"""A sweep that was broken off longer ago begins anew: too much may have moved since."""


class Plan:
    """Decided from what earlier runs left, the time, and what the user asks for.

    `sweeps` says that the whole source is read anew: because it is asked for or due, because such a sweep broke off, or
    because the last one ended in a doubt (`SourceState.doubted`). `before` is the source's own state.
    """

    def __init__(
        self, source: Source, states: Mapping[str, Mapping[str, Any]], *, now: datetime, options: WalkOptions
    ) -> None:
        self.before = SourceState.from_json(states.get(SOURCE, {}))
        self.forced: Channel | None = options.channel or source.channel
        self.max_pages = options.max_pages or source.max_pages
        self._now = now
        self._period = timedelta(days=source.sweep_days)
        self._states = {url: ArchiveState.from_json(state) for url, state in states.items() if url in source.urls}
        self.sweeps = options.full or bool(self.before.doubted) or any(map(self._is_due, self._states.values()))

    def _is_due(self, state: ArchiveState) -> bool:
        swept = moment(state.swept)
        return swept is not None and (state.sweep is not None or self._now - swept >= self._period)

    def refresh(self, start: str) -> ArchiveState | None:
        """The state of an archive that needs no more than a refresh; None for one that is to be swept."""
        state = self._states.get(start)
        if state is None or self.sweeps or not state.swept or state.sweep is not None or not self._is_as_before(state):
            return None
        within = not state.bound or (self.max_pages is not None and self.max_pages <= state.bound)
        return state if within else None

    def sweep(self, start: str, *, anew: bool = False) -> ArchiveState | None:
        """The state that a sweep begins with: with where an earlier one broke off, unless that is to be left."""
        state = self._states.get(start)
        if state is None or state.sweep is None:
            return state
        left = anew or not self._is_as_before(state) or self._is_stale(state.sweep)
        return replace(state, sweep=None) if left else state

    def _is_as_before(self, state: ArchiveState) -> bool:
        # A listing that was broken off has not been read through any channel yet; it was under way through one.
        channel = state.channel if state.sweep is None else state.sweep.channel
        return self.forced is None or channel == self.forced

    def _is_stale(self, sweep: Sweep) -> bool:
        began = moment(sweep.began)
        return began is None or not timedelta(0) <= self._now - began <= RESUME_WITHIN
