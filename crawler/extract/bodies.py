"""Takes an entry's body out of its block, and tells an excerpt from the whole post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import Final

from lxml import etree

from ...pipeline.records import Form
from . import vocabulary as v
from .addresses import absolute, same_page
from .blocks import Block
from .leads import COMMENTS, is_more_link, title_link
from .tree import Tree
from .wording import SMALL_TAGS, dated_line, speaks_of_post

LONG_WORDS: Final = 120
"""Dots at the end of a text longer than this are its author's; excerpts are measured at 22 to 111 words."""

SNIPPET_LIMIT: Final = 1000
"""Characters at which Blogger cuts a snippet (measured: cut ones have 951 to 995, dots included)."""

_ALIKE: Final = 3
_SHORTEST: Final = 15
_MOST_TEXT: Final = 100_000
_LAST_WORD: Final = 15
_META_WORDS: Final = 40
_SHORT_LINE: Final = 15
_MOST: Final = 0.8
_NEAR_LIMIT: Final = 0.9
_CUT_END: Final = 16
"""Characters at a text's end that the next two expressions look at; they need at most 13."""

_CUT_BRACKETS: Final = re.compile(r"[\[(]\s?(?:…|\.{3,4})\s?[\])]\W{0,3}$")
_CUT_DOTS: Final = re.compile(r"(?:…|\.{3,4})\s{0,3}$")
_ANY_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_MARKUP: Final = re.compile("[<>]")
_MEDIA: Final = frozenset(("img", "iframe", "video", "audio", "object", "embed"))
_SEARCHED: Final = 300
_INLINE: Final = frozenset(("a", "span", "em", "strong", "b", "i", "small", "time", "abbr", "cite", "sup", "u", "font"))
_WRAPPERS: Final = frozenset(("div", "section", "header", "center", "main"))


@dataclass(slots=True)
class Body:
    """An entry's body: its inner HTML, its form, and the element that it was (None where it was pieced together).

    `words` and `length` (in characters, 0 where nothing asks for it) count its visible text;
    `is_media` bodies hold pictures or films and no word, `is_empty` ones nothing at all, and `is_locked` ones a form
    that asks for the post's password.
    """

    html: str
    form: Form
    words: int
    element: int | None = None
    is_snippet: bool = False
    is_media: bool = False
    is_empty: bool = False
    is_locked: bool = False
    length: int = 0
    ends_in_dots: bool = False
    ends_in_sentence: bool = True


def read_body(tree: Tree, block: Block, permalink: str | None, base: str | None) -> Body:
    """The body of a block, and its form: ``summary`` where it is marked as an excerpt or visibly cut."""
    if any(tree.within(tree.locks, root) for root in block.roots):
        return Body("", "summary", 0, is_locked=True)
    element, is_summary = _named_body(tree, block)
    if element is not None:
        html, words = inner_html(tree, element), tree.words(element)
        text = tree.last_words(element, _MOST_TEXT)
    else:
        html = "".join(_pieces(tree, block)).strip()
        text = unescape(_ANY_TAG.sub(" ", html)).rstrip()
        words = len(text.split())
        if not words and (wordless := _wordless_body(tree, block)) is not None:
            element, html, text = wordless, inner_html(tree, wordless), ""
    is_snippet = element is not None and bool(tree.roles[element] & v.SNIPPET)
    body = Body(html, "content", words, element, is_snippet)
    body.ends_in_dots = _CUT_DOTS.search(text[-_CUT_END:]) is not None
    if element is not None and not words:
        body.is_media = _holds_media(tree, element)
        body.is_empty = not body.is_media
    body.ends_in_sentence = v.SENTENCE_END.search(text[-20:]) is not None
    if is_snippet:
        body.length = len(tree.plain((element or 0,), _MOST_TEXT))
        if _has_more_class(tree, element or 0):
            body.form = "summary"
        return body
    if (
        not words
        or is_summary
        or _CUT_BRACKETS.search(text[-_CUT_END:])
        or _cut_by_link(tree, block, permalink, base, element)
        or (body.ends_in_dots and words <= LONG_WORDS)
    ):
        body.form = "summary"
    elif not body.ends_in_sentence and words <= LONG_WORDS:
        body.length = len(text if element is None else tree.plain((element,), _MOST_TEXT))
    return body


def named_body(tree: Tree, element: int) -> Body:
    """The whole of one element as a body in full."""
    return Body(inner_html(tree, element), "content", tree.words(element), element)


