"""Counts by value as `query` prints them, and bars of a length that says how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .output import can_print, clipped, say, styled, width

if TYPE_CHECKING:
    from ..index import FacetCount

MOST_VALUES = 10
"""So many values of a facet are printed (of years all); --format json has them all."""
_WIDEST = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"


def print_facets(facets: Mapping[str, Sequence[FacetCount]]) -> None:
    """Print each facet with its values, their counts and a bar each."""
    for name, values in facets.items():
        say()
        say(styled(name, bold=True))
        shown = values if name == "year" else values[:MOST_VALUES]
        print_bars([(each.value, f"{each.count:,}", each.count) for each in shown])
        if len(values) > len(shown):
            say(f"  and {len(values) - len(shown):,} more: --format json")
        if not values:
            say("  none")


def print_bars(rows: Sequence[tuple[str, str, float]], *, most: float | None = None) -> None:
    """Print a bar for each (label, value as it is printed, value), scaled to the largest value or to `most`."""
    labels = [clipped(styled(label), _WIDEST) for label, _, _ in rows]
    left = max(map(len, labels), default=0)
    right = max((len(told) for _, told, _ in rows), default=0)
    room = max(10, width() - left - right - 6)
    largest = most or max((value for _, _, value in rows), default=0) or 1
    for label, (_, told, value) in zip(labels, rows, strict=True):
        say(f"  {label:<{left}} {told:>{right}} {styled(bar(room * value / largest), fg='cyan')}".rstrip())


def bar(length: float) -> str:
    """A bar of so many characters, to the eighth where that can be drawn; more than nothing is never invisible."""
    if not can_print(_EIGHTHS + "█"):
        return "#" * (round(length) or (length > 0))
    whole, eighths = divmod(round(length * 8), 8)
    drawn = "█" * whole + (_EIGHTHS[eighths] if eighths else "")
    return "▏" if length > 0 and not drawn else drawn


def facets_json(facets: Mapping[str, Iterable[FacetCount]]) -> dict[str, Any]:
    """Facets for a program."""
    return {name: [{"value": each.value, "count": each.count} for each in values] for name, values in facets.items()}
