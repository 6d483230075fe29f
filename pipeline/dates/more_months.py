"""The month names, weekdays and label words of the languages read by a stricter grammar than the eight's own."""

from __future__ import annotations

import unicodedata

from .folding import fold
from .words import month_table

# Twelve fields a language, January first; genitive and nominative as CLDR has them, and the abbreviations blogs print.
# Left out are names that are another month elsewhere: Croatian "listopad" (October) is Polish November.
_MONTHS = {
    "id": "januari jan|februari feb|maret mar|april apr|mei|juni jun|juli jul|agustus agu agt agst|september sept sep"
    "|oktober okt|november nov|desember des",
    "ms": "januari jan|februari feb|mac|april apr|mei|jun|julai jul|ogos|september sept sep|oktober okt|november nov"
    "|disember dis",
    "sv": "januari jan|februari feb|mars mar|april apr|maj|juni jun|juli jul|augusti aug|september sept sep"
    "|oktober okt|november nov|december dec",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sept sep"
    "|oktober okt|november nov|december dec",
    "no": "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug|september sept sep"
    "|oktober okt|november nov|desember des",
    "fi": "tammikuuta tammikuu|helmikuuta helmikuu|maaliskuuta maaliskuu|huhtikuuta huhtikuu|toukokuuta toukokuu"
    "|kesäkuuta kesäkuu|heinäkuuta heinäkuu|elokuuta elokuu|syyskuuta syyskuu|lokakuuta lokakuu"
    "|marraskuuta marraskuu|joulukuuta joulukuu",
    "tr": "ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|ağustos ağu|eylül eyl|ekim eki"
    "|kasım kas|aralık ara",
    "ro": "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug|septembrie sept sep"
    "|octombrie oct|noiembrie nov|decembrie dec",
    "cs": "ledna leden|února únor|března březen|dubna duben|května květen|června červen|července červenec"
    "|srpna srpen|září|října říjen|listopadu|prosince prosinec",
    "sk": "januára január|februára február|marca marec|apríla apríl|mája máj|júna jún|júla júl|augusta august"
    "|septembra september|októbra október|novembra november|decembra december",
    "hu": "január jan|február febr|március márc|április ápr|május máj|június jún|július júl|augusztus aug"
    "|szeptember szept|október okt|november nov|december dec",
    "ca": "gener gen|febrer febr|març|abril abr|maig|juny|juliol jul|agost ag|setembre set|octubre oct|novembre nov"
    "|desembre des",
    "ru": "января январь янв|февраля февраль фев февр|марта март мар|апреля апрель апр|мая май|июня июнь июн"
    "|июля июль июл|августа август авг|сентября сентябрь сен сент|октября октябрь окт|ноября ноябрь ноя нояб"
    "|декабря декабрь дек",
    "uk": "січня січень січ|лютого лютий лют|березня березень бер|квітня квітень квіт|травня травень трав"
    "|червня червень черв|липня липень лип|серпня серпень серп|вересня вересень вер|жовтня жовтень жовт"
    "|листопада листопад лист|грудня грудень груд",
    "bg": "януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември",
    "el": "ιανουαρίου ιανουάριος ιαν|φεβρουαρίου φεβρουάριος φεβ|μαρτίου μάρτιος μαρ|απριλίου απρίλιος απρ"
    "|μαΐου μάιος μαι|ιουνίου ιούνιος ιουν|ιουλίου ιούλιος ιουλ|αυγούστου αύγουστος αυγ|σεπτεμβρίου σεπτέμβριος σεπ"
    "|οκτωβρίου οκτώβριος οκτ|νοεμβρίου νοέμβριος νοε|δεκεμβρίου δεκέμβριος δεκ",
    "ar": "يناير كانون_الثاني جانفي|فبراير شباط فيفري|مارس آذار|أبريل إبريل نيسان أفريل|مايو أيار ماي"
    "|يونيو يونيه يونية حزيران جوان|يوليو يوليه يولية تموز جويلية يوليوز"
    "|أغسطس آب أوت غشت|سبتمبر أيلول شتنبر|أكتوبر تشرين_الأول"
    "|نوفمبر تشرين_الثاني نونبر|ديسمبر كانون_الأول دجنبر",
    "he": "ינואר בינואר|פברואר בפברואר|מרץ במרץ מרס במרס|אפריל באפריל|מאי במאי|יוני ביוני|יולי ביולי"
    "|אוגוסט באוגוסט|ספטמבר בספטמבר|אוקטובר באוקטובר|נובמבר בנובמבר|דצמבר בדצמבר",
    "hi": "जनवरी|फ़रवरी फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर सितम्बर|अक्टूबर अक्तूबर|नवंबर नवम्बर|दिसंबर दिसम्बर",
    "bn": "জানুয়ারি জানুয়ারী|ফেব্রুয়ারি ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট আগষ্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর",
    "th": "มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม กรกฏาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม",
    "vi": "tháng_một tháng_giêng|tháng_hai|tháng_ba|tháng_tư|tháng_năm|tháng_sáu|tháng_bảy|tháng_tám|tháng_chín"
    "|tháng_mười|tháng_mười_một|tháng_mười_hai tháng_chạp",
}
_WEEKDAYS = """
    senin selasa rabu kamis sen sel rab kam jum min isn kha jumat jum'at sabtu minggu isnin khamis jumaat ahad
    måndag tisdag onsdag torsdag fredag lördag söndag mandag tors tirs tirsdag lørdag søndag mån tis ons tor fre lör sön
    man tir
    maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona torstaina
    perjantaina lauantaina sunnuntaina
    pazartesi salı çarşamba perşembe cuma cumartesi pazar pzt sal çar per cum cmt paz
    luni vin dum marți miercuri joi vineri sâmbătă duminică
    po út st čt pá ne pondělí úterý středa středu čtvrtek pátek sobota sobotu neděle neděli
    pondelok utorok streda stredu štvrtok piatok nedeľa nedeľu št pi ut
    hétfő kedd szerda csütörtök péntek szombat vasárnap
    dilluns dimarts dimecres dijous divendres dissabte diumenge
    понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье пн вт ср чт пт сб вс
    понеділок вівторок середа середу четвер п'ятниця п'ятницю субота суботу неділя неділю нд
    понеделник сряда четвъртък петък събота неделя пон пнд сря
    δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή δευ τρί τετ πέμ παρ σάβ κυρ
    الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة الجمعه السبت الأحد
    יום_ראשון יום_שני יום_שלישי יום_רביעי יום_חמישי יום_שישי יום_שבת שבת
    सोमवार मंगलवार बुधवार गुरुवार बृहस्पतिवार शुक्रवार शनिवार रविवार सोम मंगल बुध गुरु शुक्र शनि रवि
    সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার রোববার
    วันจันทร์ที่ วันอังคารที่ วันพุธที่ วันพฤหัสบดีที่ วันศุกร์ที่ วันเสาร์ที่ วันอาทิตย์ที่
    วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์
    thứ thứ_hai thứ_ba thứ_tư thứ_năm thứ_sáu thứ_bảy chủ_nhật
"""
_PUBLISHED = """
    diposting diposkan dipublikasikan diterbitkan ditulis dikirim diunggah terbit disiarkan
    publicerad publicerat postat postad skrivet inlagt publiceret udgivet skrevet lagt_ud publisert lagt_inn
    julkaistu kirjoitettu lähetetty
    yayınlandı yayınlanma yayımlandı yayımlanma yayın_tarihi yayınlanma_tarihi yayımlanma_tarihi gönderildi eklenme
    eklenme_tarihi eklendi gönderen
    publicat postat_pe postat scris adăugat publicată publicat_la
    publikováno zveřejněno vloženo napsáno přidáno vydáno datum_publikace
    publikované zverejnené vložené napísané pridané uverejnené
    közzétéve közzétette megjelent írta beküldte feltöltve posztolta dátum_közzétéve
    publicada_el escrit
    опубликовано опубликована опубликован размещено добавлено написано дата_публикации
    опубліковано розміщено додано написано дата_публікації
    публикувано публикувана публикуван добавено написано
    δημοσιεύτηκε δημοσιεύθηκε αναρτήθηκε δημοσίευση ανάρτηση
    نشر نشرت نشرت_في نشر_في تاريخ_النشر كتب كتبها كتبه أضيف
    פורסם נכתב פורסמה הועלה
    प्रकाशित पोस्टेड प्रकाशन_तिथि
    প্রকাশিত প্রকাশ পোস্ট
    เผยแพร่ เผยแพร่เมื่อ โพสต์เมื่อ เขียนเมื่อ
    đăng đăng_ngày ngày_đăng đăng_lúc đăng_vào được_đăng
"""
_DATE = "tanggal tarikh dato päivämäärä tarih tarihi dată dátum kelt дата ημερομηνία التاريخ تاريخ תאריך दिनांक तिथि"
_DATE += " তারিখ ngày วันที่"
# Those in Latin letters stand in `words`, for the eight languages' own grammar must not read past them.
_UPDATED = """
    modificat_el обновлено обновлена обновлён обновление изменено отредактировано оновлено змінено оновлення
    редаговано обновена актуализирано актуализирана променено редактирано ενημερώθηκε ενημέρωση τροποποιήθηκε
    επεξεργασία تحديث تعديل محدث حدث عدل التحديث التعديل עודכן עדכון נערך अद्यतन अपडेट संशोधित অপডেট আপডেট
    হালনাগাদ সম্পাদিত แก้ไข ปรับปรุง อัปเดต อัพเดท อัปเดตเมื่อ แก้ไขเมื่อ แก้ไขล่าสุด cập_nhật chỉnh_sửa
"""
_CONNECTING = """
    pada den d på den_dag na dne dňa v ve pe la în data_de dia del el в во о у на от від від_дня на_дату στις την τη
    في بتاريخ يوم ب ה ב को दिनांक তারিখে vào ngày lúc เมื่อ เมื่อวันที่ วันที่
"""
_BY = """
    oleh av af kirjoittaja yazar yazan autor autora autorem de_către szerző írta per автор автором автора от від
    συγγραφέας από بواسطة بقلم الكاتب كاتب מאת द्वारा লেখক โดย bởi tác_giả
"""
_BY_BEHIND = "tarafından द्वारा"
_CLOCK = "pukul jam kl klo saat ora la в о в_час у v ve στις الساعة في בשעה को बजे lúc kello time sa ch öö ös"
_CLOCK += " am pm ص م صباحا مساء π μ πμ μμ पूर्वाह्न अपराह्न น wib wita"
_YEAR_MARK = "г года год р року рік r roku rok m м م tarihinde"
_COMMENTS = """
    komentar komen kommentarer kommentar kommentti kommenttia yorum comentarii comentariu komentář komentáře komentářů
    komentárov komentáre hozzászólás comentaris comentari комментариев комментария комментарий коментарів коментари
    σχόλια σχόλιο تعليق تعليقات תגובות תגובה टिप्पणियाँ टिप्पणी মন্তব্য ความคิดเห็น bình_luận
"""

