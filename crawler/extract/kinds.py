"""Says whether a page is a listing, a post's own page or neither, and which of its entries are its own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from operator import and_
from typing import Final, Literal
from urllib.parse import urlsplit

from ...pipeline.dates.order import date_readings
from ...pipeline.records import RawDate
from ...pipeline.urls import canonical_permalink
from . import vocabulary as v
from .addresses import BLOGGER_POST, archive_of, date_in, is_home, is_permalink, same_page
from .blocks import Block
from .bodies import Body
from .fields import Fields
from .head import LISTING_CLASSES, Head
from .leads import bounds
from .single import bears_page_title, own_title, top_heading
from .tree import Tree

Kind = Literal["listing", "post", "none"]

_NO_BLOG_BODY: Final = frozenset(("error404", "search-no-results", "login", "wp-core-ui", "error_page"))
EXCERPT_WORDS: Final = 7
"""An excerpt has at least this many words."""

_ROW: Final = 3
"""Entries that share a parent make a list from this many on; fewer may be a row of a grid."""

_NAMED: Final = 2
"""So many beside an entry are a list where the platform numbers them as posts."""

_SINGLE_CLASSES: Final = frozenset(("single", "single-post", "singular-post", "item-view"))
PAGE_CLASS: Final = re.compile(r"(?:^|\s)(?:page-id-\d+|page-template\S*)(?:\s|$)")


@dataclass(slots=True)
class Found:
    """A block with what was read of it.

    `listed` tells whether it belongs to the page's archive, `own` whether it is the post whose own page this is.
    """

    block: Block
    body: Body
    fields: Fields
    group: tuple[object, ...] = ()
    listed: bool = True
    own: bool = False


def _is_static(head: Head) -> bool:
    """Whether WordPress calls a page static; a numbered page of an archive, which such a page may show, is none."""
    return PAGE_CLASS.search(head.body_class) is not None and "paged" not in head.body_classes


def page_kind(head: Head, here: str | None, archive: str, found: list[Found]) -> Kind:
    """What a page is; where nothing says that it is a blog it is none, for a false post is worse than none."""
    classes = head.body_classes
    if not found or classes & _NO_BLOG_BODY:
        return "none"
    if _is_post_page(head, here, found):
        return "post"
    named = archive not in ("", "home")
    if len(found) == 1:
        vouched_for = _dated(found[0]) or found[0].fields.has_line
        # Some themes call every page of theirs a page.
        leads = named and vouched_for and bool(found[0].fields.permalink)
        plain_page = _is_static(head) or "error404" in classes
        told = vouched_for or found[0].fields.permalink or (found[0].fields.platform_id and not named)
        if (named or head.is_listing) and not told:
            # The archive's own heading, or one beside it, where it has no posts.
            return "none"
        plain_page = plain_page or ("page" in classes and not leads and "paged" not in classes)
        return "listing" if not plain_page and (named or head.is_listing or vouched_for) else "none"
    if archive in ("", "home") and not any(f.fields.permalink or _dated(f) or f.fields.has_line for f in found):
        # A front page's boxes lead nowhere; what a blog lists does, or is dated.
        return "none"
    if _is_static(head) and archive in ("", "home") and not any(map(_says_when, found)):
        # A static page's boxes and cards, whatever they lead to.
        return "none"
    vouched = sum(f.block.strong or f.block.bare or _dated(f) or f.fields.has_line for f in found)
    cut = sum(f.body.form == "summary" and f.body.words > 0 for f in found)
    if 2 * vouched >= len(found) or ((head.speaks_of_blog or named) and 2 * max(vouched, cut) >= len(found)):
        return "listing"
    return "none"


def lists_posts(tree: Tree, head: Head, here: str | None, found: list[Found]) -> bool:
    """Whether a page that seems to be none, as a static one, shows posts, by the dates in their addresses, and no more.

    Front pages are left out: they show the latest posts among much else.
    """
    if len(found) < _ROW or head.body_classes & _NO_BLOG_BODY or here is None or is_home(here):
        return False
    if not all(date_in(f.fields.permalink) for f in found):
        return False
    return fill_column(tree, found)


def may_list_rows(head: Head, here: str | None) -> bool:
    """Whether a page on which no post was found may be a list of posts in rows: no error, and no post's own page."""
    post = says_post(head, here) or (here is not None and is_permalink(here))
    return not (post or head.body_classes & _NO_BLOG_BODY)


