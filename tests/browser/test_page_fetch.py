"""Sources by their address on the web: only where the setting allows it, and what is refused is told in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.evidence import note_origin

from .driving import ask, picture, unharmed
from .serving import PATIENCE, Server, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    import rag

    folder = tmp_path_factory.mktemp("fetch")
    (folder / "sources").mkdir()
    (folder / "sources" / "bell.txt").write_text("The bell of Orrin was cast in 1790.")
    rag.build(folder / "sources", folder / "index")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_ALLOW_URLS", "true")
        with served(folder / "index", folder / "sources") as server:
            patch.undo()  # it is for no other server
            yield server


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Sources whose log names where they came from, hostile addresses among them."""
    import rag

    folder = tmp_path_factory.mktemp("fetched")
    sources = folder / "sources"
    sources.mkdir()
    for name, address in (
        ("bell", "https://orrin.example/bells?cast=1790"),
        ("script", "javascript:window.hacked=1"),
        ("markup", "https://orrin.example/<img/src=x/onerror=window.hacked=2>"),
    ):
        (sources / f"{name}.md").write_text(f"# The {name}\n\nThe {name} of Orrin was cast in 1790.")
        note_origin(sources, f"{name}.md", address)
    rag.build(sources, folder / "index")
    with served(folder / "index", sources) as server:
        yield server


def form(page: Page, url: str) -> None:
    """The form for texts and addresses, opened from the list of sources."""
    page.goto(url)
    page.wait_for_selector(".warming[hidden]", state="attached")
    if not page.get_by_role("button", name="Paste text").is_visible():
        page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_role("button", name="Paste text").click()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_an_address_inside_is_refused_where_it_was_asked(
    browser: Browser, allowed: Server, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    form(page, allowed.url)
    page.get_by_label("Address of a page on the web").fill(allowed.url)
    picture(page, f"fetch-{width}-{scheme}")
    page.get_by_role("button", name="Add to the sources").click()
    told = page.locator(".arrival[data-state=failed]")
    told.get_by_text("belongs to a private network").wait_for()
    assert allowed.url in told.inner_text()
    picture(page, f"fetch-refused-{width}-{scheme}")
    assert [path.name for path in Path(allowed.sources).iterdir()] == ["bell.txt"]
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_a_source_shows_the_address_it_was_fetched_from(
    browser: Browser, fetched: Server, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{fetched.url}#source=bell.md")
    link = page.locator(".reader .origin a")
    link.wait_for()
    assert link.inner_text() == link.get_attribute("href") == "https://orrin.example/bells?cast=1790"
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    assert page.locator(".reader .origin").inner_text().startswith("From https://")
    picture(page, f"fetched-{width}-{scheme}")
    page.goto(f"{fetched.url}#source=markup.md")
    page.locator(".reader h2", has_text="The markup").wait_for()
    assert "<img/src=x" in page.locator(".reader .origin a").inner_text()
    page.goto(f"{fetched.url}#source=script.md")
    page.locator(".reader h2", has_text="The script").wait_for()
    assert page.locator(".origin").count() == 0
    unharmed(page)
    page.goto(fetched.url)
    page.wait_for_selector(".warming[hidden]", state="attached")
    ask(page, "When was the bell of Orrin cast?")
    page.locator(".turn.last button.chip").first.click()
    page.locator(".evidence .origin a").wait_for()
    picture(page, f"fetched-cited-{width}-{scheme}")
    context.close()


def test_nothing_is_fetched_unless_the_setting_allows_it(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    form(page, server.url)
    page.get_by_label("The text", exact=True).wait_for()
    assert not page.get_by_label("Address of a page on the web").is_visible()
    answer = page.evaluate(
        """async () => {
          const body = JSON.stringify({ address: "https://example.org/" });
          const headers = { "content-type": "application/json" };
          const got = await fetch("page/fetch", { method: "POST", headers, body });
          return [got.status, (await got.json()).error];
        }"""
    )
    assert answer[0] == 400
    assert "allow_urls" in answer[1]
    context.close()
