"""Golden text beside made PDFs: columns, broken words, heads and feet, tables, headings, labels - and the way back."""

from __future__ import annotations

import io
from pathlib import Path

import making
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.errors import EmptySource, EncryptedSource, UnreadableSource
from rag.parsing import load_bytes
from rag.types import LoadedDocument

RIVER = (
    "The river rises in the northern hills and runs south for nine hundred kilometres before it meets the sea. "
    "Along its course it passes four provinces, and in each of them it bears another name. "
    "Nobody has ever counted the bridges that cross it."
)
TOWN = (
    "The town was founded by merchants who had tired of travelling. They built a wall first and a market later. "
    "Two centuries after its foundation it held twelve thousand people, most of whom could read. "
    "Its library burned down twice and was built anew both times."
)


def _read(data: bytes) -> LoadedDocument:
    loaded = load_bytes(data, "made.pdf")
    making.check(loaded)
    making.check_glyphs(data, loaded)
    return loaded


def _texts(loaded: LoadedDocument) -> list[tuple[str, str]]:
    return [(block.kind, loaded.document.text[slice(*block.span)]) for block in loaded.document.blocks]


def _paragraph(canvas: Canvas, text: str, x: float, y: float, width: float, size: float = 10) -> float:
    return making.column(canvas, x, y, making.wrapped(text, width, size), size=size)


def test_paragraphs_read_on_over_their_lines() -> None:
    def draw(canvas: Canvas) -> None:
        y = _paragraph(canvas, RIVER, 72, 700, 400)
        _paragraph(canvas, TOWN, 72, y - 10, 400)

    loaded = _read(making.pdf(draw))
    assert loaded.document.text == f"{RIVER}\n\n{TOWN}"
    assert [kind for kind, _ in _texts(loaded)] == ["paragraph", "paragraph"]


def test_paragraphs_told_apart_by_their_indent() -> None:
    def draw(canvas: Canvas) -> None:
        y = 700.0
        for text in (RIVER, TOWN):
            first, *rest = making.wrapped("mmm" + text, 400)
            y = making.column(canvas, 72 + 25, y, [first[3:]])
            y = making.column(canvas, 72, y, rest)

    assert _read(making.pdf(draw)).document.text == f"{RIVER}\n\n{TOWN}"


@pytest.mark.parametrize("row_by_row", [False, True], ids=["column by column", "row by row"])
def test_columns_are_read_one_after_the_other(row_by_row: bool) -> None:
    columns = [making.wrapped(RIVER, 160), making.wrapped(TOWN, 160)]

    def draw(canvas: Canvas) -> None:
        making.column(canvas, 72, 740, ["A title over both of the columns"], size=20)
        if row_by_row:
            for at in range(max(map(len, columns))):
                for number, lines in enumerate(columns):
                    making.column(canvas, 72 + 220 * number, 700 - 13 * at, lines[at : at + 1])
        else:
            for number, lines in enumerate(columns):
                making.column(canvas, 72 + 220 * number, 700, lines)

    loaded = _read(making.pdf(draw))
    assert loaded.document.text == f"A title over both of the columns\n\n{RIVER}\n\n{TOWN}"
    assert loaded.document.title == "A title over both of the columns"


def test_a_sentence_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    lines = making.wrapped(f"{RIVER} {TOWN}", 160)
    third = len(lines) // 3

    def first(canvas: Canvas) -> None:
        making.column(canvas, 72, 300, lines[:third])
        making.column(canvas, 300, 300, lines[third : 2 * third])

    def second(canvas: Canvas) -> None:
        making.column(canvas, 72, 700, lines[2 * third :])

    loaded = _read(making.pdf(first, second))
    assert loaded.document.text == f"{RIVER} {TOWN}"
    boundary = loaded.document.pages[1].span.start
    assert loaded.document.text[boundary:].startswith(lines[2 * third])


def test_heads_feet_and_page_numbers_do_not_stand_in_sentences() -> None:
    lines = making.wrapped(f"{RIVER} {TOWN} " * 3, 400)
    size = len(lines) // 4 + 1

    def page(number: int) -> making.Draw:
        def draw(canvas: Canvas) -> None:
            making.column(canvas, 72, 810, ["Annual Report of the River Commission"], size=9)
            making.column(canvas, 72, 700, lines[size * number : size * (number + 1)])
            making.column(canvas, 290, 30, [f"Page {number + 1} of 4"], size=9)

        return draw

    loaded = _read(making.pdf(*map(page, range(4))))
    assert loaded.document.text == f"{RIVER} {TOWN} " * 2 + f"{RIVER} {TOWN}"