def fill_column(tree: Tree, found: list[Found]) -> bool:
    """Whether the page's column, in which the first entry stands, holds little beside entries."""
    column = found[0].block.parent
    while column > 0 and not bounds(tree, column):
        column = tree.parent[column]
    words, number = tree.words(column), column + 1
    while number < tree.end[column]:
        apart = tree.outside[number] or tree.soft[number]
        words -= tree.words(number) if apart else 0
        number = tree.end[number] if apart else number + 1
    return 2 * sum(tree.words(root) for f in found for root in f.block.roots) >= words


def _dated(f: Found) -> bool:
    return bool(f.fields.dates) or v.DATED_TITLE.fullmatch(f.fields.title) is not None


def _says_when(f: Found) -> bool:
    return (
        f.fields.has_line
        or any(d.origin != "url" for d in f.fields.dates)
        or bool(v.DATED_TITLE.fullmatch(f.fields.title))
    )


def says_post(head: Head, here: str | None) -> bool:
    """Whether a page says by itself that it is one post's own: by its body's classes, its address or its metadata."""
    if head.body_classes & _SINGLE_CLASSES or "postid" in head.body_class:
        return True
    if head.is_listing or _is_static(head):
        return False
    if any(url and BLOGGER_POST.match(urlsplit(url).path) for url in (head.canonical, here)):
        return True
    return head.is_article and bool(head.published) and not is_home(here or "https://./x")


def says_listing(head: Head, here: str | None) -> bool:
    """Whether a page calls itself an archive, by its body's classes or its address; a front page alone does not."""
    if _is_static(head) or head.body_classes & (_NO_BLOG_BODY | _SINGLE_CLASSES):
        return False
    return bool(head.body_classes & LISTING_CLASSES) or archive_of(here) not in ("", "home")


def _is_post_page(head: Head, here: str | None, found: list[Found]) -> bool:
    if says_post(head, here):
        return True
    if head.is_listing or _is_static(head):
        return False
    if here and is_permalink(here):
        return True
    mains = [f for f in found if not f.block.soft and f.block.title is not None and f.body.words]
    own = [f for f in mains if here and same_page(f.fields.permalink, here)]
    if own and not is_home(here or ""):
        return True
    unlinked = [f for f in mains if f.fields.permalink is None and f.body.form == "content"]
    if head.is_article and len(unlinked) == 1:
        return _dated(unlinked[0])
    if archive_of(here):
        return False
    if len(found) == 1 and not found[0].fields.title and _is_numbered(found[0]):
        # Its title stands outside its box, and nothing leads to it.
        whole = found[0].fields.permalink is None and found[0].body.form == "content"
        return whole and (_dated(found[0]) or found[0].fields.has_line)
    contents = [f for f in mains if f.body.form == "content"]
    return len(contents) == 1 and contents[0] in unlinked and (_dated(contents[0]) or contents[0].fields.has_line)


def single_post(tree: Tree, head: Head, here: str | None, found: list[Found]) -> list[Found]:
    """The page's own post as content, and the teasers that stand above it.

    A post that shows nothing, or asks for a password, is a summary without a text.
    """

    def score(f: Found) -> tuple[int, int, int, int, int]:
        title = f.block.title
        own = same_page(f.fields.permalink, here) or same_page(f.fields.permalink, head.canonical)
        heading = title is not None and tree.tags[title] == "h1"
        named = bears_page_title(f.fields.title, head)
        return (named, own, f.body.form == "content", heading, f.body.words)

    candidates = [f for f in found if (f.body.words or f.body.is_media) and not f.block.soft]
    candidates = candidates or [f for f in found if f.body.is_empty or f.body.is_locked]
    if not candidates:
        return []
    main = max(candidates, key=score)
    main.body.form = "content" if main.body.words or main.body.is_media else "summary"
    main.listed, main.own = False, True
    if main.fields.permalink and not score(main)[1]:
        # Another post's, which the page's box holds as well.
        main.fields.dates = [d for d in main.fields.dates if d.origin != "url"]
    if head.published and not _agrees(main.fields.dates, head.published):
        # What stands beside the post may be another's date, or that of its last change; the head speaks of this one.
        main.fields.dates.insert(0, RawDate(head.published, "time", "article:published_time"))
    elif head.dated and not any(d.origin in ("time", "label") for d in main.fields.dates):
        main.fields.dates.insert(0, RawDate(head.dated, "time", "meta"))
    if not main.fields.author and head.author:
        main.fields.author = head.author
    above = [
        f
        for f in found
        if f.block.start < main.block.start and f.body.form == "summary" and f.body.words >= EXCERPT_WORDS
    ]
    for f in above:
        f.listed = False
    main.fields.permalink = None
    top = top_heading(tree, head)
    if top is not None and top != main.block.title:
        main.fields.title = tree.text(top, 20_000)
    main.fields.title = main.fields.title or own_title(tree, head)
    return [*above, main]


