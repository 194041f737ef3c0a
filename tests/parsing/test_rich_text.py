"""RTF: notes out of the sentences, cells under their heads, letters of every code page, and what is left out told."""

from __future__ import annotations

import making
import pytest
from office_files import left

from rag.parsing import load_bytes
from rag.types import Document


def _read(body: str, head: str = r"\ansi\ansicpg1252") -> Document:
    loaded = load_bytes(b"{\\rtf1" + f"{head} {body}}}".encode("latin-1"), "a.rtf")
    making.check(loaded)
    return loaded.document


def test_notes_follow_their_paragraph() -> None:
    note = r"{\super\chftn}{\footnote\pard{\super\chftn} Since 1788.\par And before.}"
    document = _read(rf"The rent{note} is {{\b due{note}}}.\par It is late.\par")
    assert document.text.split("\n\n") == [
        "The rent is due.",
        "(1) Since 1788.",
        "And before.",
        "(2) Since 1788.",
        "And before.",
        "It is late.",
    ]


def test_changes_comments_and_hidden_words_are_told() -> None:
    document = _read(
        r"The rent is {\deleted nine thousand }{\revised 11,400} crowns{\v or "
        r"less}{\*\annotation{\*\atnid BO}Ask Anna first}"
        r"\deleted , perhaps\deleted0 .{\*\bkmkstart here}{\xe {\v rent}}{\pict\pngblip "
        r"89504e47}{\object{\*\objclass Excel.Sheet.8}{\*\objdata 0105}}\par"
    )
    assert document.text == "The rent is 11,400 crowns."
    assert left(document) == {
        "tracked deletion": (2, 3),
        "hidden text": (1, 2),
        "picture": (1, 0),
        "attachment": (1, 0),
        "comment": (1, 3),
    }


def test_boxes_stand_once_and_after_their_paragraph() -> None:
    box = (
        r"{\shp{\*\shpinst\shpleft0{\sp{\sn fFlip}{\sv 0}}{\shptxt In the box.\par "
        r"Twice.\par}}{\shprslt{\*\do{\dptxbxtext In the box.}}}}"
    )
    assert _read(rf"The keys {box}hang here.\par").text.split("\n\n") == [
        "The keys hang here.",
        "In the box.",
        "Twice.",
    ]


def test_fields_give_their_result() -> None:
    link = r'{\field{\*\fldinst{HYPERLINK "https://example.org"}}{\fldrslt{\ul the charter}}}'
    assert _read(rf"See {link} of 1342.\par").text == "See the charter of 1342."


def test_tables_keep_their_columns() -> None:
    def row(cells: str, merges: tuple[str, ...] = ("", "", "")) -> str:
        said = "".join(rf"\pard\intbl {cell}\cell" for cell in cells.split("|"))
        return (
            rf"\trowd{''.join(f'{merge}' + chr(92) + f'cellx{at}00' for at, merge in enumerate(merges, 1))}{said}\row "
        )

    body = row("Town|Sales|", (r"\clvmgf", r"\clmgf", r"\clmrg")) + row("|North|South", (r"\clvmrg", "", ""))
    body += row("Ulm||7") + row(r"Bonn|3\par or 4|") + r"\pard After.\par"
    assert _read(body).text.split("\n") == [
        "Town | Sales | Sales",
        "Town | North | South",
        "Ulm | | 7",
        "Bonn | 3 or 4 |",
        "",
        "After.",
    ]


def test_tables_within_tables() -> None:
    inner = r"\pard\intbl\itap2 Millstones\nestcell three\nestcell{\*\nesttableprops\trowd\cellx50\cellx90\nestrow}"
    body = rf"\trowd\cellx100\cellx200\pard\intbl Equipment\cell {inner}\pard\intbl see above\cell\row\pard After.\par"
    assert _read(body).text == "Equipment | see above\nMillstones | three\n\nAfter."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}}\f0 Caf\'e9 {\f1 \'cc\'e8\'f0}", "Café Мир"),
        (r"{\fonttbl{\f2\fcharset128 MS Mincho;}}\f2 \'93\'8c\'8b\'9e", "東京"),
        (r"{\fonttbl{\f2\fcharset128 MS Mincho;}}\f2 \'83\'5c", "ソ"),
        ("{\\fonttbl{\\f2\\fcharset128 MS Mincho;}}\\f2 \\'83\\\\", "ソ"),
        (r"\uc1 \u322?\u243?d\u378?", "łódź"),
        (r"\uc2 \u-10179\'3f\'3f\u-8704\'3f\'3f", "😀"),
        (r"{\upr{Lodz}{\*\ud{\u321?\'f3d\u378?}}}", "Łódź"),
        (r"{\fonttbl{\f3\fcharset2 Symbol;}}{\f3 a\'62}", "aβ"),
        (r"twenty\_one\~mil\-ler\line \ldblquote x\rdblquote", "twenty-one miller\n“x”"),
        (r"{\pict\bin4 {{{{}Whole", "Whole"),
    ],
)
def test_letters(body: str, said: str) -> None:
    assert _read(body + r" \par").text == said


def test_headings_lists_and_what_the_file_says_of_itself() -> None:
    head = (
        r"\ansi{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s7\outlinelevel1 "
        r"Clause;}}{\info{\title Of Mills}{\author B}{\creatim\yr2024\mo5\dy4}}"
    )
    body = (
        r"\pard\s1 Terms\par\pard\s7 Rent\par\pard{\listtext 1.\tab}\ls1 Due.\par{\listtext "
        r"2.\tab}\ls1 Paid.\par\pard Text.\par"
    )
    document = _read(body, head)
    assert (document.title, document.date) == ("Of Mills", "2024-05-04")
    assert [(block.kind, document.text[slice(*block.span)], block.heading) for block in document.blocks] == [
        ("heading", "Terms", ()),
        ("heading", "Rent", ("Terms",)),
        ("list", "1. Due.", ("Terms", "Rent")),
        ("list", "2. Paid.", ("Terms", "Rent")),
        ("paragraph", "Text.", ("Terms", "Rent")),
    ]


def test_heads_and_feet_stand_once() -> None:
    document = _read(
        r"{\header Contract 77\par}{\headerf Contract 77\par}{\footer Page {\field{\*\fldinst "
        r"PAGE}{\fldrslt \chpgn 1}}\par}Text.\par"
    )
    assert document.text == "Contract 77\n\nText."
    assert left(document) == {"running head": (1, 2)}


def test_equations_leave_their_words_or_a_mark() -> None:
    body = r"So {\mmath{\*\moMath{\mr a=2}}} and {\object{\*\objclass Equation.3}{\*\objdata 01}}.\par"
    document = _read(body)
    assert document.text == "So a=2 and [equation]."
    assert left(document) == {"equation": (2, 0)}