def test_page_numbers_that_float_under_the_text_are_dropped_but_figures_are_not() -> None:
    def page(number: int) -> making.Draw:
        def draw(canvas: Canvas) -> None:
            y = _paragraph(canvas, f"Page of the year {1990 + number}. {RIVER}", 72, 700, 300 + 20 * number)
            making.column(canvas, 290, y - 60 * number - 30, [str(number + 1)])

        return draw

    text = _read(making.pdf(*map(page, range(5)))).document.text
    assert text == "\n\n".join(f"Page of the year {1990 + number}. {RIVER}" for number in range(5))


def test_words_broken_at_the_end_of_a_line() -> None:
    lines = [
        "The state-owned company is run by engi-",
        "neers, and another state-",
        "owned company by lawyers. A well-",
        "known Franco-",
        "German plan of 2019-",
        "2020 came to nothing.",
    ]
    text = _read(making.pdf(lambda canvas: making.column(canvas, 72, 700, lines) and None)).document.text
    assert text == (
        "The state-owned company is run by engineers, and another state-owned company by lawyers. "
        "A wellknown Franco-German plan of 2019-2020 came to nothing."
    )


def test_tables_are_rows() -> None:
    rows = [("Province", "2023", "2024"), ("Balochistan", "110", "171"), ("Khyber Pakhtunkhwa", "423", "651")]

    def draw(canvas: Canvas) -> None:
        _paragraph(canvas, RIVER, 72, 760, 400)
        for at, row in enumerate(rows):
            for x, cell in zip((72, 250, 330), row, strict=True):
                making.column(canvas, x, 600 - 15 * at, [cell])

    blocks = _texts(_read(making.pdf(draw)))
    assert blocks == [("paragraph", RIVER), *(("table", " ".join(row)) for row in rows)]


def test_lists_are_items() -> None:
    def draw(canvas: Canvas) -> None:
        making.column(canvas, 72, 700, ["There are three of them:"])
        making.column(
            canvas, 84, 680, ["• the first, which is told", "   on two lines,", "• the second, and", "• the third."]
        )

    assert _texts(_read(making.pdf(draw))) == [
        ("paragraph", "There are three of them:"),
        ("list", "• the first, which is told on two lines,"),
        ("list", "• the second, and"),
        ("list", "• the third."),
    ]


def test_headings_by_size_weight_and_number() -> None:
    def draw(canvas: Canvas) -> None:
        y = making.column(canvas, 72, 780, ["Rivers and Towns"], size=22)
        for name, text in (("1 Rivers", RIVER), ("2 Towns", TOWN)):
            y = making.column(canvas, 72, y - 20, [name], size=14, font=making.BOLD)
            y = making.column(canvas, 72, y - 8, [f"{name[0]}.1 In general"], size=10, font=making.BOLD)
            y = _paragraph(canvas, text, 72, y - 4, 400)

    document = _read(making.pdf(draw)).document
    assert document.title == "Rivers and Towns"
    assert [(document.text[slice(*b.span)][:14], b.heading) for b in document.blocks if b.kind == "paragraph"] == [
        ("The river rise", ("1 Rivers", "1.1 In general")),
        ("The town was f", ("2 Towns", "2.1 In general")),
    ]


def test_headings_by_the_outline() -> None:
    from pypdf import PdfWriter

    def page(title: str) -> making.Draw:
        return lambda canvas: _paragraph(canvas, RIVER, 72, making.column(canvas, 72, 700, [title]), 400) and None

    writer = PdfWriter(clone_from=io.BytesIO(making.pdf(page("Of mountains"), page("3. Of Rivers"))))
    part = writer.add_outline_item(title="Part One", page_number=0)
    writer.add_outline_item(title="Of rivers", page_number=1, parent=part)
    loaded = load_bytes(making.written(writer), "made.pdf")
    headings = [loaded.document.page_at(b.span.start).number for b in loaded.document.blocks if b.kind == "heading"]  # type: ignore[union-attr]
    assert headings == [2]


def test_an_outline_that_runs_in_circles_does_not_cost_the_document() -> None:
    from pypdf import PdfWriter
    from pypdf.generic import NameObject

    writer = PdfWriter(
        clone_from=io.BytesIO(making.pdf(lambda canvas: _paragraph(canvas, RIVER, 72, 700, 400) and None))
    )
    item = writer.add_outline_item(title="Round", page_number=0)
    item.get_object()[NameObject("/Next")] = item  # type: ignore[index]
    item.get_object()[NameObject("/First")] = item  # type: ignore[index]
    assert load_bytes(making.written(writer), "made.pdf").document.text == RIVER