def judge_snippets(bodies: list[Body]) -> None:
    """Decides which Blogger snippets are whole, by the page's longest: that one shows where they are cut.

    A snippet that does not end in dots is whole. One that does is whole only where a clearly longer one on the page
    shows that it ends before the cut. Taking a whole one for cut costs a request, the other way loses text.
    """
    snippets = [body for body in bodies if body.is_snippet]
    longest = max((body.length for body in snippets), default=0)
    for body in snippets:
        if body.ends_in_dots and body.length >= _NEAR_LIMIT * min(longest, SNIPPET_LIMIT):
            body.form = "summary"


def judge_alike(bodies: list[Body]) -> None:
    """Decides whether bodies of one make are excerpts that nothing marks: cut in mid-sentence, all at one length.

    Themes cut at a number of words or characters; posts that happen to lack a full stop differ in length.
    """
    cut = [body for body in bodies if body.form == "content" and not body.ends_in_sentence]
    if len(cut) < _ALIKE or 2 * len(cut) < len(bodies) or max(body.words for body in bodies) > LONG_WORDS:
        return
    words, length = max(body.words for body in cut), max(body.length for body in cut)
    same = sum(body.words >= max(words - 1, _SHORTEST) or body.length > length - _LAST_WORD for body in cut)
    if words >= _SHORTEST and 3 * same >= 2 * len(cut):
        for body in bodies:
            body.form = "summary"


def _named_body(tree: Tree, block: Block) -> tuple[int | None, bool]:
    best: tuple[bool, int] | None = None
    chosen: int | None = None
    for root in block.roots:
        number, end = root, tree.end[root]
        while number < end:
            roles = tree.roles[number]
            if tree.outside[number] and not tree.outside[root]:
                number = tree.end[number]
                continue
            if (
                roles & (v.BODY | v.SUMMARY)
                and number != block.start
                and not _holds_title(tree, number, block)
                and tree.words(number)
            ):
                rank = (bool(roles & v.BODY), tree.words(number))
                if best is None or rank > best:
                    best, chosen = rank, number
                number = tree.end[number]
                continue
            number += 1
    if chosen is None:
        return None, False
    if not tree.roles[chosen] & v.BODY or tree.roles[chosen] & v.SUMMARY:
        return chosen, True
    for number in range(chosen + 1, min(tree.end[chosen], chosen + 60)):
        if tree.roles[number] & v.SUMMARY and tree.words(number) >= _MOST * tree.words(chosen):
            return number, True
    return chosen, False


def _wordless_body(tree: Tree, block: Block) -> int | None:
    """The first element of a block that class names call its body, whatever it holds."""
    for root in block.roots:
        for number in range(root + 1, min(tree.end[root], root + _SEARCHED)):
            fits = tree.roles[number] & v.BODY and not tree.roles[number] & (v.BLOCK | v.MAIN)
            if fits and not tree.outside[number] and not _holds_title(tree, number, block):
                return number
    return None


def _holds_media(tree: Tree, number: int) -> bool:
    return any(tree.tags[i] in _MEDIA for i in range(number + 1, min(tree.end[number], number + _SEARCHED)))


def _holds_title(tree: Tree, number: int, block: Block) -> bool:
    return block.title is not None and number <= block.title < tree.end[number]


def _cut_by_link(tree: Tree, block: Block, permalink: str | None, base: str | None, element: int | None) -> bool:
    """Whether a "Read more" link to the post itself ends the block."""
    for root in block.roots:
        for link in tree.within(tree.links, root):
            if (tree.outside[link] and not tree.outside[root]) or not is_more_link(tree, link):
                continue
            address = absolute(base, tree.attributes[link].get("href"))
            own = title_link(tree, block.title, base) if block.title is not None else None
            if own and address and not same_page(own, address) and not same_page(permalink, address):
                continue
            if own or address is None or not permalink or same_page(permalink, address):
                # Words that follow the link are a body's own "more", not the mark of a cut.
                last = element if element is not None and link < tree.end[element] else block.roots[-1]
                if _words_after(tree, link, last) < 3 * _META_WORDS:
                    return True
    return False


def _words_after(tree: Tree, link: int, last: int) -> int:
    end = tree.end[last]
    return tree.words_between(link, end) if end < len(tree.elements) else 0


def _has_more_class(tree: Tree, element: int) -> bool:
    return any("more-link" in tree.attributes[link].get("class", "") for link in tree.within(tree.links, element))


