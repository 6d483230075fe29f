"""The small parts of the date readers: order, addresses, zones, what an import costs."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime

import pytest

from tipsearch.pipeline import dates
from tipsearch.pipeline.dates import (
    date_readings,
    local_date,
    parse_date,
    plausible,
    settles_order,
    split_dated_title,
    url_date,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10/7/14", (date(2014, 7, 10), date(2014, 10, 7))),
        ("Posted on 10/7/2014", (date(2014, 7, 10), date(2014, 10, 7))),
        (" – 10/7/14 TOW", (date(2014, 7, 10), date(2014, 10, 7))),
        ("10/13/14", (date(2014, 10, 13),)),
        ("7/7/14", (date(2014, 7, 7),)),
        ("2014-10-07", (date(2014, 10, 7),)),
        ("October 7, 2014", (date(2014, 10, 7),)),
        ("24/7", ()),
        ("", ()),
    ],
)
def test_all_readings_of_a_date(text, expected):
    assert date_readings(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10/13/14", "MDY"),
        ("13/10/14", "DMY"),
        (" – 10/13/14 TOW", "MDY"),
        ("Posted on 13.10.2014", "DMY"),
        ("10/7/14", None),
        ("7/7/14", None),
        ("2014-10-13", None),
        ("October 13, 2014", None),
        ("10/13/14 and 13/10/14", None),
        ("31/31/14", None),
        ("Tips", None),
    ],
)
def test_a_value_above_twelve_settles_the_order(text, expected):
    assert settles_order(text) == expected


def test_a_day_after_the_page_was_fetched_settles_the_order_too():
    fetched = datetime(2014, 8, 1, tzinfo=UTC)
    assert settles_order("10/7/14", reference=fetched) == "DMY"
    assert date_readings("10/7/14", reference=fetched) == (date(2014, 7, 10),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuesday, 03/04/2018", "DMY"),
        ("Sunday, 03/04/2018", "MDY"),
        ("Posted on Dienstag, 03.04.2018", "DMY"),
        ("Monday, 03/04/2018", None),
        ("03/04/2018", None),
    ],
)
def test_a_weekday_settles_the_order_where_it_is_asked(text: str, expected: str | None) -> None:
    assert settles_order(text, by_weekday=True) == expected
    assert settles_order(text) is None


@pytest.mark.parametrize(
    ("url", "expected", "precision"),
    [
        ("https://blog.test/2018/11/13/ask-twice/", date(2018, 11, 13), "day"),
        ("https://blog.test/news/2018/11/13/ask-twice/?utm_source=x", date(2018, 11, 13), "day"),
        ("https://blog.test/2018/11/ask-twice.html?m=1", date(2018, 11, 1), "month"),
        ("https://blog.test/2018/11/3-ways-to-ask/", date(2018, 11, 1), "month"),
        ("https://blog.test/2018/nov/13/ask-twice/", date(2018, 11, 13), "day"),
        ("https://blog.test/2018-11-13-ask-twice", date(2018, 11, 13), "day"),
        ("/2018/11/13/ask-twice/", date(2018, 11, 13), "day"),
    ],
)
def test_the_date_of_an_address(url, expected, precision):
    found = url_date(url)
    assert found is not None
    assert (found.date, found.precision, found.origin) == (expected, precision, "url")


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.test/2018/11/13/",
        "https://blog.test/2018/11/",
        "https://blog.test/2018/11/page/2/",
        "https://blog.test/2018/11/13/feed/",
        "https://blog.test/2018/13/ask-twice/",
        "https://blog.test/2018/02/30/ask-twice/",
        "https://blog.test/1969/07/20/ask-twice/",
        "https://blog.test/ask-twice/?next=/2018/11/13/other/",
        "https://blog.test/2018/tips/ask-twice/",
        "https://2018/11/13/",
        "",
        "not an address",
    ],
)
def test_an_address_without_a_posts_date(url):
    assert url_date(url) is None


def test_a_quarter_past_eleven_in_new_york_is_not_the_next_day():
    instant = datetime(2018, 11, 14, 4, 15, tzinfo=UTC)
    assert local_date(instant, "America/New_York") == date(2018, 11, 13)
    assert local_date(instant, None) == date(2018, 11, 14)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "America", "", "\x00", "/etc/localtime"])
def test_an_unknown_zone_leaves_the_date_as_written(zone):
    assert local_date(datetime(2018, 11, 14, 4, 15, tzinfo=UTC), zone) == date(2018, 11, 14)


def test_a_naive_moment_is_never_put_into_the_zone_of_this_machine():
    assert local_date(datetime(2018, 11, 14, 4, 15), "America/New_York") == date(2018, 11, 14)


def test_the_window_reaches_a_day_beyond_the_fetch():
    fetched = datetime(2018, 11, 20, 23, 0, tzinfo=UTC)
    assert plausible(date(2018, 11, 21), fetched)
    assert not plausible(date(2018, 11, 22), fetched)
    assert not plausible(date(1993, 12, 31))


def test_importing_and_reading_what_blogs_write_never_imports_dateparser():
    code = (
        "import sys; from tipsearch.pipeline.dates import parse_date, split_dated_title\n"
        "assert parse_date('Posted on November 13, 2018 by Nora Field')\n"
        "assert parse_date('13. November 2018') and parse_date('24/7') is None and parse_date('3 comments') is None\n"
        "assert split_dated_title('Ask Twice – 11/13/18 TOW')[1]\n"
        "print([m for m in sys.modules if m.startswith(('dateparser', 'dateutil', 'regex'))])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_threads_share_the_reader():
    texts = ["13 ноября 2018", "1 мая 2019", "9 июня 2017"] * 10
    expected = [parse_date(text, languages=["ru"]) for text in texts]
    answers: list[list[object]] = []

    def work() -> None:
        answers.append([parse_date(text, languages=["ru"]) for text in texts])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_what_is_exported_is_there():
    assert all(callable(getattr(dates, name)) for name in dates.__all__)


@pytest.mark.parametrize(
    "unit", ["11/13/18 ", "13 nov ", "– ", "nov ", " ", "1/", "e\u0301 – ", "by a on ", "(", "posted "]
)
def test_a_text_of_a_megabyte_is_read_in_no_time(unit):
    text = (unit * 1_000_000)[:1_000_000] + " – 11/13/18"
    started = time.process_time()
    parse_date(text, reference=datetime(2018, 11, 20, tzinfo=UTC))
    split_dated_title(text)
    date_readings(text)
    url_date(text)
    assert time.process_time() - started < 5  # a quadratic pattern would take minutes
