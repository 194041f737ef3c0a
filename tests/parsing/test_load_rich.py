"""HTML and Word: the text a reader sees, in order, with headings, lists and tables as blocks."""

from __future__ import annotations

import io

import docx
import making
import pytest

from rag.errors import EmptySource, EncryptedSource, UnreadableSource
from rag.parsing import load_bytes
from rag.types import Document

ARTICLE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>Roads of the West</title>
<script>document.write("never shown")</script><style>p {{ color: red }}</style></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>
<article><h1>Roads of the West</h1>
<p>The roads of the western provinces were built in the nineteenth century, and most of them are still in use.
They cross <b>three</b> passes &amp; eleven rivers, which the engineers of the time thought impossible – until 1887.</p>
<h2>Figures</h2><p>Nobody knows how long they are altogether.
An estimate of the year 2024 says 4,100 kilometres of paved road.</p>
<ul><li>paved roads: 4,100 km</li><li>unpaved roads: 9,800 km</li></ul>
<table><tr><th>Year</th><th>Paved</th></tr>
<tr><td>2023</td><td>4,000 km</td></tr><tr><td>2024</td><td>4,100 km</td></tr></table>
<h2>Outlook</h2><p>Whether the roads will be repaired is a question of money.
The ministry promised it in two speeches last year.</p>
</article><footer>Copyright 2024</footer></body></html>"""


def _read(data: bytes, name: str) -> Document:
    loaded = load_bytes(data, name)
    making.check(loaded)
    return loaded.document


def _blocks(document: Document) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(block.kind, document.text[slice(*block.span)], block.heading) for block in document.blocks]


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("suffix", [".html", ".htm", ".xhtml"])
def test_an_article(suffix: str, charset: str) -> None:
    document = _read(ARTICLE.format(charset=charset).encode(charset), "page" + suffix)
    assert document.title == "Roads of the West"
    blocks = _blocks(document)
    first = next(text for kind, text, _ in blocks if kind == "paragraph")
    assert first == (
        "The roads of the western provinces were built in the nineteenth century, and most of them are still in use. "
        "They cross three passes & eleven rivers, which the engineers of the time thought impossible – until 1887."
    )
    assert ("heading", "Figures", ()) in blocks
    assert ("list", "paved roads: 4,100 km", ("Figures",)) in blocks
    assert ("table", "2024 | 4,100 km", ("Figures",)) in blocks
    assert blocks[-1][2] == ("Outlook",)
    for unseen in ("never shown", "color: red", "About us", "<", "\n\n\n"):
        assert unseen not in document.text


def test_a_page_without_an_article_gives_all_of_its_text() -> None:
    page = (
        b"<html><title>Short</title><body><div>One <i>short</i> line</div><br>Another<p>A third</p>"
        b"<script>x()</script></body></html>"
    )
    document = _read(page, "short.html")
    assert document.title == "Short"
    assert document.text.replace("\n\n", "|") == "One short line|Another|A third"


@pytest.mark.parametrize("page", [b"<html><body><script>app()</script></body></html>", b"<html></html>", b"   "])
def test_a_page_without_text(page: bytes) -> None:
    with pytest.raises(EmptySource):
        load_bytes(page, "empty.html")


def test_entities_are_not_expanded_and_nothing_is_fetched() -> None:
    page = (
        b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c SYSTEM "file:///etc/passwd">]><html><body><p>Before &b; &c; after.</p></body></html>'
    )
    text = _read(page, "bomb.xhtml").text
    assert "root:" not in text
    assert len(text) < 200


def _word(build: object) -> bytes:
    document = docx.Document()
    build(document)  # type: ignore[operator]
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_word() -> None:
    def build(document: docx.document.Document) -> None:
        document.core_properties.title = "Word Document"
        document.sections[0].header.paragraphs[0].text = "A running head"
        document.add_heading("Of Towns", 0)
        document.add_paragraph("An opening.")
        document.add_heading("Walls", 1)
        document.add_paragraph("They were built first.")
        document.add_paragraph("stone", style="List Bullet")
        document.add_paragraph("brick", style="List Bullet")
        document.add_heading("Gates", 2)
        table = document.add_table(2, 2)
        for at, text in enumerate(["Gate", "Width", "North", "4 m"]):
            table.cell(at // 2, at % 2).text = text
        document.add_paragraph("After the table.")

    document = _read(_word(build), "towns.docx")
    assert document.title == "Of Towns"
    assert _blocks(document) == [
        ("paragraph", "A running head", ()),
        ("heading", "Of Towns", ()),
        ("paragraph", "An opening.", ()),
        ("heading", "Walls", ()),
        ("paragraph", "They were built first.", ("Walls",)),
        ("list", "stone", ("Walls",)),
        ("list", "brick", ("Walls",)),
        ("heading", "Gates", ("Walls",)),
        ("table", "Gate | Width", ("Walls", "Gates")),
        ("table", "North | 4 m", ("Walls", "Gates")),
        ("paragraph", "After the table.", ("Walls", "Gates")),
    ]


def test_word_files_that_are_none() -> None:
    with pytest.raises(EmptySource):
        load_bytes(_word(lambda document: None), "empty.docx")
    with pytest.raises(EncryptedSource):
        load_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "locked.docx")
    whole = _word(lambda document: document.add_paragraph("Text."))
    for data in (b"", b"no zip", whole[:100], whole[: len(whole) // 2]):
        with pytest.raises(UnreadableSource):
            load_bytes(data, "broken.docx")
