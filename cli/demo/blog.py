"""What all channels of the WordPress-like blog share: options, posts, terms, archives, and each post as shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from hashlib import blake2b
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .content import DemoPost, newest_first, post_number, slugify, time_of_day
from .markup import heading, numbered, paragraphs, plain, trimmed, typeset

VERSION = "6.5.5"
"""The version of WordPress that the blog says it is, and behaves like."""

Rest = Literal["on", "off", "login", "hidden", "broken"]
Feed = Literal["full", "summary", "off", "capped"]
Kind = Literal["category", "tag", "author"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a blog's owner can choose about its pages; `WordPressSite` explains each."""

    title: str
    tagline: str = ""
    per_page: int = 3
    teasers: int = 10
    teaser_words: int = 50
    teaser_links: bool = True
    posted_dates: bool = True
    dated_permalinks: bool = True
    excerpts: bool = False
    time_elements: bool = False
    page_numbers: bool = False
    protected: Collection[str] = ()
    dropped: Collection[str] = ()
    category_parents: Mapping[str, str] = field(default_factory=dict)

    def permalink(self, post: DemoPost) -> str:
        """The path of the post's own page."""
        return f"/{post.day:%Y/%m}/{post.slug}/" if self.dated_permalinks else f"/{post.slug}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """How the blog's machine-readable channels behave; `WordPressSite` explains each."""

    rest: Rest = "on"
    rest_route: bool = False
    rest_embed: bool = True
    rest_cap: int | None = None
    rest_shows: int | None = None
    feed: Feed = "full"
    feed_credit: bool = False
    weak_etag_breaks: bool = False
    sitemap: bool = True
    time_zone: str = "America/New_York"


@dataclass(frozen=True, slots=True)
class Term:
    """A category, a tag or an author: `parent` is the number of the category above it, 0 for none."""

    kind: Kind
    number: int
    name: str
    slug: str
    path: str
    parent: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive: where its first page stands, its heading, its name in the window's title, and its posts."""

    path: str
    heading: str
    name: str
    body_class: str
    posts: tuple[DemoPost, ...]
    term: Term | None = None


