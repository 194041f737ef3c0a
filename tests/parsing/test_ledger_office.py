"""Of office files no word is lost: text and ledger together count all that the file's own XML holds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from lxml import etree  # type: ignore[import-untyped]
from office_files import named, par, relations, row, run, word, zipped

from rag.errors import SourceError
from rag.parsing import load_bytes
from rag.parsing.ledger import word_count
from rag.types import Document


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _trees(data: bytes, *wanted: str) -> Iterator[etree._Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            base = name.rpartition("/")[2].removesuffix(".xml").rstrip("0123456789")
            if name.endswith(".xml") and base in wanted:
                yield etree.fromstring(archive.read(name))


def _words_of_paragraphs(tree: etree._Element) -> int:
    """Of Office's XML: the words of each paragraph, without the second version of what stands there twice."""
    count = 0
    for paragraph in tree.iter("{*}p", "{*}text"):
        if any(_local(outer) == "Fallback" for outer in paragraph.iterancestors()):
            continue
        said = ""
        for leaf in paragraph.iter("{*}t", "{*}delText", "{*}tab", "{*}br", "{*}cr", "{*}text"):
            nearest = next(one for one in (leaf, *leaf.iterancestors()) if _local(one) in ("p", "text"))
            if nearest is paragraph:
                said += (leaf.text or "").replace("\xad", "") if _local(leaf) in ("t", "delText", "text") else " "
        count += word_count(said)
    return count + sum(word_count(one.get("descr", "")) for one in tree.iter("{*}docPr", "{*}cNvPr"))


def _words(data: bytes, kind: str) -> int:
    """How many words a plain walk over the file finds."""
    if kind == "docx":
        parts = ("document", "footnotes", "endnotes", "comments", "header", "footer", "chart")
        return sum(_words_of_paragraphs(tree) + _values(tree) for tree in _trees(data, *parts))
    if kind == "pptx":
        trees = _trees(data, "slide", "notesSlide", "comment", "chart", "data")
        return sum(_words_of_paragraphs(tree) + _values(tree) for tree in trees)
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        cells = (cell for sheet in book.worksheets for cells in sheet.iter_rows() for cell in cells)
        found = [(_plain(cell.value), cell.comment.text if cell.comment else "") for cell in cells]
        return sum(word_count(value) + word_count(said) for value, said in found) + sum(
            word_count(sheet.title) for sheet in book.worksheets
        )
    if kind in ("odt", "ods"):
        return sum(_words_of_open_document(tree) for tree in _trees(data, "content"))
    return sum(word_count(" ".join(tree.itertext())) for tree in _trees(data, "chapter"))


