"""PDFs on the page: hostile text and titles, right-to-left words, a quote across pages, a place that is not located."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import making
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from .driving import ask, kept, picture, unharmed, until
from .serving import Server, opened_alone

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from reportlab.pdfgen.canvas import Canvas

Cite: TypeAlias = "Callable[[str, str], None]"

pytestmark = pytest.mark.xdist_group("browser")

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
TITLE = '<img src=x onerror="window.hacked=21">'
FEE = "The fee for the bell tower of Orrin is 7 crowns <script>window.hacked=22</script> on every Sunday."
ACROSS = ("The old ferry to Skarholm was sold in 1954 to a ship", "owner from the mainland who never paid for it.")
MOTTO = [
    "\u05e9\u05dc\u05d5\u05dd",
    "\u05e2\u05d5\u05dc\u05dd",
    "\u05d2\u05d3\u05d5\u05dc",
]


def hostile(canvas: Canvas) -> None:
    canvas.setTitle(TITLE)
    making.column(canvas, 60, 700, ["Towers", "The town of Orrin keeps three towers, and one may be climbed."], size=11)
    making.column(canvas, 60, 640, [FEE], size=9)


def first(canvas: Canvas) -> None:
    canvas.setTitle("The ferries of Orrin")
    making.column(canvas, 60, 120, ["Ferries have left from Orrin for a long time.", ACROSS[0]], size=12)


def second(canvas: Canvas) -> None:
    making.column(canvas, 60, 760, [ACROSS[1], "Since then a new ferry sails twice a day."], size=12)


def hebrew(canvas: Canvas) -> None:
    making.column(canvas, 72, 640, ["The motto over the gate of the guild hall reads as follows."])
    canvas.setFont("DejaVu", 16)
    canvas.drawString(200, 600, " ".join(word[::-1] for word in reversed(MOTTO)))  # as it stands, from the left
    making.column(canvas, 72, 560, ["Below the motto stands the year in which the hall was built."])


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[tuple[Server, Page]]:
    """A page over these PDFs."""
    import rag

    folder = tmp_path_factory.mktemp("pdfs")
    sources, index = folder / "sources", folder / "index"
    sources.mkdir()
    (sources / "towers.pdf").write_bytes(making.pdf(hostile))
    (sources / "ferries.pdf").write_bytes(making.pdf(first, second))
    if DEJAVU.exists():
        pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
        (sources / "guild.pdf").write_bytes(making.pdf(hebrew))
    rag.build(sources, index)
    with opened_alone(browser, index, sources) as opened:
        yield opened


@pytest.fixture
def cite(shown: tuple[Server, Page]) -> Cite:
    """Shows a kept answer that cites the words of a PDF, and opens its citation."""
    import rag

    server, page = shown

    def opens(path: str, words: str) -> None:
        with rag.open(server.sources.parent / "index") as assistant:
            (source,) = [each for each in assistant.documents() if each.path == path]
            document = assistant.document(str(source.document_id))
        assert document
        start = document.text.index(words)
        citation: dict[str, Any] = {
            "number": 1, "document_id": document.id, "path": path, "title": source.title, "page": 1, "page_label": "1",
            "span": [start, start + len(words)], "quote": words,
        }  # fmt: skip
        claim = {"text": words, "citations": [citation], "support": "quoted", "answer": None}
        kept(
            page,
            {
                "question": "What?", "asked_as": "What?", "status": "answered", "claims": [claim], "passages": [],
                "confidence": 0.9, "notes": [], "markdown": "",
            },
        )  # fmt: skip
        page.locator(".turn button.chip").first.click()
        settled(page)

    return opens


def settled(page: Page) -> None:
    """Returns when the picture of the page has stood for a second: until then it may be drawn anew."""
    page.evaluate("""() => new Promise((done) => {
      let seen = null, since = performance.now();
      const look = () => {
        const found = document.querySelector(".sheet.ready img");
        if (found !== seen) [seen, since] = [found, performance.now()];
        if (seen && performance.now() - since > 1000) done(true); else setTimeout(look, 50);
      };
      look();
    })""")


def lit(page: Page) -> list[tuple[float, float, float, float]]:
    """The boxes on the page's picture: left, top, right, bottom as fractions of it."""
    measured = """() => {  // in one go: a sheet that is drawn anew takes its boxes with it
      const of = (each) => { const r = each.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
      const sheet = document.querySelector(".sheet.ready img");
      return sheet && [of(sheet), [...document.querySelectorAll(".sheet .quoted")].map(of)];
    }"""
    page.wait_for_selector(".sheet.ready img")
    (x, y, right, bottom), boxes = page.evaluate(measured)
    wide, high = right - x, bottom - y
    return [((a - x) / wide, (b - y) / high, (c - x) / wide, (d - y) / high) for a, b, c, d in boxes]


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Intersection over union."""
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    along = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return across * along / (sum(areas) - across * along)


def place_of(place: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A place in points from the bottom left as fractions from the top left."""
    left, bottom, right, top = place
    return left / making.WIDTH, 1 - top / making.HEIGHT, right / making.WIDTH, 1 - bottom / making.HEIGHT


