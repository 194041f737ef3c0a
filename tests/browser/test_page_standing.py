"""Nothing misleads: what is still being read, what has changed on the disk, why nothing was found, a lost server."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from .driving import LIGHTHOUSE, ask, opened_on_lighthouse, picture, until
from .serving import Server
from .test_page_files import arrival, give
from .test_page_manners import fits, serious

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
UNANSWERED = "Who won the chess championship in Reykjavik?"
WALRUS = b"# The walrus of Orrin\n\nThe walrus of Orrin weighs 912 kilos. It sleeps on the slipway of the lifeboat.\n"
STOPPED = """() => {
  document.querySelector("[aria-label='Stop building']").click();
  return document.querySelector(".sources > .progress .step").innerText;
}"""
SIZES = [(1280, 800, "light"), (390, 844, "dark")]


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES[1:])  # the smaller: all of it has to fit
def test_a_slow_file_keeps_no_other_waiting_and_can_be_stopped(
    tmp_path: Path, browser: Browser, width: int, height: int, scheme: str
) -> None:
    slow = "\n".join(["name,place,weight,year"] + [f"walrus {n},slipway {n},{n},1999" for n in range(150_000)])
    with opened_on_lighthouse(browser, tmp_path, width, height, scheme) as (server, page):
        page.get_by_role("button", name="Sources", exact=True).click()
        page.wait_for_selector(".source")
        give(page, ("small.md", WALRUS), ("slow.csv", slow.encode()))
        assert "1 passage" in arrival(page, "small.md", "ready")
        assert page.locator(".arrival[data-state=reading]", has_text="slow.csv").count() == 1
        page.keyboard.press("Escape")
        ask(page, UNANSWERED)
        because = page.locator(".turn.last .because").all_inner_texts()
        assert because[0] == "Still being read, so not in this answer: 1 file."
        text = page.locator(".turn.last .answer").inner_text()
        assert text.index("Still being read") < text.index("do not answer this question")
        picture(page, f"still-reading-{width}-{scheme}")
        page.get_by_role("button", name="Sources", exact=True).click()
        assert page.evaluate(STOPPED) == "Stopping…"
        arrival(page, "slow.csv", "stopped")
        listed = page.locator(".source", has_text="slow.csv")
        listed.wait_for()
        assert "Not read yet" in listed.inner_text()
        picture(page, f"stopped-{width}-{scheme}")
        listed.get_by_label("Remove “slow.csv”").click()
        until(page, "!document.querySelector('.sources .scroll').innerText.includes('slow.csv')")
        assert not (server.sources / "slow.csv").exists()


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES[1:])
def test_a_source_that_changes_is_told_on_the_open_answer(
    tmp_path: Path, browser: Browser, width: int, height: int, scheme: str
) -> None:
    with opened_on_lighthouse(browser, tmp_path, width, height, scheme) as (server, page):
        ask(page, LIT)
        assert page.locator(".turn .stale").count() == 0
        assert page.locator(".turn .sure").inner_text() == "Answered"
        page.keyboard.press("Escape")
        (server.sources / "lighthouse.md").write_text(
            LIGHTHOUSE.replace("14 May 1871", "15 May 1871"), encoding="utf-8"
        )
        stale = page.locator(".turn .stale")
        stale.wait_for()
        assert "Changed on disk since this answer: “The lighthouse at Cape Orrin”." in stale.inner_text()
        assert "file changed since" in page.locator(".turn .notes").inner_text()
        picture(page, f"stale-{width}-{scheme}")
        assert serious(page) == []
        assert fits(page)
        page.get_by_role("button", name="Sources", exact=True).click()
        page.locator(".source .changed").wait_for()
        assert "has changed since it was read" in page.locator(".source").inner_text()
        page.keyboard.press("Escape")
        stale.get_by_role("button", name="Rebuild").click()
        page.get_by_text("some of what was quoted is gone").wait_for()
        assert page.locator(".turn .chip.lost").count() == 1
        stale.get_by_role("button", name="Ask again").click()
        until(page, "document.querySelector('.turn.last .answer')?.innerText.includes('15 May 1871')")
        assert page.locator(".turn .stale").count() == 0


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_not_found_says_what_was_asked_and_what_could_not_be(
    opened: Callable[..., Page], width: int, height: int, scheme: str
) -> None:
    page = opened(width, height, scheme)
    ask(page, UNANSWERED)
    said = page.locator(".turn.last .because").all_inner_texts()
    assert said[0] == "Asked: 4 sources (all)."
    assert said[1].startswith("1 file could not be read, and may contain more.")
    picture(page, f"because-{width}-{scheme}")
    assert serious(page) == []
    page.get_by_role("button", name="See which").click()
    page.locator(".source.trouble").wait_for()
    page.get_by_label("Ask only The harbour of Orrin").check()
    page.get_by_role("button", name="Ask only this source").click()
    ask(page, UNANSWERED)
    said = page.locator(".turn.last .because").all_inner_texts()
    assert said[0] == "Asked: 1 of 4 sources. Ask all sources"
    page.get_by_role("button", name="Ask all sources", exact=True).click()
    until(page, "document.querySelector('.turn.last .because')?.innerText === 'Asked: 4 sources (all).'")
    assert not page.locator(".scope").is_visible()


def test_an_idle_page_says_that_the_server_is_gone_and_finds_it_again(own: tuple[Server, Page]) -> None:
    server, page = own
    page.wait_for_selector(".warming[hidden]", state="attached")
    page.route("**/page/state", lambda route: route.abort())  # a stopped server would only be slow
    server.process.send_signal(signal.SIGSTOP)
    page.get_by_text("The server is not answering. Trying again…").wait_for()
    picture(page, "gone-1280-light")
    server.process.send_signal(signal.SIGCONT)
    page.unroute("**/page/state")
    page.wait_for_selector(".warming[hidden]", state="attached")
    ask(page, LIT)
    assert "14 May 1871" in page.locator(".turn.last .answer").inner_text()


def test_an_answer_can_be_said_to_miss_the_question(opened: Callable[..., Page], server: Server) -> None:
    page = opened()
    ask(page, "How many ships were lost on the reef?")
    turn = page.locator(".turn.last")
    turn.get_by_label("Something is wrong").click()
    turn.get_by_role("button", name="It does not answer my question").click()
    turn.get_by_text("Noted, on this machine only.").wait_for()
    lines: list[Any] = [json.loads(one) for one in (server.sources.parent / "feedback.jsonl").read_text().splitlines()]
    assert (lines[-1]["kind"], lines[-1]["status"]) == ("should_answer", "answered")
