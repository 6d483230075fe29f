"""Reads a page of markup: finds its entries, says what kind of page it is and where its archive goes on."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import Final

from ...pipeline.furniture import unprotected
from ...pipeline.records import Entry, RawDate
from ...pipeline.urls import same_site
from . import vocabulary as v
from .addresses import absolute, date_in, is_home, is_permalink, same_page, split_page_number
from .beside import dates_above, dates_behind_link, dates_below, read_unseen_date
from .blocks import MAX_BLOCKS, Block, find_blocks, find_rows, find_titles
from .bodies import Body, judge_alike, judge_snippets, named_body, read_body
from .days import is_day
from .fields import Fields, PageFacts, read_fields
from .guests import unlist_popular, unlist_showcase
from .head import Head, read_head
from .kinds import (
    EXCERPT_WORDS,
    Found,
    Kind,
    boxes_hold_decoys,
    lists_posts,
    mark_listing,
    may_list_rows,
    page_kind,
    says_listing,
    says_post,
    single_post,
)
from .leads import title_link
from .links import page_links
from .naming import archive_name
from .pager import last_page, next_page
from .permalinks import read_link
from .records import Extraction, Page
from .rows import dated_rows
from .single import ENOUGH_WORDS, bears_page_title, heads_itself, longest_body, own_block, own_heading, own_title
from .tree import Tree
from .wording import is_date_heading

_START: Final = re.compile(r"<!doctype\b|<html\b", re.IGNORECASE)
_LONGEST_LEAD: Final = 3000
_MOST_IN_DATE: Final = 6
_NO_MARKUP: Final = re.compile(r"<!--.{0,3000}?-->|<\?[^>]{0,500}>", re.DOTALL)
_NOTHING: Final = re.compile(
    r"(?:nothing (?:was )?found|no (?:posts|results|entries|articles)(?: were)? found|(?:page )?not found)\W{0,3}",
    re.IGNORECASE,
)
_OF_A_PAGE: Final = re.compile(r"<(?:h\d|head|body|div|article|main)\b", re.IGNORECASE)


def extract_html(page: Page) -> Extraction:
    """What a page of markup says; kind ``none`` where it holds no post."""
    tree = Tree(_from_its_start(page.text))
    address = absolute(None, page.url)
    head = read_head(tree, page.text, address)
    here = address or head.canonical
    base = absolute(here, head.base) or here if head.base else here
    layout = head.platform
    facts = PageFacts(base=base, url=here, blog_id=head.blog_id)
    listing = says_listing(head, here)
    blocks = find_blocks(tree, base, here)
    notes = [f"more than {MAX_BLOCKS} entries on one page: the rest is left out"] if len(blocks) > MAX_BLOCKS else []
    is_post = facts.is_post = says_post(head, here)
    found = _read_blocks(tree, blocks[:MAX_BLOCKS], facts, is_post=is_post)
    if not found and listing:
        # Titles alone count on a page that calls itself an archive, where nothing else is found.
        blocks = find_titles(tree, base, here)
        found = _read_blocks(tree, blocks[:MAX_BLOCKS], facts, is_post=is_post)
    elif listing and (not any(f.fields.permalink for f in found) or _is_heading_of_all(tree, found, base)):
        # What leads nowhere may be some of the cards under which links without words lie, or head a list of posts.
        rows = find_rows(tree, base, here)
        cards = _read_blocks(tree, rows[:MAX_BLOCKS], facts, is_post=is_post)
        found = cards if len(cards) > len(found) else found
    alone = not found and here is not None and is_permalink(here)
    spelled = here is not None and not listing and is_permalink(here) and heads_itself(tree, head)
    if alone or ((is_post or spelled) and _lacks_own(tree, head, here, found)):
        found = _with_own_post(tree, head, facts, found)
    archive = archive_name(tree, head, here)
    kind = page_kind(head, here, archive, found)
    if kind == "none":
        kind, found = _look_again(tree, head, facts, found)
    if kind == "post":
        found = single_post(tree, head, here, found)
        _date_by_heading(tree, head, found, facts)
        kind = "post" if any(f.own for f in found) else "none"
    elif kind == "listing":
        found = mark_listing(found, archive)
        _unlist(tree, here, archive, found)
    last = last_page(tree, base, here, head.body_class) if kind != "post" else None
    links = page_links(head, base, last)
    if kind == "none":
        return Extraction(
            layout=layout, kind="none", canonical_url=head.canonical, archive="", page_title=head.title, links=links
        )
    if "datePublished" in page.text:
        for f in found:
            read_unseen_date(tree, f.block.roots, f.fields.dates)
    if kind == "post":
        archive = ""
    entries = tuple(_entry(page, f, place, archive if f.listed else "", layout, here) for place, f in enumerate(found))
    if kind == "post":
        entries = tuple(_with_address(e, head, here) if f.own else e for e, f in zip(entries, found, strict=True))
    closed = [e for e, f in zip(entries, found, strict=True) if f.body.is_locked]
    notes += [f"{entry.permalink or entry.title} is behind a password" for entry in closed]
    following = _following(tree, base, here, head, last, found) if kind == "listing" else None
    return Extraction(
        layout=layout,
        kind=kind,
        entries=entries,
        next_url=following,
        canonical_url=head.canonical,
        archive=archive,
        page_title=head.title,
        notes=tuple(notes),
        links=links,
    )


def _from_its_start(text: str) -> str:
    """A page without what a server wrote before it, as a byte order mark or a warning.

    Parsers take that for the page's body, and leave out what the true one says of itself.
    """
    start = _START.search(text, 0, _LONGEST_LEAD)
    before = _NO_MARKUP.sub("", text[: start.start()]).strip() if start else ""
    return text[start.start() :] if start and before and _OF_A_PAGE.search(before) is None else text


def _look_again(tree: Tree, head: Head, facts: PageFacts, found: list[Found]) -> tuple[Kind, list[Found]]:
    """What a page is after all that seems to be no blog's, and its entries."""
    if lists_posts(tree, head, facts.url, found):
        return "listing", found
    rows = dated_rows(tree, head, facts.base, facts.url) if may_list_rows(head, facts.url) else []
    return ("listing", rows) if rows else ("none", found)


