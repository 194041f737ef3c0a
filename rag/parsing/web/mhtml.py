"""MHTML → Draft: a web page with all its parts in one file, as browsers save it; its page is read as HTML.

This module does not know how a page is read.
"""

from __future__ import annotations

import email
import email.policy
from email.message import Message

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, ParsedContent
from rag.parsing.encodings import decode_declared
from rag.parsing.ledger import Ledger
from rag.parsing.web.html import characters_of, parse_html, write_article
from rag.parsing.web.measure import text_of

__all__ = ["read"]


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource for what is no saved page, EmptySource for one without text."""
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages or not message.get("Content-Type"):
        raise UnreadableSource("The file is not a web page saved as MHTML.", "Open it in a browser and save it again.")
    start = message.get_param("start")
    page = next((part for part in pages if start and part.get("Content-ID") == start), pages[0])
    writer = ContentBuilder()
    write_article(writer, _markup(page, writer.ledger))
    for other in pages:
        markup = _markup(other, writer.ledger) if other is not page else ""
        if markup.strip():
            tree = parse_html(markup)
            for unseen in list(tree.iter("script", "style", "head")):
                unseen.drop_tree()
            writer.ledger.leave("frame", text_of(tree), str(other.get("Content-Location", ""))[:80])
    draft = writer.draft("multipart/related")
    if not draft.text:
        raise EmptySource("The page contains no text.", "Save the page with its text, or remove it.")
    return draft


def _markup(part: Message, ledger: Ledger) -> str:
    raw = part.get_payload(decode=True)
    raw = raw if isinstance(raw, bytes) else b""
    declared = part.get_content_charset()
    return decode_declared(raw, declared, ledger) if declared else characters_of(raw, ledger)
