"""robots.txt files kept from one run to the next, for a day (RFC 9309, section 2.4)."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

MAX_AGE = 24 * 3600
"""Seconds; a crawler should not use a copy for longer (RFC 9309, 2.4)."""


class RobotsCache:
    """The bodies of robots.txt files by site; with an empty folder name nothing is kept."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) / "robots" if folder else None

    def get(self, site: str) -> bytes | None:
        """The body read from the site within the last day, None where there is none; 4xx counts as an empty one."""
        path = self._path(site)
        if path is None:
            return None
        try:
            kept = json.loads(path.read_text("utf-8"))
            age = time.time() - kept["fetched"]
            if kept["site"] == site and 0 <= age < MAX_AGE:
                return str(kept["body"]).encode("latin-1")
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return None

    def put(self, site: str, body: bytes) -> None:
        """Keep a body. A folder that can't be written costs a request more next time, and nothing else."""
        path = self._path(site)
        if path is None:
            return
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = {"site": site, "fetched": time.time(), "body": body.decode("latin-1")}
            unfinished = path.with_suffix(".new")
            unfinished.write_text(json.dumps(kept), encoding="utf-8")
            unfinished.replace(path)

    def _path(self, site: str) -> Path | None:
        return self._folder / f"{sha256(site.encode()).hexdigest()[:32]}.json" if self._folder else None
