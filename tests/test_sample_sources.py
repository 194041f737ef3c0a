"""The sample sources are read as they are meant to be, and every sample case stands on a sentence that is there."""

from __future__ import annotations

import re
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from paths import ROOT

from rag.evaluate.cases import Case, load_cases
from rag.evaluate.locations import Sources, locate
from rag.parsing import load_bytes
from rag.types import Document

SOURCES = ROOT / "sources"
REPORT = "gas-water-and-a-port.pdf"
PATHS = sorted(path.name for path in SOURCES.iterdir() if path.is_file())
CASES = load_cases(ROOT / "tests/cases/samples.jsonl")
ANSWERABLE = [case for case in CASES if case.answerable]


def read(path: Path) -> Document:
    return load_bytes(path.read_bytes(), path.name).document


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {path: read(SOURCES / path) for path in PATHS}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = spec_from_file_location("make_sample_reports", ROOT / "tools/make_sample_reports.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sources_are_of_every_format_and_small() -> None:
    assert {Path(path).suffix for path in PATHS} == {".md", ".txt", ".html", ".pdf", ".docx"}
    assert sum((SOURCES / path).stat().st_size for path in PATHS) < 1_000_000


@pytest.mark.parametrize("path", PATHS)
def test_source_has_a_title_headings_and_an_article_s_length(path: str, documents: dict[str, Document]) -> None:
    document = documents[path]
    assert document.title
    assert 500 <= len(document.text.split()) <= 3000
    headings = [block for block in document.blocks if block.kind == "heading"]
    assert len(headings) >= 3


def test_every_source_is_cited_by_a_case() -> None:
    assert {citation.path for case in ANSWERABLE for citation in case.citations} == set(PATHS)


def test_cases_are_of_both_kinds_and_say_what_is_expected() -> None:
    assert len(CASES) >= 60
    assert len({case.question for case in CASES}) == len(CASES)
    assert 0.25 <= 1 - len(ANSWERABLE) / len(CASES) <= 0.37
    assert all(case.citations for case in ANSWERABLE)
    assert all(case.answers for case in ANSWERABLE if not case.kind)


def test_cases_of_a_kind_are_of_all_kinds_that_people_ask() -> None:
    kinds = Counter(case.kind for case in CASES if case.kind)
    assert kinds.total() >= 40
    assert len(kinds) == 14
    assert all(len(case.citations) > 2 for case in CASES if case.cite == "half")
    assert all(len({one.path for one in case.citations}) > 1 for case in CASES if case.cite == "each")


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case.id)
def test_quote_stands_in_its_document_on_its_page(case: Case, documents: dict[str, Document]) -> None:
    by_id = {document.id: document for document in documents.values()}
    sources = Sources({path: document.id for path, document in documents.items()}, by_id.get)
    for place in locate(case, sources):
        assert len(place.spans) == 1, place.expected.quote
        page = by_id[place.document_id].page_at(place.spans[0].start)
        assert place.expected.page == (page.number if page else None)
    quotes = "\n".join(citation.quote or "" for citation in case.citations)
    found = [answer for answer in case.answers if answer in quotes]
    assert found == list(case.answers) if case.need == "all" else found or not case.answers


def test_two_sources_differ_about_the_dead(documents: dict[str, Document]) -> None:
    later = re.search(r"\d+(?= people died)", documents["jaffar-express-hijacking.md"].text)
    first = re.search(r"\d+(?= people were killed)", documents["jaffar-express-first-report.txt"].text)
    assert later
    assert first
    assert (later[0], first[0]) == ("64", "31")


def test_report_has_labels_headings_and_running_text_without_heads(documents: dict[str, Document]) -> None:
    report = documents[REPORT]
    assert [page.label for page in report.pages] == ["i", "ii", "1", "2", "3", "4"]
    assert any(block.heading[-2:] == ("5. Two harbours", "Gwadar") for block in report.blocks)
    body = report.text[report.pages[2].span.start :]
    assert "Frontier Notes" not in body  # the running head
    assert "Gas, Water and a Port" not in body
    assert "nment spends its share" in body
    assert "gov-" not in body  # broken at the end of a line
    assert "a coal-fired plant" in body  # and a hyphen that belongs to the word, at the end of a line too


def test_web_pages_are_read_without_what_surrounds_the_article(documents: dict[str, Document]) -> None:
    for path in [path for path in PATHS if path.endswith(".html")]:
        text = documents[path].text
        for noise in ["max-width", "Home", "newsletter", "Cookies", "Share this page", "copy it freely", "Imprint"]:
            assert noise not in text, path


@pytest.mark.parametrize(
    ("made", "name"), [("make_pdf", "gas-water-and-a-port"), ("make_docx", "security-review-2024")]
)
def test_made_reports_are_what_the_tool_makes(made: str, name: str, tool: ModuleType) -> None:
    words = ROOT / "tools/sample_reports" / f"{name}.md"
    [path] = SOURCES.glob(f"{name}.*")
    once = getattr(tool, made)(words)
    assert once == getattr(tool, made)(words)
    # Not the bytes of the committed file: another zlib packs the same content differently.
    assert load_bytes(once, path.name).document.text == read(path).text
