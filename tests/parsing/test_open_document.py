"""OpenDocument texts and sheets: notes out of the sentences, cells under their heads, and what is left out told."""

from __future__ import annotations

import re

import making
import pytest
from office_files import left, zipped

from rag.parsing import load_bytes
from rag.types import Document

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "text", "table", "style", "chart"))
_NAMES += f' xmlns:draw="{_OASIS}:drawing:1.0" xmlns:svg="{_OASIS}:svg-compatible:1.0"'
_NAMES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
_NAMES += ' xmlns:math="http://www.w3.org/1998/Math/MathML"'


def _named(xml: str) -> str:
    return re.sub(r"<([\w:-]+)", rf"<\1 {_NAMES}", xml, count=1)


def _file(body: str, kind: str, styles: str, beside: dict[str, str]) -> Document:
    content = f"<office:document-content>{styles}<office:body>{body}</office:body></office:document-content>"
    parts = {name: _named(xml) for name, xml in {"content.xml": content, **beside}.items()}
    loaded = load_bytes(zipped({**parts}), f"a.{kind}")
    making.check(loaded)
    return loaded.document


def _text(body: str, automatic: str = "", **beside: str) -> Document:
    named = {name.replace("__", "/").replace("_", ".") + ".xml": xml for name, xml in beside.items()}
    return _file(f"<office:text>{body}</office:text>", "odt", automatic, named)


def _sheet(rows: str, styles: str = "", shapes: str = "", name: str = "Prices") -> Document:
    table = f"<table:table table:name='{name}'>{shapes}{rows}</table:table>"
    return _file(f"<office:spreadsheet>{table}</office:spreadsheet>", "ods", styles, {})


def _cell(text: str, about: str = "") -> str:
    return f"<table:table-cell {about}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def _row(*cells: str, about: str = "") -> str:
    said = "".join(one if one.startswith("<") else _cell(one) for one in cells)
    return f"<table:table-row {about}>{said}</table:table-row>"


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_follow_their_paragraph(kind: str) -> None:
    note = (
        f"<text:note text:note-class='{kind}'><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Since 1788.</text:p><text:p>And before.</text:p></text:note-body></text:note>"
    )
    document = _text(
        f"<text:p>The rent{note} is <text:span>due{note}</text:span>.</text:p><text:p>It is late.</text:p>"
    )
    notes = ["(1) Since 1788.", "And before."] * 2
    assert document.text.split("\n\n") == ["The rent is due.", *notes, "It is late."]


def test_changes_comments_and_hidden_words_are_told() -> None:
    changes = (
        "<text:tracked-changes><text:changed-region><text:deletion><dc:creator>Bo</dc:creator>"
        "<text:p>nine thousand</text:p>"
        "</text:deletion></text:changed-region><text:changed-region><text:insertion/>"
        "</text:changed-region></text:tracked-changes>"
    )
    comment = "<office:annotation><dc:creator>Bo</dc:creator><text:p>Ask Anna first</text:p></office:annotation>"
    style = "<style:style style:name='H'><style:text-properties text:display='none'/></style:style>"
    document = _text(
        f"{changes}<text:p>The rent is <text:change text:id='a'/>11,400<text:s text:c='2'/>crowns{comment}<text:span "
        "text:style-name='H'> or less</text:span><text:hidden-text text:string-value='perhaps'/>.</text:p>"
        "<text:section text:display='none'><text:p>A draft</text:p></text:section>",
        f"<office:automatic-styles>{style}</office:automatic-styles>",
    )
    assert document.text == "The rent is 11,400 crowns."
    assert left(document) == {"tracked deletion": (1, 2), "comment": (1, 3), "hidden text": (2, 5)}


def test_frames_and_shapes() -> None:
    frame = "<draw:frame><draw:text-box><text:p>In the box.</text:p></draw:text-box></draw:frame>"
    shape = f"<draw:g><draw:custom-shape><text:p>On a shape.</text:p></draw:custom-shape>{frame}</draw:g>"
    picture = "<draw:frame><draw:image/><svg:desc>A mill by a river</svg:desc></draw:frame>"
    document = _text(f"<text:p>The keys {frame}hang{shape} here{picture}.</text:p>{frame}")
    assert document.text.split("\n\n") == [
        "The keys hang here.",
        "In the box.",
        "On a shape.",
        "In the box.",
        "In the box.",
    ]
    assert left(document) == {"picture": (1, 5)}


def test_tables_keep_their_columns() -> None:
    covered = "<table:covered-table-cell/>"
    rows = _row(
        _cell("Town", "table:number-rows-spanned='2'"), _cell("Sales", "table:number-columns-spanned='2'"), covered
    )
    rows = f"<table:table-header-rows>{rows}{_row(covered, 'North', 'South')}</table:table-header-rows>"
    rows += _row("Ulm", "", "7") + _row("Bonn", "<table:table-cell table:number-columns-repeated='2'/>")
    rows += _row("Both", _cell("x", "table:number-columns-repeated='2'"), about="table:number-rows-repeated='2'")
    document = _text(f"<table:table>{rows}</table:table>")
    assert document.text.split("\n") == [
        "Town | Sales | Sales",
        "Town | North | South",
        "Ulm | | 7",
        "Bonn | |",
        "Both | x | x",
        "Both | x | x",
    ]


