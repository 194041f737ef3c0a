"""A question from a statement: when, who, how many, where, with the words that answer it.

Only where a sentence is plain enough to be turned round ("The dam was built in 1959" becomes "When was the dam
built?"); every other one is left alone. English only. Whether the question is worth asking, this module does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.language.english import MONTH_NAMES, PERIODS
from rag.language.names import NAME_RUN
from rag.language.pronouns import has_pronoun, points_elsewhere

__all__ = ["DraftQuestion", "question_from"]

Kind: TypeAlias = Literal["how many", "when", "where", "who"]

_SUBJECT = rf"(?P<subject>The (?:[\w’'-]+ ){{0,7}}?[\w’'-]+|{NAME_RUN})"
_MONTH = "|".join(MONTH_NAMES)
_DATE = rf"(?P<date>(?:\d{{1,2}} )?(?:(?:{_MONTH}) )?(?:1[5-9]|20)\d\d)\b(?![-–/])"
_AT_THE_HEAD = re.compile(rf"(?:In|On) {_DATE},?\s*")
_AT_THE_END = re.compile(rf"(?P<clause>[A-Z][^,;:()]+?) (?:in|on) {_DATE}(?=[.,;]|$)")
_NAME_AND_WORD = re.compile(rf"{NAME_RUN} ([a-z]+)\b")
_ABOUT = r"(?:about |only |nearly |almost |just |more than |at least )?"
_ROLE = r"(?:master|president|minister|director|governor|leader|founder|commander|chairman|secretary|mayor)"
_FORMS: tuple[tuple[Kind, str, str], ...] = (
    (
        "who",
        rf"{_SUBJECT} (?:was|were|is|are) (?P<done>designed|built|founded|led|run|written|owned) by "
        rf"(?P<answer>(?:the )?(?:[a-z-]+ ){{0,3}}{NAME_RUN})",
        "Who {active} {subject}?",
    ),
    (
        "how many",
        rf"{_SUBJECT} (?P<be>is|was) {_ABOUT}(?P<answer>[\d.,]+ ?(?:%|per ?cent|[mb]illion|metres|km|kilomet\w+))",
        "What {be} {subject}?",
    ),
    (
        "how many",
        rf"{_SUBJECT} has {_ABOUT}(?P<answer>[\d.,]+(?: million)?) (?P<what>[a-z]+s)\b(?! of)",
        "How many {what} does {subject} have?",
    ),
    (
        "how many",
        rf"(?:In all, )?(?i:{_ABOUT})(?P<answer>[\d.,]+) people "
        r"(?P<what>(?:were killed|died|were injured|were hurt) (?:in|by|at|during) (?:[\w’'-]+ ){1,6}?[\w’'-]+)[.,;]",
        "How many people {what}?",
    ),
    (
        "where",
        rf"{_SUBJECT} (?P<there>lies?|stands?) (?P<answer>(?:in|on|near|between) (?:the )?{NAME_RUN})",
        "Where {do} {subject} {place}?",
    ),
    (
        "who",
        rf"(?P<subject>The [\w ]{{0,40}}?{_ROLE}(?: of [\w’' ]{{2,30}})?) (?P<be>is|was) "
        rf"(?P<answer>[A-Z]\w+ {NAME_RUN})",
        "Who {be} {subject}?",
    ),
)
_ACTIVE = {"run": "runs", "written": "wrote", "owned": "owns"}
_NOT_COUNTED = "|".join((*(PERIODS[name] for name in ("year", "month", "week", "day", "hour", "minute")), "times"))
_COUNT = re.compile(
    r"(?<![\w.,$€£-])(?!(?:1[5-9]|20)\d\d\b)(\d{1,3}(?:,\d{3})+|\d{1,7}) "
    rf"((?:[a-z-]+ )?(?:(?!{_NOT_COUNTED})[a-z]{{3,}}s|people|men|women|children|percent) "
    r"(?:were|are|have|had|died|took|held|fell|rose|went|came|lost|won|left|fled|[a-z]+ed)\b)"
)
_NAMED = re.compile(
    r"((?:The |An? )?(?:[A-Z][\w’'-]+)(?: (?:of|the|and|for|[A-Z][\w’'-]+)){1,6}) "
    r"(is|are|was|were|has|had|said|operates|owns|holds|won|led|founded|built|set|took|killed|signed|began|became) "
)
_OF_PEOPLE = re.compile(
    r"(?:has |have |had )?(?:said|won|led|founded|signed|took|killed|owns|operates|holds|played|built)\b"
    r"|(?:was|were|has been|have been) (?:\w+ly )?(?:appointed|arrested|assassinated|born|defeated|elected|killed"
    r"|named|ousted|re-?elected|sworn)\b"
)
_CLAUSE = re.compile(  # where what a question needs has been said
    r"[;:]| [-–—]+ |,? including\b"
    r"|, (?:but|although|though|while|which|who|where|when|after|before|since|as|with)\b"
    r"| (?:and|but) (?:then |later )?(?:he|she|it|they|was|were|is|are|has|had)\b"
)
_PUT_IN = re.compile(r" \([^()]*\)| [-–—]{1,2} [^-–—]+ [-–—]{1,2}(?= )")
_BEFORE_OTHERS = re.compile(  # after these a past form is no verb of the clause
    r"an?|the|its|his|her|their|our|this|that|these|those|is|are|was|were|be|been|being|has|have|had|having|by|most|more"
    r"|of|who|which|to|very|all|some|many",
    re.IGNORECASE,
)
_OPENING = re.compile(r"that|wh\w+|after|before|because|as|if|until|since")  # a clause of its own, with its own verb
_BETWEEN = ("first", "newly", "recently", "finally", "so-called", "ever")  # it and the word before it
_JOINING = ("and", "but", "or")
_ASKED = (4, 24)  # words of what is asked
_SUBJECT_WORDS = 9  # a longer one makes a question that nobody would ask
_FARTHEST = 12  # word that is the verb: a longer subject is hard to hear behind "did"


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """What is asked for, the question, and the words of the sentence that answer it."""

    kind: Kind
    question: str
    answer: str


def question_from(sentence: str) -> DraftQuestion | None:
    """What a sentence, its white space folded, answers first. None for what cannot be asked by itself."""
    forms = (_by_form, _counted, _dated, _named)
    return next((found for form in forms if (found := form(sentence)) is not None), None)


def _by_form(sentence: str) -> DraftQuestion | None:
    for kind, form, question in _FORMS:
        found = re.match(form, sentence)
        if found is None:
            continue
        parts = {name: value or "" for name, value in found.groupdict().items()}
        subject, done, there = parts.get("subject", ""), parts.get("done", ""), parts.get("there", "")
        if len(subject.split()) > _SUBJECT_WORDS or has_pronoun(f"{subject} {parts.get('what', '')}"):
            return None
        parts |= {"subject": _lowered(subject), "active": _ACTIVE.get(done, done)}
        parts |= {"place": there.removesuffix("s"), "do": "does" if there.endswith("s") else "do"}
        return DraftQuestion(kind, question.format(**parts), parts["answer"].rstrip(".,"))
    return None


def _counted(sentence: str) -> DraftQuestion | None:
    counted = _COUNT.search(sentence)
    rest = _clause(sentence[counted.start(2) :]) if counted else ""
    return DraftQuestion("how many", f"How many {rest}?", counted[1]) if counted and _askable(rest) else None


def _dated(sentence: str) -> DraftQuestion | None:
    if found := _AT_THE_HEAD.match(sentence):
        clause = _clause(sentence[found.end() :])
    elif found := _AT_THE_END.match(sentence):
        clause = found["clause"] if _says_what_of_whom(found["clause"]) else ""
    else:
        return None
    asked = None if points_elsewhere(clause) else _turned_round(clause)
    return DraftQuestion("when", f"When {asked}?", found["date"]) if asked and _askable(asked) else None


def _says_what_of_whom(clause: str) -> bool:
    """Whether it would be understood alone: "The …", or a name and what it did, and nothing that points elsewhere."""
    named = _NAME_AND_WORD.match(clause)
    return not has_pronoun(clause) and (
        clause.startswith("The ") or (named is not None and any(_verbs(("", named[1]))))
    )


def _named(sentence: str) -> DraftQuestion | None:
    found = _NAMED.match(sentence)
    if found is None or points_elsewhere(sentence):
        return None
    rest = _clause(sentence[found.end(1) :].strip())
    asker = "Who" if _OF_PEOPLE.match(rest) else "What"
    return DraftQuestion("who", f"{asker} {rest}?", found[1]) if _askable(rest) else None


def _askable(text: str) -> bool:
    """Whether a question of it is neither too short to be about one thing nor longer than anybody asks."""
    return _ASKED[0] <= len(text.split()) <= _ASKED[1] and not re.search(r"\bof (?:these|those|them)\b", text)


def _clause(text: str) -> str:
    """The first clause, without what is put in: what comes after it makes a question long and gives answers away."""
    return _CLAUSE.split(_PUT_IN.sub("", text), maxsplit=1)[0].rstrip(".!, ")


def _turned_round(clause: str) -> str | None:
    """ "the port was opened" becomes "was the port opened", "he won" becomes "did he win"; None where that is not sure.

    The verb is the first word that can be nothing but a past tense, unless another one comes after it that is not
    joined to it: in "the party founded by him won" either may be the verb. What is joined to it is left out.
    """
    words = _lowered(clause).split()
    verbs = list(_verbs(words))
    if not verbs or verbs[0][0] > _FARTHEST:
        return None
    at, base = verbs[0]
    end = len(words)
    for later, _ in verbs[1:]:
        joined = later - 1 - (words[later - 1] in ("then", "later", "also"))
        if words[joined] in _JOINING:
            end = joined
            break
        if not any(_OPENING.fullmatch(word) for word in words[at + 1 : later]):
            return None
    if words[end - 1] in _JOINING:
        end -= 1
    subject, rest = " ".join(words[:at]), " ".join(words[at + 1 : end]).rstrip(",")
    rest = re.sub(r"^(?:first|finally|officially) ", "", rest)
    return (f"did {subject} {base} {rest}" if base else f"{words[at]} {subject} {rest}").rstrip()


def _verbs(words: Sequence[str]) -> Iterator[tuple[int, str | None]]:
    """Where a past tense stands, and its base form; without one for what goes before its subject as it is ("was")."""
    from lemminflect import getAllLemmas, getInflection

    for at, word in enumerate(words[1:], start=1):
        if word in ("was", "were", "could", "would"):
            yield at, None
        elif (
            word.isalpha()
            and word.islower()
            and not _BEFORE_OTHERS.fullmatch(words[at - 1 - (words[at - 1] in _BETWEEN)])
        ):
            for base in getAllLemmas(word, upos="VERB").get("VERB", ())[:1]:
                if base != word and word in getInflection(base, "VBD"):
                    yield at, base


def _lowered(text: str) -> str:
    """A sentence's first word as it stands inside a sentence; names keep their capital."""
    common = text.split(" ", 1)[0] in ("The", "A", "An", "In", "At")
    return text[0].lower() + text[1:] if common else text
