"""EML → Draft: a message with its head, its body, and what came with it.

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
from rag.parsing.mail.message import header, write_message

__all__ = ["read"]

_HEAD = ("From: ", "To: ", "Cc: ", "Bcc: ", "Date: ", "Attachment: ")


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    try:
        return _read(data)
    except RecursionError as error:
        raise UnreadableSource(
            "The parts of the message are nested too deeply.", "Save what is in it as files of their own."
        ) from error


def _read(data: bytes) -> ParsedContent:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:200]:  # UTF-16, with a mark or without
        data = decode(data, Ledger()).encode()
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not any(name in message for name in ("From", "Subject", "Date", "To")):
        raise UnreadableSource("The file is not an e-mail message.", "Export the message again from your mail program.")
    subject, date = (header(message, name, Ledger()) for name in ("Subject", "Date"))
    writer = ContentBuilder(title=plausible_title(subject), date=date_of([date]))
    write_message(writer, message)
    draft = writer.draft("message/rfc822")
    if all(block.kind == "heading" or draft.text[slice(*block.span)].startswith(_HEAD) for block in draft.blocks):
        raise EmptySource("The message contains no text.", "Save its attachments as files of their own.")
    return draft
