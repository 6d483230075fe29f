"""The way through one archive, told what every request brought: the cheapest channel that holds, and what then."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tipsearch.crawler import archive_walk
from tipsearch.crawler.archive_walk import ArchiveWalk
from tipsearch.crawler.channels.discover import Choice, archive_at, choices
from tipsearch.crawler.channels.records import Answer
from tipsearch.crawler.extract.records import Extraction, PageLinks
from tipsearch.pipeline.errors import BlockedError, CrawlError, NotFoundError, RobotsError, UnreachableError
from tipsearch.pipeline.records import Channel, Entry, Form, RawDate, Source
from tipsearch.pipeline.store.protocol import PutResult

NOW = datetime(2020, 1, 1, tzinfo=UTC)
SITE = "https://blog.example"
WORDPRESS = PageLinks(rest=f"{SITE}/wp-json/", feeds=(f"{SITE}/feed/",), platform="wordpress")


def entry(number: int, form: Form = "content", *, dated: bool = True) -> Entry:
    return Entry(
        source="blog",
        form=form,
        title=f"Tip {number}",
        body=f"<p>Body {number}</p>",
        permalink=f"{SITE}/tip-{number}/",
        dates=(RawDate("2018-11-13", "time"),) if dated else (),
        listed_in="home",
        observed_at=NOW,
    )


def page(numbers: Iterable[int], following: str | None = None, links: PageLinks = WORDPRESS) -> Extraction:
    entries = tuple(entry(n) for n in numbers)
    kind = "listing" if entries else "none"
    return Extraction(layout="html", kind=kind, entries=entries, next_url=following, archive="home", links=links)


class Scripted:
    """A channel that gives the posts it was made with, page by page."""

    def __init__(
        self,
        channel: str,
        pages: list[list[int]],
        *,
        stated: int | None = None,
        complete: bool = True,
        form: Form = "content",
    ) -> None:
        self.channel = channel
        self.stated, self.stated_by = stated, "X-WP-Total" if stated is not None else ""
        self.pages = pages
        self.summaries_only = form == "summary"
        self.ended, self.complete = "", False
        self._complete, self._form, self._at = complete, form, 0
        self._end_if_over()

    def _end_if_over(self) -> None:
        if self._at >= len(self.pages):
            self.ended, self.complete = "its last page", self._complete

    def following(self) -> str | None:
        return None if self.ended else f"{SITE}/{self.channel}/{self._at + 1}"

    def read(self, answer: Answer) -> Extraction:
        numbers = self.pages[self._at]
        self._at += 1
        self._end_if_over()
        found = tuple(entry(n, self._form) for n in numbers)
        return Extraction(layout=self.channel, kind="listing", entries=found, archive="home")

    def failed(self, error: object) -> bool:
        self.ended = "failed"
        return False


def answer(url: str) -> Answer:
    return Answer(asked=url, url=url, headers={}, body=b"", text="", observed_at=NOW)


def walk_with(monkeypatch: pytest.MonkeyPatch, *readers: Scripted, html: bool = True, **options: object) -> ArchiveWalk:
    listed = [Choice(r.channel, lambda r=r: r) for r in readers] + ([Choice("html")] if html else [])
    monkeypatch.setattr(archive_walk, "choices", lambda *_, **__: list(listed))
    return ArchiveWalk(Source(name="blog"), f"{SITE}/", visited=set(), note=lambda _: None, **options)


def run(walk: ArchiveWalk, pages: dict[str, Extraction | CrawlError]) -> list[str]:
    """Answer the walk's requests until its end: pages from the table, channels from themselves."""
    asked = []
    while (request := walk.request()) is not None:
        asked.append(request.url.removeprefix(SITE))
        assert len(asked) < 50
        told = pages.get(request.url.removeprefix(SITE))
        if isinstance(told, CrawlError):
            walk.failed(told)
        elif request.reader == "channel":
            walk.page(request.url, walk.read(answer(request.url)), PutResult(), {})
        else:
            assert told is not None, request.url
            walk.page(request.url, walk.settled(told), PutResult(), {})
    return asked


FIRST = page(range(1, 4), f"{SITE}/page/2/", PageLinks(platform="wordpress", last_page=3))
PAGES: dict[str, Extraction | CrawlError] = {
    "/": FIRST,
    "/page/2/": page(range(4, 7), f"{SITE}/page/3/"),
    "/page/3/": page(range(7, 10)),
}