def test_markup_in_a_pdfs_text_and_title_is_shown_as_text(shown: tuple[Server, Page]) -> None:
    _, page = shown
    ask(page, "What is the fee for the bell tower of Orrin?")
    assert FEE in page.locator(".turn.last .answer").inner_text()
    assert TITLE in page.locator(".turn.last .notes").inner_text()
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(".sheet.ready .quoted")
    assert page.locator(".evidence h2").inner_text() == TITLE
    page.get_by_role("button", name="Text", exact=True).click()
    assert page.locator(".evidence mark").inner_text() == FEE
    page.get_by_role("button", name="Page", exact=True).click()
    page.wait_for_selector(".sheet.ready .quoted")
    page.get_by_role("button", name="Sources", exact=True).click()
    page.locator(".source", has_text="towers.pdf").wait_for()
    assert TITLE in page.locator(".sources").inner_text()
    page.keyboard.press("Escape")
    unharmed(page)


def test_a_quote_across_two_pages_is_lit_up_on_both(shown: tuple[Server, Page], cite: Cite) -> None:
    _, page = shown
    cite("ferries.pdf", "sold in 1954 to a ship owner from the mainland")
    page.wait_for_selector(".sheet .quoted")
    assert "The quote continues on the next page." in page.locator(".evidence .body").inner_text()
    before = "The old ferry to Skarholm was "
    ends = making.box_of("sold in 1954 to a ship", 60, 120 - 12 * 1.3, 12, before=before)
    (box,) = lit(page)
    assert overlap(box, place_of(ends)) >= 0.9
    page.get_by_label("Page after").click()
    page.wait_for_selector(".sheet.ready img[alt='Picture of page 2']")
    settled(page)
    assert "The quote begins on the page before." in page.locator(".evidence .body").inner_text()
    (box,) = lit(page)
    assert overlap(box, place_of(making.box_of("owner from the mainland", 60, 760, 12))) >= 0.9
    picture(page, "across-pages-1280-light")


@pytest.mark.skipif(
    not DEJAVU.exists(), reason="DejaVu (Debian: fonts-dejavu-core) has the Hebrew letters, Vera has not"
)
def test_right_to_left_words_are_lit_up_where_they_stand(shown: tuple[Server, Page], cite: Cite) -> None:
    _, page = shown
    cite("guild.pdf", MOTTO[1])
    page.wait_for_selector(".sheet .quoted")
    left = 200 + pdfmetrics.stringWidth(f"{MOTTO[2]} ", "DejaVu", 16)
    right = left + pdfmetrics.stringWidth(MOTTO[1], "DejaVu", 16)
    bottom, top = (600 + move("DejaVu", 16) for move in (pdfmetrics.getDescent, pdfmetrics.getAscent))
    (box,) = lit(page)
    assert overlap(box, place_of((left, bottom, right, top))) >= 0.9
    picture(page, "right-to-left-1280-light")
    page.get_by_role("button", name="Text", exact=True).click()
    assert page.locator(".evidence mark").inner_text() == MOTTO[1]
    page.get_by_role("button", name="Page", exact=True).click()


