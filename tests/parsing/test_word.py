"""Word: no word is missing from a sentence, and what is left out is told."""

from __future__ import annotations

import io
import zipfile

import making
import pytest
from office_files import left, par, read, row, run, word, zipped

from rag.parsing import load_bytes
from rag.types import Document

_TABLE = "<w:tbl>{}</w:tbl>"
_BOX = "<wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx>"


def _read(body: str, **beside: str) -> Document:
    loaded = load_bytes(word(body, **beside), "a.docx")
    making.check(loaded)
    return loaded.document


def _control(inner: str) -> str:
    return f'<w:sdt><w:sdtPr><w:alias w:val="x"/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>'


@pytest.mark.parametrize(
    "inner",
    [
        _control(run("Gerda Holm")),
        _control(_control(run("Gerda ") + _control(run("Holm")))),
        f'<w:smartTag w:element="name">{run("Gerda")}<w:smartTag>{run(" Holm")}</w:smartTag></w:smartTag>',
        f'<w:customXml w:element="name"><w:customXmlPr/>{run("Gerda Holm")}</w:customXml>',
        f'<w:ins w:id="1">{run("Gerda Holm")}</w:ins>',
        f'<w:moveTo w:id="1">{run("Gerda Holm")}</w:moveTo>',
        f'<w:hyperlink r:id="x">{run("Gerda")}<w:ins>{run(" Holm")}</w:ins></w:hyperlink>',
        f"<w:ins>{_control(run('Gerda Holm'))}</w:ins>",
        f'<w:dir w:val="ltr"><w:bdo w:val="ltr">{run("Gerda Holm")}</w:bdo></w:dir>',
        f'<w:fldSimple w:instr=" REF tenant ">{run("Gerda Holm")}</w:fldSimple>',
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("Gerda Holm")}<w:r><w:fldChar '
        'w:fldCharType="end"/></w:r>',
        f"<w:unheardOf>{run('Gerda Holm')}</w:unheardOf>",
    ],
)
def test_no_word_of_a_sentence_is_missing(inner: str) -> None:
    document = _read(par("The tenant is ", inner, ", the landlord is the parish."))
    assert document.text == "The tenant is Gerda Holm, the landlord is the parish."
    assert document.left == ()


@pytest.mark.parametrize("name", ["del", "moveFrom"])
def test_deletions_are_told(name: str) -> None:
    gone = f'<w:{name} w:id="1"><w:r><w:delText>nine thousand </w:delText></w:r></w:{name}>'
    document = _read(
        par("Rent", properties='<w:outlineLvl w:val="0"/>')
        + par(
            "The rent is ", f'<w:hyperlink r:id="x">{gone}</w:hyperlink>', f"<w:ins>{run('11,400 ')}</w:ins>", "crowns."
        )
        + _TABLE.format(
            row("Month", "Flour")
            + row("May", f"<w:tc>{par('3', gone, '10')}</w:tc>")
            + f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{par('June 5')}</w:tc></w:tr>"
        )
    )
    assert document.text == "Rent\n\nThe rent is 11,400 crowns.\n\nMonth | Flour\nMay | 310"
    assert left(document) == {"tracked deletion": (3, 6)}
    assert document.left[0].places == ("Rent",)


def test_a_paragraph_whose_end_was_deleted_goes_on() -> None:
    document = _read(par("One half ", properties="<w:rPr><w:del/></w:rPr>") + par("and the other."))
    assert document.text == "One half and the other."


def test_boxes_stand_once_and_after_their_paragraph() -> None:
    shape = (
        f"<wpg:wgp><wpg:grpSp><wps:wsp>{_BOX.format(par('In the box.') + par('Twice.'))}"
        "</wps:wsp></wpg:grpSp></wpg:wgp>"
    )
    old = (
        f"<w:pict><v:group><v:shape><v:textbox><w:txbxContent>{par('In the box.')}"
        "</w:txbxContent></v:textbox></v:shape></v:group></w:pict>"
    )
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wpg'><w:drawing>{shape}</w:drawing>"
        f"</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert _read(par("The keys ", both, "hang here.")).text == "The keys hang here.\n\nIn the box.\n\nTwice."
    only = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='x'><w:x/></mc:Choice><mc:Fallback>"
        f"{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert _read(par("The keys ", only, "hang here.")).text == "The keys hang here.\n\nIn the box."


