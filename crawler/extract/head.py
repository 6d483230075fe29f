"""Reads what a page says about itself: its address, title, platform and body classes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .addresses import absolute, archive_of, is_home, split_page_number
from .tree import Tree

_SAVED_FROM: Final = re.compile(
    r"<!--\s{0,9}saved from url=\(\d{1,6}\)(https?://[^\s<>]{1,2000})\s{0,9}-->", re.IGNORECASE
)
_BLOG_ID: Final = re.compile(
    r"blogger\.com/(?:feeds/|[a-z-]{1,20}\.g\?blogID=)(\d{5,20})|[?&;]blogID=(\d{5,20})|['\"]blogId['\"]\s{0,3}[:,]\s{0,3}['\"](\d{5,20})",
)
_BLOG_ID_MARKS: Final = ("blogger.com/", "blogID=", "blogId")
"""One of them stands in whatever the expression finds, at most a sign behind its start. To look for them takes 0.1 ms
in 100 KB, the expression alone 6."""

_BODY_CLASS: Final = re.compile(r"<body\s[^<>]{0,500}?\bclass=[\"']([^<>\"']{1,4000})[\"']")
_WORDPRESS: Final = ("/wp-content/", "/wp-includes/", "/wp-json/", "https://api.w.org/")
_FEED: Final = re.compile(r"application/(?:rss|atom)\+xml", re.IGNORECASE)
_DATED: Final = (
    "og:article:published_time",
    "parsely-pub-date",
    "dc.date.issued",
    "dcterms.issued",
    "pubdate",
    "publish-date",
    "date",
)
"""Names under which heads give a page's date: mostly that of publication, the surest first."""

_ARTICLES: Final = frozenset(("BlogPosting", "Article", "NewsArticle"))
_PAGES: Final = frozenset(("WebPage", "ItemPage", "Recipe", "HowTo", "Review", "PodcastEpisode"))
"""What else plugins describe a post as, or the page around it."""

_MAX_FEEDS: Final = 50
LISTING_CLASSES: Final = frozenset(
    ("archive", "category", "tag", "author", "date", "blog", "search", "search-results", "feed-view", "index", "paged")
)


@dataclass(slots=True)
class Head:
    """What a page says about itself.

    `platform` is ``wordpress``, ``blogger`` or ``html``; `published` and `author` come from its JSON-LD or Open Graph,
    `dated` from less certain names in its head;
    `speaks_of_blog` is True where it offers a feed or names a blog engine; as written are `next_url`, its ``rel=next``,
    `rest`, the root of WordPress's REST interface, and `feeds`, its alternates in RSS or Atom.
    """

    title: str = ""
    og_title: str = ""
    site_name: str = ""
    base: str | None = None
    canonical: str | None = None
    platform: Literal["wordpress", "blogger", "html"] = "html"
    blog_id: str | None = None
    body_class: str = ""
    body_classes: frozenset[str] = frozenset()
    is_article: bool = False
    is_listing: bool = False
    published: str = ""
    dated: str = ""
    author: str | None = None
    speaks_of_blog: bool = False
    next_url: str | None = None
    rest: str | None = None
    feeds: list[str] = field(default_factory=list)


def read_head(tree: Tree, text: str, here: str | None) -> Head:
    """Gathers what a page says of itself; `here` is its address, None where unknown."""
    head = Head()
    metas: dict[str, str] = {}
    links: dict[str, str] = {}
    scripts: list[str] = []
    for element in tree.root.iter("title", "base", "meta", "link", "script", "body"):
        tag = element.tag
        if tag == "title":
            head.title = head.title or " ".join((element.text or "").split())[:2000]
        elif tag == "base":
            head.base = head.base or element.get("href")
        elif tag == "meta":
            name = (element.get("property") or element.get("name") or "").lower()
            metas.setdefault(name, element.get("content") or "")
        elif tag == "link":
            rels = (element.get("rel") or "").lower().split()
            if _FEED.search(element.get("type") or ""):
                head.speaks_of_blog = True
                if "alternate" in rels and len(head.feeds) < _MAX_FEEDS:
                    head.feeds.append(element.get("href") or "")
            href = element.get("href") or ""
            for rel in rels:
                if rel != "next" or not element.get("title") or _names_page(absolute(here, href)):
                    links.setdefault(rel, href)
        elif tag == "body":
            head.body_class = " ".join((element.get("class") or "").lower().split())[:4000]
        elif element.get("type") == "application/ld+json":
            scripts.append((element.text or "")[:200_000])
    head.body_class = head.body_class or _body_class(text)
    head.body_classes = frozenset(head.body_class.split())
    saved = _SAVED_FROM.search(text[:5000])
    head.canonical = (
        absolute(here, links.get("canonical"))
        or absolute(here, metas.get("og:url"))
        or (saved[1] if saved and not here else None)
    )
    head.og_title = " ".join(metas.get("og:title", "").split())[:2000]
    head.site_name = " ".join(metas.get("og:site_name", "").split())[:500]
    head.next_url = links.get("next")
    head.rest = links.get("https://api.w.org/")
    _platform(head, text, metas)
    article, dated = _described(scripts)
    _article(head, metas, article, here or head.canonical)
    head.dated = head.dated or dated
    return head


