"""Where a home keeps what: the configuration, the store, the index, caches, logs and the lock."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import StoreError


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds one corpus; it can be copied as a whole."""

    path: Path

    @classmethod
    def find(cls, path: str | os.PathLike[str] | None = None) -> Home:
        """`path`, else ``$TIPSEARCH_HOME``, else the platform's user data folder."""
        given = path or os.environ.get("TIPSEARCH_HOME")
        if given:
            return cls(Path(given).expanduser().absolute())
        return cls.default()

    @classmethod
    def default(cls) -> Home:
        """The one in the platform's user data folder."""
        from platformdirs import user_data_path

        return cls(user_data_path("tipsearch", appauthor=False))

    @property
    def config(self) -> Path:
        """tipsearch.toml, edited by hand and by `crawl`."""
        return self.path / "tipsearch.toml"

    @property
    def store(self) -> Path:
        """The corpus of record."""
        return self.path / "corpus.sqlite3"

    @property
    def index(self) -> Path:
        """The folder of the index; deleting it is always safe."""
        return self.path / "index"

    @property
    def pages(self) -> Path:
        """The folder of the raw pages that are kept on request, a folder a source."""
        return self.path / "pages"

    @property
    def backups(self) -> Path:
        """The folder of the copies that are made of the store before it is migrated."""
        return self.path / "backups"

    @property
    def logs(self) -> Path:
        """The folder of the crawls' logs."""
        return self.path / "logs"

    @property
    def cache(self) -> Path:
        """The folder of caches; deleting it is always safe."""
        return self.path / "cache"

    @property
    def lock(self) -> Path:
        """The lock that a crawl holds."""
        return self.path / "lock"

    def create(self) -> None:
        """Make the folder where it is missing.

        Raises StoreError where that can't be done (a file in the way, no permission, a full or read-only disk).
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the home {self.path} can't be made: {error.strerror or error}",
                hint="Name another folder with --home DIR or TIPSEARCH_HOME.",
            ) from error
