"""LlamaIndex: SimpleDirectoryReader, SentenceSplitter, VectorStoreIndex in its default store, `refresh_ref_docs`."""

from __future__ import annotations

from pathlib import Path

from doors import CHUNK_TOKENS, OVERLAP_TOKENS, Found, main, model_folder
from llama_index.core import Document, Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding


class LlamaIndex:
    """The file's name is the document's id, and is kept out of what is embedded."""

    def __init__(self, store: Path) -> None:
        self._store = store
        Settings.llm = None
        Settings.embed_model = HuggingFaceEmbedding(model_folder(), embed_batch_size=32)
        Settings.node_parser = SentenceSplitter(chunk_size=CHUNK_TOKENS, chunk_overlap=OVERLAP_TOKENS)

    def build(self, sources: Path) -> None:
        self._index = VectorStoreIndex.from_documents([_document(path) for path in sorted(sources.glob("*.txt"))])
        self._index.storage_context.persist(str(self._store))

    def open(self) -> None:
        self._index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(self._store)))

    def search(self, question: str, k: int) -> list[Found]:
        nodes = self._index.as_retriever(similarity_top_k=k).retrieve(question)
        return [Found(str(node.node.ref_doc_id), node.node.get_content()) for node in nodes]

    def update(self, path: Path) -> None:
        self._index.refresh_ref_docs([_document(path)])
        self._index.storage_context.persist(str(self._store))


def _document(path: Path) -> Document:
    return Document(text=path.read_text("utf-8"), id_=path.name)


if __name__ == "__main__":
    main(LlamaIndex)
