"""Questions that lean on the conversation stand alone afterwards; new topics are not dragged back."""

from __future__ import annotations

import pytest

from rag.followup import stand_alone
from rag.types import Turn

ATTACK = "Who attacked the Jaffar Express?"


def turns(*questions: str) -> list[Turn]:
    return [turn for q in questions for turn in (Turn("user", q), Turn("assistant", "So it was."))]


@pytest.mark.parametrize(
    "question",
    [
        "How many died in it?",
        "And in 2024?",
        "What about Balochistan?",
        "Why?",
        "when",
        "How many people?",
        "Did they escape?",
        "And did it reach Quetta?",
    ],
)
def test_a_question_that_leans_brings_the_one_before(question: str) -> None:
    assert stand_alone(question, turns("What is a train?", ATTACK)) == f"{ATTACK} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How many percent was the tax on salt?",
        "What is the capital of Mongolia?",
        "Who is Angela Merkel?",
        "Which crossings carry most of the traffic on the Afghan border?",
    ],
)
def test_a_new_topic_stands_alone(question: str) -> None:
    assert stand_alone(question, turns(ATTACK)) == question


def test_a_chain_leads_back_to_what_it_is_about() -> None:
    asked = stand_alone("And the soldiers?", turns("What is a train?", ATTACK, "How many died in it?"))
    assert asked == f"{ATTACK} How many died in it? And the soldiers?"
    assert "train?" not in asked, "two questions are put in front at most"


def test_without_a_conversation_nothing_changes() -> None:
    assert stand_alone("Why?", ()) == "Why?"
    assert stand_alone("Why?", [Turn("assistant", "Ask me."), Turn("user", "  ")]) == "Why?"
