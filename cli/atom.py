"""Hits as an Atom feed (RFC 4287), for feed readers."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET  # only written with, never read

from ..index import Hit
from ..pipeline.errors import UsageError
from ..pipeline.text import clean_line
from .output import published

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to hold (section 2.2)."""


def write_feed(path: Path, *, feed_id: str, title: str, updated: str, entries: Sequence[tuple[str, Hit]]) -> None:
    """Write hits, each with the time it was first reported, to a file, at once; a file that says the same stays.

    Times are RFC 3339. Raises UsageError where the file can't be written.
    """
    told = feed(feed_id=feed_id, title=title, updated=updated, entries=entries)
    try:
        if path.exists() and path.read_bytes() == told:
            return
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(told)
        fresh.replace(path)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}") from error


def feed(*, feed_id: str, title: str, updated: str, entries: Sequence[tuple[str, Hit]]) -> bytes:
    """The feed as UTF-8 XML. A post's entry keeps its id whatever feed it is in."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed")
    _add(root, "id", feed_id)
    _add(root, "title", title)
    _add(root, "updated", max([time for time, _ in entries], default=updated))
    _add(_add(root, "author"), "name", "tipsearch")
    for time, hit in entries:
        entry = _add(root, "entry")
        _add(entry, "id", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'tipsearch:{hit.source}/{hit.id}')}")
        _add(entry, "title", hit.title or "(untitled)")
        _add(entry, "updated", time)
        has_link = bool(hit.url) and str(hit.url).startswith(("http://", "https://"))
        if has_link:
            _add(entry, "link").set("href", _text(str(hit.url)))
        # Only the day is known, and an atom:published needs a time: so the day stands in the summary.
        told = f"{published(hit)} · {hit.source} — {hit.snippet}"
        _add(entry, "summary" if has_link else "content", told)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    if text:
        child.text = _text(text)
    return child


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", clean_line(text))
