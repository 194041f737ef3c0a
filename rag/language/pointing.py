"""The words of a question that point back, and a question with something said in their place.

This module does not know what they point at.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, TypeAlias

from rag.language.followups import AUXILIARY, CLAUSE, DO_OR_MODAL, EMPTY_NOUNS, EXISTS, NAME_RUN, PREPOSITION, SCALAR

__all__ = ["CLASSES", "Pointer", "Points", "pointer_in", "said_for"]

Points: TypeAlias = Literal["thing", "person", "many", "place", "time", "act", "figure", "noun"]
_PERSONS: Final = frozenset({"he", "him", "his", "she", "her", "hers"})
_MANY: Final = frozenset({"they", "them", "their", "theirs", "these", "those"})
_OWNING: Final = frozenset({"its", "his", "their", "theirs", "hers"})
CLASSES: Final = frozenset(
    "name word term title person man woman city town country state province region place area group company "  # noqa: SIM905
    "organisation organization party device machine product thing war attack event law rule "
    "document article report".split()
)
_ACT: Final = re.compile(
    r"\b(?P<do>for|to do|do|does|did|doing)\s+(?:this|that|it|so)\b(?=\s*$|\s+(?:\w+ly|for|in|on|at)\b)", re.IGNORECASE
)
_TIME: Final = re.compile(r"\b(?:in\s+)?(?:that|the same)\s+(?:year|month|day|time)\b|(?<=\w )then$", re.IGNORECASE)
_PLACE: Final = re.compile(r"\b(from\s+|to\s+|in\s+)?there\b", re.IGNORECASE)
_PRONOUN: Final = re.compile(r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers)(?:['’]s)?\b", re.IGNORECASE)
_THIS: Final = re.compile(
    rf"(?P<before>^|\b(?:{AUXILIARY}|{PREPOSITION}|about|than|like|what|why|how|when|where|who)\s+|\b[a-z]+\s+(?=\w+\W*$))"
    rf"(?P<this>this|that|these|those)\b(?!\s+(?-i:[A-Z]))(?:\s+(?P<noun>[a-z]+))?",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(rf"(?<=[\s(]){NAME_RUN}|\b(?:the|a|an|my|your|our|this|that|these|those)\s+[a-z]+")
_EMPTY_IT: Final = re.compile(
    r"\b(?:is|was|isn['’]t|wasn['’]t|will|would)\s+it\s+(?:be\s+)?(?:\w+\s+){1,3}?(?:to|if|that)\b|\bit\s+(?:rain|snow)s?\b"
    r"|\bit(?:['’]s|\s+(?:is|was|will be|would be))\s+(?:\w+\s+){1,2}?(?:to|if|that)\b"
    r"|\bit\s+(?:that|true|possible|make sense|matter|depends?|turns? out)\b",
    re.IGNORECASE,
)
_NO_NOUN: Final = re.compile(
    rf"(?:{PREPOSITION}|{AUXILIARY}|the|an?|my|your|our|any|one|it|they|how|what|why|and|or|not|so|too|more|less|enough|"
    r"still|also|all|both|different|similar|true|correct|right|wrong|normal|possible|common|safe|free|legal|good|bad|ok|okay|"
    r"important|\w+ly|\w+er|\w+ed)$",
    re.IGNORECASE,
)
_OWNER: Final = re.compile(
    rf"(?<=[\s(]){NAME_RUN}|\b(?:the|a|an|my|your|our)\s+[a-z]+|\b(?!was|is|has|does)[a-z]{{3,}}s\b"
)


class Pointer(NamedTuple):
    """`question[start:end]` points back at something of a kind; `noun` is what it is called there ("that name")."""

    points: Points
    start: int
    end: int
    word: str
    noun: str = ""
    before: str = ""


def pointer_in(question: str, acts: bool = True) -> Pointer | None:
    """The first word that points back out of a question; None where nothing does. `acts`: "do that" counts as one."""
    plain = question.strip().rstrip(" ?.!")
    if acts and (act := _ACT.search(plain)):
        return Pointer("act", act.start(), act.end(), act["do"].lower())
    if time := _TIME.search(plain):
        return Pointer("time", *time.span(), time[0].lower())
    place = _PLACE.search(plain)
    if place and not EXISTS.search(plain):
        return Pointer("place", *place.span(), "there", before=(place[1] or "in ").strip().lower())
    found = [pointer for pointer in (_pronoun(plain), _demonstrative(plain)) if pointer]
    return min(found, key=lambda pointer: pointer.start) if found else None


def said_for(question: str, pointer: Pointer, said: str) -> str:
    """The question with a phrase in the place of what points, as the place wants it."""
    plain = question.strip().rstrip(" ?.!")
    before, after = plain[: pointer.start], plain[pointer.end :]
    if pointer.points == "place":
        said = f"{pointer.before} {said}"
    elif pointer.word in _OWNING or (pointer.word == "her" and re.match(r"\s+[a-z]", after)):
        said = f"{said}’" if said.endswith("s") and pointer.points == "many" else f"{said}’s"
    elif pointer.word.endswith(("'s", "’s")):
        said = f"{said} is"
    return f"{before}{said}{after}"


def _pronoun(plain: str) -> Pointer | None:
    found = _PRONOUN.search(plain)
    if found is None or _EMPTY_IT.search(plain) or _is_bound(plain, found.start()):
        return None
    word, whole = found[1].lower(), found[0].lower()
    owns = word in _OWNING or (word == "her" and plain[found.end() :].strip())
    if owns and _OWNER.search(plain, 0, found.start()):
        return None
    points: Points = "person" if word in _PERSONS else "many" if word in _MANY else "thing"
    if word == "it" and SCALAR.search(plain[found.end() :]):
        points = "figure"
    return Pointer(points, *found.span(), word if word in _OWNING else whole)


def _demonstrative(plain: str) -> Pointer | None:
    found = _THIS.search(plain)
    if found is None or _is_bound(plain, found.start("this")):
        return None
    word, noun, before = found["this"].lower(), (found["noun"] or "").lower(), found["before"].strip().lower()
    start, end = found.span("this")
    if noun in EMPTY_NOUNS:
        return None
    verb_first = re.fullmatch(AUXILIARY, before) is not None
    is_noun = noun and not _NO_NOUN.match(noun) and (not verb_first or bool(plain[found.end("noun") :].strip()))
    if noun in CLASSES or (is_noun and not re.fullmatch(DO_OR_MODAL, before)):
        return Pointer("noun", start, found.end("noun"), word, noun)
    if not noun and not before and not plain[end:].strip():
        return None
    points: Points = "many" if word in _MANY else "figure" if SCALAR.match(plain[end:].strip()) else "thing"
    return Pointer(points, start, end, word)


def _is_bound(plain: str, at: int) -> bool:
    """Whether a word may point at something that the question says itself, in a clause before."""
    named = _NAMED.search(plain, 0, at)
    return named is not None and CLAUSE.search(plain, named.end(), at) is not None
