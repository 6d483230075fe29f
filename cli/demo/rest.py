"""The REST interface of the WordPress-like blog: its routes, what they list, and how they page it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .blog import Blog, Term
from .content import DemoPost, post_number
from .markup import plain, typeset
from .rest_items import TAXONOMIES, Items, Json
from .rest_params import Params, RestError
from .server import Request, Response, page

_BROKEN = (
    "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><p>Please come in by the door.</p></body></html>"
)


class Rest:
    """Answers for the REST interface of one state of the blog, as `Channels.rest` says."""

    def __init__(self, blog: Blog) -> None:
        self._blog = blog
        self._items = Items(blog)
        shows = blog.channels.rest_shows
        self._posts = blog.posts if shows is None else blog.posts[:shows]

    def route(self, request: Request) -> str | None:
        """The route that is asked for, ``/`` for the root; None where the address is none of the interface."""
        if request.path == "/wp-json" or request.path.startswith("/wp-json/"):
            return request.path.removeprefix("/wp-json").rstrip("/") or "/"
        asked = Params(request).text("rest_route") if request.path in ("/", "/index.php") else ""
        return (asked.rstrip("/") or "/") if asked else None

    def answer(self, request: Request, route: str) -> Response | None:
        """The answer at a route; None where the web server knows nothing of it, which is a 404 page."""
        mode = self._blog.channels.rest
        if mode == "off" or (self._blog.channels.rest_route and request.path.startswith("/wp-json")):
            return None
        if mode == "broken":
            return page(_BROKEN)
        if mode == "login":
            refused = RestError("rest_not_logged_in", "You are not currently logged in.", 401)
            return self._json(request.base_url, refused.json, 401)
        try:
            return self._found(request, route, Params(request))
        except RestError as error:
            return self._json(request.base_url, error.json, error.status)

    def _found(self, request: Request, route: str, params: Params) -> Response:
        base = request.base_url
        if route == "/":
            return self._json(base, self._items.index(base))
        asked = re.fullmatch(r"/wp/v2/(posts|categories|tags|users)(?:/([0-9]{1,18}))?", route)
        if not asked:
            raise RestError("rest_no_route", "No route was found matching the URL and request method.", 404)
        name, number = asked[1], int(asked[2]) if asked[2] else 0
        show = self._shows(base, name, params)
        if not number:
            return self._page(base, route, params, self._listed(name, params), show)
        all_of: Sequence[Any] = self._posts if name == "posts" else self._terms(name)
        for one in all_of:
            if number == (post_number(one) if name == "posts" else one.number):
                return self._json(base, show(one))
        what = {"posts": "post", "users": "user"}.get(name, "term")
        raise RestError(f"rest_{what}_invalid{'' if what == 'term' else '_id'}", f"Invalid {what} ID.", 404)

    def _terms(self, name: str) -> list[Term]:
        kind = "author" if name == "users" else TAXONOMIES[name][0]
        return [term for term in self._blog.terms.values() if term.kind == kind]

    def _listed(self, name: str, params: Params) -> list[Any]:
        if name == "posts":
            return self._chosen(params)
        slugs, include, parent = params.words("slug"), params.numbers("include"), params.numbers("parent")
        of_post = params.numbers("post")
        found = [
            term
            for term in self._terms(name)
            if (slugs is None or term.slug in slugs)
            and (include is None or term.number in include)
            and (parent is None or name != "categories" or term.parent in parent)
            and (of_post is None or any(post_number(post) in of_post for post in self._blog.under(term)))
        ]
        order = params.one_of("order", ("asc", "desc"), "asc")
        by = params.one_of("orderby", ("id", "include", "name", "slug", "count"), "name")
        keys: dict[str, Callable[[Term], Any]] = {
            "id": lambda term: term.number,
            "slug": lambda term: term.slug,
            "count": lambda term: len(self._blog.under(term)),
        }
        return sorted(found, key=keys.get(by, lambda term: term.name.lower()), reverse=order == "desc")

    def _chosen(self, params: Params) -> list[DemoPost]:
        blog = self._blog
        wanted = [(params.numbers(name), kind) for name, kind in (("tags", "tag"), ("categories", "category"))]
        include, authors, slugs = params.numbers("include"), params.numbers("author"), params.words("slug")
        said = typeset(params.text("search")).lower().split()
        limits = [
            (params.moment(f"{prefix}{side}", blog.zone), side, moment_of)
            for prefix, moment_of in (("", blog.published), ("modified_", blog.modified))
            for side in ("after", "before")
        ]

        def fits(post: DemoPost) -> bool:
            for numbers, kind in wanted:
                if numbers and not any(term.number in numbers for term in blog.terms_of(kind, post)):  # type: ignore[arg-type]
                    return False
            if authors and blog.term("author", post.author).number not in authors:
                return False
            if (include and post_number(post) not in include) or (slugs is not None and post.slug not in slugs):
                return False
            for moment, side, of in limits:
                if moment is not None and not (of(post) > moment if side == "after" else of(post) < moment):
                    return False
            text = f"{post.heading} {plain(typeset(post.body))}".lower() if said else ""
            return all(word in text for word in said)

        keys: dict[str, Callable[[DemoPost], Any]] = {
            "date": blog.published,
            "modified": blog.modified,
            "id": post_number,
            "slug": lambda post: post.slug,
            "title": lambda post: post.title.lower(),
            "author": lambda post: post.author,
            "include": post_number,
            "relevance": blog.published,
        }
        order = params.one_of("order", ("asc", "desc"), "desc")
        by = params.one_of("orderby", keys, "date")
        if by == "relevance" and not said:
            raise RestError("rest_no_search_term_defined", "You need to define a search term to order by relevance.")
        return sorted(filter(fits, self._posts), key=keys[by], reverse=order == "desc")

    def _page(
        self, base: str, route: str, params: Params, found: Sequence[Any], show: Callable[[Any], Json]
    ) -> Response:
        size = params.within("per_page", 10, 100)
        size = min(size, self._blog.channels.rest_cap or size)
        number = params.within("page", 1)
        pages = -(-len(found) // size)
        if route.endswith("/posts") and number > pages and found:
            message = "The page number requested is larger than the number of pages available."
            raise RestError("rest_post_invalid_page_number", message)
        links = {"prev": min(number - 1, pages), "next": number + 1 if number < pages else 0}
        relations = [
            f'<{self._items.url(base, route, {**params.given(), "page": [page]})}>; rel="{rel}"'
            for rel, page in links.items()
            if page > 0
        ]
        shown = [show(one) for one in found[(number - 1) * size :][:size]]
        counted = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
        return self._json(base, shown, links=relations, more=counted)

    def _shows(self, base: str, name: str, params: Params) -> Callable[[Any], Json]:
        fields, embed = params.words("_fields"), params.words("_embed")
        if not self._blog.channels.rest_embed:
            embed = None
        rels = set(embed or ()) - {"true", "1"}

        def show(one: Any) -> Json:
            if name == "posts":
                item = _only(self._items.post(base, one), fields)
                if embed is not None and "_links" in item:
                    item["_embedded"] = self._items.embedded(base, one, rels)
                return item
            is_user = name == "users"
            return _only(self._items.user(base, one) if is_user else self._items.term(base, name, one), fields)

        return show

    def _json(
        self,
        base: str,
        data: object,
        status: int = 200,
        links: Iterable[str] = (),
        more: Mapping[str, str] | None = None,
    ) -> Response:
        root = f'<{self._items.url(base, "/")}>; rel="https://api.w.org/"'
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Robots-Tag": "noindex",
            "Link": ", ".join([root, *links]),
            "Allow": "GET",
            **(more or {}),
        }
        return Response(status=status, body=json.dumps(data).replace("/", "\\/").encode(), headers=headers)


def _only(item: Json, fields: list[str] | None) -> Json:
    """The fields asked for; ``title.rendered`` is one inside another (rest_filter_response_fields)."""
    if fields is None:
        return item
    kept: Json = {}
    for field in fields:
        name, _, inner = field.partition(".")
        if name in item and not inner:
            kept[name] = item[name]
        elif name in item and isinstance(item[name], dict) and inner in item[name]:
            kept.setdefault(name, {})[inner] = item[name][inner]
    return kept
