"""What kind of answer a question wants, and what a sentence offers: word lists and plain patterns of English.

This module does not know how much any of it counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.language.dates import MONTHS, YEAR
from rag.language.english import (
    ERA_WORDS,
    EXTENT_WORDS,
    MANNER_WORDS,
    MEANING_WORDS,
    MERE_NEGATORS,
    MONEY_WORDS,
    PERIODS,
    REASON_WORDS,
    SHARE_WORDS,
)
from rag.language.names import NAME_INSIDE, NAME_WORD, PLACE, is_alike
from rag.language.numbers import COUNTABLE_PERIODS, NUMBER_WORDS

__all__ = ["MATCHES", "Offers", "cased", "elsewhere", "matches", "offers", "unspoken", "wants"]

_NUMBERS = (
    NUMBER_WORDS
    | {f"{scale}{s}" for scale in ("hundred", "thousand", "million", "billion", "dozen") for s in ("", "s")}
    | {"trillion", "half", "third", "quarter", "twice", "double", "none"}
)
_TIMES = frozenset(PERIODS) | COUNTABLE_PERIODS
_DATES = frozenset(MONTHS) | ERA_WORDS
_NEGATIONS = MERE_NEGATORS - {"unlikely"}  # which the ranker's numbers were fitted without

_WANTS: Final[dict[str, re.Pattern[str]]] = {
    "share": re.compile(r"\bpercent|percentage|\bwhat (?:share|proportion|fraction)|\brates?\b|how much of"),
    "money": re.compile(
        r"how much (?:money|did|does|was|is|were|would|will)|\b(?:cost|price|revenue|budget|salary|paid)\b"
    ),
    "duration": re.compile(
        r"how (?:long|old)|how many (?:years|days|months|weeks|hours|minutes)|what age|life expectancy"
    ),
    "extent": re.compile(
        r"how (?:far|tall|high|deep|wide|large|big|heavy|fast|hot|cold)|"
        r"what (?:is|was) the (?:size|area|length|height|depth|distance|elevation|width|speed)"
    ),
    "number": re.compile(
        r"how (?:many|much|often|large|big|long|far|tall|high|old)|"
        r"\b(?:number|amount|total|population|figure)\b|percent"
    ),
    "date": re.compile(r"\bwhen\b|(?:what|which) (?:year|date|day|month|century|decade|time|era|period)|how long ago"),
    "person": re.compile(
        r"\bwho(?:m|se)?\b|(?:what|which) (?:person|man|woman|king|queen|president|author|artist|scientist|leader|"
        r"emperor|pope|actor|actress|singer|player|group|team|company|organi[sz]ation)"
    ),
    "place": re.compile(
        r"\bwhere\b|(?:what|which) (?:\w+ )?(?:city|cities|country|countries|state|town|place|region|province|"
        r"continent|river|county|location|area|district)"
    ),
    "reason": re.compile(r"\bwhy\b|\b(?:reasons?|causes?|caused|how come|purpose|led to|explain)\b"),
    "manner": re.compile(
        r"\bhow (?:do|does|did|is|are|was|were|can|could|to|would|will|has|have|should)\b|\bby what\b"
    ),
    "meaning": re.compile(
        r"\b(?:mean|meaning|defin\w+|stands? for|refers? to|called|known as|term)\b|"
        r"^what (?:is|are|was|were) (?:an? |the )?[\w-]+(?: [\w-]+)?\??$"
    ),
    "several": re.compile(
        r"\b(?:what|which) (?:are|were)\b"
        r"|^(?:\w+ )?which (?!(?:is|was|does|has|this)\b)\w*[^\Wsui]s\b(?! (?:is|was|has)\b)"
        r"|\b(?:what|which) (?!(?:do|did|does|is|was|has|kind|sort|role)\b)(?:\w+ ){0,2}?\w*[^\Wsui]s "
        r"(?:are|were|did|do|does|have|had|can|could|should|will|would|may|might|must)\b"
        r"|\btypes? of\b|\bexamples?\b|\blist\b|\btwo\b|\bthree\b"
    ),
    "choice": re.compile(r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b"),
    "thing": re.compile(r"\b(?:what|which)\b"),
}
_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")
_NAMES_IN_ROW = re.compile(r"[A-Z][\w’'-]*(?:[\s-]+(?:(?:of|the|for|and|on|in)\s+){0,2}[A-Z][\w’'-]*)+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Offers:
    """What a text holds: its words in lower case, figures and years as written, names without the first word."""

    words: frozenset[str]
    figures: frozenset[str]
    years: frozenset[str]
    names: frozenset[str]  # lower case
    place: bool
    listing: bool
    symbols: frozenset[str]

    @property
    def negated(self) -> bool:
        """Whether it says no."""
        return not self.words.isdisjoint(_NEGATIONS) or any(word.endswith(("n't", "n’t")) for word in self.words)


def offers(text: str) -> Offers:
    """Takes a sentence, or a question, apart."""
    digits = any(character.isdigit() for character in text)
    found = NAME_WORD.finditer(text)
    return Offers(
        words=frozenset(_WORD.findall(text.lower())),
        figures=frozenset(_FIGURE.findall(text)) if digits else frozenset(),
        years=frozenset(YEAR.findall(text)) if digits else frozenset(),
        names=frozenset(m[0].lower() for m in found if m.start() and text[max(m.start() - 2, 0)] not in ".!?:"),
        place=PLACE.search(text) is not None,
        listing=text.count(",") > 1 or ";" in text or ":" in text,
        symbols=frozenset(c for c in text if c in "%$€£¥°"),
    )


def wants(question: str) -> dict[str, bool]:
    """Which kinds of answer the question asks for."""
    lower = question.lower()
    return {kind: pattern.search(lower) is not None for kind, pattern in _WANTS.items()}


def unspoken(question: str, headings: str, text: str) -> tuple[bool, bool]:
    """Whether a text and the headings above it leave out a name of the question; and a year."""
    asked, text = offers(question), f"{headings}\n{text}"
    return not all(_spoken(question, asked.names, text)), any(year not in text for year in asked.years)


def cased(question: str, texts: Sequence[str]) -> str:
    """A question in capitals or in small letters only, its names written as the texts write them."""
    if not (question.isupper() or question.islower()):
        return question
    small = Counter(word for text in texts for word in _WORD.findall(text) if word.islower())
    names = Counter(word for text in texts for word in NAME_INSIDE.findall(text) if not word.isupper())  # "GDP" is none
    written = {
        name.lower(): name for name, n in sorted(names.items(), key=lambda each: each[1]) if n > small[name.lower()]
    }
    return _WORD.sub(lambda found: written.get(found[0].lower(), found[0].lower()), question)


def elsewhere(question: str, headings: str) -> bool:
    """Whether the question has names, of which none stands in the headings: they are of something else."""
    names = offers(question).names
    return bool(names) and not any(_spoken(question, names, headings))


def _spoken(question: str, names: frozenset[str], text: str) -> list[bool]:
    """Of each name whether it is there in any of its forms that begin alike, as "Oman" in "Omani", or spelt out, as
    "MPL" in "Mozilla Public License".
    """
    words = {_bare(word) for word in _WORD.findall(text.lower())}
    initials = [_initials(run[0]) for run in _NAMES_IN_ROW.finditer(text)] if _ACRONYM.search(question) else []
    return [
        any(is_alike(name, word) for word in words)
        or (name.upper() in question and len(name) > 1 and any(name in each for each in initials))
        for name in map(_bare, names)
    ]


def _initials(names: str) -> str:
    """ "mpl" of "Mozilla Public License"."""
    return "".join(word[0] for word in re.split(r"[\s-]+", names) if word[:1].isupper()).lower()


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s")


MATCHES = (
    *_WANTS,
    "no_number",
    "no_date",
    "no_name",
    "no_place",
    "number_unasked",
    "name_for_thing",
    "list_for_several",
)


def matches(wanted: dict[str, bool], asked: Offers, held: Offers) -> list[float]:
    """How the sentence meets the wants, in the order of `MATCHES`; what the question says itself does not count."""
    figures, years, names = held.figures - asked.figures, held.years - asked.years, held.names - asked.words
    spelled = not (held.words & _NUMBERS) <= asked.words
    number = bool(figures) or spelled
    date = bool(years) or not (held.words & _DATES) <= asked.words
    place = held.place and bool(names)
    has = {
        "share": "%" in held.symbols or not held.words.isdisjoint(SHARE_WORDS),
        "money": bool(held.symbols & {"$", "€", "£", "¥"}) or not held.words.isdisjoint(MONEY_WORDS),
        "duration": number and not held.words.isdisjoint(_TIMES),
        "extent": number and not held.words.isdisjoint(EXTENT_WORDS),
        "number": number,
        "date": date,
        "person": bool(names),
        "place": place,
        "reason": not held.words.isdisjoint(REASON_WORDS),
        "manner": not held.words.isdisjoint(MANNER_WORDS),
        "meaning": not held.words.isdisjoint(MEANING_WORDS),
        "several": held.listing,
        "choice": held.negated == asked.negated,
        "thing": bool(names) or number,
    }
    row = [float(wanted[kind] and has[kind]) for kind in _WANTS]
    row += [
        float(wanted[kind] and not held_it)
        for kind, held_it in (("number", number), ("date", date), ("person", bool(names)), ("place", place))
    ]
    row += [
        float(not wanted["number"] and not wanted["date"] and number),
        float(wanted["thing"] and bool(names)),
        float(wanted["several"] and held.listing),
    ]
    return row
