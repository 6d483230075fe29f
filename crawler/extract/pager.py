"""Finds the link to the archive's next older page, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from ...pipeline.urls import same_site
from . import pager_words as elsewhere
from . import vocabulary as v
from .addresses import absolute, archive_of, date_in, is_home, same_page, split_page_number
from .leads import is_more_link
from .tree import Tree

_OLDER_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:older|nav-previous|previous-entries|blog-pager-older-link|older-posts|pagination-previous-posts|load-more"
    r"|alignleft-older|infinite-scroll|show-more)",
    re.IGNORECASE,
)
_NEWER_CLASS: Final = re.compile(r"(?:^|[\s_-])(?:newer|nav-next|blog-pager-newer-link|newer-posts)", re.IGNORECASE)
_NEXT_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:next|nextpostslink|pagination-next|next-page)(?:$|[\s_-])", re.IGNORECASE
)
_COMMENT_PAGE: Final = re.compile(r"/comment-page-\d|[?&](?:replytocom|cpage)=")
_PAGED_CLASS: Final = re.compile(r"(?:^|\s)paged-(\d{1,6})(?:\s|$)")
_LOADED: Final = ("data-load", "data-href", "data-url", "data-link")
_AROUND: Final = 3
_NUMBER: Final = re.compile(r"\D{0,20}(\d{1,3}(?:[.,\s]\d{3}){1,2}|\d{1,6})\D{0,3}")
"""What a link to a page by its number says: ``12``, ``Page 12``, ``1,024``."""

_NUMBERED: Final = re.compile(r"(?:^|[/=])\d{1,6}(?:/(?:index\.html?)?)?$")

_LAST: Final = re.compile(
    r"\W*(?:(?:last|letzte|dernière|derniere|última|ultima|laatste|sista|siste|sidste|ostatnia|poslední|последняя)\b.{0,12}"
    r"|»{2,3}|>{2,3}|≫|⏭)\W*",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"\b(?:page|seite|página|pagina|side|sida|strona|strana|страница)\s{1,3}(\d{1,6})"
    r"\s{0,3}(?:of|von|sur|de|di|van|af|av|z|из|/)\s{0,3}(\d{1,6})\b",
    re.IGNORECASE,
)
"""The page's number and the last one's, as WP-PageNavi and many themes write it: ``Page 1 of 107``."""

_ONE_POST: Final = re.compile(
    r"(?:^|[\s_-])(?:(?:next|prev(?:ious)?)[_-]?post|post[_-]nav(?:igation)?|nav[_-]single)(?:$|[\s_-])", re.IGNORECASE
)
"""The class of a link that leads from a post to the one beside it."""

_BULLET: Final = re.compile(
    r"\s*[»›→❯▶>]\s*(?![^»›→❯▶>]{0,60}(?:next|nächste|weiter|suivant|siguiente|seguinte|próxim|page|seite|p[áa]gin))[^\W\d_]",
    re.IGNORECASE,
)
"""A sign before a word is that of a list: ``> About us``."""

_MENU_ITEM: Final = re.compile(r"(?:^|\s)(?:menu-item|page_item)(?:\s|$)")
_LOADING: Final = 2
_OLDER: Final = 1
_NEXT: Final = 2
_WORDS_SAID: Final = 8
_MOST_SAID: Final = 300
_WORDS_IN_LINK: Final = 6
_WORDS_IN_PAGER: Final = 60
_PAGER_WORDS: Final = 42
_YEAR: Final = 4
_QUERY_LOOP: Final = re.compile(r"query-(\d{1,6})-page=")


def next_page(
    tree: Tree, base: str | None, page_url: str | None, body_class: str, in_head: str | None = None
) -> str | None:
    """The absolute address of the next older page, or None.

    Page numbers decide where addresses carry them: the current one plus one, else the nearest above it. Without
    numbers the link's words and classes decide, and what speaks of older posts beats what speaks of next ones.
    `in_head` is the address that the page's head calls its next: it counts where no link in the page is surer.
    Never the page itself, another site, a post's own page, or a page whose number is not above the current one; where
    the page's own address carries a number, so does the next one's.
    """
    own_key, own_number = split_page_number(page_url) if page_url else (None, None)
    current = own_number or _current_number(tree, body_class, base, page_url) or 1
    dated = archive_of(page_url).startswith("date:")
    numbered: dict[int, str] = {}
    spoken: list[tuple[int, int, str]] = []
    for order, href, rank in _candidates(tree, in_head):
        address = _address(href, base, page_url)
        if address is None:
            continue
        key, target = split_page_number(address)
        if own_key is not None and key == own_key:
            if target is not None and target > current:
                numbered.setdefault(target, address)
            continue
        if (target is not None and target <= current) or (target is None and (own_number or _is_post(address))):
            continue
        if rank and target is None and is_home(address):
            # "Show all", by a class like a pager's.
            continue
        if dated and rank != 0 and target is None and archive_of(address).startswith("date:"):
            # A calendar's next month is another archive.
            continue
        if rank is not None and not (rank and _is_other_term(address, page_url)):
            spoken.append((rank, order, address))
    if current + 1 in numbered:
        return numbered[current + 1]
    if spoken and (not numbered or min(spoken)[0] == 0):
        return min(spoken)[2]
    if numbered:
        return numbered[min(numbered)]
    return _announced(tree, base, page_url, current)


def _announced(tree: Tree, base: str | None, page_url: str | None, current: int) -> str | None:
    """The page after the current one that an attribute names for a script which loads it: ``data-next-page``."""
    for attributes in tree.attributes:
        if len(attributes) < _LOADING or attributes.get("data-max-page", "") == attributes.get("data-page"):
            continue
        for name, value in attributes.items():
            if name[:5] == "data-" and "next" in name and (address := _address(value, base, page_url)):
                key, target = split_page_number(address)
                if target == current + 1 and (page_url is None or key == split_page_number(page_url)[0]):
                    return address
    return None


def _is_other_term(address: str, page_url: str | None) -> bool:
    """Whether an address is a term's, as that of "Previous columns", which is not the page's own, nor lies below it."""
    archive = archive_of(address)
    if archive.partition(":")[0] not in ("category", "tag", "author", "label") or _names_page(address):
        return False
    own = split_page_number(page_url)[0].rstrip("?") if page_url is not None else ""
    return archive != archive_of(page_url) and not (own and split_page_number(address)[0].startswith(f"{own}/"))


def _candidates(tree: Tree, in_head: str | None) -> Iterator[tuple[int, str, int | None]]:
    """The links whose address, words or classes may lead to another page: place, address, and `_rank`."""
    paged = set(tree.paged)
    steered = {link for number in tree.steering for link in tree.within(tree.links, number)}
    updated = _updated_before(tree)
    for order, number in enumerate(tree.links):
        worthy = number in steered or _is_worthy(tree, number)
        # A teaser's link to its post is none, whatever its words.
        steps = worthy and tree.words(number) <= _WORDS_SAID and not is_more_link(tree, number)
        rank = _rank(tree, order, number) if steps else None
        if rank is None and number in updated:
            rank = _OLDER
        if rank is not None or number in paged or (worthy and _ends_in_number(tree, number)):
            yield order, _written(tree.attributes[number]), rank
    if in_head:
        yield len(tree.links), in_head, _NEXT


def _written(attributes: dict[str, str]) -> str:
    """Where a link leads as it is written: scripts that load an archive's next posts have it in another attribute."""
    href = attributes.get("href", "")
    if href[:11].lower() == "javascript:" or href in ("", "#"):
        return next((attributes[name] for name in _LOADED if attributes.get(name)), href)
    return href