def _agrees(dates: list[RawDate], published: str) -> bool:
    """Whether the date shown is the one that the head gives, in some reading and up to a day: heads speak in UTC."""
    shown = next((d.text for d in dates if d.origin in ("time", "label")), None)
    if shown is None:
        return False
    own, stated = date_readings(shown), date_readings(published)
    return not stated or any(abs((a - b).days) <= 1 for a in own for b in stated)


def _is_alike(f: Found, groups: set[tuple[object, ...]]) -> bool:
    """Whether an entry is of one make with others; a block without a title is compared by the rest."""
    return f.group in groups if f.block.title is not None else _is_made_as(f, groups)


def _is_made_as(f: Found, groups: set[tuple[object, ...]]) -> bool:
    """Whether an entry is of one make with others but for its title's element."""
    return any(f.group[:2] == group[:2] and f.group[3:] == group[3:] for group in groups)


def _without_headings(found: list[Found]) -> list[Found]:
    """The entries but those that lead nowhere and have no date, beside posts that do: the site's or the page's own."""
    if not any(f.fields.permalink and (f.fields.platform_id or _dated(f)) for f in found):
        return found
    return [f for f in found if f.fields.permalink or f.fields.platform_id or _dated(f)]


def _without_strays(found: list[Found]) -> list[Found]:
    """The entries but those texts that have no line about themselves and lead where another, which has one, leads.

    Nor one that leads nowhere above posts that class names tell: the box about an archive's author, or its term.
    """
    said = {canonical_permalink(f.fields.permalink) for f in found if f.fields.permalink and f.fields.has_line}
    first = next((i for i, f in enumerate(found) if f.block.strong and f.fields.permalink), 0)

    def is_stray(place: int, f: Found) -> bool:
        if f.fields.has_line or f.block.strong:
            return False
        if not f.fields.permalink:
            return place < first
        return canonical_permalink(f.fields.permalink) in said

    return [f for place, f in enumerate(found) if not is_stray(place, f)]


def _without_repeats(found: list[Found]) -> list[Found]:
    """The entries but those that say again what the one before them says: themes show a card again under a mouse."""
    kept: list[Found] = []
    for f in found:
        last = kept[-1] if kept else None
        if last is None or not f.fields.permalink or not _says_again(f, last):
            kept.append(f)
        elif f.body.words > last.body.words:
            kept[-1] = f
    return kept


def _says_again(f: Found, last: Found) -> bool:
    same = (f.fields.permalink, f.fields.title) == (last.fields.permalink, last.fields.title)
    # A teaser above its own post in full is another record of it.
    return same and (f.body.form == last.body.form or f.body.words == last.body.words)


def _without_intruders(found: list[Found]) -> list[Found]:
    """The entries but those texts without a date that nothing names posts, where a row of others is dated in short."""
    dated = [any(d.origin in ("time", "label") for d in f.fields.dates) for f in found]
    row = sum(day and f.body.form == "summary" for f, day in zip(found, dated, strict=True))
    full = [f for f, day in zip(found, dated, strict=True) if f.body.form == "content" and (day or f.block.strong)]
    if full or row < _ROW:
        return found
    return [f for f, day in zip(found, dated, strict=True) if day or f.block.strong or f.body.form == "summary"]


def _are_posts(found: list[Found]) -> bool:
    """Whether all entries bear WordPress's own number and class of a post, which lists in widgets seldom do."""
    return all(f.block.strong and f.fields.platform_id for f in found)


def boxes_hold_decoys(found: list[Found]) -> bool:
    """Whether entries stand beside those in boxes; pictures with titles do not count beside dated posts."""
    free = [f for f in found if not f.block.soft]
    if not free or any(f.body.words or f.fields.has_line for f in free):
        return bool(free)
    return not any(f.block.soft and f.block.strong and f.fields.has_line for f in found)


