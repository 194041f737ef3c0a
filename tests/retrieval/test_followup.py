"""Questions that lean on the conversation stand alone afterwards; new topics are not dragged back."""

from __future__ import annotations

import pytest

from rag.retrieval.rewriting import RewrittenQuestion, rewrite_question
from rag.types import Turn

ATTACK = "Who attacked the Jaffar Express?"


def turns(*questions: str) -> list[Turn]:
    return [turn for q in questions for turn in (Turn("user", q), Turn("assistant", "So it was."))]


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        # names and trades that have no capital
        ("How do I report a bug in numpy?", "And in ruff?", "How do I report a bug in ruff?"),
        ("How many people work in farming?", "And in mining?", "How many people work in mining?"),
        ("How many people died in hospital?", "And in total?", "How many people died in hospital in total?"),
        # what a document that was asked about is
        ("What is the report on the harbour about?", "Who wrote it?", "Who wrote the report on the harbour?"),
        (
            "Who led the attack on the Jaffar Express?",
            "Who claimed it?",
            "Who claimed the attack on the Jaffar Express?",
        ),
        # what is asked in general, or of the place and not of its last word
        ("Why did people in Gwadar protest?", "What do madrassas teach?", "What do madrassas teach?"),
        ("Why did people in Gwadar protest?", "How many died?", "How many died in Gwadar?"),
        ("What is the population of Oman?", "And what do women earn?", "What do women earn in Oman?"),
        # what is exchanged
        ("What is the population of Kuwait?", "And of Qatar?", "What is the population of Qatar?"),
        ("What is the population of Kuwait?", "What about the Maldives?", "What is the population of the Maldives?"),
        ("What is the population of the Maldives?", "And Qatar?", "What is the population of Qatar?"),
        ("What was Lyft's revenue in 2021?", "And in 2020?", "What was Lyft's revenue in 2020?"),
        ("What was Lyft's revenue in 2021?", "What about net loss?", "What was Lyft's net loss in 2021?"),
        ("Is Jordan a member of the WTO?", "And Yemen?", "Is Yemen a member of the WTO?"),
        ("Who is the president of Egypt?", "And the prime minister?", "Who is the prime minister of Egypt?"),
        ("What does Oman export?", "and import", "What does Oman import?"),
        ("What is the literacy rate of Nepal?", "And for women?", "What is the literacy rate of Nepal for women?"),
        ("How many people died in the attack?", "And soldiers?", "How many soldiers died in the attack?"),
        ("how do I reset my password", "and for guests?", "How do I reset my password for guests?"),
        (ATTACK, "And in 2024?", "Who attacked the Jaffar Express in 2024?"),
        (ATTACK, "What about Balochistan?", "Who attacked Balochistan?"),
        # a bare question
        ("Where did the storm begin?", "When?", "When did the storm begin?"),
        (ATTACK, "when", "When was it that they attacked the Jaffar Express?"),
        (ATTACK, "Why?", "Why was it that they attacked the Jaffar Express?"),
        ("Since when is the president of Egypt?", "And the king?", "Since when is the king of Egypt?"),
        ("By whom was the Durand Line drawn?", "Why?", "Why was the Durand Line drawn?"),
        # what is pointed at
        (ATTACK, "How many died in it?", "How many died in the Jaffar Express?"),
        (ATTACK, "And did it reach Quetta?", "Did the Jaffar Express reach Quetta?"),
        ("Who operates the port of Gwadar?", "And who built it?", "Who built the port of Gwadar?"),
        ("Who runs the ferry over the Ilm?", "When was it built?", "When was the ferry over the Ilm built?"),
        ("How many died in the Jaffar Express attack?", "Who did it?", "Who did the Jaffar Express attack?"),
        ("What is the population of Kuwait?", "What is its capital?", "What is Kuwait’s capital?"),
        ("What is the capital of Mongolia?", "How many people live there?", "How many people live in Mongolia?"),
        ("Is Yemen a member of the WTO?", "When did it join?", "When did Yemen join?"),
        ("what is react", "how does it work", "How does react work?"),
        ("Which languages are spoken in Sri Lanka?", "Which religions?", "Which religions in Sri Lanka?"),
    ],
)
def test_a_question_that_leans_is_said_in_full(before: str, question: str, understood: str) -> None:
    assert rewrite_question(question, turns("What is a train?", before)).asked == understood


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("How many people?", "How many people attacked the Jaffar Express?"),
        ("Did they escape?", "Did those who attacked the Jaffar Express escape?"),
        ("Are there any others?", "About the Jaffar Express: are there any others?"),
        ("And the year before?", "About the Jaffar Express: the year before?"),
        ("Who?", ATTACK),
    ],
)
def test_what_leans_names_what_it_is_about(question: str, understood: str) -> None:
    alone = rewrite_question(question, turns("What is a train?", ATTACK))
    assert (alone.asked, alone.searched) == (understood, f"{ATTACK} {understood}")