def _ends_in_number(tree: Tree, number: int) -> bool:
    """Whether a link's address as written may be a page's by its number alone: ``../6/index.html``."""
    href = tree.attributes[number].get("href", "")
    return href[:1] == "." and _NUMBERED.search(href) is not None


def last_page(tree: Tree, base: str | None, page_url: str | None, body_class: str) -> int | None:
    """The highest page number that the archive's own pager shows; None where it shows none.

    What counts: links to another page of this very address whose words are that page's number or "last", the number
    marked as the current one beside them, and a line such as ``Page 1 of 107`` in a pager or in the page's title.
    """
    own_key, own_number = split_page_number(page_url) if page_url else (None, None)
    found: set[int] = set()
    loops: dict[int, set[int]] = {}
    for number in tree.paged if own_key is not None else ():
        href = tree.attributes[number].get("href", "")
        if tree.words(number) > _WORDS_IN_LINK:
            continue
        address = _address(href, base, None)
        key, target = split_page_number(address) if address else (None, None)
        if key != own_key or target is None or not _shows(tree, number, target):
            continue
        if loop := _QUERY_LOOP.search(href):
            loops.setdefault(int(loop[1]), set()).add(target)
        else:
            found.add(target)
    if not found and len(loops) == 1:
        # A query loop of its own stands beside the archive's, or is the archive's where there is no other.
        found = loops.popitem()[1]
    if found and (shown := _current_number(tree, body_class, base, page_url)):
        found.add(shown)
    lines = [tree.root.findtext("head/title") or ""]
    lines += [tree.text(number, 200) for number in tree.pagers if 0 < tree.words(number) <= _WORDS_IN_PAGER]
    for line in lines:
        named = _NAMED.search(line[:2000])
        if named and int(named[1]) == (own_number or 1) <= int(named[2]):
            found.add(int(named[2]))
    return max(found, default=None)


