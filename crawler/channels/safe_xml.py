"""XML from strangers made safe to parse: decoded, without a DTD, well-formed, and of bounded parts."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import Final
from xml.parsers import expat

from lxml import etree
from w3lib.encoding import resolve_encoding

from ...pipeline.text import clean_line

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# XML 1.0, appendix F: what "<" and the character behind it look like without a byte order mark.
_WIDE: Final = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"<\?xml[^<>]{0,200}?encoding\s{0,5}=\s{0,5}[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET: Final = re.compile(r"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_CHARSETS: Final = re.compile(r"(?:iso8859|cp|windows|koi8|gb|big5|euc|shift_jis|iso2022|mac|tis|hz|johab|latin)[\w-]*")
"""What feeds are written in beside Unicode; Python's further codecs (punycode, unicode_escape) are no charsets."""

NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 (2.2) has no place for."""

_NAME: Final = re.compile(r"<([A-Za-z_][\w.-]{0,60}(?::[A-Za-z_][\w.-]{0,60})?)")
_REFERENCE: Final = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,8}));|([A-Za-z][A-Za-z0-9]{0,31});)?")
_PREFIX: Final = re.compile(r"[<\s]([A-Za-z_][\w.-]{0,30}):[A-Za-z_][\w.-]{0,60}[\s=>/]")
_DECLARED_PREFIX: Final = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,30})\s{0,5}=")
_NAMESPACES: Final = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
_MAX_PREFIXES: Final = 50
_MAX_ATTRIBUTES: Final = 60
_TITLE: Final = re.compile(r"<title[^<>]{0,200}>([^<]{1,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document.

    `repaired` where it was not well-formed, so that parts of it may be lost; `broken` where it stops in the middle, so
    that its last element may be half of one.
    """

    root: etree._Element
    repaired: bool = False
    broken: bool = False


