"""Sets of questions with gold answers, read, cut, encoded and indexed as the program itself would do it.

A set is a folder with `corpus.jsonl`, `queries.jsonl` and `qrels.jsonl`; every row of the corpus becomes a document.
What takes long is kept under a cache folder, named by what made it. This module does not know how passages are ranked.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.progress import track

from rag.indexing.chunk import chunk_document
from rag.lenses.lexical import LexicalLens
from rag.models.encoder.encoder import SentenceEncoder
from rag.parsing import plain
from rag.types import ChunkInput, Document, LexicalEntry, Span, Vectors

__all__ = ["Gold", "Index", "Question", "QuestionSet", "folders_of", "index_of", "load_set", "sampled", "vectors_of"]

Row = TypeVar("Row")
CACHE = Path(tempfile.gettempdir()) / "footnote-benchmarks"


@dataclass(frozen=True, slots=True)
class Gold:
    """A document that answers, and where in it; no spans where the set names only documents."""

    document: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked; `context` is the near-miss or gold document where the set names one."""

    id: str
    text: str
    answerable: bool
    golds: tuple[Gold, ...]
    context: str | None
    history: tuple[str, ...] = ()  # what the person asked before, oldest first


@dataclass(frozen=True, slots=True)
class Index:
    """Documents, their chunks and vectors. Key `i` is chunk `i`; `sentences[first[i] : first[i + 1]]` belong to it."""

    documents: dict[str, Document]
    pieces: list[ChunkInput]
    vectors: Vectors  # (chunks, dim)
    sentences: Vectors  # (sentences, dim)
    first: np.ndarray[Any, Any]  # (chunks + 1,)
    lexical: LexicalLens


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """One folder, ready to be asked."""

    name: str
    index: Index
    questions: list[Question]
    vectors: Vectors  # (questions, dim) of the questions as asked


def folders_of(folder: Path) -> list[Path]:
    """The sets under a folder, by name."""
    return [path.parent for path in sorted(folder.glob("*/corpus.jsonl"))]


def sampled(rows: Sequence[Row], count: int) -> list[Row]:
    """At most `count` rows in their order, the same every time; all where `count` is 0."""
    if not 0 < count < len(rows):
        return list(rows)
    return [rows[at] for at in sorted(random.Random(0).sample(range(len(rows)), count))]


def load_set(folder: Path, encoder: SentenceEncoder, cache: Path = CACHE, count: int = 0) -> QuestionSet:
    """Reads a set's folder, with at most `count` of its questions (0: all). Raises OSError if it is no set."""
    documents = [_document(row) for row in _rows(folder / "corpus.jsonl")]
    golds: dict[str, list[Gold]] = {}
    for row in _rows(folder / "qrels.jsonl"):
        spans = tuple(Span(s["start"], s["end"]) for s in row.get("spans", ()) if s.get("start") is not None)
        golds.setdefault(row["query"], []).append(Gold(row["doc"], spans))
    questions = [
        Question(
            id=row["id"],
            text=row["text"],
            answerable=bool(row["answerable"]),
            golds=tuple(golds.get(row["id"], ())),
            context=row.get("context_doc"),
            history=tuple(turn["text"] for turn in row.get("history") or () if turn["role"] == "user"),
        )
        for row in _rows(folder / "queries.jsonl")
    ]
    questions = sampled(questions, count)
    index = index_of(documents, encoder, cache)
    return QuestionSet(folder.name, index, questions, vectors_of([q.text for q in questions], encoder, cache))


def index_of(documents: Sequence[Document], encoder: SentenceEncoder, cache: Path = CACHE) -> Index:
    """Cuts, encodes and indexes documents; vectors come from the cache where the same texts were encoded before."""
    pieces: list[ChunkInput] = []
    for document in documents:
        pieces += chunk_document(document, count=encoder.count, limit=encoder.max_tokens)
    name = _name([encoder.fingerprint, *(f"{p.reads.text}\0{p.reads.sentences}" for p in pieces)])
    vectors, sentences, first = _kept(cache / f"{name}.pickle", lambda: _encode(pieces, encoder))
    folder = cache / f"{name}.words"
    if not folder.is_dir():
        partial = Path(tempfile.mkdtemp(dir=cache))
        by_id = {document.id: document for document in documents}
        LexicalLens.write(partial, (_entry(key, piece, by_id) for key, piece in enumerate(pieces)))
        partial.rename(folder)
    return Index({d.id: d for d in documents}, pieces, vectors, sentences, first, LexicalLens.open(folder))


def vectors_of(texts: Sequence[str], encoder: SentenceEncoder, cache: Path = CACHE) -> Vectors:
    """The vectors of questions, `(n, dim)`."""

    def encode() -> Vectors:
        return np.stack([encoder.query(text) for text in texts])

    vectors: Vectors = _kept(cache / f"{_name([encoder.fingerprint, 'questions', *texts])}.pickle", encode)
    return vectors


def _entry(key: int, piece: ChunkInput, documents: dict[str, Document]) -> LexicalEntry:
    document, chunk = documents[piece.chunk.document_id], piece.chunk
    context = "\n".join((document.name, *chunk.heading))
    return LexicalEntry(key, document.id, context, document.text[chunk.span.start : chunk.span.end])


def _document(row: dict[str, Any]) -> Document:
    draft = plain.read(row["text"].encode())
    if draft.text != row["text"]:
        raise ValueError(f"the loader changed the text of {row['id']}")
    digest = hashlib.sha256(row["text"].encode()).hexdigest()
    return Document(row["id"], row["id"], row["title"], row["text"], (), tuple(draft.blocks), digest, "text/plain")


def _encode(pieces: Sequence[ChunkInput], encoder: SentenceEncoder) -> tuple[Vectors, Vectors, np.ndarray[Any, Any]]:
    first = np.cumsum([0, *(len(piece.sentences) for piece in pieces)])
    whole = np.zeros((len(pieces), encoder.dimension), np.float32)
    parts = np.zeros((int(first[-1]), encoder.dimension), np.float32)
    encoded = encoder.passages([piece.reads for piece in pieces])
    for at, found in track(encoded, "encoding", len(pieces)):
        whole[at], parts[first[at] : first[at + 1]] = found.vector, found.sentences
    return whole, parts, first


def _kept(path: Path, make: Any) -> Any:
    if path.exists():
        return pickle.loads(path.read_bytes())  # noqa: S301  # our own file
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(pickle.dumps(made, protocol=5))
    partial.rename(path)  # a run that is stopped leaves nothing half written
    return made


def _name(parts: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:20]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
