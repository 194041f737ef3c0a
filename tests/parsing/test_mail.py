"""E-mail: the richer form, who said what, messages within messages, attachments, mailboxes."""

from __future__ import annotations

import io
from email.message import EmailMessage

import docx
import pytest

from rag.errors import EmptySource, UnreadableSource
from rag.parsing import load_bytes
from rag.types import Document

SENT = "Thu, 02 Oct 2025 11:00:00 +0200"


def _message(text: str = "", html: str = "", subject: str = "Roof", **headers: str) -> EmailMessage:
    message = EmailMessage()
    headers = {"From": "Ilse Brandt <ilse@verein.example>", "Subject": subject, "Date": SENT} | headers
    for name, value in headers.items():
        message[name] = value
    if text or not html:
        message.set_content(text)
    if html and text:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message


def _read(message: EmailMessage | bytes, name: str = "a.eml") -> Document:
    return load_bytes(message if isinstance(message, bytes) else message.as_bytes(), name).document


def _under(document: Document, text: str) -> str:
    """The innermost heading over a text."""
    block = next(block for block in document.blocks if text in document.text[slice(*block.span)])
    return block.heading[-1] if block.heading else ""


def _left(document: Document, kind: str) -> list[str]:
    return [place for left in document.left if left.kind == kind for place in left.places]


def test_the_form_that_says_more_is_read() -> None:
    short = "This message needs an HTML viewer."
    rich = "<p>Dear guest,</p><table><tr><th>Room</th><th>From</th></tr><tr><td>14</td><td>Monday</td></tr></table>"
    document = _read(_message(short, rich + "<p>The key is in the box by the door, its code is 4471.</p>"))
    assert "4471" in document.text
    assert "Room | From\n14 | Monday" in document.text
    assert short not in document.text
    plain = "The key is in the box by the door. Its code is 4471, and the box is green."
    document = _read(_message(plain, "<p>Please turn pictures on.</p>"))
    assert "4471" in document.text
    assert "pictures on" not in document.text
    assert _left(document, "hidden text") == ["the HTML form"]


def test_a_blank_cell_of_a_message_keeps_its_place() -> None:
    head = "<tr><th>Room</th><th>In</th><th>Out</th><th>Price</th></tr>"
    row = "<tr><td>14</td><td>2 May</td><td></td><td>340</td></tr>"
    assert "14 | 2 May | | 340" in _read(_message("see", f"<table>{head}{row}</table>")).text


def test_everybody_in_the_head_is_named() -> None:
    text = _read(_message("Yes.", To="Board <b@x.example>", Cc="Auditor <c@x.example>")).text
    assert "To: Board <b@x.example>" in text
    assert "Cc: Auditor <c@x.example>" in text


GMAIL = """I have approved the second offer.

On Mon, 17 Mar 2025 at 21:40, Tomas Reyl <tomas@verein.example> wrote:
> The second offer comes to 18,400 euros.
>
> On Sun, 16 Mar 2025 at 08:05, Ilse Brandt <ilse@verein.example>
> wrote:
>> Our limit is 20,000 euros.
"""
OUTLOOK = """Fine with me.

-----Original Message-----
From: Tomas Reyl <tomas@verein.example>
Sent: Monday, March 17, 2025 9:40 PM
To: Ilse
Subject: Offer

The second offer comes to 18,400 euros.

________________________________
Von: Greta Holm
Gesendet: Sonntag, 16. März 2025 08:05
Betreff: Angebot

Our limit is 20,000 euros.
"""
INLINE = """Am 17.03.2025 um 21:40 schrieb Tomas Reyl:
> When does the work begin?

On 7 April.

> What does it cost?

It costs 18,400 euros.
"""


def test_quoted_lines_belong_to_their_writers() -> None:
    document = _read(_message(GMAIL))
    assert _under(document, "approved") == f"From Ilse Brandt <ilse@verein.example>, {SENT}"
    assert _under(document, "18,400") == "From Tomas Reyl <tomas@verein.example>, Mon, 17 Mar 2025 at 21:40"
    assert _under(document, "20,000") == "From Ilse Brandt <ilse@verein.example>, Sun, 16 Mar 2025 at 08:05"
    assert "> " not in document.text


def test_a_thread_that_is_forwarded_whole_is_cited_by_message() -> None:
    document = _read(_message(OUTLOOK))
    assert _under(document, "Fine with me") == f"From Ilse Brandt <ilse@verein.example>, {SENT}"
    assert _under(document, "18,400").startswith("From Tomas Reyl <tomas@verein.example>, Monday, March 17")
    assert _under(document, "20,000") == "From Greta Holm, Sonntag, 16. März 2025 08:05"


def test_an_answer_between_quoted_lines_is_the_senders() -> None:
    document = _read(_message(INLINE))
    for text, writer in [("work begin", "Tomas"), ("7 April", "Ilse"), ("does it cost", "Tomas"), ("18,400", "Ilse")]:
        assert _under(document, text).startswith(f"From {writer}"), text


def test_lines_quoted_from_nobody_are_not_the_senders() -> None:
    document = _read(_message("I think so too.\n\n> The roof leaks.\n"))
    assert _under(document, "leaks") == "Quoted"