def is_pager(tree: Tree, number: int, base: str | None, page_url: str | None) -> bool:
    """Whether an element is nothing but links to the archive's other pages."""
    links = tree.within(tree.links, number)
    if not links or tree.words(number) > _PAGER_WORDS:
        return False
    hrefs = [tree.attributes[link].get("href", "") for link in links[:20]]
    addresses = [absolute(base, href) for href in hrefs if not href.startswith("#")]
    return any(
        address and split_page_number(address)[1] is not None and not same_page(address, page_url)
        for address in addresses
    )


def _shows(tree: Tree, number: int, target: int) -> bool:
    """Whether a link names the page it leads to: by its number, or as the last."""
    attributes = tree.attributes[number]
    text = tree.text(number, 60)
    digits = _NUMBER.fullmatch(text)
    if digits:
        return int(re.sub(r"\D", "", digits[1])) == target
    said = (text, attributes.get("title", "")[:60], attributes.get("aria-label", "")[:60])
    return "last" in attributes.get("class", "").lower().split() or any(_LAST.fullmatch(words) for words in said)


def _is_post(address: str) -> bool:
    """Whether an address spells a post's date and name, as WordPress's and Blogger's permalinks do."""
    return bool(date_in(address)) and not archive_of(address)


def _address(href: str, base: str | None, page_url: str | None) -> str | None:
    """Where a link leads, without its fragment; None for this page, another site, and pages of comments."""
    if href.startswith("#") or _COMMENT_PAGE.search(href):
        return None
    address = absolute(base, href)
    if address is None or (page_url and (same_page(address, page_url) or not same_site(address, page_url))):
        return None
    return address.partition("#")[0]


def _current_number(tree: Tree, body_class: str, base: str | None, page_url: str | None) -> int | None:
    if paged := _PAGED_CLASS.search(body_class):
        return int(paged[1])
    for number, attributes in enumerate(tree.attributes):
        if (
            attributes
            and tree.tags[number] in ("span", "a", "strong", "em", "li")
            and (attributes.get("aria-current") == "page" or "current" in attributes.get("class", "").split())
        ):
            text = tree.text(number, 40)
            digits = re.search(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{3}){1,2}|\d{1,6})\s*$", text)
            if digits and tree.outside[number] and not _names_here(tree, number, digits[1], base, page_url):
                return int(re.sub(r"\D", "", digits[1]))
    return None


def _names_here(tree: Tree, number: int, digits: str, base: str | None, page_url: str | None) -> bool:
    """Whether what is marked as current is this archive, as "July 2017" in a list of the months, or its year."""
    if len(digits) == _YEAR and digits in archive_of(page_url).removeprefix("date:").split("/"):
        return True
    links = [number] if tree.tags[number] == "a" else tree.within(tree.links, number)
    hrefs = [tree.attributes[link].get("href", "") for link in links]
    return any(href[:1] not in ("", "#") and same_page(absolute(base, href), page_url) for href in hrefs)


def _updated_before(tree: Tree) -> set[int]:
    """The links whose addresses ask Blogger for what was updated before some moment: its older posts."""
    hrefs = [(number, tree.attributes[number]["href"]) for number in tree.links]
    asking = [(number, href) for number, href in hrefs if "updated-max=" in href]
    return {number for number, href in asking if "reverse-paginate" not in href and "updated-min" not in href}


