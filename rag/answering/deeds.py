"""Whether a sentence says what a question says was done: who hosted the cup is not who won it.

What a reader learnt of questions and windows tells other years and names apart better than other deeds. This module
does not know how sentences were found.
"""

from __future__ import annotations

from rag.answering.features import ReadPassage
from rag.language import deed_of, deeds_in, terms
from rag.types import EmbedInput, Encoder, Span

__all__ = ["leaves_deed_unsaid"]

_NEAR = 0.5
"""Cosine of two words from which on one may say what the other does: "established" for "founded"."""


def leaves_deed_unsaid(question: str, passage: ReadPassage, sentence: int, encoder: Encoder) -> bool:
    """Whether neither the word for what was done nor one near to it is in a sentence, around it, or above.

    False for a question that has no such word. Raises ModelProblem.
    """
    deed = deed_of(question)
    if not deed:
        return False
    text = passage.text[slice(*passage.around(sentence))]
    if not set(terms(deed)).isdisjoint(terms(f"{passage.context}\n{text}")):
        return False
    words = (deed, *deeds_in(text, question))
    found = dict(encoder.passages([EmbedInput(word, (Span(0, len(word)),)) for word in words]))
    return all(float(found[0].vector @ found[at].vector) < _NEAR for at in range(1, len(words)))
