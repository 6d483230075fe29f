"""The words that dates are written with in eight languages: months, weekdays, and what stands around a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .folding import fold

LANGUAGES: tuple[str, ...] = ("en", "es", "fr", "de", "pt", "it", "nl", "pl")
"""The languages read without being asked for, as ISO 639-1 codes."""

# Twelve fields a language, January first; names, case forms and abbreviations as CLDR has them and as blogs print them.
_MONTHS = {
    "en": "january jan|february feb febr|march mar|april apr|may|june jun|july jul|august aug"
    "|september sept sep|october oct|november nov|december dec",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago"
    "|septiembre setiembre sept sep set|octubre oct|noviembre nov|diciembre dic",
    "fr": "janvier janv jan|février févr fév fevr|mars mar|avril avr|mai|juin jun|juillet juil juill jul|août aoû"
    "|septembre sept sep|octobre oct|novembre nov|décembre déc",
    "de": "januar jänner jaenner jan jän|februar feber feb|märz maerz mär mrz|april apr|mai|juni jun|juli jul"
    "|august aug|september sept sep|oktober okt|november nov|dezember dez",
    "pt": "janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto ago"
    "|setembro septembro set|outubro out|novembro nov|dezembro dez",
    "it": "gennaio gen genn|febbraio feb febb|marzo mar|aprile apr|maggio mag magg|giugno giu|luglio lug|agosto ago"
    "|settembre sett set|ottobre ott|novembre nov|dicembre dic",
    "nl": "januari jan|februari feb febr|maart mrt|april apr|mei|juni jun|juli jul|augustus aug"
    "|september sept sep|oktober okt|november nov|december dec",
    "pl": "stycznia styczeń styczniu sty|lutego luty lutym lut|marca marzec marcu mar|kwietnia kwiecień kwietniu kwi"
    " kwie|maja maj maju|czerwca czerwiec czerwcu cze|lipca lipiec lipcu lip|sierpnia sierpień sierpniu sie sier"
    "|września wrzesień wrześniu wrz|października październik październiku paź"
    "|listopada listopad listopadzie lis list|grudnia grudzień grudniu gru",
}
_WEEKDAYS = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun
    lunes martes miércoles jueves viernes sábado domingo lun mar mié jue vie sáb dom
    lundi mardi mercredi jeudi vendredi samedi dimanche mer jeu ven sam dim
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    segunda segunda-feira terça terça-feira quarta quarta-feira quinta quinta-feira sexta sexta-feira
    seg ter qua qui sex sab feira
    lunedì martedì mercoledì giovedì venerdì sabato domenica gio
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
    poniedziałek wtorek środa środę czwartek piątek sobota sobotę niedziela niedzielę pon wt śr czw pt pią sob nd niedz
"""
_PUBLISHED = """
    posted published publish publication pubdate date dated written submitted released added created first originally
    publicado publicada publicación fecha escrito creado publié publiée publication posté écrit rédigé ligne
    veröffentlicht veröffentlichung geschrieben verfasst gepostet erstellt datum publiziert eingestellt
    postado postada publicação escrita data pubblicato pubblicata pubblicazione postato scritto inserito
    geplaatst gepubliceerd gepost geschreven publicatiedatum opublikowano opublikowany opublikowane opublikowana dodano
    napisano napisane napisał napisała zamieszczono erschienen online gestellt paru
    créé creata beitragsdatum erstellungsdatum
    publikationsdatum entry subido article beitrag wpis articolo artículo artigo bericht entrada billet eintrag
    publikacji utworzono wysłano veröffentlichungsdatum posteado enviado enviada criado criada creato inviato ajouté
    ajoutée soumis toegevoegd ingediend ingezonden gespeichert artikel dodany dodana dodania wysłane wysłany tow
"""
_UPDATED = """
    updated update updates modified edited revised reviewed changed actualizado actualizada actualización modificado
    modificada editado jour actualisé modifié modifiée aktualisiert aktualisierung geändert bearbeitet überarbeitet
    stand atualizado atualizada atualização aggiornato aggiornata aggiornamento modificato modificata bijgewerkt
    gewijzigd zaktualizowano aktualizacja aktualizacji zmieniono edytowano änderung modification modificación
    modificação modifica modyfikacja zmodyfikowano aangepast
    diperbarui diperbaharui diupdate disunting diubah dikemaskini pembaruan kemaskini uppdaterad uppdaterat
    ändrad redigerad opdateret redigeret ændret oppdatert endret redigert päivitetty muokattu güncellenme
    güncelleme güncellendi güncellenmiş düzenlendi düzenleme değiştirilme actualizat actualizată modificat
    editat aktualizováno upraveno změněno aktualizace aktualizované upravené zmenené aktualizácia frissítve
    módosítva szerkesztve frissítés frissítette actualitzat actualitzada actualització
"""
_CONNECTING = """
    on at this the no am vom den der el dia día le du em il op dnia w z dniu o a de del na en in um um as alle
"""
_BY = "by por par von da di door przez author autor auteur autore de"
_FOREIGN = """
    deadline due expires expiry expired until till since before after through thru event when starts start ends end from
    copyright born founded est established valid rsvp bis seit hasta desde jusqu jusqu'au depuis até fino dal tot sinds
    do od was is war fue between to comment commented reply replied
    expiration effective birth birthday joined gültig ab vanaf nascimento nascita naissance geburtsdatum
"""
_FOLLOWING = """
    by in at under with and comments comment leave filed posted published por par von da di door przez en dans em w r
    roku uhr no updated last modified edited via from geplaatst publicado publié veröffentlicht pubblicato opublikowano
    kommentare kommentar commentaires commentaire comentarios comentários commenti reacties komentarzy unter onder sob
    nel mis aktualisiert actualizado atualizado aggiornato bijgewerkt min g h tow e y et und i
"""