def inner_html(tree: Tree, number: int) -> str:
    """The inner HTML of an element, without the line about the post that classic themes close its text with."""
    element, text = tree.elements[number], tree.texts[number]
    closing = element[-1] if len(element) and "postmetadata" in (element[-1].get("class") or "") else None
    if (
        closing is None
        and len(element) > 1
        and (text is None or text.isspace())
        and not any(map(_MARKUP.search, element.values()))
    ):
        # In one go, which takes half the time of one for each child.
        html: str = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
        close = f"</{tree.tags[number]}>"
        if html.endswith(close):
            return html[html.index(">") + 1 : -len(close)].strip()
    parts = [escape(text, quote=False) if text else ""]
    parts += [etree.tostring(child, encoding="unicode", method="html") for child in element if child is not closing]
    return "".join(parts).strip()


def _pieces(tree: Tree, block: Block) -> Iterator[str]:
    """What stands after the title in a block without a named body, without the lines about the post."""
    for root in block.roots:
        if block.title is not None and root <= block.title < tree.end[root]:
            at = block.title
            while True:
                if at != root or block.flat:
                    yield from _after(tree, at, tree.end[root] if at != root else tree.end[at])
                if at == root:
                    break
                at = tree.parent[at]
        elif block.title is None:
            yield from _filtered(tree, list(tree.children(root)), 0, tree.texts[root])
        elif root > block.title:
            yield from _filtered(tree, [root], 0, None)


def _after(tree: Tree, number: int, stop: int) -> Iterator[str]:
    """The text behind an element and the siblings that follow it, up to number `stop`."""
    siblings: list[int] = []
    following = tree.next_sibling(number)
    while following is not None and following < stop:
        siblings.append(following)
        following = tree.next_sibling(following)
    yield from _filtered(tree, siblings, 0, tree.tails[number])


def _filtered(tree: Tree, numbers: list[int], depth: int, lead: str | None) -> Iterator[str]:
    about = bool(lead and speaks_of_post(lead))
    if lead and lead.strip() and not about:
        yield escape(lead, quote=False)
    for number in numbers:
        tag, tail = tree.tags[number], tree.tails[number]
        about = about and tag in _INLINE
        if not (about or _dropped(tree, number)):
            if tag in _WRAPPERS and depth < 4:
                yield from _filtered(tree, list(tree.children(number)), depth + 1, tree.texts[number])
            else:
                yield etree.tostring(tree.elements[number], encoding="unicode", method="html", with_tail=False)
        if tail and tail.strip():
            about = about or speaks_of_post(tail)
            if not about:
                yield escape(tail, quote=False)


def _dropped(tree: Tree, number: int) -> bool:
    tag = tree.tags[number]
    if tree.outside[number] or tag in v.SKIPPED_TAGS or tag == "time" or tree.roles[number] & v.HIDDEN:
        return True
    if tag == "a" and is_more_link(tree, number):
        return True
    return is_about(tree, number)


def _counts_comments(tree: Tree, number: int) -> bool:
    """Whether a link to the post's comments stands in an element: then it is a line about the post."""
    hrefs = (tree.attributes[i].get("href", "") for i in tree.within(tree.links, number))
    return any("#" in href and COMMENTS.search(href.partition("#")[2]) for href in hrefs)


def _names_terms(tree: Tree, number: int) -> bool:
    """Whether an element is nothing but links to the post's terms."""
    links = tree.within(tree.links, number)
    tagged = all("tag" in tree.attributes[i].get("rel", "").split() for i in links)
    return bool(links) and tagged and tree.words(number) <= sum(map(tree.words, links)) + len(links)


def is_about(tree: Tree, number: int) -> bool:
    """Whether an element speaks about the post (date, author, terms, comments), and is no part of it."""
    words = tree.words(number)
    if words > _META_WORDS:
        return False
    roles = tree.roles[number]
    if roles & (v.META | v.DATE | v.UPDATED | v.CATEGORIES | v.TAGS | v.AUTHOR) and not roles & (v.BODY | v.SUMMARY):
        return True
    if not words:
        return False
    text = tree.text(number, 400)
    if (v.POSTED.match(text) and (tree.within(tree.links, number) or speaks_of_post(text))) or v.COMMENT_LINK.fullmatch(
        text
    ):
        return True
    if tree.tags[number] in SMALL_TAGS and dated_line(text):
        return True
    if words <= _SHORT_LINE and (_counts_comments(tree, number) or _names_terms(tree, number)):
        return True
    if v.DATE_LINE.fullmatch(text) or (v.TERMS_LINE.match(text) and tree.within(tree.links, number)):
        return True
    return v.MORE_TEXT.fullmatch(text) is not None and bool(tree.within(tree.links, number))
