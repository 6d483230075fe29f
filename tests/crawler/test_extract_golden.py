"""Every page under fixtures/ yields what its golden file says: one test per case and field."""

import shutil

import pytest
from golden_pages import ENTRY_FIELDS, FIXTURES, PAGE_FIELDS, as_golden, case_folders, expected, load_page

from tipsearch.crawler.extract import extract

CASES = [pytest.param(folder, id=folder.relative_to(FIXTURES).as_posix()) for folder in case_folders()]


@pytest.fixture(scope="module")
def golden():
    read = {}

    def of(folder):
        if folder not in read:
            read[folder] = expected(folder), as_golden(extract(load_page(folder)))
        wanted, found = read[folder]
        if wanted is None:
            pytest.fail(f"{folder.name}/expected.json was missing and has been written: read it, then commit it")
        return wanted, found

    return of


@pytest.mark.parametrize("folder", CASES)
@pytest.mark.parametrize("field", PAGE_FIELDS)
def test_page(golden, folder, field):
    wanted, found = golden(folder)
    assert found[field] == wanted[field]


@pytest.mark.parametrize("folder", CASES)
@pytest.mark.parametrize("field", ENTRY_FIELDS)
def test_entries(golden, folder, field):
    wanted, found = golden(folder)
    assert [entry[field] for entry in found["entries"]] == [entry[field] for entry in wanted["entries"]]


@pytest.mark.parametrize("folder", CASES)
def test_a_golden_file_holds_no_other_fields(golden, folder):
    wanted, found = golden(folder)
    assert set(wanted) == set(found)
    assert all(set(entry) == set(ENTRY_FIELDS) for entry in wanted["entries"])


@pytest.mark.parametrize("folder", CASES)
def test_positions_count_from_the_top(folder):
    entries = extract(load_page(folder)).entries
    assert [entry.position for entry in entries] == list(range(len(entries)))


@pytest.mark.parametrize("folder", CASES)
def test_reading_twice_gives_the_same_entries(folder):
    first, second = extract(load_page(folder)), extract(load_page(folder))
    assert [e.digest for e in first.entries] == [e.digest for e in second.entries]


def test_every_case_is_found():
    assert len(CASES) >= 40


def test_a_dropped_page_gets_its_golden_file_once_and_fails_for_review(tmp_path):
    folder = tmp_path / "a_new_case"
    shutil.copytree(FIXTURES / "wordpress" / "single_post", folder)
    (folder / "expected.json").unlink()
    assert expected(folder) is None
    assert expected(folder) == as_golden(extract(load_page(folder)))
    (folder / "expected.json").write_text("{}", encoding="utf-8")
    assert expected(folder) == {}
