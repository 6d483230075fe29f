"""Sites that failed since they were first read: what `refresh` says and with which status, and what stays."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import takewhile
from pathlib import Path

from support.faults import Answer, html, packed, reset, serve_pages
from tipsearch.cli.demo.server import redirect

from .conftest import Run

LISTING = '<!DOCTYPE html><html><head><title>Tag: x</title></head><body class="archive tag">{}</body></html>'
ENTRY = (
    '<article class="post type-post hentry"><h2 class="entry-title">'
    '<a rel="bookmark" href="/2015/0{0}/bell-{0}/">Bell {0}</a></h2>'
    '<time class="entry-date published" datetime="2015-0{0}-11T08:00:00Z">2015</time>'
    '<div class="entry-content"><p>When bell number {0} rings, open the door and smile.</p></div></article>'
)
GOOD = LISTING.format(ENTRY.format(1) + ENTRY.format(2))
TROUBLES: dict[str, tuple[Answer, str]] = {
    "an error": (500, "answers 500, an error of the site's own, 5 times"),
    "a refusal": (403, "closed to tipsearch (status 403)"),
    "a pause": (html("later", status=429, Retry_After="86400"), "asked to come back in 86400 seconds"),
    "a reset": (reset(), "the connection was reset"),
    "half a page": (packed(GOOD, missing=40), "came broken, 5 times"),
    "a large page": ((200, {"Content-Type": "text/html"}, b"<p>x</p>" * 3_000_000), "larger than 20 MB"),
    "elsewhere": (redirect("http://10.0.0.1/"), "redirects to another site, http://10.0.0.1/; not followed"),
    "a challenge": ("<title>Just a moment...</title><script>_cf_chl_opt</script>", "a challenge of Cloudflare"),
    "a redesign": ("<!DOCTYPE html><title>Desk</title><div id='app'></div>", "found no post"),
}


def test_a_refresh_names_each_trouble_exits_with_3_and_keeps_what_was_read(run: Run, tmp_path: Path) -> None:
    with ExitStack() as stack:
        sites = {name: stack.enter_context(serve_pages({"/x/": GOOD})) for name in TROUBLES}
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "tipsearch.toml").write_text(
            "".join(f'[[sources]]\nname = "{n}"\nurls = ["{s.url}/x/"]\ndelay = 0\n' for n, s in sites.items())
        )
        assert run("refresh").status == 0
        for name, site in sites.items():
            site.site.pages["/x/"] = TROUBLES[name][0]  # type: ignore[attr-defined]
        done = run("refresh")
    assert done.status == 3
    for name, (_, said) in TROUBLES.items():
        _, _, summary = done.out.partition(f"{name}: failed – 2 posts (0 new, 0 changed)")
        lines = list(takewhile(lambda line: line.startswith("  "), summary.splitlines()[1:]))
        assert any(line.startswith("  problem: ") and said in line for line in lines), done.out
    assert "nothing new" not in done.out
    posts = run("export").lines
    assert {(post["source"], post["title"]) for post in posts} == {(n, f"Bell {i}") for n in TROUBLES for i in (1, 2)}
