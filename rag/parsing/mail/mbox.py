"""MBOX → Draft: the messages of a mailbox, one after the other, each under its subject.

This module does not know how a message is written.
"""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent
from rag.parsing.ledger import Ledger
from rag.parsing.mail.message import header, write_message

__all__ = ["read"]

_START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\r\n]*\d{4}[^\r\n]*\r?\n")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    starts = list(_START.finditer(data))
    if not starts or starts[0].start():
        raise UnreadableSource("The file is not a mailbox.", "Export the mailbox again from your mail program.")
    writer = ContentBuilder()
    ends = [start.start() for start in starts[1:]] + [len(data)]
    for start, end in zip(starts, ends, strict=True):
        raw = _ESCAPED.sub(rb"\1", data[start.end() : end])
        message = email.message_from_bytes(raw, policy=email.policy.default)
        if not isinstance(message, EmailMessage) or not message.keys():
            writer.ledger.leave("message", raw.decode("latin-1"), f"message {len(starts)}")
            continue
        if not header(message, "Subject", Ledger()):
            writer.add("heading", "Message without a subject")
        write_message(writer, message)
    draft = writer.draft("application/mbox")
    if not draft.text:
        raise EmptySource("The mailbox contains no text.", "Export it again with its messages, or remove it.")
    return draft
