"""Cases drafted from one's own sources, for a person to correct: real sentences, real quotes, and a question to mend.

A question is made from a sentence by three small rules, so it often sounds stiff; the quote, the path and the page
beside it are exact. Questions that nothing answers are made from answered ones by a year that no source names.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evaluate.cases import Case, Expected, to_yaml
from rag.text import units
from rag.types import Document, Span

__all__ = ["draft_cases", "draft_file"]

_HEAD = """\
# Drafted by `rag eval init`: {cases} cases from {documents} documents.
#
# Read each question beside its quote. Ask it as you would, correct the answers (any of them is enough; `need: all`
# asks for every one), remove what is not worth asking. Quote, path and page are exact: leave them as they are, or copy
# another sentence from the source. Where `answerable: false`, make sure that no source answers.
#
# Then:  rag eval {name}

"""
_DATE = re.compile(
    r"\b(?:In|On|Since|By|in|on|since|by) "
    r"((?:\d{1,2} )?(?:(?:January|February|March|April|May|June|July|August|September|October|November|December) )?"
    r"(?:1[5-9]|20)\d\d)\b,?\s*"
)
_COUNT = re.compile(
    r"(?<![\w.,$€£-])(?!(?:1[5-9]|20)\d\d\b)(\d{1,3}(?:,\d{3})+|\d{1,7}) "
    r"((?:[a-z-]+ )?(?:[a-z]{3,}s|people|men|women|children|percent) "
    r"(?:were|was|are|is|have|had|has|died|took|held|fell|rose|went|came|lost|won|left|fled|[a-z]+ed)\b)"
)
_SUBJECT = re.compile(
    r"(?!There)((?:The |An? )?(?:[A-Z][\w’'-]+)(?: (?:of|the|and|for|[A-Z][\w’'-]+)){1,6}) "
    r"(is|are|was|were|has|had|said|operates|owns|holds|won|led|founded|built|set|took|killed|signed|began|became) "
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_WORDS = (8, 36)  # of a sentence worth asking about
_UNANSWERABLE = 4  # one in so many


@dataclass(frozen=True, slots=True)
class _Draft:
    question: str
    answer: str


def draft_cases(documents: Sequence[Document], count: int, seed: int = 0) -> list[Case]:
    """Up to `count` cases, spread evenly over the documents; the same for the same documents and seed."""
    rng = random.Random(seed)
    pools = [list(_of(document)) for document in documents]
    for pool in pools:
        rng.shuffle(pool)
    found: list[Case] = []
    text = "\n".join(document.text for document in documents)
    while any(pools) and len(found) < count:
        for pool in pools:
            if pool and len(found) < count:
                found.append(pool.pop())
                if len(found) % (_UNANSWERABLE - 1) == 0 and len(found) < count:
                    other = _unanswerable(found[-1], text)
                    found += [other] if other else []
    return [_numbered(case, number) for number, case in enumerate(found, 1)]


def draft_file(cases: Sequence[Case], documents: int, name: str) -> str:
    """The cases as YAML, with a word on what to do."""
    return _HEAD.format(cases=len(cases), documents=documents, name=name) + to_yaml(cases)


def _of(document: Document) -> Iterator[Case]:
    for block, spans in units(document):
        if block.kind not in ("paragraph", "list"):
            continue
        for span in spans:
            sentence = " ".join(document.text[span.start : span.end].split())
            least, most = _WORDS
            drafted = _question(sentence) if least <= len(sentence.split()) <= most and sentence[-1] in ".!" else None
            if drafted is not None:
                yield Case("", drafted.question, answers=(drafted.answer,), citations=(_expected(document, span),))


def _expected(document: Document, span: Span) -> Expected:
    page = document.page_at(span.start)
    return Expected(document.path, page.number if page else None, document.text[span.start : span.end])


def _question(sentence: str) -> _Draft | None:
    """How many, when, or who: whatever the sentence gives first."""
    counted = _COUNT.search(sentence)
    if counted:
        rest = re.split(r"[,;:(]| and ", sentence[counted.start(2) :])[0].rstrip(".! ")
        if len(rest.split()) >= 4:
            return _Draft(f"How many {rest}?", counted[1])
    dated = _DATE.match(sentence)
    if dated:
        rest = sentence[dated.end() :].rstrip(".! ")
        return _Draft(f"When was it that {_lowered(rest)}?", dated[1])
    subject = _SUBJECT.match(sentence)
    if subject:
        rest = sentence[subject.end(1) :].rstrip(".! ")
        return _Draft(f"Who or what{rest}?", subject[1])
    return None


def _lowered(text: str) -> str:
    """A sentence's first word as it stands inside a sentence; names keep their capital."""
    first = text.split(" ", 1)[0]
    common = first in ("The", "A", "An", "In", "It", "They", "He", "She", "This", "These", "At", "Its", "Their")
    return text[0].lower() + text[1:] if common else text


def _unanswerable(case: Case, text: str) -> Case | None:
    """The same of a year that no source names."""
    years = _YEAR.findall(case.question)
    for shift in (37, 41, 53):
        if years and str(int(years[0]) + shift) not in text:
            return Case("", case.question.replace(years[0], str(int(years[0]) + shift)), answerable=False)
    return None


def _numbered(case: Case, number: int) -> Case:
    name = f"draft-{number:03}"
    return Case(name, case.question, case.answerable, case.answers, case.need, case.citations)