def test_printed_labels() -> None:
    pages = [
        lambda canvas, text=text: _paragraph(canvas, text, 72, 700, 400) and None for text in (RIVER, TOWN, RIVER, TOWN)
    ]
    data = making.with_labels(making.pdf(*pages), (0, "/r", ""), (2, "/D", ""), (3, "/D", "A-"))
    assert [page.label for page in _read(data).document.pages] == ["i", "ii", "1", "A-1"]
    assert [page.label for page in _read(making.pdf(*pages)).document.pages] == ["1", "2", "3", "4"]


def test_pages_without_text_are_told() -> None:
    def blank(canvas: Canvas) -> None:
        canvas.rect(100, 100, 50, 50)

    loaded = _read(making.pdf(blank, lambda canvas: _paragraph(canvas, RIVER, 72, 700, 400) and None, blank))
    assert loaded.pages_without_text == (1, 3)
    with pytest.raises(EmptySource) as caught:
        load_bytes(making.pdf(blank, blank), "scan.pdf")
    assert caught.value.pages == (1, 2)
    assert "OCR" in caught.value.hint


def test_ligatures_keep_their_places() -> None:
    data = making.pdf(lambda canvas: making.column(canvas, 72, 700, ["The ﬁrst house on the ﬂoor."]) and None)
    loaded = _read(data)
    assert loaded.document.text in ("The first house on the floor.", "The ﬁrst house on the ﬂoor.")


def test_text_written_along_the_edge_does_not_stand_in_sentences() -> None:
    def draw(canvas: Canvas) -> None:
        lines = making.wrapped(RIVER, 400)
        making.column(canvas, 72, 700, lines[:2])
        canvas.saveState()
        canvas.rotate(90)
        making.column(canvas, 500, -30, ["A stamp along the edge"], size=16)
        canvas.restoreState()
        making.column(canvas, 72, 700 - 26, lines[2:])

    assert _read(making.pdf(draw)).document.text == f"{RIVER}\n\nA stamp along the edge"


def test_passwords() -> None:
    data = making.pdf(lambda canvas: _paragraph(canvas, RIVER, 72, 700, 400) and None)
    assert _read(making.encrypted(data, "")).document.text == RIVER
    with pytest.raises(EncryptedSource) as caught:
        load_bytes(making.encrypted(data, "secret"), "locked.pdf")
    assert "password" in str(caught.value)


@pytest.mark.parametrize("cut", [20, 600])
def test_what_cannot_be_opened_is_refused(cut: int) -> None:
    data = making.pdf(lambda canvas: _paragraph(canvas, RIVER, 72, 700, 400) and None)
    with pytest.raises(UnreadableSource) as caught:
        load_bytes(data[:cut], "broken.pdf")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("Of Rivers", "Of Rivers"),
        ("Microsoft Word - rivers.doc", ""),
        ("untitled", ""),
        ("rivers.pdf", ""),
        ("0001-22-16", ""),
    ],
)
def test_titles_of_programs_and_files_are_not_the_documents(told: str, title: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setTitle(told)
        _paragraph(canvas, RIVER, 72, 700, 400)

    assert _read(making.pdf(draw)).document.title == title


def test_real_reports(shared: Path) -> None:
    for path in sorted((shared / "sources/reports").glob("*.pdf")):
        _read(path.read_bytes())
    document = _read((shared / "sources/reports/tracemonkey.pdf").read_bytes()).document
    assert document.title == "Trace-based Just-in-Time Type Specialization for Dynamic Languages"
    golden = (
        "Dynamic languages such as JavaScript are more difficult to compile than statically typed ones. Since no "
        "concrete type information is available, traditional compilers need to emit generic code that can handle all "
        "possible type combinations at runtime. We present an alternative compilation technique for "
        "dynamically-typed languages"
    )
    assert golden in document.text
    across = "the de facto standard for client-side web programming and is used for the application logic of browser"
    assert across in document.text
    report = _read((shared / "sources/reports/lyft_2021.pdf").read_bytes())
    assert len(report.document.pages) == 238
    start = report.document.text.index("Net loss $ (1,009,359) $ (1,752,857) $ (2,602,241)")
    assert report.document.page_at(start) is not None
