"""A message → blocks: its head, the richer form of its body, each writer's words by themselves, attachments.

This module does not know files; messages within messages are written below the one that they came with.
"""

from __future__ import annotations

import re
from collections import Counter
from email.message import EmailMessage, Message

from rag.errors import UnreadableSource
from rag.parsing.content import ContentBuilder
from rag.parsing.encodings import decode, decode_declared
from rag.parsing.ledger import Ledger, word_count
from rag.parsing.line_blocks import line_blocks_of, lines_of, paragraphs_of, span_of
from rag.parsing.mail.attachments import suffix_for, write_attachment
from rag.parsing.mail.html_body import write_html
from rag.parsing.mail.quoting import passages_of

__all__ = ["header", "write_message", "write_plain"]

_SHOWN = ("From", "To", "Cc", "Bcc", "Date")
_DEEPEST = 6  # messages within messages
_MOST_PARTS = 500
_RICHER = 1.1  # times the words of the plain form that the HTML form must have
_NOBODY = "Quoted"  # where a message does not say whom
_WORD = re.compile(r"\w+")


def write_message(writer: ContentBuilder, message: Message, level: int = 1) -> None:
    """Appends a message and all that came with it. `level` is that of its heading."""
    subject = header(message, "Subject", writer.ledger)
    writer.add("heading", subject, level)
    for name in _SHOWN:
        value = header(message, name, writer.ledger)
        if value:
            writer.add("paragraph", f"{name}: {value}")
    sender = ", ".join(filter(None, (header(message, name, Ledger()) for name in ("From", "Date"))))
    later: list[Message] = []
    _write_parts(writer, message, sender, level, later)
    unread = [name for part in later[:_MOST_PARTS] if (name := _write_later(writer, part, level + 1))]
    if len(later) > _MOST_PARTS:
        writer.ledger.leave("limit", place="attachments", count=len(later) - _MOST_PARTS)
    if unread:
        writer.add("heading", "Attachments that are not read", level + 1)
    for name in unread:
        writer.add("list", f"Attachment: {name}")
        writer.ledger.leave("attachment", place=name)


def header(message: Message, name: str, ledger: Ledger) -> str:
    """A header on one line; empty where there is none. Bytes that it should not have are decoded by guess."""
    try:
        value = str(message.get(name, ""))
        raw = next((told for key, told in message.raw_items() if key.lower() == name.lower()), "")
    except (ValueError, IndexError, AttributeError, TypeError):  # the standard library's parser, over broken headers
        return ""
    if isinstance(raw, str) and any("\udc80" <= char <= "\udcff" for char in raw):
        body = b"" if message.is_multipart() else _bytes(message)[:10_000]  # more to tell the encoding by
        try:
            value = decode(raw.encode("utf-8", "surrogateescape") + b"\n\n\n" + body, ledger).split("\n\n\n")[0]
        except UnreadableSource:
            value = ""
    return " ".join(value.encode("utf-8", "replace").decode().split())


def write_plain(writer: ContentBuilder, text: str, sender: str, level: int) -> None:
    """Appends the text of a message, each writer's words under a heading that names them, if there are several."""
    passages = passages_of(text)
    told = ""
    for passage in passages:
        who = passage.head or (sender if not passage.depth else _NOBODY)
        if len(passages) > 1 and who and who != told:
            writer.add("heading", f"From {who}" if who != _NOBODY else who, level + 1)
        told = who
        lines = lines_of(passage.text)
        for first, last in paragraphs_of(lines):
            for piece in line_blocks_of(lines, first, last):
                inside = passage.text[slice(*span_of(lines, piece.first, piece.last))]
                writer.add(piece.kind, " ".join(inside.split()))


def _write_parts(writer: ContentBuilder, part: Message, sender: str, level: int, later: list[Message]) -> None:
    """Writes what is the message's own text, and collects what came with it."""
    kind = part.get_content_type()
    if kind == "message/rfc822" or _is_attachment(part):
        later.append(part)
    elif kind == "multipart/alternative":
        _write_alternative(writer, part, sender, level, later)
    elif part.is_multipart():
        for inner in _children(part):
            _write_parts(writer, inner, sender, level, later)
    elif kind == "text/html":
        write_html(writer, _text(part, writer.ledger), sender, level)
    elif kind in ("text/plain", "text/rfc822-headers", "text/enriched") or kind.startswith("message/"):
        write_plain(writer, _text(part, writer.ledger), sender, level)
    else:
        later.append(part)


