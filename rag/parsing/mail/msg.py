"""Outlook's MSG → Draft: turned into a message of the internet's own form, and written as that.

This module does not know how a message is written.
"""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ParsedContent
from rag.parsing.mail import eml

if TYPE_CHECKING:
    from oxmsg import Message

__all__ = ["read"]

_HEADERS = ("To", "Cc", "Bcc")


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    from oxmsg import Message

    try:
        message = _rewritten(Message.load(data))
    except MemoryError:
        raise
    except Exception as error:  # any kind at all comes out of a library that walks a broken file
        raise UnreadableSource(
            "The file is not an Outlook message.", "Export it again from Outlook, as .msg or .eml."
        ) from error
    try:
        return eml.read(message.as_bytes())
    except UnicodeError as error:
        raise EmptySource("The message contains no text that can be read.", "Save it as .eml and use that.") from error


def _rewritten(source: Message) -> EmailMessage:
    message = EmailMessage()
    told = {name.lower(): value for name, value in source.message_headers.items()}
    date = told.get("date") or (source.sent_date.strftime("%a, %d %b %Y %H:%M:%S %z") if source.sent_date else "")
    shown = ", ".join(
        f"{one.name} <{one.email_address}>" if one.name != one.email_address else one.name for one in source.recipients
    )
    headers = {"Subject": source.subject, "From": source.sender or "", "Date": date}
    headers |= {name: told.get(name.lower(), "") for name in _HEADERS}
    headers["To"] = headers["To"] or shown
    for name, value in headers.items():
        if value:
            message[name] = " ".join(value.replace("\x00", "").split())
    message.set_content((source.body or "").replace("\x00", ""))
    if source.html_body:
        message.add_alternative(source.html_body.replace("\x00", ""), subtype="html")
    for attachment in source.attachments:
        main, _, sub = (attachment.mime_type or "application/octet-stream").partition("/")
        message.add_attachment(
            attachment.file_bytes or b"", maintype=main, subtype=sub or "x", filename=attachment.file_name or "message"
        )
    return message
