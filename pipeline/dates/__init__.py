"""Dates as blogs write them: in titles, labels, feeds and addresses; importing it imports nothing heavy."""

from __future__ import annotations

from .addresses import url_date
from .clock import local_date
from .label import parse_date
from .order import date_readings, settles_order
from .relative import is_relative
from .titles import split_dated_title
from .window import plausible

__all__ = [
    "date_readings",
    "is_relative",
    "local_date",
    "parse_date",
    "plausible",
    "settles_order",
    "split_dated_title",
    "url_date",
]
