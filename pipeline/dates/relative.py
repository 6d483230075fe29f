"""Relative text such as "3 days ago" or "gestern", counted back from the moment the page was fetched."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta

from ..records import Precision
from .context import follows_well, role_before
from .folding import fold

_UNITS = {
    "second": "second seconds sec secs segundo segundos seg seconde secondes sekunde sekunden secondo secondi seconden"
    " sekunda sekundy sekund sekundę",
    "minute": "minute minutes min mins minuto minutos minuten minuut minuto minuti minuta minuty minut minutę",
    "hour": "hour hours hr hrs h hora horas heure heures stunde stunden std ora ore uur uren godzina godziny godzin"
    " godzinę godz",
    "day": "day days d día días dia dias jour jours j tag tage tagen giorno giorni dag dagen dzień dni",
    "week": "week weeks wk wks w semana semanas semaine semaines sem woche wochen settimana settimane weken tydzień"
    " tygodnie tygodni",
    "month": "month months mo mos mes meses mois monat monate monaten mês mese mesi maand maanden miesiąc miesiące"
    " miesięcy",
    "year": "year years yr yrs y año años an ans année années jahr jahre jahren ano anos anno anni jaar rok lata lat",
}
_NUMBERS = (
    "a an one un una uno une ein eine einen einem einer um uma één een jeden jedną",
    "two dos deux zwei dois duas due twee dwa dwie",
    "three tres trois drei três tre drie trzy",
    "four cuatro quatre vier quatro quattro cztery",
    "five cinco cinq fünf cinque vijf pięć",
    "six seis sechs sei zes sześć",
    "seven siete sept sieben sete sette zeven siedem",
    "eight ocho huit acht oito otto osiem",
    "nine nueve neuf neun nove negen dziewięć",
    "ten diez dix zehn dez dieci tien dziesięć",
)
_DAYS_BACK = (
    "today hoy aujourd'hui heute hoje oggi vandaag dzisiaj dziś",
    "yesterday ayer hier gestern ontem ieri gisteren wczoraj",
    "anteayer antier avant-hier vorgestern anteontem l'altroieri altroieri eergisteren przedwczoraj",
)
_UNIT = {fold(word): unit for unit, words in _UNITS.items() for word in words.split()}
_NUMBER = {fold(word): value for value, words in enumerate(_NUMBERS, start=1) for word in words.split()}
_NUMBER["un'"] = 1
_FEW = frozenset(("few", "quelques", "wenigen", "pochi", "enkele", "kilka", "alguns"))
_BACK = {fold(word): days for days, words in enumerate(_DAYS_BACK) for word in words.split()}

_ABOUT = r"(?:(?:about|circa|ca\.?|environ|etwa|ungefahr|cerca de|ongeveer|okolo|unos|unas) )?"
_UNIT_WORD = r"(?P<unit>[a-z]{1,10})\.?"
_MORE = r"(?:,? (?:and |y |et |und |e |en |i )?(?P<n2>[0-9]{1,3}) ?(?P<unit2>[a-z]{1,10})\.?)?"
_COUNT = rf"{_ABOUT}(?P<n>[0-9]{{1,3}}|un'|[a-z]{{1,9}}(?= )) ?{_UNIT_WORD}{_MORE}"
_AGO = re.compile(rf"(?<![a-z0-9]){_COUNT} (?:ago|atras|fa|geleden|temu)(?![a-z])")
_SINCE = re.compile(rf"(?<![a-z])(?:hace|ha|faz|il y a|vor) {_COUNT}(?: atras)?(?![a-z0-9])")
_ONE_AGO = re.compile(
    rf"(?<![a-z0-9])(?P<n>){_UNIT_WORD}(?P<n2>)(?P<unit2>) temu(?![a-z])"
)  # Polish counts one silently
_WORD = re.compile(r"(?<![a-z0-9'-])[a-z][a-z'-]{2,14}(?![a-z0-9])")
_JUST_NOW = frozenset(("just now", "ahora mismo", "a l'instant", "gerade eben", "agora mesmo", "zojuist"))
_TWO_WORDS = {"day before yesterday": 2, "l'altro ieri": 2, "antes de ayer": 2}


def find_relative(
    line: str, folded: str, reference: datetime, languages: frozenset[str] | None = None
) -> tuple[date, Precision] | None:
    """The day, month or year that relative text means, as seen from `reference` on its own calendar; else None.

    Hours, days and weeks give a day, months a month and years a year: more was not said.
    """
    if languages is not None and not languages & {"en", "es", "fr", "de", "pt", "it", "nl", "pl"}:
        return None
    if folded.strip(" .…") in _JUST_NOW:
        return reference.date(), "day"
    for phrase, back in _TWO_WORDS.items():
        if phrase in folded and _stands_alone(line, folded, folded.index(phrase), folded.index(phrase) + len(phrase)):
            return _back(reference, {"day": back})
    for pattern in (_AGO, _SINCE, _ONE_AGO):
        position = 0
        while (counted := pattern.search(folded, position)) is not None:
            steps = _steps(counted)
            if steps and _stands_alone(line, folded, *counted.span()):
                return _back(reference, steps)
            position = counted.start() + 1  # "posted 3 days ago" is tried from "3" as well
    for match in _WORD.finditer(folded):
        days = _BACK.get(match[0])
        if days is not None and _stands_alone(line, folded, match.start(), match.end()):
            return _back(reference, {"day": days})
    return None


def is_relative(text: str) -> bool:
    """Whether text is read relative to the moment it was seen, so that it means another date on another day."""
    from .label import parse_date

    reference = datetime(2020, 6, 15)  # noqa: DTZ001 - any moment will do
    return parse_date(text) is None and parse_date(text, reference=reference) is not None


def _stands_alone(line: str, folded: str, start: int, end: int) -> bool:
    if role_before(line, folded, start) not in ("plain", "published"):
        return False
    tail = folded[end:].lstrip()
    at_time = re.match(r",? ?(?:(?:at|a las|a|as|um|alle|om|o) )?[0-9]{1,2}[:.h][0-9]{2}", tail) is not None
    return at_time or follows_well(line, folded, end, short_year=False, year_last=True)


def _steps(match: re.Match[str]) -> dict[str, int] | None:
    unit = _UNIT.get(match["unit"])
    number = match["n"]
    count = int(number) if number.isdigit() else _NUMBER.get(number) if number else 1
    if number in _FEW and unit in ("second", "minute"):
        count = 1
    if unit is None or count is None:
        return None
    steps = {unit: count}
    if match["unit2"]:
        second = _UNIT.get(match["unit2"])
        if second is None or second == unit:
            return None
        steps[second] = int(match["n2"])
    return steps


def _back(reference: datetime, steps: dict[str, int]) -> tuple[date, Precision] | None:
    try:
        months = reference.year * 12 + reference.month - 1 - steps.get("year", 0) * 12 - steps.get("month", 0)
        year, month = divmod(months, 12)
        if steps.keys() <= {"year"}:
            return date(year, 1, 1), "year"
        if steps.keys() <= {"year", "month"}:
            return date(year, month + 1, 1), "month"
        last = calendar.monthrange(year, month + 1)[1]
        moment = reference.replace(year=year, month=month + 1, day=min(reference.day, last)) - timedelta(
            weeks=steps.get("week", 0),
            days=steps.get("day", 0),
            hours=steps.get("hour", 0),
            minutes=steps.get("minute", 0),
            seconds=steps.get("second", 0),
        )
    except (ValueError, OverflowError):
        return None
    return moment.date(), "day"
