"""Which link leads to older posts, and which pages of titles alone are listings."""

from datetime import UTC, datetime

import pytest

from tipsearch.crawler.extract import Page, extract
from tipsearch.crawler.extract import vocabulary as v
from tipsearch.crawler.extract.addresses import absolute, archive_of, is_permalink
from tipsearch.crawler.extract.tree import Tree

SITE = "https://desk.example.org"
POST = (
    '<article class="post hentry"><h2 class="entry-title"><a href="/a-{0}/">Note {0} of the desk</a></h2>'
    '<time datetime="2019-01-0{0}">2019</time><div class="entry-summary"><p>{1}</p></div></article>'
)
TEXT = "Nobody at the window knew the answer, so she walked over to the yard and asked the driver."


def listing(after, url=f"{SITE}/tag/x/page/2/", more=""):
    posts = "".join(POST.format(i, TEXT + more) for i in (1, 2, 3))
    text = f"<html><body class='archive tag'><main>{posts}{after}</main></body></html>"
    return extract(Page(source="s", url=url, text=text, observed_at=datetime(2024, 5, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    "link",
    [
        pytest.param('<a rel="next" href="/about-us/">Next »</a>', id="next without a number on a numbered page"),
        pytest.param('<a class="nav-previous" href="/2019/01/the-ferry/">Prev</a>', id="a post by its date"),
        pytest.param('<a class="more-link" href="/tag/y/">Older »</a>', id="a teaser's own link"),
        pytest.param('<a href="/tag/x/">Older posts</a>', id="the archive's first page"),
        pytest.param('<a href="/tag/x/page/1/">Next</a>', id="a number below"),
        pytest.param('<a href="https://other.example/page/3/">Older posts</a>', id="another site"),
        pytest.param('<a class="show-more" href="/">Show all</a>', id="the front page, by its class alone"),
        pytest.param('<a class="load-more" href="javascript:;">More posts</a>', id="a script without an address"),
    ],
)
def test_not_the_next_page(link):
    assert listing(link).next_url is None


@pytest.mark.parametrize("href", ["javascript:;", "#"])
def test_a_script_that_loads_the_next_posts_has_their_address_beside_it(href):
    link = f'<div class="blog-pager"><a class="load-more" href="{href}" data-load="/tag/x/page/3/">More posts</a></div>'
    assert listing(link).next_url == f"{SITE}/tag/x/page/3/"


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ('<a href="/tag/x/page/3/">3</a>', "/tag/x/page/3/"),
        ('<a href="/tag/x/page/3/#top"><img alt="on"></a>', "/tag/x/page/3/"),
        ('<a href="?paged=3" class="older">«</a>', "/tag/x/page/2/?paged=3"),
    ],
)
def test_the_next_page(link, leads):
    assert listing(link).next_url == SITE + leads


WORDS = (
    "Older Posts|Previous|More posts|Show more|Ältere Beiträge|Article précédent|Plus anciens|"
    "Entradas antiguas|Vecchi|Mais antigas|Oudere|Äldre|Eldre|Ældre|Starsze|Старые записи|"
    "Раньше|Предыдущая|古い記事|Vanhemmat artikkelit|Newer|Newest|Latest|Recent|Later|Neuere|Plus récents|"
    "Recientes|Nuevas|Recenti|Nieuwere|Nyare|Nyere|Nowsze|Новее|Новые|新しい|Next|Nächste|"
    "Weiter|Suivant|Siguiente|Seguinte|Successiva|Próxima|Proxima|Volgende|Nästa|Neste|Næste|"
    "Následující|Следующая|Далее|次へ|下一页|Seuraava|»|›|→|⟩|❯|▶|>|Earlier|Load more|"
    "Vorherige|Anteriores|Precedenti|Další|Starší příspěvky|Novější"
)


@pytest.mark.parametrize("word", WORDS.split("|"))
def test_the_quick_look_misses_no_word_that_the_expressions_know(word):
    assert any(e.search(word) for e in (v.OLDER_TEXT, v.OLDER_CERTAIN, v.NEWER_TEXT, v.NEXT_TEXT))
    assert v.PAGER_HINT.search(word.lower())


def test_a_category_named_like_older_posts_is_no_next_page():
    # Finnish for parents, and for older ones.
    assert not v.OLDER_TEXT.search("Vanhemmat")


OLDER = (
    "« Eerdere artikelen|Vorige berichten|Frühere Beiträge|Articles antérieurs|Articoli meno recenti|Poprzednie wpisy|"
    "Staršie články|Korábbi bejegyzések|Старији чланци|Попередні записи|Ранние записи|Eski yazılar|المقالات القديمة|"
    "רשומות קודמות|نوشته‌های پیشین|過去の投稿|較早的文章|早期文章|지난 글|Tulisan lama|Entrades anteriors|"
    "Vecāki ieraksti|Ankstesni įrašai|Eldri færslur|Bidalketa zaharragoak"
)


