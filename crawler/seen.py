"""What a walk saw of posts, and which it asks for by themselves: excerpts, and posts that nothing shows any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ..pipeline.records import Entry, Source
from ..pipeline.urls import canonical_permalink, same_site
from .losses import Losses
from .refresh_walk import RefreshWalk
from .sightings import addresses_of
from .state import ArchiveState, moment
from .sweep_walk import SweepWalk
from .walk_records import Known


class Seen:
    """The posts of a source that a walk has seen, by canonical address, against what the corpus knows of them."""

    def __init__(self, source: Source, known: Known) -> None:
        self._source = source
        self._known = known
        self._seen: set[str] = set()
        self._full: set[str] = set()
        self._excerpts: dict[str, str] = {}

    @property
    def told(self) -> set[str]:
        """Those that were seen in full or as an excerpt."""
        return self._full | self._excerpts.keys()

    def page(self, entries: Iterable[Entry]) -> None:
        """A page was read."""
        for entry in entries:
            addresses = set(map(canonical_permalink, addresses_of(entry)))
            self._seen |= addresses
            if entry.form == "content":
                self._full |= addresses

    def excerpts(self, url: str, entries: Iterable[Entry]) -> bool:
        """Note the excerpts of an archive's page at `url`; False where a post of theirs stands on another site."""
        own = True
        for entry in entries:
            if entry.form == "summary" and entry.permalink:
                if same_site(url, entry.permalink):
                    self._excerpts.setdefault(canonical_permalink(entry.permalink), entry.permalink)
                else:
                    own = False
        return own

    def take_up(self, sweep: SweepWalk) -> None:
        """Note what an earlier run saw of a sweep that goes on, and which single posts it left to be read once more."""
        shown = set(self._known.shown(sweep.began))
        self._full |= shown
        self._seen |= shown
        posts = self._posts()
        self._excerpts.update((key, posts[key]) for key in sorted(sweep.own - shown) if key in posts)

    def held(self, keys: Collection[str]) -> set[str]:
        """Those of some posts that are stored in full."""
        full = self._full.intersection(keys)
        return full | set(self._known.full_among([key for key in keys if key not in full]))

    def listed_in(self, archive: SweepWalk | RefreshWalk) -> Collection[str]:
        """What an archive lists, as far as its last sweep, the refreshes since and this run have shown."""
        if isinstance(archive, SweepWalk):
            return archive.own
        return archive.own.union(self.listed_by(archive.archive.listed_in, archive.state))

    def listed_by(self, archive: str, state: ArchiveState) -> Collection[str]:
        """What an archive of that name listed in its last sweep and the refreshes since."""
        swept = moment(state.swept)
        return self._known.listed(archive, swept) if swept is not None else ()

    # --- single posts -------------------------------------------------------------------------------------------------

    def wanted(self, unlisted: Iterable[tuple[str, str]], *, but: Collection[str], again: bool) -> dict[str, str]:
        """The posts to be fetched by themselves, by address: those shown as excerpts, and `unlisted`, not shown at all.

        With `again` those too that are stored in full; without it those of which earlier runs left excerpts.
        """
        wanted = dict(self._excerpts)
        for key, url in unlisted:
            wanted.setdefault(key, url)
        if not again:
            left = {key: url for key, url in self._known.excerpts().items() if self._is_own(url)}
            wanted = {**left, **wanted}
        for key in self._full.union(but):
            wanted.pop(key, None)
        for key in () if again else self._known.full_among(wanted):
            wanted.pop(key, None)
        return wanted

    def unseen(self, archives: Sequence[SweepWalk | RefreshWalk], losses: Losses, *, again: bool) -> dict[str, str]:
        """Known posts that no archive shows once one was swept `again`, to be asked after: they may have left the blog.

        Where a channel told the whole blog, they have, and need not be asked after: they go to `losses`.
        """
        swept = [archive for archive in archives if isinstance(archive, SweepWalk)]
        again = again or any(archive.again for archive in swept)
        if not swept or not again or not all(archive.complete for archive in archives):
            return {}
        shown = self._seen.union(*map(self.listed_in, archives))
        known = self._posts()
        losses.known = len(known)
        unseen = {key: known[key] for key in sorted(known.keys() - shown)}
        if any(archive.tells_whole_blog for archive in swept):
            losses.add(unseen.values())
            return {}
        losses.asked = set(unseen)
        return unseen

    def _posts(self) -> dict[str, str]:
        return {key: url for key, url in self._known.posts().items() if self._is_own(url)}

    def _is_own(self, url: str) -> bool:
        return any(same_site(url, start) for start in self._source.urls)
