"""EML → Draft: subject, sender, date, and the body of a message; attachments are named, not read.

This module does not know mailboxes.
"""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.dates import date_of
from rag.parsing.encodings import decode
from rag.parsing.ledger import Ledger
from rag.parsing.line_blocks import line_blocks_of, lines_of, paragraphs_of, span_of
from rag.parsing.web.html import write_everything

__all__ = ["read"]


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = decode(data, Ledger()).encode()
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not any(name in message for name in ("From", "Subject", "Date", "To")):
        raise UnreadableSource("The file is not an e-mail message.", "Export the message again from your mail program.")
    writer = ContentBuilder(
        title=plausible_title(_header(message, "Subject")), date=date_of([_header(message, "Date")])
    )
    writer.add("heading", _header(message, "Subject"))
    for name in ("From", "To", "Date"):
        if _header(message, name):
            writer.add("paragraph", f"{name}: {_header(message, name)}")
    before = writer.length
    _write_body(writer, message)
    if writer.length == before:
        raise EmptySource("The message contains no text.", "Save its attachments as files of their own.")
    for part in message.iter_attachments():
        if part.get_filename():
            writer.add("list", f"Attachment: {part.get_filename()}")
    return writer.draft("message/rfc822")


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError):  # the standard library's parser, over broken headers
        return ""


def _write_body(writer: ContentBuilder, message: EmailMessage) -> None:
    body = message.get_body(("plain", "html"))
    if body is None:
        return
    try:
        text = body.get_content()
    except (LookupError, ValueError, KeyError):
        raw = body.get_payload(decode=True)
        text = raw.decode("latin-1") if isinstance(raw, bytes) else ""
    if not isinstance(text, str):
        return
    if body.get_content_subtype() == "html":
        write_everything(writer, text.encode("utf-8", "replace"), declared=False)
        return
    lines = lines_of(text)
    for first, last in paragraphs_of(lines):
        for piece in line_blocks_of(lines, first, last):
            writer.add(piece.kind, " ".join(text[slice(*span_of(lines, piece.first, piece.last))].split()))
