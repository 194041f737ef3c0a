"""Books: chapters in the order of the spine, notes out of the sentences, and what is not read told."""

from __future__ import annotations

import making
import pytest
from office_files import zipped

from rag.parsing import load_bytes
from rag.types import Document

_CONTAINER = '<container><rootfile full-path="in/p.opf"/></container>'


def _book(spine: list[str], **files: str) -> Document:
    items = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml" properties="{name}"/>'
        for name in files
    )
    order = "".join(f'<itemref idref="{name}"/>' for name in spine)
    parts: dict[str, str | bytes] = {
        "META-INF/container.xml": _CONTAINER,
        "in/p.opf": (
            f"<package><manifest>{items}<item id='gone' href='gone.xhtml'/></manifest><spine>{order}</spine></package>"
        ),
    }
    head = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
    loaded = load_bytes(
        zipped(parts | {f"in/{name}.xhtml": f"{head}{body}</body></html>" for name, body in files.items()}), "a.epub"
    )
    making.check(loaded)
    return loaded.document


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        (
            '<a epub:type="noteref" href="#n">1</a>',
            '<aside epub:type="footnote" id="n"><p>Since 1788.</p></aside>',
        ),
        (
            '<sup><a href="#n">1</a></sup>',
            '<ol><li id="n"><p>Since 1788. <a href="#back">↩</a></p></li></ol>',
        ),
        (
            '<a role="doc-noteref" href="a.xhtml#n"><sup>1</sup></a>',
            '<div id="n" role="doc-footnote"><p><a href="#r">1</a>. Since 1788.</p></div>',
        ),
    ],
)
def test_notes_follow_their_paragraph(mark: str, note: str) -> None:
    document = _book(["a"], a=f"<p>The rent is 12,500{mark} crowns&nbsp;a year.</p><p>It is late.</p>{note}<p>End.</p>")
    said = [" ".join(line.split()) for line in document.text.split("\n\n")]
    assert said == ["The rent is 12,500 crowns a year.", "(1) Since 1788.", "It is late.", "End."]


def test_a_mark_whose_note_is_elsewhere_runs_into_no_figure() -> None:
    document = _book(
        ["a", "b"], a='<p>It is 12,500<sup><a href="b.xhtml#n">3</a></sup>.</p>', b='<p id="n">3 Since 1788.</p>'
    )
    assert document.text == "It is 12,500 (3).\n\n3 Since 1788."


def test_what_is_not_on_the_way_is_told() -> None:
    document = _book(
        ["a", "gone"],
        a='<p>Text.<img src="a.png" alt="A mill"/></p>',
        nav="<nav><ol><li>One chapter</li></ol></nav>",
        more="<p>Beside it all</p>",
    )
    assert document.text == "Text."
    assert {one.kind: (one.words, one.places) for one in document.left} == {
        "picture": (2, ("in/a.xhtml",)),
        "unreadable text": (0, ("in/gone.xhtml",)),
        "navigation": (2, ("in/nav.xhtml",)),
        "attachment": (3, ("in/more.xhtml",)),
    }
