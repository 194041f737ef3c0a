"""Made-up fact sheets as a set of questions, cut, encoded and indexed as the program does it with real ones.

`training/sheets.py` makes them up. This module does not know what is fitted to them.
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from benchmarks.sets import Gold, Question, QuestionSet, index_of, vectors_of
from rag.embed import SentenceEncoder
from rag.load import markdown
from rag.types import Document, Span
from training.sheets import sheet
from training.windows import altered

__all__ = ["sheet_set"]

_ASKED = 20  # questions of each sheet


def sheet_set(encoder: SentenceEncoder, cache: Path, sheets: int, seed: int) -> QuestionSet:
    """So many sheets as a set named "sheets"; other sheets for another `seed`."""
    rng = random.Random(seed)
    documents, questions = [], []
    for number in range(sheets):
        made = sheet(rng, _ASKED)
        draft = markdown.read(made.text.encode())
        digest = hashlib.sha256(made.text.encode()).hexdigest()
        name = f"{number}"
        blocks = tuple(draft.blocks)
        documents.append(Document(name, f"{name}.md", made.title, draft.text, (), blocks, digest, "text/markdown"))
        for at, (asked, span) in enumerate(made.questions):
            golds = (Gold(name, (Span(*span),)),) if span else ()
            questions.append(Question(f"{name}-{at}", altered(asked, rng), bool(span), golds, name))
    index = index_of(documents, encoder, cache)
    return QuestionSet("sheets", index, questions, vectors_of([q.text for q in questions], encoder, cache))