def test_notes_follow_their_paragraph() -> None:
    mark = "<w:r><w:{0}Reference w:id='{1}'/></w:r>"
    body = par("The rent", mark.format("footnote", 2), " is due", mark.format("endnote", 1), " in May.") + par(
        "It is late."
    )
    body += _TABLE.format(row("Mill", f"<w:tc>{par('closed', mark.format('footnote', 3))}</w:tc>"))
    footnotes = (
        f"<w:footnotes><w:footnote w:type='separator' w:id='0'>{par('no')}</w:footnote>"
        f"<w:footnote w:id='2'>{par('<w:r><w:footnoteRef/></w:r>', ' Since 1788.')}{par('And before.')}</w:footnote>"
        f"<w:footnote w:id='3'>{par('In winter.')}</w:footnote><w:footnote w:id='9'>"
        f"{par('Nobody asks.')}</w:footnote></w:footnotes>"
    )
    document = _read(
        body,
        footnotes=footnotes,
        endnotes=f"<w:endnotes><w:endnote w:id='1'>{par('By custom.')}</w:endnote></w:endnotes>",
    )
    assert document.text.split("\n\n") == [
        "The rent is due in May.",
        "(1) Since 1788.",
        "And before.",
        "(i) By custom.",
        "It is late.",
        "Mill | closed",
        "(2) In winter.",
    ]
    assert left(document) == {"hidden text": (1, 2)}


def test_cells_keep_their_columns() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{par(text)}</w:tc>"

    rows = row(cell("Town", "<w:vMerge w:val='restart'/>"), cell("Sales", "<w:gridSpan w:val='2'/>"))
    rows += row(cell("", "<w:vMerge/>"), cell("North"), cell("South"))
    rows += _control(row("Ulm", _control(cell("")), cell("7"))) + row("Bonn", "3", "")
    rows += f"<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>{cell('a | b')}{cell('c')}</w:tr>"
    document = _read(_TABLE.format(rows))
    assert document.text.split("\n") == [
        "Town | Sales | Sales",
        "Town | North | South",
        "Ulm | | 7",
        "Bonn | 3 |",
        "| a|b | c",
    ]


def test_tables_within_tables() -> None:
    inner = _TABLE.format(row("Millstones", "three"))
    document = _read(
        _TABLE.format(row("Equipment", f"<w:tc>{par('see')}{inner}{par('below')}</w:tc>") + row("Wheel", "one"))
    )
    assert document.text == "Equipment | see below\nMillstones | three\nWheel | one"
    framed = _read(_TABLE.format(f"<w:tr><w:tc>{par('A frame.')}{par('Two lines.')}{inner}</w:tc></w:tr>"))
    assert framed.text == "A frame.\n\nTwo lines.\n\nMillstones | three"


def test_heads_and_feet_stand_once() -> None:
    page = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    page += run("7") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header1"/><w:headerReference '
        'w:type="first" r:id="header2"/>'
    )
    section += '<w:footerReference w:type="default" r:id="footer1"/></w:sectPr>'
    document = _read(
        par("One.", properties=section) + par("Two.") + section,
        header1=f"<w:hdr>{par('Contract 77')}</w:hdr>",
        header2=f"<w:hdr>{par('Never shown')}</w:hdr>",
        footer1=f"<w:ftr>{par('Page ', page)}</w:ftr>",
    )
    assert document.text.split("\n\n") == ["Contract 77", "One.", "Two."]
    assert left(document)["running head"] == (1, 2)