@pytest.mark.parametrize(
    "html",
    [
        '<div>Fine with me, let it begin.</div><div class="gmail_quote"><div class="gmail_attr">On Mon, 17 Mar 2025 at '
        '21:40, Tomas Reyl &lt;<a href="mailto:t">t@x.example</a>&gt; wrote:<br></div><blockquote>The offer comes to '
        "18,400 euros.</blockquote></div>",
        "<p>Fine with me, let it begin.</p><div><p><b>From:</b> Tomas Reyl &lt;t@x.example&gt;<br><b>Sent:</b> Mon, 17 "
        "Mar 2025 at 21:40<br><b>To:</b> Ilse</p></div><p>The offer comes to 18,400 euros.</p>",
        '<p>Fine with me, let it begin.</p><div class="moz-cite-prefix">Am 17.03.2025 um 21:40 schrieb Tomas Reyl:'
        '</div><blockquote type="cite"><p>The offer comes to 18,400 euros.</p></blockquote>',
    ],
    ids=["gmail", "outlook", "thunderbird"],
)
def test_quoted_html_belongs_to_its_writer(html: str) -> None:
    document = _read(_message("", html))
    assert _under(document, "Fine with me").startswith("From Ilse Brandt")
    assert _under(document, "18,400").startswith("From Tomas Reyl")


@pytest.mark.parametrize("line", ["We decide three things:", "Minutes of 12 March:", "As the council wrote:"])
def test_an_ordinary_line_with_a_colon_names_no_writer(line: str) -> None:
    document = _read(_message(f"Dear all,\n\n{line}\nThe roof is mended.\nThe door is painted.\n"))
    assert not any(block.heading[-1:] for block in document.blocks if block.heading[-1:] != ("Roof",))


def test_attachments_that_can_be_read_are_under_their_names() -> None:
    letter, file = docx.Document(), io.BytesIO()
    letter.add_heading("Offer of Dachbau Hilm", 0)
    letter.add_heading("Warranty", 1)
    letter.add_paragraph("The roof is guaranteed for twelve years.")
    letter.save(file)
    message = _message("See below.")
    message.add_attachment("Item;Price\nSlates;9,100\n", subtype="csv", filename="prices.csv")
    message.add_attachment(file.getvalue(), maintype="application", subtype="octet-stream", filename="offer.docx")
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="roof.png")
    message.add_attachment(b"%PDF-1.4 broken", maintype="application", subtype="pdf", filename="plan.pdf")
    document = _read(message)
    above = {document.text[slice(*block.span)]: block.heading for block in document.blocks}
    assert above["Slates;9,100"] == ("Attachment: prices.csv", "Item;Price")
    assert above["The roof is guaranteed for twelve years."] == ("Attachment: offer.docx", "Warranty")
    assert _left(document, "attachment") == ["roof.png", "plan.pdf"]
    assert "Attachment: roof.png" in document.text


def test_messages_within_messages_are_read() -> None:
    inner = _message("Our offer is valid until 30 April.", subject="First offer", From="Kroll <k@kroll.example>")
    middle = _message("Look at this.", subject="Fwd: First offer", From="Tomas <t@x.example>")
    middle.add_attachment(inner)
    outer = _message("See below.")
    outer.add_attachment(middle)
    outer.add_attachment(inner.as_bytes(), maintype="application", subtype="octet-stream", filename="again.eml")
    document = _read(outer)
    assert document.text.count("valid until 30 April") == 2
    assert "Attached message: again.eml" in document.text
    assert "From: Kroll <k@kroll.example>" in document.text


def test_messages_too_deep_are_told() -> None:
    message = _message("The innermost text.", subject="Number 0")
    for number in range(1, 30):
        outer = _message("Look.", subject=f"Number {number}")
        outer.add_attachment(message)
        message = outer
    document = _read(message)
    assert "innermost" not in document.text
    assert _left(document, "message")


def test_old_encodings_in_head_and_body() -> None:
    body = "Das kostet fünf Euro und wäre schön, sagte Jörg, der die Bücher trägt."
    data = f"From: j@x.example\nSubject: Grüße aus Köln\n\n{body}\n".encode("cp1252")
    document = _read(data)
    assert document.title == "Grüße aus Köln"
    assert body in document.text
    data = "From: a@x.example\nSubject: x\nContent-Type: text/plain; charset=iso-8859-1\n\nŁódź leży daleko.\n".encode()
    assert "Łódź leży" in _read(data).text


def test_a_mailbox_gives_its_messages_one_after_the_other() -> None:
    first = b"From: a@x.example\nSubject: One\n\nFirst text.\n\n>From here on it is quoted.\n"
    second = _message("Second text.", subject="Two").as_bytes()
    document = _read(
        b"From a@x Thu Oct  2 11:00:00 2025\n" + first + b"\nFrom b@x Thu Oct  2 12:00:00 2025\n" + second, "a.mbox"
    )
    assert _under(document, "First text") == "One"
    assert "\nFrom here on it is quoted." in document.text
    assert _under(document, "Second text") == "Two"
    for data in (b"", b"no mailbox", bytes(range(256)) * 4):
        with pytest.raises(UnreadableSource):
            load_bytes(data, "a.mbox")


def test_a_message_of_nothing_but_a_head_is_empty() -> None:
    with pytest.raises(EmptySource):
        _read(_message(" "))
    message = _message(" ")
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="roof.png")
    with pytest.raises(EmptySource):
        _read(message)


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0" + bytes(600), bytes(range(256)) * 4], ids=["empty", "cut", "noise"]
)
def test_what_is_no_outlook_message_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        load_bytes(data, "a.msg")
