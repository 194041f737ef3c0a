"""Several collections: made, asked alone and together, opened to others, archived and deleted, each kept apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rag.collections import CollectionFolder
from rag.server.users import users_file_line
from rag.storage import EVERYWHERE, TeamStore

from .driving import HARBOUR, LIGHTHOUSE, ask, picture, sign_in, until
from .serving import PATIENCE, Server, Watch, listen, served_collections
from .test_page_manners import fits, serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page

pytestmark = pytest.mark.xdist_group("browser")

LIT = "When was the lighthouse at Cape Orrin first lit?"
BOATS = "How many fishing boats does the harbour of Orrin have room for?"
SECRET = "correct horse"
SEALS: FilePayload = {"name": "seals.md", "mimeType": "text/markdown", "buffer": b"Seals rest on the quay of Orrin."}
OTTERS: FilePayload = {
    "name": "otters.md",
    "mimeType": "text/markdown",
    "buffer": b"# The otters of Orrin\n\nThe otters of Orrin were first counted in 1994. There were 41 of them.\n",
}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two collections, of which Ada may manage all, and Bob none."""
    root = tmp_path_factory.mktemp("team")
    folder = CollectionFolder(root / "collections")
    for title, file, text in (("Lights", "lighthouse.md", LIGHTHOUSE), ("Harbours", "harbour.txt", HARBOUR)):
        (folder.make(title).sources / file).write_text(text, encoding="utf-8")
    TeamStore(folder.root / "team.db").grant(EVERYWHERE, "ada", "manage")
    users = root / "users.txt"
    users.write_text(f"{users_file_line('ada', SECRET)}\n{users_file_line('bob', SECRET)}\n")
    with served_collections(folder.root, "--auth", str(users)) as running:
        yield running


@pytest.fixture(scope="module")
def sessions(browser: Browser, team: Server) -> dict[str, Any]:
    """What a browser keeps of those who have signed in."""
    found: dict[str, Any] = {}
    for name in ("ada", "bob"):
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        sign_in(page, team.url, name, SECRET)
        page.wait_for_selector(".team")
        found[name] = context.storage_state()
        context.close()
    return found