def test_the_year_before_is_said_as_a_year() -> None:
    asked = rewrite_question("And the year before?", turns("What was Lyft's revenue in 2021?")).asked
    assert asked == "What was Lyft's revenue in 2020?"


def test_what_is_told_is_left_as_it_is() -> None:
    said = "They were never found, or so the papers of the time have it."
    assert rewrite_question(said, turns(ATTACK)) == RewrittenQuestion(said, f"{ATTACK} {said}")


def test_another_reading_is_offered_where_two_things_may_be_meant() -> None:
    alone = rewrite_question(
        "Who repairs it?", turns("Who runs the ferry over the Ilm?", "Where is the port of Gwadar?")
    )
    assert alone.asked == "Who repairs the port of Gwadar?"
    assert alone.others == ("Who repairs the ferry over the Ilm?",)
    small = rewrite_question("what about mongolia?", turns("What is the capital of Bhutan?"))
    assert "What is the capital of Mongolia?" in small.others


@pytest.mark.parametrize("reply", ["", "The sources do not answer this question.", "I am sorry, I do not know."])
def test_what_was_refused_gives_way_to_what_was_answered(reply: str) -> None:
    said = [
        Turn("user", "How long do women in Kazakhstan live?"),
        Turn("assistant", "77.9 years [1]"),
        Turn("user", "Who is the oldest person there?"),
        Turn("assistant", reply),
    ]
    assert rewrite_question("And men?", said).asked == "How long do men in Kazakhstan live?"
    said[-1] = Turn("assistant", "Ayan Bek is 109. [1]")
    assert rewrite_question("How old is she?", said).asked == "How old is Ayan Bek?"


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
    assert rewrite_question(question, turns(ATTACK)) == RewrittenQuestion(question, question)


def test_what_happened_is_not_exchanged_for_a_thing() -> None:
    before = "Where was the attack on the Jaffar Express stopped?"
    asked = rewrite_question("And the soldiers?", turns(before)).asked
    assert asked == "What about the soldiers in the attack on the Jaffar Express?"


def test_a_chain_leads_back_to_what_it_is_about() -> None:
    asked = rewrite_question("What about its capital?", turns("What is the area of Kuwait?", "And of Qatar?"))
    assert asked.asked == "What is the capital of Qatar?"
    asked = rewrite_question("When was it seized?", turns("What is a train?", ATTACK, "How many died in it?"))
    assert asked.asked == "When was the Jaffar Express seized?"
    assert "What is a train?" not in asked.searched, "one question is put in front at most"


def test_what_a_pointing_question_leans_on_is_searched_for_too() -> None:
    alone = rewrite_question("How many died in it?", turns(ATTACK))
    assert alone.searched == f"{ATTACK} {alone.asked}"
    exchanged = rewrite_question("And of Qatar?", turns("What is the population of Kuwait?"))
    assert "Kuwait" not in exchanged.searched, "it would find what was asked before"


@pytest.mark.parametrize("part", ["a", "is ", "and is the A's ", "What is the a of ", "it, ", "The A of ", "?"])
def test_long_questions_are_not_taken_apart(part: str) -> None:
    question = f"And {part * (1990 // len(part))}!"
    for before in (ATTACK, question):
        assert rewrite_question(question, turns(before)).asked.endswith(question)


def test_without_a_conversation_nothing_changes() -> None:
    assert rewrite_question("Why?", ()).asked == "Why?"
    assert rewrite_question("Why?", [Turn("assistant", "Ask me."), Turn("user", "  ")]).asked == "Why?"
