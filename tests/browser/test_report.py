"""The evaluation's report in a real Chromium: it asks for nothing, sorts, filters, and shows documents as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.evaluate.cases import Case, Expected
from rag.evaluate.locations import Sources
from rag.evaluate.predictions import Prediction
from rag.evaluate.report import write_report
from rag.evaluate.results import judge_all
from rag.evaluate.run import Run, row_of
from rag.evaluate.summary import summarise
from rag.types import Citation, Claim, Document, Span

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEXT = "Ships sank <img src=x onerror=alert(1)>. In all, 64 people died. Nobody else was hurt."
RIGHT, WRONG = "In all, 64 people died.", "Nobody else was hurt."


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    document = Document("d", "ships.txt", "", TEXT, (), (), "", "text/plain")
    sources = Sources({"ships.txt": "d"}, {"d": document}.get)

    def given(quote: str, confidence: float) -> Prediction:
        start = TEXT.index(quote)
        citation = Citation(1, "d", "ships.txt", "", None, None, Span(start, start + len(quote)), quote)
        return Prediction("", "answered", (Claim(quote, (citation,), "quoted"),), (), confidence)

    expected = (Expected("ships.txt", quote=RIGHT),)
    cases = [
        Case("a-good", "How many died?", answers=("64",), citations=expected),
        Case("b-wrong", "How many <b>really</b> died?", answers=("64",), citations=expected),
        Case("c-cup", "Who won the cup?", answerable=False),
    ]
    results = judge_all(cases, [given(RIGHT, 0.9), given(WRONG, 0.6), given(WRONG, 0.7)], sources)
    measures = summarise([row_of(result) for result in results])
    run = Run("0" * 64, "1" * 64, 1, {}, tuple(results), measures, 3, 1.0, "2026-01-01T00:00:00+00:00", "0.1.0")
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(run, sources, path, "ships <cases>")
    return path


def visible(page: Page) -> list[str]:
    return [row.text_content() or "" for row in page.query_selector_all("#cases tbody tr:not([hidden]) td:first-child")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_works_alone(browser: Browser, report: Path, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(report.as_uri())
    assert page.title() == "Evaluation of ships <cases>"
    assert visible(page) == ["b-wrong", "c-cup"]
    page.uncheck("#failing")
    assert visible(page) == ["a-good", "b-wrong", "c-cup"]
    page.click("#cases th:has-text('confidence') button")
    assert visible(page) == ["b-wrong", "c-cup", "a-good"]
    page.click("#cases th:has-text('confidence') button")
    assert visible(page) == ["a-good", "c-cup", "b-wrong"]
    page.fill("#search", "really")
    assert visible(page) == ["b-wrong"]
    case = page.locator("article.case:visible")
    assert case.locator("section:first-child mark.right").inner_text() == RIGHT
    assert case.locator("section:last-child mark.wrong").inner_text() == WRONG
    assert page.locator("img, b:text-is('really')").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert asked == [report.as_uri()]
    assert faults == []
    page.close()
