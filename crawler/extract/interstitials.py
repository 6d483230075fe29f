"""Names what stands in for a blog: a challenge, a login, a parked domain, a removed blog, a consent wall, a fault."""

from __future__ import annotations

import re
from typing import Final

from . import vocabulary as v
from .faults import fault
from .tree import Tree

MAINTENANCE: Final = "a maintenance page"

MANY_WORDS: Final = 250
"""A page with more visible words says something of its own; the longest of these pages known has about 200."""

_FEW_WORDS: Final = 80
_POST_WORDS: Final = 15
_SCRIPT_CHARACTERS: Final = 200_000

_TITLES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "a challenge of Cloudflare",
        re.compile(r"just a moment\.{0,3}|attention required! \| cloudflare|.{0,80}\| cloudflare"),
    ),
    ("a challenge of Sucuri", re.compile(r"sucuri website firewall.{0,60}|you are being redirected\.{0,3}")),
    ("a challenge of DDoS-Guard", re.compile(r"ddos-guard")),
    (
        "a challenge",
        re.compile(
            r"one moment, please\.{0,3}|checking your browser.{0,40}"
            r"|verify(?:ing)? (?:that )?you are (?:a )?human.{0,20}"
            r"|human verification|robot challenge screen|bot verification|are you a (?:human|robot)\??|captcha"
            r"|pardon our interruption.{0,5}|your access to this site has been limited.{0,30}"
        ),
    ),
    (
        "a suspended account",
        re.compile(r"account suspended|(?:this )?(?:site|website) (?:is )?suspended"),
    ),
    ("a removed blog", re.compile(r"blog(?: has been)? removed|blog not found|blog has been removed.{0,40}")),
    ("a consent wall", re.compile(r"content warning|before you continue.{0,40}")),
    (
        MAINTENANCE,
        re.compile(r"maintenance(?: mode)?|(?:site |website )?(?:is )?under (?:maintenance|construction)|coming soon"),
    ),
)
"""Titles, in lower case, that these pages bear as a whole; what an own part of the page confirms is not needed."""

_SAID: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "a challenge of Cloudflare",
        re.compile(r"cloudflare ray id|performance & security by cloudflare|checking if the site connection is secure"),
    ),
    ("a challenge of Imperva", re.compile(r"incapsula incident id|powered by imperva")),
    ("a challenge of Sucuri", re.compile(r"sucuri website firewall|access denied - sucuri")),
    (
        "a challenge",
        re.compile(
            r"checking your browser before accessing|(?:verify|confirm|prove) (?:that )?you(?:'|’)?(?: a)?re (?:a )?"
            r"(?:human|not a (?:ro)?bot)|enable (?:javascript and cookies|cookies and javascript) to continue"
            r"|your access to this site has been limited by the site owner|wait while your request is being verified"
            r"|unusual traffic from your (?:computer )?network"
        ),
    ),
    (
        "a blog for invited readers",
        re.compile(
            r"this blog is open to invited readers only|look like you have been invited to read this blog"
            r"|this (?:site|blog) is (?:marked )?private|protected blog"
        ),
    ),
    (
        "a consent wall",
        re.compile(
            r"the blog (?:that )?you are about to view may contain content|this blog(?:'|’)s content is objectionable"
            r"|i understand and i wish to continue|may contain sensitive content.{0,120}i understand"
        ),
    ),
    (
        "a removed blog",
        re.compile(
            r"blog at \S{1,200} has been removed|(?:this|the) blog has been removed"
            r"|the authors have deleted this (?:site|blog)"
            r"|blog (?:you were looking for )?(?:was )?not found"
        ),
    ),
    (
        "a suspended account",
        re.compile(
            r"this (?:account|site|website|blog) has been (?:archived or )?suspended|account has been suspended"
            r"|bandwidth limit exceeded"
        ),
    ),
    (
        "a parked domain",
        re.compile(
            r"(?:this|the) domain (?:name )?(?:\S{1,80} )?(?:is|may be) (?:parked|for sale|available for purchase)"
            r"|buy this domain|domain (?:name )?has expired|inquire about this domain"
            r"|this domain (?:is|was) (?:recently )?registered (?:at|with|by)"
        ),
    ),
    (
        MAINTENANCE,
        re.compile(
            r"briefly unavailable for scheduled maintenance"
            r"|(?:site|website|blog|we) (?:is|are) (?:currently |temporarily )?"
            r"(?:down for|under|undergoing) (?:scheduled )?maintenance|(?:be|we(?:'|’)ll be) (?:right )?back soon"
        ),
    ),
)
"""What these pages say, in lower case with white space collapsed."""

