"""Blogs made up from a seed as entries, with the truth of which post each entry tells of kept beside them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tipsearch.pipeline import Entry

from .entries import entry

HOST = "shelf.example.org"
TITLES = (
    "Open the Door", "Who’s at the Counter?", "Be Kind…and Count", "The 24/7 Bell", "Say “Thursday” & Mean It",
    "Ring Twice", "Top 10 Ledgers", "The Employee’s Dilemma", "Walk Around It – Once", "C++ for Clerks", "Lanterns",
)  # fmt: skip
WORDS = (
    "when the bell rings twice look up before you speak and smile at whoever stands there rain or shine because "
    "a promise that is written down in green ink keeps itself while nobody reads the ledger on a quiet evening by "
    "the harbour where lamps are mended and baskets of late apples wait for customers who come in wet and worried"
).split()
READ_MORE = (" […]", " [...]", "...", "\nRead more", " … Continue reading →", "")
MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class MadePost:
    """A post of the truth. `twins` are the numbers of the posts that share its title and opening, its own included.

    Only their days tell twins apart, so an entry of one carries a day, or else no address: then it may be anybody's.
    (An undated text with an address and a dated teaser at its head are one post by the rules; of twins nobody could
    know better.)
    """

    number: int
    title: str
    day: date
    text: str
    slug: str
    twins: frozenset[int] = frozenset()
    retitled: str = ""
    edited: str = ""
    posted_on_eve: bool = False


@dataclass
class MadeBlog:
    """Entries in the order of their making, the posts, and by digest what each entry may tell of.

    That is the number of one post, but for undated entries of twins.
    """

    posts: list[MadePost]
    entries: list[Entry] = field(default_factory=list)
    truth: dict[str, frozenset[int]] = field(default_factory=dict)

    def add(self, post: MadePost, one: Entry) -> bool:
        """Keep an entry, unless it is word for word that of another post: then there is no truth to be known."""
        undated = not one.dates and not re.search(r"\d+/\d+/\d\d", one.title) and not one.permalink
        numbers = post.twins if undated and len(post.twins) > 1 else frozenset([post.number])
        if self.truth.setdefault(one.digest, numbers) != numbers:
            return False
        self.entries.append(one)
        return True

    def merged(self, members: Iterable[Iterable[str]]) -> list[list[int]]:
        """The posts of the truth that were taken for one, by the digests of the members of each resolved post."""
        found = [[self.truth[digest] for digest in digests] for digests in members]
        return [sorted(frozenset().union(*told)) for told in found if not frozenset.intersection(*told)]


def made_blog(seed: int, n_posts: int = 8, n_entries: int = 24) -> MadeBlog:
    """A small blog full of traps; the same arguments give the same blog."""
    pick = random.Random(seed)
    posts = _posts(pick, n_posts)
    blog = MadeBlog(posts)
    for _ in range(n_entries):
        post = pick.choice(posts)
        blog.add(post, _entry(pick, post))
    return blog


def _posts(pick: random.Random, n_posts: int) -> list[MadePost]:
    posts: list[MadePost] = []
    day = date(2009, 3, 3) + timedelta(days=pick.randrange(2000))
    for number in range(n_posts):
        day += timedelta(days=pick.choice([7, 7, 7, 14, 21, 365, 1826]))
        if day.year > 2024:
            day = date(2009, 1, 6) + timedelta(days=number * 7)
        kind = pick.choice(["new", "new", "new", "title again", "rerun", "series", "near-identical", "untitled"])
        old = pick.choice(posts) if posts else None
        title, text = pick.choice(TITLES), _text(pick)
        if old and kind == "title again":
            title = old.title
        elif old and kind == "rerun":
            title = old.title
            words = old.text.split(" ")
            words[pick.randrange(8, len(words))] = "dear reader"
            text = " ".join(words)
        elif old and kind == "series":
            title = f"{old.title}, Part {number}" if old.title else ""
            text = " ".join(old.text.split(" ")[:60]) + " " + _text(pick)
        elif old and kind == "near-identical":
            text = old.text + f" This was number {number}."
        elif kind == "untitled":
            title, text = "", " ".join(text.split(" ")[:14]) + ".\n-- robin vale"
        # A retitled post must not take the title of another, or nobody could tell.
        retitled = f"{title} Again, {number}" if title and pick.random() < 0.2 else ""
        posts.append(
            MadePost(
                number=number,
                title=title,
                day=day,
                text=text,
                slug=f"{day:%Y/%m}/post-{number}" if pick.random() < 0.7 else f"tip-{number}",
                retitled=retitled,
                edited=text.replace(" ", " indeed ", 1) if pick.random() < 0.3 else "",
                posted_on_eve=pick.random() < 0.3,
            )
        )
    openings = [(p.title, p.text.split(" ")[:5]) for p in posts]
    return [
        replace(p, twins=frozenset(i for i, other in enumerate(openings) if other == own))
        for p, own in zip(posts, openings, strict=True)
    ]


def _text(pick: random.Random) -> str:
    sentences = [" ".join(pick.choices(WORDS, k=pick.randrange(8, 20))).capitalize() + "." for _ in range(12)]
    return " ".join(sentences)


def _entry(pick: random.Random, post: MadePost) -> Entry:
    linked = pick.random() < 0.5
    later = linked and pick.random() < 0.4
    title = post.retitled if later and post.retitled else post.title
    text = post.edited if later and post.edited else post.text
    fields: dict[str, Any] = {"source": "blog", "at": pick.randrange(10) + (20 if later else 0)}
    if linked:
        fields["permalink"] = _address(pick, post)
        if pick.random() < 0.2:
            fields["also_at"] = (f"https://{HOST}/?p={post.number + 100}",)
    if pick.random() < (0.3 if linked else 0.1):
        fields["platform_id"] = f"{HOST}?p={post.number + 100}"
        linked = True
    dated = _date(pick, post, fields)
    if len(post.twins) > 1 and not dated and (linked or pick.random() < 0.5):
        dated = True
        fields["dates"] = ((_in_words(post.day), "label"),)
    if title and dated == "title":
        title += _in_title(pick, post.day)
    form = pick.choice(["full", "own page", "teaser", "teaser", "manual", "no excerpt"])
    if form in {"manual", "no excerpt"} and not linked and not dated:
        form = "teaser"
    if form == "own page" and linked and "permalink" in fields:
        fields["page_url"] = fields["permalink"]
    if form in {"full", "own page"}:
        return entry(_typeset(pick, title), text, **fields)
    bodies = {"teaser": _cut(pick, text), "manual": f"In which we speak of number {post.number}.", "no excerpt": ""}
    return entry(_typeset(pick, title), bodies[form], form="summary", **fields)


def _date(pick: random.Random, post: MadePost, fields: dict[str, Any]) -> str | bool:
    """Give an entry dates; says whether a day is told, and whether by the title."""
    kind = pick.choice(["title", "title", "title", "label", "time", "both", "none", "none", "month"])
    written = post.day - timedelta(days=1) if post.posted_on_eve else post.day
    moment = datetime(written.year, written.month, written.day, 20, tzinfo=timezone(timedelta(hours=-5)))
    if kind == "title":
        return "title" if post.title else False
    if kind == "label":
        fields["dates"] = ((f"Posted on {_in_words(post.day)}", "label"),)
    elif kind == "time":
        fields["dates"] = ((moment.isoformat(), "time"),)
    elif kind == "both":
        fields["dates"] = ((moment.isoformat(), "time"), (_in_words(post.day), "label"))
    elif kind == "month" and len(post.twins) == 1:
        fields["dates"] = ((f"{MONTHS[post.day.month - 1]} {post.day.year}", "label"),)
    return kind in {"label", "time", "both"}


def _in_words(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def _in_title(pick: random.Random, day: date) -> str:
    dash = pick.choice([" – ", " - ", " — "])
    return f"{dash}{day.month}/{day.day}/{day:%y}" + pick.choice(["", " TOW"])


def _typeset(pick: random.Random, title: str) -> str:
    if pick.random() < 0.5:
        for curly, straight in (("’", "'"), ("“", '"'), ("”", '"'), ("…", "..."), ("&", "&amp;")):
            title = title.replace(curly, straight)
    return title.replace(" ", pick.choice([" ", " ", "  ", "\u00a0"]), 1)


def _cut(pick: random.Random, text: str) -> str:
    words = text.split(" ")
    head = " ".join(words[: pick.choice([10, 22, 35, 50, 55, 111])])
    if pick.random() < 0.2:
        head = head[:-2]
    return head + pick.choice(READ_MORE)


def _address(pick: random.Random, post: MadePost) -> str:
    scheme = pick.choice(["http", "https"])
    end = pick.choice(["", "/", "/index.html", "/?utm_source=feed", "/?m=1", "/#comments"])
    return f"{scheme}://{pick.choice(['', 'www.'])}{HOST}/{post.slug}{end}"


def long_blog(n_posts: int = 800, *, seed: int = 7) -> tuple[MadeBlog, list[tuple[str, str]]]:
    """A weekly blog over many years, each post in full on a listing and as two teasers without a permalink.

    Gives it with the pairs of digests (teaser, full post) that should be found to be one. Posts of before 2011 have
    no date in the title; every tenth title returns, and every fifteenth post begins like another one.
    """
    pick = random.Random(seed)
    blog, pairs = MadeBlog([]), []
    for number in range(n_posts):
        day = date(2009, 1, 6) + timedelta(days=7 * number)
        title = f"{TITLES[number % len(TITLES)]} {pick.choice(WORDS)} {pick.choice(WORDS)}"
        if number % 10 == 9:
            title = "Question of the Month"
        elif blog.posts and number % 15 == 14:
            title = blog.posts[-1].title
        text = _text(pick)
        if number % 15 == 7:
            text = " ".join(blog.posts[-1].text.split(" ")[:60]) + " " + text
        post = MadePost(number, title, day, text, f"tip-{number}")
        blog.posts.append(post)
        dated = day.year >= 2011
        full_title = title + (f" – {day.month}/{day.day}/{day:%y}" if dated else "")
        full = entry(full_title, text, source="blog", dates=((_in_words(day), "label"),),
                     permalink=f"https://{HOST}/tip-{number}/")  # fmt: skip
        blog.add(post, full)
        for length in (50, 22):
            teased = f"{title} - {day.month}/{day.day}/{day:%y}" if dated else title
            body = " ".join(text.split(" ")[:length]) + "\nRead more"
            teaser = entry(_typeset(pick, teased), body, source="blog", form="summary")
            if blog.add(post, teaser):
                pairs.append((teaser.digest, full.digest))
    return blog, pairs
