"""RTF → Draft, by striprtf: its text, a block for each paragraph. This module does not know styles or headings."""

from __future__ import annotations

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent

__all__ = ["read"]


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    from striprtf.striprtf import rtf_to_text

    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableSource("The file is not an RTF document.", "Open it in its own program and save it again.")
    # RTF is ASCII by definition; Latin-1 keeps whatever else is in there, byte for byte, for striprtf to decide.
    text: str = rtf_to_text(data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    writer = ContentBuilder()
    for line in text.split("\n"):
        if "|" in line and line.rstrip().endswith("|"):
            writer.add("table", " | ".join(filter(None, (cell.strip() for cell in line.split("|")))))
        else:
            writer.add("paragraph", line)
    draft = writer.draft("application/rtf")
    if not draft.text:
        raise EmptySource(
            "The document contains no text.", "If it is made of pictures, run OCR over it and use the result."
        )
    return draft
