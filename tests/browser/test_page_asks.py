"""Asking on the page as a person does: the answer, its numbers, and the sentence lit up where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .driving import EVIDENCE, HARBOUR, LIGHTHOUSE, TIDES, ask, claim, kept, picture, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
SENTENCE = "The lighthouse at Cape Orrin was first lit on 14 May 1871."
SEVERAL = (
    "ghost train",
    "What does the ghost train cost on weekdays and for a child?",
    "How was the lamp of the lighthouse operated?",
    "What does the ferry to Skarholm do in winter?",
)
UNANSWERED = "Who won the chess championship in Reykjavik?"


def lit(page: Page) -> str:
    """The text that is lit up, white space as one space."""
    return " ".join(page.locator(".evidence mark").inner_text().split())


def spelled(run: str) -> list[int]:
    """The numbers of "3" or "3–5"."""
    first, _, last = run.partition("–")
    return list(range(int(first), int(last or first) + 1))


def test_an_answer_is_cited_and_its_sentence_is_lit_up_beside_it(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    assert SENTENCE in page.locator(".turn.last .answer").inner_text()
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert lit(page) == SENTENCE
    assert lit(page) in " ".join(LIGHTHOUSE.split())
    about = page.locator(".evidence .about").inner_text()
    assert "The lighthouse at Cape Orrin" in about
    assert "lighthouse.md" in about
    assert "Exact quote" in about
    around = " ".join(page.locator(".evidence .excerpt").inner_text().split())
    assert "designed by the engineer Ada Velland" in around
    box = page.locator(".evidence mark").bounding_box()
    body = page.locator(".evidence .body").bounding_box()
    assert box
    assert body
    assert body["y"] <= box["y"] <= body["y"] + body["height"], "the sentence is scrolled to"


def test_every_claim_carries_a_number_and_the_notes_name_its_source(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    claims = page.locator(".turn.last .claim")
    for i in range(claims.count()):
        assert claims.nth(i).locator("button.chip").count() >= 1
    numbers = sorted({int(text) for text in page.locator(".turn.last button.chip").all_inner_texts()})
    assert numbers == list(range(1, len(numbers) + 1))
    noted = ", ".join(page.locator(".turn.last .notes .number").all_inner_texts())
    assert sorted(number for run in noted.split(", ") for number in spelled(run)) == numbers
    assert "%" not in page.locator("#footnote").inner_text(), "no percentage may look like truth"


def test_the_next_and_previous_citation(opened: Callable[..., Page]) -> None:
    page = opened()
    for question in SEVERAL:
        ask(page, question)
        if "2" in page.locator(".turn.last button.chip").all_inner_texts():
            break
    else:
        pytest.fail("one of these questions is meant to be answered from several places")
    page.locator(".turn.last button.chip").first.click()
    page.get_by_label("Next citation").click()
    until(page, "document.querySelector('.evidence .place').innerText.includes('Citation 2')")
    assert page.locator(".turn.last .chip.open").first.inner_text() == "2"
    page.get_by_label("Previous citation").click()
    until(page, "document.querySelector('.evidence .place').innerText.includes('Citation 1')")
    assert page.get_by_label("Previous citation").is_disabled()


def test_a_pdf_shows_its_real_page_with_boxes_on_the_quote(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "What was the highest tide ever measured at the north quay?")
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(".sheet.ready .quoted")
    about = page.locator(".evidence .about").inner_text()
    assert "Page 1" in about, "the printed label of the third page"
    assert "reports/tides.pdf" in about
    assert "Page 1 (3 of 3)" in page.locator(".leaf").inner_text()
    still = "document.querySelector('.evidence').getAnimations({ subtree: true }).length === 0"
    until(page, still)
    sheet = page.locator(".sheet img").bounding_box()
    assert sheet
    boxes = [box.bounding_box() for box in page.locator(".sheet .quoted").all()]
    assert boxes
    for box in boxes:
        assert box
        assert sheet["x"] <= box["x"] <= box["x"] + box["width"] <= sheet["x"] + sheet["width"] + 1
        # The sentence is written 490 points up on a page of 595, in lines of 16 points.
        top = (box["y"] - sheet["y"]) / sheet["height"] * 595
        tall = box["height"] / sheet["height"] * 595
        assert 90 <= top <= 130
        assert 6 <= tall <= 16, "a box covers its line and no other"
    picture(page, "pdf-page-1280-light")
    page.get_by_role("button", name="Text", exact=True).click()
    assert lit(page) == TIDES[2][1]
    page.get_by_role("button", name="Page", exact=True).click()
    page.wait_for_selector(".sheet.ready .quoted")
    page.get_by_label("Page before").click()
    page.wait_for_selector(".sheet.ready img[alt='Picture of page ii']")
    assert page.locator(".sheet .quoted").count() == 0, "nothing is lit up on a page that is not cited"


def test_also_found_is_folded_and_named_as_such(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    also = page.locator(".evidence .also")
    assert "Also found, not cited" in also.inner_text()
    assert not also.locator(".passage").first.is_visible()
    also.locator("summary").click()
    also.locator(".passage").first.click()
    until(page, "document.querySelector('.evidence .about').innerText.includes('Found, not cited')")
    assert page.locator(".evidence mark").count() == 0, "only what is cited is lit up"
    page.get_by_role("button", name="Back to the citations").click()
    page.wait_for_selector(EVIDENCE)
    assert lit(page) == SENTENCE


def test_not_found_says_so_and_offers_the_nearest_passages_as_such(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, UNANSWERED)
    answer = page.locator(".turn.last .answer")
    assert "The sources do not answer this question." in answer.inner_text()
    assert answer.locator(".chip, .claim").count() == 0
    assert page.locator(".evidence .passage, .evidence .excerpt, .evidence .sheet").count() == 0, "none opens by itself"
    assert not answer.locator(".passage").first.is_visible(), "they are folded"
    answer.get_by_text("Nearest passages", exact=True).click()
    assert "These do not answer the question." in answer.inner_text()
    answer.locator(".passage").first.click()
    page.wait_for_selector(".evidence .excerpt, .evidence .sheet")
    assert "not an answer" in page.locator(".evidence .about").inner_text()
    assert page.locator(".evidence mark, .evidence .chip").count() == 0
    picture(page, "not-found-1280-light")


def test_a_question_can_be_limited_to_a_source_and_the_answer_says_so(opened: Callable[..., Page]) -> None:
    page = opened()
    page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_label("Ask only The harbour of Orrin").check()
    page.get_by_role("button", name="Ask only this source").click()
    assert "Asking only" in page.locator(".scope").inner_text()
    ask(page, "How many fishing boats does the harbour of Orrin hold?")
    text = page.locator(".turn.last .answer").inner_text()
    assert "Asked of harbour.txt only." in text
    assert "84 fishing boats" in text
    assert set(page.locator(".turn.last .notes .path").all_inner_texts()) == {"harbour.txt"}
    page.get_by_label("Ask all sources again").click()
    ask(page, LIT)
    assert SENTENCE in page.locator(".turn.last .answer").inner_text()


def test_the_list_of_sources_tells_what_became_of_each_file(opened: Callable[..., Page]) -> None:
    page = opened()
    page.get_by_role("button", name="Sources", exact=True).click()
    page.wait_for_selector(".sources .source")
    text = page.locator(".sources").inner_text()
    assert "3 pages" in text
    assert "1 file needs attention" in text
    broken = page.locator(".source.trouble").inner_text()
    assert "reports/broken.pdf" in broken
    assert "Not read" in broken
    assert len(broken.splitlines()[-1].split()) > 5, "a reason and a remedy"
    assert HARBOUR.splitlines()[0] in text


def test_a_conversation_is_found_again_after_reload_with_its_citations(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    page.reload()
    page.wait_for_selector(".turn.last button.chip")
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert lit(page) == SENTENCE
    page.get_by_role("button", name="New conversation").click()
    assert page.locator(".turn").count() == 0
    page.get_by_label("Conversations").first.click()
    page.locator(".past .pick").first.click()
    assert page.locator(".turn h2").first.inner_text() == LIT
    page.get_by_label("Conversations").first.click()
    page.get_by_label(f"Rename “{LIT}”").click()
    page.keyboard.type("Lights")
    page.keyboard.press("Enter")
    assert page.locator(".past .title").all_inner_texts() == ["Lights"]
    page.get_by_label("Delete “Lights”").click()
    assert "Nothing has been asked yet." in page.locator(".past").inner_text()


def test_two_people_see_only_their_own_conversation(opened: Callable[..., Page]) -> None:
    one, other = opened(), opened()
    ask(one, LIT)
    ask(other, "How many fishing boats does the harbour of Orrin hold?")
    assert "1871" not in other.locator("#footnote").inner_text()
    assert "fishing boats" not in one.locator(".turn.last .claim").first.inner_text()
    other.reload()
    other.wait_for_selector(".turn")
    assert other.locator(".turn h2").all_inner_texts() == ["How many fishing boats does the harbour of Orrin hold?"]


def test_copy_gives_markdown_with_the_list_of_sources(opened: Callable[..., Page]) -> None:
    page = opened()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, LIT)
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith(f"**{LIT}**")
    assert f"{SENTENCE} [1]" in copied
    assert "lighthouse.md" in copied


SHIPS = "Before it was built, 27 ships were lost on the reef in ten years."
BOATS = "The harbour of Orrin has room for 84 fishing boats."


def test_the_exact_words_are_set_off_and_different_figures_stand_side_by_side(opened: Callable[..., Page]) -> None:
    page = opened()
    claims = [claim(page, 1, "lighthouse.md", SHIPS, "27"), claim(page, 2, "harbour.txt", BOATS, "84")]
    answer = {
        "question": "How many?", "asked_as": "How many vessels were there?", "status": "answered", "claims": claims,
        "passages": [], "confidence": 0.9, "notes": ["The sources <b>differ</b>."], "differing": [1, 2], "markdown": "",
    }  # fmt: skip
    kept(page, answer)
    text = page.locator(".turn .answer").inner_text()
    assert "Understood as: How many vessels were there?" in text
    assert "The sources <b>differ</b>." in text
    assert page.locator(".sides section").count() == 2
    assert page.locator(".claim .words").all_inner_texts() == ["27", "84"]
    one, other = (page.locator(".sides section").nth(i).bounding_box() for i in range(2))
    assert one
    assert other
    assert one["y"] == other["y"], "side by side"
    page.locator(".turn button.chip").first.click()
    page.wait_for_selector(".evidence mark .words")
    assert page.locator(".evidence mark .words").inner_text() == "27"
    assert lit(page) == SHIPS
    picture(page, "differing-1280-light")


def test_each_kind_of_support_is_named(opened: Callable[..., Page]) -> None:
    page = opened()
    claims = [
        claim(page, 1, "lighthouse.md", SHIPS, "27"),
        {**claim(page, 2, "harbour.txt", BOATS, "84"), "text": "There is room for many boats.", "answer": None},
        {"text": "It rains every day.", "citations": [], "support": "unsupported", "answer": None},
    ]
    claims[1]["support"] = "supported"
    answer = {
        "question": "What of it?", "asked_as": "What of it?", "status": "answered", "claims": claims, "passages": [],
        "confidence": 0.9, "notes": [], "markdown": "",
    }  # fmt: skip
    kept(page, answer)
    said = page.locator(".claim .support").all_inner_texts()
    assert said == ["exact quote", "supported", "not found in the sources"]
    assert "1 sentence of 3 not found in the sources" in page.locator(".seal").inner_text()
    assert page.locator(".claim.unsupported .chip").count() == 0
    colour = "getComputedStyle(document.querySelector('.claim.{}')).color"
    assert page.evaluate(colour.format("unsupported")) != page.evaluate(colour.format("quoted")), "it steps back"
    picture(page, "support-1280-light")
