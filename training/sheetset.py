"""Made-up fact sheets as a set of questions, cut, encoded and indexed as the program does it with real ones.

`training/sheets.py` makes them up. This module does not know what is fitted to them.
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from benchmarks.sets import Gold, Question, QuestionSet, index_of, vectors_of
from rag.models.encoder.encoder import SentenceEncoder
from rag.parsing import markdown
from rag.types import Document, Span
from training.sheets import sheet
from training.windows import altered

__all__ = ["sheet_set"]

_ASKED = 20  # questions of each sheet


def sheet_set(encoder: SentenceEncoder, cache: Path, sheets: int, seed: int) -> QuestionSet:
    """So many sheets as a set named "sheets"; other sheets for another `seed`."""
    rng = random.Random(seed)
    made = [sheet(rng, _ASKED) for _ in range(sheets)]
    titles = {one.title for one in made}
    documents, questions = [], []
    for number, one in enumerate(made):
        draft, name = markdown.read(one.text.encode()), f"{number}"
        digest, blocks = hashlib.sha256(one.text.encode()).hexdigest(), tuple(draft.blocks)
        documents.append(Document(name, f"{name}.md", one.title, draft.text, (), blocks, digest, "text/markdown"))
        for at, (asked, whose, span) in enumerate(one.questions):
            if whose == one.title or whose not in titles:  # another sheet may answer it
                golds = (Gold(name, (Span(*span),)),) if span else ()
                questions.append(Question(f"{name}-{at}", altered(asked, rng), bool(span), golds, name))
    index = index_of(documents, encoder, cache)
    return QuestionSet("sheets", index, questions, vectors_of([q.text for q in questions], encoder, cache))
