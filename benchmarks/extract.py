"""What reading a page costs: milliseconds a page of the extractor, beside whole-page parsers doing the same job.

    python benchmarks/extract.py

Each fixture page of markup is read as it stands, and once more with the head, the menus, the sidebar and the scripts
around it that real pages carry, so that it has 40 to 120 KB. All readers take the pages in turn in one run; a page's
time is the median of its rounds, before each of which the extractor forgets the addresses and the words of links that
it has seen. In a crawl it does not: the last table reads the listing pages of one archive in turn. Beautiful Soup
does the same job in the plainest way: posts, titles, links, dates, body texts, terms, author, next page. trafilatura
and newspaper4k read a page's main text, date and author only, and no list of posts; they run where they are installed.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from tipsearch.crawler.extract import Page, addresses, extract, pager, titles

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROUNDS = 9
REALISTIC = (40_000, 60_000, 80_000, 100_000, 120_000)
GROWTH = (10_000, 40_000, 160_000, 640_000, 2_000_000)
SEEN = [
    found
    for module in (addresses, pager, titles)
    for found in vars(module).values()
    if hasattr(found, "cache_clear") and found.__module__.startswith("tipsearch.")
]
ARCHIVE = 267
LOST = 7
"""Of the closing tags of a mangled page every seventh is lost."""

Reader = Callable[[Page], object]


def fixture_pages() -> list[Page]:
    """The fixture pages of markup that hold posts."""
    pages = []
    for meta_file in sorted(FIXTURES.glob("*/*/meta.json")):
        page_file = meta_file.parent / "page.html"
        if not page_file.exists():
            continue
        meta = json.loads(meta_file.read_text(encoding="utf-8"))
        with page_file.open(encoding="utf-8", newline="") as file:
            text = file.read()
        moment = datetime.fromisoformat(meta["observed_at"])
        page = Page(source=meta["source"], url=meta["url"], text=text, observed_at=moment)
        if extract(page).kind != "none":
            pages.append(page)
    return pages


def archive_pages(posts: int) -> list[Page]:
    """The listing pages of a made-up blog: three full posts, the same ten teasers, and its menus and sidebar each."""
    sys.path.insert(0, str(FIXTURES.parent / "tests"))
    from support.sites import big_wordpress
    from tipsearch.cli.demo.server import Request

    site, address, moment = big_wordpress(posts), "http://blog.test", datetime(2025, 11, 1, tzinfo=UTC)
    pages = []
    for number in range(1, site.pages() + 1):
        target = f"/page/{number}/" if number > 1 else "/"
        body = site.answer(Request(method="GET", target=target, base_url=address, headers={})).body
        text = body.decode("utf-8") if isinstance(body, bytes) else ""
        pages.append(Page(source="blog", url=address + target, text=text, observed_at=moment))
    return pages


def in_turn(readers: dict[str, Reader | None], pages: list[Page]) -> None:
    """Print one line a reader: its median of processor time over the pages of one archive, each read once."""
    print(f"the {len(pages)} listing pages of one archive in turn, nothing forgotten")
    print(f"{'':20}{'median ms':>10}{'mean ms':>10}")
    for name, reader in readers.items():
        if reader is None:
            continue
        run = []
        for page in pages:
            started = time.process_time()
            with suppress(Exception):
                reader(page)
            run.append((time.process_time() - started) * 1000)
        print(f"{name:20}{statistics.median(run):10.2f}{statistics.mean(run):10.2f}")
    print()


def dressed(page: Page, size: int) -> Page:
    """The page with a real page's head, menu, sidebar, footer and scripts around it, about `size` characters in all."""
    room = max(0, size - len(page.text))
    head, tail = page.text.find("</head>"), page.text.rfind("</body>")
    opens = page.text.find(">", page.text.find("<body")) + 1
    if head < 0 or tail < 0 or not 0 < opens <= tail:
        return page
    style = "".join(f".has-color-{i}{{color:#{i * 7919 % 0xFFFFFF:06x}!important}}" for i in range(room * 30 // 4500))
    links = "".join(f'<link rel="stylesheet" id="s{i}" href="/wp-content/s{i}.css?ver=6.4">' for i in range(20))
    item = (
        '<li id="menu-item-{0}" class="menu-item menu-item-{0}"><a href="/section-{0}/"><span>Part {0}</span></a></li>'
    )
    menu = "".join(item.format(i) for i in range(min(60, room // 1000)))
    recent = "".join(
        f'<li><a href="/2018/{i % 12 + 1:02}/note-{i}/" title="Note">An older note, number {i}</a></li>'
        for i in range(min(40, room // 2000))
    )
    months = "".join(
        f'<li><a href="/20{i // 12:02}/{i % 12 + 1:02}/">Month {i}</a> (4)</li>' for i in range(room // 1000)
    )
    side = (
        f'<aside id="secondary" class="widget-area sidebar"><section class="widget widget_recent_entries"><h2 '
        f'class="widget-title">Recent Posts</h2><ul>{recent}</ul></section><section class="widget widget_archive">'
        f'<h2 class="widget-title">Archives</h2><ul>{months}</ul></section></aside>'
    )
    script = "".join(f'window.cfg{i}={{"ajax":"/wp-admin/admin-ajax.php","n":{i}}};' for i in range(room * 30 // 5000))
    text = "".join(
        (
            page.text[:head],
            f"<style>{style}</style>{links}",
            page.text[head:opens],
            f'<nav id="site-navigation" class="main-navigation"><ul class="menu">{menu}</ul></nav>',
            page.text[opens:tail],
            f'{side}<footer id="colophon" class="site-footer"><p>All free.</p></footer><script>{script}</script>',
            page.text[tail:],
        )
    )
    return replace(page, text=text)


def grown(page: Page, size: int) -> Page:
    """The page with its body's inside repeated to about `size` characters: more posts, no more frame."""
    opens = page.text.find(">", page.text.find("<body")) + 1
    tail = page.text.rfind("</body>")
    inside = page.text[opens:tail]
    times = max(1, round((size - opens) / len(inside)))
    return replace(page, text=page.text[:opens] + inside * times + page.text[tail:])


def mangled(page: Page) -> Page:
    """The page as a broken template sends it: its body without some of its closing tags."""
    opens = page.text.find("<body")
    parts = page.text[opens:].split("</")
    kept = [part.partition(">")[2] if place % LOST == 0 else f"</{part}" for place, part in enumerate(parts[1:], 1)]
    return replace(page, text="".join((page.text[:opens], parts[0], *kept)))


def soup_reader(builder: str) -> Reader:
    """The same job over a whole tree of Beautiful Soup, in the plainest way."""
    from bs4 import BeautifulSoup
    from bs4.element import Tag

    titles = ".entry-title, .post-title, .wp-block-post-title, .elementor-post__title, [itemprop=headline], h2, h3"
    bodies = ".entry-content, .post-body, .entry-summary, .post-snippet, .wp-block-post-excerpt, .wp-block-post-content"

    def words(tag: Tag | None) -> str:
        return tag.get_text(" ", strip=True) if tag is not None else ""

    def read(page: Page) -> list[dict[str, Any]]:
        soup = BeautifulSoup(page.text, builder)
        for tag in soup.select("script, style, nav, aside, form, .widget, .sidebar, .comments-area"):
            tag.decompose()
        posts = []
        blocks = soup.select("article, .hentry, .h-entry, .wp-block-post, .post-outer, .post")
        for block in blocks:
            if any(above in blocks for above in block.parents if isinstance(above, Tag) and above.name == block.name):
                continue
            title = block.select_one(titles)
            link = title.find("a", href=True) if title is not None else None
            moment = block.select_one("time[datetime], .published, .entry-date, .post-date, .date-header")
            body = block.select_one(bodies) or block
            posts.append(
                {
                    "title": words(title),
                    "link": urljoin(page.url or "", str(link["href"])) if isinstance(link, Tag) else None,
                    "date": (moment.get("datetime") or words(moment)) if moment is not None else None,
                    "html": body.decode_contents(),
                    "text": words(body),
                    "author": words(block.select_one(".author, .byline, .vcard")),
                    "terms": [words(term) for term in block.select("a[rel~=tag], a[rel~=category]")],
                }
            )
        following = soup.select_one("a.next, a[rel=next], .nav-previous a, .blog-pager-older-link, .older-posts")
        return [*posts, {"next": following.get("href") if following is not None else None}]

    return read


def trafilatura_reader() -> Reader:
    """trafilatura's main text with its metadata."""
    import trafilatura

    return lambda page: trafilatura.bare_extraction(page.text, url=page.url, with_metadata=True)


def newspaper_reader() -> Reader:
    """newspaper4k's article."""
    import newspaper

    def read(page: Page) -> object:
        article = newspaper.Article(page.url or "https://blog.example/", fetch_images=False)
        article.download(input_html=page.text)
        article.parse()
        return article.text

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "tipsearch": lambda: extract,
    "bs4 + lxml": lambda: soup_reader("lxml"),
    "bs4 + html.parser": lambda: soup_reader("html.parser"),
    "trafilatura": trafilatura_reader,
    "newspaper4k": newspaper_reader,
}


def installed() -> dict[str, Reader | None]:
    """The readers by name, None for those whose library is missing."""
    found: dict[str, Reader | None] = {}
    for name, make in READERS.items():
        try:
            found[name] = make()
        except ImportError:
            found[name] = None
    return found


def once(reader: Reader, page: Page) -> float:
    """One reading, in milliseconds; a reader that can't make anything of a page is timed all the same."""
    for cache in SEEN:
        cache.cache_clear()
    started = time.perf_counter()
    # Other libraries raise what they like, and that a page was too much for them is no news here.
    with suppress(Exception):
        reader(page)
    return (time.perf_counter() - started) * 1000


def measure(readers: dict[str, Reader | None], pages: list[Page], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Each reader's median times, a page each; the readers take turns, so that all see the same machine."""
    times: dict[str, list[float]] = {name: [] for name, reader in readers.items() if reader}
    for page in pages:
        runs: dict[str, list[float]] = {name: [] for name in times}
        for _ in range(rounds):
            for name, run in runs.items():
                if reader := readers[name]:
                    run.append(once(reader, page))
        for name, run in runs.items():
            times[name].append(statistics.median(run))
    return times


def table(readers: dict[str, Reader | None], pages: list[Page], what: str) -> None:
    """Print one line a reader: median and slowest page, and how many times the extractor's time that is."""
    sizes = sorted(len(page.text) / 1000 for page in pages)
    print(
        f"{what}: {len(pages)} pages of {sizes[0]:.0f} to {sizes[-1]:.0f} KB, median {statistics.median(sizes):.0f} KB"
    )
    print(f"{'':20}{'median ms':>10}{'mean ms':>10}{'slowest':>10}{'times ours':>12}")
    times = measure(readers, pages)
    own = times["tipsearch"]
    for name in readers:
        if name not in times:
            print(f"{name:20}{'not installed':>20}")
            continue
        run = times[name]
        ratio = statistics.median(a / b for a, b in zip(run, own, strict=True))
        print(f"{name:20}{statistics.median(run):10.2f}{statistics.mean(run):10.2f}{max(run):10.1f}{ratio:12.1f}")
    print()


def main() -> None:
    """Print the tables."""
    readers = installed()
    pages = fixture_pages()
    table(readers, pages, "fixture pages as they stand")
    real = [dressed(page, REALISTIC[place % len(REALISTIC)]) for place, page in enumerate(pages)]
    table(readers, [page for page in real if len(page.text) >= 0.75 * REALISTIC[0]], "the same in a real page's frame")
    page = max(pages, key=lambda page: len(page.text))
    growth(readers, page, "growth with size, a listing with more and more posts")
    growth(readers, page, "growth with size, the same mangled", mangled)
    in_turn(readers, archive_pages(3 * ARCHIVE))


def growth(
    readers: dict[str, Reader | None], page: Page, what: str, change: Callable[[Page], Page] = lambda p: p
) -> None:
    """Print one line a size: the time of a page and of a kilobyte of it."""
    print(f"{what}: ms a page (µs a KB)")
    for size in GROWTH:
        large = change(grown(page, size))
        kilobytes = len(large.text) / 1000
        cells = []
        for name in ("tipsearch", "bs4 + lxml"):
            reader = readers[name]
            if reader is not None:
                cost = statistics.median(once(reader, large) for _ in range(3))
                cells.append(f"{name} {cost:9.1f} ({cost / kilobytes * 1000:4.0f})")
        print(f"{kilobytes:8.0f} KB   {'   '.join(cells)}")
    print()


if __name__ == "__main__":
    main()
