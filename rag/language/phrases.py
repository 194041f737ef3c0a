"""The phrases of a question that another can take the place of, and what a question is about.

There is no grammar here, only what determiners, prepositions, auxiliaries and capitals give away. This module does not
know of conversations.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, TypeAlias

from rag.language.followups import (
    ATTRIBUTES,
    AUXILIARY,
    DO_OR_MODAL,
    EMPTY_NOUNS,
    GROUPS,
    NAME_RUN,
    PREPOSITION,
    QUESTION,
    TIME,
)
from rag.language.sentences import sentence_spans

__all__ = [
    "SMALL_WORD",
    "Kind",
    "Slot",
    "Topic",
    "asks_in_general",
    "many_of",
    "mass_of",
    "names_in",
    "slot_kind",
    "slots",
    "subject_of",
    "tail_of",
]

_KEYWORDS = 4  # words that are no sentence
Kind: TypeAlias = Literal["time", "name", "code", "group", "other"]
_NAME: Final = re.compile(rf"(?<=[\s(\"“])(?<![.!?:]\s){NAME_RUN}")
_RUN: Final = re.compile(rf"(?<![\w’'-]){NAME_RUN}")
_WORD: Final = re.compile(r"[\w’'-]+")
_LABELLED: Final = re.compile(r"^[^:.!?]{3,80}: (?:the )?([A-Z][^:.!?]{1,58})$")
_VERBAL = (
    r"(?:\w+ed|\w+ing|built|held|made|drawn|begun|sold|found|sent|won|lost|left|paid|kept|given|taken|shot|struck)"
)
_NO_NOUN = (
    rf"(?:{PREPOSITION}|{AUXILIARY}|{_VERBAL}|and|or|when|if|that|before|after|because|than|not|so|it|they|there)"
)
SMALL_WORD = rf"(?!{_NO_NOUN}\b)[a-z][\w-]*"
_NOUNS = rf"{SMALL_WORD}(?:\s+{SMALL_WORD}){{0,2}}"
_DEFINITE: Final = re.compile(rf"\b((?:the|my|our|your)\s+{_NOUNS})")
_PLURALS = rf"((?!{AUXILIARY}\b)[a-z]+[^\Wsui]s|people|men|women|children)\b"
_PLURAL: Final = re.compile(
    rf"^(?:how many|which|what)\s+(?:of the )?{_PLURALS}(?=\s+(?:{AUXILIARY}|{_VERBAL})\b)|"
    rf"\b(?:do|are|were|have|did)\s+(?:the\s+)?{_PLURALS}",
    re.IGNORECASE,
)
_MASS: Final = re.compile(rf"^how much\s+({SMALL_WORD})\s+(?!of\b)", re.IGNORECASE)
_DET = r"(?:(?:the|a|an|my|our)\s+)?"
_PART = rf"{PREPOSITION}\s+{_DET}(?:(?:{SMALL_WORD}\s+)?{NAME_RUN}(?:\s+{SMALL_WORD}$)?|{_NOUNS}|\d{{4}})"
_TAIL: Final = re.compile(rf"\b{_PART}(?:\s+{_PART})*$")
_TAIL_OF_SUBJECT: Final = re.compile(  # of "why did people in Gwadar protest": its last word is no part of the place
    rf"^(?i:(?:why|when|how|where)\s+(?:did|do|does)\s+){_DET}[\w-]+\s+({PREPOSITION}\s+{_DET}{NAME_RUN})\s+{SMALL_WORD}$"
)
_IN_GENERAL: Final = re.compile(
    r"^(?i:what|why|when|how|where)(?:\s+\w+)?\s+(?:do|did|are|were)\s+[a-z-]+[^\Wsui]s(?:\s+[a-z]+)?$"
)
_IS_ABOUT: Final = re.compile(r"^what\s+(?:is|are|was|were)\s+((?:the|an?|my|our|your)\s+.+)\s+about$", re.IGNORECASE)
_IS_WHAT: Final = re.compile(
    rf"^(?:what|who)\s+(?:is|was|are|were)\s+((?!.*\b{PREPOSITION}\b)\S+(?:\s+\S+){{0,3}})$", re.IGNORECASE
)
_ASKS: Final = rf"^(?i:(?:\w+\s+){{0,3}}?({AUXILIARY})\s+)"
_SUBJECT: Final = re.compile(rf"{_ASKS}((?:the\s+)?{NAME_RUN})(?=\s+[a-z]|$)(?!\s+and\b)")
_SUBJECT_THING: Final = re.compile(rf"^(?i:(?:\w+\s+){{0,3}}?({DO_OR_MODAL})\s+)((?:the|my|our|your)\s+{_NOUNS})")
_GOES_ON: Final = re.compile(rf"\s+(?:{SMALL_WORD}|{_VERBAL})\b")
_HELPED: Final = re.compile(rf"\b{DO_OR_MODAL}\s+$", re.IGNORECASE)
_BEGINS: Final = re.compile(rf"(?:\w+\s+)?{AUXILIARY}\s+", re.IGNORECASE)
_DONE: Final = re.compile(rf"\b{DO_OR_MODAL}\b.*\s[a-z]+$", re.IGNORECASE)
_OF_NOUNS: Final = re.compile(rf"\s+of\s+{_NOUNS}")
_CODED: Final = re.compile(rf"\b(?:on|of)\s+(?:the\s+)?{NAME_RUN}(?:\s+{SMALL_WORD})?$")
_BY_PREPOSITION: Final = re.compile(rf"\b{PREPOSITION}\b")
_AFTER_BE: Final = re.compile(rf"\b{AUXILIARY}\s+(?:the\s+)?$", re.IGNORECASE)
_MORE_NOUNS: Final = re.compile(rf"(?:\s+(?!\w+ed\b){SMALL_WORD}){{1,2}}$")
_MODAL: Final = re.compile(rf"\b{DO_OR_MODAL}\b", re.IGNORECASE)
_HEAD: Final = re.compile(
    rf"(\b(?:the|a|an)\s+(?:[\w-]+\s+){{1,3}}?{PREPOSITION}\s+(?:{SMALL_WORD}\s+{PREPOSITION}\s+)?(?:the\s+)?)$"
)
_OF_THEM: Final = re.compile(rf"\b(the\s+(?:{SMALL_WORD}\s+){{1,3}}(?:of|for|in|on|over|to)\s+.+)$")


class Slot(NamedTuple):
    """A phrase of a question, `question[start:end]`, that another of its kind can take the place of."""

    kind: Kind
    start: int
    end: int
    text: str


class Topic(NamedTuple):
    """What a question is about: as a whole ("the port of Gwadar"), the name or noun alone, and what of it is asked."""

    whole: str
    core: str
    measure: str = ""


def slots(question: str) -> list[Slot]:
    """The phrases of a question that can be exchanged, in order. Times are never names."""
    times = [Slot("time", *found.span(), found[0]) for found in TIME.finditer(question)]
    found = list(times)
    for name in _NAME.finditer(question):
        start, end = name.span()
        inside = [time for time in times if time.start < end and start < time.end]
        if not inside:
            kind: Kind = "code" if " " not in name[0] and any(map(str.isdigit, name[0])) else "name"
            found.append(Slot(kind, start, end, name[0]))
    found += [Slot("group", *w.span(), w[0]) for w in _WORD.finditer(question) if w[0].lower() in GROUPS]
    return sorted(found, key=lambda slot: slot.start)


def slot_kind(phrase: str) -> Kind:
    """The kind of slot that a phrase alone belongs into."""
    words = phrase.split()
    if TIME.search(phrase) and len(TIME.sub("", phrase).split()) <= 2:
        return "time"
    if len(words) == 1 and any(map(str.isdigit, phrase)) and phrase[:1].isupper():
        return "code"
    if words and words[-1].lower() in GROUPS:
        return "group"
    named = [word for word in words if word.lower() not in ("the", "of", "and", "de")]
    return "name" if named and all(word[:1].isupper() for word in named) else "other"


def names_in(text: str, question: str) -> list[str]:
    """The names of a sentence's beginning that a question does not say itself, in order; a label's value alone."""
    spans = sentence_spans(text)
    first = text[slice(*spans[0])] if spans else ""
    if labelled := _LABELLED.match(first):
        return [labelled[1].split(" (")[0].split(",")[0]]
    known = set(_WORD.findall(question.lower()))
    times = [found.span() for found in TIME.finditer(first)]
    names = []
    for name in _RUN.finditer(first):
        words = _WORD.findall(name[0].lower())
        if any(start < name.end() and name.start() < end for start, end in times) or known.issuperset(words):
            continue
        if name.start() == 0 and len(words) == 1:
            continue  # a capital that begins a sentence says nothing
        names.append(name[0])
    return names


def tail_of(question: str) -> str:
    """The prepositional phrases that a question ends with: "in the attack on the train"."""
    plain = _plain(question)
    if found := _TAIL_OF_SUBJECT.match(plain):
        return found[1]
    found = _TAIL.search(plain)
    return found[0] if found else ""


def asks_in_general(question: str) -> bool:
    """Whether a question is asked of a kind of thing in the plural, which needs nothing before it: "What do glaciers
    carry?".
    """
    return _IN_GENERAL.match(_plain(question)) is not None


def subject_of(question: str) -> Topic | None:
    """What a question is about: the name it is asked of, or else the thing it names last; None where it names none."""
    plain = _plain(question)
    if about := _IS_ABOUT.match(plain):
        return Topic(about[1], about[1])
    if len(plain.split()) <= _KEYWORDS and not QUESTION.search(question):
        return Topic(plain, plain)
    named = [slot for slot in slots(plain) if slot.kind in ("name", "code")]
    measure = _measure(plain)
    if not named:
        if what := _IS_WHAT.match(plain):
            return Topic(what[1], what[1], measure)
        return _topic_of_things(plain, measure)
    if subject := _SUBJECT.match(plain):
        return Topic(_with_tail(plain, subject), subject[2], measure)
    if (thing := _SUBJECT_THING.match(plain)) and not _is_attribute(thing[2]):
        said = _without_verb(thing[2], plain[thing.end() :])
        return Topic(said, said, measure)
    last = named[-1]
    before, after, core = plain[: last.start], plain[last.end :], last.text
    if not _AFTER_BE.search(before):
        nouns = _MORE_NOUNS.match(after)
        core += nouns[0] if nouns and not _MODAL.search(before) else ""
    if the := re.search(r"\b(the\s+)$", before, re.IGNORECASE):
        core, before = f"the {core}", before[: the.start()]
    head = _HEAD.search(before)
    whole = core if head is None or _is_attribute(head[0]) else head[0] + core
    return Topic(whole, core, measure)


def _topic_of_things(plain: str, measure: str) -> Topic | None:
    things = _things(plain)
    if not things:
        return None
    whole = core = things[-1]
    if len(things) > 1 and not _is_attribute(things[-2]) and not things[-2].endswith("s"):
        longer = f"{things[-2]} of {core}"
        whole = longer if longer in plain else core
    elif (of := _OF_NOUNS.match(plain, plain.rfind(core) + len(core))) and not _is_attribute(core):
        whole = core + of[0]
    return Topic(whole, core, measure)


def many_of(question: str) -> str:
    """The people or things of a question that "they" are, "the soldiers"; "" for none."""
    found = _PLURAL.search(_plain(question))
    return f"the {(found[1] or found[2]).lower()}" if found else ""


def mass_of(question: str) -> str:
    """What a "how much" is asked of, "the water"; "" for nothing."""
    found = _MASS.match(_plain(question))
    return f"the {found[1].lower()}" if found else ""


def _measure(plain: str) -> str:
    """The figure that is asked for, with what it is of: "the literacy rate of men in Pakistan"."""
    found = _OF_THEM.search(plain)
    if found and _is_attribute(_BY_PREPOSITION.split(found[1])[0]):
        return found[1]
    return next((thing for thing in _things(plain) if _is_attribute(thing)), "")


def _is_attribute(phrase: str) -> bool:
    return not ATTRIBUTES.isdisjoint(_WORD.findall(phrase.lower()))


def _things(plain: str) -> list[str]:
    """Definite nouns, without the verb or adjective that stands behind them."""
    things = []
    for found in _DEFINITE.finditer(plain):
        before, said, after = plain[: found.start()], found[1], plain[found.end() :]
        what_is = before.strip().lower() in ("what is", "what was")
        asked = _HELPED.search(before) or _BEGINS.fullmatch(before) or (not after and _DONE.search(plain))
        if asked and not what_is:
            said = _without_verb(said, after)
        if said.split()[-1] in EMPTY_NOUNS:
            continue
        of_time = re.match(r"\s+of\s+", after)
        time = TIME.match(plain, found.end() + of_time.end()) if of_time else None
        things.append(plain[found.start() : time.end()] if time else said)
    return things


def _without_verb(noun: str, after: str) -> str:
    """A subject without the verb or adjective behind it, if that is its last word."""
    words = noun.split()
    goes_on = _GOES_ON.match(after) is not None
    return noun if goes_on or len(words) < 3 else " ".join(words[:-1])


def _with_tail(plain: str, subject: re.Match[str]) -> str:
    """A subject with the place it stands in front of: "E4 on the device"."""
    found = _CODED.search(plain, subject.end())
    return f"{subject[2]} {found[0]}" if found and any(map(str.isdigit, subject[2])) else subject[2]


def _plain(question: str) -> str:
    return question.strip().rstrip(" ?.!")
