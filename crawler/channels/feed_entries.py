"""The items of a feed as entries: address, id, date, labels, and whether the text is the whole post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from ...pipeline.furniture import is_protection_notice, unprotected
from ...pipeline.html import inline_text
from ...pipeline.records import BodyType, Entry, Form, RawDate
from ...pipeline.text import clean_line, strip_read_more, words
from ...pipeline.urls import same_site
from ..extract.addresses import absolute, archive_of, is_home, same_page
from .feed_addresses import Platform
from .records import Answer, Archive
from .rest_posts import wordpress_id

_MAX_LABEL: Final = 120
_KIND: Final = "http://schemas.google.com/blogger/2008/kind"
_HTML: Final = ("text/html", "application/xhtml+xml")
_TAG: Final = re.compile(r"<[^<>]*>")
_LINK: Final = re.compile(r"<a\s[^<>]{0,1500}?href\s{0,5}=\s{0,5}[\"']?([^\"'\s<>]{1,2000})", re.IGNORECASE)
_TAIL: Final = 4000
_FURNITURE: Final = 60
"""So many characters stand at most beside the two links of "The post … appeared first on …", in any language."""

_BLOGGER_ID: Final = re.compile(r"tag:blogger\.com,1999:blog-\d{1,25}\.post-\d{1,25}")


def _says_closed(summary: str) -> bool:
    """Whether a summary is no more than WordPress's notice that a post is protected."""
    return len(summary) < 300 and is_protection_notice(inline_text(summary))