def _unlist(tree: Tree, here: str | None, archive: str, found: list[Found]) -> None:
    """Take off the listing what is shown beside it."""
    later = here is not None and (split_page_number(here)[1] or 1) > 1
    unlist_popular(tree, found, recent=later or archive not in ("", "home"))
    if later:
        unlist_showcase(found)
    if _says_nothing(tree) and all(f.body.form == "summary" for f in found):
        # Past an archive's end themes say so, and show the blog's latest posts as teasers.
        for f in found:
            f.listed = False


def _following(
    tree: Tree, base: str | None, here: str | None, head: Head, last: int | None, found: list[Found]
) -> str | None:
    """The next older page; a pager whose `last` page this is knows better than the head."""
    ends = last is not None and here is not None and split_page_number(here)[1] == last
    following = next_page(tree, base, here, head.body_class, None if ends else head.next_url)
    if following and split_page_number(following)[1] is None and _is_among(following, found):
        return None
    return following


def _says_nothing(tree: Tree) -> bool:
    return any(tree.words(i) > 1 and not tree.outside[i] and not tree.soft[i] for i in tree.nothing)


def _is_heading_of_all(tree: Tree, found: list[Found], base: str | None) -> bool:
    """Whether all that was found is one block below a heading that leads nowhere, as an archive's own."""
    title = found[0].block.title if len(found) == 1 else None
    return title is not None and title_link(tree, title, base) is None


def _lacks_own(tree: Tree, head: Head, here: str | None, found: list[Found]) -> bool:
    """Whether the page's own post was not found, or no more of it than a line below its title."""
    words = max((f.body.words for f in found if _is_own(f, head, here)), default=0)
    body = longest_body(tree) if 0 < words < ENOUGH_WORDS else None
    return not words or (body is not None and tree.words(body) > ENOUGH_WORDS + words)


def _is_own(f: Found, head: Head, here: str | None) -> bool:
    """Whether what was found is the page's own post, with a text worth the name."""
    named = bears_page_title(f.fields.title, head) or same_page(f.fields.permalink, here)
    return named and f.body.words >= EXCERPT_WORDS and not f.block.soft


