"""Long PDFs are read to their end, within the memory of a reading process; a page that hangs costs the file."""

from __future__ import annotations

import io
import os
import signal
import time
from pathlib import Path

import making
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.errors import SourceLimit
from rag.parsing import Limits, load_files
from rag.parsing.sandbox import SandboxedProcess, renew_time
from rag.types import LoadedDocument


def spin(data: bytes) -> bytes:
    """Uses the processor for three limits of a fifth of a second, and asks for time as often as it is told to."""
    for _ in range(6):
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass
        if data:
            renew_time()
    return b"done"


def _long(pages: int) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(300, 400), invariant=1)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 9)
        for line in range(12):
            canvas.drawString(30, 340 - 14 * line, f"Entry {line} of the ledger for house {number} on the quay.")
        canvas.drawString(140, 20, str(number))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_twelve_hundred_pages_are_read(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(_long(1200))
    ((_, loaded),) = load_files([(tmp_path / "long.pdf", "long.pdf")], limits=Limits(seconds=2.0, memory_mb=1024))
    assert isinstance(loaded, LoadedDocument), loaded
    making.check(loaded)
    assert len(loaded.document.pages) == 1200
    last = loaded.document.text[slice(*loaded.document.pages[-1].span)]
    assert "Entry 11 of the ledger for house 1200 on the quay." in last
    (left,) = loaded.document.left
    assert (left.kind, left.count) == ("running head", 1200)


@pytest.mark.skipif(not hasattr(signal, "ITIMER_PROF"), reason="the system has no timer of the processor")
def test_time_is_that_of_the_processor_and_each_page_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Path(__file__).parent
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(here), str(here.parent))))
    with SandboxedProcess("test_pdf_long:spin") as child:
        assert child.call(b"renew", 0.2) == b"done"
        with pytest.raises(SourceLimit):
            child.call(b"", 0.2)
