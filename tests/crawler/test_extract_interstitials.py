"""What stands in a blog's place is named, and a blog that speaks of such things is not."""

# ruff: noqa: E501 - a page of markup reads best as one line

import pytest
from golden_pages import case_folders, load_page
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.crawler.extract import extract
from tipsearch.crawler.extract.interstitials import interstitial
from tipsearch.crawler.extract.tree import Tree


def page(body, *, title="Desk Notes", head="", classes=""):
    return f"<html><head><title>{title}</title>{head}</head><body class='{classes}'>{body}</body></html>"


def script(text):
    return f"<script>{text}</script>"


NAMED = {
    "cloudflare, title": ("a challenge of Cloudflare", page("<h1>desk.example.org</h1>", title="Just a moment...")),
    "cloudflare, block": (
        "a challenge of Cloudflare",
        page(
            "<h1>Sorry, you have been blocked</h1><p>Cloudflare Ray ID: 8f</p>",
            title="Attention Required! | Cloudflare",
        ),
    ),
    "cloudflare, script": (
        "a challenge of Cloudflare",
        page(script("window._cf_chl_opt={cvId:'3'};"), title="desk.example.org"),
    ),
    "sucuri": (
        "a challenge of Sucuri",
        page(script("var sucuri_cloudproxy_js='';"), title="You are being redirected..."),
    ),
    "ddos-guard": (
        "a challenge of DDoS-Guard",
        page('<script src="/.well-known/ddos-guard/check?x=1"></script>', title="DDoS-Guard"),
    ),
    "imperva": (
        "a challenge of Imperva",
        page(
            '<iframe src="/_Incapsula_Resource?CWUDNSAI=9">Request unsuccessful. Incapsula incident ID: 1</iframe>',
            title="",
        ),
    ),
    "aws waf": ("a challenge of AWS WAF", page(script("window.awsWafCookieDomainList=[];"), title="")),
    "hcaptcha alone": ("a challenge", page('<p>One step more:</p><div class="h-captcha" data-sitekey="k"></div>')),
    "recaptcha alone": (
        "a challenge",
        page('<form action="/check"><div class="g-recaptcha" data-sitekey="k"></div></form>'),
    ),
    "human": ("a challenge", page("<p>Please verify that you are human.</p>".replace("you are", "you're"))),
    "imunify": (
        "a challenge",
        page("<h1>One moment, please...</h1><p>Please wait while your request is being verified...</p>"),
    ),
    "wp-login": (
        "a login",
        page(
            '<form id="loginform" action="/wp-login.php"><label>Password <input type="password" name="pwd"></label></form>',
            classes="login wp-core-ui",
        ),
    ),
    "any login": (
        "a login",
        page('<h1>Sign in</h1><form action="/enter"><input name="who"><input type="password" name="pw"></form>'),
    ),
    "invited readers": (
        "a blog for invited readers",
        page(
            "<h2>This blog is open to invited readers only</h2><p>https://x.example/</p>",
            title="Blogger: Permission denied",
        ),
    ),
    "parked, said": ("a parked domain", page("<h1>desk.example</h1><p>This domain is for sale. Buy this domain.</p>")),
    "parked, expired": ("a parked domain", page("<p>This domain name has expired. Renew it today.</p>")),
    "parked, script": ("a parked domain", page('<script src="https://img.sedoparking.com/js/x.js"></script>')),
    "suspended": (
        "a suspended account",
        page("<h1>Account Suspended</h1><p>This Account has been suspended.</p>", title="Account Suspended"),
    ),
    "removed": (
        "a removed blog",
        page("<h1>Blog has been removed</h1><p>Sorry, the blog at desk.example.org has been removed.</p>"),
    ),
    "maintenance": (
        "a maintenance page",
        page(
            "<div class='wp-die-message'>Briefly unavailable for scheduled maintenance. Check back in a minute.</div>",
            title="Maintenance",
        ),
    ),
    "database, before WordPress 5.3": (
        "a database error",
        page("<h1>Error establishing a database connection</h1>", title="Database Error"),
    ),
    "database, with advice": (
        "a database error",
        page(
            f"<div class='wp-die-message'><h1>Error establishing a database connection</h1><p>{'Is it on? ' * 30}</p></div>",
            title="WordPress &rsaquo; Error",
        ),
    ),
    "database, without markup": ("a database error", "Error establishing a database connection"),
    "critical error": (
        "an error of WordPress's own",
        page("<p>There has been a critical error on this website.</p><p><a href='/x'>More on it.</a></p>"),
    ),
    "critical error, in German": (
        "an error of WordPress's own",
        page(
            "<div class='wp-die-message'><p>Auf dieser Seite lief etwas schief.</p></div>", title="WordPress › Fehler"
        ),
    ),
    "nginx": (
        "an error of the server's",
        page("<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>", title="502 Bad Gateway"),
    ),
    "apache": (
        "an error of the server's",
        page(
            f"<h1>Service Temporarily Unavailable</h1><p>{'It is too busy. ' * 9}</p>", title="503 Service Unavailable"
        ),
    ),
    "a gateway without markup": ("an error of the server's", "upstream connect error or disconnect before headers"),
    "varnish": (
        "an error of the server's",
        page("<h1>Error 503 Backend fetch failed</h1><p>XID: 33</p>", title="503 Backend fetch failed"),
    ),
    "cloudflare, origin down": (
        "an error of the server's",
        page("<h1>Web server is down</h1><p>Error code 521</p>", title="desk.example.org | 521: Web server is down"),
    ),
    "php": (
        "an error of PHP's",
        "<br>\n<b>Fatal error</b>:  Uncaught Error: none in /srv/a.php:33\nStack trace: #0 {main}",
    ),
    "php, in a theme": (
        "an error of PHP's",
        page(
            "<header><a href='/'>Desk Notes</a></header><main><br><b>Fatal error</b>:  Out of memory in <b>/srv/a.php</b>"
            " on line <b>3</b><br></main>"
        ),
    ),
    "php, without markup": ("an error of PHP's", "PHP Parse error:  unexpected '}' in /srv/a.php on line 12"),
    "content warning": (
        "a consent wall",
        page(
            "<h1>Content Warning</h1><p>The blog that you are about to view may contain content only suitable for adults.</p><a href='#'>I understand and I wish to continue</a>"
        ),
    ),
    "content warning in a frame": (
        "a consent wall",
        page('<iframe src="https://www.blogger.com/interstitial/blog/1?continue=x"></iframe>'),
    ),
}

