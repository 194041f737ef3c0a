"""A question that leans on the conversation becomes one that stands alone.

Three rules of English grammar do it where they fit: what is exchanged ("And in 2020?", "What about Bhutan?") takes the
place of its like in the question before; a bare "When?" takes the place of what was asked; "it", "its" and "there"
become what the question before was about. Where none fits, the questions before are put in front. A question that
brings a name of its own, and does not point back, opens a new topic. This module does not know what is in the sources.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.lenses import is_function_word, terms
from rag.types import Turn

__all__ = ["StandAlone", "stand_alone"]

_POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then|same|such|ones?)\b"
    r"|^(and|but|or|also|what about|how about)\b\W*(\w++\W*+){0,4}$"
    r"|^(why|who else|what else|when|where|how)\b\W*(\w++\W*+){0,3}$",
    re.IGNORECASE,
)
_LITTLE = 2  # words with content
_WHOLE = 5  # words of a question that is a sentence of its own
_BACK = 2  # questions that are put in front at most
_LONGEST = 12  # turns that are looked back at
_RULED = 400  # characters of two questions that the rules are for; patterns take long over more

_START = r"(?:(?:and|but|or|so|also|then)\b,?\s*)"
_PREPOSITION = r"(?:of|in|for|at|on|by|during|from|to|with|among|under|over|across|near|between|against)"
_AUXILIARY = r"(?:is|was|are|were|does|do|did|has|have|had|can|could|will|would|should)"
_NAMES = r"[A-Z][\w-]*(?:['’](?!s\b)\w+)?(?:(?: of| the| de| and)? [A-Z][\w-]*)*"  # runs of capitalised words
_NAME = re.compile(rf"(?<=[\s(\"])(?!I\b){_NAMES}")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_EXCHANGE = re.compile(
    rf"^(?:{_START}(?:what|how) about|{_START}|(?:what|how) about)\s*"
    rf"(?:({_PREPOSITION})\s+)?((?:\S+\s+){{0,3}}\S+?)\W*$",
    re.IGNORECASE,
)
_NO_EXCHANGE = re.compile(
    rf"^(?:when|why|where|who|whom|how|what|which)\b|\b(?:{_AUXILIARY}|it|they|them|he|she|this|that|these|those|there|"
    r"before|after|next|last|previous|others?|else|more|rest|then|not|now)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"^{_START}?(since when|until when|to whom|from whom|by whom|with whom|when|why|where|who|how)\W*$", re.IGNORECASE
)
_ASKED = re.compile(
    rf"^(?:\w+ )?(?:whom?|what|which|when|where|why|how)\b(?:\s+\S+){{0,4}}?\s+({_AUXILIARY}\s.+)$", re.IGNORECASE
)
_SUBJECT = re.compile(r"^(?:(who|what)|which|how many|how much)\s+(?!about\b)(.+)$", re.IGNORECASE)
_COUNTED = re.compile(
    r"^(how many)\s+(?:people\s+)?((?:died|live|lived|work|worked|was|were|are|have|had|took|lost)\b.*)$", re.IGNORECASE
)
_WHAT_IS = re.compile(
    rf"^(?:what|who)\s+(?:is|was|are|were)\s+((?!.*\b{_PREPOSITION}\b)\S+(?:\s+\S+){{0,3}})$", re.IGNORECASE
)
_OF_WHOM = re.compile(rf"^(.*?\b(?:is|was|are|were)\s+)(the\s+)?([\w\s-]+?)(\s+{_PREPOSITION}\s+.+)$", re.IGNORECASE)
_OF_AN_EVENT = re.compile(r"^(?i:when|where|why|how)\b.*\b[a-z]+$")  # it ends with a verb: "stopped"
_WHOSE = re.compile(rf"^(.*?\b(?:is|was|are|were)\s+.*?['’]s\s+)([\w\s-]+?)(\s+{_PREPOSITION}\s+.+)?$", re.IGNORECASE)
_DOES = re.compile(r"^(.*\b(?:do|does|did)\s+.+\s)(\w+)$", re.IGNORECASE)
_ABOUT = re.compile(rf"\b{_PREPOSITION}\s+(?:the\s+)?{_NAMES}(?:\s+(?!\w+ed\b)[\w’'-]+)*$")
_SHORT = re.compile(r"^(?:which|what|how many|how much)(?:\s+[a-z-]+){1,3}$", re.IGNORECASE)
_EXISTS = re.compile(r"\b(?:is|are|was|were|will be)\s+there\b|^there\b|\bthere\s+(?:is|are|was|were)\b", re.IGNORECASE)
_SUBJECT_NAME = re.compile(rf"^(?i:{_AUXILIARY}\s+)((?:the\s+)?{_NAMES})")
_IT = re.compile(r"\b(its|it|there)\b", re.IGNORECASE)
_HEAD = re.compile(rf"(\b(?:the|a|an)\s+(?:[\w-]+\s+){{1,3}}{_PREPOSITION}\s+(?:the\s+)?)$", re.IGNORECASE)
_OF_A_THING = frozenset(
    "population rate number size area revenue length share percentage name currency inflation literacy climate"  # noqa: SIM905
    " exports imports language languages religion religions economy government president".split()
)


class StandAlone(NamedTuple):
    """A question as it is understood, and as it is searched for: with what it leans on in front."""

    asked: str
    searched: str


class _Understood(NamedTuple):
    """A question of the conversation: the sentences it is made of, and those that are searched for."""

    asked: tuple[str, ...]
    searched: tuple[str, ...]


def stand_alone(question: str, turns: Sequence[Turn]) -> StandAlone:
    """The question itself, or what it means after what was asked before if it leans on that."""
    earlier = [turn.text.strip() for turn in turns if turn.role == "user" and turn.text.strip()][-_LONGEST:]
    last: _Understood | None = None
    for at, text in enumerate((*earlier, question)):
        last = _understood(text, last, earlier[:at])
    assert last is not None
    return StandAlone(" ".join(last.asked), " ".join(last.searched))


def _understood(question: str, before: _Understood | None, earlier: Sequence[str]) -> _Understood:
    points_back = _POINTS_BACK.search(question) is not None
    if before is None or not (points_back or _says_little(question, earlier)):
        return _Understood((question,), (question,))
    said = None
    if len(before.asked) == 1 and len(question) + len(before.asked[0]) <= _RULED:
        asked = before.asked[0].strip()
        exchanged = _exchanged(question, asked)
        if exchanged is not None:
            return _Understood((exchanged,), (exchanged,))
        said = _bare(question, asked) or _resolved(question, asked)
    if said is None and not points_back and len(question.split()) >= _WHOLE:
        said = question
    told = (*before.asked[-_BACK:], question) if said is None else (said,)
    return _Understood(told, (*before.searched[-_BACK:], told[-1]))


def _says_little(question: str, earlier: Sequence[str]) -> bool:
    """Whether it has hardly a word to be searched for, and none that is new and named."""
    said = {term for text in earlier for term in terms(text)}
    what = _WHAT_IS.match(question.rstrip(" ?.!")) if len(question) <= _RULED else None
    named = _NAME.findall(question) + ([what[1]] if what else [])
    new = any(said.isdisjoint(terms(name)) for name in named)
    return not new and sum(not is_function_word(term) for term in terms(question)) <= _LITTLE


def _exchanged(question: str, before: str) -> str | None:
    """The question before with a year, a name, or what was asked of it, exchanged."""
    found = _EXCHANGE.match(question)
    if found is None or _NO_EXCHANGE.search(found[2]):
        return None
    preposition, new, plain = found[1], found[2], before.rstrip(" ?.!")
    if _YEAR.search(new):
        years = list(_YEAR.finditer(plain))
        if years and _YEAR.fullmatch(new):
            return _ended(plain[: years[-1].start()] + new + plain[years[-1].end() :])
        return _ended(f"{plain} {preposition or 'in'} {new}")
    if all(word[:1].isupper() for word in new.split() if word.lower() not in ("the", "of", "and")):
        names = list(_NAME.finditer(plain))
        if not names:
            return _ended(f"{plain} {preposition or 'in'} {new}")
        old = next((name for name in reversed(names) if name[0].isupper() == new.isupper()), names[-1])
        return _ended(re.sub(r"\bthe\s+$", "", plain[: old.start()]) + new + plain[old.end() :])
    new = re.sub(r"^(?:its|their|the)\s+", "", new, flags=re.IGNORECASE)
    if preposition:
        return _ended(f"{plain} {preposition} {new}")
    if counted := _COUNTED.match(plain):
        return _ended(f"{counted[1]} {new} {counted[2]}")
    if whose := _WHOSE.match(plain):
        return _ended(f"{whose[1]}{new}{whose[3] or ''}")
    if not _OF_AN_EVENT.search(plain) and (of_whom := _OF_WHOM.match(plain)):
        return _ended(f"{of_whom[1]}{of_whom[2] or ''}{new}{of_whom[4]}")
    if (does := _DOES.match(plain)) and " " not in new:
        return _ended(f"{does[1]}{new}")
    about = _ABOUT.search(plain)
    return _ended(f"What about the {new} {about[0]}") if about else None


def _bare(question: str, before: str) -> str | None:
    """A "when" or "why" alone, asked of what was asked before."""
    found = _BARE.match(question)
    if found is None:
        return None
    word, plain = found[1].capitalize(), before.rstrip(" ?.!")
    if asked := _ASKED.match(plain):
        return _ended(f"{word} {asked[1]}")
    subject = _SUBJECT.match(plain)
    if subject is None or word in ("Who", "How"):
        return None
    return _ended(f"{word} was it that {'they ' if subject[1] else ''}{subject[2]}")


def _resolved(question: str, before: str) -> str | None:
    """With "it", "its" or "there" said in full, or with the place of the question before."""
    plain = re.sub(f"^{_START}", "", question.strip(" ?.!"), flags=re.IGNORECASE)
    about = _ABOUT.search(before.rstrip(" ?.!"))
    found = _IT.search(plain)
    if found is None and _SHORT.match(plain) and about and not _NAME.search(plain):
        return _ended(f"{plain} {about[0]}")
    topic = _topic(before)
    if found is None or topic is None or (found[1].lower() == "there" and _EXISTS.search(plain)):
        return None
    whole, core = topic
    put = {"it": whole, "its": f"{core}’s", "there": f"in {core}"}[found[1].lower()]
    return _ended(plain[: found.start()] + put + plain[found.end() :])


def _topic(question: str) -> tuple[str, str] | None:
    """What a question is about, by its last name: as a whole ("the port of Gwadar"), and the name with its own words
    alone ("Gwadar", "the Jaffar Express attack").
    """
    plain = question.rstrip(" ?.!")
    names = list(_NAME.finditer(plain))
    if not names:
        what = _WHAT_IS.match(plain)
        return (what[1], what[1]) if what else None
    if subject := _SUBJECT_NAME.match(plain):
        return subject[1], subject[1]
    start, end = names[-1].span()
    before, after = plain[:start], plain[end:]
    core = names[-1][0]
    if not re.search(rf"\b{_AUXILIARY}\s+(?:the\s+)?$", before, re.IGNORECASE):
        nouns = re.match(rf"(?:\s+(?!{_PREPOSITION}\b|{_AUXILIARY}\b|\w+ed\b)[a-z-]+){{1,2}}$", after)
        core += nouns[0] if nouns else ""
    if the := re.search(r"\b(the\s+)$", before, re.IGNORECASE):
        core, before = f"the {core}", before[: the.start()]
    head = _HEAD.search(before)
    whole = core if head is None or not _OF_A_THING.isdisjoint(head[0].lower().split()) else head[0] + core
    return whole, core


def _ended(question: str) -> str:
    said = " ".join(question.split())
    return f"{said[:1].upper()}{said[1:]}?"