def decode_xml(body: bytes, content_type: str = "") -> str:
    """The text of an XML answer, whatever it claims to be written in; never raises.

    A byte order mark comes first, then UTF-8 where the bytes are UTF-8, for no other charset looks like it by chance,
    then what the header or the declaration says, then Windows-1252. In a UTF-8 text a few broken bytes are replaced.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    start = body[:200].lstrip(b" \t\r\n")
    for sign, name in _WIDE:
        if start.startswith(sign) or body.startswith(sign):
            return body.decode(name, "replace")
    said = _said_charset(body, content_type)
    if said.startswith(("iso2022", "hz")):
        return body.decode(said, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if said:
        try:
            return body.decode(said)
        except UnicodeDecodeError:
            pass
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    right = sum(map(len, re.findall("[^\x00-\x7f\ufffd]+", text)))
    return text if right >= broken else body.decode(said or "cp1252", "replace")


def _said_charset(body: bytes, content_type: str) -> str:
    names = [found[1] for found in [_CHARSET.search(content_type[:500])] if found]
    if declared := _DECLARED.search(body[:1000]):
        names.append(declared[1].decode("ascii"))
    for name in names:
        known = resolve_encoding(name)
        if known and _CHARSETS.fullmatch(known.replace("_", "").replace("-", "").lower()):
            return known
    return ""


def without_prolog(text: str) -> str:
    """The text from its first element on: no declaration, comments, or document type, so no entity is ever declared.

    Empty where no element follows.
    """
    at = text.find("<")
    while at >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            end = text.find("?>", at + 2)
        elif text.startswith("<!", at):
            end = _doctype_end(text, at)
        elif _NAME.match(text, at):
            return text[at:]
        else:
            end = at
        at = text.find("<", end + 1) if end >= 0 else -1
    return ""


def _doctype_end(text: str, at: int) -> int:
    """Where a document type ends, -1 where it does not; quotes, comments and its inner part may hold any bracket."""
    depth = 0
    token = re.compile(r"[\"'<>\[\]]")
    at += 2
    while found := token.search(text, at):
        sign, here = found[0], found.start()
        at = here + 1
        if sign in "\"'":
            at = text.find(sign, at) + 1
        elif text.startswith("<!--", here):
            at = text.find("-->", here + 4) + 1
        elif text.startswith("<?", here):
            at = text.find("?>", here + 2) + 1
        elif sign in "[<":
            depth += 1
        elif depth:
            depth -= 1
        elif sign == ">":
            return here
        if not at:
            return -1
    return -1


def root_name(text: str) -> str:
    """The name of the first element of a text without its prolog, lower-case and without its prefix."""
    found = _NAME.match(text)
    return found[1].rpartition(":")[2].lower() if found else ""


def what_came(text: str) -> str:
    """In words what an answer is that is not the XML asked for: an HTML page with its title, JSON, nothing."""
    start = text[:2000].lstrip("\ufeff \t\r\n\x00")
    if not start:
        return "an empty answer"
    if start[0] in "{[":
        return "JSON"
    inner = without_prolog(text)
    name = root_name(inner)
    if name in ("html", "head", "body", "title") or "<!doctype html" in start.lower():
        titled = _TITLE.search(text[:50_000])
        title = clean_line(titled[1])[:80] if titled else ""
        return f"an HTML page (“{title}”)" if title else "an HTML page"
    if name:
        return f"markup of another kind (<{clean_line(name)[:40]}>)"
    return "text that is no XML"


def parse_xml(text: str) -> Document | None:
    """The document that a text holds from its first element on, repaired where it is not well-formed.

    `text` has no prolog (`without_prolog`). Repaired are control characters, references that name no character,
    undeclared prefixes and open ends. None where nothing can be made of it. Time is linear in its size.
    """
    if NO_XML.search(text):
        text = NO_XML.sub("", text)
    try:
        return Document(etree.fromstring(text.encode(), _parser(recover=False)))
    except etree.XMLSyntaxError:
        pass
    named = _NAME.match(text)
    if named is None:
        return None
    closing = text.rfind(f"</{named[1]}")
    parser = _parser(recover=True)
    try:
        root = etree.fromstring(_repaired(text if closing < 0 else _ended(text, closing), named).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    too_deep = any("depth" in error.message for error in parser.error_log)
    return Document(root, repaired=True, broken=closing < 0 or too_deep)


def _parser(*, recover: bool) -> etree.XMLParser:
    # Without a DTD there is nothing to expand, so the limits on sizes that guard against it can go.
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _ended(text: str, closing: int) -> str:
    """The text up to its last closing tag: caches and broken plug-ins write behind it."""
    end = text.find(">", closing)
    return text[: end + 1] if end >= 0 else text


def _repaired(text: str, named: re.Match[str]) -> str:
    pieces: list[str] = []
    at = 0
    while at < len(text):
        start = text.find("<![CDATA[", at)
        if start < 0:
            pieces.append(_REFERENCE.sub(_reference, text[at:]))
            break
        end = text.find("]]>", start)
        pieces.append(_REFERENCE.sub(_reference, text[at:start]))
        pieces.append(text[start : end + 3] if end >= 0 else text[start:] + "]]>")
        at = end + 3 if end >= 0 else len(text)
    used = dict.fromkeys(found[1] for found in _PREFIX.finditer(text))
    known = {found[1] for found in _DECLARED_PREFIX.finditer(text)} | {"xml", "xmlns"}
    missing = [prefix for prefix in used if prefix not in known][:_MAX_PREFIXES]
    declared = "".join(f' xmlns:{p}="{_NAMESPACES.get(p, "urn:undeclared:" + p)}"' for p in missing)
    body = "".join(pieces)
    # Characters beyond the first plane are sometimes written as two halves (`&#55357;&#56832;`): here they meet.
    body = body.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return body[: named.end()] + declared + body[named.end() :]


def _reference(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        if name in ("amp", "lt", "gt", "quot", "apos"):
            return found[0]
        return chr(name2codepoint[name]) if name in name2codepoint else f"&amp;{name};"
    if not hexadecimal and not decimal:
        return "&amp;"
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if number > 0x10FFFF:
        return "\ufffd"
    if 0xD800 <= number <= 0xDFFF:
        return chr(number)
    return "" if NO_XML.match(chr(number)) else found[0]


def tidy_names(root: etree._Element) -> None:
    """Takes from a repaired tree what a strict parser would stumble over or need quadratic time for.

    That is prefixes that nobody declared, attributes given twice, and those beyond the sixtieth of one element.
    """
    for element in root.iter(etree.Element):
        if ":" in str(element.tag).rpartition("}")[2]:
            element.tag = "undeclared"
        attributes = element.attrib
        if not attributes:
            continue
        names = [str(name) for name in attributes]
        fit = [name for name in dict.fromkeys(names) if ":" not in name.rpartition("}")[2]][:_MAX_ATTRIBUTES]
        if len(fit) < len(names):
            kept = {name: attributes[name] for name in fit}
            attributes.clear()
            attributes.update(kept)


def well_formed(data: bytes) -> bool:
    """Whether Expat, which is what feedparser reads with, takes a document; other parsers allow further names."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(data, True)  # noqa: FBT003 - a positional-only argument of Expat's
    except expat.ExpatError:
        return False
    return True
