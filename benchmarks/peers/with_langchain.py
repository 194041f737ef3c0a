"""LangChain: its recursive splitter, HuggingFaceEmbeddings, the FAISS store, and the indexing API for changes."""

from __future__ import annotations

from pathlib import Path

import faiss
from doors import CHUNK_TOKENS, OVERLAP_TOKENS, Found, main, model_folder
from langchain_classic.indexes import SQLRecordManager
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.indexing import index
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter


class LangChain:
    """Documents go through `index(..., cleanup="incremental")`, so that a changed one replaces what it said before."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._splitter = RecursiveCharacterTextSplitter.from_tiktoken_encoder(
            "cl100k_base", chunk_size=CHUNK_TOKENS, chunk_overlap=OVERLAP_TOKENS
        )
        self._embeddings = HuggingFaceEmbeddings(
            model_name=model_folder(), encode_kwargs={"normalize_embeddings": True}
        )

    def build(self, sources: Path) -> None:
        self._store.mkdir(exist_ok=True)
        self._vectors = FAISS(self._embeddings, faiss.IndexFlatL2(384), InMemoryDocstore(), {})
        self._take(sorted(sources.glob("*.txt")))

    def open(self) -> None:
        self._vectors = FAISS.load_local(str(self._store), self._embeddings, allow_dangerous_deserialization=True)

    def search(self, question: str, k: int) -> list[Found]:
        return [Found(one.metadata["source"], one.page_content) for one in self._vectors.similarity_search(question, k)]

    def update(self, path: Path) -> None:
        self._take([path])

    def _take(self, paths: list[Path]) -> None:
        records = SQLRecordManager("faiss", db_url=f"sqlite:///{self._store / 'records.db'}")
        records.create_schema()
        whole = [Document(path.read_text("utf-8"), metadata={"source": path.name}) for path in paths]
        parts = self._splitter.split_documents(whole)
        index(parts, records, self._vectors, cleanup="incremental", source_id_key="source", key_encoder="sha256")
        self._vectors.save_local(str(self._store))


if __name__ == "__main__":
    main(LangChain)
