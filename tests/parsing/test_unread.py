"""A file that no reader is for is refused with what it is and what to do, wherever it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UnsupportedSource
from rag.indexing.plan import make_plan, scan
from rag.parsing import load_bytes
from rag.parsing.formats import READERS
from rag.parsing.unread import _KINDS, unsupported

KINDS = {
    "letter.doc": ".docx",
    "Letter.DOC": ".docx",
    "costs.xlsb": ".xlsx",
    "costs.fods": ".ods",
    "talk.ppt": ".pptx",
    "talk.odp": "PDF",
    "all.zip": "Unpack",
    "all.tar.gz": "Unpack",
    "essay.pages": "Export it as Word",
    "sums.numbers": "Export it as Excel",
    "talk.key": "PowerPoint",
    "scan.png": "OCR",
    "photo.JPG": "OCR",
    "photo.heic": "OCR",
    "fax.tiff": "OCR",
    "mail.pst": ".eml",
    "old.djvu": "PDF",
    "novel.mobi": "EPUB",
    "talk.mp3": "text",
    "film.mp4": "text",
    "what.xyz": "PDF or DOCX",
    "README": "PDF or DOCX",
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_a_hint_of_its_own(name: str, tmp_path: Path) -> None:
    told = unsupported(name)
    assert told.message.startswith("There is no reader for ")
    assert told.message.endswith(".")
    assert KINDS[name] in told.hint
    with pytest.raises(UnsupportedSource) as refused:
        load_bytes(b"", name)
    assert str(refused.value) == str(told)
    (tmp_path / name).write_bytes(b"x")
    (row,) = make_plan(scan(tmp_path, tmp_path / "index"), {}, 0, fresh=True).keep.values()
    assert (row.status, row.reason, row.hint) == ("skipped", told.message, told.hint)


def test_what_is_read_has_no_hint() -> None:
    assert set(READERS) & set(_KINDS) == set()


def test_a_hint_never_names_what_is_not_read_either() -> None:
    for name in KINDS:
        hint = unsupported(name).hint
        named = {word.strip("(),.") for word in hint.split() if word.strip("(,)").startswith(".")}
        assert {f".{word}" for word in named} <= set(READERS), hint
