from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipsearch.pipeline.config import load_sources, normal_url, plan, remove_source, save_sources
from tipsearch.pipeline.errors import ConfigError, StoreError, UsageError
from tipsearch.pipeline.home import Home
from tipsearch.pipeline.records import Source

FULL = """\
# My blogs, and why.

[[sources]]
name = "desk"            # the good one
urls = [
  "https://desk.example/tag/empathy/",  # the reason
]
platform = "wordpress"
time_zone = "America/New_York"
date_order = "DMY"
languages = ["en", "es"]
channel = "html"
max_pages = 12
delay = 2.5
obey_robots = false
keep_pages = true
sweep_days = 7

[[sources]]
name = "bare"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def write(home: Home, text: str) -> None:
    home.config.write_text(text, encoding="utf-8")


def test_every_setting_is_read(home: Home) -> None:
    write(home, FULL)
    desk, bare = load_sources(home)
    assert desk == Source(
        name="desk",
        urls=("https://desk.example/tag/empathy/",),
        platform="wordpress",
        time_zone="America/New_York",
        date_order="DMY",
        languages=("en", "es"),
        channel="html",
        max_pages=12,
        delay=2.5,
        obey_robots=False,
        keep_pages=True,
        sweep_days=7,
    )
    assert bare == Source(name="bare")


def test_a_home_without_the_file_has_no_sources(home: Home) -> None:
    assert load_sources(home) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("delay = -1", "delay = -1"),
        ("delay = nan", "delay = nan"),
        ('delay = "1"', "delay = '1'"),
        ("max_pages = 0", "max_pages = 0"),
        ("max_pages = true", "max_pages = True"),
        ('obey_robots = "no"', "obey_robots = 'no'"),
        ('date_order = "YDM"', "MDY, DMY, YMD"),
        ('time_zone = "Mars/Olympus"', "Mars/Olympus"),
        ('time_zone = "../../etc/passwd"', "time_zone"),
        ('platform = "drupal"', "wordpress, blogger"),
        ('channel = "xml"', "rest, feed, html"),
        ("channel = []", "channel = []"),
        ('languages = "en"', "languages"),
        ('urls = "https://a.example/"', "urls"),
        ('urls = ["file:///etc/passwd"]', "file:///etc/passwd"),
        ("sweep_days = 1.5", "sweep_days = 1.5"),
        ("obey_robot = false", "Did you mean obey_robots?"),
        ("colour = 3", "'colour'"),
    ],
)
def test_a_bad_setting_names_file_source_key_and_value(line: str, said: str, home: Home) -> None:
    write(home, f'[[sources]]\nname = "desk"\n{line}\n')
    with pytest.raises(ConfigError) as caught:
        load_sources(home)
    assert str(home.config) in str(caught.value)
    assert "'desk'" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[sources]\nname", "no valid TOML"),
        ("[[source]]\nname = 'a'", "Did you mean sources?"),
        ("sources = 3", r"\[\[sources\]\]"),
        ("sources = [3]", r"\[\[sources\]\]"),
        ("[[sources]]\nurls = []", "number 1 has no name"),
        ("[[sources]]\nname = ''", "name = ''"),
        ("[[sources]]\nname = 'a'\n[[sources]]\nname = 'a'", "two sources"),
    ],
)
def test_a_bad_file_says_what_is_wrong(text: str, said: str, home: Home) -> None:
    write(home, text)
    with pytest.raises(ConfigError, match=said):
        load_sources(home)


def test_a_file_that_is_no_text_is_named(home: Home) -> None:
    home.config.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ConfigError, match="can't be read"):
        load_sources(home)


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("example.com/tag/x", "https://example.com/tag/x"),
        (" HTTP://Example.COM/Tag/ ", "http://example.com/Tag/"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/tag/x/#more", "https://example.com/tag/x/"),
        ("127.0.0.1:8000/tag/x/", "http://127.0.0.1:8000/tag/x/"),
        ("localhost:8000", "http://localhost:8000/"),
        (
            "https://example.com/search/label/A%20B?max-results=20",
            "https://example.com/search/label/A%20B?max-results=20",
        ),
    ],
)
def test_addresses_are_made_whole(given_url: str, url: str) -> None:
    assert normal_url(given_url) == url
    assert normal_url(url) == url


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "empathy",
        "file:///etc/passwd",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://",
        "https://exa mple.com/",
        "https://example.com:port/",
        "https://user:secret@example.com/",
        "https://example.com/\x00",
    ],
)
def test_what_is_no_web_address_is_refused(bad: str) -> None:
    with pytest.raises(UsageError) as caught:
        normal_url(bad)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_usage_error(text: str) -> None:
    try:
        url = normal_url(text)
    except UsageError:
        return
    assert normal_url(url) == url


def test_a_url_belongs_to_the_source_of_its_blog(home: Home) -> None:
    write(home, FULL)
    (source,) = plan(home, ["http://www.desk.example/tag/caring/", "https://desk.example/tag/empathy/"])
    assert (source.name, source.time_zone) == ("desk", "America/New_York")
    assert source.urls == ("http://www.desk.example/tag/caring/", "https://desk.example/tag/empathy/")
    assert home.config.read_text() == FULL


def test_a_new_blog_is_named_after_its_host_once(home: Home) -> None:
    planned = plan(home, ["new.example/a/", "https://www.new.example/b/", "http://127.0.0.1:8000/", "new.example/a/"])
    assert [(s.name, len(s.urls)) for s in planned] == [("new.example", 2), ("127.0.0.1-8000", 1)]
    write(home, '[[sources]]\nname = "new.example"\nurls = ["https://old.example/"]\n')
    assert plan(home, ["new.example"])[0].name == "new.example-2"


def test_a_name_that_is_given_counts(home: Home) -> None:
    write(home, FULL)
    (source,) = plan(home, ["other.example/x/", "third.example/"], name="bare")
    assert (source.name, len(source.urls)) == ("bare", 2)
    with pytest.raises(UsageError, match="registered as 'desk'"):
        plan(home, ["https://desk.example/tag/empathy/"], name="mine")
    with pytest.raises(UsageError, match="name"):
        plan(home, ["other.example"], name=" \n")


def test_saving_keeps_every_comment_and_adds_what_is_missing(home: Home) -> None:
    write(home, FULL)
    saved = save_sources(home, [*plan(home, ["desk.example/tag/caring/", "new.example/tag/x/"])])
    text = home.config.read_text(encoding="utf-8")
    assert saved
    for comment in ("# My blogs, and why.", "# the good one", "# the reason"):
        assert comment in text
    sources = {s.name: s for s in load_sources(home)}
    assert sources["desk"].urls == ("https://desk.example/tag/empathy/", "https://desk.example/tag/caring/")
    assert sources["new.example"].urls == ("https://new.example/tag/x/",)
    assert sources["desk"].delay == 2.5


def test_saving_what_is_there_writes_nothing(home: Home) -> None:
    write(home, FULL)
    before = home.config.stat().st_mtime_ns
    assert save_sources(home, load_sources(home)) is False
    assert home.config.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", 'sources = [{name = "a", urls = ["https://a.example/"]}]\n', "sources = []\n"]
)
def test_a_source_is_added_to_any_valid_file(text: str, home: Home) -> None:
    write(home, text)
    before = load_sources(home)
    save_sources(home, [Source(name="b", urls=("https://b.example/",), obey_robots=False)])
    assert load_sources(home) == [*before, Source(name="b", urls=("https://b.example/",), obey_robots=False)]


def test_the_first_source_makes_the_home_and_the_file(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    save_sources(home, [Source(name="a", urls=("https://a.example/",))])
    assert home.config.read_text().startswith("# ")
    assert [p.name for p in home.path.iterdir()] == ["tipsearch.toml"]


def test_a_source_can_be_taken_out(home: Home) -> None:
    write(home, FULL)
    assert remove_source(home, "desk")
    assert [s.name for s in load_sources(home)] == ["bare"]
    assert not remove_source(home, "desk")


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises((StoreError, ConfigError), match="file"):
        save_sources(Home(tmp_path / "file"), [Source(name="a", urls=("https://a.example/",))])


def test_no_registration_is_lost_where_processes_register_at_once(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from tipsearch.pipeline.config import save_sources\n"
        "from tipsearch.pipeline.home import Home\n"
        "from tipsearch.pipeline.records import Source\n"
        "home, first = Home.find(sys.argv[1]), int(sys.argv[2])\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "for n in range(first, first + 8):\n"
        "    save_sources(home, [Source(name=f's{n}', urls=(f'https://s{n}.example/',))])\n"
    )
    home = Home(tmp_path)
    command = [sys.executable, "-c", code, str(home.path)]
    writers = [
        subprocess.Popen([*command, str(first)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for first in (0, 8, 16)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    assert sorted(source.name for source in load_sources(home)) == sorted(f"s{n}" for n in range(24))
    assert [path.name for path in home.path.iterdir()] == ["tipsearch.toml"]
