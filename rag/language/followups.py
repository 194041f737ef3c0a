"""What English says when a question leans on a conversation: openers, pointing words, and kinds of phrases.

This module does not know what was asked before.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rag.language.dates import MONTHS

__all__ = [
    "ATTRIBUTES",
    "AUXILIARY",
    "CLAUSE",
    "COMPARED",
    "DO_OR_MODAL",
    "EMPTY_NOUNS",
    "EXISTS",
    "GROUPS",
    "IDENTITY",
    "LEANS",
    "MORE",
    "NAME_RUN",
    "PREPOSITION",
    "QUESTION",
    "REFUSAL",
    "SCALAR",
    "SUMMARY",
    "TIME",
    "WHOLE",
    "WHO_SAID",
    "Opened",
    "opened",
]

PREPOSITION: Final = (
    r"(?:of|in|for|at|on|by|during|from|to|into|with|among|under|over|across|near|between|against|through)"
)
DO_OR_MODAL: Final = r"(?:does|do|did|can|could|will|would|should|shall|must|may|might)"
AUXILIARY: Final = rf"(?:is|was|are|were|has|have|had|{DO_OR_MODAL[3:-1]})"
_NO_NAME = (
    rf"(?!(?i:I|what|when|where|who|whom|whose|why|which|how|the|an?|and|but|or|so|if|it|its|this|that|these|those|there|"
    rf"they|he|she|we|you|my|your|our|any|no|yes|not|{AUXILIARY[3:-1]}|{PREPOSITION[3:-1]})(?:['’]\w+)?(?=[\s,?.!]|$))"
)
NAME_RUN: Final = (
    rf"{_NO_NAME}[A-Z][\w-]*(?:['’](?!s\b)\w+)?(?:(?:['’]s)?(?: of| the| de| and)? {_NO_NAME}[A-Z][\w-]*)*"
)
"""Runs of words in capitals."""

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
TIME: Final = re.compile(
    rf"\b(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?(?=[A-Z])(?i:{_MONTH})(?: \d{{1,2}}\b,?)?"
    r"(?: (?:1\d|20)\d\d\b)?"
    r"|\b(?:1\d|20)\d\d(?:s|[-/–]\d\d(?:\d\d)?)?\b|\b(?:last|this|next) (?:year|month|week)\b|\byesterday\b"
)
GROUPS: Final = frozenset(
    "people persons women men girls boys children adults males females soldiers civilians officers police workers "  # noqa: SIM905
    "employees students pupils teachers refugees migrants hostages passengers attackers victims patients doctors "
    "residents citizens inhabitants voters members foreigners farmers parents mothers fathers households families "
    "insurgents militants guests visitors customers users".split()
)
"""Kinds of people that can stand in each other's place."""
ATTRIBUTES: Final = frozenset(
    "population rate number size area revenue length share percentage name currency inflation literacy climate"  # noqa: SIM905
    " exports imports language languages religion religions economy government president capital price cost height"
    " age budget income gdp growth expectancy temperature weight total amount".split()
)
"""What a thing has rather than is: after "the population of Kuwait" it is Kuwait that is talked about."""
EMPTY_NOUNS: Final = frozenset(
    "time way most number subject reason kind type sort same rest fact case question questions difference differences "  # noqa: SIM905
    "types kinds sorts list example examples first last other others one ones end beginning point past future".split()
)
"""Nouns that nothing is about."""
QUESTION: Final = re.compile(
    rf"\?\W*$|^(?:{AUXILIARY}|who|whom|whose|what|which|when|where|why|how|tell|show|give|list|explain|describe|compare|"
    r"summari[sz]e|any|more|please)\b",
    re.IGNORECASE,
)
"""What is asked, rather than said."""
SCALAR: Final = re.compile(
    r"\b(?:so|too|very|that|this)?\s*(?:high|low|large|small|big|rising|falling|growing|shrinking|increasing|decreasing|"
    r"higher|lower|changed|changing|measured|calculated|counted)\b",
    re.IGNORECASE,
)
"""What is said of a figure, not of a thing."""
IDENTITY: Final = re.compile(
    rf"^(?:{PREPOSITION}\s+)?(?:who|whom|where|which)\b"
    r"|^what(?:['’]s| is| was| are| were) (?:the )?"
    r"(?:(?:official |current )?(?:capital|name|title)\b|\w+est\b|most\b|first\b)",
    re.IGNORECASE,
)
"""Questions that a name answers, which is talked about from then on."""
CLAUSE: Final = re.compile(
    r"\b(?:and|but|or|because|if|when|while|which|who|before|after|since|that|although)\b|[,;:.!?]"
)
"""Where a question goes on with another clause, whose "it" may be a thing of its own first clause."""
EXISTS: Final = re.compile(
    r"\b(?:is|are|was|were|will be|has been|have been|\w+n['’]t)\s+there\b|^there\b|"
    r"\bthere\s+(?:is|are|was|were|will)\b",
    re.IGNORECASE,
)
WHOLE: Final = re.compile(
    r"^(?:the )?(?:whole|entire) (?:country|state|nation|region|province)$|^total$", re.IGNORECASE
)
LEANS: Final = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|then|same|such|ones?|others?)\b",
    re.IGNORECASE,
)
"""Words by which a question may lean on what was said."""
REFUSAL: Final = re.compile(
    r"^\W*(?:$|the sources do not answer|(?:i am |i['’]m )?(?:sorry|afraid)\b)"
    r"|\b(?:do|does) not (?:have|contain|provide|mention|say)\b.*\b(?:information|answer|details)\b",
    re.IGNORECASE,
)
"""Turns of an assistant that say that nothing was found."""

