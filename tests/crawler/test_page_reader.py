"""PageReader: what pages say, from a process of its own that may die or hang."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tipsearch.crawler.extract import Page, extract
from tipsearch.crawler.framing import framed, unframed
from tipsearch.crawler.page_reader import PageReader
from tipsearch.pipeline.errors import CrawlError

TROUBLED = """
import os, sys, time
from tipsearch.crawler import reading
read = reading._read
def troubled(page):
    if "breaks" in page.text:
        os.kill(os.getpid(), 9)
    if "hangs" in page.text:
        time.sleep(600)
    return read(page)
reading._read = troubled
reading.main(int(sys.argv[1]))
"""


def page_of(text: str, number: int = 1) -> Page:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    return Page(source="blog", url=f"https://desk.example/page/{number}/", text=text, observed_at=moment)


@asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[PageReader]:
    reader = PageReader(**options)
    try:
        yield reader
    finally:
        reader.close()


async def said_by(reader: PageReader, pages: Sequence[Page]) -> list[Any]:
    return await asyncio.gather(*map(reader.read, pages), return_exceptions=True)


async def all_read(pages: Sequence[Page], **options: Any) -> list[Any]:
    async with opened(**options) as reader:
        return await said_by(reader, pages)


def children() -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True)
    return [int(pid) for pid in found.stdout.split()]


def test_pages_are_read_as_they_are_in_this_process_and_in_order(html: Any) -> None:
    pages = [page_of(html.listing([html.article(n)], f"/page/{n + 1}/"), n) for n in range(1, 30)]
    assert asyncio.run(all_read(pages)) == [extract(page) for page in pages]


def test_text_that_nobody_can_encode_goes_over_the_line() -> None:
    (said,) = asyncio.run(all_read([page_of("<article class=hentry><h2>Lone \ud800 half</h2><p>x</p></article>")]))
    assert not isinstance(said, Exception)


def test_a_page_of_two_megabytes_goes_over_the_line(html: Any) -> None:
    page = page_of(html.listing([html.article(n) for n in range(3000)]))
    first, second = asyncio.run(all_read([page, page_of(html.listing([html.article(7)]))]))
    assert len(first.entries) > 500
    assert len(second.entries) == 1


def test_a_page_that_kills_its_reader_costs_that_page_alone(html: Any) -> None:
    pages = [page_of(html.listing([html.article(n)]), n) for n in range(1, 6)]
    pages[2] = page_of("breaks", 3)
    said = asyncio.run(all_read(pages, program=(sys.executable, "-c", TROUBLED)))
    assert [len(s.entries) for s in (*said[:2], *said[3:])] == [1, 1, 1, 1]
    assert isinstance(said[2], CrawlError)
    assert "page/3/ could not be understood: the process that was reading it ended (status -9)" in str(said[2])


def test_every_page_that_kills_its_reader_is_named() -> None:
    said = asyncio.run(all_read([page_of("breaks", n) for n in range(1, 4)], program=(sys.executable, "-c", TROUBLED)))
    assert [f"page/{n}/" in str(s) for n, s in enumerate(said, 1)] == [True] * 3


def test_a_page_that_takes_too_long_is_given_up(html: Any) -> None:
    async def tried() -> None:
        async with opened(seconds=3, program=(sys.executable, "-c", TROUBLED)) as reader:
            hung, read = reader.read(page_of("hangs", 1)), reader.read(page_of(html.listing([html.article(2)]), 2))
            with pytest.raises(CrawlError, match="took more than 3 seconds"):
                await hung
            # The next page's time includes the start of a new process, which may take longer on a busy machine.
            reader._seconds = 60
            reader._set_clock()
            assert len((await read).entries) == 1

    began = time.monotonic()
    asyncio.run(tried())
    assert time.monotonic() - began < 60


def test_a_program_that_does_not_start_is_an_error_and_no_silence() -> None:
    (said,) = asyncio.run(all_read([page_of("<p>")], program=(sys.executable, "-c", "raise SystemExit(3)")))
    assert isinstance(said, CrawlError)
    assert "status 3" in str(said)


def test_a_process_that_the_system_refuses_is_an_error_at_once_and_the_next_page_is_read(
    html: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [OSError(errno.EAGAIN, "Resource temporarily unavailable"), OSError(errno.ENOMEM, "Cannot allocate")]
    start = subprocess.Popen

    def popen(*args: Any, **options: Any) -> Any:
        if refused:
            raise refused.pop()
        return start(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", popen)
    began = time.monotonic()
    *missed, read = asyncio.run(all_read([page_of(html.listing([html.article(n)]), n) for n in range(1, 4)]))
    assert ["no process could be started that reads it" in str(said) for said in missed] == [True, True]
    assert len(read.entries) == 1
    assert time.monotonic() - began < 60


def test_a_process_ends_by_itself_where_a_page_hangs_and_nobody_is_left_to_end_it() -> None:
    program = TROUBLED.replace("int(sys.argv[1])", "int(sys.argv[1]), seconds=0.5")
    (said,) = asyncio.run(all_read([page_of("hangs")], program=(sys.executable, "-c", program)))
    assert "status -14" in str(said)


@pytest.mark.parametrize("module", ["socket", "queue", "tipsearch"])
def test_the_working_folder_has_no_part_in_it(
    module: str, html: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{module}.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (said,) = asyncio.run(all_read([page_of(html.listing([html.article(1)]))]))
    assert len(said.entries) == 1


def test_nothing_is_left_running() -> None:
    before = children()

    async def left() -> list[int]:
        async with opened() as reader:
            reader.start()
            reader.read(page_of("<p>"))
            await asyncio.sleep(0.1)
            return children()

    during = asyncio.run(left())
    assert len(during) == len(before) + 1
    assert len(children()) == len(before)


def test_the_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    program = (
        "import os, sys\nfrom tipsearch.crawler.page_reader import PageReader\nreader = PageReader()\nreader.start()\n"
        "print(reader._process.pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    reading = int(done.stdout)
    for _ in range(600):
        try:
            state = Path(f"/proc/{reading}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.1)
    pytest.fail("it reads on for nobody")


@pytest.mark.parametrize("cut", [1, 3, 4, 5, 11])
def test_what_comes_in_pieces_is_put_together(cut: int) -> None:
    sent = framed("one") + framed(["two", 2])
    received = bytearray()
    got = []
    for start in range(0, len(sent), cut):
        received += sent[start : start + cut]
        got += unframed(received)
    assert got == ["one", ["two", 2]]
    assert not received
