"""Where the parts are put together: an index opened for questions, and the door through which it is built.

The page, the terminal, the tests and the API all consume `stream`; there is no second path to an answer. A question
is answered from one generation; the next one takes over by itself as soon as it is committed.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from rag.answering import MAX_PASSAGES, MAX_QUESTION, Asked, LimitedEncoder, TimeLimit, answer_of, nearest_passages
from rag.config import Config, load_config
from rag.errors import IndexMissing, IndexProblem, IndexStale, QuestionProblem
from rag.indexing import FolderChanges, compare_folder, made_by_this_reader, rebuild_lenses, recipe_of
from rag.indexing import build as build_index
from rag.indexing import create_empty_index as begin_index
from rag.indexing import leftover_originals as find_leftovers
from rag.language import composed
from rag.lenses import LensFolder
from rag.models import SentenceEncoder, SpanReader, bundled_folder
from rag.retrieval import Corpus, IndexCorpus, Remembered
from rag.shared import Address, open_originals, open_postgres
from rag.storage import Store
from rag.types import (
    Answer,
    BuildReport,
    Document,
    Encoder,
    Event,
    Index,
    Lenses,
    OriginalStore,
    Passage,
    ProgressCallback,
    Reader,
    ShownLenses,
    Snapshot,
    Source,
    Span,
    Turn,
    Window,
    Workers,
)

if TYPE_CHECKING:  # whoever has no language model does not wait for what it needs
    from rag.answering import AnswerGenerator
    from rag.models import LanguageModels

__all__ = [
    "MAX_PASSAGES",
    "MAX_QUESTION",
    "Assistant",
    "OpenSources",
    "build",
    "create_empty_index",
    "embedded",
    "index_of",
    "leftover_originals",
    "open_index",
]

_READERS = 8  # connections that are kept for the next question

_log = logging.getLogger(__name__)


class OpenSources(Protocol):
    """What can be asked and looked at: an open index, or several as one. The methods are those of `Assistant`."""

    @property
    def language_model(self) -> str: ...
    @property
    def generation(self) -> int: ...
    def warm_up(self) -> None: ...
    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        paths: Sequence[str] | None = None,
        *,
        llm: str | None = None,
    ) -> Answer: ...
    def stream(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        paths: Sequence[str] | None = None,
        *,
        llm: str | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Event]: ...
    def search(self, question: str, k: int = 8, paths: Sequence[str] | None = None) -> list[Passage]: ...
    def documents(self) -> list[Source]: ...
    def document(self, document_id: str) -> Document | None: ...
    def language_models(self) -> list[str]: ...
    def folder_changes(self) -> FolderChanges: ...


class Assistant:
    """An index open for questions, from any number of threads. Use it as a context manager, or call `close`."""

    def __init__(
        self,
        config: Config,
        encoder: Encoder,
        reader: Reader | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """`reader` reads the best sentences again; without one the ranker alone decides. `today`: see `Answering`."""
        self._config, self._encoder, self._reader = config, encoder, reader
        self.asked = Asked(self.corpus, reader, config.risk, today)
        self._index = index_of(config, idle=_READERS)
        self._recipe = recipe_of(encoder, config.chunk_tokens, config.overlap_sentences)
        self._lock = threading.Lock()
        self._remembered = Remembered(0)
        self._models: LanguageModels | None = None
        self._writers: dict[str, AnswerGenerator] = {}
        if config.llm:
            self.writer(config.llm)
        with self._view():
            pass

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the lenses, connections and language models; the index on the disk is not touched."""
        self._index.truth.close()
        self._index.lenses.close()
        if self._models is not None:
            self._models.close()

    def warm_up(self) -> None:
        """Loads the encoder now, so that the first question does not wait for it. Raises ModelProblem."""
        self._encoder.query("warm up")
        if self._reader is not None:
            self._reader.read("warm up", [Window("", "Warm up.", (Span(0, 8),))])

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        paths: Sequence[str] | None = None,
        *,
        llm: str | None = None,
    ) -> Answer:
        """The answer to a question: the last event of `stream`. Raises QuestionProblem, IndexProblem, ModelProblem."""
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
        """`Found`, then `Delta`s, then `Done`; `paths` limits the question to some sources. Of earlier turns the first
        `MAX_QUESTION` characters are read.

        `llm` is one of `language_models()`, "" for none; without it the configured one writes, if there is one. Closing
        the iterator stops it at once; where it runs in another thread, setting `stop` does.
        Raises QuestionProblem, IndexProblem, ModelProblem.
        """
        return self.asked.stream(question, turns, paths, self.writer(llm), stop)

    @property
    def language_model(self) -> str:
        """The configured model, as the setting names it; empty where answers are in the sources' own words."""
        return self._config.llm

    def language_models(self) -> list[str]:
        """What may write here: the configured model first, then those that run on this machine."""
        return self._registry().settings()

    def search(self, question: str, k: int = 8, paths: Sequence[str] | None = None) -> list[Passage]:
        """The `k` best passages, from 1 to `MAX_PASSAGES`, best first; `paths` limits them to some sources.

        Raises as `ask` does.
        """
        return nearest_passages(self.corpus, question, k, paths)

    def documents(self) -> list[Source]:
        """Every file under the sources folder with what became of it, sorted by path."""
        with self._view() as (snapshot, _):
            return list(snapshot.sources())

    @property
    def generation(self) -> int:
        """The number of the generation that answers now; it grows with every build."""
        with self._view() as (snapshot, _):
            return snapshot.generation

    @property
    def recipe(self) -> str:
        """What its vectors were made with: indexes of one recipe can be asked together."""
        return self._recipe

    def fingerprint(self) -> str:
        """Changes whenever the index would answer otherwise: with model, chunk settings, and every path and content."""
        with self._view() as (snapshot, _):
            files = sorted((row.path, row.document_id) for row in snapshot.files() if row.document_id)
        return hashlib.sha256(repr((self._recipe, files)).encode()).hexdigest()

    def document(self, document_id: str) -> Document | None:
        """A document that is indexed, or None."""
        with self._view() as (snapshot, _):
            return snapshot.document(document_id)

    @property
    def sources_folder(self) -> Path:
        """The folder that the index was built from."""
        with self._view() as (snapshot, _):
            known = None if self._config.database else snapshot.meta("sources")  # other machines have other folders
        return (self._config.index / known).resolve() if known else self._config.sources.resolve()

    @property
    def originals(self) -> OriginalStore | None:
        """The store that originals are put into by a build; None where they stay in the sources folder alone."""
        return self._index.originals

    @property
    def database(self) -> str:
        """The address of the index in PostgreSQL, which may hold a password; empty for one in a folder."""
        return self._config.database

    @property
    def only_reads(self) -> bool:
        """Whether the index is built on another machine, which has its sources."""
        return self._config.only_reads

    def build(self, progress: ProgressCallback | None = None) -> BuildReport:
        """Brings the index up to date with its sources, with the encoder that is loaded already. Raises as `build`."""
        with _workers(self._config, self._encoder) as workers:
            return build_index(
                self.sources_folder,
                self._index,
                encoder=self._encoder,
                size=self._config.chunk_tokens,
                overlap=self._config.overlap_sentences,
                languages=self._config.ocr_languages,
                page_seconds=self._config.page_seconds,
                progress=progress,
                workers=workers,
                early=True,
            )

    def folder_changes(self) -> FolderChanges:
        """What lies in the sources folder beside what the index was built from, by names, sizes and times; nothing on a
        machine that only reads.
        """
        folder = self.sources_folder
        if self._config.only_reads:
            return FolderChanges()
        with self._view() as (snapshot, _):
            return compare_folder(folder, self._config.index, snapshot.files())

    @contextmanager
    def corpus(
        self, paths: Sequence[str] | None = None, language: str = "", limit: TimeLimit | None = None
    ) -> Iterator[Corpus]:
        """The current generation as a question sees it; see `OpenCorpus`."""
        encoder = self._encoder if limit is None else LimitedEncoder(self._encoder, limit)
        with self._view() as (snapshot, lenses):
            remembered = self._of_generation(snapshot.generation)
            yield IndexCorpus(encoder, lenses, snapshot, remembered, _documents(snapshot, paths), language)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The current generation of the index, unchanging while it is open; for use in one thread."""
        with self._view() as (snapshot, _):
            yield snapshot

    def _registry(self) -> LanguageModels:
        from rag.models import LanguageModels

        config = self._config
        with self._lock:
            if self._models is None:
                self._models = LanguageModels(
                    config.llm, config.llm_remote, config.llm_key, config.llm_context, config.device, config.llm_wait
                )
            return self._models

    def writer(self, setting: str | None) -> AnswerGenerator | None:
        """Writes with the language model of a setting, None for the configured one; None for an empty setting.

        Raises QuestionProblem for an unknown model.
        """
        setting = self._config.llm if setting is None else setting
        if not setting:
            return None
        from rag.answering import AnswerGenerator
        from rag.models import CrossEncoder, Timeouts

        llm, config = self._registry().get(setting), self._config
        with self._lock:
            if setting not in self._writers:
                nli = CrossEncoder(config.nli, config.device) if config.nli else None
                patience, drop = Timeouts(config.llm_wait), config.llm_unsupported == "drop"
                self._writers[setting] = AnswerGenerator(llm, self._encoder, patience, drop, nli)
            return self._writers[setting]

    @contextmanager
    def _view(self) -> Iterator[tuple[Snapshot, ShownLenses]]:
        """The current generation: its snapshot and the lenses that show it."""
        while True:
            with self._index.truth.snapshot() as snapshot:
                if snapshot.recipe != self._recipe:
                    raise _stale(snapshot)
                lenses = self._lenses_of(snapshot)
                if lenses is not None:
                    yield snapshot, lenses
                    return

    def _lenses_of(self, snapshot: Snapshot) -> ShownLenses | None:
        """The lenses of a snapshot, written again if they are damaged; None if a build has replaced it meanwhile."""
        with self._lock:
            try:
                return self._index.lenses.of(snapshot)
            except (OSError, ValueError) as error:
                if self._replaced(snapshot):
                    return None
                # As text: a log that keeps what it was given would keep the error's frames, and their open files.
                _log.warning("The search files are missing or damaged (%s); they are written again.", str(error))
                try:
                    rebuild_lenses(self._index)
                except IndexProblem:  # a build that was faster has taken away what was being written
                    if not self._replaced(snapshot):
                        raise
                return None if self._replaced(snapshot) else self._index.lenses.of(snapshot)

    def _replaced(self, snapshot: Snapshot) -> bool:
        with self._index.truth.snapshot() as now:
            return now.generation != snapshot.generation

    def _of_generation(self, number: int) -> Remembered:
        """What is remembered of a generation; of one that is asked no more nothing is."""
        with self._lock:
            if self._remembered.generation != number:
                self._remembered = Remembered(number)
            return self._remembered


def _stale(snapshot: Snapshot) -> IndexStale:
    if not made_by_this_reader(snapshot):
        return IndexStale(
            "The sources were read by an older version of the program.",
            "Build again to have them read again: rag build",
        )
    return IndexStale(
        "The index was built with another model or other settings.",
        "Build it again (rag build), or open it with the settings it was built with.",
    )


def embedded(folder: Path, idle: int = 0) -> Index:
    """An index that lies in a folder of this machine: SQLite, FAISS, tantivy. See `Store` for `idle`."""
    return Index(folder, Store(folder, idle), LensFolder(folder))


def index_of(config: Config, idle: int = 0) -> Index:
    """The index that the settings name: in a folder or in PostgreSQL, searched there or by Milvus. See `embedded`.

    Raises ConfigProblem where a driver is not installed, or an address is none.
    """
    address = config.database
    truth = open_postgres(Address.parse(address), idle) if address else Store(config.index, idle)
    originals = open_originals(config.originals) if config.originals else None
    return Index(config.index, truth, _lenses_of(config), originals)


def leftover_originals(config: Config) -> list[str]:
    """The hashes of originals that are in the store and should be gone; none where originals stay where they are.

    Raises IndexProblem, ConfigProblem.
    """
    index = index_of(config)
    if index.originals is None:
        return []
    with index.truth.snapshot() as snapshot:
        return find_leftovers(index.originals, snapshot)


def _lenses_of(config: Config) -> Lenses:
    """In the folder of the index, or on a Milvus server, under a name made of that folder or database."""
    if not config.lenses:
        return LensFolder(config.index)
    from rag.lenses import MilvusLenses

    place = config.place if config.database else str(config.index.resolve())
    return MilvusLenses(config.lenses, hashlib.sha256(place.encode()).hexdigest()[:16])


def open_index(index: str | Path = "index", *, config: Config | None = None) -> Assistant:
    """Opens an index for questions: a folder, or "postgresql://host/database#collection". Raises IndexProblem,
    ModelProblem, ConfigProblem.
    """
    settings = config or load_config(index=index)
    encoder = SentenceEncoder(settings.model, settings.device, settings.index)
    return Assistant(settings, encoder, SpanReader(bundled_folder() / "tokenizer.json"))


def create_empty_index(config: Config, encoder: Encoder | None = None) -> bool:
    """Makes an empty index where there is none, so that it can be opened and filled; whether it was made.

    `encoder` is that of the settings, where it is loaded already.

    Raises IndexLocked, IndexDamaged, IndexUnwritable, ModelProblem, ConfigProblem.
    """
    index = index_of(config)
    try:
        with index.truth.snapshot():
            return False
    except IndexMissing:
        encoder = encoder or SentenceEncoder(config.model, config.device, config.index)
        begin_index(config.sources, index, encoder=encoder, size=config.chunk_tokens, overlap=config.overlap_sentences)
        return True


def build(
    sources: str | Path = "sources",
    index: str | Path = "index",
    progress: ProgressCallback | None = None,
    *,
    config: Config | None = None,
) -> BuildReport:
    """Brings the index up to date with the sources. Never raises for one bad file: the report tells of it.

    Raises SourcesMissing, IndexLocked, IndexDamaged, IndexUnreachable, WorkersProblem, ModelProblem, ConfigProblem.
    """
    settings = config or load_config(sources=sources, index=index)
    encoder = SentenceEncoder(settings.model, settings.device, settings.index)
    with _workers(settings, encoder) as workers:
        report = build_index(
            settings.sources,
            index_of(settings),
            encoder=encoder,
            size=settings.chunk_tokens,
            overlap=settings.overlap_sentences,
            languages=settings.ocr_languages,
            page_seconds=settings.page_seconds,
            progress=progress,
            workers=workers,
        )
    encoder.save_snapshot()
    return report


@contextmanager
def _workers(config: Config, encoder: Encoder) -> Iterator[Workers | None]:
    """The cluster that reads for a build, where the settings name one; it is let go of afterwards."""
    if not config.cluster:
        yield None
        return
    from rag.workers import RayWorkers

    with closing(RayWorkers(config.cluster, config.model, encoder)) as workers:
        yield workers


def _documents(snapshot: Snapshot, paths: Sequence[str] | None) -> list[str] | None:
    """Ids of the documents under some paths; None for no limit. Raises QuestionProblem for a path not indexed."""
    if paths is None:
        return None
    files = snapshot.files_at([*paths, *map(composed, paths)])
    wanted = {path if path in files else composed(path): path for path in paths}
    unknown = [given for path, given in wanted.items() if path not in files]
    if unknown:
        raise QuestionProblem(f"Unknown source: {unknown[0]}.", "List the sources: rag sources")
    return sorted({row.document_id for path in wanted if (row := files[path]).document_id})
