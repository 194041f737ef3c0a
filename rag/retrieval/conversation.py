"""What a conversation is about: its questions, each said in full, and what their answers brought up.

This module does not know how a question is said in full, nor what is in the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rag.language import (
    CLASSES,
    IDENTITY,
    QUESTION,
    REFUSAL,
    TIME,
    Pointer,
    Topic,
    infinitive_of,
    many_of,
    mass_of,
    names_in,
    slots,
    subject_of,
    terms,
    those_who,
    wants,
)
from rag.types import CLOSEST, Turn

__all__ = ["Context", "EarlierQuestion", "pairs"]

_MARKS: Final = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True)
class EarlierQuestion:
    """A question of the conversation, said in full, whether it was answered, and the reply: "" where none is known."""

    text: str
    answered: bool
    reply: str = ""

    @cached_property
    def topic(self) -> Topic | None:
        """What it is about."""
        return subject_of(self.text)

    @cached_property
    def named(self) -> Sequence[str]:
        """The names that its answer brought up, if it asked for one."""
        return names_in(self.reply, self.text) if IDENTITY.search(self.text) else ()

    @cached_property
    def wanted(self) -> dict[str, bool]:
        """Which kinds of answer it asked for."""
        return wants(self.text)

    def things(self) -> Iterator[str]:
        """What "it" may be after this, the likeliest first."""
        if self.named and not self.wanted["person"]:
            yield self.named[0]
        if self.topic:
            yield self.topic.whole
        if mass := mass_of(self.text):
            yield mass

    def people(self, many: bool) -> Iterator[str]:
        """Whom "she" or "they" may be."""
        if self.named and (self.wanted["person"] or not many):
            yield self.named[0]
        if many and (found := those_who(self.text) or many_of(self.text)):
            yield found
        if self.topic:
            whole = self.topic.whole
            if not many and not self.topic.core.isupper():
                yield self.topic.core
            elif many and (whole.split()[-1].endswith("s") or not whole.islower()):
                yield whole

    def places(self) -> Iterator[str]:
        """Where "there" may be."""
        if self.named and not self.wanted["person"]:
            yield self.named[0]
        if self.topic:
            named = [slot.text for slot in slots(self.text) if slot.kind == "name"]
            yield self.topic.core if not named or named[-1] in self.topic.core else named[-1]

    def time(self) -> str:
        """The time that it asks about, or else the one that its answer names; "" for none."""
        found = TIME.findall(self.text) or TIME.findall(self.reply)
        return found[-1] if found else ""


@dataclass(frozen=True)
class Context:
    """The questions before, newest first."""

    asked: tuple[EarlierQuestion, ...]

    @property
    def answered(self) -> Sequence[EarlierQuestion]:
        """Those that were answered; the newest where none was."""
        return [one for one in self.asked if one.answered and QUESTION.search(one.text)] or self.asked[:1]

    def of(self, kind: str) -> EarlierQuestion:
        """The newest question with a phrase of a kind, or the newest that was answered; the newest where none was."""
        newest = next((one for one in self.asked if QUESTION.search(one.text)), self.asked[0])
        if any(slot.kind == kind for slot in slots(newest.text)):
            return newest
        answered = self.answered
        if kind in ("group", "code", "name"):
            return next((one for one in answered if any(s.kind == kind for s in slots(one.text))), answered[0])
        return answered[0]

    def referents(self, pointer: Pointer, text: str) -> list[str]:
        """What a pointing word of a text may stand for, the likeliest first; of "that name" the likeliest only."""
        found: Iterator[str] = (thing for one in self.asked for thing in _of_one(pointer, one, text))
        things = list(dict.fromkeys(filter(None, found)))
        return things[:1] if pointer.points == "noun" else things


def pairs(turns: Sequence[Turn], longest: int) -> list[EarlierQuestion]:
    """The questions as they were typed, oldest first, at most the `longest` last."""
    found: list[EarlierQuestion] = []
    for turn in turns:
        text = turn.text.strip()
        if turn.role == "user" and text:
            found.append(EarlierQuestion(text, answered=True))
        elif turn.role == "assistant" and found:
            said = _MARKS.sub("", text.removeprefix(CLOSEST)).strip()
            refused = REFUSAL.search(said) is not None
            found[-1] = EarlierQuestion(found[-1].text, not refused, "" if refused else said)
    return found[-longest:]


def _of_one(pointer: Pointer, one: EarlierQuestion, text: str) -> Iterator[str]:
    match pointer.points:
        case "time":
            yield f"in {one.time()}" if one.time() else ""
        case "place":
            yield from one.places()
        case "person":
            yield from one.people(many=False)
        case "many":
            yield from one.people(many=True)
        case "act":
            act = infinitive_of(one.text)
            yield f"to {act}" if act and pointer.word in ("for", "to do") else act
        case "noun":
            yield from _called(pointer.noun, one)
        case _:
            if pointer.points == "figure" and one.topic:
                yield _without_place(one.topic.measure, text[pointer.end :])
            topic = one.topic
            if pointer.word == "its" and topic and not (one.named and not one.wanted["person"]):
                yield topic.core
            yield from one.things()


def _called(noun: str, one: EarlierQuestion) -> Iterator[str]:
    """ "That name", "that city", "that attack": what the last answer named, or the thing that is called so."""
    topic = one.topic
    if topic and set(terms(noun)) <= set(terms(topic.whole)):
        yield topic.whole
    elif noun in ("name", "word", "term", "title"):
        yield next((f"the {noun} {thing}" for thing in one.things()), "")
    elif noun in CLASSES:
        yield from one.things()


def _without_place(measure: str, after: str) -> str:
    """A figure without the place it is of, where the question names its own: "so low in Balochistan"."""
    named = [slot for slot in slots(measure) if slot.kind == "name"]
    if not measure or not named or not any(slot.kind == "name" for slot in slots(after)):
        return measure
    return measure[: named[-1].start].rsplit(" ", 2)[0].strip()