def _names_page(address: str | None) -> bool:
    """Whether an address is an archive's page: with a title WordPress's older heads call a post or a page the next."""
    return address is not None and (split_page_number(address)[1] is not None or "updated-max=" in address)


def _body_class(text: str) -> str:
    """The classes of the body as written: of two bodies, and after markup above the head, the parser has them not."""
    at = text.find("<body ")
    found = _BODY_CLASS.match(text, at) if at >= 0 else None
    return " ".join(found[1].lower().split())[:4000] if found else ""


def _platform(head: Head, text: str, metas: dict[str, str]) -> None:
    generator = metas.get("generator", "").lower()
    if (
        "blogger" in generator
        or "blogspot.com" in (head.canonical or "")
        or 'class="widget Blog"' in text
        or "class='widget Blog'" in text
    ):
        head.platform = "blogger"
        head.speaks_of_blog = True
        first = min((at for mark in _BLOG_ID_MARKS if (at := text.find(mark)) >= 0), default=None)
        if first is not None and (found := _BLOG_ID.search(text, max(0, first - 1))):
            head.blog_id = next(group for group in found.groups() if group)
    elif "wordpress" in generator or any(mark in text for mark in _WORDPRESS):
        head.platform = "wordpress"
        head.speaks_of_blog = head.speaks_of_blog or "page-id-" not in head.body_class


def _article(head: Head, metas: dict[str, str], article: dict[str, Any], here: str | None) -> None:
    head.is_article = metas.get("og:type", "").lower() == "article" or bool(article)
    archive = archive_of(here)
    head.is_listing = bool(archive and archive != "home") or bool(
        head.body_classes & LISTING_CLASSES and not head.body_classes & {"single", "single-post", "item-view"}
    )
    head.is_listing = head.is_listing or (archive == "home" and bool(here and is_home(here)))
    for value in (article.get("datePublished"), metas.get("article:published_time")):
        if isinstance(value, str) and value.strip():
            head.published = value.strip()[:100]
            break
    head.dated = next((metas[name].strip()[:100] for name in _DATED if metas.get(name, "").strip()), "")
    author = article.get("author")
    author = author[0] if isinstance(author, list) and author else author
    name = author.get("name") if isinstance(author, dict) else author
    if isinstance(name, str) and 0 < len(name.strip()) <= 120:
        head.author = name.strip()


def _described(texts: list[str]) -> tuple[dict[str, Any], str]:
    """The first article of a page's JSON-LD, empty where there is none, and the date that the page itself is given."""
    dated = ""
    for text in texts[:20]:
        try:
            queue: list[Any] = [json.loads(text)]
        except (ValueError, RecursionError):
            continue
        for _ in range(500):
            if not queue:
                break
            item = queue.pop()
            if isinstance(item, list):
                queue += item[:100]
            elif isinstance(item, dict):
                said = item.get("@type")
                kinds = {kind for kind in (said if isinstance(said, list) else [said])[:9] if isinstance(kind, str)}
                if kinds & _ARTICLES:
                    return item, dated
                if kinds & _PAGES and isinstance(item.get("datePublished"), str):
                    dated = dated or item["datePublished"].strip()[:100]
                queue += [value for value in item.values() if isinstance(value, (dict, list))]
    return {}, dated