def _rank(tree: Tree, order: int, number: int) -> int | None:
    """How surely a link leads to older posts: 0 says older, 1 an older-class, 2 next, 3 previous; None not at all.

    `order` is the link's place among the page's links.
    """
    attributes, links = tree.attributes[number], tree.links
    named = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    before = links[order - 1] if order else -1
    after = links[order + 1] if order + 1 < len(links) else len(tree.elements)
    above = number
    for _ in range(_AROUND):
        above = tree.parent[above]
        if above < 0 or tree.roles[above] & v.MAIN or before >= above or after < tree.end[above]:
            break
        named = f"{named} {tree.attributes[above].get('class', '')}"
    if _MENU_ITEM.search(tree.attributes[tree.parent[number]].get("class", "")):
        # WordPress's own menus lead to pages of the site, "Previous speakers" among them.
        return None
    text = f"{tree.text(number, 200)} {attributes.get('title', '')} {attributes.get('aria-label', '')}"[:_MOST_SAID]
    rel = attributes.get("rel", "").lower().split()
    if "tag" in rel or "bookmark" in rel or tree.roles[tree.parent[number]] & v.TITLE:
        # A post or its term, whatever it is called: "Next event", "On Older Roads".
        return None
    said = _said(text)
    if said is None:
        if "next" not in rel and not v.STEERING.search(named.lower()):
            return None
        said = _Said(previous=v.PREVIOUS_SIGN.fullmatch(text.strip()) is not None)
    if (
        said.newer
        or _NEWER_CLASS.search(named)
        or ("post" in named and _ONE_POST.search(named) and not _names_page(attributes.get("href", "")))
    ):
        return None
    if said.older_for_certain or "blog-pager-older-link" in named:
        return 0
    if _OLDER_CLASS.search(named):
        return 1
    if "prev" in rel or said.previous:
        return None
    if "next" in rel or _NEXT_CLASS.search(named) or said.next:
        return _NEXT
    return 3 if said.older and tree.outside[number] and _is_bare(v.OLDER_TEXT.sub(" ", text.lower())) else None


def _names_page(address: str) -> bool:
    """Whether an address names a page by its number, or a moment before which Blogger's posts are asked for."""
    return "page" in address or "updated-max" in address


class _Said(NamedTuple):
    """What the words of a link say; the names are those of the expressions that find it."""

    newer: bool = False
    older_for_certain: bool = False
    previous: bool = False
    next: bool = False
    older: bool = False


def _is_worthy(tree: Tree, number: int) -> bool:
    """Whether anything that a link says, by its words or attributes but for its class, may make it a pager's."""
    attributes = tree.attributes[number]
    if len(attributes) > 1 and (
        "title" in attributes
        or "aria-label" in attributes
        or "id" in attributes
        or ("rel" in attributes and "next" in attributes["rel"].lower())
    ):
        return True
    if tree.end[number] == number + 1:
        # The text as it stands holds whatever it holds when it is tidy.
        text = tree.texts[number] or ""
        return len(text) > _MOST_SAID or _said(text) is not None
    return _said(tree.text(number, 200)[:_MOST_SAID]) is not None


@lru_cache(2048)
def _said(text: str) -> _Said | None:
    """What the words of a link say, 300 characters at most; None where they hold nothing that a pager says."""
    # Menus, sidebars and teasers say the same on every page of an archive: of 71 asked for, 68 are remembered.
    lower = text.lower()
    further = elsewhere.is_elsewhere(lower)
    if not further and not v.PAGER_HINT.search(lower):
        return None
    older = further and elsewhere.OLDER.search(lower) is not None
    return _Said(
        newer=v.NEWER_TEXT.search(text) is not None or (further and elsewhere.NEWER.search(lower) is not None),
        older_for_certain=older or v.OLDER_CERTAIN.search(text) is not None,
        previous=v.PREVIOUS_SIGN.fullmatch(text.strip()) is not None,
        next=_is_bare_next(text, lower, further=further),
        older=older or v.OLDER_TEXT.search(text) is not None,
    )


def _is_bare_next(text: str, lower: str, *, further: bool) -> bool:
    """Whether little more than the word "next" stands there: "Next steps for gardeners" is a post."""
    if not v.NEXT_TEXT.search(text) and not (further and elsewhere.NEXT.search(lower)):
        return False
    if _BULLET.match(text):
        return False
    rest = v.NEXT_TEXT.sub(" ", elsewhere.NEXT_STEM.sub(" ", lower))
    rest = elsewhere.NEXT.sub(" ", rest) if further else rest
    return _is_bare(rest)


def _is_bare(rest: str) -> bool:
    """Whether what is left of a link's words, in small letters, says next to nothing but that it leads to a page."""
    return len(elsewhere.PAGE.sub(" ", rest).split()) <= 1
