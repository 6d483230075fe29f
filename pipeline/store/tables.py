"""The tables of the store. Moments are text in UTC (`2018-11-13T08:00:00.000000+00:00`), which sorts as it should."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table, Text, text

SCHEMA_VERSION = 2
"""A change of the tables is a new version, with its steps in `migrations.STEPS`."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("facts", JSON, nullable=False),
    # The rules and settings of the last resolve: where they differ, everything is resolved anew.
    Column("rules", String, nullable=False),
    # True from the moment that a page brings something new until a resolve has seen it, in the same transactions.
    Column("unresolved", Boolean, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("url", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("archive", String, nullable=False),
    # Where its listing goes on; with it, pages are told apart from neighbours.
    Column("next_url", String),
    # The hash of its own entries in their order: a listing that moved has other neighbours.
    Column("listed", Integer, nullable=False),
    # The dates that it hands on to the next page and to the one before, whether it is proven to
    # each that the listing is sorted by date (`listings`), and whether all that is up to date.
    Column("oldest", String),
    Column("newest", String),
    Column("proven_down", Boolean, nullable=False),
    Column("proven_up", Boolean, nullable=False),
    Column("unsettled", Boolean, nullable=False),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("times", Integer, nullable=False),
    Index("pages_by_url", "source", "url", unique=True),
    Index("pages_by_next", "source", "next_url"),
    Index("pages_to_do", "source", sqlite_where=text("unsettled")),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("form", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("body_type", String, nullable=False),
    Column("permalink", String),
    # The canonical form, by which the crawler knows what it need not fetch.
    Column("address", String),
    Column("platform_id", String),
    Column("also_at", JSON, nullable=False),
    Column("dates", JSON, nullable=False),
    Column("author", String),
    Column("categories", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("layout", String, nullable=False),
    # Of the earliest sighting.
    Column("page_url", String),
    Column("position", Integer, nullable=False),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("times", Integer, nullable=False),
    Column("listed_in", JSON, nullable=False),
    # The part of the source whose facts apply; empty until the entry is read.
    Column("scope", String, nullable=False),
    # The hash of its title and body as words, once the entry is read.
    Column("said", Integer),
    # UNREAD: not counted into the facts; UNRESOLVED: counted, its post is to be made; RESOLVED.
    Column("state", Integer, nullable=False),
    Index("entries_to_do", "source", "state", sqlite_where=text("state < 2")),
    # The digest is over the source's name too.
    Index("entries_by_digest", "digest", unique=True),
    # Covering: which addresses are held, and whether in full, is answered without reading entries.
    Index("entries_by_address", "source", "address", "form"),
)

# Where each entry stood: the last position on each page, and when it was seen there first and last.
sightings = Table(
    "sightings",
    metadata,
    Column("entry", Integer, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    # Whether the page listed it as its own, and not as a teaser of something else.
    Column("own", Boolean, nullable=False),
    Column("first_seen", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("times", Integer, nullable=False),
    Index("sightings_by_page", "page"),
)

# Between which days an undated post was published, as each listing page that shows it tells.
bounds = Table(
    "bounds",
    metadata,
    Column("page", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("post", String, primary_key=True),
    Column("not_before", String),
    Column("not_after", String),
    Index("bounds_by_post", "post"),
)

# Addresses that answered 404 or 410, and when last.
absences = Table(
    "absences",
    metadata,
    Column("source", String, primary_key=True),
    Column("address", String, primary_key=True),
    Column("seen", String, nullable=False),
)

# What the crawler knows of each archive that it reads, in the crawler's own keys.
archives = Table(
    "archives",
    metadata,
    Column("source", String, primary_key=True),
    Column("url", String, primary_key=True),
    Column("state", JSON, nullable=False),
)

# What entries share who may be one post: the hash of an address, of a title with a day, of a title with first words.
blocks = Table(
    "blocks",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("entry", Integer, primary_key=True),
    Index("blocks_by_entry", "entry"),
    sqlite_with_rowid=False,
)

# Last lines and signing names of entries, as hashes, with the hash of the title that carried them.
marks = Table(
    "marks",
    metadata,
    Column("mark", Integer, primary_key=True),
    Column("title", Integer, primary_key=True),
    Column("entry", Integer, primary_key=True),
    Index("marks_by_entry", "entry"),
    sqlite_with_rowid=False,
)

# Dates that settle the order of day and month; where `date_order` begins with @, those that show the blog's offset, and
# where it is =, a feed's moment beside the label of a page.
votes = Table(
    "votes",
    metadata,
    # The key's columns come first: SQLite 3.40 takes the others for NULL when it checks a table of another order.
    Column("entry", Integer, primary_key=True),
    Column("date_order", String, primary_key=True),
    Column("raw", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("scope", String, nullable=False),
    Index("votes_by_order", "source", "scope", "date_order", "raw"),
    sqlite_with_rowid=False,
)

posts = Table(
    "posts",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    # Its last place in the change sequence; a row that is not live says that the post is no more.
    Column("sequence", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", String),
    Column("published_precision", String),
    Column("published_origin", String),
    Column("url", String),
    Column("author", String),
    Column("categories", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("completeness", String, nullable=False),
    Column("text", Text, nullable=False),
    # Bounds of the date of an undated post, from the order of listings; never shown as a date.
    Column("not_before", String),
    Column("not_after", String),
    Column("last_changed", String, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("possibly_same", JSON, nullable=False),
    # The hash of its title and text: seeing that version again changes nothing, seeing another full text may.
    Column("said", Integer, nullable=False),
    Index("posts_by_sequence", "sequence"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("alias", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("post", String, primary_key=True),
    Index("aliases_by_post", "source", "post"),
)

members = Table(
    "members",
    metadata,
    Column("source", String, primary_key=True),
    Column("post", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("reason", String, nullable=False),
    Index("members_by_digest", "digest"),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("source", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("at", String, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("command", String, nullable=False),
    Column("started", String, nullable=False),
    Column("finished", String),
    Column("outcome", String, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("problems", JSON, nullable=False),
    Index("runs_by_source", "source", "id"),
)


UNREAD, UNRESOLVED, RESOLVED = range(3)
"""The states of an entry."""


def stamp(when: datetime) -> str:
    """An aware moment as text in UTC."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def moment(stamped: str) -> datetime:
    """The aware moment that `stamp` wrote."""
    return datetime.fromisoformat(stamped)
