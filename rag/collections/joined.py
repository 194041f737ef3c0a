"""Several open indexes as one: what is asked of them is answered once, from the best passages of all.

Paths begin with the name of the collection. This module does not know who may ask them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from rag.answering import TimeLimit, answer_of, nearest_passages
from rag.assistant import Assistant, OpenSources
from rag.errors import ConfigProblem, QuestionProblem
from rag.evidence import Origin, SourceState, SourceViewer
from rag.indexing import FolderChanges
from rag.language import composed
from rag.retrieval import Corpus, JoinedCorpus
from rag.types import Answer, Box, Citation, Document, Event, Passage, Source, Span, Turn

__all__ = ["JoinedAssistant", "JoinedViewer"]


class JoinedAssistant:
    """Several open indexes, by the names of their collections; they stay theirs who opened them."""

    def __init__(self, parts: Mapping[str, Assistant]) -> None:
        """Raises ConfigProblem for indexes of different models or chunk settings, whose scores say nothing together."""
        self._parts = dict(parts)
        self._first = next(iter(self._parts.values()))
        if len({part.recipe for part in self._parts.values()}) > 1:
            raise ConfigProblem(
                "These collections were built with different settings and cannot be asked together.",
                "Ask them one by one, or give them the same model and chunk settings.",
            )
        self._asked = replace(self._first.asked, opened=self.corpus)

    @property
    def language_model(self) -> str:
        """That of the first."""
        return self._first.language_model

    @property
    def generation(self) -> int:
        """Grows whenever one of them is built."""
        return sum(part.generation for part in self._parts.values())

    def language_models(self) -> list[str]:
        """Those of the first."""
        return self._first.language_models()

    def warm_up(self) -> None:
        """As `Assistant` has it."""
        self._first.warm_up()

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        paths: Sequence[str] | None = None,
        *,
        llm: str | None = None,
    ) -> Answer:
        """As `Assistant` has it."""
        return answer_of(self.stream(question, turns, paths, llm=llm))

    def stream(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        paths: Sequence[str] | None = None,
        *,
        llm: str | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """As `Assistant` has it."""
        return self._asked.stream(question, turns, paths, self._first.writer(llm), stop)

    def search(self, question: str, k: int = 8, paths: Sequence[str] | None = None) -> list[Passage]:
        """As `Assistant` has it."""
        return nearest_passages(self.corpus, question, k, paths)

    def documents(self) -> list[Source]:
        """As `Assistant` has it."""
        return [
            replace(source, path=f"{name}/{source.path}")
            for name, part in self._parts.items()
            for source in part.documents()
        ]

    def document(self, document_id: str) -> Document | None:
        """As `Assistant` has it."""
        for name, part in self._parts.items():
            if (found := part.document(document_id)) is not None:
                return replace(found, path=f"{name}/{found.path}")
        return None

    def folder_changes(self) -> FolderChanges:
        """As `Assistant` has it."""
        each = [(name, part.folder_changes()) for name, part in self._parts.items()]
        return FolderChanges(
            new=tuple(f"{name}/{path}" for name, changes in each for path in changes.new),
            changed=tuple(f"{name}/{path}" for name, changes in each for path in changes.changed),
            gone=tuple(f"{name}/{path}" for name, changes in each for path in changes.gone),
        )

    @contextmanager
    def corpus(
        self, paths: Sequence[str] | None = None, language: str = "", limit: TimeLimit | None = None
    ) -> Iterator[Corpus]:
        """See `OpenCorpus`. Where only some sources are asked, their collections alone are searched."""
        wanted = dict.fromkeys(self._parts) if paths is None else _by_part(paths, self._parts)
        with ExitStack() as stack:
            opened = {
                name: stack.enter_context(self._parts[name].corpus(within, language, limit))
                for name, within in wanted.items()
            }
            yield JoinedCorpus(opened)


class JoinedViewer:
    """The viewers of several open indexes, by the names of their collections; they are closed by their owners."""

    def __init__(self, assistant: JoinedAssistant, parts: Mapping[str, SourceViewer]) -> None:
        self.assistant: OpenSources = assistant
        self._parts = dict(parts)

    def close(self) -> None:
        """Nothing is closed: others may be looking."""

    def sweep(self) -> None:
        """As `Viewer` has it."""
        for part in self._parts.values():
            part.sweep()

    def origins(self) -> Mapping[str, Origin]:
        """As `Viewer` has it."""
        return {
            f"{name}/{path}": origin for name, part in self._parts.items() for path, origin in part.origins().items()
        }

    def surroundings(self, citation: Citation, characters: int = 600) -> tuple[str, str]:
        """As `Viewer` has it."""
        return self._of(citation.document_id).surroundings(citation, characters)

    def source_state(self, document_id: str) -> SourceState:
        """As `Viewer` has it."""
        return self._of(document_id).source_state(document_id)

    def source_modified(self, document_id: str) -> float | None:
        """As `Viewer` has it."""
        return self._of(document_id).source_modified(document_id)

    def source_file(self, document_id: str) -> Path | None:
        """As `Viewer` has it."""
        return self._of(document_id).source_file(document_id)

    def original(self, document_id: str) -> IO[bytes] | None:
        """As `Viewer` has it."""
        return self._of(document_id).original(document_id)

    def page_picture(self, document_id: str, page: int, width: int = 1000, area: Box | None = None) -> bytes | None:
        """As `Viewer` has it."""
        return self._of(document_id).page_picture(document_id, page, width, area)

    def page_boxes(self, document_id: str, span: Span) -> dict[int, list[Box]]:
        """As `Viewer` has it."""
        return self._of(document_id).page_boxes(document_id, span)

    def _of(self, document_id: str) -> SourceViewer:
        """The viewer of the first collection that has a document; the last one says that it is gone."""
        *others, last = self._parts.values()
        return next((part for part in others if part.assistant.document(document_id) is not None), last)


def _by_part(paths: Sequence[str], parts: Mapping[str, Assistant]) -> dict[str, list[str]]:
    """The paths within each collection. Raises QuestionProblem for a path of none."""
    found: dict[str, list[str]] = {}
    for path in paths:
        name, _, inner = composed(path).partition("/")
        if name not in parts or not inner:
            raise QuestionProblem(f"Unknown source: {path}.", "Choose from the list of sources.")
        found.setdefault(name, []).append(inner)
    return found