def held_all(keys: Collection[str]) -> Collection[str]:
    return keys


def test_the_cheapest_channel_is_taken_and_says_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("rest", [[1, 2, 3, 4, 5], [6, 7, 8, 9]], stated=9), Scripted("feed", [[1]]))
    # The last look is at the archive's last page: it shows nothing that REST left out.
    assert run(walk, PAGES) == ["/", "/rest/1", "/rest/2", "/page/3/"]
    report = walk.report(held_all)
    assert (report.channel, report.held, report.stated, report.stated_by) == ("rest", 9, 9, "X-WP-Total")
    assert report.complete
    assert "cheapest" in report.why


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        pytest.param(BlockedError("answers 401", status=401), "401", id="it wants a login"),
        pytest.param(NotFoundError("answers 404", status=404), "404", id="it is switched off"),
        pytest.param(UnreachableError("answers 503", status=503), "503", id="it is broken"),
    ],
)
def test_a_channel_that_is_refused_gives_way_to_the_next(
    monkeypatch: pytest.MonkeyPatch, rest: CrawlError, reason: str
) -> None:
    walk = walk_with(monkeypatch, Scripted("rest", [[1]]), Scripted("feed", [list(range(1, 10))]))
    assert run(walk, {**PAGES, "/rest/1": rest}) == ["/", "/rest/1", "/feed/1", "/page/3/"]
    report = walk.report(held_all)
    assert (report.channel, walk.problems, walk.has_failed) == ("feed", [], False)
    assert reason in report.why


@pytest.mark.parametrize(
    ("feed", "reason"),
    [
        pytest.param(Scripted("feed", [list(range(1, 10))], form="summary"), "only excerpts", id="summaries"),
        pytest.param(Scripted("feed", [[1, 2, 3]], complete=False), "its last page", id="capped, and it says so"),
        pytest.param(Scripted("feed", [[1, 2, 3]]), "about 7", id="capped without saying so"),
    ],
)
def test_a_feed_that_is_not_whole_gives_way_to_the_pages(
    monkeypatch: pytest.MonkeyPatch, feed: Scripted, reason: str
) -> None:
    walk = walk_with(monkeypatch, feed)
    assert run(walk, PAGES) == ["/", "/feed/1", "/page/2/", "/page/3/"]
    report = walk.report(held_all)
    assert (report.channel, report.held, report.stated, report.stated_by) == ("html", 9, 9, "page numbers")
    assert reason in report.why


UNNUMBERED = page(range(1, 4), f"{SITE}/page/2/")


@pytest.mark.parametrize(
    ("first", "looked_at"),
    [
        pytest.param(FIRST, "/page/3/", id="the last page by the pager"),
        pytest.param(UNNUMBERED, "/page/3/", id="the page on which the next post would stand"),
    ],
)
def test_a_channel_that_claims_to_be_whole_is_held_against_the_pages(
    monkeypatch: pytest.MonkeyPatch, first: Extraction, looked_at: str
) -> None:
    walk = walk_with(monkeypatch, Scripted("rest", [list(range(1, 9))], stated=8))
    assert run(walk, {**PAGES, "/": first}) == ["/", "/rest/1", looked_at, "/page/2/", "/page/3/"]
    report = walk.report(held_all)
    assert (report.channel, report.held, report.stated) == ("html", 9, 9)
    assert "REST shows 8 posts, and the pages more" in report.why


def test_a_first_page_with_sticky_posts_leads_to_a_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    sticky = page(range(1, 7), f"{SITE}/page/2/")
    pages: dict[str, Extraction | CrawlError] = {
        "/": sticky,
        "/page/3/": page([7, 8], f"{SITE}/page/4/"),
        "/page/8/": NotFoundError("answers 404", status=404),
    }
    walk = walk_with(monkeypatch, Scripted("rest", [list(range(1, 15))], stated=14))
    assert run(walk, pages) == ["/", "/rest/1", "/page/3/", "/page/8/"]
    assert walk.report(held_all).channel == "rest"


def test_excerpts_it_is_then_where_the_pages_after_the_first_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    short = Scripted("feed", [[1, 2, 3, 4], [5, 6, 7]], form="summary")
    walk = walk_with(monkeypatch, short)
    closed = RobotsError(f"robots.txt closes {SITE}/page/2/ (Disallow: /page/).")
    assert run(walk, {"/": FIRST, "/page/2/": closed}) == ["/", "/feed/1", "/page/2/", "/feed/2"]
    report = walk.report(held_all)
    assert (report.channel, report.held, walk.has_failed, walk.problems) == ("feed", 7, False, [])
    assert report.why.endswith("page 2 of its listing is closed by robots.txt (Disallow: /page/)")


