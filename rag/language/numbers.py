"""Numbers in a text, as values to compare: "12.4 million", "twenty-six", "40 per cent"; and other forms of them.

English and figures only. This module does not know which of two texts is the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.dates import dates
from rag.language.english import FRACTIONS, ONES, ORDINALS, PERIODS, SCALES, TENS, UNITS
from rag.types import Span

__all__ = ["COUNTABLE_PERIODS", "FIGURE", "NUMBERED", "NUMBER_WORDS", "Quantity", "quantities"]

FIGURE = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)")
"""A number in figures that is no part of a word or of another number."""
NUMBER_WORDS = frozenset(ONES) - {"zero"} | frozenset(TENS)
"""The numbers from one to ninety that are one word."""
COUNTABLE_PERIODS = frozenset(PERIODS.values())
"""What spans of time are counted in, several of them."""
_NUMBERED = (
    *("see", "section", "sections", "article", "articles", "step", "steps", "figure", "figures", "table", "tables"),
    *("equation", "equations", "chapter", "chapters", "part", "parts", "paragraph", "paragraphs", "clause", "clauses"),
)
_UP_TO_TWELVE = [word for word, value in ONES.items() if 1 <= value <= 12]
NUMBERED = re.compile(rf"\b(?:{'|'.join((*_NUMBERED, *_UP_TO_TWELVE))}|\d+)\s$", re.IGNORECASE)
"""What a number in brackets after it belongs to: "section (2)", "three (3)"."""

_SMALL = {**ONES, **TENS, "dozen": 12}
_UNITS = {form: name for name, forms in UNITS.items() for form in forms.split()}
_SPELLED = "|".join(sorted((*_SMALL, *(s for s in SCALES if len(s) > 2)), key=len, reverse=True))
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_NUMBER = re.compile(
    rf"""(?P<money>US\$|[$€£₹]|\bRs\.?\s?)?\s?
    (?: (?P<figure>\d{{1,3}}(?:,\d{{2,3}})+(?:\.\d+)?|\d+(?:\.\d+)?) (?:\s?(?P<ordinal>st|nd|rd|th)\b)?
        (?: [\s-]?(?P<scale>{_SCALE})\b )?
      | \b(?P<spelled>(?:a\s+)?(?:{_SPELLED})(?:(?:[\s-]+(?:and\s+)?)(?:{_SPELLED}))*)\b )""",
    re.VERBOSE | re.IGNORECASE,
)
_HALF = re.compile(
    rf"\b(?:({'|'.join(ONES)}) and a half|half an?) (hundred|thousand|million|billion|trillion)\b", re.IGNORECASE
)
_WORDS = re.compile(rf"\b(?:{'|'.join((*ORDINALS, *FRACTIONS))})\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:no|any|some|every|each|this|that|which)\s+one|\bone[^\w\s-]?$", re.IGNORECASE)
_UNIT = re.compile(r"[\s-]?(%|per\s?cent\b|[a-z]+\b)(?:[\s-]+(?P<after>[a-z]+)\b)?", re.IGNORECASE)
_POINTS = re.compile(r"[\s-]*points?\b", re.IGNORECASE)
_HEDGE = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|some|circa|c\.|over|more than|an estimated|at least|up to|"
    r"close to|under|less than|fewer than)\s+[$€£]?$",
    re.IGNORECASE,
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


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text that are no part of a date, in order of kind and place."""
    halves = list(_halves(text))
    taken = [date.span for date in dates(text)] + [half.span for half in halves]
    found = list(_figures(text))
    for match in _WORDS.finditer(text):
        word = match[0].lower()
        if word in ORDINALS:
            found.append(Quantity(float(ORDINALS[word]), "th", Span(*match.span())))
        else:
            found.append(Quantity(FRACTIONS[word], "", Span(*match.span())))
    free = [one for one in found if not any(one.span.overlaps(span) for span in taken)]
    return [*halves, *free]


def _halves(text: str) -> Iterator[Quantity]:
    """ "half a million" and "one and a half million"."""
    for match in _HALF.finditer(text):
        value = (_spelled(match[1]) if match[1] else 0.0) + 0.5
        yield Quantity(value * SCALES[match[2].lower()], _unit_at(text, match.end())[0], Span(*match.span()))


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
                    value *= SCALES[scale.lower()]
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
        elif word in SCALES:
            scale = SCALES[word]
            if scale == 100:
                part = (part or 1) * scale
            else:
                total, part = total + (part or 1) * scale, 0.0
    return total + part
