"""Sources by their address on the web: only where the setting allows it, and what is refused is told in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .driving import picture
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
