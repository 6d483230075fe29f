"""The Blogger-like blog's feeds: all posts or a label's, as Atom or RSS, in full or short, by start-index."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from email.utils import format_datetime
from hashlib import blake2b
from html import escape
from typing import Literal
from urllib.parse import quote, unquote, urlencode

from .content import DemoPost, post_number
from .markup import paragraphs, snippet
from .server import Request, Response, plain_text
from .validators import blogger_validated

SHORT = 400
"""How many characters a short feed shows of a post, in the words of Blogger's settings of 2010."""

_EASTERN = timezone(timedelta(hours=-5))
_ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'"
    " xmlns:blogger='http://schemas.google.com/blogger/2008' xmlns:gd='http://schemas.google.com/g/2005'"
    " xmlns:thr='http://purl.org/syndication/thread/1.0'>"
)
_RSS = (
    "<rss xmlns:atom='http://www.w3.org/2005/Atom' xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'"
    " xmlns:blogger='http://schemas.google.com/blogger/2008' xmlns:thr='http://purl.org/syndication/thread/1.0'"
    " version='2.0'><channel>"
)


def instant(post: DemoPost) -> datetime:
    """Half past seven in the morning, five hours behind Greenwich: this blog posts before work."""
    return datetime.combine(post.day, time(7, 30), _EASTERN)


def updated(post: DemoPost) -> datetime:
    """When the post was last edited; where it never was, when it came out."""
    at, edited = instant(post), post.modified
    if edited is None:
        return at
    if not isinstance(edited, datetime):
        return max(datetime.combine(edited, time(7, 30), _EASTERN), at + timedelta(minutes=5))
    return edited if edited.tzinfo else edited.replace(tzinfo=_EASTERN)


