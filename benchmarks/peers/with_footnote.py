"""Footnote itself: `rag.build` and `rag.open` do, with the encoder loaded before."""

from __future__ import annotations

from pathlib import Path

from doors import Found, main

from rag.assistant import Assistant, embedded
from rag.config import load_config
from rag.indexing.builder import build
from rag.models.encoder.encoder import SentenceEncoder


class Footnote:
    """The encoder is loaded at first, as those of the others are."""

    def __init__(self, store: Path) -> None:
        self._config = load_config(index=store)
        self._encoder = SentenceEncoder()
        self._encoder.query("Load the weights.")

    def build(self, sources: Path) -> None:
        size, overlap = self._config.chunk_tokens, self._config.overlap_sentences
        build(sources, embedded(self._config.index), encoder=self._encoder, size=size, overlap=overlap)

    def open(self) -> None:
        self._assistant = Assistant(self._config, self._encoder)

    def search(self, question: str, k: int) -> list[Found]:
        return [
            Found(one.document.path, one.document.text[slice(*one.chunk.span)])
            for one in self._assistant.search(question, k)
        ]

    def update(self, path: Path) -> None:  # noqa: ARG002  # it finds out by itself what has changed
        self._assistant.build()


if __name__ == "__main__":
    main(Footnote)
