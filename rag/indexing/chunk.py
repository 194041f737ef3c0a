"""A document becomes chunks: runs of whole sentences that respect headings, overlap by whole sentences, know their
pages, and never exceed what the encoder reads. Pure: the same document gives the same chunks on every machine.

Each chunk comes with what the encoder is to read for it: title and heading path in front, for the later pieces of a
list the sentence that announces it, then the chunk's own text; rows of a table as "column: value" pairs. What is added
helps retrieval and is never part of a quote. This module does not know which encoder counts the tokens.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.language import strip_span, units
from rag.models import count_tokens
from rag.types import Chunk, ChunkInput, Document, EmbedInput, PageRange, Span

__all__ = ["chunk_document", "chunk_id"]

CountTokens = Callable[[Sequence[str]], list[int]]
_DIGIT = re.compile(r"\d")
_OVERLAP_SHARE = 4  # at most one part in so many of a chunk repeats the one before: 1/4, chosen by hand
_PREFIX_TOKENS = 48  # of the encoder's tokens; the heading path is shortened from the front to fit
_HEAD_WORDS = 5  # of the name of a column, the innermost
_LEAD_TOKENS = 24  # of those, for what announces a list or heads a table


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a part of one that is too long, with its size in chunk tokens and in encoder tokens."""

    span: Span
    heading: tuple[str, ...]
    opens: bool  # a heading stands here
    says: bool  # neither a heading nor the head of a table: it may be quoted
    lead: Span | None  # of a list's item the sentence that announces the list, of a table's row the first row
    size: int
    cost: int
    pairs: str = ""  # of a table's row: what the encoder reads for it, "Price: 39; Stock: 120"


def chunk_document(
    document: Document, *, count: CountTokens, limit: int, size: int = 200, overlap: int = 1
) -> list[ChunkInput]:
    """Cuts a document into chunks, in text order.

    `size` is the aim in `cl100k_base` tokens and `overlap` the number of sentences repeated from the chunk before;
    `count` gives the encoder's tokens of texts and `limit` is what it reads at most, special tokens included.
    Every non-space character of the document lies in some chunk.
    """
    room = limit - _PREFIX_TOKENS
    found = _units(document, count, min(size, room), room)
    pieces: list[ChunkInput] = []
    for group in _groups(found, size, room, overlap):
        pieces += _pieces(document, group, count, limit)
    return pieces