def _is_attachment(part: Message) -> bool:
    if part.is_multipart() and part.get_content_type() != "message/rfc822":
        return False
    named = bool(_name(part)) and part.get_content_type() not in ("text/plain", "text/html")
    try:
        return named or part.get_content_disposition() == "attachment"
    except (ValueError, IndexError, AttributeError, TypeError):
        return named


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _write_alternative(writer: ContentBuilder, part: Message, sender: str, level: int, later: list[Message]) -> None:
    """Writes the richer of the forms; of the others, only what the ledger must be told."""
    forms = _children(part)
    plain = next((form for form in forms if form.get_content_type() == "text/plain" and not _is_attachment(form)), None)
    rich = next((found for form in forms if (found := _html_in(form)) is not None), None)
    for form in forms:
        if form is not plain and (rich is None or not any(inner is rich for inner in form.walk())):
            later.append(form)  # an invitation to a calendar, say
        elif form is not plain and form is not rich:
            later += [inner for inner in form.walk() if inner is not rich and not inner.is_multipart()]
    if plain is None or rich is None:
        if plain is not None or rich is not None:
            _write_parts(writer, plain if rich is None else rich, sender, level, later)  # type: ignore[arg-type]
        return
    markup, text = _text(rich, writer.ledger), _text(plain, Ledger())
    trial = ContentBuilder()
    write_html(trial, markup, sender, level)
    content = trial.draft("")
    shown = content.text
    rows = sum(block.kind == "table" for block in content.blocks)  # which the plain form cannot show as such
    richer = bool(shown) and (rows > 1 or word_count(shown) > _RICHER * word_count(text))
    if richer:
        writer.include(content)
        for left in content.left:
            writer.ledger.include(left)
    else:
        write_plain(writer, text, sender, level)
    lost = Counter(_WORD.findall((text if richer else shown).lower())) - Counter(
        _WORD.findall((shown if richer else text).lower())
    )
    if lost.total() > 0.2 * word_count(text if richer else shown):
        writer.ledger.leave("hidden text", " ".join(lost.elements()), f"the {'plain' if richer else 'HTML'} form")


def _html_in(form: Message) -> Message | None:
    return next((part for part in form.walk() if part.get_content_type() == "text/html"), None)


def _text(part: Message, ledger: Ledger) -> str:
    """The text of a part. By its declared encoding, or by guess."""
    raw = _bytes(part)
    try:
        declared = part.get_content_charset() or ""
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        declared = ""
    try:
        return decode_declared(raw, declared, ledger)
    except UnreadableSource:
        ledger.leave("unreadable text", raw.decode("latin-1"), part.get_content_type())
        return ""


def _bytes(part: Message) -> bytes:
    try:
        raw = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError):
        raw = None
    if isinstance(raw, bytes):
        return raw
    inner = part.get_payload()
    return "\n".join(str(one) for one in inner).encode("utf-8", "replace") if isinstance(inner, list) else b""


def _name(part: Message) -> str:
    try:
        return " ".join((part.get_filename() or "").replace("/", "_").split())
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""


def _write_later(writer: ContentBuilder, part: Message, level: int) -> str:
    """Writes what came with a message; gives its name where it cannot be read."""
    name, kind = _name(part), part.get_content_type()
    inner = next(iter(_children(part)), None) if kind == "message/rfc822" else None
    if inner is None and suffix_for(name, kind) == ".eml":
        inner = _parsed(_bytes(part))
    if inner is not None and level > _DEEPEST:
        writer.ledger.leave("message", place=header(inner, "Subject", Ledger()) or name or "message")
    elif inner is not None:
        writer.add("heading", f"Attached message: {name}" if name else "Attached message", level)
        write_message(writer, inner, level + 1)
    elif kind.startswith("image/") and (part.get("Content-ID") or part.get_content_disposition() == "inline"):
        writer.ledger.leave("picture", place=name or kind)
    elif kind == "text/html" and not name:
        writer.add("heading", "Attachment", level)
        write_html(writer, _text(part, writer.ledger), "", level)
    elif not _is_signature(kind) and not write_attachment(writer, name or kind, kind, _bytes(part), level):
        return name or kind
    return ""


def _is_signature(kind: str) -> bool:
    return kind in ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")


def _parsed(data: bytes) -> EmailMessage | None:
    import email
    import email.policy

    message = email.message_from_bytes(data, policy=email.policy.default)
    return message if isinstance(message, EmailMessage) and (message["From"] or message["Subject"]) else None