class Blog:
    """One state of the blog, the same for all its channels. Raises ValueError where two posts share an address."""

    def __init__(self, posts: Iterable[DemoPost], layout: Layout, channels: Channels) -> None:
        self.layout = layout
        self.channels = channels
        self.posts = newest_first(posts)
        self.by_path = {layout.permalink(post): post for post in self.posts}
        if len(self.by_path) != len(self.posts):
            raise ValueError("two posts share an address: give one of them another slug")
        self.terms: dict[tuple[Kind, str], Term] = {}
        self.members: dict[int, list[DemoPost]] = {}
        self.archives: dict[str, Archive] = {}
        self.zone = _zone(channels.time_zone)
        self._content: dict[int, str] = {}
        self._gather()
        moments = [moment for post in self.posts for moment in (self.published(post), self.modified(post))]
        self.last_modified = max(moments, default=datetime(2009, 1, 1, tzinfo=UTC)).astimezone(UTC)

    def published(self, post: DemoPost) -> datetime:
        """When the post came out, in the blog's time zone: on its `day`, at any hour."""
        return datetime.combine(post.day, time_of_day(post), self.zone)

    def modified(self, post: DemoPost) -> datetime:
        """When the post was last edited, never before it came out; where it never was, when it came out."""
        at, edited = self.published(post), post.modified
        if edited is None:
            return at
        if not isinstance(edited, datetime):
            return max(datetime.combine(edited, time_of_day(post), self.zone), at + timedelta(minutes=5))
        return edited.astimezone(self.zone) if edited.tzinfo else edited.replace(tzinfo=self.zone)

    def is_protected(self, post: DemoPost) -> bool:
        """Whether the post's text stands behind a password."""
        return post.slug in self.layout.protected

    def title(self, post: DemoPost) -> str:
        """The title as HTML, as WordPress puts it into pages and feeds: that of a protected post says so."""
        return f"{'Protected: ' if self.is_protected(post) else ''}{heading(post.heading)}"

    def content(self, post: DemoPost, base: str) -> str:
        """The post's body as HTML (the_content), its closing lines included: the same in all channels.

        That of a protected post is the form that asks for the password.
        """
        number = post_number(post)
        if self.is_protected(post):
            return _password_form(base, number)
        if number not in self._content:
            lines = [numbered(paragraphs(typeset(post.body))), *(f"<p>{heading(line)}</p>" for line in post.closing)]
            self._content[number] = "".join(f"{line}\n" for line in lines)
        return self._content[number]

    def excerpt(self, post: DemoPost) -> str:
        """The automatic excerpt as HTML without a tag: the first 55 words, closing lines included if it is short."""
        if self.is_protected(post):
            return "There is no excerpt because this is a protected post."
        return trimmed(" ".join([plain(typeset(post.body)), *map(typeset, post.closing)]))

    def term(self, kind: Kind, name: str) -> Term:
        """The term of that name. Raises KeyError where no post has it."""
        return self.terms[kind, slugify(name)]

    def terms_of(self, kind: Kind, post: DemoPost) -> list[Term]:
        """The post's categories, its tags, or its author."""
        return [self.term(kind, name) for name in _names_of(post)[kind]]

    def under(self, term: Term) -> tuple[DemoPost, ...]:
        """The posts of the term itself, and not those of the categories below it."""
        return tuple(self.members.get(term.number, ()))

    def _gather(self) -> None:
        listed: dict[str, tuple[Term, list[DemoPost]]] = {}
        dates: dict[str, list[DemoPost]] = {}
        for post in self.posts:
            for kind, names in _names_of(post).items():
                for term in {self._made(kind, name).number: self._made(kind, name) for name in names}.values():
                    self.members.setdefault(term.number, []).append(post)
                    for above in self._upwards(term):
                        some = listed.setdefault(above.path, (above, []))[1]
                        if not some or some[-1] is not post:
                            some.append(post)
            for form in ("/%Y/", "/%Y/%m/", "/%Y/%m/%d/"):
                dates.setdefault(f"{post.day:{form}}", []).append(post)
        self.archives["/"] = Archive("/", "", "", "home blog", self.posts)
        labels = {"tag": "Tag Archives: ", "category": "Category Archives: ", "author": "Author Archives: "}
        for path, (term, some) in listed.items():
            body_class = f"archive {term.kind} {term.kind}-{term.slug} {term.kind}-{term.number}"
            self.archives[path] = Archive(path, labels[term.kind] + term.name, term.name, body_class, tuple(some), term)
        for path, some in dates.items():
            name = path.strip("/").replace("/", "-")
            self.archives[path] = Archive(path, f"Archives: {name}", name, "archive date", tuple(some))

    def _made(self, kind: Kind, name: str) -> Term:
        slug = slugify(name)
        if (kind, slug) not in self.terms:
            above = self.layout.category_parents.get(name) if kind == "category" else None
            parent = self._made(kind, above) if above else None
            number = int.from_bytes(blake2b(f"{kind} {slug}".encode(), digest_size=3).digest()) + 2
            path = f"{parent.path if parent else f'/{kind}/'}{slug}/"
            self.terms[kind, slug] = Term(kind, number, name, slug, path, parent.number if parent else 0)
        return self.terms[kind, slug]

    def _upwards(self, term: Term) -> Iterable[Term]:
        yield term
        above = [one for one in self.terms.values() if one.number == term.parent] if term.parent else []
        for one in above:
            yield from self._upwards(one)


def _zone(name: str) -> tzinfo:
    """The time zone, or New York's winter time on a machine that has no time zones (a bare container)."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=-5))


def _names_of(post: DemoPost) -> dict[Kind, tuple[str, ...]]:
    return {"tag": post.tags, "category": post.categories, "author": (post.author,)}


def _password_form(base: str, number: int) -> str:
    return (
        f'<form action="{base}/wp-login.php?action=postpass" class="post-password-form" method="post">'
        "<p>This content is password protected. To view it please enter your password below:</p>\n"
        f'<p><label for="pwbox-{number}">Password: <input name="post_password" id="pwbox-{number}" type="password"'
        ' spellcheck="false" size="20" /></label> <input type="submit" name="Submit" value="Enter" /></p></form>\n'
    )
