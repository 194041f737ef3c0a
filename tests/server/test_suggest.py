"""Sentences turned round into questions; only those that lead back to their sentence are offered."""

from __future__ import annotations

import pytest

from rag.answering import draft_questions
from rag.server.suggestions import suggest
from rag.types import Answer, Chunk, Citation, Claim, Document, Passage, Span


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The lighthouse at Cape Orrin was first lit on 14 May 1871.", "When was the lighthouse at Cape Orrin lit?"),
        ("Pakistan launched Operation Zarb in June 2014.", "When did Pakistan launch Operation Zarb?"),
        ("The tower was designed by the engineer Ada Velland.", "Who designed the tower?"),
        ("The literacy rate of Orrin is about 27 percent.", "What is the literacy rate of Orrin?"),
        ("Skarholm has 84 boats.", "How many boats does Skarholm have?"),
        (
            "In all, 64 people died in the attack on the train, 18 of them soldiers.",
            "How many people died in the attack on the train?",
        ),
        ("Gadani lies in Lasbela.", "Where does Gadani lie?"),
        ("The harbour master of Orrin is Tomas Breck, who came late.", "Who is the harbour master of Orrin?"),
        ("It was built in 1871.", None),
        ("The same lamp was lit in 1871.", None),
        ("Relief convoys were stopped in 2013.", None),
        ("Nobody knows why.", None),
    ],
)
def test_a_sentence_becomes_a_question(sentence: str, question: str | None) -> None:
    assert [found for found, _ in draft_questions(sentence)] == ([question] if question else [])


def test_the_next_line_of_a_fact_sheet_is_no_part_of_a_question() -> None:
    text = "Languages: Orlic, Dovan; note - more than 70 languages are used in Orlon\nReligions - sample: none told"
    ((question, span),) = draft_questions(text)
    assert question == "How many languages are used in Orlon?"
    assert text[slice(*span)].endswith("Orlon")


def test_only_what_is_answered_from_its_own_sentence_is_offered() -> None:
    text = "The dam was built in 1959. The pier was built in 1960. Skarholm has 84 boats."
    document = Document("d", "a.md", "A", text, (), (), "0" * 64, "text/markdown")
    passages = [
        Passage(Chunk(i, "d", Span(start, end)), document, 1.0)
        for i, (start, end) in enumerate(((0, 26), (27, 54), (55, len(text))))
    ]
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        if "pier" in question:
            return Answer(question, question, "not_found", (), (), 0.1)
        span = Span(0, 26)  # the dam's sentence, whatever is asked
        citation = Citation(1, "d", "a.md", "A", None, None, span, text[slice(*span)])
        return Answer(question, question, "answered", (Claim(citation.quote, (citation,), "quoted"),), (), 0.9)

    assert suggest(passages, ask, ["Something else?"]) == ["When was the dam built?"]
    assert len(asked) == 3
    assert suggest(passages, ask, ["when was the dam built"]) == []
    assert suggest(passages, ask, [], [("d", Span(10, 20))]) == [], "that is known already"
