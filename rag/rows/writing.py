"""Values become rows. The order of the columns is said with each function."""

from __future__ import annotations

import json

import numpy as np

from rag.rows.packing import pack_left, pack_spans, pack_vectors
from rag.types import (
    Chunk,
    ChunkEmbedding,
    Document,
    FileRow,
    LoadedDocument,
    PackedVectors,
    Span,
    pack_tables,
    suffix_of,
)

__all__ = ["chunk_row", "document_row", "file_row", "vector_row", "words_row"]


def file_row(f: FileRow) -> tuple[object, ...]:
    """`path, size, modified_ns, sha256, status, document_id, reason, hint, empty_pages`."""
    pages = json.dumps(f.empty_pages)
    return f.path, f.size, f.modified_ns, f.sha256, f.status, f.document_id, f.reason, f.hint, pages


def document_row(loaded: LoadedDocument, recipe: str) -> tuple[object, ...]:
    """`id, recipe, title, media_type, sha256, text, pages, blocks, empty_pages, glyphs, suffix, date, language,
    left_out, tables`.
    """
    document = loaded.document
    return (
        document.id,
        recipe,
        document.title,
        document.media_type,
        document.sha256,
        document.text.encode(),
        json.dumps([(page.number, page.label, *page.span) for page in document.pages]),
        json.dumps([(block.kind, *block.span, block.heading) for block in document.blocks]),
        json.dumps(loaded.pages_without_text),
        np.array(loaded.glyphs, np.int32).tobytes(),
        suffix_of(document.path),
        document.date,
        document.language,
        pack_left(document.left),
        pack_tables(document.tables),
    )


def words_row(loaded: LoadedDocument, recipe: str) -> tuple[object, ...]:
    """`document_id, recipe, places, boxes`, for a document that has words."""
    places = np.array([word[:3] for word in loaded.words], np.int32)
    boxes = np.array([word.box for word in loaded.words], np.float32)
    return loaded.document.id, recipe, places.tobytes(), boxes.tobytes()


def chunk_row(
    document: Document, recipe: str, chunk: Chunk, sentences: tuple[Span, ...], vector_id: bytes
) -> tuple[object, ...]:
    """`id, recipe, document_id, start, stop, first_page, last_page, heading, text, sentences, vector_id`."""
    return (
        chunk.id,
        recipe,
        chunk.document_id,
        *chunk.span,
        *(chunk.pages or (None, None)),
        json.dumps(chunk.heading),
        document.text[chunk.span.start : chunk.span.end].encode(),
        pack_spans(sentences),
        vector_id,
    )


def vector_row(one: bytes, embedding: ChunkEmbedding) -> PackedVectors:
    """`id, vector, sentences`: the vector as float32, those of the sentences in 8 bits."""
    return PackedVectors(one, embedding.vector.astype(np.float32).tobytes(), pack_vectors(embedding.sentences))