def instant_of(text: str) -> datetime | None:
    """The instant that an RFC 3339 text names, None where it names none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BloggerFeeds:
    """Answers for the feeds of one state of the blog; `permalink` gives the path of a post's page."""

    title: str
    tagline: str
    posts: Sequence[DemoPost]
    permalink: Callable[[DemoPost], str]
    feed: Literal["full", "short", "off"] = "full"
    page_cap: int = 150

    @property
    def blog_id(self) -> int:
        """The number of the blog, as it stands in ids and in the addresses at www.blogger.com."""
        return int.from_bytes(blake2b(self.title.encode("utf-8", "surrogatepass"), digest_size=7).digest())

    def head_links(self, base: str, post: DemoPost | None) -> str:
        """The ``link`` elements of a page: the blog's two feeds, its service, and a post's comments."""
        if self.feed == "off":
            return ""
        name = escape(self.title)
        atom, rss = "application/atom+xml", "application/rss+xml"
        links = [
            ("alternate", atom, f"{name} - Atom", f"{base}/feeds/posts/default"),
            ("alternate", rss, f"{name} - RSS", f"{base}/feeds/posts/default?alt=rss"),
            ("service.post", atom, f"{name} - Atom", f"https://www.blogger.com/feeds/{self.blog_id}/posts/default"),
        ]
        if post is not None:
            links.append(("alternate", atom, f"{name} - Atom", f"{base}/feeds/{post_number(post)}/comments/default"))
        return "".join(f'<link rel="{r}" type="{t}" title="{name}" href="{href}" />\n' for r, t, name, href in links)

    def answer(self, request: Request) -> Response | None:
        """The feed at this address; None where there is none, or where feeds are switched off."""
        path = unquote(request.path)
        asked = re.fullmatch(r"/feeds/posts/(default|summary|full)(?:/-/(.{1,400}?))?/?", path)
        if self.feed == "off" or not path.startswith("/feeds/"):
            return None
        if not asked:
            comments = re.fullmatch(r"/feeds/(?:([0-9]{1,19})/)?comments/default", path)
            return self._sent(request, self._atom(request, [], 0, 1, 25, "")) if comments else None
        labels = set(asked[2].split("/")) if asked[2] else set()
        query = request.query
        start, size = query.get("start-index", "1"), query.get("max-results", "25")
        limits = {
            name: query.get(name, "") for name in ("published-min", "published-max", "updated-min", "updated-max")
        }
        wrong = [name for name, value in limits.items() if value and instant_of(value) is None]
        if wrong or not re.fullmatch(r"[1-9][0-9]{0,6}", start) or not re.fullmatch(r"[0-9]{1,6}", size):
            return plain_text(f"Invalid value for {(wrong or ['start-index or max-results'])[0]}", 400)
        by_update = query.get("orderby") == "updated"
        if not by_update:  # Blogger heeds the limits of the update only then
            limits |= {"updated-min": "", "updated-max": ""}
        found = [post for post in self.posts if labels <= set(post.tags) and _within(post, limits)]
        if by_update:
            found.sort(key=updated, reverse=True)
        first, count = int(start), min(int(size), self.page_cap)
        shown = found[first - 1 :][:count]
        short = self.feed == "short" or asked[1] == "summary"
        kind = "rss" if query.get("alt") == "rss" else "atom"
        write = self._rss if kind == "rss" else self._atom
        label = "".join(f"/{quote(name)}" for name in asked[2].split("/")) if labels else ""
        return self._sent(request, write(request, shown, len(found), first, count, label, short=short), kind)

    def _sent(self, request: Request, xml: str, kind: str = "atom") -> Response:
        changed = max((updated(post) for post in self.posts), default=datetime(2009, 1, 1, tzinfo=UTC))
        headers = {
            "Content-Type": f"application/{kind}+xml; charset=UTF-8",
            "Cache-Control": "private, max-age=0",
            "X-Robots-Tag": "noindex, nofollow",
        }
        return blogger_validated(request, xml.encode("utf-8", "surrogatepass"), headers, changed)

    def _id(self, post: DemoPost | None = None) -> str:
        return f"tag:blogger.com,1999:blog-{self.blog_id}{f'.post-{post_number(post)}' if post else ''}"

    def _counts(self, total: int, first: int, count: int) -> str:
        return (
            f"<openSearch:totalResults>{total}</openSearch:totalResults>"
            f"<openSearch:startIndex>{first}</openSearch:startIndex>"
            f"<openSearch:itemsPerPage>{count}</openSearch:itemsPerPage>"
        )

    def _atom(
        self,
        request: Request,
        posts: Sequence[DemoPost],
        total: int,
        first: int,
        count: int,
        label: str,
        *,
        short: bool = False,
    ) -> str:
        base = request.base_url
        where = f"/posts/default{f'/-{label}' if label else ''}"
        elsewhere = f"https://www.blogger.com/feeds/{self.blog_id}{where}"
        links = [
            ("http://schemas.google.com/g/2005#feed", "application/atom+xml", f"{base}/feeds{where}"),
            ("self", "application/atom+xml", f"{elsewhere}?{urlencode({'start-index': first, 'max-results': count})}"),
            ("alternate", "text/html", f"{base}/search/label{label}" if label else f"{base}/"),
        ]
        if posts and first + len(posts) <= total:
            following = urlencode({"start-index": first + len(posts), "max-results": count})
            links.append(("next", "application/atom+xml", f"{elsewhere}?{following}"))
        changed = max((updated(post) for post in self.posts), default=datetime(2009, 1, 1, tzinfo=UTC))
        author = self._author(self.posts[0].author) if self.posts else ""
        return (
            f"<?xml version='1.0' encoding='UTF-8'?>{_ATOM}<id>{self._id()}</id><updated>{_stamp(changed)}</updated>"
            f"<title type='text'>{escape(self.title)}</title><subtitle type='html'>{escape(self.tagline)}</subtitle>"
            + "".join(f"<link rel='{rel}' type='{kind}' href='{escape(href)}'/>" for rel, kind, href in links)
            + f"{author}<generator version='7.00' uri='http://www.blogger.com'>Blogger</generator>"
            + self._counts(total, first, count)
            + "".join(self._entry(base, post, short=short) for post in posts)
            + "</feed>"
        )

    def _entry(self, base: str, post: DemoPost, *, short: bool) -> str:
        number, link, title = post_number(post), base + self.permalink(post), escape(post.title)
        labels = "".join(f"<category scheme='http://www.blogger.com/atom/ns#' term='{escape(t)}'/>" for t in post.tags)
        own = f"https://www.blogger.com/feeds/{self.blog_id}/posts/default/{number}"
        return (
            f"<entry><id>{self._id(post)}</id><published>{_stamp(instant(post))}</published>"
            f"<updated>{_stamp(updated(post))}</updated>{labels}<title type='text'>{title}</title>"
            f"{self._text(post, short=short)}"
            f"<link rel='replies' type='application/atom+xml' href='{base}/feeds/{number}/comments/default'"
            " title='Post Comments'/>"
            f"<link rel='replies' type='text/html' href='{link}#comment-form' title='0 Comments'/>"
            f"<link rel='edit' type='application/atom+xml' href='{own}'/>"
            f"<link rel='self' type='application/atom+xml' href='{own}'/>"
            f"<link rel='alternate' type='text/html' href='{link}' title='{title}'/>"
            f"{self._author(post.author)}<thr:total>0</thr:total></entry>"
        )

    @staticmethod
    def _text(post: DemoPost, *, short: bool) -> str:
        if short:
            return f"<summary type='text'>{escape(snippet(post.body, SHORT))}</summary>"
        return f"<content type='html'>{escape(paragraphs(post.body))}</content>"

    @staticmethod
    def _author(name: str) -> str:
        return f"<author><name>{escape(name)}</name><email>noreply@blogger.com</email></author>"

    def _rss(
        self,
        request: Request,
        posts: Sequence[DemoPost],
        total: int,
        first: int,
        count: int,
        label: str,  # noqa: ARG002 - the same form as the Atom writer's
        *,
        short: bool = False,
    ) -> str:
        items = "".join(
            f"<item><guid isPermaLink='false'>{self._id(post)}</guid>"
            f"<pubDate>{format_datetime(instant(post).astimezone(UTC))}</pubDate>"
            f"<atom:updated>{_stamp(updated(post))}</atom:updated>"
            + "".join(f"<category domain='http://www.blogger.com/atom/ns#'>{escape(t)}</category>" for t in post.tags)
            + f"<title>{escape(post.title)}</title>"
            f"<description>{escape(snippet(post.body, SHORT) if short else paragraphs(post.body))}</description>"
            f"<link>{request.base_url}{self.permalink(post)}</link>"
            f"<author>noreply@blogger.com ({escape(post.author)})</author><thr:total>0</thr:total></item>"
            for post in posts
        )
        return (
            f"<?xml version='1.0' encoding='UTF-8'?>{_RSS}<atom:id>{self._id()}</atom:id>"
            f"<title>{escape(self.title)}</title><description>{escape(self.tagline)}</description>"
            f"<link>{request.base_url}/</link><generator>Blogger</generator>{self._counts(total, first, count)}"
            f"{items}</channel></rss>"
        )


def _within(post: DemoPost, limits: dict[str, str]) -> bool:
    for name, text in limits.items():
        moment = instant_of(text) if text else None
        at = instant(post) if name.startswith("published") else updated(post)
        if moment is not None and not (at >= moment if name.endswith("min") else at < moment):
            return False
    return True


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
