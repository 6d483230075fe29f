"""What every store of the corpus must do, and the small records that pass through it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from ..records import Change, DateOrder, Entry, KnownEntry, Post

if TYPE_CHECKING:
    from ..identity import Key
    from ..tallies import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSeen:
    """A page that was read: its address (None where a saved file does not say), kind, archive, and next page."""

    source: str
    url: str | None
    kind: str
    observed_at: datetime
    archive: str = ""
    next_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutResult:
    """What became of the entries of a page.

    `new` were never seen before, and `said` of them say something new: no entry of their form and address had their
    title and body. `repeated` were seen before, and `relisted` of them now stand in an archive that had not shown them
    yet; `forgotten` belong to posts that the user dropped, and were not kept.
    """

    new: int = 0
    said: int = 0
    repeated: int = 0
    relisted: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl, refresh or ingest of one source. `finished` is None while it runs, and for ever if it was killed.

    `outcome` is ``ok``, ``failed``, ``interrupted`` or ``running``; `complete` says that a sweep reached the
    archive's last page; `counts` and `problems` are what the summary showed.
    """

    id: int
    source: str
    command: str
    started: datetime
    finished: datetime | None = None
    outcome: str = "running"
    complete: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedPost:
    """A post with the traces of its making.

    `members` pairs each entry's digest with why it was joined; `aliases` are the ids of every key of every entry;
    `possibly_same` the ids of posts that may be this one, where the evidence was not enough; `said` is the
    hash of the version that it shows (`identity.said`).
    """

    post: Post
    members: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...]
    possibly_same: tuple[str, ...] = ()
    said: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """What a resolve changed in the store: ids that are new, changed in content, and no more.

    Among them, `merged` were several posts before, `split` are old posts that became several, `redated` have another
    date than before.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    redated: tuple[str, ...] = ()

    @classmethod
    def total(cls, steps: Collection[ApplyResult]) -> ApplyResult:
        """What several steps changed together."""
        return cls(**{f.name: tuple(i for step in steps for i in getattr(step, f.name)) for f in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An entry that was read: what it contributes to the facts, the hash of its version, the keys that it shares."""

    digest: str
    tally: Tally
    said: int
    keys: tuple[Key, ...]


class Workbench(Protocol):
    """One resolve of one source, within one transaction. Entries are named by their digests.

    An entry is *unread* until `read` was told what it contributes, then *unresolved* until `replace` made its post.
    """

    def begin(self, rules: str, *, anew: bool = False) -> bool:
        """Start; where the rules differ from those of the last resolve (or `anew`), every entry becomes unread.

        False where neither they nor the pages hold anything that the last resolve did not see: its facts still stand.
        """
        ...

    def facts(self) -> dict[str, Any]:
        """The facts of the last resolve, as plain JSON values."""
        ...

    def unread(self, limit: int) -> list[KnownEntry]:
        """Some entries that are not counted yet."""
        ...

    def read(self, counted: Sequence[Counted]) -> None:
        """Note what entries contribute to the facts, and the keys that they share with entries of the same post."""
        ...

    def recurring(self, kind: str, scope: str, values: Collection[str]) -> set[str]:
        """The lines (kind ``line``) or names (kind ``name``) that enough differently titled entries carry."""
        ...

    def absences(self, addresses: Collection[str]) -> dict[str, datetime]:
        """When canonical addresses last answered that there is nothing, for those that ever did."""
        ...

    def votes(self, scope: str) -> dict[DateOrder, list[str]]:
        """The orders of day and month that a scope settles, each with the first three of its proofs.

        What listings settle by being sorted counts only where no date settles it by itself.
        """
        ...

    def offsets(self, scope: str) -> dict[str, str]:
        """What a scope's entries show of the blog's offset (`Tally.offsets`): each name with the first of its dates."""
        ...

    def pairs(self, scope: str) -> list[str]:
        """The moments of a scope's feed beside the labels of pages, for posts that have both (see `latest_pairs`)."""
        ...

    def moved_listings(self) -> Iterator[tuple[int, list[KnownEntry]]]:
        """The listing pages that show other entries as their own than before, with these from top to bottom."""
        ...

    def vote(self, page: int, vote: tuple[str, DateOrder, str] | None) -> None:
        """Note what a listing page settles by being sorted: scope, order and proof; None for nothing."""
        ...

    def unsettle(self, scope: str, lines: Collection[str] | None = None) -> None:
        """Make the entries of a scope unresolved again: those that carry one of the lines, or all."""
        ...

    def unsettle_offsets(self, scope: str, names: Collection[str]) -> None:
        """Make the entries of a scope unresolved again that show one of these offsets."""
        ...

    def block(self, limit: int) -> list[KnownEntry]:
        """Some unresolved entries with all entries that could be of the same posts; empty when nothing is left."""
        ...

    def replace(self, block: Sequence[KnownEntry], posts: Iterable[ResolvedPost]) -> None:
        """Make the posts of a block be these: what differs in content gets the next numbers of the change sequence."""
        ...

    def finish(self, facts: dict[str, Any]) -> ApplyResult:
        """Keep the facts; say what was added, changed and withdrawn in all."""
        ...


