"""Finds the address of the post that a block shows."""

from __future__ import annotations

import re
from typing import Final

from ...pipeline.urls import canonical_permalink
from . import vocabulary as v
from .addresses import absolute, is_home, may_be_post, same_page
from .blocks import Block
from .leads import is_more_link, title_link
from .tree import Tree

_COMMENTS_FRAGMENT: Final = re.compile(r"#(?:respond|comments?|comment-form|disqus_thread)$")
_NEAR: Final = 4


def read_link(tree: Tree, block: Block, base: str | None, page_url: str | None) -> str | None:
    """The permalink of a block: its title's link, its bookmark, the link around its date, or its "Read more"."""
    own = title_link(tree, block.title, base) if block.title is not None else None
    if may_be_post(own, page_url):
        return own
    links = [i for root in block.roots for i in tree.within(tree.links, root)]
    ranked: list[tuple[int, str]] = []
    for link in links:
        attributes = tree.attributes[link]
        address = absolute(base, attributes.get("href"))
        if address is None or not may_be_post(address, page_url) or same_page(address, page_url):
            continue
        text = tree.text(link, 100)
        named = v.PERMALINK_TEXT.fullmatch(text) or v.DATE_LINE.fullmatch(text) or v.CLOCK.fullmatch(text)
        named = named or v.PERMALINK_TEXT.fullmatch(attributes.get("title", ""))
        if named or "bookmark" in attributes.get("rel", "").split() or tree.roles[link] & v.DATE:
            ranked.append((0, address))
        elif is_more_link(tree, link) or _COMMENTS_FRAGMENT.search(address):
            ranked.append((1, address.partition("#")[0]))
        elif any(tree.tags[i] == "time" for i in range(link + 1, tree.end[link])):
            ranked.append((2, address))
    if ranked:
        return min(ranked, key=lambda pair: pair[0])[1]
    if own and is_home(own):
        # The front page of another site is what a post of the format "link" speaks of, and no address of its own.
        own = None
    laid = _sole_address(tree, block, links, base, page_url) or _cover(tree, block, links, base, page_url)
    return own or laid or _own_anchor(tree, block, links, base)


def _cover(tree: Tree, block: Block, links: list[int], base: str | None, page_url: str | None) -> str | None:
    """Where the one empty link leads that themes lay over a card whose title has none; None without it."""
    if block.title is None or not block.strong:
        return None
    empty = {
        absolute(base, tree.attributes[i].get("href")) for i in links if tree.end[i] == i + 1 and not tree.words(i)
    }
    posts = {address for address in empty if address and may_be_post(address, page_url)}
    return posts.pop() if len(posts) == 1 and not same_page(next(iter(posts)), page_url) else None


def _sole_address(tree: Tree, block: Block, links: list[int], base: str | None, page_url: str | None) -> str | None:
    """Where all links of a block lead that may lead to a post, pictures' among them; None where they part."""
    if block.title is not None and not block.bare:
        return None
    leads = {absolute(base, tree.attributes[i].get("href")) for i in links if not tree.outside[i]}
    posts = {a.partition("#")[0] for a in leads if a and may_be_post(a, page_url) and not same_page(a, page_url)}
    return posts.pop() if len(posts) == 1 else None


def _own_anchor(tree: Tree, block: Block, links: list[int], base: str | None) -> str | None:
    """The address of a post that has no page of its own but an anchor with its number, which a link of it names."""
    for link in links:
        address = absolute(base, tree.attributes[link].get("href")) or ""
        anchor = address.partition("#")[2]
        # An address whose anchor is a post's keeps it when it is compared.
        if anchor.isdecimal() and canonical_permalink(address).endswith(f"#{anchor}"):
            near = range(max(0, block.start - _NEAR), tree.end[block.roots[-1]])
            if any(tree.attributes[i].get("name") == anchor for i in near):
                return address
    return None
