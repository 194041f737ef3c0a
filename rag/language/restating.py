"""A question said again with another phrase in it, or asked anew of the same thing.

Every function takes a question that stands alone and gives one that does. This module does not know which question
of a conversation that is.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rag.language.followups import AUXILIARY, DO_OR_MODAL, NAME_RUN, PREPOSITION, TIME
from rag.language.phrases import SMALL_WORD, Kind, Slot, slot_kind, slots, subject_of, tail_of

__all__ = [
    "Filled",
    "Fragment",
    "as_question",
    "counted",
    "fragment_of",
    "infinitive_of",
    "neighbour",
    "reask",
    "those_who",
    "with_phrase",
]

_FRAGMENT: Final = re.compile(rf"^(?:({PREPOSITION})\s+)?((?:\S+\s+){{0,4}}?\S+?)\W*$", re.IGNORECASE)
_NO_FRAGMENT: Final = re.compile(
    rf"^(?:when|why|where|who|whom|how|what|which)\b|\b(?:{AUXILIARY}|it|they|them|he|she|this|that|these|those|there|"
    r"before|after|next|last|previous|others?|else|more|rest|then|not|now|I|you|me)\b",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(
    rf"^(?:how|what)\s+(?:is|was|were|are)\s+"
    rf"(?:it|that|this|they|things|the (?:figure|number|situation))\s+(?={PREPOSITION}\b)"
    r"|^how many\s+(?=[a-z]+\W*$)|^(?:what|how) about\s+",
    re.IGNORECASE,
)
_SAME_TIME: Final = re.compile(
    r"\s+(?:in )?(?:that|the same) (?:year|month|time)|\s+(?:at that time|then)$", re.IGNORECASE
)
_ONES: Final = re.compile(r"^(?:the\s+)?|\s+(?:ones?|figures?|numbers?)$", re.IGNORECASE)
_BARE: Final = re.compile(
    r"^(since when|until when|for how long|(?:to|from|by|with|for) whom|"
    r"how long|how often|how come|how|when|why|where|who)"
    rf"(?:\s+exactly|(?<!long)(?<!often)\s+{AUXILIARY}\s+that(?:\s+(?:happen|so|the case))?)?$",
    re.IGNORECASE,
)
_ASKED: Final = re.compile(
    rf"^(?:\w+ )?(?:whom?|what|which|when|where|why|how)\b(?:\s+\S+){{0,4}}?\s+({AUXILIARY}\s.+)$", re.IGNORECASE
)
_SUBJECT: Final = re.compile(r"^(?:(who)|(what)|which|how many|how much)\s+(?!about\b)(.+)$", re.IGNORECASE)
_COUNTED: Final = re.compile(
    r"^(how many)\s+(?:people\s+)?((?:died|live|lived|work|worked|was|were|are|have|had|took|lost)\b.*)$", re.IGNORECASE
)
_OF_WHOM: Final = re.compile(
    rf"^(.*?\b(?:is|was|are|were)\s+)(the\s+)?([\w\s-]+?)(\s+{PREPOSITION}\s+.+)$", re.IGNORECASE
)
_OF_AN_EVENT: Final = re.compile(r"^(?i:when|where|why|how)\b.*\b[a-z]+$")  # it ends with a verb: "stopped"
_WHOSE: Final = re.compile(
    rf"^(.*?\b(?:is|was|are|were)\s+.*?['’]s\s+)([\w\s-]+?)(\s+{PREPOSITION}\s+.+)?$", re.IGNORECASE
)
_DOES: Final = re.compile(r"^(.*\b(?:do|does|did)\s+.+\s)(\w+)$", re.IGNORECASE)
_ABOUT: Final = re.compile(rf"\b{PREPOSITION}\s+(?:the\s+)?{NAME_RUN}(?:\s+(?!\w+ed\b)[\w’'-]+)*$")
_SHORT: Final = re.compile(rf"^(?:which|what|how many|how much)(?:\s+{SMALL_WORD}){{1,3}}$", re.IGNORECASE)
_WHO: Final = re.compile(rf"^who\s+(?!{AUXILIARY}\b)(.+)$", re.IGNORECASE)
_DOING: Final = re.compile(rf"^(?:how\s+)?{DO_OR_MODAL}\s+(?:i|we|you|one|they|people)\s+(.+)$", re.IGNORECASE)


_NEIGHBOUR: Final = re.compile(
    r"^(?:in\s+)?the (?:(?P<before>year before|previous year)|(?:year after|next year|following year))$", re.IGNORECASE
)

_ALTOGETHER = re.compile(r"total|all|general|particular|practice|theory|fact|the end|short|detail")
_SHORT_ENOUGH = 9  # words of a question to which a place can be added


class Fragment(NamedTuple):
    """A phrase without a verb, and the preposition before it or ""."""

    preposition: str
    phrase: str


class Filled(NamedTuple):
    """A question with a phrase exchanged, and the phrase that gave way: "" where it was added."""

    text: str
    old: str


def fragment_of(question: str) -> Fragment | None:
    """The phrase that a question without a verb consists of; None where it has one."""
    found = _FRAGMENT.match(_SAME_TIME.sub("", _WEAK.sub("", _plain(question))))
    if found is None or _NO_FRAGMENT.search(found[2]):
        return None
    return Fragment((found[1] or "").lower(), found[2])


def neighbour(question: str, year: str) -> Fragment | None:
    """ "The year before", as the year that it is; None for another question."""
    found = _NEIGHBOUR.match(_plain(question))
    if found is None or re.fullmatch(r"\d{4}", year) is None:
        return None
    return Fragment("in", str(int(year) + (-1 if found["before"] else 1)))


def with_phrase(question: str, fragment: Fragment) -> Filled | None:
    """The question with a phrase in the place of its like, or added where it fits; None where it fits nowhere."""
    plain, (preposition, phrase) = _plain(question), fragment
    time = TIME.search(phrase)
    if time and slot_kind(phrase) != "time" and (rest := _ONES.sub("", (phrase[: time.start()]).removesuffix(" in "))):
        dated = with_phrase(question, Fragment("", time[0]))
        return with_phrase(dated.text, Fragment(preposition, rest.strip())) if dated else None
    match slot_kind(phrase):
        case "time":
            return _put(plain, "time", preposition or "in", time[0] if time else phrase)
        case "code":
            has = any(slot.kind == "code" for slot in slots(plain))
            return _put(plain, "code" if has else "name", preposition or "for", phrase)
        case "name":
            return _named(plain, preposition, phrase)
        case "group" if any(slot.kind == "group" for slot in slots(plain)):
            return _put(plain, "group", preposition or "for", phrase)
        case _:
            said = _measured(plain, preposition, re.sub(r"^(?:its|their|the)\s+", "", phrase, flags=re.IGNORECASE))
            return Filled(said, "") if said else None


def reask(word: str, question: str) -> str | None:
    """A bare "when" or "why" asked of what a question was asked of; None where it is no such word, or does not fit."""
    found = _BARE.match(_plain(word))
    if found is None:
        return None
    asks, plain = found[1].capitalize(), _plain(question)
    if asks == "How come":
        asks = "Why"
    if re.match(rf"{AUXILIARY}\b", plain, re.IGNORECASE):
        return as_question(f"{asks} {plain[:1].lower()}{plain[1:]}")
    if re.match(rf"(?:{PREPOSITION}\s+)?{asks}\b", plain, re.IGNORECASE):
        return as_question(plain)
    if asked := _ASKED.match(plain):
        done = asks == "Who" and re.match(r"(?:is|was|are|were)\b", asked[1], re.IGNORECASE)
        return as_question(f"{'By whom' if done else asks} {asked[1]}")
    subject = _SUBJECT.match(plain)
    if subject is None or asks in ("Who", "How") or " " in asks:
        return None
    who = "they " if subject[1] else "this " if subject[2] else ""
    return as_question(f"{asks} was it that {who}{subject[3]}")


def counted(question: str, before: str) -> str | None:
    """A "which group?" or "how many people?" asked of what "who" was asked; None where it does not fit."""
    short, who = _SHORT.match(_plain(question)), _WHO.match(_plain(before))
    return as_question(f"{short[0]} {who[1]}") if short and who else None


def infinitive_of(question: str) -> str:
    """What "Can I do this?" asks to do: "do this"; "" for another question."""
    found = _DOING.match(_plain(question))
    return found[1] if found else ""


def those_who(question: str) -> str:
    """Whom "who did this?" asks for, "those who did this"; "" for another question."""
    found = _WHO.match(_plain(question))
    return f"those who {found[1]}" if found else ""


def as_question(question: str, mark: str = "?") -> str:
    """A question as it is written: white space collapsed, a capital first, its mark last."""
    said = " ".join(question.split()).rstrip(" ?.!")
    return f"{said[:1].upper()}{said[1:]}{mark}"


def _named(plain: str, preposition: str, phrase: str) -> Filled | None:
    names = [slot for slot in slots(plain) if slot.kind in ("name", "code")]
    if not names:
        if not preposition and len(plain.split()) > _SHORT_ENOUGH:
            return None
        return Filled(as_question(f"{plain} {preposition or 'in'} {phrase}"), "")
    like = [slot for slot in names if slot.text.isupper() == phrase.isupper()] or names
    same = [slot for slot in like if preposition and re.search(rf"\b{preposition}\s+(?:the\s+)?$", plain[: slot.start])]
    return _exchange(plain, (same or like)[-1], phrase)


def _put(plain: str, kind: Kind, preposition: str, phrase: str) -> Filled:
    """In the place of the last time, code or name, or of the first group of people; else at the end."""
    old = [slot for slot in slots(plain) if slot.kind == kind]
    if not old:
        return Filled(as_question(f"{plain} {preposition} {phrase}"), "")
    return _exchange(plain, old[0] if kind == "group" else old[-1], phrase)


def _exchange(plain: str, old: Slot, phrase: str) -> Filled:
    before = re.sub(r"\bthe\s+$", "", plain[: old.start]) if old.kind == "name" else plain[: old.start]
    return Filled(as_question(before + phrase + plain[old.end :]), plain[len(before) : old.end])


def _measured(plain: str, preposition: str, new: str) -> str | None:
    """With another thing asked of it: of the same whole, or counted, or done."""
    if preposition:
        like = re.search(rf" {preposition} \S+$", plain)  # "in farming", then "in mining"
        put = like is not None and like[0].islower() and new.islower() and not _ALTOGETHER.fullmatch(new)
        return as_question(f"{plain[: like.start()] if like and put else plain} {preposition} {new}")
    if counted := _COUNTED.match(plain):
        return as_question(f"{counted[1]} {new} {counted[2]}")
    if whose := _WHOSE.match(plain):
        return as_question(f"{whose[1]}{new}{whose[3] or ''}")
    if not _OF_AN_EVENT.search(plain) and (of_whom := _OF_WHOM.match(plain)):
        return as_question(f"{of_whom[1]}{of_whom[2] or ''}{new}{of_whom[4]}")
    if (does := _DOES.match(plain)) and " " not in new:
        return as_question(f"{does[1]}{new}")
    about = _ABOUT.search(plain)
    if about is None and (topic := subject_of(plain)):
        tail = tail_of(plain)
        return as_question(f"What about the {new} {tail}") if tail and topic.core in tail else None
    return as_question(f"What about the {new} {about[0]}") if about else None


def _plain(question: str) -> str:
    return question.strip().rstrip(" ?.!")