def test_a_listing_of_excerpts_below_the_same_teasers_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    teasers = tuple(replace(entry(n, "summary"), listed_in="") for n in range(1, 10))

    def excerpts(numbers: Iterable[int], following: str | None) -> Extraction:
        own = tuple(replace(entry(n, "summary"), body=f"<p>{n}</p>") for n in numbers)
        return replace(page([1], following), entries=(*teasers, *own))

    walk = walk_with(monkeypatch)
    asked = run(
        walk,
        {
            "/": excerpts([1, 2, 3], f"{SITE}/page/2/"),
            "/page/2/": excerpts([4, 5, 6], f"{SITE}/page/3/"),
            "/page/3/": excerpts([7, 8, 9], f"{SITE}/page/4/"),
            # WordPress would answer 404; a theme may show the teasers alone, which then look like the page's own.
            "/page/4/": replace(page([1], f"{SITE}/page/5/"), entries=tuple(entry(n, "summary") for n in range(1, 10))),
        },
    )
    assert asked == ["/", "/page/2/", "/page/3/", "/page/4/"]
    report = walk.report(held_all)
    assert (report.held, report.stated, report.complete) == (9, 9, True)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(page(range(4, 7)), id="no link"),
        pytest.param(page(range(1, 4), f"{SITE}/page/3/"), id="the same page again"),
        pytest.param(NotFoundError("answers 404", status=404), id="not there"),
    ],
)
def test_a_listing_that_ends_before_its_pagers_last_page_is_not_complete(
    monkeypatch: pytest.MonkeyPatch, end: Extraction | CrawlError
) -> None:
    walk = walk_with(monkeypatch)
    run(walk, {"/": page(range(1, 4), f"{SITE}/page/2/", PageLinks(last_page=5)), "/page/2/": end})
    report = walk.report(held_all)
    assert not report.complete
    assert report.stated_by == "page numbers, about"
    assert report.stated is not None
    assert 12 <= report.stated <= 15
    (missing,) = walk.missing_pages()
    assert missing.startswith(("pages 2 to 5: ", "pages 3 to 5: "))


def test_how_many_posts_there_are_is_not_guessed_where_nothing_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch)
    run(walk, {"/": UNNUMBERED, "/page/2/": RobotsError("robots.txt closes it.")})
    assert walk.has_failed
    assert walk.report(held_all).stated is None


@pytest.mark.parametrize(
    ("pages", "down"),
    [
        pytest.param({"/page/2/": UnreachableError("answers 503", status=503)}, False, id="one page"),
        pytest.param({"/page/2/": UnreachableError("no answer")}, True, id="no answer"),
        pytest.param(
            {f"/page/{n}/": UnreachableError("answers 503", status=503) for n in range(2, 9)}, True, id="all pages"
        ),
    ],
)
def test_a_site_is_down_where_more_than_a_page_fails(
    monkeypatch: pytest.MonkeyPatch, pages: dict[str, CrawlError], down: bool
) -> None:
    walk = walk_with(monkeypatch)
    run(walk, {**PAGES, "/": UNNUMBERED, **pages})
    assert walk.has_failed
    assert (walk.down is not None) is down


def test_a_forced_channel_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("rest", [[1]]), html=False, channel="rest")
    run(walk, {"/": FIRST, "/rest/1": NotFoundError(f"{SITE}/rest/1?a=b answers 404: there is none.", status=404)})
    (problem,) = walk.problems
    assert isinstance(problem, NotFoundError)
    assert problem.message == f"{SITE}/ can't be read through REST, as asked: it answers 404."
    none = walk_with(monkeypatch, html=False, channel="rest")
    run(none, {"/": FIRST})
    assert [p.message for p in none.problems if isinstance(p, CrawlError)] == [
        f"{SITE}/ offers no REST interface to read it through."
    ]


def test_what_a_channel_gave_before_it_failed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("rest", [[1, 20], [21]], stated=12))
    asked = run(walk, {**PAGES, "/rest/2": UnreachableError("answers 503", status=503)})
    assert asked == ["/", "/rest/1", "/rest/2", "/page/2/", "/page/3/"]
    report = walk.report(held_all)
    # The site states twelve, and ten were found by all ways together.
    assert (report.held, report.stated, report.lacks) == (10, 12, 2)


