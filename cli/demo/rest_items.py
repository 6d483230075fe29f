"""The posts, terms and authors of the WordPress-like blog as its REST interface shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from .blog import Blog, Kind, Term
from .content import DemoPost, post_number
from .markup import heading

Json = dict[str, Any]

TAXONOMIES: Mapping[str, tuple[Kind, str]] = {"categories": ("category", "category"), "tags": ("tag", "post_tag")}
"""The routes of terms: which kind each lists, and what WordPress calls that taxonomy."""

_EMBED_FIELDS = ("id", "count", "description", "link", "name", "slug", "taxonomy", "avatar_urls", "url", "_links")
_SHOWN_EMBEDDED = {name for name in _EMBED_FIELDS if name not in {"count", "description"}}


class Items:
    """Makes JSON objects of one state of the blog; `base` is its address without a slash at its end."""

    def __init__(self, blog: Blog) -> None:
        self._blog = blog

    def url(self, base: str, route: str, query: Mapping[str, object] | None = None) -> str:
        """The address of a route such as ``/wp/v2/posts``, in the form that the blog's permalinks give it."""
        plain = self._blog.channels.rest_route
        where = f"{base}/index.php?rest_route={route}" if plain else f"{base}/wp-json{route}"
        more = urlencode(dict(query or {}), doseq=True)
        return f"{where}{'&' if plain else '?'}{more}" if more else where

    def post(self, base: str, post: DemoPost) -> Json:
        """A post in the context ``view`` (WP_REST_Posts_Controller::prepare_item_for_response)."""
        blog, number = self._blog, post_number(post)
        protected = blog.is_protected(post)
        published, modified = blog.published(post), blog.modified(post)
        text = "" if protected else blog.content(post, base)
        excerpt = "" if protected else f"<p>{blog.excerpt(post)}</p>\n"
        return {
            "id": number,
            "date": _local(published),
            "date_gmt": _local(published.astimezone(UTC)),
            "guid": {"rendered": f"{base}/?p={number}"},
            "modified": _local(modified),
            "modified_gmt": _local(modified.astimezone(UTC)),
            "slug": post.slug,
            "status": "publish",
            "type": "post",
            "link": base + blog.layout.permalink(post),
            "title": {"rendered": heading(post.heading)},  # without "Protected: " here (protected_title_format)
            "content": {"rendered": text, "protected": protected},
            "excerpt": {"rendered": excerpt, "protected": protected},
            "author": blog.term("author", post.author).number,
            "featured_media": 0,
            "comment_status": "open",
            "ping_status": "closed",
            "sticky": False,
            "template": "",
            "format": "standard",
            "meta": {"footnotes": ""},
            "categories": [term.number for term in blog.terms_of("category", post)],
            "tags": [term.number for term in blog.terms_of("tag", post)],
            "_links": self._links_of(base, post, number),
        }

    def _links_of(self, base: str, post: DemoPost, number: int) -> Json:
        author = self._blog.term("author", post.author).number
        terms = [
            {
                "taxonomy": taxonomy,
                "embeddable": True,
                "href": self.url(base, f"/wp/v2/{route}", {"post": number}),
            }
            for route, (_, taxonomy) in TAXONOMIES.items()
        ]
        comments = self.url(base, "/wp/v2/comments", {"post": number})
        return {
            "self": [{"href": self.url(base, f"/wp/v2/posts/{number}")}],
            "collection": [{"href": self.url(base, "/wp/v2/posts")}],
            "about": [{"href": self.url(base, "/wp/v2/types/post")}],
            "author": [{"embeddable": True, "href": self.url(base, f"/wp/v2/users/{author}")}],
            "replies": [{"embeddable": True, "href": comments}],
            "wp:attachment": [{"href": self.url(base, "/wp/v2/media", {"parent": number})}],
            "wp:term": terms,
            "curies": [{"name": "wp", "href": "https://api.w.org/{rel}", "templated": True}],
        }

    def term(self, base: str, route: str, term: Term) -> Json:
        """A category or a tag (WP_REST_Terms_Controller); only categories have a parent."""
        item: Json = {
            "id": term.number,
            "count": len(self._blog.under(term)),
            "description": "",
            "link": base + term.path,
            "name": heading(term.name),
            "slug": term.slug,
            "taxonomy": TAXONOMIES[route][1],
            "parent": term.parent,
            "meta": [],
            "_links": {
                "self": [{"href": self.url(base, f"/wp/v2/{route}/{term.number}")}],
                "collection": [{"href": self.url(base, f"/wp/v2/{route}")}],
                "wp:post_type": [{"href": self.url(base, "/wp/v2/posts", {route: term.number})}],
            },
        }
        if term.kind != "category":
            del item["parent"]
        return item

    def user(self, base: str, term: Term) -> Json:
        """An author (WP_REST_Users_Controller)."""
        picture = f"https://secure.gravatar.example/avatar/{term.number}?s=96&d=mm&r=g"
        return {
            "id": term.number,
            "name": term.name,
            "url": "",
            "description": "",
            "link": base + term.path,
            "slug": term.slug,
            "avatar_urls": {"96": picture},
            "meta": [],
            "_links": {
                "self": [{"href": self.url(base, f"/wp/v2/users/{term.number}")}],
                "collection": [{"href": self.url(base, "/wp/v2/users")}],
            },
        }

    def embedded(self, base: str, post: DemoPost, rels: set[str]) -> Json:
        """What ``_embed`` adds to a post: its author and its terms, those of `rels` or of all where it is empty."""
        some: Json = {}
        if not rels or "author" in rels:
            some["author"] = [_embed(self.user(base, one)) for one in self._blog.terms_of("author", post)]
        if not rels or "wp:term" in rels:
            some["wp:term"] = [
                [_embed(self.term(base, route, term)) for term in self._blog.terms_of(kind, post)]
                for route, (kind, _) in TAXONOMIES.items()
            ]
        return some

    def index(self, base: str) -> Json:
        """What stands at the root of the interface: who the blog is, its time zone, and its routes."""
        zone = self._blog.channels.time_zone
        offset = self._blog.published(self._blog.posts[0]).utcoffset() if self._blog.posts else None
        routes = ["/", "/wp/v2", "/wp/v2/posts", "/wp/v2/posts/(?P<id>[\\d]+)"]
        routes += [f"/wp/v2/{name}" for name in ("categories", "tags", "users")]
        return {
            "name": self._blog.layout.title,
            "description": self._blog.layout.tagline,
            "url": base,
            "home": base,
            "gmt_offset": f"{offset.total_seconds() / 3600:g}" if offset is not None else "0",
            "timezone_string": zone,
            "namespaces": ["oembed/1.0", "wp/v2"],
            "authentication": {},
            "routes": {
                route: {"namespace": "wp/v2" if "wp" in route else "", "methods": ["GET"], "endpoints": []}
                for route in routes
            },
            "_links": {"help": [{"href": "https://developer.wordpress.org/rest-api/"}]},
        }


def _embed(item: Json) -> Json:
    return {name: value for name, value in item.items() if name in _SHOWN_EMBEDDED}


def _local(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")
