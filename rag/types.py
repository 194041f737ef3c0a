"""The values that flow through the program: frozen, slotted, and without behaviour beyond showing themselves.

Spans are half-open code-point offsets into `Document.text`. Pages are numbered from 1 in file order; the printed
label stands beside the number. This module does not know how any value is made.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
"""Unit vectors, `(n, dim) float32`, or one of them, `(dim,) float32`."""
Keys: TypeAlias = NDArray[np.int64]
"""Chunk ids, `(n,) int64`."""
JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

BlockKind: TypeAlias = Literal["paragraph", "heading", "list", "table", "code"]
SourceStatus: TypeAlias = Literal["indexed", "no_text", "failed", "skipped"]
Support: TypeAlias = Literal["quoted", "supported", "unsupported", "contradicted"]
AnswerStatus: TypeAlias = Literal["answered", "partly", "not_found"]
Role: TypeAlias = Literal["user", "assistant"]


class Span(NamedTuple):
    """Half-open `[start, end)` in code points of `Document.text`."""

    start: int
    end: int


class GlyphRun(NamedTuple):
    """`text[start : start + length]` are the characters `index .. index + length` of PDF page `page` (1-based).

    `index` counts the characters of the page as PDFium numbers them, so a span leads back to its boxes.
    """

    start: int
    page: int
    index: int  # type: ignore[assignment]  # a tuple has a method of this name, which nobody calls here
    length: int


class Box(NamedTuple):
    """A place on a page as shown, in fractions of its width and height from the top left."""

    left: float
    top: float
    right: float
    bottom: float


class WordBox(NamedTuple):
    """`text[start : start + length]` was read by OCR from this place of PDF page `page` (1-based)."""

    start: int
    length: int
    page: int
    box: Box


class PageRange(NamedTuple):
    """First and last page that a chunk touches, both included, 1-based."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document. A page without text has an empty span."""

    number: int
    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table row or piece of code; `heading` is the path above it, outermost first."""

    kind: BlockKind
    span: Span
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One source, read. `id` comes from the content, so the same file twice is one document.

    `title` is what the content itself calls itself and may be empty; `name` is never empty. Pages and blocks are in
    text order, do not overlap, and lie inside the text. Only paginated formats have pages.
    """

    id: str
    path: str  # relative to the sources folder, forward slashes
    title: str
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    sha256: str  # of the file's bytes
    media_type: str
    date: str = ""  # what it gives as its own: 2025-03-31, 2025-03 or 2025, empty where it gives none

    @property
    def name(self) -> str:
        """The title, or the file's name made readable where the content has none."""
        return self.title or PurePosixPath(self.path).stem.replace("_", " ").replace("-", " ").strip() or self.path

    def page_at(self, offset: int) -> Page | None:
        """The page that holds the code point at `offset`, or None where there are no pages."""
        at = bisect_right(self.pages, offset, key=lambda page: page.span.start) - 1
        while at > 0 and self.pages[at].span.start == self.pages[at].span.end:
            at -= 1
        return self.pages[at] if at >= 0 else None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loader gives: the document, the way back to the page (PDF only), and the pages that hold no text.

    `glyphs` lead back from what the file itself says, `words` from what OCR read; both are in text order.
    """

    document: Document
    glyphs: tuple[GlyphRun, ...] = ()
    pages_without_text: tuple[int, ...] = ()
    words: tuple[WordBox, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage-sized piece of a document, `document.text[span]`; `id` is a 63-bit hash of document and span."""

    id: int
    document_id: str
    span: Span
    pages: PageRange | None = None
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranks:
    """What each lens said of a passage: rank from 1, None where the lens did not return it."""

    dense: int | None = None
    lexical: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for a question. Higher scores are better; scores of different questions cannot be compared."""

    chunk: Chunk
    document: Document
    score: float
    ranks: Ranks = Ranks()

    @property
    def text(self) -> str:
        """The chunk's own text, exactly as it stands in the source."""
        return self.document.text[self.chunk.span.start : self.chunk.span.end]

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready: id, path, title, text, span, page, page_label, heading, score, ranks."""
        page = self.document.page_at(self.chunk.span.start)
        return {
            "id": f"{self.chunk.id:016x}",
            "document_id": self.document.id,
            "path": self.document.path,
            "title": self.document.name,
            "text": self.text,
            "span": list(self.chunk.span),
            "page": page.number if page else None,
            "page_label": page.label if page else None,
            "pages": list(self.chunk.pages) if self.chunk.pages else None,
            "heading": list(self.chunk.heading),
            "score": round(self.score, 6),
            "ranks": {"dense": self.ranks.dense, "lexical": self.ranks.lexical},
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its sentences (spans of the document) and a unit vector for each, `(sentences, dim)`."""

    passage: Passage
    sentences: tuple[Span, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered pointer to source text: `quote == document.text[span]`, always. `page` is where the span starts.

    `answer` is the part of `span` that holds the exact words asked for, where they are known.
    """

    number: int
    document_id: str
    path: str
    title: str
    page: int | None
    page_label: str | None
    span: Span
    quote: str
    answer: Span | None = None

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return cast(dict[str, JSON], _plain(self))


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and the citations that carry it.

    `answer` is where in `text` the exact words asked for stand, in code points of `text`, where they are known.
    """

    text: str
    citations: tuple[Citation, ...]
    support: Support
    answer: Span | None = None

    def __str__(self) -> str:
        """The sentence with its `[n]` marks, and what is wrong with it where something is."""
        said = {"unsupported": " (not found in the sources)", "contradicted": " (the sources say otherwise)"}
        return self.text + said.get(self.support, "") + "".join(f" [{citation.number}]" for citation in self.citations)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `asked_as` is the stand-alone form it was understood as; `confidence` lies in [0, 1].

    `not_found` has no claims: `passages` are then the nearest ones, offered as such and never as citations. `notes` are
    sentences about the answer for the person who asked: that sources differ, that it was limited to some of them.
    `differing` are the numbers of citations whose exact words are different figures for the same thing.
    """

    question: str
    asked_as: str
    status: AnswerStatus
    claims: tuple[Claim, ...]
    passages: tuple[Passage, ...]
    confidence: float
    notes: tuple[str, ...] = ()
    differing: tuple[int, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations in order of number, each once."""
        unique = {citation.number: citation for claim in self.claims for citation in claim.citations}
        return tuple(unique[number] for number in sorted(unique))

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready: question, asked_as, status, claims (with citations), passages, confidence, notes, differing."""
        return {
            "question": self.question,
            "asked_as": self.asked_as,
            "status": self.status,
            "claims": [_plain(claim) for claim in self.claims],
            "passages": [passage.to_dict() for passage in self.passages],
            "confidence": round(self.confidence, 4),
            "notes": list(self.notes),
            "differing": list(self.differing),
        }

    def __str__(self) -> str:
        """Markdown: the sentences with `[n]` marks, then the list of sources."""
        if self.status == "not_found":
            lines = ["The sources do not answer this question.", *self.notes]
            if self.passages:
                lines += ["", "Nearest passages, which do not answer it:"]
                lines += [f"- {_place(p.document.name, p.document.path, None)}" for p in self.passages[:3]]
            return "\n".join(lines)
        said = " ".join(map(str, self.claims))
        cited = self.citations
        sources = [f'[{c.number}] {_place(c.title, c.path, c.page_label or c.page)}: "{c.quote}"' for c in cited]
        return "\n".join([said, *self.notes, "", "Sources:", *sources])


@dataclass(frozen=True, slots=True)
class Found:
    """The first event of an answer: the passages it will be read from."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A further piece of the answer's text, as it comes; marks are never split over two pieces.

    `anew`: what came before is withdrawn, since a language model was only thinking aloud.
    """

    text: str
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The last event: the whole answer."""

    answer: Answer


Event: TypeAlias = Found | Delta | Done


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file under the sources folder and what became of it. `pages == pages with text + len(pages_without_text)`."""

    path: str
    status: SourceStatus
    title: str = ""
    document_id: str | None = None
    media_type: str = ""
    sha256: str = ""
    size: int = 0  # bytes
    pages: int = 0
    pages_without_text: tuple[int, ...] = ()
    chunks: int = 0
    reason: str = ""  # why it failed, is skipped, or has no text
    hint: str = ""  # what to do about it
    date: str = ""  # the document's own
    modified: float = field(default=0.0, compare=False)  # the file's last change, in seconds since 1970

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return cast(dict[str, JSON], _plain(self))


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no document, and the remedy."""

    path: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Move:
    """A file found again under another path."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Paths are relative to the sources folder and sorted; `seconds` is wall time."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[Move, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    chunks_embedded: int
    seconds: float
    chunks: int = 0  # in the index after the build
    no_text: tuple[Failure, ...] = ()  # read, but nothing in them to read: scans, empty files
    skipped: tuple[Failure, ...] = ()

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return cast(dict[str, JSON], _plain(self))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: `done` of `total` units of `stage`, now at `detail`."""

    stage: Literal["reading", "embedding", "writing", "asking"]
    done: int
    total: int
    detail: str = ""


OnProgress: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class EmbedInput:
    """What the encoder reads for one chunk: `text` is prefix and body together; `sentences` are spans in `text`."""

    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A chunk's vector and one vector for each of its sentences, from the same reading."""

    vector: Vectors  # (dim,) unit length
    sentences: Vectors  # (sentences, dim) unit length


class Encoder(Protocol):
    """Turns text into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """What the model reads of a text, in its own tokens, special tokens included."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, special tokens included."""

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, Embedded]]:
        """Yields `(position in inputs, vectors)` in whatever order is fastest."""

    def query(self, text: str) -> Vectors:
        """The vector of a question, `(dim,)`."""


