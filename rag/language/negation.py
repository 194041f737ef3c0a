"""Words that say no, how far a no reaches, and where one could stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.english import AUXILIARIES, ENDS_NEGATION, MERE_NEGATORS, NEGATES_CLAUSES, NEGATORS

__all__ = [
    "CAN_BE_NEGATED",
    "CONTRACTED",
    "NEGATION",
    "ends_negation",
    "is_denial",
    "merely_negates",
    "negates",
    "negates_clauses",
    "negates_nothing",
]

NEGATION = re.compile(r"\b(?:not|never|no|neither)\b\s*|n['’]t\b", re.IGNORECASE)
"""A negation that can be taken out, with the space after it."""
CAN_BE_NEGATED = re.compile(rf"\b(?:{'|'.join(AUXILIARIES)})\b")
"""A verb after which "not" can stand."""
CONTRACTED = re.compile(r"[^\W_]+?(?=n[’']t\b)|n[’']t\b|(?<=can)not\b|can(?=not\b)|[^\W_]+")
"""Words, a "not" that is written together with its verb apart from it."""
_CONTRACTIONS = ("n't", "n’t")
_NOT_ONLY = "not only "
_PARTICLE = re.compile(r"\s*(?:no|yes|nope)\s*[,.!;:]", re.IGNORECASE)  # an answer's first word
_DENIES = frozenset({"not", "never"})
_HELPS = frozenset({"do", "did", "doe"})  # stems: "did not approve" in the place of "approved"


def negates(word: str) -> bool:
    """Whether a word in small letters negates, whatever else it says: "refused", "n't"."""
    return word in NEGATORS or word.endswith(_CONTRACTIONS)


def merely_negates(word: str) -> bool:
    """Whether a word in small letters negates and says nothing else."""
    return word in MERE_NEGATORS or word.endswith(_CONTRACTIONS)


def negates_nothing(text: str, at: int) -> bool:
    """Whether a negator at an offset denies nothing: "not only", an answer's "No,"."""
    only = text[at : at + len(_NOT_ONLY)].lower() == _NOT_ONLY
    return only or (not text[:at].strip() and _PARTICLE.match(text) is not None)


def ends_negation(word: str) -> bool:
    """Whether what comes after a word is not negated any more by what stands before it."""
    return word in ENDS_NEGATION


def negates_clauses(word: str) -> bool:
    """Whether a negator reaches beyond the word that ends others: "denied that it had"."""
    return word in NEGATES_CLAUSES


def is_denial(terms: Sequence[str]) -> bool:
    """Whether terms do nothing but deny: "did not"."""
    return bool(_DENIES & {*terms}) and {*terms} <= _DENIES | _HELPS
