"""Files come in through the page, are asked at once, go again, and come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .driving import ask, drop, picture, until, write_sources
from .serving import Server, opened_alone

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page, Route

pytestmark = pytest.mark.xdist_group("browser")

WALRUS = "# The walrus of Orrin\n\nThe walrus of Orrin weighs 912 kilos. It sleeps on the slipway of the lifeboat.\n"


@pytest.fixture
def drawer(own: tuple[Server, Page]) -> tuple[Server, Page]:
    """A server of its own, and its page with the drawer of the sources open."""
    _, page = own
    page.get_by_role("button", name="Sources", exact=True).click()
    page.wait_for_selector(".source")
    return own


def give(page: Page, *files: tuple[str, bytes]) -> None:
    """Chooses files as the file dialog does."""
    chosen: list[FilePayload] = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files]
    page.set_input_files(".adding input", chosen)


def arrival(page: Page, name: str, state: str) -> str:
    """What is said of a file once it has come to a state."""
    item = page.locator(f".arrival[data-state={state}]", has_text=name)
    item.wait_for()
    return item.inner_text()


def test_a_file_is_brought_in_asked_removed_and_put_back(drawer: tuple[Server, Page]) -> None:
    server, page = drawer
    give(page, ("walrus.md", WALRUS.encode()), ("virus.exe", b"MZ"), ("empty.txt", b""))
    assert "There is no reader for .exe files" in arrival(page, "virus.exe", "failed")
    assert "empty" in arrival(page, "empty.txt", "failed")
    assert "1 passage" in arrival(page, "walrus.md", "ready")
    picture(page, "arrived-1280-light")
    assert (server.sources / "walrus.md").read_text() == WALRUS
    assert not list(server.sources.glob(".arriving*"))
    page.keyboard.press("Escape")
    ask(page, "How much does the walrus of Orrin weigh?")
    assert "912 kilos" in page.locator(".turn.last .answer").inner_text()
    assert page.locator(".turn.last .notes .path").all_inner_texts()[0] == "walrus.md"

    page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_label("Remove “The walrus of Orrin”").click()
    until(page, "!document.querySelector('.sources').innerText.includes('walrus.md')")
    assert not (server.sources / "walrus.md").exists()
    page.get_by_role("button", name="Undo").click()
    page.locator(".source", has_text="walrus.md").wait_for()
    assert (server.sources / "walrus.md").read_text() == WALRUS
    assert not (server.sources / ".removed" / "walrus.md").exists()


def test_two_processes_are_one_page(browser: Browser, tmp_path: Path) -> None:
    """Whichever of them answers: what is brought in can be asked at once, what is removed is gone, and comes back."""
    import rag

    write_sources(tmp_path / "sources")
    rag.build(tmp_path / "sources", tmp_path / "index")
    with opened_alone(browser, tmp_path / "index", tmp_path / "sources", "--workers", "2") as (_, page):
        page.get_by_role("button", name="Sources", exact=True).click()
        page.wait_for_selector(".source")
        give(page, ("walrus.md", WALRUS.encode()))
        assert "1 passage" in arrival(page, "walrus.md", "ready")
        page.keyboard.press("Escape")
        for _ in range(4):
            ask(page, "How much does the walrus of Orrin weigh?")
            assert "912 kilos" in page.locator(".turn.last .answer").inner_text()
        page.locator(".turn.last .notes .path").first.click()
        page.locator(".evidence mark").first.wait_for()
        page.get_by_role("button", name="Sources", exact=True).click()
        page.get_by_label("Remove “The walrus of Orrin”").click()
        until(page, "!document.querySelector('.sources').innerText.includes('walrus.md')")
        page.get_by_role("button", name="Undo").click()
        page.locator(".source", has_text="walrus.md").wait_for()


def test_undo_stays_where_it_is_while_a_build_begins_and_ends(drawer: tuple[Server, Page]) -> None:
    _, page = drawer
    building = True

    def told(route: Route) -> None:
        said = route.fetch().json()
        route.fulfill(json={**said, "state": "running" if building else said["state"]})

    page.route("**/page/progress", told)
    page.get_by_label("Remove “The harbour of Orrin”").click()
    bar, undo = page.get_by_role("progressbar", name="Building the index"), page.get_by_role("button", name="Undo")
    bar.wait_for()
    before = undo.bounding_box()
    building = False
    bar.wait_for(state="hidden")
    assert undo.bounding_box() == before, "who presses it at that moment would press something else"


def test_a_dropped_file_and_a_rebuild(drawer: tuple[Server, Page]) -> None:
    server, page = drawer
    drop(page, "../<b>walrus</b>.md", WALRUS)
    assert page.evaluate("window.veiled"), "it is shown where the file would go"
    arrival(page, "walrus", "ready")
    (stored,) = [path for path in server.sources.rglob("*") if path.is_file() and path.read_bytes() == WALRUS.encode()]
    assert "<" not in stored.name
    assert not list(server.sources.parent.glob("*walrus*")), "and not above it"
    (server.sources / "by-hand.txt").write_text("The otter of Orrin eats 3 herrings a day.")
    page.get_by_role("button", name="Rebuild").click()
    page.locator(".source", has_text="by-hand.txt").wait_for()
    page.get_by_text("Done: 1 added.").wait_for()


def test_a_file_dropped_before_the_page_knows_its_server_is_brought_in(own: tuple[Server, Page]) -> None:
    server, page = own
    page.route("**/page/state", lambda route: None)  # no word of it comes
    page.reload()
    until(page, "document.querySelector('#footnote.here')")
    drop(page, "walrus.md", WALRUS)
    assert page.evaluate("window.veiled")
    arrival(page, "walrus.md", "ready")
    assert (server.sources / "walrus.md").exists()


def test_whoever_may_add_nothing_is_not_led_away_by_a_dropped_file(drawer: tuple[Server, Page]) -> None:
    _, page = drawer
    page.route("**/page/state", lambda route: route.fulfill(json={**route.fetch().json(), "may_change": False}))
    page.reload()
    until(page, "document.querySelector('.bar .count').textContent")  # it is known by then
    kept = page.evaluate(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["walrus"], "walrus.md"));
          const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
          return !document.body.dispatchEvent(event);
        }"""
    )
    assert kept, "the browser would show the file in place of the page"
    assert page.locator(".arrival").count() == 0


def test_sending_can_be_cancelled(drawer: tuple[Server, Page]) -> None:
    server, page = drawer
    page.route("**/page/receive*", lambda route: None)  # it never arrives
    give(page, ("walrus.md", WALRUS.encode()))
    page.get_by_label("Cancel walrus.md").click()
    arrival(page, "walrus.md", "cancelled")
    assert not (server.sources / "walrus.md").exists()