def chunk_id(document_id: str, span: Span) -> int:
    """The identity of (document, span): 63 bits, so that it fits a signed 64-bit key."""
    digest = hashlib.sha256(f"{document_id}:{span.start}:{span.end}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _units(document: Document, count: CountTokens, size: int, room: int) -> list[_Unit]:
    spans: list[tuple[Span, tuple[str, ...], bool, bool, Span | None]] = []
    in_table = False
    lead = said = None
    for block, inside in units(document):
        opens = block.kind == "heading"
        heads = block.kind == "table" and not in_table and not _DIGIT.search(document.text, *block.span)
        in_row = block.kind == "table" or (in_table and block.kind == "code")  # the line below a head, in Markdown
        if in_row and not in_table:
            lead = block.span
        elif not in_row:
            lead = said if block.kind == "list" else None
        if block.kind != "list":
            said = inside[-1] if inside and block.kind == "paragraph" else None
        spans += [(span, block.heading, opens, not opens and not heads, lead) for span in inside]
        in_table = in_row
    texts = [document.text[span.start : span.end] for span, *_ in spans]
    pairs = _Pairs(document)
    read = [pairs.of(span) for span, *_ in spans]
    sizes = count_tokens(texts)
    costs = count([said or text for said, text in zip(read, texts, strict=True)])
    found = []
    for (span, heading, opens, says, lead), n, cost, row in zip(spans, sizes, costs, read, strict=True):
        if n <= size and cost <= room:
            found.append(_Unit(span, heading, opens, says, None if row else lead, n, cost, row))
        else:
            parts = _split(document.text, span, count, size, room)
            found += [_Unit(part, heading, opens, says, lead, a, b) for part, a, b in parts]
    return found


class _Pairs:
    """What the encoder reads for rows of a document's tables; the names of columns are made once a table."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._heads: dict[Span, tuple[str, ...]] = {}

    def of(self, span: Span) -> str:
        """A row below its heads as "column: value" pairs, without its blank cells; "" for any other place."""
        found = self._document.row_of(span)
        if found is None:
            return ""
        table, row = found
        heads = self._heads.get(table.span)
        if heads is None:
            heads = self._heads[table.span] = tuple(map(_short, table.heads(self._document.text)))
        cells = zip(heads, table.texts(self._document.text, row), strict=True)
        return "; ".join(f"{head}: {cell}" if head else cell for head, cell in cells if cell)


def _short(head: str) -> str:
    words = head.split()
    return " ".join(words[-_HEAD_WORDS:])


def _split(text: str, span: Span, count: CountTokens, size: int, room: int) -> Iterator[tuple[Span, int, int]]:
    """Halves a span that is too long, at white space where there is some, until every part fits."""
    part = text[span.start : span.end]
    (n,), (cost,) = count_tokens([part]), count([part])
    if (n <= size and cost <= room) or len(part) == 1:
        yield span, n, cost
        return
    middle = len(part) // 2
    gap = max(part.rfind(" ", 0, middle), part.rfind("\n", 0, middle))
    cut = gap + 1 if gap > len(part) // 4 else middle
    for start, end in ((span.start, span.start + cut), (span.start + cut, span.end)):
        half = strip_span(text, Span(start, end))
        if half.start < half.end:
            yield from _split(text, half, count, size, room)


def _groups(found: Iterable[_Unit], size: int, room: int, overlap: int) -> Iterator[list[_Unit]]:
    """Runs of units that fit together. A heading starts a new run unless the run so far is short."""
    run: list[_Unit] = []
    for unit in found:
        filled, cost = sum(u.size for u in run), sum(u.cost for u in run)
        full = filled + unit.size > size or cost + unit.cost > room
        if run and (full or (unit.opens and not run[-1].opens and filled >= size // 3)):
            yield run
            run = (
                _tail(run, overlap, size // _OVERLAP_SHARE, size - unit.size, room - unit.cost)
                if not unit.opens
                else []
            )
        run.append(unit)
    if run:
        yield run


def _tail(run: Sequence[_Unit], overlap: int, most: int, size: int, room: int) -> list[_Unit]:
    """The last `overlap` sentences of a run, as far as they are short and leave place for the next one."""
    tail: list[_Unit] = []
    for unit in reversed(run[1:]):
        filled, cost = sum(u.size for u in tail) + unit.size, sum(u.cost for u in tail) + unit.cost
        if len(tail) == overlap or unit.opens or unit.pairs or filled > min(most, size) or cost > room:
            break
        tail.insert(0, unit)
    return tail


def _pieces(document: Document, group: Sequence[_Unit], count: CountTokens, limit: int) -> Iterator[ChunkInput]:
    """The group as one piece, or as two if tokens that merge differently in context push it over the limit."""
    span = Span(group[0].span.start, group[-1].span.end)
    prefix = _prefix(document, group, count)
    own, places = _read(document, group)
    text = prefix + own
    if count([text])[0] > limit:
        if len(group) == 1:
            prefix, text = "", own
            if count([text])[0] > limit:
                raise AssertionError(f"{document.path}: a part of {len(text)} characters exceeds the encoder's {limit}")
        else:
            middle = len(group) // 2
            yield from _pieces(document, group[:middle], count, limit)
            yield from _pieces(document, group[middle:], count, limit)
            return
    inside = tuple(unit.span for unit in group if unit.says)
    moved = len(prefix)
    said = (place for place, unit in zip(places, group, strict=True) if unit.says)
    reads = EmbedInput(text, tuple(Span(place.start + moved, place.end + moved) for place in said))
    chunk = Chunk(
        id=chunk_id(document.id, span),
        document_id=document.id,
        span=span,
        pages=_pages(document, span),
        heading=group[0].heading,
    )
    yield ChunkInput(chunk, inside, reads)


def _read(document: Document, group: Sequence[_Unit]) -> tuple[str, list[Span]]:
    """What the encoder reads for a group without its prefix, and where each unit stands there."""
    parts: list[str] = []
    places: list[Span] = []
    length, end = 0, group[0].span.start
    for unit in group:
        gap = document.text[end : unit.span.start]
        said = unit.pairs or document.text[slice(*unit.span)]
        parts += (gap, said)
        places.append(Span(length + len(gap), length + len(gap) + len(said)))
        length += len(gap) + len(said)
        end = unit.span.end
    return "".join(parts), places


def _prefix(document: Document, group: Sequence[_Unit], count: CountTokens) -> str:
    """Title and heading path on one line, what announces the first unit on the next, both shortened until they fit.

    The path loses its outer headings, what announces its end.
    """
    lead = group[0].lead
    words = document.text[lead.start : lead.end].split() if lead and lead.end <= group[0].span.start else []
    parts = [part for part in (document.title, *group[0].heading) if part]
    path = f"{' > '.join(parts)}\n" if parts else ""
    while path and count([path])[0] > _PREFIX_TOKENS - (_LEAD_TOKENS if words and len(parts) > 1 else 0):
        parts.pop(1 if len(parts) > 2 else 0)
        path = f"{' > '.join(parts)}\n" if parts else ""
    while words:
        both = f"{path}{' '.join(words)}\n"
        if count([both])[0] <= _PREFIX_TOKENS:
            return both
        words = words[: len(words) * 3 // 4]
    return path


def _pages(document: Document, span: Span) -> PageRange | None:
    first, last = document.page_at(span.start), document.page_at(span.end - 1)
    return PageRange(first.number, last.number) if first and last else None
