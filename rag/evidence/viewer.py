"""What stands behind a citation: its surroundings, its page with the glyphs lit up, and the original file.

Whatever is shown comes from the snapshot that an open index lends, and no page is shown of a file whose bytes are not
those that were indexed. This module does not know how an answer was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Literal, Protocol

from rag.config import cache_folder
from rag.errors import FootnoteError
from rag.evidence.origins import Origin, origins, origins_in
from rag.evidence.pages import PageRenderer, word_boxes
from rag.evidence.source_files import Original, SourceFiles
from rag.evidence.stored_files import StoredFiles
from rag.types import Box, Citation, Span

if TYPE_CHECKING:
    from rag.assistant import Assistant, OpenSources

__all__ = ["SourceState", "SourceViewer", "Viewer"]

SourceState = Literal["unchanged", "changed", "gone"]


class SourceViewer(Protocol):
    """Shows sources, of an open index or of several as one. The methods are those of `Viewer`."""

    @property
    def assistant(self) -> OpenSources: ...
    def close(self) -> None: ...
    def sweep(self) -> None: ...
    def origins(self) -> Mapping[str, Origin]: ...
    def surroundings(self, citation: Citation, characters: int = 600) -> tuple[str, str]: ...
    def source_state(self, document_id: str) -> SourceState: ...
    def source_modified(self, document_id: str) -> float | None: ...
    def source_file(self, document_id: str) -> Path | None: ...
    def original(self, document_id: str) -> IO[bytes] | None: ...
    def page_picture(self, document_id: str, page: int, width: int = 1000, area: Box | None = None) -> bytes | None: ...
    def page_boxes(self, document_id: str, span: Span) -> dict[int, list[Box]]: ...


class Viewer:
    """Shows the sources of an open index, from any number of threads. Use it as a context manager, or call `close`."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._originals, self._painter = SourceFiles(), PageRenderer()
        store = assistant.originals
        self._stored = StoredFiles(store, cache_folder() / "originals") if store is not None else None
        self._fetched: tuple[int, Mapping[str, Origin]] = -1, {}

    def __enter__(self) -> Viewer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process that draws pages."""
        self._painter.close()

    def origins(self) -> Mapping[str, Origin]:
        """Where sources came from that were fetched from the web, by their paths.

        Without the sources folder they are those of the last build; none while the store cannot be asked for them.
        """
        folder = self.assistant.sources_folder
        if folder.is_dir() or self._stored is None:
            return origins(folder)
        with self.assistant.snapshot() as snapshot, suppress(FootnoteError):
            generation, known = self._fetched
            if snapshot.generation != generation:
                known = origins_in(self._stored.fetched_log(snapshot))
                self._fetched = snapshot.generation, known
            return known
        return {}

    def sweep(self) -> None:
        """Deletes what is kept on this machine of originals that the index does not have any more."""
        if self._stored is not None:
            with self.assistant.snapshot() as snapshot:
                self._stored.sweep(snapshot)

    def surroundings(self, citation: Citation, characters: int = 600) -> tuple[str, str]:
        """The source text before and after a quote, each at most `characters` long and cut between words."""
        document = self.assistant.document(citation.document_id)
        if document is None or document.text[slice(*citation.span)] != citation.quote:
            return "", ""
        start, end = citation.span
        before = document.text[max(0, start - characters) : start]
        after = document.text[end : end + characters]
        if start > characters:
            before = before[before.find(" ") + 1 :]
        if end + characters < len(document.text):
            after = after[: after.rfind(" ")]
        return before, after

    def source_state(self, document_id: str) -> SourceState:
        """Whether the file a document was read from is still the same; one that is only in the store is."""
        found = self._original(document_id)
        if found is not None:
            return found[1]
        return "unchanged" if self._is_stored(document_id) else "gone"

    def source_modified(self, document_id: str) -> float | None:
        """When the file was last changed, in seconds since 1970: as it is now, or as it was indexed."""
        if (file := self.source_file(document_id)) is not None:
            return file.stat().st_mtime
        with self.assistant.snapshot() as snapshot:
            if self._stored is None or not self._stored.has(snapshot, document_id):
                return None
            rows = snapshot.files_at(snapshot.paths(document_id))
            return min((row.modified_ns / 1e9 for row in rows.values()), default=None)

    def source_file(self, document_id: str) -> Path | None:
        """A file that holds the document, in whatever state it is now; None if it is gone."""
        found = self._original(document_id)
        return found[0] if found else None

    def original(self, document_id: str) -> IO[bytes] | None:
        """The bytes that a document was read from, to be closed; None where no file has them any more.

        Where the store of originals is asked, raises IndexDamaged for one that it has lost or changed,
        IndexUnreachable, ConfigProblem.
        """
        folder = self.assistant.sources_folder
        with self.assistant.snapshot() as snapshot:
            found = self._originals.copy(snapshot, folder, document_id)
            return found or (self._stored.copy(snapshot, document_id) if self._stored is not None else None)

    def page_picture(self, document_id: str, page: int, width: int = 1000, area: Box | None = None) -> bytes | None:
        """A PDF page as PNG, `width` pixels wide, or an `area` of it.

        None for other formats, a changed source, and a page that cannot be drawn. Raises as `original` does.
        """
        data = self._pdf(document_id)
        return None if data is None else self._painter.render(data, page, width, area)

    def page_boxes(self, document_id: str, span: Span) -> dict[int, list[Box]]:
        """Page number -> boxes of a span's glyphs on the page's picture; empty where they cannot be located.

        Raises as `original` does.
        """
        data = self._pdf(document_id)
        if data is None:
            return {}
        with self.assistant.snapshot() as snapshot:
            glyphs, words = snapshot.glyphs(document_id, span), snapshot.words(document_id)
        # A page was either read from what the file says or by OCR, so no page is in both.
        return dict(sorted({**self._painter.boxes(data, glyphs, span), **word_boxes(words, span)}.items()))

    def _pdf(self, document_id: str) -> bytes | None:
        folder = self.assistant.sources_folder
        with self.assistant.snapshot() as snapshot:
            found = self._originals.pdf(snapshot, folder, document_id)
            return found or (self._stored.pdf(snapshot, document_id) if self._stored is not None else None)

    def _is_stored(self, document_id: str) -> bool:
        if self._stored is None:
            return False
        with self.assistant.snapshot() as snapshot:
            return self._stored.has(snapshot, document_id)

    def _original(self, document_id: str) -> Original | None:
        folder = self.assistant.sources_folder
        with self.assistant.snapshot() as snapshot:
            return self._originals.file(snapshot, folder, document_id)
