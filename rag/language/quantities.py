"""Numbers and dates in a text, as values to compare: "12.4 million", "twenty-six", "40 per cent", "3 May 2022".

English and figures only. This module does not know which of two texts is the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.months import MONTHS
from rag.types import Span

__all__ = ["Date", "Quantity", "dates", "quantities"]

_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
}
_SMALL = {**_ONES, **_TENS, "dozen": 12}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "crore": 1e7,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),  # noqa: SIM905
        1,
    )
}
_FRACTIONS = {"half": 0.5, "quarter": 0.25, "twice": 2.0, "thrice": 3.0, "double": 2.0, "triple": 3.0}
_UNITS = {
    form: name
    for name, forms in {
        "%": "% percent percentage pct",
        "$": "$ dollar dollars usd",
        "€": "€ euro euros eur",
        "£": "£ gbp",
        "rs": "rs rupee rupees pkr inr ₹",
        "km": "km kms kilometre kilometres kilometer kilometers",
        "mile": "mile miles mi",
        "metre": "metre metres meter meters",
        "foot": "foot feet ft",
        "inch": "inch inches",
        "cm": "cm centimetre centimetres centimeter centimeters",
        "mm": "mm millimetre millimetres millimeter millimeters",
        "kg": "kg kilogram kilograms kilogramme kilogrammes",
        "gram": "gram grams",
        "ton": "ton tons",
        "tonne": "tonne tonnes",
        "pound": "pound pounds lb lbs",
        "litre": "litre litres liter liters",
        "gallon": "gallon gallons",
        "acre": "acre acres",
        "hectare": "hectare hectares ha",
        "second": "seconds",
        "minute": "minute minutes",
        "hour": "hour hours hrs",
        "day": "day days",
        "week": "week weeks",
        "month": "month months",
        "year": "year years yr yrs",
        "decade": "decade decades",
        "century": "century centuries",
        "kw": "kw kilowatt kilowatts",
        "mw": "mw megawatt megawatts",
        "gw": "gw gigawatt gigawatts",
        "mph": "mph",
        "kb": "kb",
        "mb": "mb",
        "gb": "gb",
        "tb": "tb",
    }.items()
    for form in forms.split()
}
_SPELLED = "|".join(sorted((*_SMALL, *(s for s in _SCALES if len(s) > 2)), key=len, reverse=True))
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_NUMBER = re.compile(
    rf"""(?P<money>US\$|[$€£₹]|\bRs\.?\s?)?\s?
    (?: (?P<figure>\d{{1,3}}(?:,\d{{2,3}})+(?:\.\d+)?|\d+(?:\.\d+)?) (?:\s?(?P<ordinal>st|nd|rd|th)\b)?
        (?: [\s-]?(?P<scale>{_SCALE})\b )?
      | \b(?P<spelled>(?:a\s+)?(?:{_SPELLED})(?:(?:[\s-]+(?:and\s+)?)(?:{_SPELLED}))*)\b )""",
    re.VERBOSE | re.IGNORECASE,
)
_HALF = re.compile(
    rf"\b(?:({'|'.join(_ONES)}) and a half|half an?) (hundred|thousand|million|billion|trillion)\b", re.IGNORECASE
)
_WORDS = re.compile(rf"\b(?:{'|'.join((*_ORDINALS, *_FRACTIONS))})\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:no|any|some|every|each|this|that|which)\s+one|\bone[^\w\s-]?$", re.IGNORECASE)
_UNIT = re.compile(r"[\s-]?(%|per\s?cent\b|[a-z]+\b)(?:[\s-]+(?P<after>[a-z]+)\b)?", re.IGNORECASE)
_POINTS = re.compile(r"[\s-]*points?\b", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|some|circa|c\.|over|more than|an estimated|at least|up to|"
    r"close to|under|less than|fewer than)\s+[$€£]?$",
    re.IGNORECASE,
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"""\b(?: (?P<iso>\d{{4}})-(?P<isomonth>\d{{2}})-(?P<isoday>\d{{2}})
      | (?P<one>\d{{1,2}})(?P<sign>[./])(?P<two>\d{{1,2}})(?P=sign)(?P<numeric>[12]\d{{3}})\b
      | (?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{_MONTH})\b\.?
        (?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|,\d|\s?(?:%|per\b)))?
        (?:,?\s+(?:of\s+)?(?P<year>[12]\d{{3}})\b(?!,\d))?
      | (?P<alone>1[0-9]\d{{2}}|20\d{{2}})(?P<decade>s)?\b(?![,.]\d|\s?%) )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands; `unit` is "" where none is named next to it, "th" for ordinals."""

    value: float
    unit: str
    span: Span
    counts: str = ""  # the word after it, lower case: what is counted
    hedged: bool = False  # "about", "nearly"

    def same(self, other: Quantity) -> bool:
        """Equal values; units must agree where both name one."""
        close = abs(self.value - other.value) <= 1e-9 * max(abs(self.value), abs(other.value), 1.0)
        return close and (self.unit == other.unit or not self.unit or not other.unit)

    def rounds(self, other: Quantity) -> bool:
        """Whether this is the other one, rounded: 12.4 million and 12,412,345, about 20,000 and 19,834."""
        if self.value == 0 or "th" in (self.unit, other.unit) or (self.unit != other.unit and self.unit and other.unit):
            return False
        digits = f"{self.value:.15g}".replace(".", "").strip("0")
        finer = len(f"{other.value:.15g}".replace(".", "").strip("0")) > len(digits)
        enough = len(digits) >= (1 if self.hedged else 2)
        return finer and enough and float(f"{other.value:.{len(digits)}g}") == self.value


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as it is given."""

    year: int | None
    month: int | None
    day: int | None
    span: Span
    decade: bool = False  # "the 1990s"

    def within(self, other: Date) -> bool:
        """Whether everything given here is given there too, and the same."""
        if self.decade != other.decade:
            return self.decade and other.year is not None and self.year == other.year // 10 * 10
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or mine == theirs for mine, theirs in pairs)

    def but_for_year(self, other: Date) -> bool:
        """Whether month and day are given there, and the same, without a year."""
        return other.year is None and self.month is not None and (self.month, self.day) == (other.month, other.day)

    def clashes(self, other: Date) -> bool:
        """Whether a part given in both differs."""
        if self.decade or other.decade:
            return self.year is not None and other.year is not None and self.year // 10 != other.year // 10
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return any(mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs)


