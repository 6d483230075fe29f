"""Finds the blocks of a page that are entries: their titles first, then how far each one reaches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Final

from . import vocabulary as v
from .addresses import absolute, is_home, may_be_post, same_page, split_page_number
from .tree import Tree

FEW_WORDS: Final = 8
"""A block without this many words beside its title is no teaser: lists of bare titles are left alone."""

MAX_BLOCKS: Final = 2000
_NEAR: Final = 14
_SAID: Final = 2


@dataclass(slots=True)
class Block:
    """One entry's place: its title's number (None without one), the elements that make it up, and their parent.

    `strong` blocks were found by class names; `soft` ones stand in a widget-like box.
    """

    title: int | None
    roots: tuple[int, ...]
    parent: int
    strong: bool
    soft: bool = False
    flat: bool = False

    @property
    def start(self) -> int:
        """Number of the first element."""
        return self.roots[0]


def find_blocks(tree: Tree, base: str | None, page_url: str | None) -> list[Block]:
    """The blocks of a page, from top to bottom, that may be entries."""
    return _Finder(tree, base, page_url).find()


class _Finder:
    def __init__(self, tree: Tree, base: str | None, page_url: str | None) -> None:
        self.tree = tree
        self.base = base
        self.page_url = page_url
        self.headings = [i for i in tree.headings if not tree.outside[i]]
        self.more_links = [i for i in tree.links if not tree.outside[i] and is_more_link(tree, i)]

    def find(self) -> list[Block]:
        tree = self.tree
        strong = self._strong_titles()
        blocks = self._spread(strong, strong=True)
        covered = bytearray(len(tree.elements))
        for block in blocks:
            self._cover(covered, block)
        blocks += self._untitled(covered, blocks)
        for block in blocks:
            self._cover(covered, block)
        weak = self._weak_titles(covered, strict=bool(strong))
        if weak:
            # Both kinds bound each other: a weak block never swallows a strong one.
            marks = sorted({*weak, *(b.title if b.title is not None else b.start for b in blocks)})
            found = [b for b in self._spread(weak, strong=False, marks=marks) if self._says_something(b)]
            blocks += [b for b in found if not any(covered[root] for root in b.roots)]
        blocks.sort(key=lambda block: block.start)
        return blocks

    def _cover(self, covered: bytearray, block: Block) -> None:
        for root in block.roots:
            covered[root : self.tree.end[root]] = b"\1" * (self.tree.end[root] - root)

    def _strong_titles(self) -> list[int]:
        tree = self.tree
        titles: list[int] = []
        last_end = 0
        for number, roles in enumerate(tree.roles):
            if number < last_end or tree.outside[number] or tree.tags[number] == "meta":
                continue
            named = roles & v.TITLE and not roles & (v.BLOCK | v.BODY | v.MAIN)
            if not named and tree.tags[number] in v.HEADINGS:
                named = self._bookmarked(number)
            if named and not self._is_home_link(number):
                titles.append(number)
                last_end = tree.end[number]
        return titles

    def _bookmarked(self, heading: int) -> bool:
        return any(
            "bookmark" in self.tree.elements[i].get("rel", "") for i in self.tree.within(self.tree.links, heading)
        )

    def _is_home_link(self, heading: int) -> bool:
        address = self.link_of(heading)
        return bool(address) and is_home(address or "")

    def link_of(self, title: int) -> str | None:
        """Where a title leads: its own link, one inside it, or one around it."""
        return title_link(self.tree, title, self.base)

    def _weak_titles(self, covered: bytearray, *, strict: bool) -> list[int]:
        """Headings and dated lines that look like titles; `strict` where class names have already found some."""
        tree = self.tree
        bodies = bytearray(len(tree.elements))
        if not strict:
            for number, roles in enumerate(tree.roles):
                if roles & (v.BODY | v.SUMMARY) and not bodies[number] and not self._holds_blocks(number):
                    bodies[number + 1 : tree.end[number]] = b"\1" * (tree.end[number] - number - 1)
        candidates = sorted(
            {*self.headings, *(i for i in tree.dated if not tree.outside[i] and not self._in_heading(i))}
        )
        candidates = [i for i in candidates if not covered[i] and not bodies[i] and not self._is_home_link(i)]
        linked = {i for i in candidates if self._leads_to_post(i)}
        shapes = Counter(self._shape(i) for i in linked)
        own: list[int] = []
        levels: dict[int, str] = {}
        for place, number in enumerate(candidates):
            following = candidates[place + 1] if place + 1 < len(candidates) else len(tree.elements)
            dated = v.DATED_TITLE.fullmatch(tree.text(number, 400)) is not None
            cut = self._cut_before(number, following)
            posted = self._posted_after(number)
            above, tag = tree.parent[number], tree.tags[number]
            if dated or cut or posted == _SAID or (posted and not strict):
                if posted or dated:
                    levels[above] = tag
                own.append(number)
            elif (
                not strict
                and number in linked
                and shapes[self._shape(number)] > 1
                and not levels.get(above, "h9") < tag <= "h6"
            ):
                own.append(number)
        return own

    def _holds_blocks(self, number: int) -> bool:
        """Whether a body-like element is in truth a container: entries, or an entry's own title, stand in it."""
        tree = self.tree
        if any(tree.roles[i] & v.BLOCK for i in range(number + 1, min(tree.end[number], number + 400))):
            return True
        return any(
            self._leads_to_post(i) or self._posted_after(i) or v.DATED_TITLE.fullmatch(tree.text(i, 400))
            for i in tree.within(self.headings, number)[:50]
        )

    def _in_heading(self, number: int) -> bool:
        above = self.tree.parent[number]
        for _ in range(3):
            if above < 0:
                return False
            if self.tree.tags[above] in v.HEADINGS:
                return True
            above = self.tree.parent[above]
        return False

    def _shape(self, number: int) -> tuple[str, int, str]:
        tree = self.tree
        above = tree.parent[number]
        return tree.tags[number], tree.roles[number], tree.tags[above]

    def _leads_to_post(self, heading: int) -> bool:
        address = self.link_of(heading)
        return may_be_post(address, self.page_url) and not same_page(address, self.page_url)

    def _cut_before(self, heading: int, following: int) -> bool:
        """Whether a link like "Read more" stands between a heading and the next one."""
        place = bisect_left(self.more_links, self.tree.end[heading])
        return place < len(self.more_links) and self.more_links[place] < following

    def _posted_after(self, heading: int) -> int:
        """What follows a heading closely: a line like "Posted on …" (`_SAID`), a date (1), or neither (0)."""
        tree = self.tree
        tail = tree.elements[heading].tail
        dated = 0
        if tail and v.POSTED.match(tail):
            return _SAID
        for number in range(tree.end[heading], min(tree.end[heading] + _NEAR, len(tree.elements))):
            element = tree.elements[number]
            if element.tag in v.HEADINGS:
                return dated
            if tree.outside[number]:
                continue
            if (element.text and v.POSTED.match(element.text)) or (element.tail and v.POSTED.match(element.tail)):
                return _SAID
            if tree.roles[number] & v.DATE or element.tag == "time":
                dated = 1
        return dated

    def _spread(self, titles: list[int], *, strong: bool, marks: list[int] | None = None) -> list[Block]:
        """The largest block around each title that holds no other."""
        tree = self.tree
        marks = marks or titles
        tops: list[tuple[int, int]] = []
        for title in titles:
            top, named = title, None
            above = tree.parent[title]
            while above >= 0 and not self._bounds(above) and _count(marks, above, tree.end[above]) == 1:
                top = above
                if tree.roles[above] & v.BLOCK:
                    named = above
                above = tree.parent[above]
            tops.append((title, named if named is not None else top))
        chosen = {top for _, top in tops}
        blocks = []
        flat_parents = self._flat_parents(tops, chosen)
        for title, top in tops:
            above = tree.parent[top]
            roots: tuple[int, ...] = (top,)
            flat = self._stand(title, top) in flat_parents
            if flat:
                roots = self._run(top, chosen, marks)
            blocks.append(
                Block(title=title, roots=roots, parent=above, strong=strong, soft=bool(tree.soft[top]), flat=flat)
            )
        return blocks

    def _bounds(self, number: int) -> bool:
        return bool(self.tree.roles[number] & v.MAIN) or self.tree.tags[number] in (
            "body",
            "main",
            "html",
            "tbody",
        )

    def _stand(self, title: int, top: int) -> tuple[int, str, bool]:
        """What is alike in titles that stand in the same way: parent, element, whether it is the title itself."""
        return self.tree.parent[top], self.tree.tags[top], title == top

    def _flat_parents(self, tops: list[tuple[int, int]], chosen: set[int]) -> set[tuple[int, str, bool]]:
        """Where texts stand beside the titles' elements, not inside them."""
        tree = self.tree
        beside: Counter[tuple[int, str, bool]] = Counter()
        inside: Counter[tuple[int, str, bool]] = Counter()
        for title, top in tops:
            stand = self._stand(title, top)
            if tree.tags[top] in ("li", "article", "td", "tr"):
                inside[stand] += 10_000
                continue
            between = 0
            following = tree.next_sibling(top)
            while following is not None and following not in chosen and between < 400:
                if not tree.outside[following]:
                    between += tree.words(following)
                following = tree.next_sibling(following)
            last = tree.elements[top].tail
            beside[stand] += between + (len(last.split()) if last else 0)
            inside[stand] += tree.words(top) - tree.words(title)
        return {stand for stand, count in beside.items() if count > inside[stand] and count >= FEW_WORDS}

    def _run(self, top: int, chosen: set[int], marks: list[int]) -> tuple[int, ...]:
        """A title's element and the siblings that follow it, up to the next title or the end of the text."""
        tree = self.tree
        roots = [top]
        tag = tree.tags[top]
        following = tree.next_sibling(top)
        while following is not None and len(roots) < 5000:
            if following in chosen or _count(marks, following, tree.end[following]) or tree.outside[following]:
                break
            if self._is_pager(following):
                break
            sibling = tree.tags[following]
            if sibling in v.HEADINGS and tag in v.HEADINGS and sibling < tag:
                break
            roots.append(following)
            following = tree.next_sibling(following)
        return tuple(roots)

    def _is_pager(self, number: int) -> bool:
        """Whether an element is nothing but links to the archive's other pages."""
        tree = self.tree
        links = tree.within(tree.links, number)
        if not links or tree.words(number) > 3 * _NEAR:
            return False
        hrefs = [tree.elements[link].get("href", "") for link in links[:20]]
        addresses = [absolute(self.base, href) for href in hrefs if not href.startswith("#")]
        return any(
            address and split_page_number(address)[1] is not None and not same_page(address, self.page_url)
            for address in addresses
        )

    def _untitled(self, covered: bytearray, blocks: list[Block]) -> list[Block]:
        """Blocks that class names call entries and that have no title: asides, quotes, Blogger's untitled posts."""
        tree = self.tree
        taken = sorted(block.start for block in blocks)
        found: list[Block] = []
        last_end = 0
        for number, roles in enumerate(tree.roles):
            if number < last_end or not roles & v.UNTITLED or roles & v.MAIN or covered[number] or tree.outside[number]:
                continue
            end = tree.end[number]
            if bisect_left(taken, end) > bisect_left(taken, number):
                continue
            bodies = any(tree.roles[i] & (v.BODY | v.SUMMARY) for i in range(number + 1, min(end, number + 300)))
            if bodies and tree.words(number) >= 3:
                found.append(
                    Block(
                        title=None,
                        roots=(number,),
                        parent=tree.parent[number],
                        strong=True,
                        soft=bool(tree.soft[number]),
                    )
                )
                last_end = end
        return found

    def _says_something(self, block: Block) -> bool:
        tree = self.tree
        words = sum(tree.words(root) for root in block.roots)
        if block.flat:
            for root in block.roots:
                tail = tree.elements[root].tail
                words += len(tail.split()) if tail else 0
        return block.title is not None and words - tree.words(block.title) >= FEW_WORDS


def is_more_link(tree: Tree, link: int) -> bool:
    """Whether a link leads from a teaser to its post, by its class or its words."""
    above = tree.parent[link]
    if tree.roles[link] & v.MORE or (tree.roles[above] & v.MORE and tree.words(above) < FEW_WORDS):
        return True
    if tree.words(link) > 30:
        return False
    text = tree.text(link, 300)
    return bool(text) and (v.MORE_TEXT.fullmatch(text) is not None or v.MORE_START.match(text) is not None)


def title_link(tree: Tree, title: int, base: str | None) -> str | None:
    """The address that a title's own link gives, absolute; None where it has none."""
    inside = tree.within(tree.links, title)
    around = title
    if not inside:
        for _ in range(3):
            around = tree.parent[around]
            if around < 0:
                return None
            if tree.tags[around] == "a":
                inside = [around]
                break
    for link in inside:
        href = tree.elements[link].get("href", "")
        if href.startswith("#"):
            continue
        if address := absolute(base, href):
            return address
    return None


def _count(numbers: list[int], start: int, end: int) -> int:
    return bisect_right(numbers, end - 1) - bisect_left(numbers, start)
