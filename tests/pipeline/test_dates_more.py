"""parse_date in the languages beyond the eight: what is read unasked, and what stays without a date."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipsearch.pipeline.dates import is_relative, parse_date, split_dated_title
from tipsearch.pipeline.dates import more_months as more
from tipsearch.pipeline.dates.folding import fold
from tipsearch.pipeline.dates.words import FOREIGN, LANGUAGES, MONTH_NAMES, PUBLISHED, UPDATED

ENGLISH = "january february march april may june july august september october november december".split()
FIFTH = date(2024, 6, 5)

LABELS = {
    "id": "5 Juni 2024|Rabu, 05 Juni 2024|Diposting oleh Budi Santoso pada Juni 05, 2024"
    "|Diposkan 5 Juni 2024 pukul 10.30|5 Juni 2024 3 komentar|5 Juni 2024 oleh admin",
    "ms": "5 Jun 2024|Rabu, 5 Jun 2024|Diterbitkan pada 5 Jun 2024 oleh Aminah",
    "sv": "5 juni 2024|onsdag 5 juni 2024|Publicerad den 5 juni 2024 av Anna Berg|5 juni, 2024 kl. 10.30"
    "|Publicerad 5 juni 2024 i Nyheter|Anna Berg | 5 juni 2024 | 3 kommentarer",
    "da": "5. juni 2024|onsdag den 5. juni 2024|Udgivet den 5. juni 2024 af Mette|Skrevet 5. juni 2024",
    "no": "5. juni 2024|onsdag 5. juni 2024|Publisert 5. juni 2024|Skrevet av Kari den 5. juni 2024",
    "fi": "5. kesäkuuta 2024|keskiviikkona 5. kesäkuuta 2024|Julkaistu 5. kesäkuuta 2024 klo 10.30|KESÄKUU 5, 2024",
    "tr": "5 Haziran 2024|5 HAZİRAN 2024 ÇARŞAMBA|Yayınlanma tarihi: 5 Haziran 2024"
    "|Ahmet Yılmaz tarafından 5 Haziran 2024|Haziran 5, 2024 tarihinde yayınlandı|5 Haz 2024, Çar 10:30",
    "ro": "5 iunie 2024|miercuri, 5 iunie 2024|Publicat pe 5 iunie 2024 de Ana Pop|5 iunie 2024, ora 10:30",
    "cs": "5. června 2024|Středa 5. června 2024|Publikováno: 5. června 2024|5. června 2024 v 10:30|Červen 5, 2024",
    "sk": "5. júna 2024|streda 5. júna 2024|Pridané 5. júna 2024|5. júna 2024, Jana",
    "hu": "2024. június 5.|2024. június 5., szerda|Közzétéve: 2024. június 5.|Szerda, 2024. június 5. 10:30"
    "|június 5, 2024",
    "ca": "5 de juny de 2024|dimecres, 5 de juny de 2024|Publicat el 5 de juny de 2024|5 juny, 2024",
    "ru": "5 июня 2024|5 июня 2024 г.|среда, 5 июня 2024 г.|Опубликовано 5 июня 2024 автором Иван|5 июня 2024 в 10:30"
    "|5 Июнь, 2024|июня 05, 2024",
    "uk": "5 червня 2024|5 червня 2024 р.|Опубліковано 5 червня 2024|середа, 5 червня 2024 р.",
    "bg": "5 юни 2024|Публикувано на 5 юни 2024|сряда, 5 юни 2024|юни 5, 2024 от Иван",
    "el": "5 Ιουνίου 2024|Τετάρτη 5 Ιουνίου 2024|ΤΕΤΑΡΤΗ, 5 ΙΟΥΝΙΟΥ 2024|5 Ιουνίου 2024 από Νίκος|Ιουνίου 05, 2024",
    "ar": "5 يونيو 2024|٥ يونيو ٢٠٢٤|الأربعاء، 5 يونيو 2024|نشر في 5 يونيو، 2024|يونيو 05, 2024"
    "|بواسطة أحمد في 5 يونيو 2024|5 حزيران 2024|5 يونيو 2024م|5 يونيو 2024 3 تعليقات",
    "he": "5 ביוני 2024|יום רביעי, 5 ביוני 2024|יוני 5, 2024|פורסם ב-5 ביוני 2024",
    "hi": "जून 05, 2024|बुधवार, 5 जून 2024|५ जून २०२४|प्रकाशित: 5 जून 2024|Posted by Raju on जून 05, 2024",
    "bn": "৫ জুন, ২০২৪|জুন ০৫, ২০২৪|বুধবার, ৫ জুন, ২০২৪|5 জুন 2024",
    "th": "5 มิถุนายน 2024|วันพุธที่ 5 มิถุนายน 2024|เผยแพร่เมื่อ 5 มิถุนายน 2024|มิถุนายน 5, 2024",
    "vi": "Thứ Tư, 5 tháng 6, 2024|5 Tháng Sáu, 2024|Tháng Sáu 5, 2024|ngày 5 tháng 6 năm 2024|Tháng 6 05, 2024"
    "|Thứ 4, 5 tháng 6, 2024|Đăng bởi Lan vào 5 tháng 6, 2024",
}


def cases() -> list[tuple[str, str]]:
    split = {language: labels.replace(" | ", "\0").split("|") for language, labels in LABELS.items()}
    return [(language, label.replace("\0", " | ")) for language, labels in split.items() for label in labels]


def day_of(text: str, **options: object) -> date | None:
    found = parse_date(text, **options)  # type: ignore[arg-type]
    return found.date if found is not None and found.precision == "day" else None


def test_every_language_of_the_table_has_labels():
    assert LABELS.keys() == set(more.MORE_LANGUAGES)
    assert all(len([c for c in cases() if c[0] == language]) >= 3 for language in LABELS)


@pytest.mark.parametrize(("language", "label"), cases())
def test_a_label_is_read_unasked_and_where_its_language_is_named(language, label):
    assert day_of(label) == FIFTH
    assert day_of(label, languages=["en", "de"]) == FIFTH
    assert day_of(label, languages=[language]) == FIFTH
    assert not is_relative(label)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("5 juni 2024 5 juli 2024", FIFTH),
        ("5 июня 2024, обновлено 7 июля 2024", FIFTH),
        ("Обновлено 7 июля 2024 · Опубликовано 5 июня 2024", FIFTH),
        ("Опубликовано: 05.06.2024", date(2024, 5, 6)),
        ("5. června 2024Nezařazené", FIFTH),
        ("Publicerad 5 juni 2024 Anna Berg", FIFTH),
        ("5 Haziran 2024 Ahmet Yılmaz tarafından", FIFTH),
        ("20 كانون الثاني 2022", date(2022, 1, 20)),
        ("5 d'agost de 2024", date(2024, 8, 5)),
        ("Tháng Mười Một 5, 2024", date(2024, 11, 5)),
        ("5 Tháng Năm, 2024", date(2024, 5, 5)),
        ("5 tháng năm năm 2024", date(2024, 5, 5)),
    ],
)
def test_pairs_numbers_and_names_of_two_words(label, expected):
    assert day_of(label) == expected


UNDATED = """
    5 lipnja 2014|Posted 5. lipnja 2014|5. srpnja 2014
    Güncellenme: 5 Haziran 2024|Son güncelleme 5 Haziran 2024|Terakhir Diperbarui 5 Juni 2024
    Uppdaterad 5 augusti 2024|Senast Uppdaterad 5 mars 2024|Обновлено 5 июня 2024|تحديث: 20 يناير 2022
    Frissítve: 2024. június 5.|Aktualizováno 5. června 2024|अपडेट: 5 जून 2024|Cập nhật 5 tháng 6, 2024
    Film bude uveden 5. června 2024|Bude zveřejněno 5. června 2024|Toplantı: 5 Haziran 2024
    Konser Tarihi: 5 Haziran 2024|5 Haziran 2024 Çarşamba günü buluşalım|5 Haziran 2024'te buluştuk
    2024. június 5-én 18 órakor|5 июня 2024 состоялся концерт|Концерт 5 июня 2024|До 5 июня 2024
    Автор книги умер 5 июня 2024|Автор Иван умер 5 июня 2024|5 июня 2024 от болезни
    مؤتمر 20 يناير 2022|20 يناير 2022 في الرياض|نشر الكتاب في 20 يناير 2022|बैठक 5 जून 2024
    5 जून 2024 को दिल्ली में|पुस्तक 5 जून 2024 को प्रकाशित|Kami bertemu pada 5 Agustus 2024
    5 Ağustos 2024 Ankara Konseri|Di Jakarta pada 5 Agustus 2024
    Konser 5 Agustus 2024|Pengumuman, 5 Agustus 2024|Concert on 5 Agustus 2024
    Büyük Konser, 5 Ağustos 2024|Deadline: 5 augusti 2024|Född 5 augusti 2024|Från 5 augusti 2024
    5 augusti 2024 i Stockholm|5. června 2024 v Praze|5. června 2024 bylo krásně|5 Ağustos 2024: Konser
    5. června 2024. Byli jsme v Praze a bylo krásně|Praha, koncert 5. června 2024
    5 augusti – 7 augusti 2024|5 июня 2024 – 7 июня 2024|5–7 июня 2024|с 5 июня 2024 по 7 июня 2024|5 и 7 июня 2024
    10-12 يناير 2022|من 20 يناير 2022 إلى 25 يناير 2022|5 июля 2024 | 3 июня 2024
    5 июня|июнь 2024|Haziran 2024|31 Haziran 2024|5 Haziran 24|7 5 июня 2024
    5 มิถุนายน 2567|15 خرداد 1403|20 جمادى الآخرة 1443 هـ الموافق 23 يناير 2022|٢٠١٨-١١-١٣
    5 tháng năm 2024|5 tháng đầu năm 2024|Tháng 6 2024|5 tháng 13, 2024|2024 m. birželio 5 d.
