"""Sitemaps read: which addresses of posts a site names, for finding and counting them."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from lxml import etree
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

from ...pipeline.errors import CrawlError, NotFoundError, TipsearchError
from ...pipeline.urls import canonical_permalink, same_site
from ..extract.addresses import BLOGGER_POST, absolute, may_be_post
from .feed_addresses import Platform
from .records import Answer
from .safe_xml import NO_XML, decode_xml, root_name, what_came, without_prolog

MAX_URLS: Final = 50_000
"""Addresses in one file (sitemaps.org protocol, "Using Sitemap index files")."""

MAX_BYTES: Final = 50 * 1024 * 1024
"""Size of one file once decompressed (the same place)."""

_POSTS: Final = re.compile(
    r"wp-sitemap-posts-post-\d{1,6}\.xml|post-sitemap(?:-?\d{1,6})?\.xml|sitemap-pt-post-.{1,40}\.xml"
)
"""What the sitemaps of posts are called by WordPress itself, Yoast, Rank Math, AIOSEO and Google XML Sitemaps."""

_NOT_POSTS: Final = re.compile(
    r"(?:^|[-_.])(?:page|pages|tag|tags|post_tag|category|categories|taxonom(?:y|ies)|tax|author|authors|users|archives?"
    r"|image|images|video|videos|news|attachment|media|product|products|misc|local|addl|externals|product_cat)(?:[-_.]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """What one sitemap says: further sitemaps (`children`) and addresses of pages (`urls`), absolute, on its own site.

    `cut` is True where it names more than a sitemap may, and the rest was left out.
    """

    children: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    cut: bool = False


def read_sitemap(answer: Answer) -> SitemapPage:
    """What a sitemap or an index of sitemaps says, compressed or not; raises CrawlError for anything else."""
    body = answer.body
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gunzip(body, max_size=MAX_BYTES)
        except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
            raise CrawlError(
                f"{answer.asked} is a sitemap that can't be decompressed, or is larger than {MAX_BYTES // 2**20} MB."
            ) from error
    text = decode_xml(body, answer.headers.get("content-type", ""))
    # Scrapy's reader expands no entities in texts, but libxml2 does in attributes: without a DTD there are none.
    inner = NO_XML.sub("", without_prolog(text))
    kind = root_name(inner)
    if kind not in ("urlset", "sitemapindex"):
        raise CrawlError(f"{answer.asked} was asked for a sitemap and answered with {what_came(text)}.")
    found: dict[str, None] = {}
    cut = not _is_whole(inner, kind)
    try:
        for item in Sitemap(inner.encode()):
            address = absolute(answer.url, item["loc"])
            if address is None or not same_site(address, answer.url):
                continue
            if len(found) >= MAX_URLS:
                cut = True
                break
            found[address] = None
    except (etree.LxmlError, StopIteration, ValueError) as error:
        if not found:
            raise CrawlError(f"{answer.asked} is a sitemap that can't be read: its XML is broken.") from error
        cut = True
    if kind == "sitemapindex":
        return SitemapPage(children=tuple(found), cut=cut)
    return SitemapPage(urls=tuple(found), cut=cut)


def _is_whole(text: str, kind: str) -> bool:
    """Whether a sitemap's last tag is there; plug-ins write comments behind it."""
    end = text[-2000:].rstrip().lower()
    return f"{kind}>" in end or f"{kind} >" in end or end.endswith("/>")


class SitemapReader:
    """Reads a site's sitemaps for its posts, a request at a time, and makes none itself.

    `start_urls` are read in turn, from an index only the sitemaps of posts where there are such. Like a
    `ChannelReader` it is asked for `following()` and told of what came by `read()` or `failed()`. `max_requests`
    bounds the whole.

    Attributes: `total` posts named so far; `ended` in a few words why it ended; `complete` whether every sitemap that
    may name posts was read to its end; `posts_only` whether all of them are of posts by name, so that no page without
    a date counts as one.
    """

    def __init__(self, start_urls: Sequence[str], blog_url: str, platform: Platform, *, max_requests: int = 10) -> None:
        self._blog_url, self._platform, self._left = blog_url, platform, max_requests
        self._waiting = [url for url in dict.fromkeys(start_urls) if same_site(url, blog_url)]
        self._starts = frozenset(self._waiting)
        self._known = {canonical_permalink(url) for url in self._waiting}
        self._posts: set[str] = set()
        self._read, self._missed, self._unnamed = 0, 0, 0
        self.ended = "" if self._waiting else "there is no sitemap to read"
        self.complete = False

    @property
    def total(self) -> int:
        """How many different posts the sitemaps named so far."""
        return len(self._posts)

    @property
    def posts_only(self) -> bool:
        """Whether every sitemap that named posts is by its own name one of posts."""
        return self._read > 0 and not self._unnamed

    def following(self) -> str | None:
        """The next sitemap to fetch; None at the end."""
        return None if self.ended or not self._waiting else self._waiting[0]

    def read(self, answer: Answer) -> tuple[str, ...]:
        """The addresses of posts that a sitemap names and none before it did; raises CrawlError where it is none."""
        asked = self._take()
        try:
            page = read_sitemap(answer)
        except CrawlError:
            self._missed += asked not in self._starts
            self._settle()
            raise
        self._read += 1
        self._missed += page.cut
        for child in self._chosen(page.children):
            key = canonical_permalink(child)
            if key not in self._known:
                self._known.add(key)
                self._waiting.append(child)
        new: list[str] = []
        for url in page.urls:
            if self._may_be_post(url) and (key := canonical_permalink(url)) not in self._posts:
                self._posts.add(key)
                new.append(url)
        if new and self._platform != "blogger" and not _POSTS.search(_file(asked)):
            self._unnamed += 1
        self._settle()
        return tuple(new)

    def failed(self, error: TipsearchError) -> bool:
        """A sitemap could not be had; True where others are left, or some were read."""
        asked = self._take()
        # Where sitemaps lie is often guessed: one that is not there is none. A child was promised.
        self._missed += asked not in self._starts or not isinstance(error, NotFoundError)
        self._settle(error.message)
        return self._read > 0 or bool(self._waiting)

    def _take(self) -> str:
        if self.ended or not self._waiting:
            raise RuntimeError("the sitemaps have ended")
        self._left -= 1
        return self._waiting.pop(0)

    def _settle(self, problem: str = "") -> None:
        if self._waiting and self._left > 0:
            return
        if self._waiting:
            self.ended = f"the limit of requests was reached with {len(self._waiting)} sitemaps unread"
        elif not self._read:
            self.ended = problem or "no sitemap could be read"
        elif self._missed:
            self.ended = f"{self._missed} sitemaps could not be read to their end"
        else:
            self.ended, self.complete = f"all sitemaps were read, {self.total} posts", True

    def _chosen(self, children: tuple[str, ...]) -> list[str]:
        """The sitemaps of an index that may name posts: those called so, where there are such."""
        named = [url for url in children if _POSTS.search(_file(url))]
        return named or [url for url in children if not _NOT_POSTS.search(_file(url))]

    def _may_be_post(self, url: str) -> bool:
        if not same_site(url, self._blog_url) or not may_be_post(url, self._blog_url):
            return False
        if canonical_permalink(url) == canonical_permalink(self._blog_url):
            return False
        return self._platform != "blogger" or BLOGGER_POST.match(urlsplit(url).path) is not None


def _file(url: str) -> str:
    """The name of a sitemap's file, without what says that it is compressed."""
    return urlsplit(url).path.rpartition("/")[2].removesuffix(".gz")