def test_a_site_that_stops_answering_is_not_asked_in_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("rest", [[1], [2]]), Scripted("feed", [[1]]))
    assert run(walk, {**PAGES, "/rest/2": UnreachableError("did not answer")}) == ["/", "/rest/1", "/rest/2"]
    assert walk.has_failed
    assert walk.down is not None


def test_a_page_that_is_closed_is_read_through_what_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("feed", [[1, 2, 3]], stated=3), html=False)
    assert run(walk, {"/": RobotsError("closed")}) == ["/", "/feed/1"]
    assert (walk.has_failed, walk.problems) == (False, [])
    assert walk.report(held_all).stated == 3


def test_a_closed_page_with_nothing_open_is_an_error_with_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("feed", [[1]]), html=False)
    rule = "robots.txt closes /feed/ (Disallow: /)"
    run(walk, {"/": RobotsError("closed"), "/feed/1": RobotsError(rule)})
    assert walk.has_failed
    assert [str(p) for p in walk.problems] == ["closed"]


def test_a_closed_page_whose_feed_is_refused_says_both(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("feed", [[1]]), html=False)
    run(walk, {"/": RobotsError("closed"), "/feed/1": BlockedError("it wants a login", status=401)})
    assert walk.has_failed
    assert [str(p) for p in walk.problems] == ["closed; its feed answers 401."]


def test_a_numbered_page_that_fails_is_passed_over_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch)
    asked = run(walk, {**PAGES, "/page/2/": UnreachableError("https://b.example/page/2/ answers 503", status=503)})
    assert asked == ["/", "/page/2/", "/page/3/"]
    report = walk.report(held_all)
    assert walk.has_failed
    assert walk.missing_pages() == ["page 2: https://b.example/page/2/ answers 503"]
    assert (report.held, report.stated, report.stated_by) == (6, 9, "page numbers, about")


def test_max_pages_bounds_a_channel_and_lacks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = walk_with(monkeypatch, Scripted("rest", [[1], [2], [3]], stated=3), max_pages=2)
    assert run(walk, PAGES) == ["/", "/rest/1", "/rest/2"]
    assert walk.bounded
    assert not walk.has_failed
    assert not walk.complete


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param(page([1, 2], f"{SITE}/page/2/"), ["rest", "feed", "html"], id="all that WordPress has"),
        pytest.param(page([1, 2], f"{SITE}/page/2/", PageLinks()), ["html"], id="a platform unknown"),
        pytest.param(page([1, 2]), ["html"], id="one page that shows it all"),
        pytest.param(
            page([1], f"{SITE}/page/2/", PageLinks(rest="https://public-api.example/", platform="wordpress")),
            ["feed", "html"],
            id="REST on another site",
        ),
        pytest.param(
            page([1], f"{SITE}/page/2/", PageLinks(platform="blogger")), ["feed", "html"], id="a Blogger blog"
        ),
        pytest.param(None, ["rest", "feed"], id="a first page that is closed"),
    ],
)
def test_choices_come_cheapest_first(first: Extraction | None, expected: list[str]) -> None:
    archive = archive_at("blog", f"{SITE}/", first)
    assert [choice.channel for choice in choices(archive, first)] == expected


@pytest.mark.parametrize("forced", ["rest", "feed", "html"])
def test_a_forced_channel_is_the_only_one(forced: Channel) -> None:
    first = page([1, 2])
    assert [c.channel for c in choices(archive_at("blog", f"{SITE}/", first), first, forced=forced)] == [forced]


def test_a_later_page_of_an_archive_is_read_from_there_on() -> None:
    first = page([1], f"{SITE}/page/8/")
    assert [c.channel for c in choices(archive_at("blog", f"{SITE}/page/7/", first), first)] == ["html"]


def test_a_label_page_has_its_feed() -> None:
    archive = archive_at("blog", f"{SITE}/search/label/Kind%20Words?max-results=20")
    assert (archive.scope, archive.name, archive.listed_in) == ("label", "Kind Words", "label:Kind Words")
    found = choices(archive, None)
    assert [c.channel for c in found] == ["feed"]
    assert found[0].open is not None
    following = found[0].open().following()
    assert following is not None
    assert following.startswith(f"{SITE}/feeds/posts/default/-/Kind%20Words?")