def _fits_among(f: Found, found: list[Found]) -> bool:
    """Whether a whole text is no longer than the excerpts of its make beside it: a post too short to be cut."""
    short = [other for other in found if other.body.form == "summary"]
    beside = [other.body.length for other in short if other.group == f.group]
    if len(beside) >= _ROW:
        return f.body.length <= max(beside)
    # A post whose format has no more to show, as a quotation, may have another heading or none.
    named = [
        other.body.length
        for other in short
        if other.block.parent == f.block.parent and other.group[:2] == f.group[:2] and _are_posts([other, f])
    ]
    return len(named) >= _NAMED and f.body.length <= max(named)


def _is_block(f: Found) -> bool:
    """Whether an entry is an element that its tag or a class name calls a post."""
    roles = f.group[0] if f.group else 0
    return isinstance(roles, int) and bool(roles & v.BLOCK) and not f.block.soft


def _is_numbered(f: Found) -> bool:
    """Whether an entry is such an element and bears the platform's own number of a post."""
    return _is_block(f) and bool(f.fields.platform_id)


def _unlist_unnumbered(found: list[Found]) -> None:
    """Calls those whole texts no posts of the archive that bear no number, where a row of others bears them."""
    unnumbered = [f for f in found if not f.fields.platform_id and f.body.form == "content"]
    if not unnumbered:
        return
    rows = Counter(f.block.parent for f in found if _is_numbered(f))
    if max(rows.values(), default=0) < _ROW:
        return
    for f in unnumbered:
        if f.block.parent not in rows:
            f.listed = False


def mark_listing(found: list[Found], archive: str) -> list[Found]:
    """Tells the archive's own entries from teasers of other posts that stand on the same page."""
    found = _without_strays(_without_intruders(_without_repeats(_without_headings(found))))
    _unlist_unnumbered(found)
    has_line = [f.fields.has_line for f in found]
    lines = any(has_line)
    contents = {f.group for f in found if f.listed and f.body.form == "content" and not _fits_among(f, found)}
    summaries = {f.group for f in found if f.body.form == "summary"}
    full = [f for f in found if f.listed and f.body.form == "content" and f.group in contents]
    makes = {(f.block.parent, *f.group[:2]) for f in full if f.fields.has_line and not f.block.flat}
    content_parents = {f.block.parent for f in full}
    neighbours = Counter(f.block.parent for f in found)
    first = next((i for i, f in enumerate(found) if full and f is full[0]), len(found))
    later = {f.group for f in found[first:] if f.body.form == "summary"}
    hard = boxes_hold_decoys(found) or (archive not in ("", "home") and not _are_posts(found))
    firm = [f.block.strong and not f.block.soft for f in found]
    strong = any(map(and_, firm, has_line)) if lines else any(firm)
    beside: dict[int, set[tuple[object, ...]]] = {}
    for f, line in zip(found, has_line, strict=True):
        if line and f.block.strong:
            beside.setdefault(f.block.parent, set()).add(f.group[:2])

    # The first one in more detail than all others of its make, which have no line about themselves.
    alone = sum(has_line) == 1 and has_line[0]
    told = found[0].group[:-1] if alone else ()

    def lined(f: Found) -> set[tuple[object, ...]]:
        """The makes of dated posts that share a parent with an entry: themes show all but the first few in short."""
        return beside.get(f.block.parent, set())

    for place, f in enumerate(found):
        if f.body.form == "content":
            continue
        boxed = hard and f.block.soft
        # Posts in short, with one among them whose format has no more to show: a quotation, a status, a link.
        among = f.block.parent in content_parents and f.group in later and _is_numbered(f) and f.fields.has_line
        # Blocks of one list that each have a line about themselves, whatever some of them are headed by.
        among = among or ((f.block.parent, *f.group[:2]) in makes and f.fields.has_line and _is_block(f))
        # The newest post may have a larger heading than those below it.
        leads = place == 0 and f.fields.has_line and f.block.parent in content_parents and _is_made_as(f, contents)
        unlike = bool(contents) and not (among or leads or _is_alike(f, contents))
        grouped = f.block.parent not in content_parents and neighbours[f.block.parent] >= _ROW
        if boxed or unlike or (bool(contents) and place < first and grouped and f.group not in later):
            f.listed = False
        elif not contents and len(summaries) > 1:
            named = not strong or f.block.strong
            alike = f.group[:-1] == told
            f.listed = named and (
                not lines or f.fields.has_line or alike or (f.block.strong and f.group[:2] in lined(f))
            )
    return found