_OBJECT = r"(?:it|that|this|them|those|these|him|her|what you (?:said|found)|(?:the|that|this) (?:answer|above))"
_ASKING = r"(?:(?:can|could|would|will) you\s+)?(?:please\s+)?"
MORE: Final = re.compile(
    rf"^{_ASKING}(?:(?:tell|give|show) (?:me|us) )?"
    r"(?:(?:a (?:little|bit) )?more(?: details?| information)?|go on|continue|elaborate)"
    r"(?: (?:please|then))?(?:\s+(?:about|on|of)\s+(?P<about>.+?))?$",
    re.IGNORECASE,
)
SUMMARY: Final = re.compile(
    rf"^{_ASKING}(?:summari[sz]e|sum up|sum|give (?:me|us) a summary of|recap)"
    r"(?:\s+(?P<about>.+?))?(?:\s+up)?(?:\s+for me)?$"
    r"|^(?:in short|tl;?dr|(?:a )?summary)$",
    re.IGNORECASE,
)
WHO_SAID: Final = re.compile(
    rf"^(?:(?P<who>who|which (?:source|document|article|report)|where)"
    rf" (?:(?:says?|said) {_OBJECT}|(?:wrote|writes|claims?|claimed) (?:that|this|so))"
    rf"|says who|(?P<where>where (?:does|do|did) (?:it|they|the sources?) say (?:that|this|so)))$",
    re.IGNORECASE,
)
COMPARED: Final = re.compile(
    rf"^(?:and )?(?:how (?:does|do|did)|{AUXILIARY})\b.*?\b"
    rf"(?:(?:more|less|fewer|worse|better|\w{{2,}}er)(?:\s+than|(?=\s+{PREPOSITION}\b))|"
    rf"as\s+\w+(?:\s+as)?|compared? (?:to|with|against)|"
    rf"the same(?:\s+as)?|(?:different|differ)(?:\s+from)?|similar(?:\s+to)?)\s+(?:(?:it |that |the one )?(?:is |was )?"
    rf"(?P<how>{PREPOSITION})\s+)?(?P<side>.+)$",
    re.IGNORECASE,
)
"""A comparison with what was said, and the side that is new."""

_PAUSE = r"(?:\s*[,.;:!–—-]+\s*|\s+)"
_STOP = r"(?:\s*[,.;:!–—-]+\s*|$)"
_OPENERS: Final = {
    "dropped": re.compile(
        rf"(?:never\s?mind|forget (?:it|that|about (?:it|that))|skip (?:it|that)){_STOP}", re.IGNORECASE
    ),
    "corrected": re.compile(
        rf"(?:no|nope|sorry|oops|wait|actually|wrong){_STOP}(?:(?:i|we) (?:mean|meant|was asking about){_PAUSE})?"
        rf"|(?:sorry\s+)?(?:i|we) (?:mean|meant){_PAUSE}|(?:no|not that|sorry)\s+(?=the\b|in\b|for\b|of\b)",
        re.IGNORECASE,
    ),
    "aside": re.compile(
        rf"(?:by the way|btw|another (?:question|thing)|(?:just )?one more (?:thing|question)|"
        rf"on another (?:note|topic)){_PAUSE}"
        rf"|(?:thanks|thank you|great|good(?: to know)?|fine|right|well|interesting|i see|cool|nice){_STOP}",
        re.IGNORECASE,
    ),
    "goes on": re.compile(
        rf"(?:ok(?:ay)?|so|and|but|or|also|plus|what about|how about|then){_PAUSE}(?:then,?\s+)?", re.IGNORECASE
    ),
}
_BACK = re.compile(
    r"(?:(?:going|coming|getting|let['’]?s go|to (?:go|come))\s+)?"
    r"(?:back|return(?:ing)?) to\s+(?P<topic>[^,:;.?]+)[,:;.?]*\s*",
    re.IGNORECASE,
)
_CLOSERS = re.compile(r"(?:\s*,?\s*\b(?:i (?:mean|meant)|please|instead|though|not \S+))+\W*$", re.IGNORECASE)


class Opened(NamedTuple):
    """A question without what opens and closes it, and which openers those were; `back` is what it goes back to."""

    rest: str
    cues: frozenset[str]
    back: str = ""


def opened(question: str) -> Opened:
    """Takes openers ("and", "by the way", "no, I meant") off a question, and "I mean" off its end."""
    rest, cues, back = question.strip(), set[str](), ""
    while True:
        if not back and (found := _BACK.match(rest)):
            back, rest = found["topic"].strip(), rest[found.end() :]
            continue
        cue, found = next(((cue, m) for cue, opener in _OPENERS.items() if (m := opener.match(rest))), ("", None))
        if found is None or not found[0]:
            break
        cues.add(cue)
        rest = rest[found.end() :]
    closed = _CLOSERS.sub("", rest)
    if closed != rest and re.search(r"\bi mean", rest, re.IGNORECASE):
        cues.add("corrected")
    return Opened(closed.strip() or rest.strip(), frozenset(cues), back)
