"""own_program(): how the crawl starts the processes that are modules of this package."""

from __future__ import annotations

import sys


def own_program(module: str) -> tuple[str, ...]:
    """The command that runs a module of this package with our own interpreter.

    ``-P`` keeps the working folder out of it: the user may stand in one that holds a ``queue.py`` or a ``tipsearch``.
    """
    return (sys.executable, "-P", "-m", f"{__package__}.{module}")
