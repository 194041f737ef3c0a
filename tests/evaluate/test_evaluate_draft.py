"""Drafted questions: what may be asked by itself, and what nothing answers."""

from __future__ import annotations

import hashlib

import pytest

from rag.evaluate.drafts import draft_cases
from rag.evaluate.locations import Sources, locate
from rag.parsing import plain
from rag.types import Document


def document(title: str, text: str) -> Document:
    draft = plain.read(text.encode())
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(title, f"{title}.txt", title, text, (), tuple(draft.blocks), digest, "text/plain")


def drafted(text: str) -> list[str]:
    return [case.question for case in draft_cases([document("Oman", text)], 9) if case.answerable]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "In 2007, the port of Gwadar was opened by the president.",
            "When was the port of Gwadar opened by the president",
        ),
        (
            "On 3 May 1970, Qaboos overthrew his father in Salalah.",
            "When did Qaboos overthrow his father in Salalah",
        ),
        (
            "In 1948, the sultanates on the coast (except one) formed a league; it broke up soon afterwards.",
            "When did the sultanates on the coast form a league",
        ),
        (
            "In all, 64 people died in the attack, but the army spoke of fewer dead that day.",
            "How many people died in the attack",
        ),
        (
            "In 2005, the voters of Oman approved a constitution and then elected a council of ninety.",
            "When did the voters of Oman approve a constitution",
        ),
        (
            "On 3 March 1970, Qaboos dissolved the council that he had founded in Salalah.",
            "When did Qaboos dissolve the council that he had founded in Salalah",
        ),
        (
            "The Harbour Authority of Oman is paid for by a levy on every ship.",
            "What is paid for by a levy on every ship",
        ),
        (
            "The Pakistan Army has played a large role in the valley.",
            "Who has played a large role in the valley",
        ),
    ],
)
def test_a_sentence_becomes_a_question(sentence: str, question: str) -> None:
    assert drafted(sentence) == [f"{question}?"]


@pytest.mark.parametrize(
    "sentence",
    [
        "In 1992, it adopted a new constitution and opened its markets.",
        "In 2020, this agreement collapsed and the price of oil fell sharply.",
        "In 2008-09, the banking crisis hit the harbour of the town hard.",
        "In 1971, six of these states merged to form a new country.",
        "This Arbitration Agreement is the full agreement between the two of us.",
        "In 2012, after weeks of protest, the president handed over his powers.",
        "In 2004, the party founded by him won every seat of the council.",  # either may be the verb
        "In 2004 and 2005, the council of the town met in the harbour.",
        "In 2004, peace in the valley and the end of the drought.",  # no verb at all
        "For 50 years passed the country has lived mostly from its oil.",
    ],
)
def test_what_only_says_something_beside_another_sentence_is_not_asked(sentence: str) -> None:
    assert drafted(sentence) == []


def test_what_nothing_answers_is_asked_of_another_source_or_of_a_year_that_none_names() -> None:
    lines = [f"In {1990 + i}, the parliament of Oman passed law number {i} on the harbours." for i in range(9)]
    oman, qatar = document("Oman", "\n\n".join(lines)), document("Qatar", "In 1990, a tower fell down in the old town.")
    cases = draft_cases([oman, qatar], 12)
    assert cases == draft_cases([oman, qatar], 12), "the same every time"
    invented = [case for case in cases if not case.answerable]
    assert 2 <= len(invented) <= 3
    assert all("parliament of Qatar" in case.question and not case.citations for case in invented)
    known = {one.id: one for one in (oman, qatar)}
    sources = Sources({one.path: one.id for one in (oman, qatar)}, known.get)
    for case in cases:
        assert case.answerable == bool(locate(case, sources))
