"""Words of pagers in further languages: Blogger writes them in each reader's own, WordPress in the blog's."""

from __future__ import annotations

import re
from typing import Final

_OLDER: Final = (
    r"(?:postingan|posting|entri|lebih|pos-pos|tulisan|catatan) lama\b|starejš|starij|daha eski|önceki (?:kayıt|yazı)"
    r"|eski (?:kayıt|yazı|gönderi)|cũ hơn|mai vechi|régebbi|korábbi (?:bejegyzés|cikk)|παλαιότερ|παλιότερ|أقدم"
    r"|(?:المقالات|المشاركات|التدوينات|المواضيع) (?:القديمة|السابقة)|ישנות|(?:רשומות|הודעות|פוסטים) (?:קודמ|ישנ)"
    r"|قدیمی|نوشته\S{0,6} پیشین|เก่ากว่า|較舊|较旧|較早的文|较早的[文博]|早期文章|舊文章|旧文章"
    r"|이전 (?:글|게시물)|지난 글|過去の投稿|以前の(?:記事|投稿)|前の(?:記事|投稿)|पुरान|পুরাতন পোস্ট|பழைய இடுகை|పాత పోస్ట"
    r"|més antig|entrades anteriors|по-стари|старіш|давніш|попередні записи|ранние записи|стариј|vanemad|senesn"
    r"|ankstesni įraš|vecāk[aiā]s? (?:ierakst|ziņ)|zaharrago|staršie|poprzednie wpisy"
    r"|eerdere (?:artikelen|berichten|posts|items)|vorige (?:artikelen|berichten)"
    r"|frühere (?:beiträge|artikel|einträge)|articles antérieurs|meno recenti|eldri færslu"
)
_NEWER: Final = (
    r"lebih baru\b|(?:postingan|posting|entri|pos-pos|tulisan) (?:lebih )?baru\b|novejš|novij|daha yeni"
    r"|yeni (?:kayıt|yazı)|mới hơn|mai noi|újabb|νεότερ|أحدث|חדשות יותר|(?:רשומות|הודעות|פוסטים) חדש"
    r"|جدیدتر|تازه\S{0,2}تر|ใหม่กว่า|較新|较新|新文章|최근 (?:글|게시물)|més recent|по-нови|новіш|новији|uuemad|naujesn"
    r"|jaunāk[aiā]s? (?:ierakst|ziņ)|uudemmat|novšie|recente (?:artikelen|berichten)|nyrri færslu"
)
_NEXT: Final = (
    r"selanjutnya|berikutnya|seterusnya|naslednj|sljedeć|sledeć|sonraki|trang (?:sau|tiếp)|următo|következő|επόμεν"
    r"|التالي|下一頁|다음|следващ|наступн|следећ|ďalši|següent|hurrengo|järgmine|nākamā|kitas puslapis|ถัดไป|अगला"
    r"|(?:הדף|עמוד) הבא|صفحه\S{0,3} بعد"
    r"|(?:\A|(?<=\n))\W{0,4}(?:dalej|дальше|вперёд|вперед|avanti|i\u0307?leri|הבא|بعدی)\b"
)
"""The last ones say so alone: "Czytaj dalej" is "Read more"."""

_PAGE: Final = (
    r"страниц\w{1,3}|сторінк\w{1,3}|strona|strana|stran|stranica|sida|side|síða|sivu|lapa|leht|oldal|puslapis|orria"
    r"|σελίδα|sayfa|halaman|trang|pàgina|הדף|עמוד|الصفحة|صفحه\S{0,3}|पृष्ठ|หน้า"
)
"""The word "page", which may stand beside the word "next"."""

_NEXT_STEMS: Final = (
    r"следующ|наступн|следващ|следећ|następn|naslednj|sljedeć|sledeć|ďalši|επόμεν|följand|التالي|successiv"
)
"""What is written on in every gender: "следующая"."""

OLDER: Final = re.compile(_OLDER)
NEWER: Final = re.compile(_NEWER)
NEXT: Final = re.compile(_NEXT)
"""What a lower-case text says of older posts, of newer ones and of the next page, in these languages."""

PAGE: Final = re.compile(
    rf"(?<!\w)(?:page|pages|posts|entries|articles|seite|página|pagina|page suivante|beiträge|{_PAGE})\b"
)
NEXT_STEM: Final = re.compile(rf"(?:{_NEXT_STEMS})\w{{1,5}}")

_ALL: Final = re.compile(f"{_OLDER}|{_NEWER}|{_NEXT}")
_LETTER: Final = re.compile("[\xc0-\u024f\u0300-\u1fff\u2c00-\uffff]")
_ASCII: Final = re.compile(
    " lama| baru|starij|eski |mai |senesn|vanemad|zaharrago|poprzednie|eerdere|vorige|entrades|meno rec|novij|uuemad"
    "|naujesn|uudemmat|recente |selanjutnya|berikutnya|seterusnya|naslednj|sonraki|trang |hurrengo|kitas|dalej|avanti"
)
"""What stands in an ASCII text wherever one of the three finds something: literals alone are looked for quickly."""


def is_elsewhere(text: str) -> bool:
    """Whether a lower-case text holds what one of `OLDER`, `NEWER` and `NEXT` finds."""
    return (_ASCII if text.isascii() or not _LETTER.search(text) else _ALL).search(text) is not None