@pytest.fixture
def as_person(browser: Browser, team: Server, sessions: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """The list of collections as somebody who has signed in sees it; nothing may fail on it."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    def new(name: str, width: int = 1280, height: int = 800, scheme: Any = "light") -> Page:
        size: Any = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="en-US", storage_state=sessions[name])
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        listen(page, team.url, watch)
        page.goto(team.url)
        page.wait_for_selector(".team")
        return page

    yield new
    for context in contexts:
        context.close()
    assert not watch.faults, watch.faults


def listed(page: Page, title: str) -> Locator:
    return page.locator(".collection", has=page.get_by_text(title, exact=True))


def enter(page: Page, title: str) -> None:
    """Opens a collection; returns once it can be asked."""
    listed(page, title).locator("a.pick").click()
    page.wait_for_selector(".warming[hidden]", state="attached")
    page.locator(".bar .count", has_text=re.compile("[1-9]")).wait_for()


def manage(page: Page, title: str) -> Locator:
    listed(page, title).get_by_role("button", name="Manage").click()
    panel = page.locator(".managing")
    panel.wait_for()
    return panel


def test_a_collection_is_made_asked_renamed_put_aside_and_deleted(as_person: Callable[..., Page], team: Server) -> None:
    page = as_person("ada")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Title").fill("Otters")
    page.keyboard.press("Enter")
    page.get_by_text("Add your first sources.").wait_for()
    page.set_input_files(".adding input", [OTTERS, SEALS])
    page.locator(".arrival[data-state=ready]").nth(1).wait_for()
    ask(page, "When were the otters of Orrin first counted?")
    assert "1994" in page.locator(".turn.last .claim").first.inner_text()
    assert page.title().endswith("Otters – Footnote")
    page.locator(".source", has_text="seals.md").get_by_role("checkbox").check()
    page.get_by_role("button", name="Move to…").click()
    page.locator("dialog.small select").select_option(label="Harbours")
    picture(page, "moving-1280-light")
    page.get_by_role("button", name="Move", exact=True).click()
    page.locator(".said", has_text="Moved to “Harbours”: 1 source.").wait_for()
    page.locator(".source", has_text="seals.md").wait_for(state="detached")
    assert (team.sources / "harbours" / "sources" / "seals.md").exists()
    page.get_by_role("link", name="Otters: to all collections").click()
    page.wait_for_selector(".team")
    listed(page, "Otters").filter(has_text="1 source").wait_for()  # once what was moved away is no longer asked
    panel = manage(page, "Otters")
    panel.get_by_label("Title", exact=True).fill("Otters and seals")
    panel.get_by_role("button", name="Rename").click()
    panel.locator("h2", has_text="Otters and seals").wait_for()
    panel.get_by_text("Who did what").click()
    panel.locator(".done li", has_text="otters.md").wait_for()
    panel.get_by_role("button", name="Archive").click()
    page.locator(".said", has_text="Archived: Otters and seals").wait_for()
    page.get_by_text("Archived (1)").click()
    assert listed(page, "Otters and seals").locator("a").count() == 0
    panel = manage(page, "Otters and seals")
    panel.get_by_label("Title of the collection").fill("Otters")
    panel.get_by_role("button", name="Delete for good").click()
    panel.get_by_role("alert").filter(visible=True).wait_for()
    assert (team.sources / "otters" / "sources" / "otters.md").exists()
    panel.get_by_label("Title of the collection").fill("Otters and seals")
    panel.get_by_role("button", name="Delete for good").click()
    page.locator(".said", has_text="Deleted for good: Otters and seals").wait_for()
    until(page, "!document.querySelector('.archived')")
    assert not (team.sources / "otters").exists()
    assert "otters" not in page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage }).toLowerCase()")


def test_two_are_asked_together_and_each_keeps_its_own_conversations(as_person: Callable[..., Page]) -> None:
    page = as_person("ada")
    enter(page, "Lights")
    ask(page, LIT)
    page.fill("#question", "How far does the lamp")
    page.goto(page.url.split("/lights/")[0] + "/harbours/")
    page.get_by_text("Nothing has been asked yet.").wait_for()
    assert page.input_value("#question") == ""
    page.get_by_role("link", name="Harbours: to all collections").click()
    for title in ("Harbours", "Lights"):
        assert not page.get_by_role("link", name="Ask these together").is_visible()
        listed(page, title).get_by_role("checkbox").check()
    page.get_by_role("link", name="Ask these together").click()
    page.wait_for_selector(".warming[hidden]", state="attached")
    assert page.title().endswith("Harbours + Lights – Footnote")
    assert not page.get_by_role("button", name="Add files").first.is_visible()
    for question, path, quote in ((LIT, "lights/lighthouse.md", "14 May 1871"), (BOATS, "harbours/harbour.txt", "84")):
        ask(page, question)
        assert page.locator(".turn.last .notes .path").first.inner_text() == path
        page.locator(".turn.last button.chip").first.click()
        page.locator(".evidence mark", has_text=quote).wait_for()
    page.goto(page.url.split("/c/")[0] + "/c/lights/")
    page.locator(".turn h2", has_text=LIT).wait_for()
    assert page.locator(".turn").count() == 1
    assert page.input_value("#question") == "How far does the lamp"


def test_somebody_sees_what_they_were_given_and_nothing_else(as_person: Callable[..., Page]) -> None:
    ada, bob = as_person("ada"), as_person("bob")
    bob.locator(".empty", has_text="You have access to none yet").wait_for()
    for word in ("Lights", "Harbours", "New collection", "Manage"):
        assert word not in bob.locator("body").inner_text()
    assert bob.request.get(bob.url + "c/lights/").status == bob.request.get(bob.url + "c/nowhere/").status == 404
    panel = manage(ada, "Lights")
    panel.get_by_label("Who gets access").select_option("bob")
    panel.get_by_role("button", name="Add").click()
    panel.get_by_label("Access of bob", exact=True).wait_for()
    panel.get_by_label("Who gets access").select_option(label="Somebody else…")
    panel.get_by_label("Name of the person").fill("cleo")
    panel.get_by_role("button", name="Add").click()
    panel.get_by_label("Access of cleo", exact=True).wait_for()
    picture(ada, "people-1280-light")
    bob.reload()
    listed(bob, "Lights").wait_for()
    assert "you can ask" in listed(bob, "Lights").inner_text()
    assert bob.locator(".collection").count() == 1
    assert not bob.get_by_role("button", name="Manage").count()
    enter(bob, "Lights")
    ask(bob, LIT)
    assert not bob.get_by_role("button", name="Add files").first.is_visible()
    panel.get_by_label("Access of bob", exact=True).select_option("add")
    until(ada, "document.querySelector('[aria-label=\"Access of bob\"]')?.value === 'add'")
    bob.reload()
    bob.get_by_role("button", name="Add files").first.wait_for()
    panel.get_by_role("button", name="Remove access of bob").click()
    until(ada, "!document.querySelector('[aria-label=\"Access of bob\"]')")
    bob.fill("#question", LIT)
    bob.keyboard.press("Enter")
    bob.locator(".turn.last", has_text="you no longer have access to it").wait_for()


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 800, "light"), (390, 844, "dark")])
def test_the_list_can_be_used_by_everyone(as_person: Callable[..., Page], width: int, height: int, scheme: str) -> None:
    page = as_person("ada", width, height, scheme)

    def looked_at(view: str) -> None:
        page.wait_for_timeout(350)  # let the movement end: axe measures colours
        picture(page, f"{view}-{width}-{scheme}")
        assert fits(page), view
        assert serious(page) == [], view

    listed(page, "Lights").wait_for()
    page.locator(".collection input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    until(page, "document.activeElement.matches('a.pick')")
    listed(page, "Lights").get_by_role("checkbox").check()
    looked_at("collections")
    panel = manage(page, "Lights")
    panel.get_by_label("Access of ada").or_(panel.get_by_label("Who gets access")).first.wait_for()
    for each in panel.locator("summary").all():
        each.click()
    looked_at("managing")
    panel.get_by_label("Title", exact=True).fill(" ")
    panel.get_by_role("button", name="Rename").click()
    panel.get_by_role("alert").filter(visible=True).wait_for()
    page.keyboard.press("Escape")
    until(page, "document.activeElement.textContent.endsWith('Manage')")  # the focus comes back
    page.get_by_role("button", name="New collection").click()
    looked_at("new-collection")
    page.keyboard.press("Escape")
    page.locator(".collection a.pick").first.press("Enter")
    page.wait_for_selector("#question")
    looked_at("collection")
