"""What a person keeps: Markdown, evidence packs, feedback as cases; and what the page offers to ask next."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from .driving import EVIDENCE, ask, picture, until
from .serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
SENTENCE = "The lighthouse at Cape Orrin was first lit on 14 May 1871."
TIDE = "What was the highest tide ever measured at the north quay?"
UNANSWERED = "Who won the chess championship in Reykjavik?"


def exported(page: Page, way: str, folder: Path) -> Path:
    """The file that the menu saves."""
    page.locator(".menu summary").click()
    with page.expect_download() as saved:
        page.locator(".ways button", has_text=way).click()
    file = folder / saved.value.suggested_filename
    saved.value.save_as(file)
    return file


def test_a_conversation_is_exported_and_its_pack_is_verified(
    opened: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    page = opened()
    page.locator(".menu summary").click()
    page.locator(".ways button").first.click()
    assert "There is nothing to export yet" in page.locator(".ways .problem").inner_text()
    page.keyboard.press("Escape")
    ask(page, LIT)
    ask(page, TIDE)
    ask(page, UNANSWERED)
    markdown = exported(page, "Markdown", tmp_path).read_text()
    assert markdown.startswith(f"# {LIT}\n\n## {LIT}\n")
    assert f"{SENTENCE} [1]" in markdown
    assert "The sources do not answer this question." in markdown
    word = docx.Document(str(exported(page, "Word", tmp_path)))
    assert [each.text for each in word.paragraphs if each.style and each.style.name == "Heading 1"] == [
        LIT,
        TIDE,
        UNANSWERED,
    ]
    assert f"{SENTENCE} [1]" in [each.text for each in word.paragraphs]
    pack = exported(page, "Evidence pack", tmp_path)
    text = pack.read_text()
    assert pack.suffix == ".html"
    assert "data:image/png;base64," in text, "the PDF's page is in it"
    command = [sys.executable, "-m", "rag", "verify", str(pack), "--sources", str(server.sources), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    verdicts = json.loads(done.stdout)
    assert {verdict["standing"] for verdict in verdicts} == {"unchanged"}
    assert {verdict["path"] for verdict in verdicts} >= {"lighthouse.md", "reports/tides.pdf"}
    shown = page.context.new_page()
    shown.goto(pack.as_uri())
    lit = shown.locator("figure i").first.bounding_box()
    figure = shown.locator("figure img").first.bounding_box()
    assert lit
    assert figure
    assert figure["y"] < lit["y"] < lit["y"] + lit["height"] < figure["y"] + figure["height"]
    picture(shown, "pack-1280-light")


def test_what_is_said_of_answers_becomes_cases(opened: Callable[..., Page], server: Server) -> None:
    page = opened()
    ask(page, LIT)
    page.locator(".turn.last").get_by_label("Helpful").click()
    page.get_by_text("Noted, on this machine only.").wait_for()
    ask(page, TIDE)
    turn = page.locator(".turn.last")
    turn.get_by_label("Something is wrong").click()
    picture(page, "wrong-1280-light")
    turn.get_by_label("Citation 1", exact=True).check()
    turn.get_by_label("What would have been right").fill("9.4 metres")
    turn.get_by_role("button", name="Wrong citation").click()
    turn.get_by_text("Noted, on this machine only.").wait_for()
    ask(page, UNANSWERED)
    turn = page.locator(".turn.last")
    turn.get_by_label("Something is wrong").click()
    turn.get_by_role("button", name="It should have been answered").click()
    turn.get_by_text("Noted, on this machine only.").wait_for()
    with urllib.request.urlopen(f"{server.url}page/cases") as response:
        cases = {case["question"]: case for case in map(json.loads, response.read().decode().splitlines())}
    assert cases[LIT]["citations"][0] == {"path": "lighthouse.md", "page": None, "quote": SENTENCE}
    assert cases[LIT]["answerable"] is True
    assert cases[TIDE]["answers"] == ["9.4 metres"]
    assert not any("9.4" in citation["quote"] for citation in cases[TIDE]["citations"])
    assert cases[UNANSWERED]["answerable"] is True


def test_what_could_be_asked_next_is_answered(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "How many ships were lost on the reef?")
    page.wait_for_selector(".turn.last .following")
    offered = page.locator(".following button").all_inner_texts()
    assert 1 <= len(offered) <= 3
    page.locator(".following button").first.click()
    until(page, f"document.querySelector('.turn.last h2').innerText === {json.dumps(offered[0])}")
    page.wait_for_selector(".turn.last button.chip")
    page.reload()
    page.wait_for_selector(".turn")
    assert page.locator(".turn h2").count() == 2


def test_ones_own_documents_bring_questions_to_begin_with(opened: Callable[..., Page]) -> None:
    page = opened()
    page.wait_for_selector(".welcome .examples button")
    page.locator(".welcome .examples button").first.click()
    page.wait_for_selector(".turn.last button.chip")


def test_a_kept_citation_says_that_its_source_has_gone(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, LIT)
    page.evaluate(
        """() => {
          const kept = JSON.parse(localStorage.getItem("footnote.conversations"));
          const [citation] = kept[0].turns[0].answer.claims[0].citations;
          Object.assign(citation, { document_id: "gone", path: "gone.md" });
          localStorage.setItem("footnote.conversations", JSON.stringify(kept));
        }"""
    )
    page.reload()
    page.wait_for_selector(".turn .chip.lost")
    assert "source gone" in page.locator(".turn .notes").inner_text()


def test_the_original_is_opened_and_never_run(opened: Callable[..., Page], server: Server) -> None:
    page = opened()
    ask(page, LIT)
    page.wait_for_selector(EVIDENCE)
    address = page.get_by_label("Open the source").get_attribute("href")
    with urllib.request.urlopen(str(address)) as response:
        assert response.read() == (server.sources / "lighthouse.md").read_bytes()
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert response.headers["x-content-type-options"] == "nosniff"