def text_of(value: object) -> str:
    """A string as it is, anything else as none: feedparser's dictionaries hold what a feed put into them."""
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Items:
    """Makes entries of the items of one page."""

    archive: Archive
    answer: Answer
    platform: Platform
    home: str | None
    version: str

    def entry(self, item: Any, position: int, number: str) -> tuple[Entry, bool]:
        """The entry of an item, and whether it is behind a password."""
        permalink = self._permalink(item)
        title = _title(item)
        form, body, body_type, protected = self._body(item, permalink, title)
        categories, tags = self._labels(item)
        entry = Entry(
            source=self.archive.source,
            form=form,
            title=unprotected(title) if protected else title,
            body=body,
            body_type=body_type,
            permalink=permalink,
            platform_id=_platform_id(text_of(item.get("id")), permalink, number),
            dates=self._dates(item),
            author=_author(item),
            categories=categories,
            tags=tags,
            layout="feed",
            page_url=self.answer.asked,
            position=position,
            listed_in=self.archive.listed_in,
            observed_at=self.answer.observed_at,
        )
        return entry, protected

    def _permalink(self, item: Any) -> str | None:
        """The post's own address: never one on a third site, which is what a link blog's items point at."""
        given = [text_of(item.get("feedburner_origlink"))]
        links = [link for link in item.get("links") or () if link.get("rel") == "alternate"]
        links.sort(key=lambda link: link.get("type") not in _HTML)
        given += [text_of(link.get("href")) for link in links]
        given += [text_of(item.get("link")), text_of(item.get("id")) if item.get("guidislink") else ""]
        for address in (absolute(self.answer.url, each) for each in given if each):
            if address and any(same_site(address, own) for own in (self.answer.url, self.home or "") if own):
                return address
        return None

    def _body(self, item: Any, permalink: str | None, title: str) -> tuple[Form, str, BodyType, bool]:
        contents = [c for c in item.get("content") or () if text_of(c.get("value")).strip() and _istext_of(c)]
        contents.sort(key=lambda c: c.get("type") not in _HTML)
        summary = text_of(item.get("summary"))
        content = contents[0]["value"] if contents else ""
        if "action=postpass" in content or "post-password-form" in content or _says_closed(summary):
            return "summary", "", "html", True
        if not contents:
            return "summary", summary, _body_type(item.get("summary_detail")), False
        cut = _leads_on(core := without_closing(content, permalink, self.home), permalink, title)
        cut = cut or _is_teaser(core, without_closing(summary, permalink, self.home))
        return ("summary" if cut else "content"), content, _body_type(contents[0]), False

    def _dates(self, item: Any) -> tuple[RawDate, ...]:
        """The date of publication as the feed writes it; that of the last update is none."""
        atom = self.version.startswith("atom")
        found = text_of(item.get("published")).strip()
        place = "published" if atom else "pubDate"
        if not found and self.version in ("rss10", "rss090"):
            # RSS 1.0 has no other date than Dublin Core's, which feedparser calls "updated".
            found, place = text_of(dict.get(item, "updated")).strip(), "dc:date"
        return (RawDate(found[:200], "feed", place),) if found else ()

    def _labels(self, item: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Categories and tags.

        Blogger's labels are tags, as on its pages. Of other feeds a category's scheme may tell which it is.
        """
        names: list[str] = []
        categories: list[str] = []
        for tag in item.get("tags") or ():
            scheme = text_of(tag.get("scheme"))
            name = inline_text(text_of(tag.get("term")) or text_of(tag.get("label")))
            if (
                not name
                or len(name) > _MAX_LABEL
                or scheme.startswith(_KIND)
                or text_of(tag.get("term")).startswith(_KIND)
            ):
                continue
            kind = archive_of(absolute(None, scheme)).partition(":")[0] if self.platform == "other" else ""
            wanted = categories if kind == "category" else names
            if name not in wanted:
                wanted.append(name)
        if self.platform == "wordpress":
            return split_wordpress_terms(names)
        return tuple(categories), tuple(names)


def split_wordpress_terms(names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The categories and the tags of a WordPress item, whose feed calls them all categories.

    ``get_the_category_rss()`` writes the categories first, then the tags, each sorted by name; and no post is without
    a category. So the first name is one, and where the order begins anew once, there the tags begin. Where it never
    does, the names behind the first count as tags.
    """
    ordered = [name.casefold() for name in names]
    falls = [i for i in range(1, len(ordered)) if ordered[i] < ordered[i - 1]]
    at = falls[0] if len(falls) == 1 else 1
    return tuple(names[:at]), tuple(names[at:])


def _title(item: Any) -> str:
    value = text_of(item.get("title"))
    markup = (item.get("title_detail") or {}).get("type") in _HTML and ("<" in value or "&" in value)
    return inline_text(value) if markup else " ".join(value.split())


def _author(item: Any) -> str | None:
    detail = item.get("author_detail") or {}
    name = clean_line(text_of(detail.get("name")) or ("" if detail.get("email") else text_of(item.get("author"))))
    return name if 0 < len(name) <= _MAX_LABEL else None


def _istext_of(content: Any) -> bool:
    return content.get("type") in (*_HTML, "text/plain")


def _body_type(detail: Any) -> BodyType:
    return "text" if (detail or {}).get("type") == "text/plain" else "html"


def _platform_id(identifier: str, permalink: str | None, number: str) -> str | None:
    """The id that the blog's software gave the post, as pages and REST name it (``example.org?p=17``)."""
    if found := _BLOGGER_ID.fullmatch(identifier.strip()):
        return found[0]
    guid = absolute(None, identifier)
    if not number and guid:
        # A guid keeps the site where it was made: behind a move its number may be another post's here.
        values = [v for k, v in parse_qsl(urlsplit(guid).query) if k == "p"]
        number = values[0] if values and values[0].isdecimal() and len(values[0]) < 13 else ""
        owner: str | None = permalink if permalink and same_site(guid, permalink) else guid
    else:
        owner = permalink
    if not number or not owner:
        return None
    return wordpress_id(owner, int(number))


def _plain(html: str) -> str:
    return clean_line(unescape(_TAG.sub(" ", html)))


def without_closing(html: str, permalink: str | None, home: str | None) -> str:
    """A body without the last paragraph that plug-ins add to feeds: "The post … appeared first on …", in any language.

    It is told by its links: the first leads to the post, the second to the blog, and little stands beside them.
    """
    offset = max(0, len(html) - _TAIL)
    tail = html[offset:]
    links = list(_LINK.finditer(tail))
    if len(links) < 2 or not permalink:
        return html
    to_post, to_blog = (unescape(link[1]) for link in links[-2:])
    if not same_page(to_post, permalink) or not (same_page(to_blog, home) or is_home(to_blog)):
        return html
    start = max(tail.rfind("<p", 0, links[-2].start()), 0)
    closed = tail.find("</a>", links[-1].end())
    between = tail.find("</a>", links[-2].end())
    if closed < 0 or between < 0 or len(_plain(tail[closed:])) > 3:
        return html
    beside = _plain(tail[start : links[-2].start()]) + _plain(tail[between : links[-1].start()])
    return html[: offset + start] if len(beside) <= _FURNITURE else html


def _leads_on(content: str, permalink: str | None, title: str) -> bool:
    """Whether a text ends in a link to its own post that says "Continue reading", with or without the post's title."""
    tail = content[-_TAIL:]
    links = list(_LINK.finditer(tail))
    if not links or not permalink:
        return False
    address, _, fragment = unescape(links[-1][1]).partition("#")
    shown = _plain(tail[links[-1].start() :])
    if len(shown) > len(title) + 200 or not same_page(absolute(permalink, address), permalink):
        return False
    # WordPress calls the place where a post was cut `more-17`.
    return fragment.startswith("more-") or any(strip_read_more(t)[1] for t in (shown, shown.replace(title, " ")))


def _is_teaser(content: str, summary: str) -> bool:
    """Whether what stands as the content says no more than the description, and one of them bears the mark of a cut."""
    if not summary or len(said := _plain(content)) > len(summary) + 200:
        return False
    (said, cut), (teaser, teaser_cut) = strip_read_more(said), strip_read_more(_plain(summary))
    return (cut or teaser_cut) and words(said) == words(teaser)
