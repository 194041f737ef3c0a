"""Dialogues over the sample sources: each turn is understood as the person would say it in full.

Written by reading the samples, before the program could do them. A dialogue's turns are question, meaning, and what
the assistant said; "" says that nothing was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from rag.language import Side, sides_of
from rag.retrieval import rewrite_question
from rag.types import CLOSEST, Turn


class Said(NamedTuple):
    """A turn: what was typed, what it means, what was answered."""

    question: str
    meaning: str
    reply: str = ""


ATTACK = Said(
    "How many people died in the attack on the Jaffar Express?",
    "How many people died in the attack on the Jaffar Express?",
    "In all, 64 people died in the attack on the Jaffar Express, 18 of them soldiers. [1]",
)
DIALOGUES: dict[str, Sequence[Said]] = {
    "pronouns and months": (
        Said(
            "What happened to the Jaffar Express in March 2025?",
            "What happened to the Jaffar Express in March 2025?",
            "On 11 March 2025 fighters of the Balochistan Liberation Army (BLA) blew up the track in front of the "
            "Jaffar Express near Sibi and seized the train. [1]",
        ),
        Said(
            "When did it run again?",
            "When did the Jaffar Express run again?",
            "The Jaffar Express ran again at the end of March 2025, with more guards on board. [1]",
        ),
        Said("And where does it go?", "Where does the Jaffar Express go?"),
    ),
    "a group and what is low": (
        Said(
            "What is the literacy rate of women in Pakistan?",
            "What is the literacy rate of women in Pakistan?",
            "National literacy stood at 58.9 percent in 2021, with men at 69.1 percent and women at 48.5 percent. [1]",
        ),
        Said(
            "And men?",
            "What is the literacy rate of men in Pakistan?",
            "National literacy stood at 58.9 percent in 2021, with men at 69.1 percent and women at 48.5 percent. [1]",
        ),
        Said(
            "Why is it so low in Balochistan?",
            "Why is the literacy rate of men so low in Balochistan?",
        ),
        Said(
            "How does that compare with Iran?",
            "What is the literacy rate of men in Iran, compared with Pakistan?",
        ),
    ),
    "a person": (
        Said(
            "Who became chief justice of the Balochistan High Court?",
            "Who became chief justice of the Balochistan High Court?",
            "In 2018 Tahira Safdar became chief justice of the Balochistan High Court, the first woman to head a high "
            "court in Pakistan. [1]",
        ),
        Said("When was she appointed?", "When was Tahira Safdar appointed?"),
        Said("tell me more about her", "Tell me more about Tahira Safdar."),
    ),
    "years, corrected": (
        Said(
            "How many people were killed by the floods of 2010?",
            "How many people were killed by the floods of 2010?",
            "| 2010 | Floods | Indus basin, beginning in Khyber Pakhtunkhwa | nearly 2,000 dead; "
            "20 million affected | [1]",
        ),
        Said(
            "sorry, the 2022 ones",
            "How many people were killed by the floods of 2022?",
            "The floods of 2022 killed 1,739 people and affected 33 million across Pakistan. [1]",
        ),
        Said("And in 2011?", "How many people were killed by the floods of 2011?"),
        Said("Never mind. How many were affected?", "How many were affected by the floods of 2022?"),
    ),
    "bare questions": (
        Said(
            "When was the Durand Line agreed?",
            "When was the Durand Line agreed?",
            "The Durand Line was agreed on 12 November 1893 in Kabul. [1]",
        ),
        Said(
            "By whom?",
            "By whom was the Durand Line agreed?",
            "The Durand Line was agreed on 12 November 1893 in Kabul between Sir Mortimer Durand, foreign secretary of "
            "British India, and the Afghan ruler, Amir Abdur Rahman Khan. [1]",
        ),
        Said("Where?", "Where was the Durand Line agreed?"),
        Said("How long is it?", "How long is the Durand Line?"),
    ),
    "a change of topic and back": (
        ATTACK,
        Said(
            "By the way, when did the first mobile court open in Peshawar?",
            "When did the first mobile court open in Peshawar?",
            "Peshawar saw the country's first mobile court in 2013: a bus fitted out as a courtroom. [1]",
        ),
        Said("Why was it stopped?", "Why was the first mobile court stopped?"),
        Said(
            "Back to the attack: how many soldiers?",
            "How many soldiers died in the attack on the Jaffar Express?",
        ),
    ),
    "nothing was found": (
        ATTACK,
        Said("Who is the oldest person in Quetta?", "Who is the oldest person in Quetta?"),
        Said("And soldiers?", "How many soldiers died in the attack on the Jaffar Express?"),
    ),
    "what was said": (
        ATTACK,
        Said(
            "who said that?",
            "Who said that in all, 64 people died in the attack on the Jaffar Express, 18 of them soldiers?",
        ),
        Said("Can you summarise that?", "Summarise the attack on the Jaffar Express."),
        Said("Tell me more.", "Tell me more about the attack on the Jaffar Express."),
    ),
    "a time": (
        Said(
            "What did Pakistan spend on education in 2023?",
            "What did Pakistan spend on education in 2023?",
            "Pakistan spent 1.9 percent of its gross domestic product on education in 2023. [1]",
        ),
        Said("And Iran that year?", "What did Iran spend on education in 2023?"),
        Said("Who was president then?", "Who was president in 2023?"),
    ),
    "a place that was the answer": (
        Said(
            "Where does the Jaffar Express start?",
            "Where does the Jaffar Express start?",
            "It runs from Quetta, the capital of Balochistan, to Peshawar, the capital of Khyber Pakhtunkhwa. [1]",
        ),
        Said(
            "How many people died there in the earthquake?",
            "How many people died in Quetta in the earthquake?",
            "The Quetta earthquake of 31 May 1935 destroyed the city and killed at least 30,000 people. [1]",
        ),
        Said("What about Awaran?", "How many people died in Awaran in the earthquake?"),
    ),
    "closest sentences, a thing without a name": (
        Said(
            "What are the weaknesses of the jirga?",
            "What are the weaknesses of the jirga?",
            f"{CLOSEST} women are seldom heard and have at times been handed over as part of a settlement; [1]",
        ),
        Said("Does it have the power to try crimes?", "Does the jirga have the power to try crimes?"),
        Said("and its strengths?", "What are the strengths of the jirga?"),
    ),
    "a full question each time": (
        ATTACK,
        Said(
            "Which law gave residents of the tribal areas the vote?",
            "Which law gave residents of the tribal areas the vote?",
        ),
        Said("Can I visit Gwadar?", "Can I visit Gwadar?", "The port of Gwadar is open to visitors. [1]"),
        Said("Is it free?", "Is Gwadar free?"),
        Said(
            "Is Qatar rich because it has gas?",
            "Is Qatar rich because it has gas?",
        ),
    ),
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_each_turn_is_said_in_full(name: str) -> None:
    turns: list[Turn] = []
    understood = []
    for question, _, reply in DIALOGUES[name]:
        understood.append(rewrite_question(question, turns).asked)
        turns += [Turn("user", question), Turn("assistant", reply)]
    assert understood == [said.meaning for said in DIALOGUES[name]]


def test_a_comparison_with_what_was_said_has_two_sides() -> None:
    turns = [Turn("user", "How much of Bhutan is covered by forest?"), Turn("assistant", "70.6% [1]")]
    alone = rewrite_question("Is that more than in Nepal?", turns)
    assert alone.searched == "How much of Nepal is covered by forest?", "the new side is what is not known yet"
    assert sides_of(alone.asked) == (
        Side("Nepal", "How much of Nepal is covered by forest?"),
        Side("Bhutan", "How much of Bhutan is covered by forest?"),
    )
