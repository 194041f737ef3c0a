"""How sure an answer is, as the page says it: an answer, a part of one, what comes closest, and nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.evidence import verify_pack
from rag.types import CLOSEST, INCOMPLETE, Answer, Citation, Claim, Span

from .driving import EVIDENCE, ask, claim, kept, picture, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .serving import Server

pytestmark = pytest.mark.xdist_group("browser")

SHIPS = "Before it was built, 27 ships were lost on the reef in ten years."
LAMP = "The lamp of the lighthouse is visible for 22 nautical miles."
TURNS = "It turns once in every twelve seconds."
BOATS = "The harbour of Orrin has room for 84 fishing boats."
MASTER = "The harbour master is Tomas Breck, who has held the office since 2009."


def shown(page: Page, question: str, claims: list[dict[str, Any]], **more: Any) -> None:
    """An answer of some strength and shape, as it is kept."""
    answer = {
        "question": question, "asked_as": question, "status": "answered", "reason": "", "shape": "fact",
        "introduction": "", "claims": claims, "passages": [], "confidence": 0.4, "notes": [], "differing": [],
        "markdown": "", **more,
    }  # fmt: skip
    kept(page, answer)


def closest(page: Page) -> None:
    claims = [claim(page, 1, "lighthouse.md", SHIPS, "27"), claim(page, 2, "harbour.txt", BOATS, "84")]
    shown(page, "How many anchors?", claims, status="partly", reason="closest", introduction=CLOSEST)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_what_comes_closest_is_listed_and_never_shown_as_the_answer(
    opened: Callable[..., Page], width: int, scheme: str
) -> None:
    page = opened(width, 844, scheme)
    ask(page, "How tall is the lighthouse at Cape Orrin?")
    lines = page.locator(".turn .answer").inner_text().splitlines()
    assert lines[0] == CLOSEST
    said = page.locator(".points.closest > .claim.quoted")
    assert 2 <= said.count() <= 5
    assert said.count() == page.locator(".turn .claim").count(), "each is a line of the list"
    picture(page, f"closest-{width}-{scheme}")
    sentence = said.first.inner_text().split("\u2060")[0]
    page.locator(".turn button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert " ".join(page.locator(".evidence mark").inner_text().split()) == sentence
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_words_of_what_comes_closest_are_set_off_as_the_answer(opened: Callable[..., Page]) -> None:
    page = opened()
    closest(page)
    page.locator(".turn button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert " ".join(page.locator(".evidence mark").inner_text().split()) == SHIPS
    assert page.locator(".turn .words, .evidence mark .words").count() == 0


def test_a_side_that_is_not_found_is_named(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "Compare the lighthouse at Cape Orrin and the railway station")
    text = page.locator(".turn .answer").inner_text()
    assert text.startswith(INCOMPLETE)
    assert "railway station" in text[: text.index("The lighthouse at Cape Orrin")]
    assert page.locator(".sides h3").all_inner_texts() == ["The lighthouse at Cape Orrin"]
    picture(page, "incomplete-1280-light")


def test_what_there_is_to_ask_is_told_as_a_list(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "Which documents do you have?")
    assert "do not answer" not in page.locator(".turn .answer").inner_text()
    said = page.locator(".turn .points li").all_inner_texts()
    assert "The lighthouse at Cape Orrin (lighthouse.md)" in said
    assert len(said) == 4


def test_a_tick_says_exact_quote_and_nothing_else(opened: Callable[..., Page]) -> None:
    page = opened()
    closest(page)
    seal = page.locator(".turn .seal")
    assert seal.inner_text() == "Exact quotes from 2 sources"
    assert seal.locator(".icon").count() == 1
    said = [claim(page, 1, "lighthouse.md", SHIPS), claim(page, 2, "harbour.txt", BOATS, support="supported")]
    shown(page, "How many?", said)
    assert seal.inner_text() == "1 exact quote; the rest was written by a language model and compared with the sources"
    assert seal.locator(".icon").count() == 0
    shown(page, "How many?", said[1:])
    assert seal.inner_text() == "Written by a language model and compared with 1 source"
    assert seal.locator(".icon").count() == 0


def test_what_comes_closest_can_be_reported_as_missing(opened: Callable[..., Page], server: Server) -> None:
    page = opened()
    closest(page)
    page.get_by_label("Something is wrong").click()
    assert page.locator(".wrong input").count() == 0
    page.get_by_role("button", name="It should have been answered").click()
    page.get_by_text("Noted, on this machine only.").wait_for()
    kept_file = server.sources.parent / "feedback.jsonl"
    (line,) = [json.loads(each) for each in kept_file.read_text().splitlines() if "anchors" in each]
    assert (line["kind"], line["status"], line["reason"]) == ("should_answer", "partly", "closest")


def test_a_pack_says_how_sure_each_answer_was(opened: Callable[..., Page], server: Server, tmp_path: Path) -> None:
    page = opened()
    closest(page)
    page.get_by_label("Export", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Evidence pack").click()
    pack = tmp_path / "pack.html"
    saved.value.save_as(pack)
    assert CLOSEST in pack.read_text("utf-8")
    assert [verdict.standing for verdict in verify_pack(pack, server.sources)] == ["unchanged", "unchanged"]


def test_sides_stand_side_by_side_and_what_was_not_found_is_named_above_them(opened: Callable[..., Page]) -> None:
    page = opened()
    claims = [
        claim(page, 1, "lighthouse.md", LAMP, group="The <i>lighthouse</i>"),
        claim(page, 2, "lighthouse.md", TURNS, group="The <i>lighthouse</i>"),
        claim(page, 3, "harbour.txt", MASTER, group="the harbour"),
    ]
    missing = "Nothing was found about the ferry."
    more = {"status": "partly", "reason": "incomplete", "introduction": INCOMPLETE, "notes": [missing]}
    shown(page, "Compare the lighthouse, the harbour and the ferry", claims, shape="comparison", **more)
    text = page.locator(".turn .answer").inner_text()
    assert text.index(INCOMPLETE) < text.index(missing) < text.index("visible for 22")
    assert page.locator(".sides h3").all_inner_texts() == ["The <i>lighthouse</i>", "The harbour"]
    one, other = (page.locator(".sides section").nth(i).bounding_box() for i in range(2))
    assert one
    assert other
    assert one["y"] == other["y"]
    assert page.locator(".sides section").first.locator(".claim").count() == 2
    assert page.locator(".notes .number").all_inner_texts() == ["1, 2", "3"]


def test_a_long_list_opens_and_nothing_of_it_is_lost(opened: Callable[..., Page]) -> None:
    page = opened()
    announced = {**claim(page, 1, "lighthouse.md", LAMP), "text": "It stands there:"}
    items = [claim(page, number, "harbour.txt", BOATS) for number in range(2, 12)]
    shown(page, "What is there?", [announced, *items, claim(page, 12, "lighthouse.md", SHIPS)], shape="list")
    assert page.locator(".answer p.claim").all_inner_texts() == ["It stands there:\u20601"]
    visible = page.locator(".answer .claim:visible")
    assert visible.count() == 8
    picture(page, "list-1280-light")
    page.get_by_role("button", name="and 4 more").click()
    assert visible.count() == 12
    assert visible.locator(".chip").all_inner_texts() == [str(number) for number in range(1, 13)]
    assert page.get_by_role("button", name="and 4 more").count() == 0
    until(page, "document.activeElement.innerText === '9'")  # reading goes on where it opened


def test_a_summary_is_laid_out_by_sections(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "Summarise the lighthouse")
    assert page.locator(".answer h3").all_inner_texts() == ["History", "The lamp"]
    picture(page, "overview-1280-light")


def test_an_overview_has_a_small_heading_for_each_section(opened: Callable[..., Page]) -> None:
    page = opened()
    claims = [
        claim(page, 1, "lighthouse.md", SHIPS, group="History"),
        claim(page, 2, "lighthouse.md", LAMP, group="The lamp"),
        claim(page, 3, "lighthouse.md", TURNS, group="The lamp"),
    ]
    shown(page, "Summarise the lighthouse", claims, shape="overview")
    assert page.locator(".answer h3").all_inner_texts() == ["History", "The lamp"]
    assert page.locator(".answer > *").evaluate_all("all => all.map(each => each.tagName)") == [
        "H3", "P", "H3", "P", "P", "OL"
    ]  # fmt: skip
    shown(page, "Summarise the lighthouse", [{**each, "group": ""} for each in claims], shape="overview")
    assert page.locator(".answer .points > li").count() == 3


DRAFT = """(text) => import(new URL("footnote/draft.js", document.baseURI)).then(({ draft }) =>
  [...draft(text).children].map((each) => [each.tagName, each.innerText ?? each.textContent]))"""


def test_a_draft_is_laid_out_as_the_answer_will_be(opened: Callable[..., Page]) -> None:
    page = opened()

    def said(number: int, text: str, group: str = "") -> Claim:
        citation = Citation(number, "d", "a.md", "A", None, None, Span(0, 1), text)
        return Claim(text, (citation,), "quoted", group=group)

    sides = (said(1, "It shines.", "Lamp"), said(2, "It turns.", "Lamp"), said(3, "It freezes.", "Harbour"))
    near = Answer("q", "q", "partly", sides, (), 0.4, reason="closest")
    assert page.evaluate(DRAFT, CLOSEST) == [["P", CLOSEST]]
    listed = [
        ["H3", "Lamp"],
        ["UL", "It shines.\u20601It turns.\u20602"],
        ["H3", "Harbour"],
        ["UL", "It freezes.\u20603"],
    ]
    assert page.evaluate(DRAFT, "".join(near.pieces())) == [["P", CLOSEST], *listed]
    whole = Answer("q", "q", "answered", sides, (), 0.9, shape="comparison")
    assert [tag for tag, _ in page.evaluate(DRAFT, "".join(whole.pieces()))] == ["H3", "P", "P", "H3", "P"]