class Store(Protocol):
    """The corpus of record. Every method that writes is one transaction; all raise StoreError.

    Moments are aware and in UTC. Ids are those of `Post.id`; two sources may hold posts of the same id.
    """

    version: int
    """The schema of what is stored; 0 where a reader met a file that holds no store yet."""

    def together(self) -> AbstractContextManager[None]:
        """What this thread puts within is stored in one transaction, all of it or nothing; what it reads sees it."""
        ...

    def put_page(self, page: PageSeen, entries: Sequence[Entry]) -> PutResult:
        """Acknowledge a page and its entries; called by the crawler, once a page."""
        ...

    def put_absence(self, source: str, url: str, observed_at: datetime) -> None:
        """Acknowledge that a post's address answered 404 or 410: its post is gone, until it is seen again."""
        ...

    def held(self, source: str) -> dict[str, bool]:
        """The canonical address of every entry that has one; True where a full text of it is stored."""
        ...

    def full_among(self, source: str, addresses: Collection[str]) -> set[str]:
        """Those of some canonical addresses of which the crawler needs no full text: it is stored, or forgotten."""
        ...

    def excerpts(self, source: str) -> dict[str, str]:
        """Addresses of the posts on the blog of which only excerpts are stored, by their canonical form."""
        ...

    def shown_since(self, source: str, since: datetime) -> set[str]:
        """Canonical addresses of the posts whose full text was seen since a moment."""
        ...

    def listed(self, source: str, archive: str, since: datetime) -> set[str]:
        """Canonical addresses of what pages of an archive (``tag:empathy``) listed as their own since a moment."""
        ...

    def known_posts(self, source: str) -> dict[str, str]:
        """Addresses of the posts that are on the blog, as far as known, by their canonical form."""
        ...

    def archive_states(self, source: str) -> dict[str, dict[str, Any]]:
        """What `put_archive_state` was last told of each archive of a source, by its URL."""
        ...

    def put_archive_state(self, source: str, url: str, state: Mapping[str, Any]) -> None:
        """Keep what the crawler knows of an archive, as plain JSON values; it replaces what was kept before."""
        ...

    def entries(self, source: str) -> Iterator[KnownEntry]:
        """Every distinct entry of a source."""
        ...

    def entries_of(self, source: str, post_id: str) -> list[tuple[KnownEntry, str]]:
        """The entries of one post, each with why it was joined, earliest first."""
        ...

    def unresolved(self) -> list[str]:
        """Names of the sources that hold facts which the last resolve has not seen."""
        ...

    def facts(self, source: str) -> dict[str, Any]:
        """The source facts of the last resolve, as plain JSON values; empty before the first."""
        ...

    def workbench(self, source: str, *, keep: bool = True) -> AbstractContextManager[Workbench]:
        """Open a source for resolving: one transaction, kept at the end unless `keep` is false or something raises."""
        ...

    def count(self, source: str) -> int:
        """How many posts a source holds."""
        ...

    def sources(self) -> list[str]:
        """Names of all sources that hold pages, entries or posts."""
        ...

    def posts(self, source: str | None = None) -> Iterator[Post]:
        """Every post, by source and then newest first."""
        ...

    def find(self, post_id: str) -> list[ResolvedPost]:
        """The posts that answer to an id or an alias; a post's own id comes before aliases."""
        ...

    @property
    def identity(self) -> str:
        """A name that no other store has: a new store's sequence begins anew, and must not pass for the old one's."""
        ...

    def sequence(self) -> int:
        """The last number given out in the change sequence; 0 in a new store."""
        ...

    def changes(self, since: int = 0) -> Iterator[Change]:
        """What changed after `since`, oldest first, each post once in its latest state."""
        ...

    def forget(self, source: str, post_id: str) -> int:
        """Drop a post and its entries and keep them out for good; says how many entries went."""
        ...

    def remove_source(self, source: str) -> int:
        """Drop a source with all it holds; says how many posts went."""
        ...

    def start_run(self, source: str, command: str, started: datetime) -> int:
        """Note that a run began; gives its id."""
        ...

    def finish_run(
        self,
        run_id: int,
        *,
        finished: datetime,
        outcome: str,
        complete: bool,
        counts: dict[str, int],
        problems: Collection[str],
    ) -> None:
        """Note how a run ended."""
        ...

    def runs(self, source: str | None = None, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        ...

    def damage(self, *, full: bool = False) -> list[str]:
        """What is damaged in the files, in the database's words, at most 20; `full` looks at indexes too, which takes
        several times as long.
        """
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
