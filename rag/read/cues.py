"""What kind of answer a question wants, and what kinds of answer a sentence offers: plain patterns of English.

This module does not know how much any of it counts.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["OFFERS", "WANTS", "names", "numbers", "offers", "wants"]

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|oct|nov|dec"
)
_TIME_UNITS = r"(?:second|minute|hour|day|week|month|year|decade|centur(?:y|ie))s?"
_SPACE_UNITS = (
    r"(?:mm|cm|m|km|ft|feet|foot|inch(?:es)?|miles?|met(?:er|re)s?|kilomet(?:er|re)s?|acres?|hectares?|sq|square|tons?|"
    r"tonnes?|kg|pounds|lbs|litres?|liters?|degrees?|°[cf]?)"
)
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|"
    "trillions?|dozens?|half|third|quarter|twice|double|both|none|majority|most"
)

WANTS: Final[dict[str, re.Pattern[str]]] = {
    "share": re.compile(r"\bpercent|percentage|\bwhat (?:share|proportion|fraction)|\brates?\b|how much of"),
    "money": re.compile(r"how much (?:money|did|does|was|is|were|would|will)|\b(?:cost|price|revenue|budget|salary|paid)\b"),
    "duration": re.compile(r"how long|how old|how many (?:years|days|months|weeks|hours|minutes)|what age|life expectancy"),
    "extent": re.compile(r"how (?:far|tall|high|deep|wide|large|big|heavy|fast|hot|cold)|what (?:is|was) the (?:size|area|length|height|depth|distance|elevation|width|speed)"),
    "number": re.compile(r"how (?:many|much|often|large|big|long|far|tall|high|old)|\b(?:number|amount|total|population|figure)\b|how .*percent"),
    "date": re.compile(r"\bwhen\b|(?:what|which) (?:year|date|day|month|century|decade|time|era|period)|how long ago"),
    "person": re.compile(r"\bwho(?:m|se)?\b|(?:what|which) (?:person|man|woman|king|queen|president|author|artist|scientist|leader|emperor|pope|actor|actress|singer|player)"),
    "place": re.compile(r"\bwhere\b|(?:what|which) (?:\w+ )?(?:city|cities|country|countries|state|town|place|region|province|continent|river|county|location|area|district)"),
    "reason": re.compile(r"\bwhy\b|\b(?:reasons?|causes?|caused|how come|purpose|led to|explain)\b"),
    "manner": re.compile(r"\bhow (?:do|does|did|is|are|was|were|can|could|to|would|will|has|have|should)\b|\bin what way\b|\bby what\b"),
    "meaning": re.compile(r"\b(?:mean|meaning|defin\w+|stands? for|refers? to|called|known as|term)\b|^what (?:is|are|was|were) (?:an? |the )?[\w-]+(?: [\w-]+)?\??$"),
    "choice": re.compile(r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b"),
    "thing": re.compile(r"\b(?:what|which)\b"),
    "several": re.compile(r"\b(?:what|which) (?:are|were|\w+s (?:are|were|did|do|have))\b|\btypes? of\b|\bexamples?\b|\blist\b|\btwo\b|\bthree\b"),
}
OFFERS: Final[dict[str, re.Pattern[str]]] = {
    "share": re.compile(r"\d ?%|\bper ?cent\b|\bpercentage|\b(?:half|third|quarter|majority) of\b", re.I),
    "money": re.compile(r"[$€£¥]|\b(?:dollars?|euros?|rupees?|usd|rs\.?) ?\d?|\d (?:million|billion|trillion)\b", re.I),
    "duration": re.compile(rf"\b(?:\d[\d,.]*|{_NUMBER_WORDS}|several|few)[ -]{_TIME_UNITS}\b", re.I),
    "extent": re.compile(rf"\d[\d,.]*(?:[ -](?:million|billion|thousand))?[ -]?{_SPACE_UNITS}\b", re.I),
    "digit": re.compile(r"\d"),
    "number": re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.I),
    "year": re.compile(r"\b(?:1\d{3}|20\d{2})(?:s\b|\b)"),
    "date": re.compile(rf"\b(?:{_MONTHS})\b|\bcentur(?:y|ies)\b|\b\d+(?:st|nd|rd|th)\b|\b(?:bc|ad|bce)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bago\b|\bduring\b|\buntil\b", re.I),
    "place": re.compile(r"\b(?:in|at|near|from|of|to|between|across|outside|inside|into|through) (?:the )?(?:\w+ )?[A-Z]"),
    "reason": re.compile(r"\b(?:because|due to|since|so that|in order to|as a result|therefore|thus|reasons?|caus\w+|led to|owing to|result\w*|for this|allow\w*|attribut\w*|why)\b|\bto [a-z]+\b", re.I),
    "manner": re.compile(r"\b(?:by|through|using|via|with|when|if|method|process|means of)\b", re.I),
    "meaning": re.compile(r"\b(?:is|are|was|were) (?:an?|the|any|one)\b|\b(?:refers?|means?|meaning|called|known as|defined|term|stands? for|named)\b|[“\"(]", re.I),
    "list": re.compile(r",[^,]+,[^,]* and\b|;[^;]+;|:\s", re.I),
    "negation": re.compile(r"\b(?:not|never|no|cannot|without|neither|nor|none)\b|n[’']t\b", re.I),
    "person": re.compile(r"\b(?:he|she|his|her|him|mr|mrs|dr|king|queen|president|sir|by [A-Z]\w+)\b|\b[A-Z][\w’'-]+ (?:[A-Z]\.? ?)?[A-Z][\w’'-]+"),
}
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<![\w’'-])[A-Z][\w’'-]*[\w]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def wants(question: str) -> list[bool]:
    """Which kinds of answer the question asks for, in the order of `WANTS`."""
    lower = question.lower()
    return [pattern.search(lower) is not None for pattern in WANTS.values()]


def offers(sentence: str) -> list[bool]:
    """Which kinds of answer the sentence holds, in the order of `OFFERS`."""
    return [pattern.search(sentence) is not None for pattern in OFFERS.values()]


def names(text: str) -> list[str]:
    """Words written with a capital letter where a sentence does not begin."""
    return _NAME.findall(text)


def numbers(text: str) -> list[str]:
    """Numbers in digits, as written."""
    return _NUMBER.findall(text)
