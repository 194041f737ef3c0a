"""Folders of made-up documents of any size, and an encoder that costs nothing, to see what an index itself costs.

Texts are sentences of `../shared/eval` (or of the sample sources where that is absent) put together anew; a passage's
vector is drawn around that of a real passage, off it as the real ones are off their mean. Questions are real, encoded
by the real encoder. So sizes, word frequencies and distances are like those of real documents, and meaning is not.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.dense import SETS, SHARED, drawn, real
from rag.indexing.builder import recipe_of
from rag.indexing.chunk import chunk_id
from rag.models import count_tokens
from rag.models.encoder.encoder import SentenceEncoder
from rag.parsing import load_bytes
from rag.storage.store import Store
from rag.types import Chunk, ChunkEmbedding, ChunkInput, Document, EmbedInput, Span, Vectors

__all__ = [
    "CHUNKS_A_FILE",
    "FILES_A_FOLDER",
    "PARAGRAPHS",
    "DrawnEncoder",
    "sentences",
    "store_documents",
    "write_files",
]

CHUNKS_A_FILE = 8  # about
PARAGRAPHS = 10  # of a file
_TOKENS = 110  # of a paragraph, at least
FILES_A_FOLDER = 1000
_PARAGRAPH, _SENTENCE = re.compile(r"[^\n]+"), re.compile(r"\S.*?(?:\.(?= )|$)")
_NEAR = 0.9  # how much of a sentence's vector is its passage's


class DrawnEncoder:
    """The real encoder for questions; for passages a vector drawn around a real one, chosen by a hash of the text."""

    fingerprint = "drawn"

    def __init__(self, pool: Vectors) -> None:
        """`pool`: vectors drawn around real ones, as `make_pool` makes them."""
        self._pool, self._real = pool, SentenceEncoder()
        self.dimension, self.max_tokens = self._real.dimension, self._real.max_tokens

    @staticmethod
    def make_pool(size: int = 20_000) -> Vectors:
        """`(size, dim)` unit vectors around those of real passages; sums of two are 400 million different ones."""
        return drawn(real(200, 20)[0], size)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens, by the real tokenizer."""
        return self._real.count(texts)

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        """In the order given. A sentence's vector lies near its passage's."""
        for i, item in enumerate(inputs):
            digest = hashlib.blake2b(item.text.encode(), digest_size=8).digest()
            rows = np.random.default_rng(int.from_bytes(digest, "big")).integers(len(self._pool), size=2)
            one = self._pool[rows[0]] + 0.2 * self._pool[rows[1]]
            at = (int(rows[1]) + np.arange(len(item.sentences))) % len(self._pool)
            yield i, ChunkEmbedding(_unit(one), _unit(_NEAR * one + (1 - _NEAR) * self._pool[at]))

    def query(self, text: str) -> Vectors:
        """The real vector."""
        return self._real.query(text)


def sentences() -> list[str]:
    """Sentences of the sets."""
    files = [SHARED / name / "corpus.jsonl" for name in SETS if (SHARED / name).is_dir()]
    known = [json.loads(line)["text"] for file in files for line in file.open()]
    known = known or [path.read_text("utf-8") for path in sorted(Path("sources").glob("*.md"))]
    split = (one.strip() for text in known for one in text.replace("\n", " ").split(". "))
    return [f"{one.rstrip('.')}." for one in split if 20 < len(one) < 300]


def write_files(folder: Path, count: int) -> None:
    """Writes so many files, `<folder>/<thousand>/<file>.txt`; always the same ones."""
    known = sentences()
    tokens = count_tokens(known)
    for file in range(count):
        place = folder / f"{file // FILES_A_FOLDER:03}" / f"{file:06}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        choose = random.Random(file)
        place.write_text("\n\n".join(_paragraph(choose, known, tokens) for _ in range(PARAGRAPHS)), "utf-8")


def store_documents(sources: Path, index: Path, encoder: DrawnEncoder, *, size: int, overlap: int) -> None:
    """Stores what a build that was stopped before its last step would have stored: the next build takes it up.

    Every paragraph is one chunk, as counting tokens and cutting would take most of the time at a million.
    """
    recipe = recipe_of(encoder, size, overlap)
    with Store(index).writer() as writer:
        writer._db.execute("PRAGMA synchronous = OFF")  # what is made here is measured afterwards, not while it is made
        for path in sorted(sources.rglob("*.txt")):
            loaded = load_bytes(path.read_bytes(), path.name)
            if writer.find_document(loaded.document.sha256, recipe, path.name):
                continue  # stored by a run that was stopped
            pieces = [_piece(loaded.document, found.span()) for found in _PARAGRAPH.finditer(loaded.document.text)]
            ids = [hashlib.blake2b(piece.reads.text.encode(), digest_size=16).digest() for piece in pieces]
            vectors = encoder.passages([piece.reads for piece in pieces])
            writer.put_vectors((ids[i], found) for i, found in vectors)
            chunks = ((piece.chunk, piece.sentences, one) for piece, one in zip(pieces, ids, strict=True))
            writer.put_document(loaded, recipe, chunks)


def _piece(document: Document, bounds: tuple[int, int]) -> ChunkInput:
    span = Span(*bounds)
    text = document.text[span.start : span.end]
    found = [Span(*one.span()) for one in _SENTENCE.finditer(text)]
    chunk = Chunk(chunk_id(document.id, span), document.id, span)
    spans = tuple(Span(span.start + one.start, span.start + one.end) for one in found)
    return ChunkInput(chunk, spans, EmbedInput(text, tuple(found)))


def _paragraph(choose: random.Random, known: Sequence[str], tokens: Sequence[int]) -> str:
    text, length = [], 0
    while length < _TOKENS:
        at = choose.randrange(len(known))
        text.append(known[at])
        length += tokens[at]
    return " ".join(text)


def _unit(vectors: Vectors) -> Vectors:
    norms: Vectors = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    unit: Vectors = vectors / norms
    return unit