def test_small_things_in_a_run() -> None:
    inner = (
        "<w:r><w:t>twenty</w:t><w:noBreakHyphen/><w:t>one</w:t><w:tab/><w:t>mil</w:t>"
        "<w:softHyphen/><w:t>ler</w:t><w:br/>"
    )
    inner += "<w:sym w:font='Wingdings' w:char='F0FC'/><w:sym w:font='Symbol' w:char='F061'/></w:r>"
    inner += (
        "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>とう</w:t></w:r></w:rt><w:rubyBase><w:r>"
        "<w:t>東</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    inner += (
        "<w:r><w:ruby><w:rt><w:r><w:t>きょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>京</w:t>"
        "</w:r></w:rubyBase></w:ruby></w:r>"
    )
    assert _read(par(inner)).text == "twenty-one miller\n✓α東京(とうきょう)"


def test_what_is_hidden_commented_or_drawn_is_told() -> None:
    styles = (
        "<w:styles><w:style w:type='character' w:styleId='H'><w:name w:val='h'/><w:rPr>"
        "<w:vanish/></w:rPr></w:style></w:styles>"
    )
    picture = (
        "<w:r><w:drawing><wp:inline><wp:docPr id='1' name='p' descr='A mill by a river'/>"
        "<a:graphic><pic:pic/></a:graphic></wp:inline></w:drawing></w:r>"
    )
    body = par(
        "Seen",
        run(" not seen", "<w:vanish/>"),
        run(" nor this", "<w:rStyle w:val='H'/>"),
        run(" again.", "<w:vanish w:val='0'/>"),
    )
    body += par(
        "A word",
        "<w:r><w:commentReference w:id='4'/></w:r>",
        picture,
        "<w:r><w:object><o:OLEObject ProgID='Excel.Sheet'/></w:object></w:r>",
    )
    document = _read(
        body,
        styles=styles,
        comments=f"<w:comments><w:comment w:id='4'>{par('Ask Anna first')}</w:comment></w:comments>",
    )
    assert document.text == "Seen again.\n\nA word"
    assert left(document) == {"hidden text": (1, 4), "comment": (1, 3), "picture": (1, 5), "attachment": (1, 0)}


def test_equations_leave_their_text_or_a_mark() -> None:
    square = (
        "<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    part = (
        "<m:oMathPara><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r>"
        "<m:t>2</m:t></m:r></m:den></m:f></m:oMath></m:oMathPara>"
    )
    old = "<w:r><w:object><o:OLEObject ProgID='Equation.3'/></w:object></w:r>"
    document = _read(par("Here ", square, " grows.") + par(part) + par("As ", old, " says."))
    assert document.text.split("\n\n") == ["Here x^2 grows.", "(a+b)/2", "As [equation] says."]
    assert left(document) == {"equation": (3, 0)}


def test_a_chart_says_its_values() -> None:
    def points(name: str, *values: str, code: str = "") -> str:
        said = "".join(f"<c:pt idx='{at}'><c:v>{value}</c:v></c:pt>" for at, value in enumerate(values))
        return f"<c:{name}>{code}{said}</c:{name}>"

    code = "<c:formatCode>0%</c:formatCode>"
    series = (
        f"<c:ser><c:tx><c:strRef>{points('strCache', 'Share')}</c:strRef></c:tx><c:cat>"
        f"<c:strRef>{points('strCache', 'May', 'June')}</c:strRef></c:cat>"
    )
    series += f"<c:val><c:numRef>{points('numCache', '0.4', '0.65', code=code)}</c:numRef></c:val></c:ser>"
    chart = (
        "<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Flour</a:t></a:r></a:p>"
        f"</c:rich></c:tx></c:title><c:plotArea>{series}</c:plotArea></c:chart></c:chartSpace>"
    )
    inline = (
        "<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><c:chart r:id='chart1'/>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    assert (
        _read(par("See ", inline, "here."), chart1=chart).text == "See here.\n\nFlour\n\n| Share\nMay | 40%\nJune | 65%"
    )


