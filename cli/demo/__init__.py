"""The bundled demo: two blogs of our own, written and rendered here, and served on loopback for a real crawl."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .server import Running


@dataclass(frozen=True, slots=True)
class DemoSites:
    """The two blogs being served, and the address to crawl each from so that every post is met."""

    tips: Running
    sayings: Running

    @property
    def tips_url(self) -> str:
        """The WordPress-like blog's home page: all posts, three in full a page, ten teasers on top of each."""
        return f"{self.tips.url}/"

    @property
    def tips_tag_url(self) -> str:
        """A tag's archive of the same blog."""
        return f"{self.tips.url}/tag/empathy/"

    @property
    def sayings_url(self) -> str:
        """The Blogger-like blog's label archive that holds all its posts; its robots.txt leaves it open."""
        return f"{self.sayings.url}/search/label/service?max-results=20"


@contextmanager
def demo_sites(*, tips_port: int = 0, sayings_port: int = 0) -> Iterator[DemoSites]:
    """Serves both demo blogs on 127.0.0.1 (port 0: any free one) until the context is left.

    Raises OSError where a port is taken.
    """
    from .blogger import BloggerSite
    from .content import load_sayings, load_tips
    from .server import serve
    from .wordpress import WordPressSite

    tips, sayings = load_tips(), load_sayings()
    wordpress = WordPressSite(tips.posts, title=tips.title, tagline=tips.tagline)
    blogger = BloggerSite(sayings.posts, title=sayings.title, tagline=sayings.tagline, robots="open")
    with serve(wordpress, port=tips_port) as first, serve(blogger, port=sayings_port) as second:
        yield DemoSites(first, second)
