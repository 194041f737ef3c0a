"""What a person writes who takes no framework: sentence-transformers, FAISS, JSON; the peer that carries the least.

A change is encoded anew, its old vectors are removed, and everything is written again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faiss
from doors import CHUNK_TOKENS, Found, main, model_folder
from sentence_transformers import SentenceTransformer


class Script:
    """Paragraphs joined up to the wanted length, a flat index."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._model = SentenceTransformer(model_folder(), local_files_only=True)

    def build(self, sources: Path) -> None:
        chunks = [Found(path.name, text) for path in sorted(sources.glob("*.txt")) for text in _chunks(path)]
        index = faiss.IndexFlatIP(384)
        index.add(self._encode([chunk.text for chunk in chunks]))
        self._write(index, chunks)

    def open(self) -> None:
        self._index = faiss.read_index(str(self._store / "vectors.faiss"))
        self._chunks = [Found(*row) for row in json.loads((self._store / "chunks.json").read_text("utf-8"))]

    def search(self, question: str, k: int) -> list[Found]:
        _, rows = self._index.search(self._encode([question]), k)
        return [self._chunks[row] for row in rows[0]]

    def update(self, path: Path) -> None:
        old = [row for row, chunk in enumerate(self._chunks) if chunk.path == path.name]
        self._index.remove_ids(faiss.IDSelectorBatch(old))
        fresh = [Found(path.name, text) for text in _chunks(path)]
        self._index.add(self._encode([chunk.text for chunk in fresh]))
        self._write(self._index, [chunk for chunk in self._chunks if chunk.path != path.name] + fresh)

    def _encode(self, texts: list[str]) -> Any:
        return self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    def _write(self, index: faiss.Index, chunks: list[Found]) -> None:
        self._store.mkdir(exist_ok=True)
        faiss.write_index(index, str(self._store / "vectors.faiss"))
        (self._store / "chunks.json").write_text(json.dumps(chunks), "utf-8")


def _chunks(path: Path) -> list[str]:
    chunks: list[str] = []
    for paragraph in path.read_text("utf-8").split("\n\n"):
        if chunks and len(chunks[-1]) + len(paragraph) < 4 * CHUNK_TOKENS:  # about four characters a token
            chunks[-1] += "\n\n" + paragraph
        else:
            chunks.append(paragraph)
    return chunks


if __name__ == "__main__":
    main(Script)
