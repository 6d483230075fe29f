"""Finds the blocks of a page that are entries: their titles first, then how far each one reaches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from . import vocabulary as v
from .anchored import anchored_posts
from .bare import bare_titles, few_titles, listed_links, lone_titles, pictured_links, pictured_titles
from .cards import card_titles
from .days import is_of_next
from .leads import bounds
from .pager import is_pager
from .titles import Titles
from .tree import Tree

FEW_WORDS: Final = 8
"""A block without this many words beside its title is no teaser: lists of bare titles are left alone."""

_ROW: Final = 3
_NAMED: Final = 2
MAX_BLOCKS: Final = 2000


@dataclass(slots=True)
class Block:
    """One entry's place: its title's number (None without one), the elements that make it up, and their parent.

    `strong` blocks were found by class names; `soft` ones stand in a widget-like box; `bare` ones are titles alone.
    """

    title: int | None
    roots: tuple[int, ...]
    parent: int
    strong: bool
    soft: bool = False
    flat: bool = False
    bare: bool = False

    @property
    def start(self) -> int:
        """Number of the first element."""
        return self.roots[0]


def find_blocks(tree: Tree, base: str | None, page_url: str | None) -> list[Block]:
    """The blocks of a page, from top to bottom, that may be entries."""
    return _Finder(tree, base, page_url).find()


def find_titles(tree: Tree, base: str | None, page_url: str | None) -> list[Block]:
    """The blocks of a page that calls itself an archive, where nothing else is found: few, or without texts."""
    finder = _Finder(tree, base, page_url)
    return (
        finder.find_bare(bare_titles(finder.titles))
        or finder.find_bare(pictured_titles(finder.titles))
        or finder.find_lone()
        or finder.find_bare(few_titles(finder.titles))
        or finder.find_bare(pictured_links(finder.titles))
    )


def find_rows(tree: Tree, base: str | None, page_url: str | None) -> list[Block]:
    """The blocks of cards whose pictures lead where headings do not, or of a list of links called posts or dated."""
    finder = _Finder(tree, base, page_url)
    return finder.find_bare(pictured_titles(finder.titles) or listed_links(finder.titles))


class _Finder:
    def __init__(self, tree: Tree, base: str | None, page_url: str | None) -> None:
        self.tree = tree
        self.base = base
        self.page_url = page_url
        self.titles = Titles(tree, base, page_url)

    def find(self) -> list[Block]:
        tree = self.tree
        strong = self.titles.strong()
        if numbered := anchored_posts(self.titles, strong):
            return self._anchored(numbered)
        blocks = self._spread(strong, strong=True)
        covered = bytearray(len(tree.elements))
        if len(blocks) == 1 and len(listed := self._listed_on(blocks[0])) >= _ROW:
            return listed
        for block in blocks:
            self._cover(covered, block)
        blocks += self._untitled(covered, blocks)
        for block in blocks:
            self._cover(covered, block)
        weak = self.titles.weak(covered, strict=bool(strong))
        if weak:
            # Both kinds bound each other: a weak block never swallows a strong one.
            marks = sorted({*weak, *(b.title if b.title is not None else b.start for b in blocks)})
            found = self._worthy(self._spread(weak, strong=False, marks=marks))
            blocks += [b for b in found if not any(covered[root] for root in b.roots)]
            for block in blocks:
                self._cover(covered, block)
        if blocks:
            blocks = self._with_cards(blocks, covered)
        blocks.sort(key=lambda block: block.start)
        return blocks

    def _with_cards(self, blocks: list[Block], covered: bytearray) -> list[Block]:
        """The blocks and the cards beside them; a page's only block may have swallowed those that follow it."""
        sole = blocks[0] if len(blocks) == 1 and blocks[0].title is not None and not blocks[0].strong else None
        if sole is not None:
            covered = bytearray(len(self.tree.elements))
            covered[sole.start : (sole.title or 0) + 1] = b"\1" * ((sole.title or 0) + 1 - sole.start)
        cards = card_titles(self.titles, covered)
        if not cards:
            return blocks
        marks = sorted({*cards, *(b.title if b.title is not None else b.start for b in blocks)})
        if sole is not None and sole.title is not None:
            blocks = self._spread([sole.title], strong=False, marks=marks)
            covered = bytearray(len(self.tree.elements))
            self._cover(covered, blocks[0])
        # The last one is bounded by nothing: it reaches as far up as its like.
        ways = [self._way_up(b) for b in self._spread(cards, strong=False, marks=marks)]
        levels = Counter(map(len, ways)).most_common(1)[0][0]
        for title, way in zip(cards, ways, strict=True):
            top = way[:levels][-1]
            if not covered[top]:
                soft = bool(self.tree.soft[top])
                blocks.append(Block(title, (top,), self.tree.parent[top], strong=False, soft=soft, bare=True))
        return blocks

    def _way_up(self, block: Block) -> list[int]:
        """The elements from a block's title up to its first."""
        way = [block.start if block.title is None else block.title]
        while way[-1] > block.start:
            way.append(self.tree.parent[way[-1]])
        return way

    def _listed_on(self, page: Block) -> list[Block]:
        """The blocks within WordPress's box of a page: plugins list posts in the text of a page, below its title."""
        tree = self.tree
        if page.title is None or not self._is_page(page.start):
            return []
        covered = bytearray(len(tree.elements))
        covered[page.start] = 1
        covered[page.title : tree.end[page.title]] = b"\1" * (tree.end[page.title] - page.title)
        weak = self.titles.weak(covered, strict=False)
        return self._worthy(self._spread(weak, strong=False))

    def _is_page(self, number: int) -> bool:
        """Whether WordPress calls an element the box of a page, which is no post and may hold a list of them."""
        return "type-page" in self.tree.attributes[number].get("class", "").split()

    def find_lone(self) -> list[Block]:
        """The blocks of headings that stand alone on their page, where nothing but their links vouches for them."""
        blocks = self._spread(lone_titles(self.titles), strong=False)
        for block in blocks:
            block.bare = True
        return [block for block in blocks if self._says_something(block)]

    def find_bare(self, titles: list[int]) -> list[Block]:
        """The blocks of a listing that shows titles, and pictures perhaps, and no texts."""
        blocks = self._spread(titles, strong=False)
        for block in blocks:
            block.bare = True
            if len(titles) == 1 and block.title is not None and self.titles.is_pictured(block.title):
                # Alone on its page, a card reaches no further than the link that it is.
                block.roots = (self._card(block.title),)
        return blocks

    def _card(self, title: int) -> int:
        tree, around = self.tree, title
        while around >= 0 and tree.tags[around] != "a":
            around = tree.parent[around]
        return around if around >= 0 else title

    def _cover(self, covered: bytearray, block: Block) -> None:
        for root in block.roots:
            covered[root : self.tree.end[root]] = b"\1" * (self.tree.end[root] - root)

    def _spread(self, titles: list[int], *, strong: bool, marks: list[int] | None = None) -> list[Block]:
        """The largest block around each title that holds no other."""
        tree = self.tree
        marks = marks or titles
        tops: list[tuple[int, int]] = []
        for title in titles:
            top, named, alone = title, None, False
            above = tree.parent[title]
            place = bisect_left(marks, title)
            before = marks[place - 1] if place else -1
            after = marks[place + 1] if place + 1 < len(marks) else len(tree.elements)
            while before < above and tree.end[above] <= after and not bounds(tree, above):
                if len(marks) == 1 and (alone := self._ends_with(top, title, strong=strong)):
                    break
                top = above
                if tree.roles[above] & v.BLOCK:
                    named = above
                above = tree.parent[above]
            tops.append((title, named if named is not None else top))
        chosen = {top for _, top in tops}.union(self.titles.boxes.values())
        blocks = []
        flat_parents = self._flat_parents(tops, chosen)
        for title, top in tops:
            above = tree.parent[top]
            roots: tuple[int, ...] = (top,)
            flat = not (alone and strong) and self._stand(title, top) in flat_parents
            if flat:
                roots = self._run(top, chosen, marks)
                if (box := self.titles.boxes.get(title)) and tree.next_sibling(box) == top:
                    roots = (box, *roots)
            blocks.append(
                Block(title=title, roots=roots, parent=above, strong=strong, soft=bool(tree.soft[top]), flat=flat)
            )
        return blocks

    def _ends_with(self, top: int, title: int, *, strong: bool) -> bool:
        """Whether the block of a page's only title ends with `top`."""
        if strong:
            leads = self.titles.leads_to_post(title)
            return leads and self._text_words(top, title) >= FEW_WORDS and self._is_beside_posts(top)
        return self._is_whole(top, title)

    def _is_beside_posts(self, top: int) -> bool:
        """Whether several posts, by their class names, stand in what follows an element, each with one heading."""
        tree = self.tree
        following, posts = tree.next_sibling(top), 0
        while following is not None and posts < _NAMED:
            for number in tree.within(tree.spoken, following):
                heads = tree.within(self.titles.headings, number) if tree.roles[number] & v.BLOCK else ()
                posts += len(heads) == 1 and self.titles.leads_to_post(heads[0])
            following = tree.next_sibling(following)
        return posts >= _NAMED

    def _anchored(self, numbered: dict[int, int | None]) -> list[Block]:
        """The blocks of numbered anchors; each begins with its title where it has one."""
        tree = self.tree
        heads = {anchor: anchor if title is None else title for anchor, title in numbered.items()}
        marks = sorted(heads.values())
        tops: dict[int, int] = {}
        for anchor, head in heads.items():
            top, above, place = head, tree.parent[head], bisect_left(marks, head)
            before = marks[place - 1] if place else -1
            after = marks[place + 1] if place + 1 < len(marks) else len(tree.elements)
            while before < above and tree.end[above] <= after and not bounds(tree, above):
                if len(marks) == 1 and self._text_words(top, head) >= FEW_WORDS:
                    # A page's only post: what is around it may be all of the page.
                    break
                top, above = above, tree.parent[above]
            tops[anchor] = top
        chosen, blocks = set(tops.values()), []
        for anchor, top in tops.items():
            title = numbered[anchor]
            bare = tree.words(top) == (tree.words(title) if title is not None else 0)
            flat = bare or not top <= anchor < tree.end[top]
            roots = self._run(top, chosen, marks) if flat else (top,)
            soft = bool(tree.soft[top])
            blocks.append(Block(title, roots, parent=tree.parent[top], strong=True, soft=soft, flat=flat))
        return sorted(blocks, key=lambda block: block.start)

    def _is_whole(self, top: int, title: int) -> bool:
        """Whether a page's only post ends with `top`: it has a text, and what follows has headings of its own."""
        tree = self.tree
        if tree.tags[top] == "header":
            return False
        following, headed = tree.next_sibling(top), False
        while following is not None and not headed:
            headed = bool(tree.within(self.titles.headings, following))
            following = tree.next_sibling(following)
        return headed and self._text_words(top, title) >= FEW_WORDS

    def _text_words(self, top: int, title: int) -> int:
        """How many words an element holds beside a title and the lines about the post."""
        tree = self.tree
        count, number, end = 0, top, min(tree.end[top], top + 2000)
        while number < end:
            text = tree.texts[number]
            about = tree.roles[number] & (v.META | v.DATE) or (text and v.POSTED.match(text))
            if number == title or about or tree.outside[number]:
                number = tree.end[number]
            else:
                count += len(text.split()) if text else 0
                number += 1
        return count

    def _stand(self, title: int, top: int) -> tuple[int, str, bool]:
        """What is alike in titles that stand in the same way: parent, element, whether it is the title itself."""
        return self.tree.parent[top], self.tree.tags[top], title == top

    def _flat_parents(self, tops: list[tuple[int, int]], chosen: set[int]) -> set[tuple[int, str, bool]]:
        """Where texts stand beside the titles' elements, not inside them."""
        tree = self.tree
        beside: defaultdict[tuple[int, str, bool], int] = defaultdict(int)
        inside: defaultdict[tuple[int, str, bool], int] = defaultdict(int)
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
            last = tree.tails[top]
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
            if following in chosen or _count(marks, following, tree.end[following]):
                break
            if tree.outside[following] and not tree.within(tree.locks, following):
                # Share buttons in the midst of a flat text; whatever else stands outside ends it.
                if not v.SHARING.search(tree.attributes[following].get("class", "")):
                    break
                following = tree.next_sibling(following)
                continue
            if is_pager(tree, following, self.base, self.page_url):
                break
            sibling = tree.tags[following]
            if sibling in v.HEADINGS and tag in v.HEADINGS and sibling < tag:
                break
            roots.append(following)
            following = tree.next_sibling(following)
        while len(roots) > 1 and following in chosen and is_of_next(tree, roots[-1], chosen):
            roots.pop()
        return tuple(roots)

    def _untitled(self, covered: bytearray, blocks: list[Block]) -> list[Block]:
        """Blocks that class names call entries and that have no title: asides, quotes, Blogger's untitled posts."""
        tree = self.tree
        taken = sorted(block.start for block in blocks)
        found: list[Block] = []
        last_end = 0
        for number in tree.spoken:
            roles = tree.roles[number]
            if number < last_end or not roles & v.UNTITLED or roles & v.MAIN or covered[number] or tree.outside[number]:
                continue
            end = tree.end[number]
            if bisect_left(taken, end) > bisect_left(taken, number):
                continue
            if self._is_page(number) and any(tree.roles[i] & v.UNTITLED for i in range(number + 1, end)):
                continue
            bodies = any(tree.roles[i] & (v.BODY | v.SUMMARY) for i in range(number + 1, min(end, number + 300)))
            if bodies and tree.words(number) >= 3:
                found.append(
                    Block(
                        title=self.titles.first_of(number),
                        roots=(number,),
                        parent=tree.parent[number],
                        strong=True,
                        soft=bool(tree.soft[number]),
                    )
                )
                last_end = end
        return found

    def _worthy(self, blocks: list[Block]) -> list[Block]:
        """The blocks with a text; in a row of them those of the same make, too, however little they say."""
        titles = self.titles
        worthy = [self._says_something(block) for block in blocks]
        if sum(worthy) < _ROW:
            return [block for block, fits in zip(blocks, worthy, strict=True) if fits]
        makes = {titles.shape(b.title) for b, fits in zip(blocks, worthy, strict=True) if fits and b.title is not None}
        return [
            block
            for block, fits in zip(blocks, worthy, strict=True)
            if fits
            or (block.title is not None and titles.shape(block.title) in makes and titles.leads_to_post(block.title))
        ]

    def _says_something(self, block: Block) -> bool:
        tree = self.tree
        words = sum(tree.words(root) for root in block.roots)
        if block.flat:
            for root in block.roots:
                tail = tree.tails[root]
                words += len(tail.split()) if tail else 0
        return block.title is not None and words - tree.words(block.title) >= FEW_WORDS


def _count(numbers: list[int], start: int, end: int) -> int:
    return bisect_right(numbers, end - 1) - bisect_left(numbers, start)
