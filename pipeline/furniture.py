"""What plugins print below a post, told from the post's own last lines: credits, buttons, notices."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .html import inline_text
from .records import Entry
from .text import title_key, words
from .urls import canonical_permalink, same_site

_TAIL = 6000
"""A feed item's credit stands within so many characters from its end, links and trackers included."""

_LINK = re.compile(r"<a\s([^<>]{1,3000}+)>([^<>]{1,500}+)</a", re.IGNORECASE)
_HREF = re.compile(r"href\s?=\s?[\"']?([^\"'\s]{1,2000})", re.IGNORECASE)
_CREDIT_WORDS = 10

# The sentence as SEO plugins have it, where its links were lost; `0` stands for the title.
_CREDITS = re.compile(
    r"(?:the post 0 (?:first appeared|appeared first) (?:on|at)|der beitrag 0 erschien zuerst auf"
    r"|(?:l ?article|cet article) 0 est apparu en premier sur|la entrada 0 (?:se public[oó]|aparece) primero en"
    r"|l ?articolo 0 (?:proviene da|sembra essere il primo su)|o (?:post|conte[uú]do|artigo) 0"
    r" (?:apareceu|aparece) primeiro em|het bericht 0 verscheen eerst op|artyku[lł] 0 pochodzi z serwisu) \w.{0,200}"
)


def without_credit(lines: list[str], entry: Entry, title: str) -> list[str]:
    """A feed item's lines without the closing credit ("The post … appeared first on …"), in whatever language.

    It is the last line, and links the post by its own title and then the blog; where the links were lost, the sentence
    is known and names the post by its own title. `title` is the entry's, on one line.
    """
    if entry.layout != "feed" or not lines or not (key := title_key(title)):
        return lines
    last = title_key(lines[-1])
    if key not in last:
        return lines
    if entry.body_type == "html" and _links_post_and_blog(entry.body[-_TAIL:], key, lines[-1]):
        return lines[:-1]
    places = [found.start() for found in re.finditer(rf"(?<!\S){re.escape(key)}(?!\S)", last)][:8]
    credited = any(_CREDITS.fullmatch(f"{last[:at]}0{last[at + len(key) :]}") for at in places)
    return lines[:-1] if credited else lines


def _links_post_and_blog(tail: str, key: str, last: str) -> bool:
    """Whether the last line is made of a link to the post, a link to its blog, and a few words."""
    links = [(href[1], inline_text(link[2])) for link in _LINK.finditer(tail) if (href := _HREF.search(link[1]))]
    if len(links) < 2:
        return False
    (post, title), (blog, name) = links[-2:]
    if title_key(title) != key or not same_site(post, blog) or not _is_above(blog, post):
        return False
    about = len(words(last)) - len(words(title)) - len(words(name))
    return title in last and name in last and about <= _CREDIT_WORDS


def _is_above(blog: str, post: str) -> bool:
    if canonical_permalink(blog) == canonical_permalink(post):
        return False
    return urlsplit(post).path.startswith(urlsplit(blog).path.rstrip("/") + "/") or "p=" in urlsplit(post).query


# --- share buttons ----------------------------------------------------------------------------------------------------

_SHARING = frozenset({"share this:", "like this:"})
_BUTTON_WORDS = frozenset(
    "click to share on via this it a link with friend e mail email print tweet pin post more press save opens in new"
    " window twitter x facebook linkedin pinterest reddit tumblr pocket telegram whatsapp skype mastodon bluesky"
    " threads nextdoor google stumbleupon digg like loading".split()
)
_BUTTON_LINES, _BUTTON_LENGTH = 24, 80


def without_buttons(lines: list[str]) -> list[str]:
    """Lines without Jetpack's "Share this:" and "Like this:" with the buttons' names below them, to the end."""
    first = max(0, len(lines) - _BUTTON_LINES)
    for i in range(first, len(lines)):
        if lines[i].lower() in _SHARING and all(map(_is_button, lines[i:])):
            return lines[:i]
    return lines


def _is_button(line: str) -> bool:
    return len(line) <= _BUTTON_LENGTH and _BUTTON_WORDS.issuperset(words(line))


# --- protected posts --------------------------------------------------------------------------------------------------

_FORM = re.compile(r"post-password-form|[\"']post_password[\"']", re.IGNORECASE)
# WordPress's own words in place of a protected post's excerpt.
_NOTICES = frozenset(
    title_key(notice)
    for notice in (
        "There is no excerpt because this is a protected post.",
        "This content is password protected. To view it please enter your password below:",
        "This content is password-protected. To view it, please enter the password below.",
        "This post is password protected. To view it please enter your password below:",
        "Es gibt keinen Textauszug, da dies ein geschützter Beitrag ist.",
        "Il n’y pas d’extrait, car cette publication est protégée.",
        "Il n’y a pas d’extrait, car cette publication est protégée.",
        "No hay extracto porque es una entrada protegida.",
        "Non c'è riassunto perché si tratta di un articolo protetto.",
        "Não há resumo porque este é um post protegido.",
        "Er is geen samenvatting, omdat dit een beschermd bericht is.",
    )
)
# What stands beside a notice where a page was saved as plain text: the form's label, and its button.
_LABELS = frozenset(
    f"{label}{button}"
    for label in ("password", "passwort", "mot de passe", "contraseña", "senha", "wachtwoord", "hasło", "lösenord")
    for button in ("", " enter", " submit")
) | {"enter", "submit"}

# WordPress's prefix as its translations have it; a private post's is seen by those alone who may read it.
_PREFIX = re.compile(
    r"(?:protected|geschützt|protégé|protegido|protetto|beveiligd|beschermd|zabezpieczon[ey]|skyddad|beskyttet|suojattu"
    r"|chráněno|zabezpečeno|защищено|korumalı|védett|protejat|protegit|diproteksi|保護中|密码保护|密碼保護|受保护的?"
    r"|private|privat|privé|privado|privato)(?:\s|&nbsp;|&#160;)?[:：](?:\s|&nbsp;|&#160;)*(?=\S)",
    re.IGNORECASE,
)


def unprotected(title: str) -> str:
    """The own title of a post that is known to be closed: without the prefix ("Protected: …") of WordPress."""
    prefix = _PREFIX.match(title)
    return title[prefix.end() :] if prefix else title


def is_protection_notice(line: str) -> bool:
    """Whether a line is what WordPress says in place of a protected post's text."""
    return title_key(line) in _NOTICES


def without_protection(title: str, lines: list[str], entry: Entry) -> tuple[str, list[str]]:
    """Title and lines of an entry, a protected post's without the prefix ("Protected: …") and the notice in its place.

    A post is seen to be protected by its password form or by that notice; a title alone proves nothing.
    """
    if (own := unprotected(title)) == title:
        return title, lines
    is_told = any(map(is_protection_notice, lines)) or _FORM.search(entry.body)
    if is_told and all(is_protection_notice(line) or title_key(line) in _LABELS for line in lines):
        return own, []
    return title, lines
