"""The things that a question asks about side by side: "compare A and B", "the populations of X, Y and Z".

Patterns of English. This module does not know what the sources hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.language.comparatives import compared_in
from rag.language.document_names import DOCUMENT_NOUNS
from rag.language.questions import plain_question
from rag.language.restating import Fragment, as_question, with_phrase
from rag.language.words import terms

__all__ = ["Side", "merely_compared", "sides_of", "together"]

_AND = r"(?:,? and |,? or |, )"
_NAME = r"(?:the )?[A-Z0-9][\w’'.-]*(?: (?:of |the |de )?[A-Z][\w’'-]*| \d[\w’'-]*){0,4}"
_NAMES = re.compile(
    rf"(?<![\w’'-])(?<!\bbetween )({_NAME}(?:, {_NAME})*,? (?:and|or) (?:(?:in|of|for|at|by|from) )?{_NAME})(?![\w’'-])"
)
_PAIRS = tuple(  # where the two sides of a comparison stand
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:differences?|distinction|comparison|similarit(?:y|ies)) between (?P<a>.+?) and (?P<b>.+)$",
        r"\bhow (?:do|does|did) (?P<a>.+?) compare (?:with|to|against) (?P<b>.+)$",
        r"\bhow (?:is|are|was|were) (?P<a>.+?) different from (?P<b>.+)$",
        r"\bhow (?:do|does|did) (?P<a>.+?) differ from (?P<b>.+)$",
        r"^(?:how|what) (?:do|does|did) (?P<a>.+?) and (?P<b>.+?) (?:differ|compare|have in common)$",
        r"^how (?:\w+ )?(?:similar|different|alike) (?:is|are|was|were) (?P<a>.+?) (?:and|to|from) (?P<b>.+)$",
        r"^how (?:is|are|was|were) (?P<a>.+?) and (?P<b>.+?) (?:different|similar|alike)$",
        r"^what distinguish(?:es|ed) (?P<a>.+?) from (?P<b>.+)$",
        r"\b(?:compar(?:e|ing|ison of)|contrast) (?P<a>.+?) (?:and|with|to|versus|vs\.?) (?P<b>.+)$",
        r"^(?P<a>.+?) (?:versus|vs\.?) (?P<b>.+)$",
    )
)
_SIDE_BY_SIDE = re.compile(r"\b(?:compar(?:e|es|ed|ing|ison)|contrast|versus|vs)\b", re.IGNORECASE)
_COMPARED_WITH = re.compile(r"^(?P<one>.+), compared with (?P<b>.+)$", re.IGNORECASE)
_ASPECT = re.compile(
    r"(?:,? (?:in terms of|with regard to|with respect to|as regards|regarding|concerning)|(?<=differ) on"
    r"|(?<=compare) on) (?:their )?(.+)$",
    re.IGNORECASE,
)
_ASPECT_ON = re.compile(r"(?P<b>[^,]+?) on (?:their )?(?P<aspect>[^,]+)$", re.IGNORECASE)  # "A and B on literacy"
_TAKE_ON = (
    "debate law act ban tax attack war view opinion position talk chapter section research decision vote ruling data"
)
_REPEATED = re.compile(  # "for veterans and for people on social security"
    r"^(?P<head>.+?) (?P<p>for|in|of|at|by|about|from|on|to|with) (?P<a>[^,]+?) and (?P=p) (?P<b>.+)$", re.IGNORECASE
)
_QUALIFIES = re.compile(  # an adjective alone, as in "the blue and the red plan"
    r"(?:^|\b(?:an?|the) )(?:\w{2,}(?:ed|al|ic|ly|ary|ive|ble|ing|ous|ful|less|ese|ish|ern)|old|new|first|second|last|"
    r"early|late|big|small|large|long|short|high|low|full|free|basic|premium|standard|red|blue|green|black|white|yellow|"
    r"private|hard|soft|hot|cold|dry|wet|warm|fast|slow|young|poor|rich|open|closed|simple|main|north|south|east|west)$"
)
_BETWEEN = re.compile(r" (?:of|in|for|at|by|on) ")
_HEAD_OF_NAME = re.compile(
    r"(?:the )?[a-z-]+ (?:.* )?(?:of|in|for|at|by|on) (?=(?:the )?[A-Z])"
)  # "the cost of living in Rome"
_SAME_PLACE = re.compile(r"(?P<head>.+?) (?P<p>in|at|for|of|on|by|from|with|during) .* \| (?P=p) ")  # "at A and at B"
_SAME_TIME = re.compile(r"(?P<head>.+ (?:in|of|for|from|since|during)) \d{4} \| \d{4}$")  # "in 2020 and 2021"
_ONES = re.compile(r"\b(?:that of|those of)\b|\bones?$", re.IGNORECASE)


class Side(NamedTuple):
    """One of several things asked about: its name as the question has it, and the question about it alone."""

    name: str
    question: str


def merely_compared(question: str) -> bool:
    """Whether a question asks for things side by side, "compare A and B", and not for what tells them apart."""
    return _SIDE_BY_SIDE.search(question) is not None


def sides_of(question: str) -> tuple[Side, ...]:
    """The things that a question asks about side by side, in its order; none where it asks about one thing."""
    plain = plain_question(question)
    if (
        (found := _COMPARED_WITH.match(plain))
        and (put := with_phrase(found["one"], Fragment("", found["b"])))
        and put.old
    ):
        return Side(put.old, as_question(found["one"])), Side(found["b"], put.text)
    if (graded := compared_in(plain)) is not None:
        return tuple(Side(each, graded.asks.format(each)) for each in _in_full([graded.a, graded.b]))
    aspect = _ASPECT.search(plain)
    compared = plain[: aspect.start()] if aspect else plain
    for pattern in _PAIRS:
        if found := pattern.search(compared):
            b, what = (found["b"], aspect[1]) if aspect else _without_aspect(found["a"], found["b"])
            of = f"the {what} of " if what else ""
            return tuple(Side(each, f"What is {of}{each}?") for each in _in_full([*found["a"].split(", "), b]))
    if found := _REPEATED.match(plain):
        return tuple(Side(each, f"{found['head']} {found['p']} {each}?") for each in (found["a"], found["b"]))
    if found := _NAMES.search(plain):
        names = [re.sub(r"^(?:in|of|for|at|by|from) ", "", each) for each in re.split(_AND, found[1])]
        if len(names) > 1 and all(names):
            before, after = plain[: found.start()], plain[found.end() :]
            return tuple(Side(name, f"{before}{name}{after}?") for name in names)
    return ()


def _without_aspect(a: str, b: str) -> tuple[str, str]:
    """The second side, and in what both are compared; "" where that is not said: a report *on* something is a side."""
    found = _ASPECT_ON.fullmatch(b)
    if found is None or " on " in a or set(terms(found["b"])) & set(terms(f"{DOCUMENT_NOUNS} {_TAKE_ON}")):
        return b, ""
    return found["b"], found["aspect"]


def together(question: str, sides: Sequence[Side]) -> str:
    """The words that name two sides and may be the name of one thing, as "Trinidad and Tobago" is.

    "" where the question asks about each by a plural ("the populations of"), of years or with "both".
    """
    if len(sides) != 2 or any(side.name[:1].isdigit() for side in sides):
        return ""
    names = re.search(r" and (?:the )?".join(re.escape(side.name) for side in sides), question, re.IGNORECASE)
    if names is None or re.search(r"\w{3}[^\Wsui]s (?:of|in|for|at) (?:the )?$|\bboth ", question[: names.start()]):
        return ""
    return names[0]


def _in_full(names: Sequence[str]) -> tuple[str, ...]:
    """Each of two or more names with what it shares with the first or the last one."""
    first, *others = names
    each = [_shared_head(first, other) for other in others]
    return each[-1][0], *(name for _, name in each)


def _shared_head(a: str, b: str) -> tuple[str, str]:
    """Both names in full: "public and quiet public posts" are public posts and quiet public posts."""
    a, b = a.strip(" ,"), b.strip(" ,")
    if (same := _SAME_PLACE.match(f"{a} | {b}")) or (same := _SAME_TIME.match(f"{a} | {b}")):
        b = f"{same['head']} {b}"
    a, b = (re.sub(r"^(?:of|in|for|between) ", "", each) for each in (a, b))
    first, second = a.split(), b.split()
    if _ONES.search(b):
        tail = first[-1]
        b = re.sub(r"\bones?$", tail, re.sub(r"^(?:that|those) of ", "", b))
    elif len(first) < len(second) and a.islower() and first[-1].partition("-")[2] == second[0].partition("-")[2] != "":
        a = " ".join((*first, *second[1:]))
    elif a.islower() and b.islower() and len(second) > 1 and second[-1] not in first and _qualifies(a, second[0]):
        a = f"{a} {second[-1]}"
    if (head := _HEAD_OF_NAME.match(a) or re.match(r"(?:the )?[a-z-]+s? of ", a)) and not _BETWEEN.search(b):
        b = f"{head[0]}{b}"
    return a, b


def _qualifies(a: str, other: str) -> bool:
    """Whether a name is an adjective alone; "running" may be a thing, and is none beside "standing costs" only."""
    return _QUALIFIES.search(a) is not None and (not a.endswith("ing") or _QUALIFIES.search(other) is not None)