def test_tables_within_tables() -> None:
    inner = f"<table:table>{_row('Millstones', 'three')}</table:table>"
    document = _text(
        f"<table:table>{_row('Equipment', f'<table:table-cell>{inner}</table:table-cell>')}"
        f"{_row('Wheel', 'one')}</table:table>"
    )
    assert document.text == "Equipment |\nMillstones | three\nWheel | one"


def test_lists_and_headings_say_their_numbers() -> None:
    levels = "".join(
        (
            f"<text:list-level-style-number text:level='{at}' style:num-format='{form}' "
            f"style:num-suffix='{after}' text:display-levels='{at}'/>"
        )
        for at, form, after in ((1, "1", "."), (2, "a", ")"))
    )
    outline = (
        "<text:outline-style><text:outline-level-style text:level='1' style:num-format='I' "
        "style:num-prefix='Part '/></text:outline-style>"
    )
    styles = f"<office:document-styles>{outline}</office:document-styles>"
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format('In May.', '')}{item.format('Late.', '<text:p>Very.</text:p>')}</text:list>"
    body = (
        "<text:h text:outline-level='1'>Rent</text:h><text:list text:style-name='L'>"
        f"{item.format('Due.', inner)}{item.format('Paid.', '')}</text:list>"
    )
    document = _text(
        body,
        (
            f"<office:automatic-styles><text:list-style style:name='L'>{levels}</text:list-style>"
            "</office:automatic-styles>"
        ),
        styles=styles,
    )
    assert document.text.split("\n") == [
        "Part I Rent",
        "",
        "1. Due.",
        "1.a) In May.",
        "1.b) Late.",
        "Very.",
        "2. Paid.",
    ]


def test_heads_and_feet_stand_once() -> None:
    page = (
        "<style:master-page style:name='Standard'><style:header><text:p>Contract 77</text:p>"
        "</style:header><style:header-first>"
    )
    page += (
        "<text:p>Contract 77</text:p></style:header-first><style:footer><text:p>Page "
        "<text:page-number>1</text:page-number></text:p></style:footer></style:master-page>"
    )
    document = _text(
        "<text:p>Text.</text:p>",
        styles=f"<office:document-styles><office:master-styles>{page}</office:master-styles></office:document-styles>",
    )
    assert document.text == "Contract 77\n\nText."
    assert left(document) == {"running head": (1, 2)}


def test_objects_say_their_values_or_are_told() -> None:
    chart = (
        "<office:document-content><office:body><office:chart><chart:chart><chart:title>"
        "<text:p>Flour</text:p></chart:title>"
    )
    chart += (
        f"<table:table>{_row('', 'Share')}{_row('May', '40')}</table:table></chart:chart>"
        "</office:chart></office:body></office:document-content>"
    )
    formula = "<math:math><math:mi>a</math:mi><math:mo>=</math:mo><math:mn>2</math:mn></math:math>"
    frame = "<draw:frame><draw:object xlink:href='./{}'/><draw:image/></draw:frame>"
    body = "".join(f"<text:p>Here{frame.format(name)}.</text:p>" for name in ("A", "B", "C"))
    document = _text(body, A__content=chart, B__content=formula)
    assert document.text == "Here.\n\nFlour\n\n| Share\nMay | 40\n\nHere.\n\na = 2\n\nHere."
    assert left(document) == {"equation": (1, 0), "attachment": (1, 0)}


def test_a_sheet_of_an_open_document() -> None:
    rows = _row("Product", "Price", "Stock") + _row("Green", "", _cell("7", "office:value-type='float'"))
    rows += _row("Red", _cell("45.00 €"), _cell("", "table:formula='of:=[.B2]+1'")) + _row(
        "Old", "1", "2", about="table:visibility='collapse'"
    )
    rows += (
        "<table:table-row table:number-rows-repeated='1048000'><table:table-cell "
        "table:number-columns-repeated='16384'/></table:table-row>"
    )
    document = _sheet(rows)
    assert document.text == "Prices\n\nProduct | Price | Stock\nGreen | | 7\nRed | 45.00 € | =[.B2]+1"
    assert left(document) == {"hidden row": (1, 3), "formula": (1, 0)}


def test_hidden_sheets_of_an_open_document_are_told() -> None:
    style = "<style:style style:name='ta'><style:table-properties table:display='false'/></style:style>"
    body = (
        f"<table:table table:name='A' table:style-name='ta'>{_row('Never', 'shown')}"
        f"</table:table><table:table table:name='B'>{_row('Seen', 'too')}</table:table>"
    )
    document = _file(
        f"<office:spreadsheet>{body}</office:spreadsheet>",
        "ods",
        f"<office:automatic-styles>{style}</office:automatic-styles>",
        {},
    )
    assert document.text == "B\n\nSeen | too"
    assert left(document) == {"hidden sheet": (1, 3)}
