"""The RSS feeds of the WordPress-like blog: of the blog, of its archives, and of comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from .blog import VERSION, Archive, Blog
from .content import DemoPost, post_number
from .markup import heading
from .server import Request, Response, redirect
from .validators import wordpress_validated

ITEMS = 10
"""How many posts a feed shows a page where nobody changed it (the option posts_per_rss)."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"\n'
    '\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
    '\txmlns:wfw="http://wellformedweb.org/CommentAPI/"\n'
    '\txmlns:dc="http://purl.org/dc/elements/1.1/"\n'
    '\txmlns:atom="http://www.w3.org/2005/Atom"\n'
    '\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/"\n'
    '\txmlns:slash="http://purl.org/rss/1.0/modules/slash/"\n\t>\n\n<channel>\n'
)


class Feeds:
    """Answers for the feeds of one state of the blog, as feed-rss2.php and feed-rss2-comments.php write them."""

    def __init__(self, blog: Blog) -> None:
        self._blog = blog

    def answer(self, request: Request) -> Response | None:
        """The feed that stands at this address, None where none does.

        Behind an archive's last page there is an empty feed with status 404.
        """
        path, query = request.path, request.query
        if self._blog.channels.feed == "off":
            return None
        if path.endswith("/feed") and self._at(f"{path}/") is not None:
            return redirect(f"{request.base_url}{path}/")
        at = self._at(path)
        if at is None and path in ("/", "/index.php") and query.get("feed") in ("rss2", "rss", "feed"):
            at = self._blog.archives["/"]
        if at is None:
            return None
        if not isinstance(at, Archive):
            return self._sent(request, self._comments(request.base_url, path, at))
        asked = query.get("paged", "")
        number = int(asked) if re.fullmatch(r"[0-9]{1,6}", asked) and self._blog.channels.feed != "capped" else 1
        first = (max(number, 1) - 1) * ITEMS
        posts = at.posts[first : first + ITEMS]
        return self._sent(request, self._posts(request.base_url, request.target, at, posts), found=bool(posts))

    def _at(self, path: str) -> Archive | list[DemoPost] | None:
        """The archive, or the posts whose comments the feed at this path shows."""
        if path == "/comments/feed/":
            return list(self._blog.posts)
        whole = path.removesuffix("feed/")
        if whole == path:
            return None
        post = self._blog.by_path.get(whole)
        if post is not None:
            return [post]
        return self._blog.archives.get(whole)

    def _sent(self, request: Request, xml: str, *, found: bool = True) -> Response:
        response = Response(
            status=200 if found else 404,
            body=xml.encode("utf-8", "surrogatepass"),
            headers={"Content-Type": "application/rss+xml; charset=UTF-8"},
        )
        if not found:
            return response
        weakened = self._blog.channels.weak_etag_breaks
        return wordpress_validated(request, response, self._blog.last_modified, weakened=weakened)

    def _posts(self, base: str, target: str, archive: Archive, posts: Iterable[DemoPost]) -> str:
        name = escape(self._blog.layout.title, quote=False)
        title = f"{heading(archive.name)} &#8211; {name}" if archive.name else name
        items = "".join(self._item(base, post) for post in posts)
        return self._channel(base, target, title, archive.path, items)

    def _channel(self, base: str, target: str, title: str, path: str, items: str) -> str:
        own = escape(base + target)
        link = base if path == "/" else base + path
        return (
            f'{_HEAD}\t<title>{title}</title>\n\t<atom:link href="{own}" rel="self" type="application/rss+xml" />\n'
            f"\t<link>{link}</link>\n\t<description>{escape(self._blog.layout.tagline, quote=False)}</description>\n"
            f"\t<lastBuildDate>{rfc822(self._blog.last_modified)}</lastBuildDate>\n\t<language>en-US</language>\n"
            "\t<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>\n\t<sy:updateFrequency>\n\t1\t</sy:updateFrequency>\n"
            f"\t<generator>https://wordpress.org/?v={VERSION}</generator>\n{items}\t</channel>\n</rss>\n"
        )

    def _item(self, base: str, post: DemoPost) -> str:
        blog = self._blog
        link = base + blog.layout.permalink(post)
        terms = [*blog.terms_of("category", post), *blog.terms_of("tag", post)]
        names = "".join(f"\t\t<category>{_cdata(heading(term.name))}</category>\n" for term in terms)
        excerpt, credit = blog.excerpt(post), ""
        if blog.channels.feed_credit:
            credit = (
                f'<p>The post <a href="{link}">{blog.title(post)}</a> appeared first on '
                f'<a href="{base}">{escape(blog.layout.title, quote=False)}</a>.</p>\n'
            )
            excerpt = f"<p>{excerpt}</p>\n{credit}"
        content = f"<content:encoded>{_cdata(blog.content(post, base) + credit)}</content:encoded>"
        return (
            f"\t<item>\n\t\t<title>{blog.title(post)}</title>\n\t\t<link>{link}</link>\n"
            f"\t\t\t\t\t<comments>{link}#{'comments' if post.comments else 'respond'}</comments>\n\t\t\n"
            f"\t\t<dc:creator>{_cdata(escape(post.author, quote=False))}</dc:creator>\n"
            f"\t\t<pubDate>{rfc822(blog.published(post))}</pubDate>\n{names}"
            f'\t\t<guid isPermaLink="false">{base}/?p={post_number(post)}</guid>\n\n'
            f"\t\t\t\t\t<description>{_cdata(excerpt)}</description>\n"
            f"\t\t\t\t\t\t\t\t\t\t{'' if blog.channels.feed == 'summary' else content}\n\t\t\t\t\t\n"
            f"\t\t\t\t\t<wfw:commentRss>{link}feed/</wfw:commentRss>\n"
            f"\t\t\t<slash:comments>{len(post.comments)}</slash:comments>\n\t\t\n\t\t\t</item>\n"
        )

    def _comments(self, base: str, path: str, posts: list[DemoPost]) -> str:
        single = path != "/comments/feed/"
        title = f"Comments on: {self._blog.title(posts[0])}" if single else ""
        title = title or f"Comments for {escape(self._blog.layout.title, quote=False)}"
        items = []
        for post in posts:
            link = base + self._blog.layout.permalink(post)
            for number, at, who, said in _comments_of(post, self._blog.published(post)):
                name = f"By: {who}" if single else f"Comment on {self._blog.title(post)} by {who}"
                items.append(
                    f"\t<item>\n\t\t<title>{name}</title>\n\t\t<link>{link}#comment-{number}</link>\n\n"
                    f"\t\t<dc:creator>{_cdata(who)}</dc:creator>\n\t\t<pubDate>{rfc822(at)}</pubDate>\n"
                    f'\t\t<guid isPermaLink="false">{link}#comment-{number}</guid>\n'
                    f"\t\t\t\t\t<description>{_cdata(said)}</description>\n"
                    f"\t\t<content:encoded>{_cdata(f'<p>{said}</p>')}</content:encoded>\n\t\t\t</item>\n"
                )
        where = self._blog.layout.permalink(posts[0]) if single else "/"
        return self._channel(base, path, title, where, "".join(items[:ITEMS]))


def rfc822(moment: datetime) -> str:
    """The instant as WordPress's feeds write it: in UTC, ``Tue, 09 Dec 2014 13:05:00 +0000``."""
    return format_datetime(moment.astimezone(UTC))


def _comments_of(post: DemoPost, published: datetime) -> Iterator[tuple[int, datetime, str, str]]:
    for order, comment in enumerate(post.comments):
        who, _, said = comment.partition(":")
        at = published + timedelta(hours=3 * order + 2)
        yield post_number(post) % 100_000 + order, at, escape(who, quote=False), heading(said.strip())


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]&gt;')}]]>"