def _with_own_post(tree: Tree, head: Head, facts: PageFacts, found: list[Found]) -> list[Found]:
    own = own_block(tree, head)
    if own is None:
        return found
    block, element = own
    body = named_body(tree, element) if element is not None else read_body(tree, block, None, facts.base)
    fields = read_fields(tree, block, body.element, None, facts)
    around = [f for f in found if f.block.title is None and _holds(tree, f.block, block.start)]
    if around and not any(d.origin in ("time", "label") for d in fields.dates):
        # What stands beside the text in the post's own box speaks about it.
        fields = around[0].fields
    fields.title = fields.title or own_title(tree, head)
    above = [f for f in found if f.block.start < block.start and f not in around]
    return [*above, Found(block, body, fields)] if body.words >= EXCERPT_WORDS else found


def _holds(tree: Tree, block: Block, number: int) -> bool:
    return any(root <= number < tree.end[root] for root in block.roots)


def _date_by_heading(tree: Tree, head: Head, found: list[Found], facts: PageFacts) -> None:
    """Dates a page's own post by what stands below its heading, which themes set apart from the text."""
    for f in found:
        dated = any(d.origin in ("time", "label") for d in f.fields.dates) or v.DATED_TITLE.fullmatch(f.fields.title)
        if f.body.form == "content" and not dated and (heading := own_heading(tree, head)) is not None:
            below = dates_below(tree, heading, facts.base, facts.url)
            f.fields.dates[:0] = below or dates_behind_link(tree, facts.base, facts.url)


def _read_blocks(tree: Tree, blocks: list[Block], facts: PageFacts, *, is_post: bool) -> list[Found]:
    """What each block says; `is_post` on a page that says it is one post's own, where a picture may be all of it."""
    found: list[Found] = []
    group_dates = _group_dates(tree, blocks)
    for block in blocks:
        if tree.roles[block.start] & v.NOTHING:
            continue
        permalink = read_link(tree, block, facts.base, facts.url)
        if _is_static_page(tree, block, permalink, facts) or _heads_nothing(tree, block, permalink):
            continue
        body = read_body(tree, block, permalink, facts.base)
        fields = read_fields(tree, block, body.element, permalink, facts)
        _add_group_date(tree, group_dates, block, fields)
        if block.strong and not block.flat and (not fields.dates or fields.dates[0].origin == "url"):
            fields.dates[:0] = dates_above(tree, block.start)
        named = block.bare or body.is_locked or tree.roles[block.start] & v.BLOCK
        dated = bool(fields.dates) and fields.dates[0].origin != "url"
        told = bool(fields.title and (permalink or body.is_media or body.is_locked))
        told = told or bool(body.is_media and permalink and dated)
        if not body.words and not (named and (told or (is_post and (body.element is not None or body.is_locked)))):
            continue
        if block.bare and body.words < EXCERPT_WORDS:
            body.form = "summary"
        found.append(Found(block, body, fields))
    if any(not f.block.soft for f in found):
        # In a box beside other entries only teasers count: lists of titles and stray texts do not.
        found = [
            f
            for f in found
            if not f.block.soft
            or (f.body.form == "summary" and f.body.words >= EXCERPT_WORDS)
            or (f.block.strong and not boxes_hold_decoys(found))
        ]
    _judge_cards(found)
    judge_snippets([f.body for f in found])
    for f in found:
        shape = tree.roles[f.block.start] & (v.BLOCK | v.WIDGET), tree.tags[f.block.start]
        title = tree.tags[f.block.title] if f.block.title is not None else ""
        f.group = (*shape, title, f.block.strong, f.fields.has_line)
    for bodies in _makes(found):
        judge_alike(bodies)
    return found


def _makes(found: list[Found]) -> list[list[Body]]:
    """The bodies of each make; posts with a line about themselves and without one are of one where they take turns."""
    makes: dict[tuple[object, ...], list[Found]] = {}
    for f in found:
        if f.fields.permalink and not f.body.is_snippet:
            makes.setdefault(f.group, []).append(f)
    for group, lined in list(makes.items()):
        plain = makes.get((*group[:-1], False), []) if group[-1] else []
        if not plain:
            continue
        first, last = (min(lined, key=_start), max(lined, key=_start))
        turns = sum(_start(first) < _start(f) < _start(last) and f.block.parent == first.block.parent for f in plain)
        if turns > 1 and len({f.block.parent for f in (*lined, *plain)}) == 1:
            makes[group] = lined + makes.pop((*group[:-1], False))
    return [[f.body for f in posts] for posts in makes.values()]


def _start(f: Found) -> int:
    return f.block.start


