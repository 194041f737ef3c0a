"""Haystack: its recursive splitter, sentence-transformers embedders, the FAISS document store and its retriever."""

from __future__ import annotations

from pathlib import Path

from doors import CHUNK_TOKENS, OVERLAP_TOKENS, Found, main, model_folder
from haystack import Document
from haystack.components.preprocessors import RecursiveDocumentSplitter
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore


class Haystack:
    """Lengths are in words, as its tokenizer would have to be fetched: three words are about four tokens."""

    def __init__(self, store: Path) -> None:
        self._path = store / "index"
        self._splitter = RecursiveDocumentSplitter(
            split_length=CHUNK_TOKENS * 3 // 4,
            split_overlap=OVERLAP_TOKENS * 3 // 4,
            separators=["\n\n", "\n", r"\. ", " "],
        )
        self._reads = SentenceTransformersDocumentEmbedder(model=model_folder(), progress_bar=False)
        self._asks = SentenceTransformersTextEmbedder(model=model_folder(), progress_bar=False)
        for one in (self._splitter, self._reads, self._asks):  # both embedders share one model
            one.warm_up()

    def build(self, sources: Path) -> None:
        self._path.parent.mkdir(exist_ok=True)
        self._store = FAISSDocumentStore(embedding_dim=384)
        self._write(sorted(sources.glob("*.txt")))

    def open(self) -> None:
        self._store = FAISSDocumentStore(index_path=str(self._path), embedding_dim=384)
        self._retriever = FAISSEmbeddingRetriever(document_store=self._store)

    def search(self, question: str, k: int) -> list[Found]:
        vector = self._asks.run(question)["embedding"]
        found = self._retriever.run(query_embedding=vector, top_k=k)["documents"]
        return [Found(one.meta["file"], one.content or "") for one in found]

    def update(self, path: Path) -> None:
        old = self._store.filter_documents({"field": "meta.file", "operator": "==", "value": path.name})
        self._store.delete_documents([one.id for one in old])
        self._write([path])

    def _write(self, paths: list[Path]) -> None:
        whole = [Document(content=path.read_text("utf-8"), meta={"file": path.name}) for path in paths]
        self._store.write_documents(self._reads.run(self._splitter.run(whole)["documents"])["documents"])
        self._store.save(self._path)


if __name__ == "__main__":
    main(Haystack)
