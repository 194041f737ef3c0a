"""Several questions in one message: the answer to each, below it, as one answer.

This module does not know how a question is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.types import Answer, AnswerStatus, Claim, PartlyReason

__all__ = ["joined"]


def joined(question: str, answers: Sequence[tuple[str, Answer]]) -> Answer:
    """One answer from those to the questions of a message, which are named by the groups of the claims.

    It is as strong as all of them; what was not found, or not said outright, is named in the notes.
    """
    claims: list[Claim] = []
    differing: list[int] = []
    notes: list[str] = []
    for asked, answer in answers:
        known = sum(len(claim.citations) for claim in claims)
        claims += [_moved(claim, asked, known) for claim in answer.claims]
        differing += [number + known for number in answer.differing]
        notes += [note for note in (*_weakness(asked, answer), *answer.notes) if note not in notes]
    status, reason = _strength([answer for _, answer in answers])
    return Answer(
        question=question,
        asked_as=" ".join(answer.asked_as for _, answer in answers),
        status=status,
        claims=tuple(claims),
        passages=tuple({p.chunk.id: p for _, answer in answers for p in answer.passages}.values()),
        confidence=min(answer.confidence for _, answer in answers),
        notes=tuple(notes) if claims else (),
        differing=tuple(differing),
        reason=reason,
        shape="comparison",
    )


def _moved(claim: Claim, group: str, by: int) -> Claim:
    citations = tuple(replace(citation, number=citation.number + by) for citation in claim.citations)
    return replace(claim, citations=citations, group=group)


def _weakness(asked: str, answer: Answer) -> tuple[str, ...]:
    if answer.status == "not_found":
        return (f"Nothing was found in the sources for “{asked}”",)
    return (f"The sources do not say this outright: “{asked}”",) if answer.reason == "closest" else ()


def _strength(answers: Sequence[Answer]) -> tuple[AnswerStatus, PartlyReason]:
    found = {answer.status for answer in answers}
    if found in ({"answered"}, {"not_found"}):
        return answers[0].status, ""
    return "partly", "closest" if all(answer.reason == "closest" for answer in answers) else "incomplete"
