"""Sources as a place: a column that holds 2,000 of them, folders, finding, and each opened as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .driving import LIGHTHOUSE, ask, opened_on_lighthouse, picture, until
from .serving import Server, served
from .test_page_manners import fits, serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MANY = 2_000
SIZES = pytest.mark.parametrize("width", [390, 1280])


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A page over 2,000 sources of a line each, in 20 folders."""
    import rag

    folder = tmp_path_factory.mktemp("crowd")
    for number in range(MANY):
        within = folder / "sources" / f"shelf {number // 100:02}"
        within.mkdir(parents=True, exist_ok=True)
        (within / f"note {number:04}.txt").write_text(f"The ship number {number} is blue.")
    rag.build(folder / "sources", folder / "index")
    with served(folder / "index", folder / "sources") as server:
        yield server


def show_sources(page: Page) -> None:
    page.get_by_role("button", name="Sources", exact=True).click()
    page.wait_for_selector(".source")


@SIZES
def test_two_thousand_sources_are_listed_found_and_ticked_by_the_folder(
    browser: Browser, crowd: Server, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(crowd.url)
    page.wait_for_selector(".warming[hidden]", state="attached")
    show_sources(page)
    assert page.evaluate("document.querySelectorAll('*').length") < 1_500
    assert page.locator(".source").first.get_attribute("aria-setsize") == str(MANY + 20)
    page.locator(".sources .scroll").evaluate("node => { node.scrollTop = node.scrollHeight; }")
    page.locator(".source", has_text="note 1999.txt").wait_for()
    assert page.evaluate("document.querySelectorAll('*').length") < 1_500
    found = page.evaluate(
        """() => {
          const field = document.querySelector('.sources input[type=search]');
          field.value = 'note 1234';
          field.dispatchEvent(new Event('input'));
          return [...document.querySelectorAll('.sources .source .title')].map((each) => each.textContent);
        }"""
    )
    assert found == ["note 1234"], "a name is found with the key that is pressed: no server and no clock is waited for"
    page.fill(".sources input[type=search]", "shelf 07/")
    page.get_by_label("Ask only the folder shelf 07").check()
    page.get_by_role("button", name="Ask only these 100 sources").click()
    assert "100 sources" in page.locator(".scope").inner_text()
    context.close()


def test_the_rail_stands_at_the_left_of_a_roomy_window_and_can_be_hidden(opened: Callable[..., Page]) -> None:
    page = opened(1280)
    rail, talk = page.locator(".rail").bounding_box(), page.locator(".talk").bounding_box()
    assert rail
    assert talk
    assert rail["x"] == 0
    assert rail["x"] + rail["width"] <= talk["x"] + 1
    page.locator(".rail .source", has_text="harbour.txt").wait_for()
    ask(page, "When was the lighthouse at Cape Orrin first lit?")
    page.locator(".rail .past .title", has_text="lighthouse").wait_for()
    page.get_by_label("Hide the side column").click()
    assert not page.locator(".rail").is_visible()
    page.reload()
    page.wait_for_selector("#question")
    assert not page.locator(".rail").is_visible(), "it stays as it was left"
    page.get_by_role("button", name="Sources", exact=True).click()
    page.locator(".rail .source", has_text="harbour.txt").wait_for()
    page.set_viewport_size({"width": 1000, "height": 800})
    until(page, "!document.querySelector('.rail dialog[open]')")


@SIZES
def test_a_source_is_read_as_a_whole_with_its_contents_and_a_search(opened: Callable[..., Page], width: int) -> None:
    page = opened(width)
    show_sources(page)
    page.locator(".source .pick", has_text="lighthouse.md").click()
    page.wait_for_selector(".reading-text h3")
    shown = page.locator(".reading-text").inner_text()
    assert shown.split() == LIGHTHOUSE.replace("#", "").split()
    if width < 900:
        page.locator(".reader .contents").click()
    assert page.locator(".toc button").all_inner_texts() == ["History", "The lamp"]
    page.locator(".toc button", has_text="The lamp").click()
    until(page, "location.hash.includes('at=')")
    page.fill(".reader input[type=search]", "THE LAMP")
    page.locator(".reader .place", has_text="1 of 3 places").wait_for()
    assert page.locator(".reader mark").inner_text() == "The lamp"
    page.keyboard.press("Enter")
    page.locator(".reader .place", has_text="2 of 3 places").wait_for()
    until(page, "document.querySelectorAll('.reader mark').length === 1")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Back to the conversation").click()
    assert page.locator("#question").is_visible()


def test_a_pdf_is_read_by_its_pages_or_its_text(opened: Callable[..., Page]) -> None:
    page = opened(1280)
    show_sources(page)
    page.locator(".source .pick", has_text="tides.pdf").click()
    page.wait_for_selector(".reader .sheet.ready")
    page.get_by_label("Go to page").fill("1")
    page.keyboard.press("Enter")
    page.locator(".reader .sheet[aria-label^='Page 1 ']").wait_for()
    page.locator(".shelf [data-name=pages]").click()
    page.locator(".thumbs [aria-current=page]", has_text="1").wait_for()
    page.fill(".reader input[type=search]", "every ten minutes")
    page.locator(".reader .boxes .quoted").first.wait_for()
    page.locator(".reader .tools [data-name=text]").click()
    page.wait_for_selector(".reader mark")
    assert page.locator(".reader mark").inner_text() == "every ten minutes"
    assert page.locator(".leafmark").all_inner_texts() == ["Page i", "Page ii", "Page 1"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SIZES
def test_a_source_can_be_read_by_everyone(opened: Callable[..., Page], width: int, scheme: str) -> None:
    page = opened(width, 844, scheme)
    for name, ready in (("lighthouse.md", ".reading-text h3"), ("tides.pdf", ".reader .sheet.ready")):
        show_sources(page)
        page.locator(".source .pick", has_text=name).click()
        page.wait_for_selector(ready)
        for side in ("Contents", "Pages") if name == "tides.pdf" else ("Contents",):
            if width < 900:
                page.locator(".reader .contents").click()
            if page.locator(f".shelf [data-name={side.lower()}]").count():
                page.locator(f".shelf [data-name={side.lower()}]").click()
            picture(page, f"reader-{name}-{side}-{width}-{scheme}")
            assert serious(page) == [], (name, side)
            if width < 900:
                page.locator(".reader .contents").click()
        page.fill(".reader input[type=search]", "the")
        page.locator(".reader .place", has_text="of").first.wait_for()
        assert serious(page) == [], name
        assert fits(page)
        page.get_by_label("Back to the conversation").click()


def test_a_file_that_could_not_be_read_says_why_when_it_is_opened(opened: Callable[..., Page]) -> None:
    page = opened(1280)
    page.locator(".rail .source.trouble .pick").click()
    page.locator(".reader .problem").wait_for()
    assert len(page.locator(".reader .problem").inner_text().split()) > 5
    assert not page.locator(".reader .tools").is_visible()


def test_a_question_can_be_asked_of_the_source_that_is_read(browser: Browser, tmp_path: Path) -> None:
    with opened_on_lighthouse(browser, tmp_path) as (_, page):
        page.locator(".source .pick").first.click()
        page.locator(".asks button").first.click()
        page.wait_for_selector(".turn.last .acts")
        assert "Asking only" in page.locator(".scope").inner_text()
        assert set(page.locator(".turn.last .notes .path").all_inner_texts()) == {"lighthouse.md"}


@SIZES
def test_a_name_after_an_at_sign_limits_the_question_to_its_source(opened: Callable[..., Page], width: int) -> None:
    page = opened(width)
    page.locator("#question").press_sequentially("@harb")
    page.locator(".mentions [aria-selected=true]", has_text="harbour.txt").wait_for()
    page.keyboard.press("Enter")
    assert page.input_value("#question") == "@harbour.txt "
    page.locator("#question").press_sequentially("How many fishing boats does the harbour hold?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.last .acts")
    assert page.locator(".turn.last h2").inner_text() == "How many fishing boats does the harbour hold?"
    assert "Asked of harbour.txt only." in page.locator(".turn.last .answer").inner_text()
    assert not page.locator(".scope").is_visible(), "the next question is asked of all"


def test_a_pasted_text_and_a_pasted_file_become_sources(own: tuple[Server, Page]) -> None:
    server, page = own
    page.wait_for_selector(".warming[hidden]", state="attached")
    page.locator(".clip").wait_for()  # it knows by then that files may be added
    long = "The otter of Orrin\n\n" + "The otter of Orrin eats 3 herrings a day. " * 60
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const field = document.querySelector("#question");
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        long,
    )
    page.locator(".pasting", has_text="too long for a question").wait_for()
    assert page.get_by_label("Title of the text").input_value() == "The otter of Orrin"
    page.get_by_role("button", name="Add to the sources").click()
    page.locator(".arrival[data-state=ready]", has_text="The otter of Orrin").wait_for()
    assert (server.sources / "The otter of Orrin.md").read_text().startswith("The otter of Orrin")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["The walrus of Orrin weighs 912 kilos."], "walrus.txt", { type: "text/plain" }));
          document.body.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    page.locator(".arrival[data-state=ready]", has_text="walrus.txt").wait_for()
    assert page.get_by_label("Add files").first.is_visible()