"""


@pytest.mark.parametrize(
    "label",
    [
        label.strip().replace("\0", " | ")
        for line in UNDATED.strip().splitlines()
        for label in line.strip().replace(" | ", "\0").split("|")
    ],
)
def test_what_is_no_posts_date_stays_without_one(label):
    assert parse_date(label) is None


def test_other_named_languages_leave_the_table_out():
    assert parse_date("5 Haziran 2024", languages=["hr"]) is None
    assert day_of("5 Haziran 2024", languages=["hr", "tr"]) == FIFTH
    assert day_of("5. juni 2024", languages=["nb"]) == FIFTH
    assert day_of("13 listopada 2018", languages=["hr"]) == date(2018, 10, 13)


def test_a_day_after_the_page_was_fetched_is_refused():
    assert parse_date("7 июня 2024", reference=datetime(2024, 6, 5, tzinfo=UTC)) is None
    assert day_of("6 июня 2024", reference=datetime(2024, 6, 5, tzinfo=UTC)) == date(2024, 6, 6)


def test_no_name_means_two_months_in_any_language():
    meant: dict[str, set[int]] = {}
    for table in (MONTH_NAMES, more.MORE_MONTH_NAMES):
        for months in table.values():
            assert len(months) == 12
            for number, names in enumerate(months, start=1):
                for name in names:
                    meant.setdefault(more.level(fold(name)), set()).add(number)
    assert {name: numbers for name, numbers in meant.items() if len(numbers) > 1} == {}


def test_no_word_is_both_of_publishing_and_of_a_change():
    updated = more.MORE_UPDATED | UPDATED
    assert not updated & (more.MORE_PUBLISHED | PUBLISHED | more.MORE_BY | more.MORE_CONNECTING | more.MORE_WEEKDAYS)
    assert not FOREIGN & (more.MORE_PUBLISHED | more.MORE_BY | more.MORE_WEEKDAYS)


@pytest.mark.parametrize("language", more.MORE_LANGUAGES)
def test_no_name_of_cldr_is_read_as_another_month(language):
    """dateparser's data are generated from CLDR: an independent list of names."""
    code = "nb" if language == "no" else language
    cldr = import_module(f"dateparser.data.date_translation_data.{code}").info
    for number, month in enumerate(ENGLISH, start=1):
        read = [day_of(f"13 {name} 2018") for name in cldr[month]]
        assert set(read) <= {None, date(2018, number, 13)}
        assert date(2018, number, 13) in read


