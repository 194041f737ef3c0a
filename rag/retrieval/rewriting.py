"""A question that leans on the conversation becomes one that stands alone, as a person would say it in full.

Few operations do it: a phrase takes the place of its like in a question before ("And in 2020?", "no, in Bhutan I
mean"), a bare "When?" is asked of what was asked, and what points back ("it", "there", "that year") is replaced by what
is talked about: what the last question is about, or what its answer named. A question that does not lean stays as it
is. This module does not know what is in the sources.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.language import (
    COMPARED,
    LEANS,
    MORE,
    QUESTION,
    SUMMARY,
    WHO_SAID,
    WHOLE,
    Fragment,
    Opened,
    Pointer,
    as_question,
    asked_rightly,
    asks_in_general,
    content_terms,
    counted,
    fragment_of,
    infinitive_of,
    is_function_word,
    neighbour,
    opened,
    pointer_in,
    reask,
    said_for,
    sentence_spans,
    slot_kind,
    slots,
    subject_of,
    tail_of,
    terms,
    with_phrase,
)
from rag.retrieval.conversation import Context, EarlierQuestion, pairs
from rag.types import Turn

__all__ = ["RewrittenQuestion", "continued", "rewrite_question"]

_LITTLE = 2  # words with content
_WHOLE = 5  # words of a question that is a sentence of its own
_LONGEST = 12  # turns that are looked back at
_RULED = 400  # characters of a question that the operations are for; patterns take long over more
_QUOTED = 240  # characters of a reply that are said again
_OTHERS = 2  # other readings of a question at most


class RewrittenQuestion(NamedTuple):
    """A question as it is understood, and as it is searched for: with what it leans on in front.

    `others` are what else it may mean: the search decides.
    """

    asked: str
    searched: str
    others: tuple[str, ...] = ()


class _Said(NamedTuple):
    """A question said in full; `frame` is what a further one takes its phrases from, `leans` what it leans on."""

    asked: str
    frame: str
    leans: str = ""
    others: tuple[str, ...] = ()


def rewrite_question(question: str, turns: Sequence[Turn]) -> RewrittenQuestion:
    """The question itself, or what it means after what was asked before if it leans on that."""
    before: tuple[EarlierQuestion, ...] = ()
    for one in pairs(turns, _LONGEST):
        if len(one.text) <= _RULED and _asks(one.text):
            before = (replace(one, text=_understood(one.text, before).frame), *before)
    said = _understood(question, before)
    return RewrittenQuestion(said.asked, f"{said.leans} {said.frame}" if said.leans else said.frame, said.others)


def continued(question: str, turns: Sequence[Turn], language: str) -> RewrittenQuestion:
    """A question that is not in English, searched for with the one before where it says hardly anything by itself."""
    before = [turn.text for turn in turns if turn.role == "user"]
    little = len(set(terms(question, language))) < _LITTLE
    return RewrittenQuestion(question, f"{before[-1]} {question}" if before and little else question)


def _understood(question: str, before: tuple[EarlierQuestion, ...]) -> _Said:
    question = asked_rightly(question)
    if not before or len(question) > _RULED:
        return _said(question)
    if not _asks(question):
        return _said(question, leans=_leaned_on(question, before))
    opening = opened(question)
    if "dropped" in opening.cues and len(before) > 1:
        before = before[1:]
    if opening.back:
        before = _brought_back(opening.back, before)
    context = Context(before)
    if not opening.rest:
        return _said(before[0].text) if opening.back else _said(question)
    for operation in (_told, _compared, _asked_anew, _exchanged, _resolved, _continued):
        said = operation(opening, context)
        if said is not None:
            return said
    bare = opening.rest == question.strip() or fragment_of(opening.rest) is not None
    return _said(question if bare else as_question(opening.rest), leans=_leaned_on(opening.rest, before))


def _asks(text: str) -> bool:
    """Whether it is asked, or so short that it says what is asked about; what is told is left as it is."""
    short = len(text.split()) <= _WHOLE and not text.endswith((".", "!"))
    return short or QUESTION.search(opened(text).rest) is not None or bool(opened(text).back)


def _leaned_on(text: str, before: tuple[EarlierQuestion, ...]) -> str:
    """The question to search for, too, where it is not clear what a text points at; "" where it names things itself."""
    named = any(slot.kind in ("name", "code") for slot in slots(text))
    return before[0].text if LEANS.search(text) and not named else ""


def _brought_back(topic: str, before: tuple[EarlierQuestion, ...]) -> tuple[EarlierQuestion, ...]:
    """The newest question about a topic first, but for the last; as they are where none is."""
    wanted = [term[:4] for term in content_terms(topic)]
    for one in (*before[1:], before[0]):
        if wanted and all(any(term.startswith(start) for term in terms(one.text)) for start in wanted):
            return (one, *(other for other in before if other is not one))
    return before


def _told(opening: Opened, context: Context) -> _Said | None:
    """ "Tell me more", "summarise that" and "who said that?", of what was talked about last."""
    plain, newest = opening.rest.rstrip(" ?.!"), context.asked[0]
    if (who := WHO_SAID.match(plain)) and newest.reply:
        asks = (who["who"] or "who").lower()
        return _said(
            as_question(f"{'where is it said' if asks == 'where' else f'{asks} said'} that {_quoted(newest.reply)}")
        )
    for pattern, begins in ((MORE, "Tell me more about"), (SUMMARY, "Summarise")):
        if found := pattern.match(plain):
            about = found["about"] or "it"
            pointer = pointer_in(f"{begins} {about}", acts=False)
            if pointer is None:
                return _said(as_question(f"{begins} {about}", "."))
            things = context.referents(pointer, about)
            return _said(as_question(f"{begins} {things[0]}", "."), leans=newest.text) if things else None
    return None


def _quoted(reply: str) -> str:
    """The first sentence of a reply, as it goes on behind "that"."""
    first = reply[slice(*sentence_spans(reply)[0])][:_QUOTED].rstrip(" .;:")
    return _going_on(first)


def _compared(opening: Opened, context: Context) -> _Said | None:
    """ "Is that more than in Bhutan?": what was asked, of the new side, compared with the old one."""
    found = COMPARED.match(opening.rest.rstrip(" ?.!"))
    if found is None or pointer_in(opening.rest[: found.start("side")], acts=False) is None:
        return None
    fragment = fragment_of(f"{found['how'] or ''} {found['side']}".strip())
    if fragment is None or slot_kind(fragment.phrase) not in ("name", "group", "time", "code"):
        return None
    put = with_phrase(Context(tuple(context.answered)).of(slot_kind(fragment.phrase)).text, fragment)
    if put is None or not put.old:
        return None
    return _Said(as_question(f"{put.text.rstrip('?')}, compared with {put.old}"), put.text)


def _exchanged(opening: Opened, context: Context) -> _Said | None:
    """ "And in 2020?", "women?", "no, in Bhutan": a phrase in the place of its like in a question before."""
    years = (time for one in context.asked if (time := one.time()))
    fragment = neighbour(opening.rest, next(years, "")) or fragment_of(opening.rest)
    if fragment is None:
        return None
    kind = slot_kind(fragment.phrase)
    typed = kind in ("time", "group", "code") or (kind == "name" and opening.rest.endswith("?"))
    cued = not opening.cues.isdisjoint(("goes on", "corrected")) or opening.back
    if not (typed or cued or fragment.preposition):
        return None
    if WHOLE.match(fragment.phrase):
        place = _wider_place(context)
        fragment = Fragment(fragment.preposition, place or fragment.phrase)
        kind = "name" if place else kind
    frame = context.of(kind).text
    put = with_phrase(frame, fragment)
    if put is not None:
        return _Said(put.text, put.text, others=_if_a_name(opening.rest, fragment, frame, put.text))
    topic = context.asked[0].topic
    if topic is None or kind == "time":
        return None
    if "corrected" in opening.cues and topic.core in frame:
        return _said(as_question(frame.replace(topic.whole, fragment.phrase) if topic.whole in frame else frame))
    return _said(as_question(f"What about {fragment.phrase} in {topic.whole}"), leans=frame) if cued else None


def _if_a_name(rest: str, fragment: Fragment, frame: str, put: str) -> tuple[str, ...]:
    """What a phrase in small letters means if it is a name: "what about mongolia?"."""
    if not rest.islower() or slot_kind(fragment.phrase) != "other":
        return ()
    named = with_phrase(frame, Fragment(fragment.preposition, fragment.phrase.title()))
    return (named.text,) if named and named.old and named.text != put else ()


def _wider_place(context: Context) -> str:
    """The name that was talked about before the last one."""
    now = context.asked[0].text
    earlier = (slot.text for one in context.asked[1:] for slot in slots(one.text) if slot.kind == "name")
    return next((name for name in earlier if name not in now), "")


def _asked_anew(opening: Opened, context: Context) -> _Said | None:
    """ "Why?", "by whom?", "which group?", asked of what was asked."""
    before = context.asked[0].text
    said = reask(opening.rest, before) or counted(opening.rest, before)
    return _said(said, leans=before) if said else None


def _resolved(opening: Opened, context: Context) -> _Said | None:
    """With what points back said in full."""
    text, others = opening.rest, tuple[str, ...]()
    pointed = replaced = False
    acts = bool(infinitive_of(context.asked[0].text))
    for _ in range(3):
        pointer = pointer_in(text, acts)
        entity = pointer is not None and pointer.points not in ("place", "time")
        if pointer is None or (entity and pointed) or _is_told(text, pointer):
            break
        things = context.referents(pointer, text)
        if not things:
            break
        others = tuple(said_for(text, pointer, thing) for thing in things[1 : 1 + _OTHERS]) if entity else others
        text, replaced, pointed = said_for(text, pointer, things[0]), True, pointed or entity
    if not replaced:
        return None
    mark = "." if opening.rest.endswith(".") else "?"
    asked = as_question(text, mark)
    return _Said(asked, asked, context.asked[0].text, tuple(as_question(other, mark) for other in others))


def _is_told(text: str, pointer: Pointer) -> bool:
    """Whether a pointer stands in a sentence that asks nothing, in front of one that does."""
    end = re.search(r"[.!?]+(?=\s|$)", text[pointer.end :])
    return end is not None and "?" not in end[0] and bool(text[pointer.end + end.end() :].strip())


def _continued(opening: Opened, context: Context) -> _Said | None:
    """A question that names nothing and says little, of what was talked about: "And how long is the warranty?"."""
    rest, newest = opening.rest, context.asked[0]
    topic, points = newest.topic, pointer_in(rest) is not None
    if topic is None or (not points and any(slot.kind in ("name", "code") for slot in slots(rest))):
        return None
    own = subject_of(rest)
    alone = (own is not None and not own.core.startswith("the ")) or asks_in_general(rest)
    little = len(content_terms(rest)) <= _LITTLE and len(rest.split()) <= _WHOLE
    if not (points or "goes on" in opening.cues or (little and not alone) or not QUESTION.search(rest)):
        return None
    plain, tail = rest.rstrip(" ?.!"), tail_of(newest.text)
    if not points and QUESTION.search(plain):
        if topic.core in tail:
            if re.search(r"\b(?:do|does|did)\b", plain):  # of whom it was asked, and in what it is asked now
                tail = re.sub(r"^of (?=(?:the )?[A-Z])", "in ", tail)
            return _said(as_question(f"{plain} {tail}"), leans=newest.text)
        if own and own.core.startswith("the ") and plain.endswith(own.core):
            return _said(as_question(f"{plain} of {topic.core}"), leans=newest.text)
    if topic.whole.islower() and not points:
        return _said(as_question(rest) if QUESTION.search(rest) else rest, leans=newest.text)
    return _said(f"About {topic.whole}: {_going_on(rest)}", leans=newest.text)


def _going_on(text: str) -> str:
    """A text as it goes on behind another, its first letter small if it is a function word."""
    begins = terms(text.split()[0])
    return text[:1].lower() + text[1:] if begins and is_function_word(begins[0]) else text


def _said(asked: str, leans: str = "") -> _Said:
    return _Said(asked, asked, leans)