_SCRIPTED: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("a challenge of Cloudflare", ("_cf_chl_opt", "cf-browser-verification", "cf_captcha_kind")),
    ("a challenge of Sucuri", ("sucuri_cloudproxy_js",)),
    ("a challenge of DDoS-Guard", ("/.well-known/ddos-guard/",)),
    ("a challenge of Imperva", ("_Incapsula_Resource",)),
    ("a challenge of AWS WAF", ("awsWafCookieDomainList", "AwsWafIntegration", "gokuProps")),
    ("a challenge of DataDome", ("captcha-delivery.com",)),
    ("a challenge of PerimeterX", ("_pxCaptcha", "px-captcha")),
    ("a parked domain", ("sedoparking.com", "parkingcrew.net", "bodis.com", "window.park =", "/lander")),
    ("a consent wall", ("blogger.com/interstitial/", "blogger.com/blogin.g")),
)
"""What their markup holds where they show few words: some of these guards stand in ordinary pages as well."""

_CAPTCHAS: Final = frozenset(("g-recaptcha", "h-captcha", "cf-turnstile", "frc-captcha"))
_LOGIN_ACTION: Final = re.compile(r"wp-login\.php|/ServiceLogin|accounts\.google\.com", re.IGNORECASE)


def interstitial(page: Tree | str) -> str | None:
    """What a page without posts is, in words that fit "shows …": ``a challenge of Cloudflare``, ``a login``; else None.

    Pure and meant for pages in which no post was found. A page that speaks at length or holds an entry is None,
    whatever it speaks of: a post about captchas is no challenge.
    """
    tree = page if isinstance(page, Tree) else Tree(page)
    words = tree.words(0) if tree.elements else 0
    if words > MANY_WORDS or _holds_entry(tree):
        return None
    title = " ".join((tree.root.findtext("head/title") or "")[:1000].lower().split())
    text = tree.text(0, 4000).lower() if tree.elements else ""
    said = next((name for name, shape in _SAID if shape.search(text[:4000])), None)
    called = next((name for name, shape in _TITLES if shape.fullmatch(title)), None)
    named = _scripted(tree, words) or _login(tree, words) or said or called or _gate(tree, words)
    return named or fault(tree, text, title)


def _holds_entry(tree: Tree) -> bool:
    """Whether an element that class names call an entry or its text holds more than a line."""
    return any(
        roles & (v.BLOCK | v.BODY) and not tree.outside[number] and tree.words(number) >= _POST_WORDS
        for number, roles in ((number, tree.roles[number]) for number in tree.spoken)
    )


def _scripted(tree: Tree, words: int) -> str | None:
    if words > _FEW_WORDS:
        return None
    parts = [element.text or "" for element in tree.root.iter("script", "noscript")]
    parts += [element.get("src") or "" for element in tree.root.iter("script", "iframe")]
    parts += [f"{element.get('id') or ''} {element.get('action') or ''}" for element in tree.root.iter("form", "div")]
    source = "\n".join(part[:20_000] for part in parts)[:_SCRIPT_CHARACTERS]
    return next((name for name, marks in _SCRIPTED if any(mark in source for mark in marks)), None)


def _login(tree: Tree, words: int) -> str | None:
    """A login where WordPress's or Google's own form stands, or a password is about all that a page asks for."""
    body = next((tree.attributes[i] for i, tag in enumerate(tree.tags) if tag == "body"), {})
    forms = [i for i, tag in enumerate(tree.tags) if tag == "form"]
    asked = any(element.get("type", "").lower() == "password" for element in tree.root.iter("input"))
    locked = set(tree.locks)
    if "login" in body.get("class", "").split() and asked:
        return "a login"
    if not asked or words > _FEW_WORDS + MANY_WORDS // 4:
        return None
    ours = [i for i in forms if i not in locked]
    named = any(
        tree.attributes[i].get("id") == "loginform" or _LOGIN_ACTION.search(tree.attributes[i].get("action", ""))
        for i in ours
    )
    return "a login" if named or (ours and words <= _FEW_WORDS) else None


def _gate(tree: Tree, words: int) -> str | None:
    """A captcha that is about all that a page shows."""
    if words > _FEW_WORDS // 2 or not any(
        not _CAPTCHAS.isdisjoint(attributes.get("class", "").split()) for attributes in tree.attributes if attributes
    ):
        return None
    return "a challenge"
