"""Cases drafted from one's own sources, for a person to correct: real sentences, real quotes, and a question to mend.

A question is made from a sentence by three small rules, so it often sounds stiff; the quote, the path and the page
beside it are exact. Questions that nothing answers are made from answered ones: of what another source is about, or of
a year that no source names. Whether they are good questions, this module does not know.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
    r"(?:In|On) ((?:\d{1,2} )?"
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December) )?"
    r"(?:1[5-9]|20)\d\d)\b(?![-–/]),?\s*"
)
_COUNT = re.compile(
    r"(?<![\w.,$€£-])(?!(?:1[5-9]|20)\d\d\b)(\d{1,3}(?:,\d{3})+|\d{1,7}) "
    r"((?:[a-z-]+ )?(?:(?!years|months|weeks|days|hours|minutes|times)[a-z]{3,}s|people|men|women|children|percent) "
    r"(?:were|was|are|is|have|had|has|died|took|held|fell|rose|went|came|lost|won|left|fled|[a-z]+ed)\b)"
)
_SUBJECT = re.compile(
    r"((?:The |An? )?(?:[A-Z][\w’'-]+)(?: (?:of|the|and|for|[A-Z][\w’'-]+)){1,6}) "
    r"(is|are|was|were|has|had|said|operates|owns|holds|won|led|founded|built|set|took|killed|signed|began|became) "
)
_POINTING = re.compile(  # sentences that only say something beside the one before
    r"(?:It|They|He|She|We|I|You|This|That|These|Those|Its|Their|His|Her|Our|Such|There|Then|Both|Another|Other)\b"
    r"|(?:The|the) (?:same|latter|former|following|above|agreement|group|party|country|study|report)\b"
    r"|(?:amid|after|as|at|by|during|following|for|from|in|of|on|under|when|while|with|within)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(  # where what a question needs has been said
    r"[;:]| [-–—]+ |, (?:but|although|though|while|which|who|where|when|after|before|since|as|with|including)\b"
    r"| (?:and|but) (?:then |later )?(?:he|she|it|they|was|were|is|are|has|had)\b"
)
_PUT_IN = re.compile(r" \([^()]*\)| [-–—]{1,2} [^-–—]+ [-–—]{1,2}(?= )")
_WAS = re.compile(r"((?:[\w’'-]+ ){1,4}?)(was|were) (.+)")
_VERB_LIKE = re.compile(r"\b(?:that|which|who|[a-z]+ed)\b")
_YEAR = re.compile(r"(?<![-–\w])(?:19|20)\d\d(?![-–\w])")
_WORDS = (8, 36)  # of a sentence worth asking about
_ASKED = (4, 26)  # of what is asked about it
_UNANSWERABLE = 4  # one in so many


@dataclass(frozen=True, slots=True)
class _Draft:
    """`kind` is what is asked for: how many, when, or who."""

    kind: str
    question: str
    answer: str


def draft_cases(documents: Sequence[Document], count: int, seed: int = 0) -> list[Case]:
    """Up to `count` cases, spread over documents and kinds of question; the same for the same documents and seed."""
    rng = random.Random(seed)
    pools = [list(_of(document)) for document in documents]
    for pool in pools:
        rng.shuffle(pool)
    found: list[Case] = []
    used: Counter[str] = Counter()
    text = "\n".join(document.text for document in documents)
    names = sorted({name for document in documents if (name := _name_of(document))})
    while any(pools) and len(found) < count:
        for document, pool in zip(documents, pools, strict=True):
            if not pool or len(found) >= count:
                continue
            draft, case = pool.pop(min(range(len(pool)), key=lambda at: used[pool[at][0].kind]))
            used[draft.kind] += 1
            found.append(case)
            if sum(one.answerable for one in found) // (_UNANSWERABLE - 1) > sum(not one.answerable for one in found):
                other = _unanswerable(draft, _name_of(document), names, text, rng)
                found += [other] if other and len(found) < count else []
    return [replace(case, id=f"draft-{number:03}") for number, case in enumerate(found, 1)]


def draft_file(cases: Sequence[Case], documents: int, name: str) -> str:
    """The cases as YAML, with a word on what to do."""
    return _HEAD.format(cases=len(cases), documents=documents, name=name) + to_yaml(cases)


def _of(document: Document) -> Iterator[tuple[_Draft, Case]]:
    for block, spans in units(document):
        if block.kind not in ("paragraph", "list"):
            continue
        for span in spans:
            sentence = " ".join(document.text[span.start : span.end].split())
            least, most = _WORDS
            drafted = _question(sentence) if least <= len(sentence.split()) <= most and sentence[-1] in ".!" else None
            if drafted is not None:
                citations = (_expected(document, span),)
                yield drafted, Case("", drafted.question, answers=(drafted.answer,), citations=citations)


def _expected(document: Document, span: Span) -> Expected:
    page = document.page_at(span.start)
    return Expected(document.path, page.number if page else None, document.text[span.start : span.end])


def _question(sentence: str) -> _Draft | None:
    """How many, when, or who: whatever the sentence gives first. None for what cannot be asked by itself."""
    counted = _COUNT.search(sentence)
    if counted:
        rest = _clause(sentence[counted.start(2) :])
        return _Draft("how many", f"How many {rest}?", counted[1]) if _askable(rest) else None
    dated = _DATE.match(sentence)
    if dated:
        rest = _clause(sentence[dated.end() :])
        pointing = _POINTING.match(rest) is not None
        return (
            _Draft("when", f"When {_inverted(_lowered(rest))}?", dated[1]) if _askable(rest) and not pointing else None
        )
    subject = _SUBJECT.match(sentence)
    if subject and not _POINTING.match(sentence):
        rest = _clause(sentence[subject.end(1) :].strip())
        return _Draft("who", f"Who or what {rest}?", subject[1]) if _askable(rest) else None
    return None


def _askable(text: str) -> bool:
    """Whether a question of it is neither too short to be about one thing nor longer than anybody asks."""
    return _ASKED[0] <= len(text.split()) <= _ASKED[1] and not re.search(r"\bof (?:these|those|them)\b", text)


def _clause(text: str) -> str:
    """The first clause, without what is put in: what comes after it makes a question long and gives answers away."""
    return _CLAUSE.split(_PUT_IN.sub("", text), maxsplit=1)[0].rstrip(".!, ")


def _inverted(text: str) -> str:
    """ "the port was opened" becomes "was the port opened"; where that is not sure, "was it that …"."""
    found = _WAS.fullmatch(text)
    if found and not _VERB_LIKE.search(found[1]):
        return f"{found[2]} {found[1]}{found[3]}"
    return f"was it that {text}"


def _lowered(text: str) -> str:
    """A sentence's first word as it stands inside a sentence; names keep their capital."""
    common = text.split(" ", 1)[0] in ("The", "A", "An", "In", "At")
    return text[0].lower() + text[1:] if common else text


def _name_of(document: Document) -> str:
    """What a document is about, if its title is a name; else nothing."""
    return document.title if re.fullmatch(r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}", document.title) else ""


def _unanswerable(draft: _Draft, name: str, names: Sequence[str], text: str, rng: random.Random) -> Case | None:
    """The same of what another document is about, or of a year that no source names."""
    named = re.compile(rf"(?<![Tt]he )\b{re.escape(name)}\b(?!['’])")
    if name and named.search(draft.question):
        others = [one for one in names if one not in draft.question and one != name]
        if others:
            return Case("", named.sub(rng.choice(others), draft.question), answerable=False)
    years = _YEAR.findall(draft.question) if draft.kind != "when" else []
    for back in (37, 41, 53):
        if years and str(int(years[0]) - back) not in text:
            return Case("", draft.question.replace(years[0], str(int(years[0]) - back)), answerable=False)
    return None
