"""Slides: shapes in reading order, groups within groups, tables, charts, notes; what is not said is told."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import making
import pptx
import pytest
from office_files import left, named, read, relations, zipped
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm

from rag.parsing import load_bytes
from rag.parsing.office.reading_order import Placed, reading_order
from rag.types import Document


def _deck(*fills: Callable[[Any], object], layout: int = 6) -> Document:
    deck = pptx.Presentation()
    for fill in fills:
        fill(deck.slides.add_slide(deck.slide_layouts[layout]))
    file = io.BytesIO()
    deck.save(file)
    loaded = load_bytes(file.getvalue(), "a.pptx")
    making.check(loaded)
    return loaded.document


def _box(shapes: Any, text: str, left: float, top: float, width: float = 5, height: float = 1) -> Any:
    box = shapes.add_textbox(Cm(left), Cm(top), Cm(width), Cm(height))
    box.text_frame.text = text
    return box


def test_shapes_are_read_from_the_top_whatever_was_drawn_first() -> None:
    def fill(slide: Any) -> None:
        _box(slide.shapes, "Last", 1, 9)
        outer = slide.shapes.add_group_shape()
        inner = outer.shapes.add_group_shape()
        _box(inner.shapes, "Third", 1, 7)
        _box(inner.shapes, "Second", 1, 5)
        _box(slide.shapes, "First", 1, 1)

    assert _deck(fill).text.split("\n\n") == ["First", "Second", "Third", "Last"]


@pytest.mark.parametrize(
    ("boxes", "order"),
    [
        ([(0, 0, 4, 1), (5, 0, 4, 1), (0, 2, 4, 6), (5, 2, 4, 5)], [0, 2, 1, 3]),  # two columns under their heads
        (
            [(0, 0, 4, 1), (0, 2, 4, 1), (0, 4, 4, 1), (5, 0, 4, 1), (5, 2, 4, 1), (5, 4, 4, 1)],
            [0, 3, 1, 4, 2, 5],
        ),  # a grid
        ([(5, 0, 4, 9), (0, 0, 4, 4), (0, 5, 4, 4)], [1, 2, 0]),  # a side bar
        ([(0, 0, 9, 9), (1, 1, 2, 2), (1, 4, 2, 2)], [0, 1, 2]),  # boxes on a box
    ],
)
def test_reading_order(boxes: list[tuple[float, float, float, float]], order: list[int]) -> None:
    assert reading_order([Placed(*box, at) for at, box in enumerate(boxes)]) == order


def test_placeholders_stand_where_the_layout_puts_them() -> None:
    def fill(slide: Any) -> None:
        slide.shapes.title.text = "Mills"
        slide.placeholders[1].text_frame.text = "One\nTwo"
        _box(slide.shapes, "Above", 1, 4.2, height=0.1)

    assert _deck(fill, layout=1).text == "Mills\n\nAbove\n\nOne\nTwo"


def test_tables_keep_their_columns() -> None:
    def fill(slide: Any) -> None:
        table = slide.shapes.add_table(4, 3, Cm(1), Cm(1), Cm(9), Cm(4)).table
        for at, text in enumerate(["Town", "Sales", "", "", "North", "South", "Ulm", "", "7", "Bonn", "3", ""]):
            table.cell(at // 3, at % 3).text = text
        table.cell(0, 0).merge(table.cell(1, 0))
        table.cell(0, 1).merge(table.cell(0, 2))

    assert _deck(fill).text.split("\n") == ["Town | Sales | Sales", "Town | North | South", "Ulm | | 7", "Bonn | 3 |"]


def test_charts_say_their_values() -> None:
    def fill(slide: Any) -> None:
        data: Any = CategoryChartData(number_format="0%")  # type: ignore[no-untyped-call]
        data.categories = ["May", "June"]
        data.add_series("Flour", [0.4, None])
        data.add_series("Bran", [0.1, 0.2])
        chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(1), Cm(9), Cm(5), data).chart
        chart.has_title = True
        chart.chart_title.text_frame.text = "Sacks sold"
        chart.value_axis.has_title = True
        chart.value_axis.axis_title.text_frame.text = "Share"

    assert _deck(fill).text == "Sacks sold\n\nShare\n\n| Flour | Bran\nMay | 40% | 10%\nJune | | 20%"


def test_notes_hidden_shapes_and_numbers() -> None:
    def fill(slide: Any) -> None:
        _box(slide.shapes, "Seen", 1, 1)
        hidden = _box(slide.shapes, "Not seen", 1, 3)
        hidden._element.nvSpPr.cNvPr.set("hidden", "1")
        slide.notes_slide.notes_text_frame.text = "Say it slowly.\nThen stop."

    document = _deck(fill)
    assert document.text == "Seen\n\nSay it slowly.\n\nThen stop."
    assert left(document) == {"hidden text": (1, 2)}
    assert document.left[0].places == ("slide 1",)


def _made(shapes: str, **beside: str) -> Document:
    targets = {kind: (kind, f"{kind}.xml") for kind in beside}
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations({"r": ("officeDocument", "ppt/p.xml")}),
        "ppt/p.xml": named(
            "<p:presentation><p:sldIdLst><p:sldId id='256' r:id='a'/><p:sldId id='257' r:id='b'/>"
            "<p:sldId id='258' r:id='c'/></p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/p.xml.rels": relations({"a": ("slide", "s.xml"), "b": ("slide", "t.xml"), "c": ("slide", "s2.xml")}),
        "ppt/s.xml": named(f"<p:sld><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"),
        "ppt/s2.xml": named(
            f"<p:sld><p:cSld><p:spTree>{_shape('End')}{_shape('The house', 'ftr')}</p:spTree></p:cSld></p:sld>"
        ),
        "ppt/t.xml": "<p:sld><broken",
        "ppt/_rels/s.xml.rels": relations(targets),
    }
    return read(zipped(parts | {f"ppt/{kind}.xml": named(xml) for kind, xml in beside.items()}), "a.pptx")


def _shape(inner: str, kind: str = "") -> str:
    mark = f"<p:nvPr><p:ph type='{kind}'/></p:nvPr>" if kind else "<p:nvPr/>"
    said = inner if inner.startswith("<a:p>") else f"<a:p><a:r><a:t>{inner}</a:t></a:r></a:p>"
    return f"<p:sp><p:nvSpPr><p:cNvPr id='1'/>{mark}</p:nvSpPr><p:txBody>{said}</p:txBody></p:sp>"


def test_one_broken_slide_does_not_cost_the_others_and_feet_stand_once() -> None:
    slide = (
        _shape("Begin")
        + _shape("The house", "ftr")
        + _shape("<a:p><a:fld type='slidenum'><a:t>1</a:t></a:fld></a:p>", "sldNum")
    )
    document = _made(slide + "<p:pic><p:nvPicPr><p:cNvPr descr='A mill'/></p:nvPicPr></p:pic>")
    assert document.text == "Begin\n\nThe house\n\nEnd"
    assert left(document) == {"running head": (2, 3), "picture": (1, 2), "unreadable text": (1, 0)}


def test_diagrams_comments_layouts_and_equations() -> None:
    frame = (
        "<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm='diagramData'/>"
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )
    point = "<dgm:pt modelId='{}' type='{}'><dgm:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    link = "<dgm:cxn srcId='{}' destId='{}' srcOrd='{}'/>"
    data = (
        "<dgm:dataModel><dgm:ptLst>"
        + point.format(2, "node", "Grind")
        + point.format(1, "node", "Sow")
        + point.format(0, "doc", "")
    )
    data += f"</dgm:ptLst><dgm:cxnLst>{link.format(0, 1, 0)}{link.format(0, 2, 1)}</dgm:cxnLst></dgm:dataModel>"
    math = (
        "<a:p><a:r><a:t>So </a:t></a:r><mc:AlternateContent><mc:Choice><m:oMath><m:r>"
        "<m:t>a=2</m:t></m:r></m:oMath></mc:Choice><mc:Fallback><a:r><a:t>?</a:t></a:r>"
        "</mc:Fallback></mc:AlternateContent></a:p>"
    )
    document = _made(
        _shape(math) + frame,
        diagramData=data,
        comments="<p:cmLst><p:cm><p:text>Ask Anna first</p:text></p:cm></p:cmLst>",
        slideLayout=f"<p:sldLayout><p:cSld><p:spTree>{_shape('Mills of Ullvik')}</p:spTree></p:cSld></p:sldLayout>",
    )
    assert document.text.startswith("So a=2\n\nSow\nGrind\n\nEnd")
    assert {kind: left(document)[kind] for kind in ("comment", "running head", "equation")} == {
        "comment": (1, 3),
        "running head": (1, 3),
        "equation": (1, 0),
    }


def test_numbered_items_say_their_numbers() -> None:
    def item(text: str, about: str) -> str:
        return f"<a:p><a:pPr {about.split('|')[0]}>{about.partition('|')[2]}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>"

    auto = "|<a:buAutoNum type='{}'/>"
    items = item("Sow", auto.format("arabicPeriod")) + item("by hand", "lvl='1'" + auto.format("alphaLcParenR"))
    assert _made(_shape(items + item("Grind", auto.format("arabicPeriod")))).text.startswith(
        "1. Sow\na) by hand\n2. Grind"
    )