def _is_static_page(tree: Tree, block: Block, permalink: str | None, facts: PageFacts) -> bool:
    """Whether a block is the page itself, which WordPress calls one by its box: in a search pages are found as well."""
    if permalink and not same_page(permalink, facts.url):
        return False
    return "type-page" in tree.attributes[block.start].get("class", "").split()


def _heads_nothing(tree: Tree, block: Block, permalink: str | None) -> bool:
    """Whether a block's heading leads nowhere, and says that there are no posts."""
    return permalink is None and block.title is not None and _NOTHING.fullmatch(tree.text(block.title, 60)) is not None


def _is_among(following: str, found: list[Found]) -> bool:
    """Whether what is called the next page is one of the posts shown: themes lead to the next post as well."""
    return any(same_page(f.fields.permalink, following) for f in found)


def _judge_cards(found: list[Found]) -> None:
    """Calls none of them whole where all are titles alone: what stands beside is a category, and no text in full."""
    if all(f.fields.permalink and f.body.element is None and f.body.words < EXCERPT_WORDS for f in found):
        for f in found:
            f.body.form = "summary"


def _group_dates(tree: Tree, blocks: list[Block]) -> list[int]:
    """What stands above posts and dates them: Blogger's headers by class, others by being a date and nothing else."""
    days = {i for b in blocks if b.flat and (i := _before(tree, b.start)) is not None and is_day(tree, i)}
    if days:
        days -= {root for block in blocks for root in block.roots}
    named = [i for i in tree.spoken if tree.roles[i] & v.GROUP_DATE]
    plain = [i for i in tree.headings if tree.words(i) <= _MOST_IN_DATE and is_date_heading(tree.text(i, 100))]
    return sorted({i for i in (*named, *plain, *days) if not tree.outside[i]})


def _before(tree: Tree, number: int) -> int | None:
    """The sibling that stands before an element, None before the first."""
    before, above = number - 1, tree.parent[number]
    while before > above and tree.parent[before] != above:
        before = tree.parent[before]
    return before if before > above else None


def _add_group_date(tree: Tree, group_dates: list[int], block: Block, fields: Fields) -> None:
    # An old template of Blogger's has the title in the header of its day.
    head = block.start if block.title is None else max(block.start, block.title)
    place = bisect_left(group_dates, head)
    if not place:
        return
    header = group_dates[place - 1]
    own = any(d.origin in ("time", "label") for d in fields.dates)
    # A heading that is a date may be today's, at the head of the site: it dates only what stands beside it.
    beside = tree.parent[header] < block.start < tree.end[tree.parent[header]]
    if not tree.roles[header] & v.GROUP_DATE and (own or not beside):
        return
    text = tree.text(header, 200)
    if head < tree.end[header] and (found := v.DATE_HEADING.match(text)):
        text = found[0]
    if text and not any(d.text == text for d in fields.dates):
        at = sum(d.origin == "time" for d in fields.dates)
        fields.dates.insert(at, RawDate(text, "label", f"{tree.tags[header]}.date-header"))


def _entry(page: Page, f: Found, place: int, listed_in: str, layout: str, here: str | None) -> Entry:
    return Entry(
        source=page.source,
        form=f.body.form,
        title=unprotected(f.fields.title) if f.body.is_locked else f.fields.title,
        body=f.body.html,
        permalink=f.fields.permalink,
        platform_id=f.fields.platform_id,
        dates=tuple(f.fields.dates),
        author=f.fields.author,
        categories=tuple(f.fields.categories),
        tags=tuple(f.fields.tags),
        layout=layout,
        page_url=here,
        position=place,
        listed_in=listed_in,
        observed_at=page.observed_at,
    )


def _with_address(entry: Entry, head: Head, here: str | None) -> Entry:
    """The page's own post gets the page's address: the canonical one where it is on the same site."""
    canonical = head.canonical if head.canonical and not is_home(head.canonical) else None
    if canonical and here and not same_site(canonical, here):
        canonical = None
    permalink = canonical or here
    also = tuple(url for url in (here,) if url and permalink and url != permalink)
    dates = entry.dates
    if (spelled := date_in(permalink) or date_in(here)) and not any(d.origin == "url" for d in dates):
        dates = (*dates, RawDate(spelled, "url", "permalink"))
    return replace(entry, permalink=permalink, also_at=also, dates=dates)