def _plain(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else str(int(value)) if whole else str(value)  # type: ignore[call-overload]


def _values(tree: etree._Element) -> int:
    return sum(word_count(one.text or "") for one in tree.iter("{*}v"))


def _words_of_open_document(tree: etree._Element) -> int:
    count = 0
    for one in tree.iter("{*}p", "{*}h", "{*}desc"):
        said = (one.text or "") + "".join(_open_text(child) + (child.tail or "") for child in one)
        count += word_count(said)
    return count + sum(
        word_count(one.get("{urn:oasis:names:tc:opendocument:xmlns:table:1.0}name", ""))
        for one in tree.iter("{*}spreadsheet")
        for one in one.iter("{*}table")
    )


def _open_text(element: etree._Element) -> str:
    if _local(element) in ("p", "h", "desc", "note", "annotation", "frame", "s", "tab", "line-break"):
        return " " if _local(element) in ("s", "tab", "line-break") else ""
    return (element.text or "") + "".join(_open_text(child) + (child.tail or "") for child in element)


def _kept(document: Document) -> int:
    return word_count(document.text) + sum(one.words for one in document.left)


def _full_word() -> bytes:
    box = (
        f"<w:r><w:drawing><wps:txbx><w:txbxContent>{par('Keys hang in the box')}"
        "</w:txbxContent></wps:txbx></w:drawing></w:r>"
    )
    gone = "<w:del><w:r><w:delText> nine thousand and one</w:delText></w:r></w:del>"
    body = par("The tenant is ", f"<w:ins>{run('Gerda Holm of Nyborg')}</w:ins>", gone, box, " and nobody else.")
    body += par("Seen ", run("and unseen words", "<w:vanish/>"), "<w:r><w:commentReference w:id='1'/></w:r>")
    body += par("Since when", "<w:r><w:footnoteReference w:id='1'/></w:r>", "?")
    body += f"<w:tbl>{row('Month', 'Flour', 'Bran')}{row('May', '', '3')}</w:tbl>"
    body += "<w:sectPr><w:headerReference r:id='header1' w:type='default'/></w:sectPr>"
    return word(
        body,
        comments=f"<w:comments><w:comment w:id='1'>{par('Ask Anna before you sign')}</w:comment></w:comments>",
        footnotes=f"<w:footnotes><w:footnote w:id='1'>{par('Since the charter of 1342')}</w:footnote></w:footnotes>",
        header1=f"<w:hdr>{par('Contract of the mill')}</w:hdr>",
    )


def _full_slides() -> bytes:
    def shape(text: str, about: str = "") -> str:
        return (
            f"<p:sp><p:nvSpPr><p:cNvPr id='1' {about}/><p:nvPr/></p:nvSpPr><p:txBody><a:p><a:r>"
            f"<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    tree = "<p:sld><p:cSld><p:spTree>{}</p:spTree></p:cSld></p:sld>"
    slide = (
        shape("Mills of the river Ull")
        + f"<p:grpSp>{shape('Within a group')}{shape('Unseen words', 'hidden=' + chr(39) + '1' + chr(39))}</p:grpSp>"
    )
    return zipped(
        {
            "_rels/.rels": relations({"r": ("officeDocument", "ppt/presentation.xml")}),
            "ppt/presentation.xml": named(
                "<p:presentation><p:sldIdLst><p:sldId r:id='a'/></p:sldIdLst></p:presentation>"
            ),
            "ppt/_rels/presentation.xml.rels": relations({"a": ("slide", "slide1.xml")}),
            "ppt/slide1.xml": named(
                tree.format(slide + "<p:pic><p:nvPicPr><p:cNvPr descr='A mill by a river'/></p:nvPicPr></p:pic>")
            ),
            "ppt/_rels/slide1.xml.rels": relations(
                {"n": ("notesSlide", "notesSlide1.xml"), "c": ("comments", "comment1.xml")}
            ),
            "ppt/notesSlide1.xml": named(tree.format(shape("Say it slowly"))),
            "ppt/comment1.xml": named("<p:cmLst><p:cm><p:text>Ask Anna first</p:text></p:cm></p:cmLst>"),
        }
    )


def _full_sheets() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (
        ["Product", "Cost", "Price", "Stock"],
        ["Blue kettle", 3, 39, 120],
        ["Red kettle", 4, None, 7],
        ["Old one", 5, 6, 7],
    ):
        sheet.append(line)
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["B"].hidden = True
    other = book.create_sheet("Drafts")
    other.append(["Never shown", 12])
    other.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _full_text() -> bytes:
    oasis = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{name}="{oasis}:{name}:1.0"' for name in ("office", "text", "table"))
    note = (
        "<text:note><text:note-citation/><text:note-body><text:p>Since the charter</text:p>"
        "</text:note-body></text:note>"
    )
    remark = "<office:annotation><text:p>Ask Anna first</text:p></office:annotation>"
    gone = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>nine "
        "thousand</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    )
    body = f"{gone}<text:h>Of mills</text:h><text:p>The rent{note} is due{remark}<text:s/>in May.</text:p>"
    content = (
        f"<office:document-content {names}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    return zipped({"content.xml": content})


def _full_book() -> bytes:
    chapter = "<html><body><p>The mill <b>was</b> built.</p><table><tr><td>Month</td><td/></tr></table></body></html>"
    package = (
        "<package><manifest><item id='a' href='chapter.xml'/></manifest><spine><itemref idref='a'/></spine></package>"
    )
    return zipped(
        {"META-INF/container.xml": "<c><rootfile full-path='p.opf'/></c>", "p.opf": package, "chapter.xml": chapter}
    )


@pytest.mark.parametrize(
    ("data", "kind", "made"),
    [
        (_full_word(), "docx", 1),
        (_full_slides(), "pptx", 0),
        (_full_sheets(), "xlsx", 0),
        (_full_text(), "odt", 1),
        (_full_book(), "epub", 0),
    ],
    ids=["docx", "pptx", "xlsx", "odt", "epub"],
)
def test_text_and_ledger_are_all_there_is(data: bytes, kind: str, made: int) -> None:
    """`made` are words that the file does not hold as such: the numbers of notes."""
    assert _kept(load_bytes(data, f"a.{kind}").document) == _words(data, kind) + made


def test_no_word_of_the_odd_files_is_lost(shared: Path) -> None:
    """Merged cells are said again and lists have numbers, so that there may be more; there must not be less."""
    lost = []
    for kind in ("docx", "pptx", "xlsx", "odt"):
        for path in sorted((shared / "files").rglob(f"*.{kind}")):
            data = path.read_bytes()
            try:
                document = load_bytes(data, path.name).document
            except SourceError:
                continue
            held, kept = _words(data, kind), _kept(document)
            print(
                f"{path.name:45} held {held:6} in the text {word_count(document.text):6} in the ledger "
                f"{kept - word_count(document.text):4}"
            )
            if kept < 0.99 * held:
                lost.append((path.name, held, kept))
    assert lost == []