@pytest.mark.parametrize("words", OLDER.split("|"))
def test_older_posts_in_further_languages_lead_on(words):
    assert (
        listing(f'<p><a href="/tag/x/older/">{words}</a></p>', url=f"{SITE}/tag/x/").next_url == f"{SITE}/tag/x/older/"
    )


NEWER = (
    "Recente artikelen »|Uudemmat artikkelit|Novšie články|Новији чланци|Yeni yazılar|רשומות חדשות|新文章|Pos-pos baru|"
    "Jaunāki ieraksti|Nyrri færslur"
)


@pytest.mark.parametrize("words", NEWER.split("|"))
def test_newer_posts_in_further_languages_do_not(words):
    assert listing(f'<p><a href="/tag/x/newer/">{words}</a></p>', url=f"{SITE}/tag/x/").next_url is None


NEXT = (
    "Следующая страница »|Наступна сторінка|Следваща страница|Следећа страна|Następna strona »|Ďalšia strana|Dalej|"
    "Дальше|Avanti|Επόμενη σελίδα|الصفحة التالية|הדף הבא|صفحه بعد|หน้าถัดไป|Trang tiếp|Järgmine leht|İleri"
)


@pytest.mark.parametrize("words", NEXT.split("|"))
def test_the_next_page_in_further_languages_leads_on(words):
    assert listing(f'<p><a href="/tag/x/more/">{words}</a></p>', url=f"{SITE}/tag/x/").next_url == f"{SITE}/tag/x/more/"


@pytest.mark.parametrize("words", ["Czytaj dalej o porcie", "Читать дальше про порт", "Следующая встреча в порту"])
def test_words_of_a_next_page_within_a_sentence_lead_nowhere(words):
    assert listing(f'<p><a href="/harbour/">{words}</a></p>', url=f"{SITE}/tag/x/").next_url is None


TILES = "".join(f'<div class="tile"><h3><a href="/tile-{i}/">Tile number {i}</a></h3></div>' for i in range(4))


@pytest.mark.parametrize(
    ("body_class", "path", "kind", "count"),
    [
        ("home blog", "/", "listing", 4),
        ("archive category", "/category/x/", "listing", 4),
        ("home page page-id-2", "/", "none", 0),
        ("", "/", "none", 0),
        ("single single-post", "/2019/01/a/", "none", 0),
    ],
)
def test_titles_alone_count_where_the_page_calls_itself_an_archive(body_class, path, kind, count):
    head = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    text = f"<html><head>{head}</head><body class='{body_class}'><main>{TILES}</main></body></html>"
    found = extract(Page(source="s", url=SITE + path, text=text, observed_at=datetime(2024, 5, 1, tzinfo=UTC)))
    assert (found.kind, len(found.entries)) == (kind, count)


@pytest.mark.parametrize(
    ("path", "post"),
    [
        ("/?p=12", True),
        ("/2019/01/a/", True),
        ("/2019/01/02/a/", True),
        ("/2019/01/", False),
        ("/2019/01/page/2/", False),
        ("/2019_01_01_archive.html", False),
        ("/tag/2019/01/", False),
        ("/about/", False),
    ],
)
def test_what_an_address_alone_shows_to_be_a_post(path, post):
    assert is_permalink(SITE + path) is post


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("https://x.example/a?b=c#d", "https://x.example/a?b=c#d"),
        ("https://x.example:99999/a", None),
        ("https://x.example/a b", "https://x.example/a b"),
        ("HTTPS://X.example/a", "https://X.example/a"),
        ("//y.example/a", "https://y.example/a"),
        ("../b", "https://desk.example.org/b"),
        ("javascript:void(0)", None),
    ],
)
def test_addresses_made_absolute(href, address):
    assert absolute(f"{SITE}/a/b", href) == address


def test_a_short_look_at_a_text_does_not_shorten_a_later_one():
    tree = Tree("<body><h2>" + " " * 500 + "A title that stands far to the right</h2></body>")
    number = tree.tags.index("h2")
    tree.text(number, 40)
    assert tree.text(number, 20_000) == "A title that stands far to the right"


@pytest.mark.parametrize(
    ("address", "archive"),
    [
        ("http://desk.example.org/blog/labels/ink%20stands.html", "label:ink stands"),
        ("http://desk.example.org/blog/2005_06_01_archive.html", "date:2005/06"),
        ("http://desk.example.org/2005/06/labels-for-drawers.html", ""),
    ],
)
def test_the_archives_that_blogger_wrote_as_files(address, archive):
    assert archive_of(address) == archive
