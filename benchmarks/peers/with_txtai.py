"""txtai: its segmentation with a recursive chunker, an embeddings database with content, `upsert` and `delete`."""

from __future__ import annotations

from pathlib import Path

from doors import CHUNK_TOKENS, Found, main, model_folder
from txtai import Embeddings
from txtai.pipeline import Segmentation


class Txtai:
    """Hybrid search, as its documentation advises for words and meaning together."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._segments = Segmentation(chunker="recursive", chunk_size=4 * CHUNK_TOKENS)  # of characters
        self._embeddings = Embeddings(path=model_folder(), content=True, hybrid=True)

    def build(self, sources: Path) -> None:
        self._embeddings.index(row for path in sorted(sources.glob("*.txt")) for row in self._rows(path))
        self._embeddings.save(str(self._store))

    def open(self) -> None:
        self._embeddings.load(str(self._store))

    def search(self, question: str, k: int) -> list[Found]:
        return [Found(row["id"].partition("#")[0], row["text"]) for row in self._embeddings.search(question, k)]

    def update(self, path: Path) -> None:
        query, name = "select id from txtai where id like :name", {"name": f"{path.name}#%"}
        old = self._embeddings.search(query, 1_000_000, parameters=name)
        self._embeddings.delete([row["id"] for row in old])
        self._embeddings.upsert(self._rows(path))
        self._embeddings.save(str(self._store))

    def _rows(self, path: Path) -> list[tuple[str, str]]:
        return [(f"{path.name}#{i}", text) for i, text in enumerate(self._segments(path.read_text("utf-8")))]


if __name__ == "__main__":
    main(Txtai)
