"""A language model that writes: chosen on the page, its sentences checked, and a sign where it is another machine's."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from speaking import speaker

from rag.server.limits import AT_ONCE

from .driving import ask, picture
from .serving import PATIENCE, opened_alone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
WRITTEN = "The lighthouse at Cape Orrin was first lit on 14 May 1871 [1]. It was painted green in 1999."


def test_a_model_is_chosen_on_the_page(
    index: tuple[Path, Path], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with speaker() as model:
        model.says = WRITTEN
        monkeypatch.setenv("FOOTNOTE_LLM", f"http://127.0.0.1:{model.server_port}/v1#tiny")
        with opened_alone(browser, *index) as (_, page):
            page.get_by_label("Who writes the answer").wait_for()
            assert page.locator(".away").is_hidden(), "it is this machine"
            ask(page, LIT)
            said = page.locator(".turn.last .answer").inner_text()
            assert "14 May 1871" in said
            assert page.locator(".turn.last .claim.unsupported").count() == 1, said
            assert "not found in the sources" in said
            picture(page, "written-1280-light")
            page.get_by_label("Who writes the answer").select_option("")
            ask(page, LIT)
            assert "Exact quote" in page.locator(".turn.last .seal").inner_text()


def test_a_draft_says_what_is_not_found_and_a_thought_is_taken_back(
    index: tuple[Path, Path], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    thought, answered = threading.Event(), threading.Event()

    def aloud(server: Any) -> None:
        server.begin()
        server.piece({"content": f"{WRITTEN} So I "})
        thought.wait(60)
        server.piece({"content": "think.</think>"})
        answered.wait(60)
        server.piece({"content": WRITTEN.split(" [1]")[0]})
        server.piece({}, finish="stop")

    with speaker() as model:
        model.says = aloud
        monkeypatch.setenv("FOOTNOTE_LLM", model.setting)
        with opened_alone(browser, *index) as (_, page):
            page.get_by_label("Who writes the answer").wait_for()
            page.fill("#question", LIT)
            page.keyboard.press("Enter")
            missing = page.locator(".turn.last .claim.unsupported")
            missing.wait_for()
            assert missing.inner_text() == "It was painted green in 1999.not found in the sources"
            assert page.locator(".turn.last .claim .chip").count() == 1
            picture(page, "draft-1280-light")
            thought.set()
            page.get_by_text("thinking aloud").wait_for()
            assert page.locator(".turn.last .claim").count() == 0
            answered.set()
            page.locator(".turn.last .seal").wait_for()
            assert page.locator(".turn.last .claim").count() == 1


def hangs(server: Any) -> None:
    """Says that it begins, and nothing more; notices when nobody listens any longer."""
    server.begin()
    while True:
        server.raw(b": still here\n\n")
        time.sleep(0.05)


def test_stopping_a_model_that_hangs_frees_the_page_at_once(
    index: tuple[Path, Path], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with speaker() as model:
        model.says = hangs
        monkeypatch.setenv("FOOTNOTE_LLM", model.setting)
        monkeypatch.setenv("FOOTNOTE_LLM_WAIT", "600")
        with opened_alone(browser, *index) as (_, page):
            page.get_by_label("Who writes the answer").wait_for()
            for times in range(1, AT_ONCE + 2):  # more often than questions are answered side by side
                page.fill("#question", LIT)
                page.keyboard.press("Enter")
                page.locator(".turn.last .reading").wait_for()
                deadline = time.monotonic() + PATIENCE / 1000
                while len(model.asked) < times:
                    assert time.monotonic() < deadline, "the model was never asked"
                    page.wait_for_timeout(50)
                page.get_by_role("button", name="Stop").click()
                page.get_by_text("Stopped before the answer was complete.").nth(times - 1).wait_for()
            page.get_by_label("Who writes the answer").select_option("")
            ask(page, LIT)
            assert "14 May 1871" in page.locator(".turn.last .answer").inner_text()


def test_another_machine_is_named(index: tuple[Path, Path], browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM", "http://models.example.invalid/v1#big")
    monkeypatch.setenv("FOOTNOTE_LLM_REMOTE", "true")
    with opened_alone(browser, *index, width=390, height=844) as (_, page):
        page.get_by_text("Questions and passages are sent to models.example.invalid").wait_for()
        picture(page, "another-machine-390-light")
        page.get_by_label("Who writes the answer").select_option("")
        page.locator(".away").wait_for(state="hidden")
