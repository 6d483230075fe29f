"""Gathers where else a page's blog can be read, and which of WordPress's archives the page is."""

from __future__ import annotations

import re
from typing import Final

from .addresses import absolute
from .head import Head
from .records import PageLinks

_TERM_CLASS: Final = re.compile(r"(category|tag|author)-(\d{1,12})")
"""WordPress's get_body_class() adds the number of the term or author beside its slug; a slug of digits is left out."""

_NO_BLOG_HOME: Final = frozenset(("archive", "single", "single-post", "search", "error404"))


def page_links(head: Head, base: str | None, last_page: int | None) -> PageLinks:
    """What a page's head and the classes of its body say; addresses absolute against `base`, each once."""
    feeds = dict.fromkeys(absolute(base, href) for href in head.feeds)
    return PageLinks(
        rest=absolute(base, head.rest),
        feeds=tuple(feed for feed in feeds if feed),
        platform=head.platform,
        term_id=_term_id(head.body_classes),
        is_blog_home="blog" in head.body_classes and not head.body_classes & _NO_BLOG_HOME,
        last_page=last_page,
    )


def _term_id(classes: frozenset[str]) -> int | None:
    """The one number that the classes give to the term or author whose archive the page is; None for several."""
    if "archive" not in classes:
        return None
    found = {
        int(term[2]) for name in classes if (term := _TERM_CLASS.fullmatch(name)) is not None and term[1] in classes
    }
    return found.pop() if len(found) == 1 else None
