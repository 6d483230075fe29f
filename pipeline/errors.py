"""Every error that tipsearch raises on purpose.

TipsearchError                 what the command line catches; str() is a sentence for a person
├── UsageError                 a value that the user gave can't be used          (exit 2)
│   ├── ConfigError            … in tipsearch.toml, with the key and the value
│   └── QueryError             … in a query, with the word and the nearest right one
├── CrawlError                 a source failed; the others are kept               (exit 3)
│   ├── RobotsError            robots.txt closes the address, or could not be read
│   ├── BlockedError           a challenge, a login, a refusal
│   ├── UnreachableError       no answer: the name, the connection, time
│   ├── NotFoundError          the address answers 404 or 410
│   └── NoPostsError           the page was read, and holds no post
├── LockedError                another crawl works on this home                   (exit 4)
└── CorpusError                                                                   (exit 5)
    ├── StoreError             the store can't be read or written
    └── IndexUnusableError     the index is missing, damaged or of another version
"""

from __future__ import annotations


class TipsearchError(Exception):
    """Root of the hierarchy.

    The message says what went wrong, with which value and where; `hint` says what to do about it.
    """

    exit_status = 3

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(TipsearchError):
    """A value that the user gave can't be used."""

    exit_status = 2


class ConfigError(UsageError):
    """tipsearch.toml holds something that can't be used."""


class QueryError(UsageError):
    """A query that can't be answered: an unknown field, a date that is none, an empty range.

    `word` is the part of the query at fault.
    """

    def __init__(self, message: str, *, word: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.word = word


class CrawlError(TipsearchError):
    """A source could not be crawled; what the corpus holds of it stays.

    `status` is the HTTP status that said so, None where there was no answer or its status was not the matter.
    """

    exit_status = 3

    def __init__(self, message: str, *, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class RobotsError(CrawlError):
    """robots.txt closes the address, or could not be read (RFC 9309, section 2.3.1.4: then not now)."""


class BlockedError(CrawlError):
    """The site answered with a refusal, a challenge or a login instead of the page."""


class UnreachableError(CrawlError):
    """The site did not answer: its name does not resolve, nothing listens, or time ran out."""


class NotFoundError(CrawlError):
    """The address answered 404 or 410."""


class NoPostsError(CrawlError):
    """The page was read and holds no post: not a blog, or a changed one."""


class LockedError(TipsearchError):
    """Another process crawls into the same home."""

    exit_status = 4


class CorpusError(TipsearchError):
    """What lies on the disk can't be used."""

    exit_status = 5


class StoreError(CorpusError):
    """The store can't be read or written."""


class IndexUnusableError(CorpusError):
    """The index is missing, damaged, or was written by another version; it can be rebuilt from the store."""