# Monday first; "do" is left out, for it is Thursday in German and Dutch and "until" in Polish.
_DAYS_OF_WEEK = """monday mon lunes lun lundi montag mo segunda segunda-feira seg lunedì maandag ma poniedziałek pon
    |tuesday tue tues martes mar mardi dienstag di terça terça-feira ter martedì dinsdag wtorek wt
    |wednesday wed weds miércoles mié mercredi mer mittwoch mi quarta quarta-feira qua mercoledì woensdag wo środa śr
    |thursday thu thur thurs jueves jue jeudi jeu donnerstag quinta quinta-feira qui giovedì gio donderdag czwartek czw
    |friday fri viernes vie vendredi ven freitag fr sexta sexta-feira sex venerdì vrijdag vr piątek pt
    |saturday sat sábado sáb samedi sam samstag sonnabend sa sab sabato zaterdag za sobota sob
    |sunday sun domingo dom dimanche dim sonntag so domenica zondag zo niedziela nd"""


MONTH_NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    language: tuple(tuple(names.split()) for names in fields.split("|")) for language, fields in _MONTHS.items()
}
"""The names as written, by language and month."""


def month_table(
    written: Mapping[str, tuple[tuple[str, ...], ...]], key: Callable[[str], str]
) -> dict[str, tuple[int, frozenset[str]]]:
    """Each name's key to its month's number and the languages that use it, of names by language and month."""
    table: dict[str, tuple[int, frozenset[str]]] = {}
    for language, months in written.items():
        for number, names in enumerate(months, start=1):
            for name in map(key, names):
                _, known = table.get(name, (number, frozenset()))
                table[name] = number, known | {language}
    return table


def _set(listed: str) -> frozenset[str]:
    return frozenset(fold(listed).split())


MONTHS = month_table(MONTH_NAMES, fold)
"""Folded month name to its number and the languages that use it; no name means two months in the eight languages."""

WEEKDAYS = _set(_WEEKDAYS)
WEEKDAY_NUMBERS = {word: number for number, days in enumerate(_DAYS_OF_WEEK.split("|")) for word in fold(days).split()}
"""Folded weekday to its number as `date.weekday` counts, Monday 0."""
PUBLISHED = _set(_PUBLISHED)
"""Words that say: what follows is the date of publishing."""
UPDATED = _set(_UPDATED)
"""Words that say: what follows is the date of a change, which is not the post's date."""
CONNECTING = _set(_CONNECTING)
"""Articles and prepositions that may stand directly before a date."""
BY = _set(_BY)
FOREIGN = _set(_FOREIGN)
"""Words before a date that make it the date of something else."""
FOLLOWING = _set(_FOLLOWING)
"""Words in lower case that may follow the date in a label."""


def month_number(word: str, languages: frozenset[str] | None = None) -> int | None:
    """1 to 12 for a folded month name of one of the languages (default: all eight), else None."""
    found = MONTHS.get(word)
    if found is None or (languages is not None and not (found[1] & languages)):
        return None
    return found[0]


def weekday_before(folded: str, start: int) -> int | None:
    """The weekday that stands directly before position `start` of a folded text, as `date.weekday` counts."""
    word = folded[max(0, start - 16) : start].rstrip(" .,").rpartition(" ")[2].strip("(|")
    return WEEKDAY_NUMBERS.get(word)
