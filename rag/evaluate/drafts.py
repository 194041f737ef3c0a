"""Cases drafted from one's own sources, for a person to correct: real sentences, real quotes, and a question to mend.

A question is made from a sentence (`rag.language.question_from`); the quote, the path and the page beside it are exact.
Questions that nothing answers are made from answered ones: of what another source is about, or of a year that no source
names. Whether they are good questions, this module does not know.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.evaluate.cases import Case, Expected, to_yaml
from rag.language import RECENT_YEAR, DraftQuestion, is_name, question_from, units
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
_WORDS = (8, 36)  # of a sentence worth asking about
_UNANSWERABLE = 4  # one in so many


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


def _of(document: Document) -> Iterator[tuple[DraftQuestion, Case]]:
    for block, spans in units(document):
        if block.kind not in ("paragraph", "list"):
            continue
        for span in spans:
            sentence = " ".join(document.text[span.start : span.end].split())
            least, most = _WORDS
            drafted = (
                question_from(sentence) if least <= len(sentence.split()) <= most and sentence[-1] in ".!" else None
            )
            if drafted is not None:
                citations = (_expected(document, span),)
                yield drafted, Case("", drafted.question, answers=(drafted.answer,), citations=citations)


def _expected(document: Document, span: Span) -> Expected:
    page = document.page_at(span.start)
    return Expected(document.path, page.number if page else None, document.text[span.start : span.end])


def _name_of(document: Document) -> str:
    """What a document is about, if its title is a name; else nothing."""
    return document.title if is_name(document.title) else ""


def _unanswerable(draft: DraftQuestion, name: str, names: Sequence[str], text: str, rng: random.Random) -> Case | None:
    """The same of what another document is about, or of a year that no source names."""
    named = re.compile(rf"(?<![Tt]he )\b{re.escape(name)}\b(?!['’-])")
    if name and named.search(draft.question):
        others = [one for one in names if one not in draft.question and one != name]
        if others:
            return Case("", named.sub(rng.choice(others), draft.question), answerable=False)
    years = RECENT_YEAR.findall(draft.question) if draft.kind != "when" else []
    for back in (37, 41, 53):
        if years and str(int(years[0]) - back) not in text:
            return Case("", draft.question.replace(years[0], str(int(years[0]) - back)), answerable=False)
    return None
