"""Finds the titles of a page's entries: by class names, else by what stands beside a heading or a link."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Final

from ...pipeline.urls import same_site
from . import vocabulary as v
from .addresses import archive_of, is_home, may_be_post, same_page, slug_of
from .leads import LEVELS_AROUND, bounds, is_more_link, title_link
from .title_links import in_heading, link_before_date, title_links
from .tree import Tree
from .wording import is_dated_title, says_archive

_NEAR: Final = 14

_SAID: Final = 2
_LEAD_WORDS: Final = 25
_PAGE_TITLES: Final = frozenset(("page-title", "page-header-title", "archive-title", "page-heading", "main-heading"))


class Titles:
    """The titles of a page. `strong` ones are named by classes, `weak` ones look like titles by their surroundings.

    `headings` and `more_links` are the numbers of those that stand in the page's own part; `boxes` are lines about
    posts that stand above their titles and that class names call titles, by the titles.
    """

    def __init__(self, tree: Tree, base: str | None, page_url: str | None) -> None:
        self.tree = tree
        self.base = base
        self.page_url = page_url
        self.boxes: dict[int, int] = {}
        self._archive = slug_of(archive_of(page_url).partition(":")[2])
        self.headings = [i for i in tree.headings if not tree.outside[i]]
        self.more_links = [i for i in tree.links if not tree.outside[i] and is_more_link(tree, i)]

    def strong(self) -> list[int]:
        """The elements that class names, or a bookmark in a heading, make titles."""
        tree = self.tree
        titles: list[int] = []
        last_end = 0
        unseen: list[int] = []
        for number in self._titled():
            if number < last_end or tree.outside[number] or tree.tags[number] == "meta":
                if self._is_unseen(number):
                    unseen.append(number)
                continue
            roles = tree.roles[number]
            named = roles & v.TITLE and not roles & (v.BLOCK | v.BODY | v.MAIN)
            if not named and (tree.tags[number] in v.HEADINGS or tree.tags[number] == "dt"):
                named = self._bookmarked(number)
            if named and not self._is_home_link(number) and not self._is_icon(number):
                titles.append(self._heading_of(number))
                last_end = tree.end[number]
        if unseen:
            shown = {self.link_of(i) for i in titles}
            titles = sorted([*titles, *(i for i in unseen if self.link_of(i) not in shown)])
        posts = [number for number in titles if not self._heads_page(number)]
        if not posts and self._archive:
            # On an archive's page its own heading is no post's, though it be the only one that a class calls a title.
            titles = [number for number in titles if not self._names_archive(number)]
        return self._without_doubles(posts or titles)

    def _titled(self) -> list[int]:
        """The tree's titled elements, and the terms of definition lists that bookmark a post."""
        tree = self.tree
        if "dt" not in tree.tags:
            return tree.titled
        above = {tree.parent[i] for i in tree.links if tree.attributes[i].get("rel") == "bookmark"}
        return sorted({*tree.titled, *(i for i in above if tree.tags[i] == "dt")})

    def _heading_of(self, title: int) -> int:
        """The true title in one that holds more: in a heading what a class names so, in others the post's heading.

        Beside it stand the post's date or category, or what the theme says of its format.
        """
        tree = self.tree
        if tree.tags[title] in v.HEADINGS:
            if tree.roles[title] & v.TITLE:
                return title
            within = range(title + 1, tree.end[title])
            named = [i for i in within if tree.roles[i] & v.TITLE and tree.words(i)]
            return named[0] if len(named) == 1 and self.link_of(named[0]) else title
        heads = [i for i in tree.within(tree.headings, title) if tree.words(i)]
        if not heads and not self.leads_to_post(title):
            return self._bookmark_below(title)
        named = [i for i in heads if tree.roles[i] & v.TITLE]
        if len(named) == 1:
            return named[0]
        if len(heads) == 1:
            about = range(tree.end[heads[0]], tree.end[title])
            said = any(tree.roles[i] & (v.META | v.DATE) or tree.tags[i] == "time" for i in about)
            said = said or any(v.POSTED.match((tree.texts[i] or "").lstrip()) for i in about)
            return heads[0] if said else title
        leading = [i for i in heads if self.leads_to_post(i)]
        return leading[0] if len(leading) == 1 else link_before_date(tree, title)

    def _bookmark_below(self, title: int) -> int:
        """The one bookmark right below what a class names a title and is a line about the post; else `title`."""
        tree, below = self.tree, self.tree.next_sibling(title)
        said = " ".join(filter(None, (tree.texts[title], *(tree.tails[i] for i in tree.children(title)))))
        if below is None or not v.DATE_TEXT.search(said[:200]):
            return title
        marked = [i for i in tree.within(tree.links, below) if "bookmark" in tree.attributes[i].get("rel", "")]
        if len(marked) != 1 or not 0 < tree.words(marked[0]) == tree.words(below) or not self.leads_to_post(marked[0]):
            return title
        self.boxes[marked[0]] = title
        return marked[0]

    def _is_icon(self, title: int) -> bool:
        """Whether all the words of a title are the name of an icon, which icon fonts draw: ``close`` on a card."""
        tree, inner = self.tree, title + 1
        if inner >= tree.end[title] or tree.tags[inner] != "i":
            return False
        return "icon" in tree.attributes[inner].get("class", "") and tree.words(inner) == tree.words(title) > 0

    def _is_unseen(self, number: int) -> bool:
        """Whether an element that a class names a title is there for readers aloud alone, and leads to a post."""
        tree = self.tree
        both = tree.roles[number] & v.TITLE and tree.roles[number] & v.HIDDEN
        return bool(both) and not tree.outside[tree.parent[number]] and self.leads_to_post(number)

    def _without_doubles(self, titles: list[int]) -> list[int]:
        """The titles but those headings that only a bookmark names, where a class names another that leads as well."""
        tree = self.tree
        taken = {self.link_of(i) for i in titles if tree.roles[i] & v.TITLE} - {None}
        kept = []
        for number in titles:
            if not tree.roles[number] & v.TITLE:
                address = self.link_of(number)
                if address in taken:
                    continue
                taken.add(address)
            kept.append(number)
        return kept

    def _heads_page(self, number: int) -> bool:
        """Whether a title is the page's own, by its class or by naming an archive: no entry's beside other titles."""
        classes = self.tree.attributes[number].get("class", "").lower()
        if "-page-title" in classes or "-archive-title" in classes or not _PAGE_TITLES.isdisjoint(classes.split()):
            return True
        return self._names_archive(number)

    def _names_page(self, number: int) -> bool:
        return self._names_archive(number) or (self.link_of(number) is None and self._heads_page(number))

    def _bookmarked(self, heading: int) -> bool:
        tree = self.tree
        links = tree.within(tree.links, heading) or [
            i for i in (tree.parent[heading],) if i >= 0 and tree.tags[i] == "a"
        ]
        return any("bookmark" in tree.attributes[i].get("rel", "") for i in links)

    def _is_home_link(self, heading: int) -> bool:
        address = self.link_of(heading)
        if not address or not is_home(address):
            return False
        # A post of the format "link" may lead to the front page of another site.
        return not self.page_url or same_site(address, self.page_url) or not self.tree.roles[heading] & v.TITLE

    def link_of(self, title: int) -> str | None:
        """Where a title leads: its own link, one inside it, or one around it."""
        return title_link(self.tree, title, self.base)

    def weak(self, covered: bytearray, *, strict: bool) -> list[int]:
        """Headings and dated lines that look like titles; `strict` where class names have already found some."""
        tree = self.tree
        bodies = bytearray(len(tree.elements))
        if not strict:
            for number in tree.spoken:
                if tree.roles[number] & (v.BODY | v.SUMMARY) and not bodies[number] and not self._holds_blocks(number):
                    bodies[number + 1 : tree.end[number]] = b"\1" * (tree.end[number] - number - 1)
        candidates = sorted(
            {
                *self.headings,
                *(i for i in tree.dated if not (covered[i] or tree.outside[i] or in_heading(tree, i))),
                *title_links(self, covered),
            }
        )
        candidates = [i for i in candidates if not (covered[i] or bodies[i])]
        if not candidates:
            return []
        heads, inner = self._heads_of_blocks(covered)
        candidates = [i for i in candidates if not inner[i] and not self._is_home_link(i) and not self._names_page(i)]
        linked = {i for i in candidates if self.leads_to_post(i)}
        shapes = Counter(self.shape(i) for i in linked)
        certain: list[int] = []
        perhaps: list[int] = []
        levels: dict[int, str] = {}
        for place, number in enumerate(candidates):
            following = candidates[place + 1] if place + 1 < len(candidates) else len(tree.elements)
            dated = self._is_dated(number)
            cut = self._cut_before(number, following)
            posted = self._posted_after(number, following)
            above, tag = tree.parent[number], tree.tags[number]
            if dated or cut or posted == _SAID or (posted and not strict) or number in heads:
                if posted or dated:
                    levels[above] = tag
                certain.append(number)
            elif (
                not strict
                and number in linked
                and shapes[self.shape(number)] > 1
                and not levels.get(above, "h9") < tag <= "h6"
            ):
                perhaps.append(number)
        if not strict:
            certain = self._without_inner(certain, [i for i in linked if shapes[self.shape(i)] > 1])
        return sorted([*certain, *(i for i in perhaps if not self._is_within_post(i, certain))])

    def _without_inner(self, titles: list[int], row: list[int]) -> list[int]:
        """The titles but those headings within posts for which a line like "Posted in …" vouches by mistake.

        It ends the post whose title is in the `row`: those that lead to posts and are of one make.
        """
        row.sort()

        def is_inner(number: int) -> bool:
            place = bisect_left(row, number)
            if not place or self._is_dated(number):
                return False
            tree, before = self.tree, row[place - 1]
            beside = tree.parent[before] == tree.parent[number] and tree.tags[before] < tree.tags[number] <= "h6"
            return self.link_of(number) is None and (beside or self._is_within_post(number, row))

        return [number for number in titles if not is_inner(number)]

    def _is_within_post(self, heading: int, titles: list[int]) -> bool:
        """Whether a heading stands below a title in an element that holds no other: then it is that post's own."""
        above = self.tree.parent[heading]
        while above >= 0 and not bounds(self.tree, above):
            held = self.tree.within(titles, above)
            if held:
                return len(held) == 1 < len(titles) and held[0] < heading
            above = self.tree.parent[above]
        return False

    def _holds_blocks(self, number: int) -> bool:
        """Whether a body-like element is in truth a container: entries, or an entry's own title, stand in it."""
        tree = self.tree
        if self._is_headed(number):
            return False
        if any(tree.roles[i] & v.BLOCK for i in range(number + 1, min(tree.end[number], number + 400))):
            return True
        return any(
            self.leads_to_post(i) or self._posted_after(i) or self._is_dated(i)
            for i in tree.within(self.headings, number)[:50]
        )

    def _is_headed(self, body: int) -> bool:
        """Whether a title stands beside a body, above it: then the headings within are the post's own."""
        tree = self.tree
        above = tree.elements[body].getparent()
        before = tree.elements[body].getprevious()
        number = body
        for _ in range(4):
            if before is None or above is None:
                return False
            number = self._number_before(number, tree.parent[body])
            if number < 0:
                return False
            if tree.tags[number] in v.HEADINGS:
                return self.leads_to_post(number) or self._posted_after(number, body) > 0 or self._is_dated(number)
        return False

    def _number_before(self, number: int, above: int) -> int:
        """The number of the sibling before `number` under `above`, -1 where it is the first."""
        at = number - 1
        while at > above and self.tree.parent[at] != above:
            at = self.tree.parent[at]
        return at if at > above else -1

    def _is_dated(self, number: int) -> bool:
        return is_dated_title(self.tree.text(number, 400))

    def _names_archive(self, number: int) -> bool:
        """Whether a heading says what the page is ("Posts tagged …"), and is no post's title."""
        if self.tree.tags[number] not in ("h1", "h2", "h3") or self.link_of(number) is not None:
            return False
        text = self.tree.text(number, 200)
        return says_archive(text) or (bool(self._archive) and slug_of(text) == self._archive)

    def _heads_of_blocks(self, covered: bytearray) -> tuple[set[int], bytearray]:
        """The first headings of blocks whose class names call them posts, and marks of those blocks' bodies."""
        tree = self.tree
        heads: set[int] = set()
        inner = bytearray(len(tree.elements))
        last_end = 0
        for number in tree.spoken:
            roles = tree.roles[number]
            if number < last_end or not roles & v.BLOCK or roles & v.MAIN or covered[number] or tree.outside[number]:
                continue
            end = tree.end[number]
            headings = tree.within(self.headings, number)
            bodies = [i for i in range(number + 1, min(end, number + 400)) if tree.roles[i] & (v.BODY | v.SUMMARY)]
            if not headings or not bodies or headings[0] > bodies[0] or self._repeats(number):
                continue
            body = bodies[0]
            if headings[0] != number and not any(
                self._posted_after(i, tree.end[body]) for i in tree.within(headings, body)
            ):
                heads.add(headings[0])
                inner[body : tree.end[body]] = b"\1" * (tree.end[body] - body)
                last_end = end
        return heads, inner

    def _repeats(self, block: int) -> bool:
        """Whether other blocks of its own kind stand in a block: then it is a container."""
        tree = self.tree
        first = tree.attributes[block].get("class", "").split()[:1]
        inside = range(block + 1, min(tree.end[block], block + 2000))
        return any(
            tree.tags[i] == tree.tags[block]
            and (tree.tags[i] == "article" or first == tree.attributes[i].get("class", "").split()[:1])
            for i in inside
            if tree.roles[i] & v.BLOCK
        )

    def first_of(self, block: int) -> int | None:
        """The heading that leads from a block to its post, with little before it; None where there is none.

        On a post's own page, and on cards, it leads nowhere, and stands before the text.
        """
        heading = next((i for i in self.tree.within(self.headings, block) if self.tree.words(i)), None)
        if heading is None or heading == block:
            return None
        if self.link_of(heading) is None:
            if any(self.tree.roles[i] & (v.BODY | v.SUMMARY) for i in range(block + 1, heading)):
                return None
        elif not self.leads_to_post(heading):
            return None
        before = self.tree.words(block) + self.tree.words_between(block, heading)
        return heading if before <= _LEAD_WORDS else None

    def shape(self, number: int) -> tuple[str, int, str]:
        """What is alike in titles of one make: the element, its roles, and the element around it."""
        tree = self.tree
        above = tree.parent[number]
        return tree.tags[number], tree.roles[number], tree.tags[above]

    def leads_to_post(self, heading: int) -> bool:
        """Whether a heading's link may lead to a post, other than to this page."""
        address = self.link_of(heading)
        return may_be_post(address, self.page_url) and not same_page(address, self.page_url)

    def _cut_before(self, heading: int, following: int) -> bool:
        """Whether a link like "Read more" stands between a heading and the next one, to one post and not to several."""
        place = bisect_left(self.more_links, self.tree.end[heading])
        between = self.more_links[place : bisect_left(self.more_links, following)]
        if not between and self.link_of(heading) is None:
            # Themes lay it over the whole card, before its only heading.
            block = self.tree.inside(heading, v.BLOCK)
            alone = block is not None and self.tree.within(self.headings, block) == [heading]
            between = self.tree.within(self.more_links, block) if block is not None and alone else []
        return bool(between) and len({self.tree.attributes[i].get("href", "") for i in between[:5]}) == 1

    def is_pictured(self, heading: int) -> bool:
        """Whether a heading stands in one link with a picture."""
        tree, around = self.tree, heading
        for _ in range(LEVELS_AROUND):
            around = tree.parent[around]
            if around < 0 or bounds(tree, around):
                return False
            if tree.tags[around] == "a":
                return "img" in tree.tags[around : tree.end[around]]
        return False

    def is_dated_below(self, heading: int) -> bool:
        """Whether a date stands close below a heading, before the next one."""
        return self._posted_after(heading) > 0

    def _posted_after(self, heading: int, stop: int | None = None) -> int:
        """What follows a heading closely: a line like "Posted on …" (`_SAID`), a date (1), or neither (0)."""
        tree = self.tree
        tail = tree.tails[heading]
        dated = 0
        if tail and v.POSTED.match(tail):
            return _SAID
        for number in range(tree.end[heading], min(tree.end[heading] + _NEAR, stop or len(tree.elements))):
            if tree.tags[number] in v.HEADINGS:
                date = number == tree.end[heading] and v.DATE_HEADING.fullmatch(tree.text(number, 100))
                return 1 if date else dated
            if tree.outside[number]:
                continue
            text, tail = tree.texts[number], tree.tails[number]
            if (text and v.POSTED.match(text)) or (tail and v.POSTED.match(tail)):
                return _SAID
            if tree.roles[number] & v.DATE or tree.tags[number] == "time":
                dated = 1
        return dated