class Window(NamedTuple):
    """A run of whole sentences to read: `context` is title and headings, `sentences` are spans of `text`, in order."""

    context: str
    text: str
    sentences: tuple[Span, ...]


class SentenceRead(NamedTuple):
    """What a reader says of a sentence: log odds that the answer stands in it against that nothing in its window
    answers, and the likeliest exact words, a span of the window's text inside the sentence.
    """

    score: float
    answer: Span


class Reader(Protocol):
    """Reads windows of text for a question."""

    def read(self, question: str, windows: Sequence[Window]) -> list[tuple[SentenceRead, ...]]:
        """For each window one value for each of its sentences."""


class Inference(NamedTuple):
    """Probabilities in [0, 1] that a text follows from another, and that its opposite does."""

    entailed: float
    contradicted: float


class Entailment(Protocol):
    """Judges whether a text follows from another."""

    def infer(self, premise: str, hypothesis: str) -> Inference:
        """What follows. Raises ModelProblem."""


class LanguageModel(Protocol):
    """Writes text. Every member but `name` and `place` may raise LanguageModelProblem."""

    @property
    def name(self) -> str:
        """As the setting names it."""

    @property
    def place(self) -> str:
        """Where it runs: a host with its port, or this process."""

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, or a few more than it has."""

    def write(self, instructions: str, turns: Sequence[Turn], most: int, stop: threading.Event) -> Iterator[str]:
        """At most `most` tokens in pieces as they come, "" as a sign of life; ends soon after `stop` is set.

        Raises LanguageModelProblem, AnswerCutOff among them where it had more to say.
        """

    def close(self) -> None:
        """Lets go of connections and weights."""


def _plain(value: Any) -> Any:
    """Dataclasses to dictionaries, tuples to lists; spans become `[start, end]`."""
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _place(title: str, path: str, page: str | int | None) -> str:
    return f"{title} ({path}{f', page {page}' if page is not None else ''})"