def test_a_place_that_is_not_located_is_said_and_nothing_is_lit_up(shown: tuple[Server, Page], cite: Cite) -> None:
    _, page = shown
    cite("towers.pdf", "\n")  # the page has no character for a line's end
    assert "The exact place on this page could not be found." in page.locator(".evidence .body").inner_text()
    assert lit(page) == []


def test_a_near_passage_is_shown_on_its_page_and_not_lit_up(shown: tuple[Server, Page], cite: Cite) -> None:
    _, page = shown
    colour = "getComputedStyle(document.querySelector('.sheet .quoted')).backgroundColor"
    cite("towers.pdf", "7 crowns")
    page.wait_for_selector(".sheet .quoted")
    lit_up = page.evaluate(colour)
    ask(page, "Who won the chess championship in Reykjavik?")
    page.locator(".turn.last").get_by_text("Nearest passages", exact=True).click()
    page.locator(".turn.last .passage").first.click()
    page.wait_for_selector(".sheet .near .quoted")
    settled(page)
    assert page.evaluate(colour) != lit_up


def test_a_page_is_zoomed_around_what_is_in_the_middle(shown: tuple[Server, Page], cite: Cite) -> None:
    _, page = shown
    cite("towers.pdf", "7 crowns")
    page.wait_for_selector(".sheet .quoted")
    frame = page.locator(".frame").bounding_box()
    assert frame

    def widths() -> tuple[float, float]:
        sheet, box = page.locator(".sheet").bounding_box(), page.locator(".sheet .quoted").first.bounding_box()
        assert sheet
        assert box
        middle = box["y"] + box["height"] / 2
        assert frame["y"] < middle < frame["y"] + frame["height"], "the quote stays in view"
        return sheet["width"], box["height"]

    wide, tall = widths()
    page.get_by_label("Larger").click()
    assert widths()[0] > wide * 1.2
    page.get_by_label("Smaller").click()
    assert widths() == pytest.approx((wide, tall), rel=0.02)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_page_shows_its_text_until_its_picture_is_there(opened: Callable[..., Page], width: int, height: int) -> None:
    page = opened(width, height)
    held: list[Any] = []
    page.route("**/page/picture?*", lambda route: held.append(route))
    ask(page, "What was the highest tide ever measured at the north quay?")
    if width < 1080:
        page.locator(".turn.last button.chip").first.click()
    page.locator(".evidence .meanwhile mark").first.wait_for()
    assert "9.4 metres" in page.locator(".evidence .meanwhile mark").first.inner_text()
    assert page.locator(".evidence .meanwhile mark").first.is_visible()
    assert not page.locator(".evidence .sheet").is_visible()
    picture(page, f"meanwhile-{width}-light")
    page.unroute("**/page/picture?*")  # what is held back is let go
    page.wait_for_selector(".sheet.ready .quoted")
    assert page.locator(".evidence .meanwhile").count() == 0
    until(page, "document.querySelector('.sheet.ready img').naturalWidth > 100")


def test_where_there_is_no_picture_the_text_stays(opened: Callable[..., Page]) -> None:
    page = opened()
    page.route("**/page/picture?*", lambda route: route.fulfill(status=200, content_type="image/png", body=b"none"))
    ask(page, "What was the highest tide ever measured at the north quay?")
    page.locator(".evidence .sheet .problem").wait_for()
    assert "9.4 metres" in page.locator(".evidence .meanwhile mark").first.inner_text()
