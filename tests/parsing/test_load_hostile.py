"""Files built or broken to do harm: each ends as a document or as one clear sentence, and leaves nothing behind."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import making
import psutil
import pytest

from rag.errors import SourceError
from rag.parsing import Limits, load_files
from rag.types import LoadedDocument, OcrProgress

LIMITS = Limits(seconds=20, memory_mb=1024, characters=5_000_000)


def _zip(**parts: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return file.getvalue()


def _pdf_bomb() -> bytes:
    """A page whose content unpacks from a few hundred kilobytes to hundreds of megabytes of text."""
    packed = zlib.compress(b"BT /F1 9 Tf (boom) Tj ET " * 12_000_000, 9)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%bendobj\n" % (at, part) for at, part in enumerate(parts, 1))
    return body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


def _laughs() -> str:
    entities = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10 if at else "ha"}">' for at in range(12))
    return f"<!DOCTYPE a [{entities}]><a>&a11;</a>"


def _made() -> dict[str, bytes]:
    many = 100_000
    return {
        "bomb.docx": _zip(word__document_dot_xml=bytes(400 << 20)),
        "bomb.epub": _zip(META_INF__container_dot_xml=bytes(400 << 20)),
        "bomb.pdf": _pdf_bomb(),
        "laughs.odt": _zip(content_dot_xml=_laughs()),
        "laughs.xhtml": _laughs().encode(),
        "laughs.xlsx": _zip(xl__workbook_dot_xml=_laughs()),
        "deep.html": b"<div>" * many + b"hello",
        "deep.md": b"> " * many + b"a",
        "links.md": b"[a](" * many,
        "comments.md": b"<!--" * many,
        "lines.txt": b"a\n" * many * 5,
        "spaces.txt": b" " * many + b"a" + b"\t" * many + b"b",
        "quotes.csv": b'""a"' * many,
        "deep.ipynb": b'{"cells":' + b"[" * many,
        "header.eml": b"From: a\nSubject: " + b"=?utf-8?q?a?= " * 5000 + b"\n\nbody",
        "deep.rtf": b"{\\rtf1" + b"{" * many,
        "cut.pptx": _zip(ppt__presentation_dot_xml="<a/>")[:60],
    }


def _all_end(files: list[tuple[Path, str]], limits: Limits) -> dict[str, LoadedDocument | SourceError]:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    results = {at: got for at, got in load_files(files, limits=limits) if not isinstance(got, OcrProgress)}
    assert set(results) == {relative for _, relative in files}
    assert not [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    for relative, result in results.items():
        if isinstance(result, SourceError):
            assert result.message.endswith("."), relative
            assert len(result.message) < 200, relative
            assert result.hint, relative
            assert "Traceback" not in result.message, relative
        else:
            assert len(result.document.text) <= limits.characters
            making.check(result)
    return results


def test_made_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    files = []
    for name, data in _made().items():
        (tmp_path / name).write_bytes(data)
        files.append((tmp_path / name, name))
    results = _all_end(files, LIMITS)
    assert not list(temporary.iterdir())
    for name in ("bomb.docx", "bomb.epub", "bomb.pdf", "laughs.odt", "cut.pptx"):
        assert isinstance(results[name], SourceError), name
    for name in ("deep.md", "comments.md", "lines.txt", "spaces.txt", "quotes.csv"):
        assert isinstance(results[name], LoadedDocument), name


def test_every_odd_file_ends(shared: Path) -> None:
    """The 665 public test files of several readers: fuzzed, circular, encrypted, truncated, of every encoding."""
    root = shared / "files"
    files = [(path, path.relative_to(root).as_posix()) for path in sorted(root.rglob("*")) if path.is_file()]
    results = _all_end(files, Limits(seconds=60))
    broken = [
        name for name, result in results.items() if isinstance(result, SourceError) and "failed over" in str(result)
    ]
    assert not broken, "errors of libraries that our readers do not know"
    assert sum(isinstance(result, LoadedDocument) for result in results.values()) > len(files) / 2


def test_the_glyphs_of_odd_pdfs_lead_back(shared: Path) -> None:
    """Of every tenth PDF: each visible character of the text is the character of the page that it points to."""
    paths = sorted((shared / "files").rglob("*.pdf"))[::10]
    results = dict(load_files([(path, f"{at}.pdf") for at, path in enumerate(paths)]))
    assert sum(isinstance(result, LoadedDocument) and bool(result.glyphs) for result in results.values()) > 10
    for at, path in enumerate(paths):
        result = results[f"{at}.pdf"]
        if isinstance(result, LoadedDocument) and result.glyphs:
            making.check_glyphs(path.read_bytes(), result)
