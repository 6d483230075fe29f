"""The demo's posts and blogs, and how they are read from the TOML files beside this module."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from hashlib import blake2b
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """One post of a served blog.

    `body` is plain text: paragraphs stand apart by an empty line, lines that begin with ``- `` are a list.
    `title` holds no date; `title_date` is what the blog writes behind it (``12/9/14 TOW``), empty for none.
    `closing` are the lines that the blog puts under its posts; `comments` are ``Name: what they said``.
    `modified` is the day, or the moment in the blog's own time, of the last edit; None where there was none.
    """

    title: str
    slug: str
    day: date
    body: str
    author: str
    title_date: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    modified: date | None = None

    @property
    def heading(self) -> str:
        """The title as the post itself carries it, with an en dash before the date."""
        return f"{self.title} – {self.title_date}" if self.title_date else self.title

    @property
    def teaser_heading(self) -> str:
        """The title as teasers carry it: a hyphen before the date, and no ``TOW`` behind it."""
        short = self.title_date.removesuffix(" TOW")
        return f"{self.title} - {short}" if short else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBlog:
    """A blog's name, its motto, its author, and its posts from the newest to the oldest."""

    title: str
    tagline: str
    author: str
    posts: tuple[DemoPost, ...]


def slugify(text: str) -> str:
    """The text as blog platforms put it into addresses: ``Don't Rush!`` becomes ``dont-rush``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))


def post_number(post: DemoPost) -> int:
    """A number for the post, such as platforms put into element ids: the same whatever is published later."""
    said = f"{post.day} {post.slug}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=6).digest())


def time_of_day(post: DemoPost) -> time:
    """When the post came out, by the blog's own clock: in one case of four after nine in the evening."""
    number = post_number(post)
    minute = 21 * 60 + number // 4 % 170 if number % 4 == 0 else 6 * 60 + number // 4 % 720
    return time(minute // 60, minute % 60, number // 4096 % 60)


def newest_first(posts: Iterable[DemoPost]) -> tuple[DemoPost, ...]:
    """The posts in the order of an archive page."""
    return tuple(sorted(posts, key=lambda post: (post.day, time_of_day(post), post.slug), reverse=True))


def title_date(day: date) -> str:
    """The date as the tips blog wrote it into titles at that time: its habit changed three times."""
    if day.year < 2011:
        return ""
    if day.year < 2013:
        return f"{day:%m/%d/%y}"
    short = f"{day.month}/{day.day}/{day:%y}"
    return f"{short} TOW" if day.year < 2017 else short


def load_tips() -> DemoBlog:
    """The WordPress-like blog of weekly tips, from ``blogs.toml`` and ``posts/<year>.toml``."""
    about = _read("blogs.toml")["tips"]
    names = sorted(item.name for item in (files(__package__) / "posts").iterdir())
    posts = []
    for name in names:
        if not re.fullmatch(r"\d{4}\.toml", name):
            continue
        for fields in _read("posts", name)["posts"]:
            closing: list[str] = next((era["lines"] for era in about["closing"] if fields["day"] <= era["until"]), [])
            posts.append(_post(fields, about, title_date=title_date(fields["day"]), closing=tuple(closing)))
    return _blog(about, posts)


def load_sayings() -> DemoBlog:
    """The Blogger-like blog of aphorisms, from ``blogs.toml`` and ``posts/sayings.toml``."""
    about = _read("blogs.toml")["sayings"]
    return _blog(about, [_post(fields, about) for fields in _read("posts", "sayings.toml")["posts"]])


def _read(*names: str) -> dict[str, Any]:
    place = files(__package__).joinpath(*names)
    return tomllib.loads(place.read_text(encoding="utf-8"))


def _post(fields: Mapping[str, Any], about: Mapping[str, Any], **more: Any) -> DemoPost:
    return DemoPost(
        title=fields["title"],
        slug=fields.get("slug") or slugify(fields["title"]) or "blog-post",
        day=fields["day"],
        body=fields["body"].strip(),
        author=about["author"],
        categories=tuple(fields.get("categories", about.get("categories", ()))),
        tags=tuple(fields.get("tags", ())),
        comments=tuple(fields.get("comments", ())),
        **more,
    )


def _blog(about: Mapping[str, Any], posts: Iterable[DemoPost]) -> DemoBlog:
    return DemoBlog(title=about["title"], tagline=about["tagline"], author=about["author"], posts=newest_first(posts))
