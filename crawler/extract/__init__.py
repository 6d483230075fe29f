"""Turns one page, fetched or saved, into the entries that it shows; the page itself decides how it is read."""

from __future__ import annotations

from .records import Extraction, Page, PageLinks

__all__ = ["Extraction", "Page", "PageLinks", "extract"]


def extract(page: Page) -> Extraction:
    """What a page says: its entries, its kind, its archive and the next older page. Never raises for bad markup."""
    if page.markup:
        from .markup import extract_html

        return extract_html(page)
    from .plaintext import extract_text

    return extract_text(page)
