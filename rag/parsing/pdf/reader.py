"""PDF → Draft: PDFium's characters in reading order, each with the way back to its place on the page.

PDFium reads the characters; pypdf knows outline, labels and title, and reads the text where PDFium cannot open the
file (then without glyphs). Words broken at the end of a line are joined; text that nobody sees is left out.

Pages that were read by OCR come as words and are treated like all others.

This module does not know how rows are found (`layout.py`), become blocks (`flow.py`) or text (`weave.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np

from rag.errors import EmptySource, UnreadableSource
from rag.parsing.content import ContentBuilder, Headings, ParsedContent, plausible_title
from rag.parsing.ledger import Ledger
from rag.parsing.metadata import OutlineEntry, PdfMetadata, page_texts, read_metadata
from rag.parsing.pdf.blocks import Group, body_size, groups_of
from rag.parsing.pdf.cells import PlacedRow, row_hints
from rag.parsing.pdf.layout import Row, rows_of
from rag.parsing.pdf.ocr import OcrWord, page_of
from rag.parsing.pdf.pdfium import PageText, Pdf
from rag.parsing.pdf.running import edges_of
from rag.parsing.pdf.text import TextBuilder
from rag.parsing.sandbox import renew_time
from rag.types import Block, Box, GlyphRun, Page, Span, WordBox

__all__ = ["read"]

_MEDIA_TYPE = "application/pdf"
_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff]")
_CODES = re.compile(r"\(cid:\d+\)")
_ENOUGH = 80  # characters by which text is told from codes
_LETTERS = 0.25  # of them are letters or figures at least, leaders left aside
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_INNERMOST = 1000
_TITLE_OF_PAGE = 15  # below the levels of an outline, above those of size and number
_DEPTH = re.compile(r"(?:[A-Z]|\d{1,2})(?:\.\d{1,2}){0,4}(?=[.)]?\s)")


def read(data: bytes, scanned: Mapping[int, Sequence[OcrWord]] | None = None) -> ParsedContent:
    """`scanned` are the words that OCR read on pages without text, by number.

    Raises EncryptedSource, UnreadableSource, or EmptySource with the numbers of the pages.
    """
    try:
        pdf = Pdf(data)
    except UnreadableSource:
        return _by_pypdf(data, page_texts(data))
    with pdf, ThreadPoolExecutor(1) as beside:
        facts = beside.submit(read_metadata, data)  # runs while PDFium, outside of Python, takes pages apart
        pages = [_page(pdf, number) for number in range(1, pdf.page_count + 1)]
        read_by_ocr = {number: words for number, words in (scanned or {}).items() if words and number <= len(pages)}
        for number, words in read_by_ocr.items():
            pages[number - 1] = page_of(number, *pdf.size(number), words)
        renew_time()
        rows = [rows_of(page) if page and _legible(page) else [] for page in pages]
        if not any(rows):
            facts.result()
            return _second_try(data, pages)
        ledger = Ledger()
        for page in pages:
            _leave(page, ledger)
        for name in pdf.attachments():
            ledger.leave("attachment", "", f"attachment {name}" if name else "")
        return _draft(pages, rows, facts.result(), read_by_ocr, ledger)


def _page(pdf: Pdf, number: int) -> PageText | None:
    renew_time()
    try:
        return pdf.page_text(number)
    except UnreadableSource:  # one damaged page does not cost the others
        return None


def _leave(page: PageText | None, ledger: Ledger) -> None:
    """Notes what is on a page and will not be in the text."""
    if page is None:
        return
    place = f"page {page.number}"
    for kind, text in page.left:
        ledger.leave(kind, text, place)
    if not _legible(page):
        ledger.leave("unreadable text", page.text, place)


def _legible(page: PageText) -> bool:
    """Whether the fonts say what their glyphs mean, at least for half of them: letters rather than codes."""
    visible = "".join(page.text.split())
    unknown = len(_UNKNOWN.findall(visible)) + sum(map(len, _CODES.findall(visible)))
    if unknown * 2 > len(visible):
        return False
    return len(visible) < _ENOUGH or sum(map(str.isalnum, visible)) > _LETTERS * len(visible.replace(".", ""))


def _no_text(pages: int) -> EmptySource:
    return EmptySource(
        f"The PDF has {pages} page{'s' * (pages != 1)} but no text; it is probably a scan.",
        "Have it read by OCR: pip install 'footnote-rag[ocr]', then build again.",
        tuple(range(1, pages + 1)),
    )


def _draft(
    pages: list[PageText | None],
    rows: list[list[Row]],
    facts: PdfMetadata,
    scanned: Mapping[int, Sequence[OcrWord]],
    ledger: Ledger,
) -> ParsedContent:
    renew_time()
    body = body_size(rows)
    rows, titles = _without_running_heads(pages, rows, body, ledger)
    outline = (*facts.outline, *titles)
    groups = _with_outline(groups_of(rows), outline)
    levels = _levels(groups, outline)
    title = _title(groups, facts, body, pages)
    weaver = TextBuilder(pages)
    headings = Headings(title)
    blocks: list[Block] = []
    rows_of_tables: list[PlacedRow] = []
    for group in groups:
        start, end = weaver.add(group)
        if start == end:
            continue
        path = headings.path
        if group.kind == "heading":
            text = weaver.text_between(start, end)
            headings.enter(levels[id(group)], text)
            path = headings.path[: -1 if headings.path and headings.path[-1] == " ".join(text.split()) else None]
        if group.kind == "table":
            rows_of_tables.append(PlacedRow(len(blocks), group.rows[0], weaver.cells))
        blocks.append(Block(group.kind, Span(start, end), path))
    text, runs = weaver.finish()
    if not text:
        raise _no_text(len(pages))
    labels = facts.labels if len(facts.labels) == len(pages) else tuple(str(n + 1) for n in range(len(pages)))
    shown = _pages(len(pages), labels, runs, len(text))
    empty = tuple(page.number for page in shown if page.span.start == page.span.end)
    glyphs = tuple(run for run in runs if run.page not in scanned)
    words = tuple(box for run in runs if run.page in scanned for box in _word_boxes(run, pages[run.page - 1]))
    return ParsedContent(
        _MEDIA_TYPE,
        title,
        text,
        tuple(blocks),
        shown,
        glyphs,
        empty,
        words,
        facts.date,
        ledger.entries(),
        tuple(row_hints(rows_of_tables)),
    )


def _without_running_heads(
    pages: Sequence[PageText | None], rows: list[list[Row]], body: float, ledger: Ledger
) -> tuple[list[list[Row]], list[OutlineEntry]]:
    """The rows that are left, and the titles of pages: "Bill no. 4403" is over what stands on its page."""
    heights = [page.height if page else 0.0 for page in pages]
    letters: Counter[bool] = Counter()
    for row in chain.from_iterable(rows):
        letters[row.bold] += len(row.text)
    edges = edges_of(rows, heights, body, letters[True] > letters[False])
    for mine, dropped in zip(rows, edges.furniture, strict=True):
        for at in sorted(dropped):
            ledger.leave("running head", mine[at].text, f"page {mine[at].page}")
    titles = [
        OutlineEntry(_TITLE_OF_PAGE, mine[at].text, mine[at].page)
        for mine, found in zip(rows, edges.titles, strict=True)
        for at in found
    ]
    left = [
        [row for at, row in enumerate(mine) if at not in drop] for mine, drop in zip(rows, edges.furniture, strict=True)
    ]
    return left, titles


def _word_boxes(run: GlyphRun, page: PageText | None) -> Iterator[WordBox]:
    """The words of a page that was read by OCR which a run touches, at their places in the text."""
    assert page is not None
    end = run.index + run.length
    first, last = np.searchsorted(page.ends, run.index, "right"), np.searchsorted(page.starts, end, "left")
    scale = np.array([page.width, page.height] * 2, np.float32)
    for at in range(int(first), int(last)):
        start, stop = max(run.index, int(page.starts[at])), min(end, int(page.ends[at]))
        box = Box(*(page.boxes[at] / scale).clip(0, 1).tolist())
        yield WordBox(run.start + start - run.index, stop - start, run.page, box)


def _pages(count: int, labels: tuple[str, ...], runs: list[GlyphRun], length: int) -> tuple[Page, ...]:
    """Each page reaches from its first character to the first of the next page; one without text is empty."""
    first: dict[int, int] = {}
    for run in runs:
        first.setdefault(run.page, run.start)
    pages: list[Page] = []
    end = length
    for number in range(count, 0, -1):
        start = first.get(number, end)
        pages.append(Page(number, labels[number - 1] or str(number), Span(start, end)))
        end = start
    return tuple(reversed(pages))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _with_outline(groups: list[Group], outline: tuple[OutlineEntry, ...]) -> list[Group]:
    """Makes headings of the rows that the outline names, splitting them off the paragraph they run into."""
    wanted: dict[int, set[str]] = {}
    for entry in outline:
        wanted.setdefault(entry.page, set()).add(_plain(entry.title))
    if not wanted:
        return groups
    found: list[Group] = []
    for group in groups:
        titles = wanted.get(group.rows[0].page, set())
        at = _title_rows(group, titles) if titles and group.kind != "table" else 0
        if at:
            found.append(Group("heading", group.rows[:at]))
            if group.rows[at:]:
                found.append(Group("paragraph" if group.kind == "heading" else group.kind, group.rows[at:]))
        else:
            found.append(group)
    return found


def _title_rows(group: Group, titles: set[str]) -> int:
    """How many of the first three rows make up one of the titles, with or without the number before it; 0 for none."""
    for count in (3, 2, 1):
        text = " ".join(row.text for row in group.rows[:count])
        bare = _DEPTH.sub("", text, count=1)
        if len(group.rows) >= count and (_plain(text) in titles or _plain(bare) in titles) and _plain(bare):
            return count
    return 0


def _levels(groups: list[Group], outline: tuple[OutlineEntry, ...]) -> dict[int, int]:
    """A level for each heading, by `id` of its group: from the outline, else from size and weight."""
    known = {(entry.page, _plain(entry.title)): entry.level for entry in outline}
    heads = [group for group in groups if group.kind == "heading"]
    sizes = sorted({_look(group) for group in heads}, reverse=True)
    pages: dict[tuple[float, bool], set[int]] = {}
    for group in heads:
        pages.setdefault(_look(group), set()).add(group.rows[0].page)
    numbered = {_look(group): match[1].count(".") for group in heads if (match := _DECIMAL.match(group.text))}
    levels: dict[int, int] = {}
    for group in heads:
        page, text, look = group.rows[0].page, group.text, _look(group)
        level = known.get((page, _plain(text))) or known.get((page, _plain(_DEPTH.sub("", text, count=1))))
        if not level and len(pages[look]) == 1 and len(pages) > 1 and not _DECIMAL.match(text):
            level = _INNERMOST  # a size that is used on one page (a cover, a figure) is above nothing elsewhere
        if not level and len(numbered) > 1:
            match = _DECIMAL.match(text)
            level = 20 + 10 * (match[1].count(".") if match else numbered.get(look, 5))
        levels[id(group)] = level or 100 + sizes.index(look)
    return levels


def _look(group: Group) -> tuple[float, bool]:
    return round(group.rows[0].size), group.rows[0].bold


def _title(groups: list[Group], facts: PdfMetadata, body: float, pages: Sequence[PageText | None]) -> str:
    """The metadata's title if the first pages show it; else the largest heading of page 1; else the metadata's."""
    told = plausible_title(facts.title)
    opening = [group for group in groups if group.rows[0].page <= 2][:40]
    if told and _plain(told) in _plain("".join(group.text for group in opening)):
        return told
    large = [g for g in opening if g.kind == "heading" and g.rows[0].page == 1 and g.rows[0].size > 1.25 * body]
    if large:
        shown = max(large, key=lambda group: round(group.rows[0].size))
        builder = TextBuilder(pages)
        builder.add(shown)
        words = " ".join(builder.finish()[0].split())
        if len(words) <= 200 and Counter(words).most_common(1)[0][1] < len(words):
            return plausible_title(words) or told
    return told


def _second_try(data: bytes, pages: list[PageText | None]) -> ParsedContent:
    """pypdf knows some fonts that PDFium does not. Raises EmptySource if it cannot read the glyphs either."""
    if all(page is None or not page.text.strip() or _reads_like_words(page.text) for page in pages):
        raise _no_text(len(pages))
    texts = [text if _reads_like_words(text) else "" for text in page_texts(data)]
    if not any(texts):
        raise _no_text(len(pages))
    return _by_pypdf(data, texts)


def _reads_like_words(text: str) -> bool:
    visible = re.sub(r"\s", "", text)
    return not re.search("[\x00-\x08\ufffd]", text) and sum(map(str.islower, visible)) > 0.4 * len(visible)


def _by_pypdf(data: bytes, texts: list[str]) -> ParsedContent:
    facts = read_metadata(data)
    writer = ContentBuilder(title=plausible_title(facts.title))
    starts: list[int] = []
    for text in texts:
        starts.append(writer.length)
        for paragraph in re.split(r"\n\s*\n", text):
            writer.add("paragraph", paragraph)
    draft = writer.draft(_MEDIA_TYPE)
    if not draft.text:
        raise _no_text(len(texts))
    ends = [*starts[1:], len(draft.text)]
    labels = facts.labels if len(facts.labels) == len(texts) else tuple(str(n + 1) for n in range(len(texts)))
    pages = tuple(
        Page(number, label, Span(start, end))
        for number, (label, start, end) in enumerate(zip(labels, starts, ends, strict=True), 1)
    )
    empty = tuple(page.number for page in pages if page.span.start == page.span.end)
    return ParsedContent(_MEDIA_TYPE, draft.title, draft.text, draft.blocks, pages, (), empty, date=facts.date)