def test_the_numbers_that_word_prints() -> None:
    levels = "".join(
        f"<w:lvl w:ilvl='{at}'><w:start w:val='1'/><w:numFmt w:val='{form}'/><w:lvlText w:val='{text}'/></w:lvl>"
        for at, (form, text) in enumerate([("decimal", "Article %1"), ("decimal", "%1.%2"), ("lowerLetter", "(%3)")])
    )
    numbering = (
        f"<w:numbering><w:abstractNum w:abstractNumId='7'>{levels}</w:abstractNum><w:num "
        "w:numId='1'><w:abstractNumId w:val='7'/></w:num></w:numbering>"
    )
    styles = (
        "<w:styles><w:style w:type='paragraph' w:styleId='A'><w:name w:val='heading 1'/>"
        "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style></w:styles>"
    )

    def item(text: str, at: int) -> str:
        return par(text, properties=f"<w:numPr><w:ilvl w:val='{at}'/><w:numId w:val='1'/></w:numPr>")

    head = "<w:pStyle w:val='A'/>"
    body = (
        par("Terms", properties=head)
        + par("Rent", properties=head)
        + item("It is due.", 1)
        + item("In May.", 2)
        + item("Late.", 2)
    )
    document = _read(body + item("It grows.", 1) + item("By half.", 2), styles=styles, numbering=numbering)
    assert document.text.replace("\n\n", "\n").split("\n") == [
        "Article 1 Terms",
        "Article 2 Rent",
        "2.1 It is due.",
        "(a) In May.",
        "(b) Late.",
        "2.2 It grows.",
        "(a) By half.",
    ]


def test_rows_that_are_hidden_are_told() -> None:
    hidden = f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{par('June 5')}</w:tc></w:tr>"
    document = _read(_TABLE.format(row("Month", "Flour") + hidden + row("May", "3")))
    assert document.text == "Month | Flour\nMay | 3"
    assert left(document) == {"hidden row": (1, 2)}


@pytest.mark.parametrize(
    "inner",
    ["<html><body><p>Taken in.</p></body></html>", "{\\rtf1 Taken in.\\par}", word(par("Taken in."))],
    ids=["html", "rtf", "docx"],
)
def test_files_that_a_document_takes_in_are_read(inner: str | bytes) -> None:
    whole = word(par("Before.") + "<w:altChunk r:id='aFChunk'/>" + par("After."), aFChunk="<x/>")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    document = read(zipped(parts | {"word/aFChunk.xml": inner}), "a.docx")
    assert document.text == "Before.\n\nTaken in.\n\nAfter."
    assert left(read(whole, "a.docx")) == {"attachment": (1, 0)}


def test_fields_within_fields_and_forms() -> None:
    step = '<w:r><w:fldChar w:fldCharType="{}">{}</w:fldChar></w:r>'
    begin, separate, end = (step.format(name, "") for name in ("begin", "separate", "end"))
    inner = f"{begin}<w:r><w:instrText>X</w:instrText></w:r>{separate}{run('code')}{end}"
    entries = (
        '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="no"/><w:listEntry '
        'w:val="yes"/></w:ddList></w:ffData>'
    )
    document = _read(
        par("It is ", begin, inner, separate, run("115"), end, ", ", step.format("begin", entries), end, ".")
    )
    assert document.text == "It is 115, yes."
    assert left(document) == {"hidden text": (1, 1)}


def test_a_damaged_part_does_not_cost_the_document() -> None:
    document = read(
        word(par("Whole.", "<w:r><w:footnoteReference w:id='1'/></w:r>"), footnotes="<w:footnotes><w:broken"), "a.docx"
    )
    assert document.text == "Whole."
    assert [(one.kind, one.places) for one in document.left] == [("unreadable text", ("word/footnotes.xml",))]
