"""Conversations as Word documents, read again by python-docx."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import docx
import pytest
from building import build
from words import WordEncoder

from rag.answering.citing import cite
from rag.assistant import Assistant
from rag.config import Config
from rag.evidence import PackedAnswer, Viewer, make_word
from rag.types import CLOSEST, Claim, Document, Span

LAMP = "The lamp <b>of</b> the tower shines for 22 miles."
CSV = "Station,Opened,Keeper\nOrrin,1871,Ada\nSkarholm,1934,\n"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("word")
    (place / "sources").mkdir()
    (place / "sources" / "tower.md").write_text(f"# A tower\n\n{LAMP} Nothing else.\n")
    (place / "sources" / "stations.csv").write_text(CSV)
    encoder = WordEncoder()
    build(place / "sources", place / "index", encoder=encoder, size=200, overlap=1)
    with Assistant(Config(sources=place / "sources", index=place / "index"), encoder) as assistant:
        yield assistant


def document_of(assistant: Assistant, path: str) -> Document:
    (source,) = [each for each in assistant.documents() if each.path == path]
    document = assistant.document(source.document_id or "")
    assert document is not None
    return document


def quoted(document: Document, number: int, words: str, exact: str) -> Claim:
    start = document.text.index(words)
    found = document.row_at(start)
    span = found[0].row(found[1]) if found else Span(start, start + len(words))
    at = document.text.index(exact, span.start)
    citation = cite(number, document, span, Span(at, at + len(exact)))
    answer = Span(at - span.start, at - span.start + len(exact))
    return Claim(document.text[slice(*span)], (citation,), "quoted", answer)


def written(assistant: Assistant, title: str, *conversation: PackedAnswer) -> docx.document.Document:
    with Viewer(assistant) as viewer:
        return docx.Document(io.BytesIO(make_word(viewer, title, conversation)))


def test_questions_answers_and_notes_are_there(opened: Assistant) -> None:
    claim = quoted(document_of(opened, "tower.md"), 1, LAMP, "22 miles")
    told = written(
        opened,
        "A <title>",
        PackedAnswer("How far does it shine?", (claim,)),
        PackedAnswer("How near?", (claim,), ("One file is left out.",), "partly", "closest"),
        PackedAnswer("Nothing?", (), status="not_found"),
    )
    texts = [paragraph.text for paragraph in told.paragraphs]
    note = f"[1] A tower (tower.md): “{LAMP}”"
    assert texts == [
        "A <title>",
        "How far does it shine?", f"{LAMP} [1]", note,
        "How near?", "One file is left out.", CLOSEST, f"{LAMP} [1]", note,
        "Nothing?", "The sources do not answer this question.",
    ]  # fmt: skip
    assert [run.text for run in told.paragraphs[2].runs if run.bold] == ["22 miles"]
    assert [run.text for run in told.paragraphs[2].runs if run.font.superscript] == [" [1]"]
    assert not any(run.bold for run in told.paragraphs[7].runs), "what comes closest is not told as the answer"
    assert [each.style.name for each in told.paragraphs[:2] if each.style] == ["Title", "Heading 1"]
    assert told.core_properties.author == "Footnote"


def test_rows_are_a_table_with_its_heads_and_the_cell_set_off(opened: Assistant) -> None:
    document = document_of(opened, "stations.csv")
    claims = (quoted(document, 1, "Orrin", "1871"), quoted(document, 2, "Skarholm", "1934"))
    told = written(opened, "t", PackedAnswer("When were they opened?", claims, shape="cell"))
    (table,) = told.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Station", "Opened", "Keeper", ""],
        ["Orrin", "1871", "Ada", "[1]"],
        ["Skarholm", "1934", "—", "[2]"],
    ]
    bold = [
        cell.text for row in table.rows[1:] for cell in row.cells if any(run.bold for run in cell.paragraphs[0].runs)
    ]
    assert bold == ["1871", "1934"]


def test_a_quote_that_is_gone_is_named_and_odd_characters_do_no_harm(opened: Assistant) -> None:
    claim = quoted(document_of(opened, "tower.md"), 1, LAMP, "22 miles")
    other = replace(claim.citations[0], quote="The lamp shines for 99 miles.", title="A\x00 tow\ud800er")
    told = written(opened, "\x01", PackedAnswer("Q\x0b?", (replace(claim, citations=(other,)),)))
    assert told.paragraphs[0].text == "\ufffd"
    assert told.paragraphs[-1].text == (
        "[1] A\ufffd tow\ufffder (tower.md): “The lamp shines for 99 miles.” "
        "This was quoted; it is no longer in the source."
    )