LONG = "Our counter began to ask visitors for proof that they are human, and the queue grew by a yard a day. "
POST = (
    '<article class="post hentry"><h2 class="entry-title"><a href="/a/">{title}</a></h2>'
    '<div class="entry-content"><p>{text}</p></div></article>'
)

NOT_NAMED = {
    "a post about challenges": page(
        POST.format(
            title="Just a moment...",
            text=LONG
            + "Please verify you are human, it said, and checking your browser before accessing took a minute.",
        ),
        title="Just a moment...",
    ),
    "a post about captchas with one in its comments": page(
        POST.format(title="On captchas", text=LONG) + '<form id="commentform"><div class="g-recaptcha"></div></form>',
        title="Captcha",
    ),
    "a post with a login in the sidebar": page(
        POST.format(title="A note", text=LONG)
        + '<aside><form id="loginform" action="/wp-login.php"><input type="password"></form></aside>'
    ),
    "a long page about a removed blog": page("<p>" + (LONG + "The blog has been removed. ") * 12 + "</p>"),
    "a page that Cloudflare's script watches": page(
        "<h1>About</h1><p>"
        + LONG * 2
        + "</p>"
        + '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    ),
    "a page that Imperva's script watches": page(
        "<h1>About</h1><p>" + LONG * 5 + '</p><script src="/_Incapsula_Resource?x"></script>'
    ),
    "a post about a database": page(
        POST.format(title="Error establishing a database connection", text=LONG + "There has been a critical error."),
        title="Database Error",
    ),
    "a post about PHP": page(POST.format(title="Help", text=LONG + "<b>Fatal error</b>: none in a.php on line 3")),
    "posts that speak of faults, in links": page(
        "<h1>Nothing Found</h1><ul><li><h2><a href='/a/'>Error establishing a database connection</a></h2></li>"
        "<li><a href='/b/'><b>Fatal error</b>: x in a.php on line 2</a></li></ul><p>Bad gateway, said she.</p>" + LONG
    ),
    "a name that begins alike": page("<h1>Bad gateways and good doors</h1><p>No posts.</p>"),
    "nothing found": page(
        "<h1>Nothing Found</h1><p>It seems we can’t find what you’re looking for.</p>", title="Page not found"
    ),
    "an empty page": "",
    "an empty blog": page("<h1>Desk Notes</h1><p>No posts.</p>"),
    "a contact form": page('<h1>Write to us</h1><form><input name="mail"><textarea></textarea></form>'),
    "a password-protected post": page(
        '<article class="post"><h1 class="entry-title">Protected: Plans</h1><div class="entry-content"><form class="post-password-form"><p>This content is password protected.</p><input type="password"></form></div></article>'
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_what_stands_in_a_blogs_place_is_named(case):
    name, text = NAMED[case]
    assert interstitial(text) == name
    assert interstitial(Tree(text)) == name


@pytest.mark.parametrize("case", NOT_NAMED)
def test_what_only_speaks_of_it_is_not(case):
    assert interstitial(NOT_NAMED[case]) is None


@pytest.mark.parametrize("folder", [pytest.param(f, id=f.name) for f in case_folders() if (f / "page.html").exists()])
def test_no_page_with_posts_is_named(folder):
    golden = load_page(folder)
    if extract(golden).kind != "none":
        assert interstitial(golden.text) is None


def test_the_login_among_the_golden_pages_is_named():
    login = next(folder for folder in case_folders() if folder.name == "login_form")
    assert interstitial(load_page(login).text) == "a login"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([text for _, text in NAMED.values()]), st.data())
def test_a_mangled_page_never_raises(text, data):
    at = data.draw(st.integers(0, len(text)))
    found = interstitial(text[:at] + data.draw(st.text(max_size=10)) + text[at:][::-1])
    assert found is None or found.startswith(("a ", "an "))
