"""Questions that could be asked next, made from sentences of the sources, and only those that get an answer.

A few plain sentence forms are turned round ("The dam was built in 1959" becomes "When was the dam built?"); each
question is then asked, and offered only if its answer quotes the very sentence it was made from. This module does not
know how a question is answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from rag.text import sentence_spans
from rag.types import Answer, Passage, Span

__all__ = ["questions_in", "suggest"]

Ask: TypeAlias = Callable[[str], Answer]

_TRIES = 6  # questions asked for a list of suggestions
_WORDS = 9  # of a subject; longer ones make questions that nobody would ask
_NAME = r"(?:[A-Z][\w'’-]*(?: (?:of|the|de|[A-Z][\w'’-]*))*)"
_SUBJECT = rf"(?P<subject>The (?:[\w'’-]+ ){{0,7}}?[\w'’-]+|{_NAME})"
_DATE = r"(?:in|on) (?:\d{1,2} )?(?:[A-Z]\w+ )?\d{4}\b"
_ABOUT = r"(?:about |only |nearly |almost |just |more than |at least )?"
_DONE = r"[a-z]+ed|built|begun|cut|drawn|found|held|laid|lit|lost|made|sold|set up|shot|struck|won|written"
_BASE = {
    "became": "become", "began": "begin", "built": "build", "left": "leave", "lost": "lose", "took": "take",
    "won": "win", "adopted": "adopt", "attacked": "attack", "captured": "capture", "declared": "declare",
    "ended": "end", "founded": "found", "joined": "join", "launched": "launch", "opened": "open", "passed": "pass",
    "seized": "seize", "signed": "sign", "started": "start",
}  # fmt: skip
_PLACE = {"lies": "lie", "lie": "lie", "stands": "stand", "stand": "stand"}
_ROLE = r"(?:master|president|minister|director|governor|leader|founder|commander|chairman|secretary|mayor)"
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(form), question)
    for form, question in (
        (
            rf"{_SUBJECT} (?P<be>was|were) (?:first |finally |officially )?(?P<done>{_DONE}) "
            rf"(?:[\w'’]+ ){{0,4}}?{_DATE}",
            "When {be} {subject} {done}?",
        ),
        (
            rf"{_SUBJECT} (?P<did>{'|'.join(_BASE)}) (?P<what>(?:[\w'’-]+ ){{0,6}}?[\w'’-]+) {_DATE}",
            "When did {subject} {base} {what}?",
        ),
        (
            rf"{_SUBJECT} (?:was|were|is|are) (?P<done>designed|built|founded|led|run|written|owned) by (?:the )?\w",
            "Who {active} {subject}?",
        ),
        (
            rf"{_SUBJECT} (?P<be>is|was) {_ABOUT}[\d.,]+ ?(?:%|per ?cent|million|billion|metres|km|kilomet)",
            "What {be} {subject}?",
        ),
        (
            rf"{_SUBJECT} has {_ABOUT}[\d.,]+ (?:million )?(?P<what>[a-z]+s)\b(?! of)",
            "How many {what} does {subject} have?",
        ),
        (
            rf"(?:In all, )?(?i:{_ABOUT})[\d.,]+ people (?P<what>(?:were killed|died|were injured|were hurt) "
            r"(?:in|by|at|during) (?:[\w'’-]+ ){1,6}?[\w'’-]+)[.,;]",
            "How many people {what}?",
        ),
        (rf"{_SUBJECT} (?P<there>{'|'.join(_PLACE)}) (?:in|on|near|between) ", "Where {do} {subject} {place}?"),
        (
            rf"(?P<subject>The [\w ]{{0,40}}?{_ROLE}(?: of [\w' ]{{2,30}})?) (?P<be>is|was) [A-Z]\w+ [A-Z]",
            "Who {be} {subject}?",
        ),
    )
)
_ACTIVE = {"led": "led", "run": "runs", "built": "built", "written": "wrote", "owned": "owns"}
_LOOSE = re.compile(
    r"\b(it|its|they|them|their|this|that|these|those|he|she|his|her|there|which|who|we|our|both|such|here|and|but|while"
    r"|former|latter|same|other|others|another|next|not|when|where|if|as)\b",
    re.IGNORECASE,
)


def questions_in(text: str) -> Iterator[tuple[str, Span]]:
    """Questions that sentences of a text answer, and where those sentences stand in it."""
    for span in sentence_spans(text):
        sentence = " ".join(text[slice(*span)].split())
        question = next(filter(None, (_turned(form.match(sentence), words) for form, words in _FORMS)), None)
        if question is not None:
            yield question, span


def _turned(found: re.Match[str] | None, words: str) -> str | None:
    """The question that a sentence of some form answers; None where its parts would not be understood alone."""
    if found is None:
        return None
    parts = {name: value or "" for name, value in found.groupdict().items()}
    subject, rest = parts.get("subject", ""), parts.get("what", "")
    if len(subject.split()) > _WORDS or _LOOSE.search(f"{subject} {rest}"):
        return None
    if subject.startswith("The "):
        parts["subject"] = f"the {subject[4:]}"
    done, there = parts.get("done", ""), parts.get("there", "")
    parts |= {"active": _ACTIVE.get(done, done), "base": _BASE.get(parts.get("did", ""), "")}
    parts |= {"place": _PLACE.get(there, ""), "do": "does" if there.endswith("s") else "do"}
    return words.format(**parts)


def suggest(
    passages: Iterable[Passage],
    ask: Ask,
    asked: Iterable[str],
    cited: Sequence[tuple[str, Span]] = (),
    most: int = 3,
) -> list[str]:
    """At most so many questions out of some passages that the index answers from where they were made.

    `asked` are questions that need not be asked again, `cited` places (document id, span) that are known already.
    """
    seen = {_folded(question) for question in asked}
    found: list[str] = []
    tries = 0
    for passage in passages:
        for question, span in questions_in(passage.text):
            start = passage.chunk.span.start
            place = passage.document.id, Span(span.start + start, span.end + start)
            if _folded(question) in seen or _among(place, cited):
                continue
            if len(found) == most or tries == _TRIES:
                return found
            seen.add(_folded(question))
            tries += 1
            answer = ask(question)
            if answer.status == "answered" and _among(
                place, [(each.document_id, each.span) for each in answer.citations]
            ):
                found.append(question)
                break  # one of each passage, so that they differ
    return found


def _among(place: tuple[str, Span], cited: Iterable[tuple[str, Span]]) -> bool:
    """Whether a place shares characters with one of those cited."""
    document_id, span = place
    return any(document_id == other and at.start < span.end and span.start < at.end for other, at in cited)


def _folded(question: str) -> str:
    return re.sub(r"\W+", " ", question.lower()).strip()
