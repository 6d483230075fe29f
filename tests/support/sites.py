"""Blogs of any size, made up from a seed and served in the layouts of the demo's blogs."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tipsearch.cli.demo.blogger import BloggerSite
from tipsearch.cli.demo.content import DemoPost, slugify
from tipsearch.cli.demo.server import Running, serve
from tipsearch.cli.demo.wordpress import ROBOTS, WordPressSite

from .faults import Troubled

NEWEST = date(2025, 10, 7)

CLOSING = (
    "Take a Card    Ring the Bell    See the Shelf    Find the Door",
    "Would you like to hear this at your own counter? Ask at http://desk.example.org/ask",
)

WORDS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
TAGS = ("empathy", "patience", "listening", "complaints", "teamwork", "phone", "email", "trust")
CATEGORIES = ("Customer Service Tip of the Week", "Business Advice", "World of Service")


def marker(number: int) -> str:
    """The sentence that stands in post `number` and in no other: in its middle, behind any teaser's end."""
    return f"Keep this page under shelf mark {number:06d} in the blue cabinet."


def big_posts(
    n_posts: int = 800, *, seed: int = 7, undated_before: int = 2011, closing: tuple[str, ...] = CLOSING
) -> list[DemoPost]:
    """The posts of a made-up blog, the newest first: each with a title and a `marker` of its own.

    They are a week apart, or closer where that many would reach back beyond 2009. Titles before the year
    `undated_before` carry no date. The same arguments give the same posts.
    """
    verbs, adjectives, nouns, places = (WORDS[kind] for kind in ("verbs", "adjectives", "nouns", "places"))
    capacity = len(verbs) * len(adjectives) * len(nouns) * len(places)
    if n_posts > capacity:
        raise ValueError(f"there are words for {capacity} posts")
    posts = []
    for number in range(n_posts):
        mixed = (number * 104_729 + seed) % capacity  # a prime that shares no factor with the capacity
        mixed, verb = divmod(mixed, len(verbs))
        mixed, adjective = divmod(mixed, len(adjectives))
        place, noun = divmod(mixed, len(nouns))
        title = f"{verbs[verb]} the {adjectives[adjective]} {nouns[noun]} {places[place]}"
        day = NEWEST - timedelta(days=number * 7 if n_posts <= 850 else number * 5950 // n_posts)
        dated = "" if day.year < undated_before else f"{day.month}/{day.day}/{day:%y}"
        posts.append(
            DemoPost(
                title=title,
                slug=slugify(title),
                day=day,
                body=_body(number, seed, title),
                author="Robin Vale",
                title_date=f"{dated} TOW" if dated and day.year < 2017 else dated,
                categories=(CATEGORIES[number % len(CATEGORIES)],),
                tags=tuple(sorted({TAGS[number % len(TAGS)], TAGS[number // 3 % len(TAGS)]})),
                closing=closing,
            )
        )
    return posts


def big_wordpress(n_posts: int = 800, **options: Any) -> WordPressSite:
    """The made-up blog in the teaser-plus-full layout; options are those of `big_posts` and `WordPressSite`.

    REST, feeds and a sitemap are on unless an option says otherwise (``rest="off"``, ``feed="summary"`` …).
    """
    of_posts = {name: options.pop(name) for name in ("seed", "undated_before", "closing") if name in options}
    options.setdefault("title", "The Long Shelf")
    return WordPressSite(big_posts(n_posts, **of_posts), **options)


@contextmanager
def big_site(
    n_posts: int = 800,
    *,
    delay: float = 0.0,
    fail_at: Mapping[str, int | tuple[int, int]] | None = None,
    teasers_with_permalinks: bool = True,
    robots: str | None = ROBOTS,
    undated_before: int = 2011,
    **options: Any,
) -> Iterator[Running]:
    """Serves `big_wordpress`: three full posts and the same ten teasers a page, so 267 pages for 800 posts.

    `delay` is in seconds before each answer; `fail_at` maps paths to a status, or to (status, how many times);
    further options are those of `big_posts` and `WordPressSite`.
    """
    site = big_wordpress(
        n_posts, teaser_links=teasers_with_permalinks, robots=robots, undated_before=undated_before, **options
    )
    with serve(Troubled(site, delay=delay, fail_at=fail_at)) as running:
        yield running


@contextmanager
def blogger_site(
    n_posts: int = 45, *, delay: float = 0.0, fail_at: Mapping[str, int | tuple[int, int]] | None = None, **options: Any
) -> Iterator[Running]:
    """Serves a made-up Blogger blog whose posts all carry the label ``service``; options are `BloggerSite`'s.

    Every fifth post is longer than a snippet may be. robots.txt is Blogger's own unless ``robots="open"``, and
    feeds and a sitemap are on unless ``feed`` says otherwise.
    """
    options.setdefault("title", "Shelf Marks")
    with serve(Troubled(BloggerSite(blogger_posts(n_posts), **options), delay=delay, fail_at=fail_at)) as running:
        yield running


def blogger_posts(n_posts: int = 45, *, seed: int = 7) -> list[DemoPost]:
    """The posts of `blogger_site`: three sentences and a signature, every fifth one longer than 1000 characters."""
    posts = []
    for number, post in enumerate(big_posts(n_posts, seed=seed, undated_before=9999, closing=())):
        rng = random.Random(seed * 1_000_003 + number)
        sentences = [_sentence(rng), marker(number), _sentence(rng)]
        if number % 5 == 4:
            sentences[1:1] = [_sentence(rng) for _ in range(16)]
        body = f"{' '.join(sentences)}\n\n-- robin vale"
        posts.append(
            DemoPost(
                title=post.title,
                slug=post.slug,
                day=post.day,
                body=body,
                author=post.author,
                tags=("service", TAGS[number % len(TAGS)]),
            )
        )
    return posts


def _body(number: int, seed: int, title: str) -> str:
    rng = random.Random(seed * 1_000_003 + number)
    first = " ".join(_sentence(rng) for _ in range(4))
    last = " ".join(_sentence(rng) for _ in range(3))
    return f"{first}\n\n{marker(number)} It belongs to the tale named {title}.\n\n{last}"


def _sentence(rng: random.Random) -> str:
    noun, adjective = rng.choice(WORDS["nouns"]).lower(), rng.choice(WORDS["adjectives"]).lower()
    thing, moment = rng.choice(WORDS["things"]), rng.choice(WORDS["moments"])
    first, then = rng.sample(WORDS["advice"], 2)
    shape = rng.randrange(4)
    if shape == 0:
        return f"When the {adjective} {noun} comes {moment} about {thing}, {first}."
    if shape == 1:
        return f"The {noun} with {thing} will stay {adjective} {moment} unless you {first} and {then}."
    if shape == 2:
        return f"You might {first} {moment}, because {thing} weighs on every {adjective} {noun}."
    return f"Nobody told the {adjective} {noun} about {thing} {moment}, so {first} and only then {then}."