DAYS = st.dates(min_value=date(1994, 1, 1), max_value=date(2049, 12, 31))
FORMS = ("{d} {m}, {y}", "{d:02} {m}, {y}", "{d}. {m}, {y}", "{m} {d}, {y}", "{m} {d:02}, {y}", "{y}. {m} {d}.")
DIGITS = (0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xE50)


@given(
    DAYS,
    st.sampled_from(more.MORE_LANGUAGES),
    st.data(),
    st.sampled_from(FORMS),
    st.sampled_from(DIGITS),
    st.sampled_from((str, str.upper, str.title)),
)
@settings(max_examples=600, deadline=None)
def test_every_day_reads_back_in_every_language(day, language, data, form, zero, case):
    name = data.draw(st.sampled_from(more.MORE_MONTH_NAMES[language][day.month - 1]))
    written = form.format(d=day.day, m=case(name), y=day.year)
    written = "".join(chr(zero + int(sign)) if sign.isdigit() else sign for sign in written)
    assert day_of(written) == day


KNOWN = sorted(
    {name for months in more.MORE_MONTH_NAMES.values() for names in months for name in names}
    | more.MORE_PUBLISHED
    | more.MORE_UPDATED
    | more.MORE_BY
    | more.MORE_WEEKDAYS
    | more.MORE_CONNECTING
    | more.MORE_CLOCK
    | more.MORE_COMMENTS
    | more.MORE_YEAR_MARK
)
PARTS = st.one_of(
    st.sampled_from(KNOWN),
    st.sampled_from(("5", "05", "2024", "٢٠٢٤", "10:30", "-", "|", ",", ".", "(", "tháng", "năm", "Anna", "foo", "·")),
    st.text(max_size=4),
)


