"""Finds the post on its own page where no block bears its title: by the page's own title and its longest body."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from ...pipeline.text import title_key
from . import vocabulary as v
from .addresses import is_home
from .blocks import Block
from .head import Head
from .tree import Tree

ENOUGH_WORDS: Final = 40
_LEVELS: Final = 60
_TELLING: Final = 4
"""Letters; shorter words stand in any two titles."""

_PARTED: Final = re.compile(r"\s+(?:[|»«·•]|[-–—])\s+")
_PARTS: Final = 2
_NO_TITLE_TAGS: Final = frozenset(("a", "option", "script", "style", "noscript"))
_SITE_BEHIND: Final = re.compile(r"\s{0,3}(?:[|·•»]|\s[-–—]\s)[^|·•»–—]{1,200}$")
"""What stands behind a post's title where its page's title names the site as well."""

_HOME: Final = frozenset(("/", "./", "..", "../", "/index.php", "/index.html"))


def bears_page_title(title: str, head: Head) -> bool:
    """Whether a title is the one that the page itself bears, in Open Graph or before its site's name."""
    key = title_key(title)
    if not key:
        return False
    if said := title_key(head.og_title):
        if key == said or (" " in key and key in said) or (" " in said and said in key):
            return True
        return said.startswith(key) and title_key(_SITE_BEHIND.sub("", head.og_title)) == key
    # Without Open Graph the page's title may end in the site's name, which is no post's title.
    whole = title_key(head.title)
    return key == whole or (" " in key and key in whole) or whole.startswith(f"{key} ")


def own_block(tree: Tree, head: Head) -> tuple[Block, int | None] | None:
    """The block of a page's own post and its body (None: what follows the title), or None where there is no text."""
    title = own_heading(tree, head)
    body = longest_body(tree)
    if body is not None:
        root = body
        if title is not None and not tree.roles[body] & v.MAIN:
            for _ in range(_LEVELS):
                if root <= title < tree.end[root] or tree.parent[root] < 0:
                    break
                root = tree.parent[root]
        return Block(title=title, roots=(root,), parent=max(tree.parent[root], 0), strong=True), body
    if title is None:
        return None
    root = title
    for _ in range(_LEVELS):
        if tree.words(root) - tree.words(title) >= ENOUGH_WORDS or tree.parent[root] < 0:
            break
        root = tree.parent[root]
    if tree.words(root) - tree.words(title) < ENOUGH_WORDS:
        return None
    return Block(title=title, roots=(root,), parent=max(tree.parent[root], 0), strong=True), None


def heads_itself(tree: Tree, head: Head) -> bool:
    """Whether a heading of the page bears the page's own title."""
    heading = own_heading(tree, head)
    return heading is not None and bears_page_title(tree.text(heading, 500), head)


def own_heading(tree: Tree, head: Head) -> int | None:
    """The heading that bears the page's own title, else the first that class names, or an `h1`, make one; or None."""
    if (top := top_heading(tree, head)) is not None:
        return top
    first: int | None = None
    bearing: list[tuple[bool, int, int]] = []
    for number in tree.headings:
        outside = bool(tree.outside[number])
        if tree.roles[number] & v.HIDDEN or (outside and not _may_stand_outside(tree, number, head)):
            continue
        if _leads_home(tree, number):
            continue
        text = tree.text(number, 500)
        if bears_page_title(text, head):
            # The page's title may name the site as well, and the site's name may be a heading.
            bearing.append((outside, -len(title_key(text)), number))
        called = tree.roles[number] & v.TITLE or (not head.og_title and tree.tags[number] == "h1")
        if first is None and called and not outside:
            first = number
    return min(bearing)[2] if bearing else first


def top_heading(tree: Tree, head: Head) -> int | None:
    """The one `h1` of a page's own part, where it is the first that class names call a title, or none is called so.

    Titles for search engines may be worded as a heading further down is, that of a recipe's card or of a question.
    Where no class names it, it shares a word with such a title: it may be the site's name.
    """
    shown = [i for i in tree.headings if tree.words(i) and not tree.roles[i] & v.HIDDEN]
    own = [i for i in shown if not (tree.outside[i] or tree.soft[i])]
    named = [i for i in own if tree.roles[i] & v.TITLE]
    named = named or [i for i in shown if tree.roles[i] & v.TITLE and tree.tags[i] == "h1"]
    tops = [i for i in named or own if tree.tags[i] == "h1"]
    if len(tops) != 1 or named[:1] not in ([], tops) or _leads_home(tree, tops[0]):
        return None
    said = tree.text(tops[0], 500)
    if named:
        return tops[0] if " " in said or bears_page_title(said, head) else None
    above = any(bears_page_title(tree.text(i, 500), head) for i in own if i < tops[0])
    shared = set(title_key(said).split()) & set(title_key(head.og_title).split())
    return tops[0] if not above and any(len(word) >= _TELLING for word in shared) else None


def _may_stand_outside(tree: Tree, heading: int, head: Head) -> bool:
    """Themes put a post's title into the page's header; Blogger has the blog's own name there."""
    return tree.tags[heading] == "h1" and head.platform != "blogger"


def own_title(tree: Tree, head: Head) -> str:
    """The title of a page's own post where its block shows none: its heading's, else Open Graph's without the site's.

    Without either it is the part of the page's own title that is shown in its text as well.

    Blogger gives a post without a title the blog's own name; that is none.
    """
    heading = own_heading(tree, head)
    if heading is not None:
        return tree.text(heading, 20_000)
    title = head.og_title
    if not title:
        return _shown_title(tree, head)
    if title_key(title) == title_key(head.site_name) or _is_site_title(tree, title):
        return ""
    if head.site_name and title.endswith(head.site_name):
        return _SITE_BEHIND.sub("", title)
    return title


def _shown_title(tree: Tree, head: Head) -> str:
    """The one part of ``The ferry | Harbour notes`` that stands in the page's own part, as a text without a link."""
    parts = {title_key(part): part.strip() for part in _PARTED.split(head.title[:500]) if part.strip()}
    if len(parts) < _PARTS:
        return ""
    parts.pop(title_key(head.site_name), None)
    longest = 2 * max(map(len, parts.values()), default=0)
    shown = {
        key
        for number, text in enumerate(tree.texts)
        if text and len(text) < longest + 100 and tree.tags[number] not in _NO_TITLE_TAGS and not tree.outside[number]
        if (key := title_key(text.strip())) in parts
    }
    return parts[shown.pop()] if len(shown) == 1 else ""


def _is_site_title(tree: Tree, title: str) -> bool:
    """Whether a text is that of a heading which names the site: one outside the page's own part, or a link home."""
    key = title_key(title)
    return any(
        (tree.outside[number] or _leads_home(tree, number)) and title_key(tree.text(number, 500)) == key
        for number in tree.headings[:20]
    )


def _leads_home(tree: Tree, heading: int) -> bool:
    hrefs = [tree.attributes[link].get("href", "").strip() for link in tree.within(tree.links, heading)]
    return bool(hrefs) and all(href in _HOME or (is_home(href) and urlsplit(href).netloc != "") for href in hrefs)


def longest_body(tree: Tree) -> int | None:
    """The element with the most words that class names call a body; None where none has words worth the name."""
    best, most = None, ENOUGH_WORDS // 2
    for number in tree.spoken:
        roles = tree.roles[number]
        if roles & v.BODY and not roles & (v.TITLE | v.MAIN) and not tree.outside[number] and tree.words(number) > most:
            best, most = number, tree.words(number)
    return best
