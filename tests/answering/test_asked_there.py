"""A source that asks itself what people ask it: its answer is shown with its question, and never the question alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opened import opened_on

from rag.answering.asked_there import answered_there, asks_the_same
from rag.answering.citing import QuotedSpan
from rag.assistant import Assistant
from rag.types import Document, Span

FAQ = """# Questions about the Brunel pump

Can the Brunel pump move salt water? Why is the pump so loud? Is it safe to run the pump dry?

## Can the Brunel pump move salt water?

Not by itself, no. A second impeller made of bronze is sold for that.

## Noise

Why is the pump so loud?

Air that is sucked in through a worn gasket makes the housing ring. Replace the gasket first. Then tighten the bolts.

Is it safe to run the pump dry?

Yes. It has been tested for nine hours without a drop.

Who sells it?
"""
GUIDE = """# Brunel pump, installation

Set the pump on a level floor. The inlet is on the left side, and it takes a hose of two inches.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with opened_on(tmp_path_factory.mktemp("faq"), {"faq.md": FAQ, "installation.md": GUIDE}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Can the Brunel pump move salt water?", "Not by itself, no."),
        ("Why is the pump so loud?", "Air that is sucked in through a worn gasket"),
        ("Is it safe to run the pump dry?", "Yes."),
    ],
)
def test_what_a_source_says_to_its_own_question_is_shown(assistant: Assistant, question: str, said: str) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert any(said in claim.text for claim in answer.claims), [claim.text for claim in answer.claims]
    assert not any(claim.text.endswith("?") for claim in answer.claims)
    quoted = " ".join(claim.text for claim in answer.claims)
    assert quoted.count(said) == 1


def _places(document: Document, *quotes: str) -> list[QuotedSpan]:
    starts = [document.text.rindex(quote) for quote in quotes]
    return [QuotedSpan(document, Span(at, at + len(quote))) for at, quote in zip(starts, quotes, strict=True)]


def test_a_question_stands_before_what_is_said_to_it_and_one_with_nothing_behind_it_is_left_out(
    assistant: Assistant,
) -> None:
    faq = next(hit.document for hit in assistant.search("Brunel pump salt water", k=5) if hit.document.path == "faq.md")
    tested, gasket = "It has been tested for nine hours without a drop.", "Replace the gasket first."
    dry = "Is it safe to run the pump dry?"
    found = answered_there(_places(faq, tested, gasket, dry), 2)
    assert [faq.text[slice(*one.span)] for one in found] == [f"{dry}\n\nYes.", tested, gasket]
    contents = QuotedSpan(faq, Span(faq.text.index(dry), faq.text.index(dry) + len(dry)))
    assert answered_there([contents], 2) == found[:2]
    assert answered_there(_places(faq, "Who sells it?", gasket), 2) == _places(faq, gasket)
    assert answered_there(_places(faq, "Who sells it?"), 2) == _places(faq, "Who sells it?")


@pytest.mark.parametrize(
    ("question", "quote", "same"),
    [
        ("Why is the pump so loud?", "Why is the pump so loud?", True),
        ("why is the pump loud", "Why is the pump so loud?", True),
        ("When is the pump so loud?", "Why is the pump so loud?", False),
        ("Why is the pump so loud at night?", "Why is the pump so loud?", False),
        ("How many gaskets are replaced first?", "Replace the gasket first.", False),
    ],
)
def test_whether_a_source_asks_the_same(assistant: Assistant, question: str, quote: str, same: bool) -> None:
    faq = next(hit.document for hit in assistant.search("pump", k=5) if hit.document.path == "faq.md")
    assert asks_the_same(question, _places(faq, quote)[0]) is same