@given(st.lists(PARTS, max_size=12), st.sampled_from((" ", "", ", ")))
@settings(max_examples=400, deadline=None)
def test_no_mixture_of_words_raises(parts, mark):
    text = mark.join(parts)
    found = parse_date(text)
    assert found is None or found.raw == text[:1000]


@given(DAYS, st.sampled_from(more.MORE_LANGUAGES), st.data())
@settings(deadline=None)
def test_an_unknown_word_beside_the_date_makes_it_no_label(day, language, data):
    eight = {name for months in MONTH_NAMES.values() for names in months for name in names}
    names = [name for name in more.MORE_MONTH_NAMES[language][day.month - 1] if name not in eight]
    if names:
        written = f"{day.day} {data.draw(st.sampled_from(names))}, {day.year}"
        assert parse_date(f"{written} foobar baz") is None
        assert parse_date(f"Foobar {written}") is None


@pytest.mark.parametrize(
    "title", ["Konser – 5 Haziran 2024", "Tip: 5 июня 2024", "Večer (5. června 2024)", "Ask Twice – 5 Ağustos 2024"]
)
def test_titles_are_split_by_the_eight_languages_names_only(title):
    assert split_dated_title(title) == (title, None)


def test_what_the_eight_languages_read_never_loads_the_tables():
    code = (
        "import sys; from tipsearch.pipeline.dates import parse_date\n"
        "assert parse_date('Posted on November 13, 2018 by Nora Field') and parse_date('3 comments') is None\n"
        "print([m for m in sys.modules if 'dates.more' in m]); assert parse_date('5 Haziran 2024')\n"
        "print([m for m in sys.modules if m.startswith('dateparser')])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split("\n")[:2] == ["[]", "[]"]
    assert not set(LANGUAGES) & set(more.MORE_LANGUAGES)
