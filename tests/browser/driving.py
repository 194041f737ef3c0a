"""The documents of the browser tests, and what a person does on the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .serving import PATIENCE, Server, opened_alone

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EVIDENCE = ".evidence:not([aria-busy]) mark"  # lit up, and not about to be drawn once more

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"

LIGHTHOUSE = """# The lighthouse at Cape Orrin

## History

The lighthouse at Cape Orrin was first lit on 14 May 1871. It was designed by the engineer Ada Velland and cost
31,000 crowns. Before it was built, 27 ships were lost on the reef in ten years.

## The lamp

The lamp of the lighthouse is visible for 22 nautical miles. It turns once in every twelve seconds. The keeper trimmed
the wick by hand until 1934, when the lamp was connected to the mains.
"""
HARBOUR = """The harbour of Orrin

The harbour of Orrin has room for 84 fishing boats. In winter the harbour freezes for about six weeks, and the ferry
to Skarholm does not run. The harbour master is Tomas Breck, who has held the office since 2009.
"""
TIDES = (
    ("Foreword", "This report was written for the council of Orrin by the tide office."),
    ("Method", "The gauge on the north quay records the height of the water every ten minutes."),
    ("Results", "The highest tide ever measured at the north quay was 9.4 metres in March 1962."),
)
HOSTILE = """# <script>window.hacked = 1</script>

The ticket for the ghost train costs 12 crowns <img src=x onerror="window.hacked = 2"> on weekdays. A child pays half
for the ghost train. See [the timetable](javascript:window.hacked=3) of the ghost train,
![a picture](https://example.invalid/beacon.png) and <iframe src="https://example.invalid/frame"></iframe>.
"""
HOSTILE_NAME = "<img src=x onerror=window.hacked=4>.md"


@contextmanager
def opened_on_lighthouse(
    browser: Browser, folder: Path, width: int = 1280, height: int = 800, scheme: str = "light"
) -> Iterator[tuple[Server, Page]]:
    """A page over the lighthouse alone, in `folder`, on a server of its own."""
    import rag

    sources, index = folder / "sources", folder / "index"
    sources.mkdir()
    (sources / "lighthouse.md").write_text(LIGHTHOUSE, encoding="utf-8")
    rag.build(sources, index)
    with opened_alone(browser, index, sources, width=width, height=height) as (server, page):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        yield server, page


def write_sources(folder: Path) -> None:
    """The documents of these tests."""
    from reportlab.pdfgen.canvas import Canvas

    folder.mkdir(parents=True)
    (folder / "lighthouse.md").write_text(LIGHTHOUSE, encoding="utf-8")
    (folder / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (folder / HOSTILE_NAME).write_text(HOSTILE, encoding="utf-8")
    (folder / "reports").mkdir()
    (folder / "reports" / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing that is one")
    canvas = Canvas(str(folder / "reports" / "tides.pdf"), pagesize=(420, 595))
    canvas.setTitle("Tides at the north quay")
    canvas.addPageLabel(0, style="ROMAN_LOWER")
    canvas.addPageLabel(2, style="ARABIC", start=1)
    for heading, sentence in TIDES:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(60, 520, heading)
        canvas.setFont("Helvetica", 11)
        words, line, y = sentence.split(), "", 490
        for word in words:
            if len(line) + len(word) > 55:
                canvas.drawString(60, y, line)
                line, y = "", y - 16
            line = f"{line} {word}".strip()
        canvas.drawString(60, y, line)
        canvas.showPage()
    canvas.save()


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Opens the page and fills in its form."""
    page.goto(url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def ask(page: Page, question: str) -> None:
    """Types a question and sends it; returns when the answer is whole."""
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.last .acts")


def kept(page: Page, answer: dict[str, Any]) -> None:
    """Shows an answer that this browser has kept, as after a reload."""
    turn = {"question": answer["question"], "answer": answer, "said": "", "paths": []}
    talk = [{"id": "kept", "title": "Kept", "at": 1, "turns": [turn]}]
    page.evaluate(
        """(talk) => {
          localStorage.setItem("footnote.conversations", JSON.stringify(talk));
          localStorage.setItem("footnote.current", "kept");
        }""",
        talk,
    )
    page.reload()
    page.wait_for_selector(".turn .notes")


def claim(
    page: Page, number: int, path: str, text: str, words: str = "", support: str = "quoted", group: str = ""
) -> dict[str, Any]:
    """A claim whose citation stands in one of the documents of these tests."""
    source = page.evaluate(
        """async (path) => {
          const { call } = await import(new URL("footnote/api.js", document.baseURI));
          return (await call("sources")).find((each) => each.path === path);
        }""",
        path,
    )
    content = {"lighthouse.md": LIGHTHOUSE, "harbour.txt": HARBOUR}[path]
    start, at = content.index(text), text.index(words)
    answer = [at, at + len(words)] if words else None
    citation = {
        "number": number, "document_id": source["document_id"], "path": path, "title": source["title"], "page": None,
        "page_label": None, "span": [start, start + len(text)], "quote": text,
        "answer": [start + at for at in answer] if answer else None,
    }  # fmt: skip
    return {"text": text, "citations": [citation], "support": support, "answer": answer, "group": group}


def until(page: Page, script: str) -> None:
    """Waits until a script gives something true. (`wait_for_function` needs `eval`, which the page forbids.)"""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(script):
        assert time.monotonic() < deadline, f"never came true: {script}"
        page.wait_for_timeout(50)


def drop(page: Page, name: str, text: str) -> None:
    """Drags a file onto the page; `window.veiled` then says whether the page showed where it would go."""
    page.evaluate(
        """([name, text]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], name, { type: "text/markdown" }));
          const happen = (kind) =>
            document.body.dispatchEvent(
              new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
          happen("dragenter");
          happen("dragover");
          window.veiled = document.querySelector(".drop").checkVisibility();
          happen("drop");
        }""",
        [name, text],
    )


def unharmed(page: Page) -> None:
    """Nothing of a document or a question became markup or script."""
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    strange = page.locator(
        "#footnote :is(script, iframe, object, embed, svg[onload], [onerror], [onload], a[href^=javascript])"
    )
    assert strange.count() == 0
    images = page.locator("#footnote img").evaluate_all("all => all.map(each => each.src)")
    assert all(image.startswith(page.url.partition("#")[0] + "page/picture?") for image in images)


def picture(page: Page, name: str) -> None:
    """Keeps a screenshot as an artefact."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"{name}.png"))
