"""Tells lines about a post from the post's own sentences, by their words alone."""

from __future__ import annotations

from typing import Final

from . import vocabulary as v

_FEW: Final = 6
"""So few words after "Posted" are a name or a term, as in ``Posted by Dana in Advice``."""


def speaks_of_post(text: str) -> bool:
    """Whether a line that begins like ``Posted on …`` speaks of its post: by a date, its brevity, or no full stop.

    ``Posted on the wall was a sign that everybody had to read.`` is a post's own sentence.
    """
    if not v.POSTED.match(text):
        return False
    line = " ".join(text[:600].split())
    return bool(v.DATE_TEXT.search(line)) or len(line.split()) <= _FEW or v.SENTENCE_END.search(line) is None
