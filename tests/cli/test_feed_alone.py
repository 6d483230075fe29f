"""The days and labels of posts known by a feed alone, crawled by the real command from a server on loopback."""

from collections.abc import Sequence

from support.faults import serve_pages

from .conftest import Run

Item = tuple[str, str, str]


def feed(*items: Item) -> tuple[int, dict[str, str], str]:
    """A feed of posts as (title, path, pubDate)."""
    told = "".join(
        f"<item><title>{title}</title><link>{{base}}{path}</link><pubDate>{moment}</pubDate>"
        f"<content:encoded><![CDATA[<p>All that there is to say about {title}, in two clauses.</p>]]></content:encoded>"
        "</item>"
        for title, path, moment in items
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Lamps</title><link>{{base}}/</link><description/>{told}</channel></rss>"
    )
    return 200, {"Content-Type": "application/rss+xml; charset=utf-8"}, body


NOVEMBER = ("Kettles at Dusk", "/2018/11/13/kettles/", "Wed, 14 Nov 2018 04:15:00 +0000")
JULY = ("Lamps at Dusk", "/2018/07/04/lamps/", "Thu, 05 Jul 2018 03:50:00 +0000")
ASIDE = ("Stairs", "/?p=17", "Mon, 05 Nov 2018 03:10:00 +0000")
NEAR = ("Bells", "/?p=18", "Mon, 05 Nov 2018 04:50:00 +0000")


def crawl(run: Run, items: Sequence[Item]) -> dict[str, tuple[str, str]]:
    """Each post's day and the clock that `show --why` names, by title."""
    with serve_pages({}) as site:
        status, headers, body = feed(*items)
        site.site.pages["/feed/"] = (status, headers, body.replace("{base}", site.url))  # type: ignore[attr-defined]
        done = run("crawl", f"{site.url}/feed/", "--name", "lamps", "--delay", "0")
    assert done.status in {0, 3}, done
    posts = run("export").lines
    why = {post["title"]: run("show", post["id"], "--why", "--format", "json").json for post in posts}
    return {post["title"]: (post["published"], why[post["title"]]["why"]["time_zone"]) for post in posts}


def test_days_in_addresses_tell_the_local_days(run: Run) -> None:
    told = crawl(run, [NOVEMBER, ASIDE, NEAR, JULY])
    assert {title: day for title, (day, _) in told.items()} == {
        "Kettles at Dusk": "2018-11-13",
        "Lamps at Dusk": "2018-07-04",
        "Stairs": "2018-11-04",
        "Bells": "2018-11-04",
    }
    assert "2018-11-04 is the day with all of them" in told["Stairs"][1]
    assert "inferred from days that the blog writes" in told["Stairs"][1]
    assert ", the middle, assumed: between " in told["Bells"][1]
    assert "2018-11-13 is the one in its address" in told["Kettles at Dusk"][1]


def test_a_second_category_is_told_by_the_blogs_pages(run: Run) -> None:
    status, headers, body = feed(NOVEMBER)
    terms = "".join(f"<category><![CDATA[{name}]]></category>" for name in ("Advice", "Kitchen", "steam"))
    page = (
        "<html><body class='archive'><article class='post hentry'><h2 class='entry-title'><a href='/2018/07/05/lamps/'"
        " rel='bookmark'>Lamps</a></h2><div class='entry-content'><p>Trim the wick before it smokes.</p></div>"
        "<a href='/category/kitchen/' rel='category tag'>Kitchen</a></article></body></html>"
    )
    with serve_pages({"/": page}) as site:
        told = body.replace("{base}", site.url).replace("<pubDate>", f"{terms}<pubDate>")
        told = told.replace("<description/>", "<description/><generator>https://wordpress.org/?v=6.4</generator>")
        site.site.pages["/feed/"] = (status, headers, told)  # type: ignore[attr-defined]
        labels = []
        for path in ("/feed/", "/"):
            assert run("crawl", f"{site.url}{path}", "--name", "lamps", "--delay", "0").status == 0
            (post,) = [post for post in run("export").lines if post["title"] == "Kettles at Dusk"]
            labels.append((post["categories"], post["tags"]))
    assert labels == [(["Advice"], ["Kitchen", "steam"]), (["Advice", "Kitchen"], ["steam"])]


def test_days_that_contradict_each_other_leave_utc_and_say_so(run: Run) -> None:
    told = crawl(run, [NOVEMBER, ("Noon", "/2018/11/01/noon/", "Sat, 10 Nov 2018 12:00:00 +0000")])
    assert told["Kettles at Dusk"][0] == "2018-11-14"
    assert told["Kettles at Dusk"][1].startswith("UTC, assumed: ")
