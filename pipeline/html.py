"""HTML bodies turned into lines of clean text by Beautiful Soup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, PageElement, PreformattedString, Tag

from .text import clean_line

_DROPPED = frozenset(
    "script style noscript template form button input select textarea label iframe object embed svg canvas audio"
    " video map nav head title meta link math dialog".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer h1"
    " h2 h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tbody tfoot thead tr ul".split()
)
_CELLS = frozenset({"td", "th"})

# Share buttons, related posts, comments and text for screen readers, by the class names of the plugins and themes
# that print them inside a post's body.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:sharedaddy|sd-sharing\S*|share-?buttons?|post-share\S*|social-?share\S*|addtoany\S*|a2a_kit|addthis\S*"
    r"|heateor\S*|jp-relatedposts|yarpp\S*|related-?posts?|jp-post-flair|jetpack-likes\S*|feedflare|wpcnt|wp-block-comments|comments?-area"
    r"|comment-?list|comments?-link|comment-respond|screen-reader-text|sr-only|visually-?hidden|post-navigation"
    r"|nav-links|post-edit-link|more-link|read-?more(?:-link)?|jump-link|ssba\S*|swp_social\S*|robots-nocontent"
    r"|likes?-?(?:widget|button)\S*|rating-?widget|tag-?links|cat-?links|entry-meta|post-labels|post-footer)(?:$|\s)",
    re.IGNORECASE,
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def _unwanted(tag: Tag) -> bool:
    if tag.name in _DROPPED:
        return True
    attributes = tag.attrs
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if _HIDDEN_STYLE.search(str(attributes.get("style", ""))):
        return True
    named = attributes.get("class")
    return bool(named) and _FURNITURE.search(" ".join(named) if isinstance(named, list) else str(named)) is not None


_BREAK, _CELL = "\n", "\t"


def _pieces(root: Tag) -> Iterator[str]:
    """Text in reading order, with a break before and after each block; without recursion, for nesting is unbounded."""
    stack: list[PageElement | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, NavigableString):
            if not isinstance(node, (Comment, PreformattedString)):
                within_pre = node.parent is not None and node.parent.name in {"pre", "code"} and node.find_parent("pre")
                yield str(node) if within_pre else str(node).replace("\n", " ").replace("\r", " ")
        elif isinstance(node, Tag):
            if node.name == "br":
                yield _BREAK
            elif not _unwanted(node):
                edge = _BREAK if node.name in _BLOCKS else _CELL if node.name in _CELLS else ""
                if edge:
                    yield edge
                    stack.append(edge)
                stack.extend(reversed(node.contents))
        elif isinstance(node, str):
            yield node


def html_lines(html: str) -> list[str]:
    """Clean lines of an HTML fragment, one for each paragraph, list item, heading, table row or line break.

    Scripts, styles, forms, share buttons, comments, related posts and hidden elements are left out.
    """
    soup = BeautifulSoup(html, "lxml")
    joined = "".join(_pieces(soup))
    return [line for line in map(clean_line, joined.split(_BREAK)) if line]


def inline_text(html: str) -> str:
    """The text of a fragment on one line, entities decoded."""
    return clean_line(" ".join(html_lines(html))) if "<" in html or "&" in html else clean_line(html)