_LEVEL = str.maketrans(
    {
        **dict(zip("ıđøæ", "idoa", strict=True)),
        **dict(zip("άέήίόύώϊΐϋΰς", "αεηιουωιιυυσ", strict=True)),
        **dict(zip("أإآٱё", "ااااе", strict=True)),
        **dict.fromkeys("\u0301\u0308\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"),
    }
)


def level(word: str) -> str:
    """A folded word in the one spelling the tables are looked up by: without what writers leave out or vary."""
    return word if word.isascii() else word.translate(_LEVEL)


def _key(listed: str) -> str:
    return level(fold(unicodedata.normalize("NFC", listed))).replace("_", " ")


def _set(listed: str) -> frozenset[str]:
    return frozenset(_key(word) for word in listed.split())


MORE_LANGUAGES: tuple[str, ...] = tuple(_MONTHS)
"""The languages of this table, as ISO 639-1 codes ("no" stands for "nb" and "nn", too)."""
MORE_MONTH_NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    language: tuple(tuple(name.replace("_", " ") for name in names.split()) for names in fields.split("|"))
    for language, fields in _MONTHS.items()
}
"""The names as written, by language and month."""
MORE_MONTHS = month_table(MORE_MONTH_NAMES, _key)
"""Levelled month name to its number and languages; no name means two months here or in the eight languages."""
MORE_WEEKDAYS = _set(_WEEKDAYS)
MORE_PUBLISHED = _set(_PUBLISHED)
MORE_DATE = _set(_DATE)
"""Words for "date": they introduce it only where they open the label ("Concert date: …" is an event's)."""
MORE_UPDATED = _set(_UPDATED)
MORE_CONNECTING = _set(_CONNECTING)
MORE_BY = _set(_BY)
MORE_BY_BEHIND = _set(_BY_BEHIND)
"""Words that follow the author's name."""
MORE_CLOCK = _set(_CLOCK)
"""Words before or after a time of day."""
MORE_YEAR_MARK = _set(_YEAR_MARK)
"""Words for "year" that stand behind its number."""
MORE_COMMENTS = _set(_COMMENTS)