def dates(text: str) -> list[Date]:
    """The dates of a text, in order: days, months with a capital, years from 1000 to 2099 that stand alone."""
    found = []
    for match in _DATE.finditer(text):
        part = match.groupdict()
        span = Span(*match.span())
        if part["iso"]:
            found.append(Date(int(part["iso"]), int(part["isomonth"]), int(part["isoday"]), span))
        elif part["numeric"]:
            found.append(_numeric(int(part["one"]), int(part["two"]), int(part["numeric"]), part["sign"], span))
        elif part["alone"]:
            found.append(Date(int(part["alone"]), None, None, span, decade=bool(part["decade"])))
        elif match["month"][0].isupper():
            day = part["day"] or part["after"]
            if match["month"] in ("May", "March", "Mar", "Jan", "Sep", "Dec") and not (day or part["year"]):
                continue  # more often a verb or a name
            year = int(part["year"]) if part["year"] else None
            found.append(Date(year, MONTHS[part["month"].lower()], int(day) if day else None, span))
    return found


def _numeric(one: int, two: int, year: int, sign: str, span: Span) -> Date:
    """A date in figures; which of two small numbers is the month is not known where a slash stands between them."""
    if sign == "." or one > 12:
        return Date(year, two if two <= 12 else None, one, span)
    if two > 12:
        return Date(year, one, two, span)
    return Date(year, one, one, span) if one == two else Date(year, None, None, span)


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text that are no part of a date, in order of kind and place."""
    halves = list(_halves(text))
    taken = [date.span for date in dates(text)] + [half.span for half in halves]
    found = list(_figures(text))
    for match in _WORDS.finditer(text):
        word = match[0].lower()
        if word in _ORDINALS:
            found.append(Quantity(float(_ORDINALS[word]), "th", Span(*match.span())))
        else:
            found.append(Quantity(_FRACTIONS[word], "", Span(*match.span())))
    free = [one for one in found if all(one.span.end <= span.start or one.span.start >= span.end for span in taken)]
    return [*halves, *free]


def _halves(text: str) -> Iterator[Quantity]:
    """ "half a million" and "one and a half million"."""
    for match in _HALF.finditer(text):
        value = (_spelled(match[1]) if match[1] else 0.0) + 0.5
        yield Quantity(value * _SCALES[match[2].lower()], _unit_at(text, match.end())[0], Span(*match.span()))


def _figures(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        start = match.start("figure") if match["figure"] else match.start("spelled")
        if start and (text[start - 1].isalnum() or text[start - 1] in "._" or text[start - 2 : start] in ("#", "§")):
            continue  # part of a name: B2, v1.2
        if start > 4 and text[start - 1] in "-–/" and text[start - 5 : start - 1].isdigit() and match["figure"]:
            continue  # "2018-19"
        scale = match["scale"]
        end = match.end()
        if match["figure"]:
            value = float(match["figure"].replace(",", ""))
            if scale and (len(scale) > 1 or match["money"] or scale in "mM"):
                if scale.lower() == "m" and not match["money"]:
                    scale = None  # "5 m" is a length
                    end = match.end("figure")
                else:
                    value *= _SCALES[scale.lower()]
            elif scale:
                end = match.end("figure")
            if end < len(text) and text[end].isalpha() and not match["ordinal"] and not _unit_at(text, end)[0]:
                continue
        else:
            value = _spelled(match["spelled"])
            if match["spelled"].lower() == "one" and _PRONOUN.search(text[max(0, start - 9) : end + 2]):
                continue  # "no one", "this one."
        unit, counts = _unit_at(text, end)
        if match["ordinal"]:
            unit = "th"
        elif match["money"]:
            unit = {"us$": "$", "₹": "rs"}.get(match["money"].strip(" .").lower(), match["money"].strip(" .").lower())
        yield Quantity(value, unit, Span(start, end), counts, _HEDGE.search(text, 0, start) is not None)


def _unit_at(text: str, end: int) -> tuple[str, str]:
    """The unit that stands at an offset, and the word there."""
    match = _UNIT.match(text, end)
    if match is None:
        return "", ""
    word = match[1].lower()
    if (word.startswith("per") and word.endswith("cent")) or word in ("%", "percentage"):
        return ("%p" if _POINTS.match(text, match.end(1)) else "%"), "percent"
    if word == "m" and text[end : end + 1] in " m":
        return "metre", word
    if word in ("square", "sq", "cubic", "us") and match["after"]:
        name = _UNITS.get(match["after"].lower(), match["after"].lower())
        return (name if word == "us" else f"{word[:2]} {name}"), word
    return _UNITS.get(word, ""), word


def _spelled(text: str) -> float:
    """The value of a number in words: "two hundred and five thousand"."""
    total = part = 0.0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _SMALL:
            part = part * 12 if word == "dozen" and part else part + _SMALL[word]
        elif word in _SCALES:
            scale = _SCALES[word]
            if scale == 100:
                part = (part or 1) * scale
            else:
                total, part = total + (part or 1) * scale, 0.0
    return total + part
