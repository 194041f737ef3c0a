"""Office files made for the tests from their own XML, so that a test can say what Word or Excel would write."""

from __future__ import annotations

import io
import re
import zipfile

from rag.parsing import load_bytes
from rag.types import Document

_OFFICE = "http://schemas.openxmlformats.org"
_NAMES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "w": f"{_OFFICE}/wordprocessingml/2006/main",
        "r": f"{_OFFICE}/officeDocument/2006/relationships",
        "m": f"{_OFFICE}/officeDocument/2006/math",
        "mc": f"{_OFFICE}/markup-compatibility/2006",
        "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "a": f"{_OFFICE}/drawingml/2006/main",
        "pic": f"{_OFFICE}/drawingml/2006/picture",
        "c": f"{_OFFICE}/drawingml/2006/chart",
        "dgm": f"{_OFFICE}/drawingml/2006/diagram",
        "p": f"{_OFFICE}/presentationml/2006/main",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
Parts = dict[str, tuple[str, str]]  # id of a relation -> its type, the part's XML


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """An archive of the parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def named(xml: str) -> str:
    """A part: its root knows every prefix of Office."""
    return re.sub(r"<([\w:]+)", rf"<\1 {_NAMES}", xml, count=1)


def relations(targets: dict[str, tuple[str, str]]) -> str:
    """The relations of a part: id -> type, target."""
    rows = (
        f'<Relationship Id="{key}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">{"".join(rows)}</Relationships>'


def word(body: str, **beside: str) -> bytes:
    """A DOCX of a body's XML; `beside` are further parts by their kind: `footnotes`, `styles`, `header`, `chart`."""
    targets = {kind: (kind.rstrip("0123456789"), f"{kind}.xml") for kind in beside}
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations({"r": ("officeDocument", "word/document.xml")}),
        "word/document.xml": named(f"<w:document><w:body>{body}</w:body></w:document>"),
        "word/_rels/document.xml.rels": relations(targets),
    }
    return zipped(parts | {f"word/{kind}.xml": named(xml) for kind, xml in beside.items()})


def run(text: str, properties: str = "") -> str:
    """A run of Word's."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*inner: str, properties: str = "") -> str:
    """A paragraph of Word's; what is no XML becomes a run."""
    said = "".join(one if one.startswith("<") else run(one) for one in inner)
    return f"<w:p><w:pPr>{properties}</w:pPr>{said}</w:p>"


def row(*cells: str) -> str:
    """A row of Word's; a cell is a text or its own XML."""
    said = "".join(one if one.startswith("<w:") else f"<w:tc>{par(one)}</w:tc>" for one in cells)
    return f"<w:tr>{said}</w:tr>"


def read(data: bytes, name: str) -> Document:
    """The document of a file."""
    return load_bytes(data, name).document


def left(document: Document) -> dict[str, tuple[int, int]]:
    """What was left out: by kind its count and words."""
    return {one.kind: (one.count, one.words) for one in document.left}
